"""What the service says of itself."""

from __future__ import annotations

from typing import Literal

from magheat.web.schemas.base import Answer


class JobCount(Answer):
    """How many jobs wait and run."""

    queued: int
    running: int


class Health(Answer):
    """That the service is there."""

    status: Literal["ok"]
    version: str
    model: str | None
    jobs: JobCount


class InputInfo(Answer):
    """An input and the range that it was taught in."""

    name: str
    unit: str
    lower: float
    upper: float


class OutputInfo(Answer):
    """An output and its unit."""

    name: str
    unit: str


class ModelInfo(Answer):
    """A model."""

    name: str
    hash: str
    inputs: list[InputInfo]
    outputs: list[OutputInfo]
    level: float
    card_text: str


class ModelList(Answer):
    """All models of the folder."""

    current: str | None
    models: list[ModelInfo]
