"""The inventory of small repositories, on real git."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from support import make_repository, write_files

from executor.config import Config, ImageEntry, RegistryEntry
from executor.flux.facts import Facts, of_file
from executor.flux.inventory import Inventory, read, split_host
from executor.tools.tree import Tree


def obj(kind: str, name: str, namespace: str = "", version: str = "v1", rest: str = "") -> str:
    where = f"\n  namespace: {namespace}" if namespace else ""
    return f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}{where}\n{rest}"


def release(name: str, namespace: str = "") -> str:
    return obj("HelmRelease", name, namespace, "helm.toolkit.fluxcd.io/v2", "spec:\n  interval: 1h\n")


def flux(name: str, path: str, extra: str = "") -> str:
    spec = f"spec:\n  path: {path}\n  sourceRef: {{kind: GitRepository, name: flux-system}}\n{extra}"
    return obj("Kustomization", name, "flux-system", "kustomize.toolkit.fluxcd.io/v1", spec)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "sample"


def inventory(root: Path, files: dict[str, str], config: Config | None = None) -> Inventory:
    return read(make_repository(root, files), config or Config())


def test_manifests_with_place_document_and_namespace(root: Path) -> None:
    found = inventory(
        root,
        {
            "a.yaml": "# a comment\n---\n" + release("one", "web") + "---\n" + obj("Service", "'two'") + "...\n",
            "b.yml": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "three", "namespace": "x"}}\n',
            "c.yaml": "kind: 'Secret'   # quoted\nmetadata: {name: \"four\"}\napiVersion: v1\nsops:\n  mac: ENC[x]\n",
            "values.yaml": "kind: nothing\nname: five\n",
        },
    )
    assert [(m.path, m.line, m.document, m.kind, m.name, m.namespace) for m in found.manifests] == [
        ("a.yaml", 6, 0, "HelmRelease", "one", "web"),
        ("a.yaml", 14, 1, "Service", "two", None),
        ("b.yml", 1, 0, "ConfigMap", "three", "x"),
        ("c.yaml", 2, 0, "Secret", "four", None),
    ]
    assert found.manifests[0].place == "a.yaml:6"


def test_find_names_and_near(root: Path) -> None:
    found = inventory(
        root,
        {
            "a.yaml": release("ffl", "games") + "---\n" + release("ffl-web", "games"),
            "b.yaml": release("ffl", "other"),
            "c.yaml": release("${APP}"),
            "d.yaml": "items:\n  - "
            + obj("ConfigMap", "listed").replace("\n", "\n    ")
            + "\nkind: List\napiVersion: v1\n",
        },
    )
    assert [m.path for m in found.find("HelmRelease", "ffl")] == ["a.yaml", "b.yaml"]
    assert [m.path for m in found.find("HelmRelease", "ffl", "other")] == ["b.yaml"]
    assert found.find("HelmRelease", "ffl", "nowhere") == ()
    assert found.names("HelmRelease") == {"ffl", "ffl-web"}
    assert found.find("HelmRelease", "${APP}") == ()
    assert "ffl-web" in found.near("ffl-wb")
    assert "ffl-web" in found.near("web")
    assert found.near("zzzzzz") == ()
    assert found.names("ConfigMap") == {"listed"}


def test_left_out_and_passed_over(root: Path) -> None:
    found = inventory(
        root,
        {
            "apps/a.yaml": release("a"),
            "apps/_archive/b.yaml": release("b"),
            ".archive/c.yaml": release("c"),
            "apps/archived/d.yaml": release("d"),
            "archive-tool/e.yaml": release("e"),
            "reports/f.yaml": release("f"),
            ".gitignore": "build/\n",
            "build/g.yaml": release("g"),
            "chart/templates/h.yaml": "{{- if .Values.x }}\n" + release("h"),
        },
    )
    write_files(root, {"new.yaml": release("new"), "build/more.yaml": release("more")})
    found = read(root, Config())
    assert found.names("HelmRelease") == {"a", "e", "new"}
    assert list(found.unreadable) == ["chart/templates/h.yaml"]


def test_without_git_the_folder_is_walked(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.yaml": release("a"), "node_modules/x/b.yaml": release("b")})
    assert read(tmp_path, Config()).names("HelmRelease") == {"a"}


def test_symlinks_are_read_where_they_lie(root: Path) -> None:
    make_repository(root, {"a/x.yaml": release("x")})
    (root / "b").symlink_to("a")
    (root / "y.yaml").symlink_to("a/x.yaml")
    assert [m.path for m in read(root, Config()).find("HelmRelease", "x")] == ["a/x.yaml"]


def test_namespaces_through_kustomizations_and_flux(root: Path) -> None:
    found = inventory(
        root,
        {
            "base/kustomization.yaml": "resources: [r.yaml]\n",
            "base/r.yaml": release("r"),
            "overlays/staging/kustomization.yaml": "namespace: staging\nresources: [../../base]\n",
            "overlays/production/kustomization.yaml": "namespace: production\nresources: [../../base]\n",
            "apps/default/kustomization.yaml": "namespace: default\nresources: [./web/ks.yaml]\n",
            "apps/default/web/ks.yaml": flux("web", "./apps/default/web/app", "  targetNamespace: default\n"),
            "apps/default/web/app/kustomization.yaml": "resources: [release.yaml]\n",
            "apps/default/web/app/release.yaml": release("web"),
            "plain/one.yaml": release("one", "here"),
            "plain/two.yaml": release("two"),
            "wins/kustomization.yaml": "namespace: outer\nresources: [in.yaml]\n",
            "wins/in.yaml": release("inner", "written"),
        },
    )

    def where(name: str) -> str | None:
        return found.effective_namespace(found.find("HelmRelease", name)[0])

    assert found.namespaces(found.find("HelmRelease", "r")[0]) == {"staging", "production"}
    assert where("r") is None
    assert where("web") == "default"
    assert where("one") == "here"
    assert where("two") is None
    assert where("inner") == "outer"
    assert [m.name for m in found.find("HelmRelease", "r", "staging")] == ["r"]
    assert found.kustomizations == (
        "apps/default",
        "apps/default/web/app",
        "base",
        "overlays/production",
        "overlays/staging",
        "wins",
    )


def test_pinned_images_and_registries(root: Path) -> None:
    digest = "sha256:" + "a" * 64
    found = inventory(
        root,
        {
            "a.yaml": release("a") + "  values:\n    image: {repository: ghcr.io/x/web, tag: 1.0.0}\n"
            f"    controllers:\n      main:\n        image:\n          repository: x/api\n          tag: v2@{digest}\n"
            "          pullPolicy: Always\n",
            "b.yaml": obj("Pod", "p", rest="spec:\n  containers:\n  - image: 192.168.7.21:5000/ffl/backend:0.1.18\n"),
            "k/kustomization.yaml": "images:\n  - name: web\n    newName: registry.example.com/web\n    newTag: '3'\n"
            f"  - name: api\n    digest: {digest}\n",
            "c.yaml": obj("CustomResourceDefinition", "x", rest="spec:\n  example: {image: ghcr.io/no/no:1}\n"),
            "d.yaml": "image: ${IMAGE}\nother: {image: {repository: y/z, tag: '', registry: quay.io}}\n",
            "e.yaml": f"image: docker.io/library/nginx@{digest}\nicon: {{image: picture.png}}\n",
        },
    )
    assert [(p.repository, p.tag, p.path, p.line) for p in found.pinned_images] == [
        ("ghcr.io/x/web", "1.0.0", "a.yaml", 8),
        ("x/api", f"v2@{digest}", "a.yaml", 13),
        ("192.168.7.21:5000/ffl/backend", "0.1.18", "b.yaml", 7),
        ("quay.io/y/z", None, "d.yaml", 2),
        ("docker.io/library/nginx", digest, "e.yaml", 1),
        ("registry.example.com/web", "3", "k/kustomization.yaml", 4),
        ("api", digest, "k/kustomization.yaml", 6),
    ]
    assert found.pinned_images[2].name == "ffl/backend"
    assert found.registries == ("192.168.7.21:5000", "docker.io", "ghcr.io", "quay.io", "registry.example.com")
    with_config = read(root, Config(registry=RegistryEntry(url="127.0.0.1:5000")))
    assert "127.0.0.1:5000" in with_config.registries


@pytest.mark.parametrize(
    ("repository", "host", "name"),
    [
        ("nginx", None, "nginx"),
        ("library/nginx", None, "library/nginx"),
        ("ghcr.io/x/y", "ghcr.io", "x/y"),
        ("localhost/x", "localhost", "x"),
        ("registry:5000/x", "registry:5000", "x"),
    ],
)
def test_split_host(repository: str, host: str | None, name: str) -> None:
    assert split_host(repository) == (host, name)


def test_images(root: Path) -> None:
    files = {
        "infra/render-worker/Dockerfile": "FROM scratch\nCOPY main.py /\n",
        "infra/render-worker/main.py": "",
        "containers/ffl/backend/Dockerfile": "FROM scratch\n",
        "containers/ffl/frontend/Dockerfile": "FROM scratch\n",
        "services/lonely/api/Dockerfile": "FROM scratch\n",
        "hermes/Dockerfile": "FROM scratch\n",
        "hermes/Dockerfile.saas": "FROM scratch\n",
        "hermes/Dockerfile.dockerignore": "x\n",
        "tool/docker/Dockerfile": "FROM scratch\nCOPY src/ /src\n",
        "tool/src/x.py": "",
        "Dockerfile": "FROM scratch\n",
        "_archive/old/Dockerfile": "FROM scratch\n",
        "pinned.yaml": "image: 192.168.7.21:5000/lonely/api:1\n",
    }
    found = inventory(root, files)
    table = {(i.name, i.context, i.dockerfile, i.group) for i in found.images}
    assert table == {
        ("sample", ".", "Dockerfile", None),
        ("render-worker", "infra/render-worker", "infra/render-worker/Dockerfile", None),
        ("ffl/backend", "containers/ffl/backend", "containers/ffl/backend/Dockerfile", "ffl"),
        ("ffl/frontend", "containers/ffl/frontend", "containers/ffl/frontend/Dockerfile", "ffl"),
        ("lonely/api", "services/lonely/api", "services/lonely/api/Dockerfile", "lonely"),
        ("hermes", "hermes", "hermes/Dockerfile", None),
        ("hermes-saas", "hermes", "hermes/Dockerfile.saas", None),
        ("tool", "tool", "tool/docker/Dockerfile", "tool"),
    }
    assert [i.name for i in found.group("ffl")] == ["ffl/backend", "ffl/frontend"]
    assert [i.name for i in found.image("backend")] == ["ffl/backend"]
    assert found.image("end") == ()


def test_configured_images_win(root: Path) -> None:
    config = Config(images={"org/web": ImageEntry(context="apps/web", group="sites", build_args={"A": "1"})})
    found = inventory(root, {"apps/web/Dockerfile": "FROM scratch\n", "apps/api/Dockerfile": "FROM scratch\n"}, config)
    assert [(i.name, i.context, i.group, dict(i.build_args)) for i in found.images] == [
        ("api", "apps/api", None, {}),
        ("org/web", "apps/web", "sites", {"A": "1"}),
    ]


def age(root: Path) -> None:
    """Make every file old enough that its stamp is believed."""
    then = time.time() - 3600
    for path in root.rglob("*.yaml"):
        os.utime(path, (then, then))


def cache_of(root: Path) -> Path:
    (found,) = (root / ".git" / "executor").glob("inventory-*.json")
    return found


def test_the_cache_changes_nothing_but_time(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from executor.flux import inventory as module

    make_repository(
        root, {"a.yaml": release("a"), "k/kustomization.yaml": "resources: [../a.yaml]\n", "f.yaml": flux("f", "k")}
    )
    age(root)
    monkeypatch.setattr(module, "_SETTLED", -1.0)
    first = read(root, Config())
    monkeypatch.setattr(module, "of_file", lambda path, data: pytest.fail(f"{path} was read again"))
    second = read(root, Config())
    assert second.facts == first.facts
    assert second.facts["f.yaml"].flux == first.facts["f.yaml"].flux


def test_a_changed_file_is_read_again(root: Path) -> None:
    make_repository(root, {"a.yaml": release("a"), "b.yaml": release("b")})
    age(root)
    read(root, Config())
    (root / "a.yaml").write_text(release("z"))
    (root / "b.yaml").unlink()
    assert read(root, Config()).names("HelmRelease") == {"z"}


@pytest.mark.parametrize(
    "broken", ["", "{", "[]", '{"format": 0, "files": {}}', '{"format": 5, "files": {"a.yaml": [[1], {"x": 1}]}}']
)
def test_a_broken_cache_is_ignored(root: Path, broken: str) -> None:
    make_repository(root, {"a.yaml": release("a")})
    read(root, Config())
    cache_of(root).write_text(broken)
    assert read(root, Config()).names("HelmRelease") == {"a"}


def test_a_cache_whose_facts_are_damaged_is_ignored(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from executor.flux import inventory as module

    monkeypatch.setattr(module, "_SETTLED", -1.0)
    make_repository(root, {"a.yaml": release("a")})
    read(root, Config())
    data = json.loads(cache_of(root).read_text())
    data["files"]["a.yaml"][1] = {"nonsense": 1}
    cache_of(root).write_text(json.dumps(data))
    assert read(root, Config()).names("HelmRelease") == {"a"}


def test_work_trees_share_the_folder_but_no_cache(root: Path, tmp_path: Path) -> None:
    from support import git

    make_repository(root, {"a.yaml": release("a")})
    git(root, "worktree", "add", "--quiet", str(tmp_path / "other"))
    (tmp_path / "other" / "b.yaml").write_text(release("b"))
    assert read(root, Config()).names("HelmRelease") == {"a"}
    assert read(tmp_path / "other", Config()).names("HelmRelease") == {"a", "b"}
    assert len(list((root / ".git" / "executor").glob("inventory-*.json"))) == 2
    assert not list((tmp_path / "other").glob("**/inventory*"))


def test_updated_sees_the_disk_the_overlay_and_the_edits(root: Path) -> None:
    found = inventory(root, {"a.yaml": release("a"), "b.yaml": release("b"), "c.yaml": release("c")})
    (root / "a.yaml").write_text(release("a2"))
    (root / "b.yaml").unlink()
    tree = Tree(root.resolve(), {"c.yaml": release("c2").encode(), "d.yaml": release("d").encode()})
    now = found.current().updated(tree, {"e.yaml": release("e").encode()})
    assert now.names("HelmRelease") == {"a2", "c2", "d", "e"}
    assert found.names("HelmRelease") == {"a", "b", "c"}


def test_facts_survive_json() -> None:
    text = flux("f", "./x/../y", "  components: [../c]\n  postBuild: {substituteFrom: [{kind: ConfigMap, name: s}]}\n")
    facts = of_file("f.yaml", text.encode())
    assert facts.flux[0].path == "y"
    assert facts.flux[0].variables == ["s"]
    again = Facts.of_json(json.loads(json.dumps(facts.as_json())))
    assert again.flux == facts.flux
    assert again.manifests == facts.manifests
