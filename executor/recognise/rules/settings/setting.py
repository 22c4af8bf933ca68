"""Setting values: one, several, pairs, of one object or of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Holder, Named, Place, Rule, Turned, all_asks
from executor.recognise.names import SOURCE_KINDS
from executor.recognise.rules.settings.keys import FIELDS_OF_SPEC, bounds, is_variable
from executor.recognise.rules.settings.values import sure
from executor.recognise.rules.settings.words import several
from executor.recognise.words import fold

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases, and what each stands for."""
    g.phrase(
        "setting_verb", "x:BUMP", lambda c: fold(c["x"].text) if fold(c["x"].text) in ("set", "move") else "change"
    )
    g.phrase("setting_verb", "RAISE", lambda c: "raise")
    g.phrase("setting_verb", "LOWER", lambda c: "lower")
    g.phrase("setting_verb", "PUT", lambda c: "change")
    g.phrase("shift", "MODAL? GOES", lambda c: "change")
    g.phrase("shift", "MODAL? RISES", lambda c: "raise")
    g.phrase("shift", "MODAL? FALLS", lambda c: "lower")
    g.phrase("setting_done", "x:BUMPED", lambda c: "set" if fold(c["x"].text) == "set" else "change")
    g.phrase("setting_done", "RAISED", lambda c: "raise")
    g.phrase("setting_done", "LOWERED", lambda c: "lower")
    g.phrase("one_set", "s:<any_setting> <turned> | s:<setting> <turned>")
    g.phrase("sets", "a:<one_set> <and> b:<one_set>", several)
    g.phrase("sets", "a:<one_set> , b:<one_set> ,? AND c:<one_set>", several)
    g.phrase("two", "a:<setting> AND b:<setting>", several)
    g.phrase("two", "THE? a:RESOURCE AND c:RESOURCE b:BOUND", lambda c: bounds((c["a"], c["b"]), (c["c"], c["b"])))
    g.phrase("two", "_:<same>")
    g.phrase("same", "THE? r:RESOURCE a:BOUND AND b:BOUND", lambda c: bounds((c["r"], c["a"]), (c["r"], c["b"])))
    g.phrase("two_values", "BOTH? a:<sure_value> AND b:<sure_value> respectively?", several)
    g.phrase("one_turn", "s:<setting> turned:<arrow> | s:<any_setting> turned:<arrow>")
    g.phrase("one_turn", "s:<setting> turned:<plain_value>")
    g.phrase("one_turn", "x:<number> REPLICAS", lambda c: {"s": Named("replicas"), "turned": Turned(c["x"])})
    g.phrase("next", "<and> | ; | ; AND")
    g.phrase("turns", "a:<one_turn> <next> b:<one_turn>", several)
    g.phrase("turns", "a:<one_turn> <next> b:<one_turn> <next> c:<one_turn>", several)
    g.phrase("pairs", "a:<whole_pair> <and> b:<whole_pair>", several)
    g.phrase("pairs", "a:<whole_pair> , b:<whole_pair> ,? AND c:<whole_pair>", several)
    g.phrase("in_holders", "(in | of | on | for) BOTH? a:<holder> <and> b:<holder>", several)
    g.phrase("in_holders", "(in | of | on | for) a:<holder> , b:<holder> ,? AND c:<holder>", several)


def _set(c: Captured) -> list[Ask] | None:
    """A setting, its object and its value, wherever in the sentence they stand; each exactly once."""
    q = c["q"] if "q" in c else _unnamed(c)
    holders = [each for each in (q["holder"], c.get("in_holder")) if each is not None]
    turned: Turned | None = c.get("turned") or (Turned(c["value"], c.get("y")) if "value" in c else None)
    if len(holders) > 1 or turned is None:
        return None
    if "coded" in q:
        if "coded" in c or "value2" in c:
            return None
        c = {**c, "coded": q["coded"]}
    if "value2" in c:  # "to A in staging and B in production"
        one = {key: value for key, value in c.items() if key not in ("value2", "where2")}
        return all_asks((_set(one), _set({**one, "value": c["value2"], "where": c["where2"]})))
    if c.get("setting_verb") == "move" and sure({"x": turned.to}) is None:
        return None  # "move KEY to vault" is another thing
    holder = holders[0] if holders else None
    act = c.get("setting_verb") or c.get("scaling") or c.get("setting_done") or c.get("shift")
    act = act or c.get("is") or c.get("becomes") or "set"
    act = "change" if turned.there or "used" in c else act
    return asks_of(c, named=q["named"], holder=holder, turned=turned, act=act, places=q["places"])


def _unnamed(c: Captured) -> dict[str, Any]:
    """ "Pin X to semver 1.x", "the http listener of X is on port 8080"."""
    if "semver" in c:
        return {"named": Named("key", "semver"), "holder": c["semver"], "places": []}
    named = Named("spoken", f"{c['x'].text} listener port", c["x"])
    return {"named": named, "holder": c["listens"], "places": []}


def asks_of(c: Captured, **slots: Any) -> list[Ask] | None:
    """With the places that stand around it; one ask for each of "in staging and production"."""
    named: Named = slots["named"]
    places = [*slots.pop("places", ()), *(c[key] for key in ("where", "where2") if key in c)]
    if slots["holder"] is None:
        file = next((each for each in places if each.path is not None), None)
        if file is not None:
            places.remove(file)
            slots["holder"] = Holder(file=file.path)
        elif named.token is None or named.token.entry is not None or not (named.token.code or is_variable(named.token)):
            return None  # "set debug to true" does not say of what
    several = c.get("in_each", ())
    if several == "both":
        several = (Place(everywhere=True, deployed=True, both=True),)
    if "coded" in c:
        slots["exact"] = c["coded"]
    each_place = [[*places, each] for each in several] or [places]
    return [Ask("setting", {**slots, "places": each}) for each in each_place]


def _set_several(c: Captured) -> list[Ask] | None:
    """Several settings of one object, or one of several objects."""
    said = c.get("sets") or c.get("turns")
    each: list[tuple[Any, Any, Any]]
    if "hs" in c:
        each = [(c["s"], Turned(c["value"]), one) for one in c["hs"]]
    elif said:
        each = [(one["s"], one["turned"], c.get("in_holder") or c.get("h")) for one in said]
    elif isinstance(c.get("s"), tuple):  # "memory request and limit": the same for both
        each = [(named, c.get("turned"), c.get("in_holder") or c.get("h")) for named in c["s"]]
    elif "two" in c:
        pairs = zip(c["two"], c["two_values"], strict=True)
        each = [(named, Turned(value), c.get("in_holder") or c.get("h")) for named, value in pairs]
    else:
        each = [(c["s"], c.get("turned"), one) for one in c.get("in_holders", ())]
    if not each or not all(holder and turned for _, turned, holder in each) or "coded" in c:
        return None
    act = c.get("setting_verb") or c.get("setting_done", "set")
    return all_asks(asks_of(c, named=named, holder=holder, turned=turned, act=act) for named, turned, holder in each)


def _set_pairs(c: Captured) -> list[Ask] | None:
    return all_asks(_set_pair({**c, "p": each}) for each in c["pairs"])


def _set_pair(c: Captured) -> list[Ask] | None:
    key, turned = c["p"]
    field = "e" not in c and fold(key.text) in FIELDS_OF_SPEC
    named = Named("field", fold(key.text), key) if field else Named("env" if "e" in c else "key", key.text, key)
    return asks_of(
        c, named=named, holder=c.get("in_holder") or c.get("h"), turned=turned, act=c.get("setting_verb", "set")
    )


def _replaced(c: Captured) -> list[Ask] | None:
    """A value by what it is, wherever it stands in the object or file; or a key in words."""
    if "q" in c:
        if c["q"]["named"].what != "spoken":
            return None
        return _set({**c, "used": True})
    holders = [each for key in ("in_holder", "h") if (each := c.get(key)) is not None]
    if len(holders) > 1:
        return None
    turned = Turned(c["value"], c["old"], there=True)
    holder = holders[0] if holders else None
    return asks_of(c, named=c.get("s", Named("text")), holder=holder, turned=turned, act="change")


def _given(c: Captured) -> list[Ask] | None:
    if "url" in c:
        named = Named("spoken", f"{c['probe'].lower()} probe path", c["url"])
        return asks_of(c, named=named, holder=c["h"], turned=Turned(c["url"]), act="set")
    if "log_level" in c:
        named = Named("spoken", "log level", c["log_level"])
        return asks_of(c, named=named, holder=c["h"], turned=Turned(c["log_level"]), act="set")
    if "recurring" in c:
        return asks_of(c, named=Named("field", "schedule"), holder=c["h"], turned=Turned(c["recurring"]), act="set")
    if "cron" in c:
        cron = c["cron"]
        schedule = isinstance(cron, Token) and (cron.code or cron.quoted) and " " in cron.text
        named = Named("field", "schedule")
        return asks_of(c, named=named, holder=c["h"], turned=Turned(cron), act="set") if schedule else None
    if "most" in c or "least" in c:
        bound = Named("resource", f"{'limits' if 'most' in c else 'requests'}.{fold(c['r'].text)}")
        return asks_of(c, named=bound, holder=c["h"], turned=Turned(c.get("most") or c["least"]), act="set")
    if "often" in c:
        if ("of_flux" in c and c["h"].kind is None) or ("of_source" in c and c["h"].kind not in SOURCE_KINDS):
            return None  # "the cache is polled" may be said of what polls it
        return asks_of(
            c, named=Named("field", "interval"), holder=c["h"], turned=Turned(c["often"], c.get("y")), act="set"
        )
    turned = c["turned"] if "turned" in c else Turned(c["value"])
    return asks_of(c, named=c["s"], holder=c["h"], turned=turned, act="set")


AROUND = "{ <where> where2:<where> <in_each> <coded> }"
OF = "{ <in_holder> <where> where2:<where> <in_each> <coded> }"
_REST = "{ <turned> <in_holder> <where> where2:<where> <in_each> <coded> }"


RULES = (
    Rule(
        "set a named value",
        (
            f"<setting_verb> q:<any_setting_in> {_REST} <manner>*",
            f"q:<any_setting_in> <be>? <setting_done> {_REST} <manner>*",
            f"q:<any_setting_in> <is> turned:<equal> {OF} <manner>*",
            f"q:<any_setting_in> <becomes> turned:<equal> {OF} <manner>*",
            f"q:<setting_in> (: | =) turned:<equal> {OF} <manner>*",
            f"q:<any_setting_in> turned:<arrow> {OF}",
            f"q:<setting_in> = value:<scalar> {OF}",
            f"q:<any_setting_in> (scaling:<scaling> | scaling:<upwards>)? from y:<scalar> (to | →) value:<scalar> {OF}",
            f"q:<any_setting_in> <shift> {_REST} <manner>*",
            f"<setting_verb> q:<any_setting_in> back {_REST}",
            "<setting_verb> q:<any_setting_in> to value:<scalar> <where> <and> (to value2:<scalar> | value2:<sure_value>) where2:<where>",
            "q:<setting_in> <is> value:<sure_value> <where> <and> value2:<sure_value> where2:<where>",
            f"used:use value:<sure_value> as q:<any_setting_in> {OF}",
            f"<setting_verb> semver:<holder> to semver value:<scalar> {OF}",
            f"THE? x:<part_word> listener (of | on | in) listens:<holder> (<be> on | (listens | MODAL listen) on | USES | MODAL USES) "
            f"port value:NUMBER {OF}",
            f"listens:<holder> {AROUND} : THE? x:<part_word> listener on port value:NUMBER {AROUND}",
            f"used:replace THE? VALUE of q:<any_setting_in> (with | by) value:<scalar> {OF}",
        ),
        _set,
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
            'Set DPI to "300" in the till-config ConfigMap': (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config"
            ),
            "Change PAPER in till-config from thermal to plain": (
                "manifest.set file=deploy/till/till.yaml path=data.PAPER value=plain from_version=thermal "
                "where=ConfigMap/till-config"
            ),
            "DPI: 203 → 300 in till-config": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 from_version=203 "
                "where=ConfigMap/till-config"
            ),
            "DPI of till-config raised to 300": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config"
            ),
            "Set LOG_LEVEL to debug for pos-api in demo": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug"
            ),
            "LOG_LEVEL is set to debug in deploy/pos/base/deployment.yaml": (
                "manifest.set file=deploy/pos/base/deployment.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug"
            ),
            "Set the env var LOG_LEVEL of the kiosk HelmRelease to debug": (
                "manifest.set file=deploy/kiosk/release.yaml "
                "path=spec.values.extraEnv[name=LOG_LEVEL].value value=debug"
            ),
            "controller.replicaCount of kiosk goes from 2 to 4": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=4 from_version=2"
            ),
            "controller.replicaCount of kiosk becomes 4": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=4"
            ),
            "In uat, replicas of pos-api are set to 3": (
                "manifest.set file=deploy/pos/uat/kustomization.yaml path=replicas[name=pos-api].count value=3"
            ),
            "TZ of kiosk is changed to Europe/Vienna": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.env.TZ value=Europe/Vienna"
            ),
            "Set controller.replicaCount of kiosk to 4": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=4"
            ),
            "Set cache.size of the kiosk HelmRelease to 8Gi": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.size value=8Gi"
            ),
            "kiosk replicaCount raised from 2 to 4": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount "
                "value=4 from_version=2"
            ),
            "Set replicas of pos-api to 3 in uat": (
                "manifest.set file=deploy/pos/uat/kustomization.yaml path=replicas[name=pos-api].count value=3"
            ),
            "replicas: 3 for pos-api in demo": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.replicas value=3"
            ),
            "The replica count of kiosk should be 3": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
            "Set the CPU request of pos-api in demo to 2 cores": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.requests.cpu value=2"
            ),
            "Raise the memory limit of pos-api in demo to 512Mi": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi"
            ),
            "Bump pos-api's CPU request from 100m to 250m everywhere in deploy/pos/base/deployment.yaml": (
                "manifest.set file=deploy/pos/base/deployment.yaml "
                "path=spec.template.spec.containers[name=server].resources.requests.cpu value=250m "
                "from_version=100m everywhere=True"
            ),
            "Set the memory limit of the proxy container of the till StatefulSet to 96Mi": (
                "manifest.set file=deploy/till/till.yaml "
                "path=spec.template.spec.containers[name=proxy].resources.limits.memory value=96Mi "
                "where=StatefulSet/till"
            ),
            "The number of till replicas is 3": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till"
            ),
            "LOG_LEVEL of pos-api in demo = debug": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug"
            ),
            "Set the interval of the kiosk HelmRelease to 10m": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m"
            ),
            "Set the interval of the kiosk HelmRelease to 10 minutes": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m"
            ),
            "Cut the interval of the kiosk HelmRelease from 50 minutes to 90 seconds": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=1m30s from_version=50m"
            ),
            "Replace the value of PAPER in till-config with `plain`": (
                "manifest.set file=deploy/till/till.yaml path=data.PAPER value=plain where=ConfigMap/till-config"
            ),
            "Use 10m as the interval of the kiosk HelmRelease": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m"
            ),
            "kiosk HelmRelease: set the interval to one hour": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=1h"
            ),
            "Verify that DPI of till-config is 300": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config check=True"
            ),
            "Verify that the registry is reachable and DPI of till-config is 300": (
                "registry.ping 192.168.7.21:5000 + "
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config check=True"
            ),
            "**Verify:** DPI of till-config is 300": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config check=True"
            ),
            "DPI of till-config rises to 300": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config"
            ),
            "PAPER of till-config is plain instead of thermal": (
                "manifest.set file=deploy/till/till.yaml path=data.PAPER value=plain from_version=thermal "
                "where=ConfigMap/till-config"
            ),
            "Turn LOG_LEVEL of pos-api in demo back to error": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=error"
            ),
            "Demo: set LOG_LEVEL of pos-api to error": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=error"
            ),
            "The kiosk HelmRelease interval is reduced from 50m to 10m": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m from_version=50m"
            ),
            'Set the schedule of the nightly CronJob to "0 3 * * *"': (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule where=CronJob/nightly value=0 3 * * *"
            ),
            "Set CAPACITY for kiosk to 20Gi": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.postBuild.substitute.CAPACITY "
                "value=20Gi where=Kustomization/kiosk"
            ),
            "Set the size of kiosk to 8Gi (`cache.size`)": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.size value=8Gi"
            ),
            "Set the redis tag of relay to 8.6.3 (`redis.tag: 8.6.3`)": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.redis.tag value=8.6.3"
            ),
            "Raise the HPA maximum of kiosk from 4 to 8": "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8 from_version=4",
            "The kiosk HPA maximum is 8": "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8",
            "Set the StatefulSet replicas of till to 3": "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till",
            "Set the CronJob schedule of nightly to `0 3 * * *`": "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=0 3 * * * where=CronJob/nightly",
            "Set the Kustomization interval of kiosk to 5m": "manifest.set file=deploy/kiosk/flux.yaml path=spec.interval value=5m where=Kustomization/kiosk",
            "The https listener of the door Gateway listens on port 8443": "manifest.set file=deploy/scout/scout.yaml path=spec.listeners[name=https].port value=8443 where=Gateway/door",
            "Gateway door: https listener on port 8443": "manifest.set file=deploy/scout/scout.yaml path=spec.listeners[name=https].port value=8443 where=Gateway/door",
            "The demo memory limit of pos-api is 512Mi": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi",
            "Set the demo LOG_LEVEL of pos-api to debug": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug",
            "Set LOG_LEVEL of pos-api in base to debug": "manifest.set file=deploy/pos/base/deployment.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug",
            "Set LOG_LEVEL of pos-api in deploy/pos/base to debug": "manifest.set file=deploy/pos/base/deployment.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug",
            "Raise retentionPeriod of relay to 3w": "manifest.set file=deploy/relay/release.yaml path=spec.values.server.retentionPeriod value=3w",
            "Set the log level (`LOG_LEVEL`) of pos-api in demo to debug": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug",
            "The size (`cache.size`) of kiosk is 8Gi": "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.size value=8Gi",
            "Set the memory limit of till to 96Mi (`containers[name=proxy].resources.limits.memory`)": "manifest.set file=deploy/till/till.yaml path=spec.template.spec.containers[name=proxy].resources.limits.memory value=96Mi where=StatefulSet/till",
            "The log level of relay (`LOGLEVEL`) shall be DEBUG instead of INFO": "manifest.set file=deploy/relay/release.yaml path=spec.values.LOGLEVEL value=DEBUG from_version=INFO",
            "Set REFUNDS to on in pos-flags": "u",
            "Set REFUNDS to `on` in pos-flags": (
                "manifest.set file=deploy/pos/uat/kustomization.yaml "
                "path=configMapGenerator[name=pos-flags].literals[0] value=REFUNDS=on"
            ),
            "`DPI`: 203 → 300 (till-config)": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 from_version=203 where=ConfigMap/till-config"
            ),
            "Ensure that the maximum number of replicas of kiosk is set to 8": (
                "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8"
            ),
            "maxReplicas of the HPA for kiosk is 8": (
                "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8"
            ),
            "Max replicas of kiosk should be 8": "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8",
            "Set maxReplicas of the kiosk HPA to 8": "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8",
            "kiosk: replicaCount 2 → 3": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3 from_version=2"
            ),
            "Set the log level of pos-api to debug in demo": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug",
            "Set LOG_LEVEL of pos-api to error in demo and `info` in uat": "b shared",
            "In demo, set LOG_LEVEL of pos-api to error": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=error"
            ),
            "The redis tag of relay is raised from 8.6.2 to 8.6.3": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.redis.tag value=8.6.3 from_version=8.6.2"
            ),
            "Set the operator replicas of relay to 2": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.operator.replicas value=2"
            ),
            "Change wire.test to cable.test in deploy/relay/release.yaml": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.route.app.hostnames[1] value=cable.test "
                "from_version=wire.test"
            ),
            "Bump redis of relay to 8.6.3": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.redis.tag value=8.6.3"
            ),
            "The time zone of kiosk is Europe/Vienna": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.env.TZ value=Europe/Vienna"
            ),
            "The retention period of relay is 30 days": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.server.retentionPeriod value=30d"
            ),
            "The retention period of relay is 30d": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.server.retentionPeriod value=30d"
            ),
            "relay: operator memory limit 64Mi → 96Mi": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.operator.resources.limits.memory "
                "value=96Mi from_version=64Mi"
            ),
            "relay: PV size 20Gi → 40Gi": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.server.persistentVolume.size value=40Gi "
                "from_version=20Gi"
            ),
            "The retention period of relay is extended from 14d to 30d": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.server.retentionPeriod value=30d "
                "from_version=14d"
            ),
            "The log level of relay shall be DEBUG instead of INFO": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.LOGLEVEL value=DEBUG from_version=INFO"
            ),
            "Gateway door: http listener port 80 → 8080": (
                "manifest.set file=deploy/scout/scout.yaml path=spec.listeners[name=http].port value=8080 "
                "from_version=80 where=Gateway/door"
            ),
            "relay: hostname wire.test → cable.test": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.route.app.hostnames[1] value=cable.test "
                "from_version=wire.test"
            ),
            "hostnames of relay: wire.test → cable.test": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.route.app.hostnames[1] value=cable.test "
                "from_version=wire.test"
            ),
            "relay host: cable.test (was wire.test)": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.route.app.hostnames[1] value=cable.test "
                "from_version=wire.test"
            ),
            "Set the interval of the kiosk HelmRelease to 10m (currently 50m)": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m from_version=50m"
            ),
            "Set DPI (was 203) to 300 in the till-config ConfigMap": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 from_version=203 "
                "where=ConfigMap/till-config"
            ),
            "Set the interval of kiosk to 10m (`deploy/kiosk/release.yaml`)": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m"
            ),
            "Set the schedule of relay to `30 4 * * *`": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.controllers.relay.cronjob.schedule "
                "value=30 4 * * *"
            ),
            "Set the parallelism of ScanJob `scout-nightly` to 6": (
                "manifest.set file=deploy/scout/scout.yaml path=spec.parallelism value=6 where=ScanJob/scout-nightly"
            ),
            "ScanJob scout-nightly: memory limit 64Mi → 96Mi": (
                "manifest.set file=deploy/scout/scout.yaml path=spec.resources.limits.memory value=96Mi "
                "from_version=64Mi where=ScanJob/scout-nightly"
            ),
            "Set the log level of ScanJob scout-nightly to debug": (
                "manifest.set file=deploy/scout/scout.yaml path=spec.extraEnv[name=LOG_LEVEL].value value=debug "
                "where=ScanJob/scout-nightly"
            ),
            "relay: schedule @daily → `30 4 * * *`": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.controllers.relay.cronjob.schedule "
                "value=30 4 * * * from_version=@daily"
            ),
            "The schedule of `ScanJob/scout-nightly` becomes `0 4 * * *`": (
                "manifest.set file=deploy/scout/scout.yaml path=spec.schedule value=0 4 * * * "
                "where=ScanJob/scout-nightly"
            ),
            "Update the image of scout-nightly ScanJob to `ghcr.io/example/scout:1.5.0`": (
                "manifest.set file=deploy/scout/scout.yaml path=spec.image value=ghcr.io/example/scout:1.5.0 "
                "where=ScanJob/scout-nightly"
            ),
            "The engine version in the EngineUpgrade resource shall be raised from v1.36.4 to v1.36.5": (
                "manifest.set file=deploy/scout/scout.yaml path=spec.engine.version value=v1.36.5 "
                "from_version=v1.36.4 where=EngineUpgrade/engine"
            ),
            "ledger cluster: instances 2 → 3, storage size 20Gi → 40Gi": (
                "manifest.set file=deploy/scout/scout.yaml path=spec.instances value=3 from_version=2 "
                "where=Cluster/ledger + manifest.set file=deploy/scout/scout.yaml path=spec.storage.size value=40Gi "
                "from_version=20Gi where=Cluster/ledger"
            ),
            "`spec.values.operator.replicas` of the relay HelmRelease → `2`": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.operator.replicas value=2"
            ),
        },
        {
            "Set `image.tag` to a specific version": "b not-determinate",
            "Set `spec.interval` in apps/longhorn/helmrelease.yaml to 30 minutes": "b not-determinate",
            "The redis tag of relay is raised from 8.6.2 to 8.6.1": "b not-that-version",
            "The redis tag of kiosk is raised from 8.6.2 to 8.6.3": "u unknown-name",
            "Set the size replicas of relay to 3": "u unknown-name",
            "The valkey tag of relay is raised from 8.6.2 to 8.6.3": "u unknown-name",
            "The redis tag is raised from 8.6.2 to 8.6.3": "u",
            "The retention period of relay is documented": "u",
            "Set DPI of till-config to 300 cores": "b not-determinate",
            "Set the memory limit of pos-api in demo to 2 cores": "b not-determinate",
            "Set the CPU request of pos-api in demo to 2 cores per pod": "u",
            "PAPER of till-config is Always full": "u",
            "Bump server of relay to 8.6.3": "u ambiguous",
            "Change cord.test to cable.test in deploy/relay/release.yaml": "u unknown-name",
            "Set wire.test to cable.test in deploy/relay/release.yaml": "u unknown-name",
            "Change wire.test to something in deploy/relay/release.yaml": "u",
            "Change INFO to DEBUG in deploy/relay/release.yaml": "u unknown-name",
            "Change wire.test to cable.test": "u",
            "Bump redis of relay": "u",
            "The time zone of relay is Europe/Vienna": "u unknown-name",
            "maxReplicas of the HPA for the team is 8": "u",
            "maxReplicas of the HPA for pos-api is 8": "b not-found",
            "memory limit of the Deployment of pos-api in demo is 512Mi": "u",
            "The retention period of relay was 30d": "u",
            "The retention policy of relay is 30d": "u unknown-name",
            "The uptime of relay is 30d": "u unknown-name",
            "The initial delay of the relay liveness probe is 10 seconds": "u unknown-name",
            "The initial delay of the liveness probe is 10 seconds": "u",
            "Set the interval of the kiosk HelmRelease to 10m in both environments": "b",
            "Set the redis replicas of relay to 2": "u unknown-name",
            "Set the operators' replicas of relay to 2": "u",
            "relay: worker memory limit 64Mi → 96Mi": "u unknown-name",
            "relay: PV sizes 20Gi → 40Gi": "u unknown-name",
            "Set the cache or worker size of kiosk to 8Gi": "u",
            "The log level of relay shall be DEBUG instead of lower": "u",
            "The log level of relay was set to DEBUG": "u",
            "The ownership of relay is moved to platform": "u unknown-name",
            "Gateway door: listener port 80 → 8080": "b ambiguous",
            "Gateway door: grpc listener port 80 → 8080": "u unknown-name",
            "relay: hostname other.test → cable.test": "u",
            "relay: alias wire.test → cable.test": "u unknown-name",
            "Set the hostname of relay to cable.test": "u",
            "relay host: cable.test (not wire.test)": "u",
            "relay host: cable.test (was wire.test until May)": "u",
            "relay host: cable.test (was wire.test or relay.test)": "u",
            "relay host: cable.test (maybe wire.test)": "u",
            "Set the interval of the kiosk HelmRelease from 40m to 10m (currently 50m)": "u",
            "Bump longhorn to 1.11.0 and ffl-web to 0.2.0 (was 1.10.1)": "u",
            "Build stitcher 1.1.0 (was 1.0.0)": "u",
            "Set the interval of kiosk to 10m (`deploy/kiosk/flux.yaml`) in deploy/kiosk/release.yaml": "u",
            "Update the image of scout-nightly ScanJob to 1.5.0": "b not-determinate",
            "Update the image of scout-nightly ScanJob to `1.5.0`": "b not-determinate",
            "Set the parallelism of ScanJob `scout-daily` to 6": "b not-found",
            "ScanJob scout-weekly: memory limit 64Mi → 96Mi": "b not-found",
            "Set the log level of ScanJob scout-weekly to debug": "u unknown-name",
            "relay: schedule @bob → `30 4 * * *`": "u",
            "Set the parallelism of `ScanJob/scout-daily` to 6": "b not-found",
            "Set the parallelism of the ScanJob to 6": "b ambiguous",
            "Set the parallelism of the scanjob to 6": "u",
            "Set the instances of the cluster to 3": "u",
            "ffl cluster: instances 2 → 3": "u",
            "HelmRelease → `2`": "u",
            "Set DPI of till-config to 30 minutes": "b not-determinate",
            "Set DPI of till-config to 30 pixels": "u",
            "DPI of till-config rises to 100": "b not-that-version",
            "DPI of till-config falls to 300": "b not-that-version",
            "DPI of till-config rises": "u",
            "DPI of till-config rises to at most 300": "u",
            "DPI of till-config was raised to 300": "u",
            "DPI of till-config goes up to 300": "u",
            "Set NEW_QUOTA to True in the storage namespace": "b ambiguous",
            "Set `TZ` to UTC in apps/ffl": "b ambiguous",
            "Verify that DPI of till-config is not 300": "u",
            "Ensure that DPI of till-config is 300 or 600": "u",
            "PAPER of till-config is plain": "u",
            "PAPER of till-config is `plain` instead": "u",
            "Turn DPI of till-config back": "u",
            "In demo or uat, set LOG_LEVEL of pos-api to error": "u",
            "In canary, set LOG_LEVEL of pos-api to error": "u",
            "In demo, set LOG_LEVEL of pos-api to error in uat": "u",
            "Demo only: set LOG_LEVEL of pos-api to error": "u",
            "Until Friday: set LOG_LEVEL of pos-api to error in demo": "u",
            "In demo, set LOG_LEVEL of pos-api to error and bump longhorn to 1.11.0": "u",
            "kiosk HelmRelease: do not set the interval to 10m": "u",
            "Use 10m as the interval": "u",
            "Use vault for LOG_LEVEL in demo": "u",
            "Use secrets as LOG_LEVEL in demo": "u",
            "In demo, turn LOG_LEVEL of pos-api back to error only": "u",
            "Use `9` as `spec.progressDeadlineSeconds` in apps/ffl/deployment.yaml": "b not-found",
            "`spec.progressDeadlineSeconds` → 9 in apps/ffl/deployment.yaml": "b not-found",
            "`spec.progressDeadlineSeconds` becomes 9 in apps/ffl/deployment.yaml": "b not-found",
            "Replace the value of PAPER in till-config with something cheaper": "u",
            "Replace PAPER in till-config with SHEET": "u",
            "Set PAPER in till-config to DPI": "b not-determinate",
            "Set LOG_LEVEL of pos-api to LOG_FORMAT in demo": "b not-determinate",
            "Move PAPER of till-config to vault": "u",
            "Restore PAPER of till-config to backup": "u",
            "PAPER of till-config is read-only": "u",
            "Set LOG_LEVEL of pos-api in demo to uat's": "u",
            "Set LOG_LEVEL of pos-api in demo to TBC": "u",
            "Set LOG_LEVEL of pos-api in demo to debug/trace": "u",
            "Set LOG_LEVEL of pos-api in demo to quieter": "u",
            "Update PAPER of till-config to comply": "u",
            "In demo, set LOG_LEVEL of pos-api to error everywhere": "u",
            "Everywhere: set LOG_LEVEL of pos-api to error in demo": "u",
            "Set LOG_LEVEL of pos-api in demo to error everywhere": "u ambiguous",
            "Set a demo LOG_LEVEL of pos-api to debug": "u",
            "kiosk polls every 10 minutes": "u",
            "PAPER of till-config is non-empty": "u",
            "PAPER of till-config is 2nd": "u",
            "Replace till-config with plain": "u",
            "Set `spec.replicas` to three in apps/ffl/deployment.yaml": "u",
            "Set `spec.replicas` of the ffl Deployment to 3": "b not-found",
            "Set `replicaCount` of the longhorn HelmRelease to 3": "b not-found",
            "Set `replicas` to 3 in apps/ffl/deployment.yaml": (
                "manifest.set file=apps/ffl/deployment.yaml path=spec.replicas value=3"
            ),
            "Set `values.replicas` to 3 in apps/longhorn/helmrelease.yaml": "b not-found",
            "Set `spec.interval` of the longhorn HelmRelease in prod to 30m": "b not-found",
            "Set `spec.interval` of the longhorn HelmRelease in prod only to 30m": "b not-found",
            "Set `spec.interval` of the longhorn HelmRelease in canary to 30m": "u",
            "Set `spec.replicas` to 3 in apps/ffl/deployment.yaml in prod": "b",
            "Set `spec.replicas` of the ffl-api Deployment to 3 or 4": "u",
            "Set `spec.replicas` to 3 in apps/ffl/nothing.yaml": "b not-found",
            "Set `spec.replicas` to 3 in apps/ffl/deployment.yaml during the night": "u",
            "Set `spec.replicas` to a sensible value": "u",
            "Do not set `spec.replicas` to 3 in apps/ffl/deployment.yaml": "u",
            "Change `data.FRAME_SIZ` in apps/ffl/config.yaml to `640x360`": "b not-found",
            "Change `data.OTHER` in apps/ffl/config.yaml to `640x360`": "b not-found",
            "Set `FRAME_SIZE` to `640x360` in apps/ffl/config.yaml": (
                "manifest.set file=apps/ffl/config.yaml path=data.FRAME_SIZE value=640x360"
            ),
            "Set DPI in the till-config ConfigMap": "u",
            "Scale pos-api in demo to 3 replicas in uat": "u",
            "The resolution (`DPI`) of till-config is 300": "u ambiguous",
            "Set DPI to 300 dots in the till-config ConfigMap": "u",
            "Set DPI to 300 or 600 in the till-config ConfigMap": "u",
            "Set DPI to the maximum in the till-config ConfigMap": "u",
            "Set DPI to 300 in the till-config ConfigMap by Friday": "u",
            "Set DPI to 300 in the till-config ConfigMap and restart it": "u",
            "Set DPI to high in the till-config ConfigMap": "b not-determinate",
            "Set DPI to 300px in the till-config ConfigMap": "b not-determinate",
            "Set DIP to 300 in the till-config ConfigMap": "u unknown-name",
            "Set dpi to 300 in the till-config ConfigMap": "u unknown-name",
            "Set DPI to 300": "u",
            "Set the log level of relay (`redis.tag`) to DEBUG": "u ambiguous",
            "The size of kiosk (`cache.size`, `worker.size`) rises to 8Gi": "u",
            "The paper (`DPI`) of till-config is 300": "u ambiguous",
            "The size (`cache.size`) of kiosk was 8Gi": "u",
            "The size (`cache.size`) of kiosk is too small": "u",
            "Set the memory limit of till to 96Mi (`containers[name=other].resources.limits.memory`)": "u ambiguous",
            "Set the memory limit of till to 96Mi (`resources.requests.memory`)": "u ambiguous",
            "Set the maximum of kiosk to 8": "u",
            "The kiosk HPA maximum is reached": "u",
            "The kiosk HPA maximum was 8": "u",
            "Set the HPA maximum of till to 8": "b not-found",
            "Raise the HPA maximum of kiosk to 3": "b not-that-version",
            "Set the StatefulSet replicas of pos-api to 3": "u",
            "Set the Gateway port of door to 8080": "b ambiguous",
            "The ftp listener of the door Gateway listens on port 21": "u unknown-name",
            "Gateway door: every listener on port 8443": "u",
            "Set the demo LOG_LEVEL of pos-api in uat to debug": "u ambiguous",
            "Set the canary LOG_LEVEL of pos-api to debug": "u unknown-name",
            "Set the uat LOG_LEVEL of pos-api to debug": "b shared",
            "Set DPI of till-config in base to 300": "b not-found",
            "Set LOG_LEVEL of pos-api to debug, but not in base": "u",
            "Set LOG_LEVEL of pos-api in base currency to debug": "u",
            "Pin longhorn to semver 1.x": "b not-found",
            "Set the contact email of relay to a@b.test": "u unknown-name",
            "Raise TZ of kiosk to `Europe/Vienna`": "b not-that-version",
            "DPI of till-config grows from 406 to 203": "b not-that-version",
            "Set the pod interval of the kiosk HelmRelease to 10m": "u unknown-name",
            "Set the HPA DPI to 300 in the till-config ConfigMap": "u unknown-name",
            "PAPER of till-config is OnHold": "u",
            "TZ of the kiosk sidecar is Europe/Vienna": "u",
            "Raise the HPA maximum of the kiosk sidecar to 8": "u",
            "DPI of the till-config sidecar is 300": "u",
            "DPI of the till-config container is 300": "u",
            "Set LOG_LEVEL of pos-api to debug for the demo": "u",
            "Set LOG_LEVEL of pos-api to debug for demo": "u",
            "Raise `spec.replicas` to 0 in apps/ffl/deployment.yaml": "b not-that-version",
            "Lower `spec.replicas` in apps/ffl/deployment.yaml from 2 to 3": "b not-that-version",
            "Set the cache size of kiosk to 8GB": "b not-determinate",
            "Raise cache.size of kiosk to 5000MB": "b not-that-version",
            "Set DPI of till-config to 300 (`PAPER: 300`)": "u ambiguous",
            "Set `cache.size` of kiosk to 8Gi (`worker.size: 8Gi`)": "u ambiguous",
            "Raise the size of kiosk to 8Gi (`cache.size: 4Gi`)": "u ambiguous",
            "Raise the size of kiosk to 4Gi (`cache.size: 4Gi`)": "b not-that-version",
            "Set LOG_LEVEL to debug": "b ambiguous",
            "Set LOG_LEVEL to debug in demo": "b ambiguous",
            "kiosk: TZ → UTC, NEW_QUOTA → True": "u unknown-name",
            "Set LOG_LEVEL of pos-api to debug for a demo": "u",
            "Set the new quota in till-config to True": "u",
            "Set enabled of kiosk to false": "u ambiguous",
            "Set `enabled` of kiosk to false": "b ambiguous",
            "Update kiosk enabled to false": "u ambiguous",
            "Set the paper size in till-config to plain": "u unknown-name",
            "Set the paper of the team to plain": "u",
            "Set the log level of pos-api to the lowest in demo": "u",
            "Set the log levels of pos-api to debug in demo": "u unknown-name",
            "Set the old log level of pos-api to debug in demo": "u",
            "Set DPI to 300 in the till-confg ConfigMap": "b not-found",
            "Set NEW_QUOTA to yes in till-config": "b not-determinate",
            "DPI of till-config raised to 100": "b not-that-version",
            "DPI of till-config is documented": "u",
            "DPI: see till-config": "u",
            "Set LOG_LEVEL to debug for pos-api": "b ambiguous",
            "Set LOG_LEVEL to debug for pos-api in uat": "b shared",
            "Set LOG_LEVEL to debug for pos-api except in demo": "u",
            "Set LOG_LEVEL to debug for pos-api and till in demo": "u",
            "Set LOG_LEVEL to debug for all apps in demo": "u",
            "Set LOG_LEVEL to debug for an hour for pos-api in demo": "u",
            "Set LOG_LEVEL to default for pos-api in demo": "u",
            "Set LOG_LEVEL not to debug for pos-api in demo": "u",
            "Set size of kiosk to 8Gi": "b ambiguous",
            "Set controller.replicas of kiosk to 4": "u unknown-name",
            "Set controller.replicaCount of kiosk to four": "u",
            "Set name of kiosk to booth": "u",
            "Set replicas of pos-api to 3": "b ambiguous",
            "Set replicas of pos-api to at least 3 in demo": "u",
            "Set replicas of pos-api to <n> in demo": "b placeholder",
            "Set the CPU request of pos-api to 250m": "b ambiguous",
            "Set the memory limit of till to 96Mi": "b ambiguous",
            "Set the memory limit of pos-api in demo to 512": "b not-determinate",
            "Set the memory limit of pos-api in demo to 512m": "b not-determinate",
            "Set the memory limit of pos-api in demo to 512 Mi": "u",
            "Raise the memory limit of pos-api in demo to 128Mi": "b not-that-version",
            "Raise the memory limit of pos-api in demo by 128Mi": "u",
            "Raise the memory limit of pos-api in demo": "u",
            "Set the memory of pos-api in demo to 512Mi": "u",
            "Set the interval of kiosk to 10m": "b ambiguous",
            "Set the interval of the kiosk HelmRelease to 10": "b bad-argument",
            "Set the interval of the kiosk HelmRelease to about 10 minutes": "u",
            "Set the schedule of the nightly CronJob to 3am": "b bad-argument",
            "Set the schedule of the nightly CronJob to daily": "b bad-argument",
        },
    ),
    Rule(
        "replace a value",
        (
            f"replace old:<exact> (with | by) value:<scalar> {OF}",
            "replace old:<exact> <in_holder> { <where> where2:<where> } (with | by) value:<scalar>",
            f"s:<any_setting>? old:<exact> {OF} <be> replaced (with | by) value:<scalar> {OF}",
            f"replace s:<any_setting> old:<exact> <in_holder>? {{ <where> where2:<where> }} (with | by) value:<scalar> {OF}",
            f"replace q:<any_setting_in> (with | by) value:<exact> {OF}",
        ),
        _replaced,
        {
            "Replace `thermal` by `plain` in till-config": (
                "manifest.set file=deploy/till/till.yaml path=data.PAPER value=plain from_version=thermal "
                "where=ConfigMap/till-config"
            ),
            "Replace `--v=1` with `--v=2` in deploy/kiosk/release.yaml": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.args[0] value=--v=2 from_version=--v=1"
            ),
            "`Europe/Berlin` in the kiosk HelmRelease is replaced by `Europe/Vienna`": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.env.TZ value=Europe/Vienna "
                "from_version=Europe/Berlin"
            ),
            "The hostname wire.test of relay is replaced by cable.test": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.route.app.hostnames[1] value=cable.test "
                "from_version=wire.test"
            ),
            "Replace the hostname `wire.test` of relay by `cable.test`": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.route.app.hostnames[1] value=cable.test "
                "from_version=wire.test"
            ),
            "Replace the cache size of kiosk with `8Gi`": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.size value=8Gi"
            ),
        },
        {
            "Replace `thermal` by `plain`": "u",
            "Replace thermal by plain in till-config": "u",
            "The alias wire.test of relay is replaced by cable.test": "u unknown-name",
            "The hostname wire.test of relay was replaced by cable.test": "u",
            "Replace `thermo` by `plain` in till-config": "b not-found",
            "Replace 1.0.0 with 1.1.0 in deploy/till/till.yaml": "u",
            "Replace `thermal` by `plain` in till-config next week": "u",
            "Replace `thermal` by something nicer in till-config": "u",
            "Replace `PAPER` in till-config with `SHEET`": "b not-found",
        },
    ),
    Rule(
        "set several values, or one of several objects",
        (
            f"<setting_verb> <sets> {OF}",
            f"h:<holder> {AROUND} : <turns> {AROUND}",
            f"hs:<held> (both | each)? MODAL (both | each)? have (a | an)? s:<setting> (of | : | =)? value:<scalar> each? {AROUND}",
            "s:<setting> <in_holders> { <where> } (<be>? BOTH? <setting_done> <turned> | <is> BOTH? turned:<equal>) { <where> }",
            f"s:<same> {OF} :? (<turned> | turned:<arrow>) {OF}",
            f"<setting_verb> s:<same> {_REST}",
            f"<setting_verb> <two> {OF} to <two_values> {OF}",
            f"<two> {OF} <is> <two_values> {OF}",
            f"<two> {OF} <be>? <setting_done> to <two_values> {OF}",
            f"h:<holder> {AROUND} (gets | MODAL (get | have)) <two> of <two_values> {AROUND}",
            "<setting_verb> (s:<any_setting> | s:<setting>) { <turned> <in_holders> <where> where2:<where> }",
            "(s:<any_setting> | s:<setting>) turned:<arrow> <in_holders> { <where> where2:<where> }",
        ),
        _set_several,
        {
            "Set DPI to 300 and PAPER to `plain` in till-config": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config + "
                "manifest.set file=deploy/till/till.yaml path=data.PAPER value=plain where=ConfigMap/till-config"
            ),
            "kiosk: replicaCount 2 → 3, cache.size 4Gi → 8Gi": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3 from_version=2 + "
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.size value=8Gi from_version=4Gi"
            ),
            "CPU request and memory limit of pos-api in demo are 250m and 512Mi": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.requests.cpu value=250m + "
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi"
            ),
            "minReplicas and maxReplicas of the kiosk HPA are set to 2 and 8 respectively": (
                "manifest.set file=deploy/kiosk/hpa.yaml path=spec.minReplicas value=2 + "
                "manifest.set file=deploy/kiosk/hpa.yaml path=spec.maxReplicas value=8"
            ),
            "kiosk: 3 replicas; cache.size 5Gi → 8Gi; worker.size 3Gi": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3 + "
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.size value=8Gi from_version=5Gi + "
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.worker.size value=3Gi"
            ),
            "Set the memory request and limit of pos-api in demo to 512Mi": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.requests.memory value=512Mi + "
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi"
            ),
            "The interval of the kiosk HelmRelease and the longhorn HelmRelease is 30m": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=30m + "
                "manifest.set file=apps/longhorn/helmrelease.yaml path=spec.interval value=30m"
            ),
            "interval 50m -> 10m for the kiosk HelmRelease and the longhorn HelmRelease": "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m from_version=50m + manifest.set file=apps/longhorn/helmrelease.yaml path=spec.interval value=10m from_version=50m",
            "Set replicas to 3 for till and kiosk": (
                "manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till + "
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
        },
        {
            "Set DPI to 300 and PAPER to plain": "u",
            "kiosk: 3 replicas, 4 replicas": "u ambiguous",
            "kiosk: cache.size 8Gi; worker.size JIRA-123": "u",
            "minReplicas and maxReplicas of the kiosk HPA are raised to 2 and 3": "b not-that-version",
            "minReplicas and maxReplicas of the kiosk HPA are 2": "u",
            "minReplicas and maxReplicas of the kiosk HPA are 2 or 8": "u",
            "minReplicas and maxReplicas of the kiosk HPA are 2, 4 and 8": "u",
            "CPU and memory limits of pos-api in demo are 250m and 512Mi or less": "u",
            "CPU and memory limits of pos-api in demo are 512Mi and 250m": "b not-determinate",
            "Set DPI to 300 and PAPER in till-config": "u",
            "Set DPI to 300 and PAPER to plain in till-config": "b not-determinate",
            "Set DPI to 300 or PAPER to plain in till-config": "u",
            "Set DPI to 300 and paper size to plain in till-config": "u unknown-name",
            "Set replicas to 3 for till and the others": "u",
            "replicas 1 -> 3 for till and the others": "u",
            "DPI 203 -> 300 for till-config and ffl-config": "u unknown-name",
        },
    ),
    Rule(
        "set several pairs",
        (
            "<setting_verb> (e:ENVIRONMENT? e:VARIABLE | e:ENVIRONMENT)? <pairs> "
            "{ <in_holder> <where> where2:<where> <in_each> }",
        ),
        _set_pairs,
        {
            "Set DPI=300 and PAPER=plain in till-config": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config + "
                "manifest.set file=deploy/till/till.yaml path=data.PAPER value=plain where=ConfigMap/till-config"
            ),
        },
        {
            "Set DPI=300 and PAPER=plain": "u",
            "Set DPI=300 and PAPER=<paper> in till-config": "b placeholder",
        },
    ),
    Rule(
        "set a pair",
        (
            "<setting_verb> (e:ENVIRONMENT? VARIABLE | e:ENVIRONMENT)? p:<whole_pair> "
            "{ <in_holder> <where> where2:<where> <in_each> }",
            f"<setting_verb> h:<holder> to SET p:<whole_pair> {AROUND}",
            f"give h:<holder> {AROUND} p:<whole_pair>",
            f"h:<holder> {AROUND} (gets | uses | runs with | MODAL (get | use | run with)) p:<whole_pair> {AROUND}",
            f"h:<holder> {AROUND} : p:<whole_pair>",
            "p:<whole_pair> { <in_holder> <where> }",
            f"<setting_verb> THE? NAME? HELMRELEASE VALUES (at | in) h:<holder> to SET p:<whole_pair> {AROUND}",
        ),
        _set_pair,
        {
            "Set `spec.replicas: 3` in apps/ffl/deployment.yaml": (
                "manifest.set file=apps/ffl/deployment.yaml path=spec.replicas value=3"
            ),
            "Set env LOG_LEVEL=debug for kiosk": (
                "manifest.set file=deploy/kiosk/release.yaml "
                "path=spec.values.extraEnv[name=LOG_LEVEL].value value=debug"
            ),
            "kiosk: TZ=Europe/Vienna": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.env.TZ value=Europe/Vienna"
            ),
            "Give kiosk TZ=Europe/Vienna": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.env.TZ value=Europe/Vienna"
            ),
            "Set DPI=300 in the till-config ConfigMap": (
                "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config"
            ),
            "Set `suspend: true` on the Flux Kustomization `kiosk`": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.suspend value=True where=Kustomization/kiosk"
            ),
            "Set `interval: 15m` on the kiosk HelmRelease": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=15m"
            ),
        },
        {
            "Set `suspend: maybe` on the Flux Kustomization `kiosk`": "b",
            "Set `suspend: true` on kiosk": "b ambiguous",
            "Set `suspend: true`": "b ambiguous",
            "Edit the Longhorn `HelmRelease` values at `apps/longhorn/helmrelease.yaml` to set `defaultSettings.storageNetwork: ...`": (
                "b placeholder"
            ),
            "Set DPI=300": "u",
            "Set DPI=300 for tests in till-config": "u",
            "Set DPI=300 or PAPER=plain in till-config": "u",
            "kiosk: TZ=Europe/Vienna in winter": "u",
            "kiosk used TZ=Europe/Vienna": "u",
            "Unset DPI=300 in till-config": "u",
        },
    ),
    Rule(
        "give an object a setting",
        (
            f"give h:<holder> s:<setting> (of | : | =)? value:<scalar> {AROUND}",
            "THE? where:<stage_word> h:<for_another> (gets | has | requires | MODAL (get | have | require)) s:<setting> "
            "(of | : | =)? value:<scalar>",
            f"h:<holder> {AROUND} (gets | has | requires | MODAL (get | have | require)) s:<setting> (of | : | =)? "
            f"value:<scalar> {AROUND}",
            f"h:<holder> {AROUND} (gets | has | MODAL get | MODAL have) a s:<any_setting> of value:<scalar> {AROUND}",
            f"h:<holder> {AROUND} (runs | MODAL run | <be> scheduled) (at | on | for) (THE? schedule)? cron:<scalar> {AROUND}",
            f"THE? <probe> of h:<holder> {AROUND} (checks | calls | hits | MODAL (check | call | hit)) url:<route> {AROUND}",
            f"h:<holder> THE? <probe> {AROUND} (checks | calls | hits | MODAL (check | call | hit)) url:<route> {AROUND}",
            f"h:<holder> {AROUND} (logs | MODAL log) at (level <log_level> | <log_level> level?) {AROUND}",
            f"h:<holder> {AROUND} <be> limited to most:AMOUNT of r:RESOURCE {AROUND}",
            f"h:<holder> {AROUND} (requests | MODAL request) least:AMOUNT of r:RESOURCE {AROUND}",
            f"h:<holder> {AROUND} :? s:<setting> turned:<plain_value> {AROUND}",
            f"h:<holder> {AROUND} :? s:<variable> turned:<named_value> {AROUND}",
            f"h:<holder> {AROUND} (runs | MODAL run | <be> scheduled | MODAL? BE run) <recurring> {AROUND}",
            f"h:<holder> {AROUND} <be> scheduled recurring:<set_for> {AROUND}",
            f"(run h:<holder> | <setting_verb> THE? schedule (of | for) h:<holder> to) <recurring> {AROUND}",
            f"FLUX? (RECONCILES | MODAL? RECONCILE) h:<holder> {AROUND} every often:<how_often> {AROUND}",
            f"h:<holder> {AROUND} <be> (of_source:checked | of_source:fetched) every often:<how_often> {AROUND}",
            f"h:<holder> {AROUND} (RECONCILES | MODAL RECONCILE | <be> (RECONCILED | of_flux:polled)) every often:<how_often> "
            f"(<instead> every y:<how_often>)? {AROUND}",
        ),
        _given,
        {
            "Give the kiosk HelmRelease a timeout of 10m": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.timeout value=10m"
            ),
            "The kiosk HelmRelease reconciles every 10 minutes": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m"
            ),
            "pos-api in demo gets a LOG_LEVEL of error": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=error"
            ),
            "The nightly CronJob runs at `30 6 * * *`": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=30 6 * * * where=CronJob/nightly"
            ),
            "pos-api in demo requests 250m of CPU": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.requests.cpu value=250m"
            ),
            "pos-api in demo is limited to 512Mi of memory": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi"
            ),
            "kiosk TZ Europe/Vienna": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.env.TZ value=Europe/Vienna"
            ),
            "pos-api LOG_LEVEL debug in demo": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug"
            ),
            "nightly CronJob: schedule `15 3 * * *`": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=15 3 * * * where=CronJob/nightly"
            ),
            "The kiosk HelmRelease is reconciled every 30 minutes instead of every 50 minutes": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=30m from_version=50m"
            ),
            "The nightly CronJob runs every 15 minutes": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=*/15 * * * * where=CronJob/nightly"
            ),
            "The relay cron job is scheduled for 04:30 every day": (
                "manifest.set file=deploy/relay/release.yaml path=spec.values.controllers.relay.cronjob.schedule "
                "value=30 4 * * *"
            ),
            "Run the nightly CronJob daily at 03:30": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=30 3 * * * where=CronJob/nightly"
            ),
            "Change the schedule of the nightly CronJob to every 3 hours": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=0 */3 * * * where=CronJob/nightly"
            ),
            "The nightly CronJob runs on weekdays at 6am": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=0 6 * * 1-5 where=CronJob/nightly"
            ),
            "The nightly CronJob runs at 03:30 every night, i.e. schedule `30 3 * * *`": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=30 3 * * * where=CronJob/nightly"
            ),
            "The kiosk HelmRelease reconciles every 10 minutes (`interval: 10m`)": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m"
            ),
            "The nightly CronJob runs on the schedule `30 3 * * *`": (
                "manifest.set file=deploy/kiosk/flux.yaml path=spec.schedule value=30 3 * * * where=CronJob/nightly"
            ),
            "Flux should reconcile the kiosk HelmRelease every 10 minutes": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m"
            ),
            "The podinfo OCIRepository is checked every 10 minutes": (
                "manifest.set file=apps/podinfo/source.yaml path=spec.interval value=10m"
            ),
            "pos-api in demo logs at debug level": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=debug"
            ),
            "kiosk gets a replica count of 3": (
                "manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3"
            ),
        },
        {
            "Give kiosk a review of 10m": "u",
            "The nightly CronJob runs at 03:30 every night, i.e. schedule `30 4 * * *`": "u ambiguous",
            "The kiosk HelmRelease reconciles every 10 minutes (`interval: 5m`)": "u ambiguous",
            "The kiosk HelmRelease reconciles every 10 minutes (`timeout: 10m`)": "u ambiguous",
            "The demo Deployment of pos-api has a memory limit of 512Mi": "u",
            "The kiosk HelmRelease reconciles every time": "u",
            "Flux has reconciled the kiosk HelmRelease every 10 minutes": "u",
            "Flux reconciles the kiosk HelmRelease": "cluster.observe kind=HelmRelease name=kiosk condition=Ready",
            "kiosk is checked every 10 minutes": "u",
            "The kiosk HelmRelease is checked every 10 minutes": "u",
            "pos-api in demo logs at startup": "u",
            "pos-api in demo logs errors at debug level": "u",
            "pos-api logs at debug level": "b ambiguous",
            "The nightly CronJob runs on the schedule of ops": "u",
            "The kiosk HelmRelease reconciled every 10 minutes": "u",
            "The kiosk HelmRelease reconciles every 10 minutes without errors": "u",
            "kiosk gets a review of 10m": "u",
            "The nightly CronJob runs at `noon`": "u",
            "The nightly CronJob runs every 7 minutes": "u",
            "pos-api in demo is limited to 3 users": "u",
            "pos-api in demo requests 250m": "u",
            "pos-api in demo requests 250 users of CPU": "u",
            "pos-api in demo requested 250m of CPU": "u",
            "pos-api in demo is limited to 512Mi": "u",
            "kiosk LOG_LEVEL documented": "b",
            "kiosk TZ and LOG_LEVEL": "u",
            "kiosk interval review": "u",
            "kiosk LOG_LEVEL or TZ debug": "u",
            "kiosk TZ JIRA-123": "u",
            "kiosk TZ 2026-11-21": "u",
            "kiosk TZ 1/2": "u",
            "kiosk LOG_LEVEL error": "u",
            "A kiosk TZ Europe/Vienna": "u",
            "The longhorn is polled every 30 minutes": "u",
            "The nightly CronJob has been run every 15 minutes": "u",
            "Run the nightly CronJob on Monday at 6am": "u",
            "Change the schedule of the nightly CronJob every 3 hours": "u",
            "The nightly CronJob runs every 0 minutes": "u",
            "The nightly CronJob runs for 03:30 every day": "u",
            "The nightly CronJob runs every 90 minutes": "u",
            "The nightly CronJob runs at 03:30": "u",
            "The nightly CronJob runs daily": "u",
            "The nightly CronJob runs daily at 25:30": "u",
            "The nightly CronJob runs daily at 03:30 UTC": "u",
            "The nightly CronJob runs at least every 15 minutes": "u",
            "The nightly CronJob runs every other day at 03:30": "u",
            "The nightly CronJob ran every 15 minutes": "u",
            "The kiosk cron job is scheduled for 04:30 every day": "b not-found",
            "The relay cron job is scheduled for 04:30 tomorrow": "u",
            "The kiosk HelmRelease runs every 15 minutes": "b not-found",
            "The nightly CronJob ran at `30 6 * * *`": "u",
            "Give the team a timeout of 10m": "u",
            "kiosk gets a timeout": "u",
        },
    ),
)
