"""`executor bump`: a person's everyday change of a version, by the same operation, edit and proof as a task's.

It works in the working tree only: nothing is ticked, logged, staged or committed.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, Literal

from executor.all_operations import operation
from executor.errors import Stop
from executor.models import Performed
from executor.operations.interface import Site
from executor.reasons import ReasonCode
from executor.report import unified
from executor.repository import Repository, open_workspace
from executor.toolbox import LiveToolbox
from executor.tools.git import Git
from executor.tools.tree import Tree
from executor.values import dataclass


@dataclass(frozen=True)
class Call:
    """What was asked for; the names are those of the operation `helmrelease.bump`."""

    start: Path
    name: str
    version: str
    namespace: str | None = None
    field: Literal["chart", "image"] | None = None
    image: str | None = None
    file: str | None = None
    where: str | None = None
    everywhere: bool = False
    rollback: bool = False
    dry_run: bool = False


_FLAGS = {
    ReasonCode.AMBIGUOUS: "--file, --where, -n, --chart or --image narrow",
    ReasonCode.SHARED: "--where names one, --everywhere means all",
    ReasonCode.UNINTENDED: "--everywhere",
    ReasonCode.DOWNGRADE: "--rollback",
}
"""What a sentence would say, as options."""


def bump(call: Call) -> dict[str, Any]:
    """Do it, or rehearse it. Returns a JSON-able document; raises Stop with nothing changed where it cannot be done."""
    repository = open_workspace(call.start).home
    try:
        with contextlib.nullcontext() if call.dry_run else Git(repository.root).lock(f"bump of {call.name}"):
            return _bump(call, repository)
    except Stop as stop:
        if stop.code in _FLAGS:
            raise type(stop)(stop.code, f"{stop.reason} ({_FLAGS[stop.code]})") from None
        raise


def _bump(call: Call, repository: Repository) -> dict[str, Any]:
    kind = operation("helmrelease.bump")
    assert kind is not None
    arguments = kind.arguments(
        name=call.name,
        version=call.version,
        namespace=call.namespace,
        field=call.field,
        image=call.image,
        file=call.file,
        where=call.where,
        everywhere=call.everywhere,
        rollback=call.rollback,
    )
    site = Site(repository.name, Tree(repository.root), repository.inventory, repository.config)
    forecast = kind.foresee(arguments, site)
    toolbox = LiveToolbox(site, declared=frozenset(edit.path for edit in forecast.edits), dry_run=call.dry_run)
    kind.preflight(arguments, toolbox)
    before = {edit.path: edit.before for edit in forecast.edits}
    performed = kind.perform(arguments, toolbox)
    return _document(call, performed, site.tree, before)


def _document(call: Call, performed: Performed, tree: Tree, before: dict[str, bytes | None]) -> dict[str, Any]:
    from executor.models import FileEdit

    edits = [FileEdit(path, old, tree.read(path)) for path, old in before.items()]
    return {
        "changed": performed.changed,
        "dry_run": call.dry_run,
        "words": performed.words,
        "diff": "".join(unified(edit) for edit in edits if edit.before != edit.after),
        "evidence": dict(performed.evidence),
        "warnings": list(performed.warnings),
    }
