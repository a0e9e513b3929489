"""What every test runs under: no display, and reproducible property tests without deadlines."""

import os

from hypothesis import HealthCheck, settings

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "magheat",
    deadline=None,  # the first call of a kernel may load or compile it
    derandomize=True,
    max_examples=30,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("magheat")
