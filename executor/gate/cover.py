"""Which certificates, one after the other, make of the files before a commit the files after it.

Certificates that share no path have nothing to do with each other, so each group of those that do is searched by
itself: a squash of many tasks, some of them certified several times, stays a few steps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from executor.gate.certificate import Blob, Certificate, RepositoryPart
from executor.values import dataclass

Usable = tuple[Certificate, RepositoryPart]
State = Mapping[str, Blob | None]
MOST_TRIED = 2000
"""States that are looked at in one group: a bound against proposals that are made to take long."""


@dataclass(frozen=True)
class Question:
    """`before` and `needed` are of a commit; `arrived` says whether a path is as the commit has it after these
    certificates. `free` are paths that people may have edited between two certificates, as task files: of a squash, the
    files in between are not here, and what counts is how they end."""

    before: State
    needed: frozenset[str]
    arrived: Callable[[str, Blob | None, Sequence[Certificate]], bool]
    free: Callable[[str], bool]


def cover(question: Question, usable: Sequence[Usable]) -> list[Usable] | None:
    """Certificates in an order that leads from before to after on every needed path; None where no order does."""
    groups = list(_groups(usable))
    reached = {path for group in groups for _, part in group for path in (each.path for each in part.changes)}
    if not all(question.arrived(path, question.before[path], ()) for path in question.needed - reached):
        return None
    taken: list[Usable] = []
    for group in groups:
        found = _Search(question, group).run()
        if found is None:
            return None
        taken += found
    return taken


def _groups(usable: Iterable[Usable]) -> Iterable[list[Usable]]:
    """Those that are connected by paths, together."""
    groups: list[tuple[set[str], list[Usable]]] = []
    for each in usable:
        paths = {change.path for change in each[1].changes}
        joined = [group for group in groups if group[0] & paths]
        groups = [group for group in groups if not group[0] & paths]
        groups.append((paths.union(*(group[0] for group in joined)), [*(u for _, us in joined for u in us), each]))
    return (group for _, group in groups)


class _Search:
    def __init__(self, question: Question, usable: Sequence[Usable]) -> None:
        self.question = question
        self.usable = usable
        paths = {change.path for _, part in usable for change in part.changes}
        self.needed = question.needed & paths
        self.before = {path: question.before[path] for path in paths}
        self.tried: set[tuple[object, ...]] = set()

    def run(self) -> list[Usable] | None:
        """Depth first, without a stack that a proposal could make overflow."""
        waiting: list[tuple[dict[str, Blob | None], frozenset[str], tuple[int, ...]]] = [(self.before, self.needed, ())]
        while waiting and len(self.tried) < MOST_TRIED:
            state, needed, taken = waiting.pop()
            if self._arrived(state, needed, taken):
                return [self.usable[each] for each in taken]
            for number in reversed(range(len(self.usable))):
                part = self.usable[number][1]
                if number in taken or not self._fits(part, state):
                    continue
                after = {**state, **{each.path: each.after for each in part.changes}}
                key = (frozenset(after.items()), frozenset((*taken, number)))
                if key not in self.tried:
                    self.tried.add(key)
                    waiting.append((after, needed | {each.path for each in part.changes}, (*taken, number)))
        return None

    def _fits(self, part: RepositoryPart, state: State) -> bool:
        return all(state[each.path] == each.before or self.question.free(each.path) for each in part.changes)

    def _arrived(self, state: State, needed: Iterable[str], taken: Iterable[int]) -> bool:
        certificates = [self.usable[each][0] for each in taken]
        return all(self.question.arrived(path, state[path], certificates) for path in needed)
