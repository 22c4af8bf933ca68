"""Every ticked criterion is understood once more, from its sentence, and what it asks for is looked at anew.

- What edits files is done again, for real, in a clean checkout of the base commit; what comes out has to be the
  certified tree, byte for byte. So a value that was edited afterwards, or smuggled in, is seen.
- What builds or pushes is never done again: the registry is asked for the image and its digest is computed.
- What only looks (validations, observations of a registry, read-only commands) looks again, in a clean checkout of the
  certified tree.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Mapping
from typing import Any

from executor.errors import Errored, Failed, Stop
from executor.gate.case import Case, Look, Subject, look
from executor.gate.certificate import ImagePart, OperationPart, RanPart
from executor.gate.checks.digests import AsItWasKnown, Unanswered, known_to
from executor.gate.checks.task_file import first_difference, manual_of, reopened
from executor.gate.claims import Claim
from executor.gate.envelope import sha256_of
from executor.gate.verdict import CheckStatus, Found, Verdict, counted
from executor.models import Artefact, Outcome, Ran, Risk, Status
from executor.operations.interface import Operation, Site
from executor.planner import Plan, Planned, Step, plan
from executor.reasons import ReasonCode
from executor.repository import Repository, Workspace
from executor.toolbox import LiveToolbox
from executor.tools.tree import Tree
from executor.values import dataclass, replace

EDITS = ("helmrelease.bump", "source.bump", "kustomize.image", "manifest.set", "manifest.add", "manifest.remove")
LOOKED_UP = ("image.build", "image.push")
GROUP_OF = {
    "image.build": "images",
    "image.push": "images",
    "image.verify": "images",
    "registry.ping": "images",
    "kustomize.build": "kustomize",
    "manifest.validate": "manifests",
    "security.check": "manifests",
}


@dataclass(frozen=True)
class Task:
    """One step of a ticked criterion with what its run said about it."""

    planned: Planned
    step: Step
    operation: Operation
    claimed: Mapping[str, Any]
    artefacts: frozenset[Artefact]
    """What the criteria of its run make."""
    made: frozenset[Artefact]
    """What all of the task's criteria make."""

    @property
    def site(self) -> Site:
        """The checkout of the base commit as it is now."""
        here = self.step.repository
        return Site(here.name, Tree(here.root), here.inventory, here.config, self.artefacts, self.made)

    @property
    def index(self) -> int:
        return self.planned.criterion.index

    @property
    def name(self) -> str:
        return f"criterion {self.index}: {self.step.request.operation}"


def looks(case: Case) -> Iterable[Look]:
    """In the order in which things were done. The looks of the second half see the certified tree."""
    later: list[Task] = []
    images = 0
    for claim in case.runs:
        indexes = [each.index for each in case.ticked if case.claims.proving(each.index) is claim]
        indexes = [index for index in indexes if manual_of(claim.passed[index]) is None]
        if indexes:
            for each in _of_run(case, claim, indexes, later):
                images += each.group == "images"
                yield each
    for name, subject in case.subjects.items():
        yield look("values", f"values in {name}", "the passed criteria's edits, made again, are what is certified",
                   lambda this, s=subject: _same_tree(this, case, s))  # type: ignore[misc]  # fmt: skip
    for task in later:
        group = GROUP_OF.get(task.step.request.operation, "values")
        images += group == "images"
        yield look(group, task.name, "passes in the certified tree",
                   lambda this, t=task: _again(this, case, t), [task.index])  # type: ignore[misc]  # fmt: skip
    if not images:
        yield look("images", "images", "every image of the ticked criteria in its registry",
                   lambda this: this.passed("no ticked criterion is about an image"))  # fmt: skip


def _of_run(case: Case, claim: Claim, indexes: list[int], later: list[Task]) -> Iterable[Look]:
    """The criteria that one run ticked, planned on the state that the runs before it left."""
    try:
        planned = _plan(case, indexes)
    except Stop as stop:
        yield look("values", f"plan of run {claim.run_id}", "its sentences are understood",
                   lambda this, s=stop: this.stopped(s), indexes)  # type: ignore[misc]  # fmt: skip
        return
    _note_images(case, planned, indexes)
    for each in planned.criteria:
        index = each.criterion.index
        if index not in indexes:
            continue
        outcome = claim.passed[index]
        problem = _otherwise(case, each, outcome) or _stands_alone(case, planned, each)
        if problem:
            yield look("claims", f"criterion {index}: what it asks for", "the operations that its run reports",
                       lambda this, p=problem: _misunderstood(this, case, p), [index])  # type: ignore[misc]  # fmt: skip
            continue
        for step, claimed in zip(each.steps, outcome["operations"], strict=True):
            task = _task(planned, each, step, claimed)
            this = _of_step(case, task)
            if this is None:
                later.append(task)
            else:
                yield this


def _note_images(case: Case, planned: Plan, indexes: list[int]) -> None:
    """Which criterion is about an image that another one of its run made, as the run itself would skip it."""
    made: dict[Artefact, int] = {}
    for each in planned.criteria:
        index = each.criterion.index
        if index not in indexes:
            continue
        for step in each.steps:
            needs = step.forecast.needs if step.forecast is not None else frozenset()
            on = {by for need in needs for artefact, by in made.items() if artefact.satisfies(need) and by != index}
            case.stands_on[index] = case.stands_on.get(index, frozenset()) | on
            made.update({artefact: index for artefact in step.makes if artefact.kind != "file"})


def _plan(case: Case, indexes: list[int]) -> Plan:
    """The sentences, read again: the reopened task in clean checkouts of the base commits with the edits so far."""
    befores = {name: subject.before for name, subject in case.subjects.items() if subject.before is not None}
    real = case.workspace
    workspace = Workspace(
        befores[real.home.name],
        {name: befores.get(each.name, each) for name, each in real.others.items()},
    )
    task = reopened(case.task, [each.index for each in case.ticked])
    return plan(task, workspace, case.types, dict.fromkeys(indexes, True))


def _otherwise(case: Case, planned: Planned, outcome: Mapping[str, Any]) -> str:
    """How what the sentence asks for differs from what the run reports; empty where it does not."""
    index = planned.criterion.index
    if planned.recognised.stem != outcome["criterion"]:
        return f"criterion {index} says {planned.recognised.stem!r}, its run was about {outcome['criterion']!r}"
    asked = [(step.request.operation, _plain(case, step.settled)) for step in planned.steps]
    did = [(each["operation"], each["arguments"]) for each in outcome["operations"]]
    for (kind, arguments), (other, reported) in zip(asked, did, strict=False):
        if kind != other or any(reported.get(key) != value for key, value in arguments.items()):
            return f"criterion {index} asks for {kind} {arguments}, its run reports {other} {reported}"
    if len(asked) != len(did):
        return f"criterion {index} asks for {len(asked)} operations, its run reports {len(did)}"
    if planned.cannot is not None and asked:
        return f"criterion {index} cannot be done on the base commit: {planned.cannot.reason}"
    return ""


def _stands_alone(case: Case, planned: Plan, each: Planned) -> str:
    """Why a criterion that asks for no operation is not done by its nested ones, by the rule of the run itself
    (runner.settle_parents); empty where it is, or where it has operations."""
    from executor.runner import settle_parents

    if each.steps:
        return ""
    index, cannot = each.criterion.index, each.cannot
    done = {one.index for one in case.ticked} - {index}
    outcomes = [
        Outcome(one.criterion.index, one.recognised.stem, Status.PASSED)
        if one.criterion.index in done
        else Outcome(one.criterion.index, one.recognised.stem, Status.SKIPPED, ReasonCode.ALREADY_TICKED)
        for one in planned.criteria
    ]
    if cannot is not None:
        outcomes[index - 1] = replace(outcomes[index - 1], status=cannot.status, reason_code=cannot.code)
        if settle_parents(planned, outcomes)[index - 1].status is Status.PASSED:
            return ""
    why = f": {cannot.reason}" if cannot is not None and cannot.reason else ""
    return f"criterion {index} asks for no operation, and what is nested in it does not do it{why}"


def _plain(case: Case, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """As the report has them: JSON, secrets masked."""
    plain: dict[str, Any] = json.loads(case.tools.masker(json.dumps(dict(arguments), default=str)))
    return plain


def _misunderstood(this: Look, case: Case, problem: str) -> Found:
    return this.failed(
        problem, cause="the report is not about this criterion",
        remedy=f"untick it and run again: executor run {case.typed}",
    )  # fmt: skip


def _task(planned: Plan, each: Planned, step: Step, claimed: Mapping[str, Any]) -> Task:
    assert step.operation is not None
    artefacts = frozenset(artefact for other in planned.steps for artefact in other.makes)
    made = frozenset(artefact for one in planned.criteria for other in one.steps for artefact in other.makes)
    return Task(each, step, step.operation, claimed, artefacts, made)


def _of_step(case: Case, task: Task) -> Look | None:
    """How one step is looked at now; None: later, in the certified tree."""
    kind, forecast = task.step.request.operation, task.step.forecast
    if kind in LOOKED_UP:
        group, expected, run = "images", "the registry has that image, by digest", _image
    elif kind in EDITS or (forecast is not None and forecast.edits):
        group, expected, run = "values", "can be made again on the base commit", _edit
    elif kind in GROUP_OF or kind == "command" or (task.operation.risk is Risk.LOW and task.operation.rehearsable):
        return None
    else:
        group, expected, run = "values", "somebody else than the doer can check it", _no_way
    return look(group, task.name, expected, lambda this: run(this, case, task), [task.index])


def _no_way(this: Look, case: Case, task: Task) -> Found:
    kind = task.step.request.operation
    _keep(case, task, Verdict.UNPROVED, (), {})
    return this.found(
        CheckStatus.ERROR, f"no verifier knows how to check {kind}", cause=f"{kind} cannot be verified",
        remedy="install a package that offers one (entry point executor.verifiers)", task_issue=False,
    )  # fmt: skip


# Edits


def _edit(this: Look, case: Case, task: Task) -> Found:
    """Foresee, prove and write again, in the checkout of the base commit."""
    repository = task.step.repository
    site = task.site
    forecast = task.operation.foresee(task.step.arguments, site)
    declared = frozenset(edit.path for edit in forecast.edits)
    toolbox = AsItWasKnown(site, declared, case.ledger, tools=case.tools, reported=known_to(task.claimed["evidence"]))
    try:
        done = task.operation.perform(task.step.arguments, toolbox)
    except (Stop, Unanswered) as error:
        stop = error.stop if isinstance(error, Unanswered) else error
        _keep(case, task, _verdict(stop), toolbox.taken(), {})
        raise stop from None
    finally:
        if forecast.edits:
            repository.__dict__.pop("inventory", None)  # read anew: the files are others now
    _keep(case, task, Verdict.PROVED, toolbox.taken(), done.evidence)
    case.edits.append((site.repository, task.index, lambda where: _lacks(task, where)))
    return this.found(
        CheckStatus.WARN if toolbox.warnings else CheckStatus.PASS, "; ".join((done.words, *toolbox.warnings)),
        evidence=done.evidence, command=_commands(case, task),
    )  # fmt: skip


def _lacks(task: Task, where: Repository) -> bool:
    """Whether the criterion's edit would still have to be made in that checkout, or could not be."""
    site = Site(where.name, Tree(where.root), where.inventory, where.config, task.artefacts, task.made)
    try:
        return bool(task.operation.foresee(task.step.arguments, site).edits)
    except Stop as stop:
        return not isinstance(stop, Errored)


def _same_tree(this: Look, case: Case, subject: Subject) -> Found:
    """What the edits came to is what would be committed; the task file has looks of its own. A criterion whose value
    stands in the first and not in the second is disproved."""
    assert subject.before is not None and subject.after is not None
    objects = type(subject.objects)(subject.before.root)
    own = {case.task_path} if subject is case.home else set()
    objects.run("add", "--all", "--force")
    made = {each.path: each.after for each in objects.staged(subject.base) if each.path not in own}
    certified = {each.path: each.after for each in subject.changes if each.path not in own}
    differing = sorted(path for path in made.keys() | certified.keys() if made.get(path) != certified.get(path))
    if not differing:
        return this.passed(
            f"{counted(len(made), 'file')}, byte for byte", evidence={"paths": sorted(made), "tree": subject.tree}
        )
    path = differing[0]
    undeclared = [each for each in differing if each not in made]
    what = f"{', '.join(undeclared)}: changed, and no passed criterion changes it" if undeclared else (
        f"{', '.join(differing)}: not what the passed criteria make of it ({_first_line(case, subject, path)})"
    )  # fmt: skip
    before, after, name = subject.before, subject.after, subject.repository.name
    disproved = {index for where, index, lacks in case.edits if where == name and lacks(after) and not lacks(before)}
    return this.failed(
        what, cause="edited since", evidence={"paths": differing, "diff": _difference(case, subject, path)},
        criteria=tuple(sorted(disproved)),
        remedy=f"git diff HEAD -- {path}; undo what the task did not do, or commit it by itself",
    )  # fmt: skip


def _difference(case: Case, subject: Subject, path: str) -> str:
    from executor.models import FileEdit
    from executor.report import unified

    made, certified = _texts(subject, path)
    return case.tools.masker(unified(FileEdit(path, made, certified)))[:4000]


def _first_line(case: Case, subject: Subject, path: str) -> str:
    """Where the two begin to differ, and what stands there."""
    line, was, is_now = first_difference(*_texts(subject, path))
    return case.tools.masker(f"line {line}: {is_now!r} instead of {was!r}")


def _texts(subject: Subject, path: str) -> tuple[bytes, bytes]:
    assert subject.before is not None and subject.after is not None
    old, new = ((each.root / path) for each in (subject.before, subject.after))
    return old.read_bytes() if old.is_file() else b"", new.read_bytes() if new.is_file() else b""


# Images


def _image(this: Look, case: Case, task: Task) -> Found:
    """The digest that the registry answers with now is the one that the run reports; an image that is only built, and
    not pushed, is looked for in the engine."""
    arguments = task.step.arguments
    name = f"{arguments.image}:{arguments.tag}"
    pushed = task.step.request.operation == "image.push" or Artefact("pushed", name) in task.artefacts
    toolbox = _toolbox(case, task.site, frozenset())
    try:
        found = _in_registry(case, task, toolbox) if pushed else _in_engine(task, toolbox)
    except Stop as stop:
        _keep(case, task, _verdict(stop), toolbox.taken(), {})
        raise
    _keep(case, task, Verdict.PROVED, toolbox.taken(), found)
    return this.passed(f"{name} is {found.get('digest') or found.get('image_id')}", evidence=found,
                       command=_commands(case, task))  # fmt: skip


def _in_registry(case: Case, task: Task, toolbox: LiveToolbox) -> dict[str, Any]:
    from executor.images import names

    arguments = task.step.arguments
    asked = getattr(arguments, "registry", None)
    remote = names.remote_of(arguments.image, asked, task.step.repository.config.registry.url)
    registry = toolbox.registry(remote.host)
    seen = registry.manifest(remote.repository, arguments.tag)
    if task.step.request.operation == "image.push":
        _as_reported(task, remote.tagged(arguments.tag), seen.digest)
    image_id = task.claimed["evidence"].get("image_id")
    if image_id is not None and not seen.is_index and image_id not in (seen.config_digest, seen.digest):
        raise Failed(
            ReasonCode.DIGEST_DIFFERS,
            f"{remote.tagged(arguments.tag)} holds the image {seen.config_digest}, and the run reports {image_id}",
        )
    evidence = {"registry": remote.host, "repository": remote.repository, "image": arguments.image,
                "tag": arguments.tag, "digest": seen.digest, "config_digest": seen.config_digest}  # fmt: skip
    labels = _labels(registry, remote.repository, seen)
    if labels is not None:
        evidence["labels"] = labels
        _same_labels(task, labels)
    case.ledger[Artefact("pushed", f"{arguments.image}:{arguments.tag}")] = evidence
    _certify(case, remote.tagged(arguments.tag), seen.digest)
    return evidence


def _as_reported(task: Task, name: str, digest: str) -> None:
    """An image is the one that the run saw, not whatever its tag leads to by now."""
    claimed = task.claimed["evidence"].get("digest")
    if claimed != digest:
        reported = f"reports {claimed}" if claimed is not None else "reports no digest of it"
        raise Failed(ReasonCode.DIGEST_DIFFERS, f"{name} is {digest} in the registry, and the run {reported}")


def _certify(case: Case, name: str, digest: str) -> None:
    image = ImagePart(name, digest)
    if image not in case.images:
        case.images.append(image)


def _labels(registry: Any, repository: str, seen: Any) -> dict[str, str] | None:
    """The labels in the image's configuration; None for an index, whose images have their own."""
    if seen.is_index or seen.config_digest is None or not hasattr(registry, "blob"):
        return None
    found = json.loads(registry.blob(repository, seen.config_digest)).get("config", {}).get("Labels")
    return {str(key): str(value) for key, value in (found or {}).items()}


def _same_labels(task: Task, labels: Mapping[str, str]) -> None:
    claimed = task.claimed["evidence"].get("labels")
    if not isinstance(claimed, Mapping):
        return
    other = sorted(key for key, value in claimed.items() if labels.get(key) != value)
    if other:
        raise Failed(
            ReasonCode.DIGEST_DIFFERS,
            f"the image in the registry has other labels than the run reports: {', '.join(other)}",
        )


def _in_engine(task: Task, toolbox: LiveToolbox) -> dict[str, Any]:
    name = f"{task.step.arguments.image}:{task.step.arguments.tag}"
    began = time.monotonic()
    engine = replace(toolbox.engine(), on_answer=lambda asked, status, body: toolbox.record(
        asked, http_status=status, seconds=time.monotonic() - began, answer=body))  # fmt: skip
    image = engine.image(name)
    claimed = task.claimed["evidence"].get("image_id")
    if image is None or (claimed is not None and image.id != claimed):
        raise Failed(
            ReasonCode.NOT_FOUND,
            f"the engine has {image.id if image else 'no image'} as {name}, and the run reports {claimed}",
        )
    return {"image_id": image.id}


# What looks


def _again(this: Look, case: Case, task: Task) -> Found:
    """The operation itself, in the clean checkout of what would be committed."""
    name = task.step.repository.name
    subject = case.subjects[name]
    assert subject.after is not None
    artefacts = task.artefacts | frozenset(Artefact("file", f"{name}:{path}") for path in subject.changed)
    site = Site(name, Tree(subject.after.root), subject.after.inventory, subject.after.config, artefacts)
    toolbox = _toolbox(case, site, frozenset())
    try:
        task.operation.preflight(task.step.arguments, toolbox)
        done = task.operation.perform(task.step.arguments, toolbox)
        if task.step.request.operation == "image.verify":
            _same_image(case, task, done.evidence)
    except Stop as stop:
        _keep(case, task, _verdict(stop), toolbox.taken(), {})
        raise
    _keep(case, task, Verdict.PROVED, toolbox.taken(), done.evidence)
    return this.found(
        CheckStatus.WARN if done.warnings else CheckStatus.PASS, "; ".join((done.words, *done.warnings)),
        evidence=done.evidence, command=_commands(case, task),
    )  # fmt: skip


def _same_image(case: Case, task: Task, seen: Mapping[str, Any]) -> None:
    place = f"{seen['registry']}/{seen['repository']}"
    name = f"{place}:{seen['tag']}" if seen["tag"] else f"{place}@{seen['digest']}"
    _as_reported(task, name, seen["digest"])
    _certify(case, name, seen["digest"])


def _toolbox(case: Case, site: Site, declared: frozenset[str]) -> LiveToolbox:
    return LiveToolbox(site, declared=declared, ledger=case.ledger, tools=case.tools)


def _verdict(stop: Stop) -> Verdict:
    return Verdict.UNPROVED if isinstance(stop, Errored) else Verdict.DISPROVED


def _code(ran: Ran) -> int | None:
    """What a certificate has as exit code: an API call's is the status of its answer."""
    return ran.exit_code if ran.http_status is None else ran.http_status


def _keep(case: Case, task: Task, verdict: Verdict, ran: tuple[Ran, ...], evidence: Mapping[str, Any]) -> None:
    """What the certificate says about this operation; a second look replaces the first."""
    parts = case.operations.setdefault(task.index, [])
    made = OperationPart(
        task.step.request.operation,
        _plain(case, task.step.request.arguments),
        verdict,
        tuple(RanPart(portable(case, each.command), _code(each), each.output_sha256) for each in ran),
        sha256_of(json.loads(json.dumps(_no_floats(evidence), default=str))),
    )
    place = next(
        (i for i, old in enumerate(parts) if (old.operation, old.arguments) == (made.operation, made.arguments)), None
    )
    if place is None:
        parts.append(made)
    else:
        parts[place] = made


def _commands(case: Case, task: Task) -> str:
    parts = case.operations.get(task.index, [])
    return "; ".join(ran.command for each in parts for ran in each.ran if each.operation == task.step.request.operation)


def portable(case: Case, command: str) -> str:
    """Without the folders of this verification, which are gone when somebody reads it."""
    for subject in case.subjects.values():
        for each in (subject.before, subject.after):
            if each is not None:
                command = command.replace(str(each.root), ".")
    own = (tempfile.gettempdir(), os.path.realpath(tempfile.gettempdir()))  # gate/scratch.py: nobody else's is in it
    return re.sub(rf"(?:{'|'.join(map(re.escape, own))})/[^/\s'\"]+", ".", command)


def _no_floats(value: Any) -> Any:
    """Seconds differ from run to run and say nothing about what was found."""
    if isinstance(value, Mapping):
        return {str(key): _no_floats(each) for key, each in value.items() if key != "seconds"}
    if isinstance(value, list | tuple):
        return [_no_floats(each) for each in value]
    return repr(value) if isinstance(value, float) else value
