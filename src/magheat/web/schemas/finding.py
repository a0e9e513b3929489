"""The best particle, and maps."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from magheat.web.schemas.base import MOST_ON_A_SIDE, Answer, Form, Numbers

Input: TypeAlias = Literal[
    "saturation_magnetization",
    "anisotropy_constant",
    "diameter",
    "interaction",
    "temperature",
    "frequency",
    "amplitude",
]
Bounds: TypeAlias = Annotated[list[float], Field(min_length=2, max_length=2)]


class OptimizeRequest(Form):
    """What to make best, of which inputs, within which limit."""

    objective: Literal["slp", "ilp", "loss_per_cycle"] = "slp"
    fixed: dict[Input, float] = Field({}, description="Input -> value, SI.")
    free: Annotated[dict[Input, Bounds], Field(min_length=1, description="Input -> [lowest, highest], SI.")]
    limit: Literal["brezovich", "hergt-dutz"] | float | None = Field("hergt-dutz", description="Of H f, A/(m s).")
    seed: int = Field(0, ge=0, lt=2**32)


class OptimizeAnswer(Answer):
    """The best inputs and what they give; every number is simulated."""

    objective: str
    value: float | None
    inputs: dict[str, float]
    outputs: dict[str, float | bool | None]
    product: float
    limit: float | None
    active: list[str]
    warnings: list[str]
    nearly: dict[str, list[float]]
    by: Literal["surrogate and simulation", "simulation"]
    toml: str


class Side(Form):
    """One side of a map."""

    name: Input
    lower: float
    upper: float
    count: int = Field(41, ge=2, le=MOST_ON_A_SIDE)


class MapRequest(Form):
    """An output over two inputs."""

    x: Side
    y: Side
    fixed: dict[Input, float]
    output: Literal["slp", "ilp", "loss_per_cycle", "coercive_field", "remanence"] = "slp"
    by: Literal["surrogate", "simulation"] = "surrogate"


class MapAnswer(Answer):
    """Values row by row of y; null out of range."""

    x: list[float]
    y: list[float]
    values: list[Numbers]
    lower: list[Numbers] | None
    upper: list[Numbers] | None
    in_range: list[list[bool]]
    unit: str
    limits: dict[str, list[list[float]]]
    model: Any = None
