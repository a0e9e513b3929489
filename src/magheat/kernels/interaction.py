"""The dipolar field on one row of particles, from a table of pairs or from positions.

Few particles: one run per lane and a table with one row of unit vectors and strengths per pair (``PairTable``).
Many particles: one particle per lane and positions (``Sites``), O(N) memory, and a team of threads with some rows each.
The type chosen by the lowering selects the code when the kernel is compiled; nothing is decided while it runs.
"""

from typing import NamedTuple

import numpy as np
from numba import types
from numba.extending import overload

from magheat.kernels.lane_type import WIDTH, larger, largest_everywhere, load, sqrt, store, where_less_equal
from magheat.kernels.numba_options import INLINED, device, kernel
from magheat.kernels.physics import dot
from magheat.kernels.team import meet

FAR = 1e100  # stands for the squared distance of a particle to itself: its field is then zero


class PairTable(NamedTuple):
    """Row 4(i n + j): sqrt(3) e_ij (three rows), then M_s,j V_j/(4 pi r_ij^3 H_ref); 0 without interaction."""

    pair: np.ndarray  # (4 n n, W), or (runs, 4 n n) before the runs are put on lanes


class Sites(NamedTuple):
    """Positions of the particles of one thread, W to a row (``block``), what their moments weigh, and all others.

    Every particle adds up the fields of all sources in their order, so that its bits do not depend on its thread.
    """

    position: np.ndarray  # (3 blocks, W)
    strength: np.ndarray  # (blocks, W): M_s V/(4 pi L^3 H_ref), positions in L; 0 for padding
    source: np.ndarray  # (all particles, 6): position and weighed moment, refreshed at each call; none, no interaction
    first: int  # source of the thread's first particle
    member: int  # which thread of the team
    team: np.ndarray  # see ``team``; shared like the sources, and so the next
    error: np.ndarray  # (threads, W): what each of them found


@device
def field_of_pair(ex, ey, ez, strength, mx, my, mz, hx, hy, hz):
    """Add strength (3 (m.e) e - m) to h; e comes multiplied by sqrt(3)."""
    d = dot(ex, ey, ez, mx, my, mz)
    return hx + strength * (d * ex - mx), hy + strength * (d * ey - my), hz + strength * (d * ez - mz)


@device
def field_at_distance(rx, ry, rz, mx, my, mz, hx, hy, hz):
    """Add the field of a weighed moment m at distance r to h; a particle does not act on itself (r = 0)."""
    r2 = dot(rx, ry, rz, rx, ry, rz)
    r2 = where_less_equal(r2, 0.0, FAR, r2)
    r = sqrt(r2)
    inverse = 1.0 / (r2 * r)
    s = 3.0 * inverse * inverse * r * dot(rx, ry, rz, mx, my, mz)
    return hx + (s * rx - inverse * mx), hy + (s * ry - inverse * my), hz + (s * rz - inverse * mz)


def prepare(interaction, y, n):
    """Whatever the field of all particles needs once per state (overloaded below)."""
    raise TypeError("only compiled kernels call this")


def dipolar_field(interaction, y, i, n, hx, hy, hz):
    """H plus the field of all other particles on row ``i`` (overloaded below)."""
    raise TypeError("only compiled kernels call this")


def worst_of_state(interaction, error):
    """The error that decides about a step: per lane for runs, of all lanes for particles (overloaded below)."""
    raise TypeError("only compiled kernels call this")


def is_kind(interaction, kind):
    """Is this Numba type the named tuple ``kind``."""
    return isinstance(interaction, types.BaseNamedTuple) and interaction.instance_class is kind


@overload(prepare, jit_options=INLINED)
def _prepare(interaction, y, n):
    if is_kind(interaction, PairTable):
        return lambda interaction, y, n: None

    def gather_sources(interaction, y, n):
        source, position, strength = interaction.source, interaction.position, interaction.strength
        if source.shape[0] == 0:
            return
        meet(interaction.team)  # nobody reads the sources of the last state any more
        for i in range(n * WIDTH):
            b, lane, j = i // WIDTH, i % WIDTH, interaction.first + i
            for c in range(3):
                source[j, c] = position[3 * b + c, lane]
                source[j, 3 + c] = strength[b, lane] * y[3 * b + c, lane]
        meet(interaction.team)

    return gather_sources


@overload(dipolar_field, jit_options=INLINED)
def _dipolar_field(interaction, y, i, n, hx, hy, hz):
    if is_kind(interaction, PairTable):

        def from_table(interaction, y, i, n, hx, hy, hz):
            pair = interaction.pair
            for j in range(n):
                if j != i:
                    row = 4 * (i * n + j)
                    ex, ey, ez, g = load(pair, row), load(pair, row + 1), load(pair, row + 2), load(pair, row + 3)
                    mx, my, mz = load(y, 3 * j), load(y, 3 * j + 1), load(y, 3 * j + 2)
                    hx, hy, hz = field_of_pair(ex, ey, ez, g, mx, my, mz, hx, hy, hz)
            return hx, hy, hz

        return from_table

    def from_positions(interaction, y, i, n, hx, hy, hz):
        source, at = interaction.source, interaction.position
        x, v, z = load(at, 3 * i), load(at, 3 * i + 1), load(at, 3 * i + 2)
        for j in range(source.shape[0]):
            rx, ry, rz = x - source[j, 0], v - source[j, 1], z - source[j, 2]
            hx, hy, hz = field_at_distance(rx, ry, rz, source[j, 3], source[j, 4], source[j, 5], hx, hy, hz)
        return hx, hy, hz

    return from_positions


@overload(worst_of_state, jit_options=INLINED)
def _worst_of_state(interaction, error):
    if is_kind(interaction, PairTable):
        return lambda interaction, error: error

    def worst_of_team(interaction, error):
        store(interaction.error, interaction.member, largest_everywhere(error))
        meet(interaction.team)
        worst = load(interaction.error, 0)
        for member in range(1, interaction.error.shape[0]):
            worst = larger(worst, load(interaction.error, member))
        meet(interaction.team)  # all have read
        return worst

    return worst_of_team


@kernel
def all_pairs_field(h, y, interaction):
    """Write the dipolar field of all particles into ``h`` (3 blocks, W), from moments ``y`` (3 blocks, W)."""
    n = interaction.strength.shape[0]
    prepare(interaction, y, n)
    for i in range(n):
        zero = 0.0 * load(y, 3 * i)
        hx, hy, hz = dipolar_field(interaction, y, i, n, zero, zero, zero)
        store(h, 3 * i, hx)
        store(h, 3 * i + 1, hy)
        store(h, 3 * i + 2, hz)
