"""Clusters and commits: asked for here, done by verification."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from executor.patterns import pattern
from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Place, Rule, Target
from executor.recognise.names import is_named
from executor.recognise.rules import objects
from executor.recognise.words import fold

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    _objects(g)
    _conditions(g)
    _places(g)
    g.phrase("verify", "VERIFY <that>? | make sure <that>? | wait (until | for)")
    g.phrase("trouble", "x:TROUBLE", lambda c: (c["x"].text,))
    g.phrase("trouble", "x:TROUBLE (OR | AND | / | ,) y:TROUBLE", lambda c: (c["x"].text, c["y"].text))
    g.phrase("restarts", "(POD | container)? restarts", lambda c: "restarts")
    for said, words in _BAD.items():
        g.phrase("bad", words, functools.partial(_said, said))
    g.phrase(
        "message",
        "(with | using) THE? COMMIT? message (: | =)? (IN_QUOTES+ | CODE | SETTING)",
        lambda c: "its own",
    )
    g.phrase(
        "message", "(with | using) THE? (descriptive | clear | meaningful | conventional) COMMIT? message", lambda c: ""
    )
    g.phrase(
        "changed",
        "GIT? CHANGES | (updated | modified | changed | new)? (HELMRELEASES | HELMRELEASE | MANIFESTS) CHANGES? "
        "| (updated | modified | changed) CHANGES | MANIFEST CHANGES",
    )
    g.phrase(
        "repo",
        "THE? (x:REPO REPOSITORY? | GIT REPOSITORY? | REPOSITORY | GIT REPOSITORY | origin (/? (main | master))? | remote | main | master | git | main branch | master branch)",
        lambda c: c["x"].text if "x" in c else "",
    )


_BAD = {
    "Failed": "failed | failing | fails",
    "Stalled": "stalled",
    "Suspended": "suspended",
    "Pending": "pending",
    "Evicted": "evicted",
    "restarts": "restarting | restarts",
}


def _said(said: str, c: Captured) -> str:
    return said


def _objects(g: Grammar) -> None:
    g.phrase("kind_one", "FLUX? x:OBJECT_KIND", lambda c: objects.kind(c["x"].text, many=False))
    g.phrase("kind_one", "HELM RELEASE", lambda c: "HelmRelease")
    g.phrase("kind_many", "FLUX? x:OBJECT_KIND", _many)
    g.phrase("kind_many", "HELM RELEASES", lambda c: "HelmRelease")
    g.phrase("object_name", "x:NAME | x:IDENTIFIER | x:OBJECT | x:CONFIG | x:SPACE | x:KEY", lambda c: c["x"])
    g.phrase("object", "THE? n:<object_name> k:<kind_one>", lambda c: _one(c["n"], c["k"], in_front=True))
    g.phrase("object", "THE? k:<kind_one> n:<object_name>", lambda c: _one(c["n"], c["k"], in_front=False))
    g.phrase("object", "ALL? THE? k:<kind_many>", lambda c: Target(c["k"], every=True, plural=True))
    g.phrase(
        "object",
        "ALL? THE? (x:NUMBER | x:COUNT) k:<kind_many>",
        lambda c: Target(c["k"], every=True, plural=True, count=c["x"].value) if c["x"].value else None,
    )
    g.phrase(
        "object",
        "ALL? THE? s:SPACE k:<kind_many>",
        lambda c: Target(c["k"], (), c["s"].entry.name, every=True, plural=True),
    )
    g.phrase("object", "ALL? THE? n:<names> k:<kind_many>", lambda c: _several(c["n"], c["k"]))
    g.phrase("object", "ALL? THE? (n:IDENTIFIER | n:KEY) k:<kind_many>", lambda c: _pods(c["n"], c["k"]))
    g.phrase("object", "ALL? THE? k:<kind_many> of THE? n:<object_name> <kind_one>?", lambda c: _pods(c["n"], c["k"]))
    g.phrase(
        "object",
        "ALL? THE? a:<kind_many> AND b:<kind_many>",
        lambda c: tuple(Target(c[each], every=True, plural=True) for each in "ab"),
    )
    g.phrase("object", "ALL THE? FLUX (resources | objects)", lambda c: Target(_FLUX, every=True, plural=True))
    g.phrase("flux_object", "o:<object>", lambda c: _of_kinds(c["o"], objects.FLUX))
    g.phrase("flux_object", "THE? n:NAME", lambda c: _bare(c["n"], objects.FLUX))
    g.phrase("rolled_out", "o:<object>", lambda c: _of_kinds(c["o"], objects.ROLLED_OUT))
    g.phrase("rolled_out", "THE? n:NAME", lambda c: _bare(c["n"], objects.ROLLED_OUT))
    g.phrase("bare_object", "THE? n:NAME", lambda c: _bare(c["n"], (*objects.FLUX, *objects.ROLLED_OUT)))


def _conditions(g: Grammar) -> None:
    g.phrase("ready", "READY | HEALTHY | READY AND HEALTHY | HEALTHY AND READY", lambda c: "Ready")
    g.phrase("ready", "RUNNING AND (READY | HEALTHY) | READY AND RECONCILED", lambda c: "Ready")
    g.phrase("ready", "RUNNING | up AND RUNNING", lambda c: "Running")
    g.phrase("ready", "AVAILABLE", lambda c: "Available")
    g.phrase("state", "s:<ready>", lambda c: c["s"])
    g.phrase("state", "RECONCILED | synced | in sync", lambda c: "Reconciled")
    g.phrase("state", "deployed | applied | rolled out", lambda c: "Deployed")
    g.phrase("state", "COMPLETE", lambda c: "Complete")
    g.phrase(
        "state",
        "x:bound | x:issued | x:programmed | x:accepted | x:active | x:established",
        lambda c: c["x"].text.title(),
    )
    g.phrase("condition", "MANNER? (<be> | BECOMES)? MANNER? s:<state> (by FLUX)?", lambda c: c["s"])
    g.phrase(
        "condition",
        "(MODAL deploy | deploys | applies) MANNER? (AND <be>? r:<ready>)?",
        lambda c: c.get("r", "Deployed"),
    )
    g.phrase("condition", "r:<ready> (= | :)? TRUE", lambda c: c["r"])
    g.phrase("condition", "<be>? in THE? r:<ready> STATUS", lambda c: c["r"])
    g.phrase(
        "condition",
        "(SHOWS | HAVE | MODAL show) (as | STATUS (of | = | :)?)? (r:<ready>) ((= | :)? TRUE)? STATUS?",
        lambda c: c["r"],
    )
    g.phrase("condition", "MODAL? RECONCILE | RECONCILES", lambda c: "Reconciled")
    g.phrase("condition", "MODAL? complete | COMPLETES | PASSES | (RUNS | ran | HAVE run) MANNER", lambda c: "Complete")
    g.phrase("condition", "HAVE THE? endpoints", lambda c: "endpoints")
    g.phrase("condition", "(HAVE | gets) THE? (external | public)? (ip | address)", lambda c: "address")
    g.phrase(
        "replicas", "HAVE THE? ALL? (x:NUMBER | x:COUNT) (<ready> REPLICAS | REPLICAS <ready>)", lambda c: c["x"].value
    )
    g.phrase("replicas", "(HAVE | SHOWS) x:FRACTION (<ready>? REPLICAS | REPLICAS? <ready>)", lambda c: c["x"].value)


def _places(g: Grammar) -> None:
    # what is observed is observed after all that anyway
    g.phrase(
        "then",
        "after THE? (ROLLOUT | deployment | upgrade | update | bump | push | merge | release | change | changes)",
    )
    g.phrase(
        "cluster",
        "(in | on) THE? ((x:STAGE | x:PLACE) CLUSTER | CLUSTER | KUBERNETES CLUSTER?)",
        lambda c: Place(stage=c["x"].text if "x" in c else None),
    )
    g.phrase("cluster", "in THE? (x:STAGE | x:PLACE) ENVIRONMENT?", lambda c: Place(stage=c["x"].text))
    g.phrase(
        "in_space",
        "(in | from) THE? (x:SPACE NAMESPACE | NAMESPACE x:SPACE | NAMESPACE x:IDENTIFIER | x:IDENTIFIER NAMESPACE)",
        lambda c: c["x"].text,
    )
    g.phrase("in_space", "in x:SPACE", lambda c: None if c["x"].entry.place else c["x"].entry.name)
    g.phrase("in_space", "(across | in) ALL namespaces", lambda c: "*")


def _many(c: Captured) -> str | None:
    """ "All jobs complete" may be said of a pipeline, "all services" of a company: a kind of everyday's is a capital one."""
    kind = objects.kind(c["x"].text, many=True)
    return None if kind in _EVERYDAY and c["x"].text.islower() else kind


_EVERYDAY = ("Job", "Service", "Bucket", "Gateway", "Issuer")
_FLUX = "Flux"
"""Objects of Flux of every kind that is here."""
_ADJECTIVES = frozenset(
    "non long short high low multi single self re pre post cluster well new old end up running only wide critical based ready "
    "facing related specific level like free side owned managed aware backed time term off".split()
)
"""Parts of words that say what something is like, where they might be taken for its name: "long-running", "non-critical"."""


def _one(name: Token, kind: str, *, in_front: bool) -> Target | None:
    if kind == "Pod" and in_front:
        return _pods(name, kind)
    if not _may_be(name, kind):
        return None
    if in_front and name.entry is None and not name.code and _ADJECTIVES & set(re.split("[-_]", fold(name.text))):
        return None
    return Target(kind, (name,))


def _may_be(token: Token, kind: str) -> bool:
    """A name that exists here as something else is no HelmRelease; what a chart brings along may have any name, but
    then it is written as a name is: a plain word is one only if there is such an object."""
    entry = token.entry
    if entry is None:
        return not token.code or _NAME.fullmatch(token.text) is not None
    if kind in _there(token):
        return True
    return kind not in objects.FLUX and (token.code or is_named(entry) or not _PLAIN.fullmatch(token.text))


_PLAIN = pattern("[A-Za-z]+")
_NAME = pattern("[a-z0-9]([a-z0-9-]*[a-z0-9])?")


def _there(token: Token) -> set[str]:
    """The kinds of the objects that are called so here."""
    entry = token.entry
    if entry is None:
        return set()
    every = (*entry.releases, *entry.kustomizations, *entry.sources, *entry.workloads, *entry.configs, *entry.others)
    return {each.kind for each in every} | ({"Namespace"} if entry.namespace else set())


def _several(names: tuple[Token, ...], kind: str) -> Target | None:
    if kind == "Pod":
        return _pods(names[0], kind) if len(names) == 1 else None
    return Target(kind, names, plural=True) if all(_may_be(each, kind) for each in names) else None


def _pods(owner: Token, kind: str) -> Target | None:
    """ "ffl-api pods": those of the release, Kustomization or workload that is called so. A namespace is one, too, and
    then all in it are meant."""
    if kind != "Pod" or (owner.entry is not None and owner.entry.namespace):
        return None
    if owner.entry is None:
        return Target(kind, (), every=True, plural=True, of=owner) if owner.code and _may_be(owner, kind) else None
    if not _there(owner) & {"HelmRelease", "Kustomization", *objects.ROLLED_OUT, "Job", "CronJob"}:
        return None
    return Target(kind, (), every=True, plural=True, of=owner)


def _of_kinds(target: Target, kinds: Sequence[str]) -> Target | None:
    return target if isinstance(target, Target) and target.kind in (*kinds, _FLUX) and not target.of else None


def _bare(name: Token, kinds: Sequence[str]) -> Target | None:
    """The one object of these kinds that is called so; what has an image or another object of that name is not clear."""
    there = _there(name) & {*objects.FLUX, *objects.ROLLED_OUT, "Job", "CronJob"}
    return Target(next(iter(there)), (name,)) if len(there) == 1 and there <= set(kinds) else None


def _observe(c: Captured) -> list[Ask] | None:
    targets = c["o"] if "o" in c else c["object"]
    asks = [_seen(each, c) for each in (targets if isinstance(targets, tuple) else (targets,))]
    return [each for each in asks if each is not None] if None not in asks else None


def _seen(target: Target, c: Captured) -> Ask | None:
    said = c.get("condition", "Reconciled")
    kind = "Kustomization" if target.kind == _FLUX else str(target.kind)
    condition = objects.condition(kind, said)
    slots = {"target": target, "condition": condition, "namespace": c.get("in_space"), "where": c.get("cluster")}
    return Ask("cluster.observe", slots) if condition else None


def _rolled(c: Captured) -> list[Ask] | None:
    return _observe({**c, "condition": "Deployed"})


def _present(c: Captured) -> list[Ask] | None:
    return _observe({**c, "condition": "present"})


def _replicas(c: Captured) -> list[Ask] | None:
    asks = _observe({**c, "condition": "Deployed"})
    if not asks or not c["replicas"]:
        return None
    return [Ask(each.what, {**each.slots, "replicas": c["replicas"]}) for each in asks]


def _counted(c: Captured) -> list[Ask] | None:
    return _replicas({**c, "replicas": c["x"].value})


def _absent(c: Captured) -> list[Ask]:
    around = {"namespace": c.get("in_space"), "where": c.get("cluster")}
    return [
        Ask("cluster.observe", {"target": Target("Pod", every=True), "condition": f"no {each}", **around})
        for each in c["trouble"]
    ]


def _none_bad(c: Captured) -> list[Ask] | None:
    kind = c.get("k", "Pod")
    condition = objects.trouble(kind, c["bad"])
    around = {"namespace": c.get("in_space"), "where": c.get("cluster")}
    target = Target(kind, every=True)
    return [Ask("cluster.observe", {"target": target, "condition": condition, **around})] if condition else None


def _reconcile(c: Captured) -> list[Ask]:
    return [Ask("flux.reconcile", {"target": c.get("object") or c.get("what") or Target()})]


def _commit(c: Captured) -> list[Ask]:
    path = c["x"].text if "x" in c else None
    slots = {"repository": c.get("repo") or c.get("repo2"), "path": path, "message": c.get("m")}
    return [Ask("git.commit", slots)]


RULES = (
    Rule(
        "an object is in a condition",
        (
            "<verify>? <object> (<in_space> | <cluster>)? <condition> MANNER? { <in_space> <cluster> <then> } <manner>*",
            "<verify>? FLUX (RECONCILES | HAVE? RECONCILED) o:<flux_object> { <in_space> <cluster> <then> } <manner>*",
            "<verify>? FLUX? RECONCILIATION (of | for) o:<flux_object> (PASSES | COMPLETES) { <in_space> <cluster> <then> } <manner>*",
            "<verify>? o:<bare_object> (<in_space> | <cluster>)? <condition> MANNER? { <in_space> <cluster> <then> } <manner>*",
        ),
        _observe,
        {
            "midwestmtg-backend HelmRelease shows READY=True": (
                "cluster.observe kind=HelmRelease name=midwestmtg-backend condition=Ready"
            ),
            "All HelmReleases reconcile successfully": "cluster.observe kind=HelmRelease name=* condition=Ready",
            "midwestmtg-backend HelmRelease deploys successfully": (
                "cluster.observe kind=HelmRelease name=midwestmtg-backend condition=Ready"
            ),
            "All Flux Kustomizations `READY=True`": "cluster.observe kind=Kustomization name=* condition=Ready",
            "All HelmReleases on the staging cluster are Ready": (
                "cluster.observe kind=HelmRelease name=* condition=Ready cluster=staging"
            ),
            "ffl HelmRelease reconciles in staging": (
                "cluster.observe kind=HelmRelease name=ffl condition=Ready cluster=staging"
            ),
            "All 27 HelmReleases are Ready": "cluster.observe kind=HelmRelease name=* condition=Ready count=27",
            "3 pods are Running in the ffl namespace": (
                "cluster.observe kind=Pod name=* namespace=ffl condition=Running count=3"
            ),
            "All pods in ffl are healthy": "cluster.observe kind=Pod name=* namespace=ffl condition=Ready",
            "Flux reconciles all kustomizations without errors": (
                "cluster.observe kind=Kustomization name=* condition=Ready"
            ),
            "ffl-api pods in staging are Running": (
                "cluster.observe kind=Pod name=* of=ffl-api condition=Running cluster=staging"
            ),
            "longhorn pods are Running in the storage namespace": (
                "cluster.observe kind=Pod name=* of=longhorn namespace=storage condition=Running"
            ),
            "`tide-api` pods in staging are Running": (
                "cluster.observe kind=Pod name=* of=tide-api condition=Running cluster=staging"
            ),
            "All pods of the ffl-api Deployment are Ready": (
                "cluster.observe kind=Pod name=* of=ffl-api condition=Ready"
            ),
            "Flux has reconciled the clusters-minikube Kustomization": (
                "cluster.observe kind=Kustomization name=clusters-minikube condition=Ready"
            ),
            "Flux reconciliation of longhorn succeeds": "cluster.observe kind=HelmRelease name=longhorn condition=Ready",
            "Wait until HelmRelease longhorn becomes Ready": "cluster.observe kind=HelmRelease name=longhorn condition=Ready",
            "ffl-api is Running": "cluster.observe kind=Deployment name=ffl-api condition=Current",
            "longhorn is reconciled": "cluster.observe kind=HelmRelease name=longhorn condition=Ready",
            "Deployment ffl-api is available in namespace ffl": (
                "cluster.observe kind=Deployment name=ffl-api namespace=ffl condition=Available"
            ),
            "Certificate wildcard-tls is issued": "cluster.observe kind=Certificate name=wildcard-tls condition=Ready",
            "PVC data-ffl is Bound": "cluster.observe kind=PersistentVolumeClaim name=data-ffl condition=Bound",
            "CronJob `backup` ran successfully": "cluster.observe kind=CronJob name=backup condition=Complete",
            "Job `migrate` completes": "cluster.observe kind=Job name=migrate condition=Complete",
            "Service ffl-api has endpoints": "cluster.observe kind=Service name=ffl-api condition=endpoints",
            "Ingress ffl has an address": "cluster.observe kind=Ingress name=ffl condition=address",
            "ExternalSecret ffl-db is synced": "cluster.observe kind=ExternalSecret name=ffl-db condition=Ready",
            "All nodes are Ready": "cluster.observe kind=Node name=* condition=Ready",
            "All Flux Kustomizations and HelmReleases are ready": (
                "cluster.observe kind=Kustomization name=* condition=Ready + "
                "cluster.observe kind=HelmRelease name=* condition=Ready"
            ),
            "All pods in the default namespace are up and running": (
                "cluster.observe kind=Pod name=* namespace=default condition=Running"
            ),
            "All pods are Running": "cluster.observe kind=Pod name=* condition=Running",
            "Verify that all Kustomizations are ready": "cluster.observe kind=Kustomization name=* condition=Ready",
        },
        {
            "No pods are Running": "u",
            "All 0 pods are Running": "u",
            "ffl HelmRelease reconciles in canary": "u",
            "ffl HelmRelease reconciles in staging and prod": "u",
            "All HelmReleases on the canary cluster are Ready": "u",
            "At least 3 pods are Running": "u",
            "3 of 4 pods are Running": "u",
            "3 pods restarted": "u",
            "All pods in ffl are healthy for an hour": "u",
            "Flux reconciles all kustomizations within a minute": "u",
            "All pods are Running for 24 hours": "u",
            "new HelmRelease shows READY=True": "u",
            "All beckerkube HelmReleases are ready": "u",
            "stitcher HelmRelease is ready": "u",
            # a word is no name because it stands where one could
            "Deployment process is ready": "u",
            "Job description is complete": "u",
            "Service desk is available": "u",
            "Certificate authority is ready": "u",
            "Deployment web has 3 ready replicas": "u",
            "The long-running Job completes": "u",
            "non-critical HelmRelease is ready": "u",
            "zorgly pods are Running": "u",
            "stitcher pods are Running": "u",
            # what says nothing of that kind
            "Job `migrate` is Running": "u",
            "All jobs complete": "u",
            "All services are healthy": "u",
            "longhorn HelmRelease is up to date": "u",
            "ConfigMap ffl-config is ready": "u",
            "PVC data-ffl is available": "u",
            "Service ffl-api completes": "u",
            "HelmRelease longhorn has endpoints": "u",
            # more than is understood
            "All pods of the old Deployment are Ready": "u",
            "ffl-api is ready to ship": "u",
            "longhorn is ready for review": "u",
            "Flux has reconciled": "u",
            "Flux has not reconciled the clusters-minikube Kustomization": "u",
            "longhorn is almost ready": "u",
            "stitcher is ready": "u",
            "All Flux Kustomizations or HelmReleases are ready": "u",
            "HelmRelease longhorn becomes Ready within 5 minutes": "u",
            "CronJob `backup` ran": "u",
            "longhorn HelmRelease was ready": "u",
            "ffl-api pods in staging and prod are Running": "u",
            "ffl HelmRelease is not ready": "u",
        },
    ),
    Rule(
        "no trouble",
        (
            "<verify>? no <trouble> (ERRORS | EVENTS | PODS)? { <in_space> <cluster> <then> }",
            "<verify>? no PODS <be>? (in | with) <trouble> (STATUS | state)? { <in_space> <cluster> <then> }",
        ),
        _absent,
        {
            "No CrashLoopBackOff or ImagePullBackOff errors in ffl namespace": (
                "cluster.observe kind=Pod name=* namespace=ffl condition=no CrashLoopBackOff + "
                "cluster.observe kind=Pod name=* namespace=ffl condition=no ImagePullBackOff"
            ),
            "No ImagePullBackOff errors": "cluster.observe kind=Pod name=* condition=no ImagePullBackOff",
        },
        {"ImagePullBackOff errors": "u", "No errors": "u", "No ImagePullBackOff errors for a week": "u"},
    ),
    Rule(
        "nothing in a bad state",
        (
            "<verify>? no (k:<kind_one> | k:<kind_many>) (<be> | MODAL BE)? <bad> { <in_space> <cluster> <then> }",
            "<verify>? no (k:<kind_one> | k:<kind_many>) <be>? in THE? <bad> (state | STATUS) { <in_space> <cluster> <then> }",
            "<verify>? no <bad> (k:<kind_one> | k:<kind_many>) { <in_space> <cluster> <then> }",
            "<verify>? no bad:<restarts> { <in_space> <cluster> <then> }",
        ),
        _none_bad,
        {
            "No HelmRelease is in a failed state": "cluster.observe kind=HelmRelease name=* condition=no Failed",
            "No HelmReleases are failing": "cluster.observe kind=HelmRelease name=* condition=no Failed",
            "No failed HelmReleases": "cluster.observe kind=HelmRelease name=* condition=no Failed",
            "No Kustomization is suspended": "cluster.observe kind=Kustomization name=* condition=no Suspended",
            "No pods are Pending in the ffl namespace": (
                "cluster.observe kind=Pod name=* namespace=ffl condition=no Pending"
            ),
            "No pod restarts after the rollout": "cluster.observe kind=Pod name=* condition=no restarts",
            "No pod restarts": "cluster.observe kind=Pod name=* condition=no restarts",
            "No container restarts in the ffl namespace": (
                "cluster.observe kind=Pod name=* namespace=ffl condition=no restarts"
            ),
        },
        {
            "No HelmRelease is not failing": "u",
            "No failed HelmReleases for a week": "u",
            "No failed builds": "u",
            "No ConfigMap is failing": "u",
            "No restarts are needed": "u",
            "Failed HelmReleases": "u",
            "HelmReleases are failing": "u",
            "No pods are Pending or Failed": "u",
            "Few pods are Pending": "u",
            "No pod restarts after the demo": "u",
        },
    ),
    Rule(
        "a rollout ends",
        (
            "<verify>? THE? ROLLOUT of o:<rolled_out> (<in_space> | <cluster>)? (COMPLETES | PASSES | <be> (COMPLETE | PASSES)) MANNER? { <in_space> <cluster> <then> }",
            "<verify>? o:<rolled_out> ROLLOUT (<in_space> | <cluster>)? (COMPLETES | PASSES | <be> (COMPLETE | PASSES)) MANNER? { <in_space> <cluster> <then> }",
            "wait for THE? (o:<rolled_out> ROLLOUT | ROLLOUT of o:<rolled_out>) (to (complete | pass | finish | succeed))? { <in_space> <cluster> }",
            "<verify>? o:<rolled_out> (rolls | rolled) out MANNER? { <in_space> <cluster> <then> }",
        ),
        _rolled,
        {
            "Rollout of ffl-api completes": "cluster.observe kind=Deployment name=ffl-api condition=Current",
            "The rollout of ffl-api in prod is complete": (
                "cluster.observe kind=Deployment name=ffl-api condition=Current cluster=prod"
            ),
            "Wait for the ffl-api rollout to finish": (
                "cluster.observe kind=Deployment name=ffl-api condition=Current"
            ),
            "The ffl-api rollout completes successfully": "cluster.observe kind=Deployment name=ffl-api condition=Current",
            "The rollout of the ffl-api Deployment is complete": (
                "cluster.observe kind=Deployment name=ffl-api condition=Current"
            ),
        },
        {
            "Rollout of longhorn completes": "u",
            "Rollout of ffl-api completes in a minute": "u",
            "Rollout of ffl-api": "u",
            "The rollout completes": "u",
            "Wait for the rollout": "u",
            "Wait for the ffl-api rollout and the review": "u",
            "The ffl-api rollout plan is complete": "u",
        },
    ),
    Rule(
        "so many replicas are ready",
        ("<verify>? o:<rolled_out> (<in_space> | <cluster>)? <replicas> MANNER? { <in_space> <cluster> <then> }",),
        _replicas,
        {
            "Deployment ffl-api has 3 ready replicas": (
                "cluster.observe kind=Deployment name=ffl-api condition=Current replicas=3"
            ),
            "ffl-api has 3/3 replicas ready": "cluster.observe kind=Deployment name=ffl-api condition=Current replicas=3",
        },
        {
            "Deployment ffl-api has at least 3 ready replicas": "u",
            "Deployment ffl-api has 3 replicas": "u",
            "Deployment ffl-api has 2/3 replicas ready": "u",
            "Deployment ffl-api has 0 ready replicas": "u",
            "The Deployment has 3 ready replicas": "u",
        },
    ),
    Rule(
        "all replicas are ready",
        (
            "<verify>? ALL? THE? (x:NUMBER | x:COUNT) REPLICAS of o:<rolled_out> <be> <ready> MANNER? { <in_space> <cluster> <then> }",
        ),
        _counted,
        {
            "All 3 replicas of ffl-api are ready": (
                "cluster.observe kind=Deployment name=ffl-api condition=Current replicas=3"
            ),
        },
        {"2 of 3 replicas of ffl-api are ready": "u", "All replicas are ready": "u"},
    ),
    Rule(
        "an object is there",
        (
            "<verify>? <object> <in_space>? (exists | MODAL exist | exist | <be> (present | there)) (<in_space> <cluster>? | <cluster>)",
        ),
        _present,
        {
            "Namespace ffl exists in the cluster": "cluster.observe kind=Namespace name=ffl condition=present",
            "Secret ffl-tls exists in namespace ffl": "cluster.observe kind=Secret name=ffl-tls namespace=ffl condition=present",
            "ConfigMap ffl-config exists on the cluster": (
                "cluster.observe kind=ConfigMap name=ffl-config condition=present"
            ),
        },
        {
            "ConfigMap ffl-config exists": "u",
            "ConfigMap ffl-config is there in ffl-web": "u",
            "Namespace ffl no longer exists in the cluster": "u",
            "Namespace zorgly exists in the cluster": "u",
        },
    ),
    Rule(
        "reconcile",
        (
            "(TRIGGER | RUN) THE? FLUX? RECONCILIATION ((for | of) <object>)?",
            "FLUX? RECONCILIATION <be>? TRIGGERED ((for | of) <object>)?",
            "(RECONCILE | TRIGGER RECONCILIATION of | FLUX RECONCILE) object:<flux_object>",
        ),
        _reconcile,
        {
            "Reconcile the ffl HelmRelease": "flux.reconcile kind=HelmRelease name=ffl",
            "Reconcile longhorn": "flux.reconcile kind=HelmRelease name=longhorn",
        },
        {"Reconcile the books": "u", "Reconcile ffl HelmRelease manually": "u"},
    ),
    Rule(
        "commit",
        (
            "COMMIT (AND PUSH)? (ALL? THE? <changed>)? ((to | in | into) <repo>)? m:<message>? (AND PUSH ((to | in) repo2:<repo>)?)?",
            "COMMIT (AND PUSH)? m:<message> ((to | in | into) <repo>)?",
            "COMMIT (AND PUSH)? THE? FILE? x:PATH ((to | in | into) <repo>)? m:<message>? (AND PUSH)?",
            "PUSH ALL? THE? <changed> ((to | in) <repo>)?",
            "PUSH to <repo>",
            "ALL? THE? <changed> <be>? COMMITTED (AND PUSHED)? ((to | in) <repo>)? m:<message>?",
            "GIT COMMIT (AND PUSH)?",
        ),
        _commit,
        {
            "Commit and push changes to beckerkube repository": "git.commit",
            "Commit changes": "git.commit",
            "Commit and push updated HelmReleases to beckerkube repository": "git.commit",
            "Manifest changes committed to Git": "git.commit",
            "Git changes committed and pushed": "git.commit",
            "Changes committed and pushed": "git.commit",
            "Commit and push the changes with a descriptive message": "git.commit",
            "Push changes to origin/main": "git.commit",
            "Commit `apps/ffl/helmrelease.yaml` and push": "git.commit paths=apps/ffl/helmrelease.yaml",
        },
        {
            'Commit the changes with message "bump ffl to 0.1.18"': "b not-supported",
            'Commit and push with the message "Read the new chart"': "b not-supported",
            "Commit to the roadmap": "u",
            "Commit changes with tests": "u",
            "Push changes to production": "u",
            "Push the deadline": "u",
            "Commit changes after review": "u",
            "Do not commit changes": "u",
            "Commit changes and tag v1.2.0": "u",
            'Commit the changes with message "bump ffl" tomorrow': "u",
            "Commit the changes with Bob": "u",
            "Push changes to origin/feature": "u",
            "Commit longhorn": "u",
            "Commit with message": "u",
            "Commit with the message of the day": "u",
            "Commit `apps/nothing.yaml`": "b",
            "Changes are merged to main": "u",
        },
    ),
)
