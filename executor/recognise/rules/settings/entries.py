"""Keys, variables, labels and annotations: added, set, removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Holder, Named, Rule, Turned
from executor.recognise.rules.edits import is_key_of_file
from executor.recognise.rules.settings.setting import AROUND, asks_of
from executor.recognise.versions import is_placeholder

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases, and what each stands for."""
    g.phrase("pair", "x:<meta_key> (: | = | to) <scalar>", lambda c: (c["x"], Turned(c["scalar"])))
    g.phrase("pair", "_:<whole_pair>")
    g.phrase("whole_pair", "x:SETTING", _pair)
    g.phrase("whole_pair", "x:PLACEHOLDER", lambda c: (c["x"], Turned(("placeholder", c["x"].text))))
    g.phrase("meta_word", "LABEL", lambda c: "label")
    g.phrase("meta_word", "ANNOTATION", lambda c: "annotation")


def _pair(c: Captured) -> tuple[Any, Turned] | None:
    """`KEY=value`, `key: value`: the token stands for both."""
    token: Token = c["x"]
    if not isinstance(token.value, tuple):
        return None
    key, value = token.value
    name = Token(key, token.start, token.end, code=token.code)
    return name, Turned(("placeholder" if is_placeholder(value) else "setting", value))


def _added(c: Captured) -> list[Ask] | None:
    key, turned = c["p"] if "p" in c else (c["k"], Turned(c["value"]))
    named = Named("env" if "e" in c else "key", key.text, key)
    return asks_of(c, named=named, holder=c["h"], turned=turned, act="add")


def _marked(c: Captured) -> list[Ask] | None:
    what = c.get("meta_word") or ("label" if "l" in c else "annotation")
    key, turned = c["p"]
    return asks_of(c, named=Named(what, key.text, key), holder=c["h"], turned=turned, act="add")


def _remarked(c: Captured) -> list[Ask] | None:
    return asks_of(c, named=c["s"], holder=c["h"], turned=c["turned"], act=c["setting_verb"])


def _removed(c: Captured) -> list[Ask] | None:
    named: Named = c["s"] if "s" in c else Named("key", c["k"].text, c["k"])
    holder: Holder = c["h"]
    if holder.file is not None and named.what == "key" and not is_key_of_file(c["k"], holder):
        return None  # an entry of that file
    return asks_of(c, named=named, holder=holder, act="remove")


RULES = (
    Rule(
        "add a key or variable",
        (
            f"ADD THE? (e:ENVIRONMENT? e:VARIABLE | e:ENVIRONMENT | key | setting | entry)? p:<whole_pair> (to | in | for | of) h:<holder> {AROUND}",
            f"ADD THE? (e:ENVIRONMENT? e:VARIABLE | e:ENVIRONMENT | key | setting | entry)? k:<any_key> "
            f"(with THE? VALUE? | = | :) value:<scalar> (to | in) h:<holder> {AROUND}",
        ),
        _added,
        {
            "Add the key GLOSS with value high to the till-config ConfigMap": (
                "manifest.set file=deploy/till/till.yaml path=data.GLOSS value=high where=ConfigMap/till-config"
            ),
            "Add GLOSS=1 to till-config": (
                "manifest.set file=deploy/till/till.yaml path=data.GLOSS value=1 where=ConfigMap/till-config"
            ),
            "Add NEW=1 to the pos-flags literals": (
                "manifest.add file=deploy/pos/uat/kustomization.yaml "
                "path=configMapGenerator[name=pos-flags].literals entry=NEW=1"
            ),
            "Add NEW=1 to pos-flags": (
                "manifest.add file=deploy/pos/uat/kustomization.yaml "
                "path=configMapGenerator[name=pos-flags].literals entry=NEW=1"
            ),
            "Add env var REGION=eu to pos-api in demo": (
                "manifest.add file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env entry={'name': 'REGION', 'value': "
                "'eu'}"
            ),
        },
        {
            "Add DPI=300 to till-config": "b ambiguous",
            "Add NEW=1 to the till literals": "u",
            "Add GLOSS=1 and MATT=0 to till-config": "u",
            "Add tests for GLOSS to till-config": "u",
            "Add GLOSS=1 to kiosk": "u unknown-name",
            "Add the key GLOSS to till-config": "u",
            "Add env var REGION=eu to pos-api": "b ambiguous",
        },
    ),
    Rule(
        "label and annotate",
        (
            f"ADD THE? <meta_word> p:<pair> to h:<marked> {AROUND}",
            f"(l:LABEL | ANNOTATE) h:<marked> with THE? (LABEL | ANNOTATION)? p:<pair> {AROUND}",
            f"h:<marked> <be> (l:labelled | l:labeled | annotated) (with | as)? p:<pair> {AROUND}",
            f"h:<marked> (carries | HAVE | MODAL carry | MODAL HAVE) THE? <meta_word> p:<pair> {AROUND}",
        ),
        _marked,
        {
            "Add the label tier: shop to the till StatefulSet": "b not-supported",
            "Label the kiosks namespace with `tier: shop`": (
                "manifest.set file=deploy/kiosk/flux.yaml path=metadata.labels.tier value=shop where=Namespace/kiosks"
            ),
            "Add the label tier: shop to the pos-api Deployment in deploy/pos/base/deployment.yaml": (
                "manifest.set file=deploy/pos/base/deployment.yaml path=metadata.labels.tier value=shop"
            ),
        },
        {
            "Label the kiosks namespace": "u",
            "Label the PR with tier: shop": "u",
            "Label the kiosks namespace with team=dev": "b ambiguous",
            "Annotate the code": "u",
            "Annotate the kiosks namespace with a.b/c: yes": "b not-supported",
            "Add the label tier to the till StatefulSet": "u",
        },
    ),
    Rule(
        "set a label",
        (
            f"<setting_verb> s:<meta_setting> (of | on | in) h:<marked> <turned> {AROUND}",
            f"<setting_verb> s:<meta_setting> <turned> (of | on | in) h:<marked> {AROUND}",
        ),
        _remarked,
        {
            "Change the team label of the kiosks namespace to dev": (
                "manifest.set file=deploy/kiosk/flux.yaml path=metadata.labels.team value=dev where=Namespace/kiosks"
            ),
            "Set the label `team` of the kiosks namespace to dev": (
                "manifest.set file=deploy/kiosk/flux.yaml path=metadata.labels.team value=dev where=Namespace/kiosks"
            ),
        },
        {
            "Change the tier label of the kiosks namespace to dev": "u unknown-name",
            "Change the team label of the kiosks namespace": "u",
            "Change the team label of the kiosks namespace to dev or ops": "u",
        },
    ),
    Rule(
        "remove a key, variable or label",
        (
            f"REMOVE s:<env_setting> (from | of | in) h:<holder> {AROUND}",
            f"REMOVE s:<bound> (from | of | in) h:<holder> {AROUND}",
            f"REMOVE s:<meta_setting> (from | of | in) h:<marked> {AROUND}",
            f"REMOVE THE? (key | setting | entry | literal)? k:<any_key> (key | setting | entry | literal)? from h:<holder> {AROUND}",
        ),
        _removed,
        {
            "Remove the key DPI from till-config": (
                "manifest.remove file=deploy/till/till.yaml path=data.DPI where=ConfigMap/till-config"
            ),
            "Remove the REFUNDS literal from the pos-flags generator": (
                "manifest.remove file=deploy/pos/uat/kustomization.yaml "
                "path=configMapGenerator[name=pos-flags].literals entry=REFUNDS=off"
            ),
            "Remove REFUNDS from the pos-flags ConfigMap": (
                "manifest.remove file=deploy/pos/uat/kustomization.yaml "
                "path=configMapGenerator[name=pos-flags].literals entry=REFUNDS=off"
            ),
            "Remove the env var LOG_LEVEL from the pos-api Deployment in deploy/pos/demo/pos-api.yaml": (
                "manifest.remove file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env entry={'name': 'LOG_LEVEL'}"
            ),
            "Remove the memory limit from pos-api in demo": "b no-effect",
            "Remove the memory limit of ScanJob scout-nightly": (
                "manifest.remove file=deploy/scout/scout.yaml path=spec.resources.limits.memory where=ScanJob/scout-nightly"
            ),
            "Remove the team label from the kiosks namespace": (
                "manifest.remove file=deploy/kiosk/flux.yaml path=metadata.labels.team where=Namespace/kiosks"
            ),
        },
        {
            "Remove tests from till-config": "u",
            "Remove the memory limits from all Deployments": "u",
            "Remove the speed limit from pos-api in demo": "u",
            "Remove the REFUND literal from pos-flags": "u unknown-name",
            "Remove the env var LOG_LEVEL from the pos-api Deployment": "b ambiguous",
            "Remove the env var LOG_LEVEL from the pos-api Deployment in demo": "b no-effect",
            "Remove old keys from till-config": "u",
            "Remove DPI from till-config after the migration": "u",
        },
    ),
)
