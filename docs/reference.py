"""Pages of the API reference, written from ``__all__`` of magheat and of the modules named there.

Each name is documented once, under the path that users write (``magheat.arrangement.pair``), wherever it is defined.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

import magheat

TITLES = {"class": "Classes", "function": "Functions", "data": "Constants", "exception": "Errors"}
#: Pages of what the functions above hand over or take, and where it is: page -> module -> names.
FURTHER = {
    "magheat.store.importers": {
        "magheat.store.importers": ("ImportReport", "Refused", "Profile", "Column", "Sample", "read_profile")
    },
    "magheat.sweeps": {
        "magheat.sweeps.design_file": ("read_design",),
        "magheat.sweeps.designs": ("Design", "BadRow"),
        "magheat.sweeps.runner": ("Summary", "Tally", "Interrupted"),
    },
    "magheat.workflows": {
        "magheat.workflows.learning": ("train_from_store", "train_two_well"),
        "magheat.workflows.alike": (
            "template_of",
            "matching",
            "design_alike",
            "simulate_alike",
            "put_alike",
            "Template",
        ),
        "magheat.workflows.learning_paper": ("sobol_points", "edge_points", "grid_points", "box_design", "Range"),
    },
}


class Thing(NamedTuple):
    """Something public, and the module and name under which users reach it."""

    path: str
    name: str
    value: object


def kind_of(thing: object) -> str:
    """Return what the Python domain of Sphinx calls it."""
    if inspect.isclass(thing):
        return "exception" if issubclass(thing, Exception) else "class"
    return "function" if inspect.isroutine(thing) else "data"


def comment_on(name: str) -> list[str]:
    """Lines of the ``#:`` comment above a constant, from whichever module of magheat has one."""
    ours = [module for module in list(sys.modules.values()) if module.__name__.startswith("magheat.")]
    for module in [module for module in ours if module.__file__]:
        found = ModuleAnalyzer.for_module(module.__name__).find_attr_docs().get(("", name))
        if found:
            return sizes_as_written(found)
    return []


def sizes_as_written(lines: list[str]) -> list[str]:
    """Lines in which a size, such as |m x H|, is not taken for a substitution; ``literal`` text stays."""
    pieces = [line.split("``") for line in lines]
    escaped = [[text if i % 2 else text.replace("|", r"\|") for i, text in enumerate(line)] for line in pieces]
    return ["``".join(line) for line in escaped]


def write_sizes(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Mend a docstring before it is read."""
    lines[:] = sizes_as_written(lines)


def leave_out(app: Sphinx, what: str, name: str, thing: object, skip: bool, options: object) -> bool | None:
    """Leave out the fields of named tuples, which the docstring of the class tells better."""
    return True if (inspect.getdoc(thing) or "").startswith("Alias for field number") else None


def entry(path: str, name: str, thing: object) -> list[str]:
    """Lines that document one name of the module that users reach by ``path``."""
    if kind_of(thing) == "data":
        value = [f"   :value: {thing!r}"] if isinstance(thing, float) else []
        return [f".. py:data:: {path}.{name}", *value, "", *(f"   {line}" for line in comment_on(name)), ""]
    # Two colons part a module that can be imported from the name in it; magheat.arrangement is a name, too.
    root, *inner = (path, name) if path in sys.modules else f"{path}.{name}".split(".")
    members = [] if kind_of(thing) == "function" else ["   :members:"]
    return [f".. auto{kind_of(thing)}:: {root}::{'.'.join(inner)}", *members, ""]


def page(path: str, module: ModuleType, things: list[Thing], elsewhere: dict[int, Thing]) -> str:
    """Text of the page of one module, with links to those of its things that are documented elsewhere."""
    lines = [path, "=" * len(path), "", *inspect.getdoc(module).splitlines(), ""]
    for kind, title in TITLES.items():
        here = [thing for thing in things if kind_of(thing.value) == kind and id(thing.value) not in elsewhere]
        if here:
            lines += [title, "-" * len(title), ""]
            lines += [line for thing in here for line in entry(*thing)]
    links = [link(elsewhere[id(thing.value)]) for thing in things if id(thing.value) in elsewhere]
    if links:
        lines += ["On other pages", "--------------", "", *(f"- {one}" for one in links), ""]
    return "\n".join(lines)


def link(thing: Thing) -> str:
    """Link to where a class, function or error is documented."""
    role = {"class": "class", "exception": "exc", "function": "func"}[kind_of(thing.value)]
    return f":{role}:`{thing.path}.{thing.name}`"


def public(path: str, module: ModuleType) -> list[Thing]:
    """What a module offers; modules in it have pages of their own."""
    names = getattr(module, "__all__", own_names(module))
    return [thing for thing in (Thing(path, n, getattr(module, n)) for n in names) if not inspect.ismodule(thing.value)]


def own_names(module: ModuleType) -> list[str]:
    """Public classes and functions that a module without ``__all__`` defines itself."""
    return [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]


def write_pages(app: Sphinx) -> None:
    """Write one page per public module into ``generated/``."""
    inner = {f"magheat.{name}": getattr(magheat, name) for name in magheat.__all__}
    modules = {path: module for path, module in inner.items() if inspect.ismodule(module)}
    pages = {path: public(path, module) for path, module in modules.items()}
    for path, owners in FURTHER.items():
        modules[path] = importlib.import_module(path)
        pages[path] = [
            Thing(owner, name, getattr(importlib.import_module(owner), name))
            for owner, names in owners.items()
            for name in names
        ]
    documented = {id(one.value): one for things in pages.values() for one in things if kind_of(one.value) != "data"}
    texts = {path: page(path, modules[path], things, {}) for path, things in pages.items()}
    texts["magheat"] = page("magheat", magheat, public("magheat", magheat), documented)
    folder = Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    for path, text in texts.items():
        (folder / f"{path}.rst").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks for sources."""
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-process-docstring", write_sizes)
    app.connect("autodoc-skip-member", leave_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
