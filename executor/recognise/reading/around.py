"""Whether what stands around a criterion limits it: headings, what leads to its list, items it stands below, remarks.

A heading may be about anything, so a word that nobody knows does not stop it; the words that limit do, and so does an
unknown word where somebody or some place would be named ("For Bob", "In the DR region"). What leads to a list, or
stands beside it without a box, may speak of the list itself ("Bob takes these:"): there every word has to be known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from executor.patterns import pattern
from executor.recognise.lexer import Lexer, Token
from executor.recognise.words import fold

TITLE, TOPIC, LEAD = "title", "topic", "lead"
"""How much of a text has to be known: only that no word limits; besides, whose and where; every word, if it speaks of
the list."""


def limit(
    text: str, words: Sequence[Token], lexer: Lexer, how: str, *, known_stage: Callable[[str], bool]
) -> str | None:
    """The word of `text` that limits what stands below it; `words` are its tokens without the last, empty one."""
    done = [match.span() for match in _DONE_WHEN.finditer(text)]
    words = [token for token in words if not any(start <= token.start < end for start, end in done)]
    said = _PHRASES.search(fold(text)) or _MENTION.search(text)
    if said:
        return said[0]
    order = _is_order(words, lexer)
    for at, token in enumerate(words):
        if token.bits & lexer.named:
            continue
        word = fold(token.text).replace("\u2019", "'")
        free = word in _FREE or (order and word in _ORDER) or (word == "what" and (how == TITLE or at == 0))
        if word in _TURNING or (_limits(token, lexer) and not free):
            return token.text
        if word in _ENVIRONMENTS and not known_stage(word):
            return token.text
    if how == TITLE:
        return None
    unknown = (at for at, token in enumerate(words) if _is_unknown(token, lexer))
    of_the_list = how == LEAD and any(fold(token.text) in _OF_THE_LIST for token in words)
    return next((words[at].text for at in unknown if of_the_list or _is_somebody(words, at, lexer)), None)


def _limits(token: Token, lexer: Lexer) -> bool:
    """Criteria are read in English: what a word of another language says of them is not known."""
    return bool(token.bits & lexer.limits) or (not token.text.isascii() and any(map(str.isalpha, token.text)))


def _is_unknown(token: Token, lexer: Lexer) -> bool:
    return not token.bits & ~lexer.weak and fold(token.text) not in _SAY_NOTHING


def _is_order(words: Sequence[Token], lexer: Lexer) -> bool:
    """ "After the build", "Before merge": the order that the file has anyway."""
    steps = lexer.steps
    rest = [token for token in words if fold(token.text) not in _ORDER]
    return all(token.bits & steps or fold(token.text) in _STEPS for token in rest)


def _is_somebody(words: Sequence[Token], at: int, lexer: Lexer) -> bool:
    """Whether an unknown word names who does it, or a place: behind a preposition at the start or "by", in brackets,
    beside "cluster" or "region", before a verb."""
    before = [fold(token.text) for token in words[:at]]
    while before and before[-1] in ("the", "a", "an", "our"):
        before.pop()
    behind = fold(words[at + 1].text) if at + 1 < len(words) else ""
    verb = at + 1 < len(words) and (bool(words[at + 1].bits & lexer.verbs) or behind in ("does", "do"))
    near = {behind, before[-1] if before else ""}
    introduced = before[-1:] == ["by"] or (len(before) == 1 and before[0] in _PREPOSITIONS)
    return introduced or "(" in before[-1:] or verb or bool(near & _PLACES)


_DONE_WHEN = pattern(
    r"(?i)\b(?:done|complete|completed|finished|accepted|resolved|closed)\s+(?:when|once|if)\b|\bbe done\b"
    r"|^definition of done$"
)
"""What a task is done by is no condition of its criteria."""

_PHRASES = pattern(
    r"\b(?:out of scope|one of|any of|by hand|nice to have|on hold|no longer|plan b|up to you|left to|in case|not yet|"
    r"as soon as|so that|should we|shall we|moved to|"
    r"to be (?:decided|confirmed|discussed|defined|clarified)|open questions?|"
    r"known (?:issues?|good|bad|problems?|limitations?)|"
    r"follow[- ]?ups?|could have|can have|may have|might have|what if|for reference|for illustration|for information)\b"
)
_MENTION = pattern(r"(?<![\w.])@[A-Za-z][\w-]*|\b[\w.+-]+@[\w-]+\.[\w.]+")
_PREPOSITIONS = frozenset("for in on at with by from via under per".split())
_PLACES = frozenset(
    "cluster clusters region regions environment environments env zone zones site sites datacenter datacentre "
    "tenant tenants account accounts customer customers namespace namespaces team".split()
)
_OF_THE_LIST = frozenset("this these those following below above them it all everything criteria items".split())
_ORDER = frozenset("after before first".split())
_STEPS = frozenset("merge merging deploy deploying deployment rollout go-live testing tests verification".split())
_FREE = frozenset("first todo scope".split())
"""Of the words that elsewhere put off or limit, those that are ordinary here: "TODO", "In scope"."""
_ENVIRONMENTS = frozenset("production prod staging preprod pre-production pre-prod canary qa uat sandbox".split())
"""Words for environments that are nothing else in a heading; "test" and "development" may be topics."""

_TURNING = frozenset(
    # not to be done, not now, or not any more
    "nothing nobody nowhere hardly soon next last previous previously former formerly past old older outdated "
    "deprecated replaced retired finished archived archive historical history waiting wait waits await awaiting "
    "paused parked frozen freeze pause ignored ignore skipped icebox wishlist wish planned proposed proposals "
    "suggestion suggestions suggested ideas question questions assumption assumptions risk risks hypothetical "
    "hypothetically theoretical could may might would non-goal non-goals nongoals out-of-scope wontfix wontdo "
    "illustration example examples declined dropped discarded shelved vetoed denied refused scrapped binned "
    "undo backout back-out completed changelog template templates faq warning warnings discussion discussions "
    "experiment experiments trial original default defaults legacy recommends recommend recommended decided ask asks "
    "revert reverts reverting anti-pattern anti-patterns antipatterns lessons "
    "revoked aborted stopped considered tried attempted unwanted void anti-goal anti-goals antigoals alternative "
    "alternatively alternatives either tbc wrong postmortem post-mortem was were had did "
    # for when something goes wrong
    "fallback emergency contingency disaster incident incidents outage trouble troubleshooting "
    # a person's
    "approve approves approver approvals reviewer reviewers owner owners assignee assigned responsible somebody "
    "someone anyone person people humans "
    # some time
    "today tonight tomorrow yesterday weekend morning evening afternoon monday tuesday wednesday thursday friday "
    "saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays sundays january february april june "
    "july august september october november december quarter year "
    # the same in other languages
    "nicht nein kein keine keinen nie niemals nur ohne falls wenn sobald erst jamais sauf sans seulement nunca "
    "salvo excepto senza tranne apenas exceto niet geen nooit alleen zonder nie bez tylko".split()
)
"""Beside the classes of words.py that limit a sentence, too (`Lexer.limits`)."""
_SAY_NOTHING = frozenset(
    "following these those step steps task tasks criteria criterion item items thing things work acceptance below "
    "above true met hold satisfied shall we you i to of for in on at by with from via into under per and as is "
    "are be being do does also finally make makes sure need needs required requirements definition goal goals "
    "scope summary overview now here list complete everything deliver deliverables want wanted expected outcome "
    "outcomes result results phase part done what todo".split()
)
"""Words of leading sentences that limit nothing: "The following must be true:", "We need to:"."""
