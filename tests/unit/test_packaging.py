"""What must hold of the package as a whole: version, locks, dependencies, layers."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import magheat
from magheat._version import __version__

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "magheat"
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENGINES = {"h5netcdf", "h5py", "httptools", "uvloop"}  # xarray and uvicorn find them by name; no module imports them


def locked(name):
    """Requirements of one lock by canonical name."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [re.split(r"\s--hash", line)[0] for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    return {canonicalize_name(found.name): found for found in map(Requirement, lines)}


def imported_packages():
    """Names of the packages outside the standard library that the source imports, wherever in a module."""
    names = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"magheat"}


def test_installed_version_is_that_of_the_source():
    try:
        installed = importlib.metadata.version("magheat")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("magheat is on the path but not installed")
    assert installed == __version__


def test_package_says_that_it_is_typed():
    assert (SOURCE / "py.typed").is_file()


def test_every_import_is_declared_by_the_package_or_an_extra_of_it():
    extras = PROJECT["project"]["optional-dependencies"].values()
    texts = [*PROJECT["project"]["dependencies"], *(text for extra in extras for text in extra)]
    declared = {canonicalize_name(Requirement(text).name) for text in texts}
    providers = importlib.metadata.packages_distributions()
    distributions = {name: {canonicalize_name(d) for d in providers.get(name, [name])} for name in imported_packages()}
    assert {name for name, offered in distributions.items() if not offered & declared} <= {"llvmlite"}  # Numba's own


@pytest.mark.parametrize("text", PROJECT["project"]["dependencies"])
def test_every_declared_dependency_is_imported_and_locked(text):
    wanted = Requirement(text)
    found = locked("run")[canonicalize_name(wanted.name)]
    version = next(iter(found.specifier)).version
    assert wanted.specifier.contains(version)
    providers = importlib.metadata.packages_distributions()
    used = {canonicalize_name(name) for module in imported_packages() for name in providers.get(module, [])}
    assert wanted.name in used | ENGINES


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_lock_names_no_address_and_hashes_every_package(path):
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^-", text, flags=re.MULTILINE), "an option, such as an index, is in the lock"
    for entry in re.split(r"\n(?=[a-z0-9])", text.replace("\\\n", " "))[1:]:
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_locks_agree_with_each_other():
    versions = {}
    for path in LOCKS:
        for name, found in locked(path.stem).items():
            versions.setdefault(name, set()).add(str(found.specifier))
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_importing_the_package_opens_no_figure_library():
    code = "import sys, magheat; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", getattr(magheat, "__all__", []))
def test_public_name_exists_and_is_documented(name):
    assert getattr(magheat, name).__doc__
