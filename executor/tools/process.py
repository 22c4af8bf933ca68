"""Processes: argument lists, never a shell; bounded in time and output; a child never outlives us."""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KEEP_BYTES = 64 * 1024 * 1024
"""More output than this of one process is read and thrown away; `truncated` says so."""

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Completed:
    """A process that ended. `exit_code` is negative for the signal that ended it, as in `subprocess`."""

    argv: tuple[str, ...]
    exit_code: int
    stdout: bytes
    stderr: bytes
    seconds: float
    timed_out: bool = False
    truncated: bool = False

    @property
    def command(self) -> str:
        """Shell-quoted, as a person would type it."""
        return shlex.join(self.argv)

    @property
    def output(self) -> str:
        return self.stdout.decode(errors="replace")

    @property
    def errors(self) -> str:
        return self.stderr.decode(errors="replace")


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    stdin: bytes | None = None,
    on_line: Callable[[str], None] | None = None,
    at_our_death: signal.Signals = signal.SIGKILL,
) -> Completed:
    """Run `argv` to its end; `env` is the whole environment (None: ours). Output lines go to `on_line` as they come.

    Raises FileNotFoundError or PermissionError where the program cannot be started. Timeout, ^C and any exception end
    the child's whole process group; our own death (kill -9 too) ends the child, by the signal `at_our_death`.
    """
    started = time.monotonic()
    process = subprocess.Popen(
        list(argv),
        cwd=cwd,
        env=None if env is None else dict(env),
        stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=lambda: _die_with_parent(at_our_death),  # noqa: PLW1509 - no threads before its children
    )
    with _ended(process):
        stdout, stderr, truncated, timed_out = _communicate(
            process, stdin, on_line, None if timeout is None else started + timeout
        )
    code = process.returncode
    return Completed(tuple(argv), code, stdout, stderr, time.monotonic() - started, timed_out, truncated)


@dataclass(frozen=True, slots=True)
class Call:
    """A process to be started: `env` is its whole environment (None: ours)."""

    argv: tuple[str, ...]
    cwd: Path | None = None
    env: Mapping[str, str] | None = None


def run_together(calls: Sequence[Call], *, timeout: float | None = None, width: int = 2) -> list[Completed]:
    """Run several processes to their ends, `width` at a time, without threads; the answers in the order asked.

    `timeout` counts for each from its own start. Raises and ends children as `run` does.
    """
    done: dict[int, Completed] = {}
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        waiting = list(enumerate(calls))[::-1]
        running: list[_Running] = []
        while waiting or running:
            while waiting and len(running) < max(1, width):
                number, call = waiting.pop()
                running.append(_Running(number, call, stack, selector, timeout))
            for key, _ in selector.select(_soonest(running)):
                key.data.drain(selector, key.fd)
            for each in [each for each in running if not each.open or each.left() == 0]:
                running.remove(each)
                done[each.number] = each.finish(selector)
    return [done[number] for number in range(len(calls))]


def _soonest(running: Sequence[_Running]) -> float | None:
    """Seconds until the first of them runs out of time; None where none has a limit."""
    limits = [left for each in running if (left := each.left()) is not None]
    return min(limits, default=None)


class _Running:
    """One process of `run_together` and what it has said so far."""

    def __init__(
        self,
        number: int,
        call: Call,
        stack: contextlib.ExitStack,
        selector: selectors.BaseSelector,
        timeout: float | None,
    ) -> None:
        self.number, self.call, self.started = number, call, time.monotonic()
        self.deadline = float("inf") if timeout is None else self.started + timeout
        self.process = subprocess.Popen(
            list(call.argv),
            cwd=call.cwd,
            env=None if call.env is None else dict(call.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - no threads here either
        )
        self.ended = contextlib.ExitStack()
        self.ended.enter_context(_ended(self.process))
        stack.callback(self.ended.close)
        assert self.process.stdout is not None and self.process.stderr is not None
        self.kept = {stream.fileno(): bytearray() for stream in (self.process.stdout, self.process.stderr)}
        self.open, self.truncated = set(self.kept), False
        for descriptor in self.kept:
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ, self)

    def left(self) -> float | None:
        """Seconds until its time is up; None without a limit."""
        return None if self.deadline == float("inf") else max(0.0, self.deadline - time.monotonic())

    def drain(self, selector: selectors.BaseSelector, descriptor: int) -> None:
        chunk = os.read(descriptor, 65536)
        if not chunk:
            selector.unregister(descriptor)
            self.open.discard(descriptor)
        room = KEEP_BYTES - len(self.kept[descriptor])
        self.kept[descriptor] += chunk[:room]
        self.truncated |= len(chunk) > room

    def finish(self, selector: selectors.BaseSelector) -> Completed:
        """Both outputs are closed, or its time is up: reap it, or end it."""
        for descriptor in self.open:
            selector.unregister(descriptor)
        timed_out = bool(self.open)
        if not timed_out:
            try:
                self.process.wait(self.left())
            except subprocess.TimeoutExpired:
                timed_out = True
        self.ended.close()
        out, err = (bytes(each) for each in self.kept.values())
        seconds = time.monotonic() - self.started
        return Completed(self.call.argv, self.process.returncode, out, err, seconds, timed_out, self.truncated)


def find(program: str) -> str | None:
    """The absolute path of a program on the PATH."""
    return shutil.which(program)


def _die_with_parent(by: signal.Signals = signal.SIGKILL) -> None:
    _LIBC.prctl(_PR_SET_PDEATHSIG, by)


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever happens inside, the child and its process group are gone and reaped afterwards."""
    try:
        yield
    finally:
        for ask in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is not None:
                break
            _signal_group(process, ask)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=2)
        _signal_group(process, signal.SIGKILL)  # grandchildren that kept the group
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _communicate(
    process: subprocess.Popen[bytes],
    stdin: bytes | None,
    on_line: Callable[[str], None] | None,
    deadline: float | None,
) -> tuple[bytes, bytes, bool, bool]:
    """Feed and drain the pipes until both outputs close. Returns stdout, stderr, truncated, timed out."""
    assert process.stdout is not None and process.stderr is not None
    kept: dict[int, bytearray] = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}
    pending = dict.fromkeys(kept, b"")
    to_write = memoryview(stdin or b"")
    truncated = False
    with selectors.DefaultSelector() as selector:
        for number in kept:
            os.set_blocking(number, False)
            selector.register(number, selectors.EVENT_READ)
        if process.stdin is not None:
            os.set_blocking(process.stdin.fileno(), False)
            selector.register(process.stdin, selectors.EVENT_WRITE)
        while selector.get_map():
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                break
            for key, _ in selector.select(left):
                if key.fd not in kept:
                    to_write = _feed(selector, process, to_write)
                    continue
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    selector.unregister(key.fd)
                room = KEEP_BYTES - len(kept[key.fd])
                kept[key.fd] += chunk[:room]
                truncated |= len(chunk) > room
                if on_line:
                    pending[key.fd] = _lines(pending[key.fd] + chunk, on_line, last=not chunk)
        timed_out = bool(selector.get_map())
    if not timed_out:
        try:
            process.wait(None if deadline is None else max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            timed_out = True
    out, err = (bytes(each) for each in kept.values())
    return out, err, truncated, timed_out


def _feed(selector: selectors.BaseSelector, process: subprocess.Popen[bytes], data: memoryview) -> memoryview:
    """Write what the pipe takes; close it at the end, or where the child does not want more."""
    assert process.stdin is not None
    try:
        data = data[os.write(process.stdin.fileno(), data[:65536]) :] if data else data
    except BrokenPipeError:
        data = data[len(data) :]
    if not data:
        selector.unregister(process.stdin)
        process.stdin.close()
    return data


def _lines(data: bytes, on_line: Callable[[str], None], *, last: bool) -> bytes:
    *whole, rest = data.replace(b"\r", b"\n").split(b"\n")
    for line in whole + ([rest] if last and rest else []):
        if line.strip():
            on_line(line.decode(errors="replace"))
    return b"" if last else rest
