"""Rows that come in groups: partitions, baselines, scores and error bars."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from magheat.surrogates.folds import (
    as_given,
    constant_factor,
    groups_in_folds,
    label_mean,
    log_scores,
    mean_and_spread,
    not_exceeded,
    out_of_fold,
    overall_mean,
    rows_in_folds,
    weighted_quantile,
)

GROUPS = st.lists(st.sampled_from([f"10.1000/{k}" for k in range(12)]), min_size=2, max_size=60)


@settings(deadline=None)
@given(GROUPS, st.integers(2, 12), st.integers(0, 2**31))
def test_no_group_is_on_both_sides_and_every_row_is_predicted_once(groups, folds, seed):
    groups = np.array(groups)
    asked_for = []

    def learn(rows):
        def predict(asked):
            assert not set(groups[rows]) & set(groups[asked])
            assert set(rows) | set(asked) == set(range(groups.size))
            asked_for.extend(asked)
            return asked.astype(float)

        return predict

    predicted = out_of_fold(learn, groups_in_folds(groups, folds, seed))
    np.testing.assert_array_equal(predicted, np.arange(groups.size))  # and at its own place
    assert sorted(asked_for) == list(range(groups.size))


@given(GROUPS, st.integers(2, 12))
def test_folds_have_equally_many_groups_and_follow_the_seed(groups, folds):
    groups = np.array(groups)
    found = groups_in_folds(groups, folds, 3)
    sizes = [np.unique(groups[found == one]).size for one in np.unique(found)]
    assert max(sizes) - min(sizes) <= 1
    assert len(sizes) == min(folds, np.unique(groups).size)
    np.testing.assert_array_equal(found, groups_in_folds(groups, folds, 3))


def test_rows_at_random_fill_folds_alike():
    assert np.bincount(rows_in_folds(23, 5, 0)).tolist() == [5, 5, 5, 4, 4]


def test_the_mean_of_a_material_is_that_of_the_rows_learnt_from():
    labels = np.array(["Fe", "Fe", "Co", "Zn"])
    true = np.array([1.0, 3.0, 8.0, 100.0])
    predict = label_mean(labels, true)(np.array([0, 1, 2]))
    np.testing.assert_allclose(predict(np.arange(4)), [2.0, 2.0, 8.0, 4.0])  # no zinc was seen: the mean of all three
    np.testing.assert_allclose(overall_mean(true)(np.array([0, 2]))(np.array([3])), [4.5])


def test_a_given_prediction_is_shifted_by_what_was_learnt_from_and_stays_missing():
    given_, true = np.array([0.0, 1.0, np.nan, 5.0]), np.array([2.0, 4.0, 7.0, 1.0])
    learnt_from, asked = np.array([0, 1, 2]), np.array([3, 2])
    np.testing.assert_allclose(as_given(given_)(learnt_from)(asked), [5.0, np.nan])
    np.testing.assert_allclose(constant_factor(given_, true)(learnt_from)(asked), [7.5, np.nan])


def test_scores_by_hand():
    true = np.array([1.0, 2.0, 3.0, 4.0])
    predicted = np.array([1.0, 2.2, 3.6, np.nan])
    groups = np.array(["a", "b", "b", "b"])
    found = log_scores(true, predicted, groups)
    assert found["r_squared"] == pytest.approx(1 - (0.2**2 + 0.6**2) / 2)
    assert found["factor_off"] == pytest.approx(10**0.2)
    assert found["factor_off_per_group"] == pytest.approx(1.0)  # half of the weight is the one row of a
    assert found["within_factor_2"] == pytest.approx(2 / 3)
    assert found["predicted"] == 0.75
    assert log_scores(true, np.full(4, np.nan), groups)["predicted"] == 0


def test_a_score_varies_from_table_to_table_as_much_as_it_says():
    """The interval of one table, from its groups drawn again, against the scores of 300 tables."""
    generator = np.random.default_rng(0)
    groups = np.repeat(np.arange(40), 8)
    found = []
    for _ in range(300):
        true, error = (np.repeat(generator.normal(0, width, 40), 8) for width in (1.0, 0.7))
        found.append(log_scores(true, true + error, groups))
    seen = np.std([one["r_squared"] for one in found])
    told = np.mean([one["r_squared_high"] - one["r_squared_low"] for one in found]) / (2 * 1.645)
    assert told == pytest.approx(seen, rel=0.2)


def test_mean_and_spread_over_repeats():
    assert mean_and_spread([{"a": 1.0}, {"a": 3.0}]) == {"a": 2.0, "a_spread": pytest.approx(math.sqrt(2))}
    assert mean_and_spread([{"a": 1.0}]) == {"a": 1.0, "a_spread": 0.0}


def test_quantiles_by_hand():
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.5, 0.25, 0.25])
    assert [weighted_quantile(values, weights, level) for level in (0.2, 0.25, 0.4, 0.6, 1.0)] == [1, 1, 2, 3, 3]
    # a third of the weight is the unseen group's: 1/6, 1/3 and 2/3 are reached at 1, 2 and 3
    sizes, groups = np.array([2.0, 1.0, 3.0]), np.array(["a", "a", "b"])
    assert [not_exceeded(sizes, groups, level) for level in (0.1, 0.3, 0.5, 0.9)] == [1, 2, 3, 3]


def new_group(generator):
    """Errors of one publication: a width of its own, and between 1 and 12 rows."""
    return np.abs(generator.normal(size=generator.integers(1, 13)) * generator.lognormal(0, 1) + generator.normal())


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_a_row_of_a_new_group_is_covered_as_often_as_said(level):
    """Groups that are exchangeable, rows that are not: between the level and that of one group more."""
    generator, count, tables = np.random.default_rng(7), 20, 1500
    covered = 0
    for _ in range(tables):
        parts = [new_group(generator) for _ in range(count)]
        groups = np.repeat(np.arange(count), [part.size for part in parts])
        covered += generator.choice(new_group(generator)) <= not_exceeded(np.concatenate(parts), groups, level)
    spread = math.sqrt(level * (1 - level) / tables)
    assert -3 * spread < covered / tables - level < 2 / (count + 1) + 3 * spread


def test_quantiles_that_ignore_groups_cover_too_little():
    """Why rows are not simply thrown together: large groups of small errors would hide what small ones do."""
    generator = np.random.default_rng(8)
    few, many = np.abs(generator.normal(0, 10, (30, 1))), np.abs(generator.normal(0, 0.1, (10, 60)))
    sizes = np.concatenate([few.ravel(), many.ravel()])
    groups = np.concatenate([np.arange(30), np.repeat(np.arange(30, 40), 60)])
    assert np.quantile(sizes, 0.9) < 1 < not_exceeded(sizes, groups, 0.9)
