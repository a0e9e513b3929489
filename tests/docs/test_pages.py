"""Pages are true: their Python and their commands run, in their order, and print what the page says."""

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from unittest import mock

import matplotlib.pyplot as plt
import pytest
from typer.main import get_command

from magheat.cli.main import app

from .blocks import AFTER_DEMO, agrees, blocks, stray
from .fewer_points import fewer_points

ROOT = Path(__file__).resolve().parents[2]
#: Seconds that a block may take on a busy machine.
LONGEST = 180
#: Not pages: what others make, and decisions, which say what was true on their day.
ELSEWHERE = {"_build", "generated", "jupyter_execute", "decisions"}
TEXTS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if not ELSEWHERE & set(path.relative_to(ROOT).parts)
}
BLOCKS = {page: blocks(text) for page, text in TEXTS.items()}
RUN = [page for page, found in BLOCKS.items() if any(block.reason is None for block in found)]
#: Why a block may be left out, and how many are for each reason at most.
REASONS = {
    "takes half an hour": 1,
    "takes minutes on two cores": 1,
    "needs a cluster": 2,
    "needs a server of PostgreSQL": 2,
    "serves until it is stopped; see tests/web": 12,
}


@pytest.mark.parametrize("page", RUN)
def test_page_runs_and_prints_what_it_says(page, clone, monkeypatch, request):
    fewer_points(monkeypatch.setattr)
    if f"<!-- {AFTER_DEMO} -->" in TEXTS[page]:
        shutil.copytree(request.getfixturevalue("demo_models"), clone / "models", symlinks=True)
    (clone / page).parent.mkdir(exist_ok=True, parents=True)
    names = {"__name__": "__main__"}
    with mock.patch.dict(os.environ):
        for block in BLOCKS[page]:
            if block.reason is None:
                printed = run(block, page, clone, names, monkeypatch)
                assert block.told is None or agrees(block.told, printed, block.within), (
                    f"{page}, line {block.line}: the page tells\n{block.told}\nbut this was printed:\n{printed}"
                )
    plt.close("all")


def run(block, page, clone, names, monkeypatch):
    """What a block prints; a cell in the folder of its page, as in `make docs`, all else at the top of the clone."""
    monkeypatch.chdir((clone / page).parent if block.kind == "cell" else clone)
    if block.kind == "file":
        Path(block.name).write_text(block.code)
        return ""
    if block.kind == "sh":
        return in_bash(block, page, clone)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile("\n" * (block.line - 1) + block.code, ROOT / page, "exec"), names)
    return printed.getvalue()


def in_bash(block, page, clone):
    """What a shell block prints, with an end to everything that warns, fails or hangs, and to what it left running."""
    here = f"{clone / '.venv' / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as told:
        shell = subprocess.Popen(
            ["bash", "-euo", "pipefail", "-c", block.code],
            # One thread: beside busy cores, threads that wait for one another cost more than they bring.
            env=os.environ | {"PATH": here, "PYTHONWARNINGS": "error", "OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=told,
            start_new_session=True,
        )
        try:
            code = shell.wait(LONGEST)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)
            shell.wait()
        output = [stream.read() for stream in (printed, told) if stream.seek(0) == 0]
    assert code == 0, f"{page}, line {block.line}: ended with {code}\n{output[0]}{output[1]}"
    return output[0]


def test_what_does_not_run_is_little_and_has_a_reason():
    left_out = Counter(block.reason for found in BLOCKS.values() for block in found if block.reason is not None)
    assert set(left_out) <= set(REASONS)
    assert {reason: count for reason, count in left_out.items() if count > REASONS[reason]} == {}


def test_what_does_not_run_can_be_read():
    for page, found in BLOCKS.items():
        for block in found:
            if block.reason is not None and block.kind == "sh":
                assert subprocess.run(["bash", "-n", "-c", block.code], check=False).returncode == 0, (page, block.line)
            elif block.reason is not None:
                compile(block.code, page, "exec")


@pytest.mark.parametrize("page", TEXTS)
def test_no_command_stands_where_it_does_not_run(page):
    assert stray(TEXTS[page]) == []


@pytest.mark.parametrize("page", TEXTS)
def test_commands_and_options_named_in_a_sentence_exist(page):
    for span in re.findall(r"(?<!`)`magheat ([a-z][^`]*)`(?!`)", TEXTS[page]):
        words = span.split()
        command = get_command(app)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not getattr(command, "commands", None) or not words, f"no such command: magheat {span}"
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("-")} <= options, f"no such option: magheat {span}"
