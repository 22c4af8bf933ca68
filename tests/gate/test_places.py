"""Repositories as people have them: odd paths, work trees, submodules, other hashes, line ends, sparse, locked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import ENVIRONMENT, git, make_repository, write_files

from .work import KEY, LIGHT, SETTINGS, TASK, Answer, Work, run, start


def whole_way(work: Work, base: str = "HEAD~1") -> Answer:
    """Run, verify, commit, check, gate; each has to work there."""
    run(work)
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    changed = work.git("show", "--name-only", "-z", "--format=", "HEAD").strip("\0").split("\0")
    assert changed == [SETTINGS, TASK]
    assert work.git("status", "--porcelain") == ""
    checked = work.call("certificate", "check", "HEAD")
    assert checked.code == 0, checked.out + checked.err
    judged = work.call("gate", "--base", base)
    assert judged.code == 0 and "1 of them certified" in judged.out, judged.out + judged.err
    assert work.verify("--commit").json["commit"][0]["commit"] == work.head(), "a second call finds it"
    return answer


@pytest.mark.parametrize("name", ["a b", "ä", "new\nline", '"quoted"', "#hash", "back\\slash", "tab\t", "-C"])
def test_path_of_the_repository(tmp_path: Path, name: str) -> None:
    whole_way(start(tmp_path / name, LIGHT))


def beside(folder: Path) -> tuple[Work, Work]:
    """A repository, and a second work tree of it that has its branch main checked out."""
    main = start(folder, LIGHT)
    main.git("switch", "--quiet", "--create", "elsewhere")
    main.git("worktree", "add", "--quiet", str(folder / "beside"), "main")
    return main, Work(folder / "beside", main.home)


def test_work_tree(tmp_path: Path) -> None:
    """`git worktree add`: index and HEAD are its own; notes, branches and the lock are shared."""
    main, work = beside(tmp_path)
    whole_way(work)
    assert main.git("notes", "--ref=executor", "show", "main").encode() == work.document()
    assert main.git("status", "--porcelain") == ""


def test_work_tree_of_the_same_branch_holds_the_lock(tmp_path: Path) -> None:
    import fcntl

    main, work = beside(tmp_path)
    run(work)
    with (main.root / ".git" / "executor.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert work.verify("--commit").code == 75


def test_submodule(tmp_path: Path) -> None:
    """The repository is a submodule of another: its .git is a file."""
    inner = start(tmp_path, LIGHT)
    outer = make_repository(tmp_path / "outer", {"readme.txt": "x\n"})
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.root), "platform")
    work = Work(outer / "platform", inner.home)
    assert (work.root / ".git").is_file()
    work.git("switch", "--quiet", "main")
    write_files(work.root / ".." / ".git" / "modules" / "platform" / "info", {"exclude": "reports/\n.executor/runs\n"})
    whole_way(work)


def test_repository_that_has_a_submodule(tmp_path: Path) -> None:
    """Declared paths lie beside it; the certified tree keeps it."""
    other = make_repository(tmp_path / "other", {"x.txt": "x\n"})
    work = start(tmp_path, LIGHT)
    git(work.root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "lib")
    work.git("commit", "--quiet", "-m", "Submodule")
    link = work.git("ls-tree", "HEAD", "lib")
    whole_way(work)
    assert work.git("ls-tree", "HEAD", "lib") == link


def test_sha256(tmp_path: Path) -> None:
    root = tmp_path / "platform"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main", "--object-format=sha256")
    home = tmp_path / "home"
    home.mkdir()
    work = Work(make_repository(root, {**LIGHT, ".gitignore": "reports/\n"}), home)
    assert work.call("keys", "new", KEY).code == 0
    work.commit("Trust alice", ".executor/trusted_keys")
    whole_way(work)
    assert len(work.head()) == 64


def test_first_commit_of_all(tmp_path: Path) -> None:
    """No commit yet: nobody is trusted, and that is what is said."""
    root = tmp_path / "platform"
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    (tmp_path / "home").mkdir()
    work = Work(root, tmp_path / "home")
    write_files(root, {**LIGHT, ".gitignore": "reports/\n"})
    assert work.call("keys", "new", KEY).code == 0
    work.call("run", "TASK-001")
    answer = work.verify("--commit")
    assert answer.code == 1 and "trusted_keys" in answer.err, answer.out + answer.err


@pytest.mark.parametrize("mode", ["true", "input"])
def test_line_ends_that_git_converts(tmp_path: Path, mode: str) -> None:
    """core.autocrlf: the blobs have LF whatever the work tree has."""
    work = start(tmp_path, LIGHT)
    work.git("config", "core.autocrlf", mode)
    for path in (SETTINGS, TASK, "notes.txt"):
        (work.root / path).unlink()
    work.git("checkout", "--quiet", "--", ".")
    assert (b"\r\n" in (work.root / TASK).read_bytes()) == (mode == "true")
    run(work)
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    assert b"\r" not in subprocess.run(["git", "show", f"HEAD:{TASK}"], cwd=work.root, env=ENVIRONMENT,
                                       capture_output=True, check=True).stdout  # fmt: skip
    assert work.git("status", "--porcelain") == ""
    assert work.call("gate", "--base", "HEAD~1").code == 0


def test_attributes_that_convert(tmp_path: Path) -> None:
    work = start(tmp_path, {**LIGHT, ".gitattributes": "*.yaml text eol=crlf\n*.md text eol=crlf\n"})
    for path in (SETTINGS, TASK):
        (work.root / path).unlink()
    work.git("checkout", "--quiet", "--", ".")
    assert b"\r\n" in (work.root / SETTINGS).read_bytes()
    run(work)
    answer = work.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    assert work.git("status", "--porcelain") == ""


def test_sparse_checkout(tmp_path: Path) -> None:
    """What is not checked out stays in the tree."""
    work = start(tmp_path, {**LIGHT, "elsewhere/big.txt": "x\n"})
    work.git("sparse-checkout", "set", "tasks")
    assert not (work.root / "elsewhere").exists()
    whole_way(work)
    assert "elsewhere/big.txt" in work.git("ls-tree", "-r", "--name-only", "HEAD")


def test_detached_head(light: Work) -> None:
    head = light.head()
    light.git("switch", "--quiet", "--detach")
    answer = light.verify("--commit")
    assert answer.code == 1 and "detached" in answer.out
    assert light.head() == head
    light.git("switch", "--quiet", "main")
    assert light.verify("--commit").code == 0


def test_locked_index(light: Work) -> None:
    """Somebody's git is at work, or died: the user's index is not needed for the commit, and is named where it is."""
    lock = light.root / ".git" / "index.lock"
    lock.touch()
    answer = light.verify("--commit")
    assert answer.code == 0, answer.out + answer.err
    assert lock.exists()
    lock.unlink()
    assert light.git("status", "--porcelain") == ""


def test_locked_index_where_a_box_is_taken_back(light: Work) -> None:
    """The file says what is the case; that it could not be staged is said, and a second call mends it."""
    light.replace(SETTINGS, "1.26", "1.27")
    light.git("add", SETTINGS)
    body = "from executor.gate.case import look\ndef looks(case):\n    yield look('house', 'rule', 'x', lambda this: " \
           "this.failed('no', cause='house rule', remedy='none'), [1])\n"  # fmt: skip
    from .test_verify import with_plugin

    lock = light.root / ".git" / "index.lock"
    lock.touch()
    answer = with_plugin(light, light.home / "plugin", body)
    lock.unlink()
    assert answer.code in (1, 2), answer.out
    assert "index.lock" in answer.out + answer.err


@pytest.mark.parametrize("ref", ["heads/main.lock", "notes/executor.lock"])
def test_locked_ref(light: Work, ref: str) -> None:
    head = light.head()
    lock = light.root / ".git" / "refs" / ref
    lock.parent.mkdir(exist_ok=True)
    lock.touch()
    answer = light.verify("--commit")
    assert answer.code != 0 and ".lock" in answer.err, answer.err
    assert light.head() == head
    lock.unlink()
    assert light.verify("--commit").code == 0
    assert light.call("certificate", "check", "HEAD").code == 0


def test_somebody_elses_repository(light: Work) -> None:
    """git's safe.directory: what git refuses, so do we, in git's words."""
    env = {"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1", "SUDO_UID": ""}  # behind sudo git trusts who called it
    before = light.read(TASK)
    from unittest import mock

    with mock.patch("executor.tools.git._KEPT", {"GIT_TEST_ASSUME_DIFFERENT_OWNER", "GIT_CONFIG_GLOBAL"}):
        answer = light.verify("--commit", env=env)
    assert answer.code == 2 and "dubious ownership" in answer.err, answer.err
    assert light.read(TASK) == before


# Somebody else's staged work


@pytest.mark.parametrize("path", ["notes.txt", "more.txt"])
def test_staged_work_in_other_paths(light: Work, path: str) -> None:
    light.write(path, "theirs\n")
    light.git("add", path)
    assert light.verify("--commit").code == 0
    assert light.git("diff", "--cached", "--name-only").split() == [path]


def test_staged_work_in_a_declared_path(light: Work) -> None:
    """Staged and then made undone in the work tree: the index is somebody's, and would be lost."""
    good = light.read(SETTINGS)
    light.replace(SETTINGS, "name: web", "name: other")
    light.git("add", SETTINGS)
    light.write(SETTINGS, good)
    head, index = light.head(), light.git("diff", "--cached")
    assert light.verify("--commit").code == 1
    assert (light.head(), light.git("diff", "--cached")) == (head, index)


def test_intent_to_add_and_skip_worktree(light: Work) -> None:
    light.write("later.txt", "x\n")
    light.git("add", "--intent-to-add", "later.txt")
    light.git("update-index", "--skip-worktree", "notes.txt")
    assert light.verify("--commit").code == 0
    assert light.git("status", "--porcelain") == " A later.txt\n"
    assert light.git("ls-files", "-v", "notes.txt").startswith("S")


def test_split_index(light: Work) -> None:
    light.git("update-index", "--split-index")
    assert light.verify("--commit").code == 0
    assert light.git("status", "--porcelain") == ""


# Hooks


def hook(work: Work, name: str, body: str) -> None:
    path = work.root / ".git" / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("#!/bin/sh\n" + body + "\n")
    path.chmod(0o755)


def test_hook_that_takes_too_long(tmp_path: Path) -> None:
    work = start(tmp_path, {**LIGHT, "executor.toml": "[commit]\nhook_timeout_seconds = 0.5\n"})
    run(work)
    head = work.head()
    hook(work, "pre-commit", "sleep 60")
    answer = work.verify("--commit")
    assert answer.code == 1 and "longer than 0.5 s" in answer.err
    assert work.head() == head


def test_hook_that_commits_by_itself(light: Work) -> None:
    hook(
        light, "pre-commit", "rm .git/hooks/pre-commit; git -c core.hooksPath=/dev/null commit -q --allow-empty -m mine"
    )
    answer = light.verify("--commit")
    assert answer.code == 1, answer.out
    assert light.git("log", "-1", "--format=%s").strip() != "✨ INFRASTRUCTURE: Raise nginx"


def test_reference_transaction_hook_that_says_no(light: Work) -> None:
    head = light.head()
    hook(light, "reference-transaction", "case $1 in prepared) grep -q refs/heads/main && exit 1;; esac; exit 0")
    answer = light.verify("--commit")
    assert answer.code != 0
    assert light.head() == head
    assert not light.git("for-each-ref", "refs/notes/executor") or not light.git("notes", "--ref=executor", "list")
