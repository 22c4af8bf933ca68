"""Parts of a chart's values, and containers of a pod, that are not what the object itself is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_BESIDE = frozenset(
    word
    for words in (
        "metric exporter sidecar test init initcontainer migration backup hook volumepermission sysctlimage",
        "networkpolicy servicemonitor prometheusrule cron cronjob job autoscaling persistence ingress serviceaccount",
        "rbac livenessprobe readinessprobe startupprobe tls auth dashboard",
    )
    for word in words.split()
)


def beside(path: Sequence[Any]) -> str | None:
    """The part that a path into an object is below, where that is its exporter, a job, an init container …"""
    return next((str(step) for step in path[2:-1] if str(step).lower().removesuffix("s") in _BESIDE), None)
