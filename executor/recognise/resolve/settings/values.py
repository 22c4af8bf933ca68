"""What is written there: a value as its place takes it, and what it may not be."""

from __future__ import annotations

import re
from typing import Any

from executor.errors import Blocked
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import Turned
from executor.recognise.resolve.base import KUSTOMIZATION_FILES
from executor.recognise.resolve.edits import scalar
from executor.recognise.resolve.settings.keys import Keys
from executor.recognise.resolve.settings.places import OF_ANY_FILE, Place

_OPPOSITES = (("true", "false"), ("yes", "no"), ("on", "off"), ("enabled", "disabled"))
FLIPPED = {a: b for pair in _OPPOSITES for s in (str.lower, str.capitalize, str.upper)
            for a, b in ((s(pair[0]), s(pair[1])), (s(pair[1]), s(pair[0])))}  # fmt: skip
FIRST = frozenset(s(pair[0]) for pair in _OPPOSITES for s in (str.lower, str.capitalize, str.upper))
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
_TRUTHS = frozenset(word for pair in _OPPOSITES for word in pair)
_UNIT_OF_KEY = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
"""The words of a key; one of them may be the unit that it counts in."""
_TAGGED = re.compile(r".:[\w.-]+$|.@\w+:")
"""An image with its tag or digest."""


class Values(Keys):
    """Values of those places."""

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
        if what in (*OF_ANY_FILE, "field"):
            spelt = is_time(turned.to) or self._is_in_seconds(place, turned.to)
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
        if not is_time(said):
            if self._is_in_seconds(place, said):
                return f"{_amount(said.text):.0f}"
            counted = self.named.what == "replicas" and isinstance(said, Token) and isinstance(said.value, int)
            return str(said.value) if counted else text_of(said)
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
        block_direction(str(place), (self._plain(place), was), text, act, key, minutes=minutes)

    def _block_other_kind(self, place: Place, to: Any) -> None:
        """Raises Blocked where a number becomes a word, or loses its unit, and nothing says that this is meant."""
        now, text = self._plain(place), text_of(to)
        if not now or now == text:
            return
        one, other = now.lower() in _TRUTHS, text.lower() in _TRUTHS
        if one and other and {now.lower(), text.lower()} not in [set(pair) for pair in _OPPOSITES]:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE,
                f"{place}: {now} and {text} are two spellings; write "
                f"{now if (now in FIRST) == (text in FIRST) else FLIPPED.get(now, now)}",
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


def block_direction(
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


def is_time(said: Any) -> bool:
    """ "10 minutes"."""
    return isinstance(said, tuple) and said[0] == "lasting"


def text_of(said: Any) -> str:
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
