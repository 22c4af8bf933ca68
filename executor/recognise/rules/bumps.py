"""Versions of releases, sources and images in manifests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.meaning import Ask, Rule, Target

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    g.phrase("in_release", "(in | for | of | on) r:<release>", lambda c: c["r"])
    g.phrase("bump_verb", "BUMP", lambda c: "bump")
    g.phrase("bump_verb", "ROLLBACK | roll back | rolled back", lambda c: "rollback")
    g.phrase("bump_done", "BUMPED", lambda c: "bump")
    g.phrase("bump_done", "ROLLED | rolled back", lambda c: "rollback")
    g.phrase("what_of", "r:<release> f:<field>?", lambda c: (c["r"], c.get("f")))
    g.phrase("what_of", "f:<field> (of | in | for | on) r:<release>", lambda c: (c["r"], c["f"]))
    g.phrase("what_of", "f:<field>", lambda c: (None, c["f"]))


def _bump(c: Captured) -> list[Ask] | None:
    target, field = c["what_of"]
    if target is None:
        target = c.get("in_release", Target())
    elif "in_release" in c:
        return None
    change = c.get("change")
    if change is not None and change.field is not None:
        if field is not None and field.name is not None and field != change.field:
            return None
        field = change.field
    verb = c.get("bump_verb") or c.get("bump_done") or "bump"
    places = [c[k] for k in ("where", "where2") if c.get(k) is not None]
    if change is None and verb == "rollback":
        return None
    return [
        Ask(
            "bump",
            {"target": target, "field": field, "change": change, "where": places, "rollback": verb == "rollback"},
        )
    ]


def _plain(c: Captured) -> list[Ask] | None:
    """Without a verb only `A → B` says that something is to change."""
    return _bump(c) if c["change"].before is not None else None


_REST = "{ <change> <where> where2:<where> <in_release> } <manner>*"

RULES = (
    Rule(
        "bump",
        (
            f"MANNER? <bump_verb> <what_of> :? {_REST}",
            f"<what_of> <be>? MANNER? <bump_done> {_REST}",
        ),
        _bump,
        {
            "Update ffl HelmRelease to version 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Bump ffl to 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Bump FFL to 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "HelmRelease ffl-web updated to 0.2.0": "helmrelease.bump name=ffl-web version=0.2.0",
            "Update the ffl HelmRelease image tag to 0.1.18": "helmrelease.bump name=ffl field=image version=0.1.18",
            "Upgrade the longhorn chart from 1.10.1 to 1.11.0": (
                "helmrelease.bump name=longhorn field=chart from_version=1.10.1 version=1.11.0"
            ),
            "Set image tag to 0.1.18 in the ffl HelmRelease": "helmrelease.bump name=ffl field=image version=0.1.18",
            "Update ffl HelmRelease in beckerkube to version 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Bump the chart version of longhorn to 1.11.0": "helmrelease.bump name=longhorn field=chart version=1.11.0",
            "Roll back ffl to 0.1.16": "helmrelease.bump name=ffl rollback=True version=0.1.16",
            "ffl HelmRelease should be bumped to 0.1.18": "helmrelease.bump name=ffl version=0.1.18",
            "Update HelmRelease chart version: `0.1.3` → `0.2.0`": (
                "helmrelease.bump name=triager namespace=triager field=chart from_version=0.1.3 version=0.2.0"
            ),
            "Bump OCIRepository podinfo to 6.8.0": "source.bump kind=OCIRepository name=podinfo version=6.8.0",
        },
        {
            "Update all HelmRelease files in beckerkube with new image versions": "b not-determinate",
            "Update chart version from v27.x to v33.x": "b not-determinate",
            "Pin Helm chart to current stable at scaffold time": "b not-determinate",
            "Update ffl HelmRelease to new version": "b not-determinate",
            "Bump ffl to 0.1.18 with zero downtime": "u",
            "Bump ffl to 0.1.18 - staging only": "u",
            "Bump ffl to 0.1.18 (if exists)": "u",
            "Bump ffl to 0.1.18 and document it": "u",
            "Bump ffl to 0.1.18 if needed": "u",
            "Do not bump ffl to 0.1.18": "u",
            "Bump ffl to 0.1.18 after approval": "u",
            "Bump ffl to 0.1.18 or 0.1.19": "u",
            "Bump fffl to 0.1.18": "u unknown-name",
            "Update ffl to use Kubernetes 1.30": "u",
            "ffl was bumped to 0.1.17 last week": "u",
            "Bump longhorn chart to 1.11": "b not-determinate",
            "Update the ffl HelmRelease values to 0.1.18": "u",
            "Bump ffl to 0.1.18 except in production": "u",
            "Has ffl been bumped to 0.1.18?": "u",
        },
    ),
    Rule(
        "from → to, without a verb",
        (
            "<what_of> (— | : | DASH | ,)? <change> <manner>*",
            "r:<release> (— | : | DASH) f:<field> (: | =)? <change>",
        ),
        lambda c: _plain({**c, "what_of": c.get("what_of") or (c["r"], c["f"])}),
        {
            "**longhorn** `storage` — chart `1.10.1` → `1.11.0`": (
                "helmrelease.bump name=longhorn namespace=storage field=chart from_version=1.10.1 version=1.11.0"
            ),
            "ffl: 0.1.17 → 0.1.18": "helmrelease.bump name=ffl from_version=0.1.17 version=0.1.18",
        },
        {"ffl to 0.1.18": "u"},
    ),
)
