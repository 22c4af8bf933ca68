"""Parts of a chart's values, and containers of a pod, that are not what the object itself is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


_ALIKE = frozenset(["controllers", "containers", "service", "ingress", "route"])
_MAIN = frozenset(["app", "main", "default"])
"""What charts call the one of several that is the object itself."""


def one_of_several(path: Sequence[Any], name: str, roots: Sequence[Any]) -> list[tuple[str, list[str]]]:
    """Where a path into an object `name` goes through one of several controllers, containers or services that a chart's
    values list by name, and that one is not the object itself: it, and all of them. `roots`: what is laid together."""
    found = []
    for at, step in enumerate(path[1:], 1):
        if path[at - 1] not in _ALIKE or step in _MAIN or step == name:
            continue
        nodes = [node for root in roots if isinstance(node := _through(root, path[:at]), Mapping)]
        entries = {key: each for node in nodes for key, each in node.items()}
        if len(entries) > 1 and all(isinstance(each, Mapping) for each in entries.values()):
            found.append((str(step), sorted(map(str, entries))))
    return found


def _through(node: Any, path: Sequence[Any]) -> Any:
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else None
    return node
