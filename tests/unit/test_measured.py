"""Measured SAR: what physics alone says of it, and learning from a knowledge base of it."""

import json
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import magheat as mh
from magheat.cli.main import app
from magheat.constants import BOLTZMANN, MU_0
from magheat.errors import SchemaError, SpecError
from magheat.workflows.measured.physics import FERRITES, LEAST_SLP, as_two_wells, compound_of, with_physics
from magheat.workflows.measured.training import INPUTS, known_inputs, train_measured

PROFILE = Path(__file__).parents[2] / "examples" / "profiles" / "dimag_sar.toml"
#: A copy of the table of the DiMag database; it has no licence, so that it is not part of magheat.
REAL = os.environ.get("MAGHEAT_MEASURED_SAR")
HEADER = (
    "DOI,Core composition,Shell composition,Concentration of particles,Area/volume,Max/min(size),"
    "Magnetic moment of core,Saturation magnetization,Coercivity,Remanence magnetization,LogP of organic coating,"
    "Number H acceptors of organic coating,Field amplitude,Field frequency,SAR"
)


def row(**changes):
    told = {
        "composition": "Fe1Fe2O4",
        "area_over_volume_as_written": 0.4,
        "mass_saturation_magnetization": 80.0,
        "amplitude": 15e3,
        "frequency": 3e5,
    }
    return pl.DataFrame({name: [value] for name, value in (told | changes).items()})


@pytest.mark.parametrize(
    ("written", "anisotropy", "density"),
    [
        ("Fe1Fe2O4", 11e3, 5180),
        ("Fe3O4", 11e3, 5180),
        ("Fe2O3", 4.65e3, 4900),
        ("Co1Fe2O4", 1.9e5, 5290),
        ("CoFe2O4", 1.9e5, 5290),
        ("Co0.7Fe0.3Fe2O4", 0.7 * 1.9e5 + 0.3 * 11e3, 0.7 * 5290 + 0.3 * 5180),
        ("Zn0.30Co0.70Fe2.00O4", 0.7 * 1.9e5, 0.3 * 5330 + 0.7 * 5290),
        ("Mn0.5Zn0.5Fe2O4", 1.5e3, 5165),
    ],
)
def test_constants_of_a_mixture_are_those_of_its_parts(written, anisotropy, density):
    np.testing.assert_allclose(compound_of(written), (anisotropy, density), rtol=1e-9)


@pytest.mark.parametrize(
    "written",
    ["Zn1Fe2O4", "Tb0.5Fe0.5Fe2O4", "Fe2.2C1Fe5C2", "Au1Fe2O3", "Fe", "FeO", "Co3O4", "magnetite", "", "Fe3O4?"],
)
def test_what_has_no_constants_gets_none(written):
    assert compound_of(written) is None


@given(st.sampled_from(sorted(set(FERRITES) - {"Fe", "Zn"})), st.integers(1, 9))
def test_more_iron_is_nearer_to_magnetite(metal, tenths):
    """A mixture lies between its ends."""
    ends = sorted([FERRITES[metal].anisotropy_constant, FERRITES["Fe"].anisotropy_constant])
    found = compound_of(f"{metal}0.{tenths}Fe0.{10 - tenths}Fe2O4")
    assert ends[0] <= found.anisotropy_constant <= ends[1]


def test_a_row_is_read_by_hand():
    read = as_two_wells(row()).row(0, named=True)
    assert read == pytest.approx(
        {
            "saturation_magnetization": 80.0 * 5180,
            "anisotropy_constant": 11e3,
            "diameter": 15e-9,  # 6/0.4 nm
            "density": 5180.0,
            "interaction": 0.0,
            "temperature": 300.0,
            "amplitude": 15e3,
            "frequency": 3e5,
        }
    )


def test_two_wells_of_a_row_are_those_of_its_particle():
    read = as_two_wells(row())
    expected = mh.two_well_loops(read)["slp"][0]
    assert with_physics(row())["slp_two_wells"][0] == pytest.approx(expected, rel=1e-12)
    assert expected > 1e3


def test_linear_response_of_a_row_is_its_formula():
    """Rosensweig's heat, with Neel's and Brown's time in parallel, by hand."""
    particle, eta = as_two_wells(row(amplitude=500.0)).row(0, named=True), 0.85e-3
    volume, thermal = np.pi / 6 * particle["diameter"] ** 3, BOLTZMANN * 300.0
    neel = 1e-9 * np.exp(particle["anisotropy_constant"] * volume / thermal)
    lag = 2 * np.pi * 3e5 / (1 / neel + thermal / (3 * eta * volume))
    static = MU_0 * particle["saturation_magnetization"] ** 2 * volume / (3 * thermal)
    expected = np.pi * MU_0 * static * lag / (1 + lag**2) * 500.0**2 * 3e5 / particle["density"]
    assert with_physics(row(amplitude=500.0))["slp_linear_response"][0] == pytest.approx(expected, rel=1e-9)


@given(st.floats(0.05, 0.8), st.floats(1.0, 1e5), st.floats(1e4, 1e6), st.sampled_from(["Fe3O4", "CoFe2O4", "Fe2O3"]))
def test_no_model_exceeds_the_largest_loop(surface, amplitude, frequency, composition):
    given_ = row(area_over_volume_as_written=surface, amplitude=amplitude, frequency=frequency, composition=composition)
    found = with_physics(given_).row(0, named=True)
    assert found["slp_largest_loop"] == pytest.approx(4 * MU_0 * 80.0 * amplitude * frequency)
    for name in ("slp_two_wells", "slp_linear_response"):
        assert min(LEAST_SLP, found["slp_largest_loop"]) <= found[name]
        assert found[name] <= max(LEAST_SLP, found["slp_largest_loop"]) * (1 + 1e-9)


@pytest.mark.parametrize("name", ["composition", "area_over_volume_as_written", "mass_saturation_magnetization"])
def test_a_row_that_does_not_tell_enough_has_no_physics(name):
    kind = pl.String if name == "composition" else pl.Float64
    some = pl.concat([row(), row().with_columns(pl.lit(None, kind).alias(name)), row()])
    found = with_physics(some)
    assert found["slp_two_wells"].is_null().to_list() == [False, True, False]
    assert found["slp_linear_response"].is_null().to_list() == [False, True, False]
    assert found["slp_largest_loop"].is_null()[1] == (name == "mass_saturation_magnetization")
    with pytest.raises(SchemaError, match=name):
        with_physics(some.drop(name))


def literature(count=12, rows=6, seed=3):
    """A table in the form of the DiMag database: every publication with one sample at several fields."""
    generator = np.random.default_rng(seed)
    lines = [HEADER]
    for k in range(count):
        metal = generator.choice(["Fe1Fe2O4", "Co1Fe2O4", "Mn0.5Zn0.5Fe2O4"])
        moment, surface, share = generator.uniform(40, 90), generator.uniform(0.2, 0.6), generator.lognormal(-3, 0.7)
        coercivity = 0 if k % 2 else 30
        for _ in range(rows):
            amplitude, frequency = generator.uniform(50, 300), generator.uniform(0.1, 0.7)
            heat = share * 4 * MU_0 * moment * amplitude * 1000 / (4 * np.pi) * frequency * 1e6 / 1e3
            lines.append(
                f"https://doi.org/10.1000/{k},{metal},,1,{surface:.3f},0,2.4,{moment:.2f},{coercivity},0,0,0,"
                f"{amplitude:.2f},{frequency:.4f},{heat:.4f}"
            )
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def knowledge(tmp_path_factory):
    place = tmp_path_factory.mktemp("measured")
    (place / "sar.csv").write_text(literature())
    with mh.Store(place / "kb.sqlite") as store:
        assert store.import_(place / "sar.csv", PROFILE).new == 72
    return place / "kb.sqlite"


@pytest.fixture(scope="module")
def trained(knowledge, tmp_path_factory):
    told = []
    out = tmp_path_factory.mktemp("models")
    return train_measured(knowledge, out, folds=3, repeats=1, progress=told.append), told


def test_a_model_is_learnt_from_a_knowledge_base_of_measurements(trained, knowledge):
    folder, told = trained
    model = mh.surrogates.load(folder.parent / "current")
    with mh.Store(knowledge) as store:
        table = store.table(source="measured")
        predicted = model.predict(table)
    assert predicted["in_range"].all()
    assert (predicted["slp_lower"] < predicted["slp"]).all()
    assert (predicted["slp"] < predicted["slp_upper"]).all()
    assert model.domain.inputs == (
        "amplitude",
        "frequency",
        "mass_saturation_magnetization",
        "area_over_volume_as_written",
        "concentration",
        "static_coercive_field",
        "composition",
    )
    fractions = [one for one in told if not isinstance(one, str)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_its_card_compares_with_physics_and_with_the_mean_of_a_material(trained):
    folder, _ = trained
    card = json.loads((folder / "card.json").read_text())
    assert set(card["scores"]) == {
        "unseen doi",
        "rows at random",
        "mean of all rows",
        "mean of each composition",
        "linear response in water",
        "linear response in water, times one factor",
        "two wells",
        "two wells, times one factor",
        "largest loop",
        "largest loop, times one factor",
    }
    assert card["rows"] == {"fit": 72, "groups": 12, "left_out": 0}
    text = (folder / "card.md").read_text()
    assert "How far to trust it" in text
    assert "0.86 for the DiMag database" in text


def test_one_share_of_the_largest_loop_is_found_again(trained):
    """The rows are made as a share of the largest loop, by publication: a lognormal of spread 0.7."""
    card = json.loads((trained[0] / "card.json").read_text())
    score = card["scores"]["largest loop, times one factor"]["slp"]
    assert score["factor_off_per_group"] == pytest.approx(np.exp(0.6745 * 0.7), rel=0.35)


def test_an_unknown_compound_and_a_missing_field_are_flagged_and_do_not_raise(trained):
    model = mh.surrogates.load(trained[0])
    asked = pl.DataFrame(
        {
            "amplitude": [1.5e4, 1.5e4, None],
            "frequency": [3e5] * 3,
            "mass_saturation_magnetization": [60.0] * 3,
            "area_over_volume_as_written": [0.4] * 3,
            "concentration": [1.0] * 3,
            "composition": ["Fe1Fe2O4", "Gd1Fe2O4", "Fe1Fe2O4"],
        }
    )
    predicted = model.predict(asked)
    assert predicted["out_of_range"].to_list() == [None, "composition", "amplitude"]
    assert predicted["slp"].is_null().to_list() == [False, True, True]
    assert not model.predict(asked[:2], extrapolate=True)["slp"].has_nulls()


def test_what_is_known_of_no_row_is_no_input():
    table = pl.DataFrame(
        {"amplitude": [1.0, 2.0], "frequency": [None, 1.0], "diameter": [None, None], "slp": [1.0, 2.0]}
    )
    assert known_inputs(table, "slp") == ("amplitude", "frequency")
    assert known_inputs(table, "amplitude") == ("frequency",)
    assert not {name for name in INPUTS if "core_moment" in name or "source" in name}


def test_a_knowledge_base_without_measurements_is_refused(tmp_path, knowledge):
    with mh.Store(tmp_path / "empty.sqlite") as store, pytest.raises(SpecError, match="magheat store import"):
        train_measured(store, tmp_path)
    with pytest.raises(SchemaError, match="laboratory"):
        train_measured(knowledge, tmp_path, groups="laboratory")


def test_the_command_learns_from_measurements_and_says_how_far_to_trust_it(knowledge, tmp_path, monkeypatch):
    monkeypatch.setattr("magheat.workflows.measured.train_measured", quick)
    result = CliRunner().invoke(
        app, ["train", "--store", str(knowledge), "--source", "measured", "--out", str(tmp_path / "measured")]
    )
    assert result.exit_code == 0, result.output
    assert "The prediction for a sample of a new publication is typically off by a factor of" in " ".join(
        result.output.split()
    )
    assert (tmp_path / "measured" / "current").exists()


def quick(*arguments, **options):
    """The same, with the fewest folds."""
    return train_measured(*arguments, **options, folds=2, repeats=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--outputs", "slp,remanence"], "--outputs"), (["--model", "network"], "--model"), (["--groups", "x"], "x")],
)
def test_what_the_command_cannot_do_gets_one_sentence(knowledge, tmp_path, options, words):
    asked = ["train", "--store", str(knowledge), "--source", "measured", "--out", str(tmp_path), *options]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 2
    assert words in result.output


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="MAGHEAT_MEASURED_SAR does not name the table of the DiMag database")
def test_the_table_of_the_literature_is_scored_honestly(tmp_path):
    """What holds for any honest score of it: rows at random flatter by far, and physics alone is poor."""
    with mh.Store(tmp_path / "kb.sqlite") as store:
        store.import_(REAL, PROFILE)
        folder = train_measured(store, tmp_path / "models", repeats=2)
    scores = {name: one["slp"] for name, one in json.loads((folder / "card.json").read_text())["scores"].items()}
    assert scores["rows at random"]["r_squared"] > 0.8
    assert 0.1 < scores["unseen doi"]["r_squared"] < 0.6
    assert scores["unseen doi"]["r_squared"] > scores["mean of each composition"]["r_squared"] + 0.1
    assert scores["two wells"]["r_squared"] < scores["linear response in water"]["r_squared"] < 0
    assert scores["unseen doi"]["covered_per_group"] == pytest.approx(0.92, abs=0.06)
