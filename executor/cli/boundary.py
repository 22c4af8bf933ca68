"""`main(argv) -> exit code`. Every error ends here, as one message on stderr."""

from __future__ import annotations

import contextlib
import errno
import io
import locale
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor.cli import commands
from executor.cli.parsers import as_typed, parser_for
from executor.console import silence
from executor.errors import ExecutorError, Stop, UsageError
from executor.models import Status

if TYPE_CHECKING:
    import argparse

_BUG_EXIT = 3
_INTERRUPTED_EXIT = 130
_STOP_EXIT = {Status.REFUSED: 4}


def main(argv: list[str] | None = None) -> int:
    """Run one command. Exit codes are those of contracts.md: 0, 1, 2, 3, 4, 75, 130."""
    _read_names_as_utf8()
    signal.signal(signal.SIGTERM, _as_interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup
        signal.signal(signal.SIGHUP, _as_interrupt)
    _make_streams_safe()
    arguments = as_typed(sys.argv[1:] if argv is None else argv)
    try:
        arguments = parser_for(argv).parse_args(argv)
        code: int = arguments.command(arguments)
        _flush()
    except (ExecutorError, Stop) as error:
        _complain(arguments, type(error).__name__, str(error))
        return error.exit_code if isinstance(error, ExecutorError) else _STOP_EXIT.get(error.status, 1)
    except KeyboardInterrupt:
        _complain(arguments, "Interrupted", "interrupted")
        return _INTERRUPTED_EXIT
    except OSError as error:
        at = f"{error.filename}: " if error.filename else "in the folder that this runs in: "
        _complain(arguments, "OSError", f"{at}{error.strerror or error}; mend that and run again")
        return 1 if error.errno in (errno.ENOSPC, errno.EDQUOT) else UsageError.exit_code
    except Exception:
        _complain(arguments, "Defect", f"a defect of ours, please report it; details: {_log_defect()}")
        return _BUG_EXIT
    return code


def _read_names_as_utf8() -> None:
    """Names of files in git are UTF-8 whatever the locale says, and Python is told so when it starts: once more, then.
    What is printed stays in the encoding of the terminal."""
    if sys.getfilesystemencoding() != "utf-8" and os.environ.get("PYTHONUTF8") != "1":
        os.environ.setdefault("PYTHONIOENCODING", locale.getpreferredencoding(do_setlocale=False))
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, sys.orig_argv)  # noqa: S606 - ourselves


def _make_streams_safe() -> None:
    """A stream that was closed is one that goes nowhere (or the next file that is opened would take its number), and a
    character that the terminal's encoding does not have, or a file name that is no text, is written escaped."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            stream = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
            setattr(sys, name, stream)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flush() -> None:
    """What is still in the buffer. A reader that has seen enough (`| head`) changes nothing about what was done."""
    try:
        sys.stdout.flush()
    except OSError:
        silence(sys.stdout)


def _as_interrupt(number: int, frame: Any) -> None:
    """A polite end (systemd, CI) is treated as ^C is: what is proven is ticked, the report is written."""
    raise KeyboardInterrupt


def _complain(arguments: argparse.Namespace, kind: str, message: str) -> None:
    """One message on stderr; with --json a document on stdout, too, which for a run is a report as always."""
    from executor.tools.masking import Masker

    said = Masker.of_environment()(message)
    with contextlib.suppress(OSError):  # nobody is left to read it
        print(f"executor: {said}", file=sys.stderr)
    if getattr(arguments, "json", False):
        import json

        document: Any = {"success": False, "error": kind, "message": said}
        if getattr(arguments, "command", None) is commands.run:
            from executor.report import not_begun

            document = not_begun(kind, said)
        print(json.dumps(document))
        _flush()


def _log_defect() -> str:
    """Where the traceback went; it is too long for a terminal and may hold what a terminal should not show."""
    import tempfile
    import traceback

    from executor.tools.masking import Masker

    with tempfile.NamedTemporaryFile("w", prefix="executor-defect-", suffix=".log", delete=False) as file:
        file.write(Masker.of_environment()(traceback.format_exc()))
    return file.name
