"""`magheat` with fewer points to calibrate and score models on, and to trade off: pages must be quick."""

from collections.abc import Callable

from magheat.surrogates import models
from magheat.workflows import learning
from magheat.workflows.measured.training import train_measured
from magheat.workflows.optimize import trade_off


def fewer_points(put: Callable[[object, str, object], None]) -> None:
    """Replace what takes the time: `put` is `setattr`, or one that takes it back later."""
    put(learning, "_TO_CALIBRATE", (256, 512, 512))
    put(learning, "_EDGES", (64, 64))
    put(learning, "_TO_SCORE", 256)
    put(learning, "_EDGES_TO_SCORE", 64)
    put(learning, "_holds_the_grid", lambda box: False)
    put(models, "passes", lambda rows: 10)
    put(train_measured, "__kwdefaults__", {**train_measured.__kwdefaults__, "folds": 2, "repeats": 1})
    put(trade_off, "_EFFORT", trade_off.Effort(members=8, generations=2, polishes=1))


if __name__ == "__main__":
    from magheat.cli.main import app

    fewer_points(setattr)
    app(prog_name="magheat")
