"""What stands beside a setting: the same in code, and further settings of the same object."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from executor.patterns import pattern
from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import (
    SPEC_FIELDS,
    Ask,
    Exact,
    Holder,
    Named,
    Rule,
    Target,
    Turned,
    all_asks,
    negative,
    word_of,
    words_of,
)
from executor.recognise.rules.settings.holders import placed
from executor.recognise.rules.settings.keys import is_key
from executor.recognise.rules.settings.setting import AROUND, OF, asks_of
from executor.recognise.versions import is_placeholder
from executor.recognise.words import VOCABULARY, fold

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases that only these rules use, and what those of settings take in."""
    g.phrase("that_is", "i.e STOP? | ie | that is | namely")
    g.phrase("exact_pair", "x:SETTING", _exact_pair)
    g.phrase("exact_pair", "(k:FIELD_OF_SPEC | k:KEY) (: | =)? v:ANY", _exact_value)
    g.phrase("exact_key", "k:KEY", _exact_key)
    g.phrase("coded", "OPEN (<that_is> ,?)? (e:<exact_pair> | e:<exact_key>) CLOSE", lambda c: c["e"])
    g.phrase("coded", ",? (via | by setting) (e:<exact_pair> | e:<exact_key>)", lambda c: c["e"])
    g.phrase("coded", "(: | ,? DASH | (, | DASH)? <that_is> ,?) e:<exact_pair>", lambda c: c["e"])
    g.phrase("inline_key", "OPEN e:<exact_key> CLOSE", lambda c: c["e"])
    g.phrase(
        "setting_in",
        "(s:<any_setting> | s:<setting>) (k:<inline_key> (of | in | on | for) h:<holder> "
        "| (of | in | on | for) h:<holder> k:<inline_key>) { <where> w2:<where> }",
        lambda c: {**placed(c), "coded": c["k"]},
    )
    g.word("gloss", _gloss)
    g.phrase("glosses", "x:<gloss> r:<glosses>?", lambda c: (fold(c["x"].text), *c.get("r", ())))
    g.phrase("its_set", "its? (s:<any_setting> | s:<setting>) <turned>")
    g.phrase("own_set", "q:<any_setting_in> <turned>", lambda c: c if c["q"]["holder"] is not None else None)
    g.phrase("more_sets", "a:<its_set> | a:<own_set>", _listed)
    g.phrase("more_sets", "(a:<its_set> | a:<own_set>) <and> (b:<its_set> | b:<own_set>)", _listed)
    g.phrase("given_set", "THE? s:<setting> (of | : | =)? value:<scalar>")
    g.phrase("stated_set", "its? s:<setting> (<is> | to)? value:<sure_value>")
    g.phrase("cpus", "(x:NUMBER | x:AMOUNT) (cpu | cpus | core | cores)", lambda c: c["x"])
    g.phrase("memory", "x:AMOUNT (of? memory)?", lambda c: c["x"])
    g.phrase("amounts", "c:<cpus> AND m:<memory> | m:<memory> AND c:<cpus>", lambda c: (c["c"], c["m"]))
    g.phrase("follow_set", "v:<setting_verb> m:<more_sets>", lambda c: (c["v"], c["m"]))
    g.phrase("follow_toggle", "o:<onoff> (its | THE)? (k:<any_key> | q:<any_setting>)", _follow_toggle)
    g.phrase("clauses", "clause:<clause> <sep> (f:<follow_set> | t:<follow_toggle>)", _followed)


def _listed(c: Captured) -> tuple[Any, ...]:
    return tuple(c[key] for key in "ab" if key in c)


def _named(key: str, token: Token) -> Named:
    if key == "replicas":
        return Named("replicas")
    return Named("field" if key in SPEC_FIELDS else "key", key, token)


_ONE_VALUE = pattern(r"\"[^\"]*\"|'[^']*'|[^\"']+")


def _exact_pair(c: Captured) -> Exact | None:
    """`replicaCount: 3`, `LOG_LEVEL=debug`."""
    token: Token = c["x"]
    if not isinstance(token.value, tuple) or is_placeholder(token.value[1]):
        return None
    key, value = token.value
    if not _ONE_VALUE.fullmatch(value.strip()):
        return None  # more than a value
    return Exact(_named(key, Token(key, token.start, token.end, code=True)), ("setting", value))


def _exact_value(c: Captured) -> Exact | None:
    """ "schedule `30 3 * * *`", "`interval` `5m`": the value in code, too."""
    key, value = c["k"], c["v"]
    if not (value.code or value.quoted) or isinstance(value.value, tuple) or is_placeholder(value.text):
        return None
    field = fold(key.text).removesuffix("s") in SPEC_FIELDS
    if not field and is_key({"x": key}) is None:
        return None
    return Exact(_named(fold(key.text).removesuffix("s") if field else key.text, key), value)


def _exact_key(c: Captured) -> Exact | None:
    """ "(`server.retentionPeriod`)"."""
    token: Token = c["k"]
    return Exact(_named(token.text, token)) if token.code and is_key({"x": token}) is not None else None


# --- in words that are the key's ------------------------------------------------------------------------------------

_NEUTRAL = frozenset(
    "the a an its their all own object objects resource resources to be is are become with of in on by has have uses use "
    "must should shall will for".split()
)
"""What may stand beside the words of a key and its object, and says nothing against them."""
_WAITED_FOR = pattern(r"\b(?:object|resource)s? to be ready\b")
"""Of anything else, "ready" is something that is said besides."""
_LIMITS = frozenset(
    " ".join(VOCABULARY[each] for each in "NEGATION CONDITION RESTRICTION QUESTION PUT_OFF TELLS".split()).split()
)
_NOTHING = pattern(r"false|off|no|not|none|never|null|nil|~|disabled?|0[^1-9]*|", re.IGNORECASE)
"""Values that say that there is none of it."""


_LETTERS = pattern(r"[A-Za-z][A-Za-z-]*")


def _gloss(c: Captured) -> Token | None:
    """A word that may be one of the key's; nothing in code, no name, number or sign."""
    token: Token = c["x"]
    plain = _LETTERS.fullmatch(token.text) and not (token.code or token.quoted)
    return token if plain and token.entry is None and fold(token.text) not in _LIMITS else None


def _glossed(c: Captured) -> list[Ask] | None:
    """ "The apps Kustomization waits for its resources (`wait: true`)": nothing but the object, and words of the key and
    its value. "It waits (`wait: false`)" is none."""
    exact: Exact = c["coded"]
    value = exact.to if exact.to is None else str(exact.to[1] if isinstance(exact.to, tuple) else exact.to.text)
    own = words_of(f"{exact.named.name} {value}")
    told = [each for each in _WAITED_FOR.sub("", " ".join(c["said"])).split() if each not in _NEUTRAL]
    if negative(exact.named.name):
        return None
    if (
        value is None
        or _NOTHING.fullmatch(value.strip("\"'"))
        or not {word_of(each) for each in told} <= own
        or not told
    ):
        return None
    if not {word_of(each) for each in told} & words_of(exact.named.name):
        return None
    about = {key: each for key, each in c.items() if key != "coded"}
    return asks_of(about, named=exact.named, holder=c["h"], turned=Turned(exact.to), act="set")


# --- several of one object ------------------------------------------------------------------------------------------


def _with_more(c: Captured) -> list[Ask] | None:
    """ "Set the memory limit of X to 512Mi and its CPU request to 20m": what has no object of its own is of the same."""
    q = c["q"]
    holders = [each for each in (q["holder"], c.get("in_holder")) if each is not None]
    if len(holders) != 1 or "coded" in c or "coded" in q or "turned" not in c:
        return None
    there = bool(q["places"]) or "where" in c or "where2" in c
    if there and any("q" in each and not each["q"]["places"] for each in c["more"]):
        return None  # whether another object is meant there, too, is not said
    act = c.get("setting_verb") or c.get("setting_done") or "set"
    first = asks_of(c, named=q["named"], holder=holders[0], turned=c["turned"], act=act, places=q["places"])
    return all_asks([first, *(_one_more(c, each, holders[0], act, q["places"]) for each in c["more"])])


def _one_more(c: Captured, one: Captured, holder: Holder, act: str, places: Any) -> list[Ask] | None:
    if "q" in one:
        own = one["q"]
        return asks_of(
            {}, named=own["named"], holder=own["holder"], turned=one["turned"], act=act, places=own["places"]
        )
    turned = one["turned"] if "turned" in one else Turned(one["value"])
    return asks_of(c, named=one["s"], holder=holder, turned=turned, act=act, places=places)


def _given_two(c: Captured) -> list[Ask] | None:
    """ "X has a memory limit of 512Mi and a CPU request of 20m"."""
    if "coded" in c:
        return None
    return all_asks(_one_more(c, each, c["h"], "set", ()) for each in (c["a"], c["b"]))


def _stated_two(c: Captured) -> list[Ask] | None:
    """ "The memory limit of X is 512Mi and its CPU request 20m"."""
    return _with_more({**c, "turned": c["turned"], "more": (c["more"],)})


def _bounded(c: Captured) -> list[Ask] | None:
    """ "The limits of X are 1 CPU and 512Mi"."""
    bound = "limits" if fold(c["b"].text).startswith("limit") else "requests"
    act = c.get("setting_verb") or "set"
    return (
        all_asks(
            asks_of(c, named=Named("resource", f"{bound}.{what}"), holder=c["h"], turned=Turned(value), act=act)
            for what, value in zip(("cpu", "memory"), c["amounts"], strict=True)
        )
        if "coded" not in c
        else None
    )


def _looked(c: Captured) -> list[Ask] | None:
    """ "Verify that CURRENCY of X is EUR": a word that is the value; for an edit it might say something else."""
    turned = isinstance(c["value"], Token) and fold(c["value"].text) in ("enabled", "disabled")
    if fold(c["v"].text) == "ensure" or (turned and not c["value"].code):
        return None
    named, holder = (c["q"]["named"], c["q"]["holder"]) if "q" in c else (c["s"], c["h"])
    holders = [each for each in (holder, c.get("in_holder")) if each is not None]
    spots = c["q"]["places"] if "q" in c else ()
    if len(holders) != 1 or "coded" in c or "coded" in c.get("q", ()):
        return None
    one = {key: each for key, each in c.items() if key != "where2" or "value2" not in c}
    asks = asks_of(one, named=named, holder=holders[0], turned=Turned(c["value"]), act="set", places=spots)
    if "value2" in c:
        there = {"where": c["where2"]}
        more = asks_of(there, named=named, holder=holders[0], turned=Turned(c["value2"]), act="set", places=spots)
        asks = all_asks((asks, more))
    return None if asks is None else [each.looked_at() for each in asks]


def _follow_toggle(c: Captured) -> tuple[str, Named]:
    return c["o"], c["q"] if "q" in c else Named("key", c["k"].text, c["k"])


def _followed(c: Captured) -> tuple[Ask, ...] | None:
    """ "Bump X to 1.2.3 and set its interval to 10m": of the object of the clause before it."""
    asks: list[Ask] = c["clause"]
    whose = owner(asks[-1]) if len(asks) == 1 else None
    if whose is None:
        return None
    holder, places = whose
    if "t" in c:
        act, named = c["t"]
        more = asks_of({}, named=named, holder=holder, act=act, places=places)
    else:
        act, sets = c["f"]
        more = all_asks(_one_more({}, each, holder, act, places) for each in sets)
    return None if more is None else (*asks, *more)


def owner(ask: Ask) -> tuple[Holder, list[Any]] | None:
    """The one object of a clause, and the places that it says."""
    if ask.what == "setting" and not ask.get("check"):
        holder = ask.get("holder")
        return (holder, list(ask.get("places") or ())) if holder is not None else None
    target: Target | None = ask.get("target") if ask.what == "bump" else None
    if target is None or len(target.names) != 1 or target.every or target.of is not None or ask.get("each") is not None:
        return None
    entry = target.names[0].entry
    kind = target.kind or ("HelmRelease" if entry is not None and entry.releases else None)
    return Holder(kind, target.names[0], target.file), list(ask.get("where") or ())


RULES = (
    Rule(
        "say it in code, too",
        ("h:<holder> said:<glosses> <coded> { <where> where2:<where> }",),
        _glossed,
        {
            "kiosk has a cache (`cache.enabled: true`)": "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.enabled value=true",
            "kiosk has a cache size (`cache.size: 8Gi`)": "manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.size value=8Gi",
            "till-config must have paper: `PAPER: plain`": "manifest.set file=deploy/till/till.yaml path=data.PAPER value=plain where=ConfigMap/till-config",
        },
        {
            "kiosk has a cache (`cache.enabled: false`)": "u",
            "kiosk has no cache (`cache.enabled: true`)": "u",
            "kiosk has a cache for now (`cache.enabled: true`)": "u",
            "kiosk now has a cache (`cache.enabled: true`)": "u",
            "kiosk ignores the cache (`cache.enabled: true`)": "u",
            "kiosk must have a bigger cache (`cache.size: 8Gi`)": "u",
            "kiosk has a cache problem (`cache.enabled: true`)": "u",
            "kiosk has the size of the worker (`cache.size: 2Gi`)": "u",
            "kiosk had a cache (`cache.enabled: true`)": "u",
            "kiosk uses cache (`cache.size: <size>`)": "u",
            "kiosk has a cache (`cache.size: 0Gi`)": "u",
            "till-config has paper (`PAPER: none`)": "u",
            "kiosk is ready and has a cache (`cache.enabled: true`)": "u",
            "kiosk is ready with a cache (`cache.enabled: true`)": "u",
            "kiosk is to be replaced (`cache.enabled: true`)": "u",
            "The kiosk Kustomization waits (`wait: true`)": "b not-found",
            "The kiosk Kustomization becomes ready (`wait: true`)": "u",
        },
    ),
    Rule(
        "set several values of one object",
        (
            "<setting_verb> q:<any_setting_in> { <turned> <in_holder> } <and> more:<more_sets> { <where> where2:<where> }",
            "q:<any_setting_in> <be>? <setting_done> { <turned> <in_holder> } <and> more:<more_sets> { <where> where2:<where> }",
        ),
        _with_more,
        {
            "Set the memory limit of pos-api in demo to 512Mi and its CPU request to 20m": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi + manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.requests.cpu value=20m",
            "Set the DPI of till-config to 300, its PAPER to `plain` and NEW_QUOTA to `True`": "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config + manifest.set file=deploy/till/till.yaml path=data.PAPER value=plain where=ConfigMap/till-config + manifest.set file=deploy/till/till.yaml path=data.NEW_QUOTA value=True where=ConfigMap/till-config",
            "Set the interval of the kiosk HelmRelease to 10m and timeout to 5m": "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m + manifest.set file=deploy/kiosk/release.yaml path=spec.timeout value=5m",
            "Set DPI of till-config to 300 and replicas of till to 3": "manifest.set file=deploy/till/till.yaml path=data.DPI value=300 where=ConfigMap/till-config + manifest.set file=deploy/till/till.yaml path=spec.replicas value=3 where=StatefulSet/till",
            "The log level of kiosk is changed to debug and its replicaCount to 3": "manifest.set file=deploy/kiosk/release.yaml path=spec.values.extraEnv[name=LOG_LEVEL].value value=debug + manifest.set file=deploy/kiosk/release.yaml path=spec.values.controller.replicaCount value=3",
            "Bump longhorn from 1.10.1 to 1.11.0 and set its interval to 5m": "helmrelease.bump name=longhorn from_version=1.10.1 version=1.11.0 + manifest.set file=apps/longhorn/helmrelease.yaml path=spec.interval value=5m",
            "Bump longhorn to 1.11.0 and set `spec.interval` to 5m": "helmrelease.bump name=longhorn version=1.11.0 + manifest.set file=apps/longhorn/helmrelease.yaml path=spec.interval value=5m",
            "Suspend the kiosk Kustomization and set its interval to 5m": "manifest.set file=deploy/kiosk/flux.yaml path=spec.suspend value=True where=Kustomization/kiosk + manifest.set file=deploy/kiosk/flux.yaml path=spec.interval value=5m where=Kustomization/kiosk",
            "Set the interval of the kiosk HelmRelease to 10m and disable its cache": "manifest.set file=deploy/kiosk/release.yaml path=spec.interval value=10m + manifest.set file=deploy/kiosk/release.yaml path=spec.values.cache.enabled value=false",
        },
        {
            "Set the memory limit of pos-api in demo to 512Mi and its memory limit to 1Gi": "u ambiguous",
            "Set the memory limit of pos-api in demo to 512Mi and its CPU request to 20m in uat": "u ambiguous",
            "Set the memory limit of pos-api in demo to 512Mi or its CPU request to 20m": "u",
            "Set the memory limit of pos-api in demo to 512Mi and review its CPU request": "u",
            "Set the memory limit of pos-api in demo to 512Mi and its CPU request to about 20m": "u",
            "Set the memory limit of pos-api in demo to 512Mi and its LOG_LEVL to debug": "u unknown-name",
            "Set the memory limit of pos-api in demo to 512Mi and that of till to 96Mi": "u",
            "Raise the memory limit of pos-api in demo to 512Mi and its CPU request to 20m": "b not-that-version",
            "Set DPI of till-config to 300 and LOG_LEVEL to debug": "u unknown-name",
            "Set DPI of till-config to 300 and replicas to 3": "b not-found",
            "Bump longhorn to 1.11.0 and set the interval to 5m after testing": "u",
            "Bump longhorn to 1.11.0 and ffl-web to 0.2.0 and set its interval to 5m": "u",
            "Set LOG_LEVEL of pos-api in demo to debug and DPI of till-config to 300": "u",
            "Set LOG_LEVEL of pos-api to debug and DPI of till-config to 300 in demo": "u",
            "In demo, set LOG_LEVEL of pos-api to debug and DPI of till-config to 300": "u",
            "Bump longhorn to 1.11.0 and set LOG_LEVEL to debug": "u unknown-name",
            "Build stitcher 1.1.0 and set `spec.interval` to 5m": "b ambiguous",
            "Set the interval of the kiosk HelmRelease to 10m and do not disable its cache": "u",
            "Set the interval of the kiosk HelmRelease to 10m and disable its cache for now": "u",
        },
    ),
    Rule(
        "state several values of one object",
        ("q:<setting_in> <is> turned:<equal> <and> more:<stated_set>",),
        _stated_two,
        {
            "The memory limit of pos-api in demo is 512Mi and its CPU request is 20m": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi + manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.requests.cpu value=20m",
        },
        {
            "The memory limit of pos-api in demo is 512Mi and its CPU request documented": "u",
            "The memory limit of pos-api in demo is 512Mi and its CPU request unchanged": "u",
        },
    ),
    Rule(
        "give an object several settings",
        (f"h:<holder> {AROUND} (gets | has | MODAL get | MODAL have) a:<given_set> <and> b:<given_set> {AROUND}",),
        _given_two,
        {
            "pos-api in demo has a memory limit of 512Mi and a CPU request of 20m": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi + manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.requests.cpu value=20m",
            "Verify that pos-api in demo has a memory limit of 256Mi and a CPU request of 100m": "manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.limits.memory value=256Mi check=True + manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].resources.requests.cpu value=100m check=True",
        },
        {
            "pos-api in demo has a memory limit of 512Mi and a CPU request of at least 20m": "u",
            "pos-api in demo has a memory limit of 512Mi and a review of 20m": "u",
            "pos-api in demo had a memory limit of 512Mi and a CPU request of 20m": "u",
        },
    ),
    Rule(
        "look at a value",
        (
            f"v:VERIFY that? q:<setting_in> <is> value:<scalar> {OF}",
            "v:VERIFY that? q:<setting_in> <is> value:<scalar> <where> <and> value2:<scalar> where2:<where>",
            f"v:VERIFY that? h:<holder> {AROUND} (has | MODAL have) s:<setting> (of | : | =)? value:<scalar> {AROUND}",
            "v:VERIFY that? h:<holder> (has | MODAL have) s:<setting> (of | : | =)? value:<scalar> <where> <and> "
            "value2:<scalar> where2:<where>",
        ),
        _looked,
        {
            "Verify that PAPER of till-config is thermal": "manifest.set file=deploy/till/till.yaml path=data.PAPER value=thermal where=ConfigMap/till-config check=True",
            "Verify that PAPER of till-config is https://paper.test": (
                "manifest.set file=deploy/till/till.yaml path=data.PAPER value=https://paper.test "
                "where=ConfigMap/till-config check=True"
            ),
            "Confirm PAPER of till-config is thermal": "manifest.set file=deploy/till/till.yaml path=data.PAPER value=thermal where=ConfigMap/till-config check=True",
            "Verify that LOG_LEVEL of pos-api in uat is info": "manifest.set file=deploy/pos/base/deployment.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=info check=True",
            "In uat, check that LOG_LEVEL of pos-api is info": "manifest.set file=deploy/pos/base/deployment.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=info check=True",
            "Verify that pos-api has LOG_LEVEL info in uat and warn in demo": "manifest.set file=deploy/pos/base/deployment.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=info check=True + manifest.set file=deploy/pos/demo/pos-api.yaml path=spec.template.spec.containers[name=server].env[name=LOG_LEVEL].value value=warn check=True",
        },
        {
            "Verify that PAPER of till-config is documented": "b not-determinate",
            "Verify that PAPER of till-config is plain": "b not-determinate",
            "Verify that PAPER of till-config is set": "u",
            "Verify that LOG_LEVEL of pos-api is warn in demo only": "u",
            "Verify that LOG_LEVEL of pos-api only in demo is warn": "u",
            "Verify that NEW_QUOTA of till-config is off": "b not-determinate",
            "Verify that PAPER of till-config is not thermal": "u",
            "Verify that PAPER of till-config was thermal": "u",
            "Verify that PAPER of till-config is thermal or plain": "u",
            "Verify that PAPER of till-config is thermal if possible": "u",
            "Ensure that PAPER of till-config is thermal": "u",
            "PAPER of till-config is thermal": "u",
            "Verify that LOG_LEVEL of pos-api is info": "b ambiguous",
            "Set LOG_LEVEL of pos-api in uat to info": "b shared",
            "Verify that LOG_LEVEL of pos-api in canary is info": "u",
            "Verify that pos-api has LOG_LEVEL info in uat and canary": "u",
        },
    ),
    Rule(
        "bound both resources",
        (
            f"<setting_verb> THE? b:BOUND (of | for | on) h:<holder> {AROUND} to <amounts> {AROUND}",
            f"THE? b:BOUND (of | for | on) h:<holder> {AROUND} <is> <amounts> {AROUND}",
            f"h:<holder> {AROUND} (gets | has | MODAL (get | have)) b:BOUND of <amounts> {AROUND}",
        ),
        _bounded,
        {
            "Set the requests of pos-api in demo to 1 CPU and 192Mi": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.requests.cpu value=1 + "
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.requests.memory value=192Mi"
            ),
            "The limits of pos-api in demo are 512Mi of memory and 500m CPU": (
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.limits.cpu value=500m + "
                "manifest.set file=deploy/pos/demo/pos-api.yaml "
                "path=spec.template.spec.containers[name=server].resources.limits.memory value=512Mi"
            ),
        },
        {
            "Set the limits of pos-api in demo to 1 CPU": "u",
            "Set the limits of pos-api in demo to 1 CPU or 512Mi": "u",
            "Set the limits of pos-api in demo to 1 and 512Mi": "u",
            "Set the limits of pos-api in demo to 1 GPU and 512Mi": "u",
            "Set the limits of the team to 1 CPU and 512Mi": "u",
            "Set the limits of till to 1 CPU and 512Mi": "b ambiguous",
            "Raise the limits of pos-api in demo to 1 CPU and 128Mi": "b",
        },
    ),
)
