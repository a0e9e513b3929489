"""A snapshot for training."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection


def write_snapshot(connection: Connection, folder: Path) -> Path:
    """Write."""
    raise NotImplementedError


def read_snapshot(folder: Any) -> Any:
    """Read."""
    raise NotImplementedError
