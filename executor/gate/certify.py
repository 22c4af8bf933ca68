"""From what was found to the facts of a certificate. Nothing is concluded here: the status follows from the facts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from executor import __version__
from executor.gate import certificate as certificates
from executor.gate.case import Case, Subject
from executor.gate.certificate import (
    CheckPart,
    CriterionPart,
    Facts,
    ManualPart,
    OpenPart,
    PlacePart,
    ReportPart,
    RepositoryPart,
    TaskPart,
    ToolPart,
    VerifierPart,
)
from executor.gate.checks.task_file import manual_of
from executor.gate.claims import claim_digest, said
from executor.gate.envelope import sha256_of
from executor.gate.verdict import CHECKS_VERSION, CheckStatus, Found, Verdict
from executor.taskfile.model import Criterion
from executor.tools import files

MOST_PLACES = 200
LONGEST_LINE = 200


def facts_of(case: Case, found: Sequence[Found], key_id: str, key_name: str) -> Facts:
    """Everything that the certificate says, from the case and what its looks found."""
    moment = datetime.now(UTC).replace(microsecond=0)
    return Facts(
        id=f"{case.task.id}-{moment:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
        issued=certificates.time_text(moment),
        component=certificates.component_of(case.task.id),
        verifier=VerifierPart("executor", __version__, key_id, key_name),
        checks_version=CHECKS_VERSION,
        task=_task(case),
        repositories=tuple(_repository(each) for each in case.subjects.values()),
        criteria=tuple(_criterion(case, each, found) for each in case.ticked),
        checks=tuple(_check(case, each) for each in found),
        configuration_sha256=files.sha256(case.home.objects.file(case.home.tree, "executor.toml") or b""),
        open=tuple(_open(case)),
        reports=tuple(ReportPart(each.path, each.run_id, each.sha256) for each in case.runs),
        images=tuple(case.images),
        places=tuple(_places(case))[:MOST_PLACES],
        tools={name: ToolPart(version, digest) for name, version, digest in case.tools.used(None)},
    )


def _task(case: Case) -> TaskPart:
    home = case.home
    entry = home.objects.entries(home.tree, [case.task_path])[case.task_path]
    before = home.objects.entries(home.base, [case.task_path]).get(case.task_path) if home.base else None
    first = case.runs[0].document["task_blob"] if case.runs else None
    task_type = str(case.types.of_task) if case.types.of_task is not None else _reported_type(case)
    return TaskPart(
        case.task.id, case.task.title, case.task_path, task_type, first, before.blob if before else None, entry.blob
    )


def _reported_type(case: Case) -> str | None:
    return case.runs[-1].document["task_type"] if case.runs else None


def _repository(subject: Subject) -> RepositoryPart:
    return RepositoryPart(subject.repository.name, subject.state.branch, subject.base, subject.tree, subject.changes,
                          _root(subject))  # fmt: skip


def _root(subject: Subject) -> str | None:
    if subject.base is None or subject.objects.cut_off():
        return None
    return min(subject.objects.roots(subject.base))


def _criterion(case: Case, criterion: Criterion, found: Sequence[Found]) -> CriterionPart:
    parts = tuple(case.operations.get(criterion.index, ()))
    manual = _manual(case, criterion.index)
    return CriterionPart(criterion.index, said(criterion), criterion.line, verdict_of(case, criterion, found),
                         claim_digest(case.task, criterion), parts, manual)  # fmt: skip


def _manual(case: Case, index: int) -> ManualPart | None:
    claim = case.claims.proving(index)
    by_hand = manual_of(claim.passed[index]) if claim is not None else None
    return None if by_hand is None else ManualPart(str(by_hand["by"]), str(by_hand["note"]))


def verdict_of(case: Case, criterion: Criterion, found: Iterable[Found]) -> Verdict:
    """A look that said no disproves it; every operation has to be proved; a parent stands on its children."""
    about = [each for each in found if criterion.index in each.criteria]
    if any(each.status is CheckStatus.FAIL for each in about):
        return Verdict.DISPROVED
    if _manual(case, criterion.index) is not None:
        return Verdict.MANUAL
    claim = case.claims.proving(criterion.index)
    if claim is None or not all(each.good for each in about):
        return Verdict.UNPROVED
    parts = case.operations.get(criterion.index, [])
    claimed = claim.passed[criterion.index]["operations"]
    if len(parts) != len(claimed) or any(each.verdict != Verdict.PROVED for each in parts):
        return Verdict.UNPROVED
    below = [verdict_of(case, each, found) for each in case.ticked if each.index in criterion.children]
    if not parts and not criterion.children:
        return Verdict.UNPROVED
    return next((each for each in below if each not in (Verdict.PROVED, Verdict.MANUAL)), Verdict.PROVED)


def _check(case: Case, found: Found) -> CheckPart:
    mask = case.tools.masker
    evidence = json.loads(mask(json.dumps(_plain(found.evidence), default=str)))
    return CheckPart(
        found.name, found.group, found.status, mask(found.command), mask(found.expected), mask(found.actual),
        sha256_of(evidence),
    )  # fmt: skip


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return repr(value) if isinstance(value, float) else value


def _open(case: Case) -> Iterable[OpenPart]:
    reasons = {
        each["index"]: each["reason"] for claim in case.runs for each in claim.document["outcomes"] if each["reason"]
    }
    for each in case.task.criteria:
        if not each.checked and not each.withdrawn:
            reason = case.tools.masker(reasons.get(each.index, "not run"))
            yield OpenPart(each.index, said(each), reason)


def _places(case: Case) -> Iterable[PlacePart]:
    """Lines of the certified tree, read there: each ticked box, each changed line of a manifest."""
    lines = case.task.data.decode(errors="replace").split("\n")
    for each in case.ticked:
        yield PlacePart(case.home.repository.name, case.task_path, each.line, _line(case, lines[each.line - 1]))
    for subject in case.subjects.values():
        for change in subject.changes:
            if change.after is not None and change.path != case.task_path:
                old = subject.objects.blob(change.before.blob) if change.before else b""
                yield from _changed_lines(case, subject, change.path, old, subject.objects.blob(change.after.blob))


def _changed_lines(case: Case, subject: Subject, path: str, old: bytes, new: bytes) -> Iterable[PlacePart]:
    import difflib

    before, after = (data.decode(errors="replace").split("\n") for data in (old, new))
    for tag, _, _, start, end in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag in ("replace", "insert"):
            for number in range(start, end):
                yield PlacePart(subject.repository.name, path, number + 1, _line(case, after[number]))


def _line(case: Case, text: str) -> str:
    return case.tools.masker(text.strip())[:LONGEST_LINE]
