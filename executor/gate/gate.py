"""`executor gate`: may this proposal be merged? Reads git objects, changes nothing, asks nobody.

    policy and keys of the base → commits of the proposal, oldest first → is each covered? → findings

What a commit owes is a certificate for every box that it ticks, by what the box claims, and for every path that is
protected or was certified by a commit of the proposal in its past, blob by blob. A certificate counts as a whole or not
at all, and once on each line of the history. Ids of commits do not matter, nor what else people wrote in a task file,
so a squash or a rebase of honest work is covered as the original was, by what is in the certificates and in the commits
themselves.
"""

from __future__ import annotations

import functools
import os
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from executor.config import FILE_NAME
from executor.errors import ConfigError, UsageError
from executor.gate import keys, notes
from executor.gate.boxes import Box, Boxes, Tasks
from executor.gate.certificate import Blob, Certificate, Change, RepositoryPart
from executor.gate.cover import Offer, Question, cover
from executor.gate.history import Commit, Step, commits, own
from executor.gate.objects import Objects, quarantine
from executor.gate.past import Past
from executor.gate.policy import Policy, changes_policy, is_one_of, of_commit
from executor.gate.refusal import Finding, Uncovered, shown
from executor.gate.standing import NOTHING, Standing, Use, together
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
    branches = [wanted] if wanted else DEFAULT_BRANCHES
    names = [f"refs/remotes/origin/{each}" for each in branches] if base is None else [base]
    for name in names:
        found = objects.named(name)
        if found is not None:
            return found
    raise UsageError(f"there is no base {' or '.join(names)} here", remedy="executor gate --base REF, after git fetch")


@dataclass
class _Judge:
    """`standing` is what stands at each commit of the proposal, `used` where a certificate was used first; `in_base`
    the commits of the base that used one, of those that were asked about."""

    objects: Objects
    policy: Policy
    head: str
    refs: Sequence[str]
    findings: list[Finding] = field(default_factory=list)
    standing: dict[str, Standing] = field(default_factory=dict)
    used: dict[str, tuple[Offer, str]] = field(default_factory=dict)
    in_base: dict[str, tuple[str, ...]] = field(default_factory=dict)

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
        covered = {each.id: self._step(self._own(each)) for each in found}
        return Judged(self.policy.commit, self.head, tuple(covered), covered, tuple(self.findings))

    @functools.cached_property
    def is_task(self) -> Callable[[str], bool]:
        """Markdown in the task folders, and elsewhere what a certificate that is here has for its task file."""
        return functools.cache(lambda path: self.policy.is_task(path) or self.store.names_task(path))

    def _is_free(self, path: str) -> bool:
        """A task file, in which people may write what ticks nothing."""
        return self.policy.gate.task_edits == "free" and self.is_task(path) and not self.policy.protects(path)

    # What a commit does, and what stands before it

    def _own(self, commit: Commit) -> Step:
        sides = [self._at(each) for each in commit.parents]
        standing = together(sides, commit.against)
        if len(sides) > 1:
            standing = standing.without(self._went_on(commit, sides))

        def may_matter(change: Change) -> bool:
            path = change.path
            return (
                self.is_task(path) or path in standing.files or self.policy.protects(path)
                or is_one_of(path, _POLICY) or self.policy.hides_tasks(change)
            )  # fmt: skip

        def leads(place: int, change: Change) -> bool | None:
            led = standing.leads(sides[place], change, functools.partial(self._knows, commit.parents[place]))
            return True if led else False if standing.of_side(sides[place], change.path) else None

        return own(self.objects, commit, standing, may_matter, leads)

    def _at(self, commit: str) -> Standing:
        """What the base has was accepted, and stands for nothing here."""
        return self.standing.get(commit, NOTHING)

    def _knows(self, commit: str, use: Use) -> bool:
        return use.offer.digest in self._at(commit).digests or self._in_past(commit, use.elsewhere)

    def _in_past(self, of: str, commits: Iterable[str]) -> bool:
        return any(self.objects.is_ancestor(each, of) for each in commits)

    def _went_on(self, commit: Commit, sides: Sequence[Standing]) -> Iterator[tuple[Use, str]]:
        """Where a line had a file that it certified as the base had it, and the merge has it as the base had it later:
        what the base has was accepted."""
        for parent, side, against in zip(commit.parents, sides, commit.against, strict=True):
            for path in side.files.keys() & against.keys():
                change = against[path]
                then = self._is_the_base_s(parent, path, change.before)
                if then and self._is_the_base_s(commit.id, path, change.after):
                    yield from ((use, path) for use in side.files[path])

    def _is_the_base_s(self, commit: str, path: str, entry: Blob | None) -> bool:
        """Whether the newest commits of the base in a commit's past have a file so."""
        found = self.objects.merge_bases(commit, self.policy.commit)
        return bool(found) and all(self.objects.some(each, [path]).get(path) == entry for each in found)

    # What it owes

    def _step(self, step: Step) -> tuple[str, ...]:
        """The digests of the certificates that cover a commit; what is not covered becomes findings."""
        self._policy_of(step)
        self._hidden(step)
        boxes = self._boxes(step)
        undone = self._taken_back(step)
        owed = {path for path in step.changes if self._owes(step, path)} - {path for _, path in undone}
        own_offers = self._offers(step, self.store.of(step.commit, step.named))
        paths = owed.union(*(each.paths for each in own_offers if each.paths <= step.changes.keys()))
        found = self._covered(step, paths, boxes, own_offers) if paths or boxes else []
        self.standing[step.commit] = step.standing.without(undone).used(self._uses(step, found))
        return tuple(each.digest for each in found)

    def _covered(self, step: Step, paths: set[str], boxes: Sequence[Box], own_offers: list[Offer]) -> list[Offer]:
        found = self._cover(step, paths, boxes, own_offers)
        if found is None:
            own_offers += self._offers(step, self.store.about(step.changes))
            found = self._cover(step, paths, boxes, own_offers)
        return self._refuse(step, paths, boxes, own_offers) if found is None else found

    def _uses(self, step: Step, found: Iterable[Offer]) -> Iterator[Use]:
        """What was used in the base that the commit builds on is only brought back: that is no use."""
        for each in found:
            self.used.setdefault(each.digest, (each, step.commit))
            elsewhere = self.in_base[each.digest]
            if not self._in_past(step.commit, elsewhere):
                yield Use(each, step.commit, elsewhere)

    def _owes(self, step: Step, path: str) -> bool:
        """Whether a change of this path needs a certificate, whatever it changes."""
        if self.policy.protects(path) or path in step.standing.files:
            return True
        return self.policy.gate.task_edits == "certified" and self.is_task(path)

    def _boxes(self, step: Step) -> list[Box]:
        found: list[Box] = []
        for path, new in self.boxes.new(step).items():
            if new is None:
                lint = f"executor lint {shlex.quote(shown(path))}"
                self._find(
                    "unreadable",
                    step,
                    path,
                    f"cannot be read as a task file, and may hold boxes: {lint}; or delete the file",
                )
            found += new or ()
        return [*found, *(each for each in self._ticked_twice(step) if each not in found)]

    def _ticked_twice(self, step: Step) -> list[Box]:
        """Boxes that a side of a merge gets by a certificate that it has used itself: two by one."""
        for parent in step.parents:
            side = self._at(parent)
            twice = [each.offer for each in step.standing.uses - side.uses if each.offer.digest in side.digests]
            if twice and (found := self._more(parent, step.commit, twice)):
                return found
        return []

    def _more(self, before: str, after: str, offers: Sequence[Offer]) -> list[Box]:
        """The boxes of certificates that are ticked in one commit and not in another."""
        return self._of(offers, lambda words: self.boxes.more(before, after, words))

    def _of(self, offers: Sequence[Offer], boxes: Callable[[list[bytes]], list[Box]]) -> list[Box]:
        claims = {claim for each in offers for claim in each.claims}
        return [each for each in boxes([word for each in offers for word in each.words]) if each.claim in claims]

    # Certificates

    def _offers(self, step: Step, certificates: Iterable[Certificate]) -> list[Offer]:
        """What certificates that were not used on the way to a commit could do for it."""
        offers = (self._offer(each) for each in certificates if each.digest not in step.standing.digests)
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
        usable = list({each.digest: each for each in offers if not self._is_of_another(step, each, boxes)}.values())
        before, after = self._states(step, paths.union(*(each.paths for each in usable)))
        claims = Counter(each.claim for each in boxes)
        while (found := cover(Question(before, after, frozenset(paths), claims), usable)) is not None:
            spent = {each.digest for each in found if self._spent(step, each, usable, found)}
            if not spent:
                return found if self._lead(step, paths, found) else None
            usable = [each for each in usable if each.digest not in spent]
        return None

    def _is_of_another(self, step: Step, offer: Offer, boxes: Sequence[Box]) -> bool:
        """Whether its boxes are those of its own task file, which is still there, and not the ones that say the same in
        the file that is asked about."""
        own = offer.certificate.facts.task.path
        alike = {box.path for box in boxes if box.claim in offer.claims}
        return bool(alike) and own not in alike and own in self.objects.some(step.commit, [own])

    def _lead(self, step: Step, paths: set[str], found: Iterable[Offer]) -> bool:
        """Whether what covers a merge leads there from each of its sides, and not from one of them only."""
        standing = step.standing.used(Use(each, step.commit) for each in found)
        return all(
            standing.leads(self._at(parent), change, functools.partial(self._knows, parent))
            for place, change in step.sides
            if change.path in paths
            for parent in [step.parents[place]]
        )

    def _spent(self, step: Step, offer: Offer, others: Iterable[Offer], beside: Iterable[Offer] = ()) -> bool:
        """Used in the base, and more than bringing once more what the base has got, from this line or another one.
        `beside` are the certificates that the commit is covered by together."""
        where = self.past.uses_of(offer, [*(each for each, _ in self.used.values()), *others])
        self.in_base[offer.digest] = where
        if not where or (self._stands_in_base(step, offer) and not self._undoes(step, offer, where, beside)):
            return False
        self.used.setdefault(offer.digest, (offer, where[0]))
        return True

    def _stands_in_base(self, step: Step, offer: Offer) -> bool:
        """The base has its boxes ticked and its files as it left them, and none of its boxes is ticked here, nor in the
        end, that is open there: nothing new is claimed with it."""
        base = self.policy.commit
        there = self.objects.some(base, sorted(offer.paths)) if offer.paths else {}
        if any(there.get(each.path) != each.after for each in offer.changes):
            return False
        if not offer.claims <= Counter(each.claim for each in self._ticked(base, [offer])):
            return False
        return not any(self._more(base, each, [offer]) for each in (step.commit, self.head))

    def _undoes(self, step: Step, offer: Offer, where: Iterable[str], beside: Iterable[Offer]) -> bool:
        """Whether it brings back what the commit builds on, over what a certificate of the proposal made of it."""
        paths = set(step.standing.files).union(*(each.paths for each in beside if each is not offer))
        return bool(offer.paths & paths) and self._in_past(step.commit, where)

    def _states(self, step: Step, paths: set[str]) -> tuple[dict[str, Blob | None], dict[str, Blob | None]]:
        """Files before and after a commit, also those that it leaves as they are."""
        still = sorted(paths - step.changes.keys())
        there = self.objects.some(step.commit, still) if still else {}
        before: dict[str, Blob | None] = {path: there.get(path) for path in still}
        after = dict(before)
        before.update({path: each.before for path, each in step.changes.items()})
        after.update({path: each.after for path, each in step.changes.items()})
        return before, after

    def _taken_back(self, step: Step) -> set[tuple[Use, str]]:
        """The uses that a commit takes back, with all their files and boxes: nothing is claimed by them any more."""
        undone = step.standing.taken_back(step.changes)
        ticked = undone and self._ticked(step.commit, [use.offer for use, _ in undone])
        return set() if ticked else undone

    def _ticked(self, commit: str, offers: Sequence[Offer]) -> list[Box]:
        """The boxes of these certificates that are ticked in a commit, wherever their files went."""
        return self._of(offers, lambda words: self.boxes.ticked(commit, words))

    # Refusing

    def _policy_of(self, step: Step) -> None:
        """Keys and policy may not be changed by what they judge, save the first keys where there were none."""
        for path, change in step.changes.items():
            if not is_one_of(path, _POLICY):
                continue
            try:
                if path == FILE_NAME and not changes_policy(self.policy, self._plain(change.after)):
                    continue
                if path == keys.TRUSTED_KEYS:
                    keys.parse_trusted((self._plain(change.after) or b"").decode(errors="replace"))
            except ConfigError as error:
                message = f"cannot be read here, and nothing could be merged any more: {error}"
                self._find("policy-change", step, path, message)
                continue
            allowed = not self.policy.has_keys or self.policy.gate.policy_changes == "allow"
            message = f"{shown(path)} changes here; it counts only once it is merged"
            if not allowed:
                message += ". Somebody who may has to merge it by itself (docs/ci.md)"
            self.findings.append(Finding("policy-change", step.commit, shown(path), 1, message, refuses=not allowed))

    def _plain(self, entry: Blob | None) -> bytes | None:
        """What a checkout reads as a file of settings; where that is a link, nothing that anybody can judge."""
        if entry is None:
            return None
        return self.objects.blob(entry.blob) if entry.mode in ("100644", "100755") else b"a link, which is none"

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
        claims = {each.claim for each in boxes}
        spent = [each for each in offers if claims & each.claims.keys() and self._spent(step, each, offers)]
        self.findings += Uncovered(
            step.commit, boxes, sorted(paths), step.changes, self.store.missing(step.named), refused,
            tuple(self.store.refused.values()), [each for each in offers if each not in spent],
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
