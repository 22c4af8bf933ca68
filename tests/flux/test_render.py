"""Proof by rendering on small Flux repositories, with the real kustomize."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from support import make_repository, snapshot

from executor.config import Config
from executor.errors import Blocked, Failed
from executor.flux.inventory import read
from executor.flux.render import Change, Proof, prove, reaching
from executor.models import FileEdit
from executor.reasons import ReasonCode
from executor.tools.kustomize import Kustomize
from executor.tools.tree import Tree


def release(name: str = "web", version: str = "1.0.0", namespace: str = "") -> str:
    where = f"  namespace: {namespace}\n" if namespace else ""
    return (
        f"apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: {name}\n{where}spec:\n"
        f"  chart:\n    spec:\n      chart: {name}\n      version: {version}\n"
        "  values:\n    image:\n      repository: example/web\n      tag: 1.0.0\n"
    )


def flux(name: str, path: str, extra: str = "", source: str = "GitRepository\n    name: flux-system") -> str:
    return (
        f"apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\n"
        f"  namespace: flux-system\nspec:\n  interval: 10m\n  path: {path}\n  prune: true\n"
        f"  sourceRef:\n    kind: {source}\n{extra}"
    )


APP = {"app/kustomization.yaml": "namespace: web\nresources: [release.yaml]\n", "app/release.yaml": release()}


@pytest.fixture(scope="module")
def kustomize() -> Kustomize:
    found = Kustomize.find()
    assert found, "install kustomize or kubectl: the tests run the real one"
    return found


@pytest.fixture
def run(tmp_path: Path, kustomize: Kustomize) -> Callable[..., Proof]:
    def run(
        files: Mapping[str, str],
        edits: Mapping[str, tuple[str, str]],
        intended: Callable[[Change], bool] = lambda change: True,
        overlay: Mapping[str, bytes] | None = None,
    ) -> Proof:
        root = make_repository(tmp_path / "repository", files)
        tree = Tree(root, dict(overlay or {}))
        planned = []
        for path, (old, new) in edits.items():
            before = tree.read(path) if tree.exists(path) else None
            assert before is None or old.encode() in before
            after = new.encode() if before is None else before.replace(old.encode(), new.encode())
            planned.append(FileEdit(path, before, after))
        as_it_was = snapshot(root)
        try:
            return prove(tree, planned, kustomize, intended=intended, timeout=60)
        finally:
            assert snapshot(root) == as_it_was, "a proof wrote into the repository"

    return run


def seen(proof: Proof) -> set[tuple[str, str, object, object]]:
    return {(each.object, each.path, each.before, each.after) for each in proof.changes}


BUMP = {"app/release.yaml": ("version: 1.0.0", "version: 1.1.0")}


def test_a_bump_changes_one_field(run: Callable[..., Proof]) -> None:
    proof = run(APP, BUMP)
    assert seen(proof) == {("HelmRelease web/web", "spec.chart.spec.version", "1.0.0", "1.1.0")}
    assert proof.covered
    assert [(each["path"], each["ok_before"], each["ok_after"]) for each in proof.builds] == [("app", True, True)]
    assert not proof.warnings
    assert proof.as_evidence()["changes"][0]["field"] == "spec.chart.spec.version"


def test_every_overlay_is_built(run: Callable[..., Proof]) -> None:
    overlays = {
        f"overlays/{name}/kustomization.yaml": f"namespace: {name}\nresources: [../../app]\n"
        for name in ("staging", "production")
    }
    proof = run({**APP, **overlays}, BUMP)
    assert {each.build for each in proof.changes} == {"overlays/staging", "overlays/production"}
    assert {each.namespace for each in proof.changes} == {"staging", "production"}


def test_what_was_not_meant_fails(run: Callable[..., Proof]) -> None:
    other = {
        **APP,
        "app/kustomization.yaml": "resources: [release.yaml, other.yaml]\nreplacements:\n  - source:\n"
        "      {kind: HelmRelease, name: web, fieldPath: spec.chart.spec.version}\n    targets:\n"
        "      - select: {kind: ConfigMap, name: other}\n        fieldPaths: [data.version]\n",
        "app/other.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\ndata:\n  version: x\n",
    }
    with pytest.raises(Failed) as caught:
        run(other, BUMP, lambda change: change.kind == "HelmRelease")
    assert caught.value.code == ReasonCode.UNINTENDED
    assert "ConfigMap other data.version: 1.0.0 → 1.1.0" in caught.value.reason


def test_an_overlay_that_wins_makes_it_a_no_op(run: Callable[..., Proof]) -> None:
    patched = {
        **APP,
        "overlay/kustomization.yaml": "resources: [../app]\npatches:\n  - target: {kind: HelmRelease}\n    patch: |\n"
        "      - {op: replace, path: /spec/chart/spec/version, value: 0.9.0}\n",
    }
    with pytest.raises(Blocked) as caught:
        run(patched, BUMP)
    assert caught.value.code == ReasonCode.NO_EFFECT
    assert "overlay/kustomization.yaml" in caught.value.reason


def test_no_effect_in_one_of_two_overlays_is_said(run: Callable[..., Proof]) -> None:
    overlays = {
        "overlays/a/kustomization.yaml": "resources: [../../app]\npatches:\n"
        "  - target: {kind: HelmRelease}\n    patch: |\n"
        "      - {op: replace, path: /spec/chart/spec/version, value: 0.9.0}\n",
        "overlays/b/kustomization.yaml": "resources: [../../app]\n",
    }
    proof = run({**APP, **overlays}, BUMP)
    assert {each.build for each in proof.changes} == {"overlays/b"}
    assert proof.warnings == ("overlays/a: the edit changes nothing there",)


def test_an_edit_that_breaks_the_build_fails(run: Callable[..., Proof]) -> None:
    with pytest.raises(Failed) as caught:
        run(APP, {"app/release.yaml": ("version: 1.0.0", "version: [1.0.0")})
    assert caught.value.code == ReasonCode.BROKE_BUILD
    assert "app/" not in caught.value.reason or "/tmp" not in caught.value.reason


def test_what_was_broken_before_proves_nothing(run: Callable[..., Proof]) -> None:
    broken = {**APP, "app/kustomization.yaml": "resources: [release.yaml, gone.yaml]\n"}
    with pytest.raises(Blocked) as caught:
        run(broken, BUMP)
    assert caught.value.code == ReasonCode.BROKEN_BEFORE
    assert "the build of app is broken before the edit" in caught.value.reason
    assert caught.value.reason.startswith("app/kustomization.yaml:1: ") and "mend that first" in caught.value.reason


def test_an_edit_that_mends_a_build_is_proved_by_it(run: Callable[..., Proof]) -> None:
    broken = {**APP, "app/kustomization.yaml": "resources: [release.yaml, gone.yaml]\n"}
    proof = run(broken, {"app/kustomization.yaml": (", gone.yaml", "")})
    assert proof.covered
    assert "builds now" in proof.warnings[0]


def test_what_no_build_covers_is_still_compared(run: Callable[..., Proof]) -> None:
    files = {"loose.yaml": release() + "---\n" + release("other")}
    with pytest.raises(Failed) as caught:
        run(files, {"loose.yaml": ("version: 1.0.0", "version: 1.1.0")}, lambda change: change.name == "web")
    assert caught.value.code == ReasonCode.UNINTENDED


def test_one_file_of_two_covered(run: Callable[..., Proof]) -> None:
    proof = run({**APP, "loose.yaml": release()}, {**BUMP, "loose.yaml": ("version: 1.0.0", "version: 1.1.0")})
    assert not proof.covered
    assert proof.warnings == ("loose.yaml: not covered by a build",)
    assert {each.build for each in proof.changes} == {"app", "loose.yaml alone"}


def test_below_a_broken_top_the_next_folder_proves(run: Callable[..., Proof]) -> None:
    top = {**APP, "top/kustomization.yaml": "resources: [../app, gone.yaml]\n"}
    proof = run(top, BUMP)
    assert proof.covered
    assert {each.build for each in proof.changes} == {"app"}
    assert "top: did not build before" in proof.warnings[0]


REMOTE = "https://example.invalid/x.yaml"


def test_a_remote_base_is_left_out_and_said(run: Callable[..., Proof]) -> None:
    remote = {**APP, "app/kustomization.yaml": f"resources: [release.yaml, '{REMOTE}']\n"}
    proof = run(remote, BUMP)
    assert proof.covered
    assert {str(each) for each in proof.changes} == {"HelmRelease web spec.chart.spec.version: 1.0.0 → 1.1.0"}
    assert proof.warnings == (f"app: built without {REMOTE} (builds run offline)",)


@pytest.mark.parametrize(
    ("kustomization", "edit"),
    [
        (f"resources: ['{REMOTE}']\nimages: [{{name: web, newTag: 1.0.0}}]\n", ("newTag: 1.0.0", "newTag: 1.1.0")),
        (f"resources: [release.yaml]\ncomponents: ['{REMOTE}']\nnamespace: a\n", ("namespace: a", "namespace: b")),
        (
            f"resources: [release.yaml]\npatches: [{{path: '{REMOTE}'}}]\nnamespace: a\n",
            ("namespace: a", "namespace: b"),
        ),
    ],
)
def test_what_only_the_network_could_show_is_blocked(
    run: Callable[..., Proof], kustomization: str, edit: tuple[str, str]
) -> None:
    with pytest.raises(Blocked) as caught:
        run({**APP, "app/kustomization.yaml": kustomization}, {"app/kustomization.yaml": edit})
    assert caught.value.code == ReasonCode.NEEDS_NETWORK
    assert REMOTE in caught.value.reason


def test_an_edit_that_adds_a_remote_base_is_blocked(run: Callable[..., Proof]) -> None:
    with pytest.raises(Blocked) as caught:
        run(APP, {"app/kustomization.yaml": ("release.yaml]", f"release.yaml, '{REMOTE}']")})
    assert caught.value.code == ReasonCode.NEEDS_NETWORK
    assert REMOTE in caught.value.reason


def test_what_nothing_takes_in_is_not_covered(run: Callable[..., Proof]) -> None:
    proof = run({"loose.yaml": release()}, {"loose.yaml": ("version: 1.0.0", "version: 1.1.0")})
    assert not proof.covered
    assert "not covered by a build" in proof.warnings[0]


def test_a_path_of_flux_without_a_kustomization_file(run: Callable[..., Proof]) -> None:
    files = {"clusters/a/apps.yaml": flux("apps", "./apps", "  targetNamespace: web\n"), "apps/web.yaml": release()}
    proof = run(files, {"apps/web.yaml": ("version: 1.0.0", "version: 1.1.0")})
    assert seen(proof) == {("HelmRelease web/web", "spec.chart.spec.version", "1.0.0", "1.1.0")}
    assert proof.changes[0].build == "apps (Flux Kustomization flux-system/apps)"


@pytest.mark.parametrize(
    ("addition", "no_op"),
    [
        ("  images:\n    - name: web\n      newTag: 9.9.9\n", False),
        (
            "  patches:\n    - target: {kind: HelmRelease}\n      patch: |\n"
            "        - {op: replace, path: /spec/chart/spec/version, value: 0.9.0}\n",
            True,
        ),
        (
            "  patches:\n    - patch: |\n        apiVersion: helm.toolkit.fluxcd.io/v2\n        kind: HelmRelease\n"
            "        metadata: {name: web}\n        spec: {chart: {spec: {version: 0.9.0}}}\n",
            True,
        ),
        ("  components: [../components/pin]\n", True),
        ("  components: [../components/none]\n", False),
    ],
)
def test_what_a_flux_kustomization_adds_is_applied(run: Callable[..., Proof], addition: str, no_op: bool) -> None:
    files = {
        **APP,
        "clusters/a/app.yaml": flux("app", "./app", addition),
        "components/pin/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n"
        "  - target: {kind: HelmRelease}\n    patch: |\n"
        "      - {op: replace, path: /spec/chart/spec/version, value: 0.9.0}\n",
        "components/none/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "commonAnnotations: {team: web}\n",
    }
    if no_op:
        with pytest.raises(Blocked) as caught:
            run(files, BUMP)
        assert caught.value.code == ReasonCode.NO_EFFECT
        assert "Flux Kustomization flux-system/app" in caught.value.reason
    else:
        assert len(run(files, BUMP).changes) == 1


def test_images_of_a_flux_kustomization_win(run: Callable[..., Proof]) -> None:
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  containers:\n    - name: web\n      image: web:1\n"
    )
    files = {
        "app/kustomization.yaml": "resources: [pod.yaml]\nimages:\n  - name: web\n    newTag: '2'\n",
        "app/pod.yaml": pod,
        "clusters/a/app.yaml": flux("app", "./app", "  images:\n    - name: web\n      newTag: '3'\n"),
    }
    with pytest.raises(Blocked):
        run(files, {"app/kustomization.yaml": ("newTag: '2'", "newTag: '4'")})


def test_a_component_of_a_flux_kustomization_reaches(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "clusters/a/app.yaml": flux("app", "./app", "  components: [../shared/extra]\n"),
        "shared/extra/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "resources: [other.yaml]\n",
        "shared/extra/other.yaml": release("other"),
    }
    proof = run(files, {"shared/extra/other.yaml": ("version: 1.0.0", "version: 1.1.0")})
    assert seen(proof) == {("HelmRelease web/other", "spec.chart.spec.version", "1.0.0", "1.1.0")}


def test_patches_of_a_parent_reach_the_release(run: Callable[..., Proof]) -> None:
    """A cluster's top Kustomization patches all others, which then patch their releases: two floors up."""
    inner = (
        "      patch: |\n        apiVersion: kustomize.toolkit.fluxcd.io/v1\n        kind: Kustomization\n"
        "        metadata: {name: _}\n        spec:\n          patches:\n            - target: {kind: HelmRelease}\n"
        "              patch: |\n                - {op: add, path: /spec/chart/spec/version, value: 0.9.0}\n"
    )
    files = {
        **APP,
        "clusters/a/cluster.yaml": flux(
            "cluster",
            "./apps",
            "  patches:\n    - target: {kind: Kustomization, group: kustomize.toolkit.fluxcd.io}\n" + inner,
        ),
        "apps/app.yaml": flux("app", "./app"),
    }
    with pytest.raises(Blocked) as caught:
        run(files, BUMP)
    assert caught.value.code == ReasonCode.NO_EFFECT


def test_a_parent_kustomization_that_patches_flux_objects_is_built_whole(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "clusters/a/kustomization.yaml": "resources: [app.yaml]\npatches:\n"
        "  - target: {kind: Kustomization}\n    patch: |\n"
        "      - op: add\n        path: /spec/targetNamespace\n        value: elsewhere\n",
        "clusters/a/app.yaml": flux("app", "./app"),
    }
    assert run(files, BUMP).changes[0].namespace == "elsewhere"


def test_a_variable_that_flux_substitutes(run: Callable[..., Proof]) -> None:
    """The edit is in the Flux Kustomization, its effect in the release."""
    files = {
        **APP,
        "app/release.yaml": release(version="${VERSION}"),
        "clusters/a/kustomization.yaml": "resources: [app.yaml]\n",
        "clusters/a/app.yaml": flux("app", "./app", "  postBuild:\n    substitute:\n      VERSION: 1.0.0\n"),
    }
    proof = run(files, {"clusters/a/app.yaml": ("VERSION: 1.0.0", "VERSION: 1.1.0")})
    assert seen(proof) == {
        ("Kustomization flux-system/app", "spec.postBuild.substitute.VERSION", "1.0.0", "1.1.0"),
        ("HelmRelease web/web", "spec.chart.spec.version", "1.0.0", "1.1.0"),
    }


def test_a_variable_of_a_root_that_nothing_renders(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "app/release.yaml": release(version="${VERSION:=0.1.0}"),
        "clusters/a/app.yaml": flux("app", "./app", "  postBuild:\n    substitute:\n      VERSION: 1.0.0\n"),
    }
    proof = run(files, {"clusters/a/app.yaml": ("VERSION: 1.0.0", "VERSION: 1.1.0")})
    assert seen(proof) == {
        ("Kustomization flux-system/app", "spec.postBuild.substitute.VERSION", "1.0.0", "1.1.0"),
        ("HelmRelease web/web", "spec.chart.spec.version", "1.0.0", "1.1.0"),
    }
    assert not proof.covered and [each["path"] for each in proof.builds] == ["app (Flux Kustomization flux-system/app)"]


BOOTSTRAP = {
    "clusters/a/flux-system/kustomization.yaml": "resources: [gotk-components.yaml, gotk-sync.yaml]\n",
    "clusters/a/flux-system/gotk-components.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: flux-system}\n",
    "clusters/a/flux-system/gotk-sync.yaml": flux("flux-system", "./clusters/a"),
}
"""As `flux bootstrap` leaves it: clusters/a has no kustomization.yaml, the kustomize-controller generates one."""


@pytest.mark.parametrize("sync", [True, False], ids=["with its sync", "without"])
def test_a_flux_kustomization_in_a_bootstrap_folder(run: Callable[..., Proof], sync: bool) -> None:
    files = {**APP, "clusters/a/apps.yaml": flux("app", "./app", "  timeout: 1h\n"), **(BOOTSTRAP if sync else {})}
    proof = run(files, {"clusters/a/apps.yaml": ("timeout: 1h", "timeout: 5m")})
    assert seen(proof) == {("Kustomization flux-system/app", "spec.timeout", "1h", "5m")}
    assert proof.covered is sync
    built = [each["path"] for each in proof.builds]
    assert built == (["clusters/a (Flux Kustomization flux-system/flux-system)"] if sync else [])
    said = (
        "not covered by a build: nothing here says that Flux builds clusters/a; its objects are compared as they stand"
    )
    assert list(proof.warnings) == ([] if sync else [f"clusters/a/apps.yaml: {said}"])


def test_variables_of_a_config_map_in_the_repository(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "app/release.yaml": release(version="${VERSION}"),
        "settings/kustomization.yaml": "resources: [settings.yaml]\n",
        "settings/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n"
        "  namespace: flux-system\ndata:\n  VERSION: 1.0.0\n",
        "clusters/a/app.yaml": flux(
            "app", "./app", "  postBuild:\n    substituteFrom:\n      - {kind: ConfigMap, name: settings}\n"
        ),
    }
    proof = run(files, {"settings/settings.yaml": ("VERSION: 1.0.0", "VERSION: 1.1.0")})
    assert ("HelmRelease web/web", "spec.chart.spec.version", "1.0.0", "1.1.0") in seen(proof)


def test_a_generated_config_map_keeps_its_identity(run: Callable[..., Proof]) -> None:
    files = {
        "app/kustomization.yaml": "namespace: web\nresources: [release.yaml]\nconfigMapGenerator:\n  - name: values\n"
        "    files: [values.yaml]\nconfigurations: [names.yaml]\n",
        "app/names.yaml": "nameReference:\n  - kind: ConfigMap\n    version: v1\n    fieldSpecs:\n"
        "      - {path: spec/valuesFrom/name, kind: HelmRelease}\n",
        "app/release.yaml": release() + "  valuesFrom:\n    - kind: ConfigMap\n      name: values\n",
        "app/values.yaml": "image:\n  repository: example/web\n  tag: 1.0.0\n# a comment\n",
    }
    proof = run(files, {"app/values.yaml": ("tag: 1.0.0", "tag: 1.1.0")})
    assert [str(each) for each in proof.changes] == [
        'ConfigMap web/values data["values.yaml"] → image.tag: 1.0.0 → 1.1.0'
    ]
    assert {each.path for each in proof.renamed} == {"metadata.name", "spec.valuesFrom[0].name"}


def test_an_added_resource_comes_whole(run: Callable[..., Proof]) -> None:
    files = {**APP, "app/other.yaml": release("other")}
    proof = run(files, {"app/kustomization.yaml": ("[release.yaml]", "[release.yaml, other.yaml]")})
    assert [str(each) for each in proof.changes] == ["HelmRelease web/other added"]


def test_a_removed_flux_kustomization_takes_its_objects_along(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "clusters/a/kustomization.yaml": "resources: [app.yaml, keep.yaml]\n",
        "clusters/a/keep.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: keep\n",
        "clusters/a/app.yaml": flux("app", "./app"),
    }
    proof = run(files, {"clusters/a/kustomization.yaml": ("app.yaml, ", "")})
    assert {str(each) for each in proof.changes} == {
        "Kustomization flux-system/app removed",
        "HelmRelease web/web removed",
    }


def test_planned_edits_of_other_operations_count(run: Callable[..., Proof]) -> None:
    overlay = {"app/kustomization.yaml": b"namespace: other\nresources: [release.yaml]\n"}
    assert run(APP, BUMP, overlay=overlay).changes[0].namespace == "other"


def test_several_files_at_once(run: Callable[..., Proof]) -> None:
    files = {**APP, "app/kustomization.yaml": "resources: [release.yaml, two.yaml]\n", "app/two.yaml": release("two")}
    proof = run(files, {**BUMP, "app/two.yaml": ("version: 1.0.0", "version: 2.0.0")})
    assert {each.after for each in proof.changes} == {"1.1.0", "2.0.0"}
    assert len(proof.builds) == 1


def test_files_outside_of_the_folder_load_as_in_flux(run: Callable[..., Proof]) -> None:
    files = {
        "shared/values.yaml": "tag: 1.0.0\n",
        "app/kustomization.yaml": "configMapGenerator:\n  - name: values\n    files: [../shared/values.yaml]\n",
        "clusters/a/app.yaml": flux("app", "./app"),
    }
    proof = run(files, {"shared/values.yaml": ("1.0.0", "1.1.0")})
    assert proof.changes[0].path == 'data["values.yaml"]' or proof.changes[0].within == ("tag",)


def test_an_artifact_generator_maps_the_path(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "clusters/a/artifacts.yaml": "apiVersion: source.extensions.fluxcd.io/v1beta1\nkind: ArtifactGenerator\n"
        "metadata:\n  name: parts\nspec:\n  sources:\n    - {alias: repo, kind: GitRepository, name: flux-system}\n"
        "  artifacts:\n    - name: apps\n      copy:\n        - {from: '@repo/app/**', to: '@artifact/web/'}\n",
        "clusters/a/apps.yaml": flux("apps", "./web", "  targetNamespace: there\n", "ExternalArtifact\n    name: apps"),
    }
    assert run(files, BUMP).changes[0].namespace == "there"


def test_the_sync_path_of_a_flux_instance_is_built(run: Callable[..., Proof]) -> None:
    files = {
        "flux/instance.yaml": "apiVersion: fluxcd.controlplane.io/v1\nkind: FluxInstance\nmetadata:\n  name: flux\n"
        "spec:\n  sync:\n    kind: GitRepository\n    path: clusters/a\n",
        "clusters/a/web.yaml": release(namespace="web"),
    }
    proof = run(files, {"clusters/a/web.yaml": ("version: 1.0.0", "version: 1.1.0")})
    assert proof.covered


def test_a_source_of_another_repository_builds_nothing_here(run: Callable[..., Proof]) -> None:
    source = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata:\n  name: {}\nspec:\n  url: {}\n"
    files = {
        "clusters/a/flux.yaml": source.format("flux-system", "https://example.com/ours"),
        "clusters/a/other.yaml": source.format("other", "https://example.com/other"),
        "clusters/a/app.yaml": flux("app", "./app", source="GitRepository\n    name: other"),
        "app/web.yaml": release(),
    }
    assert not run(files, {"app/web.yaml": ("version: 1.0.0", "version: 1.1.0")}).covered


def test_a_secret_is_never_shown(run: Callable[..., Proof]) -> None:
    secret = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\nstringData:\n  password: hunter2\n"
    files = {"app/kustomization.yaml": "resources: [secret.yaml]\n", "app/secret.yaml": secret}
    with pytest.raises(Failed) as caught:
        run(files, {"app/secret.yaml": ("hunter2", "hunter3")}, lambda change: False)
    assert "hunter" not in caught.value.reason
    change = Change("v1", "Secret", None, "web", ("stringData", "password"), "hunter2", "hunter3")
    assert "hunter" not in str(change.as_json())


def test_reaching_names_every_folder_on_the_way(tmp_path: Path) -> None:
    files = {
        **APP,
        "overlays/a/kustomization.yaml": "resources: [../../app]\n",
        "clusters/a/kustomization.yaml": "resources: [../../overlays/a]\n",
        "elsewhere/kustomization.yaml": "resources: []\n",
    }
    root = make_repository(tmp_path / "repository", files)
    inventory = read(root, Config())
    assert reaching(inventory, Tree(root), "app/release.yaml") == ("app", "clusters/a", "overlays/a")
    assert reaching(inventory, Tree(root), "app/kustomization.yaml") == ("app", "clusters/a", "overlays/a")
    laid = Tree(root, {"elsewhere/kustomization.yaml": b"resources: [../app]\n"})
    assert "elsewhere" in reaching(inventory, laid, "app/release.yaml")


def test_one_path_in_two_clusters_is_built_for_both(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "clusters/a/app.yaml": flux("app", "./app", "  targetNamespace: here\n"),
        "clusters/b/app.yaml": flux("app", "./app", "  targetNamespace: there\n"),
    }
    proof = run(files, BUMP)
    assert {(each.namespace, each.build) for each in proof.changes} == {
        ("here", "app (Flux Kustomization flux-system/app of clusters/a/app.yaml)"),
        ("there", "app (Flux Kustomization flux-system/app of clusters/b/app.yaml)"),
    }


def test_a_flux_path_that_moves_is_compared_with_where_it_was(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "next/kustomization.yaml": "namespace: web\nresources: [release.yaml]\n",
        "next/release.yaml": release(version="2.0.0"),
        "clusters/a/app.yaml": flux("app", "./app"),
    }
    proof = run(files, {"clusters/a/app.yaml": ("path: ./app", "path: ./next")})
    assert seen(proof) == {
        ("Kustomization flux-system/app", "spec.path", "./app", "./next"),
        ("HelmRelease web/web", "spec.chart.spec.version", "1.0.0", "2.0.0"),
    }


def test_a_new_flux_kustomization_whose_folder_does_not_build_fails(run: Callable[..., Proof]) -> None:
    files = {
        "clusters/a/kustomization.yaml": "resources: [keep.yaml]\n",
        "clusters/a/keep.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: keep\n",
        "clusters/a/app.yaml": flux("app", "./app"),
        "app/kustomization.yaml": "resources: [gone.yaml]\n",
    }
    with pytest.raises(Failed) as caught:
        run(files, {"clusters/a/kustomization.yaml": ("[keep.yaml]", "[keep.yaml, app.yaml]")})
    assert caught.value.code == ReasonCode.BROKE_BUILD
    assert "gone.yaml" in caught.value.reason


def test_a_top_that_becomes_part_of_another_is_no_loss(run: Callable[..., Proof]) -> None:
    files = {**APP, "all/kustomization.yaml": "resources: [other.yaml]\n", "all/other.yaml": release("other")}
    proof = run(files, {**BUMP, "all/kustomization.yaml": ("[other.yaml]", "[other.yaml, ../app]")})
    assert {str(each) for each in proof.changes if each.build == "app"} == {
        "HelmRelease web/web spec.chart.spec.version: 1.0.0 → 1.1.0"
    }
    assert {str(each) for each in proof.changes if each.build == "all"} == {"HelmRelease web/web added"}


def test_without_what_flux_adds_where_that_does_not_build(run: Callable[..., Proof]) -> None:
    files = {**APP, "clusters/a/app.yaml": flux("app", "./app", "  components: [../gone]\n")}
    proof = run(files, BUMP)
    assert proof.covered
    assert [each.build for each in proof.changes] == ["app"]
    assert "did not build before" in proof.warnings[0]


def test_two_of_one_name_are_kept_apart(run: Callable[..., Proof]) -> None:
    """One parent makes two Flux Kustomizations of one name, in two namespaces and for two folders."""
    named = flux("app", "./app")
    files = {
        **APP,
        "other/kustomization.yaml": "resources: [release.yaml]\n",
        "other/release.yaml": release("other"),
        "teams/kustomization.yaml": "resources: [a, b]\npatches:\n  - target: {kind: Kustomization}\n    patch: |\n"
        "      - {op: add, path: /spec/targetNamespace, value: patched}\n",
        "teams/a/kustomization.yaml": "namespace: team-a\nresources: [app.yaml]\n",
        "teams/a/app.yaml": named,
        "teams/b/kustomization.yaml": "namespace: team-b\nresources: [app.yaml]\n",
        "teams/b/app.yaml": named.replace("./app", "./other"),
    }
    proof = run(files, BUMP)
    assert [(each.namespace, each.name) for each in proof.changes] == [("patched", "web")]
    assert len(proof.builds) == 1


def test_a_shared_component_is_proved_in_each_of_many(run: Callable[..., Proof]) -> None:
    files = {
        "shared/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
        "resources: [r.yaml]\n",
        "shared/r.yaml": release("${APP}"),
        "cluster/top.yaml": flux(
            "cluster",
            "./apps",
            "  patches:\n    - target: {kind: Kustomization}\n      patch: |\n"
            "        - {op: add, path: /spec/targetNamespace, value: patched}\n",
        ),
    }
    for number in range(5):
        files[f"app{number}/kustomization.yaml"] = "resources: [config.yaml]\n"
        files[f"app{number}/config.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n"
        extra = f"  components: [../shared]\n  postBuild:\n    substitute:\n      APP: web{number}\n"
        files[f"apps/app{number}.yaml"] = flux(f"app{number}", f"./app{number}", extra)
    proof = run(files, {"shared/r.yaml": ("version: 1.0.0", "version: 1.1.0")})
    assert {(each.namespace, each.name) for each in proof.changes} == {("patched", f"web{n}") for n in range(5)}
    assert len(proof.builds) == 5


def test_a_parent_that_does_not_build_is_said(run: Callable[..., Proof]) -> None:
    files = {
        **APP,
        "clusters/a/kustomization.yaml": "resources: [app.yaml, gone.yaml]\npatches:\n"
        "  - target: {kind: Kustomization}\n    patch: |\n      - {op: add, path: /spec/targetNamespace, value: x}\n",
        "clusters/a/app.yaml": flux("app", "./app"),
    }
    proof = run(files, BUMP)
    assert proof.covered
    assert "clusters/a: does not build, so what it adds to others is not known" in proof.warnings
