"""`executor gate`: may this proposal be merged? Reads git objects, changes nothing, asks nobody.

    policy and keys of the base → commits of the proposal, oldest first → is each covered? → findings

A commit is covered when certificates that the base trusts lead, path by path and blob by blob, from what was there
before to what is there after it, on every path that matters: task files in which a box went from open to ticked,
protected paths, and what an earlier certificate of the proposal certified. A certificate counts as a whole or not at
all, and once. Ids of commits do not matter, so a squash or a rebase of honest work is covered as the original was.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor.config import FILE_NAME
from executor.errors import UsageError
from executor.gate import keys, notes
from executor.gate.certificate import Blob, Certificate, Change, RepositoryPart
from executor.gate.claims import Meaning, meaning, newly_ticked, said
from executor.gate.cover import Question, Usable, cover
from executor.gate.history import Past, Side, Step, Store, Tasks, commits, own
from executor.gate.objects import Objects, quarantine
from executor.gate.policy import Policy, changes_policy, of_commit
from executor.gate.verdict import Verdict, counted
from executor.repository import top_of
from executor.safety import DEFAULT_BRANCHES
from executor.taskfile.model import Criterion, TaskFile
from executor.values import dataclass, field

RULES: dict[str, str] = {
    "forged-tick": "A box went from open to ticked without a certificate for exactly this change.",
    "uncertified-change": "A protected path, or one that was certified before, changed without a certificate.",
    "policy-change": "The keys or the policy of the gate change; they have to be merged by somebody who may.",
    "unreadable": "A task file cannot be read, so nobody knows which boxes are ticked.",
}


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


def shown(path: str) -> str:
    """A path as a line of text: git takes any bytes for a name, terminals and XML do not."""
    text = os.fsencode(path).decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


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
        words = f"{counted(len(self.commits), 'commit')} on {self.base[:12]}, {certified} of them certified"
        if self.accepted:
            return f"Accepted: {words}"
        count = sum(each.refuses for each in self.findings)
        return f"Refused: {words}, {counted(count, 'finding')}"

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
    tip = objects.named(head)
    if tip is None:
        raise UsageError(f"there is no commit {head} here", remedy="fetch the whole branch (fetch-depth: 0)")
    policy = of_commit(objects, _base(objects, base))
    if objects.cut_off():
        raise UsageError(
            "old history is missing here, and with it what was certified before", place=str(objects.root),
            remedy="git fetch --unshallow (in CI: fetch-depth: 0, GIT_DEPTH: 0)",
        )  # fmt: skip
    for each in more_notes:
        if objects.resolve(each) is None:
            raise UsageError(f"there are no notes {each} here", remedy="fetch them, or leave --notes out")
    return _Judge(objects, policy, tip, (notes.REF, *more_notes)).run()


def _root(start: Path) -> Path:
    """A bare repository, as in a hook, or the top of the work tree."""
    if (start / "HEAD").is_file() and (start / "objects").is_dir():
        return start.resolve()
    return top_of(start)


def _base(objects: Objects, base: str | None) -> str:
    wanted = os.environ.get("GITHUB_BASE_REF") or os.environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    names = [base] if base else [f"refs/remotes/origin/{each}" for each in ([wanted] if wanted else DEFAULT_BRANCHES)]
    for name in names:
        found = objects.named(name)
        if found is not None:
            return found
    raise UsageError(f"there is no base {' or '.join(names)} here", remedy="executor gate --base REF, after git fetch")


@dataclass
class _Judge:
    """`certified` are the paths that certificates of the proposal spoke about, `used` the certificates, by digest."""

    objects: Objects
    policy: Policy
    head: str
    refs: Sequence[str]
    findings: list[Finding] = field(default_factory=list)
    certified: set[str] = field(default_factory=set)
    used: dict[str, Usable] = field(default_factory=dict)

    def run(self) -> Judged:
        self.tasks = Tasks(self.objects, self.policy.config.max_task_bytes)
        self.store = Store(self.objects, self.policy, self.head, self.refs)
        found = commits(self.objects, self.head, self.policy.commit)
        touched = [change for commit in found for against in commit.against for change in against.values()
                   if self.is_task(change.path)]  # fmt: skip
        self.past = Past(self.objects, self.policy.commit, tuple(sorted({each.path for each in touched})))
        self.store.prefetch(each.id for each in found)
        self.tasks.fetch(entry.blob for each in touched for entry in (each.before, each.after) if entry is not None)
        covered = {each.id: self._step(own(self.objects, each, self._may_matter)) for each in found}
        return Judged(self.policy.commit, self.head, tuple(covered), covered, tuple(self.findings))

    def is_task(self, path: str) -> bool:
        return self.policy.is_task(path)

    def _may_matter(self, change: Change) -> bool:
        path = change.path
        return (
            self.is_task(path) or path in self.certified or self.policy.protects(path)
            or path in (keys.TRUSTED_KEYS, FILE_NAME) or self.policy.hides_tasks(change)
        )  # fmt: skip

    def _step(self, step: Step) -> tuple[str, ...]:
        """The digests of the certificates that cover a commit; what is not covered becomes findings."""
        self._policy_of(step)
        self._hidden(step)
        given_back = self._given_back(step)
        needed = {path for path in step.changes if path not in given_back and self._matters(path, step)}
        at = [each for each in self.store.at(step.commit) if self._part(each, step) is not None]
        if not needed and not at:
            return ()
        found = self._cover(step, needed, at)
        if found is None:
            found = self._cover(step, needed, [*at, *self.store.about(step.changes)])
        if found is None:
            self._refuse(step, needed)
            return ()
        for certificate, part in found:
            self.used[certificate.digest] = (certificate, part)
            self.certified.update(each.path for each in part.changes)
        return tuple(certificate.digest for certificate, _ in found)

    def _given_back(self, step: Step) -> set[str]:
        """The paths of certificates of this proposal that the commit takes back whole: nothing is claimed any more.
        Such a certificate stays used."""
        paths: set[str] = set()
        for _, part in self.used.values():
            if all(step.changes.get(each.path) == Change(each.path, each.after, each.before) for each in part.changes):
                paths.update(each.path for each in part.changes)
        self.certified -= paths
        return paths

    def _matters(self, path: str, step: Step) -> bool:
        if path in self.certified and not self.is_task(path):
            return True
        return self.policy.protects(path) or (self.is_task(path) and self._lines(path, step) != [])

    def _lines(self, path: str, step: Step) -> list[int] | None:
        """The lines of boxes that become ticked in a commit; None where the new file cannot be read. Under the policy
        `certified` every change of a task file counts, as one at its first line."""
        new = self._new(path, step)
        if new is None:
            return None
        lines = sorted({each.line for each in new})
        return lines or ([1] if self.policy.gate.task_edits == "certified" else [])

    def _new(self, path: str, step: Step) -> list[Criterion] | None:
        """The criteria that become ticked. In a merge: that one of its parents has open, and no other side ticked."""
        change = step.changes[path]
        after = self.tasks.of(change.after, path)
        if after is None:
            return None if self._may_hold_boxes(change.after) else []
        if path not in step.sides:
            return newly_ticked(self._before(change, after, step.changes.values()), after)
        return [
            each
            for side in step.sides[path]
            for each in newly_ticked(self.tasks.of(side.change.before, path), after, self._gains(path, side))
        ]

    def _gains(self, path: str, side: Side) -> list[Meaning]:
        gains: list[Meaning] = []
        for parted, there in side.gains:
            task = self.tasks.of(there, path)
            if task is not None:
                new = [newly_ticked(self.tasks.of(each, path), task) for each in parted]
                gains += [meaning(task, each) for each in new[0] if all(each in others for others in new)]
        return gains

    def _may_hold_boxes(self, entry: Blob | None) -> bool:
        """A README in a task folder is no task; what does not parse and has a ticked box might be one."""
        if entry is None or entry.blob in self.tasks.no_tasks or entry.mode not in ("100644", "100755"):
            return False  # links and submodules: _hidden
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

    def _part(self, certificate: Certificate, step: Step) -> RepositoryPart | None:
        """The one of its parts that could be a part of this commit: all its paths change here."""
        parts = certificate.facts.repositories
        fit = [each for each in parts if each.changes and all(c.path in step.changes for c in each.changes)]
        here = [each for each in fit if each.root is None or each.root in self.roots]
        if fit and not here:
            self.store.refused[step.commit] = f"the certificate {certificate.facts.id} is about another repository"
        return here[0] if here else None

    @functools.cached_property
    def roots(self) -> frozenset[str]:
        return self.objects.roots(self.policy.commit)

    def _cover(self, step: Step, needed: Iterable[str], candidates: Iterable[Certificate]) -> list[Usable] | None:
        usable = []
        for each in {each.digest: each for each in candidates}.values():
            part = self._part(each, step)
            if part is not None and each.digest not in self.used and not self._replayed(each, part):
                usable.append((each, part))
        whole = {each.path for _, part in usable if all(step.changes[c.path] == c for c in part.changes)
                 for each in part.changes}  # fmt: skip
        before = {path: change.before for path, change in step.changes.items()}
        question = Question(before, frozenset(needed) | whole, lambda *asked: self._arrived(step, *asked), self._free)
        return cover(question, usable)

    def _replayed(self, certificate: Certificate, part: RepositoryPart) -> bool:
        if not self.past.used(certificate, part):
            return False
        self.store.refused["replayed"] = f"the certificate {certificate.facts.id} was used before"
        return True

    def _arrived(self, step: Step, path: str, state: Blob | None, taken: Sequence[Certificate]) -> bool:
        """Whether what certificates left is what the commit left, or differs by what people may write in a task."""
        after = step.changes[path].after
        if not self.is_task(path):
            return state == after
        return (state == after or self._only_words(path, state, after)) and self._true_to_boxes(step, path, taken)

    def _free(self, path: str) -> bool:
        return self.is_task(path) and self.policy.gate.task_edits == "free"

    def _only_words(self, path: str, state: Blob | None, after: Blob | None) -> bool:
        if state is None or not self._free(path):
            return False
        old, new = self.tasks.of(state, path), self.tasks.of(after, path)
        return new is not None and self.tasks.known(state) and newly_ticked(old, new) == []

    def _true_to_boxes(self, step: Step, path: str, taken: Sequence[Certificate]) -> bool:
        """Every box that the commit ticks is one that its certificates say was proved, or declared by hand. Compared
        by what the boxes say: of a squash, the files in between are not here."""
        new = self._new(path, step)
        return new is not None and {said(each) for each in new} <= _vouched(taken)

    # Refusing

    def _policy_of(self, step: Step) -> None:
        """Keys and policy may not be changed by what they judge, save the first keys where there were none."""
        keys_change = step.changes.get(keys.TRUSTED_KEYS)
        toml = step.changes.get(FILE_NAME)
        touched = []
        if keys_change is not None:
            touched.append((keys.TRUSTED_KEYS, self.policy.has_keys))
        if toml is not None and changes_policy(self.policy, self._toml(toml.after)):
            touched.append((FILE_NAME, self.policy.has_keys))
        for path, refuses in touched:
            allowed = not refuses or self.policy.gate.policy_changes == "allow"
            message = f"{path} changes here; it counts only once it is merged"
            if not allowed:
                message += ". Somebody who may has to merge it by itself (docs/ci.md)"
            self.findings.append(Finding("policy-change", step.commit, path, 1, message, refuses=not allowed))

    def _toml(self, entry: Blob | None) -> bytes | None:
        """What a checkout reads as executor.toml; where that is a link, nothing that anybody can judge."""
        if entry is None:
            return None
        return self.objects.blob(entry.blob) if entry.mode in ("100644", "100755") else b"a link, which is no TOML"

    def _hidden(self, step: Step) -> None:
        for path, change in step.changes.items():
            if self.policy.hides_tasks(change):
                self._find("unreadable", step, path, 1, "a link or submodule where tasks are; it may hide ticked boxes")

    def _refuse(self, step: Step, needed: set[str]) -> None:
        why = self.store.refused.get(step.commit) or self.store.refused.get("replayed") or self._why_not(step)
        for path in sorted(needed):
            alone = self._unspoken(path, step) if self.is_task(path) else []
            for line, named in alone:
                self._find(
                    "forged-tick", step, path, line, f"ticked here, and its certificate {named} proves no such box"
                )
            if alone:
                continue  # the other boxes fell with these
            lines = self._lines(path, step) if self.is_task(path) else []
            if lines is None:
                self._find("unreadable", step, path, 1, "cannot be read as a task file, and may hold ticked boxes")
            for line in lines or ():
                self._find("forged-tick", step, path, line, f"ticked here, and no certificate covers it: {why}")
            if lines == []:
                self._find("uncertified-change", step, path, 1, f"changed here, and no certificate covers it: {why}")

    def _unspoken(self, path: str, step: Step) -> list[tuple[int, str]]:
        """Where the commit has certificates that prove boxes of this task: the lines that none of them speaks of."""
        at = self.store.at(step.commit)
        new = self._new(path, step) or []
        strange = [each.line for each in new if said(each) not in _vouched(at)]
        return [(line, at[0].facts.id) for line in sorted(set(strange))] if 0 < len(strange) < len(new) else []

    def _find(self, rule: str, step: Step, path: str, line: int, message: str) -> None:
        self.findings.append(Finding(rule, step.commit, shown(path), line, message))

    def _why_not(self, step: Step) -> str:
        at = self.store.at(step.commit)
        if not at:
            return "the commit has none, and none of the others fits; executor verify TASK.md --commit makes one"
        certified = {each.path: each for part in at[0].facts.repositories for each in part.changes}
        other = sorted(path for path, each in certified.items() if step.changes.get(path) != each)
        return f"its certificate {at[0].facts.id} is about other content of {', '.join(other) or 'another commit'}"


def _vouched(certificates: Iterable[Certificate]) -> set[str]:
    """What the boxes say that were proved, or declared by hand."""
    return {
        criterion.criterion
        for each in certificates
        for criterion in each.facts.criteria
        if criterion.verdict in (Verdict.PROVED, Verdict.MANUAL)
    }
