"""Scaling, suspending and resuming, enabling and disabling."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Named, Rule, Turned, all_asks
from executor.recognise.names import AUTOSCALER
from executor.recognise.rules.settings.setting import AROUND, asks_of
from executor.recognise.rules.settings.words import NO_VALUE
from executor.recognise.words import fold

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases, and what each stands for."""
    g.phrase("scaling", "down | back | in", lambda c: "lower")
    g.phrase("scaling", "out", lambda c: "raise")
    g.phrase("up_from", ",? up from y:<few>", lambda c: ("raise", c["y"]))
    g.phrase("up_from", ",? down from y:<few>", lambda c: ("lower", c["y"]))
    g.phrase("upwards", "up", lambda c: "raise")
    g.phrase("counted", "REPLICAS | INSTANCES")
    g.phrase("pruning", "THE? (x:pruning | garbage x:collection)", _pruning)
    g.phrase("turn", "on | enabled", lambda c: "enable")
    g.phrase("turn", "off | disabled", lambda c: "disable")
    g.phrase("done", "ENABLED | turned on | switched on", lambda c: "enable")
    g.phrase("done", "DISABLED | turned off | switched off", lambda c: "disable")
    g.phrase("onoff", "ENABLE | (turn | switch) on", lambda c: "enable")
    g.phrase("onoff", "DISABLE | (turn | switch) off", lambda c: "disable")


def _scaled(c: Captured) -> list[Ask] | None:
    verb, (way, before) = c.get("setting_verb"), c.get("up_from", (None, c.get("y")))
    if way is not None and ("y" in c or c.get("scaling", way) != way):
        return None
    turned = Turned(c["x"], before)
    act = c.get("scaling") or way or (verb if verb in ("raise", "lower") else "set")
    holders = c.get("hs", (c.get("h"),))
    named = Named("replicas", "replicas", c["p"], None, (c["p"].text,)) if "p" in c else Named("replicas")
    return all_asks(asks_of(c, named=named, holder=each, turned=turned, act=act) for each in holders)


def _between(c: Captured) -> list[Ask] | None:
    found: list[Ask] = []
    for name, count in (("minReplicas", c.get("x")), ("maxReplicas", c.get("y"))):
        if count is None:
            continue
        named = Named("key", name, kind=AUTOSCALER)
        asks = asks_of(c, named=named, holder=c["h"], turned=Turned(count), act="set")
        if asks is None or len(asks) != 1:
            return None
        found += asks
    return found


def _suspended(c: Captured) -> list[Ask] | None:
    if c["h"].runs:
        return None  # to suspend a service is to stop it
    return asks_of(c, named=Named("field", "suspend"), holder=c["h"], act="resume" if "back" in c else "suspend")


def _toggled(c: Captured) -> list[Ask] | None:
    if "q" in c:
        if c["q"].what not in ("key", "spoken"):
            return None
        return asks_of(c, named=c["q"], holder=c["h"], act=c.get("onoff") or c["turn"])
    token: Token = c["x"]
    if not (token.code or token.quoted) and (fold(token.text) in NO_VALUE or not re.match(r"\w", token.text)):
        return None
    return asks_of(c, named=Named("key", token.text, token), holder=c.get("h"), act=c.get("onoff") or c["turn"])


def _pruning(c: Captured) -> Named:
    """As Flux calls what `prune` of a Kustomization does."""
    return Named("key", "prune", c["x"], "Kustomization")


RULES = (
    Rule(
        "scale",
        (
            f"SCALE h:<holder> {AROUND} <scaling>? (from y:<number>)? to x:<few> <counted>? {AROUND} <up_from>?",
            f"SCALE h:<holder> {AROUND} scaling:<upwards> from y:<number> to x:<few> <counted>? {AROUND}",
            f"SCALE (<scaling> | scaling:<upwards>) h:<holder> {AROUND} (from y:<number>)? to x:<few> <counted>? {AROUND}",
            f"SCALE BOTH? hs:<held> (from y:<number>)? to x:<few> <counted>? ALL? {AROUND}",
            f"h:<holder> {AROUND} <be>? SCALED <scaling>? (from y:<number>)? to x:<few> <counted>? {AROUND}",
            f"h:<holder> {AROUND} <be>? SCALED scaling:<upwards> from y:<number> to x:<few> <counted>? {AROUND}",
            f"h:<holder> {AROUND} (runs with? | gets | MODAL run with? | MODAL have) x:<few> REPLICAS "
            f"y:<instead_of>? {AROUND} <up_from>?",
            f"h:<holder> {AROUND} (runs with | MODAL run with | MODAL have) x:<number> p:<part_word> REPLICAS {AROUND}",
            f"hs:<held> (both | each)? MODAL (both | each)? (have | run with?) x:<few> REPLICAS each? {AROUND}",
            f"h:<holder> {AROUND} (from y:<number>)? to x:<few> <counted> {AROUND}",
            f"h:<held_part> {AROUND} (runs with? | MODAL run with?) x:<few> REPLICAS y:<instead_of>? {AROUND} <up_from>?",
            f"h:<held_part> {AROUND} <be>? SCALED (from y:<number>)? to x:<few> <counted>? {AROUND}",
            f"SCALE h:<held_part> {AROUND} (from y:<number>)? to x:<few> <counted>? {AROUND}",
            f"(run | keep) h:<holder> (with | at) x:<few> REPLICAS {AROUND}",
            f"(run | keep) x:<few> REPLICAS of h:<holder> {AROUND}",
            "(the | our)? where:<a_stage> (ENVIRONMENT | CLUSTER | OVERLAY)? (runs | MODAL run) x:<few> REPLICAS of h:<holder>",
            f"h:<holder> {AROUND} : x:<few> REPLICAS",
            f"<setting_verb> h:<holder> {AROUND} (from y:<number>)? to x:<few> <counted> {AROUND}",
        ),
        _scaled,
        {
            "kiosk should run with three replicas (`replicaCount: 3`)": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
            "Scale kiosk to 3 replicas via `controller.replicaCount`": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
            "Scale till to 3 replicas (`replicas: 3`)": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till"
            ),
            "Scale pos-api to 3 replicas in demo": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.replicas value=3"
            ),
            "Scale pos-api in demo from 2 to 3 replicas": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.replicas value=3 from_version=2"
            ),
            "Scale pos-api to 3 replicas in uat and demo": (
                "manifest.set file=deploy/pos/uat/kustomization.yaml path=replicas[name=pos-api].count "
                "value=3 + manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.replicas value=3"
            ),
            "Demo runs 3 replicas of pos-api": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.replicas value=3",
            "The till service runs with 3 replicas": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till"
            ),
            "till to 3 replicas": "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till",
            "Scale kiosk from two to three replicas": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3 from_version=2"
            ),
            "till shall run with three replicas instead of one": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 from_version=1 where=StatefulSet/till"
            ),
            "kiosk runs with three replicas, up from two": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3 from_version=2"
            ),
            "till and kiosk shall each have 3 replicas": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till + "
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
            "till runs with 2 replicas": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=2 where=StatefulSet/till"
            ),
            "Scale till to 3 pods": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till"
            ),
            "In demo, scale pos-api up from 2 to 3 replicas": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.replicas value=3 from_version=2"
            ),
            "On demo run 3 replicas of pos-api": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.replicas value=3"
            ),
            "Scale till and kiosk to 3 replicas": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till + "
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
            "Run 3 replicas of till": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till"
            ),
            "The relay operator is scaled to 2 replicas (currently one)": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.operator.replicas value=2 from_version=1"
            ),
            "kiosk runs with one replica": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=1"
            ),
            "relay should run with 2 operator replicas": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.operator.replicas value=2"
            ),
            "The relay operator is scaled to 2 replicas": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.operator.replicas value=2"
            ),
            "The relay operator shall run with two replicas instead of one": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.operator.replicas value=2 from_version=1"
            ),
            "The kiosk service shall run with three replicas": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
            "kiosk should run with three replicas": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
        },
        {
            "Scale pos-api to 3 replicas": "b ambiguous",
            "Scale kiosk from 2 to 3 replicas, up from 2": "u",
            "kiosk runs with 3 replicas instead of 2, up from 2": "u",
            "kiosk runs with 3 replicas, down from 2": "b not-that-version",
            "Scale kiosk down to 1 replica, up from 2": "u",
            "kiosk runs with 3 replicas, up from 1 or 2": "u",
            "Scale till up to 3 replicas": "u",
            "A demo runs 3 replicas of pos-api": "u",
            "till runs with 3 replicas (currently two)": "b not-that-version",
            "till runs with 3 replicas (currently)": "u",
            "The relay agent shall run with two replicas": "b not-found",
            "The relay team shall run with two replicas": "b not-found",
            "The relay operator shall run with two replicas instead of none": "u",
            "The kiosk deployment shall run with three replicas": "b not-found",
            "Scale till by 2 replicas": "u",
            "till up to 3 replicas": "u",
            "The till service level runs with 3 replicas": "u",
            "The number of till replicas is documented": "u",
            "till to 3": "u",
            "till to 3 nodes": "u",
            "till to 3 replicas instead of kiosk": "u",
            "till or kiosk shall have 3 replicas": "u",
            "Raise kiosk to 1 replicas": "b not-that-version",
            "Scale till to at least 3 replicas": "u",
            "Scale till to 3 replicas at night": "u",
            "Scale till to 3-5 replicas": "u",
            "Scale till to 3 nodes": "u",
            "Scale down till to 3 replicas": "b not-that-version",
            "Scale up pos-api in demo to 1": "b not-that-version",
            "Scale pos-api in demo up from 2 to 1 replica": "b not-that-version",
            "Scale till and the team to 3 replicas": "u",
            "Scale till or kiosk to 3 replicas": "u",
            "Scale till up to 3 pods": "u",
            "Scale till": "u",
            "Scale the team to 3": "u",
            "till runs with 2 healthy replicas": "u",
            "till runs with one replica too many": "u",
            "till runs with one more replica": "u",
            "relay should have 2 redis replicas": "u unknown-name",
            "till runs with 2 replicas per zone": "u",
            "Run 3 replicas of till and 2 of kiosk": "u",
            "Autoscale till to 3 replicas": "u",
            "kiosk should run with three replicas (`replicaCount: 4`)": "u ambiguous",
            "kiosk should run with three replicas (`replicas: 3`)": "u ambiguous",
            "kiosk should run with three replicas (`cache.size: 3`)": "u ambiguous",
            "kiosk should run with three replicas (e.g. `replicaCount: 3`)": "u",
            "kiosk should run with three replicas (was `replicaCount: 3`)": "u",
            "kiosk should run with three replicas (`replicaCount: 3` or more)": "u",
            "kiosk should run with three replicas if needed (`replicaCount: 3`)": "u",
        },
    ),
    Rule(
        "scale between",
        (
            f"h:<holder> {AROUND} (scales | autoscales | MODAL (SCALE | autoscale)) between x:<number> AND "
            f"y:<number> <counted> {AROUND}",
            f"(SCALE | autoscale) h:<holder> {AROUND} between x:<number> AND y:<number> <counted> {AROUND}",
            f"h:<holder> {AROUND} (allows | MODAL allow) (up to | at most) y:<number> <counted> {AROUND}",
            f"h:<holder> {AROUND} (has | MODAL have) (a | THE) (maximum | max) of y:<number> <counted> {AROUND}",
            f"h:<holder> {AROUND} (has | MODAL have) (a | THE) (minimum | min) of x:<number> <counted> {AROUND}",
            f"h:<holder> {AROUND} (allows | MODAL allow) at least x:<number> <counted> {AROUND}",
        ),
        _between,
        {
            "The HPA for kiosk allows up to 8 replicas": (
                "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8"
            ),
            "The kiosk HPA has a minimum of 2 replicas": (
                "manifest.set file=deploy/kiosk/hpa.yaml path=spec.minReplicas value=2"
            ),
            "The kiosk HPA scales between 2 and 8 replicas": (
                "manifest.set file=deploy/kiosk/hpa.yaml path=spec.minReplicas value=2 + "
                "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8"
            ),
        },
        {
            "The kiosk HPA scales between 2 and 8 nodes": "u",
            "The kiosk HPA scales well between 2 and 8 replicas": "u",
            "The kiosk HPA scales up to 8 replicas": "u",
            "The kiosk HPA allows up to 8 nodes": "u",
            "The kiosk HPA allows 8 replicas": "u",
            "The kiosk HPA allowed up to 8 replicas": "u",
            "The kiosk HPA allows up to 8 more replicas": "u",
            "The kiosk Deployment has a maximum of 8 replicas": "b not-found",
            "The kiosk HPA has an average of 8 replicas": "u",
            "The kiosk HPA scales from 4 to 8 replicas": "u",
            "Scale the kiosk HPA from 4 to 8 replicas": "b not-found",
        },
    ),
    Rule(
        "suspend and resume",
        (
            f"(SUSPEND | back:RESUME) (THE? (RECONCILIATION | RECONCILE) of)? h:<holder> {AROUND}",
            f"THE? (RECONCILIATION | RECONCILE) of h:<holder> {AROUND} <be>? (SUSPENDED | back:RESUMED) {AROUND}",
            f"h:<holder> {AROUND} <be>? (SUSPENDED | back:RESUMED) {AROUND}",
            "h:<holder> : (SUSPEND | back:RESUME)",
        ),
        _suspended,
        {
            "Suspend the kiosk Kustomization": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.suspend value=True where=Kustomization/kiosk"
            ),
            "Reconciliation of the longhorn HelmRelease is suspended": (
                "manifest.set file=apps/longhorn/helmrelease.yaml path=spec.suspend value=True"
            ),
            "Suspend the longhorn HelmRelease": (
                "manifest.set file=apps/longhorn/helmrelease.yaml path=spec.suspend value=True"
            ),
            "nightly CronJob: suspend": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.suspend value=True where=CronJob/nightly"
            ),
            "The nightly CronJob is suspended": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.suspend value=True where=CronJob/nightly"
            ),
        },
        {
            "Suspend kiosk": "b ambiguous",
            "Resume the longhorn HelmRelease": "b no-effect",
            "Suspend the kiosk Kustomization until Monday": "u",
            "Suspend all Kustomizations": "u",
            "Suspend work on kiosk": "u",
            "Suspend the longhorn service": "b not-found",
            "Suspend the kiosk account": "u",
            "The kiosk Kustomization is not suspended": "u",
        },
    ),
    Rule(
        "enable and disable",
        (
            f"<onoff> THE? x:ANY (in | on | of | for) h:<holder> {AROUND}",
            f"<onoff> x:FIELD {AROUND}",
            f"(turn | switch) x:FIELD {AROUND} turn:<turn> {AROUND}",
            f"(turn | switch) THE? x:ANY turn:<turn> (in | on | of | for) h:<holder> {AROUND}",
            f"(turn | switch) THE? x:ANY (in | on | of | for) h:<holder> {AROUND} turn:<turn>",
            f"THE? x:ANY <be> turn:<done> (in | on | of | for) h:<holder> {AROUND}",
            f"THE? x:<any_key> (in | on | of | for) h:<holder> {AROUND} <be> turn:<done> {AROUND}",
            f"h:<holder> x:<any_key> <be> turn:<done> {AROUND}",
            f"h:<holder> {AROUND} (has | MODAL have) THE? x:<any_key> turn:<done> {AROUND}",
            "h:<holder> : THE? x:ANY (on | off | enabled | disabled) → turn:<turn>",
            f"<onoff> q:<any_setting> <coded>? (in | on | of | for) h:<holder> {AROUND}",
            f"(turn | switch) q:<any_setting> turn:<turn> <coded>? (in | on | of | for) h:<holder> {AROUND}",
            f"q:<any_setting> (in | on | of | for) h:<holder> {AROUND} <be> turn:<done> {AROUND}",
            f"h:<holder> q:<any_setting> <be> turn:<done> {AROUND}",
            f"<onoff> q:<pruning> (in | on | of | for) h:<holder> {AROUND}",
            f"(turn | switch) q:<pruning> turn:<turn> (in | on | of | for) h:<holder> {AROUND}",
            f"q:<pruning> <be> turn:<done> (in | on | of | for) h:<holder> {AROUND}",
            f"q:<pruning> (in | on | of | for) h:<holder> {AROUND} <be> turn:<done> {AROUND}",
        ),
        _toggled,
        {
            "Enable NEW_QUOTA in the till-config ConfigMap": (
                "manifest.set file=deploy/till/till.yaml path=data.NEW_QUOTA value=True where=ConfigMap/till-config"
            ),
            "Enable the NEW_QUOTA flag in till-config": (
                "manifest.set file=deploy/till/till.yaml path=data.NEW_QUOTA value=True where=ConfigMap/till-config"
            ),
            "The feature flag REFUNDS in pos-flags is turned on": (
                "manifest.set file=deploy/pos/uat/kustomization.yaml "
                "path=configMapGenerator[name=pos-flags].literals[0] value=REFUNDS=on"
            ),
            "Turn off NEW_QUOTA in till-config": (
                "manifest.set file=deploy/till/till.yaml path=data.NEW_QUOTA value=False where=ConfigMap/till-config"
            ),
            "Switch NEW_QUOTA in till-config on": (
                "manifest.set file=deploy/till/till.yaml path=data.NEW_QUOTA value=True where=ConfigMap/till-config"
            ),
            "cache is disabled for kiosk": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.enabled value=false"
            ),
            "Cache of kiosk is disabled": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.enabled value=false"
            ),
            "kiosk's cache is disabled": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.enabled value=false"
            ),
            "Disable cache for kiosk": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.enabled value=false"
            ),
            'Turn quota off: `NEW_QUOTA: "False"` in till-config': (
                "manifest.set file=deploy/till/till.yaml path=data.NEW_QUOTA value=False where=ConfigMap/till-config"
            ),
            "Disable the cache of kiosk by setting `cache.enabled: false`": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.enabled value=false"
            ),
            "Turn on REFUNDS in deploy/pos/uat/kustomization.yaml": (
                "manifest.set file=deploy/pos/uat/kustomization.yaml "
                "path=configMapGenerator[name=pos-flags].literals[0] value=REFUNDS=on"
            ),
            "Turn on REFUNDS in pos-flags": (
                "manifest.set file=deploy/pos/uat/kustomization.yaml "
                "path=configMapGenerator[name=pos-flags].literals[0] value=REFUNDS=on"
            ),
        },
        {
            "Switch NEW_QUOTA on in demo": "b ambiguous",
            'Switch quota on: `NEW_QUOTA: "False"` in till-config': "u ambiguous",
            'Turn DPI off: `NEW_QUOTA: "False"` in till-config': "u ambiguous",
            "Disable the cache of kiosk (`cache.enabled: true`)": "u ambiguous",
            "Disable the cache of kiosk by setting `cache.size: 0`": "b not-determinate",
            "Switch NEW_QUOTA": "u",
            "Enable the OTHER_QUOTA flag in till-config": "u unknown-name",
            "Enable the flag in till-config": "u unknown-name",
            "Enable the NEW_QUOTA flag in till-config for beta users": "u",
            "Enable the NEW_QUOTA flags in till-config": "u",
            "Turn on REFUND in deploy/pos/uat/kustomization.yaml": "b not-found",
            "Turn on REFUNDS in deploy/pos/demo/kustomization.yaml": "b not-found",
            "Enable DPI in till-config": "b not-determinate",
            "Enable NEW_QUOTA2 in till-config": "u unknown-name",
            "Enable NEW_QUOTA in till-config for 10% of users": "u",
            "Enable NEW_QUOTA for beta users in till-config": "u",
            "Do not enable NEW_QUOTA in till-config": "u",
            "Enable the new quota in till-config": "u",
            "Enable logging for kiosk": "u unknown-name",
            "Disable kiosk": "u",
            "kiosk's cache is not disabled": "u",
            "kiosk's cache was disabled": "u",
            "kiosk's cache is disabled for now": "u",
            "Caching of kiosk is disabled": "u unknown-name",
        },
    ),
)
