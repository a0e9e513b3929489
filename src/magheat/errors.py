"""The one family of errors: every message is one sentence with the field, the rule, the value and the likely fix."""


class MagheatError(Exception):
    """Anything magheat refuses or fails at."""


class SpecError(MagheatError, ValueError):
    """Bad input: an experiment, a solver option or a unit string."""


class SchemaError(MagheatError, ValueError):
    """A dataset or table that lacks what an analysis needs."""


class ConvergenceError(MagheatError, RuntimeError):
    """A computation that did not reach what was asked of it."""
