"""A task whose criteria work in another repository: both are verified, certified together, and committed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import ENVIRONMENT, git, make_repository

from .work import LIGHT, SETTINGS, TASK, Work, start

TEXT = LIGHT[TASK].replace("labels: [infrastructure]", "labels: [infrastructure]\nrepository: fleet")


@pytest.fixture
def both(tmp_path: Path) -> tuple[Work, Path]:
    """The tasks are in one repository, the manifests in the one beside it; both trust the key."""
    work = start(tmp_path, {TASK: TEXT})
    trusted = work.read(".executor/trusted_keys")
    fleet = make_repository(tmp_path / "fleet", {SETTINGS: LIGHT[SETTINGS], ".executor/trusted_keys": trusted})
    answer = work.call("run", "TASK-001")
    assert "1.26" in (fleet / SETTINGS).read_text(), answer.out + answer.err
    return work, fleet


def test_both_are_committed(both: tuple[Work, Path]) -> None:
    work, fleet = both
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    assert [each["repository"] for each in answer.json["commit"]] == ["fleet", "platform"]
    assert git(fleet, "show", "--name-only", "--format=", "HEAD").split() == [SETTINGS]
    assert work.git("show", "--name-only", "--format=", "HEAD").split() == [TASK]
    digests = {git(root, "log", "-1", "--format=%(trailers:key=Executor-Certificate)") for root in (fleet, work.root)}
    assert len(digests) == 1
    for root in (fleet, work.root):
        assert git(root, "status", "--porcelain") == ""
        assert git(root, "notes", "--ref=executor", "show", "HEAD").encode() == work.document()


def test_edit_in_the_other_one_is_seen(both: tuple[Work, Path]) -> None:
    work, fleet = both
    (fleet / SETTINGS).write_text((fleet / SETTINGS).read_text().replace("1.26", "1.27"))
    git(fleet, "add", SETTINGS)
    before = git(fleet, "rev-parse", "HEAD")
    assert work.verify("--commit").code == 1
    assert git(fleet, "rev-parse", "HEAD") == before


def test_gate_of_the_other_one(both: tuple[Work, Path]) -> None:
    """It looks at its own part of the certificate."""
    work, fleet = both
    assert work.verify("--commit").code == 0
    other = Work(fleet, work.home)
    subprocess.run(["git", "branch", "base", "HEAD~1"], cwd=fleet, env=ENVIRONMENT, check=True)
    answer = other.call("gate", "--base", "base", "--json")
    assert answer.code == 0 and len(answer.json["commits"][0]["certificates"]) == 1
    git(fleet, "checkout", "--quiet", "base")
    (fleet / "executor.toml").write_text('[gate]\nprotected = ["*.yaml"]\n')
    other.commit("Protect", "executor.toml")
    git(fleet, "checkout", "--quiet", "main")
    git(fleet, "rebase", "--quiet", "base")
    answer = other.call("gate", "--base", "base", "--json")
    assert answer.code == 0 and len(answer.json["commits"][0]["certificates"]) == 1, answer.out + answer.err


def test_replayed_in_the_other_one(both: tuple[Work, Path]) -> None:
    """Squashed there without the trailers, taken back by a person, and brought in again with the old certificate."""
    work, fleet = both
    other = Work(fleet, work.home)
    git(fleet, "stash", "--quiet")
    other.write("executor.toml", '[gate]\nprotected = ["*.yaml"]\n')
    base = other.commit("Protect", "executor.toml")
    git(fleet, "stash", "pop", "--quiet", "--index")
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    certified = other.head()
    git(fleet, "commit", "--quiet", "--amend", "-m", "Squashed")
    assert other.call("gate", "--base", base).code == 0
    git(fleet, "revert", "--no-edit", "HEAD")
    git(fleet, "branch", "base")
    git(fleet, "checkout", "--quiet", certified, "--", SETTINGS)
    git(fleet, "commit", "--quiet", "-m", "Again")
    git(fleet, "notes", "--ref=executor", "copy", certified, "HEAD")
    answer = other.call("gate", "--base", "base")
    assert answer.code == 1 and "used before" in answer.out


def test_other_one_that_does_not_trust_the_key(both: tuple[Work, Path]) -> None:
    """Nobody there could check the certificate: nothing is committed in either."""
    work, fleet = both
    git(fleet, "stash", "--quiet")
    git(fleet, "rm", "--quiet", ".executor/trusted_keys")
    git(fleet, "commit", "--quiet", "-m", "Trust nobody")
    git(fleet, "stash", "pop", "--quiet", "--index")
    before = work.head(), git(fleet, "rev-parse", "HEAD")
    answer = work.verify("--commit")
    assert answer.code == 1 and "would not be believed in fleet" in answer.err
    assert ".executor/trusted_keys" in answer.err
    assert (work.head(), git(fleet, "rev-parse", "HEAD")) == before


def test_branch_of_one_moves_meanwhile(both: tuple[Work, Path]) -> None:
    """Both or none: the other one's commit and note are taken back."""
    work, fleet = both
    before = git(fleet, "rev-parse", "HEAD")
    staged = git(fleet, "diff", "--cached")
    hook = work.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ngit update-ref refs/heads/main "$(git commit-tree -m theirs -p HEAD HEAD^{tree})"\n')
    hook.chmod(0o755)
    answer = work.verify("--commit")
    assert answer.code == 1 and "nothing was committed" in answer.err
    assert git(fleet, "rev-parse", "HEAD") == before and git(fleet, "diff", "--cached") == staged
    assert git(fleet, "notes", "--ref=executor", "list") == ""
    hook.unlink()
    assert work.verify("--commit").code == 0
