"""What every test runs under: no display, reproducible property tests without deadlines, and a server where asked."""

import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ["MPLBACKEND"] = "Agg"

settings.register_profile(
    "magheat",
    deadline=None,  # the first call of a kernel may load or compile it
    derandomize=True,
    max_examples=30,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("magheat")

SERVER = Path(__file__).resolve().parents[1] / "scripts" / "postgresql"


@pytest.fixture(scope="session")
def postgresql_server():
    """URL of a throw-away server that lives as long as the session, or a skip; a failure where .ci/run demands one."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    folder = tempfile.mkdtemp(prefix="magheat-postgresql-")  # not below tmp_path, which the server's user may not enter
    try:
        started = subprocess.run([SERVER, "start", folder], capture_output=True, text=True, check=False)
        if started.returncode:
            reason = started.stderr.strip() or "the server did not start"
            (pytest.fail if os.environ.get("MAGHEAT_NEEDS_POSTGRESQL") else pytest.skip)(reason)
        yield started.stdout.strip()
    finally:
        subprocess.run([SERVER, "stop", folder], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server):
    """URL of an empty database on that server."""
    from sqlalchemy import create_engine, make_url, text

    name = f"test_{secrets.token_hex(6)}"
    engine = create_engine(postgresql_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgresql_server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """Where a store may be made: a file in a folder of its own, then an empty database on a server."""
    if request.param == "sqlite":
        return str(tmp_path / "kb.sqlite")
    return request.getfixturevalue("postgresql_url")
