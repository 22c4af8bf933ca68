"""Bytes to lines with their places. CommonMark's line ends (LF, CRLF, a lone CR) and no others: U+2028 is text."""

from __future__ import annotations

import re
from pathlib import Path

from executor.errors import TaskFileError
from executor.patterns import pattern
from executor.values import dataclass

BOM = b"\xef\xbb\xbf"
_LINE = pattern(rb"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")


@dataclass(frozen=True, slots=True)
class Line:
    """`start` is the byte offset of its text (behind a BOM), `end` the one behind its line end; `eol` may be empty."""

    start: int
    text: str
    eol: bytes
    end: int

    @property
    def blank(self) -> bool:
        return not self.text.strip(" \t")

    def offset(self, column: int) -> int:
        """The byte offset of the character at `column`."""
        return self.start + len(self.text[:column].encode())


def read_lines(data: bytes, path: Path, max_bytes: int) -> list[Line]:
    """The lines of a task file. Raises TaskFileError for what is too large, holds NUL bytes, or is not UTF-8."""
    if len(data) > max_bytes:
        raise TaskFileError(
            f"larger than {max_bytes:,} bytes ({len(data):,})",
            place=f"{path}:1",
            remedy="split the task, or raise max_task_bytes in executor.toml",
        )
    _require_text(data, path)
    lines = []
    for found in _LINE.finditer(data):
        body = found[0].rstrip(b"\r\n")
        start = found.start()
        if start == 0 and body.startswith(BOM):
            body, start = body[len(BOM) :], len(BOM)
        lines.append(Line(start, body.decode(), found[0][len(found[0].rstrip(b"\r\n")) :], found.end()))
    return lines


def _require_text(data: bytes, path: Path) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TaskFileError("not UTF-8 but UTF-16", place=f"{path}:1", remedy="save the file as UTF-8")
    nul = data.find(b"\0")
    if nul >= 0:
        raise TaskFileError(
            f"NUL byte (offset {nul}): this is no text file",
            place=f"{path}:{line_number(data, nul)}",
            remedy="remove it, or restore the file",
        )
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise TaskFileError(
            f"not UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start})",
            place=f"{path}:{line_number(data, error.start)}",
            remedy="save the file as UTF-8",
        ) from None


def line_number(data: bytes, offset: int) -> int:
    """The 1-based line that holds the byte at `offset`."""
    return 1 + len(re.findall(rb"\r\n|\n|\r(?!\n)", data[:offset]))
