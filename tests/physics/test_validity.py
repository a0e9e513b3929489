"""The solvers side by side: those that leave nothing out agree, the others are off as far as is said."""

import numpy as np
import pytest

from magheat.studies.kept import Kept
from magheat.studies.telling import silence
from magheat.studies.validity import report
from magheat.studies.validity.cases import Plan

PLAN = Plan(diameters=(9e-9, 14e-9), frequencies=(1e5, 1e6), fields=(0.02, 0.6), gaps=(4e-9, 40e-9), runs=48)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return report.compute(PLAN, Kept(tmp_path_factory.mktemp("kept")), silence)


def test_what_leaves_nothing_out_agrees(found):
    losses = {row.solver: row.loss for row in found.rows}
    assert abs(losses["llg"].value - found.exact) < 4 * losses["llg"].error
    assert losses["llg"].error < 0.1 * found.exact


def test_kinetic_monte_carlo_is_two_wells(found):
    losses = {row.solver: row.loss for row in found.rows}
    error = losses["kinetic-monte-carlo"].error
    assert abs(losses["kinetic-monte-carlo"].value - losses["two-well"].value) < 4 * error
    assert error < 0.1 * found.exact


def test_half_the_anisotropy_field_switches_nothing_at_rest(found):
    losses = {row.solver: row.loss for row in found.rows}
    assert abs(losses["minimize"].value) < 1e-9 * found.exact


def test_far_neighbours_are_each_alone(found):
    # 1e-3 of H_K from the other: the loss changes by less than a per cent
    far = found.gaps[-1]
    assert abs(far.llg.value - found.exact) < 4 * far.llg.error + 0.01 * found.exact
    assert found.gaps[0].llg.value > 1.3 * found.exact


def test_two_wells_hold_where_barriers_are_high_and_linear_response_where_fields_are_weak(found):
    weak, strong = found.maps
    low, high = 0, 1  # diameters
    assert np.all(np.abs(strong.error("two_well")[high]) < 0.12)
    assert np.all(np.abs(weak.error("linear_response")[high] - weak.error("two_well")[high]) < 0.15)
    assert np.all(strong.error("linear_response")[high] > 1)
    for one in found.maps:
        assert np.all(one.error("two_well")[low] > 0.3)


def test_kept_numbers_are_used_again(found, tmp_path):
    kept = Kept(tmp_path)
    first = report.draws.gaps(PLAN._replace(gaps=(40e-9,), runs=2, cycles=2), kept, silence)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 2
    again = report.draws.gaps(PLAN._replace(gaps=(40e-9,), runs=2, cycles=2), kept, silence)
    assert again[0].llg.value == first[0].llg.value
    assert sorted(tmp_path.iterdir()) == files


def test_kept_numbers_that_are_torn_are_computed_again(tmp_path):
    few = PLAN._replace(gaps=(40e-9,), runs=2, cycles=2)
    first = report.draws.gaps(few, Kept(tmp_path), silence)
    for path in tmp_path.iterdir():
        content = bytearray(path.read_bytes())
        middle = content.index(b".npy") + 24  # within what is compressed
        content[middle : middle + 12] = bytes(255 - byte for byte in content[middle : middle + 12])
        path.write_bytes(content)
    assert report.draws.gaps(few, Kept(tmp_path), silence)[0].llg.value == first[0].llg.value


def test_tables_and_captions_tell_the_same_numbers(found):
    tables = report.tables(found)
    assert tables["one-case.csv"]["solver"] == [row.solver for row in found.rows]
    assert len(tables["which-solver.csv"]["diameter (m)"]) == 2 * 2 * 2
    exact = np.asarray(tables["which-solver.csv"]["exact (J/m^3)"])
    two = np.asarray(tables["which-solver.csv"]["two_well (J/m^3)"])
    assert np.allclose(two / exact - 1, np.concatenate([one.error("two_well").ravel() for one in found.maps]))
    assert set(report.captions(found)) == {one.name for one in report.drawings(found)}
    assert f"{found.exact / 1e3:.2f}" in report.table(found)
