"""Which entry of which list."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from executor.errors import Blocked, Unresolved
from executor.models import Request
from executor.patterns import pattern
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import NO_WORD, Ask, Holder
from executor.recognise.names import SOURCE_KINDS, WORKLOAD_KINDS, AManifest, Entry
from executor.recognise.resolve.base import KUSTOMIZATION_FILES, Base
from executor.values import dataclass, replace

if TYPE_CHECKING:
    from executor.flux.settings import Seat


_ENTRY = pattern(r"^\s*-\s+(?:\w+:\s+)?[\"']?([^\s\"'#:]+)[\"']?\s*(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Listing:
    """A list of a file: where it is and the texts in it. `line` 0: a kustomization's own."""

    file: str
    path: str
    line: int = 0
    where: str | None = None
    everywhere: bool = False
    namespace: str | None = None
    entries: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line} ({self.path})"

    def arguments(self, entry: str) -> dict[str, Any]:
        about = {"where": self.where, "everywhere": self.everywhere}
        return {"file": self.file, "path": self.path, "entry": entry, **about}


def _listing(file: str, root: Any, seat: Seat, where: str | None = None, namespace: str | None = None) -> Listing:
    from executor.flux.settings import shown, texts

    return Listing(file, shown(seat.path), seat.line, where, False, namespace, texts(root, seat.path))


class EditAsks(Base):
    """manifest.add and manifest.remove of entries of lists."""

    def _manifest_add(self, ask: Ask) -> list[Request]:
        found = self._lists_of(ask)
        entry = self._entry(ask)
        self.partial = [self._request("manifest.add", file=found[0].file, path=found[0].path, entry=entry)]
        if found[0].path in ("resources", "components") and _is_kustomization(found[0].file):
            entry = self._what_is_there(found[0].file, ask.get("entry"), found[0].path)
        return [self._request("manifest.add", **each.arguments(entry)) for each in found]

    def _what_is_there(self, file: str, token: Token, path: str) -> str:
        """`monitoring` of a kustomization that lies beside monitoring.yaml is that file: the only thing of the name."""
        entry, folder = token.text, file.rpartition("/")[0]
        inside = f"{folder}/" if folder else ""
        if "://" in entry or self.at.exists(posixpath.normpath(inside + entry)):
            return entry
        found = [each for each in (f"{entry}.yaml", f"{entry}.yml") if self.at.exists(inside + each)]
        if not found and path == "resources":
            defined = {each.path for each in self.names.of_kind("Namespace") if each.name == entry}
            found = [posixpath.relpath(each, folder or ".") for each in sorted(defined)]
        if len(found) > 1:
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{entry} may be {', '.join(found)} for {file}; write it as it has to stand",
            )
        if not found and not _is_marked(token):
            raise Unresolved(ReasonCode.UNKNOWN_NAME, f"{file}: there is no {entry} that it could list; write its path")
        return found[0] if found else entry

    def _manifest_remove(self, ask: Ask) -> list[Request]:
        found = self._lists_of(ask)
        entry, file, path = self._entry(ask), found[0].file, found[0].path
        self.partial = [self._request("manifest.remove", file=file, path=path, entry=entry)]
        if found[0].line:
            return [self._request("manifest.remove", **each.arguments(entry)) for each in self._with(found, entry)]
        if path in ("patches", "patchesStrategicMerge") and _is_kustomization(file):
            return [self._request("manifest.remove", file=file, path=path, entry=self._patch_of(file, path, entry))]
        text = self.at.read(file) or ""
        entries = _ENTRY.findall(text)
        same = [each for each in dict.fromkeys(entries) if entry in (each, _stem(each), _folder(each))]
        if len(same) > 1:
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"{entry} may be {' or '.join(same)} in {file}; write the entry as it stands"
            )
        if not same and not ask.get("entry").code:
            self._block_unknown(file, ask.get("entry"), entries)
        return [self._request("manifest.remove", file=file, path=path, entry=same[0] if same else entry)]

    def _with(self, found: Sequence[Listing], entry: str) -> list[Listing]:
        """The lists that have it. In none of them it may be misspelt: that it is gone would be a tick for nothing."""
        there = [each for each in found if entry in each.entries]
        if there:
            return there
        listed = ", ".join(f"{each}: {', '.join(each.entries) or 'no text'}" for each in found)
        raise Blocked(ReasonCode.NOT_FOUND, f"{entry} is in none of {listed}; write the entry as it stands")

    def _block_unknown(self, file: str, token: Token, entries: list[str]) -> None:
        """What is not in the list is gone already, if it is a name that nothing else there looks like."""
        like = [each for each in dict.fromkeys(entries) if token.text in each]
        if like:
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"{token.text} is no entry of {file}; {', '.join(like)} is: write it as it stands"
            )
        if not _is_marked(token):
            from difflib import get_close_matches

            near = get_close_matches(
                token.text, {name for each in entries for name in (_stem(each), _folder(each))}, n=2
            )
            if len(near) == 1:
                self.instead = (token, near[0])
            raise Unresolved(ReasonCode.UNKNOWN_NAME, f"{token.text} is no entry of {file}; write it as it stands")

    def _patch_of(self, file: str, path: str, entry: str) -> Any:
        """The one patch of a kustomization that is a file of that name, or whose target is called so."""
        from executor.flux.settings import documents, entries

        found: list[Any] = []
        listed = [each for root in documents(self.at.read(file))[:1] for each in entries(root, path)]
        for each in listed:
            name = each.get("path", "") if isinstance(each, dict) else each
            target = each.get("target") if isinstance(each, dict) else None
            if entry in (name, _stem(name)) or (isinstance(target, dict) and target.get("name") == entry):
                found.append({"path": str(name)} if isinstance(each, dict) else str(name))
        if len(found) != 1 or found[0] == {"path": ""}:
            there = ", ".join(
                str(each.get("path", "an inline patch") if isinstance(each, dict) else each) for each in listed
            )
            code = ReasonCode.AMBIGUOUS if found else ReasonCode.NOT_FOUND
            raise Blocked(code, f"{file}: {entry} is not one file of its {path}; there are {there or 'none'}")
        return found[0]

    def _lists_of(self, ask: Ask) -> list[Listing]:
        """The list that is meant; with "everywhere", each that some deployment takes it from."""
        holder: Holder = ask.get("file")
        said: Token | None = ask.get("list")
        if holder.kind == "stage":
            holder = Holder(file=self._listing_of(holder.file or "", ask.get("entry").text))
        file = self._file_here(holder) if holder.token is None else None
        everywhere = bool(ask.get("everywhere"))
        if file is not None and ask.get("of") is not None:
            return [Listing(file, ask.get("of"), everywhere=everywhere)]
        if file is not None and _is_kustomization(file) and (said is None or "." not in said.text):
            return [Listing(file, said.text if said is not None else "resources", everywhere=everywhere)]
        if said is None:
            self.partial = [self._request(ask.what, file=file)]
            raise Blocked(ReasonCode.AMBIGUOUS, f"of which list in {file} is not said; write `path.of.the.list`")
        entry: Token = ask.get("entry")
        if not (entry.code or entry.quoted or entry.entry is not None or NO_WORD.search(entry.text)):
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, f'"{entry.text}" may be no entry; write `{entry.text}` in code')
        limits = self._limits(ask.get("places"), named=file is not None)
        every = self._named_lists(holder, file, said)
        found = [each for each in every if self._stays(each, limits)]
        if limits.get("everywhere") or everywhere:
            found = [replace(each, everywhere=True) for each in found]
            found = self._counting_lists(found)
        holds = file or (holder.token.text if holder.token is not None else "")
        if len(found) > 1 and not (limits.get("everywhere") and self._are_one(found)):
            listed = ", ".join(map(str, found))
            raise Blocked(ReasonCode.AMBIGUOUS, f"the list {said.text} of {holds} may be {listed}; name the file")
        if not found and every:
            where = limits.get("stage") or limits.get("file") or limits.get("where") or limits.get("namespace")
            reason = f"the list {said.text} of {holds} is not in {where} alone: {', '.join(map(str, every))}"
            raise Blocked(ReasonCode.NOT_FOUND, f"{reason}; name the file")
        if file is None and not limits.keys() & {"everywhere", "stage", "file"}:
            self._block_several(found[0].file, found[0].line)
        return found

    def _stays(self, listing: Listing, limits: Mapping[str, Any]) -> bool:
        """Whether a list is where the sentence says."""
        folder = limits.get("where")
        inside = folder is None or listing.file.startswith(folder.rstrip("/") + "/")
        spaces = self.at.inventory.graph.namespaces(listing.file, listing.namespace)
        return (
            inside
            and limits.get("file") in (None, listing.file)
            and ("stage" not in limits or self._in_stage(listing.file, limits["stage"]))
            and limits.get("namespace") in (None, *spaces)
        )

    def _are_one(self, found: Sequence[Listing]) -> bool:
        """One list of one object, in several files."""
        return len({each.path for each in found}) == 1 and len({each.file for each in found}) == len(found)

    def _counting_lists(self, found: list[Listing]) -> list[Listing]:
        """Without those over which each deployment lays another. A list lies over the other as a whole."""
        from executor.flux.layers import counting

        files = [each.file for each in found]
        kept = counting(self.at.inventory.graph, files) if self._are_one(found) else None
        if kept is None:
            return found
        for each in found:
            if each.file not in kept:
                self.at.remark(f"{each} stays: each deployment has another list laid over it")
        return [each for each in found if each.file in kept]

    def _file_here(self, holder: Holder) -> str:
        """The file, or that of a folder. Raises Blocked for one that is not the place's that stands above it."""
        file = self._kustomization(holder)
        stage = self._limits((), named=True).get("stage")
        if stage is not None and not self._in_stage(file, stage):
            what = f"{file} is not {stage}'s, and {self.at.above_said} names {stage}"
            raise Blocked(ReasonCode.SHARED, f"{what}; write it where no place is said, or name a file of {stage}")
        return file

    def _named_lists(self, holder: Holder, file: str | None, said: Token) -> list[Listing]:
        """Every list of that name in the file or object; raises where there is none."""
        from executor.flux.parts import beside
        from executor.flux.settings import document, documents, lists

        found: list[Listing] = []
        keys = tuple(said.text.split("."))
        if file is not None:
            objects = [each for each in self.names.manifests if each.path == file]
        else:
            assert holder.token is not None
            objects = list(objects_of(holder.token.entry or self.names.entry(holder.token.text), holder.kind))
        for each in objects:
            root = document(self.at.read(each.path), each.kind, each.name)
            several = sum(other.path == each.path for other in self.names.manifests) > 1
            where = f"{each.kind}/{each.name}" if several else None
            for seat in lists(each.kind, root, keys, holder.part) if root is not None else ():
                part = beside(seat.path) if len(keys) == 1 and not holder.part else None
                if part is not None:
                    what = f"{each.path}:{seat.line}: {said.text} is {part}'s there; write the whole path in code"
                    raise Blocked(ReasonCode.AMBIGUOUS, f"{what} if it is meant")
                found.append(_listing(each.path, root, seat, where, each.namespace))
        if file is not None and not objects:
            for root in documents(self.at.read(file)):
                found += [_listing(file, root, seat) for seat in lists("", root, keys)]
        if not found and not said.code:
            raise Unresolved(ReasonCode.UNKNOWN_NAME, f'there is no list "{said.text}" there; write its path in code')
        if not found:
            holds = file or (holder.token.text if holder.token is not None else "")
            raise Blocked(ReasonCode.NOT_FOUND, f"there is no list {said.text} in {holds}; write `path.of.the.list`")
        return found

    def _block_several(self, path: str, line: int) -> None:
        """Raises Blocked where a file that was not named is built into several deployments."""
        from executor.flux.layers import deployed_by

        found = sorted(deployed_by(self.at.inventory.graph, path))
        if len(found) > 1:
            raise Blocked(
                ReasonCode.SHARED,
                f"{path}:{line} is part of {len(found)} deployments, and all of them would change: {', '.join(found)}; "
                "say everywhere, or name the file, if all of them are meant",
            )

    def _listing_of(self, stage: str, entry: str) -> str:
        """The only kustomization in a folder of that name that lists what is called so."""
        name, found = self._stage(stage), []
        for folder in self.names.folders:
            inside = [f"{folder}/{each}" for each in KUSTOMIZATION_FILES if self.at.exists(f"{folder}/{each}")]
            if folder.rpartition("/")[2] == name and inside:
                listed = re.findall(
                    r"^\s*-\s+[\"']?([^\s\"'#:]+)[\"']?\s*(?:#.*)?$", self.at.read(inside[0]) or "", re.MULTILINE
                )
                found += [inside[0]] if any(entry in (each, _stem(each), _folder(each)) for each in listed) else []
        if len(found) != 1:
            where = f"in {' and '.join(found)}" if found else f"in no kustomization of {name}"
            code = ReasonCode.AMBIGUOUS if found else ReasonCode.NOT_FOUND
            raise Blocked(code, f"{entry} is listed {where}; write the file")
        return found[0]

    def _kustomization(self, holder: Holder) -> str:
        """The file itself; of a folder its kustomization file."""
        assert holder.file is not None
        called = holder.kind == "kustomization"
        folder = self._folder_called(holder.file) if called else self._path(holder.file)
        if "." in folder.rpartition("/")[2]:
            return folder
        inside = [f"{folder}/{name}" for name in KUSTOMIZATION_FILES if self.at.exists(f"{folder}/{name}")]
        if not inside:
            raise Blocked(ReasonCode.NOT_FOUND, f"{folder} holds no kustomization file; name the file")
        return inside[0]

    def _folder_called(self, end: str) -> str:
        """The only folder with a kustomization file whose path ends so."""
        wanted = end.lower().split("/")
        found = [each for each in self.names.folders if each.lower().split("/")[-len(wanted) :] == wanted]
        if len(found) != 1:
            listed = ", ".join(sorted(found)[:10])
            raise Blocked(
                ReasonCode.AMBIGUOUS if found else ReasonCode.NOT_FOUND,
                f"the kustomization of {end.replace('/', ' ')} may be that of {listed}; write its path"
                if found
                else f"no folder {end} here has a kustomization; write its path",
            )
        return found[0]

    def _entry(self, ask: Ask) -> str:
        token: Token = ask.get("entry")
        if isinstance(token.value, tuple):
            raise Blocked(ReasonCode.NOT_SUPPORTED, f"`{token.text}` is no plain entry")
        if "<" in token.text or "..." in token.text or "$" in token.text:
            raise Blocked(ReasonCode.PLACEHOLDER, f'"{token.text}" stands for an entry; write it')
        return token.text


def objects_of(entry: Entry | None, kind: str | None) -> Iterator[AManifest]:
    """What is called so, of that kind (None: of any that holds settings)."""
    if entry is None:
        return
    if kind in (None, "HelmRelease"):
        yield from entry.releases
    if kind is None or kind in WORKLOAD_KINDS:
        yield from (each for each in entry.workloads if kind in (None, each.kind))
    if kind in (None, "ConfigMap"):
        yield from entry.configs
    if kind in (None, "Kustomization"):
        yield from entry.kustomizations
    if kind is None or kind in SOURCE_KINDS:
        yield from (each for each in entry.sources if kind in (None, each.kind))
    if kind is not None:
        yield from (each for each in entry.others if kind == each.kind)


def _is_marked(token: Token) -> bool:
    """Whether a word is certainly meant as the name of something: code, a path, a name that exists."""
    return token.code or token.entry is not None or bool(re.search(r"[-_./]", token.text))


def _is_kustomization(file: str) -> bool:
    return file.rpartition("/")[2] in KUSTOMIZATION_FILES


def scalar(text: str, key: str = "") -> Any:
    """A YAML scalar as people mean it: numbers and truth values typed, everything else its text as written.

    What stands under a key such as `tag` or `version` is text: 1.20 is no number there.
    """
    quoted = re.fullmatch(r"\"([^\"]*)\"|'([^']*)'", text)
    if quoted:
        return quoted[1] if quoted[1] is not None else quoted[2]
    if re.search(r"(?i)tag|version|digest|revision", key.rpartition(".")[2]):
        return text
    if re.fullmatch(r"-?(?:0|[1-9]\d{0,17})", text):
        return int(text)
    if re.fullmatch(r"-?(?:0|[1-9]\d*)\.\d+", text) and repr(float(text)) == text:
        return float(text)
    return {"true": True, "false": False}.get(text, text)


def _stem(entry: str) -> str:
    return entry.rstrip("/").rpartition("/")[2].removesuffix(".yaml").removesuffix(".yml")


def _folder(entry: str) -> str:
    """The folder that the file of an entry stands in: `./atuin/ks.yaml` is atuin's."""
    return entry.rpartition("/")[0].rpartition("/")[2] if entry.endswith((".yaml", ".yml")) else ""
