"""The repository's own commit hooks, run on the index that will be committed, as `git commit` would run them.

They may say no. They may not change what was verified: a hook that changes bytes is refused, with the diff.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from executor.errors import ExecutorError
from executor.gate import keys
from executor.gate.case import Subject
from executor.models import FileEdit
from executor.report import unified
from executor.tools import files, process
from executor.values import dataclass

_NOT_PASSED_ON = frozenset(
    {keys.PATH_VARIABLE, keys.PASSPHRASE_VARIABLE, "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
     "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_QUARANTINE_PATH"}
)  # fmt: skip
"""The key is nobody's business, and what would point git to another repository."""


class NotCommitted(ExecutorError):
    """Nothing was committed; branch, index and notes are as they were."""

    exit_code = 1


@dataclass(frozen=True)
class Hooks:
    """The hooks of one repository. `index` makes git use the index of the commit; `timeout` is in seconds, each."""

    subject: Subject
    index: Mapping[str, str]
    timeout: float

    def before_commit(self) -> None:
        self._run("pre-commit")

    def on_message(self, file: Path) -> None:
        self._run("prepare-commit-msg", str(file), "message")
        self._run("commit-msg", str(file))

    def after_commit(self) -> None:
        """Its exit code changes nothing any more, as with git."""
        path = self._path("post-commit")
        if path is not None:
            self._start(path, ())

    def _run(self, name: str, *arguments: str) -> None:
        path = self._path(name)
        if path is None:
            return
        before = self._contents()
        done = self._start(path, arguments)
        changes = self._changes(before)
        if changes:
            raise NotCommitted(
                f"the hook {name} changed what was verified; it was put back, and nothing was committed:\n{changes}",
                place=str(path), remedy="make the hook's change by itself, run and verify again",
            )  # fmt: skip
        if done.timed_out or done.exit_code != 0:
            why = f"took longer than {self.timeout:g} s" if done.timed_out else f"exit code {done.exit_code}"
            said = (done.output + done.errors).strip() or "without a word"
            raise NotCommitted(f"the hook {name} said no ({why}): {said}", place=str(path),
                               remedy="do what it asks for, run and verify again")  # fmt: skip

    def _path(self, name: str) -> Path | None:
        found = self.subject.objects.run("rev-parse", "--git-path", f"hooks/{name}").removesuffix(b"\n")
        path = self.subject.repository.root / os.fsdecode(found)
        return path if path.is_file() and os.access(path, os.X_OK) else None

    def _start(self, path: Path, arguments: tuple[str, ...]) -> process.Completed:
        kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
        env = {**kept, **self.index, "GIT_EDITOR": ":"}
        return process.run([str(path), *arguments], cwd=self.subject.repository.root, env=env, timeout=self.timeout)

    def _contents(self) -> dict[str, _File | None]:
        root = self.subject.repository.root
        return {path: _file(root / path) for path in (*self.subject.changed, *self.subject.declared)}

    def _changes(self, before: Mapping[str, _File | None]) -> str:
        """What the hook did to our files or to the index, as a diff; the files are put back."""
        texts = []
        for path, now in self._contents().items():
            was = before[path]
            if now != was:
                if now and was and now.mode != was.mode:
                    texts.append(f"{path}: mode {was.mode:o} → {now.mode:o}")
                texts.append(unified(FileEdit(path, was.data if was else None, now.data if now else b"")))
                self._put_back(path, was)
        objects = self.subject.objects
        tree = objects.run("write-tree", env=self.index).decode().strip()
        if tree != self.subject.tree:
            texts.append(objects.run("diff-tree", "-p", self.subject.tree, tree).decode(errors="replace"))
        return "\n".join(dict.fromkeys(filter(None, texts)))

    def _put_back(self, path: str, was: _File | None) -> None:
        target = self.subject.repository.root / path
        if was is None:
            target.unlink(missing_ok=True)
        else:
            if target.is_dir() and not target.is_symlink():
                target.rmdir()
            files.replace(target, was.data)
            target.chmod(stat.S_IMODE(was.mode))


@dataclass(frozen=True)
class _File:
    """What lies at a path: type and permissions, and the bytes, of a link where it leads."""

    mode: int
    data: bytes


def _file(path: Path) -> _File | None:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return None
    if stat.S_ISLNK(mode):
        return _File(mode, os.fsencode(path.readlink()))
    return _File(mode, path.read_bytes() if stat.S_ISREG(mode) else b"")
