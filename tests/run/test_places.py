"""Where the files of ours go: inside the repository, or the run does not begin."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import executor, git, make_repository, snapshot

from executor import journal
from executor.repository import open_workspace
from run.sample import BUMP, FILES, RELEASE, report, repository, task


def file_as_folder(root: Path) -> None:
    (root / "reports").write_text("no folder\n")


def folder_as_report(root: Path) -> None:
    (root / "reports/TASK-001.json").mkdir(parents=True)


def file_as_history(root: Path) -> None:
    (root / "reports").mkdir()
    (root / "reports/TASK-001").write_text("no folder\n")


def link_out(root: Path) -> None:
    (root.parent / "elsewhere").mkdir()
    (root / "reports").symlink_to("../elsewhere")


@pytest.mark.parametrize("wrong", [file_as_folder, folder_as_report, file_as_history, link_out])
def test_without_a_place_for_the_report_nothing_runs(tmp_path: Path, wrong) -> None:  # type: ignore[no-untyped-def]
    root = repository(tmp_path / "ops", task(BUMP))
    wrong(root)
    before = snapshot(root)
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 2 and "reports/: the report could not be written" in ran.stderr, ran
    assert snapshot(root) == before and git(root, "diff", "--cached", "--name-only") == ""
    assert not list((tmp_path / "elsewhere").glob("*"))


def test_the_journal_stays_in_the_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    (root / ".executor").write_text("no folder\n")
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 2 and ".executor/runs: cannot be made" in ran.stderr, ran
    (root / ".executor").unlink()
    (tmp_path / "elsewhere").mkdir()
    (root / ".executor").symlink_to("../elsewhere")
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 2 and "link out of the repository" in ran.stderr, ran
    assert not list((tmp_path / "elsewhere").iterdir()) and git(root, "diff", "--name-only") == ""


STRANGE = [
    {"event": "write"},
    {"event": "write", "path": [], "after": 3},
    {"event": "finish"},
    {"event": "finish", "task_after": "", "declared": [], "document": {}},
    {"event": "intent"},
    {"event": 7},
]


@pytest.mark.parametrize("entry", STRANGE)
def test_a_journal_that_is_none_of_ours_is_passed_over(tmp_path: Path, entry: dict[str, object]) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    folder = journal.prepare(root)
    lines = [{"event": "start", "task_id": "TASK-001"}, entry]
    (folder / "20260101T000000.000000Z-aaaa.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 0, ran
    assert report(root)["criteria"]["completed"] == 1


@pytest.mark.parametrize("earlier", ['{"run_id": 3}', '{"run_id": "../../evil"}', "[]", "{"])
def test_what_lies_in_place_of_a_report(tmp_path: Path, earlier: str) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    (root / "reports/TASK-001").mkdir(parents=True)
    (root / "reports/TASK-001.json").write_text(earlier)
    shown = executor(root, "report", "TASK-001")
    assert shown.exit_code == 2 and "not a report" in shown.stderr, shown
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0
    assert report(root)["criteria"]["completed"] == 1
    assert not list(tmp_path.glob("**/evil*"))


def test_a_folder_to_start_in_that_is_none(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    for command in ("run", "explain"):
        ran = executor(root, command, "-C", "nowhere", "TASK-001")
        assert ran.exit_code == 2 and "nowhere" in ran.stderr, ran


@pytest.mark.parametrize(
    ("file", "path"),
    [
        (".git/HEAD", "ref"),
        ("link/HEAD", "ref"),
        ("apps/../.git/HEAD", "ref"),
        ("reports/TASK-002.json", "success"),
        ("shown/TASK-002.json", "success"),
        (".executor/notes.yaml", "success"),
        ("tasks/TASK-001.yaml", "success"),
    ],
)
def test_no_operation_writes_where_git_or_evidence_is(tmp_path: Path, file: str, path: str) -> None:
    block = (
        f"- [ ] Set it\n  ```operation\n  uses: manifest.set\n  file: {file}\n  path: {path}\n  value: other\n  ```\n"
    )
    evidence = {"reports/TASK-002.json": '{"success": false}\n', ".executor/notes.yaml": "success: false\n"}
    root = repository(tmp_path / "ops", task(block), **evidence)
    if file.startswith("tasks/"):
        file = "tasks/TASK-001.md"
        (root / file).write_text(task(block).replace("tasks/TASK-001.yaml", file))
    (root / "link").symlink_to(".git")
    (root / "shown").symlink_to("reports")
    before = snapshot(root)
    for command in (["explain"], ["run", "--dry-run"], ["run"]):
        ran = executor(root, *command, "tasks/TASK-001.md")
        assert "refused" in ran.stdout or "cannot be read as YAML" in ran.stdout, ran
    after = snapshot(root)
    assert {name for name in after if after[name] != before.get(name)} == {"reports/TASK-001.json"}
    assert git(root, "symbolic-ref", "HEAD").strip() == "refs/heads/main"
    assert (root / ".executor/notes.yaml").read_text() == "success: false\n"


def test_a_lock_that_cannot_be_taken(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    (root / ".git/executor.lock").mkdir()
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 2 and "executor.lock: the lock cannot be taken" in ran.stderr, ran


@contextlib.contextmanager
def as_somebody() -> Iterator[None]:
    """Rights are looked at for real: root has them all, so it becomes nobody for a while."""
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)


def test_somebody_elses_folder_beside_the_repository() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        root = repository(Path(folder) / "ops", task(BUMP))
        beside = Path(folder) / "private"
        beside.mkdir(mode=0o000)
        with as_somebody():
            assert open_workspace(root).home.root == root
        beside.chmod(0o700)


def test_what_is_said_of_another_repository_names_it(tmp_path: Path) -> None:
    root = make_repository(tmp_path / "mono", {"tasks/TASK-001.md": task(BUMP, extra="repository: fleet\n")})
    other = make_repository(tmp_path / "fleet", FILES)
    (other / "apps/ffl/release.yaml").write_text(RELEASE + "# by somebody\n")
    ran = executor(root, "run", "tasks/TASK-001.md")
    reason = report(root)["outcomes"][0]["reason"]
    assert ran.exit_code == 1 and reason.startswith("in fleet: apps/ffl/release.yaml holds changes"), reason
    git(other, "checkout", "--", ".")
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0
    assert "In fleet: bumped HelmRelease ffl" in (root / "tasks/TASK-001.md").read_text()


def test_a_repository_inside_of_the_repository_is_another_one(tmp_path: Path) -> None:
    there = BUMP.replace("  uses: helmrelease.bump\n  name: ffl\n  field: chart\n  version: 0.1.18\n",
                         "  uses: manifest.set\n  file: vendor/ops/apps/ffl/release.yaml\n  path: spec.interval\n"
                         "  value: 5m\n")  # fmt: skip
    root = repository(tmp_path / "mono", task(there))
    inner = make_repository(root / "vendor/ops", FILES)
    ran = executor(root, "run", "tasks/TASK-001.md")
    outcome = report(root)["outcomes"][0]
    assert ran.exit_code == 4 and (outcome["status"], outcome["reason_code"]) == ("refused", "outside"), outcome
    assert "vendor/ops" in outcome["reason"] and (inner / "apps/ffl/release.yaml").read_text() == RELEASE
