"""What a setting is called: fields of Kubernetes and Flux, keys as they are written, keys by their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.patterns import pattern
from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Holder, Named, Place
from executor.recognise.names import AUTOSCALER, is_named
from executor.recognise.rules.settings.holders import bare, placed
from executor.recognise.rules.settings.words import NO_KEY, NO_VALUE
from executor.recognise.words import KINDS_BY_WORD, VOCABULARY, fold
from executor.values import replace

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases, and what each stands for."""
    _settings(g)
    _parts(g)
    g.phrase("setting_in", "s:<setting> { <in_holder> <where> w2:<where> }", placed)
    g.phrase("setting_in", "h:<holder> :? s:<any_setting> { <where> w2:<where> }", placed)
    g.phrase("setting_in", "h:<holder> :? s:<setting> { <where> w2:<where> }", placed)
    g.phrase("setting_in", "h:<holder> <where> :? s:<setting>", placed)
    g.phrase("setting_in", "THE? number of h:<holder> REPLICAS", lambda c: placed({**c, "s": Named("replicas")}))
    g.phrase("any_setting", "THE? (key | setting | entry | VALUE)? x:<plain_key> (VALUE | key | setting)?", _key)
    g.phrase("any_setting_in", "_:<setting_in>")
    g.phrase("any_setting_in", "s:<any_setting> { <in_holder> <where> w2:<where> }", placed)


def _parts(g: Grammar) -> None:
    """A key by its words, and with those of the part of an object that it is of."""
    g.phrase("any_setting", "THE? x:<part_word> y:<spoken_word> z:<spoken_word>? w:<spoken_word>?", _spoken)
    g.phrase("any_setting", "THE? x:<part_word> y:<part_word>? s:<counted_setting>", _of_part)
    g.phrase("any_setting", "THE? feature? x:<any_key> flag | THE? feature? flag x:<any_key>", _key)
    g.phrase("any_setting", "THE? x:container y:port | THE? x:image y:pull z:policy", _spoken)
    g.phrase("any_setting", "<probed> (of | for | on | in) THE? <probe>", _of_probe)
    g.phrase(
        "any_setting_in", "<probed> (of | for | on | in) THE? n:NAME <probe> { <where> w2:<where> }", _of_its_probe
    )
    g.phrase("probed", "THE? x:<marked_key> | THE? x:<spoken_word> y:<spoken_word>?", _probed)
    g.phrase("probe", "(x:liveness | x:readiness | x:startup) (probe | check)", lambda c: c["x"].text)
    g.phrase("counted_setting", "REPLICAS count?", lambda c: Named("replicas"))
    g.phrase("counted_setting", "r:RESOURCE b:BOUND", _resource)
    g.phrase("counted_setting", "x:FIELD_OF_SPEC", _field)
    g.word("part_word", _is_part)
    g.word("spoken_word", _is_spoken)
    g.phrase("any_setting_in", "THE? x:<common_key> (of | in | on | for) h:<custom>", _common)
    g.phrase("any_setting_in", "h:<custom> :? x:<common_key>", _common)
    g.phrase("common_key", "x:IMAGE | x:VERSION_WORD | x:TAG", lambda c: c["x"])


def _settings(g: Grammar) -> None:
    g.phrase("setting", "THE? (desired)? REPLICAS (count)? | THE? number of REPLICAS", lambda c: Named("replicas"))
    g.phrase(
        "setting", "THE? (max | maximum) number of REPLICAS", lambda c: Named("key", "maxReplicas", kind=AUTOSCALER)
    )
    g.phrase(
        "setting", "THE? (min | minimum) number of REPLICAS", lambda c: Named("key", "minReplicas", kind=AUTOSCALER)
    )
    g.phrase("setting", "THE? (max | maximum) REPLICAS", lambda c: Named("key", "maxReplicas", kind=AUTOSCALER))
    g.phrase("setting", "THE? (min | minimum) REPLICAS", lambda c: Named("key", "minReplicas", kind=AUTOSCALER))
    g.phrase("setting", "THE? (hpa | autoscaler) s:<most>", lambda c: c["s"])
    g.phrase("most", "(max | maximum) <of_replicas>?", lambda c: Named("key", "maxReplicas", kind=AUTOSCALER))
    g.phrase("most", "(min | minimum) <of_replicas>?", lambda c: Named("key", "minReplicas", kind=AUTOSCALER))
    g.phrase("of_replicas", "(number of)? REPLICAS")
    g.phrase("setting_in", "THE? s:<most> (of | for) h:<holder> { <where> w2:<where> }", _of_scaler)
    g.phrase("setting_in", "h:<holder> s:<most> { <where> w2:<where> }", _of_scaler)
    g.phrase("of_its_kind", "THE? k:OBJECT_KIND (x:<plain_key> | x:type | s:<counted_setting>)", _of_its_kind)
    g.phrase("any_setting", "_:<of_its_kind>")
    g.phrase("any_setting_in", "o:<of_its_kind> (of | for) THE? n:OBJECT { <where> w2:<where> }", _of_its_kind_in)
    g.phrase(
        "any_setting_in",
        "(the | our)? where:<stage_word> (s:<any_setting> | s:<setting>) (of | for) h:<holder>",
        placed,
    )
    g.phrase("setting_in", "(the | our)? where:<stage_word> s:<setting> (of | for) h:<holder>", placed)
    g.phrase("stage_word", "x:STAGE | x:PLACE", lambda c: Place(stage=c["x"].text))
    g.phrase("setting", "THE? r:RESOURCE b:BOUND", _resource)
    g.phrase("bound", "THE? r:RESOURCE b:BOUND", _resource)
    g.phrase("setting", "THE? b:BOUND (of | for | on) THE? r:RESOURCE", _resource)
    g.phrase("setting", "THE? k:HELMRELEASE? (RECONCILE | RECONCILIATION | sync)? x:FIELD_OF_SPEC", _field)
    g.phrase("env_setting", "THE? (ENVIRONMENT? VARIABLE | ENVIRONMENT) x:<any_key>", _env)
    g.phrase("env_setting", "THE? x:<any_key> (ENVIRONMENT? VARIABLE | ENVIRONMENT)", _env)
    g.phrase("setting", "_:<env_setting>")
    g.phrase("meta_setting", "THE? m:<meta_word> x:<meta_key> | THE? x:<meta_key> m:<meta_word>", _meta)
    g.phrase(
        "setting",
        "THE? (key | setting | entry | VALUE)? x:<marked_key> (VALUE | key | setting | field | literal)?",
        _key,
    )
    g.phrase("marked_key", "x:FIELD | x:KEY", is_key)
    g.word("variable", lambda c: Named("key", c["x"].text, c["x"]) if is_variable(c["x"]) else None)
    g.word("plain_key", is_plain_key)
    g.phrase("any_key", "_:<marked_key> | _:<plain_key>")
    g.word("meta_key", _is_meta_key)


def _resource(c: Captured) -> Named:
    bound = "limits" if fold(c["b"].text).startswith("limit") else "requests"
    return Named("resource", f"{bound}.{fold(c['r'].text)}")


def bounds(*pairs: tuple[Token, Token]) -> tuple[Named, ...]:
    """ "CPU and memory limits", "memory request and limit"."""
    return tuple(_resource({"r": resource, "b": bound}) for resource, bound in pairs)


def _field(c: Captured) -> Named:
    return Named("field", fold(c["x"].text).removesuffix("s"), c["x"], "HelmRelease" if "k" in c else None)


def _env(c: Captured) -> Named:
    return Named("env", c["x"].text, c["x"])


def _meta(c: Captured) -> Named:
    return Named(c["m"], c["x"].text, c["x"])


def _key(c: Captured) -> Named:
    return Named("key", c["x"].text, c["x"])


FIELDS_OF_SPEC = frozenset(VOCABULARY["FIELD_OF_SPEC"].split())
_OWN = frozenset("replicas replica memory cpu interval timeout schedule suspend newtag".split())
_OF_PARTS = ("tag", "version", "limit", "type")
"""Those of them that are keys behind what they are of: "the redis tag", "the service type"."""
_SHAPED = pattern(r"[A-Za-z][\w-]*")
_VARIABLE = pattern(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


def is_key(c: Captured) -> Token | None:
    token: Token = c["x"]
    entry = token.entry if not token.code else None
    named = entry is not None and (is_named(entry) or entry.workloads or entry.configs)
    if named or fold(token.text) in _OWN or isinstance(token.value, tuple):
        return None
    return None if not token.code and fold(token.text) in NO_KEY else token


def is_plain_key(c: Captured) -> Token | None:
    token: Token = c["x"]
    shaped = token.quoted or _SHAPED.fullmatch(token.text)
    return is_key(c) if shaped and not token.code else None


_META_KEY = pattern(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")


def _is_meta_key(c: Captured) -> Token | None:
    token: Token = c["x"]
    plain = token.code or token.quoted or fold(token.text) not in NO_VALUE
    return token if plain and _META_KEY.fullmatch(token.text) else None


def _spoken(c: Captured) -> Named | None:
    """ "the log level": a key by its words, for LOG_LEVEL or logLevel."""
    words = [c[key] for key in "xyzw" if key in c]
    sure = fold(words[-1].text) in _OF_PARTS or is_plain_key({"x": words[-1]})
    return Named("spoken", " ".join(each.text for each in words), words[0]) if sure else None


def _of_part(c: Captured) -> Named:
    """ "the operator replicas": the replicas of that part of a chart's values."""
    named: Named = c["s"]
    return Named(named.what, named.name, c["x"], named.kind, tuple(c[key].text for key in "xy" if key in c))


def _of_scaler(c: Captured) -> dict[str, Any] | None:
    """ "the maximum of the kiosk HPA": of anything else it may be any maximum."""
    return placed(c) if c["h"].kind == AUTOSCALER else None


def _of_its_kind(c: Captured) -> Named | None:
    """ "the ingress host": the key of that kind of object."""
    kind = KINDS_BY_WORD.get(fold(c["k"].text)) or str(c["k"].value or "")
    named = c["s"] if "s" in c else Named("key", c["x"].text, c["x"])
    entry = named.token.entry if named.token is not None else None
    own = entry is not None and any(each.kind == kind for each in entry.others)  # "ScanJob scout": that object
    return None if own or kind in ("", "Secret") else replace(named, kind=kind)


def _of_its_kind_in(c: Captured) -> dict[str, Any]:
    return placed({**c, "s": c["o"], "h": Holder(c["o"].kind, c["n"])})


def _is_part(c: Captured) -> Token | None:
    """A word before a key that may say of what part it is; the name of another thing, too."""
    token: Token = c["x"]
    plain = _SHAPED.fullmatch(token.text) and not (token.code or token.quoted)
    return token if plain and fold(token.text) not in NO_KEY else None


def _is_spoken(c: Captured) -> Token | None:
    return c["x"] if fold(c["x"].text) in _OF_PARTS else _is_part(c)


def _probed(c: Captured) -> Token | None:
    """ "the initial delay": as one token."""
    first, last = c["x"], c.get("y", c["x"])
    return first if last is first else Token(f"{first.text} {last.text}", first.start, last.end)


def _of_probe(c: Captured) -> Named:
    """ "the initial delay of the liveness probe"."""
    return Named("spoken", f"{c['probe'].lower()} probe {c['probed'].text}", c["probed"])


def _of_its_probe(c: Captured) -> dict[str, Any] | None:
    """ "the initial delay of the api liveness probe"."""
    holder = bare({"n": c["n"]})
    return placed({**c, "s": _of_probe(c), "h": holder}) if holder is not None else None


def _common(c: Captured) -> dict[str, Any]:
    return {"named": Named("key", fold(c["x"].text), c["x"]), "holder": c["h"], "places": []}


def is_variable(token: Token) -> bool:
    """Written as variables are: what is called so, is nothing else."""
    return _VARIABLE.fullmatch(token.text) is not None
