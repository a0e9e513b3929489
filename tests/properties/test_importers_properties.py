"""What holds for every file of measured data, not only for those that were thought of."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from magheat.constants import MU_0, OERSTED
from magheat.errors import MagheatError
from magheat.store.importers import profile_of, read_measured

PROFILE = profile_of(
    {
        "columns": {
            "H": {"name": "amplitude", "unit": "Oe", "required": True},
            "SAR": {"name": "slp", "unit": "W/g"},
            "Who": {"name": "who", "type": "text"},
        }
    },
    "p.toml",
    "p",
)

GOOD = st.builds(
    lambda h, slp, who: (f'{h!r},{slp!r},"{who}"', True),
    st.floats(0, 1e6),
    st.floats(-1e6, 1e6),
    st.sampled_from(["", "a, b", 'said ""no""', "over\ntwo", "over\r\nthree\n\nlines", "µ"]),
)
BROKEN = st.sampled_from(["x,1,a", "1,2", "1,2,3,4", ",1,a", "nan,1,", "1,inf,", "1,-,", '1,2,"open', '"1"2,3,x'])
SKIPPED = st.sampled_from(["", "   ", "# a comment, with, commas", ",,", '# with a "quote'])
LINES = st.lists(
    st.one_of(GOOD, BROKEN.map(lambda line: (line, False)), SKIPPED.map(lambda line: (line, None))), max_size=12
)


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", "\ufeff"]))
def test_every_row_is_read_or_refused_by_its_own_line(tmp_path_factory, lines, end, mark):
    path = tmp_path_factory.mktemp("table") / "t.csv"
    text = end.join(["H,SAR,Who", *(line.replace("\r\n", "\n").replace("\n", end) for line, _ in lines), "1,1,last"])
    path.write_bytes((mark + text).encode())
    good, broken, number = [], [], 2
    for line, kind in lines:
        if kind is not None:
            (good if kind else broken).append(number)
        number += line.replace("\r\n", "\n").count("\n") + 1
    imported = read_measured(path, PROFILE)
    assert [row["source_line"] for row in imported.rows] == [*good, number]
    assert [line for line, _ in imported.refused] == broken
    assert imported.rows_read == len(good) + len(broken) + 1


FIELDS = {"Oe": OERSTED, "kOe": 1e3 * OERSTED, "A/m": 1.0, "kA/m": 1e3, "mT": 10 * OERSTED, "T": 1e4 * OERSTED}
RESPONSES = {"emu/cm^3": 1e3, "kA/m": 1e3, "A/m": 1.0, "emu/cc": 1e3}


@given(
    st.sampled_from(sorted(FIELDS)),
    st.sampled_from(sorted(RESPONSES)),
    st.floats(1e2, 1e6),
    st.floats(1e2, 1e6),
    st.floats(0.05, 1.5),
)
def test_a_loop_does_not_depend_on_the_units_it_is_written_in(tmp_path_factory, field, response, highest, m_s, lag):
    # An ellipse: its area is pi H_0 M_0 sin(lag), its coercive field H_0 sin(lag), its remanence M_0 sin(lag).
    angle = np.linspace(0, 2 * np.pi, 721)
    h, m = highest * np.cos(angle), m_s * np.cos(angle - lag)
    path = tmp_path_factory.mktemp("loop") / "l.csv"
    rows = (f"{float(a)!r},{float(b)!r}" for a, b in zip(h / FIELDS[field], m / RESPONSES[response], strict=True))
    path.write_text(f"mu0 H ({field}),M ({response})\n" + "\n".join(rows))
    (row,) = read_measured(path).rows
    assert row["amplitude"] == pytest.approx(highest, rel=1e-9)
    assert row["coercive_field"] == pytest.approx(highest * np.sin(lag), rel=1e-4)
    assert row["remanence"] == pytest.approx(m_s * np.sin(lag), rel=1e-4)
    assert row["loss_per_cycle"] == pytest.approx(MU_0 * np.pi * highest * m_s * np.sin(lag), rel=1e-4)


PIECES = st.sampled_from(
    ["[Header]\n", "[Data]\n", "INFO,1,SAMPLE_MASS\n", "Magnetic Field (Oe),Moment (emu)\n",
     "MicroMag 2900/3900 Data File",
     "Units of measure  cgs\n", "Field Moment\n(Oe) (emu)\n", "##DATA TABLE\n", "Field [Oe],Moment (m) [emu]\n",
     "Field(G) Moment(emu)\n", "+1.0,+2.0\n", "1,2\n", "H (Oe),M (emu/g)\n", '"', "\r", "\x00", ",", "\t", "#", "\n"]
)  # fmt: skip


@given(
    st.one_of(
        st.binary(max_size=300),
        st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=30).map(lambda parts: "".join(parts).encode()),
    ),
    st.sampled_from([None, PROFILE]),
)
def test_any_file_is_read_or_refused_in_one_sentence(tmp_path_factory, content, profile):
    path = tmp_path_factory.mktemp("any") / "any.dat"
    path.write_bytes(content)
    told = ""
    try:
        rows = read_measured(path, profile).rows
    except MagheatError as error:
        rows, told = (), str(error)
    assert rows or (told and "\n" not in told)
