"""Reports are claims of somebody who may mean ill: whatever stands in one, verification answers and commits nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from executor.gate.claims import claim_of

from .work import SETTINGS, TASK, Work


def rewrite(work: Work, *path: str | int, value: Any) -> None:
    file = work.root / "reports" / "TASK-001.json"
    document = json.loads(file.read_bytes())
    place = document
    for each in path[:-1]:
        place = place[each]
    place[path[-1]] = value
    file.write_text(json.dumps(document))


JUNK = [
    "[1]", "7", "{}", "[" * 5000, '{"unticked": [1]}',
    '{"verification_id": 7, "unticked": ["x"], "known_runs": [[]], "task_after": 7}',
    '{"verification_id": "9", "unticked": {"a": 1}, "known_runs": ["a"], "task_after": 7}',
    '{"verification_id": "9", "unticked": [[1]], "known_runs": [], "task_after": "x"}',
    '{"verification_id": "9", "unticked": [1], "known_runs": [{}], "task_after": "x"}',
]  # fmt: skip


def test_what_is_no_document_of_a_verification(light: Work) -> None:
    """It takes nothing back, and stops nothing."""
    folder = light.root / "reports" / "TASK-001" / "verifications"
    folder.mkdir(parents=True)
    for number, text in enumerate(JUNK):
        (folder / f"{number}.json").write_text(text)
    answer = light.verify("--commit")
    assert answer.code == 0, answer.err


@pytest.mark.parametrize("value", [7, None, ["x"], "a\0b", "../x.md", "/nowhere/x.md"])
def test_report_that_names_no_task(light: Work, tmp_path: Path, value: Any) -> None:
    rewrite(light, "task_path", value=value)
    answer = light.call("verify", str(light.root / "reports" / "TASK-001.json"))
    assert answer.code == 2 and "defect" not in answer.err


@pytest.mark.parametrize(
    "declared",
    [
        ["../outside.yaml"], ["/etc/hostname"], [".git/config"], [".git/hooks/pre-commit"], ["tasks"], ["nowhere.yaml"],
        [""], ["."], [1], [None], [["settings.yaml"]], ["settings.yaml/x"], ["a\0b"], ["x" * 5000],
        ["\udcff"], [SETTINGS, SETTINGS],
    ],
)  # fmt: skip
def test_declared_paths_of_every_kind(light: Work, declared: list[Any]) -> None:
    head = light.head()
    paths = [TASK, SETTINGS, *declared]
    for place in (("repository",), ("repositories", 0)):
        rewrite(light, *place, "declared_paths", value=paths)
    answer = light.verify("--commit")
    assert answer.code in (0, 1, 2), answer.err
    if answer.code == 0:
        assert light.git("show", "--name-only", "--format=", "HEAD").split() == [SETTINGS, TASK]
    else:
        assert light.head() == head


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("outcomes", 0, "index"), 99),
        (("outcomes", 0, "index"), 0),
        (("outcomes", 0, "index"), -1),
        (("outcomes", 0, "index"), True),
        (("outcomes", 0, "operations", 0, "arguments"), {"file": ["x"]}),
        (("progress_log_entry",), "tomorrow"),
        (("progress_log_entry",), "2026-13-45 99:99: x"),
        (("progress_log_entry",), "2026-01-01 00:00: one\n- [x] two"),
        (("task_blob",), "HEAD"),
        (("task_blob",), "--help"),
        (("task_blob",), "0" * 40),
        (("run_id",), "../../x"),
        (("run_id",), ""),
        (("repository", "base_commit"), "--upload-pack=x"),
        (("repositories", 0, "base_commit"), "main"),
        (("repositories", 0, "name"), "elsewhere"),
        (("repositories",), []),
    ],
)
def test_lies_of_every_kind(light: Work, path: tuple[str | int, ...], value: Any) -> None:
    head = light.head()
    rewrite(light, *path, value=value)
    answer = light.verify("--commit")
    assert answer.code in (1, 2), answer.out + answer.err
    assert light.head() == head


@pytest.mark.parametrize("kind", ["fifo", "folder", "dangling", "itself"])
def test_something_else_where_a_report_is(light: Work, kind: str) -> None:
    file = light.root / "reports" / "TASK-001" / "20200101T000000Z-0000.json"
    file.parent.mkdir(exist_ok=True)
    if kind == "fifo":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to("/nowhere" if kind == "dangling" else file.name)
    answer = light.verify()
    assert answer.code in (0, 1), answer.err


def test_folder_of_reports_that_leads_out(light: Work, tmp_path: Path) -> None:
    """Nothing is written outside of the repository."""
    outside = tmp_path / "outside"
    (light.root / "reports").rename(outside)
    (light.root / "reports").symlink_to(outside)
    before = sorted(outside.rglob("*"))
    answer = light.verify()
    assert sorted(outside.rglob("*")) == before
    assert "out of the repository" in answer.err + answer.out


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_anywhere(finished_light: Work, data: st.DataObject) -> None:
    """A report that is read as one has what verification relies on."""
    document = json.loads((finished_light.root / "reports" / "TASK-001.json").read_bytes())
    places = list(_places(document))
    path = data.draw(st.sampled_from(places))
    place = document
    for each in path[:-1]:
        place = place[each]
    place[path[-1]] = data.draw(_ANY)
    try:
        claim = claim_of("x", json.dumps(document).encode())
    except ValueError:
        return
    assert isinstance(claim.run_id, str) and all(isinstance(each, int) for each in claim.passed)
    for entry in claim.document["repositories"]:
        assert all(isinstance(each, str) and each for each in entry["declared_paths"])


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield from _places(each, (*path, key))
