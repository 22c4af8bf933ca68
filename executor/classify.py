"""From a task's labels to its types, and from types to what the task may do (contracts.md, decisions 1 to 3 and 8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from executor.models import EVERY_TYPE, TaskType
from executor.values import dataclass

LABELS: dict[str, TaskType] = {
    "builds": TaskType.BUILD,
    "registry": TaskType.BUILD,
    "deployment": TaskType.DEPLOYMENT,
    "flux": TaskType.DEPLOYMENT,
    "infrastructure": TaskType.CONFIGURATION,
    "networking": TaskType.CONFIGURATION,
    "security": TaskType.CONFIGURATION,
    "verification": TaskType.VERIFICATION,
    "health": TaskType.VERIFICATION,
}
"""Label words in the order of decision 1; projects add their own under `[labels]`."""

HUMAN_ACTION = "human-action"


@dataclass(frozen=True, slots=True)
class Types:
    """`of_task` is None where no label names a type: then such a task may only validate and observe."""

    of_task: TaskType | None
    every: tuple[TaskType, ...]
    human_action: bool = False

    def permit(self, allowed: frozenset[TaskType]) -> bool:
        """Validation and observation, which every type allows, need no label."""
        return allowed == EVERY_TYPE or not allowed.isdisjoint(self.every)


def classify(labels: Iterable[str], extra: Mapping[str, TaskType], kind: str = "") -> Types:
    """The types of a task with these labels, most matching labels first, the earlier label on a tie."""
    words = {**LABELS, **{name.casefold(): each for name, each in extra.items()}}
    counts: dict[TaskType, int] = {}
    named = [label.casefold().strip() for label in labels]
    for label in named:
        for task_type in dict.fromkeys(_types_of(label, words)):
            counts[task_type] = counts.get(task_type, 0) + 1
    every = tuple(sorted(counts, key=lambda each: -counts[each]))  # stable: the earlier label stays first
    return Types(every[0] if every else None, every, HUMAN_ACTION in (*named, kind.casefold().strip()))


def _types_of(label: str, words: Mapping[str, TaskType]) -> Iterable[TaskType]:
    """A label counts as a whole, or by one part of a name split at `-`, `_`, `:` or `/`: `security-scan`, not
    `helmrelease`."""
    for part in (label, *re.split(r"[-_:/]", label)):
        if part in words:
            yield words[part]


def label_for(allowed: frozenset[TaskType]) -> str:
    """Which labels would permit it, for the reason of a blocked criterion."""
    fitting = [word for word, task_type in LABELS.items() if task_type in allowed]
    return " or ".join(dict.fromkeys(fitting))
