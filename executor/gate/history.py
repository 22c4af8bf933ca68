"""What the commits of a proposal change, and the certificates that are at hand; each read once, in few processes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from executor.errors import RepositoryError, TaskFileError
from executor.gate import certificate as certificates
from executor.gate import notes
from executor.gate.certificate import Blob, Certificate, Change, Rejected, RepositoryPart
from executor.gate.committed import in_tree
from executor.gate.message import CERTIFICATE_TRAILER, trailers
from executor.gate.objects import Objects, change_of
from executor.gate.policy import Policy
from executor.taskfile import parse
from executor.taskfile.model import TaskFile
from executor.values import dataclass, field


@dataclass(frozen=True)
class Commit:
    """One commit of the proposal, with what it changes against each of its parents (without a parent: all)."""

    id: str
    parents: tuple[str, ...]
    against: tuple[dict[str, Change], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """A path of a merge against one of its parents. `gains` is what each other side did to it since the two parted:
    how it was there, in each commit where they parted (there are several where branches were merged crosswise), and how
    it is now."""

    change: Change
    gains: tuple[tuple[tuple[Blob | None, ...], Blob | None], ...]


@dataclass(frozen=True)
class Step:
    """What a commit does that is its own: of a merge, only what none of its sides did. `sides` is there for merges."""

    commit: str
    changes: dict[str, Change]
    sides: dict[str, tuple[Side, ...]] = field(default_factory=dict)


def commits(objects: Objects, head: str, base: str) -> list[Commit]:
    """The commits of `head` that are not in `base`, oldest first."""
    listed = objects.run("rev-list", "--reverse", "--topo-order", "--parents", head, f"^{base}").decode()
    families = [line.split() for line in listed.splitlines()]
    if not families:
        return []
    pairs = [(each, parent) for each, *parents in families for parent in (parents or [""])]
    raw = objects.run(
        "diff-tree", "--stdin", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", "--root", "--always",
        stdin="".join(f"{each} {parent}".rstrip() + "\n" for each, parent in pairs).encode(),
    )  # fmt: skip
    found = iter(_against(raw))
    return [Commit(each, tuple(parents), tuple(next(found) for _ in parents or [""])) for each, *parents in families]


def _against(raw: bytes) -> Iterator[dict[str, Change]]:
    """The changes behind each line with a commit's id."""
    changes: dict[str, Change] | None = None
    fields = iter(raw.split(b"\0"))
    for word in fields:
        if word.startswith(b":"):
            path = os.fsdecode(next(fields))
            assert changes is not None
            if path in changes:
                raise RepositoryError(
                    f"a tree lists {path!r} twice", remedy="git fsck; such a commit is not for merging"
                )
            changes[path] = change_of(word, path)
        elif word:
            if changes is not None:
                yield changes
            changes = {}
    if changes is not None:
        yield changes


def own(objects: Objects, commit: Commit, relevant: Callable[[Change], bool]) -> Step:
    """The commit as a step. Of a merge, a path that one side alone changed since the sides parted, and that is as that
    side has it, is that side's doing and was looked at there; so `merge -s ours` cannot bring back what is over."""
    if len(commit.against) == 1:
        return Step(commit.id, commit.against[0])
    changes, sides = {}, {}
    paths = sorted({path for each in commit.against for path, change in each.items() if relevant(change)})
    origins = _Origins(objects, commit, paths) if paths else None
    for path in paths:
        assert origins is not None
        against = [(place, each[path]) for place, each in enumerate(commit.against) if path in each]
        left = [change for place, change in against if not origins.other_side_did_it(place, path)]
        if left:
            changes[path] = left[0]
            sides[path] = tuple(Side(change, origins.gains(place, path)) for place, change in against)
    return Step(commit.id, changes, sides)


class _Origins:
    """The files of a merge's parents, and of the commits where the parents parted."""

    def __init__(self, objects: Objects, commit: Commit, paths: Sequence[str]) -> None:
        self.commit = commit
        self.apart: dict[tuple[int, int], list[dict[str, Blob]]] = {}
        count = len(commit.parents)
        for one in range(count):
            for other in range(one + 1, count):
                found = objects.merge_bases(commit.parents[one], commit.parents[other])
                trees = [objects.some(each, paths) for each in found] or [{}]
                self.apart[one, other] = self.apart[other, one] = trees

    def of(self, place: int, path: str) -> Blob | None:
        """The file as that parent has it."""
        change = self.commit.against[place].get(path)
        if change is not None:
            return change.before
        return next((each[path].after for each in self.commit.against if path in each), None)

    def other_side_did_it(self, place: int, path: str) -> bool:
        """The merge has it as another parent has it, and this parent's side left it alone since the two parted."""
        return any(
            path not in self.commit.against[other] and all(tree.get(path) == self.of(place, path) for tree in trees)
            for (here, other), trees in self.apart.items()
            if here == place
        )

    def gains(self, place: int, path: str) -> tuple[tuple[tuple[Blob | None, ...], Blob | None], ...]:
        return tuple(
            (tuple(tree.get(path) for tree in trees), self.of(other, path))
            for (here, other), trees in self.apart.items()
            if here == place
        )


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
        if entry is None or entry.mode not in ("100644", "100755") or not self.known(entry):
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


@dataclass
class Store:
    """Certificates: those at a commit first; all others only where a commit has none that fits (squash, rebase).

    `refused` says why a commit's own certificate does not count.
    """

    objects: Objects
    policy: Policy
    head: str
    refs: Sequence[str] = (notes.REF,)
    refused: dict[str, str] = field(default_factory=dict)
    _notes: dict[str, list[str]] | None = None
    _documents: dict[str, bytes] = field(default_factory=dict)
    _checked: dict[str, Certificate | None] = field(default_factory=dict)
    _all: list[bytes] | None = None

    def at(self, commit: str) -> list[Certificate]:
        found = [self._check(commit, document) for document in self._at(commit)]
        return [each for each in found if each is not None]

    def about(self, paths: Iterable[str]) -> list[Certificate]:
        """All that change one of these paths, wherever they are. Checking one takes some milliseconds, and there may be
        thousands."""
        if self._all is None:
            blobs = [blob for each in self._by_commit().values() for blob in each]
            self._documents.update(self.objects.blobs(each for each in blobs if each not in self._documents))
            self._all = [self._documents[blob] for blob in blobs if blob in self._documents]
            self._all += in_tree(self.objects, self.head)
        wanted = list(paths)
        fit = (each for each in self._all if certificates.speaks_of(each, wanted))
        found = (self._check("", document) for document in fit)
        return list({each.digest: each for each in found if each is not None}.values())

    def prefetch(self, commits: Iterable[str]) -> None:
        by_commit = self._by_commit()
        self._documents.update(self.objects.blobs(blob for each in commits for blob in by_commit.get(each, ())))

    def _by_commit(self) -> dict[str, list[str]]:
        if self._notes is None:
            self._notes = {}
            for ref in dict.fromkeys(self.refs):
                for commit, blob in notes.every(self.objects, ref):
                    self._notes.setdefault(commit, []).append(blob)
        return self._notes

    def _at(self, commit: str) -> Iterator[bytes]:
        for blob in self._by_commit().get(commit, ()):
            if blob not in self._documents:
                self._documents.update(self.objects.blobs([blob]))
            if blob in self._documents:
                yield self._documents[blob]

    def _check(self, commit: str, document: bytes) -> Certificate | None:
        """A certificate that counts by this policy. A commit may carry several; why one does not count is kept."""
        key = f"{commit}:{hash(document)}"
        if key not in self._checked:
            try:
                certificate = certificates.check(document, self.policy.trusted)
                _demand(certificate, self.policy)
                self._checked[key] = certificate
            except Rejected as error:
                self._checked[key] = None
                self.refused.setdefault(commit, str(error))
        return self._checked[key]


def _demand(certificate: Certificate, policy: Policy) -> None:
    from executor.gate.verdict import APPROVING, Verdict

    decision = certificate.decision
    if decision.status not in APPROVING:
        raise Rejected(f"it says {decision.status}: {decision.rationale}")
    age = policy.gate.max_age_days
    if age is not None and datetime.now(UTC) - certificate.facts.moment > timedelta(days=age):
        raise Rejected(f"it is older than {age} days ({certificate.facts.issued})")
    manual = [each.index for each in certificate.facts.criteria if each.verdict == Verdict.MANUAL]
    if manual and policy.gate.manual_ticks == "refuse":
        which = f"criteria {', '.join(map(str, manual))} are" if len(manual) > 1 else f"criterion {manual[0]} is"
        raise Rejected(f"{which} ticked by hand, which the policy does not allow")


@dataclass
class Past:
    """What the history of the base had once: certificates by the commits that name them, and task files by blob, whose
    log lines make each one of a kind. Read once for all commits of a proposal."""

    objects: Objects
    base: str
    task_paths: tuple[str, ...]
    _since: datetime | None = None
    _digests: frozenset[str] = frozenset()
    _blobs: frozenset[str] | None = None

    def used(self, certificate: Certificate, part: RepositoryPart) -> bool:
        """Whether a certificate's change is part of the base already, or was once: it counts a single time."""
        if certificate.digest in self._named(certificate.facts.moment - timedelta(days=1)):
            return True
        task = certificate.facts.task
        after = next((each.after for each in part.changes if each.path == task.path), None)
        if after is None:
            return self._made_since(part, certificate.facts.moment)
        return after.blob in self._task_blobs()

    def _made_since(self, part: RepositoryPart, moment: datetime) -> bool:
        """Of a part without the task file, whose blobs may come again: whether they came after it was certified."""
        since = (moment - timedelta(minutes=5)).isoformat()
        paths = [each.path for each in part.changes]
        wanted = {each.after.blob for each in part.changes if each.after is not None}
        raw = self.objects.run("log", f"--since={since}", *_RAW, self.base, "--", *paths)
        return wanted <= _blobs_after(raw)

    def _named(self, since: datetime) -> frozenset[str]:
        """Digests in the messages of commits since then; no certificate is named before it was made."""
        if self._since is None or since < self._since:
            text = self.objects.run("log", "--format=%B", f"--since={since.isoformat()}", "--fixed-strings",
                                    f"--grep={CERTIFICATE_TRAILER}: ", self.base)  # fmt: skip
            found = trailers(text.decode(errors="replace"))[CERTIFICATE_TRAILER]
            self._since, self._digests = since, frozenset(found)
        return self._digests

    def _task_blobs(self) -> frozenset[str]:
        if self._blobs is None:
            raw = self.objects.run("log", *_RAW, self.base, "--", *self.task_paths) if self.task_paths else b""
            self._blobs = _blobs_after(raw)
        return self._blobs


_RAW = ("--format=", "--raw", "--no-abbrev", "--no-renames", "-m")


def _blobs_after(raw: bytes) -> frozenset[str]:
    return frozenset(re.findall(r"(?m)^:\S+ \S+ \S+ (\S+) ", raw.decode(errors="replace")))
