"""What is read from a task file."""

from __future__ import annotations

import re
from pathlib import Path

import frontmatter
import pytest

from executor.taskfile.model import Criterion, TaskFile
from executor.taskfile.parse import parse

AC = "## Acceptance Criteria\n\n- [ ] a\n"


def read(text: str, name: str = "tasks/TASK-007 - x.md") -> TaskFile:
    return parse(text.encode(), Path(name))


def criteria(text: str) -> list[Criterion]:
    return list(read("## Acceptance Criteria\n\n" + text).criteria)


def texts(text: str) -> list[str]:
    return [each.text for each in read(text).criteria]


SECTIONS = {
    "## Acceptance Criteria\n- [ ] a\n": ["a"],
    "# ACCEPTANCE CRITERIA:\n- [ ] a\n": ["a"],
    "###### acceptance criteria (Optional)\n- [ ] a\n": ["a"],
    "## 3. Acceptance Criteria\n- [ ] a\n": ["a"],
    "## ✅ **Acceptance Criteria** ##\n- [ ] a\n": ["a"],
    "## Acceptance Criteria (stretch) (v2)\n- [ ] a\n": ["a"],
    "## Acceptance Criteria - phase 1\n- [ ] a\n": ["a"],
    "## [Acceptance Criteria](#ac)\n- [ ] a\n": ["a"],
    "Acceptance Criteria\n===\n- [ ] a\n\nNext\n===\n- [ ] b\n": ["a"],
    "**Acceptance Criteria**\n- [ ] a\n\n**Notes**\n\n- [ ] b\n": ["a"],
    "**Acceptance Criteria:**\n\n- [ ] a\n\n### Notes\n\n- [ ] b\n": ["a"],
    "__Acceptance Criteria__:\n\n- [ ] a\n\nSome **bold** words.\n\n- [ ] b\n": ["a", "b"],
    "Words\n**Acceptance Criteria**\nmore words\n- [ ] a\n": ["a"],
    "## Acceptance Criteria\n- [ ] a\n\n**Group**\n\n- [ ] b\n\n### Deep\n- [ ] c\n\n## Next\n- [ ] d\n": [
        "a",
        "b",
        "c",
    ],
    "## Acceptance Criteria\n- [ ] a\n## X\n- [ ] x\n## Acceptance Criteria\n- [ ] b\n": ["a", "b"],
    "# T\n## Acceptance Criteria\n- [ ] a\n# U\n- [ ] b\n": ["a"],
    "# Acceptance Criteria\n- [ ] a\n\n## Progress Log\n- [x] log\n\n## More\n- [ ] b\n": ["a", "b"],
    "<!-- AC:BEGIN -->\n## Acceptance Criteria\n<!-- AC:BEGIN -->\n- [ ] #1 a\n<!-- AC:END -->\n": ["#1 a"],
    "## Acceptance Criteria\n": [],
}


@pytest.mark.parametrize(("text", "expected"), SECTIONS.items())
def test_sections(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    "box", ["- [ ]", "* [ ]", "+ [ ]", "1. [ ]", "1) [ ]", "  - [ ]", "-   [ ]", "-\t[ ]", "9. [x]", "- [X]", "- [~]"]
)
def test_list_markers_and_marks(box: str) -> None:
    (found,) = criteria(f"{box} do it\n")
    assert (found.text, found.mark) == ("do it", box[-2])
    assert found.open == (box[-2] == " ")
    assert found.checked == (box[-2] in "xX")


@pytest.mark.parametrize(
    "lines",
    ["```\n- [ ] b\n```", "~~~md\n- [ ] b\n~~~", "````\n```\n- [ ] b\n```\n````", "<!--\n- [ ] b\n-->",
     "<!-- - [ ] b -->",
     "> - [ ] b", "| [ ] | b |\n|---|---|\n| [ ] | b |", "Words:\n\n    - [ ] b", "<details>\n- [ ] b\n</details>",
     "- plain", "- []", "- [ ]b", "-[ ] b", "- \\[ ] b", "- `[ ]` b", "- x [ ] b", "2. plain", "- [b] b", "- [ ](b)"],
)  # fmt: skip
def test_no_criteria(lines: str) -> None:
    assert [each.text for each in criteria(f"- [ ] a\n\n{lines}\n\n- [ ] c\n")] == ["a", "c"]


def test_nested_ones_know_their_parents() -> None:
    found = criteria(
        "- [ ] a\n  - [ ] b\n    - [x] c\n  - plain\n    - [ ] d\n- plain\n  - [ ] e\n\t- [ ] f\n- [ ] g\n"
    )
    assert [(each.text, each.parent, each.children) for each in found] == [
        ("a", None, (2, 4)), ("b", 1, (3,)), ("c", 2, ()), ("d", 1, ()), ("e", None, (6,)), ("f", 5, ()),
        ("g", None, ()),
    ]  # fmt: skip


def test_places_in_bytes() -> None:
    text = "\ufeff---\r\nid: ünï\r\n---\r\r## Acceptance Criteria\n\n- [ ] 日本\r\n  - [x] b\n".replace("ünï", "T-1")
    task = read(text)
    assert [(each.line, text.encode()[each.box - 1 : each.box + 2]) for each in task.criteria] == [
        (7, b"[ ]"),
        (8, b"[x]"),
    ]


def test_text_of_several_lines() -> None:
    found = criteria("- [ ] one  \n  *two*\\\n  `three`\nlazy\n\n  second paragraph\n  - nested\n- [ ]\ttab\n")
    assert [each.text for each in found] == ["one *two* `three` lazy", "tab"]


def test_fences_inside_the_item() -> None:
    (found, child) = criteria(
        "- [ ] a\n\n  ```operation\n  uses: x\n    y: 1\n  ```\n\n  words\n  ~~~\n  z\n  ~~~\n"
        "  - [ ] b\n    ```sh\n    echo\n    ```\n"
    )
    assert [(block.info, block.text, block.line) for block in found.blocks] == [
        ("operation", "uses: x\n  y: 1", 5),
        ("", "z", 11),
    ]
    assert [(block.info, block.text) for block in child.blocks] == [("sh", "echo")]


def test_groups() -> None:
    text = (
        "- [ ] a\n\n### Build `x` 0.1.18\n\n- [ ] b\n\n#### Deep\n\n- [ ] c\n\n**Bold**\n- [ ] d\n\n### Next\n- [ ] e\n"
    )
    assert [each.headings for each in criteria(text)] == [
        (), ("Build x 0.1.18",), ("Build x 0.1.18", "Deep"), ("Build x 0.1.18", "Deep", "Bold"), ("Next",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "withdrawn"),
    [
        ("~~Use A~~", True), ("#3 ~~Use A~~", True), ("**~~Use A~~**", True), ("AC1: ~~Use A~~", True),
        ("~~Use A~~ (deferred)", True), ("~~Use A~~ - moved to TASK-2", True), ("~~Use A~~ ~~and B~~", True),
        ("~~`a~~b` c~~", True), ("~~Use A~~ Use B", False), ("Use ~~A~~ B", False), ("~~A~~/B", False),
        ("`~~A~~`", False), ("~~ A ~~", False), ("~A~", False), ("~~A", False), ("Use A ~~later~~", False),
    ],
)  # fmt: skip
def test_withdrawn(text: str, withdrawn: bool) -> None:
    (found,) = criteria(f"- [ ] {text}\n")
    assert (found.withdrawn, found.open, found.text) == (withdrawn, not withdrawn, text)


def test_front_matter() -> None:
    task = read(
        "---\nid: T-1\ntitle: 'A: b'\nstatus: active\npriority: high\nlabels:\n- builds\n- 1.20\n"
        "depends_on: T-2, T-3\nblocks: [T-4]\nblocked_by: T-5\nrepository: beckerkube\nversion: 0.10\n"
        f"registry: 127.0.0.1:5000\ncontext: services\nown: {{a: 1}}\n---\n{AC}"
    )
    assert (task.id, task.title, task.status, task.priority) == ("T-1", "A: b", "active", "high")
    assert task.labels == ("builds", "1.20")
    assert (task.depends_on, task.blocks, task.blocked_by) == (("T-2", "T-3"), ("T-4",), ("T-5",))
    assert (task.repository, task.version, task.registry, task.context) == (
        "beckerkube", "0.10", "127.0.0.1:5000", "services",
    )  # fmt: skip
    assert task.front_matter["own"] == {"a": 1}
    assert task.warnings == ()


@pytest.mark.parametrize(
    ("value", "labels"),
    [("[a, b]", ("a", "b")), ("a, b", ("a", "b")), ("a", ("a",)), ("\n- a\n- b", ("a", "b")), ("[]", ()), ("", ()),
     ("~", ()), ("{a: b}", ()), ("[a, [b], ~, 'c d']", ("a", "c d"))],
)  # fmt: skip
def test_labels(value: str, labels: tuple[str, ...]) -> None:
    assert read(f"---\nlabels: {value}\n---\n{AC}").labels == labels


def test_without_front_matter() -> None:
    task = read(f"# Build it\n\n{AC}")
    assert (task.id, task.title, task.front_matter, task.labels) == ("TASK-007", "Build it", {}, ())
    assert read(AC).title == "TASK-007 - x"


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("assignee: @becker", "T.md:3: `assignee: @becker` is not YAML"),
        ("t: 'open", "T.md:3: `t: 'open` is not YAML"),
        ("t: a: b", "T.md:3: `t: a: b` is not YAML"), ("x:\n\t- tab", "T.md:4: `- tab` is not YAML"),
        ("stray words", "T.md:3: `stray words` is not YAML"), ("x: *nowhere", "T.md:3: `x: *nowhere` is not YAML"),
        ("x: &a 1\nx: &a 2", "T.md:4: `x: &a 2` is not YAML"),
        ("when: 2025-13-45", "T.md:3: the value of `when` cannot"),
        ("x: !thing y", "T.md:3: the value of `x` cannot be read"),
        ("x: a\u2028b", "T.md:3: `x: a\u2028b` is not YAML"),
        ("x: a\x07b", "T.md:3: `x: a\x07b` is not YAML"),
    ],
)  # fmt: skip
def test_what_is_not_yaml_costs_its_own_line_only(entry: str, line: str) -> None:
    text = f"---\nid: T-1\n{entry}\nlabels: [a]\nupdated: 2025-10-17\n---\n{AC}"
    task = read(text, "T.md")
    assert len(task.warnings) == 1
    assert task.warnings[0].startswith(line)
    assert (task.id, task.labels) == ("T-1", ("a",))
    assert str(task.front_matter["updated"]) == "2025-10-17"


@pytest.mark.parametrize(
    "matter",
    ["id: T-1\nlabels: [a, b]\nn: 1.0\nd: 2025-10-17\n", "a: 1\na: 2\n", "t: |\n  x\n  --- y\n", "", "# only\n",
     "a: &x [1]\nb: *x\n", "base: &b {k: 1}\n<<: *b\n", "é: 日本 🚀\n"],
)  # fmt: skip
def test_values_are_those_of_python_frontmatter(matter: str) -> None:
    text = f"---\n{matter}---\n{AC}"
    assert read(text).front_matter == frontmatter.loads(text).metadata


@pytest.mark.parametrize(
    "text",
    [f"--- \nid: T-1\n---\t\n{AC}", f"\n\n---\nid: T-1\n---\n{AC}", f"\ufeff---\rid: T-1\r---\r{AC}"],
)
def test_fences_of_front_matter(text: str) -> None:
    assert read(text).id == "T-1"


@pytest.mark.parametrize("text", [f"\n---\n\n{AC}", f"Words\n\n---\n\n{AC}", f"----\n\n{AC}", f"***\n\n{AC}"])
def test_a_thematic_break_is_no_front_matter(text: str) -> None:
    assert read(text).front_matter == {}


def test_command_sections() -> None:
    task = read(
        f"{AC}\n## Commands to Run\n\n```sh\nfirst\n```\n\n### Build images\n\n"
        "1. words\n   ```bash\n   docker build\n   ```\n"
        "\n**Push**\n```\npush\n```\n\n## Verification Commands:\n```\nverify\n```\n\n## Other\n```\nno\n```\n"
    )
    assert [(each.section, each.heading, each.line, [b.text for b in each.blocks]) for each in task.sections] == [
        ("Commands to Run", "Commands to Run", 5, ["first"]), ("Commands to Run", "Build images", 11, ["docker build"]),
        ("Commands to Run", "Push", 18, ["push"]), ("Verification Commands:", "Verification Commands:", 23, ["verify"]),
    ]  # fmt: skip


def test_dependencies_section() -> None:
    task = read(
        f"---\nid: T-1\ndependencies: [T-2]\n---\n{AC}\n## Dependencies\n\n**After:** TASK-003, T-4\n**Blocks:** T-5\n"
        "\n- [x] INFRA-12 (needs UTF-8)\n- Blocked by: `OPS-9`\n- words about T-2\n\n## Next\n\nT-99\n"
    )
    assert task.depends_on == ("T-2", "TASK-003", "T-4", "INFRA-12")
    assert (task.blocks, task.blocked_by) == (("T-5",), ("OPS-9",))
    assert read(f"{AC}\n## Dependencies\n\nNone\n").depends_on == ()


def test_boxes_that_are_none_are_named() -> None:
    found = read(
        "## Acceptance Criteria\n\n- [ ] a\n- []\n- [ ]b\n- [✓] c\n- [ x ] d\n- [link](x)\n- [ ]\u00a0e\n", "T.md"
    )
    assert [re.sub(r" is no .*", "", each) for each in found.warnings] == [
        "T.md:4: `[]`", "T.md:5: `[ ]b`", "T.md:6: `[✓] c`", "T.md:7: `[ x ] d`", "T.md:9: `[ ]\u00a0e`",
    ]  # fmt: skip


def test_two_progress_logs_are_named() -> None:
    text = f"{AC}\n## Progress Log\n\n- x\n\n## Progress Log\n\n- y\n"
    assert read(text, "T.md").warnings == ("T.md:9: several progress logs (lines 5, 9); entries go into the first",)


def test_many_criteria() -> None:
    assert len(criteria("- [ ] a\n" * 2000)) == 2000
