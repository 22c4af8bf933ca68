"""The type of a whole task, for the report and for `explain`."""

from __future__ import annotations

from executor.planner import Plan


def task_type(plan: Plan) -> str | None:
    """The labels' type; without one, what the criteria resolve to (decision 1)."""
    if plan.types.of_task is not None:
        return str(plan.types.of_task)
    kinds = [step.request.operation for planned in plan.criteria for step in planned.steps]
    for prefix, name in _TYPE_OF_KIND.items():
        if any(kind.startswith(prefix) for kind in kinds):
            return name
    return None


_TYPE_OF_KIND = {
    "image.build": "build",
    "image.push": "build",
    "helmrelease.": "deployment",
    "source.": "deployment",
    "kustomize.image": "deployment",
    "flux.reconcile": "deployment",
    "manifest.set": "configuration",
    "manifest.add": "configuration",
    "manifest.remove": "configuration",
    "": "verification",
}
