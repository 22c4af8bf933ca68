"""What a contributor who means ill tries, with real pushes against the real hook; honest look-alikes pass.

`light` is the contributor's clone, with one task run and not yet verified; `server` has the base and the gate.
"""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import ENVIRONMENT, git, write_files

from executor.gate import keys

from .pushes import accepted, commit_it, gate, mallory, push, refused, serve
from .work import LIGHT, SETTINGS, TASK, Work, run, start

TICKED = ("- [ ] Document", "- [x] Document")
NOTES = "refs/notes/executor"


def clean(work: Work) -> Work:
    """Without the staged work of the run: the attacker begins at the base."""
    work.git("reset", "--quiet", "--hard")
    return work


def forge(work: Work, message: str = "Done") -> str:
    work.replace(TASK, *TICKED)
    return work.commit(message)


def merged(work: Work, server: Path) -> str:
    """Certified work that the server has taken in."""
    commit = commit_it(work)
    accepted(work, server)
    return commit


def reverted(work: Work, server: Path) -> None:
    """The base has taken the certified work back: its box is open again."""
    work.git("revert", "--no-edit", "HEAD")
    accepted(work, server, "main")


# Merges that choose


def test_merge_that_keeps_an_older_state(light: Work, server: Path) -> None:
    """`merge -s ours` on an old commit: each parent has one of the states, and the merge takes the one that was
    taken back."""
    old = merged(light, server)
    reverted(light, server)
    light.git("switch", "--quiet", "--create", "old", old)
    light.git("merge", "--quiet", "--strategy=ours", "--no-edit", "main")
    light.git("branch", "--quiet", "--force", "main", "HEAD")
    light.git("switch", "--quiet", "main")
    refused(light, server, "used-certificate")


def test_merge_that_keeps_an_older_state_and_adds_a_space(light: Work, server: Path) -> None:
    old = merged(light, server)
    reverted(light, server)
    light.git("switch", "--quiet", "--create", "old", old)
    light.git("merge", "--quiet", "--strategy=ours", "--no-commit", "main")
    light.write(TASK, light.read(TASK) + "\nA word.\n")
    light.git("add", TASK)
    light.git("commit", "--quiet", "-m", "Merge")
    light.git("branch", "--quiet", "--force", "main", "HEAD")
    light.git("switch", "--quiet", "main")
    refused(light, server, "used-certificate")


def test_crosswise_merges_that_keep_an_older_state(light: Work, server: Path) -> None:
    """Of the two commits where the sides parted, one has the box open, the other has it ticked."""
    start_of_all = light.head()
    old = merged(light, server)
    reverted(light, server)
    light.git("switch", "--quiet", "--create", "side", start_of_all)
    light.write("notes.txt", "side\n")
    side = light.commit("Side", "notes.txt")
    light.git("switch", "--quiet", "main")
    light.git("merge", "--quiet", "--no-edit", "side")
    accepted(light, server, "main")
    light.git("switch", "--quiet", "--create", "old", old)
    light.git("merge", "--quiet", "--no-edit", side)
    assert len(light.git("merge-base", "--all", "old", "main").split()) == 2
    light.git("merge", "--quiet", "--strategy=ours", "--no-edit", "main")
    light.git("branch", "--quiet", "--force", "main", "HEAD")
    light.git("switch", "--quiet", "main")
    refused(light, server, "used-certificate")


def setting(work: Work, value: str) -> str:
    """Committed by hand on the base's text."""
    work.write(SETTINGS, LIGHT[SETTINGS].replace("1.25", value))
    return work.commit(value, SETTINGS)


def meeting(work: Work, one: str, other: str) -> None:
    work.git("switch", "--quiet", "--detach", one)
    work.git("merge", "--quiet", "--no-ff", "--no-edit", other)
    work.git("branch", "--quiet", "--force", "main", "HEAD")
    work.git("switch", "--quiet", "main")


@pytest.mark.parametrize("swapped", [False, True])
def test_edit_hidden_behind_the_same_change(light: Work, server: Path, swapped: bool) -> None:
    """A side branch makes the certified change by hand, is merged, edits on, is merged again: no conflict anywhere."""
    certified = commit_it(light)
    light.git("switch", "--quiet", "--create", "side", "HEAD~1")
    same = setting(light, "1.26")
    edited = setting(light, "6.6.6")
    meeting(light, certified, same)
    both = light.head()
    meeting(light, *((both, edited) if swapped else (edited, both)))
    assert "6.6.6" in light.read(SETTINGS) and "- [x] Set it" in light.read(TASK)
    refused(light, server, "uncertified-change", SETTINGS)
    light.git("reset", "--quiet", "--hard", both)
    accepted(light, server)


@pytest.mark.parametrize("swapped", [False, True])
def test_taken_back_where_it_never_was(light: Work, server: Path, swapped: bool) -> None:
    """On a branch without the certified work its file is set to what it was before, and then to something else."""
    work = light
    work.git("stash", "--quiet")
    begin = setting(work, "1.26")
    setting(work, "1.25")
    work.git("stash", "pop", "--quiet", "--index")
    assert work.call("run", "TASK-001").code in (0, 1)
    certified = commit_it(work)
    work.git("switch", "--quiet", "--create", "side", begin)
    setting(work, "1.25")
    side = setting(work, "6.6.6")
    one, other = (side, certified) if swapped else (certified, side)
    work.git("switch", "--quiet", "--detach", one)
    work.git("merge", "--quiet", "--no-ff", "--no-commit", "--strategy=ours", other)
    work.git("checkout", side, "--", SETTINGS)
    work.git("checkout", certified, "--", TASK)
    work.git("commit", "--quiet", "-m", "Merge")
    work.git("branch", "--quiet", "--force", "main", "HEAD")
    work.git("switch", "--quiet", "main")
    assert "6.6.6" in work.read(SETTINGS) and "- [x] Set it" in work.read(TASK)
    refused(work, server, "uncertified-change", SETTINGS)


@pytest.fixture
def protecting(tmp_path: Path) -> tuple[Work, Path]:
    work = start(tmp_path, {**LIGHT, "executor.toml": '[gate]\nprotected = ["*.yaml"]\n'})
    return work, serve(work, tmp_path)


def test_merge_that_takes_a_protected_file_back(protecting: tuple[Work, Path]) -> None:
    work, server = protecting
    run(work)
    merged(work, server)
    work.git("switch", "--quiet", "--create", "old", "HEAD~1")
    work.git("merge", "--quiet", "--strategy=ours", "--no-edit", "main")
    work.git("branch", "--quiet", "--force", "main", "HEAD")
    work.git("switch", "--quiet", "main")
    refused(work, server, "uncertified-change", SETTINGS)


def test_merge_that_drops_the_certified_manifest(light: Work, server: Path) -> None:
    """The tick stays, the change that it stands for goes."""
    commit_it(light)
    light.git("switch", "--quiet", "--create", "side", "HEAD~1")
    light.write("notes.txt", "side\n")
    light.commit("Side", "notes.txt")
    light.git("switch", "--quiet", "main")
    light.git("merge", "--quiet", "--no-ff", "--no-commit", "side")
    light.git("checkout", "side", "--", SETTINGS)
    light.git("commit", "--quiet", "-m", "Merge")
    refused(light, server, "uncertified-change", SETTINGS)


def test_octopus(light: Work, server: Path) -> None:
    """Three branches at once: honest as it is, refused with a tick of its own."""
    commit_it(light)
    for name in ("one", "two"):
        light.git("switch", "--quiet", "--create", name, "HEAD~1" if name == "one" else "main~1")
        light.write(f"{name}.txt", "x\n")
        light.commit(name, f"{name}.txt")
    light.git("switch", "--quiet", "main")
    light.git("merge", "--quiet", "--no-ff", "--no-edit", "one", "two")
    honest = light.head()
    light.replace(TASK, *TICKED)
    light.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    refused(light, server, "forged-tick")
    light.git("reset", "--quiet", "--hard", honest)
    accepted(light, server)


def test_base_merged_into_the_branch(light: Work, server: Path) -> None:
    """The branch is brought up to date by a merge; a person changed the task's text on the base meanwhile."""
    commit_it(light)
    light.git("switch", "--quiet", "--create", "theirs", "origin/main")
    light.replace(TASK, "# Raise nginx", "# Raise nginx soon")
    light.commit("Reword", TASK)
    assert push(light, "HEAD:main").returncode == 0
    light.git("switch", "--quiet", "main")
    light.git("merge", "--quiet", "--no-edit", "theirs")
    accepted(light, server)


def test_unrelated_history(light: Work, server: Path) -> None:
    clean(light)
    light.git("switch", "--quiet", "--orphan", "other")
    light.write("tasks/TASK-009.md", "## Acceptance Criteria\n\n- [x] Rotate it\n")
    light.commit("Orphan")
    light.git("switch", "--quiet", "main")
    light.git("merge", "--quiet", "--no-edit", "--allow-unrelated-histories", "other")
    refused(light, server, "forged-tick", "tasks/TASK-009.md:3", refs=("main",))


# What a box says


GROUPS = """\
---
id: TASK-001
title: Roll out
version: 1.2.0
---
## Acceptance Criteria

### Staging

- [{a}] Deploy it

### Production

- [{b}] Deploy it
"""


@pytest.fixture
def groups(tmp_path: Path) -> tuple[Work, Path]:
    """The base has a ticked box in one of two groups that say the same."""
    work = start(tmp_path, {**LIGHT, TASK: GROUPS.format(a="x", b=" ")})
    return work, serve(work, tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (GROUPS.format(a="x", b=" "), GROUPS.format(a=" ", b="x")),
        ("### Staging", "### Everywhere"),
        ("version: 1.2.0", "version: 9.9.9"),
        ("id: TASK-001", "id: TASK-002"),
        ("- [x] Deploy it\n\n### Production", "### Production\n\n- [x] Deploy it\n\n### Production"),
    ],
)
def test_tick_under_another_meaning(groups: tuple[Work, Path], old: str, new: str) -> None:
    work, server = groups
    work.replace(TASK, old, new)
    work.commit("Tidy")
    refused(work, server, "forged-tick", refs=("main",))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Roll out", "title: Roll out now"),
        ("- [ ] Deploy it", "- [ ] Deploy it\n- [ ] Tell people"),
        ("### Staging\n", "A word about it.\n\n### Staging\n"),
        ("- [x] Deploy it", "- [ ] Deploy it"),
        ("- [x] Deploy it", "- [X] Deploy it (see TASK-005)"),
        ("\n", "\r\n"),
    ],
)
def test_edits_that_tick_nothing(groups: tuple[Work, Path], old: str, new: str) -> None:
    work, server = groups
    work.replace(TASK, old, new)
    work.commit("Tidy")
    accepted(work, server, "main")


def test_line_ends_of_a_certified_task(light: Work, server: Path) -> None:
    """Its operation block stands in another line end, and says the same."""
    merged(light, server)
    (light.root / TASK).write_bytes((light.root / TASK).read_bytes().replace(b"\n", b"\r\n"))
    light.commit("Convert")
    accepted(light, server, "main")


def test_boxes_moved_to_another_file(light: Work, server: Path) -> None:
    merged(light, server)
    text = light.read(TASK)
    light.write("tasks/TASK-002.md", text.replace("TASK-001", "TASK-002"))
    light.replace(TASK, "- [x] Set it", "- [ ] Set it")
    light.commit("Move")
    refused(light, server, "forged-tick", "tasks/TASK-002.md", refs=("main",))


def test_tick_in_a_renamed_file(light: Work, server: Path) -> None:
    merged(light, server)
    light.git("mv", TASK, "tasks/archive.md")
    light.replace("tasks/archive.md", *TICKED)
    light.commit("Archive")
    refused(light, server, "forged-tick", "tasks/archive.md:20", refs=("main",))


def test_deleted_and_written_anew(light: Work, server: Path) -> None:
    merged(light, server)
    text = light.read(TASK)
    light.git("rm", "--quiet", TASK)
    light.commit("Delete")
    light.write(TASK, text.replace(*TICKED))
    light.commit("Write anew")
    refused(light, server, "forged-tick", refs=("main",))


def test_by_way_of_a_folder_without_tasks(light: Work, server: Path) -> None:
    merged(light, server)
    (light.root / "elsewhere").mkdir()
    light.git("mv", TASK, "elsewhere/TASK-001.md")
    light.replace("elsewhere/TASK-001.md", *TICKED)
    light.commit("Out")
    light.git("mv", "elsewhere/TASK-001.md", TASK)
    light.commit("And in")
    refused(light, server, "forged-tick", refs=("main",))


# What stands in place of files


def link(work: Work, name: str, target: str) -> None:
    (work.root / name).symlink_to(target)


def test_task_folder_becomes_a_link(light: Work, server: Path) -> None:
    clean(light)
    light.write("elsewhere/TASK-001.md", light.read(TASK).replace(*TICKED))
    light.git("rm", "--quiet", "-r", "tasks")
    link(light, "tasks", "elsewhere")
    light.commit("Link")
    refused(light, server, "unreadable", refs=("main",))


def test_link_in_a_task_folder(light: Work, server: Path) -> None:
    clean(light)
    light.write("elsewhere/TASK-009.md", "## Acceptance Criteria\n\n- [x] Rotate it\n")
    link(light, "tasks/more", "../elsewhere")
    light.commit("Link")
    refused(light, server, "unreadable", "tasks/more", refs=("main",))


@pytest.mark.parametrize("place", ["tasks", "tasks/TASK-001.md", "tasks/more"])
def test_submodule_in_place_of_tasks(light: Work, server: Path, place: str) -> None:
    clean(light)
    if place != "tasks/more":
        light.git("rm", "--quiet", "-r", place)
    light.git("update-index", "--add", "--cacheinfo", f"160000,{light.head()},{place}")
    light.git("commit", "--quiet", "-m", "Submodule")
    refused(light, server, "unreadable", place, refs=("main",))


def test_policy_becomes_a_link(light: Work, server: Path) -> None:
    clean(light)
    light.write("#", '[gate]\nmanual_ticks = "allow"\n')
    link(light, "executor.toml", "#")
    light.commit("Link")
    refused(light, server, "policy-change", refs=("main",))


def test_keys_become_a_link(light: Work, server: Path, tmp_path: Path) -> None:
    clean(light)
    light.git("mv", ".executor", "elsewhere")
    link(light, ".executor", "elsewhere")
    light.commit("Link")
    refused(light, server, "policy-change", refs=("main",))


def test_name_that_is_no_text(light: Work, server: Path) -> None:
    clean(light)
    write_files(light.root, {"tasks/T\udcff\n.md": "## Acceptance Criteria\n\n- [x] Rotate it\n"})
    light.commit("Odd")
    refused(light, server, "forged-tick", refs=("main",))
    junit, sarif = light.home / "gate.xml", light.home / "gate.sarif"
    answer = gate(light, "origin/main", "--junit", str(junit), "--sarif", str(sarif))
    assert answer.code == 1 and answer.json["findings"][0]["rule"] == "forged-tick"
    light.git("rm", "--quiet", "-r", "tasks/T*")
    write_files(light.root, {"tasks/T\udcff\n.md": "## Acceptance Criteria\n\n- [ ] Rotate it\n"})
    light.git("add", "--all")
    light.git("commit", "--quiet", "--amend", "--no-edit")
    accepted(light, server, "main")


def test_file_that_is_too_large_to_read(tmp_path: Path) -> None:
    work = start(tmp_path, {**LIGHT, "executor.toml": "max_task_bytes = 2000\n"})
    server = serve(work, tmp_path)
    work.write("tasks/TASK-009.md", "## Acceptance Criteria\n\n- [x] Rotate it\n" + "\n" * 2000)
    work.commit("Large")
    refused(work, server, "unreadable", refs=("main",))


def test_mode(light: Work, server: Path) -> None:
    """Of a task file it says nothing; of a certified manifest it is a change."""
    commit_it(light)
    (light.root / TASK).chmod(0o755)
    light.commit("Mode", TASK)
    accepted(light, server)


def test_mode_of_a_certified_manifest(light: Work, server: Path) -> None:
    commit_it(light)
    (light.root / SETTINGS).chmod(0o755)
    light.commit("Mode", SETTINGS)
    refused(light, server, "uncertified-change")


def tree_with_two(work: Work, first: str, second: str) -> str:
    """A commit whose folder of tasks has the same name twice; no git writes such a tree by itself."""
    blobs = [git_store(work, text.encode()) for text in (first, second)]
    entry = b"".join(b"100644 TASK-001.md\0" + bytes.fromhex(each) for each in blobs)
    folder = git_store(work, entry, "tree")
    listed = [line for line in work.git("ls-tree", "HEAD").splitlines() if not line.endswith("\ttasks")]
    lines = [*listed, f"040000 tree {folder}\ttasks"]
    made = subprocess.run(["git", "mktree", "--missing"], cwd=work.root, env=ENVIRONMENT, check=True,
                          input="\n".join(lines) + "\n", capture_output=True, text=True)  # fmt: skip
    return work.git("commit-tree", "-m", "Twice", "-p", "HEAD", made.stdout.strip()).strip()


def git_store(work: Work, data: bytes, kind: str = "blob") -> str:
    argv = ["git", "hash-object", "-w", "--stdin", "--literally", "-t", kind]
    done = subprocess.run(argv, cwd=work.root, env=ENVIRONMENT, input=data, capture_output=True, check=True)
    return done.stdout.decode().strip()


@pytest.mark.parametrize("order", [1, -1])
def test_tree_that_has_a_name_twice(light: Work, server: Path, order: int) -> None:
    clean(light)
    honest = light.read(TASK)
    commit = tree_with_two(light, *(honest.replace(*TICKED), honest)[::order])
    before = git(server, "rev-parse", "main")
    assert push(light, f"{commit}:refs/heads/main").returncode != 0
    assert git(server, "rev-parse", "main") == before


# Refs


def test_replaced_object(light: Work, server: Path) -> None:
    """`refs/replace/*` would show the gate another commit than the one that everybody gets."""
    clean(light)
    honest = light.git("commit-tree", "-m", "Done", "-p", "HEAD", "HEAD^{tree}").strip()
    forged = forge(light)
    light.git("replace", forged, honest)
    assert push(light, "refs/replace/*:refs/replace/*").returncode == 0
    refused(light, server, "forged-tick", refs=("main",))


def test_tag_that_has_the_bases_name(light: Work, server: Path) -> None:
    """git would rather take refs/tags/origin/main than refs/remotes/origin/main."""
    clean(light)
    light.git("tag", "origin/main", forge(light))
    answer = gate(light)
    assert answer.code != 0 and "origin/main" in answer.err
    assert light.call("gate", "--json").code == 1, "nobody named it: the remote's branch is meant"
    assert light.call("gate", "--base", "refs/remotes/origin/main").code == 1


def test_tag_that_has_the_main_branchs_name(light: Work, tmp_path: Path) -> None:
    """Whose keys `certificate check` trusts is not for a tag to say."""
    mallory(light, tmp_path)
    light.git("branch", "--quiet", "work")
    light.git("switch", "--quiet", "work")
    light.git("branch", "--quiet", "--force", "main", "HEAD~1")
    light.git("tag", "main", "work")
    light.write("executor.toml", 'branch = "work"\n')
    light.commit("Branch", "executor.toml")
    assert light.verify("--commit").code == 0
    light.git("tag", "--force", "main", "work")
    light.git("rm", "--quiet", "executor.toml")
    light.git("commit", "--quiet", "-m", "Default")
    answer = light.call("certificate", "check", "HEAD~1")
    assert answer.code == 1 and "not trusted" in answer.out


def test_tags_are_nobodys_gate(light: Work, server: Path) -> None:
    clean(light)
    light.git("tag", "v1", forge(light))
    assert push(light, "refs/tags/v1").returncode == 0
    refused(light, server, "forged-tick", refs=("main",))


def test_first_push_of_all(light: Work, tmp_path: Path) -> None:
    server = serve(light, tmp_path)
    git(server, "update-ref", "-d", "refs/heads/main")
    commit_it(light)
    accepted(light, server)


def test_another_gated_branch_begins(light: Work, server: Path) -> None:
    """It is judged by what the server's own branch says."""
    clean(light)
    forge(light)
    done = push(light, "main:refs/heads/master")
    assert done.returncode != 0 and "forged-tick" in done.stderr


def test_branch_that_head_names_is_gated(light: Work, server: Path) -> None:
    git(server, "symbolic-ref", "HEAD", "refs/heads/trunk")
    accepted(light, server, "main:refs/heads/trunk")
    light.git("reset", "--quiet", "--hard")
    light.replace(TASK, "- [ ] Document", "- [x] Document")
    light.commit("Forged")
    assert push(light, "main:refs/heads/trunk").returncode != 0


def test_notes_are_not_rewritten(light: Work, server: Path) -> None:
    merged(light, server)
    before = git(server, "rev-parse", NOTES)
    light.git("update-ref", "-d", NOTES)
    light.git("notes", "--ref=executor", "add", "-m", "nothing", "HEAD")
    assert push(light, f"+{NOTES}").returncode != 0
    assert push(light, f":{NOTES}").returncode != 0
    assert git(server, "rev-parse", NOTES) == before


def test_shallow_clone_says_so(light: Work, server: Path, tmp_path: Path) -> None:
    """The base's history is cut off, so nobody sees what was used before."""
    merged(light, server)
    subprocess.run(["git", "clone", "--quiet", "--depth=1", f"file://{server}", str(tmp_path / "shallow")],
                   env=ENVIRONMENT, check=True)  # fmt: skip
    answer = Work(tmp_path / "shallow", light.home).call("gate")
    assert answer.code == 2 and "unshallow" in answer.err


# Notes


def put_note(work: Work, commit: str, mode: str, name: str) -> None:
    head = work.git("for-each-ref", "--format=%(objectname)", NOTES).strip()
    parents = ["-p", head] if head else []
    made = subprocess.run(["git", "mktree", "--missing"], cwd=work.root, env=ENVIRONMENT, check=True, text=True,
                          input=f"{mode} {'commit' if mode == '160000' else 'blob'} {name}\t{commit}\n",
                          capture_output=True)  # fmt: skip
    work.git("update-ref", NOTES, work.git("commit-tree", "-m", "n", *parents, made.stdout.strip()).strip())


def test_note_that_is_no_file(light: Work, server: Path) -> None:
    clean(light)
    commit = forge(light)
    put_note(light, commit, "160000", "1" * 40)
    refused(light, server, "forged-tick")
    light.git("reset", "--quiet", "--hard", "HEAD~1")
    light.write("notes.txt", "honest\n")
    put_note(light, light.commit("Honest"), "160000", "1" * 40)
    accepted(light, server, "main", f"+{NOTES}")


def test_garbage_in_many_notes(light: Work, server: Path) -> None:
    """Somebody fills the notes; honest work passes all the same."""
    commit_it(light)
    for number in range(20):
        commit = light.git("commit-tree", "-m", str(number), "HEAD^{tree}").strip()
        light.git("notes", "--ref=executor", "add", "-m", f"{number}\n" * 50, commit)
    light.git("commit", "--quiet", "--amend", "-m", "Another id")
    accepted(light, server)


def test_notes_that_git_put_together(light: Work, tmp_path: Path) -> None:
    """`notes.rewriteRef` joins the notes of commits that become one; the certificates are found where they were."""
    (tmp_path / "x").mkdir()
    work = start(tmp_path / "x", {**LIGHT, "executor.toml": '[gate]\nmanual_ticks = "allow"\n'})
    server = serve(work, tmp_path / "x")
    run(work)
    commit_it(work)
    assert work.call("tick", "TASK-001", "2", "--by", "Bob", "--note", "wiki").code == 0
    commit_it(work)
    both = [work.head("HEAD~1"), work.head()]
    work.git("reset", "--quiet", "--soft", "origin/main")
    work.git("commit", "--quiet", "-m", "Squashed")
    for each in both:
        text = work.git("notes", "--ref=executor", "show", each)
        work.git("notes", "--ref=executor", "append", "-m", text, "HEAD")
    accepted(work, server)


# Certificates


def test_used_twice_in_one_proposal(light: Work, server: Path) -> None:
    first = commit_it(light)
    light.git("revert", "--no-edit", "HEAD")
    light.git("checkout", "--quiet", first, "--", TASK, SETTINGS)
    light.git("commit", "--quiet", "-m", "Again")
    light.git("notes", "--ref=executor", "copy", first, "HEAD")
    refused(light, server, "used-certificate")


def test_certified_and_taken_back(light: Work, server: Path) -> None:
    """All of it: nothing is left that anybody claims."""
    commit_it(light)
    light.git("revert", "--no-edit", "HEAD")
    accepted(light, server)


def test_only_the_manifest_taken_back(light: Work, server: Path) -> None:
    commit_it(light)
    light.git("checkout", "--quiet", "HEAD~1", "--", SETTINGS)
    light.git("commit", "--quiet", "-m", "Back")
    refused(light, server, "uncertified-change", SETTINGS)


def test_certified_commit_in_two(light: Work, server: Path) -> None:
    commit_it(light)
    light.git("reset", "--quiet", "--soft", "HEAD~1")
    light.git("reset", "--quiet", SETTINGS)
    light.git("commit", "--quiet", "-m", "The tick")
    light.git("add", SETTINGS)
    light.git("commit", "--quiet", "-m", "The manifest")
    refused(light, server, "forged-tick")


def test_cherry_pick(light: Work, server: Path) -> None:
    """From another branch, with the certificate that it has there."""
    light.git("switch", "--quiet", "--create", "task-001")
    picked = commit_it(light)
    light.git("switch", "--quiet", "main")
    light.write("notes.txt", "more\n")
    light.commit("More", "notes.txt")
    light.git("cherry-pick", "-x", picked)
    accepted(light, server)


def test_certificate_of_another_repository(light: Work, server: Path, tmp_path: Path) -> None:
    """The same files, the same key, another history."""
    other = start(tmp_path / "other", LIGHT)
    for path in (light.home / ".config/executor/keys").glob("*.pem"):
        (other.home / ".config/executor/keys" / path.name).write_bytes(path.read_bytes())
    other.write(".executor/trusted_keys", light.read(".executor/trusted_keys"))
    other.commit("Trust alice of the other one", ".executor/trusted_keys")
    run(other)
    commit_it(other)
    clean(light)
    for path in (TASK, SETTINGS):
        light.write(path, other.read(path))
    light.commit("Taken over")
    light.git("fetch", "--quiet", str(other.root), f"+{NOTES}:{NOTES}")
    light.git("notes", "--ref=executor", "copy", other.head(), "HEAD")
    refused(light, server, "another repository")


def test_certificate_that_says_no(light: Work, server: Path) -> None:
    """Signed by a trusted key, and it is no approval."""
    light.replace(TASK, *TICKED)
    light.git("add", TASK)
    assert light.verify().code == 1
    light.commit("All the same", TASK, SETTINGS)
    (light.home / "note").write_bytes(light.document())
    light.git("notes", "--ref=executor", "add", f"--file={light.home / 'note'}", "HEAD")
    refused(light, server, "forged-tick", "REJECTED")


def test_file_in_the_tree_by_a_foreign_key(light: Work, server: Path, tmp_path: Path) -> None:
    mallory(light, tmp_path)
    commit_it(light)
    light.git("reset", "--quiet", "--soft", "origin/main")
    light.git("reset", "--quiet", ".executor/trusted_keys")
    light.git("checkout", "--quiet", "--", ".executor/trusted_keys")
    name = max((light.root / "reports/certificates").glob("*.md")).name
    light.write(f"docs/certificates/{name}", light.document().decode())
    light.commit("All in one")
    refused(light, server, "rejected-certificate", "not trusted", refs=("main",))


def trusting(light: Work, server: Path, **validity: timedelta) -> None:
    """The server's base trusts alice's key in another time, as an administrator would have merged it."""
    now = datetime.now(UTC)
    (old,) = keys.parse_trusted(light.read(".executor/trusted_keys")).values()
    new = keys.TrustedKey(old.name, now + validity["start"], now + validity["end"], old.public)
    light.git("stash", "--quiet")
    by_hand(light, server, new.line + "\n")
    light.git("stash", "pop", "--quiet", "--index")


@pytest.mark.parametrize(("start_in", "end_in"), [(-10, -1), (1, 10)])
def test_key_out_of_its_time(light: Work, server: Path, start_in: int, end_in: int) -> None:
    """Verification itself makes no commit with it; what was certified before is no help on this base."""
    commit = commit_it(light)
    light.git("reset", "--quiet", "--soft", "HEAD~1")
    trusting(light, server, start=timedelta(days=start_in), end=timedelta(days=end_in))
    light.git("cherry-pick", commit) if not light.git("diff", "--cached") else light.git(
        "commit", "--quiet", "-m", "Work")  # fmt: skip
    light.git("notes", "--ref=executor", "copy", commit, "HEAD")
    refused(light, server, "outside of the validity")


def test_key_that_expired_after_it_signed(light: Work, server: Path) -> None:
    commit = commit_it(light)
    light.git("reset", "--quiet", "--soft", "HEAD~1")
    trusting(light, server, start=-timedelta(days=9), end=timedelta(seconds=1))
    light.git("commit", "--quiet", "-m", "Work")
    light.git("notes", "--ref=executor", "copy", commit, "HEAD")
    accepted(light, server)


def test_key_that_was_removed(light: Work, server: Path) -> None:
    commit = commit_it(light)
    light.git("reset", "--quiet", "--soft", "HEAD~1")
    light.git("stash", "--quiet")
    by_hand(light, server, "# nobody\n")
    light.git("stash", "pop", "--quiet", "--index")
    light.git("commit", "--quiet", "-m", "Work")
    light.git("notes", "--ref=executor", "copy", commit, "HEAD")
    refused(light, server, "not trusted")


def test_change_of_keys(light: Work, server: Path) -> None:
    """As docs/certificate.md says: the new key counts once a person has merged it; the old one's work stays good."""
    old = commit_it(light)
    assert light.call("keys", "new", "alice2").code == 0
    line = light.read(".executor/trusted_keys")
    light.commit("Trust alice2", ".executor/trusted_keys")
    refused(light, server, "policy-change")
    light.git("reset", "--quiet", "--hard", "origin/main")
    by_hand(light, server, line)
    key = ("--key", str(light.home / ".config/executor/keys/alice2.pem"))
    light.git("cherry-pick", old)
    accepted(light, server)
    assert light.call("tick", "TASK-001", "2", "--by", "Bob", "--note", "wiki").code == 0
    answer = light.verify("--commit", *key)
    assert answer.code == 0, answer.out + answer.err
    refused(light, server, "criterion 2 is ticked by hand")  # believed, and the policy wants more


def by_hand(light: Work, server: Path, trusted: str) -> None:
    """An administrator merges other keys, past the gate."""
    light.write(".executor/trusted_keys", trusted)
    light.commit("Keys", ".executor/trusted_keys")
    (server / "hooks/pre-receive").rename(server / "hooks/off")
    light.git("push", "--quiet", "origin", "main")
    (server / "hooks/off").rename(server / "hooks/pre-receive")


def test_squash_after_many_attempts(tmp_path: Path) -> None:
    """Six tasks, each certified, taken back and certified anew; then all in one commit."""
    tasks = {f"tasks/TASK-00{n}.md": LIGHT[TASK].replace("TASK-001", f"TASK-00{n}").replace("settings", f"s{n}")
             for n in range(1, 7)}  # fmt: skip
    files = {f"s{n}.yaml": LIGHT[SETTINGS] for n in range(1, 7)}
    work = start(tmp_path, {**tasks, **files})
    server = serve(work, tmp_path)
    for attempt in range(2):
        for n in range(1, 7):
            assert work.call("run", f"TASK-00{n}").code in (0, 1)
            answer = work.call("verify", f"TASK-00{n}", "--commit")
            assert answer.code == 0, answer.out + answer.err
        if not attempt:
            work.git("reset", "--quiet", "--hard", "origin/main")
            work.replace("tasks/TASK-001.md", "# Raise", "# Raise and praise")
            work.commit("Reword")
    work.git("reset", "--quiet", "--soft", "origin/main")
    work.git("commit", "--quiet", "-m", "Squashed")
    accepted(work, server)


def test_squash_of_a_new_task(tmp_path: Path) -> None:
    """Somebody writes a task, it is done, somebody writes in it, more of it is done; then all in one commit."""
    toml = '[gate]\nmanual_ticks = "allow"\n'
    work = start(tmp_path, {SETTINGS: LIGHT[SETTINGS], "notes.txt": "one\n", "executor.toml": toml})
    server = serve(work, tmp_path)
    work.write(TASK, LIGHT[TASK])
    work.commit("A task", TASK)
    run(work)
    commit_it(work)
    work.replace(TASK, "# Raise", "# Raise and praise")
    work.commit("Reword", TASK)
    assert work.call("tick", "TASK-001", "2", "--by", "Bob", "--note", "wiki").code == 0
    commit_it(work)
    work.git("reset", "--quiet", "--soft", "origin/main")
    work.git("commit", "--quiet", "-m", "Squashed")
    honest = work.head()
    work.replace(TASK, "## Acceptance Criteria\n", "## Acceptance Criteria\n\n- [x] Rotate it")
    work.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    refused(work, server, "forged-tick", f"{TASK}:12")
    work.git("reset", "--quiet", "--hard", honest)
    accepted(work, server)


def test_long_history(light: Work, server: Path) -> None:
    """Some hundred commits by people between."""
    commit_it(light)
    lines = []
    for number in range(300):
        lines.append(f"commit refs/heads/main\ncommitter T <t@x> {1_700_000_000 + number} +0000\ndata 1\nx\n"
                     + (f"from {light.head()}\n" if not number else "")
                     + f"M 100644 inline notes.txt\ndata {len(str(number))}\n{number}\n")  # fmt: skip
    subprocess.run(["git", "fast-import", "--quiet", "--force"], cwd=light.root, env=ENVIRONMENT, check=True,
                   input="".join(lines), text=True)  # fmt: skip
    light.git("reset", "--quiet", "--hard")
    accepted(light, server)
