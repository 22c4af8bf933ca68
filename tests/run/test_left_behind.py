"""What is in a file already: committed, written by this task, or by somebody else; and what a killed run left there."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import ENVIRONMENT, executor, git

from executor import journal
from run.sample import BUILD, BUMP, FILES, RELEASE, report, repository, statuses, task, task_text

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ffl\ndata:\n  level: info\n"
PATH = "apps/ffl/config.yaml"
SET = f"- [ ] Set `data.level` to `debug` in `{PATH}`\n"
NEW_CONFIG = CONFIG.replace("info", "debug")
NEW_RELEASE = RELEASE.replace("0.1.17", "0.1.18")
LIST = "resources:\n  - release.yaml\n  - config.yaml\n"


def ops(folder: Path, *criteria: str, **files: str) -> Path:
    given = {PATH: CONFIG, "apps/ffl/kustomization.yaml": LIST, **files}
    return repository(folder / "ops", task(*criteria), **given)


@pytest.mark.parametrize(
    ("criterion", "path", "text"),
    [
        (SET, PATH, NEW_CONFIG),
        (BUMP, "apps/ffl/release.yaml", NEW_RELEASE),
        ("- [ ] Add\n  ```operation\n  uses: manifest.add\n  file: apps/ffl/kustomization.yaml\n"
         "  entry: more.yaml\n  ```\n", "apps/ffl/kustomization.yaml", LIST + "  - more.yaml\n"),
        ("- [ ] Remove\n  ```operation\n  uses: manifest.remove\n  file: apps/ffl/kustomization.yaml\n"
         "  entry: config.yaml\n  ```\n", "apps/ffl/kustomization.yaml", FILES["apps/ffl/kustomization.yaml"]),
        (f"- [ ] Remove\n  ```operation\n  uses: manifest.remove\n  file: {PATH}\n  path: data.level\n  ```\n",
         PATH, CONFIG.replace("data:\n  level: info\n", "data:\n  more: a\n")),
    ],
)  # fmt: skip
def test_what_somebody_wrote_is_no_work_done(tmp_path: Path, criterion: str, path: str, text: str) -> None:
    root = ops(tmp_path, criterion, **{"apps/ffl/more.yaml": CONFIG.replace("name: ffl", "name: more")})
    (root / path).write_text(text)
    dry = executor(root, "run", "--dry-run", "TASK-001")
    assert dry.exit_code == 1 and "blocked" in dry.stdout, dry
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 1, ran
    (outcome,) = report(root)["outcomes"]
    assert (outcome["status"], outcome["reason_code"]) == ("blocked", "dirty"), outcome
    assert "- [x]" not in task_text(root) and (root / path).read_text() == text
    git(root, "commit", "--quiet", "--all", "--message=by hand")
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert statuses(report(root)) == ["passed"] and not report(root)["outcomes"][0]["changed"]


def killed_behind_the_edit(root: Path, *arguments: str) -> None:
    """kill -9 when the first edit is in place: at the first process that is started behind it."""
    code = (
        "import os, signal, sys\n"
        "from executor.tools import files\n"
        "from executor.cli import main\n"
        "real = files.replace\n"
        "def replace(path, data, **rest):\n"
        "    real(path, data, **rest)\n"
        "    if path.name in ('config.yaml', 'release.yaml'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "files.replace = replace\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    env = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code, "run", "tasks/TASK-001.md", *arguments]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, check=False)
    assert done.returncode == -9, done


@pytest.mark.parametrize(
    ("criterion", "path"), [(SET, PATH), (BUMP, "apps/ffl/release.yaml")], ids=["manifest.set", "helmrelease.bump"]
)
def test_what_a_killed_run_wrote_is_declared_staged_said_and_verified(
    tmp_path: Path, criterion: str, path: str
) -> None:
    root = ops(tmp_path, criterion, BUILD)
    killed_behind_the_edit(root)
    assert git(root, "diff", "--name-only").split() == [path]
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 0 and "an interrupted run of it wrote" in ran.stdout, ran
    document = report(root)
    assert document["repository"]["declared_paths"] == [path, "tasks/TASK-001.md"]
    assert document["changes"]["files_modified"] == [path, "tasks/TASK-001.md"]
    assert path in document["progress_log_entry"]
    assert git(root, "diff", "--cached", "--name-only").split() == [path, "tasks/TASK-001.md"]
    assert git(root, "status", "--porcelain", "--", path).startswith("M ")
    verified = executor(root, "verify", "TASK-001", "--json")
    assert json.loads(verified.stdout)["overall_status"] == "passed", verified


def test_killed_twice(tmp_path: Path) -> None:
    root = ops(tmp_path, SET, BUMP)
    killed_behind_the_edit(root)
    killed_behind_the_edit(root)
    assert git(root, "diff", "--name-only").split() == [PATH, "apps/ffl/release.yaml"]
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert report(root)["changes"]["files_modified"] == [PATH, "apps/ffl/release.yaml", "tasks/TASK-001.md"]
    assert git(root, "diff", "--name-only") == ""
    text = task_text(root).replace("## Progress Log", f"{BUILD}\n## Progress Log")
    (root / "tasks/TASK-001.md").write_text(text)
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 0 and report(root)["warnings"] == [], "it is said once"


def test_what_a_killed_run_wrote_and_nobody_asks_for_any_more_is_said(tmp_path: Path) -> None:
    root = ops(tmp_path, SET, BUILD)
    killed_behind_the_edit(root)
    (root / "tasks/TASK-001.md").write_text(task(BUILD))
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 0 and f"git diff HEAD -- {PATH}" in ran.stdout, ran
    assert git(root, "diff", "--cached", "--name-only").split() == ["tasks/TASK-001.md"]


def test_a_run_that_was_killed_behind_its_ticks_is_finished_though_the_task_was_edited(tmp_path: Path) -> None:
    root = ops(tmp_path, SET, BUILD)
    assert executor(root, "run", "TASK-001").exit_code == 0
    (journal,) = (root / ".executor/runs").glob("*.jsonl")
    lines = journal.read_text().splitlines(keepends=True)
    assert json.loads(lines[-1])["event"] == "end"
    journal.write_text("".join(lines[:-1]))
    git(root, "reset", "--quiet")
    (root / "reports/TASK-001.json").unlink()
    text = task_text(root).replace("## Progress Log", f"{BUMP}\n## Progress Log")
    (root / "tasks/TASK-001.md").write_text(text)
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert git(root, "diff", "--cached", "--name-only").split() == [
        PATH, "apps/ffl/release.yaml", "tasks/TASK-001.md"
    ]  # fmt: skip
    assert len(list((root / "reports/TASK-001").glob("*.json"))) == 1


@pytest.mark.parametrize("hours", [0, -1, -100_000, 1])
def test_runs_are_named_in_their_order(tmp_path: Path, hours: int) -> None:
    """Also where the clock was set back between them: verification goes by that order."""
    folder = journal.prepare(tmp_path)
    for name in ("nothing-of-ours", "99Z-", "20260131T142501.034117Z-3f9c"):
        (folder / f"{name}.jsonl").touch()
    before = "20260131T142501.034117Z-3f9c"
    now = datetime(2026, 1, 31, 14, 25, 1, 34117, tzinfo=UTC) + timedelta(hours=hours)
    for _ in range(3):
        name = journal.new_run_id(tmp_path, now)
        assert name > before and len(name) == len(before)
        (folder / f"{name}.jsonl").touch()
        before = name


def test_what_an_earlier_run_wrote_is_staged_again(tmp_path: Path) -> None:
    """`git stash pop` takes it out of the index; "done and staged" is to be true all the same."""
    root = ops(tmp_path, SET, BUILD)
    assert executor(root, "run", "TASK-001", "--criteria", "1").exit_code == 0
    git(root, "stash", "--quiet")
    git(root, "stash", "pop", "--quiet")
    (root / "apps/ffl/release.yaml").write_text(NEW_RELEASE)  # somebody's own, and nothing of this task
    ran = executor(root, "run", "TASK-001")
    assert ran.exit_code == 0 and "done and staged" in ran.stdout, ran
    assert git(root, "diff", "--cached", "--name-only").split() == [PATH, "tasks/TASK-001.md"]
    assert git(root, "diff", "--name-only").split() == ["apps/ffl/release.yaml"]
