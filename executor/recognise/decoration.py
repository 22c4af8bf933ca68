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
        |(?:\*\*|__)?(?:Task|Step|Phase|Part|Criterion|Item)\s+\d+(?:\.\d+)*[a-z]?(?:\*\*|__)?\s*[:.)–—-](?:\*\*|__)?(?=\s)
        |(?:\*\*|__)(?P<label>[A-Za-z][\w /&+-]{0,40}?)(?:\s*:\s*(?:\*\*|__)|(?:\*\*|__)\s*:)(?=\s)
    )""",
    re.VERBOSE,
)
_REFERENCE = r"(?:[A-Z][A-Za-z]*[- ]\d+(?:-\d+)*|\#\d+|https?://[^\s()]+)"
_NOTE_AT_END = pattern(
    r"\s*\((?:(?:BLOCKED|PARTIAL|see\s+(?:[A-Z][\w-]*-\d+|\#\d+))\b[^()]*"
    rf"|(?:[Ss]ee|[Rr]efs?|[Cc]f\.|[Ff]ixes|[Cc]loses|[Rr]esolves):?\s+{_REFERENCE}(?:(?:,|\s+and|\s+&)\s+{_REFERENCE})*)\)\s*$"
)
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
    polite = _THANKS.search(text) if "ank" in text or "ease" in text else None
    end = len((text[: polite.start()] if polite else text).rstrip())
    while text.endswith(")", start, end) and (note := _NOTE_AT_END.search(text, start, end)) is not None:
        end = note.start()
    start = end - len(text[start:end].lstrip())
    if text.count("**", 0, start) % 2 and text.endswith("**", start, end):
        end -= 2  # "**Step 1: Build it**"
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
    "EVERYWHERE VAGUE CHANNEL CODE KEY SETTING NUMBER VERIFY RUN THEN PLACE SPACE CHARTED CONFIG QUOTED"
).split()
_CONTINUES = frozenset(
    "with without using in on at for to from by via and or then plus also including into per across as under within "
    "against over through until before after but so too both same manually".split()
)


_REMARK = frozenset(
    # how long and how large
    "takes take about approximately approx roughly around some several few couple minute minutes min second seconds "
    "sec hour hours long longer short slow slowly fast quick quickly big large small huge tiny heavy light "
    # what it is
    "simple easy trivial straightforward routine usual normal ordinary minor important urgent layer layers size "
    "download cache build builds bugfix bugfixes hotfix patch release notes changelog feature features improvement "
    "improvements performance memory cpu leak leaks bug bugs crash crashes vulnerability vulnerabilities cve cves "
    "dependency dependencies breaking security "
    # what it brings
    "contains includes has adds brings improves solves resolves closes fixes "
    "is are the a an of its it this that these and very quite".split()
)
"""Words that remarks are made of. What a remark may say is without end ("wontdo", "ask bob", "noch nicht"), so nothing
else counts as one."""


def _is_remark(token: Token, harmless: int) -> bool:
    return token.bits & harmless != 0 or (fold(token.text) in _REMARK and not token.text.isupper())


def without_note(stem: str, tokens: Sequence[Token], lexer: Lexer, names: Names) -> Iterator[str]:
    """`stem` without its last note, then without the one before …: a trailing parenthesis, or what follows a dash.

    Only what says nothing to the operation is a note (criteria.md, Settled): words that remarks are made of; no
    restriction, negation, condition, version, name that exists, and no word that goes on with the sentence.
    """
    refused, harmless = lexer.no_note, lexer.bit("COUNT")
    end = len(tokens) - 1
    while (start := _note_start(tokens, end)) is not None:
        inside = [token for token in tokens[start:end] if token.text not in "()—:,.;"]
        first = fold(inside[0].text) if inside else "with"
        if first in _CONTINUES or any(token.bits & refused or not _is_remark(token, harmless) for token in inside):
            return
        stem = stem[: tokens[start].start].rstrip()
        end = start
        yield stem


def _note_start(tokens: Sequence[Token], end: int) -> int | None:
    """Where the last note before `end` begins."""
    if end and tokens[end - 1].text == ")":
        return next((i for i in range(end - 1, 0, -1) if tokens[i].text == "("), None)
    return next((i for i in range(end - 1, 0, -1) if tokens[i].text == "—"), None)
