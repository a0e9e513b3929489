"""Predictions of the current model."""

from __future__ import annotations

from typing import Any

import numpy as np
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.responses import Response

from magheat.errors import SchemaError
from magheat.surrogates.features import TWO_WELL_INPUTS
from magheat.units import FloatArray
from magheat.web.answers import answer
from magheat.web.models import Current
from magheat.web.routes.base import parts_of, refusals, router
from magheat.web.schemas.prediction import PredictAnswer, PredictRequest
from magheat.web.tasks.outputs import OUTPUT_UNITS, with_ilp

predict_router = router("predict")
#: Rows that are predicted without a thread of their own: they take less time than it.
_FEW = 64


@predict_router.post("/predict", response_model=PredictAnswer, responses=refusals(503))
async def predict(request: Request, body: PredictRequest) -> Response:
    """Coercive field, remanence, loss, SLP and ILP of every row, with intervals, in milliseconds."""
    models = parts_of(request).models
    ready = models.ready()
    current = await run_sync(models.current) if ready is None else ready
    columns = columns_of(body)
    if columns["diameter"].size <= _FEW:
        return answer(predicted(current, columns, body))
    return await run_sync(lambda: answer(predicted(current, columns, body)))


def columns_of(body: PredictRequest) -> dict[str, FloatArray]:
    """Inputs as arrays of equal length.

    Raises
    ------
    SchemaError
        When they are not.
    """
    given = {name: getattr(body.rows, name) for name in (*TWO_WELL_INPUTS, "density")}
    columns = {name: np.atleast_1d(np.array(value, np.float64)) for name, value in given.items() if value is not None}
    rows = max(column.size for column in columns.values())
    for name, column in columns.items():
        if column.size not in (1, rows):
            raise SchemaError(f"table column {name} must have {rows} rows or be one number; got {column.size} rows.")
        if column.size < rows:
            columns[name] = np.full(rows, column[0])
    return columns


def predicted(current: Current, columns: dict[str, FloatArray], body: PredictRequest) -> dict[str, Any]:
    """The answer, as plain values."""
    inputs = {name: columns[name] for name in TWO_WELL_INPUTS}
    found = current.surrogate.predict_columns(
        inputs, columns.get("density"), level=body.level, extrapolate=body.extrapolate
    )
    values = with_ilp(found.values, inputs)
    return {
        "model": current.hash,
        "level": body.level,
        "outputs": {
            name: {
                "unit": unit,
                "value": values[name],
                "lower": values[f"{name}_lower"],
                "upper": values[f"{name}_upper"],
            }
            for name, unit in OUTPUT_UNITS.items()
            if name in values
        },
        "in_range": found.in_range,
        "out_of_range": found.out_of_range,
        "low_barrier": found.low_barrier,
    }
