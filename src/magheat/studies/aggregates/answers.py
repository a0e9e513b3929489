"""What the runs say: heat of every particle, how wrong its own loop is, and what the cluster changes, for whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from magheat.studies.aggregates.cases import AMPLITUDE, FREQUENCY, MATERIAL, Plan
from magheat.studies.aggregates.places import Group, groups_of
from magheat.studies.aggregates.runs import Draws, Sample
from magheat.studies.estimates import Estimate, mean_of, ratio

FloatArray = npt.NDArray[np.float64]
Function = Callable[[FloatArray], float]

#: Standard errors beyond which a difference is sure.
SURE = 3.0


class Books(NamedTuple):
    """Means per cycle of every particle (n,), J; errors from all cycles."""

    heat: Estimate
    area: Estimate  # work of the field: mu_0 V times the area of the own loop
    given: Estimate  # heat less area: what the neighbours give, less what is stored
    scatter: FloatArray  # standard deviation of the heat of one cycle


class Effect(NamedTuple):
    """What a cluster changes for a group of its particles; J per cycle and particle."""

    group: Group
    together: Estimate
    apart: Estimate
    ratio: Estimate


class Answers(NamedTuple):
    """All that is told of the study."""

    plan: Plan
    samples: list[Sample]
    together: Books  # of the first cluster
    apart: Books  # of its particles alone
    wrong: Estimate  # J, root mean square over its particles of heat less own loop, the noise taken off
    wrong_apart: Estimate  # J, the same for its particles alone
    real: Estimate  # share of the variance of heat between its particles that is no noise
    effects: list[Effect]  # of the first cluster
    everywhere: list[Estimate]  # by group, ratios of all clusters in the same field
    fields: list[tuple[float, Effect]]  # (A/m, effect on the whole first cluster), ascending


def answers(plan: Plan, samples: list[Sample]) -> Answers:
    """Means, errors and comparisons."""
    first = samples[0]
    clusters = [one for one in samples if one.case.amplitude == AMPLITUDE]
    by_cluster = [effects(one) for one in clusters]
    fields = [one for one in samples if one.case.cluster == first.case.cluster]
    heat = by_draw(first.together.heat)
    given = by_draw(first.together.heat - first.together.field_work)
    given_apart = by_draw(first.apart.heat - first.apart.field_work)
    return Answers(
        plan,
        samples,
        books(first.together),
        books(first.apart),
        root_mean_square(given),
        root_mean_square(given_apart),
        _real_share(heat),
        by_cluster[0],
        [_over_clusters([found[k].ratio for found in by_cluster]) for k in range(len(by_cluster[0]))],
        sorted(((one.case.amplitude, effects(one)[0]) for one in fields), key=lambda pair: pair[0]),
    )


def books(draws: Draws) -> Books:
    """Means per cycle with errors from all cycles of all runs."""
    return Books(
        mean_of(by_draw(draws.heat)),
        mean_of(by_draw(draws.field_work)),
        mean_of(by_draw(draws.heat - draws.field_work)),
        draws.heat.reshape(-1, draws.heat.shape[-1]).std(axis=0),
    )


def by_draw(values: FloatArray) -> FloatArray:
    """(draws, n): every cycle of every run is one; what one cycle exchanges tells nothing of the next."""
    return values.reshape(-1, values.shape[-1])


def effects(sample: Sample) -> list[Effect]:
    """What a cluster changes, by group; the first group is all particles."""
    together, apart = by_draw(sample.together.heat), by_draw(sample.apart.heat)
    found = []
    for group in groups_of(sample.places):
        above, below = (_mean_of_group(values, group) for values in (together, apart))
        found.append(Effect(group, above, below, ratio(above, below)))
    return found


def _mean_of_group(values: FloatArray, group: Group) -> Estimate:
    """Mean over the members; NaN in a small cluster that has none."""
    if not group.members.any():
        return Estimate(np.array(np.nan), np.array(np.nan))
    return mean_of(values[:, group.members].mean(axis=1))


def _over_clusters(ratios: list[Estimate]) -> Estimate:
    """Mean over clusters; its error is from how they differ, but no smaller than from the noise of each."""
    there = [one for one in ratios if np.isfinite(one.value)]
    if not there:
        return ratios[0]
    found = mean_of([float(one.value) for one in there])
    noise = np.sqrt(sum(float(one.error) ** 2 for one in there)) / len(there)
    return Estimate(found.value, np.asarray(np.fmax(found.error, noise)))


def root_mean_square(draws: FloatArray) -> Estimate:
    """Root mean square over particles of their means, without the noise of the draws.

    From products of different draws (draws, n), whose noise is independent; the error is by the jackknife.
    """
    value, error = _jackknife(_mean_product, draws)
    root = np.sqrt(max(value, 0.0))
    return Estimate(np.asarray(root), np.asarray(error / (2 * root) if root > 0 else np.nan))


def _real_share(draws: FloatArray) -> Estimate:
    """Variance between particles that draws have in common, over that of their means."""

    def share(rows: FloatArray) -> float:
        apart = rows - rows.mean(axis=1, keepdims=True)
        return _mean_product(apart) / float((apart.mean(axis=0) ** 2).mean())

    value, error = _jackknife(share, draws)
    return Estimate(np.asarray(value), np.asarray(error))


def _mean_product(draws: FloatArray) -> float:
    """Mean over particles of the products of different draws."""
    count = len(draws)
    products = draws.sum(axis=0) ** 2 - (draws**2).sum(axis=0)
    return float(products.mean() / (count * (count - 1)))


def _jackknife(function: Function, draws: FloatArray) -> tuple[float, float]:
    """A function of draws and its standard error; NaN with fewer than three draws."""
    count = len(draws)
    value = function(draws) if count > 1 else float("nan")
    if count < 3:
        return value, float("nan")
    left_out = np.array([function(np.delete(draws, k, axis=0)) for k in range(count)])
    return value, float(np.sqrt((count - 1) * left_out.var()))


def specific_loss_power(heat: Estimate, sample: Sample) -> Estimate:
    """SLP of a cluster in W/kg of magnetite, from the mean heat per cycle and particle in J."""
    mass = MATERIAL.density * float(sample.particles.volumes.mean())
    return heat.scaled(FREQUENCY / mass)
