"""Many experiments at once give the numbers that analysis reads off the dataset of each."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import magheat as mh
from magheat import dataset
from magheat.constants import MU_0
from magheat.solvers.two_well_many import OUTPUTS, loops_of_many

FEW = mh.TwoWell(axis_points=6, size_points=3, steps=20)
TRACE = mh.Sampled(times=np.arange(9) * 1e-6, values=[2e4, 1e4, 5e3, -1e4, -1.5e4, -1.2e4, 0.0, 1e4, 2e4])
JUMPS = mh.Sampled(
    times=[0.0, 1e-6, 1.01e-6, 2e-6, 2.01e-6, 4e-6], values=[1e4, 1e4, -2e4, -2e4, 1e4, 1e4], interpolation="linear"
)


def experiment(
    drive=None, *, m_s=4e5, k=2e4, temperature=310.0, samples=60, interactions=True, damping=1.0, **ensemble
):
    material = mh.Material(saturation_magnetization=m_s, anisotropy_constant=k)
    particles = mh.Ensemble(**({"material": material, "diameter": 16e-9} | ensemble))
    drive = drive or mh.Sinusoidal(amplitude=2e4, frequency=1e5)
    return mh.Experiment(
        ensemble=particles,
        applied_field=drive,
        temperature=temperature,
        samples_per_cycle=samples,
        interactions=interactions,
        damping=damping,
    )


def read(one, solver):
    """Outputs and flags of one experiment by way of its dataset; the sentence when it fails."""
    try:
        ds = mh.simulate(one, solver)
    except (mh.SpecError, mh.ConvergenceError) as problem:
        return str(problem)
    outputs = {name: float(getattr(mh.analysis, name)(ds)) for name in OUTPUTS}
    largest = np.abs(ds.magnetization.values).max()
    return outputs, {name: bool(ds[name]) for name in dataset.ENSEMBLE_FLAGS}, largest


def assert_same(many, row, one, solver):
    """Row of many = dataset of one, to what round-off in the stored magnetization makes of each number."""
    expected = read(one, solver)
    if isinstance(expected, str):
        assert many["error"][row] == expected
        assert np.isnan([many[name][row] for name in OUTPUTS]).all()
        return
    outputs, flags, largest = expected
    assert many["error"][row] is None
    assert {name: bool(many[name][row]) for name in flags} == flags
    drive = one.applied_field
    size = np.abs(np.asarray(drive.field(np.arange(64) / 64 * drive.period))).max()
    noise = {
        "coercive_field": 1e-9 * size,
        "remanence": 1e-12 * largest,
        "loss_per_cycle": 1e-12 * MU_0 * largest * size,
        "slp": 1e-12 * MU_0 * largest * size * drive.frequency / 5180,
    }
    for name in OUTPUTS:
        assert many[name][row] == pytest.approx(outputs[name], rel=1e-9, abs=noise[name], nan_ok=True), name


drives = st.one_of(
    st.builds(
        mh.Sinusoidal,
        amplitude=st.floats(1e3, 3e4),
        frequency=st.sampled_from([3e4, 1e5, 7e5]),
        phase=st.sampled_from([0.0, 0.3, np.pi]),
        bias=st.sampled_from([0.0, 0.0, 4e3, -4e4]),
        direction=st.sampled_from([(0, 0, 1), (1, 2, -2)]),
    ),
    st.builds(mh.Triangular, amplitude=st.floats(1e3, 3e4), frequency=st.just(1e5), phase=st.sampled_from([0.0, 1.0])),
    st.builds(mh.Square, amplitude=st.floats(1e3, 3e4), frequency=st.sampled_from([3e4, 1.7e5]), bias=st.just(100.0)),
    st.builds(mh.Trapezoidal, amplitude=st.floats(1e3, 3e4), frequency=st.just(1e5), phase=st.sampled_from([0.0, 2.0])),
    st.builds(mh.Static, amplitude=st.sampled_from([-1e4, 0.0, 3e3]), duration=st.just(1e-4)),
    st.sampled_from([TRACE, JUMPS]),
)
experiments = st.builds(
    experiment,
    drives,
    m_s=st.floats(3e5, 5e5),
    k=st.floats(5e3, 3e4),
    temperature=st.sampled_from([0.0, 280.0, 310.0]),
    samples=st.sampled_from([4, 5, 7, 40, 60, 61]),
    interactions=st.sampled_from([True, True, False]),
    diameter=st.floats(7e-9, 24e-9),
    axes=st.sampled_from(["random", 0.0, "40 deg", "90 deg"]),
    interaction=st.sampled_from([0.0, 0.4, 0.9]),
    interaction_model=st.sampled_from(["none", "barrier", "mean-field"]),
    demagnetizing_factor=st.sampled_from([0.0, 1.0]),
    diameter_spread=st.sampled_from([0.0, 0.0, 0.2]),
    anisotropy_spread=st.sampled_from([0.0, 0.0, 0.3]),
)


@settings(max_examples=25)
@given(st.lists(experiments, min_size=1, max_size=8))
def test_the_numbers_are_those_of_analysis_on_the_dataset(some):
    many = loops_of_many(some, FEW)
    for row, one in enumerate(some):
        assert_same(many, row, one, FEW)


@pytest.mark.parametrize("prefactor", ["constant", "brown", "brown-field"])
def test_so_are_they_for_every_prefactor_and_damping(prefactor):
    solver = mh.TwoWell(prefactor=prefactor, axis_points=4)
    some = [experiment(axes=axes, damping=damping) for axes in (0.0, "20 deg", "random") for damping in (0.0, 0.1, 1.0)]
    many = loops_of_many(some, solver)
    for row, one in enumerate(some):
        assert_same(many, row, one, solver)


def mixed(count=70):
    """Experiments of many kinds, some that fail."""
    random = np.random.default_rng(5)
    some = []
    for i in range(count):
        drive = mh.Sinusoidal(
            amplitude=random.uniform(1e3, 3e4), frequency=10 ** random.uniform(4, 6), bias=4e3 if i % 10 == 7 else 0.0
        )
        some.append(
            experiment(
                mh.Square(amplitude=drive.amplitude, frequency=drive.frequency) if i % 10 == 3 else drive,
                temperature=0.0 if i == 13 else random.uniform(280, 320),
                k=random.uniform(1e4, 3e4),
                diameter=random.uniform(8e-9, 25e-9),
                axes=("random", 0.0, "50 deg")[i % 3],
                interaction=random.uniform(0, 1),
                interaction_model=("barrier", "none", "mean-field")[i % 4 % 3],
                demagnetizing_factor=1.0,
                diameter_spread=0.1 if i % 10 == 5 else 0.0,
            )
        )
    return some


def test_a_row_has_the_same_bits_whatever_its_neighbours():
    some = mixed()
    whole = loops_of_many(some, FEW)
    assert whole["error"][13] is not None
    order = np.random.default_rng(6).permutation(len(some))
    turned = loops_of_many([some[i] for i in order], FEW)
    halves = [loops_of_many(part, FEW) for part in (some[:31], some[31:])]
    for name, values in whole.items():
        np.testing.assert_array_equal(turned[name], values[order], err_msg=name)
        np.testing.assert_array_equal(np.concatenate([half[name] for half in halves]), values, err_msg=name)
    for row in range(0, len(some), 9):
        alone = loops_of_many([some[row]], FEW)
        for name, values in whole.items():
            np.testing.assert_array_equal(alone[name][0], values[row], err_msg=name)


def test_a_table_has_the_bits_of_experiments_with_as_many_samples_as_steps():
    random = np.random.default_rng(7)
    some = [
        experiment(
            mh.Sinusoidal(amplitude=random.uniform(1e3, 3e4), frequency=1e5), interaction=0.5, samples=200,
            diameter=random.uniform(8e-9, 25e-9),
        )
        for _ in range(20)
    ]  # fmt: skip
    many = loops_of_many(some, mh.TwoWell(steps=100))
    table = {
        "saturation_magnetization": 4e5, "anisotropy_constant": 2e4, "interaction": 0.5, "temperature": 310.0,
        "frequency": 1e5, "diameter": [one.ensemble.diameter for one in some],
        "amplitude": [one.applied_field.amplitude for one in some],
    }  # fmt: skip
    out = mh.two_well_loops(table, solver=mh.TwoWell(steps=100))
    for name in OUTPUTS:
        np.testing.assert_array_equal(out[name].to_numpy(), many[name])


def test_a_cosine_has_the_same_shape_for_every_amplitude_and_frequency():
    """Particles scaled with the field give the loop scaled, bit by bit where the scale is a power of two."""
    one = mh.simulate(experiment(mh.Sinusoidal(amplitude=2e4, frequency=1e5), temperature=300.0), FEW)
    scaled = experiment(mh.Sinusoidal(amplitude=4e4, frequency=1e5), temperature=600.0, k=4e4)
    np.testing.assert_array_equal(mh.simulate(scaled, FEW).magnetization, one.magnetization)


def test_nothing_gives_nothing_and_particles_are_refused_in_their_row():
    assert all(values.shape == (0,) for values in loops_of_many([], FEW).values())
    chain = mh.arrangement.chain(count=2, diameter="10 nm", gap="1 nm", material=mh.magnetite)
    wrong = mh.Experiment(particles=chain, applied_field=mh.Sinusoidal(amplitude=1e3, frequency=1e5))
    told = []
    out = loops_of_many([wrong, experiment()], FEW, told.append)
    assert "positions" in out["error"][0]
    assert out["error"][1] is None
    assert out["loss_per_cycle"][1] > 0
    assert told[-1] == pytest.approx(1.0)
