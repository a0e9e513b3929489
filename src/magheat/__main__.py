"""``python -m magheat``: the command line."""

from magheat.cli.main import app

app(prog_name="magheat")
