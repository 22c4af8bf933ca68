"""Whose setting it is: a release, a workload, a kustomization, any object by its kind and name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Holder, Place
from executor.recognise.names import SOURCE_KINDS, WORKLOAD_KINDS
from executor.recognise.rules.phrases import source_kind
from executor.recognise.rules.settings.words import NO_KEY, NO_VALUE, several
from executor.recognise.words import KINDS_BY_WORD, OBJECT_KINDS, fold

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases, and what each stands for."""
    _holders(g)
    g.phrase("where", ", EVERYWHERE", lambda c: Place(everywhere=True))
    g.phrase("held", "a:<holder> <and> b:<holder>", several)
    g.phrase(
        "held", "THE? HELMRELEASES a:<named> <and> b:<named> | THE? a:<named> <and> b:<named> HELMRELEASES", _releases
    )
    g.phrase("held", "a:<holder> , b:<holder> ,? AND c:<holder>", several)


def _releases(c: Captured) -> tuple[Holder, ...]:
    return tuple(Holder("HelmRelease", each) for each in several(c))


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
    g.phrase("holder", "the:THE? n:NAME | the:THE? n:CONFIG | the:THE? n:OBJECT", bare)
    g.phrase("holder", "the:THE? n:NAME (x:service | app | application)", bare)
    g.phrase("holder", "THE? x:container c:ANY (of | in) h:<holder>", _container)
    g.phrase("holder", "h:<bare> , THE? x:container c:ANY", _container)
    g.phrase("bare", "n:NAME | n:CONFIG | n:OBJECT", bare)
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
    kind = KINDS_BY_WORD.get(fold(said.text))
    if kind is None:  # of custom resources: "cluster" and the like are words of other things too
        entry, kind = c["n"].entry, str(said.value)
        there = entry is not None and any(each.kind == kind for each in entry.others)
        return Holder(kind, c["n"]) if there or said.text == kind else None
    return None if kind in _SAID_OTHERWISE or kind == "Secret" else Holder(kind, c["n"])


def _of_what(c: Captured) -> Holder | None:
    """ "the HPA for web": what is there for something else, and called by it."""
    return _of_other(c) if KINDS_BY_WORD.get(fold(c["k"].text)) in _FOR_OTHERS else None


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
    kind = str(c["k"].value or KINDS_BY_WORD.get(fold(c["k"].text)))
    written = c["k"].text == kind and ("s" in c or re.search(r"[a-z][A-Z]", kind) is not None)
    return Holder(kind) if written and kind not in _SAID_OTHERWISE and kind != "Secret" else None


def _custom(c: Captured) -> Holder | None:
    """What has a kind that is none of Kubernetes' or Flux' own: any word may be a key of it."""
    held: Holder = c["h"]
    return held if held.kind is not None and held.kind not in OBJECT_KINDS else None


def bare(c: Captured) -> Holder | None:
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
    part = c["n"].entry.releases and fold(c["p"].text) not in NO_KEY
    return Holder("HelmRelease", c["n"], part=(c["p"].text,)) if part else None


def _container(c: Captured) -> Holder | None:
    """ "the web container", "the sidecar container of the api Deployment"."""
    entry, noun = c["c"].entry, fold(c["x"].text)
    if noun == "sidecar" and (c.get("h") is None or (entry is not None and entry.workloads)):
        return None  # "the web sidecar" is not web itself
    if noun not in ("container", "sidecar") or fold(c["c"].text) in NO_VALUE:
        return None
    held: Holder | None = c.get("h")
    if held is None:
        runs = entry is not None and (entry.workloads or entry.releases)
        return Holder(None, c["c"], container=c["c"]) if runs else None
    return None if held.container else Holder(held.kind, held.token, held.file, c["c"], held.part)


def placed(c: Captured) -> dict[str, Any]:
    places = [c[key] for key in ("where", "w2") if key in c]
    return {"named": c["s"], "holder": c.get("in_holder") or c.get("h"), "places": places}
