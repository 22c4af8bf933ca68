"""Which boxes a commit of a proposal ticks. A box is what it claims (claims.meaning), wherever its file lies."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from executor.errors import TaskFileError
from executor.gate.certificate import Blob, Change
from executor.gate.claims import Meaning, claim_digest, either, meaning, newly_ticked, ticked
from executor.gate.history import Step
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

    def has_one_of(self, entry: Blob | None, words: Iterable[bytes]) -> bool:
        """Whether a word stands in a file: parsing takes its time."""
        if entry is None or entry.mode not in PLAIN or not self.known(entry):
            return False
        return any(each in self.data[entry.blob] for each in words)

    def claims(self, entry: Blob | None, path: str, words: Iterable[bytes] = (b"",)) -> Counter[str]:
        """What is ticked in a file, how often, if one of the words stands in it."""
        task = self.of(entry, path) if self.has_one_of(entry, words) else None
        return Counter() if task is None else Counter(claim_digest(task, each) for each in ticked(task))


@dataclass
class Between:
    """The task files that differ between two commits."""

    tasks: Tasks
    changes: Mapping[str, Change]

    @functools.cached_property
    def moved(self) -> dict[str, Change]:
        """New path → how the file of the same id went away; one that is gone stands for one that is new."""
        gone = [(each, task) for each in self.changes.values()
                if each.after is None and (task := self.tasks.of(each.before, each.path)) is not None]  # fmt: skip
        new = [] if not gone else [
            (each.path, task) for each in self.changes.values()
            if each.before is None and (task := self.tasks.of(each.after, each.path)) is not None
        ]  # fmt: skip
        found = {}
        for path, task in sorted(new, key=lambda each: (-len(ticked(each[1])), each[0])):
            same = [each for each in gone if each[1].id == task.id]
            if same:
                nearest = min(same, key=lambda each: len(newly_ticked(each[1], task)))
                found[path] = nearest[0]
                gone.remove(nearest)
        return found

    def before(self, path: str, now: Blob | None) -> tuple[str, Blob | None]:
        """Where the file was in the older commit that is `now` at a path in the newer, and what it was."""
        change = self.changes.get(path)
        if change is None:
            return path, now
        if change.before is None and path in self.moved:
            change = self.moved[path]
        return change.path, change.before


@dataclass
class Boxes:
    """`is_task` says which paths are looked at."""

    tasks: Tasks
    is_task: Callable[[str], bool]

    def new(self, step: Step) -> dict[str, list[Box] | None]:
        """By path, the boxes that become ticked. In a merge: that one of its parents has open, and no other side
        ticked. None where a file cannot be read and may hold ticked boxes."""
        sides = [self._between(each.values()) for each in step.against]
        own = set(filter(self.is_task, step.changes))
        new = {path for each in sides for path in each.changes if each.changes[path].before is None}
        return {
            path: found
            for path in sorted(own | new)
            if (found := self._new(path, step, sides)) is not None or path in own
        }

    def ticked(self, commit: str, words: Sequence[bytes]) -> list[Box]:
        """The boxes that are ticked in a commit, in files with one of these words."""
        there = self.tasks.objects.entries(commit)
        return self._more(self._between(Change(path, None, entry) for path, entry in there.items()), words)

    def more(self, before: str, after: str, words: Sequence[bytes]) -> list[Box]:
        """Those that are ticked in one commit and not in another."""
        return self._more(self._between_commits(before, after), words)

    def _more(self, between: Between, words: Sequence[bytes]) -> list[Box]:
        self.tasks.fetch(each.after.blob for each in between.changes.values() if each.after is not None)
        found: list[Box] = []
        for path, change in between.changes.items():
            if self.tasks.has_one_of(change.after, words) and (task := self.tasks.of(change.after, path)) is not None:
                was, entry = between.before(path, change.after)
                found += (_box(path, task, each) for each in newly_ticked(self.tasks.of(entry, was), task))
        return found

    def _between_commits(self, before: str, after: str) -> Between:
        return self._between(self.tasks.objects.changes(before, after))

    def _between(self, changes: Iterable[Change]) -> Between:
        return Between(self.tasks, {each.path: each for each in changes if self.is_task(each.path)})

    def _new(self, path: str, step: Step, sides: Sequence[Between]) -> list[Box] | None:
        now = next(each.changes[path].after for each in sides if path in each.changes)
        after = self.tasks.of(now, path)
        if after is None:
            before = [each.changes[path].before for each in sides if path in each.changes]
            was_task = any(self.tasks.of(each, path) is not None for each in before)
            return None if self.tasks.may_hold_boxes(now, was_task) else []
        found = {}
        for place, side in enumerate(sides):
            if path in side.changes:
                was, entry = side.before(path, now)
                task = self.tasks.of(entry, was)
                if newly_ticked(task, after):
                    gained = self._gained(path, now, place, step, sides)
                    found.update({each.index: each for each in newly_ticked(task, after, gained)})
        return [_box(path, after, found[each]) for each in sorted(found)]

    def _gained(self, path: str, now: Blob | None, place: int, step: Step, sides: Sequence[Between]) -> list[Meaning]:
        """What the other sides of a merge ticked in a file, wherever they had it, since they parted from this one."""
        gained: list[Meaning] = []
        for other, side in enumerate(sides):
            if other == place:
                continue
            there, entry = side.before(path, now)
            task = self.tasks.of(entry, there)
            if task is None:
                continue
            parted = self.tasks.objects.merge_bases(step.parents[place], step.parents[other])
            new = [self._since(each, step.parents[other], there, entry, task) for each in parted] or [ticked(task)]
            gained = either(gained, [meaning(task, each) for each in new[0] if all(each in some for some in new)])
        return gained

    def _since(self, parted: str, commit: str, path: str, now: Blob | None, task: TaskFile) -> list[Criterion]:
        was, entry = self._between_commits(parted, commit).before(path, now)
        return newly_ticked(self.tasks.of(entry, was), task)


def _box(path: str, task: TaskFile, each: Criterion) -> Box:
    return Box(path, each.line, each.index, claim_digest(task, each), task.id)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
