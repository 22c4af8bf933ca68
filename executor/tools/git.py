"""git, as a program. Only what the executor needs; nothing here commits, resets, cleans or pushes."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from executor.errors import RepositoryError
from executor.tools import files, process
from executor.values import dataclass

_READS = frozenset(
    ("cat-file", "diff-index", "diff-tree", "for-each-ref", "ls-files", "ls-tree", "merge-base", "rev-list",
     "rev-parse", "status", "version")
)  # fmt: skip
"""What ends by itself, having written nothing: starting it so that our death ends it takes twice the time."""


IGNORED = "!!"
"""git status' letters for what is not tracked because of a .gitignore."""


@dataclass(frozen=True, slots=True)
class State:
    """`branch` is None when HEAD is detached, `commit` None before the first commit; `busy` names what is under way;
    `head` is what the file HEAD says."""

    branch: str | None
    commit: str | None
    busy: str | None
    head: str = ""


@dataclass(frozen=True)
class Git:
    """The work tree at `root`, its real top folder."""

    root: Path

    def run(self, *arguments: str, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> bytes:
        """Standard output of `git ARGUMENTS`. Raises RepositoryError with git's own words where it fails."""
        return said(self.attempt(*arguments, env=env, stdin=stdin), self.root)

    def attempt(
        self, *arguments: str, env: Mapping[str, str] | None = None, stdin: bytes | None = None
    ) -> process.Completed:
        return together([self.call(*arguments, env=env, stdin=stdin)])[0]

    def call(self, *arguments: str, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> process.Call:
        """The process of `git ARGUMENTS`, for `together`."""
        return process.Call(
            ("git", *arguments),
            self.root,
            {**_clean_environment(), **(env or {})},
            stdin,
            # SIGTERM: git then removes its .lock files; killed, it would leave them behind. With an index of our own
            # nobody waits for its lock, and git may end by itself
            at_our_death=None if arguments[0] in _READS or "GIT_INDEX_FILE" in (env or {}) else signal.SIGTERM,
        )

    def common_dir(self) -> Path:
        """The folder that all work trees of the repository share; the lock lives in it."""
        return self._folder("--git-common-dir")

    def _folder(self, which: str) -> Path:
        """A folder of git's own, as an absolute path: an empty answer must never become the current folder."""
        plain = self._plain_folder()
        if plain is not None:
            return plain
        found = Path(os.fsdecode(self.run("rev-parse", "--path-format=absolute", which).removesuffix(b"\n")))
        if not found.is_absolute():
            raise RepositoryError(f"git rev-parse {which} answered {str(found)!r}", place=str(self.root))
        return found

    def _plain_folder(self) -> Path | None:
        """`.git` where a repository with one work tree has it; git has to be asked for all others."""
        plain = self.root / ".git"
        return plain if (plain / "HEAD").is_file() and not (plain / "commondir").exists() else None

    def state(self) -> State:
        """Where HEAD is, and whether a merge, rebase, cherry-pick, revert or bisect is under way."""
        branch, commit = self._head()
        folder = self._folder("--git-dir")
        busy = next((what for name, what in _UNDER_WAY.items() if (folder / name).exists()), None)
        return State(branch, commit, busy, self.head())

    def head(self) -> str:
        """What the file HEAD says: the branch, or a commit where none is checked out."""
        return (self._folder("--git-dir") / "HEAD").read_text(encoding="utf-8", errors="replace")

    def lock(self, what: str) -> contextlib.AbstractContextManager[None]:
        """Nobody else of us writes in the repository while inside. Raises LockHeld, RepositoryError."""
        holder = {"pid": os.getpid(), "task": what, "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"}
        return files.lock(self.common_dir() / "executor.lock", holder)

    def _head(self) -> tuple[str | None, str | None]:
        """Branch and commit by one question where both are plain, as they nearly always are."""
        both = self.attempt("rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD")
        commit, _, name = both.output.strip().partition("\n")
        if both.exit_code == 0 and name == "HEAD":
            return None, commit
        if both.exit_code == 0 and name.startswith("refs/heads/"):
            return name.removeprefix("refs/heads/"), commit
        branch = self.attempt("symbolic-ref", "--quiet", "--short", "HEAD")
        if branch.exit_code > 1:  # no detached HEAD: git does not work here at all (somebody else's repository, say)
            raise RepositoryError(f"{branch.command}: {_words(branch)}", place=str(self.root), remedy=_remedy(branch))
        found = self.attempt("rev-parse", "--quiet", "--verify", "HEAD^{commit}")
        return (
            branch.output.strip() if branch.exit_code == 0 else None,
            found.output.strip() if found.exit_code == 0 else None,
        )

    def dirty(self, paths: Sequence[str]) -> dict[str, str]:
        """Of `paths`, those that differ from HEAD (index or work tree) or are untracked → git's two letters, which are
        `!!` for what is not tracked because git ignores it."""
        return _letters(self.run(*_STATUS, *map(_literal, paths))) if paths else {}

    def dirty_and_overlooked(self, paths: Sequence[str]) -> tuple[dict[str, str], list[str]]:
        """Also those of `paths` whose changes git was told to overlook (assume-unchanged, skip-worktree)."""
        if not paths:
            return {}, []
        named = [*map(_literal, paths)]
        asked = [self.call(*_STATUS, *named), self.call("ls-files", "-v", "-z", "--", *named)]
        status, flags = (said(each, self.root) for each in together(asked))
        return _letters(status), [entry[2:] for entry in _entries(flags) if entry[0].islower() or entry[0] == "S"]

    def stage(self, paths: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        """Exactly these paths as they are in the work tree, also where a .gitignore matches what is tracked (for
        which `git add` refuses)."""
        if paths:
            names = b"".join(os.fsencode(path) + b"\0" for path in paths)
            self.run("update-index", "--add", "--remove", "-z", "--stdin", env=env, stdin=names)

    def store(self, data: bytes) -> str:
        """Keep `data` as a blob; returns its id."""
        return self.run("hash-object", "-w", "--stdin", stdin=data).decode().strip()

    def tree_with(self, commit: str | None, paths: Sequence[str]) -> str:
        """The tree of `commit` with the work tree's `paths` in it, made in an index of its own."""
        with tempfile.TemporaryDirectory(prefix="executor-index-") as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self.run("read-tree", commit or "--empty", env=env)
            self.stage(paths, env)
            return self.run("write-tree", env=env).decode().strip()


_STATUS = (
    "status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=traditional", "--no-renames", "--"
)  # fmt: skip


def _letters(status: bytes) -> dict[str, str]:
    return {entry[3:]: entry[:2] for entry in _entries(status)}


def together(calls: Sequence[process.Call]) -> list[process.Completed]:
    """Several gits at once, for questions that do not wait for each other's answers; in the order asked."""
    try:
        return process.run_together(calls, timeout=120, width=len(calls))
    except FileNotFoundError:
        raise RepositoryError("git is not installed", remedy="apt-get install git") from None


def said(done: process.Completed, root: Path) -> bytes:
    """Standard output. Raises RepositoryError with git's own words where it failed."""
    if done.exit_code != 0:
        raise RepositoryError(f"{done.command}: {_words(done)}", place=str(root))
    return done.stdout


def _entries(listed: bytes) -> list[str]:
    """What git lists with `-z`; names that are no UTF-8 keep their bytes."""
    return [entry for entry in listed.decode(errors="surrogateescape").split("\0") if entry]


def _remedy(done: process.Completed) -> str | None:
    """The command that git itself advises."""
    advised = next((line.strip() for line in done.errors.splitlines() if line.strip().startswith("git config")), None)
    return advised and f"if it is yours: {advised}"


def _words(done: process.Completed) -> str:
    """What git says is wrong: the first line that says so, not the advice below it."""
    lines = done.errors.strip().splitlines() or [f"exit code {done.exit_code}"]
    return next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[-1])


_UNDER_WAY = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisect",
}


def _literal(path: str) -> str:
    """A pathspec that means this path even where it holds `*` or begins with `:`."""
    return f":(literal,top){path}"


def _clean_environment() -> dict[str, str]:
    """Ours, without what would point git elsewhere (a hook's GIT_DIR, say), in plain English and never asking."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _KEPT}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


_KEPT = {"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL",
         "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "GIT_SSH_COMMAND", "GIT_CEILING_DIRECTORIES"}  # fmt: skip
