"""`pattern`: a regular expression that is compiled when it is first used.

The program's modules hold some 200 of them; compiling takes 0.15 ms each, and one command uses a part. To the type
checker it is `re.compile`.
"""

from __future__ import annotations

import re
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
            compiled = re.compile(*self._source)
            for method in ("match", "fullmatch", "search", "finditer", "findall", "sub", "split"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)


__all__ = ["pattern"]
