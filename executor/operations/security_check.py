"""`security.check`: images that float, secrets in plain text, Pod Security Standards, resources without limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from executor.errors import Blocked, Failed
from executor.models import EVERY_TYPE, Artefact, Forecast, Performed, Risk, TaskType
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.named_images import Image
    from executor.flux.security import Finding
    from executor.flux.targets import Chosen
    from executor.operations.interface import Site, Toolbox

Objects = list[tuple[str, dict[str, Any]]]
"""Each with the folder that was built, or its file."""
SHOWN = 8
"""Findings named in a reason; the evidence and the report hold all of them."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """`paths`: folders or files; none means what the task names or changed. `rules`: of
    `executor.flux.security.RULES`; none means `DEFAULT`."""

    paths: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


class SecurityCheck:
    """See docs/operations.md."""

    kind: ClassVar[str] = "security.check"
    arguments: ClassVar[type] = Arguments
    allowed: ClassVar[frozenset[TaskType]] = EVERY_TYPE
    risk: ClassVar[Risk] = Risk.LOW
    rehearsable: ClassVar[bool] = True

    def makes(self, arguments: Arguments) -> frozenset[Artefact]:
        return frozenset()

    def foresee(self, arguments: Arguments, site: Site) -> Forecast:
        from executor.flux.targets import choose

        chosen = choose(site, arguments.paths, whole=True)
        rules = _rules(arguments)
        others = (*site.inventory.dockerfiles, *site.inventory.json)
        if not (chosen.files or chosen.folders or any(map(chosen.holds, others))):
            raise _nothing(chosen)
        _block_unseen(rules, _releases(chosen), chosen.named)
        return Forecast(f"check {chosen.named} for {', '.join(rules)}", needs=chosen.needs(site))

    def preflight(self, arguments: Arguments, toolbox: Toolbox) -> None:
        toolbox.kustomize()

    def perform(self, arguments: Arguments, toolbox: Toolbox) -> Performed:
        from executor.flux.security import containers, failing, findings
        from executor.flux.targets import choose

        rules = _rules(arguments)
        chosen = choose(toolbox.site, arguments.paths, whole=True)
        objects = _objects(chosen, toolbox)
        images = _images(chosen, toolbox.site, objects) if _asks(rules, "image") else {}
        if not objects and not images:
            raise _nothing(chosen)
        releases = [_called(each) for _, each in objects if each.get("kind") == "HelmRelease"]
        _block_unseen(rules, releases, chosen.named)
        made = {_called(each): number for _, each in objects if (number := containers(each))}
        found = [each for _, document in objects for each in findings(document)]
        found = list(dict.fromkeys([*found, *_of_files(images)]))
        bad = failing(found, rules)
        if bad:
            code = ReasonCode.SECRET if all(each.level == "secret" for each in bad) else ReasonCode.INVALID_MANIFEST
            raise Failed(code, _sentence(bad, toolbox.site))
        secrets = sum("Secret" in str(each.get("kind")) for _, each in objects)
        there = {"image": len(images), "container": len(made), "secret": secrets, "object": len(objects)}
        _block_empty(arguments, chosen, releases, there)
        _block_unknown(rules, found, toolbox.site)
        evidence: dict[str, Any] = {
            "rules": list(rules),
            "paths": list(chosen.paths),
            "rendered": list(chosen.folders),
            "objects": len(objects),
            "containers": made,
            "images": {path: len(named) for path, named in sorted(images.items())},
            "findings": 0,
            "below_failing_level": sum(each.level in ("baseline", "restricted") for each in found),
        }
        if chosen.lost:
            evidence["not_looked_at"] = list(chosen.lost)
        warnings = (
            *_warnings(found, rules),
            *dict.fromkeys(_custom(rules, objects)),
            *_by_charts(rules, objects),
            *_latest_by_digest(rules, images),
            *chosen.lost,
        )
        looked = [_counted(len(objects), "object")]
        if _asks(rules, "container"):
            looked.append(_counted(sum(made.values()), "container"))
        if images:
            looked.append(f"{_counted(sum(map(len, images.values())), 'image')} in {_counted(len(images), 'file')}")
        return Performed(False, f"security check of {chosen.named} passed: {', '.join(looked)}", evidence, warnings)


def _rules(arguments: Arguments) -> tuple[str, ...]:
    from executor.flux.security import DEFAULT, RULES

    for each in arguments.rules:
        if each not in RULES:
            raise Blocked(ReasonCode.BAD_ARGUMENT, f'rules: no rule "{each}"; there are {", ".join(RULES)}')
    return arguments.rules or DEFAULT


def _block_unseen(rules: Sequence[str], releases: Sequence[str], named: str) -> None:
    """Raises Blocked where a rule speaks about every pod and charts make pods that nobody sees here."""
    from executor.flux.security import RULES

    asked = [rule for rule in rules if RULES[rule].of_pods]
    if asked and releases:
        more = f" and {len(releases) - SHOWN} more" if len(releases) > SHOWN else ""
        raise Blocked(
            ReasonCode.NOT_SUPPORTED,
            f"{named}: the pods of {', '.join(releases[:SHOWN])}{more} are made by their charts, which are not "
            f"rendered here, so nobody can say {', '.join(asked)} of them; name a folder without HelmReleases",
        )


def _releases(chosen: Chosen) -> list[str]:
    """The HelmReleases among what would be looked at, as far as files tell."""
    from executor.flux.targets import closure

    graph = chosen.side.graph
    paths = {*chosen.files, *closure(graph, chosen.folders)} & graph.facts.keys()
    found = (each for path in sorted(paths) for each in graph.facts[path].manifests if each[3] == "HelmRelease")
    return list(dict.fromkeys(f"HelmRelease {each[4]}" for each in found))


def _called(document: Mapping[str, Any]) -> str:
    return f"{document.get('kind')} {_name(document)}"


def _name(document: Mapping[str, Any]) -> str:
    return str((document.get("metadata") or {}).get("name"))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _by_charts(rules: Iterable[str], objects: Objects) -> Iterator[str]:
    """HelmReleases whose images no file names, or not all of them."""
    from executor.flux.named_images import of_object

    here = {("ConfigMap", _name(each)) for _, each in objects if each.get("kind") == "ConfigMap"}
    if _asks(rules, "image"):
        for _, each in objects:
            if each.get("kind") != "HelmRelease":
                continue
            if not of_object(each):
                yield f"{_called(each)}: its chart chooses its images, which are not seen"
            spec = each.get("spec")
            for source in spec.get("valuesFrom") or () if isinstance(spec, dict) else ():
                if (str(source.get("kind")), str(source.get("name"))) not in here:
                    named = f"{source.get('kind')} {source.get('name')}"
                    yield f"{_called(each)}: takes values from {named}, which are not seen"


def _latest_by_digest(rules: Iterable[str], images: Mapping[str, Sequence[Image]]) -> Iterator[str]:
    """What a digest pins, though it is called latest: allowed, and said."""
    for path, named in images.items() if "no-latest" in rules else ():
        for each in named:
            if each.tag == "latest" and each.pinned:
                place = f"{path}:{each.line}" if each.line else path
                yield f"{place}: {each} is tagged latest; its digest pins it"


def _asks(rules: Iterable[str], subject: str) -> bool:
    from executor.flux.security import RULES

    return any(RULES[rule].of == subject for rule in rules)


def _nothing(chosen: Chosen) -> Blocked:
    words = f"{chosen.named}: no object in it to check; name the folder that is deployed"
    return Blocked(ReasonCode.NOT_FOUND, words)


_LACKS = {
    "container": "no object in it makes a container",
    "image": "no image there to look at",
    "secret": "no Secret there to look at",
    "object": "no object in it to check",
}


def _block_empty(arguments: Arguments, chosen: Chosen, releases: Sequence[str], there: Mapping[str, int]) -> None:
    """Raises Blocked where a rule would say something of nothing."""
    from executor.flux.security import RULES

    lacks = next((_LACKS[RULES[rule].of] for rule in arguments.rules if not there[RULES[rule].of]), None)
    if not arguments.rules and not (there["image"] or there["container"] or there["secret"]):
        lacks = "no image, container or Secret there to look at"
    if lacks is not None:
        charts = f" (what a chart makes is not seen: {', '.join(releases[:SHOWN])})" if releases else ""
        words = f"{chosen.named}: {lacks}{charts}; name the folder that is deployed"
        raise Blocked(ReasonCode.NOT_FOUND, words)


def _block_unknown(rules: Iterable[str], found: Iterable[Finding], site: Site) -> None:
    """Raises Blocked for images that no file names."""
    unknown = [each for each in found if each.level == "unknown"] if _asks(rules, "image") else []
    if unknown:
        words = f"{_sentence(unknown, site)}, so nobody can say {', '.join(rules)} of it; write the version there"
        raise Blocked(ReasonCode.NOT_DETERMINATE, words)


def _objects(chosen: Chosen, toolbox: Toolbox) -> Objects:
    """Everything that is meant: rendered, because patches and image settings decide; files that no build takes in as
    they are. A named file means its own objects in the renderings."""
    from executor.flux.targets import deployed
    from executor.tools.kustomize import load

    graph = chosen.side.graph
    objects: Objects = []
    wanted = {(n[3], n[4]) for path in chosen.files if path in graph.facts for n in graph.facts[path].manifests}
    for folder, texts in deployed(chosen, toolbox):
        meant = folder not in chosen.folders or chosen.holds(folder) or not wanted
        for document in (each for text in texts for each in load(text) if isinstance(each, dict)):
            named = (str(document.get("kind")), _name(document))
            if meant or named in wanted:
                objects.append((folder, document))
    for path in _alone(chosen):
        documents = chosen.side.documents(path)
        problem = graph.facts[path].problem or ("" if documents else "a tag that Kubernetes does not know")
        if problem and (graph.facts[path].problem or graph.facts[path].manifests):
            raise _unreadable(path, problem)
        objects += [(path, each) for each in _taken_apart(documents)]
    for path in _named(chosen, toolbox.site.inventory.json):
        objects += [(path, each) for each in _taken_apart(_json(path, chosen.side.read(path) or b""))]
    return objects


def _unreadable(path: str, problem: object) -> Failed:
    words = f"{path} cannot be read, so nobody knows what it holds: {problem}"
    return Failed(ReasonCode.INVALID_MANIFEST, words)


def _json(path: str, data: bytes) -> list[Any]:
    """What a JSON file holds, where it may be an object."""
    import json

    if b'"apiVersion"' not in data or b'"kind"' not in data:
        return []
    try:
        return [json.loads(data)]
    except ValueError as error:
        raise _unreadable(path, error) from None


def _named(chosen: Chosen, files: Iterable[str]) -> list[str]:
    """Those of the files that no build reads, and that lie below a named folder or are named themselves."""
    from executor.flux.targets import closure

    rendered = closure(chosen.side.graph, chosen.folders)
    return [path for path in files if path not in rendered and chosen.holds(path)]


def _images(chosen: Chosen, site: Site, objects: Objects) -> dict[str, list[Image]]:
    """All images that are named there, by the file that does: where an object has several (patches), the folder that
    was built. Beside objects: compose files, values, pipelines, Dockerfiles, what charts' templates name themselves.
    """
    from executor.flux.named_images import in_template, of_dockerfile, of_object, of_settings
    from executor.flux.targets import closure, templates
    from executor.tools.yaml_read import read

    found: dict[str, list[Image]] = {}
    reads = {place: closure(chosen.side.graph, [place]) for place in dict.fromkeys(place for place, _ in objects)}
    for place, document in objects:
        declared = site.inventory.find(str(document.get("kind")), _name(document))
        files = list({each.path for each in declared} & reads[place])
        found.setdefault(files[0] if len(files) == 1 else place, []).extend(of_object(document))
    for path in _alone(chosen):
        for settings in read(chosen.side.read(path) or b""):
            if isinstance(settings, dict) and not next(_taken_apart([settings]), None):
                found.setdefault(path, []).extend(of_settings(settings))
    arguments = {each.dockerfile: each.build_args for each in site.inventory.images}
    for path in _named(chosen, site.inventory.dockerfiles):
        text = (chosen.side.read(path) or b"").decode(errors="replace")
        found[path] = of_dockerfile(text, path, arguments.get(path, {}))
    for path in templates(chosen, _charts(chosen, objects)):
        found[path] = in_template((chosen.side.read(path) or b"").decode(errors="replace"))
    for path in (f"{chart}/values.yaml" for chart in _charts(chosen, objects)):
        for settings in read(chosen.side.read(path) or b"") if path not in found else ():
            found.setdefault(path, []).extend(of_settings(settings))
    return {path: images for path, images in found.items() if images}


def _charts(chosen: Chosen, objects: Objects) -> list[str]:
    """The charts of this repository that HelmReleases are made from: their images are named here."""
    from executor.flux.facts import normal

    found: dict[str, None] = {}
    for _, each in objects:
        spec = each.get("spec") if each.get("kind") == "HelmRelease" else None
        chart = ((spec.get("chart") or {}).get("spec") or {}) if isinstance(spec, dict) else {}
        source = chart.get("sourceRef") or {}
        if source.get("kind") == "GitRepository":
            path = normal(str(chart.get("chart") or "."))
            folder = chosen.side.graph.folder_of("GitRepository", str(source.get("name")), path)
            if folder is not None and chosen.side.read(f"{folder}/Chart.yaml") is not None:
                found[folder] = None
    return list(found)


def _of_files(images: Mapping[str, Sequence[Image]]) -> list[Finding]:
    """What speaks against images that stand in a line of a file (an object's own are judged with it)."""
    from executor.flux.security import Finding, judged

    return [
        Finding(level, "", None, f"{path}:{image.line}", image.field, words)
        for path, named in images.items()
        for image in named
        if image.line
        for level, words in judged(image)
    ]


def _alone(chosen: Chosen) -> list[str]:
    """The YAML files that no build takes in."""
    from executor.flux.targets import closure

    rendered = closure(chosen.side.graph, chosen.folders)
    return [path for path in chosen.files if path not in rendered and path in chosen.side.graph.facts]


def _taken_apart(documents: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """The objects among these, and the items of a List."""
    for each in documents:
        if isinstance(each, dict) and isinstance(each.get("kind"), str) and isinstance(each.get("apiVersion"), str):
            items = each.get("items")
            if each["kind"].endswith("List") and isinstance(items, list):
                yield from (item for item in items if isinstance(item, dict))
            elif not each["apiVersion"].startswith("kustomize.config.k8s.io/"):
                yield each


def _sentence(bad: Sequence[Finding], site: Site) -> str:
    shown = "; ".join(f"{_place(each, site)}{each}" for each in bad[:SHOWN])
    more = f"; and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
    return f"{len(bad)} finding{'s' if len(bad) != 1 else ''}: {shown}{more}"


def _place(finding: Finding, site: Site) -> str:
    """`file:line: ` of the object, if it is declared in one place."""
    places = site.inventory.find(finding.kind, finding.name)
    return f"{places[0].place}: " if len(places) == 1 else ""


_KNOWN = pattern(r"(?:(?:[\w.-]+\.)?(?:k8s|fluxcd|cert-manager)\.io|apps|batch|policy|autoscaling)/.*|v1")


_MAKES_PODS = frozenset({"replicas", "instances", "image", "imageName", "chart", "source", "sources"})
"""Of a custom resource's spec: an operator runs it, as a database, a chart or an application."""


def _custom(rules: Iterable[str], objects: Objects) -> Iterator[str]:
    """Custom resources, of which an operator may make pods. Raises Blocked for one that says so."""
    from executor.flux.security import RULES, containers

    if not any(RULES[rule].of_pods for rule in rules):
        return
    for place, each in objects:
        if _KNOWN.fullmatch(str(each.get("apiVersion", ""))) or containers(each):
            continue
        spec = each.get("spec")
        if isinstance(spec, dict) and not _MAKES_PODS.isdisjoint(spec):
            words = (
                f"{place}: the pods of {_called(each)} are made by its operator, so nobody can say {', '.join(rules)} "
            )
            raise Blocked(ReasonCode.NOT_SUPPORTED, f"{words}of them; name a folder without it")
        yield f"{_called(each)}: a custom resource; pods that are made of it are not seen"


def _warnings(found: Iterable[Finding], rules: Iterable[str]) -> tuple[str, ...]:
    """What stays below the failing level, of the rules that were asked for."""
    if "pod-security" not in rules:
        return ()
    objects = dict.fromkeys(each.object for each in found if each.level == "restricted")
    return tuple(f"{each}: does not meet the Pod Security level restricted" for each in objects)


OPERATION = SecurityCheck()
