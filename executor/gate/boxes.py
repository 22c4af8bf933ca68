"""Which boxes a commit of a proposal ticks. A box is what it claims (claims.meaning), wherever its file lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from executor.errors import TaskFileError
from executor.gate.certificate import Blob, Change
from executor.gate.claims import Meaning, claim_digest, either, meaning, newly_ticked, ticked
from executor.gate.history import Side, Step
from executor.gate.objects import Objects
from executor.taskfile import parse
from executor.taskfile.model import Criterion, TaskFile
from executor.values import dataclass, field

PLAIN = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Box:
    """A ticked box; `claim` is the digest of what it claims, as certificates record it."""

    path: str
    line: int
    index: int
    claim: str
    task: str


@dataclass
class Tasks:
    """Task files by blob; what does not parse is told once and has no criteria to compare."""

    objects: Objects
    max_bytes: int
    data: dict[str, bytes] = field(default_factory=dict)
    parsed: dict[str, TaskFile | None] = field(default_factory=dict)
    no_tasks: set[str] = field(default_factory=set)
    """Files without criteria, such as a README in a task folder: what is ticked there is no criterion."""

    def fetch(self, blobs: Iterable[str]) -> None:
        self.data.update(self.objects.blobs(each for each in blobs if each not in self.data))

    def known(self, entry: Blob) -> bool:
        if entry.blob not in self.data:
            self.fetch([entry.blob])
        return entry.blob in self.data

    def of(self, entry: Blob | None, path: str) -> TaskFile | None:
        """None: there is none, or it is no task file. The id of a task without one follows from its path."""
        if entry is None or entry.mode not in PLAIN or not self.known(entry):
            return None
        key = f"{entry.blob} {PurePosixPath(path).stem}"
        if key not in self.parsed:
            data = self.data[entry.blob]
            try:
                task = parse.parse(data, PurePosixPath(path), max_bytes=self.max_bytes)  # type: ignore[arg-type]
            except TaskFileError as error:
                task = None
                if error.message.startswith('no "Acceptance Criteria" section'):
                    self.no_tasks.add(entry.blob)
            self.parsed[key] = task
        return self.parsed[key]

    def may_hold_boxes(self, entry: Blob | None, was_task: bool) -> bool:
        """A README in a task folder is no task; what does not parse and has a ticked box might be one. What was a task
        and is none any more is read as one by people, in any encoding, and its open boxes may be ticked unseen."""
        if entry is None or entry.mode not in PLAIN or (entry.blob in self.no_tasks and not was_task):
            return False  # links and submodules: the gate refuses them where tasks are
        data = self.data.get(entry.blob, b"- [x]").replace(b"\0", b"")  # UTF-16, UTF-32
        if was_task and (b"[ ]" in data or not _is_utf8(data)):
            return True
        return b"[x]" in data or b"[X]" in data

    def claims(self, entry: Blob | None, path: str, words: Iterable[bytes] = (b"",)) -> Counter[str]:
        """What is ticked in a file, how often. `words`: only if one of them stands in it, as parsing takes its time."""
        if entry is None or entry.mode not in PLAIN or not self.known(entry):
            return Counter()
        if not any(each in self.data[entry.blob] for each in words):
            return Counter()
        task = self.of(entry, path)
        return Counter() if task is None else Counter(claim_digest(task, each) for each in ticked(task))


@dataclass
class Boxes:
    """`is_task` says which paths are looked at."""

    tasks: Tasks
    is_task: Callable[[str], bool]

    def new(self, path: str, step: Step) -> list[Box] | None:
        """The boxes that become ticked in a file. In a merge: that one of its parents has open, and no other side
        ticked. None where the file cannot be read and may hold ticked boxes."""
        change = step.changes[path]
        after = self.tasks.of(change.after, path)
        if after is None:
            sides = [side.change for side in step.sides.get(path, ())] or [change]
            was_task = any(self.tasks.of(each.before, path) is not None for each in sides)
            return None if self.tasks.may_hold_boxes(change.after, was_task) else []
        if path not in step.sides:
            new = newly_ticked(self._before(change, after, step.changes.values()), after)
        else:
            found = (newly_ticked(self.tasks.of(side.change.before, path), after, self._gains(path, side))
                     for side in step.sides[path])  # fmt: skip
            new = _together(found)
        return [Box(path, each.line, each.index, claim_digest(after, each), after.id) for each in new]

    def _gains(self, path: str, side: Side) -> list[Meaning]:
        gains: list[Meaning] = []
        for parted, there in side.gains:
            task = self.tasks.of(there, path)
            if task is not None:
                new = [newly_ticked(self.tasks.of(each, path), task) for each in parted]
                gains = either(gains, [meaning(task, each) for each in new[0] if all(each in others for others in new)])
        return gains

    def _before(self, change: Change, after: TaskFile, beside: Iterable[Change]) -> TaskFile | None:
        """The task before the change: at its path, or, where it was moved, the one of its id that went away with it. A
        file that is new has no box that was ticked before."""
        if change.before is not None:
            return self.tasks.of(change.before, change.path)
        for each in beside:
            if each.after is None and self.is_task(each.path):
                task = self.tasks.of(each.before, each.path)
                if task is not None and task.id == after.id:
                    return task
        return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _together(found: Iterable[list[Criterion]]) -> list[Criterion]:
    by_index = {each.index: each for new in found for each in new}
    return [by_index[index] for index in sorted(by_index)]
