"""Which entry of which list."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from executor.errors import Blocked, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Holder
from executor.recognise.names import SOURCE_KINDS, WORKLOAD_KINDS, AManifest, Entry
from executor.recognise.resolve.base import KUSTOMIZATION_FILES, Base


class EditAsks(Base):
    """manifest.add and manifest.remove of entries of lists."""

    def _manifest_add(self, ask: Ask) -> list[Request]:
        file, path, where = self._list_of(ask)
        entry = self._entry(ask)
        self.partial = [self._request("manifest.add", file=file, path=path, entry=entry)]
        if path in ("resources", "components") and _is_kustomization(file):
            entry = self._what_is_there(file, ask.get("entry"), path)
        everywhere = ask.get("everywhere") or None
        return [self._request("manifest.add", file=file, path=path, entry=entry, where=where, everywhere=everywhere)]

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
        file, path, where = self._list_of(ask)
        entry = self._entry(ask)
        self.partial = [self._request("manifest.remove", file=file, path=path, entry=entry)]
        if path in ("patches", "patchesStrategicMerge") and _is_kustomization(file):
            return [self._request("manifest.remove", file=file, path=path, entry=self._patch_of(file, path, entry))]
        text = self.at.read(file) or ""
        entries = re.findall(r"^\s*-\s+(?:\w+:\s+)?[\"']?([^\s\"'#:]+)[\"']?\s*(?:#.*)?$", text, re.MULTILINE)
        same = [each for each in dict.fromkeys(entries) if entry in (each, _stem(each), _folder(each))]
        if len(same) > 1:
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"{entry} may be {' or '.join(same)} in {file}; write the entry as it stands"
            )
        if not same and not ask.get("entry").code:
            self._block_unknown(file, ask.get("entry"), entries)
        return [self._request("manifest.remove", file=file, path=path, entry=same[0] if same else entry, where=where)]

    def _block_unknown(self, file: str, token: Token, entries: list[str]) -> None:
        """What is not in the list is gone already, if it is a name that nothing else there looks like."""
        like = [each for each in dict.fromkeys(entries) if token.text in each]
        if like:
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"{token.text} is no entry of {file}; {', '.join(like)} is: write it as it stands"
            )
        if not _is_marked(token):
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

    def _list_of(self, ask: Ask) -> tuple[str, str, str | None]:
        """File, path of the list and, where the file holds several objects, which."""
        holder: Holder = ask.get("file")
        said: Token | None = ask.get("list")
        file = self._kustomization(holder) if holder.token is None else None
        if file is not None and ask.get("of") is not None:
            return file, ask.get("of"), None
        if file is not None and _is_kustomization(file) and (said is None or "." not in said.text):
            return file, said.text if said is not None else "resources", None
        if said is None:
            self.partial = [self._request(ask.what, file=file)]
            raise Blocked(ReasonCode.AMBIGUOUS, f"of which list in {file} is not said; write `path.of.the.list`")
        entry: Token = ask.get("entry")
        if not (_is_marked(entry) or entry.quoted):
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, f'"{entry.text}" may be no entry; write `{entry.text}` in code')
        return self._named_list(holder, file, said)

    def _named_list(self, holder: Holder, file: str | None, said: Token) -> tuple[str, str, str | None]:
        """The only list of that name in the file or object."""
        from executor.flux.settings import document, documents, lists, shown

        found: list[tuple[str, str, int, str | None]] = []
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
            for seat in lists(each.kind, root, keys) if root is not None else ():
                found.append((each.path, shown(seat.path), seat.line, where))
        if file is not None and not objects:
            for root in documents(self.at.read(file)):
                found += [(file, shown(seat.path), seat.line, None) for seat in lists("", root, keys)]
        if not found and not said.code:
            raise Unresolved(ReasonCode.UNKNOWN_NAME, f'there is no list "{said.text}" there; write its path in code')
        if len(found) != 1:
            listed = ", ".join(f"{path}:{line} ({where})" for path, where, line, _ in found)
            holds = file or (holder.token.text if holder.token is not None else "")
            raise Blocked(
                ReasonCode.AMBIGUOUS if found else ReasonCode.NOT_FOUND,
                f"the list {said.text} of {holds} may be {listed}; name one by its whole path in code"
                if found
                else f"there is no list {said.text} in {holds}; write `path.of.the.list`",
            )
        path, steps, line, where = found[0]
        if file is None:
            self._block_several(path, line)
        return path, steps, where

    def _block_several(self, path: str, line: int) -> None:
        """Raises Blocked where a file that was not named is built into several deployments."""
        from executor.flux.layers import deployed_by

        found = sorted(deployed_by(self.at.inventory.graph, path))
        if len(found) > 1:
            raise Blocked(
                ReasonCode.SHARED,
                f"{path}:{line} is part of {len(found)} deployments, and all of them would change: {', '.join(found)}; "
                "name the file if all of them are meant",
            )

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
