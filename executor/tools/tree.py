"""A repository's files as a step sees them: the working tree, with the edits planned so far laid over it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath

from executor.errors import Refused
from executor.models import FileEdit
from executor.reasons import ReasonCode
from executor.values import dataclass, field


@dataclass
class Tree:
    """`root` is the real path of the repository's top. Paths are relative to it, with `/`.

    `overlay` holds whole new contents by path; it is empty in a real run, where edits go to the disk.
    """

    root: Path
    overlay: dict[str, bytes] = field(default_factory=dict)

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises FileNotFoundError, IsADirectoryError or PermissionError as the disk does."""
        if path in self.overlay:
            return self.overlay[path]
        return self.locate(path).read_bytes()

    def is_file(self, path: str) -> bool:
        return path in self.overlay or self._is(path, Path.is_file)

    def is_dir(self, path: str) -> bool:
        return self._is(path, Path.is_dir)

    def _is(self, path: str, question: Callable[[Path], bool]) -> bool:
        try:
            return question(self.locate(path))
        except OSError:
            return False

    def exists(self, path: str) -> bool:
        return self.is_file(path) or self.is_dir(path)

    def lay(self, edits: Iterable[FileEdit]) -> None:
        """Add planned edits; later operations read them as if they were on disk."""
        self.overlay.update((edit.path, edit.after) for edit in edits)

    def locate(self, path: str) -> Path:
        """The absolute path. Raises Refused when it, or a symlink on the way, leaves the repository or leads to what is
        git's own: a branch moves by writing one line there."""
        try:
            absolute = (self.root / path).resolve()
        except RuntimeError:  # a symlink that leads to itself; an OSError from Python 3.13 on
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path) from None
        if not absolute.is_relative_to(self.root):
            raise outside(path)
        if any(part.casefold() == ".git" for part in absolute.relative_to(self.root).parts):
            raise Refused(ReasonCode.OUTSIDE, f"{path} is git's own; name a file of the repository's content")
        return absolute

    def locate_own(self, path: str) -> Path:
        """As `locate`, for writing: also refuses what belongs to another repository inside of this one (a submodule, a
        clone), whose branch and changes nobody looked at."""
        absolute = self.locate(path)
        for folder in absolute.parents:
            if folder == self.root:
                break
            if (folder / ".git").exists():
                nested = folder.relative_to(self.root)
                raise Refused(
                    ReasonCode.OUTSIDE,
                    f"{path} belongs to the repository in {nested} (a submodule or a clone); run the task there, or "
                    "add it under [repositories] in executor.toml and say in which",
                )
        return absolute

    def relative(self, path: Path) -> str:
        """The repository path of an absolute one; raises Refused."""
        resolved = path.resolve()
        if not resolved.is_relative_to(self.root):
            raise outside(str(path))
        return str(PurePosixPath(resolved.relative_to(self.root)))


def outside(path: str) -> Refused:
    return Refused(ReasonCode.OUTSIDE, f"{path} leads out of the repository; name a path inside of it")
