"""Why a commit is not covered, and what to do about it: each box and each path by what is really wrong with it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Sequence

from executor.gate import notes
from executor.gate.boxes import Box
from executor.gate.certificate import Change
from executor.gate.cover import Offer
from executor.gate.store import Refused
from executor.values import dataclass

RULES: dict[str, str] = {
    "forged-tick": "A box went from open to ticked, and no certificate says that it was proved.",
    "manual-tick": "A box was declared done by a person, and the policy wants proof.",
    "uncertified-change": "A protected path, or one that was certified, changed without a certificate.",
    "missing-certificate": "The commit names a certificate that is not here.",
    "rejected-certificate": "The certificate that would cover this change does not count.",
    "used-certificate": "The certificate that would cover this change was used before; it counts once.",
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
class Uncovered:
    """A commit with what it lacks, and what is at hand: digests that are `missing`, certificates that do not count (the
    commit's own and others), those that do and do not fit, and those that were used before, each with where."""

    commit: str
    boxes: Sequence[Box]
    paths: Sequence[str]
    changes: dict[str, Change]
    missing: Sequence[str]
    refused: Sequence[Refused]
    others: Sequence[Refused]
    offers: Sequence[Offer]
    used: Sequence[tuple[Offer, str]]

    def findings(self) -> list[Finding]:
        """One for each thing that is wrong with a file, at the first line that it is about; never none."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for path in self.paths:
            rule, message = self._of_path(path)
            found.setdefault((path, rule, message), []).append(1)
        for box in self.boxes:
            for path, line, rule, message in self._of_box(box):
                found.setdefault((path, rule, message), []).append(line)
        return [
            Finding(rule, self.commit, shown(path), line, message if each_its_own else f"{message}{_besides(lines)}")
            for (path, rule, message), lines in found.items()
            for each_its_own in [rule == "forged-tick"]
            for line in (lines if each_its_own else lines[:1])
        ]

    def _of_box(self, box: Box) -> Iterable[tuple[str, int, str, str]]:
        """Path, line, rule and message; where the file is the trouble that its box was proved with, that one's."""
        speaking = [each for each in self.offers if box.claim in each.claims]
        if speaking:
            nearest = min(speaking, key=lambda each: len(self._edited(each)))
            edited = self._edited(nearest)
            for path in edited:
                yield path, 1, "uncertified-change", _edited(nearest)
            if not edited:
                yield box.path, box.line, "forged-tick", _without_its_files(nearest)
        else:
            yield box.path, box.line, *self._unspoken(box)

    def _unspoken(self, box: Box) -> tuple[str, str]:
        for each in (*self.refused, *self.others):
            if box.claim in each.claims:
                return ("manual-tick", _by_hand(each)) if each.manual else ("rejected-certificate", _rejected(each))
        for offer, where in self.used:
            if box.claim in offer.claims:
                return "used-certificate", _used(offer, where)
        unreadable = [each for each in self.refused if not each.claims]
        if unreadable:
            return "rejected-certificate", _rejected(unreadable[0])
        if self.missing:
            return "missing-certificate", _missing(self.missing)
        path = shlex.quote(shown(box.path))
        return "forged-tick", (
            f"ticked here, and no certificate proves it; take the tick out of this commit, then executor run {path} "
            f"and executor verify {path} --commit (what a person did: executor tick {path} {box.index})"
        )

    def _edited(self, offer: Offer) -> list[str]:
        """What changes here from what a certificate says to something else than it says."""
        return [each.path for each in offer.changes if self.changes.get(each.path, each) != each]

    def _of_path(self, path: str) -> tuple[str, str]:
        for offer, where in self.used:
            if self.changes[path] in offer.changes:
                return "used-certificate", _used(offer, where)
            if path in offer.paths:
                return "uncertified-change", _after(offer, where)
        for offer in self.offers:
            if path in self._edited(offer):
                return "uncertified-change", _edited(offer)
        for each in self.refused:
            return "rejected-certificate", _rejected(each)
        if self.missing:
            return "missing-certificate", _missing(self.missing)
        return "uncertified-change", (
            "changed here, and no certificate covers it; leave it as it was, or let a task change it (executor run, "
            "executor verify --commit)"
        )


def _besides(lines: Sequence[int]) -> str:
    others = ", ".join(str(each) for each in sorted(set(lines) - {lines[0]}))
    return f" (lines {others} too)" if others else ""


def _without_its_files(offer: Offer) -> str:
    paths = ", ".join(shown(each) for each in sorted(offer.paths))
    what = f"without the change of {paths} that it was proved with" if paths else "more often than it was proved"
    return (
        f"ticked here {what} (certificate {offer.certificate.facts.id}); put both into one commit, or executor verify "
        "it again on this base"
    )


def _edited(offer: Offer) -> str:
    return (
        f"its certificate {offer.certificate.facts.id} is about other content; undo what was changed, or open the "
        "boxes that it is for, and executor run and executor verify --commit again"
    )


def _missing(digests: Sequence[str]) -> str:
    return (
        f"the commit names the certificate {', '.join(digests)}, which is not here; git push origin {notes.REF} from "
        f"where it was verified; where that is rejected (others pushed theirs), and where the gate runs: {notes.FETCH}"
    )


def _rejected(refused: Refused) -> str:
    return f"its certificate does not count: {refused.reason}; executor verify it again with a key that the base trusts"


def _by_hand(refused: Refused) -> str:
    return f"declared by a person: {refused.reason}; manual_ticks under [gate] in the base's executor.toml decides"


def _used(offer: Offer, where: str) -> str:
    return (
        f"its certificate {offer.certificate.facts.id} was used before ({where[:12]}) and counts once; open the box, "
        "then executor run and executor verify --commit on this base"
    )


def _after(offer: Offer, where: str) -> str:
    return (
        f"changed here after certificate {offer.certificate.facts.id} certified it ({where[:12]}); undo that, or let a "
        "task change it (executor run, executor verify --commit)"
    )
