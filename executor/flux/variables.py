"""Flux's post-build substitution: `${VAR}` with bash-like functions (fluxcd/pkg envsubst, a fork of drone/envsubst)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from executor.patterns import pattern

_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_ANY = pattern(r"\$\$?\{")


def substitute(text: str, known: Mapping[str, str], *, complete: bool = True) -> str:
    """`text` with its variables replaced. `$${x}` becomes `${x}`; `$x` stays as it is.

    A variable that is not in `known` is empty, or its default; with `complete` false (some values live in the cluster
    only) its expression stays as it is written. An expression that is not understood stays, too.
    """
    if "${" not in text:
        return text
    out: list[str] = []
    at = 0
    while (found := _ANY.search(text, at)) is not None:
        out.append(text[at : found.start()])
        if found[0] == "$${":
            out.append("${")
            at = found.end()
            continue
        end = _closing(text, found.end())
        value = None if end is None else _value(text[found.end() : end], known, complete)
        if end is None or value is None:
            out.append("${")
            at = found.end()
            continue
        out.append(value)
        at = end + 1
    return "".join([*out, text[at:]])


def unresolved(text: str) -> list[tuple[int, str]]:
    """The 1-based lines and the expressions `${…}` that stand in a text; `$${…}`, which escapes them, is none."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        for match in re.finditer(r"(?<!\$)\$\{[^}\n]*\}?", line):
            found.append((number, match[0]))
    return found


def _closing(text: str, start: int) -> int | None:
    """Where the expression that begins at `start` ends; nested ones in between are skipped."""
    depth, at = 1, start
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
            at += 2
            continue
        if text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        if text[at] == "\n" and depth == 1 and not text[start:at].strip():
            return None
        at += 1
    return None


def _value(inside: str, known: Mapping[str, str], complete: bool) -> str | None:
    """What `${inside}` stands for; None where it has to stay as it is."""
    length = inside.startswith("#")
    name = _NAME.match(inside, 1 if length else 0)
    if name is None:
        return None
    if name[0] not in known and not complete:
        return None
    value = known.get(name[0], "")
    if length:
        return str(len(value)) if name.end() == len(inside) else None
    return _applied(value, inside[name.end() :], known, complete)


def _applied(value: str, rest: str, known: Mapping[str, str], complete: bool) -> str | None:
    """`rest` is what follows the name: nothing, a default, or one of bash's functions."""
    if not rest:
        return value
    for sign in (":-", ":=", ":?", ":+", "="):
        if rest.startswith(sign):
            return value or substitute(rest[len(sign) :], known, complete=complete)
    if rest in _CASES:
        return _CASES[rest](value)
    argument = substitute(rest, known, complete=complete)
    if rest[0] == "/":
        return _replaced(value, argument)
    if rest[0] in "#%":
        return _trimmed(value, argument)
    return _part(value, argument) if rest[0] == ":" else None


_CASES: dict[str, Callable[[str], str]] = {
    "^": lambda value: value[:1].upper() + value[1:],
    "^^": str.upper,
    ",": lambda value: value[:1].lower() + value[1:],
    ",,": str.lower,
}


def _replaced(value: str, rest: str) -> str | None:
    """`/a/b`, `//a/b`, `/#a/b`, `/%a/b`: literally, not as a pattern."""
    match = re.fullmatch(r"(//|/#|/%|/)((?:[^/\\]|\\.)*)/((?:[^\\]|\\.)*)", rest, re.DOTALL)
    if match is None:
        return None
    old, new = (re.sub(r"\\(.)", r"\1", part) for part in match.group(2, 3))
    if match[1] == "/#":
        return new + value.removeprefix(old) if value.startswith(old) else value
    if match[1] == "/%":
        return value.removesuffix(old) + new if value.endswith(old) else value
    return value.replace(old, new, -1 if match[1] == "//" else 1)


def _trimmed(value: str, rest: str) -> str:
    """`#p`, `##p`, `%p`, `%%p` with `*` and `?` in the pattern."""
    from fnmatch import translate

    sign = rest[0]
    longest = rest.startswith(sign * 2)
    pattern = re.compile(translate(rest.lstrip(sign) if longest else rest[1:]))
    sizes = range(len(value), 0, -1) if longest else range(1, len(value) + 1)
    for size in sizes:
        part = value[:size] if sign == "#" else value[len(value) - size :]
        if pattern.match(part):
            return value[size:] if sign == "#" else value[: len(value) - size]
    return value


def _part(value: str, rest: str) -> str | None:
    """`:offset` and `:offset:length`."""
    match = re.fullmatch(r":\s*(-?\d+)(?::(-?\d+))?", rest)
    if match is None:
        return None
    start = int(match[1])
    start = max(0, len(value) + start) if start < 0 else start
    if match[2] is None:
        return value[start:]
    length = int(match[2])
    return value[start : len(value) + length] if length < 0 else value[start : start + length]
