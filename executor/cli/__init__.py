"""The command line: arguments, exit codes, the one error boundary."""

from __future__ import annotations

import atexit
import gc

NEW_OBJECTS = 200_000
"""Between two looks for cycles: a command keeps some 50,000 objects, and hardly one of them in a cycle. Looking after
each 700 of them took a twentieth of its time; looking once at all of them takes 11 ms."""


def main(argv: list[str] | None = None) -> int:
    """Run one command of `argv` (default: the process's own); its exit code. At the process's end nobody looks for
    cycles: what is still alive goes with it, and the look took a seventh of `explain`."""
    gc.set_threshold(NEW_OBJECTS)
    atexit.register(gc.freeze)
    try:
        from executor.cli import boundary
    except KeyboardInterrupt:
        return 130
    return boundary.main(argv)


__all__ = ["NEW_OBJECTS", "main"]
