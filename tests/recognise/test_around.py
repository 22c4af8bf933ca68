"""What stands in a criterion's item besides its sentence, and what leads to its list."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor.models import Recognised, Status
from executor.reasons import ReasonCode
from executor.recognise import Recogniser
from executor.taskfile.parse import parse
from tests.recognise.world import World, kustomization, make

SENTENCE = "- [ ] `kustomize build clusters/overlays/prod` succeeds\n"
HEAD = "---\nid: TASK-001\nlabels: [deployment]\n---\n\n## Acceptance Criteria\n\n"


def recognised(world: World, body: str) -> Recognised:
    task = parse((HEAD + body).encode(), Path("tasks/TASK-001.md"))
    return Recogniser(task, world.workspace).criterion(task.criteria[0])


def last(world: World, body: str) -> Recognised:
    task = parse((HEAD + body).encode(), Path("tasks/TASK-001.md"))
    return Recogniser(task, world.workspace).criterion(task.criteria[-1])


@pytest.mark.parametrize(
    "more",
    ["\n  But only on Mondays.\n", "  - with no warnings\n", "  1. only after approval\n", "  > after approval by Bob\n",
     "\n  - a list\n\n    and more\n", "  # a heading\n", "  * [link](http://x)\n"],
)  # fmt: skip
def test_more_text_is_not_passed_over(world: World, more: str) -> None:
    found = recognised(world, SENTENCE + more)
    assert found.cannot is not None and found.cannot.status is Status.UNRESOLVED
    assert "stands in it too" in found.cannot.reason


@pytest.mark.parametrize("more", ["  - [ ] Document it\n", "  <!-- a comment -->\n", "\n"])
def test_criteria_and_comments_are_no_text_of_it(world: World, more: str) -> None:
    assert recognised(world, SENTENCE + more).cannot is None


def test_a_block_says_it_all(world: World) -> None:
    block = "- [ ] Render\n  ```operation\n  uses: kustomize.build\n  paths: [clusters/overlays/prod]\n  ```\n\n  A remark.\n"
    assert recognised(world, block).cannot is None


@pytest.mark.parametrize(
    ("lead", "counts"),
    [("None of these before 2027:\n\n", False), ("Optional:\n", False), ("For the release:\n\n", True), ("", True),
     ("Words about something else.\n\n", True)],
)  # fmt: skip
def test_what_leads_to_the_list(world: World, lead: str, counts: bool) -> None:
    assert (recognised(world, lead + SENTENCE).cannot is None) is counts


@pytest.mark.parametrize(
    ("above", "counts"),
    [("- Only after approval:\n", False), ("- Rendering\n", True), ("1. If approved\n", False)],
)
def test_an_item_without_a_box_counts_too(world: World, above: str, counts: bool) -> None:
    indent = " " * (above.index(" ") + 1)
    assert (recognised(world, above + indent + SENTENCE).cannot is None) is counts


def test_a_quote_above_the_list(world: World) -> None:
    assert recognised(world, "> Do not do these yet.\n\n" + SENTENCE).cannot is not None


LIMITING = [
    "Production (after smoke test)", "When staging is green", "Waiting for vendor", "Already done in TASK-700",
    "Superseded", "Won't do", "Old plan", "Non-goals", "Next quarter", "TODO next week", "Nice to have", "Follow-ups",
    "Ideas", "Open questions", "Risks", "Known issues", "Emergency procedure", "In the DR region", "Frankfurt cluster",
    "What the reviewer checks", "For Bob", "By Anna", "Owner: Anna", "QA", "Manual steps", "By hand", "Could have",
    "Phase 2 (after approval)", "Später", "Canary", "❌ Images", "After the vendor call", "@anna", "Media (Anna)",
    "Declined", "Shelved", "What we tried", "Moved to TASK-99", "Anti-goals",
]  # fmt: skip
TOPICS = [
    "Images", "Release", "Phase 1: Foundations", "Media stack", "Observability", "Deployment", "Testing", "Prod",
    "After the build", "Before merge", "First", "TODO", "In scope", "Must have", "Step 3: Roll out", "🚀 Rollout",
    "Kustomize & Flux", "Helm charts", "Build context", "US1 - Upgrade the printers", "Sprint 12", "Label printers",
]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "counts"), [*((each, False) for each in LIMITING), *((each, True) for each in TOPICS)]
)
def test_headings(world: World, heading: str, counts: bool) -> None:
    """A topic may be anything; what limits, or says who or where in words that nobody knows, stops what is below."""
    assert (recognised(world, f"### {heading}\n\n{SENTENCE}").cannot is None) is counts


@pytest.mark.parametrize(
    "above",
    ["### Verification\n\n{}", "### Current state\n\n{}", "Verify that:\n\n{}", "- [ ] Check the following\n  {}",
     "### Findings\n\n{}", "### As found\n\n{}", "### Root cause\n\n{}"],
)  # fmt: skip
def test_a_statement_below_a_check(world: World, above: str) -> None:
    """What only says how something is, is looked at there; what says what to do, is done."""
    for statement in ("DPI of till-config is 300", "longhorn chart: 1.11.0", "till runs with 3 replicas"):
        assert not looks(recognised(world, f"- [ ] {statement}"))
        assert looks(last(world, above.format(f"- [ ] {statement}")))
    assert last(world, above.format("- [ ] stitcher 1.1.0 is built")).cannot is not None
    for demand in (
        "Set DPI of till-config to 300",
        "In staging, bump longhorn to 1.11.0",
        "kustomize build apps/ffl passes",
    ):
        found = last(world, above.format(f"- [ ] {demand}"))
        assert found.cannot is None and not looks(found), demand
    assert not looks(recognised(world, "- [ ] See to it that DPI of till-config is 300"))
    assert recognised(world, "### Anti-patterns\n\n- [ ] till to 3 replicas").cannot is not None


def looks(found: Recognised) -> bool:
    assert found.cannot is None
    return all(each.arguments.get("check") for each in found.requests)


@pytest.mark.parametrize(
    ("heading", "sentence", "runs"),
    [
        ("HelmRelease kiosk", "Set the interval to 30m", True),
        ("kiosk HelmRelease", "controller.replicaCount: 2 → 3", True),
        ("till", "3 replicas", True),
        ("HelmRelease kiosk", "Set the interval of zorgly to 30m", False),
        ("The kiosk team", "Set the interval to 30m", False),
        ("kiosk HelmRelease and others", "Set the interval to 30m", False),
        ("HelmRelease kiosk (later)", "Set the interval to 30m", False),
    ],
)
def test_a_heading_that_is_an_object(world: World, heading: str, sentence: str, runs: bool) -> None:
    """What a sentence leaves out, the line above may say, where it names one object and nothing else."""
    assert (world.recognise(sentence, heading=heading).cannot is None) is runs


def test_a_persons_work_below_a_heading_that_limits(world: World) -> None:
    found = recognised(world, "### For the team\n\n- [ ] Document the new release process").cannot
    assert found is not None and found.code is ReasonCode.PERSON


def test_an_entry_of_a_file_that_is_another_places(world: World) -> None:
    sentence = "- [ ] Add `../base` to `deploy/pos/demo/kustomization.yaml`"
    assert recognised(world, f"### Demo\n\n{sentence}").cannot is None
    stopped = recognised(world, f"### Uat\n\n{sentence}").cannot
    assert stopped is not None and "uat" in stopped.reason


def test_a_heading_stops_a_block_too(world: World) -> None:
    block = "- [ ] Render\n  ```operation\n  uses: kustomize.build\n  paths: [clusters/overlays/prod]\n  ```\n"
    assert recognised(world, block).cannot is None
    assert recognised(world, f"### If approved\n\n{block}").cannot is not None


@pytest.mark.parametrize(
    ("said", "counts"),
    [("Once staging is green:\n\n", False), ("Anna does this by hand:\n\n", False), ("Anna takes these:\n\n", False),
     ("For illustration:\n\n", False), ("The following is left to the next release:\n\n", False),
     ("> Wait for Anna.\n\n", False), ("- not in production:\n", False), ("_Later:_\n\n", False),
     ("Production is frozen.\n\n### Images\n\n", False), ("<details><summary>Optional</summary>\n\n", False),
     ("### Frozen\n\nText.\n\n## Other\n\n## Acceptance Criteria\n\n", True),
     ("The following must be true:\n\n", True), ("Done when:\n\n", True), ("All of these hold:\n\n", True),
     ("This task is complete when the following criteria are met:\n\n", True), ("Label printers:\n\n", True),
     ("The printers in Vienna get a new version.\n\n", True), ("<!-- not yet -->\n", True)],
)  # fmt: skip
def test_what_stands_before(world: World, said: str, counts: bool) -> None:
    assert (recognised(world, said + SENTENCE).cannot is None) is counts


@pytest.mark.parametrize("behind", ["> after approval\n", "- not in production\n"])
def test_what_stands_right_behind(world: World, behind: str) -> None:
    assert recognised(world, SENTENCE + behind).cannot is not None


@pytest.mark.parametrize(
    ("parent", "counts"),
    [("Once the vendor answers", False), ("Anna runs it", False), ("The DR cluster", False), ("Done in TASK-7", False),
     ("Review the release", False), ("Label printers", True), ("Ship the new version", True), ("Prod", True)],
)  # fmt: skip
def test_what_it_stands_below(world: World, parent: str, counts: bool) -> None:
    task = parse((HEAD + f"- [ ] {parent}\n  {SENTENCE}").encode(), Path("tasks/TASK-001.md"))
    assert (Recogniser(task, world.workspace).criterion(task.criteria[1]).cannot is None) is counts


@pytest.mark.parametrize(
    ("title", "counts"),
    [("(draft)", False), ("(old)", False), ("- obsolete", False), ("(phase 2, after approval)", False), ("(MVP)", True),
     ('(The "what")', True), (": must have", True)],
)  # fmt: skip
def test_the_title_of_the_section(world: World, title: str, counts: bool) -> None:
    head = HEAD.replace("## Acceptance Criteria", f"## Acceptance Criteria {title}")
    task = parse((head + SENTENCE).encode(), Path("tasks/TASK-001.md"))
    assert (Recogniser(task, world.workspace).criterion(task.criteria[0]).cannot is None) is counts


STAGES = {
    "base/web.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 2\n",
    "base/kustomization.yaml": kustomization("web.yaml"),
    **{
        f"overlays/{stage}/{file}": text
        for stage in ("staging", "production")
        for file, text in (
            ("kustomization.yaml", kustomization("../../base") + "patches:\n  - path: web.yaml\n"),
            ("web.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: 3\n"),
        )
    },
}


@pytest.mark.parametrize(
    ("above", "sentence", "found"),
    [
        ("### Staging", "Scale web to 4 replicas", "overlays/staging"),
        ("### Staging", "Scale web to 4 replicas in staging", "overlays/staging"),
        ("### Stage", "Scale web to 4 replicas in staging", "overlays/staging"),
        ("### Staging", "Scale web to 4 replicas in production", 'it says "production", and "Staging" above it says'),
        ("### Staging", "Scale web to 4 replicas everywhere", 'it says "everywhere", and "Staging" above'),
        ("### Staging", "Scale web to 4 replicas in staging and production", 'it says "production"'),
        ("### Staging", "Set replicas of web to 4 in overlays/production/web.yaml", 'it says "overlays/production'),
        ("### Staging", "kustomize build passes for production", 'it says "production"'),
        ("In staging:", "Scale web to 4 replicas in production", 'and "In staging:" above it says staging'),
        ("### Rollout to staging and production", "Scale web to 4 replicas in production", "overlays/production"),
        ("### Rollout to staging and production", "Scale web to 4 replicas in staging and production", "overlays/"),
        (
            "### Rollout to staging and production",
            "Set replicas of web to 4 in base/web.yaml",
            "each deployment has another",
        ),
        ("### Rollout to staging and production", "Scale web to 4 replicas", "say which in the criterion"),
        ("### Staging and production\n\n#### Staging", "Scale web to 4 replicas in production", 'it says "production"'),
        ("### Overlays", "Scale web to 4 replicas in production", "overlays/production"),
        ("### Canary", "Scale web to 4 replicas in production", "it stands under"),
    ],
)
def test_a_place_above_and_another_in_the_sentence(tmp_path: Path, above: str, sentence: str, found: str) -> None:
    said = recognised(make(tmp_path, STAGES), f"{above}\n\n- [ ] {sentence}\n")
    files = [str(each.arguments.get("file")) for each in said.requests]
    outcome = said.cannot.reason if said.cannot is not None else " ".join(files)
    assert found in outcome and (said.cannot is None) == found.startswith(("overlays", "base"))
