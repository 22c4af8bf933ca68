"""The one place that is meant, or all that are; else what was found, and what to write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from executor.errors import Blocked, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.meaning import Exact
from executor.recognise.names import WORKLOAD_KINDS
from executor.recognise.resolve.settings.keys import letters_of
from executor.recognise.resolve.settings.places import Place
from executor.recognise.resolve.settings.values import Values

_OF_JOBS = (
    "schedule", "concurrencyPolicy", "failedJobsHistory", "failedJobsHistoryLimit", "successfulJobsHistory",
    "successfulJobsHistoryLimit", "ttlSecondsAfterFinished", "startingDeadlineSeconds", "backoffLimit",
)  # fmt: skip
_OF_VOLUMES = ("storageClass", "storageClassName", "accessMode", "existingClaim")


class Choice(Values):
    """Exactly one of them, or each."""

    def _set(self, place: Place, value: Any, before: str | None) -> Request:
        from executor.flux.settings import shown

        if place.seat.path[0] == "configMapGenerator":
            value, before = f"{self.named.name}={value}", f"{self.named.name}={before}" if before else None
        path = shown(place.seat.path)
        self._block_shared(place, "manifest.set", {"path": path, "value": value, "from_version": before})
        limits = {"everywhere": self.limits.get("everywhere"), "document": place.where}
        return self.asks._request_set(place.file, path, value, before, limits)

    def _request(self, operation: str, file: str, **arguments: Any) -> Request:
        return self.asks._request(operation, file=file, everywhere=self.limits.get("everywhere"), **arguments)

    def _as_coded(self, found: list[Place]) -> list[Place]:
        """Of the places that the words may mean, those that the code beside them means."""
        from executor.flux.settings import shown

        if self.exact is None or self.named is self.exact.named:
            return found
        other = type(self)(self.asks, self.exact.named, self.holder, self.file, self.limits)
        other._make_field()
        there = {_spot(each) for each in other._places()}
        written = f".{self.exact.named.name}"
        both = [each for each in found if _spot(each) in there or f".{shown(each.seat.path)}".endswith(written)]
        if self.exact.named.what == "replicas":
            both = [each for each in both if each.seat.path[-1] in ("replicas", "count")]
        if not both:
            what = f"`{_said(self.exact)}` of {self._called()} is not what the words beside it mean; write one"
            raise Unresolved(ReasonCode.AMBIGUOUS, what)
        return both

    def _one(self, found: list[Place]) -> Place:
        """The only place. Raises Blocked with all of them, or Unresolved where the name is none there."""
        if not found:
            self._block_none()
        among = sorted({name for each in found for name in each.seat.among})
        sure = self.holder.container or self.named.part or (self.exact and "[" in self.exact.named.name)
        if not sure and len(among) > 1:
            raise self._blocked(found, f"it has the containers {', '.join(among)}; say of which (of the X container)")
        if len(found) > 1:
            raise self._blocked(found, self._way_out(found))
        place = found[0]
        self._block_beside(place)
        if place.seat.fixed:
            raise Blocked(ReasonCode.NOT_SUPPORTED, f"{place}: {place.seat.fixed}; change it there by hand")
        return place

    def _every(self, found: list[Place]) -> list[Place]:
        """The only place; "everywhere", all places of the value that some deployment takes it from."""
        found = self._as_coded(found)
        counting = self._counting(found) if self.limits.get("everywhere") and len(found) > 1 else None
        if counting is None:
            place = self._one(found)
            self._block_covered(place)
            return [place]
        for place in found:
            if place not in counting:
                self.at.remark(f"{place} stays: each deployment has another value laid over it")
        reach = self.at.inventory.graph.reach
        # outermost first: what lies over a file holds the value already when that file's edit is proved
        return [self._one([place]) for place in sorted(counting, key=lambda each: (len(reach(each.file)), each.file))]

    def _block_covered(self, place: Place) -> None:
        """Raises Blocked where each deployment has another value laid over the one of the file that is named."""
        if self.file is None or self.holder.token is None or place.seat.text is None:
            return
        every = [each for each in self._places(anywhere=True) if each.seat.text is not None]
        counting = self._counting(every) if len(every) > 1 else None
        if counting is not None and place.file not in {each.file for each in counting}:
            listed = ", ".join(map(str, counting))
            raise Blocked(ReasonCode.NO_EFFECT, f"{place}: each deployment has another value laid over it: {listed}")

    def _counting(self, found: Sequence[Place]) -> list[Place] | None:
        """Of several places those that count; None where they are not one value of one object, each in its own file."""
        from executor.flux.layers import counting

        paths = {each.seat.path for each in found if self.named.what != "replicas"}
        files = {each.file: each for each in found}
        loose = any(each.seat.fixed for each in found) or any(isinstance(s, int) for path in paths for s in path)
        if loose or len({self._value_at(each) for each in found}) > 1 or len(files) < len(found):
            return None
        kept = counting(self.at.inventory.graph, sorted(files))
        if kept is None or (self.removes and len(kept) < len(files)):  # what a value lies over shows when it is gone
            return None
        return [files[each] for each in kept]

    def _way_out(self, found: Sequence[Place]) -> str:
        """What would say which of several places is meant."""
        kinds = sorted({each.kind for each in found if each.kind})
        if len(kinds) > 1 and self.holder.token is not None:
            return f"say which: the {' or the '.join(f'{self.holder.token.text} {each}' for each in kinds)}"
        if self.file is not None or len({each.file for each in found}) < len(found):
            return "name one by its whole path in code"
        return "name the file" + (", or say everywhere if all of them are meant" if self._counting(found) else "")

    def _block_beside(self, place: Place) -> None:
        """Raises Blocked for the value of a part that is not named: its exporter's, an init container's, a second
        controller's."""
        from executor.flux.parts import beside, one_of_several
        from executor.flux.settings import document

        own = self.holder.container or self.holder.part or self.named.part or self.named.what in ("listed", "text")
        key = str(place.seat.path[-1])
        # a chart that makes a job has its schedule below that, and a volume is its own wherever the values have it
        part = None if own or key in (*_OF_JOBS, *_OF_VOLUMES) else beside(place.seat.path)
        if part is not None and not _is_said_in(self.named.name, part):
            raise self._blocked([place], f"that is of {part}, not its own; write the whole path in code if it is meant")
        if own or place.kind != "HelmRelease":
            return
        same = [each for each in self._objects() if each.kind == place.kind]
        roots = [document(self.at.read(each.path), each.kind, each.name) for each in same]
        said = self.named.name if self.exact is None else f"{self.named.name} {self.exact.named.name}"
        for one, every in one_of_several(place.seat.path, place.holder.partition(" ")[2], roots):
            if not _is_said_in(said, one):
                reason = (
                    f"that is of {one}, and there are {', '.join(every)}; say of which, or write the whole path in code"
                )
                raise self._blocked([place], reason)

    def _block_none(self) -> None:
        objects = self._objects()
        if not objects:
            self._block_no_object()
        outside = self._places(anywhere=True)
        if outside and self._narrowed():
            listed = ", ".join(f"{each}{self.asks._told(each.file)}" for each in outside[:5])
            where = self.stage or self.limits.get("namespace") or self.file or self.limits.get("where")
            shared = self.stage and any(self._reaches(each.file) for each in outside)
            way = (
                "name the file" if self.stage is None else f"leave {where} out and name the file, if all of it is meant"
            )
            if shared and self.limits.get("check"):
                reason = (
                    f"what {where} takes for {self._what()} may be changed on the way, or by another part: {listed}"
                )
                raise Blocked(ReasonCode.SHARED, f"{reason}; leave {where} out and name the file to look at that one")
            raise Blocked(
                ReasonCode.SHARED if shared else ReasonCode.NOT_FOUND,
                f"{self._what()} is set nowhere in {where} alone: {listed}; put it into a file of {where}, or {way}",
            )
        self._block_held()
        places = ", ".join(f"{each.path}:{each.line}" for each in objects[:5])
        near = self._near()
        said = f"; nearest: {', '.join(near)}" if near else ""
        reason = f'{self._called()} has no "{self.old or self.named.name or self.named.what}" ({places}){said}'
        token = self.named.token
        if token is not None and not token.code:
            if len(near) == 1 and token.text == self.named.name:
                self.asks.instead = (token, near[0])
            raise Unresolved(ReasonCode.UNKNOWN_NAME, reason)
        raise Blocked(ReasonCode.NOT_FOUND, reason)

    def _block_held(self) -> None:
        """Raises where the key is there, and no single value of the object itself: a map, a list, a part's."""
        every = self._held()
        found = [(place, one) for place, one in every if self._stays(place.file)]
        here, found = bool(found), found or every
        if not found:
            return
        listed = ", ".join(f"{place} is {place.seat.fixed}" for place, _ in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        ways = [f"write one value by its path, such as `{one}`" for _, one in found if one][:1]
        if not self.removes and any("a list of" in place.seat.fixed for place, _ in found):
            ways.append("for one of its entries, write OLD → NEW")
        if self.removes and here and len(found) == 1 and len(found[0][0].seat.path) > 1 and not found[0][0].seat.text:
            ways.append("an operation block takes all of it away")
            self._offer_removal(found[0][0])
        parts = all(place.seat.text for place, _ in found)
        what = (
            f"{self._called()} has no {self.named.name} of its own" if parts else f"{self._what()} is no single value"
        )
        reason = f"{what}: {listed}{more}; {'; or '.join(ways) or 'change it by hand'}"
        token = self.named.token
        if token is None or token.code:
            raise Blocked(ReasonCode.AMBIGUOUS, reason)
        raise Unresolved(ReasonCode.AMBIGUOUS, reason)

    def _held(self) -> list[tuple[Place, str]]:
        from executor.flux.settings import document, held

        if self.named.what != "key":
            return []
        roots = [(each, document(self.at.read(each.path), each.kind, each.name)) for each in self._objects()]
        return [
            (self._place_of(each, seat), one)
            for each, root in roots
            if root is not None
            for seat, one in held(each.kind, root, self.named.name)
        ]

    def _offer_removal(self, place: Place) -> None:
        from executor.flux.settings import shown

        steps = place.seat.path
        listed = not isinstance(steps[-1], str)
        path, entry = shown(steps[:-1] if listed else steps), {"name": self.named.name} if listed else None
        arguments = {"file": place.file, "path": path, "entry": entry, "where": place.where}
        self.asks.instead = _block("manifest.remove", arguments)

    def _block_no_object(self) -> None:
        kind = self.holder.kind or self.named.kind
        token = self.holder.token
        if token is None:
            raise Blocked(ReasonCode.NOT_FOUND, f"{self.file} holds no object; name another file")
        names = self.asks.names
        if token is self.holder.container:
            way = f"write `the {token.text} container of the NAME Deployment`"
            raise Blocked(ReasonCode.AMBIGUOUS, f"container {token.text}: of what is not said; {way}")
        here = [each.name for each in names.manifests if kind is None or each.kind == kind]
        near = names.near(token.text, here) if here else []
        said = f"; nearest: {', '.join(near)}" if near else ""
        entry = token.entry or names.entry(token.text)
        made = [f"HelmRelease {each.name} ({each.path}:{each.line})" for each in (entry.releases if entry else ())][:3]
        if made and kind in WORKLOAD_KINDS:
            said = f"; a chart may make it: write the HelmRelease instead, {' or '.join(made)}"
        what = f"{kind or 'object'} {token.text}: there is no such manifest here{said}; {said and 'or '}name the file"
        raise Blocked(ReasonCode.NOT_FOUND, what)

    def _near(self) -> list[str]:
        name = self.named.name.rpartition(".")[2]
        known = dict.fromkeys(each for each in self._known() if each != name)
        from difflib import get_close_matches

        return get_close_matches(name, known, n=3, cutoff=0.7)

    def _block_shared(self, place: Place, operation: str, arguments: dict[str, Any]) -> None:
        """Raises Blocked where the file is built into several deployments, was not named, and not all are meant."""
        from executor.flux.layers import deployed_by
        from executor.flux.where import named

        if self.file is not None or self.limits.get("everywhere") or self.limits.get("check"):
            return  # looking moves nobody
        if "base" in (self.stage, str(self.limits.get("where")).rpartition("/")[2]):
            return  # what is shared was named: that is what a base is
        found = deployed_by(self.at.inventory.graph, place.file)
        if len(found) < 2 or (self.stage and len(named(found, self.stage, at=place.file)) == len(found)):
            return
        self.asks.instead = _block(operation, {"file": place.file, **arguments, "where": place.where})
        raise Blocked(
            ReasonCode.SHARED,
            f"{place} is part of {len(found)} deployments, and all of them would change: {', '.join(sorted(found))}; "
            "say everywhere, name the file, or put the value into the overlay that is meant",
        )


def _spot(place: Place) -> tuple[str, int, object]:
    """Where a value stands, however its path is written."""
    return place.file, place.seat.line, place.seat.path[-1]


def _said(exact: Exact) -> str:
    return exact.named.name or exact.named.what


def _is_said_in(name: str, part: str) -> bool:
    """Whether a part is among the words of what is named: "liveness probe" for livenessProbe, "metrics" for metric."""
    words = [each.lower() for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]
    said = ("".join(words[at:to]).removesuffix("s") for at in range(len(words)) for to in range(at + 1, len(words) + 1))
    return letters_of(part).removesuffix("s") in said


def _block(operation: str, arguments: dict[str, Any]) -> str:
    """An operation block, ready to be pasted."""
    import json

    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in arguments.items() if value is not None]
    return "\n".join(["```operation", f"uses: {operation}", *lines, "```"])
