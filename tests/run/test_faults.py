"""The machine's faults: tools that die, full disks, files that git overlooks. No box is ticked that was not proven."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import ENVIRONMENT, executor, git

from run.sample import BUILD, BUMP, RELEASE, report, repository, task

KUSTOMIZE = """#!/bin/sh
[ "$1" = version ] && {{ echo v5.5.0; exit 0; }}
{}
"""


def with_kustomize(tmp_path: Path, script: str) -> dict[str, str]:
    """An environment whose `kustomize` does this instead of building."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "kustomize").write_text(KUSTOMIZE.format(script))
    (folder / "kustomize").chmod(0o755)
    return {**ENVIRONMENT, "PATH": f"{folder}:{ENVIRONMENT['PATH']}"}


@pytest.mark.parametrize("script", ["kill -9 $$", "echo 'fatal error: out of memory' >&2; exit 2"])
def test_a_kustomize_that_dies_proves_nothing(tmp_path: Path, script: str) -> None:
    root = repository(tmp_path / "ops", task(BUMP + BUILD))
    ran = executor(root, "run", "--json", "TASK-001", env=with_kustomize(tmp_path, script))
    outcomes = json.loads(ran.stdout)["outcomes"]
    assert (outcomes[0]["status"], outcomes[0]["reason_code"]) == ("errored", "crashed"), outcomes
    assert outcomes[1]["status"] in ("errored", "skipped")
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE
    assert "- [x]" not in (root / "tasks/TASK-001.md").read_text()


def test_what_kustomize_prints_has_to_be_objects(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUILD))
    ran = executor(root, "run", "--json", "TASK-001", env=with_kustomize(tmp_path, "echo 'a: ['"))
    outcome = json.loads(ran.stdout)["outcomes"][0]
    assert (outcome["status"], outcome["reason_code"]) == ("failed", "invalid-manifest")


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
@pytest.mark.parametrize("path", ["apps/ffl/release.yaml", "tasks/TASK-001.md"])
def test_what_git_overlooks_is_blocked(tmp_path: Path, flag: str, path: str) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    git(root, "update-index", flag, path)
    outcome = json.loads(executor(root, "run", "--json", "TASK-001").stdout)["outcomes"][0]
    assert outcome["status"] == "blocked" and "git update-index" in outcome["reason"], outcome
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE


def test_a_lock_of_git_costs_no_report(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    (root / ".git/index.lock").touch()
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 1, ran
    assert "is not staged" in ran.stdout and "index.lock" in ran.stdout
    assert report(root)["criteria"]["completed"] == 1
    (root / ".git/index.lock").unlink()
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert git(root, "diff", "--cached", "--name-only").split() == ["apps/ffl/release.yaml", "tasks/TASK-001.md"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4M", "none", str(place)], check=False)
    if mounted.returncode != 0:
        pytest.fail("a small disk is needed, which only root can mount: run the tests as root, or in a container")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("left", [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 64])
def test_a_full_disk_is_no_defect_of_ours(small_disk: Path, left: int) -> None:
    """`left` kilobytes. Nothing is torn, the message says what to do, and a run with room again finishes."""
    root = repository(small_disk / "ops", task(BUMP))
    fill = small_disk / "fill"
    with fill.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"\0" * 4096)
            except OSError:
                break
    os.truncate(fill, max(0, fill.stat().st_size - left * 1024))
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code in (0, 1, 2), ran
    assert "defect of" not in ran.stdout + ran.stderr, ran
    assert ran.exit_code == 0 or "space" in ran.stdout + ran.stderr, ran
    assert "in the folder that this runs in" not in ran.stderr, "the message names no file"
    if "errored" in ran.stdout or "passed" in ran.stdout:
        assert ran.exit_code in (0, 1) and "TASK-001: " in ran.stdout, "what began is summed up"
    bumped = RELEASE.replace("0.1.17", "0.1.18")
    assert (root / "apps/ffl/release.yaml").read_text() in (RELEASE, bumped)
    fill.unlink()
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert (root / "apps/ffl/release.yaml").read_text() == bumped
    assert "- [x]" in (root / "tasks/TASK-001.md").read_text()
    assert executor(root, "verify", "TASK-001").exit_code in (0, 1)
    assert not git(root, "status", "--porcelain", "--", ".executor")


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    name = os.fsencode(root / "tasks") + b"/\xff.md"
    (root / "tasks/TASK-001.md").rename(os.fsdecode(name))
    ran = executor(root, "run", os.fsdecode(name))
    assert ran.exit_code == 2 and "not UTF-8" in ran.stderr, ran
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE
    odd = root.rename(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    ran = executor(odd, "run", "tasks/TASK-002.md")
    assert ran.exit_code == 2 and "defect" not in ran.stderr, ran


def test_the_longest_name(tmp_path: Path) -> None:
    name = "x" * 252 + ".md"
    root = repository(tmp_path / "ops", task(BUMP))
    (root / "tasks" / name).write_text(task(BUMP).replace("id: TASK-001\n", ""))
    (root / "tasks/TASK-001.md").unlink()
    ran = executor(root, "run", f"tasks/{name}")
    assert ran.exit_code == 0, ran
    assert "- [x]" in (root / "tasks" / name).read_text()


SLOW = "sleep 1.5; exec kubectl kustomize $(echo \"$@\" | sed 's/^build //')"


def meanwhile(root: Path, env: dict[str, str], *commands: str) -> tuple[int, dict[str, Any]]:
    """Run TASK-001 whose first criterion takes seconds, and these commands while it does."""
    run = [sys.executable, "-m", "executor", "run", "--json", "TASK-001"]
    with subprocess.Popen(run, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        for _ in range(600):
            if list(root.glob(".executor/runs/*.jsonl")):
                break
            time.sleep(0.02)
        for command in commands:
            subprocess.run(command, shell=True, cwd=root, env=env, check=True)
        out, _ = running.communicate(timeout=120)
    return running.returncode, json.loads(out)


def test_an_edit_by_somebody_else_is_not_taken_along(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUILD + BUMP))
    code, document = meanwhile(root, with_kustomize(tmp_path, SLOW), "echo '# mine' >> apps/ffl/release.yaml")
    assert code == 1 and document["outcomes"][1]["reason_code"] == "changed-meanwhile", document["outcomes"][1]
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE + "# mine\n"
    assert git(root, "diff", "--cached", "--name-only").split() == ["tasks/TASK-001.md"]


def test_a_branch_that_is_switched_ends_it(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUILD + BUMP))
    code, document = meanwhile(root, with_kustomize(tmp_path, SLOW), "git checkout -q -b other")
    assert code in (1, 4), document
    assert document["outcomes"][1]["reason_code"] == "wrong-branch"
    assert (root / "apps/ffl/release.yaml").read_text() == RELEASE
    assert "- [x]" not in (root / "tasks/TASK-001.md").read_text()
    assert document["criteria"]["completed"] == 0


def test_a_lost_terminal_ends_it_in_order(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # what nohup ignores is ignored by what it starts
    root = repository(tmp_path / "ops", task(BUILD + BUMP))
    ran = executor(root, "run", "--json", "TASK-001", env=with_kustomize(tmp_path, "kill -HUP $PPID; sleep 5"))
    signal.signal(signal.SIGHUP, before)
    assert ran.exit_code == 130, ran
    assert report(root)["outcomes"][0]["reason_code"] == "interrupted"


def test_bump_waits_for_nobody_and_edits_beside_nobody(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    with (root / ".git/executor.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = executor(root, "bump", "ffl", "--version", "0.1.18")
    assert ran.exit_code == 75 and (root / "apps/ffl/release.yaml").read_text() == RELEASE


@pytest.mark.parametrize("place", [".executor/runs/zz.jsonl", "reports/TASK-001.json", ".git/executor.lock"])
def test_a_pipe_in_place_of_our_own_files_is_not_waited_for(tmp_path: Path, place: str) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    (root / place).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(root / place)
    for command in (["run", "TASK-001"], ["report", "TASK-001"], ["verify", "TASK-001"]):
        ran = executor(root, *command)
        assert ran.exit_code in (0, 1, 2, 75) and "defect" not in ran.stderr, ran


def test_a_report_nested_without_end(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    (root / "reports").mkdir()
    (root / "reports/TASK-001.json").write_text("[" * 100_000)
    assert executor(root, "run", "TASK-001").exit_code == 0
