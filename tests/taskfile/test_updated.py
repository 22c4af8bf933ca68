"""The value of `updated`, in every form in which it may stand."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from executor.taskfile.edit import apply
from executor.taskfile.parse import parse

BODY = "## Acceptance Criteria\n\n- [ ] a\n"
WHEN = datetime(2026, 3, 4, 9, 5, 7, 120000, tzinfo=timezone(timedelta(hours=2)))

KEPT = {
    "updated: 2025-10-17": "updated: 2026-03-04",
    "updated: '2025-10-17'": "updated: '2026-03-04'",
    'updated: "2025-10-17"': 'updated: "2026-03-04"',
    "updated:   2025-10-17   # why": "updated:   2026-03-04   # why",
    "updated: 2025-10-17 10:00": "updated: 2026-03-04 09:05",
    "updated: '2025-10-17 10:00'": "updated: '2026-03-04 09:05'",
    "updated: 2025-10-17 10:00:00": "updated: 2026-03-04 09:05:07",
    "updated: 2025-10-17T10:00:00": "updated: 2026-03-04T09:05:07",
    "updated: 2025-10-17T10:00:00Z": "updated: 2026-03-04T07:05:07Z",
    "updated: 2025-10-17 10:00 UTC": "updated: 2026-03-04 07:05 UTC",
    "updated: 2025-10-17T10:00:00.000Z": "updated: 2026-03-04T07:05:07.120Z",
    "updated: 2025-10-17T10:00:00+00:00": "updated: 2026-03-04T09:05:07+02:00",
    "updated: 2025-10-17 10:00:00 +0100": "updated: 2026-03-04 09:05:07 +0200",
    "updated: 2025-10-17 10:00:00+01": "updated: 2026-03-04 09:05:07+02",
    "updated: 2025/10/17": "updated: 2026/03/04",
    "updated: 2025/1/7 9:30": "updated: 2026/3/4 9:05",
    "updated: 2025.10.17": "updated: 2026.03.04",
    "updated: 20251017": "updated: 20260304",
    "updated:": "updated: 2026-03-04",
    "updated:   # never": "updated: 2026-03-04   # never",
    "updated: ~": "updated: 2026-03-04",
    "updated: null": "updated: 2026-03-04",
    'updated: ""': 'updated: "2026-03-04"',
    '"updated": 2025-10-17': '"updated": 2026-03-04',
    "updated : 2025-10-17": "updated : 2026-03-04",
    "updated: 2020-01-01\nx: 1\nupdated: 2025-10-17": "updated: 2020-01-01\nx: 1\nupdated: 2026-03-04",
    "ünïcode: 日本 🚀\nupdated: 2025-10-17": "ünïcode: 日本 🚀\nupdated: 2026-03-04",
    "notes: |\n  updated: 1999-01-01\nupdated: 2025-10-17": "notes: |\n  updated: 1999-01-01\nupdated: 2026-03-04",
    "assignee: @becker\nupdated: 2025-10-17": "assignee: @becker\nupdated: 2026-03-04",
    "title: 'open\nupdated: 2025-10-17": "title: 'open\nupdated: 2026-03-04",
    "{id: T-1, updated: 2025-10-17}": "{id: T-1, updated: 2026-03-04}",
    "updated: 2026-03-04": "updated: 2026-03-04",
}
ADDED = {
    "id: T-1": "id: T-1\nupdated: 2026-03-04",
    "  id: T-1": "  id: T-1\n  updated: 2026-03-04",
    "# only a comment": "# only a comment\nupdated: 2026-03-04",
    "notes: |\n  text\n": "notes: |\n  text\n\nupdated: 2026-03-04",
    "updated_date: '2025-10-17 10:00'": "updated_date: '2025-10-17 10:00'\nupdated: 2026-03-04",
    "Updated: 2025-10-17": "Updated: 2025-10-17\nupdated: 2026-03-04",
    "base: &b {updated: 2020-01-01}\n<<: *b": "base: &b {updated: 2020-01-01}\n<<: *b\nupdated: 2026-03-04",
}
LEFT_ALONE = {
    "x: &d 2025-10-17\nupdated: *d": "is an alias",
    "updated: &d 2025-10-17\nx: *d": "has an anchor",
    "updated: !!str 2025-10-17": "has an anchor, a tag",
    "updated: |\n  2025-10-17": "is a block of text",
    "updated: >-\n  2025-10-17": "is a block of text",
    "updated: [2025-10-17]": "is no single value",
    "updated: {at: 2025-10-17}": "is no single value",
    "updated: 03/04/2025": "is no date that can be kept in its form (`03/04/2025`)",
    "updated: 17.10.2025": "is no date that can be kept",
    "updated: yesterday": "is no date that can be kept",
    "updated: 2025-13-01": "is no date that can be kept",
    "updated: 2025-02-31": "is no date that can be kept",
    "updated: 2025-02-01T10:00:00+99:00": "is no date that can be kept",
    'updated: "2025-10\\x2d17"': "an escape",
    "updated: 2025-10-17\n  10:00": "several lines",
    "updated: 'null'": "is no date that can be kept",
}


def stamped(matter: str, eol: str = "\n") -> str:
    text = f"---\n{matter}\n---\n{BODY}".replace("\n", eol)
    return apply(parse(text.encode(), Path("T.md")), ticks=frozenset(), updated=WHEN, log=None).decode()


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize(("before", "after"), [*KEPT.items(), *ADDED.items()])
def test_only_the_value_changes_and_keeps_its_form(before: str, after: str, eol: str) -> None:
    assert stamped(before, eol) == f"---\n{after}\n---\n{BODY}".replace("\n", eol)


@pytest.mark.parametrize(("matter", "why"), LEFT_ALONE.items())
def test_what_has_no_form_to_keep_is_left_alone_with_a_warning(matter: str, why: str) -> None:
    text = f"---\n{matter}\n---\n{BODY}"
    warnings = parse(text.encode(), Path("T.md")).warnings
    line = 2 + matter.split("updated", maxsplit=1)[0].count("\n")
    assert any(each.startswith(f"T.md:{line}: `updated` ") and why in each for each in warnings), warnings
    assert stamped(matter) == text


def test_an_unreadable_value_is_left_alone() -> None:
    text = f"---\nid: T-1\nupdated: @now\n---\n{BODY}"
    task = parse(text.encode(), Path("T.md"))
    assert [each.split(" is ")[0] for each in task.warnings] == ["T.md:3: `updated: @now`"]


def test_empty_front_matter_gets_the_key() -> None:
    text = f"---\r\n---\r\n{BODY}".encode()
    new = apply(parse(text, Path("T.md")), ticks=frozenset(), updated=WHEN, log=None)
    assert new == f"---\r\nupdated: 2026-03-04\r\n---\r\n{BODY}".encode()


def test_without_front_matter_there_is_none_afterwards() -> None:
    assert apply(parse(BODY.encode(), Path("T.md")), ticks=frozenset(), updated=WHEN, log=None) == BODY.encode()


def test_a_mapping_in_braces_cannot_get_the_key() -> None:
    text = f"---\n{{id: T-1}}\n---\n{BODY}"
    task = parse(text.encode(), Path("T.md"))
    assert task.warnings == ("T.md:2: `updated` cannot be added to a mapping in braces or one ended by `...`",)
    assert apply(task, ticks=frozenset(), updated=WHEN, log=None) == text.encode()
