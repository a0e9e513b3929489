"""One run as a row: what went in, and what analysis says came out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from magheat import analysis
from magheat.dataset import ENSEMBLE_FLAGS, require
from magheat.errors import SchemaError, SpecError
from magheat.spec.applied_field import Static
from magheat.spec.checks import arguments
from magheat.spec.io import from_json
from magheat.spec.key import canonical

if TYPE_CHECKING:
    from magheat.spec.applied_field import AppliedField
    from magheat.spec.ensemble import Ensemble
    from magheat.spec.experiment import Experiment
    from magheat.spec.particles import Particles

#: Up to so many particles a row says the heat and the diameter of each.
MOST_PARTICLES = 16
#: Options of solvers that change no bit of a result.
_WITHOUT_EFFECT = ("threads",)
_OF_EVERY_PARTICLE = {
    "diameter": "diameters",
    "saturation_magnetization": "saturation_magnetization",
    "anisotropy_constant": "anisotropy_constant",
}


def row_key(experiment_key: str, solver: str, options: Mapping[str, Any], model_version: int) -> str:
    """Key of a simulated row, 32 hexadecimal digits: equal for equal experiments, solvers, options and model versions.

    Parameters
    ----------
    experiment_key
        ``experiment.key``.
    solver
        Name of the solver.
    options
        Its fields; ``threads`` is left out, because it changes no bit.
    model_version
        Version of the solver's model.

    Raises
    ------
    SpecError
        When an option is neither a number, a word, true, false, None, nor a list or mapping of these.
    """
    kept = {name: value for name, value in options.items() if name not in _WITHOUT_EFFECT}
    content = [str(experiment_key), str(solver), _plain(kept, "options"), int(model_version)]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _plain(value: Any, name: str) -> Any:
    """The option in JSON's types, the same whether it came from the solver or back from JSON."""
    if isinstance(value, Mapping):
        return {str(key): _plain(one, f"{name}.{key}") for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, name) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return canonical(float(value))  # 1 and 1.0 make equal solvers
    if value is None or isinstance(value, bool | str):
        return value
    raise SpecError(f"{name} must be a number, a word, true, false or None; got {type(value).__name__}.")


def key_of(ds: xr.Dataset) -> str:
    """Key of the row of a run, from what its solver wrote into the attributes."""
    require(ds, "key", "solver", "solver_options")
    return row_key(ds.attrs["key"], ds.attrs["solver"], _json_of(ds, "solver_options"), model_version_of(ds))


def model_version_of(ds: xr.Dataset) -> int:
    """Version of the solver's model; runs from before versions were written have the first."""
    version = ds.attrs.get("model_version", 1)
    if not isinstance(version, int | np.integer):
        raise SchemaError(f"result must have a whole number as its model_version; got {version!r}.")
    return int(version)


def _json_of(ds: xr.Dataset, name: str) -> dict[str, Any]:
    """The mapping that an attribute holds as JSON text."""
    try:
        content = json.loads(ds.attrs[name])
    except (TypeError, ValueError):
        content = None
    if not isinstance(content, dict):
        raise SchemaError(f"result must have the attribute {name} as its solver wrote it, JSON text of a mapping.")
    return content


def origin_of_run(ds: xr.Dataset) -> dict[str, Any]:
    """Provenance of a run: its experiment, solver options, version of magheat and seed, all that makes it again."""
    kept = {name: ds.attrs[name] for name in ("magheat_version", "seed") if name in ds.attrs}
    texts = ("experiment", "solver_options")
    return kept | {name: _json_of(ds, name) for name in texts}


def inputs_of(experiment: Experiment) -> dict[str, Any]:
    """Everything that a row says of an experiment before it is run, SI.

    Columns of every table that the experiment has no single value for are left out: the diameter of particles that
    differ, the interaction of particles with positions. What goes beyond these columns, such as the axes of an
    ensemble, the damping, or the sizes of up to 16 particles, has names of its own.

    Raises
    ------
    SpecError
        When the experiment has neither particles nor an ensemble.
    """
    drive = _of_drive(experiment.applied_field) | {"temperature": experiment.temperature}
    if experiment.ensemble is not None:
        return drive | _of_ensemble(experiment.ensemble, experiment.interactions)
    if experiment.particles is None:
        raise SpecError("experiment must have particles or an ensemble; got neither.")
    more = {"damping": experiment.damping, "interactions": experiment.interactions}
    return drive | _of_particles(experiment.particles) | more


def _of_drive(field: AppliedField) -> dict[str, Any]:
    row: dict[str, Any] = {"amplitude": field.amplitude, "waveform": type(field).__name__.lower()}
    if not isinstance(field, Static):  # whose frequency is one over its duration
        row["frequency"] = field.frequency
    bias = arguments(field).get("bias", 0.0)
    return row | ({"bias": bias} if bias else {})


def _of_ensemble(ensemble: Ensemble, interactions: bool) -> dict[str, Any]:
    material = ensemble.material
    interacting = interactions and ensemble.interaction > 0
    row = {
        "saturation_magnetization": material.saturation_magnetization,
        "anisotropy_constant": material.anisotropy_constant,
        "diameter": ensemble.diameter,
        "interaction": ensemble.interaction if interactions else 0.0,
        "density": material.density,
        "interaction_model": ensemble.interaction_model if interacting else "none",
        "diameter_spread": ensemble.diameter_spread,
        "anisotropy_spread": ensemble.anisotropy_spread,
    }
    if not isinstance(ensemble.axes, str):
        row["axis_angle"] = ensemble.axes
    if row["interaction_model"] == "mean-field":
        row["demagnetizing_factor"] = ensemble.demagnetizing_factor
    return row


def _of_particles(particles: Particles) -> dict[str, Any]:
    volume = np.pi * particles.diameters**3 / 6
    mass = particles.density * volume
    row: dict[str, Any] = {
        "particles": particles.count,
        "volume": float(volume.sum()),
        "density": float(mass.sum() / volume.sum()),
    }
    for name, field in _OF_EVERY_PARTICLE.items():
        values = getattr(particles, field)
        if (values == values[0]).all():
            row[name] = float(values[0])
        elif particles.count <= MOST_PARTICLES:
            row |= {f"{name}_{i}": float(value) for i, value in enumerate(values)}
    if 1 < particles.count <= MOST_PARTICLES:
        row["gap"] = _smallest_gap(particles)
    return row


def _smallest_gap(particles: Particles) -> float:
    """Smallest distance between two surfaces, m; spheres that touch have 0, whatever the round-off."""
    i, j = np.triu_indices(particles.count, 1)
    distance = np.linalg.norm(particles.positions[i] - particles.positions[j], axis=-1)
    gap = distance - (particles.diameters[i] + particles.diameters[j]) / 2
    return float(max(gap.min(), 0.0))


def row_of(ds: xr.Dataset) -> dict[str, Any]:
    """The row of one run: inputs, outputs of the sample's loop, flags and more, by `magheat.analysis`, SI.

    Parameters
    ----------
    ds
        One run, as ``mh.simulate`` returns it.

    Returns
    -------
    dict
        As `inputs_of`, with coercive_field, remanence, loss_per_cycle and slp of the whole sample (NaN where the loop
        has no such number), the flags, and for up to 16 particles heat_per_cycle_0, heat_per_cycle_1, ... in J.

    Raises
    ------
    SchemaError
        When the dataset is no run that carries its experiment.
    SpecError
        When it holds several runs.
    """
    require(ds, "experiment", "applied_field", "magnetization")
    if "run" in ds.dims:
        raise SpecError(
            f"result must be one run; got {ds.sizes['run']} stacked along 'run'; put ds.isel(run=0) and so on."
        )
    experiment = from_json(ds.attrs["experiment"])
    _require_whole(ds, experiment)
    inputs = inputs_of(experiment)
    if "frequency" not in inputs:  # a static field has no loop
        return inputs | _told_flags(ds) | _heats(ds)
    return inputs | _outputs(ds) | _limits(ds) | _told_flags(ds) | _heats(ds)


def _require_whole(ds: xr.Dataset, experiment: Experiment) -> None:
    """Refuse a part of a run, whose numbers would stand under the key of the whole."""
    wanted = {"time": experiment.samples_per_cycle}
    if experiment.particles is not None:
        points = experiment.cycles * experiment.samples_per_cycle + 1
        wanted = {"time": points, "particle": experiment.particles.count}
    for name, size in wanted.items():
        if ds.sizes.get(name) != size:
            raise SchemaError(
                f"result must be a whole run, with {size} along '{name}'; got {ds.sizes.get(name, 'none')}; put what "
                f"mh.simulate returned."
            )


def _outputs(ds: xr.Dataset) -> dict[str, float]:
    loop = analysis.sample_loop(ds)
    linear = "field_is_linear" not in ds.variables or bool(ds["field_is_linear"])
    return {
        "coercive_field": float(analysis.coercive_field(loop)) if linear else np.nan,
        "remanence": float(analysis.remanence(loop)) if linear else np.nan,
        "loss_per_cycle": float(analysis.loss_per_cycle(loop)),
        "slp": float(analysis.slp(loop)),
    }


def _limits(ds: xr.Dataset) -> dict[str, bool]:
    limits = analysis.field_frequency_product(ds)
    return {
        "above_brezovich": bool(limits["brezovich_ratio"] > 1),
        "above_hergt_dutz": bool(limits["hergt_dutz_ratio"] > 1),
    }


def _told_flags(ds: xr.Dataset) -> dict[str, bool]:
    """What the solver says of its own result."""
    return {name: bool(ds[name]) for name in (*ENSEMBLE_FLAGS, "reproducible") if name in ds.variables}


def _heats(ds: xr.Dataset) -> dict[str, float]:
    if "particle" not in ds.dims or ds.sizes["particle"] > MOST_PARTICLES:
        return {}
    return {f"heat_per_cycle_{i}": float(heat) for i, heat in enumerate(analysis.heat_per_cycle(ds).values)}
