"""What a task file says, with the places where it says it. Offsets are bytes of the file as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from executor.values import dataclass


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A fenced block: its content without the fence, its info string, the 1-based line of the opening fence."""

    text: str
    info: str
    line: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One task-list item of an acceptance-criteria section, live or withdrawn.

    `index` counts from 1 in file order. `text` is the Markdown of the item's own paragraph after the box, its lines
    joined by one space, code spans and emphasis as written. `mark` is the character between the brackets and `box` its
    byte offset. `parent` and `children` are indexes. `headings` are the headings between the section and the item,
    outermost first. `blocks` are the fenced blocks inside the item (not inside its nested items). `more` is what else
    is said in the item, `lead` the paragraph that leads to its list ("For staging:"), `beside` the list items without a
    box next to it, `prose` what section and headings say before the list, the section's own title first.
    `above` are the headings that the section stands below, without the first `#` heading, which is a title, and the
    section's own, folded.
    """

    index: int
    line: int
    text: str
    mark: str
    box: int
    withdrawn: bool = False
    parent: int | None = None
    children: tuple[int, ...] = ()
    headings: tuple[str, ...] = ()
    blocks: tuple[CodeBlock, ...] = ()
    more: tuple[str, ...] = ()
    lead: str = ""
    beside: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    above: tuple[str, ...] = ()

    @property
    def checked(self) -> bool:
        return self.mark in "xX"

    @property
    def open(self) -> bool:
        """Whether it is to be run: live, and marked with nothing but a space."""
        return self.mark == " " and not self.withdrawn


@dataclass(frozen=True, slots=True)
class CommandSection:
    """A heading below a section named Commands (Build Commands, Verification Commands …) with its fenced blocks.

    `heading` is the `###` heading, or the section's own where blocks stand right below it; `section` the latter.
    `above` are the headings that it stands below, its own included, without the task's title; `prose` is what else is
    written there.
    """

    section: str
    heading: str
    line: int
    blocks: tuple[CodeBlock, ...]
    above: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskFile:
    """A task file as it was read. `path` is as it was given; `front_matter` holds all keys that could be read, values
    as PyYAML's safe loader gives them. `warnings` are sentences with file:line about what was passed over."""

    path: Path
    data: bytes
    id: str
    title: str
    front_matter: Mapping[str, Any]
    labels: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    sections: tuple[CommandSection, ...]
    status: str = ""
    priority: str = ""
    depends_on: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    blocked_by: tuple[str, ...] = ()
    repository: str | None = None
    version: str | None = None
    registry: str | None = None
    context: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of `data`, in hexadecimal digits."""
        from hashlib import sha256  # OpenSSL takes 2 ms to load, and who only explains a task does not need it

        return sha256(self.data).hexdigest()

    def criterion(self, index: int) -> Criterion:
        return self.criteria[index - 1]
