"""What is offered instead of a sentence works when it is pasted, and asks for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor.classify import classify
from executor.models import Status
from executor.planner import Planned, plan
from executor.taskfile.parse import parse
from tests.recognise.test_no_operation import BEHIND, IN_FRONT, OTHERS
from tests.recognise.world import World, make, task_text, told

RUN = [
    "Bump longhorn to 1.11.0",
    "Build stitcher 1.1.0",
    "Push stitcher 1.1.0 to the registry",
    "Set `spec.interval` of the longhorn HelmRelease to `5m`",
    "Remove longhorn from `apps/kustomization.yaml`",
    "All HelmReleases are Ready",
]
LIMITS = [
    "in an emergency", "on failure", "for arm64", "with debug symbols", "behind a flag", "with the values of prod", "on branch release", "by Friday",
    "in the README", "on both clusters", "during the freeze", "if needed", "for Bob", "as an example", "with backups", "and triager's too",
    "or something newer", "with zero downtime on Sunday", "in a dry run", "for testing", "without the schema", "and not more", "via PR",
]  # fmt: skip
DEMANDS = ["with zero downtime", "smoothly", "immediately", "with zero interruption", "safely"]
BESIDES = ["and document it", ", then notify the team", "and monitor it for an hour", "and review the dashboards"]


def planned(world: World, sentences: list[str]) -> list[Planned]:
    task = parse(task_text(sentences).encode(), Path("tasks/TASK-001.md"))
    return list(plan(task, world.workspace, classify(task.labels, {}, "")).criteria)


def test_nothing_is_offered_that_loses_a_limit(world: World) -> None:
    limited = [f"{each} {limit}" for each in RUN for limit in LIMITS]
    assert [each.recognised.suggestion for each in planned(world, limited) if each.recognised.suggestion] == []


@pytest.mark.parametrize("sentence", RUN)
def test_what_is_offered_asks_for_the_same(world: World, sentence: str) -> None:
    wanted = told(world.recognise(sentence))
    for demand in DEMANDS:
        (found,) = planned(world, [f"{sentence} {demand}"])
        assert found.recognised.suggestion == sentence
    for besides in BESIDES:
        (found,) = planned(world, [f"{sentence} {besides}"])
        assert found.recognised.suggestion is not None
        first, second = found.recognised.suggestion.split("\n- [ ] ")
        assert told(world.recognise(first)) == wanted
        assert besides.endswith(second) and told(world.recognise(second)) == "u person"


def test_why_it_is_done_is_left_away(world: World) -> None:
    """ "so that …" is offered without, as long as it names nothing and limits nothing."""
    sentence = "Bump longhorn to 1.11.0 in staging"
    for why in (
        "so that backups work again",
        "because the disks are slow",
        ", which makes snapshots faster",
        "in order to save space",
    ):
        assert [each.recognised.suggestion for each in planned(world, [f"{sentence} {why}"])] == [sentence]
    for why in (
        "so that prod can follow",
        "because only the demo needs it",
        ", which is optional",
        "so ffl works with 0.1.18",
    ):
        assert [each.recognised.suggestion for each in planned(world, [f"{sentence} {why}"])] == [None]
    (said,) = planned(world, ["Staging runs longhorn 1.11.0"])
    assert said.recognised.suggestion == "Staging uses longhorn 1.11.0"


def test_whatever_is_offered_runs(world: World) -> None:
    """Over all that looks like an operation, and a misspelling of each name."""
    table = [front + RUN[0] for front in IN_FRONT] + [each + behind for each in RUN[:2] for behind in BEHIND]
    table += OTHERS + [each.replace("longhorn", "longhornn").replace("stitcher", "sticher") for each in RUN]
    offered = [each for each in planned(world, table) if each.recognised.suggestion]
    assert len(offered) >= 5
    texts = [str(each.recognised.suggestion).partition("\n")[0] for each in offered]
    again = planned(world, texts)
    assert all(each.cannot is None or each.cannot.status is Status.VERIFICATION for each in again)
    assert set(texts) <= set(RUN), "a shorter or corrected wording of what was written"


def test_what_would_be_blocked_is_not_offered(tmp_path: Path) -> None:
    """The name is nearly one; what is written of it could not be done."""
    from tests.recognise.world import FILES

    owned = FILES["apps/longhorn/helmrelease.yaml"].replace('"1.10.1"', '">=1.10"')
    world = make(tmp_path, {**FILES, "apps/longhorn/helmrelease.yaml": owned})
    (found,) = planned(world, ["Bump longhornn to 1.11.0"])
    assert found.recognised.suggestion is None and found.cannot is not None and "longhorn" in found.cannot.reason


def test_everywhere_is_offered_where_a_base_is_shared_and_no_place_is_said(tmp_path: Path) -> None:
    web = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  template:\n    spec:\n      containers:\n"
        "        - name: web\n          image: r.test/shop/web:1.0.0\n"
    )
    over = "resources:\n  - ../base\n"
    files = {
        "base/web.yaml": web, "base/kustomization.yaml": "resources:\n  - web.yaml\n",
        "staging/kustomization.yaml": over, "production/kustomization.yaml": over,
    }  # fmt: skip
    said = [
        "Bump web to 1.1.0",
        "Bump web to 1.1.0.",
        "web: 1.0.0 → 1.1.0",
        "Bump web to 1.1.0 in staging",
        "Bump web to 0.9.0",
    ]
    found = planned(make(tmp_path, files), said)
    assert [each.recognised.suggestion for each in found] == [
        "Bump web to 1.1.0 everywhere", "Bump web to 1.1.0 everywhere.", "web: 1.0.0 → 1.1.0 everywhere", None, None,
    ]  # fmt: skip
    assert {each.cannot.code for each in found if each.cannot is not None} == {"shared"}
