"""Shell words without a shell: a command line is a list of plain words, or it is not run at all (safety.md).

What is understood: words, quotes, `\\` at a line's end, `NAME=value` in front, `&&` between commands, and `|` where the
right side is grep. Everything else that a shell would give a meaning to is refused by name.
"""

from __future__ import annotations

import re

from executor.patterns import pattern
from executor.values import dataclass

_ASSIGNMENT = pattern(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_VARIABLE = pattern(r"\{[a-z][\w-]*\}|\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*\})|<[\w .:/-]+>|\{\{[^}]*\}\}|\.\.\.|…")
_URL = pattern(r"[a-z]+://|git@|github\.com/")
"""No file is called so: a `?` behind it begins a query, and stays what it is in a shell, too."""
_REFUSED = {
    ";": "`;` runs the next command whatever became of the first; write `&&`, or two criteria",
    "&": "`&` runs a command in the background",
    "<": "redirections are not run",
    ">": "redirections are not run; leave it away: output is kept as evidence",
    "$": "substitutions are not run; write the value",
    "`": "substitutions are not run; write the value",
    "(": "subshells are not run",
    ")": "subshells are not run",
    "*": "patterns are not expanded; name the files",
    "?": "patterns are not expanded; name the files",
    "[": "patterns are not expanded; name the files, or quote it",
    "]": "patterns are not expanded; name the files, or quote it",
    "{": "braces are not expanded; write each word",
    "}": "braces are not expanded; write each word",
    "\\": "escapes are not understood; use quotes",
    "#": "a comment behind a command is not understood; leave it away",
    "!": "`!` (negation, history) is not run",
}


class NotPlain(Exception):
    """A command line that only a shell could run. `placeholder`: it only lacks a value."""

    def __init__(self, reason: str, *, placeholder: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.placeholder = reason, placeholder


@dataclass(frozen=True, slots=True)
class Simple:
    """One command: its words, the assignments in front of it, and the grep that its output is piped to, if any."""

    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...] = ()
    grep: tuple[str, ...] | None = None


def commands(line: str) -> tuple[Simple, ...]:
    """The commands of one line, joined by `&&`. Raises NotPlain."""
    missing = _VARIABLE.search(line)
    if missing and "$(" not in line:
        raise NotPlain(f'"{missing.group()}" stands for a value; write the value', placeholder=True)
    found: list[Simple] = []
    piped = False
    for words, end in _split(line):
        if piped:
            found[-1] = _with_grep(found[-1], words)
        else:
            found.append(_simple(words))
        piped = end == "|"
    return tuple(found)


def is_script_line(line: str) -> bool:
    """Whether a line of a fence holds a command at all."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def lines(script: str) -> list[str]:
    """The command lines of a fence: comments and prompts off, continued lines joined."""
    joined = re.sub(r"(?:\\|(?<=&&)[ \t]*|(?<=\|)[ \t]*)\r?\n\s*", " ", script)
    found = []
    for line in joined.splitlines():
        bare = re.sub(r"^\s*[$%]\s+", "", line).strip()
        if is_script_line(bare):
            found.append(re.sub(r"\s+#\s.*$", "", bare) if "'" not in bare and '"' not in bare else bare)
    return found


def _simple(words: list[str]) -> Simple:
    env: list[tuple[str, str]] = []
    while words and (match := _ASSIGNMENT.fullmatch(words[0])) is not None:
        env.append((match[1], match[2]))
        words = words[1:]
    if not words:
        raise NotPlain("there is no command")
    return Simple(tuple(words), tuple(env))


def _with_grep(before: Simple, words: list[str]) -> Simple:
    if not words or words[0] not in ("grep", "egrep", "fgrep") or before.grep is not None:
        raise NotPlain("pipes are not run, save one to grep that says what is to be seen")
    return Simple(before.argv, before.env, tuple(words))


def _split(line: str) -> list[tuple[list[str], str]]:
    """Words of each command and the operator behind it (`&&`, `|`, or nothing)."""
    found: list[tuple[list[str], str]] = []
    words: list[str] = []
    at = 0
    while at < len(line):
        sign = line[at]
        if sign in " \t":
            at += 1
        elif line.startswith("&&", at) or (sign == "|" and not line.startswith(("||", "|&"), at)):
            operator = "&&" if sign == "&" else "|"
            found.append((_not_empty(words, operator), operator))
            words, at = [], at + len(operator)
        elif line.startswith("||", at):
            raise NotPlain("`||` hides a failure")
        elif sign == "|":
            raise NotPlain("`|&` is not run")
        elif sign in "\r\n":
            raise NotPlain("one command line at a time")
        else:
            word, at = _word(line, at)
            words.append(word)
    found.append((_not_empty(words, "the line's end"), ""))
    return found


def _not_empty(words: list[str], before: str) -> list[str]:
    if not words:
        raise NotPlain(f"a command is missing before {before}")
    return words


def _word(line: str, at: int) -> tuple[str, int]:
    """One word, its quotes off, and where it ends."""
    word = ""
    start = at
    while at < len(line) and line[at] not in " \t\r\n|&":
        sign = line[at]
        if sign in "'\"":
            inner, at = _quoted(line, at, sign)
            word += inner
        elif sign == "~" and at == start:
            raise NotPlain("`~` is not expanded; write a path inside the repository")
        elif (sign == "#" and at > start) or (sign == "?" and _URL.match(word)):
            word, at = word + sign, at + 1
        elif sign in _REFUSED:
            raise NotPlain(_REFUSED[sign])
        elif not sign.isprintable():
            raise NotPlain("a control character")
        else:
            word, at = word + sign, at + 1
    if at < len(line) and line[at] == "&" and not line.startswith("&&", at):
        raise NotPlain(_REFUSED["&"])
    return word, at


def _quoted(line: str, at: int, quote: str) -> tuple[str, int]:
    end = at + 1
    while end < len(line) and line[end] != quote:
        end += 2 if line[end] == "\\" and quote == '"' else 1
    if end >= len(line):
        raise NotPlain(f"a quote ({quote}) is not closed")
    inner = line[at + 1 : end]
    if quote == '"' and re.search(r"[$`]", inner):
        raise NotPlain(_REFUSED["$"])
    return _unescaped(inner) if quote == '"' else inner, end + 1


def _unescaped(inner: str) -> str:
    """Inside double quotes a shell takes `\\` off before `"` and `\\` only (and `$`, a backtick: refused above)."""
    return re.sub(r'\\(["\\])', r"\1", inner)
