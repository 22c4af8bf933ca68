"""Which paths are checked, which objects are looked at."""

from __future__ import annotations

from executor.errors import Blocked
from executor.models import Request
from executor.reasons import ReasonCode
from executor.recognise.meaning import Ask, Place, Target
from executor.recognise.resolve.base import (
    Base,
)
from executor.recognise.rules.objects import FLUX


class CheckAsks(Base):
    """kustomize.build, manifest.validate, security.check, cluster.observe, flux.reconcile, git.commit."""

    def _kustomize_build(self, ask: Ask) -> list[Request]:
        overlays = ask.get("overlays")
        self.partial = [self._request("kustomize.build")]
        paths: tuple[str, ...] = ()
        if overlays == "all":
            paths = self._all_overlays()
        elif isinstance(overlays, tuple):
            paths = tuple(dict.fromkeys(path for each in overlays for path in self._built_at(each)))
        elif overlays is not None:
            paths = self._built_at(overlays)
        return [self._request("kustomize.build", paths=list(paths) or None, no_unresolved=ask.get("no_unresolved"))]

    def _all_overlays(self) -> tuple[str, ...]:
        folders = self.names.folders
        overlays = tuple(each for each in folders if "overlays" in each.split("/")[:-1])
        if not overlays:
            raise Blocked(
                ReasonCode.NOT_FOUND, "there is no kustomization below a folder named overlays; name the paths"
            )
        return overlays

    def _built_at(self, place: Place) -> tuple[str, ...]:
        if place.path is not None:
            return (self._path(place.path).removesuffix("/kustomization.yaml"),)
        assert place.stage is not None
        part = self._stage(place.stage)
        folders = self.names.folders
        found = tuple(each for each in folders if each.split("/")[-1] == part)
        if not found:
            raise Blocked(ReasonCode.NOT_FOUND, f"no kustomization in a folder named {part}; name the path")
        return found

    def _manifest_validate(self, ask: Ask) -> list[Request]:
        return [self._request("manifest.validate", paths=self._paths(ask.get("where")))]

    def _security_check(self, ask: Ask) -> list[Request]:
        rules = list(ask.get("rules")) or None
        self.partial = [self._request("security.check", rules=rules)]
        return [self._request("security.check", paths=self._paths(ask.get("where")), rules=rules)]

    def _paths(self, place: Place | None) -> list[str] | None:
        if place is None:
            return None
        if place.path is not None:
            return [self._path(place.path)]
        assert place.stage is not None
        part = self._stage(place.stage)
        found: dict[str, None] = {}
        folders = {each.path.rpartition("/")[0] for each in self.names.manifests} | set(self.names.folders)
        for folder in sorted(folders):
            parts = folder.split("/")
            if part in parts:
                found["/".join(parts[: parts.index(part) + 1])] = None
        return list(found)

    def _cluster_observe(self, ask: Ask) -> list[Request]:
        target: Target = ask.get("target")
        place: Place | None = ask.get("where")
        cluster = self._stage(place.stage) if place is not None and place.stage is not None else None
        namespace = ask.get("namespace") or target.namespace
        names = [token.entry.name if token.entry else token.text for token in target.names] or ["*"]
        about = {
            "of": target.of.entry.name if target.of is not None and target.of.entry is not None else None,
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
        return [self._request("git.commit")]
