"""Which paths are checked, which objects are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from executor.errors import Blocked, Unresolved
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.lexer import Token
from executor.recognise.meaning import Ask, Holder, Place, Target
from executor.recognise.resolve.base import Base, spellings
from executor.recognise.resolve.edits import objects_of
from executor.recognise.rules.objects import FLUX
from executor.recognise.words import fold


class CheckAsks(Base):
    """kustomize.build, manifest.validate, security.check, cluster.observe, flux.reconcile, git.commit."""

    def _kustomize_build(self, ask: Ask) -> list[Request]:
        self.partial = [self._request("kustomize.build")]
        paths = list(self._built(ask.get("overlays")))
        return [self._request("kustomize.build", paths=paths or None, no_unresolved=ask.get("no_unresolved"))]

    def _exists(self, ask: Ask) -> list[Request]:
        path = str(ask.get("path")).removeprefix("./")
        if path.startswith(("/", "../")):
            raise Unresolved(ReasonCode.NOT_UNDERSTOOD, f"{path} is not in this repository; a person looks there")
        return [self._request("command", argv=["test", "-d" if path.endswith("/") else "-e", path])]

    def _built(self, overlays: Any) -> Iterable[str]:
        """The folders that are built: all overlays, both, every kustomization; or those at places that are named."""
        if overlays is None:
            return ()
        if overlays == "all":
            return self._all_overlays()
        if overlays == "both":
            stages = self._both()
            found = [each for each in self._all_overlays() if each.rpartition("/")[2] in stages]
            if len(found) != 2:
                raise Blocked(ReasonCode.AMBIGUOUS, f"both may be two of {', '.join(found)}; name them")
            return found
        if overlays == "every":
            return self.names.folders if "." in self.names.folders else ["."]
        if overlays[0] == "counted":
            return self._counted(overlays[1], *overlays[2:])
        if overlays[0] in ("all", "every"):
            return self._lying_below(overlays[1], self._all_overlays() if overlays[0] == "all" else self.names.folders)
        if overlays[0] == "all of":
            return self._all_overlays(overlays[1])
        if overlays[0] == "of":
            return dict.fromkeys(path for each in overlays[1] for path in self._built_at(each, overlays[2]))
        return dict.fromkeys(path for each in overlays for path in self._built_at(each))

    def _counted(self, number: int, part: str = "") -> list[str]:
        """So many overlays as the sentence says, of all or of those below a folder."""
        found = self._all_overlays(part)
        if len(found) != number:
            raise Blocked(
                ReasonCode.COUNT_DIFFERS, f"{number} overlays, but here are {', '.join(found) or 'none'}; name them"
            )
        return found

    def _lying_below(self, written: str, folders: Iterable[str]) -> list[str]:
        path = self._path(written)
        found = [each for each in folders if path == "." or each.startswith(f"{path}/")]
        if not found:
            raise Blocked(ReasonCode.NOT_FOUND, f"nothing of that kind lies below {written}; name the paths")
        return found

    def _built_at(self, place: Place, part: str = "") -> tuple[str, ...]:
        """The folders of a stage; of those that lie below one that is called `part`, where one is named."""
        if place.path is not None:
            return (self._path(place.path).removesuffix("/kustomization.yaml"),)
        assert place.stage is not None
        self._stage(place.stage)
        parts = spellings(place.stage)
        split = {each: each.casefold().split("/") for each in self.names.folders}
        found = tuple(each for each, its in split.items() if its[-1] in parts and (not part or fold(part) in its[:-1]))
        if not found:
            below = f" below {part}" if part else ""
            raise Blocked(
                ReasonCode.NOT_FOUND, f"no kustomization in a folder named {place.stage}{below}; name the path"
            )
        return found

    def _manifest_validate(self, ask: Ask) -> list[Request]:
        if ask.get("schema"):
            raise Blocked(
                ReasonCode.NOT_SUPPORTED,
                "no schemas are looked at here; what is: YAML, names, paths, references, and that kustomize builds it "
                '(write "Manifests are valid YAML")',
            )
        return [self._request("manifest.validate", paths=self._paths(ask.get("where")))]

    def _security_check(self, ask: Ask) -> list[Request]:
        rules = list(ask.get("rules")) or None
        self.partial = [self._request("security.check", rules=rules)]
        if ask.get("rules")[-1:] == ("no-passwords",) and ask.get("where") == Place(path="."):
            raise Blocked(
                ReasonCode.NOT_SUPPORTED,
                'secrets may stand in any file, and only manifests are looked at; write "No plaintext secrets in the '
                'manifests", or of objects of the kind Secret: "No unencrypted Secret"',
            )
        paths = self._paths(ask.get("where")) if ask.get("of") is None else self._files_of(ask.get("of"))
        return [self._request("security.check", paths=paths, rules=rules)]

    def _files_of(self, holder: Holder) -> list[str]:
        """Where what makes pods is written: the check of a file is about its objects wherever they are deployed."""
        assert holder.token is not None
        entry = holder.token.entry or self.names.entry(holder.token.text)
        found = {each.path: None for each in objects_of(entry, holder.kind) if each.kind in _MAKE_PODS}
        if not found:
            raise Unresolved(
                ReasonCode.UNKNOWN_NAME, f"nothing here that makes containers is called {holder.token.text}"
            )
        return list(found)

    def _paths(self, place: Place | tuple[Place, ...] | str | None) -> list[str] | None:
        if place is None:
            return None
        if isinstance(place, str):
            place = tuple(Place(stage=each) for each in self._both())
        if isinstance(place, tuple):
            return list(dict.fromkeys(path for each in place for path in self._paths(each) or ()))
        if place.path is not None:
            return [self._path(place.path)]
        assert place.stage is not None
        return self._of_stage(place.stage)

    def _of_stage(self, stage: str) -> list[str]:
        """All folders that are called so, by either spelling, and those that Flux builds by a file that is; the check
        follows what Flux builds from there. Raises Blocked where that is not here: nothing can be said of all that runs
        there."""
        from executor.flux.targets import lost_way

        self._stage(stage)
        parts = spellings(stage)
        found: dict[str, None] = {}
        folders = {each.path.rpartition("/")[0] for each in self.names.manifests} | set(self.names.folders)
        for folder in sorted(folders):
            split = folder.split("/")
            first = next((at for at, each in enumerate(split) if each.casefold() in parts), None)
            if first is not None:
                found["/".join(split[: first + 1])] = None
        graph = self.at.inventory.graph
        files = {path for path in graph.facts if path.casefold().rpartition("/")[2].partition(".")[0] in parts}
        builds, lost = graph.deployed([*found, *files])
        found |= dict.fromkeys(each.folder for each in builds if each.file in files)
        if lost:
            raise Blocked(
                ReasonCode.NOT_SUPPORTED,
                f"not all that runs in {stage} can be looked at: {'; '.join(lost_way(*each) for each in lost)}; "
                f"name the folders that are meant ({', '.join(found)})",
            )
        return list(found)

    def _cluster_observe(self, ask: Ask) -> list[Request]:
        target: Target = ask.get("target")
        place: Place | None = ask.get("where")
        cluster = self._stage(place.stage) if place is not None and place.stage is not None else None
        namespace = ask.get("namespace") or target.namespace
        names = [_called(token) for token in target.names] or ["*"]
        about = {
            "of": _called(target.of) if target.of is not None else None,
            "namespace": namespace,
            "condition": ask.get("condition"),
            "count": target.count,
            "replicas": ask.get("replicas"),
            "cluster": cluster,
        }
        kinds = [target.kind] if target.kind != "Flux" else self._kinds_of_flux()
        return [self._request("cluster.observe", kind=kind, name=name, **about) for kind in kinds for name in names]

    def _kinds_of_flux(self) -> list[str]:
        return sorted({"Kustomization", *(each.kind for each in self.names.manifests if each.kind in FLUX)})

    def _flux_reconcile(self, ask: Ask) -> list[Request]:
        target: Target = ask.get("target")
        self.partial = [self._request("flux.reconcile", kind=target.kind)]
        if target.names:
            names = [token.entry.name if token.entry else token.text for token in target.names]
            return [
                self._request("flux.reconcile", kind=target.kind, name=name, namespace=target.namespace)
                for name in names
            ]
        kinds = [each for each in self.names.of_kind("Kustomization") if "toolkit.fluxcd.io" in each.api_version]
        if target.kind is not None or len(kinds) != 1:
            listed = ", ".join(f"{each.name} ({each.path}:{each.line})" for each in kinds[:10])
            raise Blocked(
                ReasonCode.AMBIGUOUS,
                f"which object is to be reconciled is not said ({listed or 'no Flux Kustomization here'}); flux "
                "reconciles by itself after the push",
            )
        only = kinds[0]
        return [self._request("flux.reconcile", kind="Kustomization", name=only.name, namespace=only.namespace)]

    def _git_commit(self, ask: Ask) -> list[Request]:
        self._here(ask.get("repository"))
        path = ask.get("path")
        if ask.get("message"):
            what = "a commit has the message that [commit] in executor.toml makes, and none of a criterion's own"
            raise Blocked(ReasonCode.NOT_SUPPORTED, f"{what}; leave the message out, or write it there as `title`")
        return [self._request("git.commit", paths=[self._path(path)] if path else None)]


_MAKE_PODS = frozenset("HelmRelease Deployment StatefulSet DaemonSet CronJob Job".split())


def _called(token: Token) -> str:
    return token.entry.name if token.entry is not None else token.text
