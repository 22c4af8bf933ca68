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
    from executor.flux.security import Finding
    from executor.flux.targets import Chosen
    from executor.operations.interface import Site, Toolbox

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
        _block_unseen(rules, _releases(chosen), chosen.named)
        return Forecast(f"check {chosen.named} for {', '.join(rules)}", needs=chosen.needs(site))

    def preflight(self, arguments: Arguments, toolbox: Toolbox) -> None:
        toolbox.kustomize()

    def perform(self, arguments: Arguments, toolbox: Toolbox) -> Performed:
        from executor.flux.security import RULES, containers, failing, findings
        from executor.flux.targets import choose

        rules = _rules(arguments)
        chosen = choose(toolbox.site, arguments.paths, whole=True)
        objects = _objects(chosen, toolbox)
        if not objects:
            words = f"{chosen.named}: no object in it to check; name the folder that is deployed"
            raise Blocked(ReasonCode.NOT_FOUND, words)
        releases = [_called(each) for _, each in objects if each.get("kind") == "HelmRelease"]
        _block_unseen(rules, releases, chosen.named)
        made = {_called(each): number for _, each in objects if (number := containers(each))}
        if not made and any(RULES[rule].of_pods for rule in rules):
            words = f"{chosen.named}: no object in it makes a container; name the folder that is deployed"
            raise Blocked(ReasonCode.NOT_FOUND, words)
        found = list(dict.fromkeys(each for _, document in objects for each in findings(document)))
        bad = failing(found, rules)
        if bad:
            code = ReasonCode.SECRET if all(each.level == "secret" for each in bad) else ReasonCode.INVALID_MANIFEST
            raise Failed(code, _sentence(bad, toolbox.site))
        warnings = (*_warnings(found, rules), *_custom(rules, objects))
        evidence: dict[str, Any] = {
            "rules": list(rules),
            "paths": list(chosen.paths),
            "rendered": list(chosen.folders),
            "objects": len(objects),
            "containers": made,
            "findings": 0,
            "below_failing_level": sum(each.level in ("baseline", "restricted") for each in found),
        }
        return Performed(False, f"security check of {chosen.named} passed", evidence, warnings)


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
    metadata = document.get("metadata") or {}
    return f"{document.get('kind')} {metadata.get('name')}"


def _objects(chosen: Chosen, toolbox: Toolbox) -> list[tuple[str, dict[str, Any]]]:
    """Everything that is meant: rendered, because patches and image settings decide; files that no build takes in as
    they are. A named file means its own objects in the renderings."""
    from executor.flux.targets import build, closure

    graph = chosen.side.graph
    objects: list[tuple[str, dict[str, Any]]] = []
    whole = {path for path in chosen.paths if chosen.side.tree.is_dir(path) or path in chosen.folders}
    wanted = {(n[3], n[4]) for path in chosen.files for n in graph.facts[path].manifests if path in graph.facts}
    for folder, each in zip(chosen.folders, build(chosen, toolbox), strict=True):
        meant = any(folder == path or folder.startswith(f"{path}/") or path == "." for path in whole)
        for document in each.objects():
            named = (str(document.get("kind")), str((document.get("metadata") or {}).get("name")))
            if meant or named in wanted or not wanted:
                objects.append((folder, document))
    rendered = closure(graph, chosen.folders)
    for path in chosen.files:
        if path not in rendered and path in graph.facts and graph.facts[path].problem:
            words = f"{path} cannot be read, so nobody knows what it holds: {graph.facts[path].problem}"
            raise Failed(ReasonCode.INVALID_MANIFEST, words)
        if path not in rendered and path in graph.facts and graph.facts[path].manifests:
            objects += [(path, each) for each in chosen.side.documents(path) if isinstance(each, dict)]
    return objects


def _sentence(bad: Sequence[Finding], site: Site) -> str:
    shown = "; ".join(f"{_place(each, site)}{each}" for each in bad[:SHOWN])
    more = f"; and {len(bad) - SHOWN} more" if len(bad) > SHOWN else ""
    return f"{len(bad)} finding{'s' if len(bad) != 1 else ''}: {shown}{more}"


def _place(finding: Finding, site: Site) -> str:
    """`file:line: ` of the object, if it is declared in one place."""
    places = site.inventory.find(finding.kind, finding.name)
    return f"{places[0].place}: " if len(places) == 1 else ""


_KNOWN = pattern(r"(?:(?:[\w.-]+\.)?(?:k8s|fluxcd|cert-manager)\.io|apps|batch|policy|autoscaling)/.*|v1")


def _custom(rules: Iterable[str], objects: Iterable[tuple[str, dict[str, Any]]]) -> Iterator[str]:
    """Custom resources, of which an operator may make pods."""
    from executor.flux.security import RULES

    if any(RULES[rule].of_pods for rule in rules):
        named = (_called(each) for _, each in objects if not _KNOWN.fullmatch(str(each.get("apiVersion", ""))))
        yield from dict.fromkeys(f"{each}: a custom resource; pods that are made of it are not seen" for each in named)


def _warnings(found: Iterable[Finding], rules: Iterable[str]) -> tuple[str, ...]:
    """What stays below the failing level, of the rules that were asked for."""
    if "pod-security" not in rules:
        return ()
    objects = dict.fromkeys(each.object for each in found if each.level == "restricted")
    return tuple(f"{each}: does not meet the Pod Security level restricted" for each in objects)


OPERATION = SecurityCheck()
