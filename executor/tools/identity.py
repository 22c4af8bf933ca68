"""Which program it was: version and digest. A run remembers them by file stamp: kubectl's 57 MB take 0.1 s or more."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from executor.tools import files


def identify(program: Path, version: Callable[[], str], memory: Path | None) -> tuple[str, str | None]:
    """Version and sha256 of a program file. `memory` is a JSON file of ours; a broken one is written anew. Without one
    the program is looked at, which is what a proof needs: anybody may have written the file.

    The digest is None where the file may not be read (a setuid program, say).
    """
    try:
        stamp = program.stat()
        if memory is None:
            return version(), _digest(program)
    except OSError:
        return version(), None
    key = f"{program} {stamp.st_size} {stamp.st_mtime_ns} {stamp.st_ino}"
    known = _remembered(memory)
    if key not in known:
        known[key] = [version(), _digest(program)]
        with contextlib.suppress(OSError):  # only a memory: without it the next run looks again
            files.replace(memory, json.dumps(known).encode())
    found = known[key]
    return found[0], found[1]


def _remembered(memory: Path) -> dict[str, list[str]]:
    try:
        known = json.loads(memory.read_bytes())
        return {key: [str(each) for each in value] for key, value in known.items() if len(value) == 2}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _digest(program: Path) -> str:
    with program.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
