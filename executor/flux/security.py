"""What speaks against an object: floating image tags, secrets in plain text, Pod Security Standards, missing limits.

Pod Security is judged as the admission controller does, statically, on every pod template: a finding of level
`baseline` fails, one of level `restricted` is a warning (kubernetes.io, "Pod Security Standards"). What a Helm chart
makes of its values is not seen; of a HelmRelease only the images in its values count (`named_images`).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from executor.flux.named_images import Image, maps, of_object
from executor.patterns import pattern
from executor.values import dataclass

Level = Literal[
    "latest", "unknown", "secret", "password", "baseline", "restricted", "root", "resources", "files", "digest", "tag"
]


@dataclass(frozen=True, slots=True)
class Rule:
    """The findings that fail it: of these levels, at a field that ends so. `of`: what it looks at; where none of these
    is there, it says nothing. `of_pods`: it speaks about every pod, so nothing may make pods that are not seen."""

    levels: frozenset[str]
    field: str = ""
    of: Subject = "container"
    of_pods: bool = True


Subject = Literal["container", "image", "secret", "object"]


def _rule(levels: str, field: str = "", *, of: Subject = "container", of_pods: bool | None = None) -> Rule:
    return Rule(frozenset(levels.split()), field, of, of == "container" if of_pods is None else of_pods)


RULES: dict[str, Rule] = {
    "no-latest": _rule("latest", of="image"),
    "no-plain-secrets": _rule("secret", of="object"),
    "encrypted-secrets": _rule("secret", of="secret"),
    "no-passwords": _rule("password", of="object"),
    "pod-security": _rule("baseline", of_pods=False),
    "baseline": _rule("baseline"),
    "restricted": _rule("baseline restricted"),
    "privileged-containers": _rule("baseline", r"\.privileged"),
    "host-namespaces": _rule("baseline", r"\.host(Network|PID|IPC)"),
    "host-path-volumes": _rule("baseline", r"\.hostPath"),
    "host-ports": _rule("baseline", r"\.hostPort"),
    "running-as-non-root": _rule("root"),
    "privilege-escalation": _rule("restricted", r"\.allowPrivilegeEscalation"),
    "capabilities": _rule("baseline restricted", r"\.capabilities\.(add|drop)"),
    "seccomp": _rule("baseline restricted", r"\.seccompProfile\.type"),
    "read-only-root-filesystem": _rule("files"),
    "limits-cpu": _rule("resources", r"\.limits\.cpu"),
    "limits-memory": _rule("resources", r"\.limits\.memory"),
    "requests-cpu": _rule("resources", r"\.requests\.cpu"),
    "requests-memory": _rule("resources", r"\.requests\.memory"),
    "pinned-by-digest": _rule("digest", of="image"),
    "pinned-by-tag": _rule("tag", of="image"),
}
"""The names from "privileged-containers" to "seccomp" are the controls of the Pod Security Standards."""
DEFAULT = ("no-latest", "no-plain-secrets", "pod-security")


Found = Iterator[tuple[str, str]]
"""field and words"""


@dataclass(frozen=True, slots=True)
class Finding:
    """`field` is where in the object; the words never hold a secret's value. What is no object has no kind, and a line
    of a file for its name."""

    level: Level
    kind: str
    namespace: str | None
    name: str
    field: str
    words: str

    @property
    def object(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}".strip()

    def __str__(self) -> str:
        return f"{self.object} {self.field}: {self.words}"


def findings(document: Mapping[str, Any]) -> list[Finding]:
    """All findings in one object, whatever their level."""
    kind, metadata = str(document.get("kind", "")), document.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    where = (kind, metadata.get("namespace"), str(metadata.get("name", "")))
    found: list[tuple[Level, str, str]] = []
    if kind == "CustomResourceDefinition":
        return []
    found += list(_images(document))
    found += [("password", field, words) for field, words in _passwords(document)]
    if kind == "Secret":
        found += [("secret", field, words) for field, words in _plain(document)]
    for pod in _pods(document):
        found += [("baseline", field, words) for field, words in _baseline(*pod)]
        found += [("restricted", field, words) for field, words in _restricted(*pod)]
        found += [("root", field, words) for field, words in _root(*pod[:2])]
        found += [("resources", field, words) for field, words in _unlimited(*pod[:2])]
        found += [("files", field, words) for field, words in _writable(*pod[:2])]
    return [Finding(level, *where, field, words) for level, field, words in found]


def containers(document: Mapping[str, Any]) -> int:
    """How many containers an object makes, as far as it says so itself."""
    return sum(1 for pod in _pods(document) for _ in _containers(*pod[:2]))


# images


def judged(image: Image) -> Iterator[tuple[Level, str]]:
    """What speaks against one image: the level and the words."""
    if image.unknown:
        yield "unknown", f"{image} is filled in elsewhere"
        return
    if words := image.latest:
        yield "latest", words
    if not image.pinned:
        yield (
            "digest",
            f"{image.called}: {image.digest} is no digest" if image.digest else f"{image.called} has no digest",
        )
    if words := image.vague:
        yield "tag", words


def _images(document: Mapping[str, Any]) -> Iterator[tuple[Level, str, str]]:
    """Of all images that an object names. A HelmRelease without one in its values runs what its chart chooses."""
    images = of_object(document)
    for image in images:
        yield from ((level, image.field, words) for level, words in judged(image))
    if not images and document.get("kind") == "HelmRelease":
        for level in ("digest", "tag"):
            yield level, "spec.values", "pins no image; its chart chooses them"


# secrets


def _plain(document: Mapping[str, Any]) -> Found:
    """Values of a Secret that are neither encrypted by SOPS nor filled in later. That SOPS was there says nothing: each
    value has to be encrypted."""
    for key in ("data", "stringData"):
        values = document.get(key)
        for name, value in values.items() if isinstance(values, Mapping) else ():
            if value not in (None, "") and not _sealed(str(value), encoded=key == "data"):
                yield f"{key}.{name}", "stands in plain text; encrypt it with SOPS, or seal it"


_ENCRYPTED = pattern(r"ENC\[[A-Z0-9_]+,data:|-----BEGIN AGE ENCRYPTED FILE-----|\"?sops\"?:")
_REFERENCE_TO_A_STORE = pattern(r"\$\{\w+\}|\{\{.*\}\}|(op://|ref\+|vault:)\S+")
"""What is filled in later: by Flux, a template, 1Password, vals, bank-vaults."""


def _sealed(value: str, *, encoded: bool) -> bool:
    text = value
    if encoded:
        try:
            text = base64.b64decode(value, validate=False).decode(errors="replace")
        except (binascii.Error, ValueError):
            text = value
    return any(
        _ENCRYPTED.search(each) is not None or _REFERENCE_TO_A_STORE.fullmatch(each.strip()) is not None
        for each in (value, text)
    )


_PASSWORD = pattern(r"(?i).*(passw(or)?d|token|api_?key|secret_?key|private_?key|client_?secret|access_?key)")
_NAMES_A_KEY = frozenset({"ExternalSecret", "PushSecret", "ClusterExternalSecret"})
"""Kinds whose `secretKey` is the name of a key."""


def _passwords(document: Mapping[str, Any]) -> Found:
    """What stands as it is where a password belongs (by the name of the key or variable), or looks like a token or a
    private key; outside of Secrets."""
    kind = document.get("kind")
    if kind in _NAMES_A_KEY or kind == "Secret":
        return
    for path, node in maps({key: value for key, value in document.items() if key != "sops"}):
        variable = node.get("name")
        for key, value in node.items():
            name = variable if key == "value" and isinstance(variable, str) else str(key)
            if isinstance(value, str) and _stands_open(name, value):
                yield f"{path}.{key}".lstrip("."), "stands in plain text, and is called or looks like a secret"


def _stands_open(name: str, value: str) -> bool:
    from executor.tools.masking import looks_secret

    text = value.strip()
    if not text or text.startswith(("/", "$(")) or _sealed(text, encoded=False):
        return False
    return _PASSWORD.fullmatch(name) is not None or looks_secret(text)


# pods

_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
_CAPABILITIES = frozenset({"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
                           "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"})  # fmt: skip
_SYSCTLS = frozenset({"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start",
                      "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports",
                      "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
                      "net.ipv4.tcp_keepalive_probes"})  # fmt: skip
_SELINUX_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_VOLUMES = frozenset({"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected",
                      "secret", "image"})  # fmt: skip

Pod = tuple[str, Mapping[str, Any], Mapping[str, Any]]
"""path of the pod's spec, the spec, the pod's annotations"""


_NO_PODS = pattern(r"(?:.*\.)?(kyverno\.io|gatekeeper\.sh)/.*")
"""Policies, which show pods as patterns."""


def _pods(document: Mapping[str, Any]) -> Iterator[Pod]:
    """The pods that an object describes, whatever its kind: each mapping with a list of containers. What a custom
    resource only adds to (a list without an image in it) is none, nor is what a chart may make of its values."""
    if document.get("kind") == "HelmRelease" or _NO_PODS.fullmatch(str(document.get("apiVersion", ""))):
        return
    core = _CORE.fullmatch(str(document.get("apiVersion", ""))) is not None
    above: dict[int, Mapping[str, Any]] = {}
    for path, node in maps(document):
        above.update((id(each), node) for each in node.values() if isinstance(each, Mapping))
        listed = [each for key in _CONTAINERS for each in _list(node, key)]
        if listed and (core or any("image" in each for each in listed)):
            annotations = _map(_map(above.get(id(node), {}), "metadata"), "annotations")
            yield path, node, annotations


_CORE = pattern(r"v1|apps/v1|batch/v1|apps/v1beta\d|batch/v1beta\d|extensions/v1beta1")


def _map(value: Any, key: str) -> Mapping[str, Any]:
    inner = value.get(key) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


def _list(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    inner = value.get(key)
    return [each for each in inner if isinstance(each, Mapping)] if isinstance(inner, list) else []


def _containers(path: str, spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for key in _CONTAINERS:
        for number, each in enumerate(_list(spec, key)):
            yield f"{path}.{key}[{number}]", each


def _contexts(path: str, spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The pod's security context and those of its containers."""
    yield f"{path}.securityContext", _map(spec, "securityContext")
    for where, container in _containers(path, spec):
        yield f"{where}.securityContext", _map(container, "securityContext")


def _baseline(path: str, spec: Mapping[str, Any], annotations: Mapping[str, Any]) -> Found:
    """The controls of the level "baseline", each as upstream defines it."""
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if _may_be_true(spec.get(key)):
            yield f"{path}.{key}", "shares the host's namespace"
    for number, volume in enumerate(_list(spec, "volumes")):
        if volume.get("hostPath") is not None:
            yield f"{path}.volumes[{number}].hostPath", "mounts a path of the host"
    yield from _sysctls(path, spec)
    yield from _apparmor(annotations)
    for where, context in _contexts(path, spec):
        yield from _context_baseline(where, context)
    for where, container in _containers(path, spec):
        yield from _container_baseline(where, container)


def _may_be_true(value: Any) -> bool:
    """`true`, or a text: a variable that only the cluster fills in, something encrypted."""
    return value is True or isinstance(value, str)


def _sysctls(path: str, spec: Mapping[str, Any]) -> Found:
    for number, each in enumerate(_list(_map(spec, "securityContext"), "sysctls")):
        if each.get("name") not in _SYSCTLS:
            yield f"{path}.securityContext.sysctls[{number}]", f"sets the unsafe sysctl {each.get('name')}"


def _apparmor(annotations: Mapping[str, Any]) -> Found:
    for name, value in annotations.items():
        named = str(name).startswith("container.apparmor.security.beta.kubernetes.io/")
        if named and str(value) != "runtime/default" and not str(value).startswith("localhost/"):
            yield f"metadata.annotations.{name}", f"AppArmor profile {value}"


def _context_baseline(where: str, context: Mapping[str, Any]) -> Found:
    if _map(context, "windowsOptions").get("hostProcess") is True:
        yield f"{where}.windowsOptions.hostProcess", "runs as a host process"
    if _map(context, "seccompProfile").get("type") == "Unconfined":
        yield f"{where}.seccompProfile.type", "seccomp is Unconfined"
    if _map(context, "appArmorProfile").get("type") == "Unconfined":
        yield f"{where}.appArmorProfile.type", "AppArmor is Unconfined"
    selinux = _map(context, "seLinuxOptions")
    if str(selinux.get("type") or "") not in _SELINUX_TYPES:
        yield f"{where}.seLinuxOptions.type", f"SELinux type {selinux.get('type')}"
    for key in ("user", "role"):
        if selinux.get(key):
            yield f"{where}.seLinuxOptions.{key}", f"sets the SELinux {key}"


def _container_baseline(where: str, container: Mapping[str, Any]) -> Found:
    context = _map(container, "securityContext")
    if _may_be_true(context.get("privileged")):
        yield f"{where}.securityContext.privileged", "is privileged"
    added = _map(context, "capabilities").get("add")
    for each in added if isinstance(added, list) else ():
        if each not in _CAPABILITIES:
            yield f"{where}.securityContext.capabilities.add", f"adds the capability {each}"
    for number, port in enumerate(_list(container, "ports")):
        if port.get("hostPort") not in (None, 0):
            yield f"{where}.ports[{number}].hostPort", f"takes the host's port {port.get('hostPort')}"
    if str(context.get("procMount") or "Default") != "Default":
        yield f"{where}.securityContext.procMount", f"procMount is {context.get('procMount')}"


def _restricted(path: str, spec: Mapping[str, Any], annotations: Mapping[str, Any]) -> Found:
    """The controls that the level "restricted" adds, for Linux pods."""
    del annotations
    pod = _map(spec, "securityContext")
    for number, volume in enumerate(_list(spec, "volumes")):
        kinds = volume.keys() - {"name", "hostPath"}
        if kinds and not kinds <= _VOLUMES:
            yield f"{path}.volumes[{number}]", f"volume of the type {', '.join(sorted(kinds - _VOLUMES))}"
    if pod.get("runAsUser") == 0:
        yield f"{path}.securityContext.runAsUser", "runs as root"
    for where, container in _containers(path, spec):
        yield from _container_restricted(f"{where}.securityContext", _map(container, "securityContext"), pod)


def _container_restricted(where: str, context: Mapping[str, Any], pod: Mapping[str, Any]) -> Found:
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"{where}.allowPrivilegeEscalation", "is not false"
    if context.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True:
        yield f"{where}.runAsNonRoot", "is not true, neither here nor for the pod"
    if context.get("runAsUser") == 0:
        yield f"{where}.runAsUser", "runs as root"
    profile = _map(context, "seccompProfile") or _map(pod, "seccompProfile")
    if profile.get("type") not in ("RuntimeDefault", "Localhost"):
        yield f"{where}.seccompProfile.type", "is neither RuntimeDefault nor Localhost"
    capabilities = _map(context, "capabilities")
    dropped, added = capabilities.get("drop"), capabilities.get("add")
    if not isinstance(dropped, list) or "ALL" not in dropped:
        yield f"{where}.capabilities.drop", "does not drop ALL"
    if isinstance(added, list) and set(added) - {"NET_BIND_SERVICE"}:
        yield f"{where}.capabilities.add", "adds more than NET_BIND_SERVICE"


def _root(path: str, spec: Mapping[str, Any]) -> Found:
    """Containers that may run as root: neither runAsNonRoot nor a user other than 0 keeps them from it. A container's
    own setting wins over the pod's."""
    pod = _map(spec, "securityContext")
    for where, container in _containers(path, spec):
        own = _map(container, "securityContext")
        user = own.get("runAsUser", pod.get("runAsUser"))
        if user == 0:
            yield f"{where}.securityContext.runAsUser", "runs as root"
        elif own.get("runAsNonRoot", pod.get("runAsNonRoot")) is not True and not isinstance(user, int):
            yield f"{where}.securityContext.runAsNonRoot", "is not true, neither here nor for the pod; no user is set"


def _unlimited(path: str, spec: Mapping[str, Any]) -> Found:
    for where, container in _containers(path, spec):
        for key in ("limits", "requests"):
            given = _map(_map(container, "resources"), key)
            for resource in ("cpu", "memory"):
                if given.get(resource) in (None, ""):
                    yield f"{where}.resources.{key}.{resource}", "is not set"


def _writable(path: str, spec: Mapping[str, Any]) -> Found:
    for where, container in _containers(path, spec):
        if _map(container, "securityContext").get("readOnlyRootFilesystem") is not True:
            yield f"{where}.securityContext.readOnlyRootFilesystem", "is not true"


def failing(found: Iterable[Finding], rules: Iterable[str]) -> list[Finding]:
    """The findings that fail one of the rules."""
    wanted = [RULES[rule] for rule in rules]
    return [
        each
        for each in found
        if any(each.level in rule.levels and re.search(rule.field + r"$", each.field) for rule in wanted)
    ]
