"""What the commits of a proposal change, and the certificates that are at hand; each read once, in few processes."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from executor.errors import TaskFileError
from executor.gate import certificate as certificates
from executor.gate import notes
from executor.gate.certificate import Blob, Certificate, Change, Rejected, RepositoryPart
from executor.gate.committed import in_tree
from executor.gate.message import CERTIFICATE_TRAILER, trailers
from executor.gate.objects import Objects
from executor.gate.policy import Policy
from executor.taskfile import parse
from executor.taskfile.model import TaskFile
from executor.values import dataclass, field


@dataclass(frozen=True)
class Step:
    """One commit: what it changes against its first parent; of a merge, only what no parent has."""

    commit: str
    changes: dict[str, Change]


def steps(objects: Objects, head: str, base: str) -> list[Step]:
    """The commits of `head` that are not in `base`, oldest first."""
    listed = objects.run("rev-list", "--reverse", "--topo-order", head, f"^{base}")
    if not listed.strip():
        return []
    raw = objects.run(
        "diff-tree", "--stdin", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", "-c", "--root", "--always",
        stdin=listed,
    )  # fmt: skip
    return list(_steps(raw))


def _steps(raw: bytes) -> Iterator[Step]:
    fields = raw.split(b"\0")
    commit, at = "", 0
    changes: dict[str, Change] = {}
    while at < len(fields) - 1:
        word = fields[at]
        if not word.startswith(b":"):
            if commit:
                yield Step(commit, changes)
            commit, changes = word.decode(), {}
            at += 1
            continue
        path = os.fsdecode(fields[at + 1])
        changes[path] = _change(word.decode(), path)
        at += 2
    if commit:
        yield Step(commit, changes)


def _change(about: str, path: str) -> Change:
    """`:mode mode blob blob X`; a merge of n parents begins with n colons and has n + 1 of each."""
    parents = len(about) - len(about.lstrip(":"))
    words = about.lstrip(":").split()
    modes, blobs = words[: parents + 1], words[parents + 1 : 2 * parents + 2]
    return Change(path, _entry(modes[0], blobs[0]), _entry(modes[-1], blobs[-1]))


def _entry(mode: str, blob: str) -> Blob | None:
    return None if mode == "000000" else Blob(mode, blob)


@dataclass
class Tasks:
    """Task files by blob; what does not parse is told once and has no criteria to compare."""

    objects: Objects
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
        """None: there is none, or it is no task file."""
        if entry is None or entry.mode not in ("100644", "100755") or not self.known(entry):
            return None
        if entry.blob not in self.parsed:
            data = self.data[entry.blob]
            try:
                task = parse.parse(data, PurePosixPath(path), max_bytes=max(len(data), 1))  # type: ignore[arg-type]
            except TaskFileError as error:
                task = None
                if error.message.startswith('no "Acceptance Criteria" section'):
                    self.no_tasks.add(entry.blob)
            self.parsed[entry.blob] = task
        return self.parsed[entry.blob]


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
    _all: list[Certificate] | None = None

    def at(self, commit: str) -> list[Certificate]:
        found = [self._check(commit, document) for document in self._at(commit)]
        return [each for each in found if each is not None]

    def every(self) -> list[Certificate]:
        if self._all is None:
            blobs = [blob for each in self._by_commit().values() for blob in each]
            self._documents.update(self.objects.blobs(each for each in blobs if each not in self._documents))
            documents = [self._documents[blob] for blob in blobs if blob in self._documents]
            documents += in_tree(self.objects, self.head)
            found = (self._check("", document) for document in documents)
            self._all = list({each.digest: each for each in found if each is not None}.values())
        return self._all

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
        raise Rejected(f"criteria {', '.join(map(str, manual))} are ticked by hand, which the policy does not allow")


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
        return after is not None and after.blob in self._task_blobs()

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
            raw = b""
            if self.task_paths:
                form = ("--format=", "--raw", "--no-abbrev", "--no-renames", "-m")
                raw = self.objects.run("log", *form, self.base, "--", *self.task_paths)
            self._blobs = frozenset(re.findall(r"(?m)^:\S+ \S+ \S+ (\S+) ", raw.decode(errors="replace")))
        return self._blobs
