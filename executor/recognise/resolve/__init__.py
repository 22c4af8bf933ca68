"""Asks to requests: names to what they stand for, versions and registries to one each, or a Stop that says why not.

Judgements about the inside of files (a range, a shared source, $imagepolicy) are the operations' own, in `foresee`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from executor.errors import Stop, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.meaning import Ask, Place
from executor.recognise.resolve.base import Facts, Incomplete, Setting, has_stage
from executor.recognise.resolve.bumps import BumpAsks
from executor.recognise.resolve.checks import CheckAsks
from executor.recognise.resolve.edits import EditAsks
from executor.recognise.resolve.images import ImageAsks
from executor.recognise.resolve.settings import SettingAsks
from executor.values import replace

__all__ = ["Facts", "Incomplete", "Setting", "has_stage", "resolve", "separable"]


class Resolver(ImageAsks, BumpAsks, EditAsks, SettingAsks, CheckAsks):
    """All kinds of asks."""

    def requests(self, ask: Ask) -> list[Request]:
        if ask.get("check"):
            _block_only(ask)
        handler: Callable[[Ask], list[Request]] = getattr(self, "_" + ask.what.replace(".", "_"))
        found = handler(ask)
        return (
            [replace(each, arguments={**each.arguments, "check": True}) for each in found]
            if ask.get("check")
            else found
        )


def _block_only(ask: Ask) -> None:
    """Raises where a look is said to hold at one place only: nobody looks at the others."""
    places = [*(ask.get("places") or ()), *(ask.get("where") or ())]
    if any(isinstance(each, Place) and each.only for each in places):
        reason = '"only" says that it is not so elsewhere, which is not looked at; leave it out'
        raise Unresolved(ReasonCode.WORD_LEFT, reason)


def resolve(asks: Sequence[Ask], setting: Setting) -> tuple[Request, ...]:
    """The requests of a sentence in order. Raises Incomplete."""
    resolver = Resolver(setting, asks)
    found: list[Request] = []
    for ask in asks:
        try:
            found += resolver.requests(ask)
        except Stop as stop:
            whole = len(asks) == 1 or isinstance(resolver.instead, tuple)  # a block would do one half of the sentence
            raise Incomplete(stop, [*found, *resolver.partial], resolver.instead if whole else None) from None
    try:
        separable(found)
        _consistent(found)
    except Stop as stop:
        raise Incomplete(stop, ()) from None
    return _unique(found)


_VALUES = frozenset({"value", "version", "tag", "from_version"})


def _consistent(requests: Sequence[Request]) -> None:
    """One place cannot take two values: "3 replicas, 4 replicas"."""
    said: dict[str, Request] = {}
    for each in requests:
        if each.operation not in _SET:
            continue
        place = {key: value for key, value in each.arguments.items() if key not in _VALUES}
        other = said.setdefault(f"{each.operation} {each.repository} {sorted(place.items())}", each)
        if other.arguments != each.arguments:
            raise Unresolved(ReasonCode.AMBIGUOUS, "it says two values for one place; write the one that is meant")


_SET = frozenset({"manifest.set", "helmrelease.bump", "kustomize.image", "source.bump"})
_LEFT = frozenset({"git.commit", "cluster.observe", "flux.reconcile"})


def separable(requests: Sequence[Request]) -> None:
    """What is left to verification cannot stand in one criterion with what runs now: neither is ticked rightly then."""
    left = [each.operation in _LEFT for each in requests]
    if any(left) and not all(left):
        names = [each.operation for each in requests]
        raise Unresolved(
            ReasonCode.NOT_UNDERSTOOD,
            f"{names[left.index(True)]} belongs to verification, {names[left.index(False)]} does not; "
            "write two criteria",
        )


def _unique(requests: Iterable[Request]) -> tuple[Request, ...]:
    found: list[Request] = []
    for request in requests:
        if request not in found:
            found.append(request)
    return tuple(found)
