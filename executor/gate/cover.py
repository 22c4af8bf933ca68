"""Which certificates, together, account for a commit: for every box that it ticks, and every path that needs it.

A certificate offers what it is about: changes of files, which have to happen as a whole, and claims of boxes, each of
which vouches for one box, once. Certificates that share no path and no box have nothing to do with each other, so each
group of those that do is searched by itself: a squash of many tasks, some certified several times, stays a few steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from executor.gate.certificate import Blob, Certificate, Change
from executor.values import dataclass

State = Mapping[str, Blob | None]
MOST_TRIED = 2000
"""States that are looked at in one group: a bound against proposals that are made to take long."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a certificate says about this repository: when and on which base it was made, changes of files, and claims
    of boxes."""

    certificate: Certificate
    moment: datetime
    base: str | None
    changes: tuple[Change, ...]
    claims: Counter[str]

    @property
    def paths(self) -> set[str]:
        return {each.path for each in self.changes}

    @property
    def digest(self) -> str:
        return self.certificate.digest

    @property
    def words(self) -> list[bytes]:
        """Of each criterion its longest word, which stands in every file that has the criterion."""
        criteria = self.certificate.facts.criteria
        return [max(each.criterion.split(), key=len, default="").encode() for each in criteria]


@dataclass(frozen=True)
class Question:
    """The files before and after a commit, the paths that need a certificate, and the claims that were ticked."""

    before: State
    after: State
    paths: frozenset[str]
    boxes: Counter[str]


def cover(question: Question, offers: Sequence[Offer]) -> list[Offer] | None:
    """Offers in an order that leads from before to after on every path that they or the question name, and vouch for
    every box; None where there are none such."""
    words = [each for each in offers if not each.changes]
    groups = list(_groups([each for each in offers if each.changes], question.boxes))
    reached = {path for group in groups for each in group for path in each.paths}
    if not question.paths <= reached:
        return None
    taken: list[Offer] = []
    boxes = question.boxes
    for group in groups:
        found = _search(question, group, boxes, words)
        if found is None:
            return None
        for each in found:
            boxes = boxes - each.claims
        taken += found
    spoken = _spoken(boxes, words)
    return None if spoken is None else [*taken, *spoken]


def _spoken(boxes: Counter[str], words: Iterable[Offer]) -> list[Offer] | None:
    """Of offers that change no file, those that vouch for these boxes."""
    taken = []
    for each in words:
        if boxes & each.claims:
            boxes = boxes - each.claims
            taken.append(each)
    return None if boxes else taken


def _groups(offers: Iterable[Offer], boxes: Counter[str]) -> Iterable[list[Offer]]:
    """Those that are connected by paths or by boxes that need them, together."""
    groups: list[tuple[set[str], list[Offer]]] = []
    for each in offers:
        names = each.paths | {f"\0{claim}" for claim in boxes & each.claims}
        joined = [group for group in groups if group[0] & names]
        groups = [group for group in groups if not group[0] & names]
        groups.append((names.union(*(group[0] for group in joined)), [*(o for _, os in joined for o in os), each]))
    return (group for _, group in groups)


def _search(question: Question, group: Sequence[Offer], boxes: Counter[str],
            words: Sequence[Offer]) -> list[Offer] | None:  # fmt: skip
    """Depth first, without a stack that a proposal could make overflow."""
    paths = {path for each in group for path in each.paths}
    claims = {claim for each in group for claim in each.claims}
    ours = Counter({claim: count for claim, count in boxes.items() if claim in claims})
    begin = {path: question.before[path] for path in paths}
    waiting: list[tuple[dict[str, Blob | None], tuple[int, ...]]] = [(begin, ())]
    tried: set[tuple[object, ...]] = set()
    while waiting and len(tried) < MOST_TRIED:
        state, numbers = waiting.pop()
        taken = [group[each] for each in numbers]
        needed = (question.paths & paths).union(*(each.paths for each in taken))
        left = ours - sum((each.claims for each in taken), Counter())
        if all(state[path] == question.after[path] for path in needed) and _spoken(left, words) is not None:
            return taken
        for number in reversed(range(len(group))):
            offer = group[number]
            if number in numbers or any(state[each.path] != each.before for each in offer.changes):
                continue
            after = {**state, **{each.path: each.after for each in offer.changes}}
            key = (frozenset(after.items()), frozenset((*numbers, number)))
            if key not in tried:
                tried.add(key)
                waiting.append((after, (*numbers, number)))
    return None
