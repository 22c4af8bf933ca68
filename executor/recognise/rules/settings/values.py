"""What a value looks like: words that can be nothing else, amounts, times, days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from executor.patterns import pattern
from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import NO_WORD, Turned
from executor.recognise.rules.settings.words import NO_VALUE, NOUNS
from executor.recognise.versions import ImageReference, Version, is_placeholder
from executor.recognise.words import fold

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases, and what each stands for."""
    g.phrase("number", "x:NUMBER | x:COUNT", lambda c: c["x"])
    g.phrase("few", "_:<number>")
    g.phrase("few", "one", lambda c: ("setting", "1"))
    g.phrase("instead_of", "<instead> _:<few>", lambda c: c["_"])
    g.word("scalar", _scalar)
    g.phrase("scalar", "x:PLACEHOLDER", lambda c: ("placeholder", c["x"].text))
    g.phrase("scalar", "<vague>", lambda c: ("vague", c["vague"]))
    g.phrase("turned", "(to | = | →) x:<scalar>", lambda c: Turned(c["x"]))
    g.phrase("turned", "from y:<scalar> (to | →) x:<scalar>", lambda c: Turned(c["x"], c["y"]))
    g.phrase("turned", "to x:<scalar> (from | <instead>) y:<scalar>", lambda c: Turned(c["x"], c["y"]))
    g.phrase("instead", ",? (instead of | rather than)")
    g.phrase("turned", ":? y:<scalar> → x:<scalar>", lambda c: (t := _arrow(c)) and Turned(t.to, t.before))
    g.phrase("arrow", ":? y:<scalar> → x:<scalar> | :? → x:<scalar>", _arrow)
    g.phrase("sure_value", "x:<scalar>", sure)
    g.word("exact", _exact)
    g.phrase("scalar", "n:<number> u:UNIT | (one | a | an) u:UNIT", _lasting)
    g.phrase("scalar", "n:<few> (core | cores)", _cores)
    g.phrase("route", "x:<scalar>", lambda c: c["x"] if getattr(c["x"], "text", "").startswith("/") else None)
    g.word("log_level", lambda c: c["x"] if fold(c["x"].text) in _LEVELS else None)
    g.phrase("how_often", "x:AMOUNT", lambda c: c["x"])
    g.phrase("how_often", "n:<number> u:UNIT | (one | a | an)? u:UNIT", _lasting)
    g.phrase("daily", "daily | nightly | every (day | night)")
    g.phrase("on_days", "(every | weekly on) x:ANY", _weekday)
    g.phrase("on_days", "on x:ANY", lambda c: _weekday(c) if fold(c["x"].text).endswith("s") else None)
    g.phrase("recurring", "every n:<number>? u:UNIT | u:hourly", _often)
    g.phrase(
        "recurring",
        "<daily> at t:ANY | at t:ANY <daily> | <on_days> at t:ANY | at t:ANY <on_days>",
        _at_a_time,
    )
    g.phrase("set_for", "for t:ANY (<daily> | <on_days>)", _at_a_time)
    g.phrase("equal", "x:<sure_value>", lambda c: Turned(c["x"]))
    g.phrase("equal", "_:<swapped>")
    g.phrase("is", "(BE | MODAL BE) now? | now? (reads | equals) | MODAL (read | equal)", lambda c: "set")
    g.phrase("is", "_:<becomes>")
    g.phrase("becomes", "becomes | MODAL become", lambda c: "change")
    g.phrase("swapped", "x:<scalar> <instead> y:<scalar>", lambda c: Turned(c["x"], c["y"]))
    g.phrase("plain_value", "x:<sure_value>", _plain_value)
    g.phrase("named_value", "x:<scalar>", _plain_value)


def _arrow(c: Captured) -> Turned | None:
    """ "A → B". What stands before the sign may be a word of the object instead ("… of the web HelmRelease → `2`")."""
    before = c.get("y")
    noun = isinstance(before, Token) and not (before.code or before.quoted) and fold(before.text) in NOUNS
    return None if noun else Turned(c["x"], before, there=True)


_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def _lasting(c: Captured) -> tuple[str, str] | None:
    """ "10 minutes", in seconds: how the place writes it is seen there."""
    count = c["n"].value if "n" in c else 1
    return ("lasting", str(count * _SECONDS[fold(c["u"].text).removesuffix("s")])) if isinstance(count, int) else None


def _cores(c: Captured) -> tuple[str, str] | None:
    """ "2 cores": of a CPU's bound only."""
    said = c["n"]
    count = said[1] if isinstance(said, tuple) else said.value
    return ("cores", str(count)) if str(count).isdigit() else None


def _often(c: Captured) -> tuple[str, str] | None:
    """ "every 15 minutes", as cron can say it: where it divides the hour, or the day."""
    count, unit = c["n"].value if "n" in c else 1, fold(c["u"].text).removesuffix("s")
    step = f"*/{count}" if count != 1 else "*"
    if unit == "minute" and isinstance(count, int) and 0 < count < 60 and 60 % count == 0:
        return "often", f"{step} * * * *"
    if unit in ("hour", "hourly") and isinstance(count, int) and 0 < count < 24 and 24 % count == 0:
        return "often", f"0 {step} * * *"
    return None


_WEEKDAYS = {day: str(at) for at, day in enumerate("sunday monday tuesday wednesday thursday friday saturday".split())}
_WEEKDAYS |= {"weekday": "1-5"}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|(1[0-2]|[1-9])(?::([0-5]\d))?([ap]m)", re.IGNORECASE)


def _weekday(c: Captured) -> str | None:
    return _WEEKDAYS.get(fold(c["x"].text).removesuffix("s"))


def _at_a_time(c: Captured) -> tuple[str, str] | None:
    """ "daily at 03:30", "on Mondays at 6am", in the time zone that the CronJob has."""
    said = _CLOCK.fullmatch(c["t"].text)
    if said is None:
        return None
    hour, minute, twelve, minutes, half = said.groups()
    at = int(hour) if hour else int(twelve) % 12 + 12 * (half.lower() == "pm")
    return "schedule", f"{int(minute or minutes or 0)} {at} * * {c.get('on_days', '*')}"


_FILLED_IN_LATER = frozenset("tbd tba tbc todo fixme xxx whatever something".split())
_EITHER = pattern(r"[a-z]+(?:[/+][a-z]+)+|(?:non|not|anything|any)-.*|.*-or-.*")
"""Alternatives and the like, of plain words."""


def _scalar(c: Captured) -> Token | None:
    """A value: what is marked as code or in quotes; else one word that can be nothing but a value."""
    token: Token = c["x"]
    if token.text[-1:] == "…" or is_placeholder(token.text) or isinstance(token.value, tuple):
        return None
    if token.quoted and not token.code and (fold(token.text) in _FILLED_IN_LATER or not re.search(r"\w", token.text)):
        return None
    if token.code or token.quoted:
        return token
    if token.end - token.start != len(token.text) or _EITHER.fullmatch(token.text):
        return None  # "to prod's", "to debug/trace"
    return token if _VALUE.match(token.text) and fold(token.text) not in NO_VALUE else None


_ENUMERATED = frozenset(
    "Always IfNotPresent OnFailure OnDelete OnRootMismatch Forbid Recreate RollingUpdate Retain NodePort ClusterIP "
    "LoadBalancer ClusterFirst ClusterFirstWithHostNet ReadWriteOnce ReadWriteOncePod ReadWriteMany ReadOnlyMany "
    "PreferNoSchedule PreferDualStack RequireDualStack".split()
)
"""What Kubernetes writes so, and nobody else; a word that only looks so may be a state ("OnHold")."""
_LEVELS = frozenset("debug info warn warning error trace".split())
_STATED = frozenset("true false debug info warn trace json logfmt utc".split())
"""Words that are values behind "is", and nothing that may have been done to it."""


def sure(c: Captured) -> Any:
    """A value behind "is": no word that may say what was done to it ("LOG_LEVEL is documented")."""
    said = c["x"]
    plain = isinstance(said, Token) and not (said.code or said.quoted)
    wordy = plain and re.fullmatch(r"[^\W\d_][^\W\d_-]*(?:-[^\W\d_]*)*|\d+(?:st|nd|rd|th)", said.text) is not None
    return None if wordy and fold(said.text) not in _STATED and said.text not in _ENUMERATED else said


_NO_PLAIN_VALUE = re.compile(r"[A-Z]{2,}-\d+|\d{4}-\d\d-\d\d.*|\d+/\d+|.*(?:@|://).*|[Ee]rror|[Ww]arning")
"""A ticket, a date, a step of several, an address, a trouble."""


def _plain_value(c: Captured) -> Turned | None:
    """A value that only stands behind its key ("kiosk TZ Europe/Vienna"): nothing else that could stand there."""
    said = c["x"]
    marked = not isinstance(said, Token) or said.code or said.quoted
    return Turned(said) if marked or not _NO_PLAIN_VALUE.fullmatch(said.text) else None


_VALUE = pattern(r"[\w/.-]|@[a-z]+ly$", re.ASCII)


def _exact(c: Captured) -> Token | None:
    """What certainly is a value; versions and images have rules of their own."""
    token: Token = c["x"]
    if isinstance(token.value, tuple | Version | ImageReference):
        return None
    return token if token.code or token.quoted or NO_WORD.search(token.text) else None
