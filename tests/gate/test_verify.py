"""Verification believes nothing: each lie and each accident is seen, on real git and real kustomize."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import git

from executor.gate.verdict import GROUPS

from .work import DEPLOYMENT, FILES, LIGHT, OVERLAY, SETTINGS, TASK, Answer, Work, check, run, start

KEYS = [
    "success",
    "overall_status",
    "task_id",
    "task_type",
    "checks",
    "check_results",
    "failure_analysis",
    "next_action",
]


def failed(answer: Answer, name: str) -> dict[str, Any]:
    assert answer.code == 1, answer.out
    document: dict[str, Any] = answer.json
    assert document["success"] is False and document["overall_status"] == "failed"
    assert check(document, name)["status"] in ("fail", "error")
    assert document["failure_analysis"]["remediation"]
    return document


def test_honest_work_passes(work: Work) -> None:
    before = work.git("status", "--porcelain")
    answer = work.verify()
    assert answer.code == 0, answer.out
    document = answer.json
    assert list(document)[:8] == KEYS
    assert document["status"] == "APPROVED" and document["failure_analysis"] is None
    assert document["checks"]["failed"] == 0 and document["checks"]["total"] == len(document["check_results"])
    for each in document["check_results"]:
        assert set(each) == {"name", "status", "command", "expected", "actual", "evidence"}
    assert work.git("status", "--porcelain") == before, "verification stages and commits nothing of its own accord"
    assert "kustomize" in check(document, "criterion 2: kustomize.build")["command"]


def test_a_value_that_was_only_checked(tmp_path: Path) -> None:
    """It is ticked where it is so, by a task that may change nothing; verification looks again, and sees it changed."""
    task = LIGHT[TASK].partition("- [ ] Set it")[0].replace("infrastructure", "verification")
    boxes = [f"- [ ] {verb} that `data.nginx` in settings.yaml is `{value}`\n"
             for verb, value in [("Verify", "1.25"), ("Check", "1.26")]]  # fmt: skip
    work = start(tmp_path, {**LIGHT, TASK: task + "".join(boxes)})
    answer = run(work, "--json")
    assert [each["status"] for each in answer.json["outcomes"]] == ["passed", "failed"], answer.out
    assert "is 1.25, not 1.26, in settings.yaml:6" in answer.json["outcomes"][1]["reason"]
    assert work.git("status", "--porcelain", SETTINGS) == ""
    assert work.verify().code == 0
    (work.root / SETTINGS).write_text(LIGHT[SETTINGS].replace('"1.25"', '"1.24"'))
    work.git("commit", "--quiet", "--message", "Lower it", SETTINGS)
    assert work.verify().code == 1


def test_by_report_and_by_path(work: Work) -> None:
    for which in ("reports/TASK-001.json", TASK):
        assert work.call("verify", str(work.root / which)).code == 0


@pytest.mark.parametrize("inside", [True, False])
def test_by_a_copy_of_the_report(light: Work, tmp_path: Path, inside: bool) -> None:
    """What is handed over is what is looked at, wherever it lies; the repository is the one that was started in."""
    folder = light.root / "reports" if inside else tmp_path / "elsewhere"
    folder.mkdir(exist_ok=True)
    text = (light.root / "reports" / "TASK-001.json").read_text()
    (folder / "copy.json").write_text(text)
    assert light.call("verify", str(folder / "copy.json")).code == 0
    (folder / "copy.json").write_text(text.replace('"1.26"', '"1.28"'))
    answer = light.call("verify", "--json", str(folder / "copy.json"))
    assert (
        "copy.json: says something else about run"
        in check(failed(answer, "claims: reports"), "claims: reports")["actual"]
    )
    (light.root / "reports" / "TASK-001.json").unlink()
    (folder / "copy.json").write_text(text)
    assert light.call("verify", str(folder / "copy.json")).code == 0, "it is a run's, and the only one that is left"
    (folder / "copy.json").write_text("{}")
    assert light.call("verify", str(folder / "copy.json")).code == 2
    assert light.call("verify", str(folder)).code == 2
    assert light.call("verify", str(folder / "none.json")).code == 2


def test_contract(work: Work, tmp_path: Path) -> None:
    given = {"task_id": "TASK-001", "task_path": TASK, "timeout_seconds": 60, "checks_to_run": ["values", "boxes"]}
    (tmp_path / "call.json").write_text(json.dumps(given))
    answer = work.call("verify", "--json", "--input", str(tmp_path / "call.json"))
    assert answer.code == 0, answer.err
    assert answer.json["checks_run"] == ["boxes", "values"]
    (tmp_path / "call.json").write_text(json.dumps({**given, "task_id": "TASK-002"}))
    assert work.call("verify", "--input", str(tmp_path / "call.json")).code == 2
    for wrong in ({"checks": 1}, {"checks_to_run": []}, {"task_path": "\0"}):
        (tmp_path / "call.json").write_text(json.dumps({**given, **wrong}))
        assert work.call("verify", "--input", str(tmp_path / "call.json")).code == 2
    (tmp_path / "call.json").write_text(json.dumps(given))
    assert work.call("verify", "--input", str(tmp_path / "call.json"), "--checks", "values").code == 2


@pytest.mark.parametrize("arguments", [(TASK, "--after"), ("--after", TASK), ("--after", "HEAD", TASK)])
def test_after_says_cannot(work: Work, arguments: tuple[str, ...]) -> None:
    before = work.read(TASK)
    answer = work.call("verify", "--json", *arguments)
    assert answer.code == 1 and "cannot: no cluster support yet" in answer.err
    document = answer.json
    assert list(document)[:8] == KEYS and document["overall_status"] == "failed"
    assert document["check_results"][0]["status"] == "skip"
    assert document["failure_analysis"]["is_task_issue"] is False
    assert work.read(TASK) == before
    assert work.call("verify", "--after", "TASK-009").code == 2


def test_part_of_the_checks_is_no_certificate(work: Work) -> None:
    answer = work.verify("--checks", "boxes", "--commit")
    assert answer.code == 1
    assert answer.json["success"] is True and answer.json["certificate"] is None
    assert answer.json["status"] == "NEEDS_FURTHER_REVIEW"
    assert work.verify("--checks", "nonsense").code == 2


# Lies


def edited(work: Work, *, stage: bool) -> None:
    work.replace(OVERLAY, '"1.26"', '"1.27"')
    if stage:
        work.git("add", OVERLAY)


@pytest.mark.parametrize(("stage", "name"), [(False, "paths in"), (True, "values in")])
def test_manifest_edited_since(work: Work, stage: bool, name: str) -> None:
    edited(work, stage=stage)
    document = failed(work.verify("--commit"), name)
    assert document["failure_analysis"]["root_cause"] == "edited since"
    assert document["failure_analysis"]["is_task_issue"] is True
    assert document["unticked"] == [1], "it asks for another value than the one that would be committed"
    assert "[ ] Bump it" in work.read(TASK) and "Criterion 1 disproved" in work.document().decode()
    found = check(document, "values in")
    assert f"{OVERLAY}: not what" in found["actual"] and "1.27" in found["actual"] and "1.26" in found["actual"]


def test_edit_beside_a_value_disproves_no_criterion(work: Work) -> None:
    """Nothing is committed, and what the criterion asks for is still there."""
    work.replace(OVERLAY, "resources: [../base]", "resources: [../base] # mine")
    work.git("add", OVERLAY)
    assert failed(work.verify("--commit"), "values in")["unticked"] == []


@pytest.mark.parametrize(("new", "open_now"), [('"1.25"', True), ('"1.27"', True), ('"1.26" # a remark', False)])
def test_what_is_not_there_any_more_is_unticked(work: Work, new: str, open_now: bool) -> None:
    """Only the criterion whose value was changed, and only if it was."""
    work.replace(OVERLAY, '"1.26"', new)
    work.git("add", OVERLAY)
    document = failed(work.verify(), "values in")
    assert (document.get("unticked") or []) == ([1] if open_now else [])
    assert ("- [ ] Bump it" in (work.root / TASK).read_text()) is open_now


def test_smuggled_path(work: Work) -> None:
    """Somebody adds a file to the declared paths of the report."""
    work.replace(DEPLOYMENT, "replicas: 1", "replicas: 9")
    work.git("add", DEPLOYMENT)
    _report(work, lambda report: report["repositories"][0]["declared_paths"].append(DEPLOYMENT))
    document = failed(work.verify(), "values in")
    assert "no passed criterion changes it" in check(document, "values in")["actual"]


def _report(work: Work, change: Callable[[dict[str, Any]], object]) -> None:
    path = work.root / "reports" / "TASK-001.json"
    report = json.loads(path.read_bytes())
    change(report)
    path.write_text(json.dumps(report))


def test_forged_tick(work: Work) -> None:
    work.replace(TASK, "- [ ] Document", "- [x] Document")
    work.git("add", TASK)
    document = failed(work.verify(), "every box has its evidence")
    assert f"{TASK}:21" in check(document, "every box has its evidence")["actual"]
    assert document["status"] == "REJECTED"
    assert "- [x] Document" in work.read(TASK), "what nobody disproved is not unticked"


def test_forged_tick_with_a_forged_report(work: Work) -> None:
    """The report says that the person's criterion passed, by an operation that the sentence does not ask for."""
    work.replace(TASK, "- [ ] Document", "- [x] Document")
    work.git("add", TASK)

    def forge(report: dict[str, Any]) -> None:
        second, third = report["outcomes"][1:]
        third |= {"status": "passed", "reason_code": None, "reason": "", "operations": second["operations"]}

    _report(work, forge)
    document = failed(work.verify(), "criterion 3: what it asks for")
    assert 3 in document["unticked"]


def nested_below(text: str) -> str:
    """The light task, its operation in a criterion below one of that text."""
    head, _, rest = LIGHT[TASK].partition("- [ ] Set it")
    below = f"- [ ] Set it{rest.partition('- [ ] Document')[0]}"
    return f"{head}- [ ] {text}\n\n" + "".join(f"  {line}" for line in below.splitlines(keepends=True))


def test_a_topic_is_done_by_what_is_nested_in_it(tmp_path: Path) -> None:
    work = start(tmp_path, {**LIGHT, TASK: nested_below("Settings")})
    run(work)
    assert work.verify().code == 0 and work.read(TASK).count("[x]") == 2


def test_a_persons_parent_is_not_done_by_its_children(tmp_path: Path) -> None:
    """The run leaves it open; a report that says "passed", without any operation, proves nothing."""
    text = "Documentation and rollout"
    work = start(tmp_path, {**LIGHT, TASK: nested_below(text)})
    run(work)
    assert "- [x] Set it" in work.read(TASK) and f"- [ ] {text}" in work.read(TASK)
    assert work.verify().code == 0
    work.replace(TASK, f"- [ ] {text}", f"- [x] {text}")
    work.git("add", TASK)

    def forge(report: dict[str, Any]) -> None:
        report["outcomes"][0] |= {"status": "passed", "reason_code": None, "reason": "", "operations": []}

    _report(work, forge)
    document = failed(work.verify("--commit"), "criterion 1: what it asks for")
    assert document["unticked"] == [1] and document["status"] == "REJECTED"


def test_report_about_another_operation(work: Work) -> None:
    """The claim is swapped for one that is easier to prove."""

    def forge(report: dict[str, Any]) -> None:
        report["outcomes"][0]["operations"] = report["outcomes"][1]["operations"]

    _report(work, forge)
    document = failed(work.verify(), "criterion 1: what it asks for")
    assert 1 in document["unticked"]


def test_no_report_no_evidence(work: Work) -> None:
    (work.root / "reports" / "TASK-001.json").unlink()
    document = failed(work.verify(), "every box has its evidence")
    assert check(document, "claims: reports")["status"] == "fail"


@pytest.mark.parametrize("content", ["", "{", '{"run_id": "x"}', "[]"])
def test_damaged_report(work: Work, content: str) -> None:
    (work.root / "reports" / "TASK-001.json").write_text(content)
    failed(work.verify(), "claims: reports")


def test_evidence_without_box(work: Work) -> None:
    work.replace(TASK, "- [x] Bump it", "- [ ] Bump it")
    work.git("add", TASK)
    failed(work.verify(), "every evidence has its box")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Written", "Rewritten"),
        ("title: Raise", "title: Lower"),
        ('tag: "1.26"', 'tag: "1.25"'),
        ("# Raise", "#  Raise"),
    ],
)
def test_task_file_edited_since(work: Work, old: str, new: str) -> None:
    work.replace(TASK, old, new)
    work.git("add", TASK)
    document = failed(work.verify(), "task file")
    assert f"{TASK}:" in check(document, "task file")["actual"]


def test_edit_of_the_task_is_taken_up_by_another_run(work: Work) -> None:
    """People go on writing; a run stores the file as it finds it."""
    work.replace(TASK, "Written", "Written, and thought about")
    assert work.verify().code == 1
    run(work)
    work.git("add", TASK)
    answer = work.verify()
    assert answer.code == 0, answer.out


def test_mode_changed(work: Work) -> None:
    (work.root / OVERLAY).chmod(0o755)
    work.git("add", OVERLAY)
    failed(work.verify(), "paths in")


NEW = "## Acceptance Criteria\n\n- [ ] Document it\n"


@pytest.mark.parametrize("beside", [True, False])
def test_folder_that_was_moved_since_the_run(light: Work, tmp_path: Path, beside: bool) -> None:
    """A repository is called after its folder; one of the old name beside it is another one."""
    (tmp_path / "there").mkdir()
    shutil.copytree(light.root, tmp_path / "there" / "moved", symlinks=True)
    moved = Work(tmp_path / "there" / "moved", light.home)
    if beside:
        shutil.copytree(light.root, tmp_path / "there" / light.root.name, symlinks=True)
    before = light.head()
    answer = moved.verify("--commit")
    assert answer.code == 0, answer.err
    assert [each["repository"] for each in answer.json["commit"]] == ["moved"]
    if beside:
        assert Work(tmp_path / "there" / light.root.name, light.home).head() == before


def test_commands_name_the_task_as_it_was_typed(light: Work) -> None:
    light.git("mv", TASK, "tasks/Raise it.md")
    answer = light.call("verify", "tasks/Raise it.md", "--json")
    command = f"executor verify -C {light.root} 'tasks/Raise it.md' --commit"
    assert answer.code == 0 and answer.json["next_action"] == f"Commit it: {command}"
    assert light.call(*shlex.split(command)[1:]).code == 0


def test_new_task_of_which_nothing_is_done(light: Work) -> None:
    light.write("tasks/TASK-002.md", NEW)
    light.call("run", "TASK-002")
    answer = light.call("verify", "TASK-002", "--json", "--commit")
    assert answer.code == 1 and answer.json["status"] == "NEEDS_FURTHER_REVIEW"
    analysis = answer.json["failure_analysis"]
    assert analysis["root_cause"] == "nothing was done" and any(
        each.endswith(" TASK-002") for each in analysis["remediation"]
    )
    assert analysis["is_task_issue"] is False


def test_taken_out_of_the_index(light: Work) -> None:
    light.git("reset", "--quiet")
    light.git("rm", "--quiet", "--cached", TASK)
    analysis = failed(light.verify(), "paths in")["failure_analysis"]
    assert analysis["root_cause"] == "not staged" and f"git add {TASK}" in analysis["remediation"]


def test_task_file_that_git_ignores(light: Work) -> None:
    light.git("rm", "--quiet", "--cached", TASK)
    light.git("reset", "--quiet", SETTINGS)
    light.git("commit", "--quiet", "-m", "Ignore it")
    light.write(".gitignore", "reports/\ntasks/\n")
    light.commit("Ignore it", ".gitignore")
    answer = light.verify("--commit")
    assert answer.code == 1 and "git ignores tasks/TASK-001.md" in answer.out
    assert "git add -f tasks/TASK-001.md" in answer.out


# Secrets that came into sight


def test_secret_that_was_masked_in_the_report(light: Work) -> None:
    """safety.md: masked, and no certificate."""

    def leak(report: dict[str, Any]) -> None:
        report["outcomes"][0]["operations"][0]["evidence"]["said"] = "token is ***"

    _report(light, leak)
    document = failed(light.verify("--commit"), "secrets in the reports")
    assert document["failure_analysis"]["root_cause"] == "a secret was shown to a run"
    assert "outcomes[0].operations[0].evidence.said" in check(document, "secrets in the reports")["actual"]
    assert "Set it" not in light.git("log", "--format=%B", "-1")


def test_stars_that_the_task_says_itself(tmp_path: Path) -> None:
    text = LIGHT[TASK].replace("- [ ] Set it\n", "- [ ] Set it ***now***\n")
    work = start(tmp_path, {**LIGHT, TASK: text})
    run(work)
    assert "***now***" in (work.root / "reports" / "TASK-001.json").read_text()
    assert check(work.verify().json, "secrets in the reports")["status"] == "pass"


SHOWS = """
from executor.gate.case import look
def looks(case):
    yield look("house", "shows", "x", lambda this: this.passed("the token is hunter2-hunter2"))
"""


def test_secret_in_what_verification_finds(light: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "plugin"
    folder.mkdir()
    plugin(folder, SHOWS)
    monkeypatch.syspath_prepend(str(folder))
    answer = light.verify("--commit", env={"HOUSE_TOKEN": "hunter2-hunter2"})
    document = failed(answer, "secrets in what was found")
    assert "hunter2" not in answer.out + light.document().decode() + json.dumps(document)


# What goes missing between run and verification


def test_journals_removed(light: Work) -> None:
    """They are the run's own; what is claimed stands in the reports."""
    import shutil

    shutil.rmtree(light.root / ".executor" / "runs")
    assert light.verify("--commit").code == 0


def test_original_of_the_task_file_collected(tmp_path: Path) -> None:
    """`git gc` takes what nothing refers to; the remedy that is named works."""
    light = start(tmp_path, LIGHT)
    light.replace(TASK, "# Raise", "# Raise and praise")
    run(light)
    light.git("gc", "--quiet", "--prune=now")
    document = failed(light.verify("--commit"), "task file")
    assert document["failure_analysis"]["root_cause"] == "the original is missing"
    run(light)
    light.git("add", TASK)
    assert light.verify("--commit").code == 0


def test_report_of_another_task(light: Work) -> None:
    _report(light, lambda report: report.update(task_id="TASK-002"))
    failed(light.verify(), "claims: reports")


def test_report_of_a_dry_run(light: Work) -> None:
    _report(light, lambda report: report.update(dry_run=True))
    failed(light.verify(), "claims: reports")


def test_old_report_put_beside(light: Work) -> None:
    """An invented earlier run that says that the person's box passed."""
    path = light.root / "reports" / "TASK-001.json"
    report = json.loads(path.read_bytes())
    report["run_id"] = "20200101T000000Z-0000"
    report["outcomes"][1] |= {"status": "passed", "reason": "", "reason_code": None,
                              "operations": report["outcomes"][0]["operations"]}  # fmt: skip
    (path.parent / "TASK-001").mkdir(exist_ok=True)
    (path.parent / "TASK-001" / "20200101T000000Z-0000.json").write_text(json.dumps(report))
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.git("add", TASK)
    assert light.verify("--commit").code == 1
    assert "Set it" not in light.git("log", "--format=%B", "-1")


@pytest.mark.parametrize("name", ["manual", "cluster.observe", "git.commit", "nonsense"])
def test_claim_of_an_operation_that_proves_nothing(light: Work, name: str) -> None:
    """A report that says that a person's work was done by hand, which is not in the log, or by what nobody can look
    at."""
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.git("add", TASK)

    def forge(report: dict[str, Any]) -> None:
        operation = {**report["outcomes"][0]["operations"][0], "operation": name, "arguments": {},
                     "evidence": {"by": "Bob", "note": "trust me"}}  # fmt: skip
        report["outcomes"][1] |= {"status": "passed", "reason": "", "reason_code": None, "operations": [operation]}

    _report(light, forge)
    answer = light.verify("--commit")
    assert answer.code == 1, answer.out


# What a killed verification leaves


def test_folders_of_the_dead_are_removed(light: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of a process that was killed goes; one that somebody holds stays, and so does what is not ours."""
    import fcntl
    import tempfile

    place = tmp_path / "tmp"
    for name in ("executor-verify-dead/tree", "executor-verify-alive", "other"):
        (place / name).mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    descriptor = os.open(place / "executor-verify-alive", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        assert light.verify().code == 0
    finally:
        os.close(descriptor)
    assert sorted(each.name for each in place.iterdir()) == ["executor-verify-alive", "other"]
    assert tempfile.tempdir == str(place)


# Where the repository stands


def test_branch_moved_beside_us_is_no_harm(work: Work) -> None:
    """Somebody commits something else; what is verified is our change on top of it."""
    work.write("notes.txt", "two\n")
    work.commit("Notes", "notes.txt")
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out


def test_branch_moved_under_us(tmp_path: Path) -> None:
    work = start(tmp_path)
    run(work)
    mine = work.read(OVERLAY)
    work.git("stash", "--quiet")
    work.replace(OVERLAY, "resources: [../base]", "resources: [../base] # theirs")
    work.commit("Theirs", OVERLAY)
    work.git("checkout", "--quiet", "stash@{0}", "--", TASK)
    work.write(OVERLAY, mine)
    work.git("add", OVERLAY)
    document = failed(work.verify(), "base of")
    assert document["failure_analysis"]["root_cause"] == "branch moved"
    assert check(document, "values in")["status"] == "fail", "their edit would be taken back"


def test_branch_rewritten_beside_us_is_no_harm(work: Work) -> None:
    work.git("commit", "--quiet", "--amend", "--message=Other", "--only", "--allow-empty")
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out


def test_base_that_nobody_knows(work: Work) -> None:
    _report(work, lambda report: report["repositories"][0].update(base_commit="1" * 40))
    _report(work, lambda report: report["repository"].update(base_commit="1" * 40))
    document = failed(work.verify(), "base of")
    assert document["failure_analysis"]["is_task_issue"] is False


def test_wrong_branch_and_merge(work: Work) -> None:
    work.git("switch", "--quiet", "--create", "elsewhere")
    failed(work.verify(), "branch of")


def test_locked(work: Work) -> None:
    import fcntl

    with (work.root / ".git" / "executor.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert work.verify().code == 75


# What would be committed


def test_build_broken_by_a_later_commit_unticks(work: Work) -> None:
    """The run's build passed; on the branch as it is now it does not. What is disproved is taken back and logged."""
    work.replace(DEPLOYMENT, "kind: Deployment", "kind: [Deployment")
    work.commit("Break it", DEPLOYMENT)
    document = failed(work.verify("--commit"), "criterion 2: kustomize.build")
    assert 2 in document["unticked"]
    assert document["failure_analysis"]["root_cause"].startswith("build broken")
    text = work.read(TASK)
    assert "- [ ] `kustomize build apps/prod`" in text
    assert "Verification failed: criterion" in text
    assert TASK in work.git("diff", "--cached", "--name-only")
    assert work.git("diff", "--name-only") == "", "staged so"
    work.replace(DEPLOYMENT, "kind: [Deployment", "kind: Deployment")
    work.commit("Mend it", DEPLOYMENT)
    run(work)
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + work.read(TASK)


SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n{body}"
SECRET_TASK = """\
---
id: TASK-001
title: Change a secret
labels: [infrastructure]
---
## Acceptance Criteria

- [ ] Set it

  ```operation
  uses: manifest.set
  file: secret.yaml
  path: metadata.name
  value: database
  ```
"""


@pytest.mark.parametrize(
    ("body", "good"),
    [
        ("data:\n  password: aHVudGVyMg==\n", False),
        ("stringData:\n  password: hunter2\n", False),
        ("type: Opaque\n", True),
        ("stringData:\n  password: ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\nsops:\n  version: 3.9.0\n", True),
        ("stringData:\n  password: hunter2\nsops:\n  version: 3.9.0\n", False),
    ],
)
def test_secrets(tmp_path: Path, body: str, good: bool) -> None:
    work = start(tmp_path, {"secret.yaml": SECRET.format(body=body), TASK: SECRET_TASK})
    run(work)
    if "[x]" not in work.read(TASK):
        return  # the run itself refused it, which is as good
    answer = work.verify()
    assert check(answer.json, "secrets in")["status"] == ("pass" if good else "fail"), answer.out
    assert answer.code == (0 if good else 1)


def test_image_that_no_file_names_is_a_warning(tmp_path: Path) -> None:
    """The change was another one; that its image is filled in elsewhere is nobody's fault, and is said."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: 'web:${TAG}'}]\n"
    work = start(tmp_path, {**LIGHT, SETTINGS: f"{LIGHT[SETTINGS]}---\n{pod}"})
    run(work)
    answer = work.verify()
    found = check(answer.json, "security.check of")
    assert answer.code == 0 and found["status"] == "warn" and "web:${TAG} is filled in elsewhere" in found["actual"]


# Time, retries, plug-ins


def plugin(folder: Path, body: str) -> dict[str, str]:
    """A package that offers a verifier, as an installed one does."""
    name = f"verifier_{abs(hash(str(folder)))}"
    (folder / f"{name}.py").write_text(body)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[executor.verifiers]\nmine = {name}:looks\n")
    return {"PYTHONPATH": str(folder)}


def with_plugin(work: Work, folder: Path, body: str, *arguments: str) -> Answer:
    folder.mkdir()
    plugin(folder, body)
    sys.path.insert(0, str(folder))
    try:
        return work.verify(*arguments)
    finally:
        sys.path.remove(str(folder))


NO = """
from executor.gate.case import look
def looks(case):
    yield look("house", "house rule", "no 1.26", lambda this: this.failed(
        "1.26 is used", cause="house rule", remedy="use 1.24"), [1])
"""


def test_pluggable_verifier(work: Work, tmp_path: Path) -> None:
    document = failed(with_plugin(work, tmp_path / "plugin", NO, "--commit"), "house rule")
    assert document["unticked"] == [1]


LOOK = """\

import sys
from executor.gate.case import look
from executor.gate.verdict import CheckStatus, Found
def looks(case):
    yield look("house", "house rule", "x", lambda this: {})
"""
BROKEN = [
    "def looks(case):\n    raise RuntimeError('oh')\n    yield\n",
    "import sys\ndef looks(case):\n    sys.exit(0)\n",
    "def looks(case):\n    return None\n",
    "def looks(case):\n    return [1]\n",
    "looks = 7\n",
    "import nothing_of_that_name\n",
    "raise SystemExit(0)\n",
    "def other(case):\n    return []\n",
    *(LOOK.replace('{}', each) for each in (
        "1 / 0", "sys.exit(0)", "sys.exit('well')", "None", "True", "'pass'", "this.found('pass', 'fine')",
        "this.passed(7)", "this.passed('x', evidence=[1])", "this.passed('x', evidence={(1, 2): 3})",
        "this.passed('x', criteria=['1'])", "this.passed()",
        "Found('house', 'x', CheckStatus.PASS, 'x', None)",
    )),
]  # fmt: skip


@pytest.mark.parametrize("body", BROKEN)
def test_broken_verifier_never_approves(light: Work, tmp_path: Path, body: str) -> None:
    answer = with_plugin(light, tmp_path / "plugin", body, "--commit")
    assert answer.code == 1, answer.err
    assert answer.json["status"] == "NEEDS_FURTHER_REVIEW" and answer.json["unticked"] == []
    (wrong,) = [each for each in answer.json["check_results"] if (each["status"] != "pass" and "Error" in str(each))
                or "Exit" in str(each)]  # fmt: skip
    assert wrong["status"] == "error" and wrong["evidence"]["traceback"]
    assert light.git("log", "--format=%s", "-1").strip() == "Trust alice"


@pytest.mark.parametrize("criterion", [0, 3, -1, 99])
def test_verifier_about_a_criterion_that_is_none(light: Work, tmp_path: Path, criterion: int) -> None:
    answer = with_plugin(light, tmp_path / "plugin", NO.replace("[1]", f"[{criterion}]"), "--commit")
    assert answer.code == 1 and answer.json["unticked"] == [], answer.err


def test_verifier_can_be_chosen_by_its_name(light: Work, tmp_path: Path) -> None:
    answer = with_plugin(light, tmp_path / "plugin", NO, "--checks", "mine")
    assert answer.code == 1 and [each["name"] for each in answer.json["check_results"]] == ["house rule"]
    assert answer.json["checks_run"] == ["mine"]


def test_verifier_chosen_by_its_name_may_speak_of_values(light: Work, tmp_path: Path) -> None:
    answer = with_plugin(light, tmp_path / "plugin", NO.replace('"house"', '"values"'), "--checks", "mine")
    assert answer.code == 1 and answer.json["unticked"] == [1]


KEEPS = """
import time
from executor.gate.case import look
def stay(this):
    try:
        time.sleep(60)
    except BaseException:
        return this.passed("that was nothing")
def looks(case):
    yield look("house", "slow", "x", stay)
"""


def test_verifier_that_keeps_the_bell_to_itself(light: Work, tmp_path: Path) -> None:
    answer = with_plugin(light, tmp_path / "plugin", KEEPS, "--timeout", "4", "--commit")
    assert answer.code == 1 and answer.json["failure_analysis"]["root_cause"] == "verification timed out"


@pytest.mark.parametrize("seconds", ["0.001", "0.02", "0.05"])
def test_no_time_at_all(light: Work, seconds: str) -> None:
    before = light.read(TASK)
    answer = light.verify("--timeout", seconds, "--commit")
    assert answer.code == 1 and answer.json["status"] == "NEEDS_FURTHER_REVIEW", answer.err
    assert light.read(TASK) == before


def test_others_are_chosen_without_it(light: Work, tmp_path: Path) -> None:
    assert with_plugin(light, tmp_path / "plugin", NO, "--checks", "boxes").code == 0


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e300", "x"])
def test_timeout_that_is_none(light: Work, seconds: str) -> None:
    answer = light.verify(f"--timeout={seconds}")
    assert answer.code == 2 and "defect" not in answer.err


@pytest.mark.parametrize("line", ["timeout_seconds = inf", "timeout_seconds = 0.0", "retry_pause_seconds = -1.0"])
def test_configured_timeout_that_is_none(light: Work, line: str) -> None:
    light.write("executor.toml", f"[verification]\n{line}\n")
    answer = light.verify()
    assert answer.code == 2 and "executor.toml:2" in answer.err


SLOW = """
import time
from executor.gate.case import look
def looks(case):
    yield look("house", "slow", "x", lambda this: time.sleep(60))
"""


def test_total_timeout(work: Work, tmp_path: Path) -> None:
    started = time.monotonic()
    answer = with_plugin(work, tmp_path / "plugin", SLOW, "--timeout", "2", "--commit")
    assert time.monotonic() - started < 30
    assert answer.code == 1 and answer.json["success"] is False
    assert answer.json["status"] == "NEEDS_FURTHER_REVIEW"
    assert work.git("log", "--format=%s", "-1").strip() == "Trust alice"


TRANSIENT = """
from executor.gate.case import look
from executor.errors import Errored
from executor.reasons import ReasonCode
seen = []
def ask(this):
    seen.append(1)
    if len(seen) == 1:
        raise Errored(ReasonCode.UNREACHABLE, "not now", retryable=True)
    return this.passed("there it is")
def looks(case):
    yield look("house", "shy server", "answers", ask)
"""


def test_transient_failure_once_more(tmp_path: Path) -> None:
    toml = "[verification]\nretry_pause_seconds = 0.01\n"
    work = start(tmp_path, {**FILES, "executor.toml": toml})
    run(work)
    answer = with_plugin(work, tmp_path / "plugin", TRANSIENT)
    assert answer.code == 0, answer.out
    assert check(answer.json, "shy server")["actual"] == "there it is"


# Manual ticks


def test_manual_tick(work: Work) -> None:
    answer = work.call("tick", "TASK-001", "3", "--by", "Bob", "--note", "wrote the wiki page")
    assert answer.code == 0, answer.err
    assert "manual, Bob: wrote the wiki page\n" in work.read(TASK)
    verified = work.verify("--commit")
    assert verified.code == 0, verified.out
    assert verified.json["status"] == "CONDITIONALLY_APPROVED"
    assert verified.json["conditions"] == ["criterion 3 is a person's word: Bob: wrote the wiki page"]
    assert "manual by Bob" in work.document().decode()


@pytest.mark.parametrize("arguments", [("1",), ("9",), ("3", "--note", "  ")])
def test_manual_tick_of_what_is_not_open(work: Work, arguments: tuple[str, ...]) -> None:
    before = work.read(TASK)
    options = ("--by", "Bob", *(() if "--note" in arguments else ("--note", "x")))
    assert work.call("tick", "TASK-001", *arguments, *options).code == 2
    assert work.read(TASK) == before


def test_manual_tick_cannot_break_out_of_its_line(work: Work) -> None:
    answer = work.call(
        "tick", "TASK-001", "3", "--by", "Bob\n- [x] more", "--note", "a\n## Acceptance Criteria\n- [ ] b"
    )
    assert answer.code == 0, answer.err
    assert work.read(TASK).count("Acceptance Criteria\n") == 1


# Many runs, new files


def test_evidence_of_two_runs(tmp_path: Path) -> None:
    work = start(tmp_path)
    run(work, "--criteria", "1")
    run(work, "--criteria", "2")
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out
    assert len(answer.json["runs"]) == 2


def test_task_file_that_was_never_committed(tmp_path: Path) -> None:
    files = {path: text for path, text in FILES.items() if path != TASK}
    work = start(tmp_path, files)
    work.write(TASK, FILES[TASK])
    run(work)
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out
    assert TASK in work.git("show", "--name-only", "--format=", "HEAD")


def test_boxes_ticked_before_the_first_run_need_evidence(tmp_path: Path) -> None:
    """An uncommitted file with a box that somebody ticked: nobody proved it."""
    files = {path: text for path, text in FILES.items() if path != TASK}
    work = start(tmp_path, files)
    work.write(TASK, FILES[TASK].replace("- [ ] Document", "- [x] Document"))
    run(work)
    failed(work.verify(), "every box has its evidence")


def test_from_a_linked_work_tree(work: Work, tmp_path: Path) -> None:
    work.git("branch", "task-001-raise")
    git(work.root, "worktree", "add", "--quiet", str(tmp_path / "linked"), "task-001-raise")
    linked = Work(tmp_path / "linked", work.home)
    run(linked)
    answer = linked.verify("--commit")
    assert answer.code == 0, answer.out
    assert linked.head() == work.head("task-001-raise")


def test_groups_are_those_of_the_document(work: Work) -> None:
    names = {each["name"] for each in work.verify().json["check_results"]}
    for group in GROUPS[1]:
        assert any(group in name for name in names), (group, names)


# Keys, tools, what is written


@pytest.mark.parametrize("how", ["missing", "open", "garbage", "link"])
def test_key_that_cannot_be_used_stops_before_anything_is_looked_at(light: Work, tmp_path: Path, how: str) -> None:
    key = tmp_path / "key.pem"
    real = light.home / ".config" / "executor" / "keys" / "alice.pem"
    if how == "link":
        key.symlink_to(real)
    elif how != "missing":
        key.write_text("no key" if how == "garbage" else real.read_text())
        key.chmod(0o644 if how == "open" else 0o600)
    light.replace(SETTINGS, "1.26", "1.27")
    light.git("add", SETTINGS)
    before = light.read(TASK)
    answer = light.call("verify", "TASK-001", "--key", str(key), "--commit")
    assert answer.code == 2 and "key" in answer.err and answer.out == ""
    assert light.read(TASK) == before and not (light.root / "reports" / "certificates").exists()
    assert light.verify("--checks", "values").json["unticked"] == [1]


def test_tools_are_looked_at_and_not_remembered(work: Work) -> None:
    """A run writes down what it found; anybody may write there."""
    memory = work.root / ".git" / "executor" / "tools.json"
    known = json.loads(memory.read_bytes())
    memory.write_text(json.dumps({key: ["v9.9.9", "0" * 64] for key in known}))
    assert work.verify().code == 0
    text = work.document().decode()
    assert "v9.9.9" not in text and "0" * 64 not in text
    for path, (_, digest) in ((key.split()[0], value) for key, value in known.items()):
        import hashlib

        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == digest and digest in text


def test_output_is_digested_whole(work: Work) -> None:
    """As a person digests it: `kubectl kustomize apps/prod | sha256sum`."""
    import hashlib
    import re
    import shlex
    import subprocess

    assert work.verify().code == 0
    text = work.document().decode()
    command, digest = re.findall(r"Criterion 2: `([^`]+)`: exit code 0, output sha256 ([0-9a-f]{64})", text)[0]
    assert "/tmp" not in command.replace(str(work.root), "")
    output = subprocess.run(shlex.split(command), cwd=work.root, capture_output=True, check=True).stdout
    assert hashlib.sha256(output).hexdigest() == digest


def test_two_verifications_in_a_second_keep_both_certificates(light: Work) -> None:
    for count in range(1, 4):
        assert light.verify().code == 0
        assert len(list((light.root / "reports" / "certificates").glob("*.md"))) == count
    assert light.verify("--commit").code == 0
    assert light.call("certificate", "check", "HEAD").code == 0


def test_every_check_names_its_evidence(work: Work) -> None:
    found = work.verify().json["check_results"]
    assert [each["name"] for each in found if not each["evidence"] and not each["actual"].startswith("no ")] == []


def test_long_lines_are_shown_where_they_differ(light: Work) -> None:
    light.write(TASK, light.read(TASK).replace("# Raise nginx", "# Raise nginx " + "x" * 300))
    run(light, "--criteria", "2")
    light.git("add", TASK)
    light.replace(TASK, "xxx\n", "xxy\n")
    light.git("add", TASK)
    actual = check(light.verify().json, "task file")["actual"]
    new, old = actual.split(" instead of ")
    assert new.endswith("xy'") and old.endswith("xx'")


def test_what_to_do_when_only_the_time_was_short(light: Work, tmp_path: Path) -> None:
    """Nothing has to be run again where nothing was disproved."""
    answer = with_plugin(light, tmp_path / "plugin", SLOW, "--timeout", "3")
    assert answer.code == 1 and answer.json["next_action"].endswith(f"then: executor verify -C {light.root} TASK-001")
    assert "executor run" not in answer.json["next_action"]


def test_build_that_two_criteria_stand_on_is_evidence_of_both(tmp_path: Path) -> None:
    text = FILES[TASK].replace(
        "- [ ] Document the release\n",
        """\
- [ ] It renders

  ```operation
  uses: kustomize.build
  paths: [apps/prod]
  ```
""",
    )
    work = start(tmp_path, {**FILES, TASK: text})
    run(work)
    assert work.verify().code == 0
    found = work.document().decode()
    assert "- Criterion 2: `" in found and "- Criterion 3: `" in found


# What is committed already


def test_clone_of_another_name_looks_at_itself(light: Work) -> None:
    assert light.verify("--commit").code == 0
    clone = Work(light.root.parent / "clone", light.home)
    git(light.root, "clone", "--quiet", ".", str(clone.root))
    clone.git("fetch", "--quiet", "origin", "refs/notes/executor:refs/notes/executor")
    assert clone.verify("--commit").code == 0
    clone.replace(SETTINGS, "1.26", "6.6.6")
    clone.commit("Later")
    answer = clone.verify("--commit")
    assert answer.code == 1 and answer.json["failure_analysis"]["root_cause"] == "edited since it was certified"


@pytest.mark.parametrize("how", ["amended", "left out", "later", "staged", "deleted"])
def test_what_was_certified_is_not_there_any_more(light: Work, how: str) -> None:
    """The task file is as it was certified, and its commit has a certificate: what else that names is looked at too."""
    base = light.head()
    assert light.verify("--commit").code == 0
    made = light.head()
    assert light.verify("--commit").json["next_action"].startswith(("Nothing", "Push"))
    if how == "left out":
        light.git("reset", "--quiet", "--hard", base)
        light.git("checkout", "--quiet", made, "--", TASK)
        light.git("commit", "--quiet", "--message", light.git("log", "-1", "--format=%B", made))
    elif how == "deleted":
        (light.root / SETTINGS).unlink()
    else:
        light.replace(SETTINGS, '"1.26"', '"6.6.6"')
        light.git("add", SETTINGS)
        if how != "staged":
            light.git("commit", "--quiet", "--no-edit", *(["--amend"] if how == "amended" else ["--message", "later"]))
    head = light.head()
    document = failed(light.verify("--commit"), "claims: certificate")
    assert SETTINGS in check(document, "claims: certificate")["actual"] and TASK in light.git("ls-files")
    assert document["commit"] == [] and light.head() == head


# What is committed is what was looked at


def test_a_filter_that_changes_the_task_file_is_refused(light: Work) -> None:
    light.git("config", "filter.own.clean", r"sed 's/- \[ \] Document/- [x] Document/'")
    light.write(".git/info/attributes", "tasks/*.md filter=own\n")
    light.git("add", "--renormalize", TASK)
    head = light.head()
    answer = light.verify("--commit")
    assert answer.code == 2 and "a filter changes it" in answer.err and light.head() == head


def test_line_ends_of_the_work_tree_are_no_filter(light: Work) -> None:
    light.git("checkout", "--quiet", "--", TASK)
    light.git("restore", "--source=HEAD", "--staged", "--worktree", TASK, SETTINGS)
    light.git("config", "core.autocrlf", "true")
    (light.root / TASK).write_bytes((light.root / TASK).read_bytes().replace(b"\n", b"\r\n"))
    run(light)
    assert b"\r\n" in (light.root / TASK).read_bytes()
    answer = light.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    assert "\r" not in light.git("cat-file", "blob", f"HEAD:{TASK}")


@pytest.mark.parametrize("what", ["log line", "original"])
def test_a_report_that_was_changed_with_the_task_file(light: Work, what: str) -> None:
    """The two agree with each other, and not with what the run wrote."""
    report = json.loads((light.root / "reports" / "TASK-001.json").read_bytes())
    if what == "log line":
        entry = report["progress_log_entry"]
        lie = f"{entry[:18]}Everything was deployed and approved"
        light.replace(TASK, entry, lie)
        _report(light, lambda each: each.update(progress_log_entry=lie))
    else:
        old, new = "- [ ] Document the release", "- [ ] Nothing more to do"
        light.write("other.md", light.git("show", f"HEAD:{TASK}").replace(old, new))
        blob = light.git("hash-object", "-w", "other.md").strip()
        (light.root / "other.md").unlink()
        light.replace(TASK, old, new)
        _report(light, lambda each: each.update(task_blob=blob))
    light.git("add", TASK)
    document = failed(light.verify("--commit"), "task-file")
    assert "not what run" in check(document, "task-file")["actual"]
