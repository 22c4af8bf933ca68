"""The journal of a run: intent before, evidence after, each flushed to the disk before the next step.

`.executor/runs/<run_id>.jsonl`, one JSON object a line, ignored by git. A run that was killed leaves a journal without
an `end`; whatever it meant to do is *unknown* to the next run, which looks before it acts (safety.md, "Faults").
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from executor.errors import RepositoryError
from executor.tools import files
from executor.values import dataclass, field

FOLDER = Path(".executor") / "runs"


_TIME = "%Y%m%dT%H%M%S.%fZ"


def new_run_id(root: Path, now: datetime) -> str:
    """Sorts by time, to the microsecond, and names a file: `20260131T142501.034117Z-3f9c`. Behind every run that has a
    journal in the repository at `root`, also where the clock was set back: verification takes them in this order."""
    at = now.astimezone(UTC)
    newest = max((path.name[:23] for path in (root / FOLDER).glob("[0-9]*T*.*Z-*.jsonl")), default="")
    with contextlib.suppress(ValueError, OverflowError):  # a name that is none of ours
        at = max(at, datetime.strptime(newest, _TIME).replace(tzinfo=UTC) + timedelta(microseconds=1))
    return f"{at:{_TIME}}-{os.urandom(2).hex()}"


@dataclass
class Journal:
    """Open for appending; every entry is on the disk when `add` returns."""

    run_id: str
    folder: Path
    descriptor: int

    def add(self, event: str, **facts: Any) -> None:
        self.add_all({"event": event, **facts})

    def add_all(self, *entries: Mapping[str, Any]) -> None:
        """Several with nothing done between them: one way to the disk. Raises OSError that names the journal; then
        nothing of them is in it, and the next entry is no worse."""
        at = datetime.now(UTC).isoformat()
        data = "".join(f"{json.dumps({'at': at, **each}, default=str)}\n" for each in entries).encode()
        size = os.fstat(self.descriptor).st_size
        try:
            while data:
                data = data[os.write(self.descriptor, data) :]
            os.fsync(self.descriptor)
        except OSError as error:
            os.ftruncate(self.descriptor, size)
            raise OSError(error.errno, error.strerror, str(FOLDER / f"{self.run_id}.jsonl")) from None

    @property
    def logs(self) -> Path:
        """Where long output of this run goes."""
        return self.folder / self.run_id


@contextlib.contextmanager
def open_journal(root: Path, run_id: str) -> Iterator[Journal]:
    """A new journal in the repository at `root`; its folder ignores itself, so the user's .gitignore stays as it is."""
    folder = prepare(root)
    descriptor = os.open(folder / f"{run_id}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    try:
        yield Journal(run_id, folder, descriptor)
    finally:
        os.close(descriptor)


def prepare(root: Path) -> Path:
    """The folder of the journals, made where it is missing. Raises RepositoryError where there can be none, or it would
    lie outside of the repository."""
    folder = root / FOLDER
    if not folder.resolve().is_relative_to(root):
        raise RepositoryError("is a link out of the repository", place=str(FOLDER), remedy="remove the link")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.is_file() or not ignore.stat().st_size:  # a full disk leaves an empty one
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise RepositoryError(
            f"cannot be made: {error.strerror}",
            place=str(FOLDER),
            remedy="the journal of a run is kept there; make room for it, and give yourself the right to write",
        ) from None
    return folder


@dataclass(frozen=True, slots=True)
class Past:
    """What earlier runs of a task left: the digests of everything that they wrote, by repository and path, and the runs
    that never came to an end, with their entries. `unreported` is what was written, and no run came to say so."""

    written: Mapping[tuple[str, str], frozenset[str]]
    unfinished: Mapping[str, tuple[Mapping[str, Any], ...]]
    unreported: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    @property
    def halves(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What killed runs wrote for criteria of several operations, none of which was ticked: run id and entry, the
        last one first. `blob` is what stood there before."""
        for run_id, entries in sorted(self.unfinished.items(), reverse=True):
            yield from ((run_id, each) for each in reversed(entries) if each["event"] == "write" and "blob" in each)

    def is_ours(self, name: str, root: Path, path: str) -> bool:
        """Whether the bytes of `path` in the repository of that name, at `root`, are what one of these runs wrote."""
        return _holds(root / path, self.written.get((name, path)))

    def is_unreported(self, name: str, root: Path, path: str) -> bool:
        """Whether they are what a run wrote that was killed before it could say so."""
        return _holds(root / path, self.unreported.get((name, path)))


def _holds(path: Path, digests: frozenset[str] | None) -> bool:
    try:
        return bool(digests) and files.sha256(path.read_bytes()) in (digests or ())
    except OSError:
        return False


def speaks_of(task_path: str, named: object, root: Path) -> bool:
    """Whether what names a task file speaks of the one at `task_path`: that, or one that has gone since, as a renamed
    one has. Another one that is there has its own runs, whatever its id is."""
    return named == task_path or not isinstance(named, str) or not (root / named).is_file()


def past_of(root: Path, task_id: str, task_path: str) -> Past:
    """All journals of this task. A torn last line is what a crash leaves and is passed over."""
    reported: dict[tuple[str, str], set[str]] = {}
    killed: dict[tuple[str, str], set[str]] = {}
    unfinished: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for path in sorted((root / FOLDER).glob("*.jsonl")):
        entries = tuple(_entries(path))
        if not entries or entries[0].get("task_id") != task_id:
            continue
        if not speaks_of(task_path, entries[0].get("task_path"), root):
            continue
        ended = [entry for entry in entries if entry["event"] == "end"]
        into = reported if any(entry.get("status") != "unknown" for entry in ended) else killed
        for entry in entries:
            if entry["event"] == "write":
                into.setdefault((entry.get("repository", ""), entry["path"]), set()).add(entry["after"])
        if entries[-1]["event"] != "end":
            unfinished[path.stem] = entries
    nothing: set[str] = set()
    written = {path: frozenset(reported.get(path, nothing) | killed.get(path, nothing)) for path in reported | killed}
    unreported = {path: frozenset(digests - reported.get(path, nothing)) for path, digests in killed.items()}
    return Past(written, unfinished, unreported)


def wrote(root: Path, run_id: str, name: str, path: str) -> frozenset[str]:
    """The digests of what one run meant `path` of the repository `name` to be; empty where its journal is not here."""
    return frozenset(
        entry["after"]
        for entry in _entries(root / FOLDER / f"{run_id}.jsonl")
        if (entry["event"], entry.get("repository", ""), entry.get("path")) == ("write", name, path)
    )


def close_unfinished(root: Path, run_ids: Iterator[str] | tuple[str, ...], by: str) -> None:
    """Mark journals of killed runs as looked after by run `by`, so that the next one need not ask again."""
    for run_id in run_ids:
        close(root, run_id, status="unknown", by=by)


def close(root: Path, run_id: str, *, status: str, by: str) -> None:
    """Mark the journal of a killed run: what came of it, and which run saw to that."""
    descriptor = os.open(root / FOLDER / f"{run_id}.jsonl", os.O_WRONLY | os.O_APPEND)
    try:
        os.write(descriptor, b"\n")  # the crash may have torn the last line
        Journal(run_id, root / FOLDER, descriptor).add("end", status=status, looked_after_by=by)
    finally:
        os.close(descriptor)


def _entries(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        lines = files.read(path).split(b"\n")
    except OSError:
        return
    for line in lines:
        with contextlib.suppress(ValueError, RecursionError):
            entry = json.loads(line)
            if isinstance(entry, dict) and _is_whole(entry):
                yield entry


_FACTS: Mapping[str, Mapping[str, type]] = {
    "write": {"path": str, "after": str},
    "intent": {"criterion": int, "operation": str},
    "finish": {"task_after": str, "declared": dict, "document": dict},
}


def _is_whole(entry: Mapping[str, Any]) -> bool:
    """Whether it says what is relied on later. A file in that folder may be anybody's."""
    event = entry.get("event")
    facts = _FACTS.get(event, {}) if isinstance(event, str) else None
    return facts is not None and all(isinstance(entry.get(name), kind) for name, kind in facts.items())
