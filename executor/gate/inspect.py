"""`executor certificate show|check`: reads files and git objects, asks nobody."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from executor.errors import ConfigError, RepositoryError, UsageError
from executor.gate import certificate as certificates
from executor.gate import keys
from executor.gate.certificate import Certificate, Change, Facts, Rejected, RepositoryPart
from executor.gate.committed import brings_only_a_certificate, find_document, is_certificate_path
from executor.gate.message import CERTIFICATE_TRAILER, trailers
from executor.gate.objects import Objects
from executor.gate.verdict import APPROVING
from executor.repository import Repository, open_workspace
from executor.safety import DEFAULT_BRANCHES
from executor.values import dataclass


@dataclass(frozen=True)
class Checked:
    """Whether a certificate may be believed, in sentences. `facts` is None where it cannot even be read."""

    good: bool
    said: tuple[str, ...]
    facts: Facts | None = None

    def document(self) -> dict[str, Any]:
        shown = {} if self.facts is None else summary_of(self.facts)
        return {"valid": self.good, "said": list(self.said), **shown}


def is_one(document: bytes) -> None:
    """Raises UsageError for what has not even the form of a certificate; nothing else is checked."""
    try:
        certificates.parse(document)
    except Rejected as error:
        raise UsageError(f"no certificate: {error}") from None


def summary(document: bytes) -> dict[str, Any]:
    """A certificate's facts as JSON; nothing is checked but its form. Raises UsageError."""
    try:
        return summary_of(certificates.peek(document))
    except Rejected as error:
        raise UsageError(f"no certificate: {error}") from None


def summary_of(facts: Facts) -> dict[str, Any]:
    statement = certificates.statement_for(facts)
    return {"file": facts.file_name, "status": facts.decision.status.value, "statement": statement}


def write_signed(document: bytes, folder: Path) -> list[Path]:
    """The signed bytes and the signature as files, for openssl (docs/certificate.md)."""
    try:
        signed, signature = certificates.signed_bytes(document)
    except Rejected as error:
        raise UsageError(f"no certificate: {error}") from None
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "signed.bin", folder / "signature.bin"]
    for path, data in zip(paths, (signed, signature), strict=True):
        path.write_bytes(data)
    return paths


def check_which(which: str, start: Path, key_file: Path | None, base: str | None) -> Checked:
    """Check a file's certificate, or a commit's against that commit."""
    document = find_document(which, start)
    repository = _repository(start)
    trusted, source = _trusted(repository, key_file, base)
    try:
        certificate = certificates.check(document, trusted)
    except Rejected as error:
        return Checked(False, (f"Rejected: {error}", f"Trusted keys: {keys.names(trusted.values())}, from {source}"))
    said = [f"Signed by {certificate.key.name} ({certificate.key.id[:12]}) at {certificate.facts.issued}; "
            f"trusted by {source}"]  # fmt: skip
    objects = None if repository is None else Objects(repository.root)
    problem = None
    if not Path(start, which).is_file() and objects is not None:
        commit, named = str(objects.named(which)), which
        if brings_only_a_certificate(objects, commit):
            commit, named = str(objects.resolve(f"{commit}^")), f"{which}^"
        problem = other_content(objects, commit, certificate)
        if problem is None:
            said.append(f"The commit {named} brings exactly what was certified")
    if problem is None and objects is not None:
        problem = _places(objects, certificate.facts, said)
    if problem is not None:
        return Checked(False, (*said, f"Rejected: {problem}"), certificate.facts)
    decision = certificate.decision
    said.append(f"{decision.status}: {decision.rationale}")
    said += [f"Condition: {each}" for each in decision.conditions]
    return Checked(decision.status in APPROVING, tuple(said), certificate.facts)


def _repository(start: Path) -> Repository | None:
    try:
        return open_workspace(start).home
    except RepositoryError:
        return None


def _trusted(
    repository: Repository | None, file: Path | None, base: str | None
) -> tuple[dict[str, keys.TrustedKey], str]:
    """Whom to believe: a file that is named, else a commit that is named, else the main branch. Never what lies in the
    work tree by itself: it may be the proposal's."""
    if file is not None:
        try:
            return keys.parse_trusted(file.read_text(encoding="utf-8"), str(file)), str(file)
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot be read: {error}", place=str(file)) from None
    if repository is None:
        raise UsageError("not inside a repository: whose keys are trusted?", remedy="--keys FILE")
    objects = Objects(repository.root)
    branches = (repository.branch,) if repository.branch else DEFAULT_BRANCHES
    places = [f"refs/{kind}/{each}" for kind in ("heads", "remotes/origin") for each in branches]
    for name in [base] if base else places:
        commit = objects.named(name)
        if commit is not None:
            data = objects.file(commit, keys.TRUSTED_KEYS)
            return keys.parse_trusted((data or b"").decode(errors="replace")), f"{keys.TRUSTED_KEYS} of {_short(name)}"
    raise UsageError("neither --keys nor a main branch says which keys are trusted", remedy="--keys FILE or --base REF")


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("refs/remotes/")


def other_content(objects: Objects, commit: str, certificate: Certificate) -> str | None:
    """How a commit differs from what was certified; None where it brings exactly that."""
    parent = objects.resolve(f"{commit}^")
    whole = objects.changes(parent, commit)
    changes = {each for each in whole if not _is_it(objects, each, certificate)}  # a squash brings both
    parts = certificate.facts.repositories
    part = next((each for each in parts if set(each.changes) == changes), None)
    if part is None:
        short = commit[:12]
        return (
            f"the commit {short} changes {_differing(parts, changes)}, which is not what was certified; after a squash "
            f"or a rebase over other words, ask: executor gate --base {short}^ --head {short}"
        )
    if part.base == parent and len(whole) == len(changes) and objects.tree_of(commit) != part.tree:
        return f"the tree of {commit[:12]} is {objects.tree_of(commit)}, certified is {part.tree}"
    named = trailers(objects.message(commit))[CERTIFICATE_TRAILER]
    if named and named != [certificate.digest]:
        return f"the commit {commit[:12]} names another certificate, {', '.join(named)}"
    return None


def _is_it(objects: Objects, change: Change, certificate: Certificate) -> bool:
    new = change.before is None and change.after is not None and is_certificate_path(change.path)
    return new and change.after is not None and objects.blob(change.after.blob) == certificate.document


def _differing(parts: Iterable[RepositoryPart], changes: set[Any]) -> str:
    certified = {each for part in parts for each in part.changes}
    paths = sorted({each.path for each in changes ^ certified})
    return ", ".join(paths[:5]) or "something else"


def _places(objects: Objects, facts: Facts, said: list[str]) -> str | None:
    """The cited lines exist and say what is cited, as far as the blobs are here."""
    blobs = {(part.name, change.path): change.after.blob for part in facts.repositories
             for change in part.changes if change.after is not None}  # fmt: skip
    found = objects.blobs(blobs.values())
    looked = 0
    for place in facts.places:
        data = found.get(blobs.get((place.repository, place.path), ""))
        if data is None:
            continue
        looked += 1
        lines = data.decode(errors="replace").split("\n")
        if place.line > len(lines) or (place.text not in lines[place.line - 1] and "***" not in place.text):
            return f"{place.path}:{place.line} does not say {place.text!r}"
    said.append(f"{looked} of {len(facts.places)} cited lines were found where they are cited")
    return None
