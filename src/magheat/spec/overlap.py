"""Which spheres overlap: a few by all pairs, many through k-d trees of spheres of like size."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from magheat.units import FloatArray

#: Overlap, relative to the sum of the radii, that counts as touching.
TOLERANCE = 1e-9
_FEW = 100

Overlap = tuple[int, int, float]


def deepest_overlap(positions: FloatArray, diameters: FloatArray) -> Overlap | None:
    """Indices i < j and depth (m) of an overlapping pair of spheres; None where there is none.

    Of a few spheres the pair is the deepest one. Of many it is the deepest among the first found, so that a heap of
    coincident spheres costs neither time nor memory.

    Parameters
    ----------
    positions
        Centres, (n, 3), in m.
    diameters
        (n,), in m.
    """
    count = len(positions)
    if count <= _FEW:
        i, j = np.triu_indices(count, 1)
        return _deepest(positions, diameters, i, j)
    steps = (_coincident, _nearest_overlap, _overlap_by_size)
    return next((found for step in steps if (found := step(positions, diameters)) is not None), None)


def _deepest(positions: FloatArray, diameters: FloatArray, i: NDArray[np.intp], j: NDArray[np.intp]) -> Overlap | None:
    """The deepest overlap among the pairs (i, j)."""
    reach = (diameters[i] + diameters[j]) / 2
    depth = reach - np.linalg.norm(positions[i] - positions[j], axis=1)
    depth[depth <= TOLERANCE * reach] = 0.0
    if not depth.any():
        return None
    k = int(np.argmax(depth))
    first, second = sorted((int(i[k]), int(j[k])))
    return first, second, float(depth[k])


def _coincident(positions: FloatArray, diameters: FloatArray) -> Overlap | None:
    """An overlap of two spheres with the same centre; a k-d tree would take quadratic time over many of them."""
    order = np.lexsort(positions.T)
    return _deepest(positions, diameters, order[:-1], order[1:])


def _nearest_overlap(positions: FloatArray, diameters: FloatArray) -> Overlap | None:
    """An overlap of a sphere with its nearest neighbour: for equal spheres that is all there is to check."""
    from scipy.spatial import cKDTree

    nearest = cKDTree(positions).query(positions, k=2)[1]
    own = np.arange(len(positions))
    # Coincident centres come in any order, so the neighbour is whichever of the two is not the sphere itself.
    other = np.where(nearest[:, 0] == own, nearest[:, 1], nearest[:, 0])
    return _deepest(positions, diameters, own, other)


def _overlap_by_size(positions: FloatArray, diameters: FloatArray) -> Overlap | None:
    """An overlap of any two spheres, given that none overlaps its nearest neighbour.

    Classes of like size first within themselves, then against each other: what a class holds no longer overlaps, so
    the number of candidates stays of the order of n.
    """
    from scipy.spatial import cKDTree

    if diameters.min() == diameters.max():
        return None
    octave = np.floor(2 * np.log2(diameters / diameters.min())).astype(int)
    members = [np.flatnonzero(octave == k) for k in np.unique(octave)]
    trees = [cKDTree(positions[m]) for m in members]
    classes = sorted(combinations_with_replacement(range(len(members)), 2), key=lambda pair: pair[0] != pair[1])
    for a, b in classes:
        reach = (diameters[members[a]].max() + diameters[members[b]].max()) / 2
        pairs = _pairs_within(trees[a], trees[b], reach, same=a == b)
        if (found := _deepest(positions, diameters, members[a][pairs[:, 0]], members[b][pairs[:, 1]])) is not None:
            return found
    return None


def _pairs_within(small: object, large: object, reach: float, same: bool) -> NDArray[np.intp]:
    """Index pairs (k, 2) of points of two trees that are at most ``reach`` apart, each pair once."""
    if same:
        pairs: NDArray[np.intp] = small.query_pairs(reach, output_type="ndarray")  # type: ignore[attr-defined]
        return pairs
    found = small.sparse_distance_matrix(large, reach, output_type="ndarray")  # type: ignore[attr-defined]
    return np.column_stack([found["i"], found["j"]])
