"""Pages of the API reference, written from ``__all__`` of magheat and of the modules named there.

Each name is documented under the path that users write (``magheat.arrangement.pair``), wherever it is defined.
"""

import inspect
import sys
from pathlib import Path
from types import ModuleType

from sphinx.application import Sphinx
from sphinx.pycode import ModuleAnalyzer

import magheat

TITLES = {"class": "Classes", "function": "Functions", "data": "Constants", "exception": "Errors"}


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


def entry(path: str, name: str, thing: object) -> list[str]:
    """Lines that document one name of the module that users reach by ``path``."""
    if kind_of(thing) == "data":
        value = [f"   :value: {thing!r}"] if isinstance(thing, float) else []
        return [f".. py:data:: {path}.{name}", *value, "", *(f"   {line}" for line in comment_on(name)), ""]
    root, *inner = f"{path}.{name}".split(".")
    members = [] if kind_of(thing) == "function" else ["   :members:"]
    return [f".. auto{kind_of(thing)}:: {root}::{'.'.join(inner)}", *members, ""]


def page(path: str, module: ModuleType) -> str:
    """Text of the page of one module; modules in it have pages of their own, and errors are not repeated at the top."""
    public = {name: getattr(module, name) for name in getattr(module, "__all__", own_names(module))}
    lines = [path, "=" * len(path), "", *inspect.getdoc(module).splitlines(), ""]
    for kind, title in TITLES.items():
        names = [name for name, thing in public.items() if not inspect.ismodule(thing) and kind_of(thing) == kind]
        if names and not (kind == "exception" and module is magheat):
            lines += [title, "-" * len(title), ""]
            lines += [line for name in names for line in entry(path, name, public[name])]
    return "\n".join(lines)


def own_names(module: ModuleType) -> list[str]:
    """Public classes and functions that a module without ``__all__`` defines itself."""
    return [name for name, thing in vars(module).items() if getattr(thing, "__module__", "") == module.__name__]


def write_pages(app: Sphinx) -> None:
    """Write one page per public module into ``generated/``."""
    folder = Path(app.srcdir) / "generated"
    folder.mkdir(exist_ok=True)
    modules = {f"magheat.{name}": getattr(magheat, name) for name in magheat.__all__}
    for path, module in {"magheat": magheat, **modules}.items():
        if inspect.ismodule(module):
            (folder / f"{path}.rst").write_text(page(path, module), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks for sources."""
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-process-docstring", write_sizes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
