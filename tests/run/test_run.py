"""`executor run` as a user starts it: real git, real kustomize, every status that needs no registry."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest
from support import ENVIRONMENT, executor, git, snapshot

from executor.report import schema
from run.sample import (
    BROKEN,
    BUILD,
    BUMP,
    COMMIT,
    PERSON,
    RELEASE,
    report,
    repository,
    statuses,
    task,
    task_text,
)

NEW_RELEASE = RELEASE.replace("0.1.17", "0.1.18")


def test_a_run_that_does_everything(tmp_path: Path) -> None:
    before = task(BUMP, BUILD)
    root = repository(tmp_path / "ops", before)
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    assert (root / "apps/ffl/release.yaml").read_text() == NEW_RELEASE
    after = task_text(root)
    assert after.count("- [x] ") == 2
    log = re.search(r"\n(- \d{4}-\d\d-\d\d \d\d:\d\d: .*)\n$", after)
    assert log is not None and "0.1.18" in log[1] and "kustomize build" in log[1]
    unticked = after.replace("- [x] ", "- [ ] ").replace(log[1] + "\n", "")
    assert re.sub(r"updated: \d{4}-\d\d-\d\d", "updated: 2026-01-02", unticked) == before
    document = report(root)
    assert (document["success"], document["status"]) == (True, "ready_for_verification")
    assert statuses(document) == ["passed", "passed"]
    assert document["criteria"] == {"total": 2, "completed": 2, "failed": 0, "remaining": 0}
    assert document["changes"]["files_modified"] == ["apps/ffl/release.yaml", "tasks/TASK-001.md"]
    assert document["outcomes"][0]["operations"][0]["evidence"]
    staged = git(root, "diff", "--cached", "--name-only").split()
    assert staged == ["apps/ffl/release.yaml", "tasks/TASK-001.md"]
    assert git(root, "write-tree").strip() == document["repository"]["staged_tree"]
    assert git(root, "rev-list", "--count", "HEAD").strip() == "1", "never a commit"
    assert git(root, "cat-file", "-p", document["task_blob"]) == before


def test_the_report_keeps_its_schema_and_both_contracts(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, BROKEN, PERSON))
    assert executor(root, "run", "TASK-001").exit_code == 1
    document = report(root)
    jsonschema.validate(document, schema())
    success_keys = {
        "success", "task_id", "task_title", "task_type", "criteria", "completed_criteria", "remaining_criteria",
        "changes", "progress_log_entry", "status", "next_steps",
    }  # fmt: skip
    error_keys = {"error", "message", "details", "completed_before_failure", "recovery_suggestions"}
    assert success_keys | error_keys <= set(document)
    assert set(document["details"]) == {"criterion", "command", "error_output"}
    assert document["criteria"] == {"total": 3, "completed": 1, "failed": 1, "remaining": 1}
    assert document["completed_before_failure"] == ["Bump it"]
    assert "nowhere.yaml" in document["details"]["error_output"]
    assert document["success"] is False


def test_the_report_says_what_to_write_instead_as_explain_does(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task("- [ ] The spec.interval of ffl is turned to 7m\n", BUMP))
    executor(root, "run", "tasks/TASK-001.md", "--criteria", "1")
    document = report(root)
    jsonschema.validate(document, schema())
    explained = json.loads(executor(root, "explain", "tasks/TASK-001.md", "--json").stdout)["criteria"]
    assert document["outcomes"][0]["suggestion"] == explained[0]["suggestion"] is not None
    assert document["outcomes"][1]["suggestion"] is None


def test_what_is_open_is_said_in_one_log_line(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, PERSON, COMMIT))
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 1
    assert statuses(report(root)) == ["passed", "unresolved", "verification"]
    assert report(root)["success"] is True and report(root)["status"] == "partially_complete"
    assert "2 unresolved" in task_text(root).rsplit("\n- ", 1)[1]
    assert "Waiting for verification" in report(root)["remaining_criteria"][1]["reason"]


def test_only_what_is_left_to_verification_is_exit_0(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, COMMIT))
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0
    assert report(root)["status"] == "ready_for_verification"


def test_where_nothing_ran_the_task_file_stays(tmp_path: Path) -> None:
    text = task(PERSON, "- [ ] Make everything much better\n")
    root = repository(tmp_path / "ops", text)
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 1
    assert task_text(root) == text
    assert report(root)["progress_log_entry"] == "" and report(root)["status"] == "blocked"
    assert git(root, "diff", "--cached", "--name-only") == ""


def test_a_second_run_finds_everything_done(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, BUILD))
    executor(root, "run", "tasks/TASK-001.md")
    first, text = report(root), task_text(root)
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0
    assert task_text(root) == text
    assert statuses(report(root)) == ["skipped", "skipped"]
    kept = json.loads((root / "reports" / "TASK-001" / f"{first['run_id']}.json").read_text())
    assert kept == first


def test_the_task_may_go_on_where_its_own_edits_are_not_committed(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    executor(root, "run", "tasks/TASK-001.md")
    path = root / "tasks/TASK-001.md"
    path.write_text(path.read_text().replace("[x]", "[ ]"))
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0
    operation = report(root)["outcomes"][0]["operations"][0]
    assert (operation["status"], operation["changed"]) == ("passed", False)


def test_dry_run_shows_all_and_changes_nothing(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, BUILD, BROKEN, PERSON))
    before, index = snapshot(root), (root / ".git/index").read_bytes()
    ran = executor(root, "run", "--dry-run", "--json", "tasks/TASK-001.md")
    assert ran.exit_code == 1
    document = json.loads(ran.stdout)
    assert document["dry_run"] is True
    assert statuses(document) == ["planned", "planned", "failed", "unresolved"]
    edit = document["outcomes"][0]["operations"][0]["planned_edit"]
    assert "-      version: 0.1.17\n+      version: 0.1.18\n" in edit
    assert document["criteria"]["completed"] == 0
    assert snapshot(root) == before and (root / ".git/index").read_bytes() == index
    assert not (root / ".executor").exists() and not (root / "reports").exists()
    assert "0.1.18" in executor(root, "run", "--dry-run", "tasks/TASK-001.md").stdout


def test_criteria_can_be_chosen(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, BUILD, PERSON))
    assert executor(root, "run", "--criteria", "2", "tasks/TASK-001.md").exit_code == 0
    assert statuses(report(root)) == ["skipped", "passed", "skipped"]
    assert executor(root, "run", "--criteria", "^bump", "tasks/TASK-001.md").exit_code == 0
    assert statuses(report(root)) == ["passed", "skipped", "skipped"]
    assert executor(root, "run", "--criteria", "9", "tasks/TASK-001.md").exit_code == 2
    assert executor(root, "run", "--criteria", "3-1", "tasks/TASK-001.md").exit_code == 2
    assert executor(root, "run", "--criteria", "(", "tasks/TASK-001.md").exit_code == 2


def test_the_input_contract(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, BUILD))
    call = {
        "task_id": "TASK-001",
        "task_path": "tasks/TASK-001.md",
        "criteria_filter": ["1"],
        "skip_verification": True,
    }
    ran = executor(root, "run", "--input", "-", "--json", stdin=json.dumps(call))
    assert ran.exit_code == 0, ran.stderr
    assert json.loads(ran.stdout)["verification"] == "skipped"
    for wrong in ({"task_path": "x"}, {**call, "extra": 1}, {**call, "dry_run": "yes"}, {**call, "task_id": "TASK-2"}):
        ran = executor(root, "run", "--input", "-", stdin=json.dumps(wrong))
        assert ran.exit_code == 2 and ran.stderr.startswith("executor: ")


@pytest.mark.parametrize("wrong", [{"criteria_filter": []}, {"task_path": "tasks/\0"}, {"task_path": ""}])
def test_a_call_that_asks_for_nothing_is_none(tmp_path: Path, wrong: dict[str, object]) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    call = {"task_id": "TASK-001", "task_path": "tasks/TASK-001.md", **wrong}
    ran = executor(root, "run", "--input", "-", stdin=json.dumps(call))
    assert ran.exit_code == 2 and ran.stderr.startswith(f"executor: --input: {next(iter(wrong))}"), ran


@pytest.mark.parametrize("beside", [["--dry-run"], ["--criteria", "1"], ["--skip-verification"], ["TASK-001"]])
def test_what_stands_beside_the_input_is_not_dropped(tmp_path: Path, beside: list[str]) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    before = snapshot(root)
    call = {"task_id": "TASK-001", "task_path": "tasks/TASK-001.md"}
    ran = executor(root, "run", "--input", "-", *beside, stdin=json.dumps(call))
    assert ran.exit_code == 2 and "do not go together" in ran.stderr, ran
    assert snapshot(root) == before


BOTH = RELEASE + "  values:\n    image: {repository: 10.0.0.5:5000/ffl, tag: 0.1.17}\n"


@pytest.mark.parametrize(
    ("mark", "asked"), [(" ", []), ("x", []), (" ", ["--criteria", "2"]), ("x", ["--criteria", "2"])]
)
def test_a_sentence_means_the_same_when_the_build_before_it_is_ticked(
    tmp_path: Path, mark: str, asked: list[str]
) -> None:
    """A release with a chart and an image: the image is meant, because this task builds that version."""
    text = task(
        f"- [{mark}] Build ffl 0.1.18\n", "- [ ] Update ffl HelmRelease to version 0.1.18\n", labels="builds, flux"
    )
    files = {"apps/ffl/release.yaml": BOTH, "services/ffl/Dockerfile": "FROM scratch\n"}
    root = repository(tmp_path / "ops", text, **files)
    bump = json.loads(executor(root, "explain", "--json", *asked, "TASK-001").stdout)["criteria"][1]
    assert bump["state"] == "runnable" and bump["operations"][0]["arguments"].get("field") == "image", bump
    ran = executor(root, "run", "--criteria", "2", "TASK-001")
    assert ran.exit_code == 0 and "tag: 0.1.18" in (root / "apps/ffl/release.yaml").read_text(), ran
    assert executor(root, "verify", "TASK-001").exit_code == 0


def test_labels_permit(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, BUILD, labels="builds"))
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 1
    assert statuses(report(root)) == ["blocked", "skipped"], "the validation stands on the edit"
    outcome = report(root)["outcomes"][0]
    assert outcome["reason_code"] == "label-missing" and "deployment" in outcome["reason"]


def test_human_action_is_refused_whole(tmp_path: Path) -> None:
    text = task(BUMP, BUILD, labels="deployment, human-action")
    root = repository(tmp_path / "ops", text)
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 4
    assert statuses(report(root)) == ["refused", "refused"]
    assert task_text(root) == text


def test_what_stands_on_a_failure_is_skipped(tmp_path: Path) -> None:
    unreadable = BUMP.replace("name: ffl", "name: ffll")
    root = repository(tmp_path / "ops", task(unreadable, BROKEN, BUILD))
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 1
    assert statuses(report(root)) == ["blocked", "failed", "passed"], "independent ones go on"
    assert "ffl" in report(root)["outcomes"][0]["reason"]


PARENT = "- [ ] Rollout\n" + "".join("  " + line + "\n" for line in (BUMP + BUILD).splitlines())


def test_a_heading_is_ticked_by_its_children(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(PARENT))
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0
    assert statuses(report(root)) == ["passed", "passed", "passed"]
    assert "- [ ]" not in task_text(root)


def test_a_heading_stays_open_with_a_child(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(PARENT + "  - [ ] Document the new release process\n"))
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 1
    assert statuses(report(root)) == ["skipped", "passed", "passed", "unresolved"]
    assert "- [ ] Rollout" in task_text(root)


def test_only_our_paths_are_staged(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    (root / "README.md").write_text("edited by hand\n")
    (root / "new.txt").write_text("mine\n")
    (root / "staged.txt").write_text("mine\n")
    git(root, "add", "staged.txt")
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0
    assert git(root, "diff", "--cached", "--name-only").split() == [
        "apps/ffl/release.yaml", "staged.txt", "tasks/TASK-001.md",
    ]  # fmt: skip
    assert (root / "README.md").read_text() == "edited by hand\n"


def test_a_new_task_file_is_the_usual_case(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    text = task(BUMP).replace("TASK-001", "TASK-002")
    (root / "tasks/TASK-002.md").write_text(text)
    assert executor(root, "run", "TASK-002").exit_code == 0
    assert "tasks/TASK-002.md" in git(root, "diff", "--cached", "--name-only")


def wrong_branch(root: Path) -> None:
    git(root, "switch", "--quiet", "--create", "feature")


def detached(root: Path) -> None:
    git(root, "switch", "--quiet", "--detach")


def merging(root: Path) -> None:
    (root / ".git/MERGE_HEAD").write_text(git(root, "rev-parse", "HEAD"))


@pytest.mark.parametrize("make_wrong", [wrong_branch, detached, merging])
def test_the_branch_is_checked_before_anything(tmp_path: Path, make_wrong) -> None:  # type: ignore[no-untyped-def]
    text = task(BUMP, BUILD)
    root = repository(tmp_path / "ops", text)
    make_wrong(root)
    before = snapshot(root)
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert ran.exit_code == 4
    assert statuses(report(root)) == ["refused", "refused"]
    after = snapshot(root)
    del after["reports/TASK-001.json"]
    assert after == before


@pytest.mark.parametrize("branch", ["master", "task-001-ffl", "renovate/TASK-001"])
def test_the_default_branches_and_the_tasks_own(tmp_path: Path, branch: str) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    git(root, "branch", "--move", branch)
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0


def test_somebody_elses_change_is_never_overwritten(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, BUILD))
    release = root / "apps/ffl/release.yaml"
    release.write_text(RELEASE + "# by hand\n")
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 1
    outcomes = report(root)["outcomes"]
    assert (outcomes[0]["status"], outcomes[0]["reason_code"]) == ("blocked", "dirty")
    assert release.read_text() == RELEASE + "# by hand\n"


def test_one_runner_a_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    code = (
        "import sys; from pathlib import Path; from executor.tools import files\n"
        f"with files.lock(Path({str(root)!r}) / '.git/executor.lock', dict(pid=7, task='TASK-9', since='noon')):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    env = {**ENVIRONMENT, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, env=env) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        ran = executor(root, "run", "tasks/TASK-001.md")
        assert ran.exit_code == 75 and "pid 7, TASK-9, since noon" in ran.stderr
        holder.stdin.close()
        holder.wait()
    assert executor(root, "run", "tasks/TASK-001.md").exit_code == 0


CHECK = "- [ ] Look\n  ```operation\n  uses: command\n  argv: [test, -f, README.md]\n  ```\n"
SLOW = "#!/bin/sh\nsleep 60\n"


def test_interrupt_ticks_what_is_proven(tmp_path: Path) -> None:
    """^C while kustomize hangs: a program of that name on the PATH that never answers."""
    root = repository(tmp_path / "ops", task(CHECK, BUILD, PERSON))
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    (bin_folder / "kustomize").write_text(SLOW)
    (bin_folder / "kustomize").chmod(0o755)
    env = {
        **ENVIRONMENT,
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "executor", "run", "tasks/TASK-001.md"], cwd=root, env=env, stdout=-1, stderr=-1,
        # a background job ignores ^C, and its children with it
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )  # fmt: skip
    journal = wait_for(lambda: next(iter((root / ".executor/runs").glob("*.jsonl")), None))
    wait_for(lambda: journal.read_text().count('"intent"') == 2 or None)
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)
    assert running.returncode == 130
    assert statuses(report(root)) == ["passed", "errored", "unresolved"]
    assert "- [x] Look" in task_text(root) and "- [ ] Build" in task_text(root)


def wait_for(look):  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 30
    while True:
        found = look()
        if found is not None:
            return found
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_into_a_pipe_no_control_characters(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP, "- [ ] evil \x1b[31mred\x07\n"))
    ran = executor(root, "run", "tasks/TASK-001.md")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", ran.stdout + ran.stderr)


def test_json_is_alone_on_stdout(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    ran = executor(root, "run", "--json", "tasks/TASK-001.md")
    assert json.loads(ran.stdout)["success"] is True and "passed" in ran.stderr


def test_report_shows_the_last_one(tmp_path: Path) -> None:
    root = repository(tmp_path / "ops", task(BUMP))
    assert executor(root, "report").exit_code == 2
    executor(root, "run", "tasks/TASK-001.md")
    assert "0.1.18" in executor(root, "report").stdout
    assert json.loads(executor(root, "report", "--json", "TASK-001").stdout) == report(root)
