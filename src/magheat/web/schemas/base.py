"""What all forms have in common, and the bounds of numbers and lists."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

#: Rows of one prediction, particles and samples of one experiment.
MOST_ROWS, MOST_PARTICLES, MOST_SAMPLES = 10_000, 5_000, 1_000_000
#: Particles whose places are drawn at random, which takes seconds for more.
MOST_DRAWN = 300
#: Points of one side of a map.
MOST_ON_A_SIDE = 200


class Form(BaseModel):
    """A table whose names are all known and whose numbers are finite."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Answer(BaseModel):
    """A table of an answer."""

    model_config = ConfigDict(extra="forbid")


def one_or_list(value: Any) -> str:
    """Which of both a column is; whatever is neither is judged as a number."""
    return "list" if isinstance(value, list) else "number"


#: A number that serves for all rows, or one for each.
Column: TypeAlias = Annotated[
    Annotated[float, Tag("number")] | Annotated[list[float], Field(min_length=1, max_length=MOST_ROWS), Tag("list")],
    Discriminator(one_or_list),
]
Vector: TypeAlias = Annotated[list[float], Field(min_length=3, max_length=3)]
#: Numbers of an answer; null where there is none.
Numbers: TypeAlias = list[float | None]


class Problem(Answer):
    """What is wrong: the field, where there is one, and one sentence."""

    field: str | None = Field(description="Dotted name of what is wrong; null where it is no single field.")
    message: str = Field(description="One sentence: the field, the rule, the value, the likely fix.")


class Refusal(Answer):
    """The answer to every request that is not done."""

    error: Problem
