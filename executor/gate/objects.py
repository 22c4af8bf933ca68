"""What git has, read and written by plumbing: trees, blobs, changes. The user's index and work tree stay so."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor.errors import RepositoryError, UsageError
from executor.gate.certificate import Blob, Change
from executor.tools.git import Git, said, together
from executor.values import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from executor.tools.process import Call

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_AS_IT_IS = {
    "GIT_LITERAL_PATHSPECS": "1", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": f"{os.devnull}/none",
}  # fmt: skip
"""A path is a path, an object the one of its id, and a commit's parents its own: `refs/replace/*` and grafts would show
us others than everybody gets."""
EVERY_CHANGE = ("--no-abbrev", "--no-renames", "--ignore-submodules=none")
"""Of each path what is there, also where a `.gitmodules` of the work tree says that its submodule is to be ignored."""
_MANY = 500
_QUARANTINE = ("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH")


def quarantine() -> dict[str, str]:
    """Where a receiving git keeps the objects of a push that has not been accepted yet; pre-receive hooks get it."""
    return {name: os.environ[name] for name in _QUARANTINE if name in os.environ}


@dataclass(frozen=True)
class Objects(Git):
    """A repository's objects; `root` may be a bare one. `extra` is added to git's environment."""

    extra: Mapping[str, str] = field(default_factory=dict)
    known: dict[tuple[str, ...], Any] = field(default_factory=dict, compare=False, repr=False)
    """What was read by full object id, which never changes."""

    def once(self, key: tuple[str, ...], read: Callable[[], Any]) -> Any:
        if not _ID.fullmatch(key[1]):
            return read()
        if key not in self.known:
            self.known[key] = read()
        return self.known[key]

    def call(self, *arguments: str, env: Mapping[str, str] | None = None, stdin: bytes | None = None) -> Call:
        return super().call(*arguments, env={**_AS_IT_IS, **self.extra, **(env or {})}, stdin=stdin)

    def resolve(self, name: str) -> str | None:
        """The id of a commit; None where there is none of that name."""
        found = self.attempt("rev-parse", "--quiet", "--verify", "--end-of-options", f"{name}^{{commit}}")
        return found.output.strip() if found.exit_code == 0 else None

    def named(self, name: str) -> str | None:
        """As `resolve`, for what a person or a service named. Raises UsageError where that is a tag and a branch: git
        takes the tag, which anybody may have pushed."""
        short = re.split(r"[~^]|@\{", name)[0]
        refs = [f"refs/{kind}/{short}" for kind in ("tags", "heads", "remotes")]
        listed = self.run("for-each-ref", "--format=%(refname)", *refs).decode(errors="replace").splitlines()
        found = [each for each in refs if each in listed]
        if len(found) > 1:
            raise UsageError(f"{name} is {' and '.join(found)} here", place=str(self.root),
                             remedy=f"name the one that is meant in full: {found[-1]}")  # fmt: skip
        return self.resolve(name)

    def cut_off(self) -> bool:
        """Whether old history is missing (a shallow clone)."""
        return (self.common_dir() / "shallow").exists()

    def roots(self, commit: str) -> frozenset[str]:
        """The commits that its history begins with: what tells one repository from another."""
        return frozenset(self._answer(*_roots(commit)).decode().split())

    def merge_bases(self, one: str, other: str) -> tuple[str, ...]:
        """The newest commits that both have in their past; both names are full ids."""
        pair = sorted((one, other))
        found: tuple[str, ...] = self.once(
            ("merge-base", *pair), lambda: tuple(self.attempt("merge-base", "--all", *pair).output.split())
        )
        return found

    def message(self, commit: str) -> str:
        """A commit's message. Plumbing: `git log` shows what people configured, such as signatures, besides."""
        return self.run("cat-file", "commit", commit).partition(b"\n\n")[2].decode(errors="replace")

    def tree_of(self, commit: str) -> str:
        return self.run("rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}").decode().strip()

    def is_ancestor(self, commit: str, of: str) -> bool:
        return self.attempt("merge-base", "--is-ancestor", commit, of).exit_code == 0

    def entries(self, tree: str, paths: Sequence[str] = ()) -> dict[str, Blob]:
        """The files of a tree (or commit) by path; only `paths`, where any are given."""
        found: dict[str, Blob] = self.once(("ls-tree", tree, *paths), lambda: self._entries(tree, paths))
        return found

    def _entries(self, tree: str, paths: Sequence[str]) -> dict[str, Blob]:
        listed = self._answer(*_listing(tree, paths))
        found: dict[str, Blob] = {}
        for line in listed.split(b"\0"):
            if line:
                about, _, path = line.partition(b"\t")
                mode, kind, blob = about.decode().split()
                if kind in ("blob", "commit"):
                    found[os.fsdecode(path)] = Blob(mode, blob)
        return found

    def some(self, commit: str, paths: Sequence[str]) -> dict[str, Blob]:
        """The files of a commit, as far as they are among `paths`, which may be very many."""
        return self.entries(commit, paths if len(paths) < _MANY else ())

    def fetch(self, commit: str, paths: Sequence[str], more: Iterable[str] = ()) -> None:
        """Read several files of a commit at once, and the blobs `more`; `file` and `blob` then know them."""
        found = self._entries(commit, paths)
        for path in paths:
            self.known["ls-tree", commit, path] = {path: found[path]} if path in found else {}
        self.blobs((*(entry.blob for entry in found.values()), *more))

    def blob(self, name: str) -> bytes:
        data: bytes = self.once(("blob", name), lambda: self.run("cat-file", "blob", name))
        return data

    def file(self, commit: str, path: str) -> bytes | None:
        """A file's bytes in a commit or tree; None where it has none of that path."""
        entry = self.entries(commit, [path]).get(path)
        return None if entry is None or entry.mode not in ("100644", "100755") else self.blob(entry.blob)

    def blobs(self, names: Iterable[str]) -> dict[str, bytes]:
        """Many blobs in one process; those that are not there are left out."""
        everything = list(dict.fromkeys(names))
        found = {each: self.known["blob", each] for each in everything if ("blob", each) in self.known}
        wanted = [each for each in everything if each not in found]
        if not wanted:
            return found
        answer = self.run("cat-file", "--batch", stdin="".join(f"{each}\n" for each in wanted).encode())
        at = 0
        for name in wanted:
            end = answer.index(b"\n", at)
            words = answer[at:end].split()
            at = end + 1
            if words[-1] in (b"missing", b"ambiguous"):
                continue
            size = int(words[2])
            if words[1] == b"blob":
                found[name] = self.known["blob", name] = answer[at : at + size]
            at += size + 1
        return found

    def changes(self, before: str | None, after: str) -> tuple[Change, ...]:
        """What differs between two trees (or commits; None: the empty tree), by path; renames are two changes."""
        old = before or self.empty_tree()
        found: tuple[Change, ...] = self.once(
            ("changes", old, after), lambda: tuple(parse_raw(self._answer(*_difference(old, after))))
        )
        return found

    def staged(self, base: str | None) -> tuple[Change, ...]:
        """What the index changes of a commit (None: of nothing)."""
        old = base or self.empty_tree()
        listed = self.run("diff-index", "--cached", "-z", "--raw", *EVERY_CHANGE, old)
        return tuple(parse_raw(listed))

    def ahead(self, base: str | None, tree: str, paths: Sequence[str]) -> None:
        """Ask at once what will be asked one by one: what `tree` changes, some files of it, where the history begins.
        Both names are full ids."""
        asked = [_listing(tree, paths)]
        asked += [_difference(base, tree), _roots(base)] if base else []
        for argv, done in zip(asked, together([self.call(*each) for each in asked]), strict=True):
            self.known["answer", *argv] = said(done, self.root)

    def _answer(self, *argv: str) -> bytes:
        found: bytes | None = self.known.get(("answer", *argv))
        return self.run(*argv) if found is None else found

    def store_folder(self) -> Path:
        """Where the objects are."""
        return self._places()[1]

    def common_dir(self) -> Path:
        return self._places()[0]

    def _places(self) -> tuple[Path, Path]:
        plain = None if self.extra else self._plain_folder()
        if plain is not None:
            return plain, plain / "objects"
        if ("places",) not in self.known:
            asked = (("--git-common-dir",), ("--git-path", "objects"))
            said = [self.run("rev-parse", "--path-format=absolute", *each) for each in asked]
            common, store = (Path(os.fsdecode(each.removesuffix(b"\n"))) for each in said)
            self.known["places",] = (common, store)
        found: tuple[Path, Path] = self.known["places",]
        return found

    def empty_tree(self) -> str:
        return self.run("hash-object", "-t", "tree", "-w", "--stdin", stdin=b"").decode().strip()

    @contextmanager
    def index_of(self, tree: str | None) -> Iterator[dict[str, str]]:
        """An index of its own that holds `tree`; yields the environment that makes git use it."""
        with tempfile.TemporaryDirectory(prefix="executor-index-", ignore_cleanup_errors=True) as folder:
            env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self.run("read-tree", tree or "--empty", env=env)
            yield env

    def put(self, changes: Iterable[Change], env: Mapping[str, str]) -> None:
        """Make the entries of an index what they are after `changes`."""
        lines = [
            f"{each.after.mode} {each.after.blob}\t".encode() + os.fsencode(each.path)
            if each.after
            else f"0 {'0' * len(_blob_of(each))}\t".encode() + os.fsencode(each.path)
            for each in changes
        ]
        self.run("update-index", "-z", "--index-info", env=env, stdin=b"".join(line + b"\0" for line in lines))

    def tree_after(self, base: str | None, changes: Iterable[Change]) -> str:
        with self.index_of(base) as env:
            self.put(changes, env)
            return self.run("write-tree", env=env).decode().strip()

    def swap(self, ref: str, new: str, old: str | None, reason: str) -> bool:
        """Set a ref if it still is `old` (None: is not there); False: somebody else was faster. Raises RepositoryError
        where git could not, though nobody was."""
        before = old or "0" * len(new)
        done = self.attempt("update-ref", "--create-reflog", "-m", reason, ref, new, before)
        if done.exit_code == 0 or self.resolve(ref) != old:
            return done.exit_code == 0
        why = " ".join(done.errors.split()) or "git does not say why"
        remedy = "if no git is running here, remove that .lock file" if ".lock': File exists" in why else None
        raise RepositoryError(f"{ref} could not be set: {why}", place=str(self.root), remedy=remedy)


def _listing(tree: str, paths: Sequence[str]) -> tuple[str, ...]:
    return ("ls-tree", "-r", "-z", "--full-tree", tree, "--", *paths)


def _difference(before: str, after: str) -> tuple[str, ...]:
    return ("diff-tree", "-r", "-z", "--raw", *EVERY_CHANGE, before, after)


def _roots(commit: str) -> tuple[str, ...]:
    return ("rev-list", "--max-parents=0", commit)


def _blob_of(change: Change) -> str:
    return change.before.blob if change.before else EMPTY_TREE


def parse_raw(listed: bytes) -> Iterator[Change]:
    """`git diff-tree --raw -z` of plain changes: `:mode mode blob blob X NUL path NUL`."""
    fields = listed.split(b"\0")
    for about, path in zip(fields[0::2], fields[1::2], strict=False):
        yield change_of(about, os.fsdecode(path))


def change_of(about: bytes, path: str) -> Change:
    old_mode, new_mode, old, new, _ = about.decode().removeprefix(":").split()
    return Change(path, _entry(old_mode, old), _entry(new_mode, new))


def _entry(mode: str, blob: str) -> Blob | None:
    return None if mode == "000000" else Blob(mode, blob)
