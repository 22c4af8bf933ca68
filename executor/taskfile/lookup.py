"""From a task id to its file. Only the front of each file is read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from executor.errors import TaskFileError
from executor.patterns import pattern
from executor.tools import files

_FRONT_BYTES = 8192
_NAME = pattern(r"([A-Za-z][A-Za-z0-9]*[-_]\d+(?:\.\d+)*)(?=$|[\s_.-])")
# front matter may go on behind the bytes that were read
_FENCED = pattern(r"\s*---[ \t]*(?:\r\n|\n|\r)(.*?)(?:(?:^|\r)---[ \t]*(?:$|\r)|\Z)", re.S | re.M)
_ID_LINE = pattern(
    r"""(?:^|\r)(?:id|"id"|'id')[ \t]*:[ \t]+("[^"\r\n]*"|'[^'\r\n]*'|[^\r\n#]*?)[ \t]*(?:[ \t]#[^\r\n]*)?(?=$|\r)""",
    re.M,
)


def find(task_id: str, root: Path, folders: Sequence[str] = ("tasks",)) -> Path:
    """The file of the task `task_id` (case folded) below the task folders of the repository at `root`.

    Raises TaskFileError where there is none, or more than one; the message lists them.
    """
    found = with_id(task_id, root, folders)
    if len(found) == 1:
        return found[0]
    if not found:
        where = ", ".join(f"{folder.rstrip('/')}/" for folder in folders)
        raise TaskFileError(
            f"no task has the id {task_id} (looked in {where})", remedy="give the path of the file, or correct the id"
        )
    names = ", ".join(_relative(path, root) for path in found)
    raise TaskFileError(
        f"the id {task_id} names {len(found)} files: {names}", place=f"{_relative(found[0], root)}:1",
        remedy="call it by its path, or give one of them another id",
    )  # fmt: skip


def with_id(task_id: str, root: Path, folders: Sequence[str] = ("tasks",)) -> list[Path]:
    """All files with that id, sorted by path."""
    wanted = task_id.casefold()
    return sorted(path for path in _files(root, folders) if id_of(path).casefold() == wanted)


def duplicates(task_id: str, path: Path, root: Path, folders: Sequence[str] = ("tasks",)) -> list[str]:
    """A warning for every other file with the id of the task at `path`."""
    own = path.resolve()
    others = (other for other in with_id(task_id, root, folders) if other.resolve() != own)
    return [
        f"{_relative(other, root)}:1: has the id {task_id} too; by its id neither can be called" for other in others
    ]


def id_of(path: Path) -> str:
    """The id in a file's front matter, else the one in its name; "" for a file that cannot be read."""
    try:
        start = files.read(path, _FRONT_BYTES)
    except OSError:
        return ""
    text = start.decode("utf-8-sig", "replace")
    front = _FENCED.match(text)
    lines = _ID_LINE.findall(front[1]) if front else []
    written = lines[-1].strip("\"'").strip() if lines else ""
    return written if written not in ("", "~", "null") else id_from_name(path)


def id_from_name(path: Path) -> str:
    """`task-12 - Build it.md` → task-12, `TASK-001-build.md` → TASK-001, `build.md` → build."""
    found = _NAME.match(path.stem)
    return found[1] if found else re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-")[:200] or "task"


def _files(root: Path, folders: Sequence[str]) -> Iterator[Path]:
    """Markdown files below the folders; hidden folders are left out, links are not followed."""
    seen: set[Path] = set()
    for folder in folders:
        for place, below, names in os.walk(root / folder):
            below[:] = sorted(name for name in below if not name.startswith("."))
            for name in sorted(names):
                path = Path(place) / name
                if name.lower().endswith(".md") and path not in seen:
                    seen.add(path)
                    yield path


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
