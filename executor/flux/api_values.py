"""What may stand at a field: the one room for it, asked by every edit of one value and before by the sentences.

A field is known by the API group, the kind and its path, never by the bare name of a key. `_FIELDS` and `_POD` are
closed lists: of the fields whose type, least value or choice the API says, those that tasks set. Sources: the types of
k8s.io/api (apps/v1, autoscaling/v2, batch/v1, core/v1, networking/v1, policy/v1, storage/v1) with the checks of
k8s.io/kubernetes/pkg/apis/*/validation, and the kubebuilder markers of Flux's API (source.toolkit.fluxcd.io/v1,
kustomize.toolkit.fluxcd.io/v1, helm.toolkit.fluxcd.io/v2, image.toolkit.fluxcd.io/v1,
notification.toolkit.fluxcd.io/v1).

A chart may call anything anything. Of Helm values only keys are judged that charts take over from the API, and only
where the value that stands there already is one of the API's: `replicaCount: 2` does not become 2.5, `port: http` is
nobody's business.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping

from executor.flux.schedule import why_no_schedule
from executor.patterns import pattern
from executor.tools.yaml_span.path import Path, show_path
from executor.values import dataclass

_PULL = "Always|IfNotPresent|Never"
_PROTOCOL = "TCP|UDP|SCTP"

_POD = f"""
activeDeadlineSeconds positive
automountServiceAccountToken truth
dnsPolicy ClusterFirst|ClusterFirstWithHostNet|Default|None
enableServiceLinks truth
hostIPC truth
hostNetwork truth
hostPID truth
preemptionPolicy Never|PreemptLowerPriority
priority integer
securityContext.fsGroup count
securityContext.fsGroupChangePolicy Always|OnRootMismatch
securityContext.runAsGroup count
securityContext.runAsNonRoot truth
securityContext.runAsUser count
securityContext.seccompProfile.type Localhost|RuntimeDefault|Unconfined
setHostnameAsFQDN truth
shareProcessNamespace truth
terminationGracePeriodSeconds count
tolerations[].effect NoExecute|NoSchedule|PreferNoSchedule
topologySpreadConstraints[].maxSkew positive
topologySpreadConstraints[].whenUnsatisfiable DoNotSchedule|ScheduleAnyway
containers[].imagePullPolicy {_PULL}
containers[].ports[].containerPort port
containers[].ports[].hostPort port
containers[].ports[].protocol {_PROTOCOL}
containers[].securityContext.allowPrivilegeEscalation truth
containers[].securityContext.privileged truth
containers[].securityContext.readOnlyRootFilesystem truth
containers[].securityContext.runAsGroup count
containers[].securityContext.runAsNonRoot truth
containers[].securityContext.runAsUser count
containers[].securityContext.seccompProfile.type Localhost|RuntimeDefault|Unconfined
containers[].stdin truth
containers[].terminationMessagePolicy FallbackToLogsOnError|File
containers[].tty truth
containers[].volumeMounts[].readOnly truth
"""
"""Below the `spec` of a pod. `containers` stands for the init containers, too."""
_PROBE = """
initialDelaySeconds count
periodSeconds positive
timeoutSeconds positive
successThreshold positive
failureThreshold positive
terminationGracePeriodSeconds positive
httpGet.port port-or-name
httpGet.scheme HTTP|HTTPS
tcpSocket.port port-or-name
grpc.port port
"""
_JOB = """
activeDeadlineSeconds count
backoffLimit count
completionMode Indexed|NonIndexed
completions count
manualSelector truth
parallelism count
podReplacementPolicy Failed|TerminatingOrFailed
suspend truth
ttlSecondsAfterFinished count
"""
_SOURCE = """
spec.interval duration
spec.suspend truth
spec.timeout short-duration
"""
_ACTION = """
crds Skip|Create|CreateReplace
createNamespace truth
disableHooks truth
disableOpenAPIValidation truth
disableWait truth
disableWaitForJobs truth
force truth
remediation.ignoreTestFailures truth
remediation.remediateLastFailure truth
remediation.retries integer
remediation.strategy rollback|uninstall
timeout duration
"""
_SCALING = """
selectPolicy Disabled|Max|Min
stabilizationWindowSeconds 0..3600
policies[].type Percent|Pods
policies[].value positive
"""


def _below(above: str, lines: str) -> str:
    return "\n".join(f"{above}.{line}" for line in lines.split("\n") if line)


_FIELDS = {
    "apps/DaemonSet": """
        spec.minReadySeconds count
        spec.revisionHistoryLimit count
        spec.updateStrategy.type OnDelete|RollingUpdate
        spec.updateStrategy.rollingUpdate.maxSurge count-or-percent
        spec.updateStrategy.rollingUpdate.maxUnavailable count-or-percent""",
    "apps/Deployment": """
        spec.minReadySeconds count
        spec.paused truth
        spec.progressDeadlineSeconds count
        spec.replicas count
        spec.revisionHistoryLimit count
        spec.strategy.type Recreate|RollingUpdate
        spec.strategy.rollingUpdate.maxSurge count-or-percent
        spec.strategy.rollingUpdate.maxUnavailable count-or-percent""",
    "apps/ReplicaSet": """
        spec.minReadySeconds count
        spec.replicas count""",
    "apps/StatefulSet": """
        spec.minReadySeconds count
        spec.persistentVolumeClaimRetentionPolicy.whenDeleted Delete|Retain
        spec.persistentVolumeClaimRetentionPolicy.whenScaled Delete|Retain
        spec.podManagementPolicy OrderedReady|Parallel
        spec.replicas count
        spec.revisionHistoryLimit count
        spec.updateStrategy.type OnDelete|RollingUpdate
        spec.updateStrategy.rollingUpdate.partition count
        spec.volumeClaimTemplates[].spec.accessModes[] ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
        spec.volumeClaimTemplates[].spec.resources.requests.storage quantity""",
    "autoscaling/HorizontalPodAutoscaler": """
        spec.minReplicas count
        spec.maxReplicas positive
        spec.targetCPUUtilizationPercentage positive
        spec.metrics[].type ContainerResource|External|Object|Pods|Resource
        spec.metrics[].resource.target.averageUtilization positive
        spec.metrics[].resource.target.type AverageValue|Utilization|Value
        spec.metrics[].containerResource.target.averageUtilization positive\n"""
    + _below("spec.behavior.scaleDown", _SCALING) + "\n" + _below("spec.behavior.scaleUp", _SCALING),
    "batch/CronJob": """
        spec.concurrencyPolicy Allow|Forbid|Replace
        spec.failedJobsHistoryLimit count
        spec.schedule schedule
        spec.startingDeadlineSeconds count
        spec.successfulJobsHistoryLimit count
        spec.suspend truth\n""" + _below("spec.jobTemplate.spec", _JOB),
    "batch/Job": _below("spec", _JOB),
    "/ConfigMap": "immutable truth",
    "/PersistentVolume": """
        spec.accessModes[] ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
        spec.capacity.storage quantity
        spec.persistentVolumeReclaimPolicy Delete|Recycle|Retain
        spec.volumeMode Block|Filesystem""",
    "/PersistentVolumeClaim": """
        spec.accessModes[] ReadOnlyMany|ReadWriteMany|ReadWriteOnce|ReadWriteOncePod
        spec.resources.limits.storage quantity
        spec.resources.requests.storage quantity
        spec.volumeMode Block|Filesystem""",
    "/Secret": "immutable truth",
    "/Service": f"""
        spec.allocateLoadBalancerNodePorts truth
        spec.externalTrafficPolicy Cluster|Local
        spec.internalTrafficPolicy Cluster|Local
        spec.ipFamilyPolicy PreferDualStack|RequireDualStack|SingleStack
        spec.ports[].nodePort port
        spec.ports[].port port
        spec.ports[].protocol {_PROTOCOL}
        spec.ports[].targetPort port-or-name
        spec.publishNotReadyAddresses truth
        spec.sessionAffinity ClientIP|None
        spec.type ClusterIP|ExternalName|LoadBalancer|NodePort""",
    "/ServiceAccount": "automountServiceAccountToken truth",
    "networking.k8s.io/Ingress": """
        spec.rules[].http.paths[].pathType Exact|ImplementationSpecific|Prefix
        spec.rules[].http.paths[].backend.service.port.number port
        spec.defaultBackend.service.port.number port""",
    "networking.k8s.io/NetworkPolicy": "spec.policyTypes[] Egress|Ingress",
    "policy/PodDisruptionBudget": """
        spec.maxUnavailable count-or-percent
        spec.minAvailable count-or-percent
        spec.unhealthyPodEvictionPolicy AlwaysAllow|IfHealthyBudget""",
    "storage.k8s.io/StorageClass": """
        allowVolumeExpansion truth
        reclaimPolicy Delete|Retain
        volumeBindingMode Immediate|WaitForFirstConsumer""",
    "helm.toolkit.fluxcd.io/HelmRelease": """
        spec.chart.spec.interval duration
        spec.chart.spec.reconcileStrategy ChartVersion|Revision
        spec.driftDetection.mode disabled|enabled|warn
        spec.interval duration
        spec.maxHistory integer
        spec.persistentClient truth
        spec.suspend truth
        spec.test.enable truth
        spec.timeout duration\n"""
    + "\n".join(_below(f"spec.{each}", _ACTION) for each in ("install", "upgrade", "rollback", "uninstall")),
    "kustomize.toolkit.fluxcd.io/Kustomization": """
        spec.deletionPolicy Delete|MirrorPrune|Orphan|WaitForTermination
        spec.force truth
        spec.interval duration
        spec.prune truth
        spec.retryInterval duration
        spec.suspend truth
        spec.timeout duration
        spec.wait truth""",
    "source.toolkit.fluxcd.io/Bucket": _SOURCE,
    "source.toolkit.fluxcd.io/GitRepository": _SOURCE + "spec.recurseSubmodules truth",
    "source.toolkit.fluxcd.io/HelmChart": """
        spec.interval duration
        spec.reconcileStrategy ChartVersion|Revision
        spec.suspend truth""",
    "source.toolkit.fluxcd.io/HelmRepository": _SOURCE + "spec.passCredentials truth\nspec.type default|oci",
    "source.toolkit.fluxcd.io/OCIRepository": _SOURCE + "spec.insecure truth",
    "image.toolkit.fluxcd.io/ImageRepository": _SOURCE,
    "image.toolkit.fluxcd.io/ImageUpdateAutomation": "spec.interval duration\nspec.suspend truth",
    "notification.toolkit.fluxcd.io/Alert": "spec.eventSeverity error|info\nspec.suspend truth",
}  # fmt: skip
"""group/kind → path and what it takes, a line each; `[]` is any entry of a list."""

_PODS = {
    "apps/DaemonSet": "spec.template.spec", "apps/Deployment": "spec.template.spec",
    "apps/ReplicaSet": "spec.template.spec", "apps/StatefulSet": "spec.template.spec",
    "batch/Job": "spec.template.spec", "batch/CronJob": "spec.jobTemplate.spec.template.spec", "/Pod": "spec",
}  # fmt: skip
_RESTARTS = {"/Pod": "Always|OnFailure|Never", "batch/Job": "OnFailure|Never", "batch/CronJob": "OnFailure|Never"}
"""What the pods of a kind may do when a container ends; those of every other kind have to start it again."""
_KUSTOMIZATION = {"replicas[].count": "count"}

_OF_CHARTS = {
    "replicaCount": "count", "replicas": "count", "minReplicas": "count", "maxReplicas": "count",
    "imagePullPolicy": _PULL, "pullPolicy": _PULL, "restartPolicy": "Always|OnFailure|Never", "schedule": "schedule",
}  # fmt: skip
_PORT_KEY = pattern(r"port|[a-z]\w*Port")
_RESOURCES = ("limits", "requests")

_WHOLE = pattern(r"-?(?:0|[1-9][0-9]{0,18})")
_DURATION = pattern(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+")
_SHORT_DURATION = pattern(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m))+")
_PERCENT = pattern(r"[0-9]+%")
_PORT_NAME = pattern(r"(?=.*[a-z])(?!.*--)[a-z0-9](?:[a-z0-9-]{0,13}[a-z0-9])?")
_QUANTITY = pattern(r"\+?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?")
_BINARY: dict[str, int] = {f"{letter}i": 1024**at for at, letter in enumerate("KMGTPE", 1)}
_POWERS = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_DIGITS = 30
"""Behind the point: amounts are compared as whole numbers of that part."""


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a document, with what the document says of itself; `kind` None: no object."""

    api_version: str | None
    kind: str | None
    steps: Path
    kustomization: bool = False

    @property
    def called(self) -> str:
        return f"{self.api_version.rpartition('/')[0] if self.api_version else ''}/{self.kind}"

    @property
    def in_values(self) -> bool:
        """Whether it is a value for a chart: of a HelmRelease, or in a file of values."""
        if self.called == "helm.toolkit.fluxcd.io/HelmRelease":
            return self.steps[:2] == ("spec", "values")
        return self.kind is None and self.api_version is None and not self.kustomization


def why_not(field: Field, text: str, literal: bool | None = None, now: str | None = None) -> str | None:
    """What keeps a text from standing there; None: nothing that is known. `literal`: it is written as a number or truth
    value (None: not settled yet); `now` stands there."""
    if "${" in text or "{{" in text or (literal and text == "null"):
        return None  # what is put in later is not known; null is as if it were not there
    rule = _rule_of(field, now)
    if rule is None:
        return None
    what, fits = _meaning(rule)
    why = fits(text)
    article = "an" if (field.kind or "")[:1] in ("A", "E", "I", "O") else "a"
    whose = f"of {article} {field.kind} " if field.kind and not field.in_values and not field.kustomization else ""
    if why is not None:
        return f"{show_path(field.steps)} {whose}takes {what}; {text or 'an empty text'} is none{why and f': {why}'}"
    if literal is False and not field.in_values and (rule in _TYPED or (rule in _EITHER and _WHOLE.fullmatch(text))):
        return f"{show_path(field.steps)} {whose}takes {what}, and {text} would be a text there; take the quotes off"
    return None


def opposites(field: Field) -> Iterator[tuple[Path, bool]]:
    """The fields that this one may not pass: (path, True) may not be lower, (path, False) not higher than this one."""
    steps = field.steps
    if field.called == "autoscaling/HorizontalPodAutoscaler" or field.in_values:
        for one, other, higher in (("minReplicas", "maxReplicas", True), ("maxReplicas", "minReplicas", False)):
            if steps[-1] == one and (field.in_values or steps == ("spec", one)):
                yield (*steps[:-1], other), higher
    bounded = len(steps) > 2 and steps[-3] == "resources" and steps[-2] in _RESOURCES
    if bounded and (field.in_values or _pod_path(field) is not None):
        is_request = steps[-2] == "requests"
        yield (*steps[:-2], "limits" if is_request else "requests", steps[-1]), is_request


def amount(text: str) -> int | None:
    """A quantity as a number that can be compared; None: it is none."""
    found = _QUANTITY.fullmatch(text)
    if not found:
        return None
    (whole, _, part), unit = found[1].partition("."), found[2] or ""
    if unit in _BINARY:
        power, factor = 0, _BINARY[unit]
    else:
        power, factor = _POWERS[unit] if unit in _POWERS else int(unit[1:]), 1
    power += _DIGITS - len(part)
    return int(whole + part) * factor * int("1" + "0" * power) if 0 <= power <= 100 else None


# -- which rule -------------------------------------------------------------------------------------------------------


def _rule_of(field: Field, now: str | None) -> str | None:
    path = _path_of(field.steps)
    if field.kustomization:
        return _KUSTOMIZATION.get(path)
    if field.in_values:
        rule = _of_chart(field.steps)
        return rule if rule is not None and now is not None and _meaning(rule)[1](now) is None else None
    inner = _pod_path(field)
    return _of_pod(field.called, inner) if inner is not None else _of_kind(field.called).get(path)


def _of_chart(steps: Path) -> str | None:
    key = steps[-1]
    if not isinstance(key, str):
        return None
    if len(steps) > 2 and steps[-3] == "resources" and steps[-2] in _RESOURCES:
        return "quantity"
    return "0..65535" if _PORT_KEY.fullmatch(key) else _OF_CHARTS.get(key)


def _pod_path(field: Field) -> str | None:
    """The path below the `spec` of a pod."""
    above = _PODS.get(field.called)
    path = _path_of(field.steps)
    return path[len(above) + 1 :] if above is not None and path.startswith(above + ".") else None


def _of_pod(called: str, path: str) -> str | None:
    if path == "restartPolicy":
        return _RESTARTS.get(called, "Always")
    for each in ("initContainers[]", "ephemeralContainers[]"):
        if path.startswith(each + "."):
            path = "containers[]" + path.removeprefix(each)
    if path.rpartition(".")[0] in ("containers[].resources.limits", "containers[].resources.requests"):
        return "quantity"
    probe = path.removeprefix("containers[].")
    kind, _, inner = probe.partition(".")
    if probe != path and kind in ("livenessProbe", "readinessProbe", "startupProbe"):
        return _lines(_PROBE).get(inner)
    return _lines(_POD).get(path)


def _of_kind(called: str) -> Mapping[str, str]:
    return _lines(_FIELDS.get(called, ""))


@functools.cache
def _lines(text: str) -> Mapping[str, str]:
    return dict(line.split() for line in text.splitlines() if line.strip())


def _path_of(steps: Path) -> str:
    """`spec.ports[].port`: with any entry of a list."""
    return "".join(f".{each}" if isinstance(each, str) else "[]" for each in steps).removeprefix(".")


# -- what a rule means ------------------------------------------------------------------------------------------------


_TYPED = frozenset({"integer", "count", "positive", "port", "truth"})
"""What is no text in YAML."""
_EITHER = frozenset({"port-or-name", "count-or-percent"})

Judge = Callable[[str], str | None]
"""None: it fits; else what is wrong with it, as far as there is more to say."""


@functools.cache
def _meaning(rule: str) -> tuple[str, Judge]:
    """What it is to people, and the judge of it."""
    if "|" in rule:
        choice = rule.split("|")
        return f"{', '.join(choice[:-1])} or {choice[-1]}", _fits(lambda text: text in choice)
    if ".." in rule:
        least, most = (int(each) for each in rule.split(".."))
        return f"a whole number from {least} to {most}", _fits(_between(least, most))
    return _MEANINGS.get(rule) or (rule, _fits(lambda text: text == rule))


def _fits(test: Callable[[str], object]) -> Judge:
    return lambda text: None if test(text) else ""


def _between(least: int | None, most: int | None = None) -> Callable[[str], bool]:
    def test(text: str) -> bool:
        if not _WHOLE.fullmatch(text):
            return False
        return (least is None or int(text) >= least) and (most is None or int(text) <= most)

    return test


_MEANINGS: dict[str, tuple[str, Judge]] = {
    "integer": ("a whole number", _fits(_between(None))),
    "count": ("a whole number, 0 or more", _fits(_between(0))),
    "positive": ("a whole number, 1 or more", _fits(_between(1))),
    "port": ("a port from 1 to 65535", _fits(_between(1, 65535))),
    "truth": ("true or false", _fits(lambda text: text in ("true", "false"))),
    "duration": ("a duration such as 10m or 1h30m", _fits(_DURATION.fullmatch)),
    "short-duration": ("a duration in minutes, seconds or ms, such as 5m or 90s", _fits(_SHORT_DURATION.fullmatch)),
    "schedule": ("a schedule such as 0 3 * * *", why_no_schedule),
    "quantity": ("a quantity such as 500m, 2 or 1Gi", _fits(lambda text: amount(text) is not None)),
    "port-or-name": (
        "a port from 1 to 65535 or the name of one",
        _fits(lambda text: _between(1, 65535)(text) or _PORT_NAME.fullmatch(text)),
    ),
    "count-or-percent": (
        "a whole number, 0 or more, or a percentage such as 25%",
        _fits(lambda text: _between(0)(text) or _PERCENT.fullmatch(text)),
    ),
}  # fmt: skip
