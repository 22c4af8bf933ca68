"""Which strings may stand plain, and how the others are written, so that YAML 1.1 and 1.2 readers both see that string.

Readers that matter: PyYAML and Ruby (1.1), sigs.k8s.io/yaml (yaml.v2: 1.1 with Go's number parser), yaml.v3 and kyaml
(1.2 with 1.1 booleans where typed), and strict 1.2 core ones. A string is plain only if none sees anything else in it.
"""

from __future__ import annotations

import re

from executor.patterns import pattern

_WORDS = {"~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", "=", "<<"}
_WORDS |= {sign + dot + word for sign in ("", "+", "-") for dot in ("", ".") for word in ("inf", "infinity", "nan")}
_NUMBER = pattern(
    r"""[-+]?(?:
        0[xX][0-9A-Fa-f_]*(?:\.[0-9A-Fa-f_]*)?(?:[pP][-+]?[0-9]*)?   # hexadecimal, also Go's floats
      | 0[oO]?[0-7_]* | 0[bB][01_]*
      | [0-9][0-9_]*(?::[0-9_]+)*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9_]*)?  # decimal, sexagesimal, float
      | \.[0-9_]+(?:[eE][-+]?[0-9_]*)?
    )""",
    re.VERBOSE,
)
_DATE = pattern(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt \t].*)?")
_FIRST = r"A-Za-z0-9_./$"
_LATER = _FIRST + r"+@=:~()*^!%&;'\"<>|\\\-"
_BLOCK = _LATER + r"?{}\[\],"
"""Inside of a flow collection a YAML 1.1 reader ends a plain scalar at one of these, too."""

_PLAIN = pattern(f"[{_FIRST}][{_LATER}]*(?: [{_LATER}]+)*")
_PLAIN_BLOCK = pattern(f"[{_FIRST}][{_BLOCK}]*(?: [{_BLOCK}]+)*")
_INTEGER = pattern(r"0|-?[1-9][0-9]*")
_DECIMAL = pattern(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")


def plain_is_string(value: str, *, flow: bool = True) -> bool:
    """Whether every reader sees this very string when it stands without quotes (`flow`: inside `[]` or `{}` too)."""
    if not value or value.casefold() in _WORDS or _NUMBER.fullmatch(value) or _DATE.fullmatch(value):
        return False
    if ": " in value or value.endswith(":") or value.startswith("..."):
        return False
    return bool((_PLAIN if flow else _PLAIN_BLOCK).fullmatch(value))


def plain_kind(value: str) -> str:
    """What all readers agree that a plain scalar is: `integer`, `decimal`, `truth`, `null`, `string`, else `other`."""
    if _INTEGER.fullmatch(value):
        return "integer"
    if _DECIMAL.fullmatch(value):
        return "decimal"
    if value in ("true", "false"):
        return "truth"
    if value in ("", "null", "~"):
        return "null"
    return "string" if plain_is_string(value) else "other"


def written(value: str, style: str, *, flow: bool = True) -> str:
    """A string in a style (`''`, `'`, `"`); in double quotes where the style cannot hold it for every reader."""
    if style == "" and plain_is_string(value, flow=flow):
        return value
    if style == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(map(_escaped, value)) + '"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable() and char != "\ufeff":
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
