"""`judge.plain`: where it says so, the scanner and the parser see one and the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from executor.errors import TaskFileError
from executor.taskfile import judge
from executor.taskfile.blocks import Block, scan, walk
from executor.taskfile.parse import read
from tests.taskfile.strategies import task_files

starts = st.sampled_from(
    ["", "- ", "- [ ] ", "- [x] ", "  - ", "  - [ ] ", "# ", "### ", "```", "```sh", "**", "`", "|", "    ", "* ",
     "1. ", "> ", "[x]: ", "- [ ]", "---", "===", "- - ", "- 1. ", "<!-- ", "<!-- x -->", "<!-- AC:END -->", "- #",
     "  ", "\t", "~~~"]
)  # fmt: skip
rests = st.one_of(
    st.sampled_from(["word", "**bold** and `code`", "-->", "x -->", "a <b> c", "[x]: /url", "1. one", "- dash",
                     "`` ` ``", "*** x", "", " ", "```", "# x", "|---|", "trailing  ", "\\", "a\u00a0b", "a\u2028b",
                     "=", "<div>", "2026-11-21: done"]),
    st.text(st.sampled_from("ab1.)-*_`#<>[]:|=~+ \\\t"), max_size=8),
)  # fmt: skip
likely = st.sampled_from(["", "", "- ", "- [ ] ", "  - ", "  - [x] ", "### ", "**", "|"])
usual = st.builds("{}a{}".format, likely, rests) | st.sampled_from(["", "<!-- x -->", "```\n- x\n# x\n```"])
blocks = st.lists(st.one_of(usual, usual, usual, st.builds(str.__add__, starts, rests)), max_size=14)


def plain_part(chosen: list[str]) -> list[str]:
    """The lines without those that would make the text other than plain."""
    kept: list[str] = []
    for block in chosen:
        more = [*kept, *block.split("\n")]
        kept = more if judge.plain(more) else kept
    return kept


def shape(root: Block) -> list[tuple[object, ...]]:
    """Every block but its place; white space folded as CommonMark does."""
    return [
        (each.kind, each.level, each.marker if each.kind == "list" else "", each.info, _words(each))
        for each in walk(root)
        if each.kind != "document"
    ]


def _words(block: Block) -> list[str]:
    return [] if block.kind == "html" else [" ".join(line.split()) for line in block.text if line.strip()]


@settings(max_examples=400)
@given(blocks.map(plain_part))
def test_plain_lines_have_one_reading(text: list[str]) -> None:
    event(f"{len(text)} lines")
    assert shape(scan(text, 0)) == shape(judge.tree(text))


@settings(max_examples=150)
@given(task_files())
def test_a_plain_task_file_is_read_the_same_with_and_without_the_parser(data: bytes) -> None:
    def key(to_write: bool) -> object:
        try:
            found = read(data, Path("tasks/TASK-900.md"), to_write=to_write)
        except TaskFileError as error:
            return str(error)
        return [each.key for each in found.found]

    assert key(to_write=False) == key(to_write=True)


@pytest.mark.parametrize(
    "text",
    ["- [ ] a\nlazy", "* a", "1. a", "- - a", "- 1. a", "a\n===", "a\n---", "> a", "<div>", "[x]: /url",
     "```\nopen", "```\n```x\n```", "    code", "\ta", "a\x0bb", "- a\n    - b",
     "- a\n\n  - b", "- # a", "+ a", "- ", "***"],
)  # fmt: skip
def test_what_is_not_plain(text: str) -> None:
    assert not judge.plain(text.split("\n"))


PLAIN = """# T

Words, *more*
and `more`.

## Acceptance Criteria
<!-- AC:BEGIN -->
- [ ] a
  - [x] b
- **c**
<!-- AC:END -->

```sh
- x
```
"""


@pytest.mark.parametrize("text", ["", PLAIN])
def test_what_is_plain(text: str) -> None:
    assert judge.plain(text.split("\n"))
