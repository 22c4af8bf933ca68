"""From an id to a file: front matter first, then the name; an id that names two files lists both."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor.errors import TaskFileError
from executor.taskfile import duplicates, find
from executor.taskfile.lookup import id_from_name, id_of


def write(root: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def test_by_front_matter_and_by_name(tmp_path: Path) -> None:
    first = write(tmp_path, "tasks/build.md", "---\nid: TASK-001\n---\n")
    second = write(tmp_path, "tasks/deep/TASK-002-push.md", "# no front matter\n")
    write(tmp_path, "tasks/TASK-003.md", "---\nid: OTHER-3\n---\n")
    assert find("TASK-001", tmp_path) == first
    assert find("task-001", tmp_path) == first
    assert find("TASK-002", tmp_path) == second
    with pytest.raises(TaskFileError):
        find("TASK-003", tmp_path)


def test_none_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(TaskFileError) as error:
        find("TASK-9", tmp_path, ["tasks", "backlog/"])
    assert str(error.value) == (
        "no task has the id TASK-9 (looked in tasks/, backlog/); give the path of the file, or correct the id"
    )


def test_two_files_are_both_listed(tmp_path: Path) -> None:
    first = write(tmp_path, "tasks/a.md", "---\nid: TASK-001\n---\n")
    write(tmp_path, "old/b.md", "---\nid: 'task-001' # old\n---\n")
    with pytest.raises(TaskFileError) as error:
        find("TASK-001", tmp_path, ["tasks", "old"])
    assert str(error.value) == (
        "old/b.md:1: the id TASK-001 names 2 files: old/b.md, tasks/a.md; "
        "call it by its path, or give one of them another id"
    )
    assert duplicates("TASK-001", first, tmp_path, ["tasks", "old", "tasks"]) == [
        "old/b.md:1: has the id TASK-001 too; by its id neither can be called"
    ]


def test_hidden_folders_other_files_and_overlapping_folders(tmp_path: Path) -> None:
    path = write(tmp_path, "tasks/TASK-001.md", "")
    write(tmp_path, "tasks/.trash/TASK-001.md", "")
    write(tmp_path, "tasks/TASK-001.txt", "")
    assert find("TASK-001", tmp_path, [".", "tasks"]) == path


@pytest.mark.parametrize(
    ("front", "found"),
    [
        ("---\nid: T-1\n---\n", "T-1"), ("\ufeff---\r\nid: T-1\r\n---\r\n", "T-1"), ("---\rid: T-1\r---\r", "T-1"),
        ('---\nid: "T-1"\n---\n', "T-1"), ("---\nid:\n---\n", "NAME-7"), ("---\nid: ~\n---\n", "NAME-7"),
        ("---\nid: T-0\nid: T-1\n---\n", "T-1"), ("---\nx:\n  id: T-9\n---\n", "NAME-7"), ("id: T-1\n", "NAME-7"),
        ("---\ntitle: x\n---\nid: T-1\n", "NAME-7"), ("---\nassignee: @me\nid: T-1  # one\n---\n", "T-1"),
        ("", "NAME-7"), ("---\nid: T-1\nnotes: " + "x" * 9000 + "\n---\n", "T-1"),
    ],
)  # fmt: skip
def test_id_of_a_file(tmp_path: Path, front: str, found: str) -> None:
    assert id_of(write(tmp_path, "NAME-7 words.md", front)) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("TASK-001.md", "TASK-001"), ("TASK-001-build-it.md", "TASK-001"), ("task-12 - Build it.md", "task-12"),
        ("task-4.10 - x.md", "task-4.10"), ("TASK_7.md", "TASK_7"), ("build the worker.md", "build-the-worker"),
        ("日本.md", "task"),
    ],
)  # fmt: skip
def test_id_from_a_name(name: str, found: str) -> None:
    assert id_from_name(Path(name)) == found
