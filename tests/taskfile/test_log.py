"""Where the entry goes, for every shape of a progress log. `»` marks the lines that are new."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from executor.errors import TaskFileError
from executor.taskfile.edit import apply
from executor.taskfile.parse import parse

WHEN = datetime(2026, 11, 21, 9, 5)
HEAD = "## Acceptance Criteria\n\n- [ ] a\n\n"

SHAPES = {
    "behind the last entry": "## Progress Log\n\n- one\n- two\n»- NEW\n",
    "marker of the list": "## Progress Log\n\n* one\n»* NEW\n",
    "plus": "## Progress Log\n+ one\n»+ NEW\n",
    "indentation": "## Progress Log\n\n  - one\n»  - NEW\n",
    "width behind the marker": "## Progress Log\n\n-   one\n»-   NEW\n",
    "tab behind the marker": "## Progress Log\n\n-\tone\n»-\tNEW\n",
    "ordered goes on": "## Progress Log\n\n1. one\n2. two\n»3. NEW\n",
    "ordered with a parenthesis": "## Progress Log\n\n9) one\n»10) NEW\n",
    "ordered, always the same number": "## Progress Log\n\n1. one\n1. two\n»1. NEW\n",
    "ordered with zeros": "## Progress Log\n\n01. one\n02. two\n»03. NEW\n",
    "largest number": "## Progress Log\n\n999999999. one\n»999999999. NEW\n",
    "nested list stays with its entry": "## Progress Log\n\n- one\n  - deep\n    - deeper\n»- NEW\n",
    "continuation and second paragraph": "## Progress Log\n\n- one\n  more\n\n  second\n»- NEW\n",
    "lazy continuation": "## Progress Log\n\n- one\nlazy\n»- NEW\n",
    "fence in the entry": "## Progress Log\n\n- one\n  ```\n  - x\n  ```\n»- NEW\n",
    "loose list": "## Progress Log\n\n- one\n\n- two\n»- NEW\n",
    "trailing blank lines stay": "## Progress Log\n\n- one\n»- NEW\n\n\n\n",
    "not the last section": "## Progress Log\n\n- one\n»- NEW\n\n## Next\n\n- other\n",
    "next heading right behind": "## Progress Log\n- one\n»- NEW\n## Next\n",
    "setext heading right behind": "## Progress Log\n- one\n»- NEW\n\nNext\n----\n",
    "rule right behind": "## Progress Log\n- one\n»- NEW\n---\n",
    "table behind": "## Progress Log\n\n- one\n»- NEW\n\n| a |\n|---|\n| b |\n",
    "paragraph behind": "## Progress Log\n\n- one\n»- NEW\n\nSome words.\n",
    "text right behind a fence": "## Progress Log\n\n- one\n  ```\n  x\n  ```\n»- NEW\n»\nSome words.\n",
    "several lists: the last": "## Progress Log\n\n- one\n* two\n\nWords\n\n* three\n»* NEW\n",
    "below the last sub-heading": "## Progress Log\n\n- one\n\n### Day\n\n- two\n»- NEW\n",
    "sub-heading without entries": "## Progress Log\n\n- one\n»- NEW\n\n### Day\n\nWords.\n",
    "entry with a box": "## Progress Log\n\n- [x] one\n»- NEW\n",
    "empty entry": "## Progress Log\n\n-\n»- NEW\n",
    "in a comment is no entry": "## Progress Log\n\n<!--\n- one\n-->\n»\n»- NEW\n",
    "in a fence is no entry": "## Progress Log\n\n```\n- one\n```\n»\n»- NEW\n",
    "in a quote is no entry": "## Progress Log\n\n> - one\n»\n»- NEW\n",
    "no entries, end of file": "## Progress Log\n»\n»- NEW\n",
    "no entries, blank line at the end": "## Progress Log\n\n»- NEW\n",
    "no entries, blank lines": "## Progress Log\n\n»- NEW\n\n## Next\n",
    "no entries, one blank line before the next": "## Progress Log\n»\n»- NEW\n\n## Next\n",
    "no entries, next heading right behind": "## Progress Log\n»\n»- NEW\n## Next\n",
    "no entries but words": "## Progress Log\n\nNothing yet.\n»\n»- NEW\n",
    "no entries but a table": "## Progress Log\n\n| a |\n|---|\n»\n»- NEW\n\n## Next\n",
    "setext": "Progress Log\n============\n\n- one\n»- NEW\n",
    "setext without entries": "Progress Log\n------------\n»\n»- NEW\n",
    "bold line": "**Progress Log:**\n\n- one\n»- NEW\n\n**Next**\n\n- other\n",
    "any level and case": "#### progress log (newest last)\n\n- one\n»- NEW\n",
    "two logs: the first": "## Progress Log\n\n- one\n»- NEW\n\n## Progress Log\n\n- two\n",
    "no section": "Words.\n»\n»## Progress Log\n»\n»- NEW\n",
    "no section, blank line at the end": "Words.\n\n»## Progress Log\n»\n»- NEW\n",
    "fence named so is no section": "```\n## Progress Log\n- x\n```\n»\n»## Progress Log\n»\n»- NEW\n",
    "other headings are no section": "## Progress Logs of others\n\n- x\n»\n»## Progress Log\n»\n»- NEW\n",
}


def split(shape: str) -> tuple[str, str]:
    """(the file before, the file after)."""
    before, after = "", ""
    for line in shape.splitlines(keepends=True):
        new = line.startswith("»")
        before += "" if new else line
        after += line[1:] if new else line
    return HEAD + before, HEAD + after.replace("NEW", "2026-11-21 09:05: Built it")


def with_log(text: str, eol: str = "\n") -> str:
    task = parse(text.replace("\n", eol).encode(), Path("T.md"))
    return apply(task, ticks=frozenset(), updated=WHEN, log="Built it").decode()


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_place_of_the_entry(shape: str, eol: str) -> None:
    before, after = split(shape)
    assert with_log(before, eol) == after.replace("\n", eol)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_without_a_final_newline_it_still_ends_without_one(shape: str) -> None:
    before, after = split(shape)
    if not before.endswith("\n\n"):
        assert with_log(before[:-1]) == after[:-1]


def test_before_the_criteria() -> None:
    log = "## Progress Log\n\n- one\n{}\n"
    assert with_log(log.format("") + HEAD) == log.format("- 2026-11-21 09:05: Built it\n") + HEAD


def test_new_lines_end_like_their_neighbour() -> None:
    text = HEAD + "## Progress Log\r\n\n- one\r\n- two\r## Next\n"
    assert with_log(text) == text.replace("two\r", "two\r- 2026-11-21 09:05: Built it\r")


def test_the_text_becomes_one_line() -> None:
    task = parse(HEAD.encode(), Path("T.md"))
    new = apply(task, ticks=frozenset(), updated=WHEN, log="a\nb\r\n\tc\x00\x1b[31m  d\u2028e")
    assert new.decode().endswith("- 2026-11-21 09:05: a b c [31m d e\n")


@pytest.mark.parametrize(
    ("tail", "line", "name"), [("```\nnever closed\n", 5, "code block"), ("<!-- never\nclosed\n", 5, "HTML block")]
)
def test_a_place_inside_an_open_block_is_refused(tail: str, line: int, name: str) -> None:
    with pytest.raises(TaskFileError) as refused:
        with_log(HEAD + tail)
    assert str(refused.value) == (
        f"T.md:{line}: the {name} that begins here is not closed, and the log entry would stand in it; "
        "nothing was written; close it"
    )


def test_a_log_needs_a_time() -> None:
    with pytest.raises(ValueError, match="give `updated`"):
        apply(parse(HEAD.encode(), Path("T.md")), ticks=frozenset(), updated=None, log="x")
