"""What is made of a setting's places: a value set, toggled, added, removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from executor.errors import Blocked, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import NO_WORD, Exact, Named, Turned, negative, words_of
from executor.recognise.names import WORKLOAD_KINDS, AManifest
from executor.recognise.resolve.base import KUSTOMIZATION_FILES
from executor.recognise.resolve.settings.choice import Choice
from executor.recognise.resolve.settings.places import Place
from executor.recognise.resolve.settings.values import FIRST, FLIPPED, is_time, text_of
from executor.recognise.versions import ImageReference, Version
from executor.values import replace


class Search(Choice):
    """What is made of them."""

    def requests(self, act: str, turned: Turned | None) -> list[Request]:
        if self.named.what == "text" and turned is not None:
            self.old = text_of(turned.before)
        if self.exact is None:
            return self._requests(act, turned)
        said = self.named.name if self.named.what in ("key", "spoken", "env") else ""
        words, key = words_of(" ".join((*self.named.part, said))), self.exact.named.name
        if said and negative(key) <= words <= words_of(key):
            self.named = self.exact.named
        found = self._requests(act, turned)
        self._block_other_value(found, self.exact)
        return found

    def _requests(self, act: str, turned: Turned | None) -> list[Request]:
        self._make_field()
        if act == "remove":
            self.removes = True
            return self._removed()
        if act == "add":
            assert turned is not None
            return [self._added(turned)]
        if act in ("enable", "disable"):
            return self._toggled(act)
        if act in ("suspend", "resume"):
            return self._suspended(act)
        assert turned is not None
        return self._turned(turned, act)

    def _turned(self, turned: Turned, act: str) -> list[Request]:
        found = self._places() or self._listed(turned) or self._versioned(turned)
        there = [each for each in self._objects() if self._stays(each.path)]
        if not found and len(there) == 1 and self._is_whole():
            limits = {**self.limits, "document": self._document(there[0])}
            request = self.asks._as_written(there[0].path, self.named, turned, limits, act)
            from executor.flux.settings import Seat, whole

            place = self._place_of(there[0], Seat(whole(self.named.name), there[0].line, None))
            self._block_shared(place, "manifest.set", {"path": self.named.name, "value": request.arguments["value"]})
            return [request]
        if not found:
            found, turned = self._as_value(turned, act)
        self._block_scaled(found)
        return [self._turned_at(place, turned, act) for place in self._every(found)]

    def _as_value(self, turned: Turned, act: str) -> tuple[list[Place], Turned]:
        """ "Change wire.test to cable.test in …": of what is no key there, and certainly no word, the places where it
        is the value."""
        plain, said = self.named, (self.named.token, turned.to)
        if act != "change" or plain.what != "key" or turned.before is not None or not all(map(_is_exact, said)):
            return [], turned
        self.named, self.old = Named("text", token=plain.token), plain.name
        if found := self._places():
            return found, replace(turned, before=plain.token, there=True)
        self.named, self.old = plain, ""
        return [], turned

    def _versioned(self, turned: Turned) -> list[Place]:
        """Where what is named holds more than one value, and is to be a version: its tag, or else its version."""
        if self.named.what != "key" or not (isinstance(turned.to, Token) and isinstance(turned.to.value, Version)):
            return []
        plain = self.named
        ways = [replace(plain, name=f"{plain.name}.{key}") for key in ("tag", "version")]
        found = {way: places for way in ways if (places := self._at_way(way))}
        self.named = next(iter(found)) if len(found) == 1 else plain
        return found.get(self.named, [])

    def _at_way(self, way: Named) -> list[Place]:
        self.named = way
        return self._places()

    def _listed(self, turned: Turned) -> list[Place]:
        """Where no single value is called so: the entries of a list that is, which are the old value."""
        if self.named.what not in ("key", "spoken") or turned.before is None or is_time(turned.before):
            return []
        plain = self.named
        self.named, self.old = replace(plain, what="listed"), text_of(turned.before)
        found = self._places()
        if not found:
            self.named, self.old = plain, ""
        return found

    def _turned_at(self, place: Place, turned: Turned, act: str) -> Request:
        if self.named.what in ("key", "env", "spoken"):
            check = bool(self.limits.get("check"))
            if not (check and text_of(turned.to) == self._plain(place)):
                self.asks._block_any_word(turned, check=check)
        value = self._value(place, turned, act)
        before = self._spelt(place, turned.before) if turned.before is not None else None
        now = self._plain(place)
        if _is_word(turned.before) and now is not None and now not in (before, self._spelt(place, turned.to)):
            raise Blocked(ReasonCode.NOT_THAT_VERSION, f"{place}: it is neither {before} nor {text_of(turned.to)}")
        if place.seat.text is None and (before is not None or act != "set"):
            raise Blocked(ReasonCode.NOT_FOUND, f"{place}: it is not set there; write Set … to add it")
        return self._set(place, value, before)

    def _block_scaled(self, places: Sequence[Place]) -> None:
        """Raises Blocked where a HorizontalPodAutoscaler sets the number of replicas."""
        for each in self._scaling() if self.named.what == "replicas" else ():
            for place in places:
                if not self._scales_elsewhere(each, place):
                    reason = f"{place}: HorizontalPodAutoscaler {each.name} ({each.path}:{each.line}) sets it"
                    raise Blocked(ReasonCode.NO_EFFECT, f"{reason}; change that")

    def _scales_elsewhere(self, scaler: AManifest, place: Place) -> bool:
        """Whether an autoscaler is deployed only with workloads of that name, and none of them is the place's: that of
        production does not count the replicas of staging. One that stands alone may scale what another brings."""
        from executor.flux.layers import deployed_by

        graph = self.at.inventory.graph
        here, there = (deployed_by(graph, path).keys() for path in (place.file, scaler.path))
        workloads = [each.path for each in self._objects() if each.kind in WORKLOAD_KINDS]
        beside = {label for path in workloads for label in deployed_by(graph, path)}
        return bool(here) and bool(there) and not here & there and there <= beside

    def _suspended(self, act: str) -> list[Request]:
        places = self._every(self._places())
        for place in places:
            if act == "resume" and place.seat.text is None:
                raise Blocked(ReasonCode.NO_EFFECT, f"{place}: it is not suspended there; leave the criterion out")
        return [self._set(place, act == "suspend", None) for place in places]

    def _toggled(self, act: str) -> list[Request]:
        found = self._places()
        plain = self.named
        self.named = replace(plain, name=f"{plain.name}{' ' if plain.what == 'spoken' else '.'}enabled")
        found += self._places()
        if not found and self._places(anywhere=True):
            self._block_none()
        self.named = plain
        return [self._toggled_at(place, act) for place in self._every(found or self._places())]

    def _toggled_at(self, place: Place, act: str) -> Request:
        now = self._plain(place) or ""
        risky = place.seat.plain and now.lower() not in ("true", "false") and place.kind != "ConfigMap"
        if now not in FLIPPED or risky:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE, f"{place}: {now or 'nothing'} is neither on nor off; write the value"
            )
        wanted = now if (now in FIRST) == (act == "enable") else FLIPPED[now]
        return self._set(place, self._literal(place, wanted), None)

    def _removed(self) -> list[Request]:
        # what is not there may be misspelt, or be elsewhere: that it is gone would be a tick for nothing
        found = self._places()
        there = [each for each in found if each.seat.text is not None or each.seat.fixed]
        if found and not there:
            reason = f"{self._what()} is not set at {', '.join(map(str, found[:5]))}"
            raise Blocked(ReasonCode.NOT_FOUND, f"{reason}; nothing is there to be removed")
        places = self._every(there)
        self._block_under(places)
        return [self._removed_at(place) for place in places]

    def _block_under(self, places: Sequence[Place]) -> None:
        """Raises Blocked where another value shows when this one is gone: that of what it was laid over."""
        from executor.flux.layers import lies_over

        graph, chosen = self.at.inventory.graph, {each.file for each in places}
        every = self._places(anywhere=True) if self.file is None else []
        for under in (each for each in every if each.seat.text is not None and each.file not in chosen):
            for place in (each for each in places if lies_over(graph, each.file, under.file)):
                reason = f"{place}: without it {under} counts there, so that it would not be gone"
                raise Blocked(ReasonCode.NO_EFFECT, f"{reason}; write Set … to another value, or name the file")

    def _removed_at(self, place: Place) -> Request:
        from executor.flux.settings import shown

        steps: Any = place.seat.path
        entry: Any = None
        if place.file.rpartition("/")[2] in KUSTOMIZATION_FILES and steps[0] == "configMapGenerator":
            steps, entry = steps[:-1], place.seat.text
        elif len(steps) > 2 and steps[-1] == "value" and not isinstance(steps[-2], str):
            steps, entry = steps[:-2], {"name": self.named.name}
        self._block_shared(place, "manifest.remove", {"path": shown(steps), "entry": entry})
        return self._request("manifest.remove", place.file, path=shown(steps), entry=entry, where=place.where)

    def _added(self, turned: Turned) -> Request:
        there = [each for each in self._places() if each.seat.text is not None]
        value = text_of(turned.to)
        if there:
            place = self._one(there)
            if self._plain(place) != value:
                raise Blocked(ReasonCode.AMBIGUOUS, f"{place} is there already; write Set … to change it")
            return self._set(place, self._literal(place, value), None)
        if self.named.what == "env":
            return self._added_variable(value)
        if self.named.what == "key":
            maps = [each for each in self._objects() if each.kind == "ConfigMap"]
            if not maps:
                raise Unresolved(ReasonCode.UNKNOWN_NAME, f"{self._called()} is no ConfigMap here; name it")
            self.holder = replace(self.holder, kind="ConfigMap")
        place = self._one(self._places(lacking=True))
        if place.seat.path[0] == "configMapGenerator":
            return self._add_entry(place, f"{self.named.name}={value}")
        return self._set(place, value, None)

    def _added_variable(self, value: str) -> Request:
        from executor.flux.settings import document, variables

        found = []
        container = self.holder.container.text if self.holder.container is not None else None
        for each in self._objects():
            root = document(self.at.read(each.path), each.kind, each.name) if self._stays(each.path) else None
            for seat, is_map in variables(each.kind, root, container) if root is not None else ():
                found.append((self._place_of(each, seat), is_map))
        place = self._one([each for each, _ in found])
        if found[0][1]:
            path = (*place.seat.path, self.named.name)
            return self._set(replace(place, seat=replace(place.seat, path=path, text=None)), value, None)
        return self._add_entry(place, {"name": self.named.name, "value": value})

    def _add_entry(self, place: Place, entry: Any) -> Request:
        from executor.flux.settings import shown

        path = shown(place.seat.path)
        self._block_shared(place, "manifest.add", {"path": path, "entry": entry})
        return self._request("manifest.add", place.file, path=path, entry=entry, where=place.where)

    def _block_other_value(self, requests: Sequence[Request], exact: Exact) -> None:
        """Raises where the code beside the words says another value than they do."""
        code = None if exact.to is None else text_of(exact.to)
        for each in requests:
            value = each.arguments.get("value")
            words = str(value).lower() if isinstance(value, bool) else str(value)
            if each.operation != "manifest.set" or code not in (None, words, words.partition("=")[2]):
                what = (
                    f"the words say {words}, and `{exact.named.name or exact.named.what}` beside them {code}; write one"
                )
                raise Unresolved(ReasonCode.AMBIGUOUS, what)


def _is_word(said: Any) -> bool:
    """What may be a word of the sentence as well as an old value."""
    return isinstance(said, Token) and not (said.code or said.quoted) and said.text[:1].isalpha()


def _is_exact(said: Any) -> bool:
    """What certainly is a value; versions and images have rules of their own."""
    if not isinstance(said, Token) or isinstance(said.value, tuple | Version | ImageReference):
        return False
    return said.code or said.quoted or NO_WORD.search(said.text) is not None
