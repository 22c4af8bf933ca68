"""The render worker by itself; tests/sample/test_runs.py looks at it inside its image."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WORKER = Path(__file__).parents[2] / "infra" / "render-worker"


def worker(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Python without site-packages, as in the container."""
    return subprocess.run(
        [sys.executable, "-B", "-S", "-m", *arguments],
        cwd=WORKER,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        timeout=120,
        check=False,
    )


def test_its_own_tests_pass() -> None:
    done = worker("unittest")
    assert done.returncode == 0, done.stderr.decode()
    assert b"Ran " in done.stderr


def test_a_range_of_frames_is_the_frames_one_by_one(tmp_path: Path) -> None:
    done = worker("render_worker", "--size", "32x18", "frames", "9-11", str(tmp_path))
    assert done.returncode == 0, done.stderr.decode()
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    alone = {
        f"{number:06d}.png": worker("render_worker", "--size", "32x18", "frame", str(number)).stdout
        for number in (11, 9, 10)
    }
    assert written == alone


def test_a_wrong_call_is_answered_in_one_line() -> None:
    done = worker("render_worker", "--size", "0x0", "frame", "1")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "render_worker: size '0x0': expected WIDTHxHEIGHT, such as 320x180\n"
