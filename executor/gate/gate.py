"""`executor gate`: may this proposal be merged? Reads git objects, changes nothing, asks nobody.

    policy and keys of the base → commits of the proposal, oldest first → is each covered? → findings

What a commit owes is a certificate for every box that it ticks, by what the box claims, and for every path that is
protected or was certified by an earlier commit of the proposal, blob by blob. A certificate counts as a whole or not at
all, and once. Ids of commits do not matter, nor what else people wrote in a task file, so a squash or a rebase of
honest work is covered as the original was, by what is in the certificates and in the commits themselves.
"""

from __future__ import annotations

import functools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor.config import FILE_NAME
from executor.errors import UsageError
from executor.gate import keys, notes
from executor.gate.boxes import Box, Boxes, Tasks
from executor.gate.certificate import Blob, Certificate, Change, RepositoryPart
from executor.gate.cover import Offer, Question, cover
from executor.gate.history import Step, commits, own
from executor.gate.objects import Objects, quarantine
from executor.gate.past import Past
from executor.gate.policy import Policy, changes_policy, is_one_of, of_commit
from executor.gate.refusal import Finding, Uncovered, shown
from executor.gate.store import Refused, Store, vouched
from executor.gate.verdict import counted
from executor.repository import top_of
from executor.safety import DEFAULT_BRANCHES
from executor.taskfile.parse import MAX_BYTES
from executor.values import dataclass, field


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
    """`standing` are the certificates that commits of the proposal were covered by, oldest first, `used` also those of
    them that a later commit took back."""

    objects: Objects
    policy: Policy
    head: str
    refs: Sequence[str]
    findings: list[Finding] = field(default_factory=list)
    standing: list[Offer] = field(default_factory=list)
    used: dict[str, tuple[Offer, str]] = field(default_factory=dict)

    def run(self) -> Judged:
        self.tasks = Tasks(self.objects, self.policy.config.max_task_bytes)
        self.boxes = Boxes(self.tasks, self.is_task)
        self.store = Store(self.objects, self.policy, self.head, self.refs)
        longest = max(self.policy.config.max_task_bytes, MAX_BYTES)  # what was read once is past, whatever is read now
        self.past = Past(self.objects, self.policy.commit, Tasks(self.objects, longest))
        found = commits(self.objects, self.head, self.policy.commit)
        self.store.prefetch(each.id for each in found)
        touched = [change for commit in found for against in commit.against for change in against.values()
                   if self.is_task(change.path)]  # fmt: skip
        self.tasks.fetch(entry.blob for each in touched for entry in (each.before, each.after) if entry is not None)
        covered = {each.id: self._step(own(self.objects, each, self._may_matter)) for each in found}
        return Judged(self.policy.commit, self.head, tuple(covered), covered, tuple(self.findings))

    @functools.cached_property
    def is_task(self) -> Callable[[str], bool]:
        """Markdown in the task folders, and elsewhere what a certificate that is here has for its task file."""
        return functools.cache(lambda path: self.policy.is_task(path) or self.store.names_task(path))

    def _may_matter(self, change: Change) -> bool:
        path = change.path
        return (
            self.is_task(path) or path in self._certified() or self.policy.protects(path)
            or is_one_of(path, _POLICY) or self.policy.hides_tasks(change)
        )  # fmt: skip

    def _certified(self) -> set[str]:
        return {path for each in self.standing for path in each.paths}

    def _is_free(self, path: str) -> bool:
        """A task file, in which people may write what ticks nothing."""
        return self.policy.gate.task_edits == "free" and self.is_task(path) and not self.policy.protects(path)

    def _step(self, step: Step) -> tuple[str, ...]:
        """The digests of the certificates that cover a commit; what is not covered becomes findings."""
        self._policy_of(step)
        self._hidden(step)
        boxes = self._boxes(step)
        watched = {path for path in step.changes if self._owes(path)}
        back = self._taken_back(step, watched)
        own_offers = self._offers(self.store.of(step.commit, step.named))
        paths = (watched - back).union(*(each.paths for each in own_offers if each.paths <= step.changes.keys()))
        if not paths and not boxes:
            return ()
        found = self._cover(step, paths, boxes, own_offers)
        if found is None:
            own_offers += self._offers(self.store.about(step.changes))
            found = self._cover(step, paths, boxes, own_offers)
        if found is None:
            found = self._refuse(step, paths, boxes, own_offers)
        self.standing += found
        self.used.update({each.digest: (each, step.commit) for each in found})
        return tuple(each.digest for each in found)

    def _owes(self, path: str) -> bool:
        """Whether a change of this path needs a certificate, whatever it changes."""
        if self.policy.protects(path) or path in self._certified():
            return True
        return self.policy.gate.task_edits == "certified" and self.is_task(path)

    def _boxes(self, step: Step) -> list[Box]:
        found: list[Box] = []
        for path in sorted(filter(self.is_task, step.changes)):
            new = self.boxes.new(path, step)
            if new is None:
                lint = f"executor lint {shown(path)}"
                self._find(
                    "unreadable",
                    step,
                    path,
                    f"cannot be read as a task file, and may hold boxes: {lint}; or delete the file",
                )
            found += new or ()
        return found

    # Certificates

    def _offers(self, certificates: Iterable[Certificate]) -> list[Offer]:
        """What certificates that were not used yet could do for a commit."""
        offers = (self._offer(each) for each in certificates if each.digest not in self.used)
        return [each for each in offers if each is not None]

    def _offer(self, certificate: Certificate) -> Offer | None:
        """Of its parts the one that is about this repository; the boxes are in that of the task file."""
        task = certificate.facts.task.path
        for part in certificate.facts.repositories:
            if part.changes and self._is_here(part):
                changes = tuple(each for each in part.changes if each.path != task or not self._is_free(task))
                has_task = any(each.path == task for each in part.changes)
                claims = vouched(certificate.facts) if has_task else Counter()
                return Offer(certificate, certificate.facts.moment, part.base, changes, claims)
        return None

    def _is_here(self, part: RepositoryPart) -> bool:
        """It names the commit that its history begins with; made in a shallow clone, it has to stand on our base."""
        if part.root is not None:
            return part.root in self.roots
        return part.base is not None and self.objects.is_ancestor(part.base, self.policy.commit)

    @functools.cached_property
    def roots(self) -> frozenset[str]:
        return self.objects.roots(self.policy.commit)

    def _cover(self, step: Step, paths: set[str], boxes: Sequence[Box], offers: Iterable[Offer]) -> list[Offer] | None:
        """Certificates that cover the commit, none of which was used before."""
        usable = list({each.digest: each for each in offers}.values())
        before, after = self._states(step, paths.union(*(each.paths for each in usable)))
        claims = Counter(each.claim for each in boxes)
        while (found := cover(Question(before, after, frozenset(paths), claims), usable)) is not None:
            known = [*(each for each, _ in self.used.values()), *usable]
            spent = {each.digest for each in found if self._spent(step, each, known)}
            if not spent:
                return found
            usable = [each for each in usable if each.digest not in spent]
        return None

    def _spent(self, step: Step, offer: Offer, known: Iterable[Offer]) -> bool:
        """Used before, and more than a branch that brings once more what the base has got from another one."""
        where = self.past.use_of(offer, known)
        if where is None or self._stands_in_base(step, offer):
            return False
        self.used[offer.digest] = (offer, where)
        return True

    def _stands_in_base(self, step: Step, offer: Offer) -> bool:
        """The base has its boxes ticked and its files as it left them, and no more boxes that claim the same are ticked
        here, nor in the end: nothing new is claimed with it."""
        there = self.objects.some(self.policy.commit, sorted(offer.paths)) if offer.paths else {}
        if any(there.get(each.path) != each.after for each in offer.changes):
            return False
        ticked = self._ticked(self.policy.commit, [offer])
        here = (self._ticked(each, [offer]) for each in (step.commit, self.head))
        return offer.claims <= ticked and all(each <= ticked for each in here)

    def _states(self, step: Step, paths: set[str]) -> tuple[dict[str, Blob | None], dict[str, Blob | None]]:
        """Files before and after a commit, also those that it leaves as they are."""
        still = sorted(paths - step.changes.keys())
        there = self.objects.some(step.commit, still) if still else {}
        before: dict[str, Blob | None] = {path: there.get(path) for path in still}
        after = dict(before)
        before.update({path: each.before for path, each in step.changes.items()})
        after.update({path: each.after for path, each in step.changes.items()})
        return before, after

    def _taken_back(self, step: Step, paths: set[str]) -> set[str]:
        """The certified paths that a commit brings back to what they were before certificates of this proposal, newest
        first, each as a whole and with its boxes: nothing is claimed by these any more. They stay used."""
        certified = self._certified() & paths
        state = {path: step.changes[path].before for path in certified}
        undone: list[Offer] = []
        for offer in reversed(self.standing):
            if all(state.get(path) == step.changes[path].after for path in offer.paths & certified):
                continue
            if any(each.path not in state or state[each.path] != each.after for each in offer.changes):
                return set()
            state.update({each.path: each.before for each in offer.changes})
            undone.append(offer)
        if not undone or any(state[path] != step.changes[path].after for path in certified):
            return set()
        if self._ticked(step.commit, undone):
            return set()
        self.standing = [each for each in self.standing if each not in undone]
        return certified

    def _ticked(self, commit: str, offers: Sequence[Offer]) -> Counter[str]:
        """How often claims of these certificates are ticked in a commit, wherever their files went."""
        words = [word for each in offers for word in each.words]
        files = {path: entry for path, entry in self.objects.entries(commit).items() if self.is_task(path)}
        self.tasks.fetch(entry.blob for entry in files.values())
        claims = {claim for each in offers for claim in each.claims}
        found = (self.tasks.claims(entry, path, words) for path, entry in files.items())
        return Counter(claim for each in found for claim in each.elements() if claim in claims)

    # Refusing

    def _policy_of(self, step: Step) -> None:
        """Keys and policy may not be changed by what they judge, save the first keys where there were none."""
        for path, change in step.changes.items():
            if not is_one_of(path, _POLICY):
                continue
            if path == FILE_NAME and not changes_policy(self.policy, self._toml(change.after)):
                continue
            allowed = not self.policy.has_keys or self.policy.gate.policy_changes == "allow"
            message = f"{shown(path)} changes here; it counts only once it is merged"
            if not allowed:
                message += ". Somebody who may has to merge it by itself (docs/ci.md)"
            self.findings.append(Finding("policy-change", step.commit, shown(path), 1, message, refuses=not allowed))

    def _toml(self, entry: Blob | None) -> bytes | None:
        """What a checkout reads as executor.toml; where that is a link, nothing that anybody can judge."""
        if entry is None:
            return None
        return self.objects.blob(entry.blob) if entry.mode in ("100644", "100755") else b"a link, which is no TOML"

    def _hidden(self, step: Step) -> None:
        for path, change in step.changes.items():
            if self.policy.hides_tasks(change):
                self._find("unreadable", step, path, "a link or submodule where tasks are; it may hide ticked boxes")

    def _refuse(self, step: Step, paths: set[str], boxes: Sequence[Box], offers: Sequence[Offer]) -> list[Offer]:
        """Findings for what is not covered; returns the certificates that cover the rest, where that is all."""
        boxes, paths, found = self._lacking(step, paths, boxes, offers)
        own_ones = self.store.of(step.commit, step.named)
        refused = self.store.refusals(step.commit, step.named)
        refused += [self._of_another(each) for each in own_ones if self._offer(each) is None]
        self.findings += Uncovered(
            step.commit, boxes, sorted(paths), step.changes, self.store.missing(step.named), refused,
            tuple(self.store.refused.values()), [each for each in offers if each.digest not in self.used],
            list(self.used.values()),
        ).findings()  # fmt: skip
        return found

    def _lacking(
        self, step: Step, paths: set[str], boxes: Sequence[Box], offers: Sequence[Offer]
    ) -> tuple[Sequence[Box], set[str], list[Offer]]:
        """The boxes and paths that no certificate covers even by themselves, and what covers the others; all of them
        where it is only together that they are not."""
        left = sum((each.claims for each in offers), Counter())
        strange = []
        for box in boxes:
            if not left[box.claim] or self._cover(step, set(), [box], offers) is None:
                strange.append(box)
            left[box.claim] -= 1
        odd = {each for each in paths if self._cover(step, {each}, [], offers) is None}
        if not strange and not odd:
            return boxes, paths, []
        found = self._cover(step, paths - odd, [each for each in boxes if each not in strange], offers)
        return strange, odd, found or []

    def _of_another(self, certificate: Certificate) -> Refused:
        reason = f"{certificate.facts.id} is about another repository"
        return Refused(reason, frozenset(vouched(certificate.facts)))

    def _find(self, rule: str, step: Step, path: str, message: str) -> None:
        self.findings.append(Finding(rule, step.commit, shown(path), 1, message))


_POLICY = (keys.TRUSTED_KEYS, FILE_NAME)
