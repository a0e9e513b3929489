"""Particles from loops: known ones are found, intervals cover, and what a loop does not tell is said."""

import numpy as np
import pytest

import magheat as mh
from magheat.errors import ConvergenceError, SpecError
from magheat.workflows.fit_loop.cycle import read_cycle
from magheat.workflows.fit_loop.fit import _task
from magheat.workflows.fit_loop.intervals import covariance_of, intervals
from magheat.workflows.fit_loop.model import LoopModel, Particles, Resolution
from magheat.workflows.fit_loop.parameters import PARAMETERS, coordinate
from magheat.workflows.fit_loop.search import FINE, follow

TRUTH = {
    "anisotropy_constant": 2e4,
    "diameter": 15e-9,
    "diameter_spread": 0.15,
    "saturation_magnetization": 4e5,
}
AMPLITUDE, FREQUENCY, TEMPERATURE = 15e3, 1e5, 300.0


def loop(samples=200, axes=0.0, **changes):
    """Field and magnetization of known particles, by the solver, more finely than any fit computes them."""
    known = TRUTH | {name: value for name, value in changes.items() if name in TRUTH}
    ensemble = mh.Ensemble(
        material=mh.Material(
            saturation_magnetization=known["saturation_magnetization"],
            anisotropy_constant=known["anisotropy_constant"],
        ),
        diameter=known["diameter"],
        diameter_spread=known["diameter_spread"],
        axes=axes,
        interaction=changes.get("interaction", 0.0),
    )
    drive = mh.Sinusoidal(amplitude=changes.get("amplitude", AMPLITUDE), frequency=FREQUENCY)
    experiment = mh.Experiment(
        ensemble=ensemble, applied_field=drive, temperature=TEMPERATURE, samples_per_cycle=samples
    )
    run = mh.simulate(experiment, mh.TwoWell(size_points=200, steps=400))
    return run["applied_field"].values, run["magnetization"].values


def noisy(magnetization, seed, share=0.01, correlation=0.0):
    """With noise of a share of the largest value, filtered where neighbours shall be alike."""
    generator = np.random.default_rng(seed)
    noise = np.zeros(magnetization.size + 200)
    fresh = generator.normal(size=noise.size)
    for k in range(noise.size):
        noise[k] = correlation * noise[k - 1] + np.sqrt(1 - correlation**2) * fresh[k]
    return magnetization + share * np.abs(magnetization).max() * noise[200:]


def fit(field, magnetization, axes=0.0, **options):
    options = {"frequency": FREQUENCY, "temperature": TEMPERATURE, "axes": axes, "starts": 64} | options
    return mh.fit_loop(field, magnetization, **options)


def covers(found, truth=TRUTH):
    return {name: bool(found.lower[name] <= truth[name] <= found.upper[name]) for name in found.free}


@pytest.fixture(scope="module")
def measured():
    return loop()


@pytest.fixture(scope="module")
def found(measured):
    return fit(measured[0], noisy(measured[1], 1))


@pytest.mark.parametrize(("axes", "options"), [(0.0, {}), (0.5, {"interaction": 0.4})])
def test_particles_of_a_clean_loop_are_found(axes, options):
    field, magnetization = loop(axes=axes, **options)
    found = fit(field, magnetization, axes=axes, **options)
    for name in PARAMETERS:
        assert found.values[name] == pytest.approx(TRUTH[name], rel=0.01), name
    assert found.r_squared > 0.999999


@pytest.mark.parametrize("spread", [0.0, 0.1, 0.25])
@pytest.mark.parametrize("axes", [0.0, "random"])
def test_the_model_of_the_fit_is_the_solver(axes, spread):
    _, magnetization = loop(axes=axes, diameter_spread=spread)
    phase = np.arange(200) * (2 * np.pi / 200)
    angle = None if axes == "random" else axes
    model = LoopModel(phase, AMPLITUDE, FREQUENCY, TEMPERATURE, 0.0, "none", angle, 5180.0, mh.TwoWell(), 1.0)
    one = Particles(*(np.array([value]) for value in (TRUTH | {"diameter_spread": spread}).values()))
    for resolution, tolerance in ((FINE, 4e-4), (Resolution(400, 32, 0.025), 1e-4)):
        difference = model.loops(one, resolution).magnetization[0] - magnetization
        assert np.abs(difference).max() < tolerance * TRUTH["saturation_magnetization"]


def test_intervals_cover_the_truth_as_often_as_they_say(measured):
    """95 % of 30 loops with white noise, of 20 with filtered noise, within three standard errors."""
    field, magnetization = measured
    for count, correlation in ((30, 0.0), (20, 0.6)):
        hits = {name: 0 for name in PARAMETERS}
        for seed in range(count):
            cycle = read_cycle(field, noisy(magnetization, [5, seed], correlation=correlation), FREQUENCY, None)
            model = LoopModel(
                cycle.phase, cycle.amplitude, FREQUENCY, TEMPERATURE, 0.0, "none", 0.0, 5180.0, mh.TwoWell(), 1.0
            )
            task = _task(model, cycle, None, None)
            truth = np.array([float(coordinate(name, TRUTH[name])) for name in PARAMETERS])
            end = follow(task, truth, FINE, 30, tolerance=1e-9).slopes
            covariance = covariance_of(end)
            ends, _, _ = intervals(task, end, covariance, 0.95)
            for name, at, one in zip(PARAMETERS, truth, ends, strict=True):
                hits[name] += one.lower <= at <= one.upper
        for name, hit in hits.items():
            assert abs(hit / count - 0.95) < 3.1 * np.sqrt(0.95 * 0.05 / count), (name, correlation, hits)


def test_noise_is_measured_and_filtered_noise_makes_intervals_wider(measured, found):
    field, magnetization = measured
    level = 0.01 * np.abs(magnetization).max()
    assert found.noise == pytest.approx(level, rel=4 / np.sqrt(2 * field.size))
    assert found.residual_correlation == 0.0
    filtered = fit(field, noisy(magnetization, 2, correlation=0.7))
    assert filtered.residual_correlation == pytest.approx(0.7, abs=0.15)
    assert any("neighbouring samples are alike" in sentence for sentence in filtered.warnings)
    wide, narrow = (one.upper["diameter"] - one.lower["diameter"] for one in (filtered, found))
    assert wide > 1.3 * narrow


def test_numbers_of_the_fitted_loop_are_those_of_its_experiment(found):
    run = mh.simulate(found.experiment, found.solver)
    for name, (value, lower, upper) in found.outputs.items():
        assert float(getattr(mh.analysis, name)(run)) == pytest.approx(value, rel=2e-3), name
        assert lower < value < upper
    np.testing.assert_allclose(np.diagonal(found.correlation), 1.0)
    np.testing.assert_allclose(found.correlation, found.correlation.T)


def test_where_the_samples_lie_does_not_matter(measured):
    field, magnetization = measured
    known = {"fixed": {"diameter_spread": 0.15}, "starts": 16}
    clean = fit(field, magnetization, **known)
    phase = np.sort(np.random.default_rng(3).uniform(0, 2 * np.pi, 150))
    around = np.append(np.arange(200), 200) * (2 * np.pi / 200)
    irregular = AMPLITUDE * np.cos(phase), np.interp(phase, around, np.append(magnetization, magnetization[0]))
    time = phase / (2 * np.pi * FREQUENCY)
    mixed = np.random.default_rng(4).permutation(phase.size)
    others = [
        fit(np.roll(field, 37), np.roll(magnetization, 37), **known),
        fit(np.append(field, field[0]), np.append(magnetization, magnetization[0]), **known),
        fit(*irregular, **known),
        fit(irregular[0][mixed], irregular[1][mixed], time=time[mixed] + 3e-5, **known),
        fit(field + 0.01 * AMPLITUDE, magnetization + 5e3, **known),
    ]
    for other in others:
        for name in PARAMETERS:
            assert other.values[name] == pytest.approx(clean.values[name], rel=0.02), name
    assert any("An offset of 150 A/m" in sentence for sentence in others[-1].warnings)


def test_a_known_parameter_is_kept_and_the_others_are_surer(measured, found):
    field, magnetization = measured
    held = fit(field, noisy(magnetization, 1), fixed={"diameter": "15 nm", "diameter_spread": 0.15})
    assert held.free == ("anisotropy_constant", "saturation_magnetization")
    assert held.values["diameter"] == 15e-9
    for name in held.free:
        assert held.upper[name] - held.lower[name] < found.upper[name] - found.lower[name]


def test_a_spread_of_zero_is_told_as_a_bound():
    field, magnetization = loop(axes=0.0, diameter_spread=0.0)
    found = fit(field, noisy(magnetization, 6), starts=256)
    assert found.lower["diameter_spread"] == 0.0
    assert found.upper["diameter_spread"] < 0.05
    assert any("does not tell it from 0" in sentence for sentence in found.warnings)


def test_a_loop_that_does_not_tell_the_anisotropy_says_so():
    """Superparamagnetic particles: no lag to speak of, and what is left is the moment M_s V."""
    field, magnetization = loop(diameter=9e-9, diameter_spread=0.0, amplitude=5e3)
    found = fit(
        field, noisy(magnetization, 7, 0.02), fixed={"diameter_spread": 0.0}, bounds={"diameter": ("4 nm", "20 nm")}
    )
    sentences = " ".join(found.warnings)
    assert "anisotropy_constant: the loop" in sentences
    assert found.lower["anisotropy_constant"] <= TRUTH["anisotropy_constant"] <= found.upper["anisotropy_constant"]


def test_the_same_seed_gives_the_same_bits(measured, found):
    again = fit(measured[0], noisy(measured[1], 1))
    assert dict(again.values) == dict(found.values)
    assert dict(again.upper) == dict(found.upper)


def test_a_loop_from_the_store_and_strings_with_units(measured, tmp_path):
    ensemble = mh.Ensemble(material=mh.magnetite, diameter="14 nm", axes=0.0)
    drive = mh.Sinusoidal(amplitude="200 Oe", frequency="100 kHz")
    experiment = mh.Experiment(ensemble=ensemble, applied_field=drive, temperature=300.0, samples_per_cycle=120)
    with mh.Store(tmp_path / "kb.sqlite") as store:
        kept = store.loop(store.put(mh.simulate(experiment, "two-well")))
    fixed = {"diameter": "14 nm", "diameter_spread": 0.0}
    found = fit(kept["applied_field"], kept["magnetization"], frequency="100 kHz", temperature="300 K", fixed=fixed)
    assert found.values["anisotropy_constant"] == pytest.approx(mh.magnetite.anisotropy_constant, rel=0.01)
    field = [f"{value:.6f} kA/m" for value in kept["applied_field"].values / 1e3]
    text = fit(field, [f"{value:.6f} emu/cm^3" for value in kept["magnetization"].values / 1e3], fixed=fixed)
    assert text.values["anisotropy_constant"] == pytest.approx(found.values["anisotropy_constant"], rel=1e-3)


H = AMPLITUDE * np.cos(np.arange(100) * 2 * np.pi / 100)
M = 1e5 * np.cos(np.arange(100) * 2 * np.pi / 100 - 0.4)


@pytest.mark.parametrize(
    ("field", "magnetization", "options", "words"),
    [
        ([], [], {}, "field must have at least 12 samples"),
        (H, M[:-1], {}, "equally long"),
        (H[:8], M[:8], {}, "at least 12"),
        (np.where(H == H[3], np.nan, H), M, {}, r"field\[3\] must be finite"),
        (H, np.where(M == M[3], np.inf, M), {}, r"magnetization\[3\] must be finite"),
        (0 * H, M, {}, "field must vary"),
        (H, 0 * M + 3, {}, "magnetization must vary"),
        (H, 1e-13 * M, {}, "not the moment of a sample"),
        (H, 1e300 * M, {}, "magnetization must swing by"),
        (H, -M, {}, "falls where the field rises"),
        (H[::-1], M[::-1], {}, "runs the wrong way round"),
        (H + 0.2 * AMPLITUDE, M, {}, "field must swing about zero"),
        (H[:50], M[:50], {}, "field must|magnetization must come back"),
        (np.concatenate([H, H, H]), np.concatenate([M, M, M]), {}, "it turns back in between"),
        (H, M + np.linspace(0, 1e5, 100), {}, "magnetization must come back"),
        (np.abs(H), M, {}, "field must"),
        (H[::6], M[::6], {}, "field must have at least 20 samples for 4 free"),
        (H, M, {"time": np.arange(99.0)}, "time and field must be equally long"),
        (H, M, {"time": np.arange(100) * 3.3e-6}, "field must be a cosine at the frequency"),
        (H, M, {"frequency": "3 K"}, "frequency must be"),
        (H, M, {"temperature": 0.0}, "temperature must be > 0"),
        (H, M, {"level": 1.0}, "level must be"),
        (H, M, {"starts": 0}, "starts must be"),
        (H, M, {"fixed": {"diametre": 1}}, "did you mean diameter"),
        (H, M, {"fixed": {"diameter": "8 nm"}, "bounds": {"diameter": (1e-9, 2e-9)}}, "in fixed or in bounds"),
        (H, M, {"fixed": dict(TRUTH)}, "at least one parameter free"),
        (H, M, {"interaction_model": "some"}, "interaction_model must be"),
        (H, M, {"solver": mh.TwoWell(prefactor="brown-field"), "axes": "random"}, "TwoWell.prefactor"),
        (H, M, {"nothing": 1}, "fit_loop.nothing is unknown"),
    ],
)
def test_what_is_no_loop_is_refused_in_one_sentence(field, magnetization, options, words):
    with pytest.raises(SpecError, match=words) as caught:
        fit(field, magnetization, **options)
    assert "\n" not in str(caught.value)


def test_a_loop_of_something_else_is_refused():
    with pytest.raises(ConvergenceError, match="no loop of the two-well model is near"):
        fit(
            H,
            1e5 * np.sin(np.arange(100) * 6 * np.pi / 100) + 0.1 * M,
            bounds={"saturation_magnetization": (1e5, 2e5)},
        )


def test_the_picture(found, tmp_path):
    found.plot(tmp_path / "fit.svg")
    text = (tmp_path / "fit.svg").read_text()
    assert "<svg" in text
