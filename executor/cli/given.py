"""A call that is given as JSON, by `--input`: all of it, or none."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from executor.errors import UsageError


def read_input(name: str, start: Path, besides: Mapping[str, object]) -> str:
    """The text of the file `name` (`-` is stdin). Raises UsageError where anything was said `besides` (as it is typed):
    a `--dry-run` that counts for nothing would be a run."""
    said = next((typed for typed, value in besides.items() if value), None)
    if said is not None:
        raise UsageError(f"{said} and --input do not go together", remedy="say all of it in the JSON")
    try:
        if name != "-":
            return Path(start, name).read_bytes().decode()
        if sys.stdin is None:
            raise UsageError("--input -: stdin is closed", remedy="pipe the JSON into it")
        return sys.stdin.buffer.read().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--input {name}: {error}") from None
