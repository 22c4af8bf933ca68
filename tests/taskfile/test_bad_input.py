"""What is no task file: one clear error with file:line and what to do; nothing can be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor.errors import TaskFileError
from executor.taskfile.edit import apply
from executor.taskfile.parse import parse

AC = "## Acceptance Criteria\n\n- [ ] a\n"
NO_SECTION = "add a heading `## Acceptance Criteria` above the list of criteria"
UNCERTAIN = "write each criterion as `- [ ] text` on a line of its own, blank lines around lists and blocks"

BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", f'1: no "Acceptance Criteria" section; {NO_SECTION}'),
    "only blank lines": (b"\n\n \n", f'1: no "Acceptance Criteria" section; {NO_SECTION}'),
    "no section": (b"---\nid: T-1\n---\n# T\n\n- [ ] a\n", f'1: no "Acceptance Criteria" section; {NO_SECTION}'),
    "section in a fence": (
        b"# T\n\n```\n## Acceptance Criteria\n- [ ] a\n```\n",
        f'3: no "Acceptance Criteria" section (what says so here is inside a code block); {NO_SECTION}',
    ),
    "section in a quote": (
        b"# T\n\n> ## Acceptance Criteria\n> - [ ] a\n",
        f'3: no "Acceptance Criteria" section (what says so here is inside a list or quote); {NO_SECTION}',
    ),
    "plain words": (
        b"# T\n\nAcceptance Criteria:\n\n- [ ] a\n",
        f'3: no "Acceptance Criteria" section (what says so here is plain text, no heading); {NO_SECTION}',
    ),
    "other words": (
        b"## Acceptance Criteria Validation\n\n- [ ] a\n",
        f'1: no "Acceptance Criteria" section; {NO_SECTION}',
    ),
    "latin-1": (
        b"---\ntitle: x\n---\n\n## Caf\xe9\n",
        "5: not UTF-8 (byte 0xe9 at offset 24); save the file as UTF-8",
    ),
    "UTF-16": ("text".encode("utf-16"), "1: not UTF-8 but UTF-16; save the file as UTF-8"),
    "overlong UTF-8": (b"a\r\nb\rc\xc0\x80", "3: not UTF-8 (byte 0xc0 at offset 6); save the file as UTF-8"),
    "surrogate": (b"\xed\xa0\x80", "1: not UTF-8 (byte 0xed at offset 0); save the file as UTF-8"),
    "NUL": (
        b"a\r\nb\n\rc\0d",
        "4: NUL byte (offset 7): this is no text file; remove it, or restore the file",
    ),
    "unclosed front matter": (
        f"---\nid: T-1\n\n{AC}".encode(),
        "1: the front matter is not closed; add a line `---` behind it",
    ),
    "unclosed, with a BOM": (
        b"\xef\xbb\xbf---\nid: T-1\n",
        "1: the front matter is not closed; add a line `---` behind it",
    ),
    "a list": (
        f"---\n# c\n- a\n- b\n---\n{AC}".encode(),
        "3: the front matter is a list, no mapping of keys; write `key: value` lines",
    ),
    "plain text": (
        f"---\njust words\n---\n{AC}".encode(),
        "2: the front matter is plain text, no mapping of keys; write `key: value` lines",
    ),
    "no YAML and no keys": (
        f"---\n@foo\n%%\n---\n{AC}".encode(),
        "2: the front matter is no mapping of keys (found character that cannot start any token); "
        "write `key: value` lines",
    ),
    "nested values": (
        f"---\nid: T-1\na: {'[' * 200000}\n---\n{AC}".encode(),
        "3: the front matter is nested too deeply; flatten it",
    ),
    "nested lists in values": (
        f"---\na:\n  {'- ' * 100000}x\n---\n{AC}".encode(),
        "3: the front matter is nested too deeply; flatten it",
    ),
    "id with a slash": (
        f"---\ntitle: x\nid: ../T 1\n---\n{AC}".encode(),
        "3: the id '../T 1' is no name of up to 200 letters, digits, `.`, `_` and `-`; write it like `id: TASK-001`",
    ),
    "id is a list": (
        f"---\nid: [T-1]\n---\n{AC}".encode(),
        "2: the id is no single value; write it like `id: TASK-001`",
    ),
    "box behind two markers": (
        b"## Acceptance Criteria\n\n- [ ] a\n- - [ ] b\n",
        "4: not certain what the criteria are: by its lines there is none here, by the Markdown parser it is `[ ] b`; "
        + UNCERTAIN,
    ),
    "nested without end": (
        b"## Acceptance Criteria\n\n" + b"> " * 500 + b"x\n",
        "3: lists or quotes nested too deeply; flatten them",
    ),
}


@pytest.mark.parametrize(("data", "message"), BAD.values(), ids=BAD)
def test_the_message_names_the_line_and_the_remedy(data: bytes, message: str) -> None:
    with pytest.raises(TaskFileError) as error:
        parse(data, Path("tasks/T.md"))
    assert str(error.value) == f"tasks/T.md:{message}"
    assert error.value.exit_code == 2


def test_larger_than_allowed() -> None:
    data = AC.encode()
    assert parse(data, Path("T.md"), max_bytes=len(data)).criteria
    with pytest.raises(TaskFileError) as error:
        parse(data, Path("T.md"), max_bytes=len(data) - 1)
    assert str(error.value) == (
        "T.md:1: larger than 31 bytes (32); split the task, or raise max_task_bytes in executor.toml"
    )
    with pytest.raises(TaskFileError, match="larger than 10,485,760 bytes"):
        parse(AC.encode() + b"x" * 10 * 1024 * 1024, Path("T.md"))


@pytest.mark.parametrize(
    ("ticks", "unticks", "message"),
    [
        ({9}, set(), "T.md:1: no criterion 9 to write here"),
        ({0}, set(), "T.md:1: no criterion 0 to write here"),
        ({1}, {1}, "T.md:1: no criterion 1 to write here"),
        ({2}, set(), "T.md:4: criterion 2 is marked `[x]` and cannot become `[x]`"),
        ({3}, set(), "T.md:5: criterion 3 is marked `[~]` and cannot become `[x]`"),
        ({4}, set(), "T.md:6: criterion 4 is withdrawn and cannot become `[x]`"),
        (set(), {1}, "T.md:3: criterion 1 is marked `[ ]` and cannot become `[ ]`"),
        (set(), {3}, "T.md:5: criterion 3 is marked `[~]` and cannot become `[ ]`"),
    ],
)
def test_only_open_boxes_are_ticked_and_only_ticked_ones_opened(ticks: set, unticks: set, message: str) -> None:
    task = parse(b"## Acceptance Criteria\n\n- [ ] a\n- [x] b\n- [~] c\n- [ ] ~~d~~\n", Path("T.md"))
    with pytest.raises(TaskFileError) as error:
        apply(task, ticks=frozenset(ticks), unticks=frozenset(unticks), updated=None, log=None)
    assert str(error.value).startswith(message)


def test_untick() -> None:
    task = parse(b"## Acceptance Criteria\n\n- [X] a\n- [ ] b\n", Path("T.md"))
    new = apply(task, ticks=frozenset({2}), unticks=frozenset({1}), updated=None, log=None)
    assert new == b"## Acceptance Criteria\n\n- [ ] a\n- [x] b\n"
