"""Processes: argument lists, never a shell; bounded in time and output; a child never outlives us."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
import select
import selectors
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from executor.values import dataclass

KEEP_BYTES = 64 * 1024 * 1024
"""More output than this of one process is read and thrown away, or ends it (`Call.capped`); `truncated` says so."""

_PR_SET_PDEATHSIG = 1


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


@dataclass(frozen=True, slots=True)
class Call:
    """A process to be started. `env` is its whole environment (None: ours); output lines go to `on_line` as they come;
    our own death, kill -9 too, ends it by the signal `at_our_death` (None: it only reads, and ends by itself when its
    pipes are gone). `offline`: it has no network at all, where this machine lets us take it away. `capped`: more than
    KEEP_BYTES of output ends it."""

    argv: tuple[str, ...]
    cwd: Path | None = None
    env: Mapping[str, str] | None = None
    stdin: bytes | None = None
    on_line: Callable[[str], None] | None = None
    at_our_death: signal.Signals | None = signal.SIGKILL
    offline: bool = False
    capped: bool = False


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    stdin: bytes | None = None,
    on_line: Callable[[str], None] | None = None,
    at_our_death: signal.Signals | None = signal.SIGKILL,
) -> Completed:
    """Run `argv` to its end, see `Call`. Raises FileNotFoundError or PermissionError where it cannot be started.

    Timeout (seconds), ^C and any exception end the child's whole process group.
    """
    return run_together([Call(tuple(argv), cwd, env, stdin, on_line, at_our_death)], timeout=timeout)[0]


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
                key.data(selector, key.fd)
            for each in [each for each in running if not each.open or each.left() == 0 or each.overflowed]:
                running.remove(each)
                done[each.number] = each.finish(selector)
    return [done[number] for number in range(len(calls))]


def _soonest(running: Sequence[_Running]) -> float | None:
    """Seconds until the first of them runs out of time; None where none has a limit."""
    limits = [left for each in running if (left := each.left()) is not None]
    return min(limits, default=None)


class _Running:
    """One process and what it has said so far."""

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
        self.process = _start(call)
        self.ended = contextlib.ExitStack()
        self.ended.enter_context(_ended(self.process))
        stack.callback(self.ended.close)
        assert self.process.stdout is not None and self.process.stderr is not None
        self.kept = {stream.fileno(): bytearray() for stream in (self.process.stdout, self.process.stderr)}
        self.pending = dict.fromkeys(self.kept, b"")
        self.to_write = memoryview(call.stdin or b"")
        self.open, self.truncated = set(self.kept), False
        for descriptor in self.kept:
            os.set_blocking(descriptor, False)
            selector.register(descriptor, selectors.EVENT_READ, self._drain)
        if self.process.stdin is not None:
            os.set_blocking(self.process.stdin.fileno(), False)
            selector.register(self.process.stdin.fileno(), selectors.EVENT_WRITE, self._feed)

    @property
    def overflowed(self) -> bool:
        return self.truncated and self.call.capped

    def left(self) -> float | None:
        """Seconds until its time is up; None without a limit."""
        return None if self.deadline == float("inf") else max(0.0, self.deadline - time.monotonic())

    def _drain(self, selector: selectors.BaseSelector, descriptor: int) -> None:
        chunk = os.read(descriptor, 65536)
        if not chunk:
            selector.unregister(descriptor)
            self.open.discard(descriptor)
        room = KEEP_BYTES - len(self.kept[descriptor])
        self.kept[descriptor] += chunk[:room]
        self.truncated |= len(chunk) > room
        if self.call.on_line is not None:
            self.pending[descriptor] = _lines(self.pending[descriptor] + chunk, self.call.on_line, last=not chunk)

    def _feed(self, selector: selectors.BaseSelector, descriptor: int) -> None:
        """Write what the pipe takes; close it at the end, or where the child does not want more."""
        try:
            written = os.write(descriptor, self.to_write[:65536]) if self.to_write else 0
            self.to_write = self.to_write[written:]
        except BrokenPipeError:
            self.to_write = memoryview(b"")
        if not self.to_write:
            self._close_stdin(selector)

    def _close_stdin(self, selector: selectors.BaseSelector) -> None:
        stdin = self.process.stdin
        if stdin is not None and not stdin.closed:
            selector.unregister(stdin.fileno())
            stdin.close()

    def finish(self, selector: selectors.BaseSelector) -> Completed:
        """Both outputs are closed, or its time is up, or it said too much: reap it, or end it."""
        self._close_stdin(selector)
        for descriptor in self.open:
            selector.unregister(descriptor)
        timed_out = bool(self.open) and not self.overflowed
        if not self.open:
            try:
                _wait(self.process, self.left())
            except subprocess.TimeoutExpired:
                timed_out = True
        self.ended.close()
        out, err = (bytes(each) for each in self.kept.values())
        seconds = time.monotonic() - self.started
        return Completed(self.call.argv, self.process.returncode, out, err, seconds, timed_out, self.truncated)


def _start(call: Call) -> subprocess.Popen[bytes]:
    death = call.at_our_death
    launched = _launched(call, death) if death else list(call.argv)
    asked = None if launched or death is None else functools.partial(_prctl(), _PR_SET_PDEATHSIG, death)
    return subprocess.Popen(
        launched or list(call.argv),
        cwd=call.cwd,
        env=None if call.env is None else dict(call.env),
        stdin=subprocess.DEVNULL if call.stdin is None else subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=asked,  # noqa: PLW1509 - there are no threads then
    )


def _launched(call: Call, death: signal.Signals) -> list[str] | None:
    """The call behind util-linux's setpriv, which asks for the signal at our death and becomes the program.

    Our own code in the child makes Python copy itself first (fork): 9 ms a process here, against 3 ms so. Only for
    absolute paths and names on the PATH: what cannot be started must go on raising, and setpriv would only print.
    """
    name = call.argv[0]
    path = os.environ.get("PATH") if call.env is None else call.env.get("PATH")
    launcher = _which("setpriv", os.defpath)
    if ("/" in name and name[0] != "/") or path is None or launcher is None or _which(name, path) is None:
        return None
    alone = without_network() if call.offline else ()
    return [*alone, launcher, "--pdeathsig", death.name.removeprefix("SIG"), "--", *call.argv]


@functools.cache
def without_network() -> tuple[str, ...]:
    """What starts a program in a network namespace of its own, found by trying (5 ms): root may, and others where they
    may have a user namespace. Empty where neither is allowed, as in many containers."""
    unshare = _which("unshare", os.defpath)
    for flags in (("--net",), ("--map-root-user", "--net")) if unshare else ():
        tried = subprocess.run([str(unshare), *flags, "--", "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return (str(unshare), *flags, "--")
    return ()


@functools.cache
def _which(name: str, path: str) -> str | None:
    return shutil.which(name, path=path)


def load_meanwhile(*modules: str) -> None:
    """Load modules that will be needed while processes are waited for; what cannot be loaded is for its user to say."""

    def load() -> None:
        for each in modules:
            with contextlib.suppress(ImportError):
                importlib.import_module(each)

    meanwhile(load, "load")


def meanwhile(work: Callable[[], object], name: str) -> Callable[[], None]:
    """Do something while processes are waited for; what is returned waits for its end.

    Not at all where starting a process copies ours (no setpriv): a copy of one with two threads may stand still.
    """
    if _which("setpriv", os.defpath) is None:
        return lambda: None
    thread = threading.Thread(target=work, name=name)
    thread.start()
    return thread.join


def find(program: str) -> str | None:
    """The absolute path of a program on the PATH."""
    return shutil.which(program)


@functools.cache
def _prctl() -> Callable[[int, int], int]:
    """The system call; ctypes is loaded by the first process that is started, not by `explain`, which starts none."""
    import ctypes

    call: Callable[[int, int], int] = ctypes.CDLL(None, use_errno=True).prctl
    return call


def _wait(process: subprocess.Popen[bytes], seconds: float | None) -> None:
    """As `process.wait`, which sleeps between its looks (0.5 ms at first) where a limit is given; most processes end
    just behind their last output. Raises TimeoutExpired."""
    if process.poll() is None:
        with contextlib.suppress(OSError, AttributeError):  # a kernel, or a Python, without it
            descriptor = os.pidfd_open(process.pid)
            try:
                ended = select.poll()
                ended.register(descriptor, select.POLLIN)
                ended.poll(None if seconds is None else 1000 * seconds)
            finally:
                os.close(descriptor)
            seconds = None if seconds is None else 0
    process.wait(seconds)


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


def _lines(data: bytes, on_line: Callable[[str], None], *, last: bool) -> bytes:
    *whole, rest = data.replace(b"\r", b"\n").split(b"\n")
    for line in whole + ([rest] if last and rest else []):
        if line.strip():
            on_line(line.decode(errors="replace"))
    return b"" if last else rest
