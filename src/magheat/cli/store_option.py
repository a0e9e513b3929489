"""How commands are told which knowledge base they work on."""

from __future__ import annotations

from typing import Annotated

import typer

#: Where commands look for a knowledge base that is not named.
DEFAULT = "knowledge.sqlite"
StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        help="The knowledge base: a file, or postgresql+psycopg://USER@HOST/DATABASE.",
        metavar="URL",
    ),
]
