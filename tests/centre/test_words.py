"""The selection of criteria, the log line, next steps, and the diff that is shown."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import git, make_repository

from executor.errors import UsageError
from executor.models import FileEdit, OperationOutcome, Outcome, Source, Status
from executor.report import unified
from executor.selection import select
from executor.taskfile.parse import parse
from executor.wording import log_line

TASK = parse(
    b"## Acceptance Criteria\n\n- [ ] Build ffl\n- [ ] Push ffl\n- [ ] Bump ffl\n- [x] Done\n", Path("TASK-001.md")
)


@pytest.mark.parametrize(
    ("filters", "chosen"),
    [
        (["2"], {2}),
        (["1,3"], {1, 3}),
        (["1-3"], {1, 2, 3}),
        ([" 1 , 3 - 4 "], {1, 3, 4}),
        (["push|bump"], {2, 3}),
        (["1", "^bump"], {1, 3}),
    ],
)
def test_select(filters: list[str], chosen: set[int]) -> None:
    selected = select(TASK, filters)
    assert selected is not None and {index for index, wanted in selected.items() if wanted} == chosen


@pytest.mark.parametrize("filters", [[], ["all"], ["2", "all"]])
def test_select_all(filters: list[str]) -> None:
    assert select(TASK, filters) is None


@pytest.mark.parametrize("wrong", ["0", "5", "3-2", "2-9", "[", "no such words"])
def test_select_what_is_not_there(wrong: str) -> None:
    with pytest.raises(UsageError):
        select(TASK, [wrong])


def outcome(index: int, status: Status, words: str = "", reason: str = "") -> Outcome:
    done = OperationOutcome("x", {}, Source.BLOCK, status, words=words)
    return Outcome(index, f"criterion {index}", status, reason=reason, operations=(done,) if words else ())


def test_log_line_in_plain_words() -> None:
    line = log_line(
        [
            outcome(1, Status.PASSED, "built render-worker 0.1.18"),
            outcome(2, Status.PASSED, "pushed render-worker 0.1.18"),
            outcome(3, Status.FAILED, reason="no such tag"),
            outcome(4, Status.UNRESOLVED),
            outcome(5, Status.VERIFICATION),
            outcome(6, Status.SKIPPED),
        ]
    )
    assert line == (
        "Built render-worker 0.1.18; pushed render-worker 0.1.18; criterion 3: failed, no such tag; "
        "3 open: 4 unresolved, 5 left to verification, 6 skipped"
    )


@given(st.text(max_size=300))
def test_a_log_line_is_one_line_without_control_characters(text: str) -> None:
    line = log_line([outcome(1, Status.PASSED, text), outcome(2, Status.FAILED, reason=text)])
    assert not any(unicodedata.category(character) == "Cc" for character in line)
    assert len((line + ".").splitlines()) == 1


@given(
    st.text("ab\r\u2028é \t", max_size=6).flatmap(
        lambda piece: st.tuples(
            st.lists(st.sampled_from([piece, "x", "", "y\r"]), max_size=6),
            st.lists(st.sampled_from([piece, "x", "z", ""]), max_size=6),
            st.booleans(),
            st.booleans(),
        )
    )
)
def test_the_diff_is_one_that_git_applies(parts: tuple[list[str], list[str], bool, bool]) -> None:
    old, new, old_ends, new_ends = parts
    before = "\n".join(old) + ("\n" if old_ends and old else "")
    after = "\n".join(new) + ("\n" if new_ends and new else "")
    edit = FileEdit("file.txt", before.encode(), after.encode())
    diff = unified(edit)
    if before == after:
        assert diff == ""
        return
    with tempfile.TemporaryDirectory() as folder:
        root = make_repository(Path(folder) / "r", {"file.txt": before.encode()})
        (root.parent / "patch").write_bytes(diff.encode())
        git(root, "apply", "--whitespace=nowarn", str(root.parent / "patch"))
        assert (root / "file.txt").read_bytes() == after.encode()
