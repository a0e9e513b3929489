"""Flips of one particle over its barrier, after which all others follow: rates in detailed balance, and heat.

A particle i flips from a state s to s', in which all moments have settled. The plain barrier, with the others frozen,
puts the top between them at E(s) + b_f seen from one side and at E(s') + b_r from the other. One top for both, and no
lower than either state, keeps detailed balance to round-off: half-way between the two or, nearer to the lowest path
with relaxing neighbours, which is below either, the lower of them. Half-way the barrier is

    max(0, E(s') - E(s), (b_f + b_r + E(s') - E(s))/2).
"""

import math

from magheat.kernels.local_well import top_energy
from magheat.kernels.numba_options import kernel
from magheat.kernels.settling import relax, settle
from magheat.kernels.two_well_rates import field_share
from magheat.kernels.well_states import add_drops, copy_wells, local_field, total_energy

#: What a flip leads to: a state, a state after others flipped, too, or back.
TO_STATE, TO_AVALANCHE, NOWHERE = range(3)


@kernel
def barrier(c, i, spins):
    """The plain barrier of particle i, with the others frozen, k_B T."""
    along, b = local_field(c, i, spins)
    u, zeeman = 0.0, 0.0
    for k in range(3):
        u += c.m[k, i] * spins.axis[k, i]
        zeeman += c.m[k, i] * (c.applied[k] + c.h[k, i])
    return spins.sigma[i] * (top_energy(along, b) - 1.0 + u * u) + spins.p[i] * zeeman


@kernel
def turn_over(to, here, i, spins):
    """The state ``to`` in which particle i has flipped, all others frozen."""
    copy_wells(to, here)
    to.side[i] = -here.side[i]
    settle(to, i, False, 1.0, spins)


@kernel
def flip(trial, here, i, spins):
    """The state ``trial`` to which a flip of particle i leads; returns of what kind it is."""
    turn_over(trial, here, i, spins)
    if not relax(trial, False, spins):
        return TO_STATE
    if trial.lost[i] > 0.0:
        return NOWHERE
    relax(trial, True, spins)
    return TO_AVALANCHE if trial.side[i] != here.side[i] else NOWHERE


@kernel
def symmetric_barrier(here, trial, kind, i, spins):
    """Barrier of a flip from ``here`` to ``trial``, k_B T; the plain one where there is no way back."""
    plain = barrier(here, i, spins)
    if kind != TO_STATE:
        return plain
    gain = total_energy(trial, spins) - total_energy(here, spins)
    back = barrier(trial, i, spins) + gain
    top = min(plain, back) if spins.lower else 0.5 * (plain + back)
    return max(top, max(gain, 0.0))


@kernel
def attempt_rate(here, trial, kind, i, spins):
    """Attempts per s; with Brown's dependence on the field, its mean before and after the flip."""
    if not spins.field_dependent:
        return spins.attempts[i]
    h, _ = local_field(here, i, spins)
    if kind == TO_STATE:
        after, _ = local_field(trial, i, spins)
        h = 0.5 * (h + after)
    h *= here.side[i]
    return spins.attempts[i] * (field_share(h) if abs(h) < 1.0 else 1.0)


@kernel
def flip_rate(trial, here, i, spins):
    """Rate at which particle i flips, per s, its barrier, and what kind it is; the new state is in ``trial``."""
    kind = flip(trial, here, i, spins)
    b = symmetric_barrier(here, trial, kind, i, spins)
    rate = 0.0 if kind == NOWHERE else attempt_rate(here, trial, kind, i, spins) * math.exp(-b)
    return rate, b, kind


@kernel
def add_heat_of_flip(heat, here, trial, middle, i, spins):
    """Add what a flip releases: the flipper's drop with the others frozen, then that of all as they settle."""
    turn_over(middle, here, i, spins)
    add_drops(heat, 1.0, here, middle, spins)
    add_drops(heat, 1.0, middle, trial, spins)
