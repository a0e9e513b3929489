"""The whole description of the service, tried with requests that it allows and some that it does not.

Opt in with MAGHEAT_FUZZES=1; MAGHEAT_FUZZ_SECONDS bounds the time, 90 by default, shared evenly by all operations.
The requests are the same every time, unless MAGHEAT_FUZZ_SEED=random.
"""

import os
import time

import pytest

from .conftest import server

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("MAGHEAT_FUZZES") != "1", reason="takes two minutes; MAGHEAT_FUZZES=1 asks for it"
    ),
    pytest.mark.slow,
]
SECONDS = float(os.environ.get("MAGHEAT_FUZZ_SECONDS", "90"))
#: A refusal of a request that the form allows: physics forbids it, or there is no such job.
ACCEPTED = ["2xx", "400", "404", "409", "422", "429", "503"]


class TimeIsOverError(Exception):
    """What ends the search: else hypothesis would go on making requests that nobody sends."""


def found_by(operation, mode, deadline):
    """How often an operation was tried until the deadline, and the first thing that was wrong, if any."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Unsatisfiable

    tried = 0

    @settings(
        max_examples=200,
        phases=[Phase.explicit, Phase.generate],
        deadline=None,
        derandomize=os.environ.get("MAGHEAT_FUZZ_SEED") != "random",
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def survives(case):
        nonlocal tried
        if time.monotonic() > deadline:
            raise TimeIsOverError
        tried += 1
        case.call_and_validate()

    try:
        survives()
    except (Unsatisfiable, TimeIsOverError):  # there is no wrong request where nothing is asked for
        pass
    except (Exception, BaseExceptionGroup) as error:
        return tried, f"{operation.label} ({mode.value}): {error}"
    return tried, None


def test_nothing_is_found_in_the_whole_description(models, tmp_path):
    schemathesis = pytest.importorskip("schemathesis")
    # Loaded now: pytest rewrites it when it is first loaded, and deep inside a search there is no stack left for that.
    pytest.importorskip("schemathesis.transport.requests")
    with server(models, tmp_path / "jobs.sqlite", "--rate", "0", "--job-seconds", "2", "--queue", "1000") as one:
        config = schemathesis.Config.from_dict(
            {"checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}}}
        )
        schema = schemathesis.openapi.from_url(f"{one.client.base_url}/api/openapi.json", config=config)
        operations = [found.ok() for found in schema.get_all_operations()]
        assert len(operations) >= 14
        turns = [(operation, mode) for operation in operations for mode in schemathesis.GenerationMode]
        tried, problems = 0, []
        for operation, mode in turns:
            count, problem = found_by(operation, mode, time.monotonic() + SECONDS / len(turns))
            tried += count
            problems += [] if problem is None else [problem]
        assert not problems, "\n\n".join(problems)
        assert tried > 10 * len(operations)
        assert one.client.get("/healthz").status_code == 200
