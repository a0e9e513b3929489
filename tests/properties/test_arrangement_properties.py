"""Laws of random arrangements, for any number, size, gap and seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import magheat as mh
from magheat.spec.overlap import deepest_overlap

NM = 1e-9
MAKERS = {
    "suspension": {"volume_fraction": 0.15},
    "fractal": {"fractal_dimension": 1.9, "prefactor": 1.2},
    "aggregate": {"method": "ballistic"},
}
common = given(
    name=st.sampled_from(sorted(MAKERS)),
    count=st.integers(4, 60),
    gap=st.floats(0, 5),
    spread=st.floats(0, 0.3),
    seed=st.integers(0, 2**63 - 1),
)


def made(name, count, gap, spread, seed, **changes):
    asked = MAKERS[name] | {"count": count, "diameter": 20 * NM, "gap": gap * NM, "diameter_spread": spread}
    return getattr(mh.arrangement, name)(**(asked | {"seed": seed, "material": mh.magnetite} | changes))


def radius_of_gyration(particles):
    centred = particles.positions - particles.positions.mean(axis=0)
    return np.sqrt((centred**2).sum(axis=1).mean())


@common
def test_the_count_is_kept_no_gap_is_smaller_and_the_same_seed_gives_the_same_bits(name, count, gap, spread, seed):
    one = made(name, count, gap, spread, seed)
    assert one.count == count
    assert deepest_overlap(one.positions, one.diameters + gap * NM) is None
    assert one == made(name, count, gap, spread, seed)
    assert one != made(name, count, gap, spread, (seed + 1) % 2**63)


@common
def test_sizes_and_axes_are_those_of_the_functions_of_the_same_seed(name, count, gap, spread, seed):
    one = made(name, count, gap, spread, seed)
    sizes = mh.arrangement.lognormal_diameters(count, seed, median="20 nm", spread=spread)
    np.testing.assert_array_equal(one.diameters, sizes)
    np.testing.assert_allclose(one.easy_axes, mh.arrangement.random_axes(count, seed), rtol=1e-15, atol=1e-15)


@common
def test_clusters_hang_together_at_the_gap(name, count, gap, spread, seed):
    if name == "suspension":
        return
    one = made(name, count, gap, spread, seed)
    apart = np.linalg.norm(one.positions[:, None] - one.positions, axis=2)
    reach = (one.diameters[:, None] + one.diameters) / 2 + gap * NM
    touching = apart < reach * (1 + 1e-6)
    reached = np.zeros(count, dtype=bool)
    reached[0] = True
    for _ in range(count):
        reached = (touching & reached).any(axis=1) | reached
    assert reached.all()


@given(
    count=st.integers(12, 120),
    dimension=st.floats(1.6, 2.3),
    prefactor=st.floats(0.9, 1.3),
    method=st.sampled_from(["cluster-cluster", "particle-cluster"]),
    spread=st.sampled_from([0.0, 0.2]),
    seed=st.integers(0, 100),
)
def test_a_fractal_cluster_meets_its_law_exactly(count, dimension, prefactor, method, spread, seed):
    law = {"fractal_dimension": dimension, "prefactor": prefactor, "method": method}
    one = made("fractal", count, 2.0, spread, seed, **law)
    a = (one.diameters.mean() + 2 * NM) / 2
    assert prefactor * (radius_of_gyration(one) / a) ** dimension == pytest.approx(count, rel=1e-8)
    np.testing.assert_allclose(one.positions.mean(axis=0), 0.0, atol=1e-6 * NM)


@settings(max_examples=12)
@given(
    fraction=st.floats(0.01, 0.4),
    container=st.sampled_from(["cube", "sphere"]),
    gap=st.sampled_from([0.0, 1.0]),
    seed=st.integers(0, 2**32),
)
def test_hard_spheres_fill_the_fraction_of_a_container_that_holds_them(fraction, container, gap, seed):
    one = made("suspension", 80, gap, 0.1, seed, volume_fraction=fraction, container=container)
    room, coated = one.volumes.sum() / fraction, (one.diameters + gap * NM) / 2
    if container == "cube":
        assert (np.abs(one.positions) <= (room ** (1 / 3) / 2 - coated)[:, None] + 1e-6 * NM).all()
    else:
        radius = (3 * room / (4 * np.pi)) ** (1 / 3)
        assert (np.linalg.norm(one.positions, axis=1) <= radius - coated + 1e-6 * NM).all()


@given(count=st.integers(3, 40), gap=st.floats(0, 5), spread=st.sampled_from([0.0, 0.3]))
def test_a_ring_is_a_regular_polygon_whose_neighbours_keep_the_gap(count, gap, spread):
    normal = np.array([1.0, 2.0, -2.0]) / 3
    one = mh.arrangement.ring(
        count=count, diameter="20 nm", gap=gap * NM, normal=normal, diameter_spread=spread, material=mh.magnetite
    )
    np.testing.assert_allclose(one.positions @ normal, 0.0, atol=1e-9 * NM)
    np.testing.assert_allclose(one.positions.mean(axis=0), 0.0, atol=1e-6 * NM)
    side = np.linalg.norm(np.roll(one.positions, -1, axis=0) - one.positions, axis=1)
    np.testing.assert_allclose(side, one.diameters.max() + gap * NM, rtol=1e-9)
    np.testing.assert_allclose((one.easy_axes * one.positions).sum(axis=1), 0.0, atol=1e-6 * NM)
    np.testing.assert_allclose(one.easy_axes @ normal, 0.0, atol=1e-12)
    assert deepest_overlap(one.positions, one.diameters + gap * NM) is None


@settings(max_examples=10)
@given(shape=st.tuples(*[st.integers(1, 4)] * 3))
def test_a_face_centred_cubic_patch_has_four_per_cell_and_twelve_neighbours_inside(shape):
    cells = np.array(shape)
    one = mh.arrangement.lattice(
        shape=shape, diameter="20 nm", gap="2 nm", structure="face-centred-cubic", material=mh.magnetite
    )
    assert one.count == 4 * cells.prod()
    apart = np.linalg.norm(one.positions[:, None] - one.positions, axis=2) + np.eye(one.count)
    assert apart[apart < 1].min() == pytest.approx(22 * NM, rel=1e-9) if one.count > 1 else True
    edge = 22 * NM * np.sqrt(2)
    inside = ((one.positions > edge / 4) & (one.positions < (cells - 0.75) * edge)).all(axis=1)
    assert ((np.isclose(apart, 22 * NM, rtol=1e-6, atol=0)).sum(axis=1)[inside] == 12).all()


@given(seed=st.integers(0, 2**63 - 1), count=st.integers(1, 30))
def test_an_xyz_file_gives_back_the_same_bits(tmp_path_factory, seed, count):
    one = made("aggregate", count, 1.234567, 0.2, seed)
    path = tmp_path_factory.mktemp("xyz") / "cluster.xyz"
    one.to_xyz(path)
    again = mh.Particles.from_xyz(path, material=mh.magnetite)
    np.testing.assert_array_equal(again.positions, one.positions)
    np.testing.assert_array_equal(again.diameters, one.diameters)
    np.testing.assert_array_equal(again.easy_axes, one.easy_axes)
