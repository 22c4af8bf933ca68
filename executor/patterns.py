"""`pattern`: a regular expression that is compiled when it is first used; `compiled_later`: the same for an import.

The program's modules hold some 200 of them; compiling takes 0.15 ms each, and one command uses a part. To the type
checker it is `re.compile`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from re import compile as _compile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import compile as pattern
else:

    class pattern:  # noqa: N801 - used as the function is
        """Becomes what `re.compile` returns as soon as something of it is asked for."""

        def __init__(self, text, flags=0):
            self._source = (text, flags)

        def __getattr__(self, name):
            """Called for what is not there yet. The compiled methods are kept: the next call costs no more than one of
            a compiled expression."""
            compiled = _compile(*self._source)
            for method in ("match", "fullmatch", "search", "finditer", "findall", "sub", "split"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)


@contextmanager
def compiled_later() -> Iterator[None]:
    """What is imported inside compiles its expressions as late as ours. For PyYAML: the one of its own reader takes as
    long as all the rest of it, 5 ms, and libyaml reads for us."""
    re.compile = pattern
    try:
        yield
    finally:
        re.compile = _compile


__all__ = ["compiled_later", "pattern"]
