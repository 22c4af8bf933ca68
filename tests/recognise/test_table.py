"""The table of criteria.md, row by row, and every sentence of its "Grammar" and "Settled"."""

from __future__ import annotations

from pathlib import Path

import pytest

from executor.models import Source
from tests.recognise.world import FILES, REGISTRY, World, agrees, make, release, told

FFL = "ffl/backend", "ffl/frontend"
MTG = "mtg_dev_agents/coder", "mtg_dev_agents/planner"
TRIAGER = "triager/api", "triager/worker"
NOT_DETERMINATE = "b not-determinate"


def every(kind: str, images: tuple[str, ...], version: str, after: str = "") -> str:
    return " + ".join(f"{kind} {image}:{version}{after}" for image in images)


TABLE: list[tuple[str, str, str]] = [
    # sentence, front matter's version, what it is
    ("Build all FFL containers with version 0.1.18", "", every("image.build", FFL, "0.1.18")),
    ("Build all remaining mtg_dev_agents containers", "", NOT_DETERMINATE),
    ("Build all remaining mtg_dev_agents containers", "0.2.0", every("image.build", MTG, "0.2.0")),
    ("Push all FFL images to registry 192.168.7.21:5000", "0.1.18", every("image.push", FFL, "0.1.18", f" {REGISTRY}")),
    ("Successfully build all triager components locally", "0.3.0", every("image.build", TRIAGER, "0.3.0")),
    (
        "Verify images in registry: `curl -k https://192.168.7.21:5000/v2/ffl/backend/tags/list`",
        "0.1.18",
        f"image.verify ffl/backend:0.1.18 {REGISTRY}",
    ),
    ("Verify images in registry: `curl -k https://192.168.7.21:5000/v2/ffl/backend/tags/list`", "", NOT_DETERMINATE),
    ("Verify image manifests are valid", "0.1.18", "u"),
    ("Check image sizes are reasonable", "0.1.18", "u"),
    ("Build the Airflow 3.2.2 image with Python 3.12 and official constraints.", "", "u"),
    ("Publish both images to Harbor and record immutable digests.", "", "u"),
    ("Docker image built and pushed to registry", "0.1.18", "b ambiguous"),
    ("Rebuild and push all 4 container images to Docker Hub", "0.1.18", "b count-differs"),
    ("`docker build -f Dockerfile.saas -t hermes-saas .` succeeds", "", (
        "image.build hermes-saas:latest context=. dockerfile=Dockerfile.saas")),
    ("Verify anonymous pull works from a laptop: `docker pull ghcr.io/nu-sync/homepage:main-<sha>`", "", "b placeholder"),
    ("Update ffl HelmRelease in beckerkube to version 0.1.18", "", "helmrelease.bump name=ffl version=0.1.18"),
    ("Update all HelmRelease files in beckerkube with new image versions", "0.1.18", NOT_DETERMINATE),
    ("Fix or increase timeout settings for Helm hooks if needed", "", "u person"),
    ("Update HelmRelease chart version: `0.1.3` → `0.2.0`", "", (
        "helmrelease.bump name=triager namespace=triager field=chart from_version=0.1.3 version=0.2.0")),
    ("Update chart version from v27.x to v33.x", "", NOT_DETERMINATE),
    ("**longhorn** `storage` — chart `1.10.1` → `1.11.0`", "", (
        "helmrelease.bump name=longhorn namespace=storage field=chart from_version=1.10.1 version=1.11.0")),
    ("**vaultwarden** `default` — image `1.35.2` → `1.35.3`", "", (
        "helmrelease.bump name=vaultwarden namespace=default field=image from_version=1.35.2 version=1.35.3")),
    ("Bump image tag → `ghcr.io/jzkk720/pacgate-api:0.1.2`", "", (
        "kustomize.image file=clusters/overlays/prod/kustomization.yaml image=ghcr.io/jzkk720/pacgate-api tag=0.1.2")),
    ("Bump image tag → `ghcr.io/dani-garcia/vaultwarden:1.35.3`", "", (
        "helmrelease.bump name=vaultwarden namespace=default field=image image=ghcr.io/dani-garcia/vaultwarden "
        "version=1.35.3")),
    ("Bump image tag (`nginx:1.25` → `nginx:1.26`), commit, sync", "", "u"),
    ("Pin Helm chart to current stable at scaffold time", "", NOT_DETERMINATE),
    ("Set `image.tag` to a specific version", "0.1.18", NOT_DETERMINATE),
    ("Edit the Longhorn `HelmRelease` values at `kubernetes/apps/storage/longhorn/app/helmrelease.yaml` to set "
     "`defaultSettings.storageNetwork: ...`", "", "b placeholder"),
    ("Remove mtg-agents from beckerkube/clusters/minikube/apps/kustomization.yaml", "", (
        "manifest.remove file=clusters/minikube/apps/kustomization.yaml path=resources entry=mtg-agents")),
    ("`kustomize build` succeeds", "", "kustomize.build"),
    ("Validate: `kustomize build kubernetes/infrastructure/networking/cilium`", "", (
        "kustomize.build paths=kubernetes/infrastructure/networking/cilium")),
    ("Kustomize builds for all overlays; No `:latest` in prod", "", (
        "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging + "
        "security.check paths=clusters/overlays/prod rules=no-latest")),
    ("`kubectl kustomize deploy/k8s/overlays/prod/` renders valid YAML", "", "b not-found"),
    ("`kustomize build --enable-helm --load-restrictor LoadRestrictionsNone` renders cleanly", "", "b needs-approval"),
    ("YAML parses; Flux/Kustomize paths valid; HelmRelease references valid", "", "manifest.validate"),
    ("Trigger Flux reconciliation: `flux reconcile kustomization clusters-minikube`", "", (
        "flux.reconcile kind=Kustomization name=clusters-minikube")),
    ("All HelmReleases reconcile successfully (check with `flux get helmreleases -A`)", "", (
        "cluster.observe kind=HelmRelease name=* condition=Ready")),
    ('No ImagePullBackOff errors (check with `kubectl get events -A | grep -i "pull\\|image"`)', "", (
        "cluster.observe kind=Pod name=* condition=no ImagePullBackOff")),
    ("midwestmtg-backend HelmRelease shows READY=True", "", (
        "cluster.observe kind=HelmRelease name=midwestmtg-backend condition=Ready")),
    ("Commit and push changes to beckerkube repository", "", "git.commit"),
    ("Document the new release process", "", "u person"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "version", "expected"), TABLE)
def test_row(world: World, sentence: str, version: str, expected: str) -> None:
    recognised = world.recognise(sentence, version=version)
    assert agrees(told(recognised), expected), (told(recognised), recognised.cannot)


COMMANDS = [sentence for sentence, _, expected in TABLE if "` " in sentence + " " and expected[:2] not in ("u ", "b ")]


def test_sources(world: World) -> None:
    by_command = "Validate: `kustomize build kubernetes/infrastructure/networking/cilium`"
    assert world.recognise(by_command).requests[0].source is Source.COMMAND
    assert world.recognise("Bump ffl to 0.1.18").requests[0].source is Source.SENTENCE


def test_row_with_its_path(tmp_path: Path) -> None:
    files = {"deploy/k8s/overlays/prod/kustomization.yaml": "resources: []\n"}
    recognised = make(tmp_path, files).recognise("`kubectl kustomize deploy/k8s/overlays/prod/` renders valid YAML")
    assert told(recognised) == "kustomize.build paths=deploy/k8s/overlays/prod"


def test_the_only_image_of_the_task(world: World) -> None:
    found = world.all(
        ["Push stitcher 1.1.0 to 10.0.0.5:5000", "Docker image built and pushed to registry"], version="1.1.0"
    )
    assert told(found[1]) == f"image.build stitcher:1.1.0 + image.push stitcher:1.1.0 {REGISTRY}"


def test_all_four_images(tmp_path: Path) -> None:
    four = {f"images/{name}/Dockerfile": "FROM scratch\n" for name in ("a", "b", "c", "d")}
    world = make(tmp_path, {**four, "other.yaml": "a: b\n"})
    outcome = told(world.recognise("Rebuild and push all 4 container images to Docker Hub", version="1.0.0"))
    assert outcome.count("image.build") == outcome.count("docker.io") == 4


def test_in_another_repository(tmp_path: Path) -> None:
    world = make(tmp_path, {"README.md": "x\n"}, {"infra": FILES})
    found = world.recognise("Update ffl HelmRelease in infra to version 0.1.18")
    assert told(found) == "helmrelease.bump name=ffl version=0.1.18 in infra"
    assert told(world.recognise("Update ffl HelmRelease in elsewhere to version 0.1.18"))[0] == "u"
    removed = world.recognise("Remove ffl from infra/clusters/minikube/apps/kustomization.yaml")
    assert agrees(
        told(removed),
        "manifest.remove file=clusters/minikube/apps/kustomization.yaml path=resources entry=ffl in infra",
    ) or (removed.requests[0].repository == "infra")


def test_repositories_named_like_what_is_in_them(tmp_path: Path) -> None:
    services = {"Dockerfile": "FROM scratch\n"}
    world = make(tmp_path, {"README.md": "x\n"}, {"infra": FILES, "ffl": services, "longhorn": services})
    assert told(world.recognise("Update ffl HelmRelease in infra to version 0.1.18")) == (
        "helmrelease.bump name=ffl version=0.1.18 in infra"
    )
    assert told(world.recognise("Build longhorn 1.0.0")) == "image.build longhorn:1.0.0 in longhorn"
    for two in ("Bump ffl in infra to 0.1.18 in longhorn", "Commit changes to infra and longhorn"):
        assert told(world.recognise(two))[0] == "u"


def test_home_comes_first(tmp_path: Path) -> None:
    world = make(tmp_path, FILES, {"stitcher": {"Dockerfile": "FROM scratch\n"}})
    assert told(world.recognise("Build stitcher 1.1.0")) == "image.build stitcher:1.1.0"
    assert told(world.recognise("Build stitcher 1.1.0 in stitcher")) == "image.build stitcher:1.1.0 in stitcher"
    assert told(world.recognise("Commit changes to the stitcher repository")) == "git.commit in stitcher"


def test_names_of_configured_repositories(tmp_path: Path) -> None:
    home = {"executor.toml": '[repositories.infra]\npath = "../infra"\n', "README.md": "x\n"}
    world = make(tmp_path, home, {"infra": FILES})
    assert told(world.recognise("Bump ffl to 0.1.18")) == "helmrelease.bump name=ffl version=0.1.18 in infra"


NOTES = [
    ("Build stitcher 1.1.0 - takes five minutes", "image.build stitcher:1.1.0"),
    ("Build stitcher 1.1.0 (see TASK-7)", "image.build stitcher:1.1.0"),
    ("Build stitcher 1.1.0 (BLOCKED: no builder)", "image.build stitcher:1.1.0"),
    ("Build stitcher 1.1.0 (PARTIAL: only amd64)", "image.build stitcher:1.1.0"),
    ("Build stitcher 1.1.0 – big layer", "image.build stitcher:1.1.0"),
    ("Bump ffl to 0.1.18 - staging only", "u"),
    ("Bump ffl to 0.1.18 (if exists)", "u"),
    ("Bump ffl to 0.1.18 - 6.8.0", "u"),
    ("Bump ffl to 0.1.18 (not urgent)", "u"),
    ("Bump ffl to 0.1.18 - longhorn too", "u"),
    ("Bump ffl to 0.1.18 (with approval)", "u"),
    ("Bump ffl to 0.1.18 - and restart pods", "u"),
    ("Bump - staging only", "u"),
    ("Bump ffl to 0.1.18 (Monday at the earliest)", "u"),
    ("Bump ffl to 0.1.18 - Henrik does it", "u"),
    ("Build stitcher 1.1.0 (Jonas does this by hand)", "u"),
    ("Bump ffl to 0.1.18 (example, see wiki)", "u"),
    ("Bump ffl to 0.1.18 (chart too)", "u"),
    ("Bump ffl to 0.1.18 (in the next window)", "u"),
    ("Please build stitcher 1.1.0, thanks!", "image.build stitcher:1.1.0"),
    ("Build stitcher 1.1.0 please", "image.build stitcher:1.1.0"),
]


def test_a_note_that_is_left_out_is_said(world: World) -> None:
    found = world.recognise("Build stitcher 1.1.0 - takes five minutes")
    assert found.remarks == ('"- takes five minutes" is taken for a remark',)


@pytest.mark.parametrize(("sentence", "expected"), NOTES)
def test_notes(world: World, sentence: str, expected: str) -> None:
    assert agrees(told(world.recognise(sentence)), expected)


DECORATION = [
    "#3 Build stitcher 1.1.0",
    "1. Build stitcher 1.1.0",
    "AC1: Build stitcher 1.1.0",
    "T4.1: Build stitcher 1.1.0",
    "[P] Build stitcher 1.1.0",
    "Task 3: Build stitcher 1.1.0",
    "**AC-2:** Build stitcher 1.1.0",
    "**Build:** Build stitcher 1.1.0",
    "**Images**: Build stitcher 1.1.0",
    "🚀 Build stitcher 1.1.0 ✅",
    "**Build stitcher 1.1.0**",
    "_Build_ `stitcher` *1.1.0*.",
    "Build “stitcher” 1.1.0",
    "T001 [P] [US1] Build stitcher 1.1.0",
]


@pytest.mark.parametrize("sentence", DECORATION)
def test_decoration(world: World, sentence: str) -> None:
    assert told(world.recognise(sentence)) == "image.build stitcher:1.1.0"


@pytest.mark.parametrize(
    "sentence",
    [
        "**Staging only:** Bump ffl to 0.1.18",
        "**Optional:** Build stitcher 1.1.0",
        "**Do not:** Build stitcher 1.1.0",
        "**Later**: Build stitcher 1.1.0",
        "[SKIP] Build stitcher 1.1.0",
        "❌ Build stitcher 1.1.0",
        "⏳ Build stitcher 1.1.0",
        "❓ Build stitcher 1.1.0",
    ],
)
def test_no_decoration(world: World, sentence: str) -> None:
    assert told(world.recognise(sentence))[0] == "u"


def test_version_of_the_nearest(world: World) -> None:
    assert told(world.recognise("Build stitcher", version="1.0.0")) == "image.build stitcher:1.0.0"
    nearer = world.recognise("Build stitcher", heading="Release 1.2.0", version="1.0.0")
    assert told(nearer) == "image.build stitcher:1.2.0"
    assert "1.0.0" in nearer.remarks[0]


@pytest.mark.parametrize("heading", ["Kubernetes 1.30.2", "Python 3.12.1", "ffl 0.1.18", "1.2.3 and 1.2.4"])
def test_a_version_of_another_thing(world: World, heading: str) -> None:
    assert told(world.recognise("Build stitcher", heading=heading)) == NOT_DETERMINATE


def test_heading_number_is_no_version(world: World) -> None:
    assert told(world.recognise("Build stitcher", heading="2.1 Build", version="1.0.0")) == "image.build stitcher:1.0.0"


@pytest.mark.parametrize(
    "heading", ["Optional", "If approved", "Out of scope", "Not in this task", "Manual steps", "Rollback"]
)
def test_headings_that_turn_around(world: World, heading: str) -> None:
    assert told(world.recognise("Build stitcher 1.1.0", heading=heading))[0] == "u"


def test_parents_that_turn_around(world: World) -> None:
    found = world.all(["If the vendor agrees:\n  - [ ] Build stitcher 1.1.0", "Release\n  - [ ] Build stitcher 1.1.0"])
    assert [told(each)[0] for each in found] == ["u", "u", "u", "i"]


def test_stage_of_a_heading(world: World) -> None:
    found = world.recognise("Bump longhorn to 1.11.0", heading="Production")
    assert agrees(told(found), "helmrelease.bump name=longhorn where=prod version=1.11.0")


def test_registry_of_push(tmp_path: Path, world: World) -> None:
    pinned = {**FILES, "executor.toml": ""}
    bare = make(tmp_path, pinned)
    assert told(bare.recognise("Push render-worker 0.1.18")) == f"image.push render-worker:0.1.18 {REGISTRY}"
    assert told(bare.recognise("Push stitcher 1.1.0")) == NOT_DETERMINATE
    assert told(bare.recognise("Push stitcher 1.1.0", registry="r.example")) == "image.push stitcher:1.1.0 r.example"


def test_verify_where_the_task_pushed(world: World) -> None:
    found = world.all(["Push stitcher 1.1.0 to 10.0.0.5:5000", "Verify stitcher in the registry"])
    assert told(found[1]) == "image.verify stitcher:1.1.0 10.0.0.5:5000"


def test_push_of_what_the_task_builds(world: World) -> None:
    found = world.all(["Build stitcher 1.1.0", "Push stitcher to registry"])
    assert told(found[1]) == f"image.push stitcher:1.1.0 {REGISTRY}"
    conflict = world.all(["Build stitcher 1.1.0", "Push stitcher to registry"], version="1.0.0")
    assert told(conflict[1]) == NOT_DETERMINATE


def test_near_names_are_two(world: World) -> None:
    assert world.recognise("Bump ffl-web to 0.2.0").requests[0].arguments["name"] == "ffl-web"
    assert world.recognise("Bump ffl to 0.2.0").requests[0].arguments["name"] == "ffl"
    near = world.recognise("Bump ffl-wob to 0.2.0")
    assert near.cannot is not None and "ffl-web" in near.cannot.reason


def test_two_parts(world: World) -> None:
    assert told(world.recognise("Build stitcher 1.20")) == "image.build stitcher:1.20"
    assert told(world.recognise("Bump the longhorn chart to 1.20")) == NOT_DETERMINATE


def test_group_or_image(world: World) -> None:
    assert told(world.recognise("Build ffl 0.1.18")) == every("image.build", FFL, "0.1.18")
    assert told(world.recognise("Build the ffl image 0.1.18")) == "b ambiguous"
    assert told(world.recognise("Build the frontend image 0.1.18")) == "image.build ffl/frontend:0.1.18"


def test_all_images_of_a_release(tmp_path: Path) -> None:
    """ "All" leaves none at another version, whatever this task builds."""
    pinned = release("app", "app", images={"r.test/web": "1.0.0", "r.test/api": "1.1.0"})
    world = make(
        tmp_path, {"apps/app.yaml": pinned, "api/Dockerfile": "FROM scratch\n", "web/Dockerfile": "FROM scratch\n"}
    )
    some, every, bare = world.all(
        [
            "Build api 1.2.0",
            "Update app images to 1.2.0",
            "Update all app images to 1.2.0",
            "Update both app images to 1.2",
        ]
    )[1:]
    assert agrees(told(some), "helmrelease.bump field=image name=app image=r.test/api version=1.2.0")
    assert told(every) == "b ambiguous" and "several versions" in str(every.cannot)
    assert told(bare)[0] == "b"
    no_tag = pinned.replace('repository: r.test/web\n        tag: "1.0.0"', "image: r.test/web")
    assert no_tag != pinned
    world = make(tmp_path / "two", {"apps/app.yaml": no_tag.replace("image:\n        image:", "image:")})
    assert "have no version" in str(world.recognise("Update all app images to 1.2.0").cannot)


def test_several_contexts(tmp_path: Path) -> None:
    world = make(tmp_path, {"a/app/Dockerfile": "FROM scratch\n", "b/app/Dockerfile": "FROM scratch\n"})
    outcome = world.recognise("Build app 1.0.0")
    assert outcome.cannot is not None


def test_words_around_a_command(world: World) -> None:
    for sentence in (
        "do not run `kustomize build apps`",
        "`kustomize build apps` finishes in 2 s",
        "Run `kustomize build apps` and document it",
        "Never use `kubectl apply -f x`",
        "Run `kustomize build apps` if needed",
        "Document `kustomize build apps`",
        "Push images: `kustomize build apps`",
        "Verify images in registry: `docker version`",
        "Build stitcher: `docker build -t triager/api:1 services/triager/api`",
        "ffl HelmRelease shows READY=True: `flux get helmreleases longhorn`",
        "`kustomize build apps` then `git commit -m x`",
        "Push to ghcr.io: `docker push 192.168.7.21:5000/ffl/frontend:0.1.18`",
        "Push images with tag 0.1.19: `docker push 192.168.7.21:5000/ffl/frontend:0.1.18`",
        "Verify images in registry 10.0.0.9:5000: `curl -k https://192.168.7.21:5000/v2/ffl/backend/tags/list`",
        "Verify ffl/frontend in registry: `curl -k https://192.168.7.21:5000/v2/ffl/backend/tags/list`",
        "Build stitcher 0.1.19: `docker build -t stitcher:0.1.18 infra/stitcher`",
        "longhorn HelmRelease is Ready: `flux get hr ffl`",
        "All Kustomizations ready: `flux get hr -A`",
        "`curl https://192.168.7.21:5000/v2/` returns 401",
        "`grep -q foo apps/kustomization.yaml` fails",
        "`kustomize build apps` or `kustomize build clusters` passes",
        "When I run `kustomize build apps` it passes",
    ):
        assert told(world.recognise(sentence))[0] == "u", sentence


def test_commands_that_agree(world: World) -> None:
    assert told(world.recognise("Build stitcher: `docker build -t stitcher:1.1.0 infra/stitcher`")) == (
        "image.build stitcher:1.1.0 context=infra/stitcher"
    )
    both = world.recognise("Build and push: `docker build -t a:1 . && docker push r.example/a:1`")
    assert told(both) == "image.build a:1 context=. + image.push a:1 r.example"
    seen = world.recognise("`kustomize build apps` shows `ffl-config`")
    assert seen.requests[0].arguments == {"argv": ["kustomize", "build", "apps"], "sees": ["ffl-config"]}


def test_queries_of_a_registry(world: World) -> None:
    at = "https://192.168.7.21:5000/v2"
    for sentence, expected in (
        (f"`curl {at}/` returns 200", f"registry.ping {REGISTRY}"),
        (f"`curl {at}/ffl/backend/tags/list` shows `0.1.18`", f"image.verify ffl/backend:0.1.18 {REGISTRY}"),
        (f"`curl {at}/ffl/backend/tags/list | grep 0.1.18`", f"image.verify ffl/backend:0.1.18 {REGISTRY}"),
        (f"`curl {at}/ffl/backend/manifests/0.1.18` returns 200", f"image.verify ffl/backend:0.1.18 {REGISTRY}"),
        (f"`curl {at}/_catalog | grep ffl/backend`", f"image.verify ffl/backend:1.0.0 {REGISTRY} catalog"),
        (f"`curl {at}/_catalog` lists `ffl/backend`", f"image.verify ffl/backend:1.0.0 {REGISTRY} catalog"),
        (f"`curl {at}/_catalog`", "b ambiguous"),
    ):
        assert told(world.recognise(sentence, version="1.0.0")) == expected, sentence


def test_fence(world: World) -> None:
    found = world.recognise("Validate the overlays:\n\n  ```bash\n  # both\n  $ kustomize build apps\n  ```")
    assert told(found) == "kustomize.build paths=apps"
    assert told(world.recognise("Set this:\n\n  ```yaml\n  a: b\n  ```"))[0] == "u"


BLOCKS = [
    ("uses: helmrelease.bump\n  name: ffl\n  version: 0.1.18", "helmrelease.bump name=ffl version=0.1.18"),
    (
        "- uses: image.build\n    image: a\n    tag: '1'\n  - uses: image.push\n    image: a\n    tag: '1'",
        "image.build a:1 + image.push a:1",
    ),
    ("uses: [a]", "b bad-block"),
    ("name: ffl", "b bad-block"),
    ("uses: a\n  uses: b", "b bad-block"),
    ("uses: a: b", "b bad-block"),
    ("uses: a\n  repository: nowhere", "b bad-block"),
    ("", "b bad-block"),
]


@pytest.mark.parametrize(("block", "expected"), BLOCKS)
def test_block(world: World, block: str, expected: str) -> None:
    found = world.recognise(f"Whatever it says\n\n  ```operation\n  {block}\n  ```")
    assert agrees(told(found), expected)
    if found.cannot is not None:
        assert "tasks/TASK-001.md:" in found.cannot.reason


SECTIONS = """\
## Commands

### Validate the overlays

```bash
kustomize build clusters/overlays/prod
```

### Step 2

```bash
kustomize build apps
```

### Deploy ffl

```bash
kubectl apply -f apps
```
"""


def test_command_sections(world: World) -> None:
    sentences = ["Validate the overlays", "Step 2: Validate manifests", "Bump ffl to 0.1.18", "Review the overlays"]
    found = world.all(sentences, after=SECTIONS)
    assert [told(each) for each in found] == [
        "kustomize.build paths=clusters/overlays/prod",
        "kustomize.build paths=apps",
        "helmrelease.bump name=ffl version=0.1.18",
        "u person",
    ]
    assert found[0].requests[0].source is Source.SECTION


def test_words_say_what_they_were_taken_for(world: World) -> None:
    sentence = "Bump ffl to 0.1.18 with zero downtime"
    found = world.recognise(sentence)
    taken = {sentence[word.start : word.end]: word.taken_for for word in found.words}
    assert taken["Bump"] == "verb" and taken["ffl"] == "name" and taken["0.1.18"] == "version"
    assert taken["zero"] == "stopped"
    assert found.cannot is not None and "zero" in found.cannot.reason
