"""kill -9 at 40 points of a run, from the lock to the end, and the same call again.

The points are system calls of the real process, counted and killed by strace. After the kill every file is the old or
the new one and a tick has its evidence; after the second call everything is done, once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from support import ENVIRONMENT, executor, git

from executor.report import schema
from run.sample import BUILD, BUMP, RELEASE, report, repository, statuses, task

POINTS = 40
COMMAND = [sys.executable, "-m", "executor", "run", "tasks/TASK-001.md"]
ENV = {
    **ENVIRONMENT,
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
TEXT = task(BUMP, BUILD)
NEW_RELEASE = RELEASE.replace("0.1.17", "0.1.18")


def strace(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which("strace"), "strace is not installed: apt-get install strace (make setup does it)"
    command = ["strace", "-qq", *options, *COMMAND]
    return subprocess.run(command, cwd=root, env=ENV, capture_output=True, text=True, check=False)


NAMES = "write,fsync,rename,mkdir,fchmod,flock,ftruncate,pwrite64,vfork,clone,clone3,pipe2,unlink,unlinkat"
"""Calls that change something; their order is the same in every run (reads of modules are not)."""


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """The calls of a whole run from the lock on: name, and how many of that name there were up to it."""
    folder = tmp_path_factory.mktemp("count")
    root = repository(folder / "ops", TEXT)
    trace = folder / "trace"
    done = strace(root, "-o", str(trace), "-e", f"trace=?{NAMES.replace(',', ',?')}")
    assert done.returncode == 0, done.stdout + done.stderr
    names = [line.split("(")[0] for line in trace.read_text(errors="replace").splitlines() if line[:1].isalpha()]
    numbered = [(name, names[: place + 1].count(name)) for place, name in enumerate(names)]
    return numbered[names.index("flock") :]


@pytest.mark.parametrize("point", range(POINTS))
def test_kill_9_and_run_again(tmp_path: Path, calls: list[tuple[str, int]], point: int) -> None:
    root = repository(tmp_path / "ops", TEXT)
    name, number = calls[(len(calls) - 1) * point // (POINTS - 1)]
    killed = strace(root, "-o", os.devnull, "-e", f"trace={name}", "-e", f"inject={name}:signal=SIGKILL:when={number}")
    assert killed.returncode != 0, "it was not killed"
    whole_or_old(root)
    again = executor(root, "run", "tasks/TASK-001.md")
    assert again.exit_code == 0, again.stdout + again.stderr
    everything_done_once(root)


def whole_or_old(root: Path) -> None:
    assert (root / "apps/ffl/release.yaml").read_text() in (RELEASE, NEW_RELEASE)
    text = (root / "tasks/TASK-001.md").read_text()
    if text != TEXT:
        assert text.count("- [x] ") == 2 and text.count("\n- 2") == 2
        (journal,) = (root / ".executor/runs").glob("*.jsonl")
        entries = [json.loads(line) for line in journal.read_text().splitlines()]
        assert [entry["criterion"] for entry in entries if entry["event"] == "evidence"] == [1, 2]
    left = [path for path in root.rglob("*.new") if ".executor" not in path.parts and ".git" not in path.parts]
    assert not left, "a half-written file stands in the work tree"


def everything_done_once(root: Path) -> None:
    assert (root / "apps/ffl/release.yaml").read_text() == NEW_RELEASE
    text = (root / "tasks/TASK-001.md").read_text()
    assert text.count("- [x] ") == 2
    assert text.count("\n- 2") == 2, "one log line, however often it was begun"
    document = report(root)
    jsonschema.validate(document, schema())
    assert set(statuses(document)) <= {"passed", "skipped"}
    staged = git(root, "diff", "--cached", "--name-only").split()
    assert staged == ["apps/ffl/release.yaml", "tasks/TASK-001.md"]
    assert git(root, "diff", "--name-only") == ""
    subprocess.run(["git", "fsck", "--strict"], cwd=root, env=ENVIRONMENT, check=True, capture_output=True)
    assert not list((root / ".git").glob("*.lock")) or list((root / ".git").glob("*.lock")) == [
        root / ".git/executor.lock"
    ]


@pytest.mark.parametrize("file", ["release.yaml", "TASK-001.md"])
def test_a_full_disk_where_a_file_is_put_in_place(tmp_path: Path, file: str) -> None:
    """ENOSPC at the rename of one file; the renames of a whole run are counted first."""
    probe = repository(tmp_path / "probe" / "ops", TEXT)
    trace = tmp_path / "trace"
    strace(probe, "-o", str(trace), "-e", "trace=/rename")
    renames = trace.read_text().splitlines()
    number = next(i for i, line in enumerate(renames, 1) if line.split(",")[-1].count(file) or f'/{file}"' in line)
    call = renames[number - 1].split("(")[0]
    same = sum(1 for line in renames[:number] if line.startswith(f"{call}("))
    root = repository(tmp_path / "ops", TEXT)
    done = strace(root, "-o", os.devnull, "-e", f"inject={call}:error=ENOSPC:when={same}")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "- [x] " not in (root / "tasks/TASK-001.md").read_text()
    document = report(root)
    assert document["success"] is False
    assert "No space left" in document["message"]
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0
    assert (root / "apps/ffl/release.yaml").read_text() == NEW_RELEASE
