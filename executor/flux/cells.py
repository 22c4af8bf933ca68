"""What is really edited for a value: itself, or the variable that Flux substitutes for it after the build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from executor.errors import Blocked
from executor.flux.places import Files, Spot, Thing
from executor.flux.where import named
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.yaml_span import plain_is_string
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.graph import FluxBuild
    from executor.flux.inventory import Inventory, Manifest

_VARIABLE = pattern(r"(?<!\$)\$\{(?P<name>[A-Za-z_]\w*)(?:(?P<operator>:?[=-])(?P<default>[^${}]*))?\}")
"""drone/envsubst as Flux uses it: a name, or a name with a default. Everything else in `${}` is not edited."""

_ANY = pattern(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """`spot` holds `head + text of the value + tail`; `text` is the value as it is used at `used`: `prefix`, the
    variable's value, `suffix`. Without a variable spot and used are the same and all four are empty."""

    spot: Spot
    used: Spot
    text: str
    variable: str | None = None
    prefix: str = ""
    suffix: str = ""
    head: str = ""
    tail: str = ""

    @property
    def place(self) -> str:
        return self.spot.place

    def written(self, value: str) -> str:
        """What the spot has to hold for the value to be `value`. Raises Blocked where it cannot."""
        if not value:
            what = f"the value is {self.used.text}, and an empty one is not written; change it by hand"
            raise Blocked(ReasonCode.NOT_PLAIN, f"{self.used.place}: {what}")
        inner = value.removeprefix(self.prefix).removesuffix(self.suffix)
        if self.prefix + inner + self.suffix != value or not inner:
            raise Blocked(
                ReasonCode.NOT_PLAIN,
                f"{self.used.place}: the value is {self.used.text}, which cannot become {value} by changing "
                f"{self.variable}; change it by hand",
            )
        if self.variable and not plain_is_string(_ANY.sub("x", self.prefix) + inner + self.suffix):
            raise Blocked(
                ReasonCode.NOT_PLAIN,
                f"{self.used.place}: {value} would be substituted without quotes and read as something else than a "
                "string; change it by hand",
            )
        return self.head + inner + self.tail


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of several that a value is shared by are meant: all, those in `where`, and besides these the uses at the
    places `meant` (file:line)."""

    everywhere: bool = False
    where: str | None = None
    meant: frozenset[str] = frozenset()


EVERYWHERE = Scope(everywhere=True)


def cells(files: Files, inventory: Inventory, spot: Spot, scope: Scope, start: int = 0) -> list[Cell]:
    """The cells of a value: one, or one for each Flux Kustomization that sets its variable. The value that turns begins
    at `start` of the text; variables before it stay as they are. Raises Blocked."""
    if "${" not in spot.text[start:].replace("$${", ""):
        return [Cell(spot, spot, "" if spot.is_null else spot.text)]
    found = list(_VARIABLE.finditer(spot.text, start))
    if len(found) != 1 or spot.text.count("${", start) != 1:
        raise Blocked(
            ReasonCode.NOT_PLAIN, f"{spot.place}: {spot.text} is put together from variables; change it by hand"
        )
    every = _builders(files, inventory, spot.path)
    picked = [] if scope.everywhere else named(every, scope.where, at=spot.path)
    builds = picked or list(every)
    name, around = found[0]["name"], (spot.text[: found[0].start()], spot.text[found[0].end() :])
    result = [_set_by(files, inventory, each, name, scope) for each in builds]
    known = [Cell(each, spot, around[0] + each.text + around[1], name, *around) for each in result if each is not None]
    if not known:
        return [_default(spot, found[0], builds)]
    if len(known) < len(result):
        unset = ", ".join(_label(each) for each, found in zip(builds, result, strict=True) if found is None)
        raise Blocked(
            ReasonCode.AMBIGUOUS,
            f"{spot.place}: {name} is set at {known[0].place}, but not in {unset}; name the one that is meant (such as "
            "a cluster)",
        )
    known = list({each.spot.key: each for each in known}.values())
    if len(known) > 1 and not (picked or scope.everywhere):
        raise _several(known, name)
    if not scope.everywhere:
        for each in known:
            _block_other_uses(files, inventory, each, name, builds=builds, meant=scope.meant)
    return known


def _label(flux: Thing) -> str:
    return f"{flux.manifest.name} ({flux.place})"


def _several(known: list[Cell], name: str) -> Blocked:
    listed = ", ".join(f"{each.place} ({each.spot.text})" for each in known)
    return Blocked(
        ReasonCode.SHARED,
        f"{known[0].used.place}: {name} is set {len(known)} times: {listed}; name the one that is meant (such as a "
        "cluster), or say that it is meant everywhere",
    )


def _builders(files: Files, inventory: Inventory, path: str) -> dict[Thing, str]:
    """The Flux Kustomizations that build the file, each with the paths that it is known by."""
    graph = inventory.graph
    found = [(_thing_of(files, inventory, each), each) for each in graph.builds(graph.reach(path))]
    return {thing: f"{each.file}/{each.folder}" for thing, each in found if thing is not None}


def _thing_of(files: Files, inventory: Inventory, build: FluxBuild) -> Thing | None:
    """The object of a Flux Kustomization; None where no file holds one (the flux-operator makes it)."""
    wanted = (build.file, build.flux.document, build.flux.name)
    found = (each for each in inventory.manifests if each.kind == "Kustomization")
    return next((files.thing(each) for each in found if (each.path, each.document, each.name) == wanted), None)


def _set_by(files: Files, inventory: Inventory, flux: Thing, name: str, scope: Scope) -> Spot | None:
    """The place of a variable that a Flux Kustomization sets: `substitute` wins over `substituteFrom`, later ones over
    earlier ones (kustomize-controller, `LoadVariables`)."""
    spot = flux.spot("spec", "postBuild", "substitute", name) or _from_others(files, inventory, flux, name, scope)
    if spot is not None and "${" in spot.text:
        raise Blocked(
            ReasonCode.NOT_PLAIN, f"{spot.place}: {name} is {spot.text}, itself a variable; change it by hand"
        )
    return spot


def _from_others(files: Files, inventory: Inventory, flux: Thing, name: str, scope: Scope) -> Spot | None:
    sources = flux.node("spec", "postBuild", "substituteFrom")
    count = len(getattr(sources[0], "items", ())) if sources else 0
    for i in reversed(range(count)):
        kind = flux.text("spec", "postBuild", "substituteFrom", i, "kind")
        which = flux.text("spec", "postBuild", "substituteFrom", i, "name") or ""
        if kind == "Secret":
            _block_secret(files, inventory, flux, which, name)
        elif kind == "ConfigMap":
            holding = [each for each in inventory.find(kind, which) if files.thing(each).spot("data", name)]
            if holding:
                return files.thing(_only(inventory, flux, holding, scope)).spot("data", name)
    return None


def _block_secret(files: Files, inventory: Inventory, flux: Thing, which: str, name: str) -> None:
    """Raises Blocked where a Secret sets the variable, or may: its values are encrypted or elsewhere, its keys are
    plain where its manifest stands here (SOPS, a SealedSecret's template aside)."""
    here = [files.thing(each) for each in inventory.find("Secret", which)]
    spots = [each.spot(field, name) for each in here for field in ("data", "stringData")]
    places = [each.place for each in spots if each is not None]
    if places:
        raise Blocked(
            ReasonCode.NOT_PLAIN, f"{places[0]}: {name} is set by the Secret {which}; change it there, by hand"
        )
    if not here:
        raise Blocked(
            ReasonCode.NOT_FOUND,
            f"{flux.place}: {name} may come from the Secret {which}, which cannot be read here; change it there",
        )


def _only(inventory: Inventory, flux: Thing, holding: list[Manifest], scope: Scope) -> Manifest:
    """Of several ConfigMaps of the name, the one that comes to the cluster together with the Flux Kustomization."""
    graph = inventory.graph
    mine = graph.roots([flux.manifest.path])
    together = [each for each in holding if set(mine) & set(graph.roots([each.path]))] if len(holding) > 1 else holding
    if len(together) > 1:
        together = named({each: each.path for each in together}, scope.where) or together
    if len(together) == 1:
        return together[0]
    listed = ", ".join(each.place for each in holding)
    raise Blocked(
        ReasonCode.AMBIGUOUS,
        f"{flux.place}: the ConfigMap {holding[0].name} that it substitutes from is there several times: {listed}; "
        "name the one that is meant (such as a cluster)",
    )


def _default(spot: Spot, found: re.Match[str], builds: list[Thing]) -> Cell:
    default = found["default"]
    if not builds:
        raise Blocked(
            ReasonCode.NOT_FOUND, f"{spot.place}: no Flux Kustomization here builds the file and sets {found['name']}"
        )
    if not default:
        listed = ", ".join(each.place for each in builds)
        raise Blocked(ReasonCode.NOT_FOUND, f"{spot.place}: {found['name']} is set nowhere; looked in {listed}")
    if '"' in default or "'" in default or "\\" in default:
        raise Blocked(ReasonCode.NOT_PLAIN, f"{spot.place}: the default in {spot.text} is quoted; change it by hand")
    head, tail = spot.text[: found.start("default")], spot.text[found.end("default") :]
    around = spot.text[: found.start()], spot.text[found.end() :]
    return Cell(spot, spot, around[0] + default + around[1], found["name"], *around, head, tail)


def _block_other_uses(
    files: Files, inventory: Inventory, cell: Cell, name: str, *, builds: list[Thing], meant: frozenset[str]
) -> None:
    """Raises Blocked where the variable is used elsewhere: below the Flux Kustomizations that are meant, and by all
    that take it from the same ConfigMap."""
    ours = {(each.manifest.path, each.manifest.name) for each in builds}
    places = []
    for build in inventory.graph.flux:
        own = (build.file, build.flux.name) in ours
        if own or _takes_from(files, inventory, cell, build):
            used = _uses(files, inventory, [build.folder, *build.components], name)
            places += [each for each in used if not own or each not in {cell.used.place, *meant}]
    others = list(dict.fromkeys(places))
    if others:
        raise Blocked(
            ReasonCode.SHARED,
            f"{cell.place}: {name} is used at {', '.join(others)} too; say that all of them are meant, or give "
            f"{cell.used.place} a variable of its own",
        )


def _takes_from(files: Files, inventory: Inventory, cell: Cell, build: FluxBuild) -> bool:
    """Whether a Flux Kustomization takes the variable from the ConfigMap that the cell stands in. Where that cannot be
    told and the name is the same, it counts."""
    holding = [each for name in build.flux.variables for each in inventory.find("ConfigMap", name)]
    if not any(each.path == cell.spot.path for each in holding):
        return False
    flux = _thing_of(files, inventory, build)
    try:
        spot = _from_others(files, inventory, flux, cell.variable or "", Scope()) if flux else None
    except Blocked:
        return True
    return spot is not None and spot.key == cell.spot.key


def _uses(files: Files, inventory: Inventory, folders: list[str], name: str) -> list[str]:
    """file:line of every use of a variable in what is built of these folders."""
    graph = inventory.graph
    start = [path for each in folders for path in ([each] if each in graph.files else graph.below(each))]
    paths = graph.closure(start)[0]
    use = re.compile(rb"(?<!\$)\$\{" + name.encode() + rb"\b")
    places = []
    for path in sorted(paths):
        try:
            lines = files.tree.read(path).splitlines()
        except OSError:
            continue
        places += [f"{path}:{number}" for number, line in enumerate(lines, 1) if use.search(line)]
    return places
