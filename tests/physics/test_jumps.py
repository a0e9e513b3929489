"""Jumps of the paper's pair in an independent SciPy integration, and laws of the segmentation."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

import magheat as mh
from magheat import analysis, dataset
from magheat.constants import GAMMA_0, MU_0, OERSTED

DIAMETERS = np.array([22e-9, 18e-9])
VOLUME = np.pi * DIAMETERS**3 / 6
AXES = np.array([[0.0, 0.0, 1.0], [0.5, 0.0, np.sqrt(0.75)]])
M_S, K, FREQUENCY, AMPLITUDE = 4.8e5, 1e4, 5e5, 500 * OERSTED
OMEGA = 2 * np.pi * FREQUENCY
DISTANCE = 27.1e-9
# minimum at +500 Oe, from llg_cases.json (independent)
START = np.array([[0.05024955001323702, 0.0, 0.9987366933899382], [0.2888576738895256, 0.0, 0.9573720511040275]])
# outside_cases.md, G: temperature rise in mK, (jump, particle), over 0.5-0.7 and 0.7-1.0 us
RISES = {
    1.0: [[0.4449, 3.2310], [7.2102, 0.1114]],
    0.5: [[0.6945, 2.7757], [7.1047, 0.3217]],
    0.1: [[1.1528, 1.9200], [6.3215, 1.7574]],
    0.02: [[0.8613, 2.4345], [5.5119, 3.4052]],
}


def effective_field(t, m):
    """(runs, 2, 3) A/m: anisotropy, the dipole of the other along x, and the applied field along z."""
    h = 2 * K / (MU_0 * M_S) * (m * AXES).sum(-1, keepdims=True) * AXES
    other = m[:, ::-1] * (M_S * VOLUME[::-1] / (4 * np.pi * DISTANCE**3))[:, None]
    h += other * np.array([2.0, -1.0, -1.0])
    h[..., 2] += AMPLITUDE * np.cos(OMEGA * t)
    return h


def scipy_half_cycle(dampings):
    """Independent runs over half a cycle (Landau-Lifshitz form, DOP853), one per damping; heat and work as states."""
    alpha, unit = np.array(dampings)[:, None, None], 1e-18  # J

    def rate(t, y):
        y = y.reshape(-1, 2, 5)
        m, out = y[..., :3], np.empty_like(y)
        torque = np.cross(m, effective_field(t, m))
        out[..., :3] = -GAMMA_0 * (torque + alpha * np.cross(m, torque))
        out[..., 3] = MU_0 * GAMMA_0 * alpha[..., 0] * M_S * VOLUME * (torque**2).sum(-1) / unit
        out[..., 4] = MU_0 * M_S * VOLUME * m[..., 2] * AMPLITUDE * OMEGA * np.sin(OMEGA * t) / unit
        return out.ravel()

    time = np.arange(1001) / (2000 * FREQUENCY)
    first = np.zeros((len(dampings), 2, 5))
    first[..., :3] = START
    sol = solve_ivp(
        rate, (0, time[-1]), first.ravel(), method="DOP853", t_eval=time, rtol=1e-6, atol=1e-8, first_step=1e-12
    )
    states = sol.y.T.reshape(time.size, -1, 2, 5)
    return dataset.stack([scipy_run(time, states[:, r], damping, unit) for r, damping in enumerate(dampings)])


def scipy_run(time, states, damping, unit):
    moments = states[..., :3]
    field = AMPLITUDE * np.cos(OMEGA * time)[:, None] * np.array([0.0, 0.0, 1.0])
    total = np.array([effective_field(t, m[None])[0] for t, m in zip(time, moments, strict=True)])
    anisotropy_field = 2 * K / (MU_0 * M_S) * (moments * AXES).sum(-1, keepdims=True) * AXES
    energy = K * VOLUME * (1 - (moments * AXES).sum(-1) ** 2)
    energy -= MU_0 * M_S * VOLUME * (moments * (total - anisotropy_field)).sum(-1)
    return dataset.particle_run(
        time=time,
        direction=np.array([0.0, 0.0, 1.0]),
        field=field,
        field_is_linear=True,
        moments=moments,
        released_heat=unit * states[..., 3],
        field_work=unit * states[..., 4],
        energy=energy,
        positions=DISTANCE * np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0]]),
        diameters=DIAMETERS,
        easy_axes=AXES,
        saturation_magnetization=np.full(2, M_S),
        anisotropy_constant=np.full(2, K),
        density=np.full(2, 5180.0),
        heat_capacity=np.full(2, 3.48e6),
        iron_mass_fraction=np.full(2, 0.7236),
        frequency=FREQUENCY / 0.5,  # of the piece that is there
        cycles=1,
        samples_per_cycle=1000,
        interactions=True,
        attrs={},
        damping=damping,
    )


@pytest.fixture(scope="module")
def independent():
    return scipy_half_cycle(list(RISES))


def pair(gap="7.1 nm", **changes):
    """The paper's pair as an experiment."""
    material = mh.Material(saturation_magnetization=M_S, anisotropy_constant=K)
    particles = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap=gap, easy_axis_angles=("0 deg", "30 deg"), material=material
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz", direction=(0, 0, 1))
    given = {"particles": particles, "applied_field": drive, "damping": 1.0, "cycles": 1}
    return mh.Experiment(**(given | changes))


def test_jumps_of_the_pair_are_those_of_the_independent_run(independent):
    found = analysis.jumps(independent)
    assert found["run"].values.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert set(found["kind"].values) == {"single"}
    assert found.attrs["crossings_outside_jumps"] == 0
    np.testing.assert_array_equal(found["switches"], [[False, True], [True, False]] * 4)
    expected = np.array([RISES[a] for a in independent["damping"].values]).reshape(8, 2)
    np.testing.assert_allclose(found["temperature_rise"] * 1e3, expected, rtol=2e-3, atol=1e-3)


def test_the_clock_windows_of_the_reference_give_its_numbers(independent):
    rise = independent["temperature_rise"].sel(time=[0.5e-6, 0.7e-6, 1e-6], method="nearest").diff("time")
    expected = np.array([RISES[a] for a in independent["damping"].values])
    np.testing.assert_allclose(rise * 1e3, expected, rtol=3e-4, atol=1e-4)


def test_jumps_happen_when_the_reference_says(independent):
    # outside_cases.md, G: at alpha = 1 B switches at 0.545 us and -70 Oe, A at 0.735 us and -336 Oe
    first = analysis.jumps(independent.isel(run=[0]))
    np.testing.assert_allclose(first["switch_time"].values[[0, 1], [1, 0]], [0.545e-6, 0.735e-6], atol=1e-9)
    np.testing.assert_allclose(first["switch_field"].values[[0, 1], [1, 0]] / OERSTED, [-70, -336], atol=1.5)
    assert (first["start_time"] < first["switch_time"].min("particle")).all()
    assert (first["switch_time"].max("particle") < first["end_time"]).all()
    # quasi-static loss of stability between two samples: 66.6 and 330.6 Oe from a sweep of the minimum
    np.testing.assert_allclose(first["applied_field"] / OERSTED, [-66.6, -330.6], atol=1.6)


def test_four_meanings_of_local_energy_in_the_jumps(independent):
    # physics.md 1.5, alpha = 1, in units of the global loop's energy, (jump, particle); where a jump is cut from the
    # reversible rotation around it moves the energies (not the heats) by a few thousandths
    expected = {
        "full_dipolar": [[-0.038, -0.095], [-0.383, 0.110]],
        "half_dipolar": [[-0.030, -0.087], [-0.438, 0.055]],
        "own": [[-0.022, -0.078], [-0.493, -0.0002]],
        "local_loop": [[-0.005, 0.030], [0.464, -0.0004]],
    }
    run, unit = independent.isel(run=0), 42660 * VOLUME.sum()
    found = analysis.jumps(run)
    for k in range(2):
        change = analysis.local_energy_changes(run, float(found["start_time"][k]), float(found["end_time"][k]))
        for name, values in expected.items():
            np.testing.assert_allclose(change[name] / unit, values[k], atol=8e-3, err_msg=name)
    np.testing.assert_allclose(found["released_heat"] / unit, [[0.023, 0.094], [0.380, 0.003]], atol=8e-4)


def test_a_jump_is_the_ledger_of_its_interval():
    ds = mh.simulate(pair())
    found = analysis.jumps(ds)
    for k in range(found.sizes["jump"]):
        one = found.isel(jump=k)
        ledger = analysis.energy_ledger(ds, float(one["start_time"]), float(one["end_time"]))
        for name in ("released_heat", "field_work", "dipolar_work", "energy_change"):
            np.testing.assert_array_equal(one[name], ledger[name])
        assert abs(ledger["residual"]) < 1e-7


def test_loops_of_the_pair_are_those_of_the_reference():
    # outside_cases.md, G (independent), J/m^3 at 500 kHz, alpha = 1: A, B, global; H_c of B at 1.5 nm
    for gap, areas, of_all in (("7.1 nm", (62913, 5681), 42660), ("1.5 nm", (42436, -13546), 22625)):
        ds = mh.simulate(pair(gap, cycles=2))
        np.testing.assert_allclose(analysis.loss_per_cycle(ds), areas, atol=1)
        np.testing.assert_allclose(analysis.loss_per_cycle(analysis.sample_loop(ds)), of_all, atol=1)
        np.testing.assert_allclose(analysis.heat_per_cycle(ds).sum(), of_all * VOLUME.sum(), rtol=1e-4)
    np.testing.assert_allclose(analysis.coercive_field(ds)[1] / OERSTED, -20.7, atol=0.05)
    np.testing.assert_allclose(analysis.heat_per_cycle(ds)[1] / VOLUME[1], 15085, atol=2)


def test_both_halves_of_every_cycle_show_the_same_jumps():
    found = analysis.jumps(mh.simulate(pair(cycles=2)))
    assert found["half_cycle"].values.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert found["cycle"].values.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    heat = found["released_heat"].values.reshape(4, 2, 2)
    np.testing.assert_allclose(heat, np.broadcast_to(heat[0], heat.shape), rtol=1e-5)
    np.testing.assert_allclose(
        found["applied_field"].values.reshape(4, 2) * [[1], [-1], [1], [-1]], [[*found["applied_field"].values[:2]]] * 4
    )
    last = analysis.jumps(mh.simulate(pair(cycles=2)), cycle=-1)
    assert last["start_time"].values.tolist() == found["start_time"].values[4:].tolist()


def test_ringing_carries_the_other_over_at_low_damping_and_not_above():
    # physics.md 1.4: A goes along with B's jump at 0.003 (24 of 24 members) and never at 0.004
    runs = [pair(damping=alpha, seed=seed) for alpha in (0.003, 0.004) for seed in (1, 2, 3)]
    ds = mh.simulate_many(runs)
    found = analysis.jumps(ds)
    first = found.isel(jump=np.flatnonzero(found["half_cycle"].values == 0))
    for run in range(6):
        mine = first.isel(jump=np.flatnonzero(first["run"].values == run))
        assert mine["kind"].values.tolist() == (["joint"] if run < 3 else ["single", "single"])
        assert mine["switches"].sum() == 2


def test_runs_of_one_stack_do_not_colour_each_other():
    ds = mh.simulate_many([pair(damping=a, interactions=on) for a in (0.05, 0.3) for on in (True, False)])
    together = analysis.jumps(ds)
    for run in range(4):
        alone, mine = analysis.jumps(ds.isel(run=run)), together.isel(jump=np.flatnonzero(together["run"] == run))
        for name, values in alone.items():
            np.testing.assert_array_equal(mine[name], values, err_msg=str(name))


def test_jumps_do_not_depend_on_the_order_of_the_particles():
    experiment = pair()
    p = experiment.particles
    turned = mh.Particles(
        positions=p.positions[::-1], diameters=p.diameters[::-1], easy_axes=p.easy_axes[::-1], material=p.material
    )
    a, b = (analysis.jumps(mh.simulate(e)) for e in (experiment, experiment.replace(particles=turned)))
    np.testing.assert_allclose(a["released_heat"], b["released_heat"][:, ::-1], rtol=1e-5)
    np.testing.assert_array_equal(a["switches"], b["switches"][:, ::-1])
    np.testing.assert_array_equal(a["start_time"], b["start_time"])


def far_apart(angles, **changes):
    """Particles that do not feel each other, axes at these angles (deg) from the field."""
    psi = np.deg2rad(angles)
    particles = mh.Particles(
        positions=[(1e-7 * i, 0, 0) for i in range(len(psi))],
        diameters=np.full(len(psi), 20e-9),
        easy_axes=np.stack([np.sin(psi), 0 * psi, np.cos(psi)], -1),
        material=mh.Material(saturation_magnetization=M_S, anisotropy_constant=K),
    )
    return pair(particles=particles, interactions=False, **changes)


def test_single_particles_jump_on_the_astroid():
    # Stoner and Wohlfarth: h_sw = (cos^(2/3) psi + sin^(2/3) psi)^(-3/2); the last stable sample lies just before it
    angles = [0.001, 10.0, 45.0, 75.0]
    ds = mh.simulate(far_apart(angles))
    found = analysis.jumps(ds)
    psi, h_k = np.deg2rad(angles), 2 * K / (MU_0 * M_S)
    switching = h_k * (np.cos(psi) ** (2 / 3) + np.sin(psi) ** (2 / 3)) ** -1.5
    h, time = ds["applied_field"].values, ds["time"].values
    half = found.isel(jump=np.flatnonzero(found["half_cycle"].values == 0))
    assert half.sizes["jump"] == 4
    for k in range(4):
        one = half.isel(jump=k)
        particle = int(np.argmax(one["switches"].values))
        sample = int(np.searchsorted(time, float(one["start_time"])))
        assert one["kind"] == "single"
        assert h[sample + 1] <= -switching[particle] * (1 - 1e-6)
        assert -switching[particle] <= h[sample] + 1e-6 * h_k


def test_reversible_rotation_through_the_hard_plane_is_no_jump():
    # a field of 3 H_K that turns carries the moment round, twice through its hard plane a cycle
    drive = mh.Rotating(amplitude="1250 Oe", frequency="500 kHz")
    found = analysis.jumps(mh.simulate(far_apart([30.0, 60.0], applied_field=drive)))
    assert found.sizes["jump"] == 0
    assert found.attrs["crossings_outside_jumps"] == 4
    assert found["switches"].dims == ("jump", "particle")


def test_a_small_field_makes_no_jumps_and_a_wrong_dataset_is_refused():
    drive = mh.Sinusoidal(amplitude="50 Oe", frequency="500 kHz", direction=(0, 0, 1))
    ds = mh.simulate(pair(applied_field=drive))
    assert analysis.jumps(ds).sizes["jump"] == 0
    with pytest.raises(mh.errors.SchemaError, match="cycle must lie between -1 and 0"):
        analysis.jumps(ds, cycle=1)
    with pytest.raises(mh.errors.SchemaError, match="moment_direction"):
        analysis.jumps(ds.drop_vars("moment_direction"))


def test_quasi_static_runs_release_their_heat_inside_their_jumps():
    ds = mh.simulate(pair(), solver="minimize")
    found = analysis.jumps(ds)
    assert found["kind"].values.tolist() == ["single"] * 4
    np.testing.assert_allclose(found["released_heat"].sum("jump"), ds["released_heat"].isel(time=-1), rtol=1e-3)
