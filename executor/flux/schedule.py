"""When a CronJob runs: the schedules that Kubernetes takes.

The grammar is that of `cron.ParseStandard` in github.com/robfig/cron/v3 (parser.go), which the validation of a CronJob
calls: five fields, lists, ranges, steps, names of months and of days, `@` forms. A day of the week is 0 to 6, so that 7
is no Sunday; `L`, `W` and `#` are Quartz's. A time zone in front (`CRON_TZ=…`) is refused by that validation:
`spec.timeZone` is the place for it.
"""

from __future__ import annotations

import itertools
import re

from executor.patterns import pattern

_NAMED = frozenset(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"])
_EVERY = pattern(r"@every [+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+", re.ASCII)
_NUMBER = pattern(r"\+?[0-9]{1,18}")
_MONTHS = {
    name: at
    for at, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_DAYS = {name: at for at, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_FIELDS: tuple[tuple[str, int, int, dict[str, int]], ...] = (
    ("minute", 0, 59, {}), ("hour", 0, 23, {}), ("day of the month", 1, 31, {}), ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 6, _DAYS),
)  # fmt: skip


def why_no_schedule(text: str) -> str | None:
    """What keeps a text from being one; None: it is."""
    if text.startswith(("TZ=", "CRON_TZ=")):
        return "a time zone stands in spec.timeZone"
    if text.startswith("@"):
        return None if text in _NAMED or _EVERY.fullmatch(text) else f"there is no {text}"
    fields = text.split()
    if len(fields) != len(_FIELDS):
        return f"it has {len(fields)} of the five fields minute, hour, day of the month, month, day of the week"
    for field, (name, least, most, names) in zip(fields, _FIELDS, strict=True):
        for each in filter(None, field.split(",")):
            if not _is_range(each, least, most, names):
                return f"{each} is no {name} ({least} to {most})"
    return None


def how_often(text: str) -> int | None:
    """Minutes from each time to the next, where that is always the same and less than a day; else None."""
    if why_no_schedule(text) is not None or text.startswith("@") or text.split()[2:] != ["*", "*", "*"]:
        return None
    minutes, hours = (
        {at for each in part.split(",") for at in range(most + 1) if _falls(each, at, most)}
        for part, (_, _, most, _) in zip(text.split(), _FIELDS[:2], strict=False)
    )
    times = sorted(60 * hour + minute for hour in hours for minute in minutes)
    gaps = {later - one for one, later in itertools.pairwise([*times, times[0] + 24 * 60])} if times else set()
    return gaps.pop() if len(gaps) == 1 and len(times) > 1 else None


def _falls(text: str, at: int, most: int) -> bool:
    bounds, slash, step = text.partition("/")
    low, _, high = bounds.partition("-")
    if low in ("*", "?"):
        return at % int(step or 1) == 0
    first = int(low)
    last = int(high) if high else most if slash else first
    return first <= at <= last and (at - first) % int(step or 1) == 0


def _is_range(text: str, least: int, most: int, names: dict[str, int]) -> bool:
    """`N`, `N-M`, `*`, each with `/STEP` or without; `N/STEP` goes on to the end."""
    bounds, slash, step = text.partition("/")
    if slash and (not _NUMBER.fullmatch(step) or int(step) == 0):
        return False
    ends = bounds.split("-")
    if ends[0] in ("*", "?"):
        return True  # what stands behind a hyphen is not looked at there
    numbers = [_number(each, names) for each in ends]
    if len(numbers) > 2 or None in numbers:
        return False
    low, high = numbers[0], most if slash and len(numbers) == 1 else numbers[-1]
    return low is not None and high is not None and least <= low <= high <= most


def _number(text: str, names: dict[str, int]) -> int | None:
    if text.lower() in names:
        return names[text.lower()]
    return int(text) if _NUMBER.fullmatch(text) else None
