"""Runs `verify --commit` many times, each cut off at another system call, and says what was found after each.

    killer.py TEMPLATE HOME FOLDER kill|full POINTS        one JSON object a line

One warm process forks for each run, so that what is counted and cut is the work and not the start of Python. strace
attaches to the fork: it kills it at the n-th call that changes something, or lets every such call from the n-th on
fail with "no space left on device", its children's too.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[2]), str(HERE.parents[1])]

import executor.gate.commit  # noqa: E402, F401
import gate.work as works  # noqa: E402
from executor.gate import certificate as certificates  # noqa: E402
from executor.gate import keys, notes  # noqa: E402
from executor.gate.certificate import Rejected  # noqa: E402
from executor.gate.objects import Objects  # noqa: E402

CALLS = "write,pwrite64,fsync,rename,mkdir,unlink,unlinkat,rmdir,ftruncate,fchmod,flock,vfork,clone,clone3,wait4,pipe2"
WRITES = "write,pwrite64,fsync,mkdir,rename"
COMMAND = ("verify", "TASK-001", "--commit")
_ANYBODY = ctypes.c_ulong(-1)
_SET_PTRACER = 0x59616D61
_LIBC = ctypes.CDLL(None)


def main(argv: list[str]) -> int:
    template, home, folder, how, points = Path(argv[0]), Path(argv[1]), Path(argv[2]), argv[3], int(argv[4])
    work = works.Work(template, home)
    for warm in ("warm", "count"):
        one = fresh(work, folder / warm)
        total = traced(
            one, folder / f"{warm}.trace", f"trace=?{(WRITES if how == 'full' else CALLS).replace(',', ',?')}"
        )
    for point in range(points):
        number = 1 + point * max(1, total) // points
        print(json.dumps(cut(fresh(work, folder / f"{point}"), folder, how, number)), flush=True)
        shutil.rmtree(folder / f"{point}")
    return 0


def fresh(work: works.Work, folder: Path) -> works.Work:
    """A copy of the repository with something of the user's staged beside the task's change."""
    folder.mkdir(parents=True)
    one = work.copy(folder)
    one.write("staged.txt", "the user's\n")
    one.git("add", "staged.txt")
    return one


def traced(one: works.Work, trace: Path, *options: str, follow: bool = False) -> int:
    """Run the command in a fork under strace; returns how many lines the trace has."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _child(one, reading)
    words = [word for option in options for word in ("-e", option)]
    follows = ["-f"] if follow else []
    tracer = subprocess.Popen(["strace", "-qq", *follows, "-o", str(trace), *words, "-p", str(pid)])
    _attached(pid)
    os.write(writing, b"x")
    os.waitpid(pid, 0)
    tracer.wait(timeout=60)
    os.close(reading)
    os.close(writing)
    return sum(1 for line in trace.read_text(errors="replace").splitlines() if "(" in line)


def _child(one: works.Work, reading: int) -> None:
    """Wait until strace is there, then do it; nothing of the parent's is cleaned up or flushed here."""
    _LIBC.prctl(_SET_PTRACER, _ANYBODY, 0, 0, 0)
    os.read(reading, 1)
    code = 70
    with contextlib.suppress(BaseException):
        code = one.call(*COMMAND).code
    os._exit(code)


def _attached(pid: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        status = Path(f"/proc/{pid}/status").read_text()
        if "TracerPid:\t0" not in status:
            return
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    raise SystemExit("strace could not attach")


def cut(one: works.Work, folder: Path, how: str, number: int) -> dict[str, Any]:
    """Cut the first call off, look, call again, look."""
    base, before = one.head(), state(one)
    if how == "kill":
        traced(one, folder / "trace", f"inject=?{CALLS.replace(',', ',?')}:signal=KILL:when={number}")
    else:
        traced(one, folder / "trace", f"inject=?{WRITES.replace(',', ',?')}:error=ENOSPC:when={number}+", follow=True)
    first = {"number": number, "ended": one.head() != base, "problems": look(one, base, before)}
    again = one.call(*COMMAND)
    problems = (
        [] if again.code == 0 else [f"the second call ended with {again.code}: {again.out[-600:]}{again.err[-600:]}"]
    )
    if one.git("rev-list", "--count", f"{base}..HEAD").strip() != "1":
        problems.append("not one commit")
    return {**first, "second": [*problems, *look(one, base, before)]}


def state(one: works.Work) -> tuple[str, str]:
    return one.git("status", "--porcelain"), one.git("diff", "--cached")


def look(one: works.Work, base: str, before: tuple[str, str]) -> list[str]:
    """What is not as it has to be: either nothing was committed, or all of it was, with its certificate."""
    problems = []
    if broken := subprocess.run(["git", "fsck", "--strict"], cwd=one.root, capture_output=True, text=True, check=False):
        problems += [f"fsck: {broken.stderr}"] if broken.returncode else []
    trusted = keys.parse_trusted(one.read(keys.TRUSTED_KEYS))
    objects = Objects(one.root)
    for commit, blob in notes.every(objects):
        try:
            certificates.check(objects.blob(blob), trusted)
        except Rejected as error:
            problems.append(f"the note of {commit} is not whole: {error}")
    if one.head() == base:
        if state(one) != before:
            problems.append(f"nothing was committed, and index or work tree changed: {state(one)[0]}")
    else:
        out = io.StringIO()
        checked = one.call("certificate", "check", "HEAD")
        if checked.code != 0:
            problems.append(f"a commit without a certificate that checks: {checked.out}{checked.err}{out.getvalue()}")
        if one.git("status", "--porcelain") != "A  staged.txt\n":
            problems.append(f"index and work tree do not agree with HEAD: {one.git('status', '--porcelain')}")
    return problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
