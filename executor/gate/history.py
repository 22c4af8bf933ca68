"""What commits change, and which certificates their messages name; read in few processes, however many they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from executor.errors import RepositoryError
from executor.gate.certificate import Blob, Change
from executor.gate.message import CERTIFICATE_TRAILER, trailers
from executor.gate.objects import EVERY_CHANGE, Objects, change_of
from executor.values import dataclass, field


@dataclass(frozen=True)
class Commit:
    """One commit, with what it changes against each of its parents (without a parent: all), and the digests of the
    certificates that its message names."""

    id: str
    parents: tuple[str, ...]
    against: tuple[dict[str, Change], ...]
    named: tuple[str, ...] = ()


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
    named: tuple[str, ...] = ()
    sides: dict[str, tuple[Side, ...]] = field(default_factory=dict)


def commits(objects: Objects, head: str, base: str | None) -> list[Commit]:
    """The commits of `head` that are not in `base` (None: all), oldest first."""
    without = [f"^{base}"] if base else []
    listed = objects.run("rev-list", "--reverse", "--topo-order", "--parents", head, *without).decode()
    families = [line.split() for line in listed.splitlines()]
    if not families:
        return []
    pairs = [(each, parent) for each, *parents in families for parent in (parents or [""])]
    raw = objects.run(
        "diff-tree", "--stdin", "-r", "--raw", "-z", *EVERY_CHANGE, "--root", "--always",
        stdin="".join(f"{each} {parent}".rstrip() + "\n" for each, parent in pairs).encode(),
    )  # fmt: skip
    found = iter(_against(raw))
    named = _named(objects, [each for each, *_ in families])
    return [
        Commit(each, tuple(parents), tuple(next(found) for _ in parents or [""]), named.get(each, ()))
        for each, *parents in families
    ]


def _named(objects: Objects, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The certificates that messages name. Plumbing, so that nobody's configuration of `git log` writes between."""
    answer = objects.run("cat-file", "--batch", stdin="".join(f"{each}\n" for each in ids).encode())
    found, at = {}, 0
    for each in ids:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        body = answer[end + 1 : end + 1 + size]
        at = end + 2 + size
        message = body.partition(b"\n\n")[2].decode(errors="replace")
        found[each] = tuple(dict.fromkeys(trailers(message)[CERTIFICATE_TRAILER]))
    return found


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
        return Step(commit.id, commit.against[0], commit.named)
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
    return Step(commit.id, changes, commit.named, sides)


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
