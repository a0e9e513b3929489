"""Designs of sweeps: what they spread where, what they refuse, and the keys of their rows."""

import textwrap

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import magheat as mh
from magheat.sweeps.axes import Span
from magheat.sweeps.building import experiment_at, plan_of, require_ends
from magheat.sweeps.design_file import read_design
from magheat.sweeps.designs import laid_out
from magheat.sweeps.keys import experiment_keys, template_of

ENSEMBLE = """
[material]
saturation_magnetization = "450 kA/m"
anisotropy_constant = 1e4
[ensemble]
diameter = "16 nm"
interaction = 0.3
[applied_field]
kind = "sinusoidal"
amplitude = "150 Oe"
frequency = "100 kHz"
[experiment]
temperature = 300.0
samples_per_cycle = 40
[solver]
name = "two-well"
"""
PAIR = """
[material]
preset = "magnetite"
[particles]
arrangement = "pair"
diameters = ["22 nm", "18 nm"]
gap = "7.1 nm"
easy_axis_angles = ["0 deg", "30 deg"]
[applied_field]
kind = "sinusoidal"
amplitude = "500 Oe"
frequency = "5 MHz"
[experiment]
samples_per_cycle = 60
[solver]
rtol = 1e-6
"""


def axis(field, **keys):
    lines = [f'field = "{field}"', *(f"{key} = {value}" for key, value in keys.items())]
    return "[[sweep.axes]]\n" + "\n".join(lines) + "\n"


def design(base, head, *axes):
    return read_design(base + "[sweep]\n" + textwrap.dedent(head) + "\n" + "".join(axes))


def sobol(count, *axes, base=ENSEMBLE, seed=1):
    return design(base, f'design = "sobol"\ncount = {count}\nseed = {seed}', *axes)


DIAMETER = axis("ensemble.diameter", low='"8 nm"', high='"25 nm"')
FREQUENCY = axis("applied_field.frequency", low='"50 kHz"', high='"400 kHz"', scale='"log"')
INTERACTION = axis("ensemble.interaction", low=0.0, high=0.8)


@given(power=st.integers(0, 9), seed=st.integers(0, 2**40), axes=st.integers(1, 7))
def test_every_dyadic_interval_of_every_sobol_axis_has_equally_many_rows(power, seed, axes):
    spans = [Span(("experiment", "damping"), f"x{i}", 0.0, 1.0) for i in range(axes)]
    points = laid_out("sobol", spans, 2**power, seed)
    for level in range(power + 1):
        counts = [np.bincount((column * 2**level).astype(int), minlength=2**level) for column in points.T]
        assert (np.array(counts) == 2 ** (power - level)).all()


@given(rows=st.integers(1, 200), seed=st.integers(0, 2**40), axes=st.integers(1, 5))
def test_every_row_of_a_latin_hypercube_has_a_part_of_every_axis_to_itself(rows, seed, axes):
    spans = [Span(("experiment", "damping"), f"x{i}", 0.0, 1.0) for i in range(axes)]
    points = laid_out("latin-hypercube", spans, rows, seed)
    for column in points.T:
        assert sorted((column * rows).astype(int)) == list(range(rows))


@given(
    low=st.floats(1e-12, 1e6),
    ratio=st.floats(1.001, 1e6),
    share=st.floats(0.0, 1.0, exclude_max=True),
    logarithmic=st.booleans(),
)
def test_an_axis_stays_between_its_ends_and_is_even_in_its_scale(low, ratio, share, logarithmic):
    high = low * ratio
    span = Span(("experiment", "damping"), "damping", low, high, logarithmic, count=5)
    value = float(span.at(share))
    assert low <= value <= high
    if logarithmic:
        assert np.log(value / low) == pytest.approx(share * np.log(ratio), rel=1e-6, abs=1e-9)
    else:
        assert value - low == pytest.approx(share * (high - low), rel=1e-6, abs=1e-9 * high)
    levels = span.levels()
    assert (levels[0], levels[-1]) == (low, high)
    steps = np.diff(np.log(levels) if logarithmic else levels)
    np.testing.assert_allclose(steps, steps.mean(), rtol=1e-6)


@given(count=st.integers(1, 40), seed=st.integers(0, 2**30))
def test_a_longer_sobol_design_of_the_same_seed_begins_with_the_shorter_one(count, seed):
    spans = [Span(("experiment", "damping"), f"x{i}", 0.0, 1.0) for i in range(3)]
    long, short = laid_out("sobol", spans, 100, seed), laid_out("sobol", spans, count, seed)
    np.testing.assert_array_equal(long[:count], short)


@pytest.mark.parametrize("kind", ["sobol", "latin-hypercube"])
def test_the_seed_decides_the_rows_and_another_gives_others(kind):
    heads = [f'design = "{kind}"\ncount = 32\nseed = {seed}' for seed in (5, 5, 6)]
    first, again, other = (design(ENSEMBLE, head, DIAMETER, FREQUENCY).points for head in heads)
    np.testing.assert_array_equal(first, again)
    assert not (first == other).any()


def test_a_factorial_is_the_product_of_its_axes_and_the_last_runs_fastest():
    axes = (
        axis("ensemble.diameter", low='"10 nm"', high='"20 nm"', count=3),
        axis("experiment.temperature", values='[300, "47 degC"]'),
        axis("ensemble.interaction_model", values='["none", "barrier"]'),
    )
    made = design(ENSEMBLE, 'design = "factorial"', *axes)
    rows = [tuple(made.values(row).values()) for row in range(made.count)]
    want = [(d, t, model) for d in (10e-9, 15e-9, 20e-9) for t in (300.0, 320.15) for model in ("none", "barrier")]
    assert [(pytest.approx(d), pytest.approx(t), model) for d, t, model in rows] == want


def test_whole_numbers_stay_whole_and_all_come_equally_often():
    made = sobol(64, axis("experiment.seed", low=1, high=4))
    values = [made.values(row)["seed"] for row in range(made.count)]
    assert all(type(value) is int for value in values)
    assert np.bincount(values).tolist() == [0, 16, 16, 16, 16]


def test_values_take_equal_shares_in_a_sobol_design():
    made = sobol(64, axis("ensemble.axes", values='["random", "30 deg", 0.0, "90 deg"]'))
    values = [made.values(row)["axis_angle"] for row in range(made.count)]
    assert len(set(values)) == 4
    assert {values.count(value) for value in ("random", 0.0, *made.axes[0].values)} == {16}


@pytest.mark.parametrize(
    ("base", "axes"),
    [
        (ENSEMBLE, (DIAMETER, FREQUENCY, INTERACTION, axis("material.density", low=4000, high=6000))),
        (ENSEMBLE, (axis("ensemble.interaction_model", values='["none", "barrier"]'), DIAMETER)),
        (ENSEMBLE, (axis("experiment.cycles", low=1, high=5), axis("ensemble.axes", values='["random", 0.0]'))),
        (PAIR, (axis("particles.gap", low='"1 nm"', high='"9 nm"'), axis("experiment.damping", low=0.1, high=1.0))),
        (PAIR, (axis("particles.diameters.0", low='"10 nm"', high='"30 nm"'),)),
        (PAIR, (axis("applied_field.direction", values="[[0, 0, 1], [1, 0, 0]]"),)),
        (PAIR.replace("sinusoidal", "square"), (axis("frequency", low='"1 MHz"', high='"9 MHz"'),)),
    ],
)
def test_the_keys_of_rows_are_those_of_their_experiments(base, axes):
    made = sobol(16, *axes, base=base)
    plan = plan_of(made)
    want = [experiment_at(plan, row).key for row in made.points]
    assert experiment_keys(plan, template_of(plan, made.points), made.points) == want
    assert len(set(want)) > 1


def test_plain_axes_need_no_experiment_per_row():
    made = sobol(16, DIAMETER, FREQUENCY, INTERACTION)
    assert template_of(plan_of(made), made.points) is not None


def test_a_row_is_the_experiment_that_one_would_write():
    made = sobol(4, axis("particles.diameters.1", low='"10 nm"', high='"20 nm"'), base=PAIR)
    want = mh.arrangement.pair(
        diameters=("22 nm", made.points[2, 0]),
        gap="7.1 nm",
        easy_axis_angles=("0 deg", "30 deg"),
        material=mh.magnetite,
    )
    assert experiment_at(plan_of(made), made.points[2]).particles == want
    assert made.axes[0].name == "diameter_1"


def test_particles_from_a_file_travel_in_the_design(tmp_path):
    (tmp_path / "three.csv").write_text("x (nm),y (nm),z (nm),diameter (nm)\n0,0,0,20\n30,0,0,20\n0,30,0,18\n")
    table = '[particles]\ncsv = "three.csv"\neasy_axes = { random_seed = 1 }\n'
    start, stop = PAIR.index("[particles]"), PAIR.index("[applied_field]")
    text = PAIR[:start] + table + PAIR[stop:]
    file = tmp_path / "design.toml"
    file.write_text(text + '[sweep]\ndesign = "factorial"\n' + axis("particles.easy_axes.random_seed", values="[1, 2]"))
    made = read_design(file)
    (tmp_path / "three.csv").unlink()
    first, second = (experiment_at(plan_of(made), row).particles for row in made.points)
    np.testing.assert_array_equal(first.positions, second.positions)
    assert not (first.easy_axes == second.easy_axes).any()
    np.testing.assert_array_equal(first.easy_axes, mh.arrangement.random_axes(3, 1))


def test_clusters_may_vary_in_their_seed_their_kind_and_their_numbers():
    start, stop = PAIR.index("[particles]"), PAIR.index("[applied_field]")
    table = '[particles]\narrangement = "fractal"\ncount = 9\ndiameter = "20 nm"\n'
    base = PAIR[:start] + table + PAIR[stop:]
    axes = axis("particles.seed", values="[1, 2]"), axis("fractal_dimension", low=1.8, high=2.0, count=2)
    made = design(base, 'design = "factorial"', *axes)
    places = {experiment_at(plan_of(made), row).particles for row in made.points}
    want = mh.arrangement.fractal(count=9, diameter="20 nm", fractal_dimension=2.0, seed=2, material=mh.magnetite)
    assert len(places) == 4
    assert want.positions.tobytes() in {each.positions.tobytes() for each in places}


def test_particles_from_an_xyz_file_travel_in_the_design(tmp_path):
    (tmp_path / "two.xyz").write_text("2\n\nP 0 0 0\nP 30 0 0\n", encoding="utf-8")
    table = '[particles]\nxyz = "two.xyz"\nlength_unit = "nm"\ndiameters = "20 nm"\neasy_axes = [0, 0, 1]\n'
    start, stop = PAIR.index("[particles]"), PAIR.index("[applied_field]")
    file = tmp_path / "design.toml"
    sweep = '[sweep]\ndesign = "factorial"\n' + axis("applied_field.amplitude", values='["300 Oe", "500 Oe"]')
    file.write_text(PAIR[:start] + table + PAIR[stop:] + sweep, encoding="utf-8")
    made = read_design(file)
    (tmp_path / "two.xyz").unlink()
    particles = experiment_at(plan_of(made), made.points[1]).particles
    np.testing.assert_array_equal(particles.positions, [[0, 0, 0], [30e-9, 0, 0]])
    np.testing.assert_array_equal(particles.diameters, [20e-9, 20e-9])


CSV = 'design = "csv"\nfile = "rows.csv"'


def from_csv(tmp_path, rows, base=ENSEMBLE):
    (tmp_path / "rows.csv").write_text(rows)
    file = tmp_path / "design.toml"
    file.write_text(base + "[sweep]\n" + CSV)
    return read_design(file)


def test_a_table_names_fields_by_path_or_last_word_with_units(tmp_path):
    made = from_csv(
        tmp_path,
        "# mine\ndiameter (nm); experiment.temperature (K); interaction_model\n12; 300; none\n\n14;310;barrier\n",
    )
    assert [made.values(row) for row in range(2)] == [
        {"diameter": 12e-9, "temperature": 300.0, "interaction_model": "none"},
        {"diameter": 14e-9, "temperature": 310.0, "interaction_model": "barrier"},
    ]
    assert [made.label(row) for row in range(2)] == ["line 3", "line 5"]


def test_a_bad_line_is_told_and_the_others_stay(tmp_path):
    made = from_csv(tmp_path, "diameter (nm),temperature (K)\n12,300\nx,300\n13\n14,310\n")
    assert [bad.row for bad in made.unread] == ["line 3", "line 4"]
    assert made.count == 2


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("", "must have a header and at least one row"),
        ("diameter (nm)\n", "must have a header and at least one row"),
        ("diameter\n12\n", "needs a unit"),
        ("diametre (nm)\n12\n", "did you mean"),
        ("diameter (kg)\n12\n", "the unit of 'diameter'"),
        ("diameter (nm)\nx\n", "line 2"),
        ("diameter (nm), ensemble.diameter (nm)\n12, 12\n", "must be there once"),
    ],
)
def test_a_table_that_makes_no_design_is_refused(tmp_path, rows, words):
    with pytest.raises(mh.SpecError, match=words) as error:
        from_csv(tmp_path, rows)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("head", "axes", "words"),
    [
        ('design = "sobel"\ncount = 4', [DIAMETER], "'factorial' or 'sobol'"),
        ("count = 4", [DIAMETER], "design is required"),
        ('design = "sobol"', [DIAMETER], "count is required"),
        ('design = "sobol"\ncount = 0', [DIAMETER], "count must be an integer >= 1"),
        ('design = "sobol"\ncount = 1000000000000', [DIAMETER], "at most"),
        ('design = "sobol"\ncount = 4\nsede = 1', [DIAMETER], "did you mean seed"),
        ('design = "sobol"\ncount = 4', [], r"sweep.axes\]\] is required"),
        ('design = "factorial"', [DIAMETER], "count is required in a factorial"),
        ('design = "factorial"\ncount = 5', [axis("diameter", values="[1e-8]")], "must be left out of a factorial"),
        ('design = "sobol"\ncount = 4', [axis("ensemble.diametre", low=1e-9, high=2e-9)], "did you mean diameter"),
        ('design = "sobol"\ncount = 4', [axis("ensembel.diameter", low=1e-9, high=2e-9)], "did you mean"),
        ('design = "sobol"\ncount = 4', [axis("particles.gap", low=1e-9, high=2e-9)], "is unknown"),
        ('design = "sobol"\ncount = 4', [axis("ensemble.diameter", low=2e-9, high=1e-9)], "low must be < high"),
        ('design = "sobol"\ncount = 4', [axis("ensemble.interaction", low=0, high=1, scale='"log"')], "> 0 on a log"),
        ('design = "sobol"\ncount = 4', [axis("ensemble.diameter", low='"8 kg"', high='"9 nm"')], "it is a mass|kind"),
        ('design = "sobol"\ncount = 4', [axis("ensemble.diameter", low='"8"', high='"9"')], "it has no unit"),
        ('design = "sobol"\ncount = 4', [axis("interaction", low='"1 nm"', high='"2 nm"')], "must be a plain number"),
        ('design = "sobol"\ncount = 4', [axis("ensemble.diameter", low=1e-9)], "high is required"),
        ('design = "sobol"\ncount = 4', [DIAMETER, DIAMETER], "must be there once"),
        ('design = "sobol"\ncount = 4', [axis("diameter", low=1e-9, high=2e-9, name='"slp"')], "another meaning"),
        ('design = "sobol"\ncount = 4', [axis("diameter", low=1e-9, high=2e-9, name='"frequency"')], "another meaning"),
        ('design = "sobol"\ncount = 4', [DIAMETER, axis("interaction", low=0, high=1, name='"diameter"')], "meaning"),
        ('design = "sobol"\ncount = 4', [axis("interaction", low=0, high=1, name='"gap"')], "another meaning"),
        ('design = "sobol"\ncount = 4', [axis("diameter", values="[]")], "at least one value"),
        ('design = "sobol"\ncount = 4', [axis("diameter", values='[1e-8, "10 nm"]')], "must differ"),
        ('design = "csv"', [], "file is required"),
        ('design = "csv"\nfile = "nosuch.csv"', [], "nosuch.csv"),
    ],
)
def test_what_makes_no_design_is_refused_in_one_sentence(head, axes, words):
    with pytest.raises(mh.SpecError, match=words) as error:
        design(ENSEMBLE, head, *axes)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("base", "entry", "words"),
    [
        (ENSEMBLE, axis("ensemble.diameter", low=-1e-9, high=2e-9), "ensemble.diameter = -1e-09 cannot be run"),
        (ENSEMBLE, axis("ensemble.diameter", low=8.0, high=25.0), "write '22 nm' for nanometres"),
        (ENSEMBLE, axis("experiment.temperature", low=0.0, high=300.0), "temperature must be > 0"),
        (ENSEMBLE, axis("ensemble.interaction_model", values='["none", "barier"]'), "'none' or 'barrier'"),
        (ENSEMBLE, axis("solver.axis_points", low=0, high=10), "axis_points"),
        (PAIR, axis("particles.gap", low='"-1 nm"', high='"9 nm"'), "pair.gap must be >= 0"),
        (PAIR, axis("experiment.temperature", low=-1.0, high=300.0), "temperature must be >= 0"),
        (ENSEMBLE.replace("two-well", "llg"), DIAMETER, "^Experiment.ensemble has no positions"),
    ],
)
def test_an_end_that_is_no_experiment_is_refused_before_anything_is_run(base, entry, words):
    with pytest.raises(mh.SpecError, match=words):
        require_ends(sobol(8, entry, base=base))


def test_a_path_beyond_a_list_is_refused():
    with pytest.raises(mh.SpecError, match="one of 2 elements"):
        sobol(4, axis("particles.diameters.2", low=1e-8, high=2e-8), base=PAIR)


def test_rows_that_are_no_power_of_two_are_said():
    assert "512 or 1024" in sobol(1000, DIAMETER).notes()[0]
    assert sobol(1024, DIAMETER).notes() == []
