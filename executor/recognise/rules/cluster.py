"""Clusters and commits: asked for here, done by verification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Place, Rule, Target

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    g.phrase("object", "THE? n:<named> k:<kind_one>", _one_object)
    g.phrase("object", "THE? k:<kind_one> n:<named>", _one_object)
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
    g.phrase(
        "object",
        "ALL? THE? n:<names> k:<kind_many>",
        _objects,
    )
    g.phrase("kind_one", "HELMRELEASE | HELM RELEASE", lambda c: "HelmRelease")
    g.phrase("kind_one", "FLUX? KUSTOMIZATION", lambda c: "Kustomization")
    g.phrase("kind_one", "x:SOURCE_KIND", lambda c: _source(c["x"].text))
    g.phrase(
        "kind_one",
        "x:WORKLOAD",
        lambda c: _workload(c["x"].text, "s" not in c["x"].text[-1:] or c["x"].text.endswith("ss")),
    )
    g.phrase("kind_many", "HELMRELEASES | HELM RELEASES", lambda c: "HelmRelease")
    g.phrase("kind_many", "FLUX? KUSTOMIZATIONS", lambda c: "Kustomization")
    g.phrase("kind_many", "PODS", lambda c: "Pod")
    g.phrase("kind_many", "x:WORKLOAD", lambda c: _workload(c["x"].text, False))
    g.phrase("ready", "READY | HEALTHY", lambda c: "Ready")
    g.phrase("ready", "RUNNING", lambda c: "Running")
    g.phrase("ready", "AVAILABLE", lambda c: "Available")
    g.phrase(
        "ready",
        "READY AND HEALTHY | RUNNING AND (READY | HEALTHY) | HEALTHY AND READY | READY AND RECONCILED",
        lambda c: "Ready",
    )
    g.phrase("condition", "MANNER? <be>? r:<ready>", lambda c: c["r"])
    g.phrase("condition", "MANNER? <be>? DEPLOYS (AND r:<ready>)? MANNER?", lambda c: c.get("r", "Ready"))
    g.phrase("condition", "r:<ready> (= | :)? TRUE", lambda c: c["r"])
    g.phrase("condition", "<be>? in THE? r:<ready> STATUS", lambda c: c["r"])
    g.phrase(
        "condition",
        "(SHOWS | HAVE | MODAL show) (as | STATUS (of | = | :)?)? (r:<ready>) ((= | :)? TRUE)? STATUS?",
        lambda c: c["r"],
    )
    g.phrase("condition", "(MODAL? RECONCILE | RECONCILES | <be>? RECONCILED) MANNER?", lambda c: "Ready")
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
    g.phrase("in_space", "across ALL NAMESPACES | in ALL namespaces", lambda c: "*")
    g.phrase("trouble", "x:TROUBLE", lambda c: (c["x"].text,))
    g.phrase("trouble", "x:TROUBLE (OR | AND | / | ,) y:TROUBLE", lambda c: (c["x"].text, c["y"].text))
    g.phrase(
        "changed",
        "GIT? CHANGES | (updated | modified | changed | new)? (HELMRELEASES | HELMRELEASE | MANIFESTS) CHANGES? "
        "| (updated | modified | changed) CHANGES | MANIFEST CHANGES",
    )
    g.phrase(
        "repo",
        "THE? (x:REPO REPOSITORY? | GIT REPOSITORY? | REPOSITORY | GIT REPOSITORY | origin | remote | main | master | git | main branch | master branch)",
        lambda c: c["x"].text if "x" in c else "",
    )


def _one_object(c: Captured) -> Target | None:
    return Target(c["k"], (c["n"],)) if _may_be(c["n"], c["k"]) else None


def _objects(c: Captured) -> Target | None:
    known = c["k"] != "Pod" and all(_may_be(each, c["k"]) for each in c["n"])
    return Target(c["k"], c["n"], plural=True) if known else None


def _may_be(token: Token, kind: str) -> bool:
    """A name that exists here as something else is no HelmRelease; what a chart brings along may have any name."""
    entry = token.entry
    if entry is None or kind in _WORKLOADS.values():
        return True
    there = {each.kind for each in (*entry.releases, *entry.kustomizations, *entry.sources)}
    return kind in there


def _source(word: str) -> str:
    from executor.recognise.rules.phrases import _KINDS

    return _KINDS[word.casefold()]


_WORKLOADS = {
    "deployment": "Deployment", "statefulset": "StatefulSet", "daemonset": "DaemonSet", "cronjob": "CronJob",
    "job": "Job", "service": "Service", "ingress": "Ingress",
}  # fmt: skip


def _workload(word: str, one: bool) -> str | None:
    folded = word.casefold()
    if one:
        return _WORKLOADS.get(folded)
    singular = folded.removesuffix("es") if folded.endswith("sses") else folded.removesuffix("s")
    return _WORKLOADS.get(singular) if folded != singular else None


def _observe(c: Captured) -> list[Ask]:
    return [
        Ask(
            "cluster.observe",
            {
                "target": c["object"],
                "condition": c.get("condition", "Ready"),
                "namespace": c.get("in_space"),
                "where": c.get("cluster"),
            },
        )
    ]


def _absent(c: Captured) -> list[Ask]:
    around = {"namespace": c.get("in_space"), "where": c.get("cluster")}
    return [
        Ask("cluster.observe", {"target": Target("Pod", every=True), "condition": f"no {each}", **around})
        for each in c["trouble"]
    ]


def _reconcile(c: Captured) -> list[Ask]:
    return [Ask("flux.reconcile", {"target": c.get("object") or c.get("what") or Target()})]


def _commit(c: Captured) -> list[Ask]:
    return [Ask("git.commit", {"repository": c.get("repo") or c.get("repo2")})]


RULES = (
    Rule(
        "an object is in a condition",
        (
            "(VERIFY <that>?)? <object> (<in_space> | <cluster>)? <condition> MANNER? { <in_space> <cluster> } <manner>*",
            "(VERIFY <that>?)? FLUX RECONCILES <object> <manner>*",
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
            "ffl HelmRelease is not ready": "u",
        },
    ),
    Rule(
        "no trouble",
        (
            "(VERIFY <that>?)? no <trouble> (ERRORS | EVENTS | PODS)? { <in_space> <cluster> }",
            "(VERIFY <that>?)? no PODS (in | with) <trouble> STATUS? { <in_space> <cluster> }",
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
        "reconcile",
        (
            "(TRIGGER | RUN) THE? FLUX? RECONCILIATION ((for | of) <object>)?",
            "FLUX? RECONCILIATION <be>? TRIGGERED ((for | of) <object>)?",
            "(RECONCILE | TRIGGER RECONCILIATION of | FLUX RECONCILE) <object>",
        ),
        _reconcile,
        {"Reconcile the ffl HelmRelease": "flux.reconcile kind=HelmRelease name=ffl"},
        {"Reconcile the books": "u", "Reconcile ffl HelmRelease manually": "u"},
    ),
    Rule(
        "commit",
        (
            "COMMIT (AND PUSH)? (ALL? THE? <changed>)? ((to | in | into) <repo>)? (AND PUSH ((to | in) repo2:<repo>)?)?",
            "PUSH ALL? THE? <changed> ((to | in) <repo>)?",
            "PUSH to <repo>",
            "ALL? THE? <changed> <be>? COMMITTED (AND PUSHED)? ((to | in) <repo>)?",
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
        },
        {
            "Commit to the roadmap": "u",
            "Commit changes with tests": "u",
            "Push changes to production": "u",
            "Push the deadline": "u",
            "Commit changes after review": "u",
            "Do not commit changes": "u",
            "Commit changes and tag v1.2.0": "u",
        },
    ),
)
