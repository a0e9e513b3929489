"""Statistics of random arrangements within their standard errors, limits of what can be built, and files of places."""

import numpy as np
import pytest

import magheat as mh
from magheat.spec import arrangement
from magheat.spec.arrangement.axes import _concentration, _mean_square
from magheat.spec.arrangement.containers import Ball, Cube
from magheat.spec.arrangement.geometry import stream
from magheat.spec.arrangement.packing import packed
from magheat.spec.overlap import deepest_overlap

NM = 1e-9
MANY = 40_000


def refusal(call, *args, **kwargs):
    """The message of the `SpecError` that the call must raise: one sentence on one line."""
    with pytest.raises(mh.SpecError) as caught:
        call(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    return message


def suspension(**changes):
    asked = {"count": 50, "diameter": "20 nm", "volume_fraction": 0.1, "material": mh.magnetite}
    return arrangement.suspension(**(asked | changes))


def fractal(**changes):
    return arrangement.fractal(**({"count": 50, "diameter": "20 nm", "material": mh.magnetite} | changes))


def aggregate(**changes):
    return arrangement.aggregate(**({"count": 50, "diameter": "20 nm", "material": mh.magnetite} | changes))


# Sizes and axes


def test_log_normal_sizes_have_the_moments_of_their_distribution():  # each within 5 standard errors
    logs = np.log(arrangement.lognormal_diameters(MANY, 3, median="18 nm", spread=0.25) / (18 * NM))
    assert logs.mean() == pytest.approx(0.0, abs=5 * 0.25 / np.sqrt(MANY))
    assert logs.std() == pytest.approx(0.25, abs=5 * 0.25 / np.sqrt(2 * MANY))
    assert (logs**3).mean() == pytest.approx(0.0, abs=5 * 0.25**3 * np.sqrt(15 / MANY))


def test_no_spread_is_equal_sizes():
    np.testing.assert_array_equal(arrangement.lognormal_diameters(3, 1, median="18 nm", spread=0), [18e-9] * 3)


@pytest.mark.parametrize("spread", [2.0, 20.0, 50.0, 54.0, 55.0, 70.0, 88.0])
def test_textured_axes_have_their_spread_and_are_round_about_it(spread):  # within 5 standard errors
    direction = np.array([1.0, -2.0, 2.0]) / 3
    angle = np.radians(spread)
    axes = arrangement.textured_axes(MANY, 7, direction=3 * direction, spread=f"{spread} deg")
    np.testing.assert_allclose(np.linalg.norm(axes, axis=1), 1.0, rtol=1e-14)
    sine = 1 - (axes @ direction) ** 2
    assert sine.mean() == pytest.approx(np.sin(angle) ** 2, abs=5 * sine.std() / np.sqrt(MANY))
    across = axes - (axes @ direction)[:, None] * direction
    tensor = across.T @ across / MANY
    want = np.sin(angle) ** 2 / 2 * (np.eye(3) - np.outer(direction, direction))
    np.testing.assert_allclose(tensor, want, atol=5 * np.sin(angle) ** 2 / np.sqrt(MANY))


def test_textures_end_in_aligned_random_and_planar_axes():
    z = (0, 0, 1)
    np.testing.assert_array_equal(arrangement.textured_axes(5, 1, direction=z, spread=0), [z] * 5)
    flat = arrangement.textured_axes(5, 1, direction=z, spread="90 deg")
    np.testing.assert_allclose(flat[:, 2], 0.0, atol=1e-15)
    random = arrangement.textured_axes(MANY, 1, direction=z, spread=np.arcsin(np.sqrt(2 / 3)))[:, 2]
    np.testing.assert_allclose(np.sort(np.abs(random)), np.linspace(0, 1, MANY), atol=2.5 / np.sqrt(MANY))


@pytest.mark.parametrize("kappa", [-300.0, -2.0, -9e-3, 0.0, 9e-3, 0.5, 300.0])
def test_the_concentration_is_the_one_of_its_mean(kappa):  # against quadrature
    t = (np.arange(200_000) + 0.5) / 200_000
    weight = np.exp(kappa * (t**2 - (kappa > 0)))
    assert _mean_square(kappa) == pytest.approx((t**2 * weight).sum() / weight.sum(), rel=1e-8)
    assert _concentration(_mean_square(kappa)) == pytest.approx(kappa, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "arguments", "says"),
    [
        (arrangement.textured_axes, {"direction": (0, 0, 1), "spread": 20.0}, "textured_axes.spread must be >= 0 and"),
        (arrangement.textured_axes, {"direction": (0, 0, 0), "spread": 0.1}, "textured_axes.direction must not be"),
        (arrangement.lognormal_diameters, {"median": "0 nm", "spread": 0.1}, "lognormal_diameters.median must be > 0"),
        (arrangement.lognormal_diameters, {"median": "9 nm", "spread": 1.1}, "lognormal_diameters.spread must be >= 0"),
    ],
)
def test_bad_sizes_and_axes_are_refused_by_name(call, arguments, says):
    assert refusal(call, 5, 1, **arguments).startswith(says)


# Particles in order


def test_a_chain_of_spread_sizes_keeps_its_gap():
    line = arrangement.chain(count=20, diameter="20 nm", gap="3 nm", diameter_spread=0.3, seed=4, material=mh.magnetite)
    surfaces = np.diff(line.positions[:, 2]) - (line.diameters[1:] + line.diameters[:-1]) / 2
    np.testing.assert_allclose(surfaces, 3e-9, rtol=1e-6)


def test_a_lattice_of_spread_sizes_does_not_overlap():
    for structure in ("simple-cubic", "face-centred-cubic"):
        box = arrangement.lattice(
            shape=(3, 4, 5),
            diameter="20 nm",
            gap="1 nm",
            structure=structure,
            diameter_spread=0.3,
            material=mh.magnetite,
        )
        assert deepest_overlap(box.positions, box.diameters + 1e-9) is None


def test_face_centred_cubic_is_the_densest_packing():  # pi/sqrt(18)
    cells = 6
    box = arrangement.lattice(
        shape=(cells,) * 3, diameter="20 nm", gap=0, structure="face-centred-cubic", material=mh.magnetite
    )
    edge = np.unique(np.round(box.positions[:, 0] / NM, 6))[2] * NM
    assert box.volumes.sum() / (cells * edge) ** 3 == pytest.approx(np.pi / np.sqrt(18), rel=1e-6)


def test_a_ring_needs_three():
    assert refusal(arrangement.ring, count=2, diameter="20 nm", gap=0, material=mh.magnetite).startswith(
        "ring.count must"
    )


# Hard spheres


@pytest.mark.slow
@pytest.mark.parametrize(("fraction", "memory"), [(0.1, 0.03), (0.25, 0.05), (0.4, 0.1)])
def test_shaken_spheres_meet_as_often_as_in_the_hard_sphere_liquid(fraction, memory):
    # Carnahan and Starling (1969), within 4 standard errors and what is left of how they were put in
    room = Cube.of_volume(700 * np.pi / 6 / fraction)
    reach = 1.05  # the pair distribution falls from contact to here as 1 - 4.5 eta (r - 1), nearly
    ours, theirs = [], []
    for seed in range(4):
        places = packed(np.ones(700), room, fraction, stream(seed, 2))
        inner = (np.abs(places) < room.width / 2 - 2).all(axis=1)
        density = inner.sum() / (room.width - 4) ** 3
        apart = np.linalg.norm(places[inner][:, None] - places, axis=2)
        ours.append(((apart > 0) & (apart < reach)).sum())
        eta = density * np.pi / 6
        contact = (1 - eta / 2) / (1 - eta) ** 3
        theirs.append(inner.sum() * contact * (1 - 4.5 * eta * 0.025) * density * 4 / 3 * np.pi * (reach**3 - 1))
    error = np.sqrt(2 / np.sum(ours))  # every pair counts twice
    assert np.sum(ours) == pytest.approx(np.sum(theirs), rel=memory + 4 * error)


@pytest.mark.parametrize("container", [Cube, Ball])
def test_two_spheres_in_a_container_are_where_chance_puts_them(container):  # against rejection of uniform places
    room, generator = container.of_volume(30.0), stream(1, 9)
    sizes = np.array([1.0, 1.3])
    made = np.array([packed(sizes, room, 0.05, stream(seed, 2)) for seed in range(60)])
    free = np.array([room.drawn(sizes, generator) for _ in range(4000)])
    free = free[np.linalg.norm(free[:, 0] - free[:, 1], axis=1) >= 1.15]
    ours, theirs = (np.linalg.norm(p[:, 0] - p[:, 1], axis=1) for p in (made, free))
    error = np.hypot(ours.std() / np.sqrt(len(ours)), theirs.std() / np.sqrt(len(theirs)))
    assert ours.mean() == pytest.approx(theirs.mean(), abs=4 * error)


def test_dense_spheres_are_reached_by_pressing():
    dense = suspension(count=300, volume_fraction=0.5)
    assert deepest_overlap(dense.positions, dense.diameters) is None


@pytest.mark.parametrize("changes", [{"volume_fraction": 0.7}, {"volume_fraction": 0.3, "gap": "10 nm"}])
def test_what_cannot_be_reached_is_refused_with_what_can(changes):
    message = refusal(suspension, **changes)
    assert message.startswith("suspension.volume_fraction must be <= ")
    reachable = float(message.split("<= ")[1].split(" ")[0])
    assert suspension(**(changes | {"volume_fraction": reachable})).count == 50


def test_one_sphere_may_fill_its_sphere():
    assert suspension(count=1, volume_fraction=0.99, container="sphere").count == 1


# Clusters


@pytest.mark.parametrize("make", [fractal, aggregate, suspension])
def test_clusters_have_no_direction(make):  # mean of the gyration tensor over seeds, within 5 standard errors
    places = [make(count=24, seed=seed).positions for seed in range(60)]
    tensors = np.array([p.T @ p / (p**2).sum() for p in places])
    error = tensors.std(axis=0) / np.sqrt(len(tensors))
    assert (np.abs(tensors.mean(axis=0) - np.eye(3) / 3) < 5 * error).all()


def test_cluster_cluster_has_its_dimension_inside_as_well():  # neighbours within r grow as r^D
    slopes = []
    for seed in range(3):
        places = fractal(count=300, seed=seed).positions / (20 * NM)
        apart = np.linalg.norm(places[:, None] - places, axis=2)
        radii = np.array([2.0, 3.0, 4.0, 5.0])
        slopes.append(np.polyfit(np.log(radii), np.log([(apart < r).mean() for r in radii]), 1)[0])
    assert np.mean(slopes) == pytest.approx(1.8, abs=0.15)


def test_ballistic_clusters_are_denser_than_those_of_diffusion():
    sizes = [np.sqrt((aggregate(count=80, method=m).positions ** 2).sum()) for m in ("ballistic", "diffusion")]
    assert sizes[0] < 0.9 * sizes[1]


def test_a_straight_chain_is_the_limit_of_dimension_one():  # R_g^2 = a^2 (n^2 - 1)/3
    count = 7
    factor = count / np.sqrt((count**2 - 1) / 3)
    line = fractal(count=count, fractal_dimension=1, prefactor=factor, method="particle-cluster").positions
    assert np.linalg.svd(line)[1][1] < 1e-6 * np.linalg.svd(line)[1][0]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"prefactor": 0.01}, "fractal.prefactor must be from"),
        ({"prefactor": 30}, "fractal.prefactor must be from"),
        ({"fractal_dimension": 0.9}, "fractal.fractal_dimension must be >= 1 and <= 3"),
        ({"fractal_dimension": 3.1}, "fractal.fractal_dimension must be >= 1 and <= 3"),
        ({"fractal_dimension": 2.9, "prefactor": 0.7}, "take method='particle-cluster'"),
        ({"fractal_dimension": 3, "prefactor": 1.5, "method": "particle-cluster"}, "take a prefactor near"),
        ({"count": 1}, "fractal.count must be an integer >= 2"),
        ({"count": 10**7}, "fractal.count must be an integer >= 2 and <"),
        ({"method": "ballistic"}, "fractal.method must be 'cluster-cluster' or"),
        ({"easy_axes": "aligned"}, "fractal.easy_axes must be 'random' or axes"),
        ({"gap": -1}, "fractal.gap must be >= 0"),
        ({"seed": -1}, "fractal.seed must be an integer >= 0"),
        ({"diameter_spread": 2}, "fractal.diameter_spread must be >= 0 and <= 1"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused_by_name(changes, says):
    assert says in refusal(fractal, **changes)


def test_other_bad_arguments_are_refused_by_name():
    assert refusal(aggregate, method="random").startswith("aggregate.method must be")
    assert refusal(suspension, volume_fraction=0).startswith("suspension.volume_fraction must be > 0")
    assert refusal(suspension, container="box").startswith("suspension.container must be 'cube' or 'sphere'")
    assert refusal(suspension, count=10**7 - 1).startswith("suspension.count must be <=")
    assert "structure must be" in refusal(
        arrangement.lattice, shape=(2, 2, 2), diameter="9 nm", gap=0, structure="fcc", material=mh.magnetite
    )


# XYZ files


def write(folder, text):
    path = folder / "cluster.xyz"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plain_xyz_file_needs_its_unit(tmp_path):
    path = write(tmp_path, "2\na comment\nFe 0 0 0\nFe 250 0 -1.5e1 7\n\n")
    given = {"material": mh.magnetite, "diameters": "20 nm", "easy_axes": (0, 0, 1)}
    two = mh.Particles.from_xyz(path, length_unit="angstrom", **given)
    np.testing.assert_array_equal(two.positions, [[0, 0, 0], [25e-9, 0, -1.5e-9]])
    assert "length_unit is required" in refusal(mh.Particles.from_xyz, path, **given)


def test_an_extended_xyz_file_tells_what_it_has(tmp_path):
    head = 'Lattice="1 0 0 0 1 0 0 0 1" Properties=id:I:1:pos:R:3:radius:R:1:spin:R:3:easy_axis:R:3 length_unit=nm'
    path = write(tmp_path, f"1\n{head}\n7 1 2 3 9 0 0 1 0 3 4\n")
    one = mh.Particles.from_xyz(path, material=mh.magnetite)
    np.testing.assert_array_equal(one.positions, [[1e-9, 2e-9, 3e-9]])
    np.testing.assert_array_equal(one.diameters, [18e-9])
    np.testing.assert_allclose(one.easy_axes, [[0, 0.6, 0.8]], rtol=1e-15)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: there must be the number of particles"),
        ("two\n\nP 0 0 0\n", "line 1: there must be the number of particles"),
        ("0\n\n", "line 1: there must be the number of particles"),
        ("2\n\nP 0 0 0\n", "must have 2 particles after its comment, as line 1 says; got 1"),
        ("1\n\nP 0 0 0\n1\n\nP 0 0 0\n", "several frames"),
        ("1\n", "must have 1 particles"),
        ("1\n\nP 0 0\n", "line 3: there must be 4 columns"),
        ("1\n\nP 0 x 0\n", "line 3, positions must be a length"),
        ("1\nProperties=pos:R\nP 0 0 0\n", "line 2: Properties must be name:type:columns"),
        ("1\nProperties=species:S:1\nP\n", "line 2: Properties must have pos:R:3"),
        ("1\nlength_unit=um\nP 0 0 0\n", "length_unit must be um"),
        ("1\nProperties=pos:R:3:radius:R:1\n0 0 0 5\n", "has diameters already"),
    ],
)
def test_a_bad_xyz_file_is_refused_with_its_line(tmp_path, text, says):
    given = {"material": mh.magnetite, "diameters": "20 nm", "easy_axes": (0, 0, 1), "length_unit": "nm"}
    message = refusal(mh.Particles.from_xyz, write(tmp_path, text), **given)
    assert says in message
    assert "cluster.xyz" in message


def test_an_xyz_file_that_lacks_something_or_is_not_there_is_one_sentence(tmp_path):
    path = write(tmp_path, "1\nlength_unit=nm\nP 0 0 0\n")
    assert "has no diameters; give diameters=" in refusal(mh.Particles.from_xyz, path, material=mh.magnetite)
    assert "cannot be read" in refusal(mh.Particles.from_xyz, tmp_path / "none.xyz", material=mh.magnetite)
    assert "cannot be written" in refusal(fractal().to_xyz, tmp_path / "no" / "folder.xyz")


# Files of experiments, and runs that are too large


TOML = """
[material]
preset = "magnetite"
[particles]
{}
[applied_field]
kind = "sinusoidal"
amplitude = "500 Oe"
frequency = "300 kHz"
[experiment]
samples_per_cycle = 4
cycles = 1
"""


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ('arrangement = "ring"\ncount = 5\ndiameter = "20 nm"\ngap = 0', 5),
        ('arrangement = "suspension"\ncount = 6\ndiameter = "20 nm"\nvolume_fraction = 0.1', 6),
        ('arrangement = "aggregate"\ncount = 7\ndiameter = "20 nm"\ndiameter_spread = 0.1', 7),
        ('arrangement = "fractal"\ncount = 8\ndiameter = "20 nm"\nfractal_dimension = 1.9', 8),
        ('xyz = "two.xyz"\ndiameters = "20 nm"\nlength_unit = "nm"\neasy_axes = [0, 0, 1]', 2),
    ],
)
def test_every_arrangement_comes_from_a_toml_file(tmp_path, table, count):
    (tmp_path / "two.xyz").write_text("2\n\nP 0 0 0\nP 30 0 0\n", encoding="utf-8")
    path = tmp_path / "one.toml"
    path.write_text(TOML.format(table), encoding="utf-8")
    one = mh.Experiment.from_toml(path)
    assert one.particles.count == count
    path.write_text(one.to_toml(), encoding="utf-8")
    assert mh.Experiment.from_toml(path) == one


def test_a_toml_file_may_ask_for_a_texture(tmp_path):
    ring = 'arrangement = "ring"\ncount = 9\ndiameter = "20 nm"\ngap = 0\neasy_axes = {}'
    asked = '{ random_seed = 3, direction = [1, 0, 0], spread = "20 deg" }'
    path = tmp_path / "one.toml"
    path.write_text(TOML.format(ring.format(asked)), encoding="utf-8")
    axes = arrangement.textured_axes(9, 3, direction=(1, 0, 0), spread="20 deg")
    np.testing.assert_allclose(mh.Experiment.from_toml(path).particles.easy_axes, axes, rtol=1e-15)
    path.write_text(TOML.format(ring.format("{ random_seed = 3, spread = 0.1 }")), encoding="utf-8")
    assert "[particles] easy_axes must be axes or { random_seed = 1 }" in refusal(mh.Experiment.from_toml, path)


@pytest.mark.parametrize(("solver", "memory"), [(mh.LLG(), "GiB; take fewer"), (mh.EnergyMinimizer(), "GiB and")])
def test_a_run_that_nobody_can_wait_for_is_refused_with_its_time_and_memory(solver, memory):
    many = arrangement.chain(count=500_000, diameter="20 nm", gap="1 nm", material=mh.magnetite)
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="300 kHz")
    asked = mh.Experiment(particles=many, applied_field=drive, cycles=1, samples_per_cycle=4)
    message = refusal(mh.simulate, asked, solver=solver)
    assert message.startswith("Experiment.particles must be few enough for ")
    assert "got 500000" in message
    assert "years" in message or "days" in message
    assert memory in message
