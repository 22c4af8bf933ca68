"""A narrow terminal, and calls that come to no run: what people and programs get then."""

from __future__ import annotations

import json
import os
import pty
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

import jsonschema
import pytest
from support import ENVIRONMENT, executor

from executor.report import schema
from run.sample import BUMP, repository, task

LONG = "- [ ] Document the new release process in the handbook, and tell everybody who has to know about it\n"


def on_terminal(root: Path, columns: int, *arguments: str) -> list[str]:
    """The lines that a terminal of that many columns shows."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2]), "NO_COLOR": "1", "TERM": "dumb"}
    env.pop("COLUMNS", None)
    command = [sys.executable, "-m", "executor", *arguments]
    with subprocess.Popen(command, cwd=root, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as running:
        os.close(theirs)
        shown = b""
        while True:
            try:
                shown += (more := os.read(ours, 65536))
            except OSError:  # Linux says so at the end of a terminal
                break
            if not more:
                break
        running.wait(timeout=60)
    os.close(ours)
    return shown.decode().replace("\r", "").splitlines()


@pytest.mark.parametrize("columns", [20, 40, 58, 80, 100])
def test_reasons_are_read_at_ease_on_every_screen(tmp_path: Path, columns: int) -> None:
    root = repository(tmp_path / "ops", task(LONG))
    shown = on_terminal(root, columns, "run", "TASK-001")
    begin = next(at for at, line in enumerate(shown) if "unresolved" in line)
    lines = shown[begin : shown.index("", begin)]
    assert " ".join(" ".join(lines).split()).count("handbook, and tell everybody who has to know about it") == 1
    texts = [line.strip() for line in lines[1:]]
    assert all(len(line) <= columns or " " not in line.strip() for line in lines), lines
    assert sum(map(len, texts)) / len(texts) >= min(columns, 40) / 3, lines


@pytest.mark.parametrize("command", [("explain",), ("run", "--dry-run")])
def test_what_is_offered_can_be_pasted_from_any_screen(tmp_path: Path, command: tuple[str, ...]) -> None:
    """A line that is broken is two lines when it is pasted."""
    sentence = "Update the ffl HelmRelease to version 0.1.18"
    root = repository(tmp_path / "ops", task(f"- [ ] {sentence} so that everybody is happy again\n"))
    shown = on_terminal(root, 30, *command, "TASK-001")
    assert f"instead: {sentence}" in [line.strip() for line in shown], shown


@pytest.mark.parametrize(
    ("arguments", "error"), [(["run"], "UsageError"), (["run", "nope.md"], "TaskFileError"), (["run", "-C", "/", "T-1"],
     "RepositoryError"), (["run", "--nope", "TASK-001"], "UsageError")]
)  # fmt: skip
def test_a_call_that_comes_to_no_run_is_a_report_too(tmp_path: Path, arguments: list[str], error: str) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    ran = executor(root, *arguments, "--json")
    document = json.loads(ran.stdout)
    jsonschema.validate(document, schema())
    assert ran.exit_code == 2 and (document["error"], document["success"]) == (error, False), document
    assert document["message"] in ran.stderr and document["criteria"]["total"] == 0


def test_lint_of_what_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    ran = executor(root, "lint", "tasks/TASK-001.md", "nope.md")
    assert ran.exit_code == 2 and "there is no nope.md" in ran.stderr, ran


def test_lint_names_a_block_by_its_place_in_the_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP.replace("field: chart", "field: [chart]")))
    ran = executor(root, "lint")
    assert ran.exit_code == 1 and str(root) not in ran.stdout and "tasks/TASK-001.md:" in ran.stdout, ran
