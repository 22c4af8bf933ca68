"""A criterion of several operations: what it did not finish does not stay, however the run ended in between."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import ENVIRONMENT, executor, git

from run.sample import BUMP, RELEASE, report, repository, statuses, task, task_text

NEW_RELEASE = RELEASE.replace("0.1.17", "0.1.18")
RELEASE_PATH = "apps/ffl/release.yaml"
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ffl}\ndata:\n  level: info  # or debug\n  size: small\n"
PATH = "apps/ffl/config.yaml"


def operation(uses: str, **arguments: str) -> str:
    lines = [f"uses: {uses}", *(f"{key}: {value}" for key, value in arguments.items())]
    return "\n".join(["  ```operation", *(f"  {line}" for line in lines), "  ```", ""])


def setting(path: str, value: str, file: str = PATH) -> str:
    return operation("manifest.set", file=file, path=path, value=value)


LEVEL, SIZE = setting("data.level", "debug"), setting("data.size", "large")
BROKEN = operation("kustomize.build", paths="[apps/broken]")
UNSHOWN = setting("data.level", "debug", "apps/broken/config.yaml")
NO_TARGET = "patches:\n  - patch: '{apiVersion: v1, kind: ConfigMap, metadata: {name: nobody}}'\n"
"""Only a build finds that."""
HALF = f"- [ ] Both\n{LEVEL}{SIZE}{UNSHOWN}"
"""Two edits of one file, and one that nothing can prove: what is built of it is broken."""


def ops(folder: Path, *criteria: str) -> Path:
    files = {
        PATH: CONFIG,
        "apps/ffl/kustomization.yaml": "resources:\n  - release.yaml\n  - config.yaml\n",
        "apps/broken/config.yaml": CONFIG,
        "apps/broken/kustomization.yaml": f"resources:\n  - config.yaml\n{NO_TARGET}",
    }
    return repository(folder / "ops", task(*criteria), **files)


def test_what_it_edited_before_is_taken_back_and_the_others_are_verified(tmp_path: Path) -> None:
    root = ops(tmp_path, HALF, BUMP)
    assert executor(root, "run", "TASK-001").exit_code == 1
    assert (root / PATH).read_text() == CONFIG and (root / RELEASE_PATH).read_text() == NEW_RELEASE
    document = report(root)
    assert statuses(document) == ["blocked", "passed"]
    half = document["outcomes"][0]
    assert (half["reason_code"], half["changed"]) == ("broken-before", False)
    assert f"is taken back: {PATH}" in half["reason"]
    assert [each["status"] for each in half["operations"]] == ["skipped", "skipped", "blocked"]
    assert "manifest.set did not pass" in half["operations"][0]["reason"]
    assert not any(each["changed"] or each["evidence"] for each in half["operations"])
    tried = [attempt["status"] for each in half["operations"] for attempt in each["attempts"]]
    assert tried == ["passed", "passed", "blocked"], "what ran stays reported"
    assert document["changes"]["files_modified"] == [RELEASE_PATH, "tasks/TASK-001.md"]
    assert PATH not in document["progress_log_entry"] and "debug" not in document["progress_log_entry"]
    assert git(root, "status", "--porcelain", "--", "apps").splitlines() == [f"M  {RELEASE_PATH}"]
    verified = executor(root, "verify", "TASK-001", "--json")
    assert json.loads(verified.stdout)["overall_status"] == "passed", verified


def test_a_check_that_fails_takes_the_edit_before_it_back(tmp_path: Path) -> None:
    root = ops(tmp_path, f"- [ ] Set and build\n{LEVEL}{BROKEN}")
    assert executor(root, "run", "TASK-001").exit_code == 1
    assert (root / PATH).read_text() == CONFIG and git(root, "status", "--porcelain", "--", "apps") == ""
    assert statuses(report(root)) == ["failed"]
    assert "kustomize build apps/broken failed" in task_text(root), "something ran and failed, so it is logged"
    assert "debug" not in task_text(root).rsplit("\n- ", 1)[1]


def test_a_dry_run_says_so_and_the_next_criterion_does_not_see_it(tmp_path: Path) -> None:
    root = ops(tmp_path, f"- [ ] Half\n{LEVEL}{UNSHOWN}", f"- [ ] Size\n{SIZE}")
    before = git(root, "status", "--porcelain")
    done = executor(root, "run", "--dry-run", "--json", "TASK-001")
    document = json.loads(done.stdout)
    assert git(root, "status", "--porcelain") == before
    first, second = document["outcomes"]
    assert (first["status"], second["status"]) == ("blocked", "planned")
    assert [each["status"] for each in first["operations"]] == ["skipped", "blocked"]
    edit = second["operations"][0]["planned_edit"]
    assert "   level: info  # or debug\n-  size: small\n+  size: large\n" in edit, "the first one's edit is gone"


def test_it_is_run_again_from_the_start(tmp_path: Path) -> None:
    root = ops(tmp_path, HALF)
    executor(root, "run", "TASK-001")
    executor(root, "run", "TASK-001")
    assert (root / PATH).read_text() == CONFIG and report(root)["warnings"] == []
    (root / "apps/broken/kustomization.yaml").write_text("resources:\n  - config.yaml\n")
    git(root, "commit", "--quiet", "--message=mend", "--", "apps/broken/kustomization.yaml")
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert statuses(report(root)) == ["passed"]
    assert git(root, "diff", "--cached", "--name-only").split() == [
        "apps/broken/config.yaml", PATH, "tasks/TASK-001.md"
    ]  # fmt: skip
    verified = executor(root, "verify", "TASK-001", "--json")
    assert json.loads(verified.stdout)["overall_status"] == "passed", verified


def interfering(root: Path, code: str) -> subprocess.CompletedProcess[str]:
    """A run in which `meddle(path)` is called when a file was put in place."""
    start = (
        "import os, pathlib, signal, sys\n"
        "from executor.tools import files\n"
        "from executor.cli import main\n"
        "real = files.replace\n"
        f"{code}\n"
        "def replace(path, data, **rest):\n"
        "    real(path, data, **rest)\n"
        "    if path.name == 'config.yaml': meddle(path, data)\n"
        "files.replace = replace\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    env = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", start, "run", "tasks/TASK-001.md"]
    return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=False)


def test_what_somebody_else_wrote_meanwhile_stays_and_is_not_staged(tmp_path: Path) -> None:
    root = ops(tmp_path, HALF)
    interfering(root, "def meddle(path, data):\n    if b'large' in data: path.write_bytes(data + b'# mine\\n')")
    theirs = CONFIG.replace("info", "debug").replace("small", "large") + "# mine\n"
    assert (root / PATH).read_text() == theirs
    assert git(root, "diff", "--cached", "--name-only", "--", "apps") == ""
    outcome = report(root)["outcomes"][0]
    assert f"{PATH} could not be taken back, look at it: git diff HEAD -- {PATH}" in outcome["reason"]


KILL = "os.kill(os.getpid(), signal.SIGKILL)"


@pytest.mark.parametrize("word", ["debug", "large"], ids=["behind the first edit", "behind the second"])
@pytest.mark.parametrize("staged", [False, True])
def test_what_a_killed_run_left_half_done_is_taken_back_by_the_next(tmp_path: Path, word: str, staged: bool) -> None:
    root = ops(tmp_path, HALF, BUMP)
    done = interfering(root, f"def meddle(path, data):\n    if b'{word}' in data: {KILL}")
    assert done.returncode == -9 and (root / PATH).read_text() != CONFIG, done
    if staged:
        git(root, "add", PATH)
    (root / "tasks/TASK-001.md").write_text(task(BUMP))
    assert executor(root, "run", "TASK-001").exit_code == 0
    document = report(root)
    assert (root / PATH).read_text() == CONFIG and statuses(document) == ["passed"]
    assert any(f"what it had changed in {PATH} was taken back" in each for each in document["warnings"])
    assert not any("look at it" in each for each in document["warnings"])
    assert document["changes"]["files_modified"] == [RELEASE_PATH, "tasks/TASK-001.md"]
    assert git(root, "diff", "--cached", "--name-only").split() == [RELEASE_PATH, "tasks/TASK-001.md"]
    verified = executor(root, "verify", "TASK-001", "--json")
    assert json.loads(verified.stdout)["overall_status"] == "passed", verified


def test_a_killed_criterion_is_done_again_as_a_whole(tmp_path: Path) -> None:
    root = ops(tmp_path, f"- [ ] Both\n{LEVEL}{SIZE}")
    interfering(root, f"def meddle(path, data):\n    if b'debug' in data: {KILL}")
    assert executor(root, "run", "TASK-001").exit_code == 0
    document = report(root)
    assert statuses(document) == ["passed"] and document["outcomes"][0]["changed"]
    assert (root / PATH).read_text() == CONFIG.replace("info", "debug").replace("small", "large")
    assert git(root, "diff", "--cached", "--name-only").split() == [PATH, "tasks/TASK-001.md"]
    assert executor(root, "run", "TASK-001").exit_code == 0 and report(root)["warnings"] == []


@pytest.mark.parametrize("then", ["commit", "edit", "branch"])
def test_what_was_done_with_it_since_is_nobodys_to_take_back(tmp_path: Path, then: str) -> None:
    root = ops(tmp_path, HALF)
    interfering(root, f"def meddle(path, data):\n    if b'large' in data: {KILL}")
    half = (root / PATH).read_text()
    if then == "commit":
        git(root, "commit", "--quiet", "--all", "--message=taken over")
    elif then == "edit":
        (root / PATH).write_text(half := half + "# mine\n")
    else:
        git(root, "switch", "--quiet", "--create=elsewhere")
    executor(root, "run", "TASK-001")
    assert (root / PATH).read_text() == half
    assert not any("taken back" in each for each in report(root)["warnings"])


def test_a_journal_that_is_made_up_leads_nowhere(tmp_path: Path) -> None:
    root = ops(tmp_path, BUMP)
    outside = tmp_path / "outside.yaml"
    outside.write_text(CONFIG)
    blob = git(root, "hash-object", PATH).strip()
    from executor.tools.files import sha256

    write = {"event": "write", "repository": "ops", "path": "../outside.yaml", "after": sha256(CONFIG.encode()),
             "before": sha256(CONFIG.encode()), "blob": blob}  # fmt: skip
    folder = root / ".executor/runs"
    folder.mkdir(parents=True)
    entries = [{"event": "start", "task_id": "TASK-001"}, write, {**write, "path": PATH, "blob": 7}]
    (folder / "20260101T000000.000000Z-abcd.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in entries))
    assert executor(root, "run", "TASK-001").exit_code == 0
    assert outside.read_text() == CONFIG and (root / PATH).read_text() == CONFIG
