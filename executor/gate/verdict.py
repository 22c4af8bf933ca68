"""What a check found, and what all of them together come to: a pure function, the same at every later look.

The status list is closed (source 004). This program writes five of its words; the others stay for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from executor.values import dataclass, field


class CheckStatus(StrEnum):
    """contracts.md, "Verification"."""

    PASS = "pass"  # noqa: S105 - a status
    FAIL = "fail"
    WARN = "warn"
    ERROR = "error"
    SKIP = "skip"


class Verdict(StrEnum):
    """Of one criterion that this task ticked. Only the first two are reasons to believe its box."""

    PROVED = "proved"
    MANUAL = "manual"
    DISPROVED = "disproved"
    UNPROVED = "unproved"


class CertificateStatus(StrEnum):
    """Source 004, "Certificate Status Options": these and no others."""

    APPROVED = "APPROVED"
    CONDITIONALLY_APPROVED = "CONDITIONALLY_APPROVED"
    REJECTED = "REJECTED"
    REQUIRES_REMEDIATION = "REQUIRES_REMEDIATION"
    GO = "GO"
    NO_GO = "NO_GO"
    RECOMMEND = "RECOMMEND"
    DO_NOT_RECOMMEND = "DO_NOT_RECOMMEND"
    ADVISORY_ONLY = "ADVISORY_ONLY"
    NEEDS_FURTHER_REVIEW = "NEEDS_FURTHER_REVIEW"
    EMERGENCY_STOP = "EMERGENCY_STOP"


APPROVING = frozenset({CertificateStatus.APPROVED, CertificateStatus.CONDITIONALLY_APPROVED})

CHECKS_VERSION = 1
GROUPS: Mapping[int, tuple[str, ...]] = {
    1: (
        "branch",
        "claims",
        "paths",
        "task-file",
        "boxes",
        "values",
        "images",
        "kustomize",
        "manifests",
        "secrets",
    )
}
"""The groups of checks that a verification consists of, by the version of this list; all of them have to have run."""

_INTEGRITY = frozenset({"claims", "paths", "task-file", "boxes"})
"""A failure here means that a record is not true, not that a manifest wants mending."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found. `criteria` are the indexes whose boxes it speaks about: a failure disproves them.

    `cause` and `remedy` are sentences for people, `task_issue` whether the task's own work is at fault (a registry that
    is down is not). `transient`: the same look may well succeed a moment later.
    """

    group: str
    name: str
    status: CheckStatus
    expected: str
    actual: str
    command: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    criteria: tuple[int, ...] = ()
    cause: str = ""
    remedy: str = ""
    task_issue: bool = True
    transient: bool = False

    @property
    def good(self) -> bool:
        return self.status in (CheckStatus.PASS, CheckStatus.WARN)


@dataclass(frozen=True, slots=True)
class Decision:
    """The status, why, and on what conditions."""

    status: CertificateStatus
    rationale: str
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A check or a criterion as far as the decision looks at it; `verdict` is a word, known or not."""

    name: str
    verdict: str
    group: str = ""
    note: str = ""


def decide(version: int, checks: Sequence[Recorded], criteria: Sequence[Recorded]) -> Decision:
    """Unknown words, missing groups, skipped, timed out and empty never approve."""
    failed = [each for each in checks if each.verdict == CheckStatus.FAIL]
    disproved = [each for each in criteria if each.verdict == Verdict.DISPROVED]
    if failed or disproved:
        return _failed(failed, disproved)
    open_ends = _open_ends(version, checks, criteria)
    if open_ends:
        return Decision(CertificateStatus.NEEDS_FURTHER_REVIEW, "Not everything is proved: " + "; ".join(open_ends))
    conditions = tuple(_conditions(checks, criteria))
    proved = counted(sum(each.verdict == Verdict.PROVED for each in criteria), "criterion proved", "criteria proved")
    manual = sum(each.verdict == Verdict.MANUAL for each in criteria)
    words = f"{proved}, {manual} declared by hand, {counted(len(checks), 'check')} without a failure"
    if conditions:
        return Decision(CertificateStatus.CONDITIONALLY_APPROVED, words, conditions)
    return Decision(CertificateStatus.APPROVED, words)


def _failed(failed: Sequence[Recorded], disproved: Sequence[Recorded]) -> Decision:
    words = [f"{each.name} failed" for each in failed] + [f"{each.name} is disproved" for each in disproved]
    status = CertificateStatus.REQUIRES_REMEDIATION
    if any(each.group in _INTEGRITY for each in failed):
        status = CertificateStatus.REJECTED
    return Decision(status, "; ".join(words))


def _open_ends(version: int, checks: Sequence[Recorded], criteria: Sequence[Recorded]) -> list[str]:
    if version not in GROUPS:
        return [f"the list of checks {version} is not known"]
    good = (CheckStatus.PASS, CheckStatus.WARN)
    missing = [group for group in GROUPS[version] if not any(each.group == group for each in checks)]
    words = [f"{group} was not looked at" for group in missing]
    words += [f"{each.name}: {each.verdict}" for each in checks if each.verdict not in good]
    words += [
        f"{each.name}: {each.verdict}" for each in criteria if each.verdict not in (Verdict.PROVED, Verdict.MANUAL)
    ]
    return words if criteria else [*words, "no box was ticked"]


def _conditions(checks: Iterable[Recorded], criteria: Iterable[Recorded]) -> Iterable[str]:
    for each in criteria:
        if each.verdict == Verdict.MANUAL:
            yield f"{each.name} is a person's word: {each.note}"
    for each in checks:
        if each.verdict == CheckStatus.WARN:
            yield f"{each.name}: {each.note}"


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
