"""`executor gate`: may this proposal be merged? Reads git objects, changes nothing, asks nobody.

    policy and keys of the base → commits of the proposal, oldest first → is each covered? → findings

A commit is covered when certificates that the base trusts lead, path by path and blob by blob, from what was there
before to what is there after it, on every path that matters: task files in which a box went from open to ticked,
protected paths, and what an earlier certificate of the proposal certified. A certificate counts as a whole or not at
all, and once. Ids of commits do not matter, so a squash or a rebase of honest work is covered as the original was.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor.config import FILE_NAME
from executor.errors import UsageError
from executor.gate import keys, notes
from executor.gate.certificate import Blob, Certificate, Change, RepositoryPart
from executor.gate.claims import newly_ticked, said
from executor.gate.history import Past, Step, Store, Tasks, steps
from executor.gate.objects import Objects, quarantine
from executor.gate.policy import Policy, changes_policy, of_commit
from executor.gate.verdict import Verdict
from executor.repository import top_of
from executor.safety import DEFAULT_BRANCHES
from executor.taskfile.model import TaskFile
from executor.values import dataclass, field

RULES: dict[str, str] = {
    "forged-tick": "A box went from open to ticked without a certificate for exactly this change.",
    "uncertified-change": "A protected path, or one that was certified before, changed without a certificate.",
    "policy-change": "The keys or the policy of the gate change; they have to be merged by somebody who may.",
    "unreadable": "A task file cannot be read, so nobody knows which boxes are ticked.",
}
_MOST_TRIED = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the gate saw. `line` is 1-based; `refuses`: the proposal may not be merged so."""

    rule: str
    commit: str
    path: str
    line: int
    message: str
    refuses: bool = True

    @property
    def place(self) -> str:
        return f"{self.commit[:12]}:{self.path}:{self.line}"


@dataclass(frozen=True)
class Judged:
    base: str
    head: str
    commits: tuple[str, ...]
    covered: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]

    @property
    def accepted(self) -> bool:
        return not any(each.refuses for each in self.findings)

    @property
    def sentence(self) -> str:
        certified = sum(1 for each in self.covered.values() if each)
        many = "commit" if len(self.commits) == 1 else "commits"
        words = f"{len(self.commits)} {many} on {self.base[:12]}, {certified} of them certified"
        if self.accepted:
            return f"Accepted: {words}"
        count = sum(each.refuses for each in self.findings)
        return f"Refused: {words}, {count} finding{'s' if count != 1 else ''}"

    def document(self) -> dict[str, Any]:
        return {
            "schema_version": "1.0",
            "accepted": self.accepted,
            "base": self.base,
            "head": self.head,
            "commits": [{"commit": each, "certificates": list(self.covered.get(each, ()))} for each in self.commits],
            "findings": [
                {"rule": f.rule, "commit": f.commit, "path": f.path, "line": f.line, "message": f.message,
                 "refuses": f.refuses}
                for f in self.findings
            ],
        }  # fmt: skip


def judge(start: Path, base: str | None, head: str, more_notes: tuple[str, ...] = ()) -> Judged:
    """Raises UsageError where base or head is not there, ConfigError where the base's own policy cannot be read."""
    objects = Objects(_root(start), quarantine())
    tip = objects.resolve(head)
    if tip is None:
        raise UsageError(f"there is no commit {head} here", remedy="fetch the whole branch (fetch-depth: 0)")
    policy = of_commit(objects, _base(objects, base))
    return _Judge(objects, policy, tip, (notes.REF, *more_notes)).run()


def _root(start: Path) -> Path:
    """A bare repository, as in a hook, or the top of the work tree."""
    if (start / "HEAD").is_file() and (start / "objects").is_dir():
        return start.resolve()
    return top_of(start)


def _base(objects: Objects, base: str | None) -> str:
    wanted = os.environ.get("GITHUB_BASE_REF") or os.environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    names = [base] if base else [f"origin/{wanted}"] if wanted else [f"origin/{each}" for each in DEFAULT_BRANCHES]
    for name in names:
        found = objects.resolve(name)
        if found is not None:
            return found
    raise UsageError(f"there is no base {' or '.join(names)} here", remedy="executor gate --base REF, after git fetch")


@dataclass
class _Judge:
    objects: Objects
    policy: Policy
    head: str
    refs: Sequence[str]
    findings: list[Finding] = field(default_factory=list)
    certified: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def run(self) -> Judged:
        self.tasks = Tasks(self.objects)
        self.store = Store(self.objects, self.policy, self.head, self.refs)
        found = steps(self.objects, self.head, self.policy.commit)
        paths = sorted({path for each in found for path in each.changes if self.is_task(path)})
        self.past = Past(self.objects, self.policy.commit, tuple(paths))
        self.store.prefetch(each.commit for each in found)
        entries = (entry for each in found for change in each.changes.values() if self.is_task(change.path)
                   for entry in (change.before, change.after) if entry is not None)  # fmt: skip
        self.tasks.fetch(entry.blob for entry in entries)
        covered = {each.commit: self._step(each) for each in found}
        return Judged(self.policy.commit, self.head, tuple(covered), covered, tuple(self.findings))

    def is_task(self, path: str) -> bool:
        return self.policy.is_task(path)

    def _step(self, step: Step) -> tuple[str, ...]:
        """The digests of the certificates that cover a commit; what is not covered becomes findings."""
        self._policy_of(step)
        needed = {path for path, change in step.changes.items() if self._matters(change, step)}
        own = [each for each in self.store.at(step.commit) if self._fits(each, step)]
        if not needed and not own:
            return ()
        found = self._cover(step, needed, own)
        if found is None and needed:
            found = self._cover(step, needed, [*own, *self.store.every()])
        if found is None:
            self._refuse(step, needed)
            return ()
        for certificate, part in found:
            self.used.add(certificate.digest)
            self.certified.update(each.path for each in part.changes)
        return tuple(certificate.digest for certificate, _ in found)

    def _matters(self, change: Change, step: Step) -> bool:
        if change.path in self.certified and not self.is_task(change.path):
            return True
        if self.policy.protects(change.path):
            return True
        return self.is_task(change.path) and self._new_ticks(change, step.changes.values()) != []

    def _new_ticks(self, change: Change, beside: Iterable[Change] = ()) -> list[int] | None:
        """The lines of boxes that became ticked; None where the new file cannot be read. Under the policy `certified`
        every change of a task file counts, as one at its first line."""
        if change.after is None:
            return [1] if self.policy.gate.task_edits == "certified" else []
        after = self.tasks.of(change.after, change.path)
        if after is None:
            return None if self._may_hold_boxes(change.after) else []
        lines = [each.line for each in newly_ticked(self._before(change, after, beside), after)]
        return lines or ([1] if self.policy.gate.task_edits == "certified" else [])

    def _may_hold_boxes(self, entry: Blob) -> bool:
        """A README in a task folder is no task; what does not parse and has a ticked box might be one, so might what
        a link leads to."""
        if entry.mode not in ("100644", "100755"):
            return True
        if entry.blob in self.tasks.no_tasks:
            return False
        data = self.tasks.data.get(entry.blob, b"- [x]")
        return b"[x]" in data or b"[X]" in data

    def _before(self, change: Change, after: TaskFile, beside: Iterable[Change]) -> TaskFile | None:
        """The task before the change: at its path, or, where it was moved, the one of its id that went away with it. A
        file that is new has no box that was ticked before."""
        if change.before is not None:
            return self.tasks.of(change.before, change.path)
        for each in beside:
            if each.after is None and self.is_task(each.path):
                task = self.tasks.of(each.before, each.path)
                if task is not None and task.id == after.id:
                    return task
        return None

    # Covering

    def _fits(self, certificate: Certificate, step: Step) -> bool:
        """Whether one of its parts could be a part of this commit: all its paths change here."""
        return self._part(certificate, step.changes) is not None

    def _part(self, certificate: Certificate, paths: Mapping[str, Change]) -> RepositoryPart | None:
        parts = certificate.facts.repositories
        return next((each for each in parts if each.changes and all(c.path in paths for c in each.changes)), None)

    def _cover(
        self, step: Step, needed: set[str], candidates: Iterable[Certificate]
    ) -> list[tuple[Certificate, RepositoryPart]] | None:
        """Certificates in an order that leads from before to after; None where no order does."""
        usable = []
        for each in {each.digest: each for each in candidates}.values():
            part = self._part(each, step.changes)
            if part is not None and each.digest not in self.used and not self._replayed(each, part):
                usable.append((each, part))
        search = _Search(self, step, usable)
        return search.run({path: change.before for path, change in step.changes.items()}, frozenset(needed), ())

    def _replayed(self, certificate: Certificate, part: RepositoryPart) -> bool:
        if not self.past.used(certificate, part):
            return False
        self.store.refused["replayed"] = f"the certificate {certificate.facts.id} was used before"
        return True

    def explained(self, path: str, state: Blob | None, after: Blob | None) -> bool:
        """Whether what certificates left is what the commit left, or differs by what people may write in a task."""
        if state == after:
            return True
        if not self.is_task(path) or state is None:
            return False
        return self.tasks.known(state) and self._new_ticks(Change(path, state, after)) == []

    def true_to_boxes(self, step: Step, path: str, taken: Sequence[Certificate]) -> bool:
        """Every box that the commit ticks is one that its certificates say was proved, or declared by hand. Compared
        by what the boxes say: of a squash, the files in between are not here."""
        change = step.changes[path]
        after = self.tasks.of(change.after, path)
        if after is None:
            return change.after is None or not self._may_hold_boxes(change.after)
        good = [
            criterion.criterion
            for each in taken
            for criterion in each.facts.criteria
            if criterion.verdict in (Verdict.PROVED, Verdict.MANUAL)
        ]
        before = self._before(change, after, step.changes.values())
        return all(said(each) in good for each in newly_ticked(before, after))

    # Refusing

    def _policy_of(self, step: Step) -> None:
        """Keys and policy may not be changed by what they judge, save the first keys where there were none."""
        keys_change = step.changes.get(keys.TRUSTED_KEYS)
        toml = step.changes.get(FILE_NAME)
        touched = []
        if keys_change is not None:
            touched.append((keys.TRUSTED_KEYS, self.policy.has_keys))
        if toml is not None:
            data = None if toml.after is None else self.objects.blob(toml.after.blob)
            if changes_policy(self.policy, data):
                touched.append((FILE_NAME, self.policy.has_keys))
        for path, refuses in touched:
            allowed = not refuses or self.policy.gate.policy_changes == "allow"
            message = f"{path} changes here; it counts only once it is merged"
            if not allowed:
                message += ". Somebody who may has to merge it by itself (docs/ci.md)"
            self.findings.append(Finding("policy-change", step.commit, path, 1, message, refuses=not allowed))

    def _refuse(self, step: Step, needed: set[str]) -> None:
        why = self.store.refused.get(step.commit) or self.store.refused.get("replayed") or self._why_not(step)
        for path in sorted(needed):
            change = step.changes[path]
            lines = self._new_ticks(change, step.changes.values()) if self.is_task(path) else []
            if lines is None:
                self._find("unreadable", step, path, 1, "cannot be read as a task file, and may hold ticked boxes")
            for line in lines or ():
                self._find("forged-tick", step, path, line, f"ticked here, and no certificate covers it: {why}")
            if lines == []:
                self._find("uncertified-change", step, path, 1, f"changed here, and no certificate covers it: {why}")

    def _find(self, rule: str, step: Step, path: str, line: int, message: str) -> None:
        self.findings.append(Finding(rule, step.commit, path, line, message))

    def _why_not(self, step: Step) -> str:
        at = self.store.at(step.commit)
        if not at:
            return "the commit has none, and none of the others fits; executor verify TASK.md --commit makes one"
        certified = {each.path: each for part in at[0].facts.repositories for each in part.changes}
        other = sorted(path for path, each in certified.items() if step.changes.get(path) != each)
        return f"its certificate {at[0].facts.id} is about other content of {', '.join(other) or 'another commit'}"


@dataclass
class _Search:
    """Which certificates, one after the other, make of the state before a commit the state after it."""

    judge: _Judge
    step: Step
    usable: list[tuple[Certificate, RepositoryPart]]
    tried: int = 0

    def run(
        self, state: dict[str, Blob | None], needed: frozenset[str], taken: tuple[int, ...]
    ) -> list[tuple[Certificate, RepositoryPart]] | None:
        self.tried += 1
        if self.tried > _MOST_TRIED:
            return None
        if self._arrived(state, needed, [self.usable[each][0] for each in taken]):
            return [self.usable[each] for each in taken]
        for number, (_, part) in enumerate(self.usable):
            if number in taken or any(state[each.path] != each.before for each in part.changes):
                continue
            after = {**state, **{each.path: each.after for each in part.changes}}
            found = self.run(after, needed | {each.path for each in part.changes}, (*taken, number))
            if found is not None:
                return found
        return None

    def _arrived(self, state: dict[str, Blob | None], needed: frozenset[str], taken: list[Certificate]) -> bool:
        return all(
            self.judge.explained(path, state[path], self.step.changes[path].after)
            and (not self.judge.is_task(path) or self.judge.true_to_boxes(self.step, path, taken))
            for path in needed
        )
