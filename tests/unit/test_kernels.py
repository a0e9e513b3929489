"""Promises of the kernels: the same bits on any lane, beside any neighbour and thread; a cache never stale."""

import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

import magheat as mh
from magheat import kernels

STATES = ["moment_direction", "released_heat", "field_work", "energy"]


def pair(**changes):
    material = mh.Material(saturation_magnetization=4.8e5, anisotropy_constant=1e4)
    particles = mh.arrangement.pair(
        diameters=("22 nm", "18 nm"), gap="7.1 nm", easy_axis_angles=("0 deg", "30 deg"), material=material
    )
    drive = mh.Sinusoidal(amplitude="500 Oe", frequency="5 MHz")
    return mh.Experiment(particles=particles, applied_field=drive, cycles=1, samples_per_cycle=40).replace(**changes)


def assert_same_bits(one, other):
    for name in STATES:
        np.testing.assert_array_equal(one[name].values, other[name].values)


@pytest.mark.parametrize("method", ["dormand-prince", "dop853"])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_has_the_same_bits_alone_and_among_others(method, threads):
    experiments = [pair(damping=float(alpha), seed=i) for i, alpha in enumerate(np.geomspace(0.02, 1, 37))]
    together = mh.simulate_many(experiments, mh.LLG(method=method, threads=threads))
    for i in (0, 15, 16, 36):
        assert_same_bits(mh.simulate(experiments[i], mh.LLG(method=method)), together.isel(run=i))


def test_a_large_run_has_the_same_bits_alone_and_among_others():
    line = mh.arrangement.chain(count=26, diameter="10 nm", gap="1 nm", material=mh.magnetite)
    experiments = [pair(particles=line, damping=alpha) for alpha in (0.5, 1.0)]
    together = mh.simulate_many(experiments)
    assert_same_bits(mh.simulate(experiments[1]), together.isel(run=1))


def test_one_lane_and_one_particle_per_lane_agree(monkeypatch):
    from magheat.kernels import reduced

    exp = pair(damping=0.3)
    few = mh.simulate(exp, rtol=1e-10)
    monkeypatch.setattr(reduced, "LARGEST_ON_ONE_LANE", 1)
    many = mh.simulate(exp, rtol=1e-10)
    for name in STATES:
        np.testing.assert_allclose(many[name], few[name], rtol=1e-7, atol=1e-8 * float(abs(few[name]).max()))


def test_moments_keep_their_length():  # I1
    ds = mh.simulate(pair(cycles=5, damping=0.01))
    np.testing.assert_allclose((ds.moment_direction**2).sum("component"), 1.0, atol=1e-12)


def test_an_edited_kernel_is_compiled_again_in_a_new_process(tmp_path):
    """An edit of an inlined function in another module must change the answer of the next process."""
    package = tmp_path / "magheat"
    shutil.copytree(pathlib.Path(kernels.__file__).parents[1], package, ignore=shutil.ignore_patterns("__pycache__"))
    (package / "__init__.py").write_text("")
    program = (
        "import numpy as np; from magheat.kernels.peak import multiply_add; from magheat.kernels.batch import aligned;"
        "rows = aligned(10, 16); rows[8] = 1.0; rows[9] = 1.0; multiply_add(rows, 3); print(rows[0, 0])"
    )
    source = package / "kernels" / "peak.py"
    source.write_text(source.read_text().replace("r0 * a + b,", "grown(r0, a, b),"))
    other = package / "kernels" / "physics.py"
    original = other.read_text()
    source.write_text(
        source.read_text().replace("\n@kernel", "from magheat.kernels.physics import grown\n\n\n@kernel", 1)
    )
    answers = []
    for body in ("x * a + b", "x * a + 2.0 * b"):
        other.write_text(original + f"\n\n@device\ndef grown(x, a, b):\n    return {body}\n")
        environment = dict(os.environ, PYTHONPATH=str(tmp_path), MAGHEAT_CACHE_DIR=str(tmp_path / "cache"))
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, cwd=tmp_path
        )
        answers.append(float(done.stdout))
    assert answers == [24.0, 27.0]
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_an_unwritable_cache_folder_is_replaced(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("MAGHEAT_CACHE_DIR", str(blocked))
    assert not str(kernels.cache_folder()).startswith(str(blocked))
