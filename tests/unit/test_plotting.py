"""Pictures: what they show, and that a file is there whole or not at all."""

import sys

import numpy as np
import pytest
from matplotlib.collections import LineCollection

from magheat import dataset
from magheat.errors import SchemaError, SpecError
from magheat.plotting import FORMATS, cluster_figure, cluster_scene, draw_cluster, new_figure, run_figure, save
from magheat.spec.material import magnetite
from magheat.spec.particles import Particles


def made_up_run(count, cycles=2, samples=40):
    """A run whose particles follow the field with a lag, with no physics behind it."""
    rng = np.random.default_rng(count)
    time = np.arange(cycles * samples + 1) / samples * 1e-6
    turn = 2 * np.pi * time * 1e6
    lag = rng.uniform(0.1, 1.0, count)
    angle = turn[:, None] - lag
    moments = np.stack([np.sin(angle), np.zeros_like(angle), np.cos(angle)], -1)
    heat = np.linspace(0, 1e-19, time.size)[:, None] * lag
    return dataset.particle_run(
        time=time,
        direction=np.array([0.0, 0.0, 1.0]),
        field=2e4 * np.cos(turn)[:, None] * np.array([0.0, 0.0, 1.0]),
        field_is_linear=True,
        moments=moments,
        released_heat=heat,
        field_work=heat,
        energy=np.zeros_like(heat),
        positions=4e-8 * np.arange(3 * count).reshape(count, 3),
        diameters=np.full(count, 2e-8),
        easy_axes=np.tile([0.0, 0.0, 1.0], (count, 1)),
        saturation_magnetization=np.full(count, 4.8e5),
        anisotropy_constant=np.full(count, 1e4),
        density=np.full(count, 5180.0),
        heat_capacity=np.full(count, 3.48e6),
        iron_mass_fraction=np.full(count, 0.72),
        frequency=1e6,
        cycles=cycles,
        samples_per_cycle=samples,
        interactions=True,
        attrs={"solver": "llg"},
        damping=0.1,
    )


def panels(figure):
    """Axes by the start of their label."""
    found = {}
    for axes in figure.get_axes():
        found[axes.get_ylabel().split()[0]] = axes
    return found


def test_few_particles_have_a_line_and_a_name_each():
    ds = made_up_run(3)
    axes = panels(run_figure(ds))
    names = [text.get_text() for text in axes["Temperature"].get_legend().get_texts()]
    assert names[:3] == ["particle 0, 20 nm", "particle 1, 20 nm", "particle 2, 20 nm"]
    loop = axes["Magnetization"].get_lines()[0].get_xydata()
    np.testing.assert_allclose(loop[0], loop[-1])  # closed
    np.testing.assert_allclose(loop[:-1, 1], ds["magnetization"][40:80, 0] / 1e3)
    rise = axes["Temperature"].get_lines()[1].get_ydata()
    np.testing.assert_allclose(rise, 1e3 * ds["temperature_rise"][:, 1])


def test_many_particles_share_a_colour_map_and_have_a_mean():
    ds = made_up_run(30)
    figure = run_figure(ds)
    axes = panels(figure)
    (lines,) = (c for c in axes["Temperature"].collections if isinstance(c, LineCollection))
    assert len(lines.get_segments()) == 30
    assert "Heat" in axes  # the colour bar
    mean = axes["Temperature"].get_lines()[0].get_ydata()
    np.testing.assert_allclose(mean, 1e3 * ds["temperature_rise"].mean("particle"))


def test_a_stack_of_runs_is_refused():
    ds = made_up_run(2)
    with pytest.raises(SchemaError, match="one run"):
        run_figure(dataset.stack([ds, ds]))


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_run_gives_the_same_bytes(tmp_path, suffix):
    first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    for path in (first, second):
        save(run_figure(made_up_run(2)), path)
    assert first.read_bytes() == second.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == [first.name, second.name]


@pytest.mark.parametrize("name", ["a.jpg", "a", "nosuch/a.png", "folder.png"])
def test_names_that_cannot_be_written_are_refused(tmp_path, name):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(SpecError, match=r"^path must [^\n]*$"):
        save(new_figure(2, 2), tmp_path / name)


def test_an_interruption_leaves_the_old_picture_alone(tmp_path, monkeypatch):
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    figure = new_figure(2, 2)

    def interrupted(path, **_):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(figure, "savefig", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save(figure, target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def cluster_of_three():
    return Particles(
        positions=[[0, 0, 0], [30e-9, 0, 0], [0, 0, 40e-9]],
        diameters=[2e-8, 3e-8, 4e-8],
        easy_axes=[0, 0, 1],
        material=magnetite,
    )


def test_a_cluster_is_seen_as_large_as_it_is_the_nearest_last():
    figure = cluster_figure(cluster_of_three(), [1.0, 2.0, 3.0], "heat (J)", view=(0.0, 0.0))
    spheres = figure.axes[0].collections[0]
    circles = len(spheres.get_offsets()) // 3  # that make a sphere, the widest first
    outer = spheres.get_offsets()[::circles]
    # seen along -x: y to the right, z upwards; the second particle is the nearest
    np.testing.assert_allclose(outer, [[0, 0], [0, 40], [0, 0]], atol=1e-9)
    np.testing.assert_allclose(spheres.get_widths()[::circles], [20, 40, 30])
    assert figure.axes[1].get_ylabel() == "heat (J)"


def test_colours_part_at_the_reference():
    figure = new_figure(3, 3)
    colours = draw_cluster(figure.subplots(), cluster_of_three(), [-1.0, 0.0, 4.0], reference=0.0)
    assert (colours.norm.vmin, colours.norm.vcenter, colours.norm.vmax) == (-4.0, 0.0, 4.0)
    limited = draw_cluster(figure.subplots(), cluster_of_three(), [-1.0, 0.0, 4.0], limits=(0.0, 2.0))
    assert (limited.norm.vmin, limited.norm.vmax) == (0.0, 2.0)


@pytest.mark.parametrize("values", [[1.0, 2.0], [1.0, 2.0, np.nan], [[1.0, 2.0, 3.0]]])
def test_a_cluster_needs_a_number_for_every_particle(values):
    with pytest.raises(SpecError, match="values must hold one finite number per particle, 3"):
        cluster_figure(cluster_of_three(), values, "heat (J)")


def test_a_scene_names_what_it_needs(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyvista", None)  # as if it were not installed
    with pytest.raises(SpecError, match=r"magheat\[scene\].*cluster_figure"):
        cluster_scene(cluster_of_three(), [1.0, 2.0, 3.0], "heat (J)")
