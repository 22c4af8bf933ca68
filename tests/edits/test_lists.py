"""Entries that come and go by the operations, in lists of every style: only their own bytes, and back again."""

from __future__ import annotations

import random

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import make_repository

from executor.errors import Blocked
from executor.flux.change import Ground, Limits
from executor.flux.manifest_edits import add_plan, remove_plan
from executor.repository import open_workspace
from executor.tools.tree import Tree
from executor.tools.yaml_span import plain_is_string

FILE = "app/release.yaml"
ABOVE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: names\nspec:\n  values:\n"
    "    before: [x] # stays\n"
)
BELOW = "    # of what follows\n    after: {y: [1]}\n"
TEXTS = st.sampled_from(
    ["one.test", "--v=2", "${base}", "a b", "1.20", "yes", "it's", 'say "hi"', "a: b", "# no", "ünï", "x,y"]
)
STYLES = st.sampled_from(["plain", "'", '"'])


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    root = make_repository(tmp_path_factory.mktemp("lists") / "r", {FILE: ABOVE})
    home = open_workspace(root).home
    return Ground(home.name, Tree(root), home.inventory, home.config)


def scalar(text: str, style: str, *, flow: bool) -> str:
    if style == "'":
        return "'" + text.replace("'", "''") + "'"
    plain = style == "plain" and plain_is_string(text, flow=flow)
    return text if plain else '"' + text.replace('"', '\\"') + '"'


@st.composite
def written(draw: st.DrawFn) -> tuple[list[str], str]:
    """A list's texts, and the lines that it stands in."""
    texts = draw(st.lists(TEXTS, min_size=1, max_size=4, unique=True))
    flow, style = draw(st.booleans()), draw(STYLES)
    shown = [scalar(each, style, flow=flow) for each in texts]
    if flow:
        tail = draw(st.sampled_from(["", " # why"]))
        return texts, f"    zones: [{', '.join(shown)}]{tail}\n"
    indent = draw(st.sampled_from(["    ", "      "]))
    tails = [draw(st.sampled_from(["", " # why", "\n" + indent + "# of the next"])) for _ in shown]
    lines = [f"{indent}- {each}{tail}\n" for each, tail in zip(shown, tails, strict=True)]
    return texts, "    zones:\n" + "".join(lines)


def zones(data: bytes) -> list[str]:
    found: list[str] = yaml.safe_load(data)["spec"]["values"]["zones"]
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(written(), TEXTS, st.booleans())
def test_an_entry_comes_last_and_goes_again(
    ground: Ground, lines: tuple[list[str], str], entry: str, crlf: bool
) -> None:
    texts, text = lines
    before = (ABOVE + text + BELOW).replace("\n", "\r\n" if crlf else "\n").encode()
    ground.tree.overlay[FILE] = before
    added = add_plan(ground, FILE, "spec.values.zones", entry, Limits())
    if entry in texts:
        assert not added.edits
        return
    after = added.edits[0].after
    assert zones(after) == [*texts, entry] and after.replace(b"\r\n", b"").count(b"\r") == 0
    kept = iter(after)
    assert all(byte in kept for byte in before), "bytes that were there are gone"
    ground.tree.overlay[FILE] = after
    assert remove_plan(ground, FILE, "spec.values.zones", entry, Limits()).edits[0].after == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(written(), st.randoms(use_true_random=False))
def test_any_entry_goes_alone(ground: Ground, lines: tuple[list[str], str], pick: random.Random) -> None:
    texts, text = lines
    gone = texts[pick.randrange(len(texts))]
    before = (ABOVE + text + BELOW).encode()
    ground.tree.overlay[FILE] = before
    try:
        removed = remove_plan(ground, FILE, "spec.values.zones", gone, Limits())
    except Blocked as stop:
        assert len(texts) == 1 and "only entry" in stop.reason
        return
    after = removed.edits[0].after
    assert zones(after) == [each for each in texts if each != gone]
    assert after.startswith(ABOVE.encode()) and after.endswith(BELOW.encode())
