"""Ensembles of perturbed starts: their statistics, their classes, what they refuse."""

import json
import sys

import numpy as np
import pytest

from magheat.analysis import heat_per_cycle, jumps
from magheat.api import simulate, simulate_many
from magheat.errors import SpecError
from magheat.solvers.lowering import start_of
from magheat.spec.applied_field import Sinusoidal
from magheat.spec.arrangement import pair
from magheat.spec.experiment import Experiment
from magheat.spec.material import Material
from magheat.workflows import ensemble_heat as exported
from magheat.workflows.ensemble_heat import KINDS, ensemble_heat, perturbed

MATERIAL = Material(saturation_magnetization=480e3, anisotropy_constant=1e4)


def experiment(damping, *, cycles=1, samples_per_cycle=1000):
    """The pair of the local-heat paper at 7.1 nm."""
    particles = pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=MATERIAL
    )
    drive = Sinusoidal(amplitude="500 Oe", frequency="500 kHz")
    return Experiment(
        particles=particles,
        applied_field=drive,
        damping=damping,
        cycles=cycles,
        samples_per_cycle=samples_per_cycle,
    )


@pytest.fixture(scope="module")
def chaotic():
    """Members at a damping where about three in four half cycles are joint."""
    return ensemble_heat(experiment(0.0019), members=24)


def test_the_package_exports_it():
    assert exported is ensemble_heat


def test_members_of_a_reproducible_experiment_agree_with_a_single_run():
    ensemble, run = ensemble_heat(experiment(0.1), members=4), simulate(experiment(0.1))
    table = jumps(run)
    assert ensemble.sizes["half_cycle"] == 2
    assert ensemble.sizes["jump"] == 2
    single = ensemble.sel(kind="single")
    for row in range(table.sizes["jump"]):
        at = single.isel(half_cycle=int(table["half_cycle"][row])).sel(jump=1 + row % 2)
        np.testing.assert_allclose(at["heat"], table["released_heat"][row], rtol=1e-5)
        np.testing.assert_allclose(at["temperature_rise"], table["temperature_rise"][row], rtol=1e-5)
        np.testing.assert_array_equal(at["switching_fraction"], table["switches"][row])
    assert (ensemble["heat_spread"].sel(kind="single") < 1e-5 * ensemble["heat"].max()).all()
    assert (single["fraction"] == 1).all()
    assert ensemble["heat"].sel(kind=["joint", "none"]).isnull().all()
    np.testing.assert_allclose(ensemble["heat_per_cycle"], heat_per_cycle(run), rtol=1e-6)


def test_statistics_are_those_of_the_members(chaotic):
    heat, kind = chaotic["member_heat"].values, chaotic["member_kind"].values
    for k, name in enumerate(KINDS):
        for half, jump in np.ndindex(kind.shape[1:]):
            mine = heat[kind[:, half, jump] == name, half, jump]
            at = chaotic.isel(half_cycle=half, jump=jump, kind=k)
            assert at["occurrences"] == len(mine)
            assert at["fraction"] == len(mine) / 24
            if len(mine) > 1:
                np.testing.assert_allclose(at["heat"], mine.mean(0), rtol=1e-12)
                np.testing.assert_allclose(at["heat_spread"], mine.std(0, ddof=1), rtol=1e-9)
                error = mine.std(0, ddof=1) / np.sqrt(len(mine))
                np.testing.assert_allclose(at["heat_standard_error"], error, rtol=1e-9)
    per_cycle = chaotic["member_heat_per_cycle"].values
    np.testing.assert_allclose(chaotic["heat_per_cycle"], per_cycle.mean(0), rtol=1e-12)
    np.testing.assert_allclose(chaotic["heat_per_cycle_spread"], per_cycle.std(0, ddof=1), rtol=1e-9)


def test_low_damping_mixes_kinds_and_never_in_one_mean(chaotic):
    first = chaotic.sel(jump=1)
    np.testing.assert_allclose(first["fraction"].sum("kind"), 1.0)
    assert 0 < first["fraction"].sel(kind="joint").mean() < 1
    assert (first["switching_fraction"].sel(kind="joint") == 1).all()
    assert (chaotic["heat_per_cycle_spread"] > 0.01 * chaotic["heat_per_cycle"]).all()
    kinds = chaotic["member_kind"].values.reshape(48, -1)
    assert (kinds[kinds[:, 0] == "joint", 1:] == "").all(), "a joint jump leaves none to follow"
    assert (kinds[kinds[:, 0] == "single", 1] == "single").all()


def test_the_jumps_of_a_member_hold_nearly_all_its_heat(chaotic):
    in_jumps = chaotic["member_heat"].sum(["half_cycle", "jump"])
    np.testing.assert_allclose(in_jumps, chaotic["member_heat_per_cycle"], rtol=5e-3)


def test_same_seed_same_bits_other_seed_other_members():
    one, again = (ensemble_heat(experiment(0.01), members=2) for _ in range(2))
    np.testing.assert_array_equal(one["member_heat"], again["member_heat"])
    other = ensemble_heat(experiment(0.01).replace(seed=2), members=2)
    assert (one["member_heat"].values != other["member_heat"].values).any()


def test_batches_change_nothing(monkeypatch):
    whole = ensemble_heat(experiment(0.002), members=5)
    monkeypatch.setattr(sys.modules[ensemble_heat.__module__], "_BATCH", 2)
    told = []
    parts = ensemble_heat(experiment(0.002), members=5, progress=told.append)
    for name in ("member_heat", "member_kind", "member_heat_per_cycle"):
        np.testing.assert_array_equal(whole[name], parts[name])
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


@pytest.mark.parametrize("angle", [1e-6, 0.3])
def test_every_moment_of_every_start_is_tilted_by_the_angle(angle):
    start = start_of(experiment(0.1))
    members = perturbed(experiment(0.1), 3, angle)
    for member in members:
        across = np.linalg.norm(np.cross(start, member.initial_moments), axis=-1)
        np.testing.assert_allclose(np.arcsin(across), angle, rtol=1e-6)
    assert (members[0].initial_moments != members[1].initial_moments).any()


def test_moments_given_with_the_experiment_are_what_is_perturbed():
    given = experiment(0.1).replace(initial_moments=[[0.0, 0.6, 0.8], [1.0, 0.0, 0.0]])
    for member in perturbed(given, 2, 1e-4):
        np.testing.assert_allclose(member.initial_moments, given.initial_moments, atol=1.1e-4)


def test_it_takes_angles_with_units_and_other_solvers_and_says_what_it_did():
    ensemble = ensemble_heat(experiment(1.0), members=2, perturbation="1 mrad", solver="minimize")
    assert ensemble.attrs["perturbation"] == pytest.approx(1e-3)
    assert ensemble.attrs["members"] == 2
    assert ensemble.attrs["solver"] == "minimize"
    assert ensemble.attrs["key"] == experiment(1.0).key
    assert json.loads(ensemble.attrs["experiment"])
    assert all("units" in variable.attrs and "long_name" in variable.attrs for variable in ensemble.data_vars.values())


def test_several_cycles_have_two_half_cycles_each():
    ensemble = ensemble_heat(experiment(0.5, cycles=2), members=2)
    assert ensemble.sizes["half_cycle"] == 4
    np.testing.assert_allclose(ensemble["heat"].sel(kind="single").std("half_cycle"), 0, atol=1e-3 * 1.4e-19)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"members": 1}, "members must be an integer >= 2"),
        ({"members": 2.5}, "members must be an integer >= 2"),
        ({"perturbation": 0.0}, "perturbation must be > 0"),
        ({"perturbation": "-1 deg"}, "perturbation must be > 0"),
        ({"perturbation": 2.0}, "perturbation must be at most 1 rad"),
        ({"solver": "magic"}, "solver must be one of"),
        ({"rtol": 1.0}, "rtol"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(changes, words):
    with pytest.raises(SpecError, match=words) as refused:
        ensemble_heat(experiment(0.1), **changes)
    assert "\n" not in str(refused.value)


def test_what_the_solver_cannot_run_is_refused_before_it_starts():
    with pytest.raises(SpecError, match="temperature"):
        ensemble_heat(experiment(0.1).replace(temperature=300.0), members=2)


def test_a_run_without_jumps_has_none():
    weak = experiment(0.5).replace(applied_field=Sinusoidal(amplitude="10 Oe", frequency="500 kHz"))
    ensemble = ensemble_heat(weak, members=2)
    assert ensemble["occurrences"].sum() == 0
    assert (ensemble["heat_per_cycle"] >= 0).all()
    assert jumps(simulate_many([weak, weak])).sizes["jump"] == 0
