"""The knowledge base: runs and measurements as rows, with their loops, in one database."""

from magheat.store.info import Info
from magheat.store.rows import inputs_of, row_key, row_of
from magheat.store.snapshot_reader import read_snapshot
from magheat.store.store import Store as Store  # its page in the reference is that of magheat.Store

__all__ = ["Info", "inputs_of", "read_snapshot", "row_key", "row_of"]
