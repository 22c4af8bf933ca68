"""`main(argv) -> exit code`. Every error ends here, as one message on stderr."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from pathlib import Path
from typing import Any

from executor import __version__
from executor.cli import commands, gate_commands
from executor.console import silence
from executor.errors import ExecutorError, Stop
from executor.models import Status

_BUG_EXIT = 3
_INTERRUPTED_EXIT = 130
_STOP_EXIT = {Status.REFUSED: 4}


def main(argv: list[str] | None = None) -> int:
    """Run one command. Exit codes are those of contracts.md: 0, 1, 2, 3, 4, 75, 130."""
    signal.signal(signal.SIGTERM, _as_interrupt)
    _make_streams_safe()
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.command(arguments)
        _flush()
    except (ExecutorError, Stop) as error:
        _complain(arguments, error)
        return error.exit_code if isinstance(error, ExecutorError) else _STOP_EXIT.get(error.status, 1)
    except KeyboardInterrupt:
        print("executor: interrupted", file=sys.stderr)
        return _INTERRUPTED_EXIT
    except Exception:
        print(f"executor: a defect of ours, please report it; details: {_log_defect()}", file=sys.stderr)
        return _BUG_EXIT
    return code


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


def _complain(arguments: argparse.Namespace, error: Exception) -> None:
    print(f"executor: {error}", file=sys.stderr)
    if getattr(arguments, "json", False):
        import json

        print(json.dumps({"success": False, "error": type(error).__name__, "message": str(error)}))
        _flush()


def _log_defect() -> str:
    """Where the traceback went; it is too long for a terminal and may hold what a terminal should not show."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="executor-defect-", suffix=".log", delete=False) as file:
        traceback.print_exc(file=file)
    return file.name


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="executor",
        description="Runs the acceptance criteria of Markdown task files on a GitOps repository, "
        "and ticks only with evidence.",
        epilog="Begin with: executor explain TASK.md (what would happen), executor run --dry-run TASK.md (as a diff), "
        "executor run TASK.md.",
    )
    parser.add_argument("--version", action="version", version=f"executor {__version__}")
    parser.add_argument("-C", metavar="DIR", dest="start", type=Path, default=Path(), help="run as if started in DIR")
    commands_of = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = commands_of.add_parser("run", help="run the open criteria, tick, log, report, stage; never commits")
    run.add_argument("task", nargs="?", metavar="TASK", help="a task file, or a task id such as TASK-001")
    run.add_argument("--criteria", action="append", default=[], metavar="WHICH", help="numbers (2,5-7) or a regex")
    run.add_argument(
        "--dry-run", action="store_true", help="show every edit and every foreseeable block; write nothing"
    )
    run.add_argument("--skip-verification", action="store_true", help="the report says that verification is skipped")
    run.add_argument("--input", metavar="FILE", help="read the call as JSON (task_id, task_path, …); - is stdin")
    _common(run)
    run.set_defaults(command=commands.run)

    explain = commands_of.add_parser("explain", help="what each criterion would become, or why not; reads files only")
    explain.add_argument("task", metavar="TASK", help="a task file, or a task id")
    explain.add_argument("--criteria", action="append", default=[], metavar="WHICH", help="numbers (2,5-7) or a regex")
    _common(explain)
    explain.set_defaults(command=commands.explain)

    report = commands_of.add_parser("report", help="show the last report of a task, or of the last run")
    report.add_argument("task", nargs="?", metavar="TASK", help="a task file, or a task id")
    _common(report)
    report.set_defaults(command=commands.report)

    lint = commands_of.add_parser("lint", help="what is wrong with the task files, before anybody runs them")
    lint.add_argument("files", nargs="*", type=Path, metavar="TASK.md", help="default: all in the task folders")
    lint.add_argument("--strict", action="store_true", help="warnings end with exit code 1 too")
    lint.add_argument("--sarif", action="store_true", help="SARIF 2.1.0 on stdout")
    _common(lint)
    lint.set_defaults(command=commands.lint)

    _bump(commands_of)

    doctor = commands_of.add_parser("doctor", help="what is missing on this machine or in this repository")
    _common(doctor)
    doctor.set_defaults(command=commands.doctor)

    gate_commands.add_parsers(commands_of, _common)

    schema = commands_of.add_parser("schema", help="print a JSON Schema, or the arguments of the operations")
    schema.add_argument("name", choices=["report", "input", "verification", "operations"])
    schema.set_defaults(command=commands.schema)
    return parser


def _bump(commands_of: Any) -> None:
    bump = commands_of.add_parser("bump", help="change one version in the working tree, proved by rendering")
    bump.add_argument("name", metavar="NAME", help="a HelmRelease")
    bump.add_argument("--version", required=True, metavar="V", help="an exact version, tag@sha256:… or sha256:…")
    which = bump.add_mutually_exclusive_group()
    which.add_argument("--chart", action="store_true", help="the chart's version")
    which.add_argument(
        "--image", metavar="IMAGE", nargs="?", const="", help="an image's tag; IMAGE where it has several"
    )
    bump.add_argument("-n", "--namespace", metavar="NAMESPACE")
    bump.add_argument("--file", metavar="PATH", help="the file or folder, where several releases have the name")
    bump.add_argument("--where", metavar="PART", help="a part of the path that narrows, such as staging")
    bump.add_argument("--everywhere", action="store_true", help="all that the edit moves is meant")
    bump.add_argument("--rollback", action="store_true", help="a lower version is meant")
    bump.add_argument("--dry-run", action="store_true", help="show the diffs; write nothing")
    _common(bump)
    bump.set_defaults(command=commands.bump)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON on stdout and nothing else there")
    parser.add_argument("-C", metavar="DIR", dest="start", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
