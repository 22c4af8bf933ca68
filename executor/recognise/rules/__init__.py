"""The rules, by what they are about. `table()` is all of them, compiled at the first sentence."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Lexer
from executor.recognise.meaning import EDITS, Ask, Images, Rule
from executor.recognise.rules import beside, bumps, cluster, commanded, edits, images, phrases, settings, validation
from executor.recognise.words import fold

RULES: tuple[Rule, ...] = (
    *images.RULES,
    *bumps.RULES,
    *edits.RULES,
    *settings.RULES,
    *beside.RULES,
    *validation.RULES,
    *cluster.RULES,
)


@functools.cache
def table() -> tuple[Grammar, Lexer]:
    """The compiled grammar and its lexer."""
    grammar = Grammar()
    for module in (phrases, images, bumps, edits, settings, beside, validation, cluster, commanded):
        module.add(grammar)
    for rule in RULES:
        for pattern in rule.patterns:
            grammar.phrase("alone" if rule.alone else "clause", pattern, _make(rule))
    grammar.phrase(
        "clause", "(ensure | make sure | see to it | it MODAL be ensured) that? c:<clause>", lambda c: c["c"]
    )
    grammar.phrase("clause", "(v:VERIFY that? | it MODAL be VERIFIED that) c:<clause>", _checked)
    grammar.phrase("sep", "; | STOP | , | AND | , AND | ,? THEN | AND THEN | &")
    grammar.phrase("sentence", "_:<clauses>")
    grammar.phrase("sentence", "clause:<alone>", lambda c: tuple(c["clause"]))
    grammar.phrase("clauses", "clause:<clause>", lambda c: tuple(c["clause"]))
    grammar.phrase("follow", "PUSH IT?", lambda c: (Ask("image.push", {"images": Images(it=True)}),))
    grammar.phrase("follow", "PUSHED r:<registry>?", _pushed)
    grammar.phrase("clauses", "clause:<clause> <sep> more:<follow>", _followed)
    grammar.phrase("clauses", "clause:<clause> <sep> more:<clauses>", _joined)
    grammar.seal()
    return grammar, Lexer(grammar)


_CHECKS = frozenset(
    ("image.verify", "registry.ping", "kustomize.build", "manifest.validate", "security.check", "exists")
)


def _checked(c: Mapping[str, Any]) -> list[Ask] | None:
    """ "Verify that …" is said of what is looked at: what would be an edit is only compared."""
    asks: list[Ask] = c["c"]
    if "v" in c and fold(c["v"].text) == "ensure":
        return None  # said of what is to be
    return [ask if ask.what in _CHECKS else ask.looked_at() for ask in asks] if all(map(_can_look, asks)) else None


def _can_look(ask: Ask) -> bool:
    return ask.what in _CHECKS or ask.what in EDITS


def _joined(c: Mapping[str, Any]) -> tuple[Ask, ...] | None:
    """Clause by clause. One that names no object is of the one before it, where that has one (beside.py)."""
    last, first = c["clause"][-1], c["more"][0]
    nameless = first.what == "setting" and first.get("holder") is None and beside.owner(last) is not None
    return None if nameless else (*c["clause"], *c["more"])


def _pushed(c: Mapping[str, Any]) -> tuple[Ask, ...]:
    """ "… is built … and pushed to X"."""
    return (Ask("image.push", {"images": Images(it=True), "registry": c.get("r")}),)


def _followed(c: Mapping[str, Any]) -> tuple[Ask, ...] | None:
    """ "… and push": only behind a build."""
    asks = tuple(c["clause"])
    return (*asks, *c["more"]) if all(ask.what == "image.build" for ask in asks) else None


def _make(rule: Rule) -> Any:
    make = rule.make

    def action(captured: Mapping[str, Any]) -> list[Ask] | None:
        asks: list[Ask] | None = make(captured)
        return asks

    return action
