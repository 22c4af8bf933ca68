"""Certificates as git notes: `refs/notes/executor`, one note a commit, written whole or not at all.

The note's blob and the new notes commit are made first; the ref moves last, by compare-and-swap. A crash leaves
objects that nothing refers to, which git collects; never half a note.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from executor.errors import RepositoryError
from executor.gate.certificate import Blob, Change
from executor.gate.objects import Objects

REF = "refs/notes/executor"
FETCH = f"git fetch origin {REF} && git notes --ref=executor merge FETCH_HEAD"
"""What to type to have everybody's, also where one's own are not pushed yet (`fetch REF:REF` refuses that)."""
_TRIES = 20
WHO = {
    "GIT_AUTHOR_NAME": "executor",
    "GIT_AUTHOR_EMAIL": "executor@localhost",
    "GIT_COMMITTER_NAME": "executor",
    "GIT_COMMITTER_EMAIL": "executor@localhost",
}


def add(objects: Objects, commit: str, document: bytes) -> None:
    """Attach the document to a commit, in place of what is there. Raises RepositoryError where the ref stays busy."""
    blob = Blob("100644", objects.store(document))
    for _ in range(_TRIES):
        head = objects.resolve(REF)
        new = _with(objects, head, commit, blob)
        try:
            if objects.swap(REF, new, head, f"notes: certificate of {commit[:12]}"):
                return
        except RepositoryError:
            listed = objects.attempt("for-each-ref", REF)
            if head is not None or not (listed.output or listed.errors):
                raise
            remedy = f"fetch it again, or remove it: git update-ref -d {REF}"
            raise RepositoryError(f"{REF} leads to no notes of git", place=str(objects.root), remedy=remedy) from None
    raise RepositoryError(f"{REF} keeps changing", place=str(objects.root), remedy="try again")


def remove(objects: Objects, commit: str) -> None:
    """Take a note back, as far as nobody else moves the ref meanwhile and git can: one that is left refers to nothing,
    and what came before is what should be told."""
    with contextlib.suppress(RepositoryError):
        for _ in range(_TRIES):
            head = objects.resolve(REF)
            if head is None or not _paths(objects, head, commit):
                return
            if objects.swap(REF, _with(objects, head, commit, None), head, f"notes: none for {commit[:12]}"):
                return


def _with(objects: Objects, head: str | None, commit: str, blob: Blob | None) -> str:
    """A new notes commit. Notes lie in folders of two digits (`ab/cdef…`), one level, as git's own do when they are
    many; a note of the same commit in another place would be read as a second one, so it goes."""
    old = _paths(objects, head, commit) if head else {}
    changes = [Change(path, entry, None) for path, entry in old.items()]
    if blob is not None:
        place = f"{commit[:2]}/{commit[2:]}"
        changes = [each for each in changes if each.path != place] + [Change(place, old.get(place), blob)]
    tree = objects.tree_after(head, changes)
    parents = ["-p", head] if head else []
    return objects.run("commit-tree", tree, *parents, "-m", "Certificates", env=WHO).decode().strip()


def _paths(objects: Objects, head: str, commit: str) -> dict[str, Blob]:
    return objects.entries(head, [commit, f"{commit[:2]}/{commit[2:]}", f"{commit[:2]}/{commit[2:4]}/{commit[4:]}"])


def show(objects: Objects, commit: str, ref: str = REF) -> bytes | None:
    """The document at a commit; None where it has none."""
    head = objects.resolve(ref)
    found = _paths(objects, head, commit) if head else {}
    return objects.blob(next(iter(found.values())).blob) if found else None


def every(objects: Objects, ref: str = REF) -> Iterator[tuple[str, str]]:
    """(commit, blob) of all notes."""
    head = objects.resolve(ref)
    if head is not None:
        for path, entry in objects.entries(head).items():
            yield path.replace("/", ""), entry.blob
