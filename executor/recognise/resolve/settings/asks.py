"""Which value of which object: every place for it that the repository has, and a request only where it is one."""

from __future__ import annotations

import re
from typing import Any

from executor.errors import Blocked, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Holder, Named, Turned
from executor.recognise.names import AManifest
from executor.recognise.resolve.base import KUSTOMIZATION_FILES, Base
from executor.recognise.resolve.edits import scalar
from executor.recognise.resolve.settings.keys import letters_of
from executor.recognise.resolve.settings.places import is_generated
from executor.recognise.resolve.settings.search import Search
from executor.recognise.resolve.settings.values import block_direction, is_time, text_of
from executor.values import replace

_VALUES = frozenset(
    "true false yes no on off enabled disabled debug info warn warning error trace fatal critical panic notice verbose "
    "silent json text logfmt http https tcp udp grpc utc gmt".split()
)
"""Words that are values wherever they stand."""


class SettingAsks(Base):
    """manifest.set, manifest.add and manifest.remove of what is named."""

    def _setting(self, ask: Ask) -> list[Request]:
        named: Named = ask.get("named")
        turned: Turned | None = ask.get("turned")
        holder: Holder | None = ask.get("holder")
        self.partial = [self._request("manifest.set", path=named.name or None)]
        for said in (turned.to, turned.before) if turned is not None else ():
            _block_no_value(said)
        limits = self._limits(ask.get("places"), named=holder is not None and holder.file is not None)
        limits |= {"check": True} if ask.get("check") else {}
        if holder is not None and holder.token is None and named.what in ("key", "env") and _is_folder(holder.file):
            limits["where"], holder = self._path(holder.file or ""), None
        if holder is not None and holder.token is None and holder.kind is not None:
            holder = self._only_one(holder)
        if holder is None:
            Search(self, named, Holder(), limits.get("file"), limits).block_nameless()
        file = self._file_of(holder, limits)
        if file is not None and holder.token is None and file.rpartition("/")[2] in KUSTOMIZATION_FILES:
            holder = self._generator_of(file, named) or holder
        if file is not None and holder.token is None and self._is_written(file, named):
            found = [self._as_written(file, named, turned, limits, ask.get("act"))]
        else:
            search = Search(self, named, holder, file, limits)
            search.exact = ask.get("exact")
            found = search.requests(ask.get("act"), turned)
        if limits.get("both"):
            self._block_not_two({each.arguments["file"] for each in found})
        return found

    def _block_not_two(self, files: set[str]) -> None:
        """Raises Blocked where "both environments" are not the only two here, or not the two that take the files in."""
        from executor.flux.layers import deployed_by

        self._both()
        found = sorted({label for file in files for label in deployed_by(self.at.inventory.graph, file)})
        if len(found) != 2:
            here = f"{len(found)} deployments: {', '.join(found)}" if found else "no deployment that is known here"
            reason = f"both: {', '.join(sorted(files))} {'is' if len(files) == 1 else 'are'} part of {here}"
            raise Blocked(ReasonCode.AMBIGUOUS, f"{reason}; name the environments, or say everywhere")

    def _only_one(self, holder: Holder) -> Holder:
        """ "the KubernetesUpgrade resource"."""
        names = sorted({each.name for each in self.names.of_kind(holder.kind or "")})
        if len(names) != 1:
            there = f"may be {', '.join(names[:10])}" if names else "is none here"
            code = ReasonCode.AMBIGUOUS if names else ReasonCode.NOT_FOUND
            raise Blocked(code, f"the {holder.kind} {there}; name one that is here")
        return replace(holder, token=Token(names[0], 0, 0, code=True))

    def _generator_of(self, file: str, named: Named) -> Holder | None:
        """The ConfigMap that a kustomization makes, and whose literals give the key."""
        from executor.flux.settings import generated_keys, standing

        if named.what not in ("key", "env", "spoken") or standing(self.at.read(file), named.name) is None:
            return None
        letters = letters_of(named.name) if named.what == "spoken" else None
        given = {each.name: generated_keys(self.at.read(file), each.name) for each in self._generated_in(file)}
        found = [
            name
            for name, keys in given.items()
            if (named.name in keys if letters is None else letters in map(letters_of, keys))
        ]
        if len(found) > 1:
            reason = f"{file}: {', '.join(sorted(found))} have {named.name}; say of which ConfigMap"
            raise Blocked(ReasonCode.AMBIGUOUS, reason)
        from difflib import get_close_matches

        near = get_close_matches(named.name, [key for keys in given.values() for key in keys], n=3, cutoff=0.7)
        if near and not found:
            reason = f'{file} gives no "{named.name}"; nearest: {", ".join(near)}'
            raise Blocked(ReasonCode.NOT_FOUND, reason)
        return Holder("ConfigMap", Token(found[0], 0, 0, code=True)) if found else None

    def _generated_in(self, file: str) -> list[AManifest]:
        every = (each for entry in self.names.entries.values() for each in entry.configs)
        return list({each.name: each for each in every if each.path == file and is_generated(each)}.values())

    def _block_any_word(self, turned: Turned, *, check: bool) -> None:
        """Raises Blocked for a plain word that only its place in the sentence makes a value."""
        if turned.before is None and _is_any_word(turned.to):
            self.instead = (turned.to, f"`{turned.to.text}`") if not check else None
            what = f'"{turned.to.text}" may be no value; write it in code if it is one'
            raise Blocked(ReasonCode.NOT_DETERMINATE, what)

    # --- places around it -------------------------------------------------------------------------------------------

    def _file_of(self, holder: Holder, limits: dict[str, Any]) -> str | None:
        """The file that the sentence names: as what holds the value, or as where the object stands."""
        if holder.file is None:
            return limits.get("file")
        if "file" in limits or "where" in limits:
            raise Unresolved(ReasonCode.AMBIGUOUS, "two files; write one")
        name = holder.file.rstrip("/").rpartition("/")[2]
        if "." in name and not name.endswith((".yaml", ".yml", ".json")):
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, f"{holder.file} is no manifest; a person edits it")
        file = self._path(self._only_file(holder.file))
        if _is_folder(file):
            inside = [f"{file}/{name}" for name in KUSTOMIZATION_FILES if self.at.exists(f"{file}/{name}")]
            file = inside[0] if inside else file
        if "stage" in limits and not self._in_stage(file, limits["stage"]):
            raise Blocked(
                ReasonCode.SHARED,
                f"{file} is not only {limits['stage']}'s{self._told(file)}; write it where no place is said, or name "
                f"a file of {limits['stage']}",
            )
        return file

    def _only_file(self, written: str) -> str:
        """ "talosupgrade.yaml": the only file of that name."""
        if "/" in written or self.at.exists(written):
            return written
        found = sorted({each.path for each in self.names.manifests if each.path.rpartition("/")[2] == written})
        if len(found) > 1:
            raise Blocked(ReasonCode.AMBIGUOUS, f"{written} may be {', '.join(found[:10])}; write the whole path")
        return found[0] if found else written

    def _told(self, path: str) -> str:
        from executor.flux.layers import deployed_by

        found = sorted(deployed_by(self.at.inventory.graph, path))
        return f", which is part of {', '.join(found)}" if found else ""

    # --- as it is written -------------------------------------------------------------------------------------------

    def _is_written(self, file: str, named: Named) -> bool:
        """Whether the key is a whole path into that file: from the top of an object, or of what is no object."""
        from executor.flux.settings import documents

        token = named.token
        if token is None or not token.code or named.what != "key":
            return False
        first = re.split(r"[.\[]", named.name.removeprefix("."), maxsplit=1)[0]
        mappings = documents(self.at.read(file))
        objects = [each for each in mappings if "apiVersion" in each and "kind" in each]
        if named.name.startswith("/") or any(first in each for each in mappings):
            return True
        return not objects or file.rpartition("/")[2] in KUSTOMIZATION_FILES

    def _as_written(self, file: str, named: Named, turned: Turned | None, limits: dict[str, Any], act: str) -> Request:
        from executor.flux.settings import standing, text_at

        if turned is None:
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, "to what is not said; write the value")
        self.partial = [self._request("manifest.set", file=file, path=named.name)]
        missing = standing(self.at.read(file), named.name)
        if missing is not None:
            from difflib import get_close_matches

            near = get_close_matches(named.name.rpartition(".")[2], missing, n=3, cutoff=0.8)
            if near or act != "set":
                said = f", but {', '.join(near)} is" if near else ""
                raise Blocked(
                    ReasonCode.NOT_FOUND,
                    f"{file}: {named.name} is not there{said}; write the key as it stands, or an operation block",
                )
        for said in (turned.to, turned.before):
            if is_time(said):
                what = "how a time is written there is not known; write it as it is to stand, such as 10m"
                raise Blocked(ReasonCode.NOT_DETERMINATE, what)
        value = scalar(text_of(turned.to), named.name)
        before = text_of(turned.before) if turned.before is not None else None
        key = named.name.lower()
        now = text_at(self.at.read(file), named.name)
        bound = key.endswith("cpu") or ".resources." in key
        block_direction(f"{file}: {named.name}", (now, before), text_of(turned.to), act, key, minutes=not bound)
        return self._request_set(file, named.name, value, before, limits)

    def _request_set(self, file: str, path: str, value: Any, before: str | None, limits: dict[str, Any]) -> Request:
        arguments = {"file": file, "path": path, "value": value}
        more = {"from_version": before, "everywhere": limits.get("everywhere"), "where": limits.get("document")}
        arguments |= {key: each for key, each in more.items() if each is not None}
        return Request("manifest.set", arguments, self.at.source, self.at.line, self.at.repository)


def _is_any_word(said: Any) -> bool:
    """A plain word, or several with hyphens, which may say how, when or whose instead of what."""
    plain = isinstance(said, Token) and not (said.code or said.quoted)
    return (
        plain and re.fullmatch(r"[a-z]+(?:-[a-z]+)*|[A-Z]+", said.text) is not None and said.text.lower() not in _VALUES
    )


def _block_no_value(said: Any) -> None:
    if isinstance(said, tuple) and said[0] == "placeholder":
        raise Blocked(ReasonCode.PLACEHOLDER, f'"{said[1]}" stands for a value; write the value')
    if isinstance(said, tuple) and said[0] == "vague":
        raise Blocked(ReasonCode.NOT_DETERMINATE, f'"{said[1]}" is no value; write it')


def _is_folder(file: str | None) -> bool:
    return file is not None and "." not in file.rstrip("/").rpartition("/")[2]
