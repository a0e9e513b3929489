"""Units at the edge: what the field writes is understood, all else is one sentence, at once."""

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from magheat.constants import MU_0, OERSTED
from magheat.errors import SpecError
from magheat.units import parse, parse_array, parse_magnetization


def refusal(call, *args):
    """The message of the `SpecError` that the call must raise: one sentence on one line."""
    with pytest.raises(SpecError) as caught:
        call(*args)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


# Conversions by hand; 1 Oe = 1000/(4 pi) A/m, 1 emu/cm^3 = 1000 A/m, 1 erg/cm^3 = 0.1 J/m^3 (Goldfarb and Fickett,
# NBS Special Publication 696, 1985).
@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("500 Oe", "A/m", 500 * OERSTED),
        ("0.5 kOe", "A/m", 500 * OERSTED),
        ("50 mT", "A/m", 500 * OERSTED),
        ("500 G", "A/m", 500 * OERSTED),
        ("25 kA/m", "A/m", 25e3),
        ("25 kA m^-1", "A/m", 25e3),
        ("25 kA m-1", "A/m", 25e3),
        ("25 kA·m⁻¹", "A/m", 25e3),
        ("1e5 erg/cm^3", "J/m^3", 1e4),
        ("1e5 erg/cc", "J/m^3", 1e4),
        ("11 kJ/m3", "J/m^3", 11e3),
        ("11 kJ m**-3", "J/m^3", 11e3),
        ("5.18 g/cm^3", "kg/m^3", 5180.0),
        ("42 degC", "K", 315.15),
        ("42 °C", "K", 315.15),
        ("310 K", "K", 310.0),
        ("98.6 degF", "K", 310.15),
        ("22 nm", "m", 22e-9),
        ("0.022 µm", "m", 22e-9),
        ("0.022 um", "m", 22e-9),
        ("220 Å", "m", 22e-9),
        ("0.3 deg", "rad", np.pi * 0.3 / 180),
        ("30°", "rad", np.pi / 6),
        ("500 kHz", "Hz", 5e5),
        ("2 us", "s", 2e-6),
        ("2 ms", "s", 2e-3),
        ("3.48 J/(cm^3 K)", "J/(m^3 K)", 3.48e6),
        ("3.48 J/cm^3/K", "J/(m^3 K)", 3.48e6),
        ("0.1", "1", 0.1),
        ("-5e-1 mT", "A/m", -5 * OERSTED),
        ("−5 Oe", "A/m", -5 * OERSTED),
    ],
)
def test_a_string_is_converted(text, unit, expected):
    assert parse(text, unit, "X.y") == pytest.approx(expected, rel=3e-16, abs=0)


@pytest.mark.parametrize("number", ["22", "7.1", "0.3", "1e5", "123.456", "18"])
@pytest.mark.parametrize(("unit", "power", "si"), [("nm", -9, "m"), ("kHz", 3, "Hz"), ("kA/m", 3, "A/m")])
def test_a_decimal_string_is_the_same_float_as_the_literal(number, unit, power, si):
    assert parse(f"{number} {unit}", si, "X.y") == float(Decimal(number).scaleb(power))


def test_a_flux_density_is_mu_0_times_the_field():
    assert parse("1 T", "A/m", "X.y") == pytest.approx(1 / MU_0, rel=2e-10)


@pytest.mark.parametrize("value", [2, 2.0, np.float64(2), np.float32(2), np.int64(2), np.array(2.0), Fraction(2)])
def test_a_number_is_si_already(value):
    result = parse(value, "m", "X.y")
    assert result == 2.0
    assert type(result) is float


HOSTILE = [
    "9**9**9 m",
    "9**9**9",
    "2^9^9^9 m",
    "1e999999999 m",
    "5 m^9^9",
    "1+1 m",
    "(1) m",
    "1e400 m",
    "1e308 km",
    "nan m",
    "inf m",
    "5 nan",
    "-infinity m",
    "__import__('os').system('true') m",
    "5 m; 3",
    "5 \x00m",
    "1,5 nm",
    "1_0 nm",
    "٣ nm",
    "",
    "   ",
    "m",
    "5",
    "5 foo",
    "5 Mkm",
    "5 m5 m5 m",
    "5 m" * 1000,
    "(" * 1000,
    "5 " + "(m" * 20,
    "5 degC/m",
    "5 kg",
    "5 m/s",
    "1 T",
    "5e",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_string_is_refused_in_one_sentence(text):
    assert refusal(parse, text, "m", "Particles.diameters").startswith("Particles.diameters must be a length; got ")


@pytest.mark.parametrize(
    "value",
    [True, np.True_, 1j, None, float("nan"), float("inf"), 10**400, 10**5000, b"5 m", [5], (5,), {}, np.array([5.0])],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_finite_real_number_is_refused(value):
    assert "X.y must be a length" in refusal(parse, value, "m", "X.y")


def test_the_sentence_says_what_was_written_and_what_to_write():
    assert refusal(parse, "37 C", "K", "Experiment.temperature") == (
        "Experiment.temperature must be a temperature; got '37 C': its unit is unknown; write K or degC"
    )
    assert "it is a length" in refusal(parse, "5 nm", "A/m", "X.y")
    assert "it is a temperature" in refusal(parse, "5 K", "m", "X.y")
    assert "it has no unit" in refusal(parse, "5", "m", "X.y")


def test_an_angular_frequency_is_no_frequency():
    assert "another kind" in refusal(parse, "5e5 rad/s", "Hz", "X.y")


@pytest.mark.parametrize("text", ["480 emu/cm^3", "480 emu/cc", "480 kA/m", "4.8e5 A/m"])
def test_a_magnetization_is_converted(text):
    assert parse_magnetization(text, "X.y") == 480e3


@pytest.mark.parametrize("text", ["480 G", "6 kG", "480 Oe", "0.6 T", "600 mT", "92 emu/g", "92 A m^2/kg"])
def test_an_ambiguous_magnetization_is_refused(text):
    assert "A/m, kA/m or emu/cm^3" in refusal(parse_magnetization, text, "X.y")


def test_an_array_may_mix_numbers_and_strings():
    result = parse_array([["1 nm", 2e-9, "0.003 um"]], "m", "X.y", (None, 3))
    np.testing.assert_array_equal(result, [[1e-9, 2e-9, 3e-9]])
    assert result.dtype == np.float64


def test_an_array_is_copied_and_read_only():
    given = np.zeros(3)
    result = parse_array(given, "m", "X.y", (3,))
    given[0] = 1.0
    assert result[0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        result[0] = 1.0


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ([[1, 2], [3]], "rows of equal length"),
        ([1, 2, 3], r"shape (n, 3); got [1, 2, 3] of the shape (3)"),
        ([[1, 2, float("nan")]], "X.y[0, 2] must be finite"),
        ([[1, 2, "3 K"]], "X.y[0, 2] must be a length"),
        ([[1, 2, None]], "X.y[0, 2] must be a length"),
        ([[True, False, True]], "X.y[0, 0] must be a length"),
        ([[1j, 0, 0]], "X.y[0, 0] must be a length"),
        (None, "shape (n, 3)"),
        ("5 nm", "shape (n, 3)"),
        ({}, "shape (n, 3)"),
        (5.0, "shape (n, 3)"),
    ],
)
def test_a_bad_array_is_refused_with_the_place(value, says):
    assert says in refusal(parse_array, value, "m", "X.y", (None, 3))


def test_pint_waits_for_the_first_string():
    code = "import sys, magheat.units as u; u.parse(1.0, 'm', 'x'); print('pint' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
