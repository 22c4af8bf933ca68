"""Which value or entry in which file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from executor.errors import Blocked
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Place, Target
from executor.recognise.names import SOURCE_KINDS, WORKLOAD_KINDS, AManifest
from executor.recognise.resolve.base import (
    KUSTOMIZATION_FILES,
    Base,
    below,
)

_WITH_A_SPEC = frozenset({*WORKLOAD_KINDS, *SOURCE_KINDS, "HelmRelease", "Kustomization"})
_TOP_KEYS = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})


class EditAsks(Base):
    """manifest.set, manifest.add, manifest.remove."""

    def _manifest_set(self, ask: Ask) -> list[Request]:
        kind, value = ask.get("scalar")
        self.partial = [self._request("manifest.set", path=ask.get("key"))]
        if kind == "placeholder":
            raise Blocked(ReasonCode.PLACEHOLDER, f'"{value}" stands for a value; write the value')
        if kind == "vague":
            raise Blocked(ReasonCode.NOT_DETERMINATE, f'"{value}" is no value; write it')
        file = self._file(ask.get("file"), ask.get("where")) if ask.get("file") is not None else None
        self.partial = [self._request("manifest.set", file=file, path=ask.get("key"))]
        if file is None:
            raise Blocked(ReasonCode.AMBIGUOUS, f"in which file {ask.get('key')} is to be set is not said; name it")
        self._is_a_key_there(file, ask.get("key"))
        text = value if kind == "setting" else value.text
        before = ask.get("before")
        old = None if before is None else str(before if isinstance(before, str) else before.text)
        where = self._document(ask.get("file"), file)
        limits = {"from_version": old, "everywhere": ask.get("everywhere") or None, "where": where}
        return [self._request_set(file, ask.get("key"), scalar(text, ask.get("key")), limits)]

    def _is_a_key_there(self, file: str, path: str) -> None:
        """Raises for `replicaCount` of a HelmRelease: what is meant lies deeper; it would be added at the top."""
        kinds = {each.kind for each in self.names.manifests if each.path == file}
        first = re.split(r"[.\[]", path.removeprefix("."), maxsplit=1)[0]
        if kinds and kinds <= _WITH_A_SPEC and first not in _TOP_KEYS and not path.startswith("/"):
            values = "spec." if first == "values" else "spec.values."
            deeper = values + path if kinds == {"HelmRelease"} else f"spec.….{path}"
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"{file}: a {' or '.join(sorted(kinds))} has no key {first} at its top; write the whole path, such as "
                f"{deeper}",
            )

    def _request_set(self, file: str, path: str, value: Any, limits: Mapping[str, Any]) -> Request:
        arguments = {"file": file, "path": path, "value": value}
        arguments |= {key: each for key, each in limits.items() if each is not None}
        return Request("manifest.set", arguments, self.at.source, self.at.line, self.at.repository)

    def _manifest_add(self, ask: Ask) -> list[Request]:
        file, path = self._list_of(ask)
        return [self._request("manifest.add", file=file, path=path, entry=self._entry(ask))]

    def _manifest_remove(self, ask: Ask) -> list[Request]:
        file, path = self._list_of(ask)
        entry = self._entry(ask)
        self.partial = [self._request("manifest.remove", file=file, path=path, entry=entry)]
        text = self.at.read(file) or ""
        entries = re.findall(r"^\s*-\s+[\"']?([^\s\"'#:]+)[\"']?\s*(?:#.*)?$", text, re.MULTILINE)
        same = [each for each in dict.fromkeys(entries) if entry in (each, _stem(each), _folder(each))]
        if len(same) > 1:
            raise Blocked(
                ReasonCode.AMBIGUOUS, f"{entry} may be {' or '.join(same)} in {file}; write the entry as it stands"
            )
        return [self._request("manifest.remove", file=file, path=path, entry=same[0] if same else entry)]

    def _list_of(self, ask: Ask) -> tuple[str, str]:
        file = self._file(ask.get("file"))
        if ask.get("list") is not None:
            return file, ask.get("list")
        if file.rpartition("/")[2] in KUSTOMIZATION_FILES:
            return file, "resources"
        self.partial = [self._request(ask.what, file=file)]
        raise Blocked(ReasonCode.AMBIGUOUS, f"of which list in {file} is not said; write `path.of.the.list`")

    def _entry(self, ask: Ask) -> str:
        token: Token = ask.get("entry")
        if isinstance(token.value, tuple):
            raise Blocked(ReasonCode.NOT_SUPPORTED, f"`{token.text}` is no plain entry")
        if "<" in token.text or "..." in token.text or "$" in token.text:
            raise Blocked(ReasonCode.PLACEHOLDER, f'"{token.text}" stands for an entry; write it')
        return token.text

    def _document(self, said: str | Target | None, file: str) -> str | None:
        """`Kind/name`, where the object that is named shares its file with others."""
        if not isinstance(said, Target):
            return None
        shared = sum(each.path == file for each in self.names.manifests) > 1
        return f"{said.kind}/{said.names[0].entry.name}" if shared and said.names[0].entry is not None else None

    def _file(self, said: str | Target, place: Place | None = None) -> str:
        if isinstance(said, str):
            return self._path(said)
        token = said.names[0]
        there: list[AManifest] = []
        if token.entry is not None:
            there = [each for each in (*token.entry.releases, *token.entry.workloads) if each.kind == said.kind]
        said_stage = place.stage if place is not None else self.at.stage
        if said_stage is not None:
            stage = self._stage(said_stage)
            there = [each for each in there if below(each.path, stage)]
        if said_stage is not None and place is None:
            self.at.remark(f"in {said_stage}, as its heading says")
        if len(there) != 1:
            listed = ", ".join(f"{each.path}:{each.line}" for each in there)
            raise Blocked(
                ReasonCode.AMBIGUOUS if there else ReasonCode.NOT_FOUND,
                f"{said.kind} {token.text}: {listed or 'none here'}; name the file",
            )
        return there[0].path


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
