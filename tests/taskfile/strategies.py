"""Task files that people may write, as hypothesis strategies: all list shapes, front matter, logs and line ends."""

from __future__ import annotations

from hypothesis import strategies as st

EOLS = ("\n", "\r\n", "\r")

words = st.sampled_from(
    ["Build render-worker", "Push `ffl/backend`", "**Bold** text", "über café", "日本語", "rtl שלום", "emoji 🚀",
     "a\u2028b", "nbsp\u00a0here", "#3 numbered", "AC1: first", "~~gone~~", "see [x] and [ ]", "with `- [ ] code`",
     "ends with backslash\\", "trailing  ", "tab\there", "<!-- hidden -->", "|a|b|", "> not a quote", "# no heading",
     "1.2.3", "key: value", "---", "*", "[link](http://x)", "[x]: /url"]
)  # fmt: skip
markers = st.sampled_from(["-", "*", "+", "1.", "1)", "2.", "10."])
marks = st.sampled_from([" ", " ", " ", "x", "X", "~", "-", "!", "/", ">", "?"])
gaps = st.sampled_from([" ", " ", " ", "  ", "   ", "\t", "     "])
boxes = st.builds("[{}]{}".format, marks, st.sampled_from([" ", " ", " ", "  ", "\t", ""]))


@st.composite
def item(draw: st.DrawFn, depth: int = 0) -> list[str]:
    """The lines of one list item with what may stand in it."""
    marker, gap = draw(markers), draw(gaps)
    box = draw(st.one_of(boxes, boxes, boxes, st.just("")))
    lead = " " * draw(st.sampled_from([0, 0, 0, 0, 1, 3]))
    first = f"{lead}{marker}{gap}{box}{draw(words)}"
    inner = " " * (len(lead) + len(marker) + (len(gap) if gap.strip(" ") == "" and len(gap) < 5 else 1))
    if draw(st.integers(0, 9)) == 0:
        inner = draw(st.sampled_from(["\t", "  ", "    ", " "]))
    lines = [first]
    kinds = st.sampled_from(["more", "lazy", "para", "fence", "html", "quote", "list", "blank"])
    for part in draw(st.lists(kinds, max_size=2)):
        if part == "list" and depth < 3:
            for child in draw(st.lists(item(depth + 1), min_size=1, max_size=2)):
                lines += [inner + line if line else line for line in child]
        else:
            lines += draw(st.sampled_from(inside(part, inner, draw(words))))
    return lines


def inside(part: str, inner: str, text: str) -> list[list[str]]:
    """What may follow an item's first line, in one or two ways."""
    fence = [f"{inner}```sh", f"{inner}- [ ] in a fence", f"{inner}```"]
    return {
        "more": [[inner + text]],
        "lazy": [[text]],
        "para": [["", inner + text]],
        "fence": [fence, ["", *fence]],
        "html": [["", f"{inner}<!--", f"{inner}- [ ] hidden", f"{inner}-->"]],
        "quote": [["", f"{inner}> - [ ] quoted"]],
    }.get(part, [[""], ["  "]])


other_blocks = st.sampled_from(
    [
        [""], ["", ""], ["", "A paragraph.", ""], ["", "```md", "- [ ] fenced", "## Progress Log", "```", ""],
        ["", "~~~", "- [ ] fenced", "~~~", ""], ["", "<!--", "- [ ] hidden", "-->", ""], ["<!-- AC:BEGIN -->"],
        ["", "<!-- AC:END -->"], ["", "> - [ ] quoted", ""], ["", "    - [ ] indented", ""],
        ["", "| a | b |", "|---|---|", "| [ ] | [x] |", ""], ["", "### Group", ""], ["", "***", ""],
        ["", "**Group**", ""], ["", "<details>", "- [ ] in html", "</details>", ""],
    ]
)  # fmt: skip


@st.composite
def items(draw: st.DrawFn, most: int = 4) -> list[str]:
    lines: list[str] = []
    for part in draw(st.lists(st.one_of(item(), item(), item(), other_blocks), min_size=1, max_size=most)):
        lines += part
    return lines


front_values = st.sampled_from(
    ["2025-10-17", "'2025-10-17'", '"2025-10-17 10:00"', "2025-10-17 10:00", "2025-10-17T10:00:00Z", "2025/1/7",
     "2025-10-17  # why", "", "~", '""', "@nobody", "*anchor", "|\n  2025-10-17", "sometime", "[2025-10-17]",
     "2025-10-17T10:00:00.123+02:00"]
)  # fmt: skip
other_keys = st.sampled_from(
    ["id: TASK-900", "title: 'A: b'", "assignee: @becker", "x: &anchor 2020-01-01", "labels: [builds, registry]",
     "labels:\n- builds\n-   'two'", "notes: |\n  updated: no\n  --- no\n", "# comment", "", "priority: high",
     "priority: low", "ünïcode: 日本", "updated_date: '2025-10-17'", "bad: 2025-13-45", "open: 'never closed",
     "dependencies: []", "text: a: b"]
)  # fmt: skip


@st.composite
def front_matter(draw: st.DrawFn) -> list[str]:
    kind = draw(st.sampled_from(["none", "empty", "some", "some", "some"]))
    if kind == "none":
        return []
    entries = draw(st.lists(other_keys, max_size=5)) if kind == "some" else []
    for value in draw(st.lists(front_values, max_size=2)) if kind == "some" else []:
        entries.insert(draw(st.integers(0, len(entries))), f"updated: {value}")
    return ["---", *"\n".join(entries).split("\n"), "---"] if entries else ["---", "---"]


headings = st.sampled_from(
    [
        ["## Acceptance Criteria", ""], ["# acceptance criteria", ""], ["### Acceptance Criteria (Optional)"],
        ["Acceptance Criteria", "-------------------", ""], ["**Acceptance Criteria:**", ""],
        ["**Acceptance Criteria**"], ["## Acceptance Criteria ##"],
    ]
)  # fmt: skip
log_headings = st.sampled_from(
    [["## Progress Log", ""], ["## Progress Log"], ["Progress Log", "============", ""], ["**Progress Log**", ""]]
)
log_bodies = st.sampled_from(
    [
        [], [""], ["", ""], ["- 2025-10-17 10:00: made"], ["* made", "* again", "  - nested"], ["1. one", "2. two"],
        ["- one", "", "- two", ""], ["- one", "", "| a |", "|---|", "| b |"], ["### Day", "", "- x", "", "### Next"],
        ["Nothing yet.", ""], ["<!-- entries -->"], ["  - indented", "  - more"], ["9) nine"], ["- a", "", "  b", "c"],
        ["- a", "  ```", "  x", "  ```"], ["-   wide"], ["- [x] 2025-10-17 boxed"], ["+"], ["```", "open fence"],
    ]
)  # fmt: skip


@st.composite
def task_files(draw: st.DrawFn) -> bytes:
    """The bytes of a task file, with any line ends (also mixed), a BOM or none, a final newline or none."""
    parts = [draw(front_matter()), draw(st.sampled_from([[], ["# Title", ""], ["Text.", ""]]))]
    body = [[*draw(headings), *draw(items())]]
    if draw(st.booleans()):
        body.append(["", *draw(log_headings), *draw(log_bodies)])
    if draw(st.booleans()):
        body.insert(
            draw(st.integers(0, len(body))),
            [
                "",
                *draw(st.sampled_from([["## Notes"], ["Notes", "-----"], ["## Commands", "", "```sh", "true", "```"]])),
                "",
                "- [ ] elsewhere",
                "",
            ],
        )
    if draw(st.integers(0, 4)) == 0:
        body.append(["", *draw(headings), *draw(items(2))])
    lines = [line for part in [*parts, *body] for line in part]
    ends = draw(st.sampled_from([("\n",), ("\r\n",), ("\r",), EOLS]))
    chosen = [draw(st.sampled_from(ends)) if len(ends) > 1 else ends[0] for _ in lines]
    text = "".join(line + eol for line, eol in zip(lines, chosen, strict=True))
    if draw(st.integers(0, 3)) == 0:
        text = text.rstrip("\r\n")
    return (b"\xef\xbb\xbf" if draw(st.integers(0, 5)) == 0 else b"") + text.encode()
