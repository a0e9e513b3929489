"""Whatever the library arranges, the service takes, by the same names."""

import inspect

import pytest
from pydantic import TypeAdapter

import magheat as mh
from magheat.spec.arrangement import ARRANGEMENTS
from magheat.web.schemas.experiment import ExperimentTables, ParticlesTable
from magheat.web.tasks.experiments import experiment_of

DRIVE = {"kind": "sinusoidal", "amplitude": 2e4, "frequency": 1e5}
REQUESTS = {
    "pair": {"diameters": [2e-8, 1.8e-8], "gap": 2e-9, "easy_axis_angles": [0.0, 0.3]},
    "chain": {
        "count": 4,
        "diameter": 2e-8,
        "gap": 0.0,
        "direction": [1.0, 0.0, 0.0],
        "diameter_spread": 0.1,
        "seed": 4,
    },
    "ring": {"count": 5, "diameter": 2e-8, "gap": 1e-9, "normal": [1.0, 0.0, 0.0], "diameter_spread": 0.1, "seed": 4},
    "lattice": {"shape": [2, 1, 1], "diameter": 2e-8, "gap": 1e-9, "structure": "face-centred-cubic", "seed": 4},
    "suspension": {"count": 9, "diameter": 2e-8, "volume_fraction": 0.1, "container": "sphere", "seed": 4},
    "fractal": {"count": 9, "diameter": 2e-8, "fractal_dimension": 2.5, "method": "particle-cluster", "seed": 4},
    "aggregate": {"count": 9, "diameter": 2e-8, "method": "ballistic", "easy_axes": [0.0, 0.0, 1.0], "seed": 4},
}


def forms():
    """Fields of the form of every arrangement."""
    schema = TypeAdapter(ParticlesTable).json_schema()
    tables = [one for one in schema["$defs"].values() if "arrangement" in one.get("properties", {})]
    return {table["properties"]["arrangement"]["const"]: set(table["properties"]) for table in tables}


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_a_form_has_every_argument_and_no_other(name):
    arguments = set(inspect.signature(ARRANGEMENTS[name]).parameters) - {"material"}
    assert forms()[name] - {"arrangement", "material_index"} == arguments


@pytest.mark.parametrize("name", ARRANGEMENTS)
def test_a_request_makes_what_the_library_makes(name):
    tables = {"particles": {"arrangement": name, **REQUESTS[name]}, "material": {"preset": "magnetite"}}
    request = ExperimentTables.model_validate({**tables, "applied_field": DRIVE}).model_dump()
    made = ARRANGEMENTS[name](**REQUESTS[name], material=mh.magnetite)
    drive = mh.Sinusoidal(amplitude=2e4, frequency=1e5)
    assert experiment_of(request).key == mh.Experiment(particles=made, applied_field=drive).key
