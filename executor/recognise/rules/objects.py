"""Kinds of objects that a cluster shows, and what it means of each to be ready, running or complete.

Conditions are those that the objects report; `Current` is kstatus's word for "as its spec says", for kinds that report no
condition `Ready` (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md).
"""

from __future__ import annotations

from executor.recognise.words import OBJECT_KINDS, fold

SOURCES = ("GitRepository", "OCIRepository", "HelmRepository", "HelmChart", "Bucket")
FLUX = (*SOURCES, "HelmRelease", "Kustomization", "ImageRepository", "ImagePolicy", "ImageUpdateAutomation")
_SYNCED = ("ExternalSecret", "SecretStore", "ClusterSecretStore")
_REPORT_READY = (*FLUX, *_SYNCED, "Certificate", "Issuer", "ClusterIssuer", "Node", "Pod")
ROLLED_OUT = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
_BY_STATUS = (
    *ROLLED_OUT, "Service", "Ingress", "PersistentVolumeClaim", "HorizontalPodAutoscaler", "Gateway", "HTTPRoute",
)  # fmt: skip
_RECONCILED = (*FLUX, *_SYNCED)


def _all(kinds: tuple[str, ...], condition: str) -> dict[str, str]:
    return dict.fromkeys(kinds, condition)


_CONDITIONS: dict[str, dict[str, str]] = {
    "Ready": _all(_BY_STATUS, "Current") | _all(_REPORT_READY, "Ready"),
    "Running": _all(ROLLED_OUT, "Current") | {"Pod": "Running"},
    "Available": _all(ROLLED_OUT, "Current") | {"Deployment": "Available"},
    "Reconciled": _all(_RECONCILED, "Ready"),
    "Deployed": _all(ROLLED_OUT, "Current") | _all(("HelmRelease", "Kustomization"), "Ready"),
    "Bound": _all(("PersistentVolumeClaim", "PersistentVolume"), "Bound"),
    "Complete": _all(("Job", "CronJob"), "Complete"),
    "Issued": {"Certificate": "Ready"},
    "Programmed": {"Gateway": "Programmed"},
    "Accepted": _all(("Gateway", "HTTPRoute"), "Accepted"),
    "Active": {"Namespace": "Active"},
    "Established": {"CustomResourceDefinition": "Established"},
    "endpoints": {"Service": "endpoints"},
    "address": _all(("Service", "Ingress", "Gateway"), "address"),
    "present": _all(tuple(OBJECT_KINDS), "present"),
}
"""What is said → kind → the condition of `cluster.observe`. What is missing makes no sense of that kind."""

_TROUBLES: dict[str, tuple[str, ...]] = {
    "Failed": (*_RECONCILED, "Job", "Pod", "Certificate"),
    "Stalled": FLUX,
    "Suspended": (*FLUX, "CronJob", "Job"),
    "Pending": ("Pod", "PersistentVolumeClaim", "PersistentVolume"),
    "Evicted": ("Pod",),
    "restarts": ("Pod",),
}
"""What must not be seen → of which kinds."""

_KINDS = {
    word: (kind, at >= len(words.split()) // 2)
    for kind, words in OBJECT_KINDS.items()
    for at, word in enumerate(words.split())
}


def kind(word: str, *, many: bool) -> str | None:
    """The kind that a word names in the singular, or in the plural."""
    found = _KINDS.get(fold(word))
    return found[0] if found is not None and found[1] is many else None


def condition(of: str, said: str) -> str | None:
    """What is to be seen of an object of the kind `of` for `said` to be true of it; None: that says nothing of it."""
    return _CONDITIONS[said].get(of)


def trouble(of: str, said: str) -> str | None:
    return f"no {said}" if of in _TROUBLES[said] else None
