"""The command line: what may be typed. Only the command that is called gets its parser built (0.4 ms each)."""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from executor import __version__
from executor.cli import commands
from executor.errors import UsageError


class _Parser(argparse.ArgumentParser):
    """A typing error is told as every other error is: one message, and a document where --json asks for one."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; {self.prog} --help says what may be written")


def parser_for(argv: list[str] | None) -> argparse.ArgumentParser:
    """The parser for this call: of the command that it begins with, else (options first, help, a typing error) of
    all."""
    parser = _Parser(
        prog="executor",
        description="Runs the acceptance criteria of Markdown task files on a GitOps repository, "
        "and ticks only with evidence.",
        epilog="Begin with: executor explain TASK.md (what would happen), executor run --dry-run TASK.md (as a diff), "
        "executor run TASK.md.",
    )
    parser.add_argument("--version", action="version", version=f"executor {__version__}")
    parser.add_argument("-C", metavar="DIR", dest="start", type=Path, default=Path(), help="run as if started in DIR")
    # with prog given, argparse does not write its usage (and load what knows the terminal's width) to find it out
    commands_of = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, prog="executor")
    first = (sys.argv[1:] if argv is None else argv)[:1]
    for name in first if first and first[0] in _PARSERS else _PARSERS:
        _PARSERS[name](commands_of)
    return parser


def as_typed(argv: Sequence[str]) -> argparse.Namespace:
    """What an error before the arguments are read needs of them."""
    return argparse.Namespace(json="--json" in argv, command=commands.run if "run" in argv else None)


def _run(commands_of: Any) -> None:
    run = commands_of.add_parser("run", help="run the open criteria, tick, log, report, stage; never commits")
    run.add_argument("task", nargs="?", metavar="TASK", help="a task file, or a task id such as TASK-001")
    _criteria(run)
    run.add_argument(
        "--dry-run", action="store_true", help="show every edit and every foreseeable block; write nothing"
    )
    run.add_argument("--skip-verification", action="store_true", help="the report says that verification is skipped")
    run.add_argument("--input", metavar="FILE", help="read the call as JSON (task_id, task_path, …); - is stdin")
    _common(run)
    run.set_defaults(command=commands.run)


def _explain(commands_of: Any) -> None:
    explain = commands_of.add_parser("explain", help="what each criterion would become, or why not; reads files only")
    explain.add_argument("task", metavar="TASK", help="a task file, or a task id")
    _criteria(explain)
    _common(explain)
    explain.set_defaults(command=commands.explain)


def _report(commands_of: Any) -> None:
    report = commands_of.add_parser("report", help="show the last report of a task, or of the last run")
    report.add_argument("task", nargs="?", metavar="TASK", help="a task file, or a task id")
    _common(report)
    report.set_defaults(command=commands.report)


def _lint(commands_of: Any) -> None:
    lint = commands_of.add_parser("lint", help="what is wrong with the task files, before anybody runs them")
    lint.add_argument("files", nargs="*", type=Path, metavar="TASK.md", help="default: all in the task folders")
    lint.add_argument("--strict", action="store_true", help="warnings end with exit code 1 too")
    lint.add_argument("--sarif", action="store_true", help="SARIF 2.1.0 on stdout")
    _common(lint)
    lint.set_defaults(command=commands.lint)


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


def _doctor(commands_of: Any) -> None:
    doctor = commands_of.add_parser("doctor", help="what is missing on this machine or in this repository")
    _common(doctor)
    doctor.set_defaults(command=commands.doctor)


def _schema(commands_of: Any) -> None:
    schema = commands_of.add_parser("schema", help="print a JSON Schema, or the arguments of the operations")
    schema.add_argument("name", choices=["report", "input", "verification", "operations"])
    schema.set_defaults(command=commands.schema)


def _of_the_gate(name: str, commands_of: Any) -> None:
    from executor.cli import gate_commands

    gate_commands.PARSERS[name](commands_of, _common)


def _criteria(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--criteria", action="append", default=[], metavar="WHICH", help="numbers (2,5-7) or a regex")


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="JSON on stdout and nothing else there")
    parser.add_argument("-C", metavar="DIR", dest="start", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)


_PARSERS: dict[str, Callable[[Any], None]] = {
    "run": _run,
    "explain": _explain,
    "report": _report,
    "lint": _lint,
    "bump": _bump,
    "doctor": _doctor,
    **{name: functools.partial(_of_the_gate, name) for name in ("verify", "tick", "gate", "certificate", "keys")},
    "schema": _schema,
}
