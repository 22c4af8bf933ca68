"""The certificates that are at hand for a proposal, and why some of them do not count."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from executor.gate import certificate as certificates
from executor.gate import notes
from executor.gate.certificate import Certificate, Facts, Rejected
from executor.gate.committed import in_tree
from executor.gate.objects import Objects
from executor.gate.policy import Policy
from executor.gate.verdict import APPROVING, Verdict
from executor.values import dataclass, field


class ManualTick(Rejected):
    """A person's word, where the policy wants more."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A certificate that does not count. `claims` is what it would have vouched for, as far as it can be read."""

    reason: str
    claims: frozenset[str] = frozenset()
    manual: bool = False


def vouched(facts: Facts) -> Counter[str]:
    """The claims of boxes that were proved, or declared by hand."""
    good = (Verdict.PROVED, Verdict.MANUAL)
    return Counter(each.claim for each in facts.criteria if each.verdict in good)


@dataclass
class Store:
    """Notes of commits, and files below `certificates/` in the head. Those of a commit are asked for first, all others
    only where these do not do (squash, rebase). `refused` is by document."""

    objects: Objects
    policy: Policy
    head: str
    refs: Sequence[str] = (notes.REF,)
    refused: dict[bytes, Refused] = field(default_factory=dict)
    _notes: dict[str, list[str]] | None = None
    _documents: dict[str, bytes] = field(default_factory=dict)
    _checked: dict[bytes, Certificate | None] = field(default_factory=dict)
    _all: tuple[bytes, ...] | None = None

    def of(self, commit: str, named: Iterable[str]) -> list[Certificate]:
        """Those in the commit's note, and those that its message names, wherever they are."""
        return self._good(self._of(commit, named))

    def refusals(self, commit: str, named: Iterable[str]) -> list[Refused]:
        return [self.refused[each] for each in self._of(commit, named) if each in self.refused]

    def about(self, paths: Iterable[str]) -> list[Certificate]:
        """All that change one of these paths. Checking one takes some milliseconds, and there may be thousands."""
        wanted = list(paths)
        return self._good(each for each in self._everything() if certificates.speaks_of(each, wanted))

    def missing(self, named: Iterable[str]) -> list[str]:
        """Digests that no document here has."""
        return [each for each in named if each not in self._by_digest]

    def names_task(self, path: str) -> bool:
        """Whether one of them, believed or not, has this path for its task file."""
        return certificates.one_line(path) in self._task_files

    def prefetch(self, commits: Iterable[str]) -> None:
        by_commit = self._by_commit()
        self._fetch(blob for each in commits for blob in by_commit.get(each, ()))

    def _of(self, commit: str, named: Iterable[str]) -> list[bytes]:
        blobs = self._by_commit().get(commit, [])
        self._fetch(blobs)
        found = [self._documents[each] for each in blobs if each in self._documents]
        shown = {certificates.shown_digest(each) for each in found}
        return [*found, *(each for name in named if name not in shown for each in self._by_digest.get(name, ()))]

    @functools.cached_property
    def _by_digest(self) -> dict[str | None, list[bytes]]:
        found: dict[str | None, list[bytes]] = {}
        for each in self._everything():
            found.setdefault(certificates.shown_digest(each), []).append(each)
        return found

    @functools.cached_property
    def _task_files(self) -> frozenset[str | None]:
        return frozenset(map(certificates.shown_task, self._everything()))

    def _everything(self) -> tuple[bytes, ...]:
        if self._all is None:
            blobs = [blob for each in self._by_commit().values() for blob in each]
            self._fetch(blobs)
            noted = (self._documents[blob] for blob in blobs if blob in self._documents)
            self._all = tuple(dict.fromkeys([*noted, *in_tree(self.objects, self.head)]))
        return self._all

    def _fetch(self, blobs: Iterable[str]) -> None:
        self._documents.update(self.objects.blobs(each for each in blobs if each not in self._documents))

    def _by_commit(self) -> dict[str, list[str]]:
        if self._notes is None:
            self._notes = {}
            for ref in dict.fromkeys(self.refs):
                for commit, blob in notes.every(self.objects, ref):
                    self._notes.setdefault(commit, []).append(blob)
        return self._notes

    def _good(self, documents: Iterable[bytes]) -> list[Certificate]:
        found = [self._check(each) for each in documents]
        return list({each.digest: each for each in found if each is not None}.values())

    def _check(self, document: bytes) -> Certificate | None:
        """A certificate that counts by this policy; of one that does not, why is kept."""
        if document not in self._checked:
            try:
                certificate = certificates.check(document, self.policy.trusted)
                _demand(certificate, self.policy)
                self._checked[document] = certificate
            except Rejected as error:
                self._checked[document] = None
                self.refused[document] = Refused(str(error), _claims(document), isinstance(error, ManualTick))
        return self._checked[document]


def _claims(document: bytes) -> frozenset[str]:
    try:
        return frozenset(vouched(certificates.peek(document)))
    except Rejected:
        return frozenset()


def _demand(certificate: Certificate, policy: Policy) -> None:
    facts, decision = certificate.facts, certificate.decision
    if decision.status not in APPROVING:
        raise Rejected(f"it says {decision.status}: {decision.rationale}")
    age = policy.gate.max_age_days
    if age is not None and (datetime.now(UTC) - facts.moment).total_seconds() > age * 86400:
        raise Rejected(f"it is older than {age} days ({facts.issued})")
    manual = [each.index for each in facts.criteria if each.verdict == Verdict.MANUAL]
    if manual and policy.gate.manual_ticks == "refuse":
        which = f"criteria {', '.join(map(str, manual))} are" if len(manual) > 1 else f"criterion {manual[0]} is"
        raise ManualTick(f"{which} ticked by hand, which the policy does not allow")
