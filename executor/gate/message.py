"""The commit message: title and body by the sources' conventions (configurable), trailers for programs."""

from __future__ import annotations

import re

from executor.config import CommitEntry
from executor.gate.certificate import Facts
from executor.gate.verdict import Verdict

TASK_TRAILER = "Executor-Task"
CERTIFICATE_TRAILER = "Executor-Certificate"


def message(facts: Facts, digest: str, config: CommitEntry, repository: str) -> str:
    """For the commit in one repository of the task; `digest` is the certificate's."""
    fields = {
        "title": _flat(facts.task.title),
        "id": facts.task.id,
        "path": facts.task.path,
        "what": _what(facts),
        "why": f"{facts.task.id} asks for it ({facts.task.path})",
        "impact": _impact(facts, repository),
        "verification": f"{_flat(facts.decision.rationale)}; executor certificate check HEAD",
    }
    title, body = _flat(config.title.format(**fields)), config.body.format(**fields).strip()
    trailers = f"{TASK_TRAILER}: {facts.task.id}\n{CERTIFICATE_TRAILER}: {digest}"
    return "\n\n".join(part for part in (title, body, trailers) if part) + "\n"


def _what(facts: Facts) -> str:
    good = (Verdict.PROVED, Verdict.MANUAL)
    return "; ".join(_flat(each.criterion) for each in facts.criteria if each.verdict in good)


def _impact(facts: Facts, repository: str) -> str:
    changed = [each.path for part in facts.repositories if part.name == repository for each in part.changes]
    parts = [f"changes {', '.join(changed)}"]
    parts += [f"uses {each.name}@{each.digest}" for each in facts.images]
    if facts.open:
        many = "criteria of the task stay" if len(facts.open) > 1 else "criterion of the task stays"
        parts.append(f"{len(facts.open)} {many} open")
    return "; ".join(parts)


def trailers(text: str) -> dict[str, list[str]]:
    """Our trailers in the last paragraph of a message, wherever they stand in it."""
    found: dict[str, list[str]] = {TASK_TRAILER: [], CERTIFICATE_TRAILER: []}
    for name, value in re.findall(rf"(?m)^({TASK_TRAILER}|{CERTIFICATE_TRAILER}): (\S+)\s*$", text):
        found[name].append(value)
    return found


def _flat(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
