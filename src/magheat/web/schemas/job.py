"""Jobs: what is asked for, and how far it is."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from magheat.web.schemas.base import Answer
from magheat.web.schemas.experiment import Simulated
from magheat.web.schemas.finding import MapRequest, OptimizeRequest


class SimulateJob(Simulated):
    """A simulation as a job."""

    kind: Literal["simulate"]


class MapJob(MapRequest):
    """A map as a job."""

    kind: Literal["map"]


class OptimizeJob(OptimizeRequest):
    """A search as a job."""

    kind: Literal["optimize"]


JobRequest: TypeAlias = Annotated[SimulateJob | MapJob | OptimizeJob, Field(discriminator="kind")]


class JobAnswer(Answer):
    """One job."""

    id: str
    kind: Literal["simulate", "map", "optimize"]
    status: Literal["queued", "running", "done", "failed", "cancelled"]
    position: int | None = Field(description="Jobs before it in the queue; null once it has left it.")
    progress: float
    message: str
    created: float = Field(description="Seconds since 1970.")
    request: dict[str, Any]
    error: str | None
