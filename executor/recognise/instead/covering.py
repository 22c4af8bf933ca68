"""Whether another wording says all that a sentence says: no restriction, number, place or second wish is lost.

A word is covered if it stands in the other wording, or in what that wording comes to (the path, file, object and value
of its operations), or if it says nothing beside a verb and a value. Words that turn a sentence around never are.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from executor.recognise.lexer import Lexer, Token
from executor.recognise.words import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EMPTY = _words(
    "the a an our this that these its it is are be been being get gets should must shall will "
    "of for in on at with from as into and then i.e so please to "
    "set sets change changes changed update updates updated edit move moves moved go goes switch switches switched "
    "use uses run runs running make makes put give gives become becomes bump bumps bumped upgrade upgrades upgraded "
    "pin pinned track tracks keep keeps apply applies applied configure configured adjust adjusted point points take "
    "takes define defines defined equal equals reconcile reconciles reconciled poll polled turn turns turned flip "
    "value key variable setting parameter field range period address flux instead too also"
)
"""Words that only say "is to be", or of what sort something is."""
_BEFORE = _words("currently was today now before previously formerly")
"""Words of an old value, which then stands behind "from"."""
_OWNING = _words("has have needs need")
"""Words that ask for something only beside another: "should have", "needs to be"."""
_ALIKE = (
    ("max", "maximum"), ("min", "minimum"), ("host", "hostname", "hosts", "hostnames"), ("prod", "production"),
    ("stage", "staging"), ("dev", "development"), ("email", "mail"), ("log", "logs", "logging"), ("env", "environment"),
    ("hpa", "horizontalpodautoscaler"), ("hr", "helmrelease"), ("replica", "replicas", "instances", "pods", "copies"),
    ("conf", "config", "configuration"), ("repo", "repository"), ("pvc", "persistentvolumeclaim"), ("cron", "cronjob"),
    ("passes", "pass", "passed", "succeeds", "clean", "green", "ok"),
    ("off", "false", "disabled", "disable", "closed"), ("on", "true", "enabled", "enable"),
)  # fmt: skip
_SIGNS = frozenset(", ; : ( ) → — . & = / ' -".split())
_SWITCH = _words("turn turns turned switch switches switched flip")
_DAILY = _words("every each daily nightly night day o'clock h hrs")
_STRONG = (
    "RAISE RAISED RISES", "LOWER LOWERED FALLS", "SUSPEND SUSPENDED", "RESUME RESUMED", "REMOVE REMOVED", "ADD ADDED",
    "BUILD BUILT BUILDS", "PUSH PUSHED", "ROLLBACK ROLLED", "VERIFY VERIFIED", "COMMIT COMMITTED", "RENDER RENDERS",
    "EVERYWHERE", "BOTH",
)  # fmt: skip
"""What of these a sentence says, the other wording has to say, too."""


def atoms(text: str) -> set[str]:
    """The words of a text, of names and of keys in any spelling: "imagePullPolicy" is three."""
    found = {fold(each).strip("'’") for each in re.findall(r"[\w'’]+", text)}
    found |= {fold(each) for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", text)}
    return found | {each[:-1] for each in found if len(each) > 3 and each.endswith("s")}


def limiting(words: Sequence[Token], lexer: Lexer) -> Iterator[int]:
    """Where a word restricts, negates, makes conditional, puts off, asks or tells; "instead of OLD" does not."""
    limits = lexer.limits | lexer.bit("TELLS") | lexer.bit("OR")
    for at, token in enumerate(words):
        if token.bits & limits and not token.code and not _is_before(words, at):
            yield at


def _is_before(tokens: Sequence[Token], at: int) -> bool:
    """ "instead of INFO", "(was 80)"."""
    word, behind = fold(tokens[at].text), fold(tokens[min(at + 1, len(tokens) - 1)].text)
    return (word == "instead" and behind == "of") or (word == "was" and tokens[at - 1].text == "(")


def uncovered(tokens: Sequence[Token], said: Sequence[Token], text: str, effect: str, lexer: Lexer) -> list[str]:
    """The words of a sentence that the wording `text`, with the tokens `said`, which comes to `effect`, loses."""
    told = f"{text}\n{effect}"
    known, both = atoms(told), (fold(text), fold(told))
    has = [any(token.bits & group for token in said) for group in _groups(lexer)]
    strong = [
        token.text
        for there, group in zip(has, _groups(lexer), strict=True)
        for token in tokens
        if not there and token.bits & group and not token.code
    ]
    return strong + [tokens[at].text for at in range(len(tokens) - 1) if not _covered(tokens, at, known, both, lexer)]


def _is_named(token: Token, lexer: Lexer) -> bool:
    """Whether it is an object or a place that exists: the wording itself has to name that."""
    entry = token.entry
    if token.code or entry is None:
        return bool(token.bits & lexer.bit("STAGE"))
    return bool(entry.releases or entry.workloads or entry.configs or entry.images or entry.kustomizations)


def _covered(tokens: Sequence[Token], at: int, known: set[str], told: tuple[str, str], lexer: Lexer) -> bool:
    """`told`: the wording, and that with what it comes to."""
    text, low = told
    token = tokens[at]
    word = fold(token.text).strip("'’\"")
    if not re.search(r"\w", word):
        return token.text in _SIGNS
    if _is_named(token, lexer):
        led = at == 0 and tokens[1].text == ":" and f"/{word}/" in low  # "tuppr: …", the folder that the file is in
        return led or re.search(rf"(?<![\w.-]){re.escape(word)}(?!\.?\w|-)", text) is not None
    if token.entry is not None and token.entry.part and not token.code:
        lines = [line for line in low[len(text) :].split("\n") if line]  # a folder: all that is done is done there
        return _is_in(word, text) or all(f"/{word}/" in re.sub(r"['\"]", "/", line) for line in lines)
    if token.bits & lexer.bit("SETTING"):
        key, value = (fold(str(each)) for each in token.value)
        there = re.search(rf"(?<!\w){re.escape(key)}(?!\w)", low[len(text) :]) is not None
        return there and (_is_in(value, low) or atoms(value) <= known)
    if isinstance(token.value, int) and not token.code:
        return _is_in(str(token.value), low)
    if re.search(r"\d", word):
        return _is_in(word, low) or _is_time(word, low)
    if token.code or token.quoted:
        return _is_in(word, low) or atoms(token.text) <= known
    return _is_plain_covered(tokens, at, known, told, lexer)


def _is_plain_covered(tokens: Sequence[Token], at: int, known: set[str], told: tuple[str, str], lexer: Lexer) -> bool:
    """A word without code marks or digits."""
    text, low = told
    token, behind = tokens[at], tokens[at + 1]
    word = fold(token.text).strip("'’")
    if word in ("on", "off") and any(fold(each.text) in _SWITCH for each in tokens[max(0, at - 4) : at]):
        return not alike(word).isdisjoint(known - {"on", "off"})
    counted = bool(behind.bits & lexer.bit("AMOUNT"))
    often = word not in ("every", "each") or fold(behind.text) in _DAILY or counted
    if word in _DAILY and often and (re.search(r"\d \* \* \*", low) or (word == "every" and counted)):
        return True
    if word == "replace":  # "Replace the email in FILE with …"; of one in code, it may be the name that is replaced
        return at == 0 and bool(behind.bits & lexer.bit("THE")) and not tokens[2].code
    if word in _BEFORE:
        marked = tokens[at - 1].text in ("(", ",") or behind.text == ")" or behind.code
        return bool(marked or re.search(r"\d", behind.text)) and " from " in text
    if word in _OWNING:
        beside = tokens[max(0, at - 1) : at + 2]
        return any(each.bits & lexer.bit("MODAL") or fold(each.text) == "to" for each in beside)
    if word not in _DAILY and says_nothing(token, lexer):
        return True
    return all(not alike(each).isdisjoint(known) for each in re.findall(r"[\w'’]+", word))


def says_nothing(token: Token, lexer: Lexer) -> bool:
    """Whether a word is no part of what is to be set: a small word, or what is to be done with it."""
    word = fold(token.text)
    strong = any(token.bits & group for group in _groups(lexer))
    small = word in _EMPTY or word in _DAILY or word in _BEFORE or word in _OWNING
    return not re.search(r"\w", word) or small or (strong and not token.code)


def _is_in(word: str, low: str) -> bool:
    """As a whole word or path, not as a part of a longer number or name."""
    word = fold(word).strip("'\"")
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w]|\.\d)", low) is not None


def _is_time(word: str, low: str) -> bool:
    """ "03:45" in the schedule `45 3 * * *`."""
    clock = re.fullmatch(r"(\d{1,2}):(\d\d)", word)
    return clock is not None and f"{int(clock[2])} {int(clock[1])} * * *" in low


def alike(word: str) -> set[str]:
    """The word, and what says the same of a key or a place."""
    same = {word, *(other for group in _ALIKE if word in group for other in group)}
    return same | {each[:-1] for each in same if len(each) > 3 and each.endswith("s")}


@functools.cache
def _groups(lexer: Lexer) -> list[int]:
    return [sum(lexer.bit(each) for each in group.split()) for group in _STRONG]
