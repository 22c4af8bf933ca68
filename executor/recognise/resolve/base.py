"""What all asks share: where they are looked up, and how a place, a path or a version is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked, Stop, Unresolved
from executor.models import Request, Source
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Images, Place, Wanted
from executor.recognise.names import Entry, Names
from executor.recognise.versions import EXACT, SHA, Version
from executor.recognise.words import WORDS, fold
from executor.values import dataclass, field

if TYPE_CHECKING:
    from executor.flux.inventory import Inventory

_SYNONYMS = {
    "production": ("production", "prod"), "prod": ("prod", "production"), "staging": ("staging", "stage"),
    "stage": ("stage", "staging"), "development": ("development", "dev"), "dev": ("dev", "development"),
}  # fmt: skip
KUSTOMIZATION_FILES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


@dataclass(frozen=True)
class Facts:
    """What the task's other criteria name explicitly, by what they ask for."""

    images: tuple[str, ...] = ()
    versions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hosts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    releases: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Setting:
    """Where a criterion is looked up: names, the task's own words around it, and the repository it works in."""

    names: Names
    name: str
    """Of the repository that is worked in."""
    line: int
    source: Source
    repository: str | None
    registry: str | None
    host_of_task: str | None
    version: Wanted | None
    version_said: str
    version_of: tuple[Entry, ...]
    """What the heading with the version names; empty: it is everything's."""
    explicit: bool
    """Only what is named counts: the task's criteria are being read for what they name."""
    above: tuple[str, ...]
    """The places (folder names) that the nearest heading, lead or parent with one names."""
    above_said: str
    facts: Callable[[], Facts]
    exists: Callable[[str], bool]
    read: Callable[[str], str | None]
    remark: Callable[[str], None]
    inventory: Inventory


Instead = str | tuple[Token, str] | None


class Incomplete(Exception):
    """A Stop on the way, with the requests that were already complete or known in part. `instead`: what to write, or a
    word and the name that is nearest to it."""

    def __init__(self, stop: Stop, requests: Sequence[Request], instead: Instead = None) -> None:
        super().__init__(str(stop))
        self.stop, self.requests, self.instead = stop, tuple(requests), instead


class Base:
    """One sentence. `partial` holds what is known of an ask that could not be resolved."""

    def __init__(self, setting: Setting, asks: Sequence[Ask]) -> None:
        self.at, self.names, self.asks = setting, setting.names, asks
        self.partial: list[Request] = []
        self.instead: Instead = None
        self.images: Images | None = None

    def _request(self, operation: str, **arguments: Any) -> Request:
        kept = {key: value for key, value in arguments.items() if value is not None and value is not False}
        return Request(operation, kept, self.at.source, self.at.line, self.at.repository)

    def _place(self, place: Place, so_far: Mapping[str, Any]) -> dict[str, Any]:
        if place.repository is not None:
            self._here(place.repository)
            return {}
        if place.everywhere:
            self._block_contrary("everywhere", "")
            return {"everywhere": True, **({"both": True} if place.both else {})}
        if place.path is not None:
            path = self._path(place.path)
            return {"file": path} if "." in path.rpartition("/")[2] else {"where": path}
        if place.namespace is not None:
            return {"namespace": place.namespace}
        assert place.stage is not None
        if so_far.get("where"):
            raise Unresolved(ReasonCode.AMBIGUOUS, f"two places: {so_far['where']} and {place.stage}; write one")
        return {"where": self._stage(place.stage)}

    def _limits(self, places: Sequence[Any], *, named: bool) -> dict[str, Any]:
        """stage, namespace, file or folder, everywhere: at most one of each. `named`: the file is the holder."""
        found: dict[str, Any] = {}
        for place in places:
            said = self._place(place, found)
            if "where" in said and place.path is None:
                said = {"stage": said["where"]}
            if said.keys() & found.keys():
                raise Unresolved(ReasonCode.AMBIGUOUS, "two places of one kind; write one")
            found |= said
        if "stage" in found and found.get("everywhere"):
            reason = f"it says {found['stage']}, and everywhere; write the one that is meant"
            raise Unresolved(ReasonCode.AMBIGUOUS, reason)
        named = named or "file" in found or "where" in found
        if "stage" not in found and not (named and len(self.at.above) > 1):
            stage = self._stage_above()
            found |= {"stage": stage} if stage is not None else {}
        return found

    def _in_stage(self, path: str, stage: str) -> bool:
        from executor.flux.layers import deployed_by
        from executor.flux.where import named

        if below(path, stage):
            return True
        found = deployed_by(self.at.inventory.graph, path)
        return bool(found) and len(named(found, stage, at=path)) == len(found)

    def _here(self, repository: str | None) -> None:
        """The sentence was read in the repository that it names; raises where it names another one too."""
        if repository and repository.casefold() != self.at.name.casefold():
            raise Unresolved(
                ReasonCode.AMBIGUOUS, f"it names {repository}, but it is about {self.at.name}; name one repository"
            )

    def _stage(self, word: str) -> str:
        """The path part that a stage, cluster or overlay is called by here."""
        found = has_stage(self.names, word)
        if found is not None:
            self._block_contrary(word, found)
            return found
        raise Unresolved(ReasonCode.UNKNOWN_NAME, f'there is no folder "{word}" among the manifests here')

    def _stage_above(self) -> str | None:
        """The place that is said above, for a sentence that says none; raises where they are several."""
        if len(self.at.above) > 1:
            named = " and ".join(self.at.above)
            raise Unresolved(ReasonCode.AMBIGUOUS, f"{self.at.above_said} names {named}; say which in the criterion")
        if self.at.above:
            self.at.remark(f"in {self.at.above[0]}, as its heading says")
        return self.at.above[0] if self.at.above else None

    def _block_contrary(self, word: str, stage: str) -> None:
        """Raises where the sentence says another place than what stands above it. One inside of the other is none."""
        if not self.at.above or stage in self.at.above:
            return
        folders = {*self.names.folders, *(each.path.rpartition("/")[0] for each in self.names.manifests)}
        if not stage or not any(below(each, stage) and below(each, up) for each in folders for up in self.at.above):
            named = " and ".join(self.at.above)
            reason = f'it says "{word}", and {self.at.above_said} says {named}; write the one that is meant in both'
            raise Blocked(ReasonCode.AMBIGUOUS, reason)

    def _both(self) -> list[str]:
        """The two stages of "both overlays"; raises where there are others."""
        stages = sorted({each.rpartition("/")[2] for each in self._all_overlays()})
        if len(stages) != 2:
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"which two are meant is not said: here {'is' if len(stages) == 1 else 'are'} {', '.join(stages)}; "
                "name them",
            )
        return stages

    def _all_overlays(self, part: str = "") -> list[str]:
        """What lies in a folder named overlays; where there is none, the folders that are called as a stage. `part`:
        of those below a folder of that name."""
        folders = [each for each in self.names.folders if not part or fold(part) in fold(each).split("/")[:-1]]
        overlays = [each for each in folders if "overlays" in each.split("/")[:-1]]
        overlays = overlays or [each for each in folders if self._is_stage(each.rpartition("/")[2])]
        if not overlays:
            raise Blocked(
                ReasonCode.NOT_FOUND,
                f"there is no kustomization in a folder named overlays, or called as a stage"
                f"{part and ' below '}{part}; name the paths",
            )
        return overlays

    def _is_stage(self, part: str) -> bool:
        entry = self.names.entry(part)
        return "STAGE" in WORDS.get(fold(part), ()) or (entry is not None and entry.place)

    def _path(self, written: str) -> str:
        """The repository path; a path that does not exist is blocked."""
        path = written.strip().removeprefix("./").rstrip("/") or "."
        if self.at.repository is not None and path.startswith(self.at.repository + "/") and not self.at.exists(path):
            path = path.partition("/")[2]
        elif not self.at.exists(path) and "/" in path and self.at.exists(path.partition("/")[2]):
            first = path.partition("/")[0]
            if first.casefold() == self.names.root.name.casefold():
                path = path.partition("/")[2]
        if not self.at.exists(path):
            raise Blocked(ReasonCode.NOT_FOUND, f"{written} does not exist here; check the path")
        stages = [part for part in path.split("/") if self._is_stage(part)] if self.at.above else []
        if stages and not set(stages) & set(self.at.above):
            self._block_contrary(written, stages[0])
        return path

    def _exact(self, found: Wanted, of: str) -> Version:
        """The version itself, or why it is none."""
        if found.kind == "placeholder":
            raise Blocked(ReasonCode.PLACEHOLDER, f'"{found.text}" stands for a version; write the version')
        if found.kind == "range":
            raise Blocked(ReasonCode.NOT_DETERMINATE, f'"{found.text}" is a range; write one exact version')
        if found.version is None:
            raise Blocked(ReasonCode.NOT_DETERMINATE, f'"{found.text}" names no version; write one exact version')
        if of == "chart" and found.version.kind not in (EXACT, SHA) and not found.version.digest:
            raise Blocked(
                ReasonCode.NOT_DETERMINATE, f'"{found.text}" is no whole chart version; write all three parts'
            )
        return found.version


def has_stage(names: Names, word: str) -> str | None:
    """The folder name that `word` means: itself, or the other spelling where only that one exists."""
    for spelling in spellings(word):
        entry = names.entry(spelling)
        if entry is not None and entry.part:
            return entry.name
    return None


def spellings(word: str) -> tuple[str, ...]:
    """A stage as it may be called: `production`, `prod`."""
    folded = word.casefold()
    return tuple(dict.fromkeys((folded, *_SYNONYMS.get(folded, ()))))


def written(version: Version) -> str:
    if version.digest and version.text:
        return f"{version.text}@{version.digest}"
    return version.digest or version.text


def bare(repository: str) -> str:
    host = host_of(repository)
    return repository[len(host) + 1 :] if host else repository


def host_of(repository: str) -> str:
    host, slash, _ = repository.partition("/")
    return host if slash and ("." in host or ":" in host or host == "localhost") else ""


def below(path: str, part: str) -> bool:
    return f"/{part.strip('/')}/" in f"/{path}/"
