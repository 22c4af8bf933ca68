"""Which files a build gets, and what their digest depends on."""

from __future__ import annotations

import fnmatch
import io
import os
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import write_files

from executor.errors import Blocked
from executor.images.context import Ignore, digest, entries, read_ignore


def ignored(path: str, *lines: str) -> bool:
    """By walking down to it, as the walk does."""
    ignore = Ignore(read_ignore("\n".join(lines).encode(), ".dockerignore"))
    above: tuple[bool, ...] = (False,) * len(ignore.patterns)
    parts = path.split("/")
    result = False
    for depth in range(1, len(parts) + 1):
        result, above = ignore.matched("/".join(parts[:depth]), above)
    return result


# The behaviour of moby/patternmatcher, which docker documents by example.
@pytest.mark.parametrize(
    ("path", "lines", "expected"),
    [
        ("fileutils.go", ["*"], True),
        ("dir/fileutils.go", ["*.go"], False),
        ("docs/README.md", ["docs", "!docs/README.md"], False),
        ("docs/README.md", ["docs/", "!docs/README.md"], False),
        ("docs/README.md", ["docs/*", "!docs/README.md"], False),
        ("a.go", ["!a.go", "*.go"], True),
        ("util/docker/web/foo", ["**", "!util/docker/web"], False),
        ("util/docker/web/foo", ["**", "!util/docker/web", "util/docker/web/foo"], True),
        ("dist/x.whl", ["**", "!dist/*.whl"], False),
        ("file", ["**/"], True),
        ("dir/file", ["**/**"], True),
        ("dir", ["dir/**"], False),
        ("dir/dir2/file", ["dir/**"], True),
        ("dir/file", ["**/dir"], True),
        ("dir/dir/file", ["**file"], True),
        ("dir/xfile", ["**file"], True),
        ("bar.foo", ["**/.foo"], False),
        ("file.txt", ["**/**/*.txt"], True),
        ("dir/dir/file.txt", ["**/**/*.txt2"], False),
        ("a/dir/dir/file.txt", ["a**/*.txt"], True),
        ("a/dir/file.txt", ["a/*.txt"], False),
        ("a/file.txt", ["a/*.txt**"], True),
        ("ace", ["a[b-d]e"], True),
        ("aze", ["a[^b-d]e"], True),
        ("aae", ["a[b-d]e"], False),
        ("abcZdef", ["abc?def"], True),
        ("abcZdef", ["abc.def"], False),
        ("a/b", ["a?b"], False),
        ("a.|)$(}+{bc", ["a.|)$(}+{bc"], True),
        ("a*b", ["a\\*b"], True),
        ("ab", ["a\\*b"], False),
        ("foo", ["/foo"], True),
        ("foo", ["./foo"], True),
        ("foo", ["bar/../foo"], True),
        ("foo", ["."], False),
        ("foo", ["# foo", "", "   "], False),
        ("#foo", ["\\#foo"], True),
        ("foo", ["  foo  "], True),
        ("foo", ["*", "  ! foo "], False),
        ("foo", ["\ufefffoo"], True),
        ("foo", ["foo\r"], True),
    ],
)
def test_dockerignore(path: str, lines: list[str], expected: bool) -> None:
    assert ignored(path, *lines) is expected


@pytest.mark.parametrize("line", ["!", "a[", "[", "a\\"])
def test_a_pattern_that_docker_refuses(line: str) -> None:
    with pytest.raises(Blocked, match=r"^\.dockerignore:2: "):
        read_ignore(f"ok\n{line}\n".encode(), ".dockerignore")


def by_parts(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Another way to the same: part by part, where `**` is a part of its own."""
    if not pattern:
        return not path
    if pattern[0] == "**":
        if len(pattern) == 1:
            return bool(path)
        return any(by_parts(pattern[1:], path[cut:]) for cut in range(len(path) + 1))
    return bool(path) and fnmatch.fnmatchcase(path[0], pattern[0]) and by_parts(pattern[1:], path[1:])


PARTS = st.sampled_from(["a", "b", "ab", "*", "**", "?", "a*", "*b", "[ab]"])
PATTERNS = st.lists(st.tuples(st.booleans(), st.lists(PARTS, min_size=1, max_size=3)), max_size=4)
PATHS = st.lists(st.sampled_from(["a", "b", "ab", "ba"]), min_size=1, max_size=4)


@given(PATTERNS, PATHS)
def test_the_last_pattern_that_matches_a_path_or_a_folder_above_it_wins(
    patterns: list[tuple[bool, list[str]]], path: list[str]
) -> None:
    expected = False
    for taken_back, parts in patterns:
        if any(by_parts(parts, path[:depth]) for depth in range(1, len(path) + 1)):
            expected = not taken_back
    lines = [("!" if taken_back else "") + "/".join(parts) for taken_back, parts in patterns]
    assert ignored("/".join(path), *lines) is expected


@given(st.lists(PATHS, min_size=1, max_size=6), PATTERNS)
def test_the_walk_finds_what_no_pattern_ignores(
    tmp_path_factory: pytest.TempPathFactory, paths: list[list[str]], patterns: list[tuple[bool, list[str]]]
) -> None:
    """However much it leaves out on the way."""
    root = tmp_path_factory.mktemp("context")
    files = {"/".join([*path, "f"]) for path in paths}
    write_files(root, dict.fromkeys(files, b""))
    lines = [("!" if taken_back else "") + "/".join(parts) for taken_back, parts in patterns]
    ignore = Ignore(read_ignore("\n".join(lines).encode(), ".dockerignore"))
    found = {each.path for each in entries(root, ignore) if each.kind == "file"}
    assert found == {path for path in files if not ignored(path, *lines)}


# The walk and the digest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_files(tmp_path, {"a.txt": "one", "b/c.txt": "two", ".executor/runs/1.jsonl": "ours"})
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "empty").mkdir()
    return tmp_path


def now(root: Path) -> str:
    return digest(root, entries(root))


def test_links_are_not_followed(root: Path) -> None:
    assert [(e.path, e.kind, e.link) for e in entries(root) if e.kind == "link"] == [("link", "link", "/etc/passwd")]


def test_never(root: Path) -> None:
    assert not any(".executor" in each.path for each in entries(root, Ignore(never=frozenset({".executor"}))))


def test_sockets_are_left_out(root: Path) -> None:
    import socket

    before = now(root)
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(root)  # the path of a socket holds 107 bytes
        try:
            listener.bind("s")
        finally:
            os.chdir(here)
        assert now(root) == before


def test_the_digest_does_not_depend_on_times_and_owners(root: Path) -> None:
    before = now(root)
    os.utime(root / "a.txt", (1, 1))
    assert now(root) == before


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_bytes_cannot_move_from_one_file_to_the_next(
    tmp_path_factory: pytest.TempPathFactory, one: bytes, two: bytes
) -> None:
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    write_files(first, {"a": one, "b": two})
    write_files(second, {"a": one + two, "b": b""})
    assert (now(first) == now(second)) is (two == b"")


def test_the_tar_holds_what_was_digested(root: Path) -> None:
    (root / "a.txt").chmod(0o4755)
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        of_tar = digest(root, entries(root), tar)
    assert of_tar == now(root)
    data.seek(0)
    with tarfile.open(fileobj=data) as tar:
        members = {each.name: each for each in tar.getmembers()}
        assert set(members) == {each.path for each in entries(root)}
        assert members["a.txt"].mode == 0o4755 and members["a.txt"].uid == 0
        assert members["link"].linkname == "/etc/passwd" and members["empty"].isdir()
        read = tar.extractfile("b/c.txt")
        assert read is not None and read.read() == b"two"


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(Blocked, match="no folder to build from"):
        entries(tmp_path / "nowhere")
