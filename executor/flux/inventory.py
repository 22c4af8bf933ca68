"""What exists in a repository by name: objects, kustomizations, images, pins. Read once, cached by file stamp.

Read are the files that git knows or would add (ignored ones are nobody's manifests), without archives and the report
folder. A file that is no YAML (a Helm template) is passed over and listed in `unreadable`.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import posixpath
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from executor.config import Config
from executor.flux.facts import Facts, of_file
from executor.flux.images import ImageSource, image_sources, is_dockerfile
from executor.patterns import pattern
from executor.tools import process
from executor.tools.kustomize import FILE_NAMES
from executor.values import dataclass, field, replace

if TYPE_CHECKING:
    from executor.flux.graph import Graph
    from executor.tools.tree import Tree

FORMAT = 7
"""Of the cache; another number there and it is read anew."""

_ARCHIVE = pattern(r"[._-]?archived?s?", re.IGNORECASE)
_NEVER = frozenset({".git", "node_modules", ".venv", "__pycache__", ".terraform"})
_PLACEHOLDER = pattern(r"\$\{|\{\{")
_SETTLED = 2.0
"""Seconds after which a file's stamp is believed: a younger file may change again within one tick of its clock."""

Stamp = list[int]


@dataclass(frozen=True, slots=True)
class Manifest:
    """An object that a file describes. `line`: 1-based, of metadata.name; `document`: 0-based, in its file;
    `namespace`: as the file says, None where it leaves that to kustomize or Flux."""

    path: str
    line: int
    document: int
    api_version: str
    kind: str
    name: str
    namespace: str | None = None

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class PinnedImage:
    """An image reference pinned in a file: `repository` with its host as written, `tag` with a digest if it has one."""

    repository: str
    tag: str | None
    path: str
    line: int

    @property
    def name(self) -> str:
        """Without the registry's host."""
        return split_host(self.repository)[1]


@dataclass(frozen=True, eq=False)
class Inventory:
    """`facts` are by repository path; `unreadable` has the reason by path; `kustomizations` are folders."""

    root: Path
    facts: Mapping[str, Facts]
    images: tuple[ImageSource, ...] = ()
    registries: tuple[str, ...] = ()
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    """Symlinks that git tracks and what they lead to inside of the repository."""
    dockerfiles: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    """Files that may hold objects, and are not read for the facts."""
    absent: tuple[str, ...] = ()
    """YAML that git tracks and a sparse checkout leaves out."""

    @functools.cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        return tuple(Manifest(path, *named) for path, facts in sorted(self.facts.items()) for named in facts.manifests)

    @functools.cached_property
    def kustomizations(self) -> tuple[str, ...]:
        return tuple(sorted(posixpath.dirname(path) or "." for path, facts in self.facts.items() if facts.settings))

    @functools.cached_property
    def pinned_images(self) -> tuple[PinnedImage, ...]:
        return tuple(
            PinnedImage(repository, tag, path, line)
            for path, facts in sorted(self.facts.items())
            for repository, tag, line in facts.pins
        )

    @functools.cached_property
    def charts(self) -> dict[str, frozenset[str]]:
        """Release → the names of the charts that it is made from; what comes from a source is called as its address."""
        sources: dict[tuple[str, str], set[str]] = defaultdict(set)
        for facts in self.facts.values():
            for kind, name, url in facts.sources:
                sources[kind, name].add(posixpath.basename(url.rstrip("/")))
        found: dict[str, set[str]] = defaultdict(set)
        for facts in self.facts.values():
            for release, name, kind in facts.charts:
                found[release] |= sources[kind, name] if kind else {name}
        return {release: frozenset(names - {""}) for release, names in found.items()}

    @functools.cached_property
    def unreadable(self) -> dict[str, str]:
        return {path: facts.problem for path, facts in sorted(self.facts.items()) if facts.problem}

    @functools.cached_property
    def broken(self) -> dict[str, tuple[int, str]]:
        """Line and problem of what should be YAML and is none; a chart's templates are none until helm renders them."""
        found: dict[str, tuple[int, str]] = {}
        for path, problem in self.unreadable.items():
            chart, inside, _ = path.partition("/templates/")
            if inside and f"{chart}/Chart.yaml" in self.facts:
                continue
            line, _, what = problem.removeprefix("line ").partition(": ")
            found[path] = (int(line), what) if line.isdigit() else (1, problem)
        return found

    @functools.cached_property
    def graph(self) -> Graph:
        """Which kustomization names which file; from the files as they were read."""
        from executor.flux.graph import Graph

        return Graph(self.facts, self.links)

    @functools.cached_property
    def _by_name(self) -> dict[str, list[Manifest]]:
        found: dict[str, list[Manifest]] = defaultdict(list)
        for each in self.manifests:
            if not _PLACEHOLDER.search(each.name):
                found[each.name].append(each)
        return found

    @functools.cached_property
    def _names(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for name, manifests in self._by_name.items():
            for each in manifests:
                found[each.kind].add(name)
        return {kind: frozenset(names) for kind, names in found.items()}

    def find(self, kind: str, name: str | None = None, namespace: str | None = None) -> tuple[Manifest, ...]:
        """Manifests of that kind; `name: ${APP}` never matches. `namespace` is the one that it ends up in."""
        among: Iterable[Manifest] = self._by_name.get(name, ()) if name is not None else self._everyone()
        return tuple(
            each for each in among if each.kind == kind and (namespace is None or namespace in self.namespaces(each))
        )

    def _everyone(self) -> Iterator[Manifest]:
        return (each for each in self.manifests if not _PLACEHOLDER.search(each.name))

    def names(self, kind: str) -> frozenset[str]:
        return self._names.get(kind, frozenset())

    def image(self, name: str) -> tuple[ImageSource, ...]:
        """By its full name (`ffl/backend`), else by the last part of it."""
        whole = tuple(each for each in self.images if each.name == name)
        return whole or tuple(each for each in self.images if each.name.rpartition("/")[2] == name)

    def group(self, name: str) -> tuple[ImageSource, ...]:
        return tuple(each for each in self.images if each.group == name)

    def near(self, name: str) -> tuple[str, ...]:
        """At most five names of anything here that resemble `name`, the nearest first."""
        from difflib import get_close_matches

        known = {each.casefold(): each for each in self._everything()}
        wanted = name.casefold()
        close = get_close_matches(wanted, known, n=5, cutoff=0.6)
        within = sorted(
            each for each in known if len(wanted) > 2 and (wanted in each or (len(each) > 2 and each in wanted))
        )
        return tuple(known[each] for each in dict.fromkeys([*close, *within]))[:5]

    def _everything(self) -> Iterator[str]:
        yield from self._by_name
        yield from (each.name for each in self.images)
        yield from (each.group for each in self.images if each.group)

    def namespaces(self, manifest: Manifest) -> frozenset[str]:
        """Every namespace that it ends up in, through the kustomizations and Flux Kustomizations that take it in."""
        return self.graph.namespaces(manifest.path, manifest.namespace)

    def effective_namespace(self, manifest: Manifest) -> str | None:
        """The one namespace that it ends up in; None where that is not known or there are several."""
        found = self.namespaces(manifest)
        return next(iter(found)) if len(found) == 1 else None

    def updated(self, tree: Tree, contents: Mapping[str, bytes] | None = None) -> Inventory:
        """With the tree's overlay and `contents` laid over the files as they were read. Kept for the next call with the
        same overlay: what one criterion plans is looked at by all that follow."""
        laid = {**tree.overlay, **(contents or {})}
        if not laid:
            return self
        known = self.__dict__.get("_updated")
        if known is None or known[0] != laid:
            read_anew = {path: of_file(path, data) for path, data in laid.items() if _is_yaml(path)}
            known = (laid, replace(self, facts={**self.facts, **read_anew}))
            self.__dict__["_updated"] = known
        found: Inventory = known[1]
        return found

    def current(self) -> Inventory:
        """As the files are on disk now: itself where none of those that were read has changed."""
        changed = {path: now for path, stamp in self.stamps.items() if (now := _stamp(f"{self.root}/{path}")) != stamp}
        if not changed:
            return self
        facts, stamps = dict(self.facts), dict(self.stamps)
        for path, now in changed.items():
            facts.pop(path, None)
            stamps.pop(path)
            if now:
                facts[path], stamps[path] = of_file(path, (self.root / path).read_bytes()), now
        return replace(self, facts=facts, stamps=stamps)


FactsByContent = dict[tuple[str, bytes], Facts]
"""The facts of files that were read in this process, by path and content."""


def read(root: Path, config: Config, known: FactsByContent | None = None) -> Inventory:
    """The inventory of the repository whose top folder is `root`. Raises nothing for what is wrong in a file. Where
    `known` is given it is used and added to, and no cache on the disk."""
    every, tracked_links, sparse = _listed(root)
    listed = [path for path in every if not _left_out(path, config.report_folder)]
    links = {link: target for link in tracked_links if (target := _target(root, link)) is not None}
    stamps = {path: stamp for path in listed if _is_yaml(path) and (stamp := _stamp(f"{root}/{path}"))}
    facts = _read_all(root, stamps) if known is None else _read_again(root, stamps, known)
    for link, target in links.items():
        if posixpath.basename(link) in FILE_NAMES and (root / target).is_file():
            facts[link] = Facts(settings=of_file(link, (root / target).read_bytes()).settings)
    pins = {repository for each in facts.values() for repository, _, _ in each.pins}
    names = {split_host(repository)[1] for repository in pins}
    dockerfiles = [path for path in listed if is_dockerfile(path) and (root / path).is_file()]
    hosts = {host for repository in pins if (host := split_host(repository)[0])}
    if config.registry.url:
        hosts.add(config.registry.url)
    images = image_sources(root, config, dockerfiles, names)
    listed_json = tuple(path for path in listed if path.endswith(".json"))
    absent = tuple(path for path in listed if path in sparse and _is_yaml(path) and path not in stamps)
    return Inventory(
        root, facts, tuple(images), tuple(sorted(hosts)), stamps, links, tuple(dockerfiles), listed_json, absent
    )


def split_host(repository: str) -> tuple[str | None, str]:
    """`192.168.7.21:5000/ffl/backend` → its registry host (None where it has none) and the rest (Docker's rule)."""
    first, slash, rest = repository.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return first, rest
    return None, repository


def _is_yaml(path: str) -> bool:
    return path.endswith((".yaml", ".yml")) or posixpath.basename(path) in FILE_NAMES


def _left_out(path: str, report_folder: str) -> bool:
    if path.startswith(report_folder.rstrip("/") + "/"):
        return True
    return any(part in _NEVER or _ARCHIVE.fullmatch(part) for part in path.split("/")[:-1])


def _listed(root: Path) -> tuple[list[str], list[str], frozenset[str]]:
    """Every file that git tracks or would track, and those among the tracked ones that are symlinks, or that need not
    be on the disk; by walking where there is no git or it does not know the folder."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    with contextlib.suppress(OSError):
        argv = ["git", "ls-files", "-z", "-t", "--stage", "--others", "--cached", "--exclude-standard"]
        done = process.run(argv, cwd=root, env={**env, "GIT_OPTIONAL_LOCKS": "0"}, timeout=30, at_our_death=None)
        if done.exit_code == 0 and not done.truncated and not done.timed_out:
            entries = [os.fsdecode(each) for each in done.stdout.split(b"\0") if each]
            links = [each.partition("\t")[2] for each in entries if each.startswith("120000 ", 2)]
            sparse = frozenset(each.partition("\t")[2] for each in entries if each.startswith("S "))
            return sorted({_STAGE.sub("", each) for each in entries}), links, sparse
    return sorted(_walked(root)), [], frozenset()


_STAGE = pattern(r"\A[A-Z?] (?:(?:100644|100755|120000|160000) [0-9a-f]{40,64} [0-3]\t)?")


def _target(root: Path, link: str) -> str | None:
    """What a symlink leads to, from the top; None where that is outside, git's own, or not there."""
    try:
        found = (root / link).resolve(strict=True)
        inside = found.relative_to(root).as_posix()
    except (OSError, RuntimeError, ValueError):
        return None
    return None if ".git" in inside.casefold().split("/") else inside


def _walked(root: Path) -> Iterator[str]:
    for folder, names, files in os.walk(root):
        names[:] = [each for each in names if each not in _NEVER]
        below = Path(folder).relative_to(root).as_posix()
        yield from (posixpath.normpath(posixpath.join(below, each)) for each in files)


def _stamp(path: str) -> Stamp | None:
    """What changes when a file does; None for what is no regular file (a symlink's target is read where it lies)."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    if not 0o100000 <= found.st_mode < 0o110000:
        return None
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino]


def _read_all(root: Path, stamps: Mapping[str, Stamp]) -> dict[str, Facts]:
    cache = _Cache.of(root)
    facts: dict[str, Facts] = {}
    for path, stamp in stamps.items():
        known = cache.get(path, stamp)
        if known is None:
            try:
                known = of_file(path, (root / path).read_bytes())
            except OSError as error:
                known = Facts(problem=error.strerror or str(error))
            cache.fresh = True
        facts[path] = known
    cache.keep(stamps, facts)
    return facts


def _read_again(root: Path, paths: Iterable[str], known: FactsByContent) -> dict[str, Facts]:
    facts: dict[str, Facts] = {}
    for path in paths:
        try:
            data = (root / path).read_bytes()
        except OSError as error:
            facts[path] = Facts(problem=error.strerror or str(error))
            continue
        if (path, data) not in known:
            known[path, data] = of_file(path, data)
        facts[path] = known[path, data]
    return facts


class _Cache:
    """Facts by path and stamp, in a file under git's common folder. Broken, foreign or unwritable: as if empty."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.fresh = False
        self.entries: dict[str, Any] = {}
        if file is not None:
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                data = json.loads(file.read_bytes())
                if data["format"] == FORMAT and isinstance(data["files"], dict):
                    self.entries = data["files"]

    @classmethod
    def of(cls, root: Path) -> _Cache:
        folder = _git_common_dir(root)
        mark = f"{zlib.crc32(os.fsencode(root)):08x}"
        return cls(None if folder is None else folder / "executor" / f"inventory-{mark}.json")

    def get(self, path: str, stamp: Stamp) -> Facts | None:
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            old, data = self.entries[path]
            if old == stamp:
                return Facts.of_json(data)
        return None

    def keep(self, stamps: Mapping[str, Stamp], facts: Mapping[str, Facts]) -> None:
        """Written beside and renamed; only what is old enough to be told apart from a later change."""
        if self.file is None or not (self.fresh or self.entries.keys() - stamps.keys()):
            return
        old_enough = (time.time() - _SETTLED) * 1e9
        entries = {
            path: [stamp, facts[path].as_json()] for path, stamp in stamps.items() if max(stamp[:2]) < old_enough
        }
        import tempfile

        with contextlib.suppress(OSError):
            self.file.parent.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self.file.parent, delete=False, encoding="utf-8") as beside:
                json.dump({"format": FORMAT, "files": entries}, beside, separators=(",", ":"))
            Path(beside.name).replace(self.file)


def _git_common_dir(root: Path) -> Path | None:
    """Where git keeps what all work trees share, without asking git (gitrepository-layout)."""
    found = root / ".git"
    try:
        if found.is_file():
            found = (root / found.read_text().removeprefix("gitdir:").strip()).resolve()
        common = found / "commondir"
        if common.is_file():
            found = (found / common.read_text().strip()).resolve()
    except (OSError, UnicodeDecodeError):
        return None
    return found if found.is_dir() else None
