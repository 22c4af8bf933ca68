"""The table of operations: kind → module, imported when its kind first occurs (`explain` has to be quick)."""

from __future__ import annotations

import importlib
from typing import Any

from executor.operations.interface import Operation

MODULES: dict[str, str] = {
    "image.build": "image_build",
    "image.push": "image_push",
    "image.verify": "image_verify",
    "registry.ping": "registry_ping",
    "helmrelease.bump": "helmrelease_bump",
    "source.bump": "source_bump",
    "kustomize.image": "kustomize_image",
    "manifest.set": "manifest_set",
    "manifest.add": "manifest_add",
    "manifest.remove": "manifest_remove",
    "kustomize.build": "kustomize_build",
    "manifest.validate": "manifest_validate",
    "security.check": "security_check",
    "flux.reconcile": "flux_reconcile",
    "cluster.observe": "cluster_observe",
    "command": "command",
    "git.commit": "git_commit",
}


def operation(kind: str) -> Operation | None:
    """The operation of that kind: ours, or an installed package's by its `executor.operations` entry point."""
    if kind in MODULES:
        module = importlib.import_module(f"executor.operations.{MODULES[kind]}")
        ours: Operation = module.OPERATION
        return ours
    return _plugins().get(kind)


def kinds() -> tuple[str, ...]:
    return (*MODULES, *_plugins())


def describe() -> dict[str, Any]:
    """Kind → JSON Schema of its arguments, for `executor schema operations` and for writers of operation blocks."""
    from pydantic import TypeAdapter

    found = {kind: operation(kind) for kind in kinds()}
    return {kind: TypeAdapter(each.arguments).json_schema() for kind, each in found.items() if each is not None}


def _plugins() -> dict[str, Operation]:
    """Operations of installed packages. One that takes a name of ours or of another package is an error, never a
    silent winner."""
    from executor.errors import ConfigError
    from executor.tools.plugins import installed, load

    found: dict[str, Operation] = {}
    for point in installed("executor.operations"):
        if point.name in MODULES or point.name in found:
            raise ConfigError(
                f'the operation "{point.name}" is offered twice, by {point.value} too', remedy="uninstall one of them"
            )
        found[point.name] = load(point, "arguments", "allowed", "foresee", "preflight", "perform")
    return found
