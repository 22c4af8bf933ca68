"""`tests/cases/<kind>/*.yaml` of the kinds that need an engine and a registry.

As in tests/test_cases.py, and: `$IMAGE` is a name that nobody else uses, `$REGISTRY` the registry's address; `before`
is a list of `{uses: kind, …arguments}` that run first. Without `config` the registry is configured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from servers import Services, unique
from support import snapshot
from test_cases import CASES, NEEDS_ENGINE, assert_subset, check

from executor.all_operations import operation
from executor.convert import ConversionError, convert
from executor.errors import Stop
from executor.models import Artefact
from executor.toolbox import LiveToolbox
from tests.images.bench import Bench

KEYS = {"what", "files", "arguments", "planned", "config", "expect", "after", "evidence", "before"}


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param(kind, path, id=f"{kind}/{path.stem}")
        for kind in NEEDS_ENGINE
        for path in sorted((CASES / kind).glob("*.yaml"))
    ],
)
def test_case(kind: str, path: Path, bench: Callable[..., Bench], services: Services) -> None:
    image = unique()
    text = path.read_text(encoding="utf-8").replace("$IMAGE", image)
    case = yaml.safe_load(text.replace("$REGISTRY", services.registry))
    assert set(case) <= KEYS, f"{path.name}: unknown keys {set(case) - KEYS}"
    config = {"executor.toml": case["config"]} if "config" in case else {}
    here = bench({**case.get("files", {}), **config})
    for step in case.get("before", []):
        here.run(step.pop("uses"), **step)
    before = snapshot(here.root)
    seen = _seen(here, kind, case)
    check(case["expect"], seen)
    assert_subset(case.get("evidence", {}), seen["evidence"])
    expected = {**before, **{name: text.encode() for name, text in case.get("after", {}).items()}}
    assert snapshot(here.root) == expected


def _seen(here: Bench, kind: str, case: dict[str, Any]) -> dict[str, Any]:
    found = operation(kind)
    assert found is not None
    planned = frozenset(Artefact(*each.split(" ", 1)) for each in case.get("planned", []))
    site = replace(here.site, planned=planned)
    try:
        arguments = convert(found.arguments, case.get("arguments", {}))
        toolbox = LiveToolbox(site, ledger=here.ledger)
        forecast = found.foresee(arguments, site)
        assert forecast.edits == () and forecast.needs <= planned
        found.preflight(arguments, toolbox)
        done = found.perform(arguments, toolbox)
    except ConversionError as error:
        return {"status": "blocked", "code": "bad-argument", "reason": error.message, "evidence": {}}
    except Stop as stop:
        return {"status": stop.status, "code": stop.code, "reason": stop.reason, "evidence": {}}
    return {"status": "passed", "changed": done.changed, "words": done.words, "evidence": done.evidence}
