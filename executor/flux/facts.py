"""What one file says that others need to know: its objects, pins, references. Plain values, so that they can be cached.

Kept per file are the facts, never the text: an inventory of 1,000 files is some hundred kilobytes of JSON.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Any

from executor.patterns import pattern
from executor.tools.kustomize import FILE_NAMES
from executor.tools.yaml_read import Items, Map, Node, NotYaml, Scalar, read
from executor.values import asdict, dataclass, field

FLUX_KUSTOMIZE = "kustomize.toolkit.fluxcd.io/"
FLUX_INSTANCE = "FluxInstance"
_SOURCES = frozenset({"GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"})

_IMAGE = pattern(
    r"(?P<repository>(?:[A-Za-z0-9.-]+(?::\d+)?/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][\w.-]{0,127}))?(?P<digest>@sha256:[0-9a-f]{64})?"
)

Named = tuple[int, int, str, str, str, str | None]
"""line of metadata.name, document, apiVersion, kind, name, namespace"""

Pin = tuple[str, str | None, int]
"""repository (with its host, as written), tag or digest, line"""

Reference = list[str]
"""field of the kustomization, repository path"""


@dataclass(frozen=True, slots=True)
class Settings:
    """A kustomization file. `alters`: the kinds of the objects that it may change beyond namespace, labels, annotations
    and images (regular expressions; `.*` where it cannot be told). `leaves`: what it names outside of the repository
    (a remote base, an absolute path). `images`: it rewrites images."""

    component: bool
    namespace: str | None
    references: list[Reference]
    alters: list[str]
    leaves: list[str]
    images: bool = False
    config_maps: list[list[Any]] = field(default_factory=list)
    """name, line of each entry of configMapGenerator"""


_UNREADABLE = Settings(False, None, [], [".*"], [])
"""A kustomization file all the same: its folder is one that does not build, not one without."""


@dataclass(frozen=True, slots=True)
class FluxPath:
    """A Flux Kustomization: what it builds (`path` from its source's top) and whether it adds to the build.
    `variables`: the names of the ConfigMaps and Secrets that it substitutes from.

    `made_by` is set where no object in the file says it: the flux-operator makes one named flux-system of a
    FluxInstance, or of the values of the chart that holds one."""

    document: int
    name: str
    namespace: str | None
    path: str
    source: list[str]
    target_namespace: str | None
    components: list[str]
    adds: bool
    variables: list[str] = field(default_factory=list)
    made_by: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """`sources`: kind, name, url of each Flux source declared. `artifacts`: name, source kind, source name, from, to of
    what an ArtifactGenerator copies. `charts`: release, chart, "" of each HelmRelease that names a chart, or release,
    source name, source kind. `problem`: why the file could not be read as YAML."""

    manifests: list[Named] = field(default_factory=list)
    pins: list[Pin] = field(default_factory=list)
    settings: Settings | None = None
    flux: list[FluxPath] = field(default_factory=list)
    sources: list[list[str]] = field(default_factory=list)
    artifacts: list[list[str]] = field(default_factory=list)
    charts: list[list[str]] = field(default_factory=list)
    problem: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value}

    @classmethod
    def of_json(cls, data: dict[str, Any]) -> Facts:
        """Raises KeyError or TypeError where it is not what `as_json` wrote."""
        data = dict(data)
        settings = data.pop("settings", None)
        flux = [FluxPath(**each) for each in data.pop("flux", [])]
        manifests = [tuple(each) for each in data.pop("manifests", [])]
        pins = [tuple(each) for each in data.pop("pins", [])]
        return cls(manifests, pins, Settings(**settings) if settings else None, flux, **data)


def of_file(path: str, data: bytes) -> Facts:
    """The facts of the YAML file at the repository path `path`. Never raises: what is no YAML is a `problem`."""
    is_kustomization = posixpath.basename(path) in FILE_NAMES
    try:
        documents = read(data)
    except NotYaml as error:
        return Facts(settings=_UNREADABLE if is_kustomization else None, problem=str(error))
    facts = Facts(settings=_first_settings(path, documents) if is_kustomization else None)
    for number, document in enumerate(documents):
        if isinstance(document, Map) and facts.settings is None:
            for each in _objects(document):
                _object(each, number, facts)
        if not isinstance(document, Map) or document.get("kind") != "CustomResourceDefinition":
            facts.pins.extend(_pins(document))
    return facts


def _first_settings(path: str, documents: list[Node]) -> Settings:
    first = next((each for each in documents if isinstance(each, Map)), None)
    return _UNREADABLE if first is None else _settings(posixpath.dirname(path), first)


def _objects(document: Map) -> Iterator[Map]:
    """The document, or the items of a `kind: List`, which kustomize and Flux take apart."""
    items = document.get("items")
    if str(document.get("kind", "")).endswith("List") and type(items) is Items:
        yield from _maps(items)
    else:
        yield document


def _named(document: Map, number: int) -> Named | None:
    metadata = document.get("metadata")
    version, kind = document.get("apiVersion"), document.get("kind")
    name = metadata.get("name") if type(metadata) is Map else None
    if not (type(version) is type(kind) is type(name) is Scalar) or not name:
        return None
    namespace = metadata.get("namespace") if type(metadata) is Map else None
    where = str(namespace) if type(namespace) is Scalar and namespace else None
    return (name.line, number, str(version), str(kind), str(name), where)


def _object(document: Map, number: int, facts: Facts) -> None:
    """Add one object's facts: that it is there, and what it means to Flux."""
    named = _named(document, number)
    spec = document.get("spec")
    if named is None:
        return
    facts.manifests.append(named)
    _, _, version, kind, name, namespace = named
    if type(spec) is not Map or "fluxcd." not in version:
        return
    if kind in _SOURCES:
        facts.sources.append([kind, name, str(spec.get("url", ""))])
    elif kind == "Kustomization" and version.startswith(FLUX_KUSTOMIZE):
        facts.flux.append(_flux_path(spec, number, name, namespace))
    elif kind == "ArtifactGenerator":
        facts.artifacts.extend(_artifacts(spec))
    elif kind == FLUX_INSTANCE:
        _sync(spec, number, named, facts)
    elif kind == "HelmRelease":
        facts.charts.extend([name, *chart] for chart in _charts(spec))
        if type(spec.get("values")) is Map:
            _sync(spec["values"].get("instance"), number, named, facts)


def _charts(spec: Map) -> Iterator[list[str]]:
    """The chart that a HelmRelease is made from: its name, or the name and kind of the source that holds it."""
    chart, reference = spec.get("chart"), spec.get("chartRef")
    inner = chart.get("spec") if type(chart) is Map else None
    if type(inner) is Map and type(inner.get("chart")) is Scalar:
        yield [posixpath.basename(normal(str(inner["chart"]))), ""]
    if type(reference) is Map:
        yield [str(reference.get("name", "")), str(reference.get("kind", ""))]


def _sync(instance: Any, number: int, named: Named, facts: Facts) -> None:
    """`sync.path` of a FluxInstance, or of the values of its chart."""
    sync = instance.get("sync") if isinstance(instance, Map) else None
    path = sync.get("path") if isinstance(sync, Map) else None
    if isinstance(sync, Map) and isinstance(path, Scalar) and path:
        source = [str(sync.get("kind") or "GitRepository"), str(sync.get("name") or "flux-system")]
        namespace = named[5] or "flux-system"
        name = str(sync.get("name") or "flux-system")
        made_by = f"{named[3]} {named[4]}"
        facts.flux.append(FluxPath(number, name, namespace, normal(str(path)), source, None, [], False, [], made_by))


def _artifacts(spec: Map) -> Iterator[list[str]]:
    """The copies of an ArtifactGenerator (source-watcher): name, source kind, source name, from, to."""
    aliases = {
        str(each.get("alias")): [str(each.get("kind", "")), str(each.get("name", ""))]
        for each in _maps(spec.get("sources"))
    }
    for artifact in _maps(spec.get("artifacts")):
        for copy in _maps(artifact.get("copy")):
            alias, _, inside = str(copy.get("from", "")).removeprefix("@").partition("/")
            if alias in aliases:
                yield [str(artifact.get("name", "")), *aliases[alias], inside, str(copy.get("to", ""))]


def _flux_path(spec: Map, number: int, name: str, namespace: str | None) -> FluxPath:
    reference = spec.get("sourceRef")
    source = [str(reference.get(key, "")) for key in ("kind", "name")] if type(reference) is Map else ["", ""]
    target = spec.get("targetNamespace")
    return FluxPath(
        document=number,
        name=name,
        namespace=namespace,
        path=normal(str(spec.get("path") or ".")),
        source=source,
        target_namespace=str(target) if type(target) is Scalar and target else None,
        components=[str(each) for each in _scalars(spec.get("components"))],
        adds=any(spec.get(key) for key in ADDING),
        variables=_variable_sources(spec.get("postBuild")),
    )


def _variable_sources(post: Any) -> list[str]:
    listed = _maps(post.get("substituteFrom")) if isinstance(post, Map) else []
    return [str(each.get("name", "")) for each in listed]


ADDING = ("patches", "patchesStrategicMerge", "patchesJson6902", "images", "components", "targetNamespace",
          "namePrefix", "nameSuffix")  # fmt: skip
"""What the kustomize-controller writes into the kustomization before it builds (fluxcd/pkg kustomize generator)."""


def normal(path: str) -> str:
    """`./a/../b/` → `b`; the top is `.`. A path that begins with `/` counts from the top, as in Flux."""
    return posixpath.normpath(path.lstrip("/") or ".")


_LISTS = ("resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators",
          "patchesStrategicMerge")  # fmt: skip
_WITH_PATH = ("patches", "patchesJson6902", "replacements")
_GENERATORS = ("configMapGenerator", "secretGenerator")
_CHARTS = ("helmCharts", "helmChartInflationGenerator")
_PLAIN = frozenset({"apiVersion", "kind", "metadata", "resources", "bases", "components", "namespace", "crds",
                    "commonLabels", "commonAnnotations", "labels", "sortOptions", "buildMetadata",
                    "generatorOptions", "images", *_GENERATORS})  # fmt: skip


def _settings(folder: str, document: Map) -> Settings:
    namespace = document.get("namespace")
    references: list[Reference] = []
    leaves: list[str] = []
    for name, value in _named_files(document):
        path = posixpath.normpath(posixpath.join(folder, value))
        if is_remote(value) or value.startswith("/") or path.startswith("../") or path == "..":
            leaves.append(value)
        else:
            references.append([name, path])
    return Settings(
        component=str(document.get("kind", "")) == "Component",
        namespace=str(namespace) if type(namespace) is Scalar and namespace else None,
        references=references,
        alters=sorted(
            {kind for key in document if document[key] and key not in _PLAIN for kind in _altered(document, key)}
        ),
        leaves=leaves,
        images=bool(document.get("images")),
        config_maps=[
            [str(each["name"]), each["name"].line]
            for each in _maps(document.get("configMapGenerator"))
            if type(each.get("name")) is Scalar and each["name"]
        ],
    )


def _altered(document: Map, key: str) -> Iterator[str]:
    """The kinds that one field of a kustomization may change: known for patches that name their target's kind."""
    if key not in ("patches", "patchesJson6902"):
        yield ".*"
        return
    for each in _maps(document[key]):
        target = each.get("target")
        kind = target.get("kind") if type(target) is Map else None
        yield str(kind) if type(kind) is Scalar and kind else ".*"


def _named_files(document: Map) -> Iterator[tuple[str, str]]:
    """Every file or folder that a kustomization names: its field and the path as written."""
    for name in _LISTS:
        yield from ((name, str(each)) for each in _scalars(document.get(name)) if "\n" not in each and each.strip())
    for name in _WITH_PATH:
        paths = (each.get("path") for each in _maps(document.get(name)))
        yield from ((name, str(path)) for path in paths if type(path) is Scalar)
    for name in _GENERATORS:
        yield from ((name, path) for each in _maps(document.get(name)) for path in _generated(each))
    for name in _CHARTS:
        for each in _maps(document.get(name)):
            values = [each.get("valuesFile"), *_scalars(each.get("additionalValuesFiles"))]
            yield from ((name, str(value)) for value in values if type(value) is Scalar and value)
    api = document.get("openapi")
    if type(api) is Map and type(api.get("path")) is Scalar:
        yield "openapi", str(api["path"])


def _generated(generator: Map) -> Iterator[str]:
    """`files: [key=path]`, `envs`, `env` of a configMapGenerator or secretGenerator."""
    yield from (str(each).split("=", 1)[-1] for each in _scalars(generator.get("files")) if each)
    yield from (str(each) for each in _scalars(generator.get("envs")) if each)
    if type(generator.get("env")) is Scalar and generator["env"]:
        yield str(generator["env"])


def _scalars(value: Any) -> list[Scalar]:
    return [each for each in value if type(each) is Scalar] if type(value) is Items else []


def _maps(value: Any) -> list[Map]:
    return [each for each in value if type(each) is Map] if type(value) is Items else []


def is_remote(value: str) -> bool:
    """As far as a name can tell; kustomize itself tries the disk first."""
    return _REMOTE.search(value) is not None


_REMOTE = pattern(
    r"://|[?&](ref|version)=|\.git(/|$)|^git::|^[\w.-]+@[\w.-]+:|^(github\.com|gitlab\.com|bitbucket\.org)[:/]"
)


def _pins(top: Any) -> list[Pin]:
    """Image references pinned anywhere in a tree: `image: r:t`, `{repository, tag}`, kustomize `images`. Shared nodes
    (aliases) are looked at once."""
    found: list[Pin] = []
    seen: set[int] = set()
    todo = [top]
    while todo:
        node = todo.pop()
        if id(node) in seen:
            continue
        if type(node) is Map:
            seen.add(id(node))
            found += _pins_here(node)
            todo += [each for each in node.values() if type(each) is Map or type(each) is Items]
        elif type(node) is Items:
            seen.add(id(node))
            todo += [each for each in node if type(each) is Map or type(each) is Items]
    return sorted(found, key=lambda pin: pin[2])


def _pins_here(node: Map) -> Iterator[Pin]:
    image = node.get("image")
    if type(image) is Scalar:
        match = _IMAGE.fullmatch(image)
        if match and (match["tag"] or match["digest"] or "/" in image):
            yield (match["repository"], _version(match["tag"], match["digest"]), image.line)
    if "repository" in node and ("tag" in node or "digest" in node):
        yield from _map_pin(node)
    if "newTag" in node or "newName" in node or ("digest" in node and "name" in node):
        yield from _kustomize_pin(node)


def _version(tag: str | None, digest: str | None) -> str | None:
    return ((tag or "") + (digest or "")).removeprefix("@") or None


def _map_pin(node: Map) -> Iterator[Pin]:
    """`{registry, repository, tag, digest}` of Helm values."""
    repository, tag, digest = node["repository"], node.get("tag"), node.get("digest")
    at = next((each for each in (tag, digest) if type(each) is Scalar and each), tag)
    if type(repository) is not Scalar or type(at) is not Scalar or not _IMAGE.fullmatch(repository):
        return
    registry = node.get("registry")
    host = f"{registry}/" if type(registry) is Scalar and registry else ""
    yield (host + str(repository), str(at) or None, at.line)


def _kustomize_pin(node: Map) -> Iterator[Pin]:
    name, tag = node.get("newName") or node.get("name"), node.get("newTag") or node.get("digest")
    if type(name) is Scalar and type(tag) is Scalar and _IMAGE.fullmatch(name):
        yield (str(name), str(tag), tag.line)
