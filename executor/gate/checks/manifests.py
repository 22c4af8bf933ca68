"""What would be committed, as manifests: it renders, is valid and secure, and holds no secret that anybody can read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from executor.all_operations import operation
from executor.convert import convert
from executor.errors import Blocked, Failed, Stop
from executor.gate.case import Case, Look, Subject, look
from executor.gate.checks.operations import portable
from executor.gate.verdict import CheckStatus, Found, counted
from executor.models import Performed
from executor.operations.interface import Site
from executor.reasons import ReasonCode
from executor.repository import Repository
from executor.toolbox import LiveToolbox
from executor.tools.masking import MASK, credentials
from executor.tools.tree import Tree

_SEALED = re.compile(r"ENC\[AES256_GCM,|^age1|BEGIN AGE ENCRYPTED")


def looks(case: Case) -> Iterable[Look]:
    for name, subject in case.subjects.items():
        changed = _manifests(case, subject)
        for group, kind, expected in (
            ("kustomize", "kustomize.build", "everything that is built from the changed files builds"),
            ("manifests", "manifest.validate", "the changed manifests are valid"),
            ("manifests", "security.check", "no finding at the failing level in what changed"),
        ):
            yield look(group, f"{kind} of {name}", expected,
                       lambda this, k=kind, s=subject, c=changed: _whole(this, case, s, k, c))  # type: ignore[misc]  # fmt: skip
        yield look("secrets", f"secrets in {name}", "every Secret sealed or encrypted, no credential in the change",
                   lambda this, s=subject: _secrets(this, case, s))  # type: ignore[misc]  # fmt: skip
    yield look("secrets", "secrets in the reports", "nothing had to be masked in what is evidence",
               lambda this: _masked(this, case))  # fmt: skip


def _manifests(case: Case, subject: Subject) -> tuple[str, ...]:
    """Changed YAML that is still there, without the task file."""
    return tuple(
        each.path
        for each in subject.changes
        if each.after is not None and each.path != case.task_path and each.path.endswith((".yaml", ".yml"))
    )


def _whole(this: Look, case: Case, subject: Subject, kind: str, changed: tuple[str, ...]) -> Found:
    """A check of the certified tree. What fails on the base commit in just the same way is not this task's doing."""
    if not changed:
        return this.passed("no manifest changed")
    assert subject.after is not None
    paths = changed if kind != "kustomize.build" else _reaching(subject, changed)
    if not paths:
        return this.found(CheckStatus.WARN, f"{', '.join(changed)}: not covered by a build")
    try:
        done, commands = _perform(case, subject.after, kind, paths)
    except Failed as stop:
        if _on_base(case, subject, kind, paths) == stop.reason:
            return this.found(CheckStatus.WARN, f"failed already before this task, in the same way: {stop.reason}")
        cause = "build broken" if kind == "kustomize.build" else "manifest not valid"
        return this.failed(
            stop.reason, cause=cause, remedy="mend what the reason names, then run and verify again",
            evidence={"reason_code": str(stop.code)},
        )  # fmt: skip
    except Blocked as stop:
        if stop.code is ReasonCode.NOT_FOUND:
            return this.passed(f"nothing for it to look at: {stop.reason}")
        if stop.code is ReasonCode.NOT_DETERMINATE:
            return this.found(CheckStatus.WARN, stop.reason)
        raise
    return this.found(
        CheckStatus.WARN if _own(done, changed) else CheckStatus.PASS,
        "; ".join((done.words, *_own(done, changed))), evidence=done.evidence, command=commands,
    )  # fmt: skip


def _own(done: Performed, changed: tuple[str, ...]) -> tuple[str, ...]:
    """Warnings about the changed files; those about what stood there before are no news."""
    return tuple(each for each in done.warnings if any(path in each for path in changed))


def _reaching(subject: Subject, changed: tuple[str, ...]) -> tuple[str, ...]:
    from executor.flux.render import reaching

    assert subject.after is not None
    tree = Tree(subject.after.root)
    found = (folder for path in changed for folder in reaching(subject.after.inventory, tree, path))
    return tuple(dict.fromkeys(found))


def _perform(case: Case, where: Repository, kind: str, paths: tuple[str, ...]) -> tuple[Performed, str]:
    kind_of = operation(kind)
    assert kind_of is not None
    site = Site(where.name, Tree(where.root), where.inventory, where.config)
    toolbox = LiveToolbox(site, tools=case.tools)
    kind_of.preflight(convert(kind_of.arguments, {"paths": paths}), toolbox)
    done = kind_of.perform(convert(kind_of.arguments, {"paths": paths}), toolbox)
    return done, portable(case, "; ".join(each.command for each in toolbox.taken()))


def _on_base(case: Case, subject: Subject, kind: str, paths: tuple[str, ...]) -> str | None:
    """The same look at the base commit, in a checkout that no edit has touched."""
    from executor.gate.scratch import checkouts

    if subject.base is None:
        return None
    store = subject.objects.store_folder()
    with checkouts(subject.repository, subject.base, [subject.base], store) as (untouched,):
        there = tuple(path for path in paths if (untouched.root / path).exists())
        if not there:
            return None
        try:
            _perform(case, untouched, kind, there)
        except Stop as stop:
            return stop.reason
    return None


# Secrets


def _secrets(this: Look, case: Case, subject: Subject) -> Found:
    assert subject.after is not None
    found: list[str] = []
    for each in subject.changes:
        if each.after is None:
            continue
        old = subject.objects.blob(each.before.blob) if each.before else b""
        new = subject.objects.blob(each.after.blob)
        found += [f"{each.path}:{line}: {what}" for line, what in _unsealed(each.path, new)]
        found += [f"{each.path}:{line}: {what}" for line, what in credentials(old, new, case.tools.masker)]
    if found:
        return this.failed(
            "; ".join(found), cause="a secret would be committed", evidence={"places": found},
            remedy="seal or encrypt it (SOPS, SealedSecret), and change the secret: it lay open in a file",
        )  # fmt: skip
    return this.passed(f"{counted(len(subject.changes), 'changed file')} looked through",
                       evidence={"paths": list(subject.changed)})  # fmt: skip


def _masked(this: Look, case: Case) -> Found:
    """safety.md, "Secrets": a hit in a report is masked, and there is no certificate. What the task file itself says
    is no hit."""
    proving = {claim.run_id for each in case.ticked if (claim := case.claims.proving(each.index)) is not None}
    own = case.task.data.decode(errors="replace")
    found = [
        f"{claim.path}: {where}"
        for claim in case.runs
        if claim.run_id in proving
        for where, text in _texts(claim.document)
        if any(word not in own for word in re.findall(rf"\S*{re.escape(MASK)}\S*", text))
    ]
    if found:
        return this.failed(
            f"a secret was masked in {found[0]}" + (f" and {len(found) - 1} more places" * (len(found) > 1)),
            cause="a secret was shown to a run", evidence={"places": found},
            remedy="keep it out of what the run prints and of the task, change it, open the boxes and run again",
        )  # fmt: skip
    return this.passed(f"{counted(len(proving), 'report')} looked through", evidence={"runs": sorted(proving)})


def _texts(value: Any, where: str = "") -> Iterable[tuple[str, str]]:
    """Every text of a report and where it stands: outcomes[0].operations[1].evidence."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _texts(each, f"{where}.{key}".lstrip("."))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from _texts(each, f"{where}[{place}]")


def _unsealed(path: str, data: bytes) -> Iterable[tuple[int, str]]:
    if not path.endswith((".yaml", ".yml", ".json")) or b"Secret" not in data:
        return
    from executor.tools.yaml_read import Map, NotYaml, read

    try:
        documents = read(data)
    except NotYaml as error:
        yield error.line, "cannot be read, and may be a Secret"
        return
    for document in _objects(documents):
        if isinstance(document, Map) and str(document.get("kind")) == "Secret" and _open(document):
            yield document.line, f"Secret {_name(document)} is neither sealed nor encrypted"


def _objects(documents: Iterable[Any]) -> Iterable[Any]:
    """Documents, and the items of a List."""
    for each in documents:
        yield each
        items = each.get("items") if isinstance(each, Mapping) else None
        if isinstance(items, list):
            yield from items


def _open(document: Mapping[str, Any]) -> bool:
    if isinstance(document.get("sops"), Mapping):
        values = [value for key in ("data", "stringData") for value in _values(document.get(key))]
        return not all(_SEALED.search(str(value)) for value in values)
    return any(_values(document.get(key)) for key in ("data", "stringData"))


def _values(part: Any) -> list[Any]:
    return [value for value in part.values() if str(value)] if isinstance(part, Mapping) else []


def _name(document: Mapping[str, Any]) -> str:
    metadata = document.get("metadata")
    return str(metadata.get("name")) if isinstance(metadata, Mapping) else "without a name"
