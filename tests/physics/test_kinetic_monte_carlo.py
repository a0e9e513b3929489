"""Laws of kinetic Monte Carlo: detailed balance by enumeration, single particles as two wells, equilibrium, ledger."""

import itertools
import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import minimize

import magheat as mh
from magheat.constants import BOLTZMANN, MU_0
from magheat.kernels import flips
from magheat.kernels.energy import total_energy as energy_in_joules
from magheat.kernels.local_well import top_energy, well
from magheat.kernels.numba_options import kernel
from magheat.kernels.settling import relax
from magheat.kernels.well_states import empty_wells, renew_fields, total_energy
from magheat.solvers.kinetic_run import run_one, spins_of
from magheat.solvers.lowering import system_of
from magheat.solvers.two_well_lanes import Rates

CONSTANT = Rates("constant", 1e-9, 1.0)
M_S = 4.8e5


def material(anisotropy_constant=1e4):
    return mh.Material(saturation_magnetization=M_S, anisotropy_constant=anisotropy_constant)


def anisotropy_field(anisotropy_constant):
    return 2 * anisotropy_constant / (MU_0 * M_S)


def diameter_of(sigma, anisotropy_constant=1e4, temperature=300.0):
    return float(np.cbrt(6 / np.pi * sigma * BOLTZMANN * temperature / anisotropy_constant))


def paper_pair(**changes):
    pair = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material()
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz")
    given = {"particles": pair, "applied_field": drive, "temperature": 300.0, "samples_per_cycle": 100}
    return mh.Experiment(**(given | changes))


def cluster(count, seed=1, spread=12e-9, sigma=6.0):
    """Particles of random axes at jittered places of a cubic lattice, each near the others."""
    rng = np.random.default_rng(seed)
    side = math.ceil(count ** (1 / 3))
    corners = np.array(list(itertools.product(range(side), repeat=3)))[:count]
    diameters = diameter_of(sigma) * rng.uniform(0.95, 1.05, count)
    places = (diameters.max() + spread) * corners + rng.uniform(-0.3, 0.3, (count, 3)) * spread
    axes = rng.normal(size=(count, 3))
    return mh.Particles(positions=places, diameters=diameters, easy_axes=axes, material=material())


def static(particles, field=0.0, duration=1e-6, **changes):
    drive = mh.Static(amplitude=field, duration=duration)
    given = {"temperature": 300.0, "cycles": 1, "samples_per_cycle": 50}
    return mh.Experiment(particles=particles, applied_field=drive, **(given | changes))


def settled(spins, sides, field):
    """The relaxed state of given wells, or None where one of them does not exist."""
    state = empty_wells(len(sides))
    state.side[:] = sides
    state.m[:] = spins.axis * state.side
    state.applied[:] = field
    renew_fields(state, spins)
    return None if relax(state, False, spins) else state


def chain_of(spins, field):
    """All relaxed states, their energies (k_B T) and the matrix of rates between them (1/s), row to column."""
    n = spins.p.size
    sides = list(itertools.product((1.0, -1.0), repeat=n))
    states = [settled(spins, side, field) for side in sides]
    energies = np.array([np.nan if s is None else total_energy(s, spins) for s in states])
    rates = np.zeros((len(states), len(states)))
    for row, state in enumerate(states):
        for i in range(n if state is not None else 0):
            trial = empty_wells(n)
            rate, _, kind = flips.flip_rate(trial, state, i, spins)
            if kind == flips.TO_STATE:
                rates[row, sides.index(tuple(trial.side))] = rate
    return sides, energies, rates


@kernel
def both_wells(out, along, b):
    out[0, 0], out[0, 1], out[0, 2], out[0, 3] = well(along, b, 1.0)
    out[1, 0], out[1, 1], out[1, 2], out[1, 3] = well(along, b, -1.0)
    out[2, 0] = top_energy(along, b)


@pytest.mark.parametrize("seed", range(40))
def test_wells_and_top_are_the_extremes_of_the_energy(seed):
    rng = np.random.default_rng(seed)
    along, b = rng.uniform(-1, 1), rng.uniform(0.02, 1)
    out = np.zeros((3, 4))
    both_wells(out, along, b)
    angles = np.linspace(-np.pi, np.pi, 20_001)[:-1]
    e = np.sin(angles) ** 2 - 2 * (along * np.cos(angles) + b * np.sin(angles))
    minima, maxima = (np.sort(e[s * e < np.minimum(s * np.roll(e, 1), s * np.roll(e, -1))]) for s in (1, -1))
    exists = out[:2, 3] > 0
    assert exists.sum() == minima.size == (2 if abs(along) ** (2 / 3) + b ** (2 / 3) < 1 else 1)
    np.testing.assert_allclose(np.sort(out[:2, 2][exists]), minima, atol=1e-6)
    np.testing.assert_allclose((out[:2, :2] ** 2).sum(1), 1.0, atol=1e-14)
    np.testing.assert_array_equal(np.sign(out[:2, 0]), [1, -1])
    if minima.size == 2:
        assert out[2, 0] == pytest.approx(maxima[0], abs=1e-6)


def test_moments_stay_at_the_minimum_of_the_energy_in_their_wells():
    exp = static(cluster(5))
    system = system_of(exp)
    spins = spins_of(exp, system, CONSTANT)
    field = np.array([2e3, -1e3, 3e3])
    state = settled(spins, (1.0, -1.0, 1.0, 1.0, -1.0), field)
    unit = BOLTZMANN * exp.temperature

    def energy(turns):  # of a state turned from the settled one
        moments = state.m.T + turns.reshape(5, 3)
        moments = moments / np.linalg.norm(moments, axis=1, keepdims=True)
        return float(energy_in_joules(moments, field, system)) / unit

    assert energy(np.zeros(15)) == pytest.approx(total_energy(state, spins), rel=1e-12)
    lowest = minimize(energy, np.full(15, 1e-3), method="BFGS", options={"gtol": 1e-9})
    assert lowest.fun == pytest.approx(energy(np.zeros(15)), abs=1e-8)


@pytest.mark.parametrize("saddle", ["mean", "lower"])
@pytest.mark.parametrize(("count", "seed"), [(2, 1), (3, 2), (4, 3), (4, 4)])
def test_detailed_balance_by_enumeration(count, seed, saddle):
    exp = static(cluster(count, seed))
    spins = spins_of(exp, system_of(exp), CONSTANT, lower=saddle == "lower")
    field = 0.05 * anisotropy_field(1e4) * np.array([0.3, -0.2, 1.0])
    _, energies, rates = chain_of(spins, field)
    assert np.isfinite(energies).all()
    assert (np.count_nonzero(rates, axis=1) == count).all()
    rows, columns = np.nonzero(rates)
    ratio = np.log(rates[rows, columns] / rates[columns, rows])
    np.testing.assert_allclose(ratio, energies[rows] - energies[columns], atol=1e-9)
    # The stationary distribution of the chain is Boltzmann's over the relaxed states.
    generator = rates - np.diag(rates.sum(1))
    boltzmann = np.exp(energies.min() - energies)
    flow = (boltzmann / boltzmann.sum()) @ generator
    assert np.abs(flow).max() < 1e-9 * rates.max() * boltzmann.max() / boltzmann.sum()
    assert rates.max() <= 0.5e9


def test_the_pair_of_the_paper_needs_symmetrised_barriers():
    """Plain barriers would give a ratio of -9.8 where the energies ask for -7.3."""
    exp = paper_pair()
    spins = spins_of(exp, system_of(exp), CONSTANT)
    field, trial = np.zeros(3), empty_wells(2)
    state = settled(spins, (1.0, -1.0), field)
    rate, barrier, _ = flips.flip_rate(trial, state, 0, spins)
    back, barrier_back, _ = flips.flip_rate(empty_wells(2), trial, 0, spins)
    plain = flips.barrier(state, 0, spins), flips.barrier(trial, 0, spins)
    gain = total_energy(trial, spins) - total_energy(state, spins)
    assert plain[1] - plain[0] == pytest.approx(-9.785, abs=2e-3)
    assert gain == pytest.approx(7.304, abs=2e-3)
    assert math.log(rate / back) == pytest.approx(-gain, abs=1e-10)
    assert barrier == pytest.approx((plain[0] + plain[1] + gain) / 2, abs=1e-10)
    assert barrier_back == pytest.approx((plain[0] + plain[1] - gain) / 2, abs=1e-10)


def test_without_interaction_barriers_are_plain_and_no_flip_is_hidden():
    particles = cluster(3)
    exp = static(particles, interactions=False)
    spins = spins_of(exp, system_of(exp), CONSTANT)
    field = np.array([1e3, 2e3, -4e3])
    state = settled(spins, (1.0, 1.0, -1.0), field)
    for i in range(3):
        _, barrier, _ = flips.flip_rate(empty_wells(3), state, i, spins)
        assert barrier == pytest.approx(flips.barrier(state, i, spins), abs=1e-10)


def loop_areas(sigma, amplitude, frequency, angle, solver, runs=6, cycles=4, count=40):
    """Loop area over K of many particles that do not interact: mean, standard error, and that of two wells."""
    k, temperature = 2e4, 300.0
    mat, diameter = material(k), diameter_of(sigma, k, temperature)
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    axes = np.stack([np.sin(angle) * np.cos(turns), np.sin(angle) * np.sin(turns), np.full(count, np.cos(angle))], 1)
    particles = mh.Particles(
        positions=np.arange(count)[:, None] * [1e-6, 0, 0],
        diameters=np.full(count, diameter),
        easy_axes=axes,
        material=mat,
    )
    drive = mh.Sinusoidal(amplitude=amplitude * anisotropy_field(k), frequency=frequency)
    exp = mh.Experiment(
        particles=particles,
        applied_field=drive,
        temperature=temperature,
        interactions=False,
        damping_form="gilbert",  # of the two-well model's prefactors
        cycles=cycles,
        samples_per_cycle=50,
    )
    seed = round(1e6 * (sigma + amplitude + angle) + frequency)
    many = mh.simulate_many([exp.replace(seed=seed + run) for run in range(runs)], solver)
    work = np.diff(many["field_work"].values[:, ::50], axis=1)[:, 1:] / float(particles.volumes[0])
    areas = work.mean(axis=1).ravel() / k  # of each particle: cycles of one are correlated
    ensemble = mh.Ensemble(material=mat, diameter=diameter, axes=angle)
    wells = mh.TwoWell(prefactor=solver.prefactor, attempt_time=solver.attempt_time, steps=1000)
    exact = mh.simulate(mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=temperature), wells)
    return areas.mean(), areas.std(ddof=1) / math.sqrt(areas.size), float(mh.analysis.loss_per_cycle(exact)) / k


@pytest.mark.parametrize(
    ("sigma", "amplitude", "frequency", "angle", "prefactor"),
    [
        (5, 0.3, 1e6, 0.0, "constant"),
        (8, 0.4, 1e5, 0.0, "constant"),
        (15, 0.7, 1e5, 0.0, "constant"),
        (8, 0.4, 1e5, 0.5, "constant"),
        (15, 0.5, 1e5, 1.2, "constant"),
        (20, 1.2, 1e6, 0.3, "constant"),
        (10, 0.5, 1e5, 0.0, "brown"),
        (10, 0.5, 1e5, 0.0, "brown-field"),
    ],
)
def test_single_particles_are_the_two_well_model(sigma, amplitude, frequency, angle, prefactor):
    solver = mh.KineticMonteCarlo(prefactor=prefactor)
    mean, error, exact = loop_areas(sigma, amplitude, frequency, angle, solver)
    assert 0 < error < 0.03 * exact
    assert abs(mean - exact) < 3 * error


def test_steps_of_the_field_do_not_matter():
    """Thinning has no error of the step: 25 times coarser samples give the same mean area."""
    areas = []
    for samples in (4, 100):
        drive = mh.Sinusoidal(amplitude="300 Oe", frequency="1 MHz")
        exp = mh.Experiment(
            particles=cluster(8), applied_field=drive, temperature=300.0, cycles=10, samples_per_cycle=samples
        )
        many = mh.simulate_many([exp.replace(seed=100 * samples + run) for run in range(8)], "kinetic-monte-carlo")
        work = many["field_work"].values[:, -1] - many["field_work"].values[:, samples]
        areas.append(work.sum(-1))
        hidden = np.sum(many.attrs.get("hidden_flips", many.coords.get("hidden_flips", 0.0)))
        assert hidden < 1e-3 * np.sum(many["flips"])
    a, b = areas
    error = math.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 8)
    assert error < 0.05 * b.mean()
    assert abs(a.mean() - b.mean()) < 3 * error


def test_the_field_work_of_each_particle_is_of_second_order_in_the_step():
    """Between flips; a triangular drive in steps of its samples, which are shorter than the solver's own."""
    drive = mh.Triangular(amplitude="40 Oe", frequency="1 MHz")  # A's own field on B is 134 Oe already
    exp = paper_pair(temperature=5.0, applied_field=drive, cycles=1)
    runs = {s: mh.simulate(exp.replace(samples_per_cycle=s), "kinetic-monte-carlo") for s in (600, 1200, 9600)}
    works = {s: ds["field_work"].values[:: s // 40] for s, ds in runs.items()}
    assert all(ds.attrs["flips"] == ds.attrs["falls"] == 0 for ds in runs.values())
    coarse, fine = (np.abs(works[s] - works[9600]).max() for s in (600, 1200))
    assert coarse < 1e-5 * np.abs(works[9600]).max()
    assert coarse / fine == pytest.approx(4.0, rel=0.05)


def test_dwell_times_are_exponential():
    """One particle in a static field: times between flips out of each well, by the test of Kolmogorov and Smirnov."""
    sigma, h = 5.0, 0.1
    particles = mh.Particles(
        positions=np.zeros((1, 3)), diameters=np.array([diameter_of(sigma)]), easy_axes=(0, 0, 1), material=material()
    )
    exp = static(particles, h * anisotropy_field(1e4), duration=4e-4, samples_per_cycle=100_000)
    side = mh.simulate(exp, "kinetic-monte-carlo")["moment_direction"].values[:, 0, 2]
    times = np.flatnonzero(np.diff(np.sign(side))) * 4e-9
    dwell, first = np.diff(times), np.sign(side[int(times[0] / 4e-9) + 1])
    rate = {s: 0.5e9 * math.exp(-sigma * (1 + s * h) ** 2) for s in (1, -1)}
    for s, own in ((first, dwell[::2]), (-first, dwell[1::2])):
        assert own.size > 150
        long = own[own > 40e-9] - 40e-9  # flips within a sample go unseen; the rest has no memory
        assert stats.kstest(long, "expon", args=(0, 1 / rate[s])).pvalue > 1e-3


def test_a_static_field_leads_to_boltzmann_over_the_relaxed_states():
    """Three interacting particles, time spent in each of the eight states, standard errors by batch means."""
    exp = static(cluster(3, 2, sigma=4.5), duration=2e-4, samples_per_cycle=20_000)
    spins = spins_of(exp, system_of(exp), CONSTANT)
    sides, energies, _ = chain_of(spins, np.zeros(3))
    shares = []
    for seed in range(6):
        moments = mh.simulate(exp.replace(seed=seed), "kinetic-monte-carlo")["moment_direction"].values[1000:]
        wells = np.sign(np.einsum("tic,ci->ti", moments, spins.axis))
        for batch in np.array_split(wells, 5):
            shares.append([(batch == side).all(1).mean() for side in sides])
    expected = np.exp(energies.min() - energies)
    expected /= expected.sum()
    mean, error = np.mean(shares, axis=0), np.std(shares, axis=0, ddof=1) / math.sqrt(len(shares))
    assert (error < 0.02).all()
    assert (np.abs(mean - expected) < 3.5 * error).all()


def test_heat_of_a_flip_is_the_drop_of_the_total_energy():
    """Ledger over every sample interval: sum of heats = sum of field works - change of energy, to round-off."""
    drive = mh.Elliptical(amplitude="400 Oe", minor_amplitude="100 Oe", frequency="1 MHz", bias="20 Oe")
    exp = mh.Experiment(particles=cluster(12), applied_field=drive, temperature=300.0, cycles=3, samples_per_cycle=200)
    ds = mh.simulate(exp, "kinetic-monte-carlo")
    assert ds.attrs["flips"] > 100
    energy = energy_in_joules(ds["moment_direction"].values, ds["applied_field_vector"].values, system_of(exp))
    heat, work = (ds[name].values.sum(-1) for name in ("released_heat", "field_work"))
    scale = np.abs(energy).max() + np.abs(heat).max()
    assert np.abs(np.diff(heat - work + energy)).max() < 1e-13 * scale * 12
    assert abs(float(mh.analysis.energy_ledger(ds)["residual"])) < 1e-12
    # Between flips there is none.
    quiet = np.diff(heat) == 0
    assert quiet.any()
    assert (np.diff(ds["released_heat"].values, axis=0)[quiet] == 0).all()


def test_heat_may_be_taken_up_and_its_mean_is_the_loop_area():
    ds = mh.simulate(paper_pair(cycles=40), "kinetic-monte-carlo")
    heat, work = ds["released_heat"].values, ds["field_work"].values
    gap = (heat - work).sum(-1)[::100]
    assert np.abs(gap).max() < 60 * BOLTZMANN * 300  # a state function: it does not grow with the cycles
    assert heat[-1].sum() > 300 * BOLTZMANN * 300
    still = static(cluster(3, 2, sigma=4.5), duration=4e-5, samples_per_cycle=20_000)  # as often up as down
    rises = np.diff(mh.simulate(still, "kinetic-monte-carlo")["released_heat"].values.sum(-1)) / (BOLTZMANN * 300)
    assert (rises < -0.1).sum() > 10
    assert (rises > 0.1).sum() > 10


def test_at_low_temperature_particles_switch_at_the_astroid():
    """Stoner and Wohlfarth: at 60 degrees from h_sw on, and not at all below it."""
    angle = np.pi / 3
    h_sw = (math.cos(angle) ** (2 / 3) + math.sin(angle) ** (2 / 3)) ** -1.5
    axis = (math.sin(angle), 0, math.cos(angle))
    particles = mh.Particles(
        positions=np.zeros((1, 3)), diameters=np.array([30e-9]), easy_axes=axis, material=material()
    )
    h_k = anisotropy_field(1e4)
    common = {"particles": particles, "temperature": 0.05, "samples_per_cycle": 400}
    above, below = (
        mh.simulate(
            mh.Experiment(applied_field=mh.Sinusoidal(amplitude=h * h_sw * h_k, frequency="1 MHz"), **common),
            "kinetic-monte-carlo",
        )
        for h in (1.1, 0.98)
    )
    assert below.attrs["flips"] == below.attrs["falls"] == 0
    assert float(mh.analysis.heat_per_cycle(below)[0]) == 0
    assert above.attrs["flips"] + above.attrs["falls"] == 4
    loop = mh.analysis.hysteresis_loop(above).isel(particle=0)
    jump = np.abs(np.diff(loop["magnetization"].values)).argmax()
    assert abs(float(loop["applied_field"][jump])) / h_k == pytest.approx(h_sw, abs=0.012)
    exact = mh.simulate(
        mh.Experiment(
            applied_field=mh.Sinusoidal(amplitude=1.1 * h_sw * h_k, frequency="1 MHz"),
            **(common | {"temperature": 0.0}),
        ),
        "minimize",
    )
    assert float(mh.analysis.heat_per_cycle(above)[0]) == pytest.approx(
        float(mh.analysis.heat_per_cycle(exact)[0]), rel=0.02
    )


def test_a_turn_of_everything_changes_nothing():
    rng = np.random.default_rng(5)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))
    particles = cluster(6)
    turned = mh.Particles(
        positions=particles.positions @ turn.T,
        diameters=particles.diameters,
        easy_axes=particles.easy_axes @ turn.T,
        material=material(),
    )
    runs = []
    for some, along in ((particles, np.array([0.0, 0, 1])), (turned, turn[:, 2])):
        drive = mh.Triangular(amplitude="300 Oe", frequency="1 MHz", direction=along)  # the same steps: all its own
        exp = mh.Experiment(particles=some, applied_field=drive, temperature=300.0, samples_per_cycle=100)
        runs.append(mh.simulate(exp, "kinetic-monte-carlo"))
    heats = [ds["released_heat"].values for ds in runs]
    np.testing.assert_allclose(heats[1], heats[0], atol=1e-6 * np.abs(heats[0]).max())


def test_stretches_change_no_bit(monkeypatch):
    """A stretch that ends early is taken up again where it stopped: work and flips go on."""
    from magheat.solvers import kinetic_run

    exp = paper_pair(cycles=30)
    whole, _ = run_one(exp, CONSTANT, False, 1e8, lambda fraction: None)
    monkeypatch.setattr(kinetic_run, "MOST_STEPS", 7)
    parts, _ = run_one(exp, CONSTANT, False, 1e8, lambda fraction: None)
    np.testing.assert_array_equal(parts.moments, whole.moments)
    np.testing.assert_array_equal(parts.heat, whole.heat)
