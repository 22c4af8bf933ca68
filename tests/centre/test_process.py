"""Processes: bounded, never orphaned, output as it comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from executor.tools.process import KEEP_BYTES, Call, run, run_together

ROOT = Path(__file__).parents[2]


def test_output_exit_code_and_command() -> None:
    done = run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (done.exit_code, done.stdout, done.stderr) == (3, b"out\n", b"err\n")
    assert done.command == "sh -c 'echo out; echo err >&2; exit 3'"


def test_input_larger_than_a_pipe_comes_back() -> None:
    data = os.urandom(300_000)
    assert run(["cat"], stdin=data).stdout == data


def test_lines_as_they_come() -> None:
    seen: list[str] = []
    run(["printf", "a\\nb\\rc"], on_line=seen.append)
    assert seen == ["a", "b", "c"]


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        run(["no-such-program-at-all"])


def test_timeout_ends_the_whole_group(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    done = run(["sh", "-c", f"sleep 60 & echo $! > {pid_file}; sleep 60"], timeout=0.5)
    assert done.timed_out
    gone_soon(int(pid_file.read_text()))


def test_endless_output_ends_what_is_capped() -> None:
    endless, finite = run_together([Call(("yes",), capped=True), Call(("echo", "done"), capped=True)], timeout=60)
    assert endless.truncated and not endless.timed_out and len(endless.stdout) == KEEP_BYTES
    assert (finite.stdout, finite.exit_code, finite.truncated) == (b"done\n", 0, False)


def test_the_time_counts_where_the_output_is_closed_early(tmp_path: Path) -> None:
    assert run(["sh", "-c", "exec >&- 2>&-; sleep 60"], timeout=0.3).timed_out
    late = run(["sh", "-c", "exec >&- 2>&-; sleep 0.2; exit 4"], timeout=60)
    assert (late.exit_code, late.timed_out) == (4, False)


def test_children_die_with_us_even_by_kill_9(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = f"from executor.tools.process import run; run(['sh', '-c', 'echo $$ > {pid_file}; exec sleep 60'])"
    parent = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        deadline = time.monotonic() + 20
        while not (pid_file.exists() and pid_file.read_text().strip()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    gone_soon(int(pid_file.read_text()))


def gone_soon(pid: int) -> None:
    """Gone, or a zombie that nobody reaps any more."""
    deadline = time.monotonic() + 20
    while True:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        assert time.monotonic() < deadline, f"process {pid} lives on"
        time.sleep(0.02)
