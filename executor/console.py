"""The only module that prints. Colour and the live line on a terminal only; no control character ever into a pipe."""

from __future__ import annotations

import functools
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from executor.errors import UsageError
from executor.models import Outcome, Status
from executor.reasons import ReasonCode
from executor.tools.masking import Masker

if TYPE_CHECKING:
    from rich.status import Status as Spinner

    from executor.planner import Plan, Planned
    from executor.sarif import Result

_COLOURS = {
    "passed": "32",
    "planned": "36",
    "runnable": "32",
    "failed": "31",
    "errored": "31",
    "refused": "31",
    "blocked": "33",
    "unresolved": "33",
    "verification": "34",
    "skipped": "2",
}
_WORD_COLOURS = {
    "verb": "35", "object": "36", "name": "32", "image": "32", "path": "36", "registry": "36", "version": "33",
    "predicate": "35", "repository": "32", "stopped": "31;1",
}  # fmt: skip
_LEFT_OF_TEXT = 18
_LEAST_INDENT = 4
_ROOM = 60
"""Columns that a text and its indent need to be read at ease."""


class Console:
    """Writes people's text to one stream."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream if stream is not None else sys.stdout
        self.terminal = self.stream.isatty()
        self.colour = self.terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.width = _columns() if self.terminal else 100

    def line(self, text: str = "") -> None:
        """One line. Nobody who stops reading (`| head`) and no full disk behind the stream stops a run half-way."""
        try:
            print(text if self.colour else clean(text), file=self.stream, flush=self.terminal)
        except OSError:
            silence(self.stream)

    def paint(self, text: str, colour: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self.colour and colour else text

    def status(self, status: str, width: int = 12) -> str:
        return self.paint(f"{status:<{width}}", _COLOURS.get(status, ""))

    def wrapped(self, text: str, indent: int) -> None:
        """Prose below something, indented and wrapped to the screen (a narrow one has no room for much of an indent);
        whole into a pipe."""
        margin = " " * self._margin(indent)
        for paragraph in clean(text).splitlines():
            self.line(self._filled(paragraph, margin) if self.terminal else margin + paragraph)

    def suggested(self, text: str, indent: int) -> None:
        """What is offered, to be pasted: its lines are not broken."""
        margin = " " * self._margin(indent)
        for line in clean(f"instead: {text}").splitlines():
            self.line(margin + line)

    def _margin(self, indent: int) -> int:
        return min(indent, max(_LEAST_INDENT, self.width - _ROOM)) if self.terminal else indent

    def titled(self, head: str, columns: int, text: str) -> None:
        """`text` behind a head of that many columns; on a narrow screen below it."""
        text = clean(text)
        if not self.terminal or columns + len(text) <= self.width:
            self.line(head + text)
        elif self.width < _ROOM:
            self.line(head.rstrip())
            self.wrapped(text, columns)
        else:
            self.line(head + self._filled(text, " " * columns)[columns:])

    def _filled(self, text: str, margin: str) -> str:
        import textwrap

        return textwrap.fill(
            text, self.width, initial_indent=margin, subsequent_indent=margin, break_long_words=False,
            break_on_hyphens=False,
        )  # fmt: skip

    def diff(self, text: str) -> None:
        colours = {"+": "32", "-": "31", "@": "36"}
        for line in text.splitlines():
            self.line(self.paint(clean(line), colours.get(line[:1], "")))


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def silence(stream: TextIO) -> None:
    """What is still to be written to `stream`, its buffer included, goes nowhere from now on."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def clean(text: str) -> str:
    """Without escape sequences and control characters, so that no file or tool can write over the terminal, and without
    secrets: what a terminal shows stands in the logs of CI."""
    return _masker()(re.sub(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", text))


@functools.cache
def _masker() -> Masker:
    return Masker.of_environment()


_SAID_BY_THE_BOX = (ReasonCode.ALREADY_TICKED, ReasonCode.WITHDRAWN, ReasonCode.FILTERED_OUT)


class RunPrinter:
    """Watches a run (observer.Observer): one line a criterion with its time, and a live line on long work."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._spinner: Spinner | None = None
        self._text = ""
        self._started = time.monotonic()

    def criterion_started(self, index: int, text: str) -> None:
        self._stop()
        self._started = time.monotonic()
        self._text = f"{index:>3}  {clean(text)}"
        if self.console.terminal:
            from rich.console import Console as RichConsole
            from rich.text import Text

            rich = RichConsole(file=self.console.stream, no_color=not self.console.colour)
            self._spinner = rich.status(Text(self._text))
            self._live(self._spinner.start)

    def operation_started(self, words: str) -> None:
        self.progress(words)

    def progress(self, text: str) -> None:
        if self._spinner is not None:
            from rich.text import Text

            elapsed = time.monotonic() - self._started
            room = max(20, self.console.width - 12)
            shown = Text(f"{self._text[:40]}  {elapsed:4.0f} s  {clean(text)}"[:room])
            self._live(functools.partial(self._spinner.update, shown))

    def retry(self, reason: str) -> None:
        self._print(f"{'':5}{self.console.paint('once more', '33')}: {clean(reason)}")

    def criterion_ended(self, outcome: Outcome, seconds: float) -> None:
        self._stop()
        took = f"{seconds:6.1f} s" if _worked(outcome) else " " * 8
        status = self.console.status(str(outcome.status))
        self.console.titled(f"{outcome.index:>3}  {status} {took}  ", 28, outcome.criterion)
        for operation in outcome.operations:
            if operation.words and operation.status in (Status.PASSED, Status.PLANNED):
                self.console.wrapped(operation.words, 28)
            for warning in operation.evidence.get("warnings", ()):
                self.console.wrapped(f"warning: {warning}", 28)
        if outcome.reason and outcome.reason_code not in _SAID_BY_THE_BOX:
            self.console.wrapped(outcome.reason, 28)
        if outcome.suggestion:
            self.console.suggested(outcome.suggestion, 28)

    def said(self, text: str) -> None:
        self._print(text)

    def _print(self, text: str) -> None:
        running = self._spinner
        if running is not None:
            self._live(running.stop)
        self.console.line(text)
        if running is not None:
            self._live(running.start)

    def _stop(self) -> None:
        if self._spinner is not None:
            self._live(self._spinner.stop)
            self._spinner = None

    def _live(self, do: Callable[[], None]) -> None:
        """Something with the live line. A terminal that was closed stops no run half-way."""
        try:
            do()
        except OSError:
            silence(self.console.stream)


def _worked(outcome: Outcome) -> bool:
    return any(each.attempts for each in outcome.operations)


def run_summary(console: Console, document: Mapping[str, Any], task_diff: str, report_path: str | None) -> None:
    """What came of a run: counts, the edits of a dry run, warnings, where the report is, what to type next."""
    counts = document["criteria"]
    console.line()
    if document["dry_run"]:
        for outcome in document["outcomes"]:
            for operation in outcome["operations"]:
                if operation["planned_edit"] and operation["status"] == "planned":
                    console.diff(operation["planned_edit"])
    elif task_diff:
        console.diff(task_diff)
    for warning in document["warnings"]:
        console.line(f"{console.paint('warning', '33')}: {clean(warning)}")
    console.line(
        f"{document['task_id']}: {document['status'].replace('_', ' ')}; {counts['completed']} of {counts['total']} "
        f"ticked, {counts['failed']} failed, {counts['remaining']} open"
    )
    if report_path is not None:
        console.line(f"report: {report_path}")
    console.line(clean(document["next_steps"]))


def explanation(console: Console, plan: Plan, task_type: str | None, warnings: Iterable[str] = ()) -> None:
    """`executor explain` for people: per criterion the state, the words with what they were taken for, the reason."""
    from executor.explain import state

    types = ", ".join(str(each) for each in plan.types.every) or f"no type label ({task_type} by its criteria)"
    console.line(f"{plan.task.id}  {clean(plan.task.title)}  [{types}]")
    for planned in plan.criteria:
        console.line()
        console.line(f"{planned.criterion.index:>3}  {console.status(state(planned))} {_coloured(console, planned)}")
        for step in planned.steps:
            if step.forecast is not None:
                console.wrapped(f"{step.request.operation}: {step.forecast.words}", _LEFT_OF_TEXT)
                for warning in step.forecast.warnings:
                    console.wrapped(f"warning: {warning}", _LEFT_OF_TEXT)
            else:
                given = ", ".join(f"{key}={_short(value)}" for key, value in step.settled.items())
                console.wrapped(f"{step.request.operation}({given})", _LEFT_OF_TEXT)
        if planned.cannot is not None and planned.cannot.reason:
            console.wrapped(planned.cannot.reason, _LEFT_OF_TEXT)
            if planned.recognised.suggestion:
                console.suggested(planned.recognised.suggestion, _LEFT_OF_TEXT)
    for warning in (*plan.task.warnings, *warnings):
        console.line(f"{console.paint('warning', '33')}: {clean(warning)}")


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _coloured(console: Console, planned: Planned) -> str:
    """The stem, its words coloured by what they were taken for. A secret in it may be several words: no colour then."""
    if (whole := clean(planned.recognised.stem)) != planned.recognised.stem or not console.colour:
        return whole
    stem, text, end = planned.recognised.stem, "", 0
    for word in sorted(planned.recognised.words, key=lambda each: each.start):
        if word.start < end:
            continue
        text += clean(stem[end : word.start])
        text += console.paint(clean(stem[word.start : word.end]), _WORD_COLOURS.get(word.taken_for, ""))
        end = word.end
    return text + clean(stem[end:])


def bump_text(console: Console, document: Mapping[str, Any]) -> None:
    """`executor bump` for people: what was done, the diff of the file, and of what is rendered."""
    console.diff(document["diff"])
    evidence = document["evidence"]
    for change in evidence.get("changes", ()):
        console.line(clean(f"rendered: {change['object']} {change['field']}: {change['before']} → {change['after']}"))
    for build in evidence.get("builds", ()):
        console.line(clean(f"built: {build['path']} ({build['seconds']:.1f} s)"))
    for warning in document["warnings"]:
        console.line(f"{console.paint('warning', '33')}: {clean(warning)}")
    prefix = "dry run, nothing was written: would have " if document["dry_run"] and document["changed"] else ""
    console.line(clean(prefix + document["words"]))


def lint_text(console: Console, results: Sequence[Result], files: int) -> None:
    """`executor lint` for people: one finding a line, as compilers write them."""
    colours = {"error": "31", "warning": "33", "note": "2"}
    for each in results:
        level = console.paint(each.level, colours[each.level])
        message, *more = each.message.splitlines()
        console.line(f"{clean(each.path)}:{each.line}: {level}: {clean(message)} [{each.rule}]")
        for line in more:
            console.line(f"    {line}")
    errors = sum(each.level == "error" for each in results)
    counts = ((files, "task file"), (errors, "error"), (len(results) - errors, "warning"))
    console.line(", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in counts))


def findings(console: Console, rows: Sequence[Mapping[str, Any]]) -> None:
    """`executor doctor`: what is there, what is missing, how to get it."""
    for row in rows:
        word = console.status("ok" if row["ok"] else ("missing" if row["needed"] else "absent"), 8)
        word = console.paint(word, "32" if row["ok"] else "33") if console.colour else word
        console.line(f"{word} {row['name']:<22} {clean(row['found'])}")
        if not row["ok"]:
            console.wrapped(row["remedy"], 9)


def report_text(console: Console, document: Mapping[str, Any]) -> None:
    """`executor report` for people."""
    console.line(f"{document['task_id']}  {clean(document['task_title'])}")
    console.line(f"run {document['run_id']}, {document['started_at']} to {document['finished_at']}")
    done = {each["criterion"]: each for each in document["completed_criteria"]}
    for outcome in document["outcomes"]:
        head = f"{outcome['index']:>3}  {console.status(outcome['status'])} "
        console.titled(head, _LEFT_OF_TEXT, outcome["criterion"])
        if outcome["status"] == "passed":
            console.wrapped(done[outcome["criterion"]]["output"], _LEFT_OF_TEXT)
        for operation in outcome["operations"]:
            for attempt in operation["attempts"]:
                for ran in (*attempt["before"], attempt):
                    log = f"; all that it said: {ran['log']}" if ran["log"] else ""
                    if ran["ran"]:
                        console.wrapped(f"ran {ran['ran']} ({ran['seconds']:.1f} s{log})", _LEFT_OF_TEXT)
        if outcome["reason"]:
            console.wrapped(outcome["reason"], _LEFT_OF_TEXT)
    run_summary(console, document, "", None)


def print_raw(text: str) -> None:
    """A document that is made already, for programs. A program that does not read it to its end has seen enough; where
    it cannot be written (a full disk), that is an error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout)
    except OSError as error:
        silence(sys.stdout)
        raise UsageError(f"the JSON could not be written: {error.strerror}") from None


def machine(document: Any) -> None:
    """JSON for programs: one document on stdout; escaped where the stream is not UTF-8."""
    unicode = (sys.stdout.encoding or "").casefold().replace("-", "") == "utf8"
    print_raw(json.dumps(_masker().whole(document), indent=2, ensure_ascii=not unicode, default=str) + "\n")
