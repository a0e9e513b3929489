"""Try every operation of a running service with requests that its description allows and some that it does not.

A program of its own, which test_schema.py runs: the search wants the whole stack of a process, without a test runner.
"""

import json
import os
import sys
import time

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable

#: A refusal of a request that the form allows: physics forbids it, or there is no such job.
ACCEPTED = ["2xx", "400", "404", "409", "422", "429", "503"]


class TimeIsOverError(Exception):
    """What ends the search: else hypothesis would go on making requests that nobody sends."""


def found_by(operation, mode, deadline):
    """How often an operation was tried until the deadline, and the first thing that was wrong, if any."""
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


def found(address, seconds):
    """Operations, requests tried and problems found, of a service at an address, in so many seconds."""
    config = schemathesis.Config.from_dict({"checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}}})
    schema = schemathesis.openapi.from_url(f"{address}/api/openapi.json", config=config)
    operations = [operation.ok() for operation in schema.get_all_operations()]
    turns = [(operation, mode) for operation in operations for mode in schemathesis.GenerationMode]
    tried, problems = 0, []
    for operation, mode in turns:
        count, problem = found_by(operation, mode, time.monotonic() + seconds / len(turns))
        tried += count
        problems += [] if problem is None else [problem]
    return {"operations": len(operations), "tried": tried, "problems": problems}


if __name__ == "__main__":
    json.dump(found(sys.argv[1], float(sys.argv[2])), sys.stdout)
