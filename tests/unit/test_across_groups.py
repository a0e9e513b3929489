"""What is learnt from few publications, and what the card says of it."""

import numpy as np
import polars as pl
import pytest

from magheat.constants import MU_0
from magheat.errors import SchemaError, SpecError
from magheat.surrogates import load, save, train, train_across_groups
from magheat.surrogates.across_groups import labels
from magheat.surrogates.features import SCALES
from magheat.surrogates.group_choice import choose
from magheat.surrogates.rows import read_rows
from magheat.surrogates.tables import domain_of

INPUTS = ("amplitude", "frequency", "concentration", "composition")


def publications(count, seed, rows=8, fields=(3.5, 4.5)):
    """slp = 4 mu0 H f m: f and m are those of the publication, m by a factor of about 2; its concentration names it."""
    generator = np.random.default_rng(seed)
    n = count * rows
    own = np.repeat(generator.normal(0, np.log(2), count), rows)
    table = {
        "doi": np.repeat([f"10.1000/{seed}.{k}" for k in range(count)], rows),
        "composition": np.repeat(generator.choice(["Fe1Fe2O4", "Co1Fe2O4"], count), rows),
        "concentration": np.repeat(generator.uniform(1, 20, count), rows),
        "amplitude": 10 ** generator.uniform(*fields, n),
        "frequency": np.repeat(10 ** generator.uniform(5, 6, count), rows),
    }
    drive = 4 * MU_0 * table["amplitude"] * table["frequency"]
    return pl.DataFrame(table | {"slp": drive * np.exp(own + generator.normal(0, 0.1, n))})


@pytest.fixture(scope="module")
def table():
    return publications(30, 1)


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def model(table, told):
    reference = table["amplitude"] * table["frequency"]
    return train_across_groups(
        table.with_columns(drive=reference, nothing=pl.lit(None, pl.Float64)),
        inputs=INPUTS,
        output="slp",
        groups="doi",
        material="composition",
        references={"the drive": "drive", "nothing": "nothing"},
        folds=5,
        repeats=1,
        progress=told.append,
    )


@pytest.fixture(scope="module")
def scores(model):
    return {name: found["slp"] for name, found in model.card["scores"].items()}


def test_measures_are_their_formulas():
    columns = {
        "amplitude": np.array([2e4]),
        "frequency": np.array([1e5]),
        "mass_saturation_magnetization": np.array([80.0]),
    }
    np.testing.assert_allclose(SCALES["per-drive"](columns)["slp"], 4 * 4e-7 * np.pi * 2e4 * 1e5)
    np.testing.assert_allclose(SCALES["share-of-largest-loop"](columns)["slp"], 80 * 4 * 4e-7 * np.pi * 2e4 * 1e5)


def test_a_split_by_rows_flatters_what_learns_the_publication(scores):
    """The publication is most of what there is to know but for the drive, and a split by rows gives it away."""
    unseen, random = scores["unseen doi"], scores["rows at random"]
    assert random["r_squared"] > unseen["r_squared"] + 0.25
    assert random["factor_off"] < 1.3 < unseen["factor_off"]


def test_it_does_no_better_on_new_publications_than_the_law_allows(scores):
    """All that can be known of a new publication is the drive: both are off by the publications' own factor."""
    own, best = scores["unseen doi"], scores["the drive, times one factor"]
    assert best["factor_off_per_group"] == pytest.approx(2**0.6745, rel=0.35)  # median of |normal|, 30 of them
    assert own["factor_off_per_group"] == pytest.approx(best["factor_off_per_group"], rel=0.35)
    assert own["r_squared"] < best["r_squared"] + 0.1
    assert "nothing" not in scores


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("suits", ["per-drive", "plain"])
def test_the_measure_that_suits_is_chosen(suits, seed):
    """Heat that follows the drive over decades is learnt per drive; heat that does not care for it, as it is."""
    table = publications(30, seed, fields=(2.5, 5.0))
    if suits == "plain":
        table = table.with_columns(slp=pl.col("slp") / (pl.col("amplitude") * pl.col("frequency")))
    rows = read_rows(table, domain_of(table, INPUTS, None), ["slp"])
    chosen = choose(rows, labels(table, "doi"), seed)
    assert chosen.candidate.features == suits
    assert max(chosen.tried, key=chosen.tried.get) == chosen.candidate
    assert {one.features for one in chosen.tried} == {"plain", "per-drive"}  # no magnetization among the inputs


def test_a_material_is_no_help_where_it_does_not_matter(scores):
    assert scores["mean of each composition"]["r_squared"] < scores["unseen doi"]["r_squared"] - 0.2


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_intervals_cover_rows_of_new_publications(model, level):
    fresh = publications(200, 2)
    predicted = model.predict(fresh, level=level, extrapolate=True)
    within = (predicted["slp_lower"] <= fresh["slp"]) & (fresh["slp"] <= predicted["slp_upper"])
    # the quantile is one of 30 publications
    assert abs(within.mean() - level) < 3 * np.sqrt(level * (1 - level) * (1 / 30 + 1 / 200)) + 1 / 31


def test_the_card_covers_what_it_says(scores):
    assert scores["unseen doi"]["covered_per_group"] == pytest.approx(0.9, abs=3 * np.sqrt(0.09 / 30) + 1 / 31)


def test_intervals_are_one_factor_everywhere(model):
    predicted = model.predict(publications(20, 3), extrapolate=True)
    up, down = predicted["slp_upper"] / predicted["slp"], predicted["slp"] / predicted["slp_lower"]
    np.testing.assert_allclose(up, model.card["interval_factor"], rtol=1e-6)
    np.testing.assert_allclose(down, up, rtol=1e-6)


def test_it_is_kept_and_read_with_a_card_in_plain_words(model, table, tmp_path):
    folder = save(model, tmp_path)
    again = load(tmp_path / "current")
    assert again.predict(table).equals(model.predict(table))
    text = (folder / "card.md").read_text()
    factor = model.card["scores"]["unseen doi"]["slp"]["factor_off_per_group"]
    assert f"a sample of a new publication is typically off by a factor of {factor:.1f}" in text
    assert "rows at random" in text
    assert again.card == model.card


def test_what_is_unknown_is_flagged_and_what_may_be_missing_need_not_be_there(table):
    some = table.with_columns(concentration=pl.when(pl.int_range(pl.len()) % 3 > 0).then("concentration"))
    model = train_across_groups(some, inputs=INPUTS, output="slp", groups="doi", folds=2, repeats=1)
    asked = {"amplitude": [1e4, 1e4, None], "frequency": 2e5, "composition": ["Fe1Fe2O4", "Xe1Fe2O4", "Fe1Fe2O4"]}
    predicted = model.predict(pl.DataFrame(asked).with_columns(pl.col("frequency").cast(float)))
    assert predicted["out_of_range"].to_list() == [None, "composition", "amplitude"]
    assert predicted["slp"].is_null().to_list() == [False, True, True]


def test_progress_grows_to_one(model, told):
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_the_same_table_and_seed_give_the_same_model(table):
    options = {"inputs": INPUTS, "output": "slp", "groups": "doi", "folds": 2, "repeats": 1, "seed": 4}
    one, other = (train_across_groups(table, **options) for _ in range(2))
    assert one.card == other.card
    assert one.predict(table).equals(other.predict(table))


@pytest.mark.parametrize(
    ("change", "options", "kind", "words"),
    [
        ({}, {"groups": "paper"}, SchemaError, "paper"),
        ({}, {"inputs": "amplitude"}, SpecError, "inputs"),
        ({}, {"material": "stuff"}, SchemaError, "stuff"),
        ({}, {"references": {"physics": "stuff"}}, SchemaError, "stuff"),
        ({}, {"folds": 1}, SpecError, "folds"),
        ({}, {"repeats": True}, SpecError, "repeats"),
        ({"doi": pl.lit("10.1000/1")}, {}, SchemaError, "different values of doi"),
        ({"slp": pl.lit(-1.0)}, {}, SchemaError, "positive slp"),
        ({"slp": pl.lit(2.0)}, {}, SchemaError, "slp must vary"),
        ({"slp": pl.lit("x")}, {}, SchemaError, "slp"),
    ],
)
def test_what_cannot_be_learnt_gets_one_sentence(table, change, options, kind, words):
    given = {"inputs": INPUTS, "output": "slp", "groups": "doi"} | options
    with pytest.raises(kind) as error:
        train_across_groups(table.with_columns(**change), **given)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_parts_of_few_groups_are_refused(table):
    with pytest.raises(SchemaError, match="train_across_groups"):
        train(table, inputs=INPUTS, outputs=("slp",), groups="doi")
