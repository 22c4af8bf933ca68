"""Which certificates stand at a commit, and for which files. It follows from the commit's parents alone.

    what stands at the parents → what the commit took back, and was covered by → what stands at the commit

A certificate stands for what descends from the commit that used it. Who takes it back has it in his own past, and does
so for what descends from him. So nothing depends on the order in which commits of several branches are listed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence

from executor.gate.certificate import Blob, Change
from executor.gate.cover import Offer
from executor.values import dataclass, field


@dataclass(frozen=True, eq=False)
class Use:
    """A commit that was covered by a certificate. `elsewhere` are commits of the base that had used the same one, on
    another line."""

    offer: Offer
    commit: str
    elsewhere: tuple[str, ...] = ()

    def before(self, path: str) -> Blob | None:
        return self._changes[path].before

    def after(self, path: str) -> Blob | None:
        return self._changes[path].after

    @functools.cached_property
    def _changes(self) -> dict[str, Change]:
        return {each.path: each for each in self.offer.changes}


@dataclass(frozen=True)
class Standing:
    """`uses` are all in the past, also those that are `over` for a file (taken back, or the base went on in it);
    `files` are those that stand, by path; the last one left the file as it is."""

    uses: frozenset[Use] = frozenset()
    over: frozenset[tuple[Use, str]] = frozenset()
    files: Mapping[str, tuple[Use, ...]] = field(default_factory=dict)

    @functools.cached_property
    def digests(self) -> frozenset[str]:
        """The certificates that count no more on this line."""
        return frozenset(each.offer.digest for each in self.uses)

    def used(self, uses: Iterable[Use]) -> Standing:
        new = list(uses)
        files = dict(self.files)
        for use in new:
            files.update({path: (*files.get(path, ()), use) for path in use.offer.paths})
        return Standing(self.uses.union(new), self.over, files) if new else self

    def without(self, over: Iterable[tuple[Use, str]]) -> Standing:
        now = self.over.union(over)
        if now == self.over:
            return self
        left = {path: tuple(use for use in uses if (use, path) not in now) for path, uses in self.files.items()}
        return (
            Standing(self.uses, now, {path: uses for path, uses in left.items() if uses}) if now != self.over else self
        )

    def taken_back(self, changes: Mapping[str, Change]) -> set[tuple[Use, str]]:
        """The uses that these changes undo, newest first down to what an older one left, each in all of its files; none
        where any certified file among them is something else."""
        undone: set[tuple[Use, str]] = set()
        for path in changes.keys() & self.files.keys():
            left, before = list(self.files[path]), None
            while left and left[-1].after(path) != changes[path].after:
                undone.add((left[-1], path))
                before = left.pop().before(path)
            if not left and before != changes[path].after:
                return set()
        owed = {(use, path) for use, _ in undone for path in use.offer.paths} - self.over
        return undone if owed <= undone else set()

    def of_side(self, side: Standing, path: str) -> list[Use]:
        """What stands of what one side of a merge certified in a file."""
        here = self.files.get(path, ())
        return [each for each in side.files.get(path, ()) if each in here]

    def leads(self, side: Standing, change: Change, known: Callable[[Use], bool]) -> bool:
        """Of a merge at which this stands: whether a side's certificates, or its file where it has none, lead to what
        the merge has, by certificates that the side does not know yet."""
        own = self.of_side(side, change.path)
        at = own[-1].after(change.path) if own else change.before
        for use in self.files.get(change.path, ()):
            if use not in side.uses and use.before(change.path) == at and not known(use):
                at = use.after(change.path)
        return at == change.after


NOTHING = Standing()


def together(sides: Sequence[Standing], against: Sequence[Mapping[str, Change]]) -> Standing:
    """What stands where lines meet: what stood on one of them and is over on none. What a side certified in a file that
    the merge has as that side has it comes last. `against` is what the merge changes, for each side."""
    if all(each is sides[0] for each in sides):
        return sides[0] if sides else NOTHING
    over = frozenset[tuple[Use, str]]().union(*(each.over for each in sides))
    files = {}
    for path in {path for each in sides for path in each.files}:
        ordered = sorted(range(len(sides)), key=lambda place: path not in against[place])
        uses = [use for place in ordered for use in sides[place].files.get(path, ()) if (use, path) not in over]
        if uses:
            files[path] = tuple(reversed(dict.fromkeys(reversed(uses))))
    return Standing(frozenset[Use]().union(*(each.uses for each in sides)), over, files)
