"""The experiment: its defaults, its key, its refusals, and its TOML file."""

import copy
import os
import pickle

import numpy as np
import pytest

import magheat as mh
from magheat.constants import OERSTED
from magheat.spec import io
from magheat.whole import write_text

PAIR_TOML = """
[material]
saturation_magnetization = "480 emu/cm^3"
anisotropy_constant = "1e5 erg/cm^3"

[particles]
arrangement = "pair"
diameters = ["22 nm", "18 nm"]
gap = "7.1 nm"
easy_axis_angles = ["0 deg", "30 deg"]

[applied_field]
kind = "sinusoidal"
amplitude = "500 Oe"
frequency = "500 kHz"

[experiment]
damping = 0.1

[solver]
name = "llg"
rtol = 1e-9
"""


def paper_pair(**changes):
    material = mh.Material(saturation_magnetization="480 emu/cm^3", anisotropy_constant="1e5 erg/cm^3")
    arguments = {
        "particles": mh.arrangement.pair(
            diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material
        ),
        "applied_field": mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz", direction=(0, 0, 1)),
    }
    return mh.Experiment(**(arguments | changes))


def refusal(call, *args, **kwargs):
    """The message of the `SpecError` that the call must raise: one sentence on one line."""
    with pytest.raises(mh.errors.SpecError) as caught:
        call(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_defaults_are_the_contract_s():
    one = paper_pair()
    assert (one.damping, one.temperature, one.cycles, one.samples_per_cycle, one.seed) == (1.0, 0.0, 2, 2000, 1)
    assert one.interactions is True
    assert one.initial_moments is None
    assert one.damping_form == "landau-lifshitz"


# The key


def test_the_same_physics_in_other_units_has_the_same_key():
    material = mh.Material(saturation_magnetization=480e3, anisotropy_constant="10 kJ/m^3", density="5.18 g/cm^3")
    particles = mh.Particles(
        positions=[[0, 0, 0], ["27.1 nm", 0, 0]],
        diameters=[22e-9, "180 angstrom"],
        easy_axes=[(0, 0, 5), (np.tan(np.pi / 6), 0, 1)],
        material=[material, material],
    )
    for amplitude in (500 * OERSTED, "0.5 kOe", "50 mT", "500 G"):
        drive = mh.Sinusoidal(amplitude=amplitude, frequency=5e5, phase="0 deg", bias="0 mT")
        same = mh.Experiment(particles=particles, applied_field=drive, temperature="-273.15 degC")
        assert same.key == paper_pair().key
        assert same == paper_pair()
        assert hash(same) == hash(paper_pair())


@pytest.mark.parametrize(
    "changes",
    [
        {"damping": 0.5},
        {"temperature": 300},
        {"cycles": 3},
        {"samples_per_cycle": 1000},
        {"seed": 2},
        {"interactions": False},
        {"initial_moments": [[0, 0, 1], [0, 0, 1]]},
        {"damping_form": "gilbert"},
        {"applied_field": mh.Triangular(amplitude="500 Oe", frequency="500 kHz")},
        {"applied_field": mh.Sinusoidal(amplitude="500.00001 Oe", frequency="500 kHz")},
        {"applied_field": mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz", phase=1e-6)},
    ],
)
def test_another_physics_has_another_key(changes):
    assert paper_pair(**changes) != paper_pair()
    assert paper_pair().replace(**changes) == paper_pair(**changes)


def test_the_key_sees_a_small_gap_beside_a_particle_far_away():
    def three(gap):
        places = [[0, 0, 0], [20e-9 + gap, 0, 0], [0, 1e3, 0]]
        particles = mh.Particles(positions=places, diameters="20 nm", easy_axes=(0, 0, 1), material=mh.magnetite)
        return paper_pair(particles=particles).key

    assert three(1e-9) != three(1.001e-9)


def test_the_key_tells_who_has_which_material():
    pair, materials = paper_pair().particles, [mh.magnetite, mh.maghemite]
    one = paper_pair(particles=pair.replace(material=materials))
    other = paper_pair(particles=pair.replace(material=materials[::-1]))
    assert one != other


def test_the_key_is_what_it_was_in_the_first_version():  # stored results are found by it
    assert paper_pair().key == "cf4e3349d40d0b03d44ad31e77b2282e"


def test_an_experiment_is_a_value():
    one = paper_pair(initial_moments=[[0, 0, 2], [1, 1, 1]])
    for again in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), one.replace()):
        assert again == one
        np.testing.assert_array_equal(again.initial_moments, one.initial_moments)
        assert not again.initial_moments.flags.writeable
    with pytest.raises(AttributeError):
        one.damping = 0.5
    np.testing.assert_allclose(np.linalg.norm(one.initial_moments, axis=1), 1.0, rtol=1e-15)


# Refusals


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dampng": 1}, "Experiment.dampng is unknown; did you mean damping?"),
        ({"damping": -1}, "Experiment.damping must be >= 0"),
        ({"damping": float("nan")}, "Experiment.damping must be a plain number"),
        ({"damping": 1e9}, "Experiment.damping must be <= 1000"),
        ({"temperature": "37 C"}, "Experiment.temperature must be a temperature"),
        ({"temperature": "-300 degC"}, "Experiment.temperature must be >= 0"),
        ({"cycles": 0}, "Experiment.cycles must be an integer >= 1"),
        ({"cycles": 2.0}, "Experiment.cycles must be an integer >= 1"),
        ({"cycles": True}, "Experiment.cycles must be an integer >= 1"),
        ({"cycles": 10**6}, "Experiment.cycles must leave a result of at most 8 GiB"),
        ({"cycles": 10**400}, "Experiment.cycles must be an integer"),
        ({"samples_per_cycle": 1}, "Experiment.samples_per_cycle must be an integer >= 4"),
        ({"seed": -1}, "Experiment.seed must be an integer >= 0"),
        ({"seed": 2**63}, "Experiment.seed must be an integer >= 0 and < 9223372036854775808"),
        ({"interactions": 1}, "Experiment.interactions must be true or false"),
        ({"damping_form": "llg"}, "Experiment.damping_form must be 'landau-lifshitz' or 'gilbert'"),
        ({"initial_moments": [[0, 0, 0], [0, 0, 1]]}, "Experiment.initial_moments[0] must not be zero"),
        ({"initial_moments": [[0, 0, 1]] * 3}, "Experiment.initial_moments must have the shape (2, 3)"),
        ({"particles": None}, "Experiment.particles must be of the class Particles"),
        ({"applied_field": {"amplitude": 1}}, "Experiment.applied_field must be of the class AppliedField"),
    ],
)
def test_a_bad_experiment_is_refused_by_name(changes, says):
    assert says in refusal(paper_pair, **changes)
    assert says in refusal(paper_pair().replace, **changes)


def test_a_million_cycles_are_legal_with_few_samples():
    assert paper_pair(cycles=10**6, samples_per_cycle=4).cycles == 10**6


def test_what_is_missing_is_named():
    assert "Experiment.applied_field is required" in refusal(mh.Experiment, particles=paper_pair().particles)


# TOML and JSON


def test_a_toml_file_is_read_with_its_solver(tmp_path):
    path = tmp_path / "pair.toml"
    path.write_text(PAIR_TOML, encoding="utf-8")
    assert mh.Experiment.from_toml(path) == paper_pair(damping=0.1)
    assert mh.Experiment.from_toml(str(path)) == mh.Experiment.from_toml(PAIR_TOML)
    assert io.from_toml(path)[1] == {"name": "llg", "rtol": 1e-9}


FIELDS = [
    mh.Sinusoidal(amplitude="500 Oe", frequency="500 kHz", phase="30 deg", bias="-3 mT", direction=(1, 2, 3)),
    mh.Triangular(amplitude="500 Oe", frequency="500 kHz"),
    mh.Trapezoidal(amplitude="500 Oe", frequency="500 kHz", flat_fraction=0.2),
    mh.Square(amplitude="500 Oe", frequency="500 kHz"),
    mh.Static(amplitude="-500 Oe", duration="1 us"),
    mh.Rotating(amplitude="500 Oe", frequency="500 kHz", direction=(1, 2, 3), normal=(3, 0, -1)),
    mh.Elliptical(amplitude="500 Oe", minor_amplitude="1 mT", frequency="500 kHz"),
    mh.Sampled(times=[0, "0.3 us", "1 us", "2 us"], values=[1e4, 0, -1e4, 1e4], interpolation="linear", phase=1.0),
]


@pytest.mark.parametrize("drive", FIELDS, ids=lambda drive: type(drive).__name__)
def test_toml_and_json_give_the_same_experiment_to_the_last_bit(drive, tmp_path):
    one = paper_pair(
        applied_field=drive, temperature=315.15, initial_moments=[[1, 2, 3], [3, 2, 1]], interactions=False
    )
    path = tmp_path / "one.toml"
    assert one.to_toml(path) == path.read_text(encoding="utf-8")
    for again in (mh.Experiment.from_toml(path), io.from_json(io.to_json(one))):
        assert again == one
        assert again.particles == one.particles
        assert again.applied_field == one.applied_field
        np.testing.assert_array_equal(again.initial_moments, one.initial_moments)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.toml"]


def test_several_materials_survive_the_round_trip():
    particles = mh.arrangement.chain(
        count=3, diameter="20 nm", gap=0, material=[mh.magnetite, mh.maghemite, mh.magnetite]
    )
    one = paper_pair(particles=particles)
    assert io.from_toml(one.to_toml())[0] == one
    assert "material_index" in one.to_toml()


def test_a_toml_file_may_name_presets_arrangements_and_files(tmp_path):
    (tmp_path / "cluster.csv").write_text("x (nm),y (nm),z (nm)\n0,0,0\n30,0,0\n", encoding="utf-8")
    (tmp_path / "scope.csv").write_text("t (us),B (mT)\n0,5\n1,0\n2,-5\n3,0\n", encoding="utf-8")
    path = tmp_path / "cluster.toml"
    path.write_text(
        """
        [material]
        preset = "maghemite"
        anisotropy_constant = 2e4
        [particles]
        csv = "cluster.csv"
        diameters = "20 nm"
        easy_axes = { random_seed = 7 }
        [applied_field]
        kind = "sampled"
        csv = "scope.csv"
        period = "4 us"
        """,
        encoding="utf-8",
    )
    one = mh.Experiment.from_toml(path)
    np.testing.assert_array_equal(one.particles.easy_axes, mh.arrangement.random_axes(2, 7))
    np.testing.assert_array_equal(one.particles.anisotropy_constant, [2e4, 2e4])
    assert one.particles.material == mh.maghemite.replace(anisotropy_constant=2e4)
    assert one.applied_field.period == pytest.approx(4e-6)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("damping = 0.1", "damping 0.1", "pair.toml is not valid TOML: Expected '=' after a key"),
        ("damping = 0.1", "damping 0.1", "(at line 18,"),
        ("damping = 0.1", "dampin = 0.1", "pair.toml: Experiment.dampin is unknown; did you mean damping?"),
        ("[experiment]", "[experimnt]", "pair.toml: [experimnt] is unknown; did you mean experiment?"),
        ('"sinusoidal"', '"sine"', "[applied_field] kind = 'sine' is unknown"),
        ('kind = "sinusoidal"', "", "[applied_field] kind = None is unknown"),
        ("amplitude =", "amplitud =", "Sinusoidal.amplitud is unknown; did you mean amplitude?"),
        ('"7.1 nm"', '"-7.1 nm"', "pair.gap must be >= 0"),
        ('"pair"', '"dimer"', "[particles] arrangement = 'dimer' is unknown"),
        ("[material]", "[materials]", "[[materials]] must be a list of tables"),
        ("[material]", '[material]\npreset = "magnetit"', "preset = 'magnetit' is unknown; did you mean magnetite?"),
        ("[applied_field]", "[applied_fields]", "[applied_fields] is unknown"),
        ("[experiment]", "[experiment]\nparticles = 3", "[experiment] particles must be a table of its own"),
        ('"480 emu/cm^3"', "2020-01-01", "Material.saturation_magnetization must be a magnetization"),
    ],
)
def test_a_bad_toml_file_is_refused_with_its_name(tmp_path, old, new, says):
    path = tmp_path / "pair.toml"
    assert old in PAIR_TOML
    path.write_text(PAIR_TOML.replace(old, new), encoding="utf-8")
    message = refusal(mh.Experiment.from_toml, path)
    assert says in message
    assert message.startswith("pair.toml")


def test_a_missing_table_or_file_is_one_sentence(tmp_path):
    assert "no such file" in refusal(mh.Experiment.from_toml, tmp_path / "none.toml")
    assert "[particles] is required" in refusal(io.from_toml, "[material]\npreset = 'magnetite'\n")
    assert "JSON" in refusal(io.from_json, "{")
    assert "cannot be written" in refusal(paper_pair().to_toml, tmp_path / "no" / "folder.toml")


def test_a_failed_write_leaves_no_file(tmp_path, monkeypatch):
    def interrupted(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_text(tmp_path / "one.toml", "text")
    assert not list(tmp_path.iterdir())
