"""The rule that every word of substance is used up, as a property: any sentence that runs stops when a word is put in."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.models import Status
from executor.recognise.rules import RULES
from executor.recognise.words import VOCABULARY
from tests.recognise.world import FILES, World, told

EXAMPLES = [
    sentence for rule in RULES for sentence, expected in rule.examples.items() if expected[:2] not in ("b ", "u ", "r ")
]
INTRUDERS = [
    "zorgly",
    "not",
    "never",
    "except",
    "unless",
    "if",
    "manually",
    "optionally",
    "arm64",
    "?",
    "maybe",
    "twice",
    "nearly",
    "Kubernetes 1.30.1",
]


def places(sentence: str) -> list[int]:
    """Where a word can be put in: at spaces outside of code and quotation marks, and at both ends."""
    code = [range(*match.span()) for match in re.finditer(r"`[^`]*`|\"[^\"]*\"", sentence)]
    spaces = [match.start() for match in re.finditer(" ", sentence)]
    return [0, *(at for at in spaces if not any(at in each for each in code)), len(sentence)]


@pytest.mark.parametrize("intruder", INTRUDERS)
def test_one_more_word_stops_it(world: World, intruder: str) -> None:
    sentences = [
        (sentence, f"{sentence[:at]} {intruder} {sentence[at:]}".strip())
        for sentence in EXAMPLES
        for at in places(sentence)
    ]
    found = world.all([changed for _, changed in sentences])
    ran = [
        (changed, told(each))
        for (_, changed), each in zip(sentences, found, strict=True)
        if each.cannot is None and not _allowed(intruder, changed)
    ]
    assert ran == [], f"{len(ran)} sentences run with {intruder!r} in them"


def _allowed(intruder: str, changed: str) -> bool:
    """ "Check if …" is "check that …"."""
    return intruder == "if" and re.match(r"(?:Verify|Confirm|Check|Ensure) +if ", changed) is not None


WORDS = sorted({word for words in VOCABULARY.values() for word in words.split()})
THINGS = [
    "ffl", "ffl-web", "stitcher", "longhorn", "ffl/backend:0.1.18", "0.1.18", "1.x", "`latest`", "<version>", "→", "—", ",", ";", ":", "(", ")",
    "apps/ffl/config.yaml", "`spec.replicas`", "`kustomize build apps`", "`kubectl apply -f x`", "`docker push x:1`", "beckerkube", "*", "**", "`",
    "https://x.example/y", "10.0.0.5:5000", "and", "to", "in", "from", "with", "of", "for", "zorgly", "\u00a0", "🚀", "~~", "&&", "|", "'", '"',
]  # fmt: skip


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS + THINGS), min_size=1, max_size=12))
def test_any_words_are_read_or_not(words: list[str]) -> None:
    """Nothing raises, and what is not understood says which word stopped it or why."""
    assert WORLD is not None
    found = WORLD.recognise(" ".join(words))
    assert found.cannot is None or found.cannot.reason
    assert all(0 <= word.start <= word.end <= len(found.stem) for word in found.words)


@settings(max_examples=300)
@given(st.text(max_size=80))
def test_any_text_is_read_or_not(text: str) -> None:
    assert WORLD is not None
    found = WORLD.direct(text)
    assert found.cannot is None or found.cannot.status in (Status.UNRESOLVED, Status.BLOCKED, Status.REFUSED)


WORLD: World | None = None


@pytest.fixture(autouse=True)
def _the_world(world: World) -> None:
    global WORLD  # noqa: PLW0603 - hypothesis and session fixtures do not go together
    WORLD = world


def test_files_are_there() -> None:
    assert "apps/ffl/config.yaml" in FILES
