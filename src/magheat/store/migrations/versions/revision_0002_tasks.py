"""Which pieces of a sweep are finished, and which rows are kept out because they crash their worker."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add both tables; rows are left alone."""
    op.create_table("finished_tasks", sa.Column("key", sa.String(64), primary_key=True))
    op.create_table(
        "quarantine",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
