"""Findings about damping: figure 5 of the paper and its conclusions."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from magheat.studies.findings import OUTSIDE, Finding, digits, judge, percent
from magheat.studies.local_heat.cases import FREQUENCY, A, B
from magheat.studies.local_heat.damping import ROUTES, SHOWN, WINDOWS, Damping

FloatArray = npt.NDArray[np.float64]

#: The range in which the paper calls the heat of jump 1 almost independent of damping.
_PLATEAU = (1e-3, 0.2)
#: Ratio of largest to smallest up to which a number counts as almost independent.
_ALMOST = 1.25


def about_damping(numbers: Damping) -> list[Finding]:
    """Figure 5, the conclusions on damping, and temperature."""
    return [
        _slower(numbers),
        _nonlinear(numbers),
        _plateau(numbers),
        _compared_to_large(numbers),
        _increasing(numbers),
        _lowest(numbers),
        _not_only_switching(numbers),
        _time_scale(numbers),
        _distribution(numbers),
        Finding(
            "Sec. II",
            "We found that finite temperature calculations produce essentially the same features just with more noise.",
            OUTSIDE,
            "This study computes at 0 K; magheat reproduce thermal holds the sentence against runs at temperatures.",
        ),
    ]


def sequential(numbers: Damping, jump: int) -> tuple[FloatArray, FloatArray]:
    """Dampings (k,) and rises (k, particle) in mK of a jump where B switches first and then A.

    Single runs where they are reproducible, means of ensembles of two and more elsewhere; sorted by damping.
    """
    singles, ensembles = numbers.singles, numbers.ensembles
    good = singles.reproducible & (np.array(singles.route) == ROUTES[0])
    often = ensembles.members_on[:, 0] > 1
    damping = np.concatenate([singles.damping[good], ensembles.damping[often]])
    heat = np.concatenate([singles.heat[good, jump], ensembles.mean[often, 0, jump]])
    order = np.argsort(damping, kind="stable")
    return damping[order], 1e3 * (heat / numbers.capacity)[order]


def _at(numbers: Damping, damping: float) -> int:
    return int(np.argmin(np.abs(np.log(numbers.singles.damping / damping))))


def _slower(numbers: Damping) -> Finding:
    duration = numbers.singles.duration[[_at(numbers, damping) for damping in SHOWN], 0]
    listed = ", ".join(f"{digits(1e9 * value, 1)} ns at {a:g}" for a, value in zip(SHOWN, duration, strict=True))
    return judge(
        "Fig. 5(a)",
        "Slower heating as the damping decreases.",
        f"90 % of the heat of jump 1 is released within {listed}.",
        holds=bool(np.all(np.diff(duration) > 0)),
    )


def _totals(numbers: Damping) -> FloatArray:
    """(shown, particle) J of the half cycle; the ensemble's mean where there is one."""
    rows = []
    for damping in SHOWN:
        near = np.isclose(numbers.ensembles.damping, damping, rtol=1e-6)
        rows.append(numbers.ensembles.total[near][0] if near.any() else numbers.singles.total[_at(numbers, damping)])
    return np.array(rows)


def _nonlinear(numbers: Damping) -> Finding:
    totals = _totals(numbers)
    listed = ", ".join(f"{digits(1e21 * sum(row), 0)} at {a:g}" for a, row in zip(SHOWN, totals.tolist(), strict=True))
    total = totals.sum(axis=1)
    return judge(
        "Fig. 5(a)",
        "A very nonlinear behavior of the total dissipated heat.",
        f"Heat of both in the half cycle, in 10⁻²¹ J: {listed}. It is nearly constant as long as B and A switch one "
        f"after the other ({percent(float(np.ptp(total[:3]) / total[0]))} between 0.01 and 1) and falls where they "
        "do not, but the ringing of B carries A over.",
        holds=bool(np.ptp(total) > 0.2 * total[0]),
        wholly=bool(np.ptp(total[:3]) > 0.1 * total[0]),
    )


def _plateau(numbers: Damping) -> Finding:
    damping, rise = sequential(numbers, 0)
    inside = rise[(damping >= _PLATEAU[0]) & (damping <= _PLATEAU[1])]
    low, high = inside.min(axis=0), inside.max(axis=0)
    singles = numbers.singles
    clock = 1e3 * singles.windows[(singles.damping >= _PLATEAU[0]) & (singles.damping <= _PLATEAU[1]), 0]
    least, most = clock.min(axis=0), clock.max(axis=0)
    return judge(
        "Fig. 5(b)",
        "[In jump 1] the temperature increases are almost independent of the damping parameter in the interval "
        "(0.001, 0.2).",
        f"Where B switches first: A {digits(low[A], 2)} to {digits(high[A], 2)} mK, B {digits(low[B], 2)} to "
        f"{digits(high[B], 2)} mK, factors of {digits(high[A] / low[A], 1)} and {digits(high[B] / low[B], 1)}. At "
        f"0.001 {_share_together(numbers)} of the half cycles have no jump 1 of B alone. In the clock window 0.5-0.7 "
        f"µs: A {digits(least[A], 2)} to {digits(most[A], 2)} mK, B {digits(least[B], 2)} to {digits(most[B], 2)} mK.",
        holds=bool((high / low).max() < 5),
        wholly=bool((high / low).max() < _ALMOST),
    )


def _share_together(numbers: Damping) -> str:
    ensembles = numbers.ensembles
    return percent(1 - ensembles.members_on[0, 0] / ensembles.members)


def _compared_to_large(numbers: Damping) -> Finding:
    damping, rise = sequential(numbers, 0)
    large = rise[-1]
    inside = rise[(damping >= _PLATEAU[0]) & (damping <= _PLATEAU[1])] / large
    low, high = inside.min(axis=0), inside.max(axis=0)
    return judge(
        "Fig. 5(b)",
        "Compared to the large damping case, for smaller damping the temperature increase is slightly smaller for "
        "nanoparticle B (switching) and slightly larger for nanoparticle A (non-switching) for Jump 1.",
        f"Relative to damping 1 ({digits(large[A], 2)} and {digits(large[B], 2)} mK): A {digits(low[A], 2)} to "
        f"{digits(high[A], 2)}, B {digits(low[B], 2)} to {digits(high[B], 2)} between 0.001 and 0.2.",
        holds=bool(low[A] > 1 and high[B] < 1),
        wholly=bool(high[A] < _ALMOST and low[B] > 1 / _ALMOST),
    )


def _increasing(numbers: Damping) -> Finding:
    damping, rise = sequential(numbers, 1)
    falling, b = damping[::-1], rise[::-1, B]
    turns = np.flatnonzero(np.diff(b) < 0)
    end = falling[turns[0]] if turns.size else falling[-1]
    fine = b[(falling < 0.02) & (falling >= 0.005)]
    scatter = ""
    if fine.size:
        scatter = f" Between 0.005 and 0.02 it jumps between {digits(fine.min(), 2)} and {digits(fine.max(), 2)} mK."
    return judge(
        "Fig. 5(c)",
        "The temperature increase of B [in jump 2] is non-zero and increasing for lower values of the damping.",
        f"It rises without a turn from {digits(b[0], 2)} mK at {falling[0]:g} to {digits(b[falling >= end].max(), 2)} "
        f"mK at {end:.2g}; below, it swings.{scatter}",
        holds=bool(b.min() > 0 and b[-1] > b[0]),
        wholly=not turns.size,
    )


def _lowest(numbers: Damping) -> Finding:
    ensembles = numbers.ensembles
    lowest, together = ensembles.damping[0], ensembles.mean[0, 1, 0]
    sequential_members = int(ensembles.members_on[0, 0])
    clock = _clock_heat(numbers)
    more = int((clock[:, B] > clock[:, A]).sum())
    return judge(
        "Fig. 5(c)",
        "At the smallest value for the damping considered (0.001), the non-switching small nanoparticle B releases "
        "more energy during Jump 2 than the switching one A.",
        f"At {lowest:g} {sequential_members} of {ensembles.members} members have a jump 2 in which A switches alone; "
        f"in {int(ensembles.members_on[0, 1])} B carries A over in jump 1 (heat, 10⁻²¹ J: A "
        f"{digits(1e21 * together[A], 1)}, B {digits(1e21 * together[B], 1)}, mean). In the clock window 0.7-1.0 µs, "
        f"which the paper's jump 2 is in, B releases more than A in {more} of {len(clock)} members (means "
        f"{digits(1e21 * clock[:, B].mean(), 1)} and {digits(1e21 * clock[:, A].mean(), 1)}).",
        holds=more > len(clock) / 2,
        wholly=sequential_members > ensembles.members / 2,
    )


def _clock_heat(numbers: Damping) -> FloatArray:
    """(member, particle) J released in the second fixed window at the lowest damping drawn."""
    courses = numbers.courses[-1]
    start, stop = (int(np.argmin(np.abs(numbers.time - t))) for t in WINDOWS[1])
    result: FloatArray = (courses[:, stop] - courses[:, start]) * numbers.capacity
    return result


def _not_only_switching(numbers: Damping) -> Finding:
    singles = numbers.singles
    rows = [_at(numbers, damping) for damping in (1.0, 0.01)]
    share = [singles.heat[row, :, [A, B]].T[[0, 1], [0, 1]] / singles.heat[row].sum(axis=1) for row in rows]
    return judge(
        "Sec. III",
        "Interacting nanoparticles produce heat not only when their magnetization irreversibly switches between two "
        "energy wells, but also when experiencing intra-well magnetization dynamics.",
        f"Share of the particle that only wobbles: {percent(share[0][0])} of jump 1 and {percent(share[0][1], 1)} of "
        f"jump 2 at damping 1; {percent(share[1][0])} and {percent(share[1][1])} at 0.01.",
        holds=bool(min(share[0].min(), share[1].min()) > 0),
    )


def _time_scale(numbers: Damping) -> Finding:
    singles = numbers.singles
    high, low = (singles.duration[_at(numbers, damping), 0] for damping in (SHOWN[0], SHOWN[-1]))
    period = 1 / FREQUENCY
    return judge(
        "Sec. III",
        "Heating occurs at a much faster timescale than the field frequency (at the nanosecond-timescale of "
        "magnetization reversal).",
        f"90 % of the heat of jump 1 takes {digits(1e9 * high, 1)} ns at damping 1 but {digits(1e9 * low, 0)} ns at "
        f"{SHOWN[-1]:g}, {percent(low / period)} of the field's period.",
        holds=bool(high < 0.01 * period),
        wholly=bool(low < 0.01 * period),
    )


def _distribution(numbers: Damping) -> Finding:
    totals = _totals(numbers)
    share = totals[:, A] / totals.sum(axis=1)
    listed = ", ".join(f"{percent(value)} at {a:g}" for a, value in zip(SHOWN, share, strict=True))
    return judge(
        "Sec. I",
        "The distribution of the heat between different particles is changed strongly by varying the damping.",
        f"Share of A in the heat of the half cycle: {listed}.",
        holds=bool(np.ptp(share) > 0.1),
    )
