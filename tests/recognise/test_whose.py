"""Whose a sentence is that no operation does: every kind's own examples and near misses."""

from __future__ import annotations

import pytest

from executor.recognise.whose import WHOSE
from tests.recognise.world import World

EXAMPLES = [(kind.name, each) for kind in WHOSE for each in kind.examples]
NEAR_MISSES = [(kind.name, each) for kind in WHOSE for each in kind.near_misses]


def told(world: World, sentence: str) -> str | None:
    """The reason of a sentence that is not understood."""
    cannot = world.recognise(sentence).cannot
    return cannot.reason if cannot is not None else None


@pytest.mark.parametrize(("name", "sentence"), EXAMPLES)
def test_is_of_this_kind(world: World, name: str, sentence: str) -> None:
    kind = next(each for each in WHOSE if each.name == name)
    reason = told(world, sentence)
    start, _, end = kind.reason.partition("{word}")
    assert reason is not None and reason.startswith(start) and end in reason, reason
    if kind.done:
        assert f"{kind.done}: executor tick tasks/TASK-001.md 1 --by NAME --note TEXT" in reason


@pytest.mark.parametrize(("name", "sentence"), NEAR_MISSES)
def test_is_another(world: World, name: str, sentence: str) -> None:
    kind = next(each for each in WHOSE if each.name == name)
    reason = told(world, sentence)
    start, _, end = kind.reason.partition("{word}")
    assert reason is None or not (reason.startswith(start) and end in reason), reason


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Bump zorgly to 1.2.3", '"zorgly" is no name here'),
        ("zorgly 1.2.3 is pushed to the registry", '"zorgly" is no name here'),
        ("sticher 1.1.0 is pushed to the registry", '"sticher" is no name here; nearest: stitcher'),
        ("Bump midwestmtg to 2.1.0", '"midwestmtg" is no name here; nearest: midwestmtg-backend'),
        ("Bump longhorn-operator to 2.1.0", '"longhorn-operator" is no name here; nearest: longhorn'),
        ("Bump networking to 2.1.0", '"networking" is no name here'),
        ("Bump longhorn to 1.11.0 in zorgly", '"zorgly" is no namespace or cluster or folder here'),
        ("Push stitcher 1.1.0 to zorgly", '"zorgly" is no registry here'),
        (
            "Deployment web is available",
            'there is no "web" in the manifests here; what a chart makes is written as code: `web`',
        ),
        ("All pods are Running in namespace zorgly", '"zorgly" is no namespace here'),
        ("Bump ffl to 0.1.18 in longhorn", '"in longhorn" behind it fits nothing before it'),
        ("Bump ffl to 0.1.18 (tricky)", '"(tricky)" is no remark that is understood'),
        ("ffl was bumped to 0.1.18", '"was" tells what was or might be'),
        ("Build stitcher 1.1.0 and document it", '"document it" is a person\'s work'),
        ("Bump ffl to 0.1.18 with the new probes", '"the new probes" was not used up'),
        ("Do not bump ffl to 0.1.18", '"not" turns the sentence around'),
    ],
)
def test_the_reason_names_what_stopped_it(world: World, sentence: str, reason: str) -> None:
    found = told(world, sentence)
    assert found is not None and found.startswith(reason), found
