"""Tables of measured SAR through column profiles."""

from pathlib import Path

import pytest

import magheat as mh
from magheat.constants import OERSTED
from magheat.store.importers import profile_of, read_measured, read_profile

ROOT = Path(__file__).resolve().parents[2]
MEASURED = ROOT.parent / "shared" / "data" / "measured_sar.csv"

COLUMNS = {
    "Field": {"name": "amplitude", "required": True},
    "f": {"name": "frequency", "unit": "kHz", "required": True},
    "SAR": {"name": "slp", "unit": "W/g", "required": True, "missing": ["-"]},
    "Hc": {"name": "static_coercive_field", "unit": "Oe", "missing": ["0.000"]},
    "paper": {"name": "doi", "type": "doi"},
}
HEADER = "Field (Oe),f,SAR,Hc,paper"
ROW = "200,100,55.5,12,10.1000/A"


def profile(**entries):
    return profile_of({"columns": COLUMNS, "slp_mass": "iron", **entries}, "p.toml", "p")


def read(folder, content, chosen=None, **options):
    path = folder / "sar.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_measured(path, chosen or profile(), **options)


def table(*rows, header=HEADER):
    return "\n".join([header, *rows]) + "\n"


def test_values_are_in_si_under_the_names_of_the_knowledge_base(tmp_path):
    (row,) = read(tmp_path, table(ROW)).rows
    assert row["amplitude"] == pytest.approx(200 * OERSTED, rel=1e-14)
    assert (row["frequency"], row["slp"]) == (1e5, 55500.0)
    assert row["static_coercive_field"] == pytest.approx(12 * OERSTED)
    assert (row["doi"], row["slp_mass"], row["source_line"]) == ("10.1000/a", "iron", 2)
    assert (row["above_brezovich"], row["above_hergt_dutz"]) == (True, False)  # 15.9 kA/m x 100 kHz = 1.6e9


@pytest.mark.parametrize("zero", ["", "0.000", "0", "0.0", "-0"])
def test_what_is_missing_stays_missing(tmp_path, zero):
    (row,) = read(tmp_path, table(f"200,100,55.5,{zero},")).rows
    assert row["static_coercive_field"] is None
    assert row["doi"] is None


@pytest.mark.parametrize(
    "doi",
    ["10.1000/AbC", "https://doi.org/10.1000/abc", "http://dx.doi.org/10.1000/ABC", "dx.doi.org/10.1000/abc",
     "doi:10.1000/abc"],
)  # fmt: skip
def test_one_paper_has_one_name(tmp_path, doi):
    (row,) = read(tmp_path, table(f"200,100,1,1,{doi}")).rows
    assert row["doi"] == "10.1000/abc"


def test_a_paper_without_a_doi_keeps_its_name(tmp_path):
    (row,) = read(tmp_path, table("200,100,1,1,Smith 2019")).rows
    assert row["doi"] == "Smith 2019"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("2OO,100,1,1,", "Field must be a finite number; got '2OO'"),
        ("nan,100,1,1,", "Field must be a finite number; got 'nan'"),
        ("200,inf,1,1,", "f must be a finite number; got 'inf'"),
        ("200,1e999,1,1,", "f must be a finite number; got '1e999', which is beyond"),
        ("200,1_00,1,1,", "f must be a finite number; got '1_00'"),
        ("200,\u0661\u0662,1,1,", "f must be a finite number"),
        ("200,0x10,1,1,", "f must be a finite number"),
        ("-200,100,1,1,", "Field must be >= 0; got '-200'"),
        (",100,1,1,", "Field must be there; the cell is empty"),
        ("200,100,-,1,", "SAR must be there; the cell is '-'"),
        ("200,100,1,1", "it must have 5 cells, as the header; it has 4"),
        ("200,100,1,1,x,y", "it must have 5 cells, as the header; it has 6"),
        ('200,100,"1,1,x', "its quotes do not match"),
        ("200,100,1" + "0" * 300_000 + ",1,", "SAR must be a finite number; got '1000"),
        ('200,100,"1' + "0" * 300_000 + '",1,', "its quotes do not match"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_go_in(tmp_path, broken, reason):
    imported = read(tmp_path, table(ROW, broken, ROW))
    assert [line for line, _ in imported.refused] == [3]
    assert imported.refused[0].reason.startswith(reason)
    assert [row["source_line"] for row in imported.rows] == [2, 4]
    assert imported.rows_read == 3


def test_lines_are_counted_through_comments_empty_lines_and_quoted_breaks(tmp_path):
    quoted = '200,100,1,1,"Smith,\r\n""the\r\nfirst"""'
    lines = ["# collected by hand", "", HEADER, "# more", quoted, "", "x,100,1,1,", ROW]
    imported = read(tmp_path, ("\ufeff" + "\r\n".join(lines)).encode())
    assert [(row["source_line"], row["doi"]) for row in imported.rows] == [
        (5, 'Smith,\n"the\nfirst"'),
        (10, "10.1000/a"),
    ]
    assert [line for line, _ in imported.refused] == [9]


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path):
    imported = read(tmp_path, table(ROW, '"200,100,1,1,', *[ROW] * 150))
    assert [line for line, _ in imported.refused] == [3]
    assert len(imported.rows) == 151


def test_unknown_columns_are_named_and_left_out(tmp_path):
    imported = read(tmp_path, table(ROW + ",7,8", header=HEADER + ",pH,Note (a)"))
    assert "'pH', 'Note (a)'" in imported.notes[0]
    assert "pH" not in imported.rows[0]


def test_a_column_that_the_file_lacks_is_named(tmp_path):
    imported = read(tmp_path, table("200,100,1", header="Field (Oe),f,SAR"))
    assert "'Hc', 'paper'" in imported.notes[0]
    assert "doi" not in imported.rows[0]


def test_decimal_commas_tabs_and_semicolons(tmp_path):
    expected = read(tmp_path, table(ROW)).rows[0]
    with_commas = table("200,0;100;55,5;12;10.1000/A", header=HEADER.replace(",", ";"))
    assert read(tmp_path, with_commas, profile(decimal=",")).rows[0] == expected
    assert read(tmp_path, table(ROW.replace(",", "\t"), header=HEADER.replace(",", "\t"))).rows[0] == expected
    refused = read(tmp_path, with_commas + "200;100;1;1;\n").refused
    assert "Field must be a finite number; got '200,0'" in refused[0].reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "it is empty"),
        ("\ufeff\n\n  \n", "it is empty"),
        ("# only\n# comments\n", "must have a header and rows"),
        (HEADER, "must have rows below its header"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "bytes that no text has"),
        (table(ROW, header="Field (Oe),f,Hc,x,paper"), "must have the columns 'SAR' of the profile p; its header"),
        (table(ROW, header="Field (Oe),f,SAR,SAR,paper"), "column 'SAR' must be there once; it is there 2 times"),
        (table(ROW, header="Field,f,SAR,Hc,paper"), "column 'Field' must have a unit"),
        (table(ROW, header="Field (emu),f,SAR,Hc,paper"), "amplitude must be in a unit of A/m; got 'emu'"),
        (table(ROW, header="Field (Oe),f (Hz),SAR,Hc,paper"), "the profile says 'kHz', the header 'Hz'"),
        (table(ROW, header='Field (Oe),"f'), "the header cannot be read: its quotes do not match"),
        (table("x", "y,1,1,1,", "200,100,-,1,"), "all 3 were refused, the first (line 2) because it must have 5 cells"),
        ("just a line of words\n", "which is none of them"),
    ],
)  # fmt: skip
def test_a_whole_file_that_cannot_be_understood_is_refused_in_one_sentence(tmp_path, content, reason):
    with pytest.raises(mh.SchemaError) as error:
        read(tmp_path, content)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_table_needs_a_profile(tmp_path):
    (tmp_path / "sar.csv").write_text(table(ROW))
    with pytest.raises(mh.SpecError, match="profile must be given for a table"):
        read_measured(tmp_path / "sar.csv", format="table")
    with pytest.raises(mh.SpecError, match="format must be one of table, loop"):
        read_measured(tmp_path / "sar.csv", format="excel")
    with pytest.raises(mh.SchemaError, match="cannot be read: No such file"):
        read_measured(tmp_path / "other.csv", profile())


@pytest.mark.parametrize(
    ("toml", "reason"),
    [
        ("", "must have a table for each column"),
        ("[columns", "is not TOML"),
        ("colums = 1", "colums"),
        ('[columns.A]\nname = "amplitude"\nunits = "Oe"', "units"),
        ('[columns.A]\nunit = "Oe"', "column 'A' must have a name in the knowledge base"),
        ('[columns.A]\nname = "Amplitude"', "name must be lower-case letters"),
        ('[columns.A]\nname = "key"', "name must be lower-case letters, digits and _, and none of"),
        ('[columns.A]\nname = "viscosity"', "'viscosity' is no column with a known unit; add its SI unit"),
        ('[columns.A]\nname = "slp"\nsi = "W"', "si must be 'W/kg' for slp"),
        ('[columns.A]\nname = "slp"\ntype = "text"', "slp must be text without a unit"),
        ('[columns.A]\nname = "slp"\nmissing = [0]', "missing must be a list of texts"),
        ('[columns.A]\nname = "slp"\nrequired = "yes"', "required must be true or false"),
        ('[columns.A]\nname = "slp"\n[columns.B]\nname = "slp"', "got 'slp' twice"),
        ('kind = "tabel"\n[columns.A]\nname = "slp"', "kind must be one of 'table', 'loop'; got 'tabel'"),
        ('delimiter = "||"\n[columns.A]\nname = "slp"', "delimiter must be one character"),
        ('slp_mass = "gold"\n[columns.A]\nname = "slp"', "slp_mass must be one of"),
        ('[columns.A]\nname = "slp"\n[constants]\ntemperature = "20 nm"', "temperature must be a temperature"),
        ('[columns.A]\nname = "slp"\n[sample]\nmass = "-1 mg"', "[sample] mass must be > 0"),
        ('[columns.A]\nname = "slp"\n[sample]\nmas = "1 mg"', "mas"),
    ],
)
def test_a_wrong_profile_is_refused_in_one_sentence(tmp_path, toml, reason):
    (tmp_path / "p.toml").write_text(toml)
    with pytest.raises(mh.SpecError) as error:
        read_profile(tmp_path / "p.toml")
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_emu_per_gram_is_no_magnetization_in_ampere_per_metre(tmp_path):
    columns = {**COLUMNS, "Hc": {"name": "saturation_magnetization", "unit": "emu/g"}}
    with pytest.raises(mh.SchemaError, match="saturation_magnetization must be in a unit of A/m; got 'emu/g'"):
        read(tmp_path, table(ROW), profile(columns=columns))


@pytest.mark.skipif(not MEASURED.is_file(), reason="the table of the DiMag database is not beside this checkout")
def test_the_shipped_profile_reads_the_table_that_it_is_for():
    imported = read_measured(MEASURED, read_profile(ROOT / "examples" / "profiles" / "dimag_sar.toml"))
    rows = imported.rows
    assert (len(rows), imported.refused, imported.notes) == (460, (), ())
    assert len({row["doi"] for row in rows}) == 33
    assert all(row["doi"].startswith("10.") for row in rows)
    assert rows[0]["amplitude"] == pytest.approx(174.7 * 1000 / (4 * 3.141592653589793))  # 174.7 Oe
    assert rows[0]["frequency"] == pytest.approx(276e3)
    assert rows[0]["slp"] == pytest.approx(16e3)
    assert rows[0]["mass_saturation_magnetization"] == pytest.approx(44.42)
    assert rows[0]["concentration"] == pytest.approx(1.0)
    assert max(row["slp"] for row in rows) == pytest.approx(4.214e6)
    assert sum(row["static_coercive_field"] is None for row in rows) == 242
    assert {row["slp_mass"] for row in rows} == {"unknown"}
    assert not any("saturation_magnetization" in row or "coercive_field" in row for row in rows)


def test_the_shipped_profile_reads_a_table_of_its_form(tmp_path):
    shipped = read_profile(ROOT / "examples" / "profiles" / "dimag_sar.toml")
    header = ",".join(column.header for column in shipped.columns)
    row = (
        "https://doi.org/10.1000/X,Co1Fe2O4,,1.000,0.158,0.000,2.391,66.000,0.000,0.000,0.000,0.000,168.000,0.101,4.700"
    )
    (read_row,) = read(tmp_path, table(row, header=header), shipped).rows
    assert read_row["doi"] == "10.1000/x"
    assert read_row["slp"] == pytest.approx(4700.0)
    assert read_row["static_coercive_field"] is None
