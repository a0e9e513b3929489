"""Applied fields: the maximum is at phase 0, dH/dt is the derivative of H, bad values are refused by name."""

import pickle

import numpy as np
import pytest

import magheat as mh
from magheat.constants import OERSTED

FREQUENCY = 5e5
PERIOD = 1 / FREQUENCY
AMPLITUDE = 500 * OERSTED


def sampled(**changes):
    angle = np.linspace(0, 2 * np.pi, 41)
    trace = {"times": angle / (2 * np.pi * FREQUENCY), "values": AMPLITUDE * np.cos(angle)}
    return mh.Sampled(**(trace | changes))


def drives(**changes):
    common = {"amplitude": "500 Oe", "frequency": "500 kHz"} | changes
    return [
        mh.Sinusoidal(**common),
        mh.Triangular(**common),
        mh.Trapezoidal(**common, flat_fraction=0.3),
        mh.Square(**common, rise_time="20 ns"),
        mh.Rotating(**common),
        mh.Elliptical(**common, minor_amplitude="100 Oe"),
        sampled(**changes),
        sampled(**changes, interpolation="linear"),
    ]


def named(drive):
    return type(drive).__name__


def refusal(call, *args, **kwargs):
    """The message of the `SpecError` that the call must raise: one sentence on one line."""
    with pytest.raises(mh.errors.SpecError) as caught:
        call(*args, **kwargs)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("drive", drives(), ids=named)
def test_a_field_starts_at_its_maximum(drive):
    t = np.linspace(0, PERIOD, 2001)
    np.testing.assert_allclose(drive.field(0.0), [0, 0, AMPLITUDE], atol=1e-9)
    assert np.linalg.norm(drive.field(t), axis=-1).max() <= AMPLITUDE * (1 + 1e-6)
    assert drive.amplitude == pytest.approx(AMPLITUDE, rel=1e-12)
    assert drive.period == pytest.approx(PERIOD, rel=1e-12)


@pytest.mark.parametrize("drive", drives(phase="180 deg"), ids=named)
def test_half_a_period_later_it_is_at_its_minimum(drive):
    np.testing.assert_allclose(drive.field(0.0), [0, 0, -AMPLITUDE], atol=1e-6 * AMPLITUDE)


@pytest.mark.parametrize(("plain", "biased"), list(zip(drives(), drives(bias="50 Oe"), strict=True)), ids=str)
def test_a_bias_adds_to_the_field_and_not_to_its_rate(plain, biased):
    t = np.linspace(0, 2 * PERIOD, 77)
    np.testing.assert_allclose(biased.field(t) - plain.field(t), [[0, 0, 50 * OERSTED]] * 77, atol=1e-9)
    np.testing.assert_allclose(biased.rate(t), plain.rate(t))


@pytest.mark.parametrize("direction", [(1, 0, 0), (1, 1, 0), (1, -2, 3)])
def test_a_linear_field_stays_along_its_direction(direction):
    unit = np.array(direction) / np.linalg.norm(direction)
    t = np.linspace(0, PERIOD, 40)
    for drive in (*drives()[:4], *drives()[6:]):
        turned = drive.replace(direction=direction)
        np.testing.assert_allclose(turned.field(t), np.outer(drive.field(t)[:, 2], unit), atol=1e-9)
        assert turned.is_linear


@pytest.mark.parametrize("drive", drives(phase=0.7, bias="10 Oe"), ids=named)
def test_a_multiple_of_the_period_is_the_start(drive):
    multiples = np.array([1, 2, 3, 10, 1000, 10**6])
    for t in (multiples * drive.period, multiples / drive.frequency):
        np.testing.assert_array_equal(drive.field(t), np.tile(drive.field(0.0), (6, 1)))
        np.testing.assert_array_equal(drive.rate(t), np.tile(drive.rate(0.0), (6, 1)))


@pytest.mark.parametrize("shape", [(), (3,), (2, 5)])
def test_times_may_have_any_shape(shape):
    for drive in drives():
        assert drive.field(np.full(shape, 1e-7)).shape == (*shape, 3)
        assert drive.rate(np.full(shape, 1e-7)).shape == (*shape, 3)


def test_a_triangle_falls_linearly():
    rate = mh.Triangular(amplitude=AMPLITUDE, frequency=FREQUENCY).rate(np.array([0.1, 0.4, 0.6]) * PERIOD)
    np.testing.assert_allclose(rate[:, 2], 4 * AMPLITUDE * FREQUENCY * np.array([-1, -1, 1]), rtol=1e-12)


def test_a_trapezoid_without_plateaus_is_a_triangle():
    t = np.linspace(0, PERIOD, 100)
    flat = mh.Trapezoidal(amplitude=1e4, frequency=FREQUENCY, flat_fraction=0, phase=0.3)
    np.testing.assert_allclose(flat.field(t), mh.Triangular(amplitude=1e4, frequency=FREQUENCY, phase=0.3).field(t))


def test_a_square_field_takes_its_rise_time_from_plateau_to_plateau():
    drive = mh.Square(amplitude=1e4, frequency=FREQUENCY, rise_time="20 ns")
    np.testing.assert_allclose(drive.waveform().knots * 1e9, [0, 490, 510, 1490, 1510, 2000], rtol=1e-12)
    assert mh.Square(amplitude=1e4, frequency=FREQUENCY).rise_time == pytest.approx(PERIOD / 100)


def test_a_square_field_with_the_longest_rise_is_a_triangle():
    t = np.linspace(0, PERIOD, 100)
    drive = mh.Square(amplitude=1e4, frequency=FREQUENCY, rise_time=PERIOD / 2)
    np.testing.assert_allclose(drive.field(t), mh.Triangular(amplitude=1e4, frequency=FREQUENCY).field(t), atol=1e-8)


def test_a_rotating_field_keeps_its_size_and_turns_right_handed():
    drive = mh.Rotating(amplitude=1e4, frequency=FREQUENCY, direction=(1, 0, 0), normal=(0, 0, 1))
    t = np.linspace(0, PERIOD, 50)
    np.testing.assert_allclose(np.linalg.norm(drive.field(t), axis=1), 1e4, rtol=1e-12)
    np.testing.assert_allclose(drive.field(PERIOD / 4), [0, 1e4, 0], atol=1e-9)
    assert not drive.is_linear


def test_an_ellipse_without_a_minor_axis_is_a_sinusoid():
    t = np.linspace(0, PERIOD, 50)
    flat = mh.Elliptical(amplitude=1e4, minor_amplitude=0, frequency=FREQUENCY, phase=0.4)
    np.testing.assert_allclose(flat.field(t), mh.Sinusoidal(amplitude=1e4, frequency=FREQUENCY, phase=0.4).field(t))
    assert flat.is_linear


def test_an_ellipse_with_equal_axes_is_a_rotating_field():
    t = np.linspace(0, PERIOD, 50)
    round_ = mh.Elliptical(amplitude=1e4, minor_amplitude=1e4, frequency=FREQUENCY, phase=0.4)
    np.testing.assert_allclose(round_.field(t), mh.Rotating(amplitude=1e4, frequency=FREQUENCY, phase=0.4).field(t))


def test_a_static_field_is_constant_and_its_cycle_is_its_duration():
    drive = mh.Static(amplitude="-100 Oe", duration="3 us", direction=(1, 0, 0))
    np.testing.assert_allclose(drive.field([0, 1e-6, 9e-6]), [[-100 * OERSTED, 0, 0]] * 3)
    assert not drive.rate([0, 1e-6]).any()
    assert drive.period == pytest.approx(3e-6)


# Sampled fields


def test_a_sampled_sinusoid_is_a_sinusoid():  # a cubic spline through k points errs by about (2 pi/k)^4/384
    t = np.linspace(0, PERIOD, 1000)
    exact = mh.Sinusoidal(amplitude=AMPLITUDE, frequency=FREQUENCY, phase=0.3)
    bound = AMPLITUDE * (2 * np.pi / 40) ** 4 / 384
    np.testing.assert_allclose(sampled(phase=0.3).field(t), exact.field(t), atol=1.1 * bound)


def test_samples_are_met_exactly_and_lines_join_them():
    drive = sampled(interpolation="linear")
    np.testing.assert_allclose(drive.field(drive.times)[:-1, 2], drive.values[:-1], atol=1e-9)
    middle = (drive.times[1:] + drive.times[:-1]) / 2
    np.testing.assert_allclose(drive.field(middle)[:, 2], (drive.values[1:] + drive.values[:-1]) / 2, atol=1e-8)


def test_the_trigger_s_time_does_not_matter():
    assert sampled() == sampled(times=sampled().times)
    shifted = sampled(times=sampled().times - 3.7e-6)
    np.testing.assert_allclose(shifted.times, sampled().times, atol=1e-20)


def test_a_period_closes_an_open_trace():
    whole = sampled()
    np.testing.assert_allclose(
        mh.Sampled(times=whole.times[:-1], values=whole.values[:-1], period="2 us").times, whole.times, rtol=1e-12
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"values": np.linspace(0, 1, 41)}, "Sampled.values must end where they start"),
        ({"values": np.zeros(40)}, "Sampled.values must have the shape (41)"),
        ({"times": np.zeros(41)}, "Sampled.times must ascend"),
        ({"times": [0, 1, 2], "values": [0, 1, 0]}, "Sampled.times must be at least 4 samples"),
        ({"interpolation": "quintic"}, "Sampled.interpolation must be 'cubic' or 'linear'"),
        ({"values": np.full(41, 1e12)}, "Sampled.values must be < 1e+09 A/m"),
        ({"period": 0}, "Sampled.period must be > 0"),
        ({"period": "1 us"}, "Sampled.times must ascend"),
    ],
)
def test_a_bad_trace_is_refused_by_name(changes, says):
    assert says in refusal(sampled, **changes)


@pytest.mark.parametrize(
    "text",
    [
        "time (us),field (Oe)\n0,500\n0.5,0\n1,-500\n1.5,0\n2,500\n",
        "# coil 3\nt [s]; B [mT]\n0;50\n0.5e-6;0\n\n1e-6;-50\n1.5e-6;0\n2e-6;50\n",
        "H (kOe)\ttime (ns)\n0.5\t0\n0\t500\n-0.5\t1000\n0\t1500\n0.5\t2000\n",
    ],
)
def test_an_oscilloscope_file_is_a_drive(tmp_path, text):
    path = tmp_path / "scope.csv"
    path.write_text(text, encoding="utf-8")
    drive = mh.Sampled.from_csv(path, direction=(1, 0, 0), interpolation="linear")
    np.testing.assert_allclose(drive.values, AMPLITUDE * np.array([1, 0, -1, 0, 1]), rtol=1e-12)
    np.testing.assert_allclose(drive.times, np.linspace(0, 2e-6, 5), rtol=1e-12)
    assert drive.direction == (1.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time (us),field (Oe)\n0,500\n0.5,x\n", "line 3, column field must be a field"),
        ("time,field (Oe)\n0,500\n", "line 1: the column 'time' needs a unit"),
        ("time (us),voltage (V)\n0,500\n", "line 1: the column 'voltage' is unknown; known are time, field"),
        ("time (us)\n0\n", "must have the columns time and field"),
        ("time (us),field (Oe)\n0,500\n0.5,0\n1,-500\n1.5,0\n2,400\n", "must end where they start"),
    ],
)
def test_a_bad_oscilloscope_file_is_refused_with_its_name(tmp_path, text, says):
    path = tmp_path / "scope.csv"
    path.write_text(text, encoding="utf-8")
    message = refusal(mh.Sampled.from_csv, path)
    assert says in message
    assert "scope.csv" in message


# What all have in common


@pytest.mark.parametrize("drive", [*drives(), mh.Static(amplitude=1.0, duration=1.0)], ids=named)
def test_a_field_is_a_value(drive):
    again = pickle.loads(pickle.dumps(drive))
    assert again == drive == drive.replace(direction=np.array(drive.direction) * 7)
    assert hash(again) == hash(drive)
    assert drive != drive.replace(direction=(1, 0, 0)) if named(drive) not in ("Rotating", "Elliptical") else True


@pytest.mark.parametrize(
    ("kind", "changes", "says"),
    [
        (mh.Sinusoidal, {"amplitude": "-1 Oe"}, "Sinusoidal.amplitude must be >= 0"),
        (mh.Sinusoidal, {"amplitude": "1e12 Oe"}, "Sinusoidal.amplitude must be < 1e+09 A/m"),
        (mh.Sinusoidal, {"frequency": 0}, "Sinusoidal.frequency must be > 0"),
        (mh.Sinusoidal, {"frequency": 1e-320}, "Sinusoidal.frequency must be > 1e-12"),
        (mh.Sinusoidal, {"frequency": "5 us"}, "Sinusoidal.frequency must be a frequency"),
        (mh.Sinusoidal, {"direction": (0, 0, 0)}, "Sinusoidal.direction must not be zero"),
        (mh.Sinusoidal, {"direction": (0, 1)}, "Sinusoidal.direction must have the shape (3)"),
        (mh.Sinusoidal, {"phase": "5 s"}, "Sinusoidal.phase must be an angle"),
        (mh.Sinusoidal, {"bias": float("nan")}, "Sinusoidal.bias must be a field"),
        (mh.Sinusoidal, {"amplitud": 1}, "Sinusoidal.amplitud is unknown; did you mean amplitude?"),
        (mh.Triangular, {"rise_time": 1}, "Triangular.rise_time is unknown"),
        (mh.Trapezoidal, {"flat_fraction": 1.0}, "Trapezoidal.flat_fraction must be >= 0 and < 1"),
        (mh.Square, {"rise_time": 0}, "Square.rise_time must be >="),
        (mh.Square, {"rise_time": "2 us"}, "Square.rise_time must be >="),
        (mh.Rotating, {"normal": (0, 0, 1)}, "Rotating.normal must be perpendicular"),
        (mh.Elliptical, {"minor_amplitude": -1}, "Elliptical.minor_amplitude must be >= 0"),
        (mh.Elliptical, {}, "Elliptical.minor_amplitude is required"),
    ],
)
def test_a_bad_field_is_refused_by_name(kind, changes, says):
    assert says in refusal(kind, **({"amplitude": "500 Oe", "frequency": "500 kHz"} | changes))
