"""Ensembles: their checks, and experiments with them as keys and as files."""

import math
import pickle

import pytest

import magheat as mh

MATERIAL = mh.Material(saturation_magnetization=4.5e5, anisotropy_constant=2e4)
DRIVE = mh.Sinusoidal(amplitude="150 Oe", frequency="100 kHz")


def ensemble(**changes):
    return mh.Ensemble(**({"material": MATERIAL, "diameter": "18 nm"} | changes))


def experiment(**changes):
    return mh.Experiment(**({"ensemble": ensemble(), "applied_field": DRIVE, "temperature": 315.0} | changes))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"material": None}, "material"),
        ({"diameter": 0.0}, "diameter"),
        ({"diameter": 18.0}, "diameter"),
        ({"interaction": -0.1}, "interaction"),
        ({"interaction": 1.5}, "interaction"),
        ({"axes": "along"}, "axes"),
        ({"axes": "91 deg"}, "axes"),
        ({"interaction_model": "strong"}, "interaction_model"),
        ({"diameter_spread": -0.1}, "diameter_spread"),
        ({"anisotropy_spread": 3.0}, "anisotropy_spread"),
        ({"demagnetizing_factor": 1.1}, "demagnetizing_factor"),
        ({"size": 1.0}, "size"),
    ],
)
def test_a_bad_ensemble_is_refused_by_name(change, words):
    with pytest.raises(mh.SpecError, match=rf"Ensemble\.{words}") as caught:
        ensemble(**change)
    assert "\n" not in str(caught.value)


def test_units_are_read_and_replace_keeps_the_rest():
    one = ensemble(axes="90 deg", interaction=0.3)
    assert one.diameter == 18e-9
    assert one.axes == math.pi / 2
    assert one.replace(diameter="20 nm") == ensemble(axes="90 deg", interaction=0.3, diameter=20e-9)


def test_an_experiment_has_particles_or_an_ensemble():
    pair = mh.arrangement.pair(
        diameters=("9 nm", "9 nm"), gap="1 nm", easy_axis_angles=("0 deg", "0 deg"), material=MATERIAL
    )
    with pytest.raises(mh.SpecError, match="leave one out"):
        experiment(particles=pair)
    with pytest.raises(mh.SpecError, match=r"Experiment\.particles"):
        mh.Experiment(applied_field=DRIVE)
    with pytest.raises(mh.SpecError, match=r"Experiment\.ensemble"):
        experiment(ensemble=3)
    with pytest.raises(mh.SpecError, match="initial_moments"):
        experiment(initial_moments=[[0, 0, 1]])


def test_the_key_is_that_of_the_physics():
    one = experiment()
    assert one.key == experiment(ensemble=ensemble(diameter=18e-9, axes="random")).key
    others = [
        ensemble(diameter="19 nm"), ensemble(axes=0.0), ensemble(interaction=0.1), ensemble(diameter_spread=0.1),
        ensemble(material=mh.magnetite), ensemble(interaction_model="none"),
    ]  # fmt: skip
    keys = {one.key, *(experiment(ensemble=other).key for other in others)}
    assert len(keys) == 1 + len(others)
    assert pickle.loads(pickle.dumps(one)) == one
    assert one.replace(temperature=300).ensemble == one.ensemble


@pytest.mark.parametrize("axes", ["random", 0.0, "30 deg"])
def test_a_file_gives_back_the_experiment(axes, tmp_path):
    one = experiment(ensemble=ensemble(axes=axes, interaction=0.2, diameter_spread=0.15))
    one.to_toml(tmp_path / "one.toml")
    assert mh.Experiment.from_toml(tmp_path / "one.toml").key == one.key


TEXT = """
[material]
preset = "magnetite"
[ensemble]
diameter = "18 nm"
axes = "30 deg"
[applied_field]
kind = "sinusoidal"
amplitude = "150 Oe"
frequency = "100 kHz"
[experiment]
temperature = "42 degC"
"""


def test_a_file_is_read_with_units(tmp_path):
    path = tmp_path / "ensemble.toml"
    path.write_text(TEXT)
    one = mh.Experiment.from_toml(path)
    assert one.ensemble == mh.Ensemble(material=mh.magnetite, diameter=18e-9, axes="30 deg")
    assert one.particles is None
    assert one.temperature == pytest.approx(315.15)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[ensemble]", "[particles]\n[ensemble]", "leave one out"),
        ('axes = "30 deg"', 'material = "iron"', "table of its own"),
        ('axes = "30 deg"', "axis = 1", "axis"),
    ],
)
def test_a_bad_file_is_refused(tmp_path, old, new, words):
    path = tmp_path / "ensemble.toml"
    path.write_text(TEXT.replace(old, new))
    with pytest.raises(mh.SpecError, match=words):
        mh.Experiment.from_toml(path)
