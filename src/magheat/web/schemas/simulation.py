"""Answers of simulations."""

from __future__ import annotations

from typing import Any

from magheat.web.schemas.base import Answer, Numbers


class Quantity(Answer):
    """A number with its unit; null where it is not defined."""

    value: float | None
    unit: str


class LimitGauge(Answer):
    """Field times frequency against a limit, A/(m s)."""

    value: float | None
    limit: float
    ratio: float | None


class Loop(Answer):
    """The loop of the whole sample over the last cycle, end left out."""

    applied_field: Numbers
    magnetization: Numbers
    unit: str


class SimulateAnswer(Answer):
    """What one run says, in SI."""

    key: str
    solver: str
    seconds: float
    quantities: dict[str, Quantity]
    limits: dict[str, LimitGauge]
    loop: Loop
    particles: list[dict[str, float | None]]
    run: dict[str, Any] | None
    ledger: dict[str, Any] | None
    jumps: list[dict[str, Any]]
    reproducible: bool | None
    warnings: list[str]


class SolverInfo(Answer):
    """One solver, read off the registry."""

    name: str
    label: str
    mode: str
    takes: list[str]
    temperatures: list[str]
    summary: str
