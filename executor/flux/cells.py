"""What is really edited for a value: itself, or the variable that Flux substitutes for it after the build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from executor.errors import Blocked
from executor.flux.places import Files, Spot, Thing
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.tools.yaml_span import plain_is_string
from executor.values import dataclass

if TYPE_CHECKING:
    from executor.flux.inventory import Inventory, Manifest

_VARIABLE = pattern(r"(?<!\$)\$\{(?P<name>[A-Za-z_]\w*)(?:(?P<operator>:?[=-])(?P<default>[^${}]*))?\}")
"""drone/envsubst as Flux uses it: a name, or a name with a default. Everything else in `${}` is not edited."""


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
        inner = value.removeprefix(self.prefix).removesuffix(self.suffix)
        if self.prefix + inner + self.suffix != value or not inner:
            raise Blocked(
                ReasonCode.NOT_PLAIN,
                f"{self.used.place}: the value is {self.used.text}, which cannot become {value} by changing "
                f"{self.variable}; change it by hand",
            )
        if self.variable and not plain_is_string(self.prefix + inner + self.suffix):
            raise Blocked(
                ReasonCode.NOT_PLAIN,
                f"{self.used.place}: {value} would be substituted without quotes and read as something else than a "
                "string; change it by hand",
            )
        return self.head + inner + self.tail


def cells(files: Files, inventory: Inventory, spot: Spot, *, everywhere: bool) -> list[Cell]:
    """The cells of a value: one, or one for each Flux Kustomization that sets its variable. Raises Blocked."""
    if "${" not in spot.text.replace("$${", ""):
        return [Cell(spot, spot, "" if spot.is_null else spot.text)]
    found = list(_VARIABLE.finditer(spot.text))
    if len(found) != 1 or spot.text.count("${") != 1:
        raise Blocked(
            ReasonCode.NOT_PLAIN, f"{spot.place}: {spot.text} is put together from variables; change it by hand"
        )
    builds = _builders(files, inventory, spot.path)
    name, around = found[0]["name"], (spot.text[: found[0].start()], spot.text[found[0].end() :])
    result = [_set_by(files, inventory, each, name) for each in builds]
    known = [Cell(each, spot, around[0] + each.text + around[1], name, *around) for each in result if each is not None]
    if not known:
        return [_default(spot, found[0], builds)]
    if len(known) < len(result):
        raise Blocked(
            ReasonCode.AMBIGUOUS, f"{spot.place}: {name} is set by {known[0].place} but not wherever the file is used"
        )
    for each in known:
        _block_other_uses(files, inventory, each, name, everywhere=everywhere)
    return known


def _builders(files: Files, inventory: Inventory, path: str) -> list[Thing]:
    """The Flux Kustomizations that build the file."""
    graph = inventory.graph
    wanted = {(each.file, each.flux.document, each.flux.name) for each in graph.builds(graph.reach(path))}
    return [
        files.thing(each)
        for each in inventory.manifests
        if each.kind == "Kustomization" and (each.path, each.document, each.name) in wanted
    ]


def _set_by(files: Files, inventory: Inventory, flux: Thing, name: str) -> Spot | None:
    """The place of a variable that a Flux Kustomization sets: `substitute` wins over `substituteFrom`, later ones over
    earlier ones (kustomize-controller, `LoadVariables`)."""
    spot = flux.spot("spec", "postBuild", "substitute", name) or _from_others(files, inventory, flux, name)
    if spot is not None and "${" in spot.text:
        raise Blocked(
            ReasonCode.NOT_PLAIN, f"{spot.place}: {name} is {spot.text}, itself a variable; change it by hand"
        )
    return spot


def _from_others(files: Files, inventory: Inventory, flux: Thing, name: str) -> Spot | None:
    sources = flux.node("spec", "postBuild", "substituteFrom")
    count = len(getattr(sources[0], "items", ())) if sources else 0
    for i in reversed(range(count)):
        kind = flux.text("spec", "postBuild", "substituteFrom", i, "kind")
        which = flux.text("spec", "postBuild", "substituteFrom", i, "name") or ""
        for each in inventory.find(kind or "", which):
            if kind == "ConfigMap" and (spot := files.thing(each).spot("data", name)):
                return _only(inventory, each, spot, which)
        if kind == "Secret":
            raise Blocked(
                ReasonCode.NOT_FOUND,
                f"{flux.place}: {name} may come from the Secret {which}, which cannot be read here; change it there",
            )
    return None


def _only(inventory: Inventory, manifest: Manifest, spot: Spot, name: str) -> Spot:
    several = inventory.find("ConfigMap", name)
    if len(several) > 1:
        listed = ", ".join(each.place for each in several)
        raise Blocked(ReasonCode.AMBIGUOUS, f"the ConfigMap {name} is there several times: {listed}; change it by hand")
    return spot


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


def _block_other_uses(files: Files, inventory: Inventory, cell: Cell, name: str, *, everywhere: bool) -> None:
    """Raises Blocked where the variable is used elsewhere below the same Flux Kustomizations."""
    if everywhere:
        return
    graph = inventory.graph
    folders = {each.flux.path for each in graph.builds(graph.reach(cell.used.path))}
    paths, _, _ = graph.closure(
        [inner for folder in folders for inner in (graph.below(folder) or [folder])] + [*folders]
    )
    places = []
    use = re.compile(rb"(?<!\$)\$\{" + name.encode() + rb"\b")
    for path in sorted(paths):
        try:
            data = files.tree.read(path)
        except OSError:
            continue
        lines = data.splitlines()
        places += [f"{path}:{number}" for number, line in enumerate(lines, 1) if use.search(line)]
    others = [each for each in places if each != cell.used.place]
    if others:
        raise Blocked(
            ReasonCode.SHARED,
            f"{cell.place}: {name} is used at {', '.join(others)} too; say that all of them are meant, or give "
            f"{cell.used.place} a variable of its own",
        )
