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


_OF_METRICS = ("servicemonitor", "prometheusrule")


def beside(path: Sequence[Any]) -> str | None:
    """The part that a path into an object is below, where that is its exporter, a job, an init container …; of
    `metrics.serviceMonitor` the monitor, which charts have there."""
    folded = [str(step).lower().removesuffix("s") for step in path[2:-1]]
    monitored = {at for at, step in enumerate(folded[1:]) if folded[at] == "metric" and step in _OF_METRICS}
    return next((str(path[at + 2]) for at, one in enumerate(folded) if one in _BESIDE and at not in monitored), None)
