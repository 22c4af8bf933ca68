"""The certificate: one document with two readings of the same facts.

For people it is source 004's Markdown, for programs an in-toto Statement in a DSSE envelope at the document's end. The
Markdown is a pure function of the statement, so `check` renders it again and compares: no byte of it can be changed
without being seen. Beside it stands in-toto's test-result predicate over the same subjects, signed as well.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from executor.convert import ConversionError, convert
from executor.gate.envelope import Rejected, opened, payload_of, sealed, sha256_of, statement_of
from executor.gate.keys import SigningKey, TrustedKey
from executor.gate.verdict import Decision, Recorded, decide
from executor.values import asdict, dataclass, field

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:executor:certificate:v1"
TEST_RESULT_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
DESCRIPTOR = "gitops_verification"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Blob:
    """A file as git stores it: mode (`100644`) and object id."""

    mode: str
    blob: str


@dataclass(frozen=True, slots=True)
class Change:
    """One path of the certified change; None where there is no such file before or after."""

    path: str
    before: Blob | None
    after: Blob | None


@dataclass(frozen=True, slots=True)
class RepositoryPart:
    """The certified change in one repository: `tree` is `base` with exactly `changes`. `root` is the commit that the
    base's history begins with, which tells it from another repository with the same files; None where that is not here
    (no commit yet, a shallow clone)."""

    name: str
    branch: str | None
    base: str | None
    tree: str
    changes: tuple[Change, ...]
    root: str | None = None


@dataclass(frozen=True, slots=True)
class TaskPart:
    """`found` is the blob of the task file as the first run found it, `committed` the one in the base commit."""

    id: str
    title: str
    path: str
    type: str | None
    found: str | None
    committed: str | None
    certified: str


@dataclass(frozen=True, slots=True)
class RanPart:
    """What the verifier itself ran or asked, and the digest of what came back."""

    command: str
    exit_code: int | None
    output_sha256: str


@dataclass(frozen=True, slots=True)
class OperationPart:
    operation: str
    arguments: Mapping[str, Any]
    verdict: str
    ran: tuple[RanPart, ...]
    evidence_sha256: str


@dataclass(frozen=True, slots=True)
class ManualPart:
    by: str
    note: str


@dataclass(frozen=True, slots=True)
class CriterionPart:
    """`claim` is the digest of what the tick claims (claims.meaning): the sentence alone may stand in many places."""

    index: int
    criterion: str
    line: int
    verdict: str
    claim: str
    operations: tuple[OperationPart, ...] = ()
    manual: ManualPart | None = None


@dataclass(frozen=True, slots=True)
class OpenPart:
    index: int
    criterion: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckPart:
    name: str
    group: str
    status: str
    command: str
    expected: str
    actual: str
    evidence_sha256: str


@dataclass(frozen=True, slots=True)
class ReportPart:
    path: str
    run_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ImagePart:
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class PlacePart:
    """A line that the verifier read in the certified tree: it exists and says this."""

    repository: str
    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class ToolPart:
    version: str
    sha256: str | None


@dataclass(frozen=True, slots=True)
class VerifierPart:
    program: str
    version: str
    key: str
    key_name: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is certified; `status`, `rationale` and `conditions` follow from the rest."""

    id: str
    issued: str
    component: str
    verifier: VerifierPart
    checks_version: int
    task: TaskPart
    repositories: tuple[RepositoryPart, ...]
    criteria: tuple[CriterionPart, ...]
    checks: tuple[CheckPart, ...]
    configuration_sha256: str
    open: tuple[OpenPart, ...] = ()
    reports: tuple[ReportPart, ...] = ()
    images: tuple[ImagePart, ...] = ()
    places: tuple[PlacePart, ...] = ()
    tools: Mapping[str, ToolPart] = field(default_factory=dict)
    descriptor: str = DESCRIPTOR

    @property
    def moment(self) -> datetime:
        return datetime.strptime(self.issued, _TIME).replace(tzinfo=UTC)

    @property
    def file_name(self) -> str:
        """Source 004: `{descriptor}_{component}_{YYYYMMDD_HHMMSS}.md`."""
        return f"{self.descriptor}_{self.component}_{self.moment:%Y%m%d_%H%M%S}.md"

    @property
    def decision(self) -> Decision:
        checks = [Recorded(each.name, each.status, each.group, each.actual) for each in self.checks]
        return decide(self.checks_version, checks, [_recorded(each) for each in self.criteria])


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that was read and found to be true to itself. `digest` is that of the signed statement."""

    facts: Facts
    digest: str
    document: bytes
    key: TrustedKey

    @property
    def decision(self) -> Decision:
        return self.facts.decision


def component_of(task_id: str) -> str:
    """The file name's middle: lower case, words joined by `_`."""
    return re.sub(r"[^a-z0-9]+", "_", task_id.lower()).strip("_") or "task"


def time_text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):{_TIME}}"


def statement_for(facts: Facts) -> dict[str, Any]:
    decision = facts.decision
    predicate = {**asdict(facts), "status": decision.status.value, "rationale": decision.rationale,
                 "conditions": list(decision.conditions)}  # fmt: skip
    return {
        "_type": STATEMENT_TYPE,
        "subject": subjects(facts),
        "predicateType": PREDICATE_TYPE,
        "predicate": _plain(predicate),
    }


def subjects(facts: Facts) -> list[dict[str, Any]]:
    """What is certified, each by digest: trees, base commits, path → blob, task file, reports, images."""
    found = []
    for each in facts.repositories:
        found.append({"name": f"{each.name}:tree", "digest": {"gitTree": each.tree}})
        if each.base is not None:
            found.append({"name": f"{each.name}:base", "digest": {"gitCommit": each.base}})
        found += [
            {"name": f"{each.name}:{change.path}", "digest": {"gitBlob": change.after.blob}}
            for change in each.changes
            if change.after is not None
        ]
    task = facts.task
    blobs = {"found": task.found, "committed": task.committed, "certified": task.certified}
    found += [
        {"name": f"task:{state}:{task.path}", "digest": {"gitBlob": blob}} for state, blob in blobs.items() if blob
    ]
    found += [{"name": f"report:{each.path}", "digest": {"sha256": each.sha256}} for each in facts.reports]
    found += [
        {"name": f"image:{each.name}", "digest": {"sha256": each.digest.removeprefix("sha256:")}}
        for each in facts.images
    ]
    return found


def test_result(statement: Mapping[str, Any]) -> dict[str, Any]:
    """in-toto's test-result predicate of the same checks, for tools that know that one and not ours."""
    predicate = statement["predicate"]
    by_status: dict[str, list[str]] = {"pass": [], "warn": [], "fail": []}
    for check in predicate["checks"]:
        by_status.get(check["status"], by_status["fail"]).append(check["name"])
    result = "FAILED" if by_status["fail"] else "WARNED" if by_status["warn"] else "PASSED"
    configuration = [
        {"name": "executor.toml", "digest": {"sha256": predicate["configuration_sha256"]}},
        *(
            {"name": name, "digest": {"sha256": tool["sha256"]}}
            for name, tool in sorted(predicate["tools"].items())
            if tool["sha256"]
        ),
    ]
    return {
        "_type": STATEMENT_TYPE,
        "subject": statement["subject"],
        "predicateType": TEST_RESULT_TYPE,
        "predicate": {
            "result": result,
            "configuration": configuration,
            "passedTests": by_status["pass"],
            "warnedTests": by_status["warn"],
            "failedTests": by_status["fail"],
        },
    }


def issue(facts: Facts, key: SigningKey) -> bytes:
    """The signed document."""
    statement = statement_for(facts)
    return render(facts, sealed(statement, key), sealed(test_result(statement), key))


# Reading


def parse(document: bytes) -> tuple[bytes, bytes]:
    """The two envelopes of a document. Raises Rejected."""
    found = re.search(
        rb"\n```json certificate\n(\{[^\n]+\})\n```\n\n```json test-result\n(\{[^\n]+\})\n```\n\Z", document
    )
    if found is None:
        raise Rejected("it does not end with a signed statement")
    return found[1], found[2]


def check(document: bytes, trusted: Mapping[str, TrustedKey], *, now: datetime | None = None) -> Certificate:
    """The certificate, if every byte of the document is what a trusted key signed, in its time. Raises Rejected."""
    envelope, beside = parse(document)
    statement, key = opened(envelope, trusted)
    facts = facts_of(statement)
    moment = facts.moment
    if not key.covers(moment):
        raise Rejected(
            f"it was signed at {facts.issued}, outside of the validity of {key.name}'s key "
            f"({time_text(key.valid_from)} to {time_text(key.valid_until)})"
        )
    if moment > (now or datetime.now(UTC)) + _CLOCKS_DIFFER:
        raise Rejected(f"it says that it was signed at {facts.issued}, which is still to come")
    if facts.verifier.key != key.id:
        raise Rejected("it names another key as its verifier's than the one that signed it")
    other, signer = opened(beside, trusted)
    if other != test_result(statement) or signer.id != key.id:
        raise Rejected("its test result is not that of its statement")
    if render(facts, envelope, beside) != document:
        raise Rejected("its text is not what its signed statement says")
    return Certificate(facts, digest_of(envelope), document, key)


def digest_of(envelope: bytes) -> str:
    """The certificate's digest: sha256 of the signed statement, the same whoever signs."""
    return f"sha256:{_sha256(payload_of(envelope)[0])}"


def facts_of(statement: Mapping[str, Any]) -> Facts:
    """The facts of a statement whose form is right and whose conclusions follow from them. Raises Rejected."""
    try:
        predicate = dict(statement["predicate"])
        concluded = [predicate.pop(key) for key in ("status", "rationale", "conditions")]
        facts: Facts = convert(Facts, predicate)
        follows = statement_for(facts)
    except ConversionError as error:
        raise Rejected(f"its statement has another form: {'.'.join(map(str, error.path))}: {error.message}") from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Rejected(f"its statement has another form: {error}") from None
    if concluded != [follows["predicate"][key] for key in ("status", "rationale", "conditions")]:
        raise Rejected(f"its status {concluded[0]} does not follow from its verdicts ({facts.decision.status})")
    if follows != statement:
        raise Rejected("its subjects are not those of its facts")
    return facts


def peek(document: bytes) -> Facts:
    """The facts without believing anyone: to show a document, or to look for the one that fits. Raises Rejected."""
    return facts_of(statement_of(payload_of(parse(document)[0])[0]))


# The text


def render(facts: Facts, envelope: bytes, beside: bytes) -> bytes:
    """Source 004's certificate. A pure function: the same facts and envelopes are the same bytes."""
    decision = facts.decision
    when = f"{facts.moment:%Y-%m-%d %H:%M:%S} UTC"
    agent = f"{facts.verifier.program} {facts.verifier.version} (key {facts.verifier.key_name}, {facts.verifier.key})"
    lines = [
        f"# {facts.descriptor.upper()} CERTIFICATE",
        "",
        f"**Component**: {one_line(facts.task.id)}: {one_line(facts.task.title)}",
        f"**Agent**: {agent}",
        f"**Date**: {when}",
        f"**Certificate ID**: {facts.id}",
        "",
        *_section("REVIEW SCOPE", _scope(facts)),
        *_section("FINDINGS", _findings(facts)),
        "## DECISION/OUTCOME",
        f"**Status**: {decision.status}",
        f"**Rationale**: {one_line(decision.rationale)}",
        f"**Conditions**: {one_line('; '.join(decision.conditions)) or 'none'}",
        "",
        *_section("EVIDENCE", _evidence(facts)),
        "## SIGNATURE",
        f"Agent: {agent}",
        f"Timestamp: {when}",
        f"Certificate Hash: {digest_of(envelope)}",
        "",
        "```json certificate",
        envelope.decode(),
        "```",
        "",
        "```json test-result",
        beside.decode(),
        "```",
    ]
    return ("\n".join(lines) + "\n").encode()


def speaks_of(document: bytes, paths: Iterable[str]) -> bool:
    """Whether its text names one of these paths as changed: a quick look before it is checked."""
    return any(f"\n- {one_line(f'File {path}:')} ".encode(errors="replace") in document for path in paths)


def shown_digest(document: bytes) -> str | None:
    """The digest that its text shows; as quick."""
    found = re.search(rb"\nCertificate Hash: (sha256:[0-9a-f]{64})\n", document)
    return found[1].decode() if found else None


def shown_task(document: bytes) -> str | None:
    """The task file that its text shows, as one line (`one_line`); as quick."""
    found = re.search(rb"\n- Task file (.+): (?:[0-9a-f]{40,64}|absent) in the base commit, ", document)
    return found[1].decode(errors="replace") if found else None


def _section(title: str, items: Iterable[str]) -> list[str]:
    return [f"## {title}", *(f"- {one_line(each)}" for each in items), ""]


def _scope(facts: Facts) -> Iterable[str]:
    task = facts.task
    yield f"Task file {task.path}: {_blob(task.committed)} in the base commit, {task.certified} certified"
    for each in facts.repositories:
        yield f"Repository {each.name}, branch {each.branch}: tree {each.tree} on base commit {each.base or 'none'}"
        for change in each.changes:
            before = _blob(change.before.blob if change.before else None)
            yield f"File {change.path}: {before} → {_blob(change.after.blob if change.after else None)}"
    for report in facts.reports:
        yield f"Report {report.path} of run {report.run_id}: sha256 {report.sha256}"
    for check in facts.checks:
        yield f"Test {check.name}{f': `{check.command}`' if check.command else ''}"


def _findings(facts: Facts) -> Iterable[str]:
    for each in facts.criteria:
        by = f" by {each.manual.by}: {each.manual.note}" if each.manual else ""
        yield f"Criterion {each.index} {each.verdict}{by}: {each.criterion}"
    for check in facts.checks:
        if check.status != "pass":
            yield f"{check.status.upper()} {check.name}: expected {check.expected}; found {check.actual}"
    for image in facts.images:
        yield f"Image {image.name} is {image.digest} in the registry"
    for left in facts.open:
        yield f"Open, not part of this certificate: criterion {left.index} ({left.criterion}): {left.reason}"


def _evidence(facts: Facts) -> Iterable[str]:
    for place in facts.places:
        yield f"{place.path}:{place.line}: {place.text}"
    for check in facts.checks:
        yield f"{check.name}: {check.status}; {check.actual}"
    for each in facts.criteria:
        for done in each.operations:
            for ran in done.ran:
                code = "no exit code" if ran.exit_code is None else f"exit code {ran.exit_code}"
                yield f"Criterion {each.index}: `{ran.command}`: {code}, output sha256 {ran.output_sha256}"
    for name, tool in sorted(facts.tools.items()):
        yield f"Tool {name} {tool.version}: sha256 {tool.sha256 or 'not a file here'}"
    yield f"Configuration executor.toml: sha256 {facts.configuration_sha256}"


def _recorded(each: CriterionPart) -> Recorded:
    note = f"{each.manual.by}: {each.manual.note}" if each.manual else ""
    return Recorded(f"criterion {each.index}", each.verdict, note=note)


def one_line(text: str) -> str:
    """One line: no text of a task can end its list item and begin another section."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _blob(blob: str | None) -> str:
    return blob or "absent"


def _plain(value: Any) -> Any:
    """JSON has lists and no tuples, and canonical JSON of ours no floats."""
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(each) for each in value]
    return repr(value) if isinstance(value, float) else value


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def signed_bytes(document: bytes) -> tuple[bytes, bytes]:
    """What openssl needs to check the signature by itself: the bytes that were signed, and the signature."""
    from executor.gate.envelope import pae

    envelope = parse(document)[0]
    return pae(payload_of(envelope)[0]), base64.b64decode(json.loads(envelope)["signatures"][0]["sig"])


__all__ = ["Certificate", "Facts", "Rejected", "check", "facts_of", "issue", "peek", "render", "sha256_of"]
