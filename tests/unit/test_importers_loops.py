"""Loops of magnetometers, from files that the tests write after the formats' descriptions."""

import math

import numpy as np
import pytest

import magheat as mh
from magheat.constants import MU_0, OERSTED
from magheat.store.importers import Sample, profile_of, read_measured

# A parallelogram: the moment follows (H + H_c)/width between -1 and 1 on the way down, with kinks on grid points, so
# that every number of it is exact. Fields in Oe, the moment in emu.
COERCIVE, WIDTH, HIGHEST, STEP = 200.0, 300.0, 1000.0, 100.0
LARGEST_MOMENT = 0.5
VOLUME = 1e-3  # cm^3
M_S = 500e3  # A/m: 0.5 emu / 1e-3 cm^3 = 500 emu/cm^3
SAMPLE = Sample(volume=VOLUME * 1e-6)


def branch(start, stop, coercive):
    field = np.arange(start, stop + math.copysign(STEP / 2, stop - start), math.copysign(STEP, stop - start))
    return [(float(h), LARGEST_MOMENT * float(np.clip((h + coercive) / WIDTH, -1, 1))) for h in field]


DOWN, UP = branch(HIGHEST, -HIGHEST, COERCIVE), branch(-HIGHEST, HIGHEST, -COERCIVE)
LOOP = DOWN + UP[1:]


def csv_in(field, response, points=LOOP, to_field=1.0, to_response=1.0, end="\n"):
    lines = [f"Field ({field}),{response}", *(f"{h * to_field!r},{m * to_response!r}" for h, m in points)]
    return end.join(lines) + end


def quantum_design(points=LOOP, info=("INFO,,SAMPLE_MASS", "INFO,,SAMPLE_VOLUME"), temperatures=None):
    temperatures = temperatures or [300.0] * len(points)
    head = ["[Header]", "; VSM Data File (default extension .dat)", "TITLE,µ-sample at 300 °C/2", "BYAPP,VSM,1.0,1.0"]
    names = "Comment,Time Stamp (sec),Temperature (K),Magnetic Field (Oe),Moment (emu),M. Std. Err. (emu),Range"
    rows = [f",{i},{t!r},{h!r},{m!r},1E-6,1" for i, ((h, m), t) in enumerate(zip(points, temperatures, strict=True))]
    return "\r\n".join([*head, *info, "DATATYPE,COMMENT,1", "[Data]", names, *rows]) + "\r\n"


def micromag(units="cgs", above=("Oe", "emu"), to_field=1.0, to_moment=1.0, segments=(LOOP,), title="Hysteresis loop"):
    """Series 0016: sections of keys and values in columns, a table of segments, units above the data."""
    head = f"""MicroMag 2900/3900 Data File (Series 0016.002)
Direct moment vs. field; {title}

INSTRUMENT
Configuration                   VSM
Units of measure                {units}
Temperature in                  Kelvin

SAMPLE
Mass                            N/A
Volume                          N/A

SCRIPT
Number of segments              {len(segments)}
Number of data                  {sum(map(len, segments))}

Segment Averaging   Initial     Field       Final     Pause     Final
Number     Time      Field    Increment     Field               Index
            (s)      ({above[0]})       ({above[0]})       ({above[0]})      (s)

      0,+100.0000E-03,+1.000000E+00,-10.00000E-03,-1.000000E+00,+1.000000E+00,     101

    Field       Moment
     ({above[0]})       ({above[1]})

"""
    rows = ["\n".join(f"{h * to_field:+.17E},{m * to_moment:+.17E}" for h, m in part) for part in segments]
    return head + "\n\n".join(rows) + "\n\nMicroMag 2900/3900 Data File ends\n"


def micromag_0015(units="mks", to_field=1e-4, to_moment=1e-3):
    """Series 0015: keys parted by colons and equals signs, no units above the data."""
    head = f"""MicroMag 2900/3900 Data File (Series 0015)
Hysteresis loop
Configuration   :  VSM
Units of measure:  {units}
Temperature in  :  Kelvin
01/11/2007  15:01
"a sample, ground"

Averaging time = +1.000000E-01
Field range    = +1.500000E-01
NData          = {len(LOOP)}

"""
    rows = "\n".join(f"{h * to_field:+.17E},{m * to_moment:+.17E}" for h, m in LOOP)
    return head + rows + "\n\nMicroMag 2900/3900 Data File ends\n"


def series_8600():
    names = "Step,Iteration,Segment,Field [Oe],Moment (m) [emu],Time Stamp [s],Field Status,Moment (m) Status,"
    rows = [f"2,1,1,{h!r},{m!r},{i * 0.5},0x0,0x0," for i, (h, m) in enumerate(LOOP)]
    head = ["#RUN ON SOFTWARE VERSION", "1.7.1.1", "#HYSTERESIS MEASUREMENT", "Name: a loop", "##DATA TABLE", names]
    return "\n".join([*head, *rows]) + "\n"


def series_7400():
    head = ["Sample: nickel", "Time: 12:00", "", "Field(G)         Moment(emu)"]
    return "\n".join([*head, *(f" {h!r}       {m!r}" for h, m in LOOP)]) + "\n"


FORMATS = {
    "csv, Oe and emu/cm^3": csv_in("Oe", "Magnetization (emu/cm^3)", to_response=1 / VOLUME),
    "csv, kA/m and kA/m": csv_in("kA/m", "M [kA/m]", to_field=OERSTED / 1e3, to_response=1 / VOLUME),
    "csv, A/m and A/m": csv_in("A/m", "M (A/m)", to_field=OERSTED, to_response=1e3 / VOLUME),
    "csv, mT and A m^2": csv_in("mT", "moment (A·m²)", to_field=0.1, to_response=1e-3),
    "csv, T and emu": csv_in("T", "Moment (emu)", to_field=1e-4),
    "quantum design": quantum_design(),
    "micromag, cgs": micromag(),
    "micromag, hybrid SI": micromag("Hybrid SI", ("T", "Am²"), 1e-4, 1e-3),
    "micromag, SI": micromag("SI", ("A/m", "A·m²"), OERSTED, 1e-3),
    "micromag 0015, mks": micromag_0015(),
    "micromag 0015, cgs": micromag_0015("cgs", 1.0, 1.0),
    "lake shore 8600": series_8600(),
    "lake shore 7400": series_7400(),
}


def read(folder, content, **options):
    path = folder / "loop.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_measured(path, **options)


def only_row(imported):
    (row,) = imported.rows
    return row


@pytest.mark.parametrize("content", FORMATS.values(), ids=FORMATS)
def test_one_loop_has_the_same_numbers_in_every_format(tmp_path, content):
    imported = read(tmp_path, content, sample=SAMPLE)
    row = only_row(imported)
    assert row["coercive_field"] == pytest.approx(COERCIVE * OERSTED, rel=1e-9)
    assert row["remanence"] == pytest.approx(M_S * COERCIVE / WIDTH, rel=1e-9)
    assert row["loss_per_cycle"] == pytest.approx(MU_0 * 4 * COERCIVE * OERSTED * M_S, rel=1e-9)
    assert row["amplitude"] == pytest.approx(HIGHEST * OERSTED, rel=1e-9)
    assert row["loop_is_closed"] is True
    assert "frequency" not in row
    assert imported.refused == ()
    assert imported.rows_read == len(LOOP)
    assert imported.loops[0].magnetization.max() == pytest.approx(M_S, rel=1e-9)
    assert len(imported.loops[0].applied_field) == len(LOOP) - 1  # end left out


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_letters_and_line_ends_of_any_machine(tmp_path, encoding, end):
    content = csv_in("Oe", "moment (A m²)", to_response=1e-3, end=end)
    row = only_row(read(tmp_path, content.encode(encoding), sample=SAMPLE))
    assert row["coercive_field"] == pytest.approx(COERCIVE * OERSTED)


VIRGIN = [(float(h), LARGEST_MOMENT * float(h) / HIGHEST) for h in np.arange(0.0, HIGHEST, STEP)]
MINOR = [(0.5 * h, 0.1 * m) for h, m in LOOP]


@pytest.mark.parametrize(
    "points",
    [
        VIRGIN + LOOP,
        LOOP + LOOP[1:],
        UP + DOWN[1:],
        VIRGIN + LOOP + MINOR,
        DOWN + UP[1:-1] + [(HIGHEST - 3, UP[-1][1])],
        [DOWN[0], *LOOP],
    ],
    ids=["virgin curve first", "twice", "from below", "smaller loop after", "ends 3 Oe short", "first point twice"],
)
def test_only_the_closed_cycle_counts(tmp_path, points):
    imported = read(tmp_path, csv_in("Oe", "M (emu/cm^3)", points, to_response=1 / VOLUME))
    row = only_row(imported)
    assert row["loss_per_cycle"] == pytest.approx(MU_0 * 4 * COERCIVE * OERSTED * M_S, rel=1e-9)
    assert row["coercive_field"] == pytest.approx(COERCIVE * OERSTED, rel=1e-9)
    loop = imported.loops[0]
    again = mh.analysis.loss_per_cycle(_dataset(loop))
    assert float(again) == row["loss_per_cycle"]  # the loop that is kept gives the numbers of its row


def _dataset(loop):
    import xarray as xr

    return xr.Dataset({"applied_field": ("time", loop.applied_field), "magnetization": ("time", loop.magnetization)})


def test_half_a_loop_has_a_coercive_field_but_no_loss(tmp_path):
    imported = read(tmp_path, csv_in("Oe", "M (emu/cm^3)", DOWN))
    row = only_row(imported)
    assert row["coercive_field"] == pytest.approx(COERCIVE * OERSTED)
    assert row["loop_is_closed"] is False
    assert "loss_per_cycle" not in row
    assert any("does not come back" in note for note in imported.notes)


def test_a_loop_that_drifts_has_no_loss(tmp_path):
    drifted = DOWN + [(h, m + 0.1 * LARGEST_MOMENT) for h, m in UP[1:]]
    imported = read(tmp_path, csv_in("Oe", "M (emu/cm^3)", drifted))
    row = only_row(imported)
    assert "loss_per_cycle" not in row
    assert row["coercive_field"] == pytest.approx(COERCIVE * OERSTED)
    assert any("4.8 % of its range" in note for note in imported.notes)


@pytest.mark.parametrize("points", [UP, VIRGIN, DOWN[:3], [(100.0, 0.1 * i) for i in range(20)]])
def test_what_is_no_loop_is_refused_as_a_whole(tmp_path, points):
    with pytest.raises(mh.SchemaError, match=r"loop\.txt must hold a hysteresis loop.*\d+ points were read"):
        read(tmp_path, csv_in("Oe", "M (emu/cm^3)", points))


def test_a_moment_without_a_volume_stays_a_moment(tmp_path):
    imported = read(tmp_path, csv_in("Oe", "Moment (emu)"))
    row = only_row(imported)
    assert row["moment_remanence"] == pytest.approx(LARGEST_MOMENT * 1e-3 * COERCIVE / WIDTH)
    assert not {"remanence", "loss_per_cycle", "mass_remanence"} & row.keys()
    assert imported.loops == {}
    assert any("needs the volume, or mass and density" in note for note in imported.notes)


def test_with_a_mass_it_is_a_moment_per_mass_and_with_a_density_a_magnetization(tmp_path):
    content = csv_in("Oe", "Moment (emu)")
    per_mass = only_row(read(tmp_path, content, sample=Sample(mass=5e-6)))
    assert per_mass["mass_remanence"] == pytest.approx(100 * COERCIVE / WIDTH)  # 0.5 emu / 5 mg = 100 emu/g
    assert per_mass["mass_loss_per_cycle"] == pytest.approx(MU_0 * 4 * COERCIVE * OERSTED * 100)  # J/kg
    assert "loss_per_cycle" not in per_mass
    whole = only_row(read(tmp_path, content, sample=Sample(mass=5e-6, density=5000.0)))
    assert whole["remanence"] == pytest.approx(M_S * COERCIVE / WIDTH)
    assert whole["measured_as"] == "moment"
    dense = only_row(read(tmp_path, csv_in("Oe", "sigma (emu/g)", to_response=200), sample=Sample(density=5000.0)))
    assert dense["remanence"] == pytest.approx(M_S * COERCIVE / WIDTH)


def test_a_column_that_names_the_loop_parts_the_points(tmp_path):
    lines = ["Loop,H (Oe),M (emu/cm^3),T (K)"]
    for name, factor in (("warm, 300 K", 1.0), ("cold", 2.0)):
        lines += [f'"{name}",{h * factor!r},{m / VOLUME!r},{300 / factor}' for h, m in LOOP]
    imported = read(tmp_path, "\n".join(lines))
    assert [row["loop_name"] for row in imported.rows] == ["warm, 300 K", "cold"]
    assert [row["temperature"] for row in imported.rows] == [300.0, 150.0]
    assert imported.rows[1]["amplitude"] == pytest.approx(2 * HIGHEST * OERSTED)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("Field (Oe),Moment (T)", "no column is a magnetization or moment with its unit"),
        ("Field (Oe),M (G)", "no column is a magnetization or moment with its unit"),
        ("Field (Oe),M", "no column is a magnetization or moment with its unit"),
        ("Field,M (A/m)", "no column is a field with its unit"),
        ("Field (Oe),Field (T)", "applied_field is there twice"),
        ("Field (Oe),M (A/m),Moment (emu)", "more than one column is a magnetization"),
        ("Field (nm),M (A/m)", "applied_field must be in a unit of A/m; got 'nm'"),
    ],
)
def test_a_header_that_leaves_a_question_is_refused(tmp_path, header, reason):
    rows = "\n".join(",".join(["1"] * (header.count(",") + 1)) for _ in range(9))
    with pytest.raises(mh.SchemaError) as error:
        read(tmp_path, f"{header}\n{rows}\n")
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_profile_names_columns_that_the_header_does_not_explain(tmp_path):
    table = {
        "kind": "loop",
        "decimal": ",",
        "delimiter": ";",
        "columns": {
            "Feld": {"name": "applied_field", "unit": "Oe", "required": True},
            "Moment (Kanal 2)": {"name": "moment", "unit": "emu", "required": True},
        },
        "sample": {"volume": "1 mm^3"},
        "constants": {"temperature": "310 K", "frequency": "100 kHz", "operator": "me"},
    }
    content = "Feld;Moment (Kanal 2)\n" + "\n".join(f"{h};{m}".replace(".", ",") for h, m in LOOP)
    row = only_row(read(tmp_path, content, profile=profile_of(table, "p.toml", "p")))
    assert row["remanence"] == pytest.approx(M_S * COERCIVE / WIDTH)
    assert (row["temperature"], row["frequency"], row["operator"]) == (310.0, 1e5, "me")
    assert row["above_brezovich"] is True  # 79.6 kA/m x 100 kHz


@pytest.mark.parametrize(
    ("info", "mass", "told"),
    [
        (["INFO,5.2,SAMPLE_MASS"], 5.2e-6, "mg, as MultiVu asks for it"),
        (["INFO,5.2,MASS:Sample Mass (mg)"], 5.2e-6, "mg, as the line says"),
        (["INFO,0.0052,MASS:Sample Mass (g)"], 5.2e-6, "g, as the line says"),
        (["INFO,MASS:,5.2"], 5.2e-6, "mg, as MultiVu asks for it"),
        (["INFO,,SAMPLE_MASS"], None, None),
        (["INFO,about 5,SAMPLE_MASS"], None, "is no number and was not used"),
        (["INFO,0,SAMPLE_MASS"], None, "is not above zero and was not used"),
        (["INFO,1.1,SAMPLE_VOLUME"], None, None),
    ],
)
def test_the_mass_in_a_header_of_quantum_design(tmp_path, info, mass, told):
    imported = read(tmp_path, quantum_design(info=info).encode("cp1252"))
    row = only_row(imported)
    assert row.get("sample_mass") == (None if mass is None else pytest.approx(mass))
    assert told is None or any(told in note for note in imported.notes)
    assert row["temperature"] == pytest.approx(300.0)


def test_temperatures_part_a_file_of_quantum_design(tmp_path):
    points = LOOP + [(0.0, 0.1)] * 3 + LOOP
    temperatures = [5.0] * len(LOOP) + [50.0, 150.0, 250.0] + [300.0] * len(LOOP)
    imported = read(tmp_path, quantum_design(points, temperatures=temperatures), sample=SAMPLE)
    assert [row["temperature"] for row in imported.rows] == pytest.approx([5.0, 300.0])
    assert [row["loop_name"] for row in imported.rows] == ["5 K", "300 K"]
    assert any("3 points between temperatures" in note for note in imported.notes)


def test_lines_without_a_moment_are_left_out_and_broken_ones_named(tmp_path):
    lines = quantum_design().split("\r\n")
    first = lines.index("[Data]") + 2
    lines[first + 3] = "a comment,3,300.0,,,,"
    lines[first + 5] = ",5,300.0,500.0,nan,1E-6,1"
    lines[first + 6] = ",6,300.0,400.0,--,1E-6,1"
    lines[-2] = lines[-2][: len(lines[-2]) // 2]  # the last line, cut off
    imported = read(tmp_path, "\r\n".join(lines[:-1]), sample=SAMPLE)
    assert [line for line, _ in imported.refused] == [first + 6, first + 7, len(lines) - 1]
    assert "must be a finite number; got 'nan'" in imported.refused[0].reason
    assert any(note.startswith("1 lines have no field or no moment") for note in imported.notes)
    assert only_row(imported)["coercive_field"] == pytest.approx(COERCIVE * OERSTED)


def two_moments(first, second):
    names = "Temperature (K),Magnetic Field (Oe),DC Moment Fixed Ctr (emu),DC Moment Free Ctr (emu)"
    rows = [f"300,{h!r},{m * first if first else ''},{m * second if second else ''}" for h, m in LOOP]
    return "\n".join(["[Header]", "BYAPP,MPMS3,1.0,1.0", "[Data]", names, *rows])


def test_which_moment_of_an_mpms3_is_never_guessed(tmp_path):
    with pytest.raises(mh.SchemaError, match="'DC Moment Free Ctr', 'DC Moment Fixed Ctr'; say which"):
        read(tmp_path, two_moments(1.0, 2.0))
    chosen = read(tmp_path, two_moments(1.0, 2.0), moment_column="DC Moment Free Ctr")
    assert only_row(chosen)["moment_remanence"] == pytest.approx(2 * LARGEST_MOMENT * 1e-3 * COERCIVE / WIDTH)
    alone = read(tmp_path, two_moments(1.0, None))
    assert only_row(alone)["moment_remanence"] == pytest.approx(LARGEST_MOMENT * 1e-3 * COERCIVE / WIDTH)
    with pytest.raises(mh.SchemaError, match="'Moment' that was asked for"):
        read(tmp_path, two_moments(1.0, 2.0), moment_column="Moment")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (quantum_design().replace("[Data]", "[Date]"), "must have a line [Data]"),
        (quantum_design().split("[Data]")[0] + "[Data]\r\n", "must have a line of column names below [Data]"),
        (quantum_design().replace("Magnetic Field (Oe)", "Magnet (Oe)"), "must have a column 'Magnetic Field (Oe)'"),
        (quantum_design().replace("Field (Oe)", "Field (emu)"), "applied_field must be in a unit of A/m; got 'emu'"),
        (quantum_design().replace("Moment (emu)", "Moment (J)"), "must be a moment in emu or A m^2; its unit is 'J'"),
        (quantum_design().replace("Moment (emu)", "M (emu)"), "must have a column of moments with numbers"),
        (quantum_design().replace("Range", "Moment (emu)"), "must have the column 'Moment' once"),
        (micromag(units="gauss"), "must have a line 'Units of measure' with cgs, SI, Hybrid SI or mks; got 'gauss'"),
        (micromag("Hybrid SI", ("Oe", "emu")), "'Units of measure' is 'Hybrid SI', the columns are in Oe and emu"),
        (micromag_0015("SI"), "must state the unit of the field"),
        (micromag(title="First-order reversal curves"), "its second line says 'Direct moment vs. field; First-order"),
        (micromag(segments=()).replace("+1", "1"), "must have rows of a field and a moment"),
        (series_8600().replace("HYSTERESIS", "FORC"), "it says that it holds FORC"),
        (series_8600().replace("Field [Oe]", "Field"), "applied_field must be in a unit of A/m; got ''"),
        (series_8600().replace("Field [Oe]", "B [Oe]"), "must have one column 'Field'"),
        (series_7400().replace("(emu)", "(T)"), "must have a moment in emu or A m^2; its unit is 'T'"),
    ],
)
def test_a_file_that_contradicts_its_format_is_refused_in_one_sentence(tmp_path, content, reason):
    with pytest.raises(mh.SchemaError) as error:
        read(tmp_path, content)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("format", ["quantum-design", "micromag", "lake-shore-8600", "lake-shore-7400"])
def test_a_format_that_is_asked_for_must_be_there(tmp_path, format):
    with pytest.raises(mh.SchemaError, match=r"loop\.txt must have"):
        read(tmp_path, csv_in("Oe", "M (emu/cm^3)"), format=format)


def test_segments_and_a_temperature_of_micromag(tmp_path):
    content = micromag(segments=(VIRGIN, DOWN, UP)).replace(
        "Field       Moment\n", "Field       Moment    Temperature\n"
    )
    content = content.replace("(Oe)       (emu)\n", "(Oe)       (emu)    (°C)\n")
    lines = [line + ",+2.500E+01" if line[:1] in ("+", "-") and "," in line else line for line in content.split("\n")]
    imported = read(tmp_path, "\n".join(lines).encode("cp1252"), sample=SAMPLE)
    row = only_row(imported)
    assert row["temperature"] == pytest.approx(298.15)
    assert row["loss_per_cycle"] == pytest.approx(MU_0 * 4 * COERCIVE * OERSTED * M_S, rel=1e-9)
    assert not any("The file says that it has" in note for note in imported.notes)


def test_a_micromag_file_that_was_cut_off_says_so(tmp_path):
    whole = micromag()
    cut = whole[: whole.rindex("MicroMag") - 40]
    imported = read(tmp_path, cut, sample=SAMPLE)
    notes = " ".join(imported.notes)
    assert "may have been cut off" in notes
    assert f"it has {len(LOOP)} points; {len(LOOP) - 1} were there" in notes or imported.refused


def test_a_mass_of_micromag_has_no_unit_and_is_not_used(tmp_path):
    content = micromag().replace("Mass                            N/A", "Mass                            +5.200000E-03")
    imported = read(tmp_path, content)
    assert "sample_mass" not in only_row(imported)
    assert any("mass is '+5.200000E-03' without a unit" in note for note in imported.notes)
