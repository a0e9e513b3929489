"""Surrogates on disk: a folder named by the hash of what is in it, and a pointer to the current one.

    models/two-well/<hash>/   network.onnx (or boosting-*.txt), scale-..., model.json, card.json, card.md
    models/two-well/current   symbolic link to the newest

Nothing in it is ever executed: numbers are JSON, networks ONNX, trees LightGBM's text. A folder whose content does not
have the hash that is its name is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np

from magheat.errors import SchemaError, SpecError
from magheat.surrogates.card_text import card_text
from magheat.surrogates.features import FEATURES
from magheat.surrogates.group_card import ACROSS_GROUPS, group_card_text
from magheat.surrogates.intervals import Conformal
from magheat.surrogates.models import from_files
from magheat.surrogates.outputs import Transform
from magheat.surrogates.surrogate import Surrogate
from magheat.surrogates.tables import Domain
from magheat.units import shown
from magheat.whole import flush, whole_folder

#: Version of the layout; a folder with a higher number is refused.
FORMAT = 1
#: What a folder may weigh; a model has about 1 MB.
_MOST_BYTES = 500 * 2**20
_SCALE = "scale-"
#: Name of the pointer to the newest.
CURRENT = "current"


def save(surrogate: Surrogate, out: str | Path) -> Path:
    """Write a surrogate into ``out/<hash>`` and point ``out/current`` at it; return the folder.

    It is written under a temporary name, flushed to the disk and renamed; the pointer changes in one step.

    Parameters
    ----------
    surrogate
        What `train` returned.
    out
        Folder of models of one kind, made if need be.

    Raises
    ------
    SpecError
        When the folder cannot be made or written to.
    """
    parent = Path(out)
    files = _files(surrogate)
    target = parent / content_hash(files)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            _write(files, target)
        _point(parent / CURRENT, target.name)
        flush(parent)
    except OSError as error:
        raise SpecError(f"{str(parent)!r} must be a writable folder for models; {error.strerror or error}.") from None
    return target


def load(folder: str | Path) -> Surrogate:
    """Read a surrogate; a link such as ``current`` is followed.

    Parameters
    ----------
    folder
        What `save` wrote.

    Raises
    ------
    SchemaError
        When the folder is missing, foreign, truncated, tampered with or of a newer version.
    """
    place = Path(folder)
    if not place.is_dir():
        raise SchemaError(f"a model must be a folder; {shown(str(place))} is not there; magheat train makes one.")
    place = place.resolve()
    files = _read(place)
    if content_hash(files) != place.name:
        raise SchemaError(
            f"a model's folder must be named by the hash of its content; {shown(str(folder))} is not: files were "
            "changed, added or lost, or the folder was renamed; train it again or restore it."
        )
    try:
        return _surrogate(files)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise SchemaError(f"a model's folder must be whole; {shown(str(folder))} cannot be read: {reason}") from None


def content_hash(files: dict[str, bytes]) -> str:
    """Hash of names and contents, 32 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()


def _files(surrogate: Surrogate) -> dict[str, bytes]:
    """Everything that is kept, by file name."""
    conformal = surrogate.conformal
    numbers = {
        "format": FORMAT,
        "model": surrogate.regressor.kind,
        "scale": conformal.regressor.kind,
        "features": surrogate.features,
        "centre": surrogate.centre.tolist(),
        "width": surrogate.width.tolist(),
        "transforms": {name: [t.floor, t.mean, t.spread] for name, t in surrogate.transforms.items()},
        "ranges": surrogate.domain.ranges,
        "words": surrogate.domain.words,
        "may_be_missing": surrogate.domain.may_be_missing,
        "probability": conformal.probability.tolist(),
        "edges": conformal.edges.tolist(),
        "score": conformal.score.tolist(),
    }
    return {
        **surrogate.regressor.files(),
        **{_SCALE + name: content for name, content in conformal.regressor.files().items()},
        "model.json": _json(numbers),
        "card.json": _json(surrogate.card),
        "card.md": _text(surrogate).encode(),
    }


def _text(surrogate: Surrogate) -> str:
    """The card for people."""
    return group_card_text(surrogate) if surrogate.card.get("kind") == ACROSS_GROUPS else card_text(surrogate)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, allow_nan=False).encode()


def _surrogate(files: dict[str, bytes]) -> Surrogate:
    numbers = _read_json(files["model.json"])
    if numbers["format"] > FORMAT:
        raise SchemaError(
            f"a model's format must be at most {FORMAT}; got {numbers['format']}. A newer magheat reads it."
        )
    if numbers["features"] not in FEATURES:
        raise SchemaError(f"a model's features must be one of {', '.join(FEATURES)}; got {numbers['features']!r}.")
    outputs = len(numbers["transforms"])
    scale = {name.removeprefix(_SCALE): content for name, content in files.items() if name.startswith(_SCALE)}
    regressor = from_files(numbers["model"], files, outputs)
    residuals = from_files(numbers["scale"], scale, outputs)
    conformal = Conformal(
        residuals,
        np.array(numbers["probability"], np.float64),
        np.array(numbers["edges"], np.float64).reshape(-1, outputs),
        np.array(numbers["score"], np.float64).reshape(-1, outputs, len(numbers["probability"])),
    )
    surrogate = Surrogate(
        regressor=regressor,
        conformal=conformal,
        features=numbers["features"],
        centre=np.array(numbers["centre"], np.float64),
        width=np.array(numbers["width"], np.float64),
        transforms={name: Transform(*map(float, values)) for name, values in numbers["transforms"].items()},
        domain=Domain(
            {name: (float(low), float(high)) for name, (low, high) in numbers["ranges"].items()},
            {name: tuple(words) for name, words in numbers["words"].items()},
            tuple(numbers["may_be_missing"]),
        ),
        card=dict(_read_json(files["card.json"])),
    )
    _require_answer(surrogate)
    return surrogate


def _read_json(content: bytes) -> Any:
    """What JSON says; NaN and infinity are none."""
    return json.loads(content, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _require_answer(surrogate: Surrogate) -> None:
    """Refuse numbers that do not belong together: in the middle of its ranges a model has an answer."""
    domain = surrogate.domain
    middle = {name: np.array([(low + high) / 2]) for name, (low, high) in domain.ranges.items()}
    middle |= {name: np.zeros(1) for name in domain.words}
    if surrogate.centre.shape != surrogate.width.shape or surrogate.features_of(middle).shape[1:] != (
        surrogate.centre.shape
    ):
        raise ValueError("centre and width do not fit the features")
    if any(outside.any() for outside in domain.outside(middle).values()):
        raise ValueError("ranges are not lowest, highest")
    surrogate.as_learnt(middle, 0.9)


def _read(place: Path) -> dict[str, bytes]:
    """All files of a folder, which holds nothing but files."""
    entries = sorted(place.iterdir())
    strange = [entry.name for entry in entries if not entry.is_file() or entry.is_symlink()]
    if strange or not any(entry.name == "model.json" for entry in entries):
        what = f"it holds {strange[0]!r}" if strange else "it has no model.json"
        raise SchemaError(f"a model's folder must be one that magheat wrote; {shown(str(place))} is not: {what}.")
    if sum(entry.stat().st_size for entry in entries) > _MOST_BYTES:
        raise SchemaError(f"a model's folder must have at most {_MOST_BYTES >> 20} MiB; {shown(str(place))} has more.")
    return {entry.name: entry.read_bytes() for entry in entries}


def _write(files: dict[str, bytes], target: Path) -> None:
    """Write a folder whole or not at all."""
    try:
        with whole_folder(target) as partial:
            for name, content in files.items():
                (partial / name).write_bytes(content)
    except OSError:
        if not target.is_dir():  # another process was not quicker with the same content
            raise


def _point(link: Path, name: str) -> None:
    """Make a link to a folder beside it, in one step."""
    temporary = link.with_name(f".{link.name}.{secrets.token_hex(4)}")
    temporary.symlink_to(name, target_is_directory=True)
    os.replace(temporary, link)
