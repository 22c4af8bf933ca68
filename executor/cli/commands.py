"""One function a command: from parsed arguments to an exit code. Imports happen where they are used."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Literal

from executor.console import (
    Console,
    RunPrinter,
    bump_text,
    explanation,
    findings,
    lint_text,
    machine,
    print_raw,
    report_text,
    run_summary,
)
from executor.errors import UsageError


def run(arguments: argparse.Namespace) -> int:
    from executor.job import Call
    from executor.workflow import run_task

    if arguments.input is not None:
        call = _call_of_contract(arguments)
    elif arguments.task is None:
        raise UsageError("which task?", remedy="executor run TASK.md, or executor run --input -")
    else:
        call = Call(
            arguments.task, arguments.start, tuple(arguments.criteria), arguments.dry_run, arguments.skip_verification
        )
    console = Console(sys.stderr if arguments.json else sys.stdout)
    finished = run_task(call, RunPrinter(console))
    path = None if finished.report_path is None else _short(finished.report_path)
    run_summary(console, finished.document, finished.task_diff, path)
    if arguments.json:
        machine(finished.document)
    return finished.exit_code


def _call_of_contract(arguments: argparse.Namespace) -> Any:
    """The input contract of the executor pattern (source 003)."""
    from executor.cli.given import read_input
    from executor.contract import read_call

    besides = {
        "TASK": arguments.task, "--criteria": arguments.criteria, "--dry-run": arguments.dry_run,
        "--skip-verification": arguments.skip_verification,
    }  # fmt: skip
    return read_call(read_input(arguments.input, arguments.start, besides), arguments.start)


def _short(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def explain(arguments: argparse.Namespace) -> int:
    from executor.explain import document
    from executor.intake import load, locate, waits
    from executor.kinds import task_type
    from executor.planner import plan
    from executor.selection import select

    workspace, path = locate(arguments.task, arguments.start)
    task, types = load(path, workspace)
    planned = plan(task, workspace, types, select(task, arguments.criteria))
    if arguments.json:
        machine(document(planned, task_type(planned)))
    else:
        explanation(Console(), planned, task_type(planned), waits(task, workspace))
    return 0


def bump(arguments: argparse.Namespace) -> int:
    from executor.bump import Call
    from executor.bump import bump as do

    field: Literal["chart", "image"] | None = "image" if arguments.image is not None else None
    call = Call(
        arguments.start,
        arguments.name,
        arguments.version,
        arguments.namespace,
        "chart" if arguments.chart else field,
        arguments.image or None,
        arguments.file,
        arguments.where,
        arguments.everywhere,
        arguments.rollback,
        arguments.dry_run,
    )
    document = do(call)
    if arguments.json:
        machine(document)
    else:
        bump_text(Console(), document)
    return 0


def lint(arguments: argparse.Namespace) -> int:
    from executor import sarif
    from executor.intake import task_files
    from executor.lint import RULES
    from executor.lint import lint as look
    from executor.repository import open_workspace

    workspace = open_workspace(arguments.start)
    files = [Path(arguments.start, each) for each in arguments.files] or task_files(workspace)
    missing = next((each for each in files if not each.exists()), None)
    if missing is not None:
        raise UsageError(f"there is no {missing}", remedy="check the path; without one, all task files are looked at")
    results = look(workspace, files, manifests=not arguments.files)
    if arguments.sarif:
        print_raw(sarif.write("executor lint", RULES, results))
    elif arguments.json:
        machine([{name: getattr(each, name) for name in each.__dataclass_fields__} for each in results])
    else:
        lint_text(Console(), results, len(files))
    wrong = [each for each in results if each.level == "error" or arguments.strict]
    return 1 if wrong else 0


def report(arguments: argparse.Namespace) -> int:
    from executor.last_report import find

    document = find(arguments.task, arguments.start)
    if arguments.json:
        machine(document)
    else:
        report_text(Console(), document)
    return 0


def doctor(arguments: argparse.Namespace) -> int:
    from executor.doctor import examine

    rows = examine(arguments.start)
    if arguments.json:
        machine(rows)
    else:
        findings(Console(), rows)
    return 0 if all(row["ok"] or not row["needed"] for row in rows) else 1


def schema(arguments: argparse.Namespace) -> int:
    if arguments.name == "operations":
        from executor.all_operations import describe

        machine(describe())
    elif arguments.name == "input":
        from executor.contract import schema as input_schema

        machine(input_schema())
    elif arguments.name == "verification":
        from executor.gate.contract import schema as verification_schema

        machine(verification_schema())
    else:
        from executor.report import schema as report_schema

        machine(report_schema())
    return 0


__all__ = ["bump", "doctor", "explain", "lint", "report", "run", "schema"]
