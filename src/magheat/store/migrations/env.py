"""What Alembic runs: the revisions, in the transaction that the caller has begun."""

from alembic import context

from magheat.store.schema import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
