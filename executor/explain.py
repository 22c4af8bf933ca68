"""`executor explain`: per criterion what would happen and from which words, or what stopped it. Reads files only."""

from __future__ import annotations

from typing import Any

from executor.planner import Plan, Planned, Step

SCHEMA_VERSION = "1.0"


def document(plan: Plan, task_type: str | None) -> dict[str, Any]:
    """contracts.md's JSON of `explain --json`."""
    task = plan.task
    return {
        "schema_version": SCHEMA_VERSION,
        "task_id": task.id,
        "task_title": task.title,
        "task_type": task_type,
        "task_types": [str(each) for each in plan.types.every],
        "criteria": [_criterion(planned) for planned in plan.criteria],
    }


def state(planned: Planned) -> str:
    """`runnable`, or the status that it would get without running."""
    return "runnable" if planned.cannot is None else str(planned.cannot.status)


def _criterion(planned: Planned) -> dict[str, Any]:
    criterion, cannot = planned.criterion, planned.cannot
    return {
        "index": criterion.index,
        "line": criterion.line,
        "criterion": planned.recognised.stem,
        "checked": criterion.checked,
        "state": state(planned),
        "operations": [_operation(step) for step in planned.steps],
        "reason_code": cannot.code if cannot else None,
        "reason": cannot.reason if cannot else "",
        "suggestion": planned.recognised.suggestion if cannot else None,
    }


def _operation(step: Step) -> dict[str, Any]:
    return {
        "operation": step.request.operation,
        "arguments": step.settled,
        "source": str(step.request.source),
        "repository": step.repository.name,
        "words": step.forecast.words if step.forecast else "",
    }
