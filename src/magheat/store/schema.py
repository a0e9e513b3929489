"""The tables of the knowledge base as they are today; ``migrations`` holds the way there from every older form."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from magheat.store.columns import FLAGS, INPUTS, OUTPUTS

#: Every form that the tables ever had, oldest first; a store with another one is newer than this magheat.
REVISIONS = ("0001", "0002")
HEAD = REVISIONS[-1]
#: Where a store says which form it has. Not Alembic's usual name, which another program may use beside us.
VERSION_TABLE = "magheat_schema"
#: Hexadecimal digits of a key, and room for those of others.
KEY_LENGTH = 64

#: SQLite gives out ids only in a column that is INTEGER to the letter.
_ID = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

#: Where rows come from: one line for all rows of one sweep, import or kind of run.
provenance = Table(
    "provenance",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("digest", String(KEY_LENGTH), nullable=False, unique=True),
    Column("source", String(16), nullable=False),
    Column("solver", Text),
    Column("model_version", Integer),
    Column("content", Text, nullable=False),
)

#: One run or one measurement a line; what has no column of its own is in ``more``, a JSON object.
rows = Table(
    "rows",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("key", String(KEY_LENGTH), nullable=False, unique=True),
    *(Column(name, Double) for name in (*INPUTS, *OUTPUTS)),
    *(Column(name, Boolean(create_constraint=False)) for name in FLAGS),
    Column("more", Text),
    Column("provenance_id", _ID, ForeignKey(provenance.c.id), nullable=False),
    Index("rows_by_provenance", "provenance_id"),
)

#: The loop of a row: both fields as `magheat.store.packing` packs them.
loops = Table(
    "loops",
    metadata,
    Column("row_id", _ID, ForeignKey(rows.c.id), primary_key=True, autoincrement=False),
    Column("points", Integer, nullable=False),
    Column("applied_field", LargeBinary, nullable=False),
    Column("magnetization", LargeBinary, nullable=False),
)

#: The names in ``more``, in the order in which they came, and what kind of value each has.
extra_columns = Table(
    "extra_columns",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
)

#: Pieces of sweeps whose rows are all here.
finished_tasks = Table("finished_tasks", metadata, Column("key", String(KEY_LENGTH), primary_key=True))

#: Rows that crash their worker or cannot be computed.
quarantine = Table(
    "quarantine",
    metadata,
    Column("key", String(KEY_LENGTH), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("content", Text, nullable=False),
)
