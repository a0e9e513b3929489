"""Laws of units and specs that hold for any value."""

import contextlib

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import magheat as mh
from magheat.constants import OERSTED
from magheat.errors import SpecError
from magheat.spec import io, overlap
from magheat.spec.checks import unit_vectors
from magheat.units import parse

# SI value of one unit, by hand.
UNITS = {
    "A/m": {"A/m": 1.0, "kA/m": 1e3, "Oe": OERSTED, "kOe": 1e3 * OERSTED, "mT": 10 * OERSTED, "G": OERSTED},
    "J/m^3": {"J/m^3": 1.0, "kJ/m^3": 1e3, "erg/cm^3": 0.1, "erg/cc": 0.1},
    "m": {"m": 1.0, "nm": 1e-9, "um": 1e-6, "angstrom": 1e-10},
    "Hz": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6},
    "s": {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9},
    "rad": {"rad": 1.0, "deg": np.pi / 180},
    "kg/m^3": {"kg/m^3": 1.0, "g/cm^3": 1e3},
    "J/(m^3 K)": {"J/(m^3 K)": 1.0, "J/(cm^3 K)": 1e6},
}
written = st.sampled_from([(si, unit, factor) for si, units in UNITS.items() for unit, factor in units.items()])
numbers = st.floats(min_value=1e-20, max_value=1e20)


@given(written, numbers)
def test_a_value_written_in_any_unit_comes_back(unit, number):
    si, name, factor = unit
    assert parse(f"{number!r} {name}", si, "x") == pytest.approx(number * factor, rel=1e-15)


@given(st.text(alphabet="0123456789eE+-.*/^() nmkATOeJGrdgcCKµ°³\n\x00'_", max_size=60), st.sampled_from(list(UNITS)))
def test_any_string_is_a_finite_number_or_one_sentence(text, si):
    message = ""
    try:
        assert np.isfinite(parse(text, si, "x"))
    except SpecError as error:
        message = str(error)
    assert "\n" not in message


short = st.integers(1, 99_999).map(lambda n: n / 1000)
lengths = st.sampled_from([("nm", 1), ("um", 1e-3), ("angstrom", 10)])
axes = st.tuples(*3 * [st.floats(-1, 1)]).filter(lambda v: np.linalg.norm(v) > 0.1)


def experiment(diameter, gap, amplitude, frequency, axis):
    chain = mh.arrangement.chain(count=2, diameter=diameter, gap=gap, material=mh.magnetite, easy_axes=axis)
    return mh.Experiment(particles=chain, applied_field=mh.Sinusoidal(amplitude=amplitude, frequency=frequency))


def on_a_rounding_edge(value):
    """Whether a value lies so close to a half of its 12th digit that round-off decides."""
    digits = float(f"{value:.16e}".partition("e")[0]) * 1e11
    return abs(digits % 1 - 0.5) < 1e-2


@given(short, short, short, short, lengths, axes, st.floats(0.1, 10))
def test_the_key_is_blind_to_units(diameter, gap, amplitude, frequency, length, axis, stretch):
    unit, per_nm = length
    assume(not any(map(on_a_rounding_edge, (amplitude * OERSTED, *axis))))
    one = experiment(diameter * 1e-9, gap * 1e-9, amplitude * OERSTED, frequency * 1e3, axis)
    size, distance = (f"{x * per_nm!r} {unit}" for x in (diameter, gap))
    stretched = [stretch * x for x in axis]
    other = experiment(size, distance, f"{amplitude / 10!r} mT", f"{frequency!r} kHz", stretched)
    assume(not any(on_a_rounding_edge(abs(x)) for x in one.particles.easy_axes[0] if x))
    assert one.key == other.key
    assert one == other


@given(short, short, axes)
def test_the_key_sees_a_change_of_a_millionth(diameter, amplitude, axis):
    one = experiment(diameter * 1e-9, 0, amplitude, 1e5, axis)
    assert one != one.replace(applied_field=one.applied_field.replace(amplitude=amplitude * (1 + 1e-6)))
    assert one != one.replace(particles=one.particles.replace(diameters=diameter * 1e-9 * (1 - 1e-6)))


@given(short, short, short, short, axes)
def test_toml_and_json_keep_every_bit(diameter, gap, amplitude, frequency, axis):
    one = experiment(f"{diameter} nm", f"{gap} nm", f"{amplitude} mT", f"{frequency} kHz", axis)
    for again in (io.from_toml(one.to_toml())[0], io.from_json(io.to_json(one))):
        assert again.key == one.key
        assert again.particles == one.particles
        assert again.applied_field == one.applied_field


@given(st.lists(axes, min_size=1, max_size=20), st.floats(1e-100, 1e100))
def test_normalising_twice_changes_no_bit(vectors, scale):
    once = unit_vectors(np.array(vectors) * scale, "x", None)
    np.testing.assert_allclose(np.linalg.norm(once, axis=1), 1.0, rtol=1e-15)
    np.testing.assert_array_equal(unit_vectors(once, "x", None), once)


def drive_of(kind, phase, bias, direction):
    common = {"amplitude": 1e4, "frequency": 5e5, "phase": phase, "bias": bias, "direction": direction}
    across = np.cross(
        direction, [1.0, 0.0, 0.0] if abs(direction[0]) < 0.5 * np.linalg.norm(direction) else [0.0, 1.0, 0.0]
    )
    trace = {key: common[key] for key in ("phase", "bias", "direction")} | {
        "times": np.linspace(0, 2e-6, 9),
        "values": [5e3, 1e4, 3e3, 3e3, -4e3, -1e4, 0.0, 2e3, 5e3],
    }
    return {
        "sinusoidal": lambda: mh.Sinusoidal(**common),
        "triangular": lambda: mh.Triangular(**common),
        "trapezoidal": lambda: mh.Trapezoidal(**common, flat_fraction=0.3),
        "square": lambda: mh.Square(**common, rise_time="100 ns"),
        "rotating": lambda: mh.Rotating(**common, normal=across),
        "elliptical": lambda: mh.Elliptical(**common, minor_amplitude=3e3, normal=across),
        "cubic": lambda: mh.Sampled(**trace),
        "linear": lambda: mh.Sampled(**trace, interpolation="linear"),
    }[kind]()


KINDS = ["sinusoidal", "triangular", "trapezoidal", "square", "rotating", "elliptical", "cubic", "linear"]


@pytest.mark.parametrize("kind", KINDS)
@given(phase=st.floats(-10, 10), bias=st.floats(-1e4, 1e4), direction=axes, cycle=st.integers(-5, 5))
def test_the_rate_is_the_derivative_of_the_field_and_both_are_periodic(kind, phase, bias, direction, cycle):
    drive = drive_of(kind, phase, bias, direction)
    knots = drive.waveform().knots
    assert knots[0] == 0.0
    assert (np.diff(knots) > 0).all()
    # Simpson's rule is exact for the cubics, and for a sinusoid on 1/50 of a period right to 1e-7.
    ends = np.unique(np.concatenate([knots, np.linspace(0, knots[-1], 51)]))
    left, right = ends[:-1], ends[1:]
    middle, inside = (left + right) / 2, 1e-9 * (right - left)
    rates = [drive.rate(t) for t in (left + inside, middle, right - inside)]
    change = (right - left)[:, None] / 6 * (rates[0] + 4 * rates[1] + rates[2])
    np.testing.assert_allclose(drive.field(left) + change, drive.field(right), atol=1e4 * 1e-7)
    t = (middle, left + inside)[cycle % 2]
    np.testing.assert_allclose(drive.field(t + cycle * drive.period), drive.field(t), atol=1e4 * 1e-9)


@pytest.mark.parametrize("kind", KINDS)
@given(phase=st.floats(-10, 10), direction=axes)
def test_a_phase_is_a_shift_in_time(kind, phase, direction):
    t = np.linspace(0, 2e-6, 37)
    shifted = drive_of(kind, 0.0, 0.0, direction).field(t + phase / (2 * np.pi * 5e5))
    np.testing.assert_allclose(drive_of(kind, phase, 0.0, direction).field(t), shifted, atol=1e4 * 1e-9)


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.8), st.floats(0.02, 0.6))
def test_trees_find_an_overlap_where_all_pairs_find_one(seed, spread, density):
    generator = np.random.default_rng(seed)
    positions = generator.uniform(0, 1, (60, 3))
    diameters = density * np.exp(spread * generator.normal(size=60)) / 60 ** (1 / 3)
    i, j = np.triu_indices(60, 1)
    depth = (diameters[i] + diameters[j]) / 2 - np.linalg.norm(positions[i] - positions[j], axis=1)
    with without_all_pairs():
        found = overlap.deepest_overlap(positions, diameters)
    assert (found is not None) == (depth > 0).any()
    if found is not None:
        a, b, deep = found
        assert a < b
        assert deep == pytest.approx(depth[(i == a) & (j == b)][0])


@contextlib.contextmanager
def without_all_pairs():
    """Send even few spheres through the trees."""
    few, overlap._FEW = overlap._FEW, 0
    try:
        yield
    finally:
        overlap._FEW = few
