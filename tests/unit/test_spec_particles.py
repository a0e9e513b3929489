"""Materials, particles and arrangements: each bad value is refused by its name."""

import copy
import inspect
import pickle

import numpy as np
import pytest

import magheat as mh
from magheat.spec import arrangement
from magheat.spec.overlap import deepest_overlap

NM = 1e-9


@pytest.fixture
def pair():
    return arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=mh.magnetite
    )


def refusal(call, *args, **kwargs):
    """The message of the `SpecError` that the call must raise: one sentence on one line."""
    with pytest.raises(mh.errors.SpecError) as caught:
        call(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    return message


def particles(**changes):
    one = {"positions": [[0, 0, 0]], "diameters": "20 nm", "easy_axes": (0, 0, 1), "material": mh.magnetite}
    return mh.Particles(**(one | changes))


# Material


def test_the_paper_s_material_in_cgs_is_the_same_in_si():  # Phys. Rev. B 102, 214412 (2020)
    cgs = mh.Material(saturation_magnetization="480 emu/cm^3", anisotropy_constant="1e5 erg/cm^3")
    si = mh.Material(saturation_magnetization=480e3, anisotropy_constant=1e4, density="5.18 g/cm^3")
    assert cgs == si
    assert hash(cgs) == hash(si)
    assert (si.heat_capacity, si.iron_mass_fraction) == (3.48e6, 0.7236)


def test_the_presets_have_the_iron_of_their_formulas():  # atomic masses of Fe 55.845 and O 15.999
    magnetite = 3 * 55.845 / (3 * 55.845 + 4 * 15.999)
    maghemite = 2 * 55.845 / (2 * 55.845 + 3 * 15.999)
    assert mh.magnetite.iron_mass_fraction == pytest.approx(magnetite, abs=5e-5)
    assert mh.maghemite.iron_mass_fraction == pytest.approx(maghemite, abs=5e-5)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"saturation_magnetization": 0.0}, "saturation_magnetization"),
        ({"saturation_magnetization": -1.0}, "saturation_magnetization"),
        ({"saturation_magnetization": "480 G"}, "saturation_magnetization"),
        ({"anisotropy_constant": -1.0}, "anisotropy_constant"),
        ({"density": 0}, "density"),
        ({"heat_capacity": "0 J/(m^3 K)"}, "heat_capacity"),
        ({"iron_mass_fraction": 1.1}, "iron_mass_fraction"),
        ({"iron_mass_fraction": 0}, "iron_mass_fraction"),
    ],
)
def test_a_material_s_bad_value_is_refused_by_name(changes, name):
    assert refusal(mh.magnetite.replace, **changes).startswith(f"Material.{name} must be ")


def test_an_isotropic_material_is_legal():
    assert mh.magnetite.replace(anisotropy_constant=0).anisotropy_constant == 0.0


def test_an_unknown_argument_is_refused_under_its_own_name():
    message = refusal(mh.magnetite.replace, saturation_magnetisation=1.0)
    assert message == "Material.saturation_magnetisation is unknown; did you mean saturation_magnetization?"
    assert "chain.axis is unknown; known are" in refusal(arrangement.chain, axis=1)


def test_a_missing_argument_is_named():
    assert "Material.anisotropy_constant is required" in refusal(mh.Material, saturation_magnetization=1.0)
    assert "random_axes.seed is required" in refusal(arrangement.random_axes, 3)
    assert "takes its arguments by name" in refusal(mh.Material, 1.0, 2.0)


def test_the_signature_survives_its_better_errors():
    assert "anisotropy_constant" in inspect.signature(mh.Material).parameters


# Particles


def test_scalars_serve_all_particles():
    many = particles(positions=[[0, 0, 0], [0, 0, "30 nm"]])
    np.testing.assert_array_equal(many.diameters, [20 * NM, 20 * NM])
    np.testing.assert_array_equal(many.easy_axes, [[0, 0, 1], [0, 0, 1]])
    np.testing.assert_allclose(many.volumes, np.pi / 6 * (20 * NM) ** 3, rtol=1e-15)
    np.testing.assert_array_equal(many.density, [5180.0, 5180.0])
    assert (many.count, len(many)) == (2, 2)


def test_each_particle_may_have_its_material():
    other = mh.maghemite
    two = particles(positions=[[0, 0, 0], [0, 0, "30 nm"]], material=[mh.magnetite, other])
    np.testing.assert_array_equal(two.saturation_magnetization, [480e3, other.saturation_magnetization])
    np.testing.assert_array_equal(two.anisotropy_constant, [11e3, other.anisotropy_constant])
    np.testing.assert_array_equal(two.heat_capacity, [3.48e6, other.heat_capacity])
    np.testing.assert_array_equal(two.iron_mass_fraction, [0.7236, other.iron_mass_fraction])
    assert two != two.replace(material=other)


def test_the_same_material_for_each_is_one_material():
    two = particles(positions=[[0, 0, 0], [0, 0, "30 nm"]])
    assert two == two.replace(material=[mh.magnetite, mh.magnetite])


@pytest.mark.parametrize("scale", [1e-200, 1.0, 3.7, 1e200])
def test_axes_are_normalised_whatever_their_length(scale):
    axis = particles(easy_axes=np.array([[1.0, 2.0, 2.0]]) * scale).easy_axes
    np.testing.assert_allclose(axis, [[1 / 3, 2 / 3, 2 / 3]], rtol=1e-15)


def test_arrays_are_read_only_even_after_a_round_trip_through_pickle(pair):
    for each in (pair, pickle.loads(pickle.dumps(pair)), copy.deepcopy(pair)):
        assert each == pair
        assert hash(each) == hash(pair)
        for array in (each.positions, each.diameters, each.easy_axes, each.volumes, each.density):
            assert not array.flags.writeable


def test_equality_is_by_content(pair):
    assert pair == pair.replace(diameters=[22e-9, 18e-9])
    assert pair != pair.replace(diameters=[22e-9, 17e-9])
    assert pair != "pair"
    assert repr(pair) == "Particles(2 of 18 to 22 nm)"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"diameters": 0.0}, "Particles.diameters[0] must be >= 1e-13"),
        ({"diameters": "-20 nm"}, "Particles.diameters[0] must be >= 1e-13"),
        ({"diameters": 20.0}, "write '20 nm' for nanometres"),
        ({"diameters": ["20 nm", "20 nm"]}, "Particles.diameters must be one per particle; got 2 for 1"),
        ({"easy_axes": (0, 0, 0)}, "Particles.easy_axes must not be zero"),
        ({"easy_axes": [[0, 0, 0]]}, "Particles.easy_axes[0] must not be zero"),
        ({"easy_axes": [[0, 0, 1], [0, 0, 1]]}, "Particles.easy_axes must have the shape (1, 3)"),
        ({"easy_axes": (0, 0, float("nan"))}, "Particles.easy_axes[2] must be finite"),
        ({"positions": [0, 0, 0]}, "Particles.positions must have the shape (n, 3)"),
        ({"positions": np.zeros((0, 3))}, "Particles.positions must hold at least one particle"),
        ({"positions": [[0, 0, float("inf")]]}, "Particles.positions[0, 2] must be finite"),
        ({"positions": [[0, 0, 1e300]]}, "Particles.positions must be within 1e+06 m"),
        ({"material": "magnetite"}, "Particles.material must be a Material"),
        ({"material": [mh.magnetite] * 2}, "Particles.material must be one, or one per particle; got 2 for 1"),
        ({"shape": "cube"}, "Particles.shape is unknown"),
    ],
)
def test_bad_particles_are_refused_by_name(changes, says):
    assert says.replace("'20 nm'", "'22 nm'") in refusal(particles, **changes)


def test_overlapping_spheres_are_reported_with_both_indices():
    places = [[0, 0, 0], [0, 0, "100 nm"], [0, 0, "119 nm"]]
    message = refusal(particles, positions=places)
    assert message.startswith(
        "Particles.positions must keep spheres apart; got spheres 1 and 2, which overlap by 1e-09"
    )


def test_spheres_may_touch():
    assert particles(positions=[[0, 0, 0], [0, "20 nm", 0]]).count == 2
    assert "overlap" in refusal(particles, positions=[[0, 0, 0], [0, 20 * NM * (1 - 1e-8), 0]])


def test_a_heap_of_many_coincident_spheres_is_refused_at_once():
    assert deepest_overlap(np.zeros((50_000, 3)), np.full(50_000, 20 * NM)) is not None
    close = np.random.default_rng(1).normal(0, 1e-12, (20_000, 3))
    assert deepest_overlap(close, np.full(20_000, 20 * NM)) is not None


def test_one_giant_among_many_small_spheres_is_found():
    places = arrangement.lattice(shape=(20, 20, 20), diameter="20 nm", gap=0, material=mh.magnetite).positions
    sizes = np.full(len(places), 20 * NM)
    assert deepest_overlap(places, sizes) is None
    sizes[4000] = 21 * NM
    assert 4000 in deepest_overlap(places, sizes)[:2]


# Positions from a file


def write(folder, text):
    path = folder / "cluster.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_particles_come_from_a_csv_file(tmp_path):
    header = "# a cluster\nx (nm), y [nm], z (um), Diameter (nm), axis_x, axis_y, axis_z\n"
    text = header + "\n0,0,0,22,0,0,2\n27.1,0,0,18,1,0,0\n"
    two = mh.Particles.from_csv(write(tmp_path, text), material=mh.magnetite)
    assert two == particles(
        positions=[[0, 0, 0], ["27.1 nm", 0, 0]], diameters=["22 nm", "18 nm"], easy_axes=[[0, 0, 1], [1, 0, 0]]
    )


def test_what_the_file_lacks_is_given_beside_it(tmp_path):
    path = write(tmp_path, "x (nm);y (nm);z (nm)\n0;0;0\n30;0;0\n")
    two = mh.Particles.from_csv(path, material=mh.magnetite, diameters="20 nm", easy_axes=(0, 0, 1))
    assert two == particles(positions=[[0, 0, 0], ["30 nm", 0, 0]])
    assert "must have the column diameter" in refusal(mh.Particles.from_csv, path, material=mh.magnetite)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x (nm),y (nm),z (nm)\n0,0,0\n0,oops,0\n", "line 3, column y must be a length"),
        ("x (nm),y (nm),z (nm)\n0,0\n", "line 2: there must be 3 columns"),
        ("x,y (nm),z (nm)\n0,0,0\n", "line 1: the column 'x' needs a unit"),
        ("x (K),y (nm),z (nm)\n0,0,0\n", "line 2, column x must be a length"),
        ("x (nm),y (nm),z (nm),colour\n0,0,0,1\n", "line 1: the column 'colour' is unknown"),
        ("x (nm),x (nm),z (nm)\n0,0,0\n", "a column is there twice"),
        ("x (nm),y (nm)\n0,0\n", "must have the column z"),
        ("x (nm),y (nm),z (nm)\n", "at least one row"),
        ("", "at least one row"),
    ],
)
def test_a_bad_file_is_refused_with_line_and_column(tmp_path, text, says):
    path = write(tmp_path, text)
    message = refusal(mh.Particles.from_csv, path, material=mh.magnetite, diameters="20 nm", easy_axes=(0, 0, 1))
    assert says in message
    assert "cluster.csv" in message


def test_a_missing_file_is_one_sentence(tmp_path):
    assert "cannot be read" in refusal(mh.Particles.from_csv, tmp_path / "none.csv", material=mh.magnetite)


# Arrangements


def test_the_paper_s_pair(pair):  # 22 and 18 nm, 7.1 nm apart: centres 27.1 nm apart along x
    np.testing.assert_allclose(pair.positions, [[0, 0, 0], [27.1e-9, 0, 0]], rtol=1e-15)
    np.testing.assert_allclose(pair.easy_axes, [[0, 0, 1], [0.5, 0, np.sqrt(3) / 2]], rtol=1e-15)


def test_a_gap_of_zero_is_touching_and_a_negative_one_is_refused(pair):
    arguments = {"diameters": ("22 nm", "18 nm"), "easy_axis_angles": (0, 0), "material": mh.magnetite}
    assert arrangement.pair(gap=0, **arguments).positions[1, 0] == pytest.approx(20e-9, rel=1e-15)
    assert refusal(arrangement.pair, gap="-1 nm", **arguments).startswith("pair.gap must be >= 0; got '-1 nm'")


def test_a_chain_has_its_axes_along_itself():
    three = arrangement.chain(count=3, diameter="20 nm", gap="5 nm", material=mh.magnetite, direction=(0, 3, 4))
    np.testing.assert_allclose(three.positions, np.outer([0, 25e-9, 50e-9], [0, 0.6, 0.8]), rtol=1e-15)
    np.testing.assert_allclose(three.easy_axes, [[0, 0.6, 0.8]] * 3, rtol=1e-15)


def test_a_lattice_fills_its_box_without_overlap():
    box = arrangement.lattice(shape=(2, 3, 4), diameter="20 nm", gap=0, material=mh.magnetite)
    assert box.count == 24
    np.testing.assert_allclose(box.positions.max(axis=0), [20e-9, 40e-9, 60e-9], rtol=1e-15)
    np.testing.assert_allclose(box.positions[1], [0, 0, 20e-9], rtol=1e-15)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"shape": (2, 2)}, "shape"),
        ({"shape": (2, 2, 0)}, "shape[2]"),
        ({"shape": (2.0, 2, 2)}, "shape[0]"),
        ({"shape": (1000, 1000, 1000)}, "shape"),
        ({"gap": -1e-9}, "gap"),
    ],
)
def test_a_bad_lattice_is_refused_by_name(changes, name):
    good = {"shape": (2, 2, 2), "diameter": "20 nm", "gap": 0, "material": mh.magnetite}
    assert refusal(arrangement.lattice, **(good | changes)).startswith(f"lattice.{name} must be ")


def test_random_axes_are_uniform_on_the_sphere():  # <u> = 0 and <u_i u_j> = delta_ij/3, each within 5 standard errors
    axes = arrangement.random_axes(40_000, seed=5)
    np.testing.assert_allclose(np.linalg.norm(axes, axis=1), 1.0, rtol=1e-15)
    np.testing.assert_allclose(axes.mean(axis=0), 0.0, atol=5 / np.sqrt(3 * 40_000))
    np.testing.assert_allclose(axes.T @ axes / 40_000, np.eye(3) / 3, atol=5 * np.sqrt(4 / 45 / 40_000))
    np.testing.assert_array_equal(axes, arrangement.random_axes(40_000, seed=5))
    assert (axes != arrangement.random_axes(40_000, seed=6)).any()


@pytest.mark.parametrize(
    ("change", "name"), [({"gap": 7.1}, "gap"), ({"easy_axis_angles": (0, 30)}, "easy_axis_angles")]
)
def test_plain_numbers_that_were_meant_in_other_units_are_refused(change, name):
    asked = {"diameters": ("22 nm", "18 nm"), "gap": "7.1 nm", "easy_axis_angles": (0, 0.5), "material": mh.magnetite}
    with pytest.raises(mh.SpecError, match=rf"pair\.{name} must be"):
        arrangement.pair(**(asked | change))


@pytest.mark.parametrize("diameter", [1e-300, 9e-14, 1e-3])
def test_what_is_smaller_than_an_atom_is_no_particle(diameter):
    """Nor what one sees without a lens; the volume of the smallest would leave the range of numbers."""
    with pytest.raises(mh.SpecError, match=r"diameters\[0\] must be >= 1e-13 and < 0.001 m"):
        mh.Particles(positions=[[0, 0, 0]], diameters=[diameter], easy_axes=[[0, 0, 1]], material=mh.magnetite)
    with pytest.raises(mh.SpecError, match=r"diameter must be >= 1e-13 and < 0.001 m"):
        mh.Ensemble(material=mh.magnetite, diameter=diameter)
