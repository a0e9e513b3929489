"""Large systems on several cores: the same bits on any number of threads, limits, and what is refused."""

import numpy as np
import pytest

import magheat as mh
from magheat.benchmarks import scaling
from magheat.kernels import batch, relaxation
from magheat.kernels.energy import effective_field, total_energy
from magheat.solvers import lowering, size

STATES = ["moment_direction", "released_heat", "field_work", "energy"]


def cluster(count, **changes):
    """Particles of unlike size on a lattice, in no order of theirs."""
    rng = np.random.default_rng(count)
    side = range(int(np.ceil(count ** (1 / 3))))
    places = rng.permutation(np.array(np.meshgrid(side, side, side)).reshape(3, -1).T[:count])
    axes = rng.normal(size=(count, 3))
    particles = mh.Particles(
        positions=14e-9 * places,
        diameters=rng.uniform(8e-9, 12e-9, count),
        easy_axes=axes / np.linalg.norm(axes, axis=1, keepdims=True),
        material=mh.magnetite,
    )
    given = {
        "particles": particles,
        "applied_field": mh.Sinusoidal(amplitude="400 Oe", frequency="200 MHz"),
        "damping": 0.3,
        "cycles": 1,
        "samples_per_cycle": 20,
        "temperature": 310.0,
    }
    return mh.Experiment(**(given | changes))


def assert_same_bits(one, other):
    for name in STATES:
        np.testing.assert_array_equal(one[name].values, other[name].values)


@pytest.mark.parametrize("options", [{"scheme": "split"}, {"scheme": "heun", "bias": 1e-4}])
def test_a_thermal_system_has_the_same_bits_on_any_number_of_threads(options, monkeypatch):
    monkeypatch.setattr(batch, "FEWEST_PER_THREAD", WIDTH := 16)
    experiment = cluster(5 * WIDTH + 3)
    alone = mh.simulate(experiment, mh.LLG(threads=1, **options))
    for threads in (2, 3, 5):
        assert_same_bits(mh.simulate(experiment, mh.LLG(threads=threads, **options)), alone)


@pytest.mark.parametrize("method", ["dormand-prince", "dop853"])
@pytest.mark.parametrize("interactions", [True, False])
def test_a_system_at_0_K_has_the_same_bits_on_any_number_of_threads(method, interactions, monkeypatch):
    monkeypatch.setattr(batch, "FEWEST_PER_THREAD", 16)
    drive = mh.Trapezoidal(amplitude="400 Oe", frequency="200 MHz")
    experiment = cluster(70, temperature=0.0, applied_field=drive, interactions=interactions)
    alone = mh.simulate(experiment, mh.LLG(threads=1, method=method))
    for threads in (2, 4):
        ds = mh.simulate(experiment, mh.LLG(threads=threads, method=method))
        assert_same_bits(ds, alone)
        assert ds.attrs["steps"] == alone.attrs["steps"]


def test_two_large_runs_share_the_threads_and_keep_their_bits(monkeypatch):
    monkeypatch.setattr(batch, "FEWEST_PER_THREAD", 16)
    runs = [cluster(40, seed=seed, temperature=kelvin) for seed, kelvin in ((1, 310.0), (2, 310.0), (3, 0.0))]
    together = mh.simulate_many(runs, mh.LLG(threads=4))
    for i, experiment in enumerate(runs):
        alone = mh.simulate(experiment, mh.LLG(threads=1, check_sensitivity=False, check_error=False))
        assert_same_bits(together.isel(run=i), alone)


def test_the_checks_of_a_large_run_take_turns(monkeypatch):
    """Three runs of 50 particles on two threads: the twin and the looser run say the same as on one."""
    experiment = cluster(50, temperature=0.0)
    one, other = (mh.simulate(experiment, mh.LLG(threads=threads)) for threads in (1, 2))
    for name in ("heat_sensitivity", "heat_error"):
        np.testing.assert_array_equal(one[name].values, other[name].values)


@pytest.mark.parametrize("kelvin", [0.0, 310.0])
def test_particles_without_interaction_do_not_know_of_the_others(kelvin):
    many = cluster(60, interactions=False, temperature=kelvin, initial_moments=np.tile([0.6, 0.0, 0.8], (60, 1)))
    first = mh.Particles(
        positions=many.particles.positions[:20],
        diameters=many.particles.diameters[:20],
        easy_axes=many.particles.easy_axes[:20],
        material=mh.magnetite,
    )
    few = many.replace(particles=first, initial_moments=many.initial_moments[:20])
    all_moments, own = (mh.simulate(e, rtol=1e-10).moment_direction.values for e in (many, few))
    np.testing.assert_allclose(all_moments[:, :20], own, atol=1e-7)


def grid(count):
    side = int(np.ceil(count ** (1 / 3)))
    index = np.arange(count)
    places = np.stack([index % side, index // side % side, index // side**2], axis=1)
    return mh.Particles(
        positions=14e-9 * places,
        diameters=np.full(count, 12e-9),
        easy_axes=np.tile([0.0, 0.0, 1.0], (count, 1)),
        material=mh.magnetite,
    )


@pytest.fixture(scope="module")
def million():
    """A million particles: their checks take seconds."""
    return grid(10**6)


@pytest.mark.parametrize("kelvin", [0.0, 310.0])
def test_a_million_particles_are_refused_with_their_time_and_memory(million, kelvin):
    experiment = mh.Experiment(
        particles=million,
        applied_field=mh.Sinusoidal(amplitude="200 Oe", frequency="300 kHz"),
        temperature=kelvin,
        cycles=1,
        samples_per_cycle=20,
    )
    with pytest.raises(
        mh.SpecError, match=r"^Experiment.particles .* 1000000, .* (days|years) .* each of 2 cores\) .* GiB"
    ) as refused:
        mh.simulate(experiment, mh.LLG(threads=2))
    assert "\n" not in str(refused.value)
    assert "interactions=False" in str(refused.value)


def test_samples_that_no_memory_holds_are_refused_and_fewer_go(monkeypatch):
    experiment = cluster(100, samples_per_cycle=2000)
    monkeypatch.setattr(size, "memory_here", lambda: 16e6)
    with pytest.raises(mh.SpecError, match=r"^Experiment.samples_per_cycle .* 2001 samples of 100 .* GiB"):
        mh.simulate(experiment)
    assert mh.LLG().supports(experiment.replace(samples_per_cycle=20)) is None


def test_the_memory_per_particle_does_not_grow(monkeypatch):
    monkeypatch.setattr(scaling, "_PAIRS", 1.0)
    few, many = (scaling.cost(count, 1, 1).memory for count in (1000, 8000))
    assert many < 1.05 * few


def test_the_start_of_a_large_system_lies_lower_than_saturation(monkeypatch):
    """Roughly at a temperature; at 0 K so well that its torque is next to none."""
    for module in (lowering, relaxation):
        monkeypatch.setattr(module, "MOST_FOR_NEWTON", 30)
    cold = cluster(40, temperature=0.0)
    system, field = lowering.system_of(cold), np.asarray(cold.applied_field.field(0.0))
    saturated = np.tile(cold.applied_field.direction, (40, 1))
    start, rough = lowering.start_of(cold), lowering.start_of(cold.replace(temperature=310.0))
    assert total_energy(start, field, system) <= total_energy(rough, field, system)
    assert total_energy(rough, field, system) < total_energy(saturated, field, system)

    def torque(moments):
        return np.linalg.norm(np.cross(moments, effective_field(moments, field, system)))

    assert torque(start) < 1e-3 * torque(saturated)
    assert torque(rough) < 0.1 * torque(saturated)


def test_more_threads_make_longer_runs_possible():
    drive = mh.Sinusoidal(amplitude="400 Oe", frequency="10 kHz")
    experiment = mh.Experiment(particles=grid(3000), applied_field=drive, temperature=310.0, samples_per_cycle=20)
    assert mh.LLG(threads=1, max_steps=1e12).supports(experiment.replace(cycles=40)) is not None
    assert mh.LLG(threads=1000, max_steps=1e12).supports(experiment.replace(cycles=40)) is None
