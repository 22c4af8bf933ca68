"""Settings of objects by their names: replicas, resources, variables, keys, intervals, labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from executor.patterns import pattern
from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import NO_WORD, Ask, Holder, Named, Place, Rule, Turned, all_asks
from executor.recognise.names import SOURCE_KINDS, WORKLOAD_KINDS, is_named
from executor.recognise.rules.edits import is_key_of_file
from executor.recognise.rules.phrases import source_kind
from executor.recognise.versions import ImageReference, Version, is_placeholder
from executor.recognise.words import OBJECT_KINDS, VOCABULARY, fold
from executor.values import replace

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    _values(g)
    _settings(g)
    _parts(g)
    _holders(g)
    g.phrase("where", ", EVERYWHERE", lambda c: Place(everywhere=True))
    g.phrase("setting_in", "s:<setting> { <in_holder> <where> w2:<where> }", placed)
    g.phrase("setting_in", "h:<holder> :? s:<any_setting> { <where> w2:<where> }", placed)
    g.phrase("setting_in", "h:<holder> :? s:<setting> { <where> w2:<where> }", placed)
    g.phrase("setting_in", "h:<holder> <where> :? s:<setting>", placed)
    g.phrase("setting_in", "THE? number of h:<holder> REPLICAS", lambda c: placed({**c, "s": Named("replicas")}))
    g.phrase("any_setting", "THE? (key | setting | entry | VALUE)? x:<plain_key> (VALUE | key | setting)?", _key)
    g.phrase("any_setting_in", "_:<setting_in>")
    g.phrase("any_setting_in", "s:<any_setting> { <in_holder> <where> w2:<where> }", placed)
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
    g.phrase("scaling", "down | back | in", lambda c: "lower")
    g.phrase("scaling", "out", lambda c: "raise")
    g.phrase("upwards", "up", lambda c: "raise")
    g.phrase("counted", "REPLICAS | INSTANCES")
    g.phrase("held", "a:<holder> <and> b:<holder>", _each)
    g.phrase(
        "held", "THE? HELMRELEASES a:<named> <and> b:<named> | THE? a:<named> <and> b:<named> HELMRELEASES", _releases
    )
    g.phrase("held", "a:<holder> , b:<holder> ,? AND c:<holder>", _each)
    g.phrase("number", "x:NUMBER | x:COUNT", lambda c: c["x"])
    g.phrase("few", "_:<number>")
    g.phrase("few", "one", lambda c: ("setting", "1"))
    g.phrase("instead_of", "<instead> _:<few>", lambda c: c["_"])
    g.phrase("pruning", "THE? (x:pruning | garbage x:collection)", _pruning)
    g.phrase("turn", "on | enabled", lambda c: "enable")
    g.phrase("turn", "off | disabled", lambda c: "disable")
    g.phrase("done", "ENABLED | turned on | switched on", lambda c: "enable")
    g.phrase("done", "DISABLED | turned off | switched off", lambda c: "disable")
    g.phrase("onoff", "ENABLE | (turn | switch) on", lambda c: "enable")
    g.phrase("onoff", "DISABLE | (turn | switch) off", lambda c: "disable")
    g.phrase("pair", "x:<meta_key> (: | = | to) <scalar>", lambda c: (c["x"], Turned(c["scalar"])))
    g.phrase("pair", "_:<whole_pair>")
    g.phrase("whole_pair", "x:SETTING", _pair)
    g.phrase("whole_pair", "x:PLACEHOLDER", lambda c: (c["x"], Turned(("placeholder", c["x"].text))))
    g.phrase("meta_word", "LABEL", lambda c: "label")
    g.phrase("meta_word", "ANNOTATION", lambda c: "annotation")


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


def _values(g: Grammar) -> None:
    g.word("scalar", _scalar)
    g.phrase("scalar", "x:PLACEHOLDER", lambda c: ("placeholder", c["x"].text))
    g.phrase("scalar", "<vague>", lambda c: ("vague", c["vague"]))
    g.phrase("turned", "(to | = | →) x:<scalar>", lambda c: Turned(c["x"]))
    g.phrase("turned", "from y:<scalar> (to | →) x:<scalar>", lambda c: Turned(c["x"], c["y"]))
    g.phrase("turned", "to x:<scalar> (from | <instead>) y:<scalar>", lambda c: Turned(c["x"], c["y"]))
    g.phrase("instead", ",? (instead of | rather than)")
    g.phrase("turned", ":? y:<scalar> → x:<scalar>", lambda c: (t := _arrow(c)) and Turned(t.to, t.before))
    g.phrase("arrow", ":? y:<scalar> → x:<scalar> | :? → x:<scalar>", _arrow)
    g.phrase("sure_value", "x:<scalar>", _sure)
    g.word("exact", _exact)
    g.phrase("scalar", "n:<number> u:UNIT | (one | a | an) u:UNIT", _lasting)
    g.phrase("scalar", "n:<few> (core | cores)", _cores)
    g.phrase("route", "x:<scalar>", lambda c: c["x"] if getattr(c["x"], "text", "").startswith("/") else None)
    g.phrase("log_level", "x:ANY", lambda c: c["x"] if fold(c["x"].text) in _LEVELS else None)
    g.phrase("how_often", "x:AMOUNT", lambda c: c["x"])
    g.phrase("how_often", "n:<number> u:UNIT | (one | a | an)? u:UNIT", _lasting)
    g.phrase("daily", "daily | nightly | every (day | night)")
    g.phrase("on_days", "(every | weekly on) x:ANY", _weekday)
    g.phrase("on_days", "on x:ANY", lambda c: _weekday(c) if fold(c["x"].text).endswith("s") else None)
    g.phrase("recurring", "every n:<number>? u:UNIT | u:hourly", _often)
    g.phrase(
        "recurring",
        "<daily> at t:ANY | at t:ANY <daily> | <on_days> at t:ANY | at t:ANY <on_days>",
        _at_a_time,
    )
    g.phrase("set_for", "for t:ANY (<daily> | <on_days>)", _at_a_time)
    g.phrase("equal", "x:<sure_value>", lambda c: Turned(c["x"]))
    g.phrase("equal", "_:<swapped>")
    g.phrase("is", "(BE | MODAL BE) now? | now? (reads | equals) | MODAL (read | equal)", lambda c: "set")
    g.phrase("is", "_:<becomes>")
    g.phrase("becomes", "becomes | MODAL become", lambda c: "change")
    g.phrase("swapped", "x:<scalar> <instead> y:<scalar>", lambda c: Turned(c["x"], c["y"]))
    g.phrase("one_set", "s:<any_setting> <turned> | s:<setting> <turned>")
    g.phrase("sets", "a:<one_set> <and> b:<one_set>", _each)
    g.phrase("sets", "a:<one_set> , b:<one_set> ,? AND c:<one_set>", _each)
    g.phrase("two", "a:<setting> AND b:<setting>", _each)
    g.phrase("two", "THE? a:RESOURCE AND c:RESOURCE b:BOUND", lambda c: _bounds((c["a"], c["b"]), (c["c"], c["b"])))
    g.phrase("two", "_:<same>")
    g.phrase("same", "THE? r:RESOURCE a:BOUND AND b:BOUND", lambda c: _bounds((c["r"], c["a"]), (c["r"], c["b"])))
    g.phrase("two_values", "BOTH? a:<sure_value> AND b:<sure_value> respectively?", _each)
    g.phrase("one_turn", "s:<setting> turned:<arrow> | s:<any_setting> turned:<arrow>")
    g.phrase("one_turn", "s:<setting> turned:<plain_value>")
    g.phrase("one_turn", "x:<number> REPLICAS", lambda c: {"s": Named("replicas"), "turned": Turned(c["x"])})
    g.phrase("plain_value", "x:<sure_value>", _plain_value)
    g.phrase("named_value", "x:<scalar>", _plain_value)
    g.phrase("next", "<and> | ; | ; AND")
    g.phrase("turns", "a:<one_turn> <next> b:<one_turn>", _each)
    g.phrase("turns", "a:<one_turn> <next> b:<one_turn> <next> c:<one_turn>", _each)
    g.phrase("pairs", "a:<whole_pair> <and> b:<whole_pair>", _each)
    g.phrase("pairs", "a:<whole_pair> , b:<whole_pair> ,? AND c:<whole_pair>", _each)
    g.phrase("in_holders", "(in | of | on | for) BOTH? a:<holder> <and> b:<holder>", _each)
    g.phrase("in_holders", "(in | of | on | for) a:<holder> , b:<holder> ,? AND c:<holder>", _each)


def _releases(c: Captured) -> tuple[Holder, ...]:
    return tuple(Holder("HelmRelease", each) for each in _each(c))


def _each(c: Captured) -> tuple[Any, ...]:
    return tuple(c[key] for key in "abc" if key in c)


def _arrow(c: Captured) -> Turned | None:
    """ "A → B". What stands before the sign may be a word of the object instead ("… of the web HelmRelease → `2`")."""
    before = c.get("y")
    noun = isinstance(before, Token) and not (before.code or before.quoted) and fold(before.text) in _NOUNS
    return None if noun else Turned(c["x"], before, there=True)


_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


def _lasting(c: Captured) -> tuple[str, str] | None:
    """ "10 minutes", in seconds: how the place writes it is seen there."""
    count = c["n"].value if "n" in c else 1
    return ("lasting", str(count * _SECONDS[fold(c["u"].text).removesuffix("s")])) if isinstance(count, int) else None


def _cores(c: Captured) -> tuple[str, str] | None:
    """ "2 cores": of a CPU's bound only."""
    said = c["n"]
    count = said[1] if isinstance(said, tuple) else said.value
    return ("cores", str(count)) if str(count).isdigit() else None


def _often(c: Captured) -> tuple[str, str] | None:
    """ "every 15 minutes", as cron can say it: where it divides the hour, or the day."""
    count, unit = c["n"].value if "n" in c else 1, fold(c["u"].text).removesuffix("s")
    step = f"*/{count}" if count != 1 else "*"
    if unit == "minute" and isinstance(count, int) and 0 < count < 60 and 60 % count == 0:
        return "often", f"{step} * * * *"
    if unit in ("hour", "hourly") and isinstance(count, int) and 0 < count < 24 and 24 % count == 0:
        return "often", f"0 {step} * * *"
    return None


_WEEKDAYS = {day: str(at) for at, day in enumerate("sunday monday tuesday wednesday thursday friday saturday".split())}
_WEEKDAYS |= {"weekday": "1-5"}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|(1[0-2]|[1-9])(?::([0-5]\d))?([ap]m)", re.IGNORECASE)


def _weekday(c: Captured) -> str | None:
    return _WEEKDAYS.get(fold(c["x"].text).removesuffix("s"))


def _at_a_time(c: Captured) -> tuple[str, str] | None:
    """ "daily at 03:30", "on Mondays at 6am", in the time zone that the CronJob has."""
    said = _CLOCK.fullmatch(c["t"].text)
    if said is None:
        return None
    hour, minute, twelve, minutes, half = said.groups()
    at = int(hour) if hour else int(twelve) % 12 + 12 * (half.lower() == "pm")
    return "schedule", f"{int(minute or minutes or 0)} {at} * * {c.get('on_days', '*')}"


_NO_VALUE = frozenset(
    " ".join(
        VOCABULARY[each]
        for each in "NEGATION CONDITION RESTRICTION QUESTION PUT_OFF VAGUE ALL BOTH REMAINING BE HAVE MODAL NEEDS IT MANNER "
        "EVERYWHERE THEN AND OR THE COUNT".split()
    ).split()
) - {"enabled", "draft", "first"} | frozenset(
    "to in of for on at from with by as into onto within under over per via so be its their his her my your "
    "something anything nothing whatever some any more less most least few many much such other others another "
    "same different own default defaults empty null nil zero one once twice double half max maximum min minimum "
    "higher lower bigger smaller longer shorter previous original old last normal reasonable sensible suitable "
    "lowercase uppercase value values number "
    "tbc tba fixme t.b.d t.b.d. unset undefined yours either neither xxx to-do to-be-decided to-be-defined "
    # compared with what is not said
    "better best worse worst faster fastest slower slowest cheaper cheapest larger largest smallest biggest highest "
    "lowest longest shortest older oldest louder loudest quieter quietest thinner thicker lighter darker brighter "
    "stronger weaker safer stricter looser tighter earlier sooner wider narrower deeper simpler cleaner finer coarser "
    "warmer cooler hotter softer harder nicer smarter "
    # what for
    "match fit comply reflect work suit allow avoid support handle improve reduce increase be have make get keep let "
    "help fix check see ensure meet save follow include exclude remove add do go change update set back again".split()
)  # fmt: skip
"""Words that do not say which value, or that begin something else."""


_FILLED_IN_LATER = frozenset("tbd tba tbc todo fixme xxx whatever something".split())

_EITHER = re.compile(r"[a-z]+(?:[/+][a-z]+)+|(?:non|not|anything|any)-.*|.*-or-.*")
"""Alternatives and the like, of plain words."""


def _scalar(c: Captured) -> Token | None:
    """A value: what is marked as code or in quotes; else one word that can be nothing but a value."""
    token: Token = c["x"]
    if token.text[-1:] == "…" or is_placeholder(token.text) or isinstance(token.value, tuple):
        return None
    if token.quoted and not token.code and (fold(token.text) in _FILLED_IN_LATER or not re.search(r"\w", token.text)):
        return None
    if token.code or token.quoted:
        return token
    if token.end - token.start != len(token.text) or _EITHER.fullmatch(token.text):
        return None  # "to prod's", "to debug/trace"
    return token if _VALUE.match(token.text) and fold(token.text) not in _NO_VALUE else None


_ENUMERATED = re.compile(
    r"Always|Forbid|Recreate|Retain|(?:If|On|Node|Cluster|Load|Rolling|Read|Prefer|Require)[A-Z][A-Za-z]+"
)
"""What Kubernetes writes so, and nobody else: IfNotPresent, OnFailure, NodePort, RollingUpdate, ReadWriteOnce."""
_LEVELS = frozenset("debug info warn warning error trace".split())
_STATED = frozenset("true false debug info warn trace json logfmt utc".split())
"""Words that are values behind "is", and nothing that may have been done to it."""


def _sure(c: Captured) -> Any:
    """A value behind "is": no word that may say what was done to it ("LOG_LEVEL is documented")."""
    said = c["x"]
    plain = isinstance(said, Token) and not (said.code or said.quoted)
    wordy = plain and re.fullmatch(r"[^\W\d_][^\W\d_-]*(?:-[^\W\d_]*)*|\d+(?:st|nd|rd|th)", said.text) is not None
    return None if wordy and fold(said.text) not in _STATED and not _ENUMERATED.fullmatch(said.text) else said


_NO_PLAIN_VALUE = re.compile(r"[A-Z]{2,}-\d+|\d{4}-\d\d-\d\d.*|\d+/\d+|.*(?:@|://).*|[Ee]rror|[Ww]arning")
"""A ticket, a date, a step of several, an address, a trouble."""


def _plain_value(c: Captured) -> Turned | None:
    """A value that only stands behind its key ("kiosk TZ Europe/Vienna"): nothing else that could stand there."""
    said = c["x"]
    marked = not isinstance(said, Token) or said.code or said.quoted
    return Turned(said) if marked or not _NO_PLAIN_VALUE.fullmatch(said.text) else None


def _settings(g: Grammar) -> None:
    g.phrase("setting", "THE? (desired)? REPLICAS (count)? | THE? number of REPLICAS", lambda c: Named("replicas"))
    g.phrase(
        "setting", "THE? (max | maximum) number of REPLICAS", lambda c: Named("key", "maxReplicas", kind=_AUTOSCALER)
    )
    g.phrase(
        "setting", "THE? (min | minimum) number of REPLICAS", lambda c: Named("key", "minReplicas", kind=_AUTOSCALER)
    )
    g.phrase("setting", "THE? (max | maximum) REPLICAS", lambda c: Named("key", "maxReplicas", kind=_AUTOSCALER))
    g.phrase("setting", "THE? (min | minimum) REPLICAS", lambda c: Named("key", "minReplicas", kind=_AUTOSCALER))
    g.phrase("setting", "THE? (hpa | autoscaler) s:<most>", lambda c: c["s"])
    g.phrase("most", "(max | maximum) <of_replicas>?", lambda c: Named("key", "maxReplicas", kind=_AUTOSCALER))
    g.phrase("most", "(min | minimum) <of_replicas>?", lambda c: Named("key", "minReplicas", kind=_AUTOSCALER))
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
    g.word("variable", lambda c: Named("key", c["x"].text, c["x"]) if _is_variable(c["x"]) else None)
    g.word("plain_key", is_plain_key)
    g.phrase("any_key", "_:<marked_key> | _:<plain_key>")
    g.word("meta_key", _is_meta_key)


_AUTOSCALER = "HorizontalPodAutoscaler"


def _resource(c: Captured) -> Named:
    bound = "limits" if fold(c["b"].text).startswith("limit") else "requests"
    return Named("resource", f"{bound}.{fold(c['r'].text)}")


def _bounds(*pairs: tuple[Token, Token]) -> tuple[Named, ...]:
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


_FIELDS_OF_SPEC = frozenset(VOCABULARY["FIELD_OF_SPEC"].split())
_OWN = frozenset("replicas replica memory cpu interval timeout schedule suspend newtag".split())
_NO_KEY = (
    _NO_VALUE
    | frozenset(VOCABULARY["TELLS"].split())
    | frozenset(
        "name names key keys value values id kind type field setting thing things everything version versions tag tags "
        "image images chart charts digest release label annotation namespace container replica helmrelease kustomization "
        "configmap deployment variable var env environment memory cpu limit request".split()
    )
)
"""Words that people say of many things: no key, unless in code."""
_OF_PARTS = ("tag", "version", "limit", "type")
"""Those of them that are keys behind what they are of: "the redis tag", "the service type"."""


_SHAPED = pattern(r"[A-Za-z][\w-]*")
_VARIABLE = pattern(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_VALUE = pattern(r"[\w/.-]|@[a-z]+ly$", re.ASCII)


def is_key(c: Captured) -> Token | None:
    token: Token = c["x"]
    entry = token.entry if not token.code else None
    named = entry is not None and (is_named(entry) or entry.workloads or entry.configs)
    if named or fold(token.text) in _OWN or isinstance(token.value, tuple):
        return None
    return None if not token.code and fold(token.text) in _NO_KEY else token


def is_plain_key(c: Captured) -> Token | None:
    token: Token = c["x"]
    shaped = token.quoted or _SHAPED.fullmatch(token.text)
    return is_key(c) if shaped and not token.code else None


_META_KEY = pattern(r"(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?")


def _is_meta_key(c: Captured) -> Token | None:
    token: Token = c["x"]
    plain = token.code or token.quoted or fold(token.text) not in _NO_VALUE
    return token if plain and _META_KEY.fullmatch(token.text) else None


def _pair(c: Captured) -> tuple[Any, Turned] | None:
    """`KEY=value`, `key: value`: the token stands for both."""
    token: Token = c["x"]
    if not isinstance(token.value, tuple):
        return None
    key, value = token.value
    name = Token(key, token.start, token.end, code=token.code)
    return name, Turned(("placeholder" if is_placeholder(value) else "setting", value))


def _holders(g: Grammar) -> None:
    g.phrase("holder", "THE? n:<named> <hr> VALUES? | THE? <hr> n:<named> VALUES?", _of_kind("HelmRelease"))
    g.phrase("holder", "THE? n:NAME (RELEASE VALUES? | VALUES) | THE? VALUES of n:NAME", _of_kind("HelmRelease"))
    g.phrase(
        "holder", "THE? n:<named> FLUX? KUSTOMIZATION | THE? FLUX? KUSTOMIZATION n:<named>", _of_kind("Kustomization")
    )
    g.phrase("holder", "THE? n:<named> k:SOURCE_KIND | THE? k:SOURCE_KIND n:<named>", _of_source)
    g.phrase("holder", "THE? n:<named> k:WORKLOAD | THE? k:WORKLOAD n:<named>", _of_workload)
    g.phrase("holder", "THE? n:CONFIG CONFIGMAP | THE? n:<named> CONFIGMAP | THE? CONFIGMAP (n:CONFIG | n:<named>)",
             _of_kind("ConfigMap"))  # fmt: skip
    g.phrase("holder", "THE? n:CONFIG (CONFIGMAP? generator | literals)", _of_kind("ConfigMap"))
    g.phrase(
        "holder",
        "THE? (n:OBJECT | n:<named>) k:OBJECT_KIND | THE? k:OBJECT_KIND (n:OBJECT | n:<named> | n:KEY)",
        _of_other,
    )
    g.phrase("holder", "THE? h:<for_another>", lambda c: c["h"])
    g.phrase("for_another", "k:OBJECT_KIND (of | for) THE? (n:OBJECT | n:<named>)", _of_what)
    g.phrase("any_setting_in", "s:<setting> (of | in | on | for) THE? where:<stage_word> h:<for_another>", placed)
    g.phrase("holder", "THE? n:<named> cron k:WORKLOAD", _of_cron)
    g.phrase("holder", "x:KIND_NAME", _of_written)
    g.phrase("holder", "the k:OBJECT_KIND (s:resource | s:object)?", _of_only)
    g.phrase("holder", "THE? VALUES (of | in) h:<holder>", lambda c: c["h"])
    g.phrase("holder", "the:THE? n:NAME | the:THE? n:CONFIG | the:THE? n:OBJECT", _bare)
    g.phrase("holder", "the:THE? n:NAME (x:service | app | application)", _bare)
    g.phrase("holder", "THE? x:container c:ANY (of | in) h:<holder>", _container)
    g.phrase("holder", "h:<bare> , THE? x:container c:ANY", _container)
    g.phrase("bare", "n:NAME | n:CONFIG | n:OBJECT", _bare)
    g.phrase("held_part", "THE? n:NAME p:PLAIN", _part_of)
    g.phrase("custom", "h:<holder>", _custom)
    g.phrase("holder", "THE? c:ANY (x:IMAGE | x:sidecar) ((of | in) h:<holder>)?", _container)
    g.phrase("holder", "THE? (FILE | MANIFEST)? x:PATH (FILE | MANIFEST)?", lambda c: Holder(file=c["x"].text))
    g.phrase("in_holder", "OPEN (in | of)? h:<holder> CLOSE", lambda c: c["h"])
    g.phrase("in_holder", "(in | of | at | on | for | inside) h:<holder>", lambda c: c["h"])
    g.phrase("to_holder", "(to | in | on | for) h:<holder>", lambda c: c["h"])
    g.phrase("marked", "THE? s:SPACE NAMESPACE | THE? NAMESPACE s:SPACE", lambda c: Holder("Namespace", c["s"]))
    g.phrase("marked", "_:<holder>")


def _of_kind(kind: str) -> Any:
    return lambda c: Holder(kind, c["n"])


def _of_source(c: Captured) -> Holder:
    return Holder(source_kind(c["k"]), c["n"])


def _of_workload(c: Captured) -> Holder | None:
    kind = {each.casefold(): each for each in WORKLOAD_KINDS}.get(c["k"].text.casefold())
    return Holder(kind, c["n"]) if kind is not None else None


_KINDS = {word: kind for kind, words in OBJECT_KINDS.items() for word in words.split()}
_NOUNS = frozenset({*_KINDS, *"release releases chart charts image images container containers sidecar file".split()})
_FOR_OTHERS = (
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "NetworkPolicy",
    "ServiceMonitor",
    "PersistentVolumeClaim",
)
_SAID_OTHERWISE = frozenset({*WORKLOAD_KINDS, *SOURCE_KINDS, "HelmRelease", "Kustomization", "ConfigMap", "Namespace"})


def _of_other(c: Captured) -> Holder | None:
    """ "the web HPA", "the ledger PVC": kinds that have no rule of their own."""
    said: Token = c["k"]
    kind = _KINDS.get(fold(said.text))
    if kind is None:  # of custom resources: "cluster" and the like are words of other things too
        entry, kind = c["n"].entry, str(said.value)
        there = entry is not None and any(each.kind == kind for each in entry.others)
        return Holder(kind, c["n"]) if there or said.text == kind else None
    return None if kind in _SAID_OTHERWISE or kind == "Secret" else Holder(kind, c["n"])


def _of_what(c: Captured) -> Holder | None:
    """ "the HPA for web": what is there for something else, and called by it."""
    return _of_other(c) if _KINDS.get(fold(c["k"].text)) in _FOR_OTHERS else None


def _of_cron(c: Captured) -> Holder | None:
    """ "the nightly cron job"."""
    return Holder("CronJob", c["n"]) if fold(c["k"].text) == "job" else None


def _of_written(c: Captured) -> Holder | None:
    """`RenovateJob/nightly`, `HelmRelease/podinfo`."""
    token: Token = c["x"]
    name = Token(token.value["name"], token.start, token.end, code=True)
    return None if token.value["kind"] == "Secret" else Holder(token.value["kind"], name)


def _of_only(c: Captured) -> Holder | None:
    """ "the KubernetesUpgrade resource": the only one, of a kind that is written as kinds are."""
    kind = str(c["k"].value or _KINDS.get(fold(c["k"].text)))
    written = c["k"].text == kind and ("s" in c or re.search(r"[a-z][A-Z]", kind) is not None)
    return Holder(kind) if written and kind not in _SAID_OTHERWISE and kind != "Secret" else None


def _custom(c: Captured) -> Holder | None:
    """What has a kind that is none of Kubernetes' or Flux' own: any word may be a key of it."""
    held: Holder = c["h"]
    return held if held.kind is not None and held.kind not in OBJECT_KINDS else None


def _bare(c: Captured) -> Holder | None:
    entry = c["n"].entry
    if "the" in c and fold(c["the"].text) in ("a", "an"):
        return None  # "A report runs daily": any
    if "x" in c and any(each.kind == "Service" for each in entry.workloads):
        return None  # that one
    known = entry.releases or entry.workloads or entry.configs or entry.kustomizations or entry.sources
    if known:
        return Holder(None, c["n"], runs="x" in c)
    kinds = {each.kind for each in entry.others} - {"Namespace", "Secret"}
    if not kinds or (kinds & OBJECT_KINDS.keys() and not re.search(r"[-_.\d]", c["n"].text)):
        return None  # "public", "internal" are words, too
    return Holder(kinds.pop() if len(kinds) == 1 else None, c["n"])


def _part_of(c: Captured) -> Holder | None:
    """ "the cilium operator": a part of a release's values."""
    part = c["n"].entry.releases and fold(c["p"].text) not in _NO_KEY
    return Holder("HelmRelease", c["n"], part=(c["p"].text,)) if part else None


def _container(c: Captured) -> Holder | None:
    """ "the web container", "the sidecar container of the api Deployment"."""
    entry, noun = c["c"].entry, fold(c["x"].text)
    if noun == "sidecar" and entry is not None and entry.workloads:
        return None  # "the web sidecar" is not the web container itself
    if noun not in ("container", "sidecar") or fold(c["c"].text) in _NO_VALUE:
        return None
    held: Holder | None = c.get("h")
    if held is None:
        return Holder(None, c["c"], container=c["c"]) if c["c"].entry is not None else None
    return None if held.container else Holder(held.kind, held.token, held.file, c["c"], held.part)


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
    return placed(c) if c["h"].kind == _AUTOSCALER else None


def _of_its_kind(c: Captured) -> Named | None:
    """ "the ingress host": the key of that kind of object."""
    kind = _KINDS.get(fold(c["k"].text)) or str(c["k"].value or "")
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
    return token if plain and fold(token.text) not in _NO_KEY else None


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
    holder = _bare({"n": c["n"]})
    return placed({**c, "s": _of_probe(c), "h": holder}) if holder is not None else None


def _common(c: Captured) -> dict[str, Any]:
    return {"named": Named("key", fold(c["x"].text), c["x"]), "holder": c["h"], "places": []}


def placed(c: Captured) -> dict[str, Any]:
    places = [c[key] for key in ("where", "w2") if key in c]
    return {"named": c["s"], "holder": c.get("in_holder") or c.get("h"), "places": places}


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
    if c.get("setting_verb") == "move" and _sure({"x": turned.to}) is None:
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
        elif (
            named.token is None or named.token.entry is not None or not (named.token.code or _is_variable(named.token))
        ):
            return None  # "set debug to true" does not say of what
    several = c.get("in_each", ())
    if several == "both":
        several = (Place(everywhere=True, deployed=True, both=True),)
    if "coded" in c:
        slots["exact"] = c["coded"]
    each_place = [[*places, each] for each in several] or [places]
    return [Ask("setting", {**slots, "places": each}) for each in each_place]


def _is_variable(token: Token) -> bool:
    """Written as variables are: what is called so, is nothing else."""
    return _VARIABLE.fullmatch(token.text) is not None


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
    field = "e" not in c and fold(key.text) in _FIELDS_OF_SPEC
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


def _exact(c: Captured) -> Token | None:
    """What certainly is a value; versions and images have rules of their own."""
    token: Token = c["x"]
    if isinstance(token.value, tuple | Version | ImageReference):
        return None
    return token if token.code or token.quoted or NO_WORD.search(token.text) else None


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


def _scaled(c: Captured) -> list[Ask] | None:
    turned, verb = Turned(c["x"], c.get("y")), c.get("setting_verb")
    act = c.get("scaling") or (verb if verb in ("raise", "lower") else "set")
    holders = c.get("hs", (c.get("h"),))
    named = Named("replicas", "replicas", c["p"], None, (c["p"].text,)) if "p" in c else Named("replicas")
    return all_asks(asks_of(c, named=named, holder=each, turned=turned, act=act) for each in holders)


def _between(c: Captured) -> list[Ask] | None:
    found: list[Ask] = []
    for name, count in (("minReplicas", c.get("x")), ("maxReplicas", c.get("y"))):
        if count is None:
            continue
        named = Named("key", name, kind=_AUTOSCALER)
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
    if not (token.code or token.quoted) and (fold(token.text) in _NO_VALUE or not re.match(r"\w", token.text)):
        return None
    return asks_of(c, named=Named("key", token.text, token), holder=c.get("h"), act=c.get("onoff") or c["turn"])


def _pruning(c: Captured) -> Named:
    """As Flux calls what `prune` of a Kustomization does."""
    return Named("key", "prune", c["x"], "Kustomization")


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
    Rule(
        "scale",
        (
            f"SCALE h:<holder> {AROUND} <scaling>? (from y:<number>)? to x:<few> <counted>? {AROUND}",
            f"SCALE h:<holder> {AROUND} scaling:<upwards> from y:<number> to x:<few> <counted>? {AROUND}",
            f"SCALE (<scaling> | scaling:<upwards>) h:<holder> {AROUND} (from y:<number>)? to x:<few> <counted>? {AROUND}",
            f"SCALE BOTH? hs:<held> (from y:<number>)? to x:<few> <counted>? ALL? {AROUND}",
            f"h:<holder> {AROUND} <be>? SCALED <scaling>? (from y:<number>)? to x:<few> <counted>? {AROUND}",
            f"h:<holder> {AROUND} <be>? SCALED scaling:<upwards> from y:<number> to x:<few> <counted>? {AROUND}",
            f"h:<holder> {AROUND} (runs with? | gets | MODAL run with? | MODAL have) x:<few> REPLICAS "
            f"y:<instead_of>? {AROUND}",
            f"h:<holder> {AROUND} (runs with | MODAL run with | MODAL have) x:<number> p:<part_word> REPLICAS {AROUND}",
            f"hs:<held> (both | each)? MODAL (both | each)? (have | run with?) x:<few> REPLICAS each? {AROUND}",
            f"h:<holder> {AROUND} (from y:<number>)? to x:<few> <counted> {AROUND}",
            f"h:<held_part> {AROUND} (runs with? | MODAL run with?) x:<few> REPLICAS y:<instead_of>? {AROUND}",
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
