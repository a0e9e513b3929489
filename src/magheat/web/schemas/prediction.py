"""Predictions: what is asked, and what is answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from magheat.web.schemas.base import Answer, Column, Form, Numbers


class Rows(Form):
    """Inputs in SI, column by column; columns of one number serve for all rows."""

    saturation_magnetization: Column = Field(description="A/m")
    anisotropy_constant: Column = Field(description="J/m^3")
    diameter: Column = Field(description="m")
    interaction: Column = Field(description="diameter over the distance of neighbours")
    temperature: Column = Field(description="K")
    frequency: Column = Field(description="Hz")
    amplitude: Column = Field(description="A/m")
    density: Column | None = Field(None, description="kg/m^3; magnetite's where it is not given")


class PredictRequest(Form):
    """Rows to predict."""

    rows: Rows
    level: Annotated[float, Field(gt=0, lt=1, description="Share of true values within their interval.")] = 0.9
    extrapolate: bool = Field(False, description="Whether to answer where nothing was taught.")


class Predicted(Answer):
    """One output of every row, with the ends of its interval; null out of range."""

    unit: str
    value: Numbers
    lower: Numbers
    upper: Numbers


class PredictAnswer(Answer):
    """Predictions, row by row."""

    model: str
    level: float
    outputs: dict[str, Predicted]
    in_range: list[bool]
    out_of_range: list[list[str]] = Field(description="Inputs that lie where nothing was taught.")
    low_barrier: list[bool] = Field(description="Whether K V < 3 k_B T, where two wells do not hold.")
