"""Rows, their loops and where they come from."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_INPUTS = (
    "saturation_magnetization",
    "anisotropy_constant",
    "diameter",
    "interaction",
    "temperature",
    "frequency",
    "amplitude",
)
_OUTPUTS = ("coercive_field", "remanence", "loss_per_cycle", "slp")
_FLAGS = ("low_barrier", "not_converged", "may_break_symmetry", "above_brezovich", "above_hergt_dutz")


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "provenance",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("solver", sa.Text),
        sa.Column("model_version", sa.Integer),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "rows",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("key", sa.String(64), nullable=False, unique=True),
        *(sa.Column(name, sa.Double) for name in (*_INPUTS, *_OUTPUTS)),
        *(sa.Column(name, sa.Boolean(create_constraint=False)) for name in _FLAGS),
        sa.Column("more", sa.Text),
        sa.Column("provenance_id", _ID, sa.ForeignKey("provenance.id"), nullable=False),
    )
    op.create_index("rows_by_provenance", "rows", ["provenance_id"])
    op.create_table(
        "loops",
        sa.Column("row_id", _ID, sa.ForeignKey("rows.id"), primary_key=True, autoincrement=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("applied_field", sa.LargeBinary, nullable=False),
        sa.Column("magnetization", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "extra_columns",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
    )
