"""contracts.md, decisions 1, 2 and 8."""

from __future__ import annotations

import pytest

from executor.classify import classify, label_for
from executor.models import EVERY_TYPE, TaskType

BUILD, DEPLOYMENT, CONFIGURATION, VERIFICATION = TaskType


@pytest.mark.parametrize(
    ("labels", "types"),
    [
        (["builds"], [BUILD]),
        (["Registry"], [BUILD]),
        (["deployment", "flux"], [DEPLOYMENT]),
        (["infrastructure"], [CONFIGURATION]),
        (["networking", "builds"], [CONFIGURATION, BUILD]),
        (["builds", "deployment", "flux"], [DEPLOYMENT, BUILD]),
        (["security-scan"], [CONFIGURATION]),
        (["area/security"], [CONFIGURATION]),
        (["team:flux_core"], [DEPLOYMENT]),
        (["helmrelease"], []),
        (["re-encryption"], []),
        (["rebuilds"], []),
        (["securityscan"], []),
        ([], []),
        (["verification"], [VERIFICATION]),
        (["health-check", "builds"], [VERIFICATION, BUILD]),
    ],
)
def test_types_of_labels(labels: list[str], types: list[TaskType]) -> None:
    found = classify(labels, {})
    assert list(found.every) == types
    assert found.of_task == (types[0] if types else None)


def test_a_project_adds_labels_of_its_own() -> None:
    assert classify(["renders"], {"renders": BUILD}).of_task is BUILD


def test_a_task_without_a_type_may_only_validate_and_observe() -> None:
    types = classify([], {})
    assert types.permit(EVERY_TYPE)
    assert not types.permit(frozenset({BUILD}))


def test_a_type_permits_its_own_and_what_every_type_may() -> None:
    types = classify(["builds"], {})
    assert types.permit(frozenset({BUILD})) and types.permit(EVERY_TYPE)
    assert not types.permit(frozenset({DEPLOYMENT, CONFIGURATION}))


@pytest.mark.parametrize(
    ("labels", "kind"), [(["human-action"], ""), (["Human-Action", "builds"], ""), ([], "human-action")]
)
def test_human_action(labels: list[str], kind: str) -> None:
    assert classify(labels, {}, kind).human_action


def test_the_reason_names_the_labels_to_add() -> None:
    assert label_for(frozenset({DEPLOYMENT, CONFIGURATION})) == (
        "deployment or flux or infrastructure or networking or security"
    )
