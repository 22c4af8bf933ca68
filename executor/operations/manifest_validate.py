"""`manifest.validate`: YAML, names, references and renderings are right, as far as files can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from executor.errors import Blocked, Failed
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk, TaskType
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.inventory import Inventory, Manifest
    from executor.flux.targets import Chosen
    from executor.operations.interface import Site, Toolbox
    from executor.tools.kustomize import Build
    from executor.tools.yaml_read import Map

RULES = ("yaml", "names", "paths", "references", "kustomize")
SHOWN = 8

_RBAC = frozenset({"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})
_NAME = pattern(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_OPEN = pattern(r"\$\{|\{\{")
_CHARTS = frozenset({"HelmRepository", "GitRepository", "Bucket", "OCIRepository", "HelmChart"})

Problem = tuple[str, str]
"""place (file:line) and what is wrong there"""


@dataclass(frozen=True, slots=True)
class Arguments:
    """`paths`: folders or files; none means what the task names or changed. `rules`: of `RULES`; none means all."""

    paths: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class ManifestValidate:
    """See docs/operations.md."""

    kind: ClassVar[str] = "manifest.validate"
    arguments: ClassVar[type] = Arguments
    allowed: ClassVar[frozenset[TaskType]] = EVERY_TYPE
    risk: ClassVar[Risk] = Risk.LOW
    rehearsable: ClassVar[bool] = True

    def makes(self, arguments: Arguments) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: Arguments, site: Site) -> Forecast:
        from executor.flux.targets import choose

        rules = _rules(arguments)
        chosen = choose(site, arguments.paths, whole=True)
        if not (chosen.files or chosen.folders):
            raise _no_file(chosen)
        return Forecast(f"validate {chosen.named} ({', '.join(rules)})", needs=chosen.needs(site))

    def preflight(self, arguments: Arguments, toolbox: Toolbox) -> None:
        if {"kustomize", "names"} & set(_rules(arguments)):
            toolbox.kustomize()

    def perform(self, arguments: Arguments, toolbox: Toolbox) -> Performed:
        from executor.flux.targets import build, choose

        rules = _rules(arguments)
        chosen = choose(toolbox.site, arguments.paths, whole=True)
        files = _files(chosen)
        inventory = toolbox.site.inventory.updated(toolbox.site.tree)
        problems, warnings = _problems(chosen, files, inventory, rules)
        if problems:
            raise Failed(ReasonCode.INVALID_MANIFEST, _sentence(problems))
        objects = sum(len(inventory.facts[path].manifests) for path in files if path in inventory.facts)
        _block_empty(chosen, files, objects, rules)
        rendered = chosen.folders and {"kustomize", "names"} & set(rules)
        builds = build(chosen, toolbox) if rendered else []
        if "names" in rules:
            problems = [
                each for folder, b in zip(chosen.folders, builds, strict=False) for each in _bad_names(folder, b)
            ]
        if problems:
            raise Failed(ReasonCode.INVALID_MANIFEST, _sentence(problems))
        warnings += [
            f"{folder}: {text}" for folder, b in zip(chosen.folders, builds, strict=False) for text in b.warnings
        ]
        evidence: dict[str, Any] = {
            "rules": list(rules),
            "files": len(files),
            "objects": objects,
            "builds": [
                {"path": folder, "objects": len(b.documents()), "sha256": b.sha256, "seconds": round(b.seconds, 3)}
                for folder, b in zip(chosen.folders, builds, strict=False)
            ],
        }
        if chosen.lost:
            evidence["not_looked_at"] = list(chosen.lost)
        words = f"manifests of {chosen.named} validated"
        return Performed(False, words, evidence, tuple(dict.fromkeys([*warnings, *chosen.lost])))


def _rules(arguments: Arguments) -> tuple[str, ...]:
    for each in arguments.rules:
        if each not in RULES:
            raise Blocked(ReasonCode.BAD_ARGUMENT, f'rules: no rule "{each}"; there are {", ".join(RULES)}')
    return arguments.rules or RULES


def _files(chosen: Chosen) -> list[str]:
    """The YAML files that are meant, and those that the builds of the named folders read."""
    from executor.flux.targets import closure

    own = {path for path in chosen.files if path.endswith((".yaml", ".yml"))}
    whole = [folder for folder in chosen.folders if chosen.holds(folder)]
    taken = {path for path in closure(chosen.side.graph, whole) if path.endswith((".yaml", ".yml"))}
    found = sorted(path for path in own | taken if chosen.side.read(path) is not None)
    if not found:
        raise _no_file(chosen)
    return found


def _no_file(chosen: Chosen) -> Blocked:
    words = f"{chosen.named}: no YAML file in it to validate; name the folder or file"
    return Blocked(ReasonCode.NOT_FOUND, words)


def _block_empty(chosen: Chosen, files: Sequence[str], objects: int, rules: Sequence[str]) -> None:
    """Raises Blocked where manifests are asked for and there is none: YAML alone may be anything."""
    if not (objects or chosen.folders) and set(rules) != {"yaml"}:
        words = (
            f"{chosen.named}: no manifest there to validate ({_counted(len(files))}); name the folder, "
            "or ask for the YAML alone in an operation block (rules: [yaml])"
        )
        raise Blocked(ReasonCode.NOT_FOUND, words)


def _counted(files: int) -> str:
    return f"{files} YAML file{'s' if files != 1 else ''}"


def _problems(
    chosen: Chosen, files: Sequence[str], inventory: Inventory, rules: Sequence[str]
) -> tuple[list[Problem], list[str]]:
    """What is wrong, and what could not be known."""
    problems: list[Problem] = []
    warnings: list[str] = []
    holds_objects = _resources(chosen)
    for path in files:
        asked = [each for each in rules if each != "names" or holds_objects(path)]
        problems += _in_file(path, chosen.side.read(path) or b"", asked)
    if "paths" in rules:
        problems += [(place, f"names {path}, which does not exist") for place, path in _missing(chosen, files)]
        problems += _flux_paths(chosen, files, inventory)
    if "references" in rules and not problems:
        problems += _references(files, chosen, inventory, warnings)
    return problems, warnings


def _in_file(path: str, data: bytes, rules: Sequence[str]) -> Iterator[Problem]:
    """YAML that does not parse, keys that stand twice, objects without a kind or a name."""
    from executor.tools.yaml_read import Map, NotYaml, read

    try:
        documents = read(data)
    except NotYaml as error:
        if "yaml" in rules:
            yield f"{path}:{error.line}", f"is no YAML: {error.problem}"
        return
    for document in documents:
        if "yaml" in rules:
            yield from ((f"{path}:{line}", f'the key "{key}" stands there twice') for key, line in _twice(document))
        if "names" in rules and isinstance(document, Map):
            yield from ((f"{path}:{line}", words) for line, words in _names(document))


def _twice(node: Any) -> Iterator[tuple[str, int]]:
    from executor.tools.yaml_read import Items, Map

    seen: set[int] = set()
    todo = [node]
    while todo:
        each = todo.pop()
        if id(each) in seen or not isinstance(each, Map | Items):
            continue
        seen.add(id(each))
        if isinstance(each, Map):
            yield from each.twice
        todo += list(each.values() if isinstance(each, Map) else each)


def _names(document: Map) -> Iterator[tuple[int, str]]:
    """Only of what claims to be an object: it has an apiVersion or a kind, and is no values file."""
    if not {"apiVersion", "kind"} & document.keys():
        return
    if not {"apiVersion", "kind"} <= document.keys():
        missing = "kind" if "apiVersion" in document else "apiVersion"
        if "metadata" in document:
            yield document.line, f"an object without {missing}"
        return
    metadata = document.get("metadata")
    named = isinstance(metadata, dict) and (metadata.get("name") or metadata.get("generateName"))
    if not named and "items" not in document and {"metadata", "spec", "data"} & document.keys():
        yield document.line, f"a {document['kind']} without metadata.name"


def _resources(chosen: Chosen) -> Callable[[str], bool]:
    """Whether a file holds objects: not a kustomization file, nor one that is only a patch, a plug-in's settings or a
    generator's content."""
    from executor.tools.kustomize import FILE_NAMES

    fields: dict[str, set[str]] = {}
    for _, settings in chosen.side.graph.files.values():
        for name, path in settings.references:
            fields.setdefault(path, set()).add(name)
    return lambda path: (
        path.rpartition("/")[2] not in FILE_NAMES
        and (path not in fields or not fields[path].isdisjoint({"resources", "bases", "crds"}))
    )


def _bad_names(folder: str, build: Build) -> Iterator[Problem]:
    """Names that Kubernetes would not take, as they come out of kustomize. (`${…}` is Flux's to fill in.)"""
    from executor.flux.facts import of_file

    for _, _, _, kind, name, _ in of_file("rendered.yaml", build.stdout).manifests:
        if kind not in _RBAC and not _OPEN.search(name) and (not _NAME.fullmatch(name) or len(name) > 253):
            words = f'"{name}" is no name for a {kind}: lower-case letters, digits, - and . only'
            yield folder, words


def _missing(chosen: Chosen, files: Sequence[str]) -> list[Problem]:
    """References of the kustomizations among the files to what does not exist."""
    from executor.flux.targets import missing_references

    graph = chosen.side.graph
    folders = [folder for folder, (file, _) in graph.files.items() if file in set(files)]
    return list(dict.fromkeys(missing_references(chosen.side, folders)))


def _flux_paths(chosen: Chosen, files: Sequence[str], inventory: Inventory) -> Iterator[Problem]:
    """Flux Kustomizations whose folder is not there."""
    meant = set(files)
    for each in chosen.side.graph.flux:
        if each.file in meant and not _OPEN.search(each.folder) and not chosen.side.tree.is_dir(each.folder):
            place = next(
                (m.place for m in inventory.find("Kustomization", each.flux.name) if m.path == each.file), each.file
            )
            yield place, f"Flux Kustomization {each.flux.name} builds {each.folder}, which does not exist"


def _references(files: Sequence[str], chosen: Chosen, inventory: Inventory, warnings: list[str]) -> Iterator[Problem]:
    """chartRef and sourceRef of HelmReleases, sourceRef of Flux Kustomizations and HelmCharts."""
    meant = set(files)
    for each in inventory.manifests:
        if each.path not in meant or ".fluxcd.io/" not in each.api_version:
            continue
        for document in chosen.side.documents(each.path):
            if _is(document, each):
                yield from _dangling(each, document, inventory, warnings)


def _is(document: Any, manifest: Manifest) -> bool:
    if not isinstance(document, dict) or document.get("kind") != manifest.kind:
        return False
    return bool((document.get("metadata") or {}).get("name") == manifest.name)


def _dangling(
    owner: Manifest, document: Mapping[str, Any], inventory: Inventory, warnings: list[str]
) -> Iterator[Problem]:
    for reference in _referred(document):
        kind, name = str(reference.get("kind") or ""), str(reference.get("name") or "")
        if not name or _OPEN.search(name) or kind not in _CHARTS:
            continue
        namespace = reference.get("namespace") or inventory.effective_namespace(owner)
        found = inventory.find(kind, name)
        known = [each for each in found if not inventory.namespaces(each) or namespace in inventory.namespaces(each)]
        if known or (found and namespace is None):
            continue
        if not found and (name == "flux-system" or _made_elsewhere(kind, inventory)):
            warnings.append(f"{owner.place}: {kind} {name} is not declared in this repository as far as files tell")
            continue
        where = f", only in the namespace {', '.join(sorted(inventory.namespaces(found[0])))}" if found else ""
        yield (
            owner.place,
            f"{owner.kind} {owner.name} refers to {kind} {namespace or ''}/{name}, which is not there{where}",
        )


def _referred(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    spec = document.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    chart = spec.get("chart")
    inner = chart.get("spec") if isinstance(chart, dict) else None
    for each in (
        spec.get("chartRef"),
        spec.get("sourceRef"),
        inner.get("sourceRef") if isinstance(inner, dict) else None,
    ):
        if isinstance(each, dict):
            yield each


def _made_elsewhere(kind: str, inventory: Inventory) -> bool:
    """Names that only a substitution, a prefix or a copy in the cluster would tell."""
    return any(each.kind == kind and _OPEN.search(each.name) for each in inventory.manifests)


def _sentence(problems: Sequence[Problem]) -> str:
    shown = "; ".join(f"{place}: {words}" for place, words in problems[:SHOWN])
    return shown + (f"; and {len(problems) - SHOWN} more" if len(problems) > SHOWN else "")


OPERATION = ManifestValidate()
