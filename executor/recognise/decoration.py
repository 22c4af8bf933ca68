"""What stands around a criterion's text and says nothing: numbers, labels, emoji in front; notes behind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from executor.patterns import pattern
from executor.recognise.words import WORDS, fold
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.recognise.lexer import Lexer, Token
    from executor.recognise.names import Names

_FRONT = pattern(
    r"""\s*(?:
        \#\d+(?:\.\d+)*[:.)]?(?=\s)
        |[Pp]lease,?(?=\s)
        |\(?\d+(?:\.\d+)*[.)](?=\s)
        |\[(?:P|(?:US|T|P|AC|FR)-?\d+)\](?=\s)
        |(?:\*\*|__)?(?:AC|T|TC|FR|NFR|REQ|US|SC|UC|DoD|R|C|S|P)[-_ ]?\d+(?:[.-]\d+)*[a-z]?(?:\*\*|__)?
            \s*[:.)–—-](?:\*\*|__)?(?=\s)
        |(?:\*\*|__)(?:AC|T|TC|FR|NFR|REQ|US|SC|UC|R|C|S|P|\#)[-_ ]?\d+(?:[.-]\d+)*[a-z]?[:.)]?(?:\*\*|__)(?=\s)
        |T\d{3}(?=\s)
        |(?:\*\*|__)?(?:Task|Step|Phase|Part|Criterion|Item|Day|Week|Milestone)\s+\d+(?:\.\d+)*[a-z]?(?:\*\*|__)?\s*[:.)–—-](?:\*\*|__)?(?=\s)
        |(?:\*\*|__)(?P<label>[A-Za-z][\w /&+-]{0,40}?)(?:\s*:\s*(?:\*\*|__)|(?:\*\*|__)\s*:)(?=\s)
    )""",
    re.VERBOSE,
)
_NOTE_AT_END = pattern(r"\s*\((?:BLOCKED|PARTIAL|see\s+(?:[A-Z][\w-]*-\d+|\#\d+))\b[^()]*\)\s*$")
_THANKS = pattern(r"(?:[,.!;]|\s[-–—])\s*(?:[Tt]hanks|[Tt]hank you)(?:\s+a lot)?[\s!.]*$|[,\s]\s*please[\s!.]*$")
_LABEL_CLASSES = frozenset(
    "BUILD PUSH BUMP VERIFY VALIDATE IMAGE IMAGES DOCKER REGISTRY HELM HELMRELEASE HELMRELEASES CHART KUSTOMIZE FLUX "
    "MANIFEST MANIFESTS SECURITY VALIDATION CHECKS GIT COMMIT DEPLOY AND KUSTOMIZATION RENDER".split()
)
_LABEL_WORDS = frozenset(
    "build builds image images registry deployment deploy release rollout verification validation manifests gitops "
    "flux "
    "helm chart charts kustomize security git ci registry functional technical infrastructure infra update updates "
    "required must configuration config".split()
)


@dataclass(frozen=True, slots=True)
class Stripped:
    """`stem` is `text[start:end]`: the criterion without decoration and notes that are notes by their form."""

    stem: str
    start: int


def strip(text: str) -> Stripped:
    """Take off what is decoration by its form alone."""
    start = 0
    while (match := _FRONT.match(text, start)) is not None:
        if match["label"] is not None and not _is_label(match["label"]):
            break
        start = match.end()
    polite = _THANKS.search(text)
    end = polite.start() if polite else len(text.rstrip())
    while (note := _NOTE_AT_END.search(text, start, end)) is not None:
        end = note.start()
    start += len(text[start:end]) - len(text[start:end].lstrip())
    return Stripped(text[start:end], start)


def _is_label(words: str) -> bool:
    """`**Registry:**` says nothing; `**Staging only:**` does."""
    return all(
        fold(word) in _LABEL_WORDS or _LABEL_CLASSES & set(WORDS.get(fold(word), ()))
        for word in re.findall(r"\w+", words)
    )


NO_NOTE = (
    "NEGATION CONDITION RESTRICTION QUESTION PUT_OFF STAGE VERSION RANGE DIGEST PLACEHOLDER LATEST NAME REPO IMAGE_REF "
    "IMAGE_NAME HOST PATH COMMAND BUILD BUILT PUSH PUSHED BUMP BUMPED ROLLBACK REMOVE ADD COMMIT RECONCILE TRIGGER "
    "PERSON "
    "EVERYWHERE VAGUE CHANNEL CODE KEY SETTING NUMBER VERIFY RUN THEN PLACE SPACE"
).split()
_CONTINUES = frozenset(
    "with without using in on at for to from by via and or then plus also including into per across as under within "
    "against over through until before after but so too both same manually".split()
)


_SAYS_NO = frozenset(
    "wontfix nope revert broke broken stuck hold wait waiting pending later obsolete duplicate invalid frozen will "
    "won't undone done tbd tba cancel drop move postpone skip abandon supersede decline reject fail pause defer block "
    "somebody someone us we they he she i "
    # who does it, when, and what else
    "too also additionally hand does do doing did ask asks talk talks coordinate coordinates demo example "
    "placeholder draft sample wiki else well either rest other others earliest latest soonest next tomorrow "
    "tonight morning evening night weekend week weeks month months quarter sprint day days hour hours date "
    "deadline freeze window maintenance schedule scheduled once monday tuesday wednesday thursday friday saturday "
    "sunday january february march april june july august september october november december already "
    # the same in other languages: "(noch nicht)", "(pas maintenant)"
    "nicht nein kein keine nie niemals noch erst vorerst nur ohne falls wenn sobald ausser statt stattdessen manuell "
    "pas non jamais sauf sans seulement uniquement plus tard sinon nunca sin solo salvo excepto cuando "
    "todavia aun luego "
    "mai senza tranne quando poi dopo nao sem apenas exceto depois niet geen nooit alleen zonder behalve indien "
    "bez tylko jesli poza inte ingen aldrig endast utan ikke aldri kun uten ei".split()
)
_HARMLESS_PARTICIPLES = frozenset("required needed expected tested automated based shared related wanted".split())


def _may_say_no(word: str) -> bool:
    """Whether a word of a note may take the criterion back or hand it on: "reverted", "waiting", "us-east", "Bob will".

    No list of such words is ever complete, so whatever reads as a participle or an identifier counts too.
    """
    if not word.isascii() and any(sign.isalpha() for sign in word):
        return True  # a word of another language may say anything
    if word[:1].isupper() and word[1:].islower():
        return True  # somebody's name, a day: who or when
    folded = fold(word)
    participle = folded.endswith("ed") and len(folded) > 4 and folded not in _HARMLESS_PARTICIPLES
    return folded in _SAYS_NO or participle or "-" in word.strip("-")


def without_note(stem: str, tokens: Sequence[Token], lexer: Lexer, names: Names) -> Iterator[str]:
    """`stem` without its last note, then without the one before …: a trailing parenthesis, or what follows a dash.

    Only what says nothing to the operation is a note (criteria.md, Settled): no restriction, negation, condition,
    version, name that exists, and no word that goes on with the sentence.
    """
    refused = lexer.no_note
    end = len(tokens) - 1
    while (start := _note_start(tokens, end)) is not None:
        inside = [token for token in tokens[start:end] if token.text not in "()—:,.;"]
        first = fold(inside[0].text) if inside else "with"
        if first in _CONTINUES or any(token.bits & refused or _may_say_no(token.text) for token in inside):
            return
        stem = stem[: tokens[start].start].rstrip()
        end = start
        yield stem


def _note_start(tokens: Sequence[Token], end: int) -> int | None:
    """Where the last note before `end` begins."""
    if end and tokens[end - 1].text == ")":
        return next((i for i in range(end - 1, 0, -1) if tokens[i].text == "("), None)
    return next((i for i in range(end - 1, 0, -1) if tokens[i].text == "—"), None)
