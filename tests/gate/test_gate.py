"""The gate, on a real bare repository with the real hook and real pushes: what is refused there never got in."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import unquote

from support import git

from .pushes import accepted, commit_it, gate, mallory, push, refused, serve
from .work import LIGHT, SETTINGS, TASK, Work, run, start

# Honest work


def test_honest_push(light: Work, server: Path) -> None:
    commit_it(light)
    accepted(light, server)


def test_notes_that_came_before(light: Work, server: Path) -> None:
    commit_it(light)
    assert push(light, "refs/notes/executor").returncode == 0
    accepted(light, server, "main")


def test_work_of_people_passes(light: Work, server: Path) -> None:
    """Other files, a new task, a reworded open criterion, an unprotected manifest."""
    light.git("reset", "--quiet", "--hard")
    light.write("notes.txt", "two\n")
    light.write("tasks/TASK-002.md", "## Acceptance Criteria\n\n- [ ] Do it\n")
    light.replace(TASK, "- [ ] Document the release", "- [ ] Document the release well")
    light.replace(SETTINGS, "1.25", "1.24")
    light.commit("By hand")
    accepted(light, server, "main")


def test_squash(tmp_path: Path) -> None:
    """Two commits of two runs become one, with something of a person's beside: path by path it leads to the same."""
    work = start(tmp_path, {**LIGHT, "executor.toml": '[gate]\nmanual_ticks = "allow"\n'})
    server = serve(work, tmp_path)
    run(work)
    commit_it(work)
    assert work.call("tick", "TASK-001", "2", "--by", "Bob", "--note", "wiki").code == 0
    commit_it(work)
    assert len(work.git("log", "--format=%H", "origin/main..").split()) == 2
    work.write("notes.txt", "beside\n")
    work.git("add", "notes.txt")
    work.git("reset", "--quiet", "--soft", "origin/main")
    work.git("commit", "--quiet", "-m", "Squashed")
    accepted(work, server)


def test_rebase(light: Work, server: Path) -> None:
    """The branch went on elsewhere: other commit ids, the same change."""
    commit_it(light)
    other = git(server, "commit-tree", "-m", "theirs", "-p", "main", "main^{tree}").strip()
    git(server, "update-ref", "refs/heads/main", other)
    light.git("fetch", "--quiet", "origin")
    light.git("rebase", "--quiet", "origin/main")
    checked = light.call("certificate", "check", "HEAD")
    assert checked.code == 0, "by the digest that its trailer names: " + checked.out + checked.err
    assert light.verify("--commit").json["commit"][0]["commit"] == light.head(), "a second call finds it"
    accepted(light, server)


def test_rebase_over_words(light: Work, server: Path) -> None:
    """Somebody reworded the task on main: the certified task file is on no machine but the contributor's."""
    commit_it(light)
    light.git("switch", "--quiet", "--create", "theirs", "origin/main")
    light.replace(TASK, "title: Raise nginx", "title: Raise nginx soon")
    light.commit("Reword", TASK)
    accepted(light, server, "HEAD:main")
    light.git("switch", "--quiet", "main")
    light.git("rebase", "--quiet", "theirs")
    accepted(light, server)


def test_merge(light: Work, server: Path) -> None:
    light.git("branch", "task-001")
    light.git("switch", "--quiet", "task-001")
    commit_it(light)
    light.git("switch", "--quiet", "main")
    light.write("notes.txt", "main went on\n")
    light.commit("Notes", "notes.txt")
    light.git("merge", "--quiet", "--no-ff", "-m", "Merge", "task-001")
    accepted(light, server)


def test_archived_task(light: Work, server: Path) -> None:
    """Moving a file with ticked boxes ticks nothing."""
    commit_it(light)
    light.git("mv", TASK, "tasks/TASK-001-done.md")
    light.commit("Archive")
    accepted(light, server)


# What is refused


def test_forged_tick(light: Work, server: Path) -> None:
    light.git("reset", "--quiet", "--hard")
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.commit("Done")
    refused(light, server, "forged-tick", f"{TASK}:20", refs=("main",))


def test_forged_tick_in_a_new_file(light: Work, server: Path) -> None:
    light.git("reset", "--quiet", "--hard")
    light.write("tasks/TASK-007.md", "## Acceptance Criteria\n\n- [x] Rotate the certificates\n")
    light.commit("Rotated")
    refused(light, server, "forged-tick", "tasks/TASK-007.md:3", refs=("main",))


def test_forged_tick_beside_honest_work(light: Work, server: Path) -> None:
    commit_it(light)
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    light.git("notes", "--ref=executor", "copy", "HEAD@{1}", "HEAD")
    refused(light, server, "forged-tick", f"{TASK}:20")
    found = light.call("gate", "--base", "origin/main", "--json").json["findings"]
    assert [(each["line"], "no certificate proves it" in each["message"]) for each in found] == [(20, True)]


def test_ticked_criterion_gets_another_meaning(light: Work, server: Path) -> None:
    """The box was proved for 1.26; its text or its block now says something else."""
    commit_it(light)
    accepted(light, server)
    light.replace(TASK, 'value: "1.26"', 'value: "9.9"')
    light.commit("Reword")
    refused(light, server, "forged-tick", refs=("main",))


def test_manifest_edited_after_verification(light: Work, server: Path) -> None:
    commit_it(light)
    light.replace(SETTINGS, "1.26", "1.27")
    light.commit("Quick fix")
    refused(light, server, "uncertified-change", SETTINGS)


def test_manifest_edited_in_the_certified_commit(light: Work, server: Path) -> None:
    commit_it(light)
    light.replace(SETTINGS, "1.26", "1.27")
    light.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    light.git("notes", "--ref=executor", "copy", "HEAD@{1}", "HEAD")
    refused(light, server, "about other content", SETTINGS)


def test_manifest_left_out_of_a_squash(light: Work, server: Path) -> None:
    """The tick without the change that it stands for."""
    commit_it(light)
    light.git("reset", "--quiet", "--soft", "origin/main")
    light.git("reset", "--quiet", SETTINGS)
    light.git("commit", "--quiet", "-m", "Only the tick")
    refused(light, server, "forged-tick")


def test_foreign_key(light: Work, server: Path, tmp_path: Path) -> None:
    """Mallory's own repository trusts mallory; the server's base does not."""
    mallory(light, tmp_path)
    commit_it(light)
    refused(light, server, "not trusted")


def test_key_added_by_the_proposal(light: Work, server: Path, tmp_path: Path) -> None:
    mallory(light, tmp_path)
    commit_it(light)
    refused(light, server, "policy-change", "not trusted")
    light.git("switch", "--quiet", "--detach", "HEAD~1")
    light.git("branch", "--quiet", "--force", "main", "HEAD")
    light.git("switch", "--quiet", "main")
    refused(light, server, "policy-change", refs=("main",))


def test_policy_weakened_by_the_proposal(light: Work, server: Path) -> None:
    light.git("reset", "--quiet", "--hard")
    light.write("executor.toml", '[gate]\nmanual_ticks = "allow"\n')
    light.commit("Allow")
    refused(light, server, "policy-change", "executor.toml", refs=("main",))


def test_tasks_moved_out_of_sight(light: Work, server: Path) -> None:
    light.git("reset", "--quiet", "--hard")
    light.write("executor.toml", 'task_folders = ["elsewhere"]\n')
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.commit("Configure")
    refused(light, server, "policy-change", "forged-tick", refs=("main",))


def test_replayed_certificate(light: Work, server: Path) -> None:
    """The change is certified and merged, taken back, and made again with the old certificate."""
    first = commit_it(light)
    accepted(light, server)
    light.git("revert", "--no-edit", "HEAD")
    accepted(light, server, "main")
    light.git("checkout", "--quiet", first, "--", TASK, SETTINGS)
    light.git("commit", "--quiet", "-m", "Again")
    light.git("notes", "--ref=executor", "copy", first, "HEAD")
    refused(light, server, "used before")


def test_replayed_after_an_edited_squash(light: Work, server: Path) -> None:
    """Neither the message nor the task file on main tells which certificate was used there."""
    first = commit_it(light)
    light.git("reset", "--quiet", "--soft", "HEAD~1")
    light.replace(TASK, "title: Raise nginx", "title: Raise nginx soon")
    light.git("commit", "--quiet", "--all", "-m", "Squashed")
    accepted(light, server)
    light.git("revert", "--no-edit", "HEAD")
    accepted(light, server, "main")
    light.git("cherry-pick", "--strategy-option=theirs", first)
    light.git("commit", "--quiet", "--amend", "-m", "Again")
    refused(light, server, "used-certificate")


def test_certificate_of_another_commit(light: Work, server: Path) -> None:
    first = commit_it(light)
    accepted(light, server)
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.commit("Documented")
    light.git("notes", "--ref=executor", "copy", first, "HEAD")
    refused(light, server, "forged-tick")


def test_tampered_note(light: Work, server: Path) -> None:
    commit_it(light)
    note = light.git("notes", "--ref=executor", "show", "HEAD").replace("APPROVED", "APPROVEd", 1)
    (light.home / "note").write_text(note)
    light.git("notes", "--ref=executor", "add", "--force", f"--file={light.home / 'note'}", "HEAD")
    refused(light, server, "its text is not what its signed statement says")


def test_without_its_notes(light: Work, server: Path) -> None:
    commit_it(light)
    refused(light, server, "missing-certificate", "git push origin refs/notes/executor", refs=("main",))


def test_manual_tick_that_the_policy_does_not_allow(light: Work, server: Path) -> None:
    assert light.call("tick", "TASK-001", "2", "--by", "Bob", "--note", "wiki").code == 0
    commit_it(light)
    refused(light, server, "manual-tick", "ticked by hand, which the policy does not allow")


def test_evil_merge(light: Work, server: Path) -> None:
    """Changed in the merge itself, in neither of its parents."""
    light.git("reset", "--quiet", "--hard")
    light.git("switch", "--quiet", "--create", "side")
    light.write("notes.txt", "side\n")
    light.commit("Side")
    light.git("switch", "--quiet", "main")
    light.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.git("add", TASK)
    light.git("commit", "--quiet", "-m", "Merge")
    refused(light, server, "forged-tick", refs=("main",))


def test_forged_and_taken_back_in_one_push(light: Work, server: Path) -> None:
    light.git("reset", "--quiet", "--hard")
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.commit("Done")
    light.git("revert", "--no-edit", "HEAD")
    refused(light, server, "forged-tick", refs=("main",))


def test_unreadable_task_file(light: Work, server: Path) -> None:
    light.git("reset", "--quiet", "--hard")
    (light.root / TASK).write_bytes((light.root / TASK).read_bytes().replace(b"- [ ] Doc", b"- [x] \xff Doc"))
    light.commit("Latin")
    refused(light, server, "unreadable", refs=("main",))


def test_readme_in_a_task_folder(light: Work, server: Path) -> None:
    """It has boxes and no criteria."""
    light.git("reset", "--quiet", "--hard")
    light.write("tasks/README.md", "# How to write tasks\n\n- [x] like this\n")
    light.commit("Explain")
    accepted(light, server, "main")


def test_criteria_hidden_while_they_are_ticked(light: Work, server: Path) -> None:
    """The heading goes, the box is ticked, the heading comes back."""
    light.git("reset", "--quiet", "--hard")
    light.replace(TASK, "## Acceptance Criteria", "## Something")
    light.commit("Hide")
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.commit("Tick")
    light.replace(TASK, "## Something", "## Acceptance Criteria")
    light.commit("Show")
    refused(light, server, "forged-tick", refs=("main",))


def test_link_in_place_of_a_task_file(light: Work, server: Path) -> None:
    light.git("reset", "--quiet", "--hard")
    light.write("elsewhere.md", light.read(TASK).replace("- [ ] Document", "- [x] Document"))
    (light.root / TASK).unlink()
    (light.root / TASK).symlink_to("../elsewhere.md")
    light.commit("Link")
    refused(light, server, "unreadable", refs=("main",))


def test_protected_path(tmp_path: Path) -> None:
    work = start(tmp_path, {**LIGHT, "executor.toml": '[gate]\nprotected = ["*.yaml"]\n'})
    server = serve(work, tmp_path)
    work.replace(SETTINGS, "1.25", "1.24")
    work.commit("By hand")
    refused(work, server, "uncertified-change", refs=("main",))
    work.git("reset", "--quiet", "--hard", "origin/main")
    run(work)
    commit_it(work)
    accepted(work, server)


def test_force_and_delete(light: Work, server: Path) -> None:
    light.git("reset", "--quiet", "--hard", "HEAD~1")
    light.git("commit", "--quiet", "--allow-empty", "-m", "Other history")
    refused(light, server, "fast-forward only", refs=("+main",))
    refused(light, server, "not deleted", refs=(":main",))


def test_rewound_by_a_replaced_object(light: Work, server: Path) -> None:
    """Anybody may push refs/replace/*: the old tip would seem to come behind the commit that took it back."""
    done = commit_it(light)
    accepted(light, server)
    light.git("revert", "--no-edit", done)
    accepted(light, server)
    tree = light.git("rev-parse", f"{done}^{{tree}}").strip()
    later = light.git("commit-tree", tree, "-p", "HEAD", "-m", "Later").strip()
    assert push(light, f"{later}:refs/replace/{done}").returncode == 0
    refused(light, server, "fast-forward only", refs=(f"+{done}:refs/heads/main",))


def test_another_first_branch(light: Work, server: Path) -> None:
    """The server's HEAD names a branch that is not there; another gated one is."""
    git(server, "symbolic-ref", "HEAD", "refs/heads/master")
    light.git("reset", "--quiet", "--hard")
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.commit("Done")
    refused(light, server, "forged-tick", refs=("main:refs/heads/master",))


# Forms


def test_outputs(light: Work, server: Path, tmp_path: Path) -> None:
    light.git("reset", "--quiet", "--hard")
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    forged = light.commit("Done")
    junit, sarif = tmp_path / "out" / "gate.xml", tmp_path / "out" / "gate.sarif"
    answer = gate(light, "origin/main", "--junit", str(junit), "--sarif", str(sarif))
    assert answer.code == 1
    (finding,) = answer.json["findings"]
    assert (finding["rule"], finding["commit"], finding["path"], finding["line"]) == ("forged-tick", forged, TASK, 20)
    suite = ET.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    result = json.loads(sarif.read_text())["runs"][0]["results"][0]
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 20}


def test_path_as_address_and_as_word(light: Work, server: Path) -> None:
    """SARIF wants a URI reference (RFC 3986), a shell one word."""
    light.git("reset", "--quiet", "--hard")
    path = "tasks/1: ü #2 100%.md"
    light.write(path, light.read(TASK).replace("- [ ] Document", "- [x] Document"))
    light.commit("Done")
    answer = gate(light, "origin/main", "--sarif", "gate.sarif")
    assert f"executor run '{path}'" in answer.json["findings"][0]["message"]
    result = json.loads(light.read("gate.sarif"))["runs"][0]["results"][0]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"([A-Za-z0-9/._~-]|%[0-9A-F]{2})+", uri) and unquote(uri) == path


def test_base_from_the_environment(light: Work, server: Path) -> None:
    commit_it(light)
    for env in ({}, {"GITHUB_BASE_REF": "main"}, {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}):
        answer = light.call("gate", env=env)
        assert answer.code == 0 and "1 of them certified" in answer.out, answer.err
    for name in ("nowhere", ""):
        assert light.call("gate", "--base", name).code == 2, "a variable that is not set is no base"


def test_it_changes_nothing(light: Work, server: Path) -> None:
    commit_it(light)
    before = (light.git("for-each-ref"), light.git("status", "--porcelain"), sorted(light.root.iterdir()))
    assert gate(light).code == 0
    assert (light.git("for-each-ref"), light.git("status", "--porcelain"), sorted(light.root.iterdir())) == before
