"""Whether a certificate was used before. It counts a single time, and what was made with it may look otherwise by now:
a squash has no note and another message, and people may have written in the task file.

So it is asked what the base's history did *since the certificate was made*: a commit that names it, that ticks one of
its boxes, or that takes all of its files from where it begins, has used it. That a commit was there before is known
from signed facts alone, as dates of commits are anybody's: the base of this certificate, or of one that is older, has
it in its past.
"""

from __future__ import annotations

from collections.abc import Iterable

from executor.gate.boxes import Tasks
from executor.gate.certificate import Change
from executor.gate.cover import Offer
from executor.gate.history import Commit, commits
from executor.gate.objects import Objects
from executor.gate.policy import is_markdown
from executor.values import dataclass, field


@dataclass
class Past:
    """History is read once for all commits of a proposal."""

    objects: Objects
    base: str
    tasks: Tasks
    _read: dict[str | None, list[Commit]] = field(default_factory=dict)
    _here: dict[str, bool] = field(default_factory=dict)

    def uses_of(self, offer: Offer, others: Iterable[Offer]) -> tuple[str, ...]:
        """The commits of the base that used it. `others` are certificates of the same proposal."""
        older = sorted((each for each in others if each.moment < offer.moment), key=lambda each: each.moment)
        bases = [each.base for each in (*older, offer) if each.base is not None]
        return tuple(
            commit.id
            for commit in self._since(next(filter(self._is_here, bases), None))
            if offer.digest in commit.named or (self._could_be(commit, offer) and not self._was_there(commit.id, bases))
        )

    def _could_be(self, commit: Commit, offer: Offer) -> bool:
        """Whether it takes all files from where the certificate begins, or ticks one of its boxes. What a merge's sides
        did is looked at there; the merge's own is what the first parent has not, and boxes that any parent has open."""
        first = commit.against[0]
        if offer.changes and all(each.path in first and first[each.path].before == each.before
                                 for each in offer.changes):  # fmt: skip
            return True
        changes = (change for against in commit.against for change in against.values())
        return any(self._ticks(each, offer) for each in changes)

    def _ticks(self, change: Change, offer: Offer) -> bool:
        if not is_markdown(change.path) and change.path != offer.certificate.facts.task.path:
            return False
        new = self.tasks.claims(change.after, change.path, offer.words).keys() & offer.claims.keys()
        return bool(new) and not new <= self.tasks.claims(change.before, change.path).keys()

    def _was_there(self, commit: str, bases: Iterable[str]) -> bool:
        return any(self.objects.is_ancestor(commit, each) for each in bases if self._is_here(each))

    def _since(self, base: str | None) -> list[Commit]:
        if base not in self._read:
            found = self._read[base] = commits(self.objects, self.base, base)
            changes = (change for commit in found for against in commit.against for change in against.values()
                       if is_markdown(change.path))  # fmt: skip
            self.tasks.fetch(entry.blob for each in changes for entry in (each.before, each.after) if entry is not None)
        return self._read[base]

    def _is_here(self, commit: str) -> bool:
        if commit not in self._here:
            self._here[commit] = self.objects.resolve(commit) is not None
        return self._here[commit]
