"""Values and entries of manifests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Place, Rule, Target
from executor.recognise.names import WORKLOAD_KINDS
from executor.recognise.versions import is_placeholder

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    g.phrase("scalar", "x:CODE | x:NUMBER | x:TRUE | x:false | x:VERSION | x:AMOUNT", lambda c: ("value", c["x"]))
    g.phrase("scalar", "x:PLACEHOLDER", lambda c: ("placeholder", c["x"].text))
    g.phrase("scalar", "<vague>", lambda c: ("vague", c["vague"]))
    g.phrase("file", "THE? (FILE | MANIFEST)? x:PATH (FILE | MANIFEST)?", lambda c: c["x"].text)
    g.phrase("file", "THE? n:<named> h:<hr>", lambda c: Target("HelmRelease", (c["n"],)))
    g.phrase("file", "THE? h:<hr> n:<named>", lambda c: Target("HelmRelease", (c["n"],)))
    g.phrase("file", "THE? n:NAME k:WORKLOAD", _workload)
    g.phrase("file", "THE? k:WORKLOAD n:NAME", _workload)
    g.phrase("everywhere", ",? EVERYWHERE")
    g.phrase("in_file", "(in | of | at | on | for | inside) f:<file>", lambda c: c["f"])
    g.phrase("entry", "x:CODE | x:PATH | x:NAME | x:IDENTIFIER | x:PLACEHOLDER", lambda c: c["x"])
    g.phrase(
        "list",
        "THE? x:KEY (list | of)? | THE? resources (list | of)?",
        lambda c: c["x"].text if "x" in c else "resources",
    )
    g.phrase("key", "THE? x:KEY (VALUE | field | key | setting)?", lambda c: c["x"] if c["x"].code else None)


def _workload(c: Captured) -> Target | None:
    """ "the ledger-api Deployment"."""
    kind = {each.casefold(): each for each in WORKLOAD_KINDS}.get(c["k"].text.casefold())
    return Target(kind, (c["n"],)) if kind is not None else None


def _set(c: Captured) -> list[Ask] | None:
    key: Token = c["key"]
    place: Place | None = c.get("where")
    if place is not None and (place.stage is None or not isinstance(c["in_file"], Target)):
        return None  # a file that is named stands where it stands
    before = c["before"][1] if "before" in c else None
    slots = {"key": key.text, "scalar": c["scalar"], "file": c.get("in_file") or c.get("file"), "before": before}
    return [Ask("manifest.set", {**slots, "everywhere": "everywhere" in c, "where": place})]


def _setting(c: Captured) -> list[Ask] | None:
    token: Token = c["s"]
    if not isinstance(token.value, tuple):
        return [
            Ask(
                "manifest.set",
                {"key": None, "scalar": ("placeholder", token.text), "file": c.get("in_file") or c.get("file")},
            )
        ]
    key, value = token.value
    kind = "placeholder" if is_placeholder(value) else "setting"
    return [Ask("manifest.set", {"key": key, "scalar": (kind, value), "file": c.get("in_file") or c.get("file")})]


def _add(c: Captured) -> list[Ask]:
    return [Ask("manifest.add", {"entry": c["entry"], "file": c["file"], "list": c.get("list")})]


def _remove(c: Captured) -> list[Ask]:
    return [Ask("manifest.remove", {"entry": c["entry"], "file": c["file"], "list": c.get("list")})]


RULES = (
    Rule(
        "set a value",
        (
            "SET <key> (to | = | : | →) <scalar> <in_file>? <everywhere>?",
            "SET <key> <in_file> (to | →) <scalar> <everywhere>?",
            "SET <key> <in_file> <where> (to | →) <scalar>",
            "SET <key> (to | →) <scalar> <in_file> <where>",
            "SET <key> from before:<scalar> (to | →) <scalar> <in_file>? <everywhere>?",
            "SET <key> <in_file> from before:<scalar> (to | →) <scalar> <everywhere>?",
            "<key> <in_file>? <be>? WAS_SET to <scalar> <in_file>?",
            "in f:<file> ,? SET <key> to <scalar>",
            "(BUMP | SET) THE? f:<file> VALUES? to SET <key> to <scalar>",
        ),
        lambda c: _set({**c, "file": c.get("f") or c.get("file")}),
        {
            "Set `data.FRAME_SIZE` to `640x360` in `apps/ffl/config.yaml`": (
                "manifest.set file=apps/ffl/config.yaml path=data.FRAME_SIZE value=640x360"
            ),
            "Set `spec.replicas` to 3 in apps/ffl/deployment.yaml": (
                "manifest.set file=apps/ffl/deployment.yaml path=spec.replicas value=3"
            ),
            "Set `spec.replicas` of the ffl-api Deployment to 3": (
                "manifest.set file=apps/ffl/deployment.yaml path=spec.replicas value=3"
            ),
            "Set `spec.interval` of the longhorn HelmRelease to 30m": (
                "manifest.set file=apps/longhorn/helmrelease.yaml path=spec.interval value=30m"
            ),
            "Set `spec.interval` of the longhorn HelmRelease to `30m`, everywhere": (
                "manifest.set file=apps/longhorn/helmrelease.yaml path=spec.interval value=30m everywhere=True"
            ),
            "Change `data.FRAME_SIZE` in `apps/ffl/config.yaml` from `320x180` to `640x360`": (
                "manifest.set file=apps/ffl/config.yaml path=data.FRAME_SIZE value=640x360 from_version=320x180"
            ),
        },
        {
            "Set `image.tag` to a specific version": "b not-determinate",
            "Set `spec.interval` of the longhorn HelmRelease to 30 minutes": "u",
            "Set `spec.replicas` to three in apps/ffl/deployment.yaml": "u",
            "Set `spec.replicas` of the ffl Deployment to 3": "b not-found",
            "Set `replicaCount` of the longhorn HelmRelease to 3": "b ambiguous",
            "Set `replicas` to 3 in apps/ffl/deployment.yaml": "b ambiguous",
            "Set `values.replicas` to 3 in apps/longhorn/helmrelease.yaml": "b ambiguous",
            "Set `spec.interval` of the longhorn HelmRelease in prod to 30m": "b not-found",
            "Set `spec.interval` of the longhorn HelmRelease in prod only to 30m": "b not-found",
            "Set `spec.interval` of the longhorn HelmRelease in canary to 30m": "u",
            "Set `spec.replicas` to 3 in apps/ffl/deployment.yaml in prod": "u",
            "Set `spec.replicas` of the ffl-api Deployment to 3 or 4": "u",
            "Set `spec.replicas` to 3 in apps/ffl/nothing.yaml": "b not-found",
            "Set `spec.replicas` to 3 in apps/ffl/deployment.yaml during the night": "u",
            "Set `spec.replicas` to a sensible value": "u",
            "Do not set `spec.replicas` to 3 in apps/ffl/deployment.yaml": "u",
        },
    ),
    Rule(
        "set a setting",
        (
            "SET (s:SETTING | s:PLACEHOLDER) <in_file>",
            "(SET | ADD) THE? f:<file> VALUES? to SET (s:SETTING | s:PLACEHOLDER)",
            "SET THE? NAME? h:HELMRELEASE VALUES (at | in) f:<file> to SET (s:SETTING | s:PLACEHOLDER)",
        ),
        lambda c: _setting({**c, "file": c.get("f")}),
        {
            "Set `spec.replicas: 3` in apps/ffl/deployment.yaml": (
                "manifest.set file=apps/ffl/deployment.yaml path=spec.replicas value=3"
            ),
        },
        {
            "Edit the Longhorn `HelmRelease` values at `apps/longhorn/helmrelease.yaml` to set "
            "`defaultSettings.storageNetwork: ...`": "b placeholder",
        },
    ),
    Rule(
        "add an entry",
        ("ADD <entry> to (<list> (in | of)?)? <file>", "<entry> <be>? ADDED to (<list> (in | of)?)? <file>"),
        _add,
        {
            "Add `../triager` to `apps/kustomization.yaml`": "manifest.add file=apps/kustomization.yaml path=resources entry=../triager",
        },
        {"Add tests to `apps/kustomization.yaml`": "u", "Add `../x` to the wiki": "u"},
    ),
    Rule(
        "remove an entry",
        (
            "REMOVE <entry> from (<list> (in | of)?)? <file>",
            "<entry> <be>? REMOVED from (<list> (in | of)?)? <file>",
        ),
        _remove,
        {
            "Remove mtg-agents from clusters/minikube/apps/kustomization.yaml": (
                "manifest.remove file=clusters/minikube/apps/kustomization.yaml path=resources entry=mtg-agents"
            ),
        },
        {
            "Remove dead code from apps/kustomization.yaml": "u",
            "Remove mtg-agents from clusters/minikube/apps/kustomization.yaml after migration": "u",
            "Remove the mtg-agents namespace": "u",
        },
    ),
)
