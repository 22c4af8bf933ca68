"""Secrets never reach a file, a log or a screen: registered values in every form they travel in, and known shapes."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from executor.patterns import pattern

MASK = "***"
SHORTEST = 8
"""Shorter values are not masked: they would blot out half of a log (safety.md, "Secrets")."""

_SECRET_NAMES = pattern(r"(?i)(token|passw(or)?d|secret|api_?key|credential|private_?key|auth(?!ors?(?:_|$)))")

_SHAPES = [
    pattern(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    pattern(r"(?i)(?<=authorization: basic )[a-z0-9+/=]{8,}"),
    pattern(r"(?i)(?<=authorization: bearer )[\w.~+/=-]{8,}"),
    pattern(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b"),
    pattern(r"\bglpat-[\w-]{20,}\b"),
    pattern(r"\bAKIA[0-9A-Z]{16}\b"),
    pattern(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}\b"),
    pattern(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL),
]
_BEGINS = pattern(r"://|(?i:authorization: b)|gh[pousr]_|glpat-|AKIA|eyJ|-----BEGIN ")
"""What every one of them begins with: most texts hold nothing of it, and need not be looked through for each."""


class Masker:
    """Replaces secrets in text. Register values before anything is written."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        for value in values:
            self.register(value)

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Masker:
        """Knows the values of variables whose names say that they are secret."""
        return cls(value for name, value in environment.items() if _SECRET_NAMES.search(name))

    def register(self, value: str) -> None:
        if len(value) < SHORTEST or value.startswith(("/", "unix://")):  # a path such as SSH_AUTH_SOCK is no secret
            return
        self._forms |= {form for form in _forms(value) if len(form) >= SHORTEST}
        self._pattern = re.compile("|".join(sorted(map(re.escape, self._forms), key=len, reverse=True)))

    def __call__(self, text: str) -> str:
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        for shape in _SHAPES if _BEGINS.search(text) else ():
            text = shape.sub(MASK, text)
        return text

    def whole(self, value: Any) -> Any:
        """The same of every text in something JSON-able, keys included."""
        if isinstance(value, str):
            return self(value)
        if isinstance(value, Mapping):
            return {self(str(key)): self.whole(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.whole(each) for each in value]
        return value


def credentials(old: bytes, new: bytes, mask: Callable[[str], str]) -> Iterator[tuple[int, str]]:
    """The lines of `new` that `old` has not and that hold what looks like a credential, or the value of a secret
    variable: number and what it is."""
    known = set(old.splitlines())
    for number, line in enumerate(new.splitlines(), 1):
        text = line.decode(errors="replace")
        if line not in known and MASK not in text and MASK in mask(text):
            yield number, "looks like a credential"
    text = new.decode(errors="replace")
    if _PRIVATE_KEY.search(text) and "PRIVATE KEY" not in old.decode(errors="replace"):
        yield text[: text.index("-----BEGIN ")].count("\n") + 1, "a private key"


_PRIVATE_KEY = pattern(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def looks_secret(text: str) -> bool:
    """Whether something in it has the shape of a token, a private key, or a password in an address."""
    return any(shape.search(text) for shape in _SHAPES)


def _forms(value: str) -> set[str]:
    """Plain, base64 at its three alignments (without the characters that neighbours share), URL, JSON and shell."""
    raw = value.encode()
    shifted = set()
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + raw).decode()
        # the first and last group mix with what stands beside it
        start = -(-shift * 8 // 6)
        end = (shift + len(raw)) * 8 // 6
        shifted.add(encoded[start:end])
    return {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1], shlex.quote(value), *shifted}
