"""Sentences that look like an operation and are none: remarks, plans, history, quotations, states, what is struck out."""

from __future__ import annotations

import pytest

from tests.recognise.world import World, told

RUN = [
    "Bump ffl to 0.1.18",
    "Build stitcher 1.1.0",
    "Push stitcher 1.1.0 to the registry",
    "`kustomize build apps` succeeds",
    "Set `spec.interval` of the longhorn HelmRelease to `5m`",
    "Add `../triager` to `apps/kustomization.yaml`",
    "All HelmReleases are Ready",
    'Set DPI to "300" in the till-config ConfigMap',
    "Change the team label of the kiosks namespace to dev",
    "TZ of kiosk is changed to Europe/Vienna",
]

IN_FRONT = [
    # who, and who said it
    "We ", "I ", "Bob ", "Bob: ", "Bob - ", "Bob said: ", "Bob says ", "@bob ", "[Bob] ", "(Bob) ", "**Bob:** ", "**Bob** ", "Ask Bob: ",
    # perhaps, or not at all
    "Maybe ", "Perhaps ", "Should we ", "Could: ", "Don't ", "Do not ", "Never ", "Avoid: ", "Wrong: ", "Imagine: ", "No: ", "Skip: ",
    # of another time
    "Plan: ", "Plan to ", "Proposal: ", "Idea: ", "Later: ", "Monday: ", "2026-12-01: ", "Q3: ", "Sprint 12: ", "Week 3: ", "Day 2: ",
    "Milestone 4: ", "v2: ", "v2 only: ", "[v2] ", "Previously: ", "Was: ", "Old: ", "Before: ", "History: ", "When ", "Given ",
    # an example, a remark, one of several
    "Example: ", "E.g. ", "For example, ", "Note: ", "NB: ", "Alternative: ", "Option A: ", "Goal: ", "Q: ", "Or ", "Instead, ",
    # states
    "TODO: ", "TODO ", "TODO(bob): ", "FIXME: ", "WIP: ", "WIP ", "[WIP] ", "[TODO] ", "[skip] ", "(skip) ", "[N/A] ", "N/A ", "N/A: ", "n/a - ",
    "Deprecated: ", "DEPRECATED ", ":x: ", ":construction: ", "❌ ", "✗ ", "🚧 ", "⚠️ ", "⛔ ", "🛑 ", "🔜 ", "🕐 ", "⏰ ", "⏳ ", "💤 ", "🤔 ", "👀 ",
    "🧑 ", "👤 ", "🙋 ", "✋ ", "🟡 ", "🔴 ", "❗ ", "❓ ", "➖ ", "🔙 ", "🗑️ ",
]  # fmt: skip

BEHIND = [
    # states
    " (skip)", " (skipped)", " [skip]", " - skip", " (N/A)", " - N/A", " (WIP)", " (TODO)", " (done)", " (deprecated)", " (old)", " (legacy)",
    " (v2 only)", " - v2 only", " (wontdo)", " (won't do)", " (gone)", " (redundant)", " (unnecessary)", " (unneeded)", " (impossible)",
    " (ignore)", " (ignore this)", " (leave alone)", " (parked)", " (on ice)", " (on hold)", " - hold", " - pending", " -- draft", " :x:",
    " ❌", " 🚧", " 👎", " 🤷", " 🕒", " 🔜", " 🛑",
    # perhaps
    "?", " ?", "??", " (?)", " (maybe)", " (just an idea)", " (theory)", " (in theory)", " - hypothetical", " (unsure)", " (tentatively)",
    " - unclear", " - risky", " - dangerous", " - tricky", " (bad idea)", " (mock)", " (fake)", " (dry run)", " (simulate)", " (half)",
    " (low priority)", " - see below", " or not", " or later",
    # who and when
    " (Bob)", " (bob)", " (by bob)", " (ops team)", " - owner x", " — Bob", " – later", " - after lunch", " - next release", " @bob", " #bob",
    " [Bob]", " by Friday", " tomorrow", " tonight", " (in the next window)", " (in an hour)", " (for an hour)",
    " (due in an hour)", " (needs a release)", " (required by the release)", " (with the next release)",
    # marks
    "[^1]", " [^1]", "¹", "*", " *", " **", "†", " (1)", " [1]", " | todo |", "<br>not yet", " <del>", " ~~", " …", "...",
    # other languages
    " (später)", " (nicht)", " (pas encore)", " (todavía no)", " (不要)", " (нет)",
]  # fmt: skip

AROUND = [
    ('"', '"'), ("'", "'"), ("“", "”"), ("«", "»"), ("~~", "~~"), ("~", "~"), ("<del>", "</del>"), ("<s>", "</s>"), ("![", "](x.png)"),
    ("[", "][1]"), ("| ", " | todo |"), ("Given that ", ", it works"), ("If ", ", ask Bob"), ("It is said: ", ""),
]  # fmt: skip

OTHERS = [
    # what happened, or might
    "We bumped ffl to 0.1.18", "ffl was bumped to 0.1.18", "ffl would be bumped to 0.1.18", "ffl could be bumped to 0.1.18",
    "ffl may be bumped to 0.1.18", "ffl can be bumped to 0.1.18", "ffl should have been bumped to 0.1.18", "ffl had been bumped to 0.1.18",
    "ffl is being bumped to 0.1.18", "ffl is going to be bumped to 0.1.18", "ffl must not be bumped to 0.1.18",
    "stitcher 1.1.0 was built and pushed", "Images were pushed to the registry", "Is the registry reachable", "The registry was reachable",
    "The registry could be reachable", "`spec.interval` of the longhorn HelmRelease was set to `5m`",
    "Longhorn was removed from `apps/kustomization.yaml`", "Manifests were valid", "Manifests would be valid", "ffl HelmRelease was Ready",
    "All pods could be Running", "Changes were committed", "kustomize build passed last week", "kustomize build used to pass",
    "No `:latest` tags were used", "Bumping ffl to 0.1.18 breaks it", "Bumping ffl to 0.1.18", "Bumps ffl to 0.1.18", "To bump ffl to 0.1.18",
    "No bump of ffl to 0.1.18", "Compare ffl to 0.1.18", "History: ffl 0.1.17 → 0.1.18", "ffl 0.1.18 is released",
    # struck out in part
    "~~Bump~~ ffl to 0.1.18", "Bump ~~ffl~~ longhorn to 1.11.0", "Bump ffl to ~~0.1.18~~ 0.1.19", "Bump ffl to 0.1.18 ~~0.1.19~~",
    "Bump ffl to 0.1.18 ~~in staging~~", "~~Do not~~ Bump ffl to 0.1.18", "~~`kustomize build apps`~~ passes",
    # one thing and not another
    "Bump ffl to 0.1.18, not longhorn", "Bump ffl, not longhorn, to 0.1.18", "Bump ffl to 0.1.18 rather than 0.1.19",
    "Bump ffl to 0.1.18 or higher", "Bump ffl to at least 0.1.18", "Bump ffl to about 0.1.18", "Bump ffl past 0.1.18",
    "Bump ffl like longhorn to 0.1.18", "Instead of longhorn, bump ffl to 0.1.18", "Bump ffl to 0.1.18 in staging, prod later",
    "Bump ffl to 0.1.18; do not push", "Bump ffl to 0.1.18. Not in prod.", "Bump ffl to 0.1.18. Ask Bob first.",
    # where it is not, or not of this
    "Bump ffl to 0.1.18 in a branch", "Bump ffl to 0.1.18 in the README", "Bump ffl to 0.1.18 in longhorn", "Bump ffl schema to 0.1.18",
    "Bump ffl-web's ffl to 0.1.18", "Bump ffl and longhorn docs to 0.1.18", "Bump ffl to 0.1.18 in CI", "Bump ffl to 0.1.18 for Bob",
    "In an emergency, roll back ffl to 0.1.16", "Roll back ffl to 0.1.16 in an emergency", "On failure roll back ffl to 0.1.16",
    "Set `spec.interval` of the longhorn HelmRelease to `5m`, was `10m`", "Like `kustomize build apps`", "Was `kustomize build apps`",
    "`kustomize build apps` would succeed", "Bob runs `kustomize build apps`",
]  # fmt: skip


def _run(world: World, sentences: list[str]) -> list[tuple[str, str]]:
    found = world.all(sentences)
    assert len(found) == len(sentences)
    return [(s, told(each)) for s, each in zip(sentences, found, strict=True) if each.cannot is None]


def test_they_run_alone(world: World) -> None:
    assert [s for s, _ in _run(world, RUN)] == RUN


@pytest.mark.parametrize("front", IN_FRONT)
def test_words_in_front(world: World, front: str) -> None:
    assert _run(world, [front + each for each in RUN]) == []


@pytest.mark.parametrize("behind", BEHIND)
def test_words_behind(world: World, behind: str) -> None:
    assert _run(world, [each + behind for each in RUN]) == []


@pytest.mark.parametrize("around", AROUND)
def test_marks_around(world: World, around: tuple[str, str]) -> None:
    assert _run(world, [around[0] + each + around[1] for each in RUN]) == []


def test_other_sentences(world: World) -> None:
    assert _run(world, OTHERS) == []


@pytest.mark.parametrize(
    "sentence",
    ["🚀 {}", "✅ {}", "{} ✨", "**{}**", "Please {}", "{}.", "{}!", "{} (takes five minutes)", "{} - a big layer", "{} (fixes a memory leak)",
     "{} (see TASK-7)", "1. {}", "**Step 1: {}**"],
)  # fmt: skip
def test_what_says_nothing(world: World, sentence: str) -> None:
    wanted = [sentence.format(each) for each in RUN if "kustomize build" not in each]  # no note behind a command
    assert [s for s, _ in _run(world, wanted)] == wanted
