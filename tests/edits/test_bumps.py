"""Edits through the real door: digests, several edits of one file, changes by others, values as Helm merges them."""

from __future__ import annotations

import errno
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from servers import own_registry
from support import git, make_repository

from executor.errors import Blocked, Errored, Failed, Stop
from executor.flux.change import LATER
from executor.flux.places import Source, Spot
from executor.flux.values import Values, layer, merge
from executor.models import Artefact, FileEdit
from executor.operations.helmrelease_bump import OPERATION, Arguments
from executor.operations.interface import Site
from executor.operations.manifest_set import OPERATION as SET
from executor.operations.manifest_set import Arguments as SetArguments
from executor.repository import open_workspace
from executor.toolbox import LiveToolbox
from executor.tools.tree import Tree
from executor.tools.yaml_span import compose
from executor.values import replace

OLD, NEW = "sha256:" + "a" * 64, "sha256:" + "b" * 64
RELEASE = f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: ffl
spec:
  chart:
    spec:
      chart: ffl
      version: 0.1.17 # chart
      sourceRef: {{kind: HelmRepository, name: charts}}
  values:
    image:
      repository: 127.0.0.1:1/ffl/backend
      tag: 0.1.17@{OLD} # image
"""
IMAGE = Arguments(name="ffl", image="ffl/backend", version="0.1.18")
CHART = Arguments(name="ffl", field="chart", version="0.1.18")
PUSHED = Artefact("pushed", "ffl/backend:0.1.18")


def site_of(tmp_path: Path, files: dict[str, str], *planned: Artefact) -> Site:
    root = tmp_path / "repository"
    for path, text in {"apps/kustomization.yaml": "resources: [release.yaml]\n", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / ".git").mkdir()
    home = open_workspace(root).home
    return Site(home.name, Tree(home.root), home.inventory, home.config, frozenset(planned))


def toolbox_of(site: Site, ledger: dict[Artefact, Any] | None = None, *, dry_run: bool = False) -> LiveToolbox:
    paths = frozenset({"apps/release.yaml"})
    return LiveToolbox(site, declared=paths, ledger=ledger or {}, dry_run=dry_run)


def test_the_digest_comes_from_the_push_of_this_task(tmp_path: Path) -> None:
    site = site_of(tmp_path, {"apps/release.yaml": RELEASE}, PUSHED)
    forecast = OPERATION.foresee(IMAGE, site)
    assert forecast.needs == {PUSHED}
    assert f"0.1.18@{LATER}".encode() in forecast.edits[0].after
    assert forecast.provides == {Artefact("file", "repository:apps/release.yaml")}
    done = OPERATION.perform(IMAGE, toolbox_of(site, {PUSHED: {"digest": NEW}}))
    assert site.tree.read("apps/release.yaml") == RELEASE.replace(f"0.1.17@{OLD}", f"0.1.18@{NEW}").encode()
    assert done.evidence["digests"][0]["digest"] == NEW
    assert done.evidence["digests"][0]["digest_from"] == "push"
    assert done.evidence["values"][0]["file"] == "apps/release.yaml:14"
    assert done.evidence["covered"] is True


def test_a_digest_that_nobody_knows_is_dropped_and_said(tmp_path: Path) -> None:
    site = site_of(tmp_path, {"apps/release.yaml": RELEASE})
    done = OPERATION.perform(IMAGE, toolbox_of(site))
    assert site.tree.read("apps/release.yaml") == RELEASE.replace(f"0.1.17@{OLD}", "0.1.18").encode()
    assert done.evidence["digests"][0]["digest"] is None
    assert "could not be asked" in done.evidence["digests"][0]["digest_from"]
    assert any(OLD in each for each in done.warnings)


@pytest.mark.parametrize("beside", [False, True])
def test_the_digest_comes_from_the_registry_where_it_can_be_asked(tmp_path: Path, beside: bool) -> None:
    folder = tmp_path / "registry"
    folder.mkdir()
    with own_registry(folder) as address:
        digest = put_image(address, "ffl/backend", "0.1.18")
        text = RELEASE.replace("127.0.0.1:1", address)
        if beside:
            text = text.replace(f"0.1.17@{OLD} # image", f"0.1.17 # image\n      digest: {OLD}")
        site = site_of(tmp_path, {"apps/release.yaml": text})
        assert b"0.1.18" in OPERATION.foresee(IMAGE, site).edits[0].after
        done = OPERATION.perform(IMAGE, toolbox_of(site))
    after = text.replace("tag: 0.1.17", "tag: 0.1.18").replace(OLD, digest).encode()
    assert site.tree.read("apps/release.yaml") == after
    assert done.evidence["digests"][0]["digest_from"] == "registry"


def put_image(address: str, image: str, tag: str) -> str:
    """The smallest OCI image, put there by hand. Returns its manifest's digest."""
    base = f"http://{address}/v2/{image}"
    blob = b"{}"
    digest = "sha256:" + hashlib.sha256(blob).hexdigest()
    place = requests.post(f"{base}/blobs/uploads/", timeout=10).headers["Location"]
    requests.put(place, params={"digest": digest}, data=blob, timeout=10).raise_for_status()
    kind = "application/vnd.oci.image.manifest.v1+json"
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": len(blob)}
    body = json.dumps({"schemaVersion": 2, "mediaType": kind, "config": config, "layers": []}).encode()
    requests.put(f"{base}/manifests/{tag}", data=body, headers={"Content-Type": kind}, timeout=10).raise_for_status()
    return "sha256:" + hashlib.sha256(body).hexdigest()


def test_two_edits_of_one_file_compose(tmp_path: Path) -> None:
    site = site_of(tmp_path, {"apps/release.yaml": RELEASE})
    planned = Site(site.repository, Tree(site.tree.root), site.inventory, site.config)
    for arguments in (CHART, IMAGE):
        planned.tree.lay(OPERATION.foresee(arguments, planned).edits)
    for arguments in (CHART, IMAGE):
        OPERATION.perform(arguments, toolbox_of(site))
    wanted = RELEASE.replace("version: 0.1.17", "version: 0.1.18").replace(f"0.1.17@{OLD}", "0.1.18").encode()
    assert site.tree.read("apps/release.yaml") == planned.tree.read("apps/release.yaml") == wanted


def test_an_edit_again_changes_nothing(tmp_path: Path) -> None:
    site = site_of(tmp_path, {"apps/release.yaml": RELEASE})
    assert OPERATION.perform(CHART, toolbox_of(site)).changed
    before = (site.tree.root / "apps/release.yaml").stat().st_mtime_ns
    assert not OPERATION.perform(CHART, toolbox_of(site)).changed
    assert (site.tree.root / "apps/release.yaml").stat().st_mtime_ns == before


def test_a_dry_run_leaves_the_disk_alone(tmp_path: Path) -> None:
    site = site_of(tmp_path, {"apps/release.yaml": RELEASE})
    done = OPERATION.perform(CHART, toolbox_of(site, dry_run=True))
    assert done.changed and done.evidence["covered"]
    assert (site.tree.root / "apps/release.yaml").read_text() == RELEASE
    assert b"version: 0.1.18" in site.tree.read("apps/release.yaml")


class Elsewhere(LiveToolbox):
    """Somebody edits the file while the proof runs."""

    def kustomize(self) -> Any:
        path = self.site.tree.root / "apps/release.yaml"
        path.write_text(path.read_text() + "# mine\n")
        return super().kustomize()


def test_a_file_that_somebody_else_changed_is_not_overwritten(tmp_path: Path) -> None:
    site = site_of(tmp_path, {"apps/release.yaml": RELEASE})
    with pytest.raises(Failed) as caught:
        OPERATION.perform(CHART, Elsewhere(site, declared=frozenset({"apps/release.yaml"})))
    assert caught.value.code == "changed-meanwhile"
    assert (site.tree.root / "apps/release.yaml").read_text() == RELEASE + "# mine\n"


def test_an_edit_that_breaks_the_build_leaves_every_file_as_it_was(tmp_path: Path) -> None:
    patched = "resources: [release.yaml]\npatches:\n- path: patch.yaml\n"
    patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: ffl}\nspec: {interval: 1h}\n"
    files = {"apps/release.yaml": RELEASE, "apps/patch.yaml": patch, "apps/kustomization.yaml": patched}
    site = site_of(tmp_path, files)
    arguments = SetArguments(file="apps/release.yaml", path="metadata.name", value="flf")
    with pytest.raises(Failed) as caught:
        SET.perform(arguments, toolbox_of(site))
    assert caught.value.code == "broke-build"
    assert (site.tree.root / "apps/release.yaml").read_text() == RELEASE


@pytest.mark.parametrize("value", ["\x00", "\ud800", "a\nb"])
def test_hostile_values_never_damage_a_file(tmp_path: Path, value: str) -> None:
    site = site_of(tmp_path, {"apps/release.yaml": RELEASE})
    for arguments in (SetArguments(file="apps/release.yaml", path="spec.values.image.repository", value=value),):
        try:
            SET.perform(arguments, toolbox_of(site))
        except (Stop, UnicodeError):
            assert (site.tree.root / "apps/release.yaml").read_text() == RELEASE


# -- values as Helm merges them ---------------------------------------------------------------------------------------

SCALARS = st.sampled_from(["a", "b", "1.2.3"])
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS | st.none(),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["x", "y", "image"]), inner, max_size=3)
    ),
    max_leaves=8,
)
MAPS = st.dictionaries(st.sampled_from(["x", "y", "image"]), TREES, max_size=3)


def helm(below: Any, above: Any) -> Any:
    """Helm's rule in four lines (chartutil.MergeMaps and coalescing of nulls)."""
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    merged = {**below, **{key: helm(below.get(key), value) for key, value in above.items()}}
    return {key: value for key, value in merged.items() if not (key in above and above[key] is None)}


def as_values(value: Any) -> Values:
    source = Source("values.yaml", compose(json.dumps(value).encode()))
    return layer(source, 0, source.yaml.documents[0], ())


def as_plain(values: Values) -> Any:
    if isinstance(values, Spot):
        return None if values.is_null else values.text
    if isinstance(values, list):
        return [as_plain(each) for each in values]
    return {key: as_plain(each) for key, each in values.items()}


@settings(max_examples=150, deadline=None)
@given(MAPS, MAPS)
def test_values_merge_as_helm_merges_them(below: dict[str, Any], above: dict[str, Any]) -> None:
    assert as_plain(merge(as_values(below), as_values(above))) == helm(below, above)


def test_values_that_grow_without_end_are_blocked() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{c}: &{c} [{', '.join(['*' + p] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    source = Source("values.yaml", compose(bomb.encode()))
    with pytest.raises(Blocked):
        layer(source, 0, source.yaml.documents[0], ())


def test_what_cannot_be_read_and_may_win_is_said(tmp_path: Path) -> None:
    hidden = "  valuesFrom:\n    - {kind: ConfigMap, name: ffl}\n    - {kind: Secret, name: over}\n"
    files = {
        "apps/kustomization.yaml": "resources: [release.yaml]\n"
        "configMapGenerator: [{name: ffl, files: [values.yaml=v.yaml]}]\n",
        "apps/release.yaml": RELEASE.partition("  values:")[0] + hidden,
        "apps/v.yaml": "image: {repository: ffl/backend, tag: 0.1.17}\n",
        "charts/x/templates/ffl.yaml": "{{- if .Values.on }}\n" + RELEASE + "{{- end }}\n",
    }
    said = OPERATION.foresee(IMAGE, site_of(tmp_path, files)).warnings
    assert said[0] == "apps/v.yaml:1: the Secret over may set the image, too, and would win; look there"
    assert said[1].startswith(
        "charts/x/templates/ffl.yaml seems to hold a HelmRelease of that name, and cannot be read"
    )
    assert len(said) == 2


def test_what_is_reached_through_symlinks_is_shared_and_covered(tmp_path: Path) -> None:
    release = RELEASE.replace("0.1.17@", "0.1.16@")
    root = make_repository(
        tmp_path / "repository",
        {
            "base/kustomization.yaml": "resources: [release.yaml]\n",
            "base/release.yaml": release,
            "overlays/a/kustomization.yaml": "resources: [app]\n",
            "overlays/b/kustomization.yaml": "resources: [../a/app]\n",
        },
    )
    (root / "overlays/a/app").symlink_to("../../base")
    (root / "link.yaml").symlink_to("base/release.yaml")
    git(root, "add", "--all")

    def site() -> Site:
        home = open_workspace(root).home
        return Site(home.name, Tree(home.root), home.inventory, home.config)

    with pytest.raises(Blocked, match=r"used by 2 deployments.*overlays/a.*overlays/b"):
        OPERATION.foresee(CHART, site())
    everywhere = replace(CHART, everywhere=True, file="link.yaml")
    done = OPERATION.perform(everywhere, LiveToolbox(site(), declared=frozenset({"base/release.yaml"})))
    assert done.evidence["covered"] is True
    assert [each["path"] for each in done.evidence["builds"]] == ["overlays/a", "overlays/b"]
    wanted = release.replace("version: 0.1.17", "version: 0.1.18")
    assert (root / "base/release.yaml").read_text(encoding="utf-8") == wanted
    arguments = SetArguments(file="link.yaml", path="spec.chart.spec.version", value="0.1.19", everywhere=True)
    SET.perform(arguments, LiveToolbox(site(), declared=frozenset({"base/release.yaml"})))
    assert (root / "link.yaml").is_symlink()
    assert (root / "base/release.yaml").read_text(encoding="utf-8") == wanted.replace("0.1.18", "0.1.19")


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  path: ./apps
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substitute: {FFL_VERSION: 0.1.17}
"""


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("number", range(3))
def test_a_fault_at_any_write_leaves_every_file_as_it_was(tmp_path: Path, number: int, fault: BaseException) -> None:
    release = RELEASE.replace("version: 0.1.17 # chart", "version: ${FFL_VERSION}")
    clusters = {f"clusters/{each}/apps.yaml": FLUX for each in ("a", "b", "c")}
    site = site_of(tmp_path, {"apps/release.yaml": release, **clusters})
    written: list[str] = []

    def on_write(edit: FileEdit) -> None:
        if len(written) == number:
            raise fault
        written.append(edit.path)

    toolbox = LiveToolbox(site, declared=frozenset(clusters), on_write=on_write)
    with pytest.raises((Errored, KeyboardInterrupt)):
        OPERATION.perform(replace(CHART, everywhere=True), toolbox)
    assert written == list(clusters)[:number]
    assert {path: site.tree.read(path).decode() for path in clusters} == clusters
    assert not [each for each in site.tree.root.rglob("*") if each.name.endswith(".new")]


def test_what_cannot_be_taken_back_is_named(tmp_path: Path) -> None:
    release = RELEASE.replace("version: 0.1.17 # chart", "version: ${FFL_VERSION}")
    clusters = {f"clusters/{each}/apps.yaml": FLUX for each in ("a", "b", "c")}
    site = site_of(tmp_path, {"apps/release.yaml": release, **clusters})
    scratch = tmp_path / "scratch"

    def on_write(edit: FileEdit) -> None:
        if edit.path == "clusters/b/apps.yaml":
            scratch.rmdir()
            scratch.write_text("no folder any more")

    toolbox = LiveToolbox(site, declared=frozenset(clusters), on_write=on_write, scratch=scratch)
    with pytest.raises(Errored, match=r"^clusters/b/apps.yaml: .*taken back: clusters/a/apps.yaml \(see `git diff`\)"):
        OPERATION.perform(replace(CHART, everywhere=True), toolbox)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("v1.0.0", "1.1.0", "has a leading v"),
        ("1.0.0-alpine", "1.1.0", "without -alpine"),
        ("1.0.0-rc1", "1.0.0", None),
        ("1.0.0-rc.1", "1.1.0", None),
        ("1.0.0-alpine", "1.1.0-alpine3", None),
        ("v1.0.0", "v1.1.0", None),
    ],
)
def test_what_a_new_tag_lacks_is_said(tmp_path: Path, before: str, after: str, said: str | None) -> None:
    text = RELEASE.replace(f"0.1.17@{OLD}", before)
    forecast = OPERATION.foresee(replace(IMAGE, version=after), site_of(tmp_path, {"apps/release.yaml": text}))
    assert [said in each if said else False for each in forecast.warnings] == ([True] if said else [])


def test_a_symlink_that_leads_to_itself_breaks_a_build_and_nothing_else(tmp_path: Path) -> None:
    kustomization = "resources: [release.yaml, x.yaml]\n"
    site = site_of(tmp_path, {"apps/kustomization.yaml": kustomization, "apps/release.yaml": RELEASE})
    (site.tree.root / "apps/x.yaml").symlink_to("x.yaml")
    with pytest.raises(Blocked, match=r"broken before the edit"):
        OPERATION.perform(CHART, toolbox_of(site))
    with pytest.raises(Blocked, match=r"apps/x.yaml"):
        SET.foresee(SetArguments(file="apps/x.yaml", path="a", value="b"), site)


def test_variables_of_one_cluster_show_where_they_are_used_and_nowhere_else(tmp_path: Path) -> None:
    flux = FLUX.replace("substitute: {FFL_VERSION: 0.1.17}", "substituteFrom: [{kind: ConfigMap, name: vars}]")
    variables = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: vars}\ndata: {FFL_VERSION: 0.1.17}\n"
    files = {"apps/release.yaml": RELEASE.replace("version: 0.1.17 # chart", "version: ${FFL_VERSION}")}
    for cluster in ("eu", "us"):
        files[f"{cluster}/kustomization.yaml"] = f"namespace: {cluster}\nresources: [../apps]\n"
        files[f"clusters/{cluster}/kustomization.yaml"] = "resources: [apps.yaml, vars.yaml]\n"
        files[f"clusters/{cluster}/apps.yaml"] = flux.replace("./apps", f"./{cluster}")
        files[f"clusters/{cluster}/vars.yaml"] = variables
    site = site_of(tmp_path, files)
    toolbox = LiveToolbox(site, declared=frozenset({"clusters/us/vars.yaml"}))
    done = OPERATION.perform(replace(CHART, where="us"), toolbox)
    assert done.warnings == ()
    assert [each["object"] for each in done.evidence["changes"]] == ["ConfigMap vars", "HelmRelease us/ffl"]
