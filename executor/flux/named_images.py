"""Images that a file names, for checks: in objects and Helm values, kustomizations, compose files, Dockerfiles.

What runs an image as it is written (a container, a compose service, FROM) takes one without tag and digest at `latest`.
In Helm values and custom resources a chart or an operator may add the tag, so there only an explicit `latest` is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from executor.patterns import pattern
from executor.values import dataclass

_KEY = pattern(r"image|[a-z]\w*Image|image(?:Name|Ref|Reference|URL|Url)")
"""Keys of a whole reference: `image`, CloudNativePG's `imageName`, `runnerImage`."""
_TAG_KEY = pattern(r"tag|\w+[Tt]ag")
_OF_AN_IMAGE = pattern(r"(?:.*\.)?\w*[Ii]mage(?:\[\d+\])?")
_AT_LATEST = pattern(r"(?:\S*=)?((?:[a-z]+://)?\w[\w.-]*(?::\d+)?(?:/[\w.-]+)*):latest")
"""Anywhere else, such as an argument: `--sidecar=ghcr.io/team/proxy:latest`."""
_CONTAINER = pattern(r"(?s:.*)ontainers\[\d+\]")
_VAGUE_TAG = pattern(r"\D*|v?\d+")
"""`latest`, `main`, `stable`; a major version alone, which moves with each release."""
_FILLED_IN = pattern(r"\$\{|\$\(|^ENC\[")
_DIGEST = pattern(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_NOT_RUN = frozenset({"CustomResourceDefinition", "ImageRepository", "ImagePolicy", "ImageUpdateAutomation"})
"""Kinds whose images are looked for in a registry, or described, and run by nobody."""


@dataclass(frozen=True, slots=True)
class Image:
    """`field` is where in the object or file, `line` 1-based (0: not known). `taken`: it is run as it is written."""

    field: str
    repository: str
    tag: str = ""
    digest: str = ""
    taken: bool = False
    line: int = 0

    @property
    def unknown(self) -> bool:
        """Its tag or digest is a variable, or encrypted: no file says which image it is."""
        if self.digest:
            return _FILLED_IN.search(self.digest) is not None
        last = self.tag or self.repository.rpartition("/")[2]
        return _FILLED_IN.search(last) is not None

    @property
    def pinned(self) -> bool:
        """By a digest that is one."""
        return _DIGEST.fullmatch(self.digest) is not None

    @property
    def latest(self) -> str | None:
        """Why it is at latest."""
        if self.pinned or self.unknown:
            return None
        if not self.tag:
            return f"{self.repository} has no tag, which means latest" if self.taken else None
        if self.tag != "latest":
            return None
        return f"{self.repository}:latest floats" if self.repository else "is latest"

    @property
    def vague(self) -> str | None:
        """Why no exact tag pins it, where no digest does."""
        if self.pinned or self.unknown or (self.tag and not _VAGUE_TAG.fullmatch(self.tag)):
            return None
        return f"{self.called} is at {self.tag}" if self.tag else f"{self.called} has no tag"

    @property
    def called(self) -> str:
        return self.repository or "the image"

    def __str__(self) -> str:
        return self.repository + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


def of_object(document: Mapping[str, Any]) -> list[Image]:
    """The images of a Kubernetes object; of a ConfigMap those of the values files that it carries, too."""
    if document.get("kind") in _NOT_RUN:
        return []
    found = _in(document, runs=document.get("kind") != "HelmRelease")
    if document.get("kind") == "ConfigMap":
        data = document.get("data")
        for name, text in data.items() if isinstance(data, Mapping) else ():
            if isinstance(text, str) and (str(name).endswith((".yaml", ".yml")) or "values" in str(name)):
                found += [image for each in _loaded(text) for image in _in(each, f"data[{name}] ")]
    return found


def of_settings(document: Any) -> list[Image]:
    """Those of YAML that is no object: a compose file's services, values, a pipeline, a kustomization."""
    services = document.get("services") if isinstance(document, Mapping) and "kind" not in document else None
    if not isinstance(services, Mapping):
        return _in(document)
    rest = _in({key: value for key, value in document.items() if key != "services"})
    return [*(image for name, each in services.items() for image in _of_service(str(name), each)), *rest]


def in_template(text: str) -> list[Image]:
    """Those that a chart's template names itself; what it takes from values is none of it."""
    return [
        Image("image", *_split(found[1]), taken=True, line=number)
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _WRITTEN.match(line))
    ]


_WRITTEN = pattern(r"""\s*(?:-\s+)?image:\s*["']?([\w./:@-]+)["']?\s*(?:#.*)?$""")


def of_dockerfile(text: str, path: str, given: Mapping[str, str]) -> list[Image]:
    """What its stages are made of and copy from, other than earlier stages and `scratch`. `given` are build arguments;
    others have their defaults. Raises Blocked for what is no Dockerfile, or names a base that has no value."""
    from executor.images.dockerfile import outside, parse

    named = outside(parse(text, path), given, None, every_stage=True)
    return [Image("FROM", *_split(each), taken=True, line=line) for each, line in named.images.items()]


def _of_service(name: str, service: Any) -> list[Image]:
    """A service's image: pulled as it is, save where the service is built here and `image` only names the result."""
    if not isinstance(service, Mapping):
        return []
    pulled = "build" not in service
    named = _in({name: service}, "services.", whole=True)
    found = [Image(each.field, *_split(_with_defaults(str(each))), taken=pulled, line=each.line) for each in named]
    return [each for each in found if pulled or each.tag == "latest"]


_DEFAULT = pattern(r"\$\{\w+:?-([^${}]*)\}")


def _with_defaults(reference: str) -> str:
    """As compose fills it in where nobody sets the variables."""
    return _DEFAULT.sub(lambda found: found[1], reference)


def _in(top: Any, start: str = "", *, runs: bool = False, whole: bool = False) -> list[Image]:
    """All images below a node, each field once. `runs`: a container takes its image as it is written. `whole`: every
    `image` is a whole reference, even a bare name."""
    found: dict[str, Image] = {}
    for path, node in maps(top, start):
        for each in _at(path, node, runs=runs, whole=whole):
            found.setdefault(each.field, each)
    return list(found.values())


def _at(path: str, node: Mapping[str, Any], *, runs: bool, whole: bool) -> Iterator[Image]:
    """Those that one mapping names."""
    container = whole or (isinstance(node.get("name"), str) and _CONTAINER.fullmatch(path) is not None)
    repository = node.get("repository")
    named = isinstance(repository, str) and repository and ("tag" in node or "digest" in node)
    if named:
        tag, _, digest = _text(node.get("tag")).partition("@")
        yield Image(_field(path, "tag"), str(repository), tag, digest or _text(node.get("digest")), line=_line(node))
    elif "tag" in node and _OF_AN_IMAGE.fullmatch(path) and not isinstance(node["tag"], Mapping | list):
        tag, _, digest = _text(node["tag"]).partition("@")
        yield Image(_field(path, "tag"), _text(node.get("name")), tag, digest or _text(node.get("digest")),
                    line=_line(node))  # fmt: skip
    if isinstance(node.get("name"), str) and ("newTag" in node or "newName" in node or "digest" in node):
        yield Image(_field(path, "newTag"), str(node.get("newName") or node["name"]), _text(node.get("newTag")),
                    _text(node.get("digest")), line=_line(node))  # fmt: skip
    volume = node.get("image")
    if isinstance(volume, Mapping) and isinstance(volume.get("reference"), str):
        yield Image(_field(path, "image.reference"), *_split(volume["reference"]), taken=runs, line=_line(volume))
    for key, value in node.items():
        if isinstance(value, list):
            yield from (each for number, text in enumerate(value) for each in _said(f"{path}.{key}[{number}]", text))
        elif isinstance(value, str):
            yield from _value(path, str(key), value, container=container, runs=runs)


def _value(path: str, key: str, value: str, *, container: bool, runs: bool) -> Iterator[Image]:
    """The image that one key names."""
    field = _field(path, key)
    reference = _KEY.fullmatch(key) is not None and _is_reference(value, bare=container and key == "image")
    if reference:
        yield Image(field, *_split(value), taken=runs and container and key == "image", line=_line(value))
    elif value == "latest" and (_TAG_KEY.fullmatch(key) or (key == "version" and _OF_AN_IMAGE.fullmatch(path))):
        yield Image(field, "", value, line=_line(value))
    else:
        yield from _said(field, value)


def _said(field: str, value: Any) -> Iterator[Image]:
    if isinstance(value, str) and value.endswith(":latest") and (found := _AT_LATEST.fullmatch(value)):
        yield Image(field.lstrip("."), found[1], "latest", line=_line(value))


def _is_reference(value: str, *, bare: bool) -> bool:
    """Whether a text is an image's name: no address, no path, no pattern of a policy."""
    if not value or "://" in value or value[0] in "/.!" or re.search(r"[\s*]", value):
        return False
    return bare or re.search("[:/@]", value) is not None


def _split(reference: str) -> tuple[str, str, str]:
    """repository, tag, digest"""
    whole, _, digest = reference.partition("@")
    _, colon, tag = whole[whole.rfind("/") + 1 :].partition(":")
    return whole.removesuffix(f":{tag}") if colon else whole, tag, digest


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _line(value: Any) -> int:
    return int(getattr(value, "line", 0))


def _field(path: str, key: str) -> str:
    return f"{path}.{key}".lstrip(".")


def maps(value: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every mapping below a node, with its path."""
    if isinstance(value, Mapping):
        yield path, value
        for key, inner in value.items():
            yield from maps(inner, f"{path}{key}" if path.endswith((" ", ".")) else _field(path, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from maps(inner, f"{path}[{number}]")


def _loaded(text: str) -> list[Any]:
    import yaml

    from executor.tools.kustomize import load

    try:
        return load(text.encode())
    except yaml.YAMLError:
        return []
