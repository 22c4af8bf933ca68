"""Proposals with merges in them: what stands at a commit follows from its parents, and from no order of listing."""

from __future__ import annotations

import pytest

from .proposals import FILES, ONE, TWO, V1, V2, V3, V9, A, B, C, Team

TWINS = ("tasks/january/deploy.md", "tasks/february/deploy.md")
DEPLOY = "# Deploy\n\n## Acceptance Criteria\n\n- [ ] All manifests are valid\n- [ ] Update a to 2\n"
orders = pytest.mark.parametrize("swapped", [False, True])


def joined(team: Team, one: str, other: str, swapped: bool) -> None:
    """A merge without conflicts, with one or the other for its first parent."""
    first, second = (other, one) if swapped else (one, other)
    team.branch("joined", first)
    team.join(second)


def settled(team: Team, one: str, other: str, swapped: bool, files: dict[str, str]) -> None:
    first, second = (other, one) if swapped else (one, other)
    team.branch("joined", first)
    team.settle(second, files)


def text(team: Team, commit: str, path: str) -> str:
    return team.git("show", f"{commit}:{path}")


# Certified files, edited on another line


@orders
def test_edit_behind_the_same_change_by_hand(team: Team, swapped: bool) -> None:
    """Side: made by hand, merged with the certified work, edited again, merged again. git sees no conflict."""
    team.branch("side")
    same = team.by_hand(A, V2)
    edited = team.by_hand(A, V9)
    team.branch("work")
    team.prove(ONE, 1, files={A: V2})
    both = team.join(same)
    assert team.rules() == []
    joined(team, both, edited, swapped)
    assert team.work.read(A) == V9 and "[x] Update a" in team.work.read(ONE)
    assert team.rules() == ["uncertified-change"]


@orders
def test_taken_back_by_who_never_had_it(team: Team, swapped: bool) -> None:
    team.branch("work")
    first = team.by_hand(A, V2)
    team.by_hand(A, V1)
    work = team.prove(ONE, 1, files={A: V2})
    team.branch("side", first)
    team.by_hand(A, V1)
    side = team.by_hand(A, V9)
    settled(team, work, side, swapped, {A: V9, ONE: text(team, work, ONE)})
    assert team.rules() == ["uncertified-change"]


@orders
def test_taken_back_on_one_side(team: Team, swapped: bool) -> None:
    """For what descends from it; the file is nobody's there, and as it was certified on the other side."""
    done = team.prove(ONE, 1, files={A: V2})
    other = team.by_hand(C, V2)
    team.branch("back", done)
    team.git("revert", "--no-edit", done)
    back = team.work.head()
    joined(team, back, other, swapped)
    assert team.work.read(A) == V1
    team.by_hand(A, V9)
    assert team.rules() == []
    team.branch("dirty", other)
    team.by_hand(A, V9)
    team.settle(back, {})
    assert "uncertified-change" in team.rules()


@orders
def test_back_on_one_of_two_lines_that_used_it(team: Team, swapped: bool) -> None:
    """The other line's use stands."""
    team.branch("other")
    team.work.write(B, V2)
    start = team.commit()
    team.branch("one", "origin/main")
    done = team.prove(ONE, 1, files={A: V2})
    team.git("revert", "--no-edit", done)
    one = team.by_hand(A, V9)
    team.branch("two", start)
    team.git("cherry-pick", done)
    two = team.work.head()
    settled(team, one, two, swapped, {A: V9, ONE: text(team, two, ONE), B: V2})
    assert team.rules() == ["uncertified-change", "used-certificate"]


@orders
def test_older_certified_state_kept(team: Team, swapped: bool) -> None:
    one = team.prove(ONE, 1, files={A: V2})
    other = team.prove(TWO, 1, files={A: V3})
    team.branch("old", one)
    old = team.by_hand(C, V2)
    settled(team, old, other, swapped, {A: V2, C: V2, TWO: FILES[TWO].replace("[ ] Update a", "[x] Update a")})
    assert team.rules() == ["uncertified-change"]


@orders
def test_certificate_of_the_base_over_one_of_the_proposal(team: Team, swapped: bool) -> None:
    """What the base has got is no news behind a certificate that went on from it: in the same line, and in a side
    branch that begins before the base got it."""
    old = team.work.head()
    first = team.prove(ONE, 1, files={A: V2})
    named = team.git("log", "-1", "--format=%B")
    team.merge()
    work = team.prove(TWO, 1, files={A: V1})
    assert team.rules() == []
    team.work.write(A, V2)
    team.commit(named)
    assert team.rules() == ["uncertified-change"] or team.rules() == ["used-certificate"]
    team.squash()
    assert team.rules() != []
    team.branch("side", old)
    team.by_hand(C, V2)
    team.git("cherry-pick", first)
    side = team.work.head()
    assert team.rules() == []
    joined(team, work, side, swapped)
    assert team.work.read(A) == V2
    assert team.rules() != []


@orders
def test_certificate_that_begins_at_one_side_only(team: Team, swapped: bool) -> None:
    """The merge goes on from what the one side has by hand; what the other certified is left behind."""
    team.branch("work")
    work = team.prove(ONE, 1, files={A: V2})
    team.branch("side", "origin/main")
    side = team.by_hand(A, V3)
    team.prove(TWO, 1, files={A: V9})
    ticked = text(team, "HEAD", TWO)
    settled(team, work, side, swapped, {A: V9, ONE: text(team, work, ONE), TWO: ticked})
    assert "uncertified-change" in team.rules()


@orders
def test_merge_that_is_certified_itself(team: Team, swapped: bool) -> None:
    """It begins where the certified side ends; the other side left the file alone."""
    team.branch("work")
    work = team.prove(ONE, 1, files={A: V2})
    team.prove(TWO, 1, files={A: V3})
    ticked = text(team, "HEAD", TWO)
    team.branch("side", "origin/main")
    side = team.by_hand(C, V2)
    settled(team, work, side, swapped, {A: V3, C: V2, ONE: text(team, work, ONE), TWO: ticked})
    assert team.rules() == []


def test_certified_file_in_three_sides(team: Team) -> None:
    """An octopus takes what one of its sides certified, or is refused."""
    team.branch("one")
    team.by_hand(C, V2)
    team.branch("two", "origin/main")
    team.by_hand("d.yaml", V2)
    team.branch("work", "origin/main")
    team.prove(ONE, 1, files={A: V2})
    team.join("one", "two")
    assert team.rules() == []
    team.work.write(A, V1)
    team.amend()
    assert team.rules() == ["uncertified-change"]


# One certificate in two places


@orders
@pytest.mark.parametrize("files", [{}, {A: V2}])
def test_same_certified_commit_in_two_branches(team: Team, swapped: bool, files: dict[str, str]) -> None:
    team.branch("one")
    done = team.prove(ONE, 2 - len(files), files=files)
    one = team.by_hand(B, V2)
    team.branch("two", "origin/main")
    team.by_hand(C, V2)
    team.git("cherry-pick", done)
    two = team.by_hand("d.yaml", V2)
    joined(team, one, two, swapped)
    assert team.rules() == []
    team.squash()
    assert team.rules() == []


@orders
def test_two_boxes_by_one_certificate_in_two_branches(team: Team, swapped: bool) -> None:
    """Files of one name are tasks of one id, and their boxes claim the same."""
    for path in TWINS:
        team.work.write(path, DEPLOY)
    team.commit()
    team.push()
    team.branch("one")
    one = team.prove(TWINS[0], 1)
    named = team.git("log", "-1", "--format=%B")
    team.branch("two", "origin/main")
    team.tick(TWINS[1], 1)
    two = team.commit(named)
    joined(team, one, two, swapped)
    assert team.rules() == ["forged-tick"]


def test_twin_by_a_certificate_that_the_base_has_got_meanwhile(team: Team) -> None:
    """Seen from where the branch began nothing more is ticked; merged, it would be."""
    for path in TWINS:
        team.work.write(path, DEPLOY)
    begin = team.commit()
    team.push()
    team.prove(TWINS[0], 1)
    named = team.git("log", "-1", "--format=%B")
    team.merge()
    team.branch("side", begin)
    team.tick(TWINS[1], 1)
    team.commit(named)
    assert team.rules() == ["used-certificate"]


@pytest.mark.parametrize("squashed", [False, True])
def test_twin_by_a_fresh_certificate(team: Team, squashed: bool) -> None:
    """What was proved of one task file is not said of another one that says the same."""
    for path in TWINS:
        team.work.write(path, DEPLOY)
    begin = team.commit()
    team.push()
    team.branch("proved")
    team.prove(TWINS[0], 1)
    named = team.git("log", "-1", "--format=%B")
    team.branch("forged", begin)
    team.tick(TWINS[1], 1)
    team.commit("Squashed" if squashed else named)
    assert team.rules() in (["forged-tick"], ["used-certificate"])


def test_both_twins_by_their_own(team: Team) -> None:
    for path in TWINS:
        team.work.write(path, DEPLOY)
    team.commit()
    team.push()
    team.branch("proved")
    for path in TWINS:
        team.prove(path, 1)
    assert team.rules() == []
    team.squash()
    assert team.rules() == []


# Task files that move


@orders
def test_moved_on_the_base(team: Team, swapped: bool) -> None:
    """git brings the tick to where the file is now."""
    done = team.prove(ONE, 1, files={A: V2})
    team.branch("theirs")
    moved = team.move(ONE, "tasks/done/T-1.md")
    team.push()
    joined(team, done, moved, swapped)
    assert "[x] Update a" in team.work.read("tasks/done/T-1.md")
    assert team.rules() == []
    team.tick("tasks/done/T-1.md", 4)
    team.amend()
    assert team.rules() == ["forged-tick"]


@orders
def test_moved_here_and_ticked_on_the_base(team: Team, swapped: bool) -> None:
    done = team.prove(ONE, 1, files={A: V2})
    team.merge()
    team.branch("work", "HEAD~1")
    moved = team.move(ONE, "tasks/done/T-1.md")
    joined(team, done, moved, swapped)
    assert "[x] Update a" in team.work.read("tasks/done/T-1.md")
    assert team.rules() == []


@pytest.mark.parametrize("how", ["ours", "theirs"])
def test_moved_and_taken_back_on_the_base(team: Team, how: str) -> None:
    """A branch from before moves the file, and its merge keeps the tick, in its own words or word by word."""
    done = team.prove(ONE, 1, files={A: V2})
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    back = team.work.head()
    team.merge()
    team.branch("old", done)
    moved = team.move(ONE, "tasks/done/T-1.md")
    ticked = team.work.read("tasks/done/T-1.md") + ("\nA word.\n" if how == "ours" else "")
    if how == "ours":
        team.settle(back, {"tasks/done/T-1.md": ticked})
    else:
        team.branch("new", back)
        team.settle(moved, {"tasks/done/T-1.md": ticked, ONE: None, A: V2})
    assert team.rules() == ["forged-tick"] or team.rules() == ["used-certificate"]


@pytest.mark.parametrize("first", [True, False])
def test_moved_here_and_kept_where_it_was(team: Team, first: bool) -> None:
    """The base opened the box; the merge has the file of both sides."""
    done = team.prove(ONE, 1, files={A: V2})
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    back = team.work.head()
    team.merge()
    team.branch("old", done)
    moved = team.move(ONE, "tasks/done/T-1.md")
    ticked = team.work.read("tasks/done/T-1.md")
    team.branch("new", back if first else moved)
    team.settle(moved if first else back, {"tasks/done/T-1.md": ticked, ONE: FILES[ONE], A: V1})
    assert team.rules() == ["forged-tick"] or team.rules() == ["used-certificate"]


@orders
def test_moved_to_a_place_on_each_side(team: Team, swapped: bool) -> None:
    team.prove(ONE, 2)
    team.merge()
    ticked = team.work.read(ONE)
    team.branch("one")
    one = team.move(ONE, "tasks/x/T-1.md")
    team.branch("two", "origin/main")
    two = team.move(ONE, "tasks/y/T-1.md")
    settled(team, one, two, swapped, {"tasks/x/T-1.md": ticked, "tasks/y/T-1.md": ticked})
    assert team.rules() == ["forged-tick"] or team.rules() == ["used-certificate"]


@orders
def test_what_cannot_be_read_comes_from_the_base(team: Team, swapped: bool) -> None:
    team.branch("work")
    work = team.prove(ONE, 1, files={A: V2})
    team.branch("theirs", "origin/main")
    theirs = team.by_hand("tasks/old.md", "## Acceptance Criteria\n\n-\n  [x] Update a\n")
    team.push()
    joined(team, work, theirs, swapped)
    assert team.rules() == []


def test_moved_to_two_places(team: Team) -> None:
    """One file that is gone stands for one that is new."""
    team.prove(ONE, 2)
    team.merge()
    ticked = team.work.read(ONE)
    team.git("rm", "--quiet", ONE)
    team.work.write("tasks/x/T-1.md", ticked)
    team.work.write("tasks/y/T-1.md", FILES[ONE])
    team.commit()
    assert team.rules() == []
    team.work.write("tasks/y/T-1.md", ticked)
    team.amend()
    assert team.rules() == ["used-certificate"]


def test_two_of_one_name_archived_together(team: Team) -> None:
    for path in TWINS:
        team.work.write(path, DEPLOY)
    team.commit()
    team.push()
    team.prove(TWINS[0], 1)
    team.merge()
    for path in TWINS:
        (team.work.root / path).parent.rename(team.work.root / path.replace("tasks/", "tasks/2025-").rpartition("/")[0])
    team.commit()
    assert team.rules() == []


# Honest merges


@orders
def test_the_same_twice_and_one_goes_on(team: Team, swapped: bool) -> None:
    """Two people did the same box; one of them went on from there with another task."""
    team.branch("one")
    team.prove(ONE, 1, files={A: V2})
    one = team.work.head()
    team.branch("two", "origin/main")
    team.by_hand(C, V2)
    team.prove(ONE, 1, files={A: V2})
    both = team.join(one)
    assert team.rules() == []
    team.git("switch", "--quiet", "one")
    further = team.prove(TWO, 1, files={A: V3})
    joined(team, both, further, swapped)
    assert team.work.read(A) == V3
    assert team.rules() == []
    team.git("revert", "--no-edit", further)
    assert team.rules() == []


def test_the_same_twice_and_both_taken_back(team: Team) -> None:
    team.branch("one")
    team.prove(ONE, 1, files={A: V2})
    team.branch("two", "origin/main")
    team.by_hand(C, V2)
    team.prove(ONE, 1, files={A: V2})
    team.join("one")
    team.work.write(ONE, FILES[ONE])
    team.by_hand(A, V1)
    assert team.rules() == []
    team.by_hand(A, V9)
    assert team.rules() == []


@orders
def test_one_file_certified_in_turns(team: Team, swapped: bool) -> None:
    """Merged crosswise each time; there are two commits where the sides parted."""
    team.branch("one")
    first = team.prove(ONE, 1, files={A: V2})
    team.branch("two", "origin/main")
    team.prove(ONE, 3, files={B: V2})
    other = team.work.head()
    team.join(first)
    two = team.prove(TWO, 1, files={A: V3})
    team.git("switch", "--quiet", "one")
    team.join(other)
    one = team.prove(TWO, 3, files={B: V3})
    joined(team, one, two, swapped)
    assert (team.work.read(A), team.work.read(B)) == (V3, V3)
    assert team.rules() == []
    team.work.write(A, V2)
    team.amend()
    assert team.rules() == ["uncertified-change"]


@orders
def test_edited_elsewhere_and_set_back_there(team: Team, swapped: bool) -> None:
    """Whoever does not have the certified work may do with the file what he likes, until the two meet."""
    team.branch("side")
    team.by_hand(A, V9)
    side = team.by_hand(A, V1)
    team.branch("work", "origin/main")
    work = team.prove(ONE, 1, files={A: V2})
    joined(team, work, side, swapped)
    assert team.work.read(A) == V2
    assert team.rules() == []


@orders
def test_the_base_went_on(team: Team, swapped: bool) -> None:
    """It had the same in that file for a while, and the branch took it in; what the base has was accepted."""
    work = team.prove(ONE, 1, 3, files={A: V2, B: V2})
    team.branch("theirs", "origin/main")
    same = team.by_hand(A, V2)
    team.push()
    joined(team, work, same, swapped)
    joint = team.work.head()
    team.git("switch", "--quiet", "theirs")
    newer = team.by_hand(A, V9)
    team.push()
    team.git("branch", "--quiet", "--move", "joined", "before")
    joined(team, joint, newer, swapped)
    assert team.work.read(A) == V9
    assert team.rules() == []
    team.branch("beside", work)
    team.by_hand(C, V2)
    team.join("joined")
    assert team.rules() == [], "a line without it takes it from who has it"
    team.by_hand(B, V9)
    assert team.rules() == ["uncertified-change"], "of the other file the certificate stands"


@orders
def test_older_base_merged_for_nothing(team: Team, swapped: bool) -> None:
    """A commit of the base that is in the branch already, for a parent: nothing went on there."""
    team.by_hand(A, V9)
    older = team.work.head()
    team.push()
    team.by_hand(A, V1)
    team.push()
    work = team.prove(ONE, 1, files={A: V2})
    tree = team.git("commit-tree", f"{work}^{{tree}}", "-p", *((older, "-p", work) if swapped else (work, "-p", older)),
                    "-m", "Merge").strip()  # fmt: skip
    team.git("reset", "--quiet", "--hard", tree)
    assert team.rules() == []
    team.work.write(A, V1)
    team.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    assert team.rules() == ["uncertified-change"]


@orders
def test_conflict_with_the_squash_of_the_branch_below(team: Team, swapped: bool) -> None:
    """The base has the first branch as a squash, the second went on in the same file: its certificate begins there."""
    team.branch("first")
    team.prove(ONE, 1, files={A: V2})
    team.branch("second", "first")
    second = team.prove(TWO, 1, files={A: V3})
    team.git("switch", "--quiet", "first")
    team.squash()
    taken = team.work.head()
    team.merge()
    settled(team, second, taken, swapped, {A: V3, ONE: text(team, second, ONE), TWO: text(team, second, TWO)})
    assert team.rules() == []
    team.work.write(A, V2)
    team.amend()
    assert team.rules() == ["uncertified-change"]


@orders
def test_there_and_back_on_the_other_side(team: Team, swapped: bool) -> None:
    """Nothing changed there in the end, so a merge has what this side did."""
    team.branch("work")
    work = team.prove(ONE, 1, files={A: V2})
    team.branch("side", "origin/main")
    team.prove(TWO, 1, files={A: V2, B: V2})
    side = team.prove(TWO, 3, files={A: V1})
    joined(team, work, side, swapped)
    assert team.work.read(A) == V2
    assert team.rules() == []
    team.work.write(A, V1)
    team.amend()
    assert team.rules() == ["uncertified-change"]


def test_stacked_on_work_that_was_taken_in(team: Team) -> None:
    """The first branch was squashed on the base, which went on in another file."""
    team.branch("first")
    team.prove(ONE, 1, files={A: V2})
    team.branch("second", "first")
    team.prove(TWO, 3, files={B: V2})
    team.git("switch", "--quiet", "first")
    team.squash()
    team.by_hand(C, V2)
    team.merge()
    team.git("switch", "--quiet", "second")
    assert team.rules() == []
    team.join("origin/main")
    assert team.rules() == []


def test_taken_back_and_brought_back_against_the_base(team: Team) -> None:
    """A revert of what the base has, and the revert of that: in the end nothing was done."""
    team.prove(ONE, 1, files={A: V2})
    team.merge()
    team.git("revert", "--no-edit", "HEAD")
    team.git("revert", "--no-edit", "HEAD")
    assert team.rules() == []
