"""Which value of which object: every place for it that the repository has, and a request only where it is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn

from executor.errors import Blocked, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import NO_WORD, Ask, Exact, Holder, Named, Turned, negative, words_of
from executor.recognise.names import WORKLOAD_KINDS, AManifest, Entry
from executor.recognise.resolve.base import KUSTOMIZATION_FILES, Base
from executor.recognise.resolve.edits import objects_of, scalar
from executor.recognise.versions import ImageReference, Version
from executor.values import dataclass, replace

if TYPE_CHECKING:
    from executor.flux.settings import Seat, Wish

_TOP_KEYS = frozenset({"apiVersion", "kind", "metadata", "spec", "status", "data"})
_FIELDS_OF_SPEC = ("interval", "timeout", "suspend", "schedule")
_AUTOSCALER = "HorizontalPodAutoscaler"
_OF_ANY_FILE = ("key", "env", "spoken", "listed", "text")
"""What a file that holds no object may have, too."""
_SORTS_OF_VALUE = ("address", "period", "range", "mode")
"""What people say behind a key, for what its value is: "the e-mail address"."""
_OF_JOBS = (
    "schedule", "concurrencyPolicy", "failedJobsHistory", "failedJobsHistoryLimit", "successfulJobsHistory",
    "successfulJobsHistoryLimit", "ttlSecondsAfterFinished", "startingDeadlineSeconds", "backoffLimit",
)  # fmt: skip
_OF_VOLUMES = ("storageClass", "storageClassName", "accessMode", "existingClaim")
_HOLD_VALUES = frozenset({*WORKLOAD_KINDS, "ConfigMap", "HelmRelease", "Kustomization"})
_OPPOSITES = (("true", "false"), ("yes", "no"), ("on", "off"), ("enabled", "disabled"))
_FLIPPED = {a: b for pair in _OPPOSITES for s in (str.lower, str.capitalize, str.upper)
            for a, b in ((s(pair[0]), s(pair[1])), (s(pair[1]), s(pair[0])))}  # fmt: skip
_FIRST = frozenset(s(pair[0]) for pair in _OPPOSITES for s in (str.lower, str.capitalize, str.upper))
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h))+", re.ASCII)
_SPAN = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w|y))+", re.ASCII)
"""A duration, also as Prometheus and others write them."""
_QUANTITY = {
    "memory": re.compile(r"\d+(?:\.\d+)?(?:Ki|Mi|Gi|Ti|k|M|G|T)", re.ASCII),
    "cpu": re.compile(r"\d+(?:\.\d+)?m?", re.ASCII),
}
_UNITS = {"": 1.0, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30,
          "Ti": 2.0**40}  # fmt: skip
_SECONDS = {"ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31536000.0}


@dataclass(frozen=True)
class Place:
    """One place for the value. `holder` says whose it is to people; `where` picks the document of the file."""

    file: str
    seat: Seat
    kind: str
    holder: str
    where: str | None = None
    api_version: str | None = None

    def __str__(self) -> str:
        from executor.flux.settings import shown

        now = f" = {self.seat.text}" if self.seat.text and self.kind != "Secret" else ""
        return f"{self.file}:{self.seat.line} ({self.holder}: {shown(self.seat.path)}{now})"


class SettingAsks(Base):
    """manifest.set, manifest.add and manifest.remove of what is named."""

    def _setting(self, ask: Ask) -> list[Request]:
        named: Named = ask.get("named")
        turned: Turned | None = ask.get("turned")
        holder: Holder | None = ask.get("holder")
        self.partial = [self._request("manifest.set", path=named.name or None)]
        for said in (turned.to, turned.before) if turned is not None else ():
            _block_no_value(said)
        limits = self._limits(ask.get("places"), named=holder is not None and holder.file is not None)
        limits |= {"check": True} if ask.get("check") else {}
        if holder is not None and holder.token is None and named.what in ("key", "env") and _is_folder(holder.file):
            limits["where"], holder = self._path(holder.file or ""), None
        if holder is not None and holder.token is None and holder.kind is not None:
            holder = self._only_one(holder)
        if holder is None:
            _Search(self, named, Holder(), limits.get("file"), limits).block_nameless()
        file = self._file_of(holder, limits)
        if file is not None and holder.token is None and file.rpartition("/")[2] in KUSTOMIZATION_FILES:
            holder = self._generator_of(file, named) or holder
        if file is not None and holder.token is None and self._is_written(file, named):
            found = [self._as_written(file, named, turned, limits, ask.get("act"))]
        else:
            search = _Search(self, named, holder, file, limits)
            search.exact = ask.get("exact")
            found = search.requests(ask.get("act"), turned)
        if limits.get("both"):
            self._block_not_two({each.arguments["file"] for each in found})
        return found

    def _block_not_two(self, files: set[str]) -> None:
        """Raises Blocked where "both environments" are not the only two here, or not the two that take the files in."""
        from executor.flux.layers import deployed_by

        self._both()
        found = sorted({label for file in files for label in deployed_by(self.at.inventory.graph, file)})
        if len(found) != 2:
            here = f"{len(found)} deployments: {', '.join(found)}" if found else "no deployment that is known here"
            reason = f"both: {', '.join(sorted(files))} {'is' if len(files) == 1 else 'are'} part of {here}"
            raise Blocked(ReasonCode.AMBIGUOUS, f"{reason}; name the environments, or say everywhere")

    def _only_one(self, holder: Holder) -> Holder:
        """ "the KubernetesUpgrade resource"."""
        names = sorted({each.name for each in self.names.of_kind(holder.kind or "")})
        if len(names) != 1:
            there = f"may be {', '.join(names[:10])}" if names else "is none here"
            code = ReasonCode.AMBIGUOUS if names else ReasonCode.NOT_FOUND
            raise Blocked(code, f"the {holder.kind} {there}; name one that is here")
        return replace(holder, token=Token(names[0], 0, 0, code=True))

    def _generator_of(self, file: str, named: Named) -> Holder | None:
        """The ConfigMap that a kustomization makes, and whose literals give the key."""
        from executor.flux.settings import generated_keys, standing

        if named.what not in ("key", "env", "spoken") or standing(self.at.read(file), named.name) is None:
            return None
        letters = _letters_of(named.name) if named.what == "spoken" else None
        given = {each.name: generated_keys(self.at.read(file), each.name) for each in self._generated_in(file)}
        found = [
            name
            for name, keys in given.items()
            if (named.name in keys if letters is None else letters in map(_letters_of, keys))
        ]
        if len(found) > 1:
            reason = f"{file}: {', '.join(sorted(found))} have {named.name}; say of which ConfigMap"
            raise Blocked(ReasonCode.AMBIGUOUS, reason)
        near = get_close_matches(named.name, [key for keys in given.values() for key in keys], n=3, cutoff=0.7)
        if near and not found:
            reason = f'{file} gives no "{named.name}"; nearest: {", ".join(near)}'
            raise Blocked(ReasonCode.NOT_FOUND, reason)
        return Holder("ConfigMap", Token(found[0], 0, 0, code=True)) if found else None

    def _generated_in(self, file: str) -> list[AManifest]:
        every = (each for entry in self.names.entries.values() for each in entry.configs)
        return list({each.name: each for each in every if each.path == file and _is_generated(each)}.values())

    def _block_any_word(self, turned: Turned, *, check: bool) -> None:
        """Raises Blocked for a plain word that only its place in the sentence makes a value."""
        if turned.before is None and _is_any_word(turned.to):
            self.instead = (turned.to, f"`{turned.to.text}`") if not check else None
            what = f'"{turned.to.text}" may be no value; write it in code if it is one'
            raise Blocked(ReasonCode.NOT_DETERMINATE, what)

    # --- places around it -------------------------------------------------------------------------------------------

    def _file_of(self, holder: Holder, limits: dict[str, Any]) -> str | None:
        """The file that the sentence names: as what holds the value, or as where the object stands."""
        if holder.file is None:
            return limits.get("file")
        if "file" in limits or "where" in limits:
            raise Unresolved(ReasonCode.AMBIGUOUS, "two files; write one")
        name = holder.file.rstrip("/").rpartition("/")[2]
        if "." in name and not name.endswith((".yaml", ".yml", ".json")):
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, f"{holder.file} is no manifest; a person edits it")
        file = self._path(self._only_file(holder.file))
        if _is_folder(file):
            inside = [f"{file}/{name}" for name in KUSTOMIZATION_FILES if self.at.exists(f"{file}/{name}")]
            file = inside[0] if inside else file
        if "stage" in limits and not self._in_stage(file, limits["stage"]):
            raise Blocked(
                ReasonCode.SHARED,
                f"{file} is not only {limits['stage']}'s{self._told(file)}; write it where no place is said, or name "
                f"a file of {limits['stage']}",
            )
        return file

    def _only_file(self, written: str) -> str:
        """ "talosupgrade.yaml": the only file of that name."""
        if "/" in written or self.at.exists(written):
            return written
        found = sorted({each.path for each in self.names.manifests if each.path.rpartition("/")[2] == written})
        if len(found) > 1:
            raise Blocked(ReasonCode.AMBIGUOUS, f"{written} may be {', '.join(found[:10])}; write the whole path")
        return found[0] if found else written

    def _told(self, path: str) -> str:
        from executor.flux.layers import deployed_by

        found = sorted(deployed_by(self.at.inventory.graph, path))
        return f", which is part of {', '.join(found)}" if found else ""

    # --- as it is written -------------------------------------------------------------------------------------------

    def _is_written(self, file: str, named: Named) -> bool:
        """Whether the key is a whole path into that file: from the top of an object, or of what is no object."""
        from executor.flux.settings import documents

        token = named.token
        if token is None or not token.code or named.what != "key":
            return False
        first = re.split(r"[.\[]", named.name.removeprefix("."), maxsplit=1)[0]
        mappings = documents(self.at.read(file))
        objects = [each for each in mappings if "apiVersion" in each and "kind" in each]
        if named.name.startswith("/") or any(first in each for each in mappings):
            return True
        return not objects or file.rpartition("/")[2] in KUSTOMIZATION_FILES

    def _as_written(self, file: str, named: Named, turned: Turned | None, limits: dict[str, Any], act: str) -> Request:
        from executor.flux.settings import standing, text_at

        if turned is None:
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, "to what is not said; write the value")
        self.partial = [self._request("manifest.set", file=file, path=named.name)]
        missing = standing(self.at.read(file), named.name)
        if missing is not None:
            near = get_close_matches(named.name.rpartition(".")[2], missing, n=3, cutoff=0.8)
            if near or act != "set":
                said = f", but {', '.join(near)} is" if near else ""
                raise Blocked(
                    ReasonCode.NOT_FOUND,
                    f"{file}: {named.name} is not there{said}; write the key as it stands, or an operation block",
                )
        for said in (turned.to, turned.before):
            if _is_time(said):
                what = "how a time is written there is not known; write it as it is to stand, such as 10m"
                raise Blocked(ReasonCode.NOT_DETERMINATE, what)
        value = scalar(_text(turned.to), named.name)
        before = _text(turned.before) if turned.before is not None else None
        key = named.name.lower()
        now = text_at(self.at.read(file), named.name)
        bound = key.endswith("cpu") or ".resources." in key
        _block_direction(f"{file}: {named.name}", (now, before), _text(turned.to), act, key, minutes=not bound)
        return self._request_set(file, named.name, value, before, limits)

    def _request_set(self, file: str, path: str, value: Any, before: str | None, limits: dict[str, Any]) -> Request:
        arguments = {"file": file, "path": path, "value": value}
        more = {"from_version": before, "everywhere": limits.get("everywhere"), "where": limits.get("document")}
        arguments |= {key: each for key, each in more.items() if each is not None}
        return Request("manifest.set", arguments, self.at.source, self.at.line, self.at.repository)


class _Search:
    """The places for one setting of one object, and what is made of them."""

    def __init__(
        self, asks: SettingAsks, named: Named, holder: Holder, file: str | None, limits: dict[str, Any]
    ) -> None:
        self.asks, self.at, self.named, self.holder = asks, asks.at, named, holder
        self.file, self.limits = file, limits
        self.stage = limits.get("stage")
        self.removes = False
        self.old = ""
        """The value that is looked for, where that says which is meant."""
        self.scalers: list[AManifest] = []
        self.exact: Exact | None = None
        """The same in code beside the words: which of the places, and to what."""

    # --- what is made of them ---------------------------------------------------------------------------------------

    def requests(self, act: str, turned: Turned | None) -> list[Request]:
        if self.named.what == "text" and turned is not None:
            self.old = _text(turned.before)
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

    def _make_field(self) -> None:
        """`spec.interval` of an object that has such a field is that field, set or not; "the log level" is the only
        key there that has those letters, else the only path that begins and ends so."""
        if self.named.what in ("field", "replicas") and self.named.part and not self._places(anywhere=True):
            words = " ".join((*self.named.part, self.named.name))  # "the read timeout" is readTimeout, too
            self.named = replace(self.named, what="spoken", name=words, part=())
        if self.named.what == "spoken":
            self._make_key()
        if self.named.what in ("key", "spoken") and _letters_of(self.named.name) == "timezone":
            self._make_zone()
        if self._begins_the_sentence() and self.named.name not in self._known():
            self.named = replace(self.named, name=self.named.name[0].lower() + self.named.name[1:])
        name = self.named.name.removeprefix("spec.")
        if self.named.what == "key" and name != self.named.name and name in _FIELDS_OF_SPEC:
            self.named = replace(self.named, what="field", name=name)
        if self.named.what == "key" and self.holder.kind is None and not self._places(anywhere=True):
            self._look_at_scalers()

    def _make_key(self) -> None:
        known = self._known_as(self.named.name)
        if not known and self.holder.token is not None and not self._places(anywhere=True):
            known = self._known_as(self.holder.token.text + self.named.name)  # "the log level of web": WEB_LOG_LEVEL
        if len(known) == 1:
            self.named = replace(self.named, what="key", name=known.pop())
            return
        words = self.named.name.split()
        shorter = words[:-1] if words[-1] in _SORTS_OF_VALUE else []
        if re.fullmatch(r"contact e-?mail", self.named.name.lower()):
            shorter = words[1:]
        if not known and shorter and not self._places(anywhere=True):
            self.named = replace(self.named, name=" ".join(shorter))
            self._make_key()
            return
        if known:
            said = f'{self._called()} has no "{self.named.name}" but {", ".join(sorted(known))}; write one'
            raise Unresolved(ReasonCode.UNKNOWN_NAME, said)
        every = self._places(anywhere=True)
        if len({self._value_at(each) for each in every}) > 1:
            raise self._blocked(every, "name one by its whole path in code")

    def _make_zone(self) -> None:
        """ "the time zone": `timeZone` of a CronJob, else the variable that programs take it from."""
        found = self._known_as("timezone") or self._known_as("TZ")
        if len(found) == 1 and not self._places(anywhere=True):
            self.named = replace(self.named, what="key", name=found.pop())

    def _known_as(self, name: str) -> set[str]:
        """The keys and variables that have just these letters, or these and a unit of time or "name"."""
        from executor.flux.settings import without_unit

        letters, known = _letters_of(name), self._known()
        found = {each for each in known if _letters_of(each) == letters}
        return found or {each for each in known if _letters_of(without_unit(each)) == letters}

    def _begins_the_sentence(self) -> bool:
        """ "Cache of kiosk": with the capital that a sentence begins with."""
        token = self.named.token
        first = token is not None and token.start == 0 and not (token.code or token.quoted)
        return self.named.what == "key" and first and self.named.name.istitle()

    def _look_at_scalers(self) -> None:
        """`maxReplicas` of a Deployment that has none is that of the HorizontalPodAutoscaler which scales it."""
        self.scalers = self._scaling()
        there = {f"{each.kind} {each.name}" for each in self.scalers}
        if len(there) == 1 and self._places(anywhere=True):
            self.at.remark(f"of {there.pop()}, which scales {self._called()}")
        else:
            self.scalers = []

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
        if self.named.what not in ("key", "spoken") or turned.before is None or _is_time(turned.before):
            return []
        plain = self.named
        self.named, self.old = replace(plain, what="listed"), _text(turned.before)
        found = self._places()
        if not found:
            self.named, self.old = plain, ""
        return found

    def _turned_at(self, place: Place, turned: Turned, act: str) -> Request:
        if self.named.what in ("key", "env", "spoken"):
            check = bool(self.limits.get("check"))
            if not (check and _text(turned.to) == self._plain(place)):
                self.asks._block_any_word(turned, check=check)
        value = self._value(place, turned, act)
        before = self._spelt(place, turned.before) if turned.before is not None else None
        now = self._plain(place)
        if _is_word(turned.before) and now is not None and now not in (before, self._spelt(place, turned.to)):
            raise Blocked(ReasonCode.NOT_THAT_VERSION, f"{place}: it is neither {before} nor {_text(turned.to)}")
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

    def _is_whole(self) -> bool:
        """A path from the top of an object, in code: its last key may be added."""
        token = self.named.token
        return token is not None and token.code and re.split(r"[.\[]", self.named.name)[0] in _TOP_KEYS

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
        if now not in _FLIPPED or risky:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE, f"{place}: {now or 'nothing'} is neither on nor off; write the value"
            )
        wanted = now if (now in _FIRST) == (act == "enable") else _FLIPPED[now]
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
        value = _text(turned.to)
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

    # --- the same in code -------------------------------------------------------------------------------------------

    def _block_other_value(self, requests: Sequence[Request], exact: Exact) -> None:
        """Raises where the code beside the words says another value than they do."""
        code = None if exact.to is None else _text(exact.to)
        for each in requests:
            value = each.arguments.get("value")
            words = str(value).lower() if isinstance(value, bool) else str(value)
            if each.operation != "manifest.set" or code not in (None, words, words.partition("=")[2]):
                what = (
                    f"the words say {words}, and `{exact.named.name or exact.named.what}` beside them {code}; write one"
                )
                raise Unresolved(ReasonCode.AMBIGUOUS, what)

    def _as_coded(self, found: list[Place]) -> list[Place]:
        """Of the places that the words may mean, those that the code beside them means."""
        from executor.flux.settings import shown

        if self.exact is None or self.named is self.exact.named:
            return found
        other = _Search(self.asks, self.exact.named, self.holder, self.file, self.limits)
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

    # --- exactly one ------------------------------------------------------------------------------------------------

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
        """Raises Blocked for the value of a part that is not named: its exporter's, an init container's."""
        from executor.flux.parts import beside

        own = self.holder.container or self.holder.part or self.named.part or self.named.what in ("listed", "text")
        key = str(place.seat.path[-1])
        # a chart that makes a job has its schedule below that, and a volume is its own wherever the values have it
        part = None if own or key in (*_OF_JOBS, *_OF_VOLUMES) else beside(place.seat.path)
        if part is not None and not _is_said_in(self.named.name, part):
            raise self._blocked([place], f"that is of {part}, not its own; write the whole path in code if it is meant")

    def _blocked(self, found: Sequence[Place], what: str) -> Blocked:
        listed = ", ".join(map(str, found[:10])) + (f" and {len(found) - 10} more" if len(found) > 10 else "")
        return Blocked(ReasonCode.AMBIGUOUS, f"{self._what()} may be {listed}; {what}")

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

    def _reaches(self, path: str) -> bool:
        """Whether a file is part of what is deployed to the stage, among others."""
        from executor.flux.layers import deployed_by
        from executor.flux.where import named

        return bool(named(deployed_by(self.at.inventory.graph, path), self.stage))

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
        return get_close_matches(name, known, n=3, cutoff=0.7)

    def _known(self) -> list[str]:
        """What could be set of the objects that are called so."""
        from executor.flux.settings import document, generated_keys, names

        known: list[str] = []
        for each in self._objects():
            if _is_generated(each):
                known += generated_keys(self.at.read(each.path), each.name)
                continue
            root = document(self.at.read(each.path), each.kind, each.name)
            known += names(each.kind, root) if root is not None else []
        return known

    def _narrowed(self) -> bool:
        return any(key in self.limits for key in ("stage", "namespace", "file", "where"))

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

    # --- every place ------------------------------------------------------------------------------------------------

    def _places(self, *, anywhere: bool = False, lacking: bool = False) -> list[Place]:
        """Every place for it that stands where the sentence says. Where it is not set anywhere, the places where it
        could be added, for settings that every such object has (`lacking`: for all)."""
        wish = self._wish()
        every = [each for manifest in self._objects() for each in self._of_object(manifest, wish)]
        if self.file is not None and self.holder.token is None:
            every += self._of_file(wish)
        every = list({(each.file, each.seat.path, each.seat.line): each for each in every}.values())
        if not anywhere:
            inside = [each for each in every if self._stays(each.file)]
            every = inside + (self._beside(every, inside) if self.stage is not None and self.file is None else [])
        adds = lacking or self.named.what in ("replicas", "resource", "field")
        if self.stage is None and self.file is None:
            every = self._without_patches(every)
        there = {each.kind for each in every if each.seat.text is not None}
        found = [each for each in every if each.seat.text is not None or (adds and each.kind not in there)]
        taken = self._taken_there() if self.limits.get("check") and self.stage and not (anywhere or found) else None
        return found if taken is None else [taken]

    def _taken_there(self) -> Place | None:
        """For a look at a stage that has no value of its own: the place that all of it takes the value from, if nothing
        may change it on the way."""
        from executor.flux.layers import altered, counting
        from executor.flux.settings import documents

        graph, where = self.at.inventory.graph, str(self.stage)
        every = [each for each in self._places(anywhere=True) if self._reaches(each.file)]
        files = {each.file: each for each in every if each.seat.text is not None and not each.seat.fixed}
        if not files or len(files) < len(every) or len({self._value_at(each) for each in every}) > 1 or self.file:
            return None
        kept = counting(graph, sorted(files), where=where) or []
        if len(kept) != 1 or self.named.what in ("label", "annotation") or self._may_be_lost(files[kept[0]]):
            return None
        if altered(graph, kept[0], where, lambda path: [key for one in documents(self.at.read(path)) for key in one]):
            return None
        self.at.remark(f"{self.stage} takes it from {files[kept[0]]}")
        return files[kept[0]]

    def _may_be_lost(self, place: Place) -> bool:
        """Whether what lies over it may take it away without naming it: another list in its place, an operation on what
        is above it, `$patch`, null, a generator."""
        from executor.flux.settings import documents, empties, takes_away

        lists = [step for step in place.seat.path if not isinstance(step, str)]
        if any(isinstance(each, int) for each in lists) or (lists and place.kind not in WORKLOAD_KINDS):
            return True
        others = [each for each in self._objects() if each.path != place.file and self._reaches(each.path)]
        if any(_is_generated(each) or empties(self.at.read(each.path) or "") for each in others):
            return True
        kind, _, name = place.holder.partition(" ")
        files = [each for each in self._kustomizations(place.file) if self._reaches(each)]
        roots = [(each, root) for each in files for root in documents(self.at.read(each))[:1]]
        return any(takes_away(each, kind, name, self.at.read) for each in roots)

    def _beside(self, every: Sequence[Place], inside: Sequence[Place]) -> list[Place]:
        """What stands in a base and is deployed to the stage, too: another container's, another part's. Its value for
        what a file of the stage has itself lies below that; where the stage has none, the base is no place for it."""
        own = {self._value_at(each) for each in inside}
        return [
            each
            for each in (every if inside and self.holder.file is None else ())
            if each not in inside and each.seat.text is not None and not each.seat.fixed
            and self._value_at(each) not in own and self._reaches(each.file)
        ]  # fmt: skip

    def _value_at(self, place: Place) -> tuple[object, ...]:
        """What two places of one value have in common."""
        counted = self.named.what == "replicas" and place.kind in ("Deployment", "StatefulSet")
        return (place.kind, *(() if counted else (place.holder,) if place.kind == "ConfigMap" else place.seat.path))

    def _without_patches(self, every: list[Place]) -> list[Place]:
        """Nothing is added to a patch where the object itself could have it, unless the patch's place is meant."""
        graph = self.at.inventory.graph
        patches = {path for _, said in graph.files.values() for field, path in said.references if "patches" in field}
        whole = {each.kind for each in every if each.file not in patches}
        return [
            each for each in every if each.seat.text is not None or each.file not in patches or each.kind not in whole
        ]

    def _wish(self) -> Wish:
        from executor.flux.settings import Wish

        container = self.holder.container.text if self.holder.container is not None else None
        loose = self.holder.kind is None and self.named.kind is None
        part = (*self.holder.part, *self.named.part)
        return Wish(self.named.what, self.named.name, container, loose, part, self.old)

    def _objects(self) -> list[AManifest]:
        """What is called so, of the kinds that are meant."""
        names, token = self.asks.names, self.holder.token
        if token is None:
            return [each for each in names.manifests if each.path == self.file]
        if self.scalers:
            return self.scalers
        kind = self.holder.kind or self.named.kind
        entry = token.entry or names.entry(token.text)
        if kind == "Namespace":
            return [each for each in names.of_kind("Namespace") if entry is not None and each.name == entry.name]
        found = list(objects_of(entry, kind)) or self._made_by_chart(entry, kind)
        if kind is None and not found and entry is not None:
            found = [each for each in entry.others if each.kind not in ("Namespace", "Secret")]
        if kind is None and self.named.what in ("key", "env"):
            found += self._referenced(found)
        if kind == _AUTOSCALER:
            found += [each for each in self._scaling() if each not in found]
        return [each for each in found if self._is_there(each)]

    def _made_by_chart(self, entry: Entry | None, kind: str | None) -> list[AManifest]:
        """ "the backup cron job": the schedule of what a release of that name makes."""
        job = kind == "CronJob" and self.named.name == "schedule"
        return list(entry.releases) if entry is not None and job else []

    def _scaling(self) -> list[AManifest]:
        """The autoscalers that have what is named for their target, with the patches of them."""
        from executor.flux.settings import document, scales

        every = self.asks.names.of_kind(_AUTOSCALER) if self.holder.token is not None else []
        target = self.holder.token.text if self.holder.token is not None else ""
        found = {
            each.name
            for each in every
            if (root := document(self.at.read(each.path), each.kind, each.name)) is not None and scales(root, target)
        }
        return [each for each in every if each.name in found and self._is_there(each)]

    def block_nameless(self) -> NoReturn:
        """Raises Blocked for a key that is named without an object, with the objects that have it: what is written
        beside it, or stands above it, may mean another one."""
        names, key = self.asks.names, self.named.name
        word = re.compile(rf"(?<![\w.-]){re.escape(key.rpartition('.')[2])}(?![\w-])")
        made = [each for entry in names.entries.values() for each in entry.configs if _is_generated(each)]
        known = [*(each for each in names.manifests if each.kind in _HOLD_VALUES), *made]
        texts = {path: self.at.read(path) or "" for path in {each.path for each in known} if self._stays(path)}
        found = [
            each
            for each in known
            if word.search(texts.get(each.path, ""))
            and any(place.seat.text is not None for place in self._of_object(each, self._wish()))
        ]
        alone = len(self.asks.asks) == 1  # of "kiosk: A → 1, B → 2" the object is said, and another is none
        if alone and len({(each.kind, each.name) for each in found}) == 1 and self.named.token is not None:
            self.asks.instead = (self.named.token, f"{key} of {found[0].name}")
        listed = ", ".join(f"{each.kind} {each.name} ({each.path}:{each.line})" for each in found[:10])
        there = f"; it stands in {listed}" if found else ""
        raise Blocked(ReasonCode.AMBIGUOUS, f"of what {key} is to be set is not said{there}; name it")

    def _referenced(self, found: Sequence[AManifest]) -> list[AManifest]:
        """ConfigMaps that the workload takes its variables from, if nothing else takes them from there."""
        from executor.flux.settings import document, referenced

        own = {name for each in found if each.kind in WORKLOAD_KINDS
               if (root := document(self.at.read(each.path), each.kind, each.name)) is not None
               for name in referenced(each.kind, root)}  # fmt: skip
        if not own:
            return []
        mine = {(each.kind, each.name) for each in found}
        others: set[str] = set()
        for each in self.asks.names.manifests:
            if each.kind in WORKLOAD_KINDS and (each.kind, each.name) not in mine:
                root = document(self.at.read(each.path), each.kind, each.name)
                others |= set(referenced(each.kind, root)) if root is not None else set()
        entries = [self.asks.names.entry(name) for name in sorted(own - others)]
        return [each for entry in entries if entry is not None for each in entry.configs if each not in found]

    def _of_object(self, manifest: AManifest, wish: Wish) -> Iterator[Place]:
        from executor.flux.settings import counted, document, documents, generated, patched, seats

        if _is_generated(manifest):
            for root in documents(self.at.read(manifest.path))[:1]:
                for seat in generated(root, manifest.name, wish.name, self._feeds(manifest.path)):
                    yield self._place_of(manifest, seat)
            return
        root_of = document(self.at.read(manifest.path), manifest.kind, manifest.name)
        if root_of is not None:
            version = str(root_of.get("apiVersion", ""))
            for seat in seats(manifest.kind, root_of, wish):
                yield replace(self._place_of(manifest, seat), api_version=version)
        for file in self._kustomizations(manifest.path):
            for root in documents(self.at.read(file))[:1]:
                if wish.what == "replicas" and not wish.part and manifest.kind in ("Deployment", "StatefulSet"):
                    yield from (Place(file, seat, manifest.kind, "kustomize") for seat in counted(root, manifest.name))
                for seat in patched((file, root), manifest.kind, manifest.name, wish, self.at.read):
                    yield Place(file, seat, manifest.kind, "kustomize")

    def _of_file(self, wish: Wish) -> Iterator[Place]:
        """Of a file that is named and holds no object: a values file, a kustomization."""
        from executor.flux.settings import documents, seats

        assert self.file is not None
        if self._objects():
            return
        for root in documents(self.at.read(self.file)):
            for seat in seats("", root, wish) if wish.what in _OF_ANY_FILE else ():
                yield Place(self.file, seat, "", self.file.rpartition("/")[2])

    def _feeds(self, path: str) -> Any:
        """Reads a file that a generator takes its keys from."""
        folder = path.rpartition("/")[0]
        return lambda name: self.at.read(f"{folder}/{name}" if folder else name)

    def _kustomizations(self, path: str) -> list[str]:
        graph = self.at.inventory.graph
        return sorted(graph.files[folder][0] for folder in graph.reach(path) if folder in graph.files)

    def _place_of(self, manifest: AManifest, seat: Seat) -> Place:
        holder = f"{manifest.kind} {manifest.name}"
        return Place(manifest.path, seat, manifest.kind, holder, self._document(manifest))

    def _document(self, manifest: AManifest) -> str | None:
        """`Kind/name`, where the object shares its file with others."""
        shared = sum(each.path == manifest.path for each in self.asks.names.manifests) > 1
        return f"{manifest.kind}/{manifest.name}" if shared else None

    def _stays(self, path: str) -> bool:
        """Whether a file is where the sentence says."""
        if self.stage is not None and self.holder.file is None and not self.asks._in_stage(path, self.stage):
            return False
        if self.file is not None and path != self.file:
            return False
        folder = self.limits.get("where")
        return folder is None or path.startswith(folder.rstrip("/") + "/")

    def _is_there(self, manifest: AManifest) -> bool:
        namespace = self.limits.get("namespace")
        if _is_generated(manifest):
            return self.named.what in ("key", "env", "spoken")  # it has data and nothing else
        if namespace is None:
            return True
        return namespace in self.at.inventory.graph.namespaces(manifest.path, manifest.namespace)

    # --- values -----------------------------------------------------------------------------------------------------

    def _value(self, place: Place, turned: Turned, act: str) -> Any:
        """The value as that place takes it. Raises Blocked for what does not fit there."""
        text, what = self._spelt(place, turned.to), self.named.what
        if isinstance(turned.to, tuple) and turned.to[0] == "cores" and not self.named.name.endswith(".cpu"):
            raise Blocked(ReasonCode.NOT_DETERMINATE, f"{place}: it counts no cores; write the value as it is to stand")
        if what == "replicas":
            count = turned.to.value if isinstance(turned.to, Token) else text
            if isinstance(count, str) and count.isdigit():
                count = int(count)
            if not isinstance(count, int):
                raise Blocked(ReasonCode.NOT_DETERMINATE, f"{text} is no number of replicas")
            self._block_direction(place, str(count), act, turned.before)
            return count
        if what == "resource" and not _QUANTITY[self.named.name.rpartition(".")[2]].fullmatch(text):
            raise Blocked(
                ReasonCode.NOT_DETERMINATE, f"{text} is no amount of {self.named.name.rpartition('.')[2]} with its unit"
            )
        self._block_not_taken(place, text)
        if what == "field" and self.named.name == "suspend" and place.seat.path == ("spec", "suspend"):
            return text == "true"
        self._block_direction(place, text, act, turned.before)
        if what in (*_OF_ANY_FILE, "field"):
            spelt = _is_time(turned.to) or self._is_in_seconds(place, turned.to)
            self._block_other_kind(place, ("setting", text) if spelt else turned.to)
        return self._literal(place, text)

    def _block_not_taken(self, place: Place, text: str) -> None:
        """Raises Blocked for what the API does not take there; whether it fits what stands beside it is seen later."""
        from executor.flux.api_values import Field, why_not

        kustomization = place.file.rpartition("/")[2] in KUSTOMIZATION_FILES
        field = Field(place.api_version, place.kind or None, place.seat.path, kustomization)
        why = why_not(field, text, now=self._plain(place))
        if why is not None:
            raise Blocked(ReasonCode.BAD_ARGUMENT, f"{place.file}:{place.seat.line}: {why}; correct the value")

    def _spelt(self, place: Place, said: Any) -> str:
        """The text of a value; of "10 minutes" as such times are written there; of "every 3 hours" what stands there
        where it says so already."""
        if isinstance(said, tuple) and said[0] == "often":
            from executor.flux.schedule import how_often

            now = self._plain(place)
            return now if now is not None and how_often(now) == how_often(said[1]) else said[1]
        if not _is_time(said):
            if self._is_in_seconds(place, said):
                return f"{_amount(said.text):.0f}"
            counted = self.named.what == "replicas" and isinstance(said, Token) and isinstance(said.value, int)
            return str(said.value) if counted else _text(said)
        seconds, now = int(said[1]), self._plain(place)
        if place.seat.path in (("spec", "interval"), ("spec", "timeout")) or _DURATION.fullmatch(now or ""):
            parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
            return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"
        if now is not None and re.fullmatch(r"\d+d", now) and seconds % 86400 == 0:
            return f"{seconds // 86400}d"
        words = _UNIT_OF_KEY.findall(str(place.seat.path[-1]))
        sizes = {"seconds": 1, "minutes": 60, "hours": 3600}
        size = next((sizes[each.lower()] for each in words if each.lower() in sizes), None)
        if size is not None and seconds % size == 0 and (now is None or now.isdigit()):
            return str(seconds // size)
        raise Blocked(
            ReasonCode.NOT_DETERMINATE, f"{place}: how a time is written there is not known; write it as it is to stand"
        )

    def _is_in_seconds(self, place: Place, said: Any) -> bool:
        """ "45s" where a number of seconds stands."""
        now = self._plain(place) or ""
        if not isinstance(said, Token) or said.code or said.quoted or not _DURATION.fullmatch(said.text):
            return False
        counts = _UNIT_OF_KEY.findall(str(place.seat.path[-1]))[-1:]
        return [each.lower() for each in counts] == ["seconds"] and now.isdigit() and (_amount(said.text) or 0) % 1 == 0

    def _literal(self, place: Place, text: str) -> Any:
        """Typed where Helm values or a specification may want it; a text where Kubernetes takes nothing else."""
        texts = place.kind == "ConfigMap" or self.named.what in ("label", "annotation", "resource")
        if texts or (self.named.what == "env" and place.kind != "HelmRelease") or place.seat.text is not None:
            return text
        return scalar(text, self.named.name)

    def _plain(self, place: Place) -> str | None:
        """The value that stands there, without the key of a literal."""
        if place.seat.path[0] == "configMapGenerator" and place.seat.text is not None:
            return place.seat.text.partition("=")[2]
        return place.seat.text

    def _block_direction(self, place: Place, text: str, act: str, before: Any) -> None:
        """Raises Blocked where a value would not rise or fall, as the sentence says."""
        key = str(place.seat.path[-1]).lower()
        minutes = self.named.what != "resource" and key != "cpu"
        was = self._spelt(place, before) if before is not None else None
        _block_direction(str(place), (self._plain(place), was), text, act, key, minutes=minutes)

    def _block_other_kind(self, place: Place, to: Any) -> None:
        """Raises Blocked where a number becomes a word, or loses its unit, and nothing says that this is meant."""
        now, text = self._plain(place), _text(to)
        if not now or now == text:
            return
        one, other = now.lower() in _TRUTHS, text.lower() in _TRUTHS
        if one and other and {now.lower(), text.lower()} not in [set(pair) for pair in _OPPOSITES]:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE,
                f"{place}: {now} and {text} are two spellings; write "
                f"{now if (now in _FIRST) == (text in _FIRST) else _FLIPPED.get(now, now)}",
            )
        if isinstance(to, Token) and not (to.code or to.quoted) and self._may_be_key(text):
            reason = f"{place}: {text} looks like the name of a key; write `{text}` in code if it is meant as the value"
            raise Blocked(ReasonCode.NOT_DETERMINATE, reason)
        image = str(place.seat.path[-1]).lower().endswith("image")
        if image and _TAGGED.search(now) and not _TAGGED.search(text):
            what = f"{place}: it is {now}, and {text} has no name or no tag; write the image with both"
            raise Blocked(ReasonCode.NOT_DETERMINATE, what)
        if self._is_marked(to) or _shape(now) == _shape(text):
            return
        raise Blocked(
            ReasonCode.NOT_DETERMINATE,
            f"{place}: it is {now}, and {text} is something of another kind; write `{text}` in code if it is meant",
        )

    def _may_be_key(self, text: str) -> bool:
        return text in self._known() or re.fullmatch(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+", text) is not None

    def _is_marked(self, said: Any) -> bool:
        return not isinstance(said, Token) or said.code or said.quoted or self._looks_like_key(said)

    def _looks_like_key(self, token: Token) -> bool:
        return token is self.named.token and bool(re.search(r"[A-Z_.]", token.text))

    # --- words ------------------------------------------------------------------------------------------------------

    def _called(self) -> str:
        token = self.holder.token
        return f"{self.holder.kind or ''} {token.text}".strip() if token is not None else str(self.file)

    def _what(self) -> str:
        named, part = self.named, "".join(f"{each} " for each in self.named.part)
        if named.what == "resource":
            bound, _, resource = named.name.partition(".")
            return f"{part}{resource} {bound.removesuffix('s')} of {self._called()}"
        name = f'"{self.old}"' if named.what == "text" else named.name or named.what
        return f"{part}{name} of {self._called()}"


_TRUTHS = frozenset(word for pair in _OPPOSITES for word in pair)


def _spot(place: Place) -> tuple[str, int, object]:
    """Where a value stands, however its path is written."""
    return place.file, place.seat.line, place.seat.path[-1]


def _said(exact: Exact) -> str:
    return exact.named.name or exact.named.what


def _is_generated(manifest: AManifest) -> bool:
    return manifest.path.rpartition("/")[2] in KUSTOMIZATION_FILES and manifest.kind == "ConfigMap"


def _is_said_in(name: str, part: str) -> bool:
    """Whether a part is among the words of what is named: "liveness probe" for livenessProbe, "metrics" for metric."""
    words = [each.lower() for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)]
    said = ("".join(words[at:to]).removesuffix("s") for at in range(len(words)) for to in range(at + 1, len(words) + 1))
    return _letters_of(part).removesuffix("s") in said


def _letters_of(key: str) -> str:
    return re.sub(r"[\W_]", "", key).lower()


_VALUES = frozenset(
    "true false yes no on off enabled disabled debug info warn warning error trace fatal critical panic notice verbose "
    "silent json text logfmt http https tcp udp grpc utc gmt".split()
)
"""Words that are values wherever they stand."""


def _is_any_word(said: Any) -> bool:
    """A plain word, or several with hyphens, which may say how, when or whose instead of what."""
    plain = isinstance(said, Token) and not (said.code or said.quoted)
    return (
        plain and re.fullmatch(r"[a-z]+(?:-[a-z]+)*|[A-Z]+", said.text) is not None and said.text.lower() not in _VALUES
    )


def _is_word(said: Any) -> bool:
    """What may be a word of the sentence as well as an old value."""
    return isinstance(said, Token) and not (said.code or said.quoted) and said.text[:1].isalpha()


def _is_exact(said: Any) -> bool:
    """What certainly is a value; versions and images have rules of their own."""
    if not isinstance(said, Token) or isinstance(said.value, tuple | Version | ImageReference):
        return False
    return said.code or said.quoted or NO_WORD.search(said.text) is not None


def _block_direction(
    place: str, known: tuple[str | None, str | None], text: str, act: str, key: str, *, minutes: bool
) -> None:
    """`known`: what stands there and what it was, as the sentence says; where it is so already, it was another."""
    now, was = known
    now = was if now == text and was is not None else now
    if act not in ("raise", "lower") or now is None or now == text:
        return
    old, new = ([_amount(each, minutes=minutes)] for each in (now, text))
    if now.endswith("%") and text.endswith("%"):
        old, new = ([_amount(each[:-1])] for each in (now, text))
    if key.endswith(("tag", "version")):
        old, new = _release(now), _release(text)
    if None in (*old, *new):
        reason = f"{place}: {now} and {text} cannot be compared, so whether that is to {act} it is not known"
        raise Blocked(ReasonCode.NOT_THAT_VERSION, f"{reason}; write Set … to {text}")
    if (new > old) != (act == "raise"):
        raise Blocked(
            ReasonCode.NOT_THAT_VERSION, f"{place}: {now} to {text} is not to {act} it; write Set … to {text}"
        )


def _block_no_value(said: Any) -> None:
    if isinstance(said, tuple) and said[0] == "placeholder":
        raise Blocked(ReasonCode.PLACEHOLDER, f'"{said[1]}" stands for a value; write the value')
    if isinstance(said, tuple) and said[0] == "vague":
        raise Blocked(ReasonCode.NOT_DETERMINATE, f'"{said[1]}" is no value; write it')


def _is_folder(file: str | None) -> bool:
    return file is not None and "." not in file.rstrip("/").rpartition("/")[2]


def _is_time(said: Any) -> bool:
    """ "10 minutes"."""
    return isinstance(said, tuple) and said[0] == "lasting"


_UNIT_OF_KEY = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""The words of a key; one of them may be the unit that it counts in."""
_TAGGED = re.compile(r".:[\w.-]+$|.@\w+:")
"""An image with its tag or digest."""


def _text(said: Any) -> str:
    """The text of a value, without quotes around it; of "two", the number."""
    if isinstance(said, Token) and isinstance(said.value, int) and not (said.code or said.quoted):
        return str(said.value) if said.text.isalpha() else said.text
    text = str(said[1]) if isinstance(said, tuple) else str(said.text)
    quoted = re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", text)
    return (quoted[1] if quoted[1] is not None else quoted[2]) if quoted else text


def _shape(text: str) -> str:
    """What kind of value people would call it."""
    if re.fullmatch(r"-?\d+(?:\.\d+)?", text):
        return "number"
    if text.lower() in _TRUTHS:
        return "truth"
    if _DURATION.fullmatch(text):
        return "time"
    if _amount(text) is None:
        return "text"
    return "bytes" if text.endswith("B") else "amount"  # "8GB" is no quantity of Kubernetes


def _amount(text: str, *, minutes: bool = True) -> float | None:
    """A quantity or duration as a number; `minutes`: what `10m` means, if not a hundredth."""
    if _SPAN.fullmatch(text) and (minutes or not re.fullmatch(r"\d+(?:\.\d+)?m", text)):
        return sum(float(n) * _SECONDS[u] for n, u in re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)", text))
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(m|k|M|G|T|Ki|Mi|Gi|Ti)?(?:(?<=[A-Zki])B)?", text)
    return float(found[1]) * _UNITS[found[2] or ""] if found else None


def _release(text: str) -> list[float | None]:
    """The numbers of a version that is nothing else."""
    found = re.fullmatch(r"v?(\d+(?:\.\d+)*)", text, re.ASCII)
    return [float(each) for each in found[1].split(".")] if found else [None]


def _block(operation: str, arguments: dict[str, Any]) -> str:
    """An operation block, ready to be pasted."""
    import json

    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in arguments.items() if value is not None]
    return "\n".join(["```operation", f"uses: {operation}", *lines, "```"])
