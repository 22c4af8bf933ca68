"""Command sections: which fenced commands elsewhere in the task file belong to a criterion.

Linked only where it is certain: by the criterion's own number, by a heading that says what the criterion says, by the
group's heading where the group holds that one criterion, or by shared words that no other heading and criterion share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from executor.patterns import pattern

if TYPE_CHECKING:
    from executor.taskfile.model import CommandSection, Criterion, TaskFile

_NUMBER = pattern(r"(?i)^\W*(?:step|task|criterion|ac|phase|part|t|#)?[\s#-]*(\d+(?:\.\d+)*)\b")
_SMALL = frozenset(
    "the a an all of to in on for and or with run execute step task is are be must should successfully new this that "
    "from by using via at it commands command".split()
)


def linked(task: TaskFile, criterion: Criterion, decoration: str, stem: str) -> CommandSection | None:
    """The one command section that belongs to `criterion`, or None. `decoration` is what stood in front of `stem`."""
    sections = [section for section in task.sections if section.blocks]
    if not sections:
        return None
    for candidates in (
        _by_number(sections, decoration, task),
        [each for each in sections if _words(each.heading) and _words(each.heading) == _words(stem)],
        _by_group(sections, criterion, task),
        _by_words(sections, stem, task),
    ):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            return None
    return None


def _by_number(sections: Sequence[CommandSection], decoration: str, task: TaskFile) -> list[CommandSection]:
    number = _NUMBER.match(decoration.strip("*_[] ")) if decoration else None
    if number is None:
        return []
    found = [each for each in sections if (other := _NUMBER.match(each.heading)) and other[1] == number[1]]
    return found if all(re.match(r"(?i)^\W*(?:step|task|criterion|ac|t|#|\d)", each.heading) for each in found) else []


def _by_group(sections: Sequence[CommandSection], criterion: Criterion, task: TaskFile) -> list[CommandSection]:
    if not criterion.headings:
        return []
    group = criterion.headings[-1]
    together = [each for each in task.criteria if each.headings[-1:] == (group,) and not each.withdrawn]
    if len(together) != 1:
        return []
    return [each for each in sections if _words(each.heading) and _words(each.heading) == _words(group)]


def _by_words(sections: Sequence[CommandSection], stem: str, task: TaskFile) -> list[CommandSection]:
    """Two or more words shared with one heading, more than with any other, and more than any other criterion shares."""
    mine = _words(stem)
    shared = sorted(((len(mine & _words(each.heading)), each) for each in sections), key=lambda pair: -pair[0])
    most, best = shared[0]
    if most < 2 or (len(shared) > 1 and shared[1][0] == most):
        return []
    heading = _words(best.heading)
    others = [len(_words(each.text) & heading) for each in task.criteria if each.text.strip() and not each.withdrawn]
    return [best] if sum(count >= most for count in others) == 1 and heading <= mine else []


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9][\w./-]*[\w]|[a-z]", text.casefold())) - _SMALL
