"""Many ways to arrange commits, honest and not. The server has only what was pushed."""

from __future__ import annotations

import subprocess

import pytest
from support import ENVIRONMENT

from .proposals import FILES, ONE, TASK, TWO, V2, V3, A, B, C, Team

# A box is what it claims


@pytest.mark.parametrize("index", [4, 3, 1])
def test_forged_tick_in_a_squash(team: Team, index: int) -> None:
    """Under another heading it says the same as a box that was proved; and others."""
    team.prove(ONE, 2)
    team.tick(ONE, index)
    team.commit()
    team.squash()
    assert team.rules() == ["forged-tick"]


def test_forged_before_the_honest_one(team: Team) -> None:
    team.tick(ONE, 4)
    team.commit()
    team.prove(ONE, 2)
    team.squash()
    assert team.rules() == ["forged-tick"]


def test_same_sentence_of_another_task(team: Team) -> None:
    team.prove(ONE, 1, files={A: V2})
    team.tick(TWO, 1)
    team.commit()
    assert team.rules() == ["forged-tick"]
    team.squash()
    assert team.rules() == ["forged-tick"]


def test_only_the_other_task(team: Team) -> None:
    """The certificate's own task stays open."""
    team.prove(ONE, 1, files={A: V2})
    team.squash()
    team.git("checkout", "--quiet", "origin/main", "--", ONE)
    team.tick(TWO, 1)
    team.amend()
    assert team.rules() == ["forged-tick"]


def test_the_same_box_twice(team: Team) -> None:
    """A box that stands twice in one list, word by word: one certificate vouches for one of them."""
    double = FILES[ONE].replace("- [ ] Update a to 2\n", "- [ ] Update a to 2\n- [ ] Update a to 2\n")
    team.work.write(ONE, double)
    team.commit()
    team.push()
    team.prove(ONE, 1, files={A: V2})
    team.tick(ONE, 2)
    team.commit()
    team.squash()
    assert team.rules() == ["forged-tick"]


def test_another_box_by_a_certificate_of_the_base(team: Team) -> None:
    """It stands there for the one that it proved."""
    proved = "- [ ] All manifests are valid\n"
    team.work.write(ONE, FILES[ONE].replace(proved, proved + proved, 1))
    team.commit()
    team.push()
    team.prove(ONE, 2)
    team.merge()
    team.tick(ONE, 3)
    team.commit()
    assert team.rules() == ["used-certificate"]


def test_copy_of_a_ticked_task(team: Team) -> None:
    team.prove(ONE, 2)
    team.merge()
    named = team.git("log", "-1", "--format=%B")
    team.work.write("tasks/again.md", team.work.read(ONE))
    team.commit(named)
    assert team.rules() == ["used-certificate"]


def test_another_box_where_both_sides_ticked_one(team: Team) -> None:
    double = FILES[ONE].replace("- [ ] Update a to 2\n", "- [ ] Update a to 2\n- [ ] Update a to 2\n")
    team.work.write(ONE, double)
    team.commit()
    team.push()
    team.branch("again")
    team.git("switch", "--quiet", "main")
    done = team.prove(ONE, 1, files={A: V2})
    team.merge()
    team.git("switch", "--quiet", "again")
    team.work.write(C, V2)
    team.commit()
    team.git("cherry-pick", done)
    team.git("merge", "--quiet", "--no-commit", "--no-ff", "origin/main")
    team.tick(ONE, 2)
    team.commit()
    assert "forged-tick" in team.rules() or "used-certificate" in team.rules()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: T-1", "id: T-9"),
        ("id: T-1", "id: T-1\nversion: 9.9.9"),
        ("id: T-1", "id: T-1\nrepository: other"),
        ("### Staging\n", "### Everywhere\n"),
        ("## Acceptance Criteria\n", "## Acceptance Criteria (production)\n"),
        ("## Acceptance Criteria\n", "# Task\n\n# Production\n\n## Acceptance Criteria\n"),
        ("### Staging\n", "### Staging\n\nOnly for eu:\n"),
        ("Update a to 2", "Update a to 3"),
        ("- [x] Update a to 2\n", "- [x] Update a to 2\n\n  ```sh\n  rm -r /\n  ```\n"),
        ("- [x] Update a to 2\n", "- [ ] Everywhere\n  - [x] Update a to 2\n"),
    ],
)
def test_another_meaning_in_a_squash(team: Team, old: str, new: str) -> None:
    team.prove(ONE, 1, files={A: V2})
    team.squash()
    team.edit(ONE, old, new)
    team.amend()
    assert team.rules() == ["forged-tick"]


def test_tick_moved_to_another_section(team: Team) -> None:
    part = "# {}\n\n## Acceptance Criteria\n\n- [ ] All manifests are valid\n\n"
    text = part.format("Staging") + part.format("Production")
    team.work.write(TWO, text)
    team.commit()
    team.push()
    team.prove(TWO, 1)
    team.squash()
    assert team.rules() == []
    team.work.write(TWO, text)
    team.tick(TWO, 2)
    team.amend()
    assert team.rules() == ["forged-tick"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Roll out", "title: Roll out soon"),
        ("## Acceptance", "A word before.\n\n## Acceptance"),
        ("## Acceptance", "# Roll it out\n\n## Why\n\nBecause.\n\n## Acceptance"),
        ("## Acceptance Criteria", "## Acceptance criteria:"),
        ("### Production", "### Test\n\n- [ ] One more\n\n### Production"),
        ("\n", "\r\n"),
        ("- [x] Update a to 2", "- [X] Update a to 2 (see T-7)"),
    ],
)
@pytest.mark.parametrize("how", ["squash", "rebase"])
def test_words_of_people(team: Team, old: str, new: str, how: str) -> None:
    """In the squash itself, or on the base that the work is rebased on: the certified file was never pushed."""
    team.prove(ONE, 1, files={A: V2})
    if how == "squash":
        team.squash()
    else:
        done = team.work.head()
        team.branch("theirs")
        team.work.write("notes.txt", "theirs\n")
        team.commit()
        team.push()
        team.git("cherry-pick", done)
    team.edit(ONE, old, new)
    team.amend()
    assert team.rules() == []


def test_rebased_on_other_words(team: Team) -> None:
    """As a person does it: reworded on main, rebased, pushed."""
    team.prove(ONE, 1, files={A: V2})
    team.branch("theirs")
    team.edit(ONE, "title: Roll out", "title: Roll out soon")
    team.commit()
    team.push()
    team.git("switch", "--quiet", "main")
    team.git("rebase", "--quiet", "origin/main")
    assert team.rules() == []


# Taken back


def test_edited_behind_a_revert(team: Team) -> None:
    """What the older certificate says of the file still stands."""
    team.prove(ONE, 1, files={A: V2})
    team.prove(TWO, 1, files={A: V3})
    team.git("revert", "--no-edit", "HEAD")
    assert team.rules() == []
    team.work.write(A, "v: 666\n")
    team.commit()
    assert team.rules() == ["uncertified-change"]


def test_both_taken_back(team: Team) -> None:
    """In the order of git, in the other one as far as it goes, and in one commit; then the file is anybody's."""
    team.prove(ONE, 1, files={A: V2})
    team.prove(TWO, 1, files={A: V3})
    done = team.work.head()
    for how in (["HEAD", "HEAD~1"], ["--no-commit", "HEAD", "HEAD~1"]):
        team.git("reset", "--quiet", "--hard", done)
        team.git("revert", "--no-edit", *how)
        if "--no-commit" in how:
            team.git("commit", "--quiet", "-m", "Back")
        team.work.write(A, "v: 7\n")
        team.commit()
        assert team.rules() == [], how


def test_other_file_taken_back(team: Team) -> None:
    team.prove(ONE, 1, files={A: V2})
    team.prove(ONE, 3, files={B: V2})
    team.git("revert", "--no-edit", "HEAD~1")
    assert team.rules() == []
    team.work.write(B, "v: 666\n")
    team.commit()
    assert team.rules() == ["uncertified-change"]


@pytest.mark.parametrize("where", [ONE, "tasks/done/T-1.md", "tasks/copy.md"])
def test_file_back_and_box_ticked(team: Team, where: str) -> None:
    """The box stays ticked where it is, or where its file was moved to before."""
    team.prove(ONE, 1, files={A: V2})
    if where != ONE:
        (team.work.root / where).parent.mkdir(exist_ok=True)
        team.git("mv", ONE, where)
        team.commit("Move")
    team.work.write(A, "v: 1\n")
    team.commit("Back")
    assert team.rules() == ["uncertified-change"]


def test_taken_back_with_words_between(team: Team) -> None:
    team.prove(ONE, 1, files={A: V2})
    done = team.work.head()
    team.edit(ONE, "title: Roll out", "title: Roll out soon")
    team.commit()
    team.git("revert", "--no-edit", done)
    assert team.rules() == []


def test_taken_back_half(team: Team) -> None:
    team.prove(ONE, 1, 3, files={A: V2, B: V2})
    team.edit(ONE, "- [x] Update a", "- [ ] Update a")
    team.work.write(A, "v: 1\n")
    team.commit()
    assert team.rules() == ["uncertified-change"]


# Once


def test_replay_of_the_first_of_two(team: Team) -> None:
    first = team.prove(ONE, 1, files={A: V2})
    team.prove(ONE, 2)
    team.squash()
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    team.merge()
    team.git("cherry-pick", first)
    assert team.rules() == ["used-certificate"]


@pytest.mark.parametrize("which", [0, 1])
def test_replay_after_edits_in_the_squash(team: Team, which: int) -> None:
    both = [team.prove(ONE, 1, files={A: V2}), team.prove(ONE, 3, files={B: V2})]
    team.squash()
    team.edit(ONE, "title: Roll out", "title: Roll out soon")
    team.amend()
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    team.merge()
    team.git("cherry-pick", "--strategy-option=theirs", both[which])
    assert team.rules() == ["used-certificate"]
    team.amend()
    assert team.rules() == ["used-certificate"]


def test_replay_where_the_task_was_moved(team: Team) -> None:
    first = team.prove(ONE, 1, files={A: V2})
    (team.work.root / "tasks/done").mkdir()
    team.git("mv", ONE, "tasks/done/T-1.md")
    team.commit("Archive")
    team.squash()
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    team.merge()
    team.git("cherry-pick", first)
    assert team.rules() == ["used-certificate"]


def test_replay_with_dates_of_long_ago(team: Team) -> None:
    """Dates of commits are the author's own."""
    first = team.prove(ONE, 1, files={A: V2})
    team.squash()
    team.edit(ONE, "title: Roll out", "title: Roll out soon")
    env = {**ENVIRONMENT, "GIT_COMMITTER_DATE": "2001-01-01T00:00:00Z", "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z"}
    subprocess.run(["git", "commit", "--quiet", "--all", "--amend", "-m", "Old", "--date=2001-01-01T00:00:00Z"],
                   cwd=team.work.root, env=env, check=True)  # fmt: skip
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    team.merge()
    team.git("cherry-pick", "--strategy-option=theirs", first)
    assert team.rules() == ["used-certificate"]


def test_done_once_more(team: Team) -> None:
    """Merged, taken back, and honestly done again, in two certificates, as it is, rebased, and as a squash."""
    team.prove(ONE, 1, files={A: V2})
    team.prove(ONE, 2)
    team.squash()
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    team.merge()
    team.prove(ONE, 1, files={A: V2})
    team.prove(ONE, 2)
    done = team.work.head()
    assert team.rules() == []
    team.squash()
    assert team.rules() == []
    team.git("reset", "--quiet", "--hard", "origin/main")
    team.work.write("notes.txt", "on main\n")
    team.commit()
    team.push()
    team.git("cherry-pick", f"{done}~2..{done}")
    assert team.rules() == []


def test_replay_of_a_box_without_files(team: Team) -> None:
    first = team.prove(ONE, 2)
    team.merge()
    team.edit(ONE, "- [x] All", "- [ ] All")
    team.commit("Not any more")
    team.merge()
    team.git("checkout", "--quiet", first, "--", ONE)
    team.commit("Again")
    assert team.rules() == ["used-certificate"]


def test_replay_of_a_protected_file(team: Team) -> None:
    """The box was left open when the certificate was used."""
    team.configure('[gate]\nprotected = ["*.yaml"]\n')
    first = team.prove(ONE, 1, files={A: V2})
    team.squash()
    team.git("checkout", "--quiet", "origin/main", "--", ONE)
    team.amend()
    assert team.rules() == [], "its file is as it was certified, and nothing is ticked"
    team.push()
    team.git("revert", "--no-edit", "HEAD")
    team.push()
    team.git("cherry-pick", first)
    assert team.rules() == ["used-certificate"]


# Files


def test_there_and_back_in_a_squash(team: Team) -> None:
    """Two tasks, of which one sets back what the other set: the file does not change, and both boxes are true."""
    team.prove(ONE, 1, files={A: V2})
    team.prove(TWO, 1, files={A: "v: 1\n"})
    team.squash()
    assert team.rules() == []


def test_there_by_certificate_and_back_by_hand(team: Team) -> None:
    team.prove(ONE, 1, files={A: V2})
    team.work.write(A, "v: 1\n")
    team.commit()
    team.squash()
    assert team.rules() == ["forged-tick"]


def test_chain_with_a_gap(team: Team) -> None:
    team.prove(ONE, 1, files={A: V2})
    team.work.write(A, V3)
    team.commit()
    team.prove(TWO, 1, files={A: "v: 4\n"})
    assert team.rules() == ["uncertified-change"]
    team.squash()
    assert team.rules() == ["uncertified-change"]


def test_squash_with_a_superseded_attempt(team: Team) -> None:
    """Certified, reset, certified anew with another value; the first one is left over among the notes."""
    team.prove(ONE, 1, files={A: V3})
    team.git("reset", "--quiet", "--hard", "origin/main")
    team.prove(ONE, 1, files={A: V2})
    team.prove(ONE, 3, files={B: V2})
    team.squash()
    assert team.rules() == []


def test_archived_in_the_squash(team: Team) -> None:
    team.prove(ONE, 1, 2, 3, 4, files={A: V2, B: V2})
    (team.work.root / "tasks/done").mkdir()
    team.git("mv", ONE, "tasks/done/T-1.md")
    team.commit("Archive")
    assert team.rules() == []
    team.squash()
    assert team.rules() == []


def test_rebased_over_a_move(team: Team) -> None:
    """The task file was moved on main meanwhile; git brings the ticks to where it is."""
    team.prove(ONE, 1, files={A: V2})
    team.branch("theirs")
    (team.work.root / "tasks/now").mkdir()
    team.git("mv", ONE, "tasks/now/T-1.md")
    team.commit("Move")
    team.push()
    team.git("switch", "--quiet", "main")
    team.git("rebase", "--quiet", "origin/main")
    assert team.rules() == []


def test_mode_in_a_squash(team: Team) -> None:
    team.prove(ONE, 1, files={A: V2})
    team.squash()
    (team.work.root / A).chmod(0o755)
    team.amend()
    assert team.rules() == ["uncertified-change"]


def test_link_in_place_of_a_certified_file(team: Team) -> None:
    team.prove(ONE, 1, files={A: V2})
    team.squash()
    (team.work.root / A).unlink()
    (team.work.root / A).symlink_to(B)
    team.amend()
    assert team.rules() == ["uncertified-change"]


def test_deleted_and_made_anew(team: Team) -> None:
    team.prove(ONE, 1, files={A: V2})
    team.git("rm", "--quiet", A)
    team.commit("Delete")
    team.work.write(A, V2)
    team.commit("Anew")
    assert team.rules() == ["uncertified-change"]
    team.squash()
    assert team.rules() == [], "it is as it was certified"


def test_edited_and_back(team: Team) -> None:
    """In between it was something else, which nobody certified."""
    team.prove(ONE, 1, files={A: V2})
    team.work.write(A, "v: 666\n")
    team.commit()
    team.git("revert", "--no-edit", "HEAD")
    assert team.rules() == ["uncertified-change"]


def test_file_of_another_commit(team: Team) -> None:
    """One certificate's tick with the other one's file."""
    team.prove(ONE, 1, files={A: V2})
    team.prove(ONE, 3, files={B: V2})
    team.squash()
    team.git("checkout", "--quiet", "origin/main", "--", B)
    team.amend()
    assert team.rules() == ["forged-tick"]


# Messages and notes


def test_foreign_trailer(team: Team) -> None:
    """A forged tick under the name of a certificate that is about something else."""
    team.prove(ONE, 1, files={A: V2})
    trailer = team.git("log", "-1", "--format=%(trailers)").strip()
    team.tick(ONE, 3)
    team.commit(f"Done\n\n{trailer}")
    assert team.rules() == ["forged-tick"]


def test_trailer_of_nothing(team: Team) -> None:
    team.tick(ONE, 3)
    team.commit(f"Done\n\nExecutor-Certificate: sha256:{'0' * 64}")
    assert team.rules() == ["missing-certificate"]


def test_note_of_another_commit(team: Team) -> None:
    first = team.prove(ONE, 1, files={A: V2})
    team.tick(ONE, 3)
    second = team.commit()
    team.git("notes", "--ref=executor", "copy", first, second)
    assert team.rules() == ["forged-tick"]


def test_certified_commit_edited(team: Team) -> None:
    """It keeps its trailer: only what is really wrong is named."""
    team.prove(ONE, 1, 3, files={A: V2, B: V2})
    team.work.write(B, "v: 666\n")
    team.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    assert team.rules() == ["uncertified-change"]
    team.work.write(B, V2)
    team.tick(ONE, 4)
    team.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    assert team.rules() == ["forged-tick"]


def test_declared_tick(team: Team) -> None:
    team.prove(ONE, 2, manual=True)
    assert team.rules() == ["manual-tick"]
    team.squash()
    assert team.rules() == ["manual-tick"]


def test_foreign_key_in_a_squash(team: Team) -> None:
    team.work.git("stash", "--quiet", "--include-untracked") if team.work.git("status", "--porcelain") else None
    assert team.work.call("keys", "new", "mallory").code == 0
    team.git("checkout", "--quiet", "--", ".executor")
    team.prove(ONE, 1, files={A: V2}, key="mallory")
    assert team.rules() == ["rejected-certificate"]
    team.squash()
    assert team.rules() == ["rejected-certificate"]


def test_file_in_the_note_of_another_task(team: Team) -> None:
    """A note may say what it likes; that it calls a manifest a task file frees nobody from anything."""
    team.prove(ONE, 1, files={A: V2})
    team.git(
        "notes",
        "--ref=executor",
        "add",
        "-m",
        f"x\n- Task file {A}: absent in the base commit, x certified\n",
        "HEAD~1",
    )
    team.work.write(A, "v: 666\n")
    team.commit()
    assert team.rules() == ["uncertified-change"]


# Which files are task files


@pytest.mark.parametrize(
    ("title", "encoding"),
    [("Criteria", "utf-8"), ("Acceptance Criter\u0456a", "utf-8"), ("Acceptance Criteria", "utf-16"),
     ("Acceptance Criteria", "utf-32-le"), ("Acceptance Criteria", "cp037"), ("Criteria", "cp037")],
)  # fmt: skip
@pytest.mark.parametrize("before", [True, False])
def test_no_task_any_more(team: Team, title: str, encoding: str, before: bool) -> None:
    """Its boxes are ticked where nobody looks at them, at once or in a commit behind that."""
    text = team.work.read(ONE).replace("Acceptance Criteria", title)
    path = team.work.root / ONE
    path.write_bytes(text.encode(encoding))
    if before:
        team.commit("No task")
    path.write_bytes(text.replace("[ ]", "[x]").encode(encoding))
    team.commit()
    assert team.rules() == ["unreadable"]


@pytest.mark.parametrize("path", ["tasks/T-9.markdown", "tasks/deep/T-9.MD", "Tasks/T-9.md"])
def test_task_files(team: Team, path: str) -> None:
    team.work.write(path, TASK.format(id="T-9"))
    team.commit("A task")
    team.tick(path, 2)
    team.commit()
    assert team.rules() == ["forged-tick"]


@pytest.mark.parametrize("path", ["docs/work/T-9.md", "T-9.txt"])
def test_task_file_elsewhere(team: Team, path: str) -> None:
    """It is one since a certificate has it for its task file; before, it is a text like any other."""
    team.work.write(path, TASK.format(id="T-9"))
    team.commit("A task")
    team.tick(path, 4)
    team.commit()
    assert team.rules() == []
    team.git("reset", "--quiet", "--hard", "HEAD~1")
    team.prove(path, 2)
    team.merge()
    team.tick(path, 4)
    team.commit()
    assert team.rules() == ["forged-tick"]
    team.squash()
    assert team.rules() == ["forged-tick"]


# Policy


@pytest.mark.parametrize("path", ["executor.toml", ".executor/trusted_keys", ".executor"])
def test_base_whose_policy_is_a_link(team: Team, path: str) -> None:
    """A checkout follows it; the gate cannot, and does not take it for absent."""
    (team.work.root / "elsewhere").mkdir()
    if path != "executor.toml":
        team.git("mv", path, "elsewhere/x")
    (team.work.root / path).symlink_to("elsewhere/x")
    team.commit("Link")
    team.push()
    answer = team.work.call("gate", "--base", "refs/remotes/origin/main")
    assert answer.code == 2 and path in answer.err


def test_any_age(team: Team) -> None:
    """However many days are written."""
    team.configure(f"[gate]\nmax_age_days = {10**15}\n")
    team.prove(ONE, 1, files={A: V2})
    assert team.rules() == []


@pytest.mark.parametrize("path", ["executor.toml", ".executor/trusted_keys"])
def test_settings_that_nobody_can_read(team: Team, path: str) -> None:
    """Merged, they would stop every proposal after them, the one that mends them too."""
    team.configure('[gate]\npolicy_changes = "allow"\n')
    team.by_hand(path, "[gate\n")
    assert team.rules() == ["policy-change"]


@pytest.mark.parametrize("path", ["Executor.toml", ".Executor/Trusted_Keys", ".executor/TRUSTED_KEYS"])
def test_policy_by_another_case(team: Team, path: str) -> None:
    """On some machines that is the same file."""
    team.work.write(path, '[gate]\nmanual_ticks = "allow"\n')
    team.commit("Policy")
    assert team.rules() == ["policy-change"]


@pytest.mark.parametrize("path", ["tasks/x", "kustomize/y"])
def test_ignored_submodule(team: Team, path: str) -> None:
    """What git is told to ignore is merged as well."""
    team.work.write(".gitmodules", f'[submodule "x"]\n\tpath = {path}\n\turl = https://example.com/x\n\tignore = all\n')
    team.configure('[gate]\nprotected = ["kustomize/*"]\n')
    team.git("update-index", "--add", "--cacheinfo", f"160000,{team.work.head()},{path}")
    team.git("commit", "--quiet", "--message", "Link")
    answer = team.work.call("gate", "--base", "refs/remotes/origin/main", "--json")
    assert answer.code == 1 and [each["path"] for each in answer.json["findings"]] == [path]


def test_shorter_tasks_are_policy(team: Team) -> None:
    """The gate would no longer read what longer ones ticked."""
    team.work.write("executor.toml", "max_task_bytes = 2000\n")
    team.commit()
    assert team.rules() == ["policy-change"]


def test_replay_of_what_is_too_long_by_now(team: Team) -> None:
    """What ticked the box is still there, and was read then."""
    team.prove(ONE, 2)
    named = team.git("log", "-1", "--format=%B")
    team.squash()
    team.work.write(ONE, team.work.read(ONE) + "\n## Remarks\n\n" + "word " * 800 + "\n")
    team.amend()
    team.merge()
    team.work.write(ONE, FILES[ONE])
    team.configure("max_task_bytes = 2000\n")
    team.tick(ONE, 2)
    team.commit(named)
    assert team.rules() == ["used-certificate"]


def test_every_edit_certified(team: Team) -> None:
    """`task_edits = "certified"`: words, too, and then the file has to be the certified one."""
    team.configure('[gate]\ntask_edits = "certified"\n')
    team.prove(ONE, 1, files={A: V2})
    team.prove(ONE, 3, files={B: V2})
    assert team.rules() == []
    team.squash()
    assert team.rules() == []
    team.edit(ONE, "title: Roll out", "title: Roll out soon")
    team.amend()
    assert team.rules() == ["uncertified-change"] or "uncertified-change" in team.rules()


# Merges


def test_merge_of_certified_work_with_words(team: Team) -> None:
    team.branch("side")
    team.prove(ONE, 1, files={A: V2})
    team.branch("words")
    team.edit(ONE, "title: Roll out", "title: Roll out soon")
    team.commit()
    team.git("merge", "--quiet", "--no-edit", "side")
    assert team.rules() == []
    team.tick(ONE, 4)
    team.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    assert team.rules() == ["forged-tick"]


def test_two_branches_tick_in_one_file(team: Team) -> None:
    """Each certified by itself, merged by git line by line."""
    team.branch("one")
    team.prove(ONE, 1, files={A: V2})
    team.branch("two")
    team.prove(ONE, 3, files={B: V2})
    team.git("merge", "--quiet", "--no-edit", "one")
    assert team.rules() == []
    team.work.write(B, "v: 666\n")
    team.commit()
    assert team.rules() == ["uncertified-change"]


def test_merge_that_edits_the_certified_file(team: Team) -> None:
    team.branch("side")
    team.prove(ONE, 1, files={A: V2})
    team.branch("other")
    team.work.write(C, V2)
    team.commit()
    team.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    team.work.write(A, "v: 666\n")
    team.git("commit", "--quiet", "--all", "-m", "Merge")
    assert team.rules() == ["uncertified-change"]


def test_replay_through_a_merge(team: Team) -> None:
    """The base took the work back; the old branch is merged once more."""
    first = team.prove(ONE, 1, files={A: V2})
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    team.merge()
    team.branch("old", first)
    team.work.write(C, V2)
    team.commit()
    team.git("merge", "--quiet", "--strategy=ours", "--no-edit", "origin/main")
    assert team.rules() != []


# Refs


def test_grafts(team: Team) -> None:
    """They would give the commit other parents than everybody gets."""
    team.tick(ONE, 4)
    forged = team.commit()
    team.work.write("notes.txt", "later\n")
    later = team.commit("Later")
    (team.work.root / ".git/info").mkdir(exist_ok=True)
    (team.work.root / ".git/info/grafts").write_text(f"{later} {team.work.head('origin/main')}\n")
    answer = team.work.call("gate", "--base", "refs/remotes/origin/main", "--json")
    assert [each["commit"] for each in answer.json["findings"]] == [forged]


def test_protected_by_another_case(team: Team) -> None:
    team.configure('[gate]\nprotected = ["apps/*"]\n')
    team.work.write("Apps/x.yaml", V2)
    team.commit()
    assert team.rules() == ["uncertified-change"]


def test_two_proposals_with_one_certificate(team: Team) -> None:
    """Two branches bring the same certified work; the second one finds it done."""
    first = team.prove(ONE, 1, files={A: V2})
    team.branch("again")
    team.work.write(C, V2)
    team.commit()
    team.git("cherry-pick", first)
    assert team.rules() == []
    team.git("switch", "--quiet", "main")
    team.merge()
    team.git("switch", "--quiet", "again")
    team.git("merge", "--quiet", "--no-edit", "origin/main")
    assert team.rules() == []


def test_reapplied_by_a_revert_of_the_revert(team: Team) -> None:
    """git's own way to bring work back: it is a tick, and the certificate was used."""
    team.prove(ONE, 1, files={A: V2})
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    assert team.rules() == ["used-certificate"]


def test_open_boxes_of_a_certified_task(team: Team) -> None:
    """Opening is free, and closing again is a tick."""
    team.prove(ONE, 1, 2, files={A: V2})
    team.edit(ONE, "- [x] All", "- [ ] All")
    team.commit()
    assert team.rules() == []
    team.tick(ONE, 2)
    team.commit()
    assert team.rules() == ["used-certificate"]
    team.squash()
    assert team.rules() == [], "as it was certified"


def test_criteria_of_two_certificates_swapped(team: Team) -> None:
    """Each box by the certificate of the other task."""
    team.work.write(TWO, FILES[TWO].replace("Update a", "Update c"))
    team.commit()
    team.push()
    team.prove(ONE, 1, files={A: V2})
    team.git("reset", "--quiet", "--hard", "origin/main")
    team.prove(TWO, 1, files={C: V2})
    team.squash()
    team.git("checkout", "--quiet", "origin/main", "--", TWO)
    team.tick(ONE, 1)
    team.amend()
    assert team.rules() == ["uncertified-change"] or team.rules() == ["forged-tick"]


def test_withdrawn_box_comes_back(team: Team) -> None:
    text = FILES[ONE].replace("- [ ] Update b to 2", "- [x] ~~Update b to 2~~")
    team.work.write(ONE, text)
    team.commit()
    team.push()
    team.edit(ONE, "~~Update b to 2~~", "Update b to 2")
    team.commit()
    assert team.rules() == ["forged-tick"]


def test_three_tasks_rebased_interleaved(team: Team) -> None:
    """Two tasks, in turns, on a main that moved; and once more with the commits in one."""
    team.prove(ONE, 1, files={A: V2})
    team.prove(TWO, 3, files={B: V2})
    team.prove(ONE, 2)
    team.prove(TWO, 4)
    team.branch("theirs")
    team.work.write(C, V2)
    team.commit()
    team.push()
    team.git("switch", "--quiet", "main")
    team.git("rebase", "--quiet", "origin/main")
    assert team.rules() == []
    team.squash()
    assert team.rules() == []
