"""The commands of the gate: verify, certificate, keys, tick, gate. As in commands.py: arguments in, exit code out."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from executor.console import Console, machine
from executor.errors import RepositoryError, UsageError

_MARKS = {"pass": "✓", "warn": "!", "fail": "✗", "error": "?", "skip": "-"}


def _verify_parser(commands_of: Any, common: Any) -> None:
    verify = commands_of.add_parser("verify", help="check what a run claims, certify it, and commit it with --commit")
    verify.add_argument("task", nargs="?", metavar="TASK", help="a task file, a task id, or a report")
    verify.add_argument("--commit", action="store_true", help="commit it when every check passed")
    verify.add_argument("--checks", action="append", default=[], metavar="GROUP", help="only these (default: all)")
    verify.add_argument("--timeout", type=float, metavar="SECONDS", help="for the whole verification")
    verify.add_argument("--key", type=Path, metavar="FILE", help="the private key that signs the certificate")
    verify.add_argument("--after", nargs="?", const="HEAD", metavar="COMMIT", help="the chain on the cluster: not yet")
    verify.add_argument("--input", metavar="FILE", help="read the call as JSON (task_id, task_path, …); - is stdin")
    common(verify)
    verify.set_defaults(command=verify_command)


def _tick_parser(commands_of: Any, common: Any) -> None:
    tick = commands_of.add_parser("tick", help="declare a criterion done by a person")
    tick.add_argument("task", metavar="TASK", help="a task file, or a task id")
    tick.add_argument("criterion", type=int, metavar="N", help="its number, as explain shows it")
    tick.add_argument("--by", required=True, metavar="NAME", help="who did it")
    tick.add_argument("--note", required=True, metavar="TEXT", help="what was done")
    common(tick)
    tick.set_defaults(command=tick_command)


def _gate_parser(commands_of: Any, common: Any) -> None:
    gate = commands_of.add_parser("gate", help="for CI: is every tick and protected file of a proposal certified?")
    gate.add_argument("--base", metavar="REF", help="what the proposal is for; its policy and keys count")
    gate.add_argument("--head", metavar="REF", default="HEAD", help="the proposal (default: HEAD)")
    gate.add_argument("--notes", action="append", default=[], metavar="REF", help="where certificates are, besides")
    gate.add_argument("--junit", type=Path, metavar="FILE", help="write the findings as JUnit XML")
    gate.add_argument("--sarif", type=Path, metavar="FILE", help="write the findings as SARIF 2.1.0")
    common(gate)
    gate.set_defaults(command=gate_command)


def _certificate_parser(commands_of: Any, common: Any) -> None:
    parser = commands_of.add_parser("certificate", help="show or check a certificate; works offline")
    what = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, help_text, command in (
        ("show", "print a certificate", certificate_show),
        ("check", "is it whole, signed by a trusted key, and about this commit?", certificate_check),
    ):
        each = what.add_parser(name, help=help_text)
        each.add_argument(
            "which", nargs="?", default="HEAD", metavar="WHICH", help="a commit, or a file (default: HEAD)"
        )
        if name == "show":
            each.add_argument("--output", type=Path, metavar="FOLDER", help="write it there, under its own name")
            each.add_argument("--signed", type=Path, metavar="FOLDER", help="write what openssl needs to check it")
        else:
            each.add_argument("--keys", type=Path, metavar="FILE", help="trusted keys (default: of the main branch)")
            each.add_argument("--base", metavar="REF", help="take the trusted keys of this commit")
        common(each)
        each.set_defaults(command=command)


def _keys_parser(commands_of: Any, common: Any) -> None:
    parser = commands_of.add_parser("keys", help="keys that sign certificates")
    what = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    new = what.add_parser("new", help="make a key; its public half goes into .executor/trusted_keys")
    new.add_argument("name", metavar="NAME", help="whose key it is")
    new.add_argument("--days", type=int, default=365, help="how long it is valid (default: 365)")
    new.add_argument(
        "--folder", type=Path, metavar="FOLDER", help="where the private key goes, outside of repositories"
    )
    common(new)
    new.set_defaults(command=keys_new)


PARSERS = {
    "verify": _verify_parser,
    "tick": _tick_parser,
    "gate": _gate_parser,
    "certificate": _certificate_parser,
    "keys": _keys_parser,
}
"""What adds the parser of each command."""


def verify_command(arguments: argparse.Namespace) -> int:
    from executor.gate.verify import Call

    if arguments.task is None and arguments.after not in (None, "HEAD"):
        arguments.task, arguments.after = arguments.after, "HEAD"  # `--after TASK`: COMMIT may be left out
    console = Console(sys.stderr if arguments.json else sys.stdout)
    say = _Teller(console)
    key = None if arguments.key is None else arguments.start / arguments.key
    if arguments.input is not None:
        from executor.cli.given import read_input
        from executor.gate.contract import read_call

        besides = {"TASK": arguments.task, "--checks": arguments.checks, "--timeout": arguments.timeout is not None}
        call = read_call(read_input(arguments.input, arguments.start, besides), arguments.start, key=key, say=say)
    elif arguments.task is None:
        raise UsageError("which task?", remedy="executor verify TASK.md, or executor verify --input -")
    else:
        call = Call(arguments.task, arguments.start, tuple(arguments.checks) or ("all",), arguments.timeout,
                    key, say=say)  # fmt: skip
    if arguments.after is not None:
        return _after(call, console, json=arguments.json)
    return _verify(call, console, commit=arguments.commit, json=arguments.json)


def _after(call: Any, console: Console, *, json: bool) -> int:
    from executor.gate.verify import after

    document = after(call)
    console.line(f"{document['task_id']}: {document['failure_analysis']['root_cause']}")
    if json:
        machine(document)
    return 1


def _verify(call: Any, console: Console, *, commit: bool, json: bool) -> int:
    from executor.gate.verify import verified

    with verified(call) as done:
        _summary(console, done, committing=commit)
        code = _commit(done, console) if commit else 0 if done.success else 1
        if json:
            machine(done.document)
        return code


def _commit(done: Any, console: Console) -> int:
    """0: committed, and pushed where that is configured."""
    from executor.gate.commit import commit
    from executor.gate.hooks import NotCommitted
    from executor.gate.verify import record_commit

    try:
        commits = commit(done)
    except (NotCommitted, RepositoryError) as error:
        console.line(f"Not committed: {error}")
        return error.exit_code
    for each in commits:
        pushed = f", pushed to {each.pushed}" if each.pushed else ""
        pushed = f", but not pushed: {each.problem}" if each.problem else pushed
        console.line(f"Committed {each.commit[:12]} on {each.branch} of {each.repository}{pushed}")
    steps = list(dict.fromkeys(each.next_step for each in commits))
    record_commit(done, commits, "; ".join(steps))
    for step in steps:
        console.line(step)
    return 1 if any(each.problem for each in commits) else 0


class _Teller:
    """One line a check, as it is made."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def __call__(self, found: Any) -> None:
        colour = {"pass": "32", "warn": "33", "fail": "31", "error": "31", "skip": "33"}[found.status]
        mark = self.console.paint(_MARKS[found.status], colour)
        self.console.line(f"  {mark} {found.group:<10} {found.name}: {found.actual}")


def _summary(console: Console, done: Any, *, committing: bool) -> None:
    document = done.document
    counts = document["checks"]
    console.line()
    if done.standing is not None:
        console.line(f"{document['task_id']}: {document['check_results'][0]['actual']}")
        return
    console.line(f"{document['task_id']}: {document['overall_status']}, {counts['passed']} of {counts['total']} checks "
                 f"passed ({counts['warnings']} with a warning); {document['status']}")  # fmt: skip
    if document["failure_analysis"] is not None:
        analysis = document["failure_analysis"]
        console.line(f"Why: {analysis['root_cause']}")
        for each in analysis["remediation"]:
            console.line(f"  - {each}")
    for index in document["unticked"]:
        console.line(f"Criterion {index} is disproved and was unticked; the task file says so in its log.")
    if done.certificate_path is not None:
        console.line(f"Certificate: {done.certificate_path}")
    for each in done.warnings:
        console.line(f"Note: {each}")
    if not committing:
        console.line(document["next_action"])


def tick_command(arguments: argparse.Namespace) -> int:
    from executor.gate.tick import tick

    document = tick(arguments.task, arguments.start, arguments.criterion, arguments.by, arguments.note)
    if arguments.json:
        machine(document)
    else:
        console = Console()
        console.line(f"Ticked criterion {arguments.criterion} of {document['task_id']} by hand: "
                     f"{document['progress_log_entry']}")  # fmt: skip
        console.line(document["next_steps"])
    return 0


def gate_command(arguments: argparse.Namespace) -> int:
    from executor.gate.gate import judge
    from executor.gate.outputs import junit, sarif

    judged = judge(arguments.start, arguments.base, arguments.head, tuple(arguments.notes))
    for path, write in ((arguments.junit, junit), (arguments.sarif, sarif)):
        if path is not None:
            _write(arguments.start / path, write(judged).encode())
    console = Console(sys.stderr if arguments.json else sys.stdout)
    for each in judged.findings:
        console.line(f"✗ {each.place}: {each.rule}: {each.message}" if each.refuses else f"! {each.message}")
    console.line(judged.sentence)
    if arguments.json:
        machine(judged.document())
    return 0 if judged.accepted else 1


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", remedy="name another place") from None


def certificate_show(arguments: argparse.Namespace) -> int:
    from executor.gate.committed import find_document
    from executor.gate.inspect import is_one, summary, write_signed

    document = find_document(arguments.which, arguments.start)
    is_one(document)
    if arguments.output is not None:
        path = arguments.start / arguments.output / str(summary(document)["file"])
        _write(path, document)
        Console().line(str(path))
    elif arguments.signed is not None:
        for path in write_signed(document, arguments.start / arguments.signed):
            Console().line(str(path))
    elif arguments.json:
        machine(summary(document))
    else:
        for line in document.decode(errors="replace").splitlines():
            Console().line(line)
    return 0


def certificate_check(arguments: argparse.Namespace) -> int:
    from executor.gate.inspect import check_which

    keys = None if arguments.keys is None else arguments.start / arguments.keys
    checked = check_which(arguments.which, arguments.start, keys, arguments.base)
    if arguments.json:
        machine(checked.document())
    else:
        console = Console()
        for each in checked.said:
            console.line(each)
    return 0 if checked.good else 1


def keys_new(arguments: argparse.Namespace) -> int:
    from executor.gate import keys
    from executor.repository import top_of
    from executor.tools.git import Git

    root = top_of(arguments.start)
    folder = keys.key_folder() if arguments.folder is None else arguments.start / arguments.folder
    keys.may_trust(root, arguments.name)
    path, key = keys.create(arguments.name, folder, days=arguments.days)
    trusted = keys.trust(root, key)
    where = trusted.relative_to(root)
    if arguments.json:
        machine({"name": key.name, "id": key.id, "private_key": str(path), "trusted_keys": str(where)})
        return 0
    console = Console()
    console.line(f"Private key: {path} (keep it; it is never written into a repository)")
    console.line(f"Public key {key.id[:12]} of {key.name}: {where}, valid until {key.valid_until:%Y-%m-%d}")
    ignored = Git(root).attempt("check-ignore", "--quiet", str(where)).exit_code == 0
    add = f"git add {'--force ' * ignored}{where}"
    console.line(f"It counts once it is committed: {add} && git commit -m 'Trust the key of {key.name}'")
    return 0
