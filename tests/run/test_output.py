"""What stands behind stdout may go away, be full or speak another encoding; the run goes on to its end all the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import pytest
from support import ENVIRONMENT, git

from run.sample import BUMP, report, repository, task

MANY = "".join(
    f"- [ ] Document part {number} of the new release process, and then some more\n" for number in range(300)
)


def started(
    root: Path, *arguments: str, stdout: int | IO[Any], env: Mapping[str, str] | None = None, by: Sequence[str] = ()
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*by, sys.executable, "-m", "executor", *arguments],
        cwd=root,
        env={**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parent.parent.parent), **(env or {})},
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


def done_and_staged(root: Path) -> None:
    assert report(root)["criteria"]["completed"] == 1
    assert git(root, "diff", "--cached", "--name-only").split() == ["apps/ffl/release.yaml", "tasks/TASK-001.md"]
    assert git(root, "diff", "--name-only") == ""


@pytest.mark.parametrize("json_too", [[], ["--json"]])
def test_a_reader_that_goes_away(tmp_path: Path, json_too: list[str]) -> None:
    """`executor run … | head -1`: more text than a pipe's buffer, and work to do behind it."""
    root = repository(tmp_path / "ops", task(MANY + BUMP))
    reading, writing = os.pipe()
    os.close(reading)
    run = started(root, "run", *json_too, "tasks/TASK-001.md", stdout=writing)
    os.close(writing)
    _, said = run.communicate(timeout=120)
    assert run.returncode == 1, said  # as without the pipe: a person's criteria are open
    done_and_staged(root)


def test_a_full_disk_behind_the_text(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(MANY + BUMP))
    with Path("/dev/full").open("wb") as full:
        run = started(root, "run", "tasks/TASK-001.md", stdout=full)
        _, said = run.communicate(timeout=120)
    assert run.returncode == 1, said
    done_and_staged(root)


def test_json_that_could_not_be_written_is_an_error(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    with Path("/dev/full").open("wb") as full:
        run = started(root, "run", "--json", "tasks/TASK-001.md", stdout=full)
        _, said = run.communicate(timeout=120)
    assert run.returncode == 2 and b"No space left" in said
    done_and_staged(root)


def test_a_closed_stdout(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    run = started(root, "run", "tasks/TASK-001.md", stdout=subprocess.PIPE, by=["sh", "-c", 'exec "$@" >&-', "sh"])
    _, said = run.communicate(timeout=120)
    assert run.returncode == 0, said
    done_and_staged(root)


def test_a_terminal_that_is_closed(tmp_path: Path) -> None:
    """While the live line is on it, which is no reason to lose ticks and report."""
    root = repository(tmp_path / "ops", task(BUMP + MANY))
    ours, theirs = os.openpty()
    run = started(root, "run", "tasks/TASK-001.md", stdout=theirs, env={"TERM": "xterm"})
    os.close(theirs)
    assert os.read(ours, 1)
    os.close(ours)
    _, said = run.communicate(timeout=120)
    assert run.returncode == 1, said
    done_and_staged(root)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_stream_that_has_not_every_character(tmp_path: Path, encoding: str) -> None:
    root = repository(tmp_path / "ops", task("- [ ] Dokumentiere das \u00dcbliche \U0001f680 → mehr\n" + BUMP))
    env = {"PYTHONIOENCODING": encoding}
    run = started(root, "run", "tasks/TASK-001.md", stdout=subprocess.PIPE, env=env)
    text, said = run.communicate(timeout=120)
    assert run.returncode == 1, said
    assert b"\\u2192" in text
    done_and_staged(root)
    explained = started(root, "explain", "--json", "tasks/TASK-001.md", stdout=subprocess.PIPE, env=env)
    text, said = explained.communicate(timeout=120)
    assert explained.returncode == 0, said
    assert "\u00dcbliche \U0001f680 →" in json.loads(text)["criteria"][0]["criterion"]


def test_names_are_utf8_in_every_locale(tmp_path: Path) -> None:
    """git's are, and Python takes its own from the locale; here one that has not even an ä."""
    path = "apps/größe.yaml"
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: g\ndata:\n  a: b\n"
    criteria = f"- [ ] Set `data.a` to `z` in `{path}`\n- [ ] Manifests are valid YAML\n"
    root = repository(tmp_path / "ops", task(criteria), **{path: text})
    plain = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    process = started(root, "run", "TASK-001", stdout=subprocess.PIPE, env=plain)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, out
    assert rb"apps/gr\xf6\xdfe.yaml" in out and out.isascii()
    assert "a: z" in (root / path).read_text(encoding="utf-8")
