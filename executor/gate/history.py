"""What commits change, and which certificates their messages name; read in few processes, however many they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

from executor.errors import RepositoryError
from executor.gate.certificate import Blob, Change
from executor.gate.message import CERTIFICATE_TRAILER, trailers
from executor.gate.objects import EVERY_CHANGE, Objects, change_of
from executor.gate.standing import NOTHING, Standing
from executor.values import dataclass


@dataclass(frozen=True)
class Commit:
    """One commit, with what it changes against each of its parents (without a parent: all), and the digests of the
    certificates that its message names."""

    id: str
    parents: tuple[str, ...]
    against: tuple[dict[str, Change], ...]
    named: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """What a commit does that is its own (of a merge, only what none of its sides did), and what stands before it.
    `against` is all that it changes, for each of its parents; `sides` are a merge's own changes with the number of the
    parent that they are a change for."""

    commit: str
    parents: tuple[str, ...]
    changes: dict[str, Change]
    standing: Standing = NOTHING
    named: tuple[str, ...] = ()
    against: tuple[dict[str, Change], ...] = ()
    sides: tuple[tuple[int, Change], ...] = ()


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


def own(
    objects: Objects, commit: Commit, standing: Standing, relevant: Callable[[Change], bool],
    leads: Callable[[int, Change], bool | None],
) -> Step:  # fmt: skip
    """The commit as a step. Of a merge, a path that one side alone changed since the sides parted, and that is as that
    side has it, is that side's doing and was looked at there; so `merge -s ours` cannot bring back what is over.
    `leads` says of a parent, by its number, whether certificates lead there from its side, which counts more; None: it
    certified nothing there.
    """
    if len(commit.against) == 1:
        return Step(commit.id, commit.parents, commit.against[0], standing, commit.named, commit.against)
    certified: dict[str, Change] = {}
    others: dict[str, Change] = {}
    sides = []
    paths = sorted({path for each in commit.against for path, change in each.items() if relevant(change)})
    origins = _Origins(objects, commit, paths) if paths else None
    for path in paths:
        assert origins is not None
        for place, change in ((place, each[path]) for place, each in enumerate(commit.against) if path in each):
            led = leads(place, change) and not origins.other_sides_left_it(place, path)
            if led or (led is None and origins.other_side_did_it(place, path)):
                continue
            sides.append((place, change))
            (others if led is None else certified).setdefault(path, change)
    changes = {**others, **certified}
    return Step(commit.id, commit.parents, changes, standing, commit.named, commit.against, tuple(sides))


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

    def other_side_did_it(self, place: int, path: str) -> bool:
        """The merge has it as another parent has it, and this parent's side left it alone since the two parted."""
        had = self.commit.against[place][path].before
        return any(
            path not in self.commit.against[other] and all(tree.get(path) == had for tree in trees)
            for (here, other), trees in self.apart.items()
            if here == place
        )

    def other_sides_left_it(self, place: int, path: str) -> bool:
        """The merge has it as it was where the sides parted: what this side did to it is dropped."""
        now = self.commit.against[place][path].after
        return all(tree.get(path) == now for (here, _), trees in self.apart.items() if here == place for tree in trees)
