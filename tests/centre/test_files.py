"""Files are replaced whole or not at all; one runner a repository."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from executor.errors import LockHeld
from executor.tools import files


def test_content_and_mode(tmp_path: Path) -> None:
    path = tmp_path / "task.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    files.replace(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [each.name for each in tmp_path.iterdir()] == ["task.md"]


def test_owner_is_kept(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give a file away: not tested here")
    path = tmp_path / "task.md"
    path.write_bytes(b"old")
    os.chown(path, 12345, 12345)
    files.replace(path, b"new")
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12345)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """A real full file system, as small as it gets."""
    if os.getuid() != 0:
        pytest.skip("only root can mount the small file system: not tested here")
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=True)
    try:
        path = small / "task.md"
        path.write_bytes(b"old")
        with pytest.raises(OSError, match="No space left"):
            files.replace(path, b"x" * 200_000)
        assert path.read_bytes() == b"old"
        assert [each.name for each in small.iterdir()] == ["task.md"]
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_scratch_on_another_file_system(tmp_path: Path) -> None:
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system here: not tested here")
    path = tmp_path / "task.md"
    path.write_bytes(b"old")
    files.replace(path, b"new", scratch=shm)
    assert path.read_bytes() == b"new"


HOLD = """
import sys, time
from pathlib import Path
from executor.tools import files
with files.lock(Path(sys.argv[1]), {"pid": 1, "task": "TASK-001", "since": "noon"}):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_names_its_holder_and_dies_with_it(tmp_path: Path) -> None:
    path = tmp_path / "executor.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockHeld, match=r"pid 1, TASK-001, since noon"), files.lock(path, {}):
            pass
    finally:
        holder.kill()
        holder.wait()
        holder.stdout.close()
    deadline = time.monotonic() + 10
    while True:  # the kernel frees it with the last descriptor
        try:
            with files.lock(path, {}):
                break
        except LockHeld:
            assert time.monotonic() < deadline
    assert path.exists(), "never unlinked: two runners could lock two files of one name"
