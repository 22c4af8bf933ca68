"""Dates in the form in which they stand: `2025-10-17`, `2025/1/7`, `2025-10-17 10:00`, `2025-10-17T10:00:00.000Z` …

Only forms that begin with the year: in `03/04/2025` nobody knows which is the month.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from executor.patterns import pattern

_FORM = pattern(
    r"(?P<year>\d{4})(?P<sep>[-/.]?)(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})"
    r"(?:(?P<t>[Tt]|[ \t]+)(?P<hour>\d{1,2}):\d\d(?P<second>:\d\d(?:[.,](?P<fraction>\d+))?)?"
    r"(?P<gap>[ \t]*)(?P<zone>Z|z|UTC|[+-]\d\d(?::?\d\d)?)?)?$",
    re.ASCII,
)


def knows(value: str) -> bool:
    """Whether the value is a date in a form that can be kept."""
    found = _FORM.match(value)
    if found is None or value.endswith("\n"):
        return False
    compact = not found["sep"] and (len(found["month"]) < 2 or len(found["day"]) < 2)
    return not compact and 1 <= int(found["month"]) <= 12 and 1 <= int(found["day"]) <= 31


def like(value: str, when: datetime) -> str:
    """`when` in the form of `value`; a date where there was nothing. A value with a zone keeps its kind of zone."""
    found = _FORM.match(value)
    if found is None:
        return f"{when:%Y-%m-%d}"
    if found["zone"] in ("Z", "z", "UTC"):
        when = when.astimezone(UTC)
    elif found["zone"]:
        when = when.astimezone() if when.tzinfo is None else when
    sep = found["sep"]
    date = sep.join((f"{when.year:04d}", _padded(when.month, found["month"]), _padded(when.day, found["day"])))
    if found["hour"] is None:
        return date
    return f"{date}{found['t']}{_padded(when.hour, found['hour'])}:{when:%M}{_seconds(found, when)}{_zone(found, when)}"


def _padded(number: int, old: str) -> str:
    return f"{number:02d}" if len(old) == 2 else str(number)


def _seconds(found: re.Match[str], when: datetime) -> str:
    if not found["second"]:
        return ""
    text = f":{when:%S}"
    if found["fraction"]:
        digits = len(found["fraction"])
        text += found["second"][3] + f"{when.microsecond:06d}"[:digits].ljust(digits, "0")
    return text


def _zone(found: re.Match[str], when: datetime) -> str:
    zone = found["zone"]
    if not zone or zone in ("Z", "z", "UTC"):
        return found["gap"] + (zone or "")
    offset = f"{when:%z}"[:5]
    if ":" in zone or (len(zone) == 3 and offset[3:] != "00"):
        return found["gap"] + f"{offset[:3]}:{offset[3:]}"
    return found["gap"] + (offset[:3] if len(zone) == 3 else offset)
