"""Certificates of what is committed: where they are, and whether a task's last commit is covered by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from executor.errors import ExecutorError, UsageError
from executor.gate import certificate as certificates
from executor.gate import keys, notes
from executor.gate.case import Case
from executor.gate.certificate import Facts, Rejected
from executor.gate.message import CERTIFICATE_TRAILER, trailers
from executor.gate.objects import Objects
from executor.repository import top_of
from executor.values import dataclass


class NotCertified(ExecutorError):
    """A commit without a certificate: nothing was called wrongly, and nothing is proved."""

    exit_code = 1


def find_document(which: str, start: Path) -> bytes:
    """The certificate in a file, or of a commit. Raises UsageError where there is no such thing, NotCertified where the
    commit has none."""
    path = Path(start, which)
    if path.is_file():
        return path.read_bytes()
    objects = Objects(top_of(start))
    commit = objects.named(which)
    if commit is None:
        raise UsageError(f"{which} is neither a file nor a commit", remedy="executor certificate show HEAD")
    found = of_commit(objects, commit)
    if found is None:
        merged = objects.resolve(f"{commit}^2")
        what = (
            f"executor certificate show {merged[:12]}, which it merged"
            if merged
            else f"if it was pushed: {notes.FETCH}"
        )
        raise NotCertified(f"{which} ({commit[:12]}) has no certificate here", remedy=what)
    return found


def of_commit(objects: Objects, commit: str) -> bytes | None:
    """Its note; else the file that it adds below `certificates/`; else the one with the digest that it names, in the
    tree or at another commit: a rebase leaves notes behind."""
    note = notes.show(objects, commit)
    if note is not None:
        return note
    parent = objects.resolve(f"{commit}^")
    for change in objects.changes(parent, commit):
        if is_certificate_path(change.path) and change.before is None and change.after is not None:
            return objects.blob(change.after.blob)
    wanted = trailers(objects.message(commit))[CERTIFICATE_TRAILER]
    if wanted:
        elsewhere = objects.blobs(blob for _, blob in notes.every(objects)).values()
        for document in (*in_tree(objects, "HEAD"), *elsewhere):
            if digest_of(document) in wanted:
                return document
    return None


def brings_only_a_certificate(objects: Objects, commit: str) -> bool:
    """The follow-up commit of a certified one (`certificate = "commit"`)."""
    changes = objects.changes(objects.resolve(f"{commit}^"), commit)
    return len(changes) == 1 and changes[0].before is None and is_certificate_path(changes[0].path)


def in_tree(objects: Objects, commit: str) -> Iterator[bytes]:
    """Certificates that lie in the tree of a commit (follow-up commits)."""
    found = [entry.blob for path, entry in objects.entries(commit).items() if is_certificate_path(path)]
    yield from objects.blobs(found).values()


def is_certificate_path(path: str) -> bool:
    name = path.rpartition("/")[2]
    return "/certificates/" in f"/{path}" and name.startswith(certificates.DESCRIPTOR) and name.endswith(".md")


def digest_of(document: bytes) -> str | None:
    try:
        return certificates.digest_of(certificates.parse(document)[0])
    except Rejected:
        return None


def lost(case: Case) -> str | None:
    """The commit that brought the task file, if it names a certificate that is not here."""
    objects, commit = case.home.objects, _last(case)
    if not commit or of_commit(objects, commit) is not None:
        return None
    return commit if trailers(objects.message(commit))[CERTIFICATE_TRAILER] else None


def _last(case: Case) -> str:
    return case.home.objects.attempt("rev-list", "-1", "HEAD", "--", case.task_path).output.strip()


@dataclass(frozen=True)
class Standing:
    """A certified commit that brought the task file as it is now. `differing` are the paths of its certificate that are
    not as it certified them, each with where that is."""

    commit: str
    differing: tuple[str, ...]


def already(case: Case) -> Standing | None:
    """The commit that brought the task file as it is now, if its certificate covers it: a second call after a crash,
    or after all was done, finds it so."""
    objects = case.home.objects
    commit = _last(case)
    document = of_commit(objects, commit) if commit else None
    if document is None:
        return None
    parent = objects.resolve(f"{commit}^")
    data = objects.file(parent, keys.TRUSTED_KEYS) if parent else None
    try:
        certificate = certificates.check(document, keys.parse_trusted((data or b"").decode(errors="replace")))
    except Rejected:
        return None
    if objects.file("HEAD", case.task_path) != case.task.data:
        return None
    entry = objects.entries(commit, [case.task_path]).get(case.task_path)
    if entry is None or certificate.facts.task.certified != entry.blob:
        return None
    return Standing(commit, tuple(_differing(case, certificate.facts)))


def _differing(case: Case, facts: Facts) -> Iterator[str]:
    """What the certificate names, looked at in the commit that is checked out and in the work tree, in every repository
    that is here: an amended commit keeps its trailer, and later ones may change what was certified. The one with the
    task file is this one, whatever its folder is called: every clone has a name of its own."""
    for part in facts.repositories:
        own = any(each.path == facts.task.path for each in part.changes)
        repository = case.workspace.home if own else case.workspace.named(part.name)
        if repository is None or not part.changes:
            continue
        objects, paths = Objects(repository.root), [each.path for each in part.changes]
        states = {"in HEAD": "HEAD", "in the work tree": objects.tree_with("HEAD", paths)}
        found = {where: objects.entries(tree, paths) for where, tree in states.items()}
        for each in part.changes:
            where = next((where for where, entries in found.items() if entries.get(each.path) != each.after), None)
            if where is not None:
                yield f"{part.name}/{each.path} {where}"
