"""What other teams' repositories and sentences taught: layouts that differ from the examples', and attacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recognise.world import DOCKERFILE, FILES, REGISTRY, World, agrees, make, release, told

KS = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: jellyfin
  namespace: flux-system
spec:
  interval: 10m
  path: ./apps/media/jellyfin/app
  targetNamespace: media
"""
JELLYFIN = release("jellyfin", "x", images={"ghcr.io/jellyfin/jellyfin": "10.9.6"}).replace("  namespace: x\n", "")
HOME = {
    "apps/media/jellyfin/ks.yaml": KS,
    "apps/media/jellyfin/app/helmrelease.yaml": JELLYFIN,
    "apps/media/kustomization.yaml": "kind: Kustomization\nresources:\n  - ./jellyfin/ks.yaml\n  - ./sonarr/ks.yaml\n",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(tmp_path_factory.mktemp("home"), HOME)


@pytest.mark.parametrize(
    "sentence",
    ["**jellyfin** `media` — image `10.9.6` → `10.9.7`", "Update the `jellyfin` (media) image from 10.9.6 to 10.9.7"],
)
def test_a_namespace_that_flux_gives(home: World, sentence: str) -> None:
    outcome = told(home.recognise(sentence))
    wanted = "helmrelease.bump name=jellyfin namespace=media field=image from_version=10.9.6 version=10.9.7"
    assert agrees(outcome, wanted), outcome


def test_a_namespace_that_every_cluster_has(home: World) -> None:
    observed = "cluster.observe kind=Pod name=* namespace={} condition=Running"
    for name in ("default", "kube-system"):
        assert told(home.recognise(f"All pods are Running in namespace {name}")) == observed.format(name)
    assert told(home.recognise("All pods are Running in namespace nowhere"))[0] == "u"
    assert told(home.recognise("Bump jellyfin to 10.9.7 by default"))[0] == "u"


def test_an_entry_by_its_folder(home: World) -> None:
    outcome = told(home.recognise("Remove jellyfin from `apps/media/kustomization.yaml`"))
    assert outcome == "manifest.remove file=apps/media/kustomization.yaml path=resources entry=./jellyfin/ks.yaml"


SHOP = {
    "executor.toml": f'[registry]\nurl = "{REGISTRY}"\n',
    "src/checkout/Dockerfile": DOCKERFILE,
    "src/pricing/Dockerfile": DOCKERFILE,
    "apps/checkout/helmrelease.yaml": release("checkout", "shop", images={f"{REGISTRY}/shop/checkout": "2.3.1"}),
}


def test_what_nobody_would_pull_is_not_pushed(tmp_path: Path) -> None:
    shop = make(tmp_path, SHOP)
    for sentence in ("Push checkout 2.4.0", "Push checkout:2.4.0", "Verify checkout 2.4.0 in the registry"):
        blocked = shop.recognise(sentence).cannot
        assert blocked is not None and '[images."shop/checkout"]' in blocked.reason
    assert told(shop.recognise(f"Push {REGISTRY}/checkout:2.4.0")) == f"image.push checkout:2.4.0 {REGISTRY}"
    assert told(shop.recognise("Push pricing 1.0.0")) == f"image.push pricing:1.0.0 {REGISTRY}"


def test_all_images_are_those_that_the_task_makes(world: World) -> None:
    made = world.all(["Build stitcher 1.1.0", "Push all images to the registry"])[-1]
    assert told(made) == f"image.push stitcher:1.1.0 {REGISTRY}"
    assert any("all images" in each for each in made.remarks) and any(
        "another criterion" in each for each in made.remarks
    )
    both = world.all(["Build stitcher 1.1.0", "Build and push all images with tag 1.2.0"])[-1]
    assert told(both).count("image.build") == told(both).count("image.push") > 1
    looked_at = world.all(["Verify stitcher 1.1.0 in the registry", "Push all images with tag 1.1.0"])[-1]
    assert told(looked_at).count("image.push") == len(list(Path(world.workspace.home.root).rglob("Dockerfile*")))


def test_an_acronym_is_no_name(tmp_path: Path) -> None:
    api = make(tmp_path, {"apps/api/helmrelease.yaml": release("api", "api", chart="1.2.0")})
    for sentence in ("Bump API version to 1.3.0", "Upgrade the API to 1.3.0"):
        assert told(api.recognise(sentence))[0] == "u"
    for sentence in ("Bump api to 1.3.0", "Bump `API` to 1.3.0", "Bump **API** to 1.3.0", "Bump Api to 1.3.0"):
        assert told(api.recognise(sentence)).startswith("helmrelease.bump")


def test_a_name_of_here_in_another_repository(tmp_path: Path) -> None:
    both = make(tmp_path, FILES, {"sib": {"README.md": "x"}})
    stopped = both.recognise("Bump longhorn to 1.11.0 in sib").cannot
    assert stopped is not None and "no name in sib" in stopped.reason


@pytest.mark.parametrize(
    ("above", "outcome"),
    [
        ("In staging", "helmrelease.bump name=longhorn where=staging version=1.11.0"),
        ("For production", "helmrelease.bump name=longhorn where=prod version=1.11.0"),
        ("Steps", "helmrelease.bump name=longhorn version=1.11.0"),
        ("One of these", "u"),
        ("After approval", "u"),
        ("Either", "u"),
        ("Examples of bad criteria", "u"),
        ("These were done last week", "u"),
        ("Nicht machen", "u"),
        ("Don’t", "u"),
    ],
)
def test_what_stands_above(world: World, above: str, outcome: str) -> None:
    below = world.all([f"{above}\n  - [ ] Bump longhorn to 1.11.0"])[-1]
    assert agrees(told(below), outcome), told(below)
    led = world.recognise("Bump longhorn to 1.11.0", heading=f"Release\n\n{above}:")
    assert agrees(told(led), outcome), told(led)


def test_a_version_above(world: World) -> None:
    assert told(world.all(["Release 1.2.0\n  - [ ] Build stitcher"])[-1]) == "image.build stitcher:1.2.0"
    bumped = told(world.recognise("Bump longhorn", heading="Release of 1.11.0"))
    assert agrees(bumped, "helmrelease.bump name=longhorn version=1.11.0")
    assert agrees(told(world.recognise("Upgrade longhorn", heading="Release of 1.11.0 of ffl")), "b not-determinate")


def test_a_named_object_below_a_stage(world: World) -> None:
    sentence = "Set `spec.interval` of the longhorn HelmRelease to 30m"
    assert told(world.recognise(sentence)).startswith("manifest.set")
    assert told(world.recognise(sentence, heading="Production")) == "b not-found"


def test_a_named_object_in_a_stage(tmp_path: Path) -> None:
    stages = {f"apps/{stage}/web.yaml": release("web", "web", chart="1.0.0") for stage in ("staging", "production")}
    two = make(tmp_path, stages)
    wanted = "manifest.set file=apps/{}/web.yaml path=spec.interval value=5m"
    for stage in ("staging", "production"):
        for sentence in ("HelmRelease in {} to 5m", "HelmRelease in the {} environment to `5m`"):
            outcome = told(two.recognise("Set `spec.interval` of the web " + sentence.format(stage)))
            assert outcome == wanted.format(stage), outcome
    assert told(two.recognise("Set `spec.interval` of the web HelmRelease to 5m")) == "b ambiguous"


@pytest.mark.parametrize(
    "sentence",
    [
        # negations and conditions in other languages, as notes
        "Bump ffl to 0.1.18 (DEFERRED to Q3)",
        "Bump ffl to 0.1.18 (DONE)",
        "Bump ffl to 0.1.18 (NOTE: do not)",
        "Bump ffl to 0.1.18 (nicht)",
        "Bump ffl to 0.1.18 (noch nicht)",
        "Bump ffl to 0.1.18 (pas maintenant)",
        "Bump ffl to 0.1.18 - später",
        "Bump ffl to 0.1.18 - nein",
        "Bump ffl to 0.1.18 (不要)",
        "Bump ffl to 0.1.18 (sólo si hace falta)",
        # signs that only look like letters
        "Bump \ufb00l to 0.1.18",
        "Bump f\ufb02 to 0.1.18",
        "Bump ff\u04cf to 0.1.18",
        "Bump ffl to 0.1.\uff118",
        "Upgrade longhor\u0578 to 1.11.0",
        "\u212austi\u212aze build passes for staging",
        # not one version
        "Bump ffl to 0.1.18-0.1.20",
        "Bump ffl to 0.1.18..0.1.20",
        "Bump ffl to 0.1.18...",
        "Bump ffl to 0.1.18 / 0.1.19",
        # programs in front of programs
        "`env kubectl apply -f x.yaml`",
        "`sudo kustomize build apps/ffl`",
        "`PGPASSWORD=x psql`",
        "`timeout 5 kubectl delete pod x`",
        # what is no registry
        "`curl http://169.254.169.254/v2/`",
        "Registry localhost:5432 is reachable",
        "Push stitcher 1.1.0 to 10.0.0.5:5432",
        "`docker push 169.254.169.254/x:1.0.0`",
        "`skopeo inspect docker://metadata.google.internal/x:1.0.0`",
        # files that are not there
        "`helm lint charts/nothing`",
        "`grep -q x apps/nothing.yaml`",
        "`helm template charts/ffl -f charts/ffl/nothing.yaml`",
    ],
)
def test_never_runs(world: World, sentence: str) -> None:
    assert told(world.recognise(sentence))[0] in "ubr"


@pytest.mark.parametrize(
    ("sentence", "code"),
    [
        ("`env kubectl apply -f x.yaml`", "r forbidden"),
        ("`PGPASSWORD=x psql`", "r forbidden"),
        ("Registry localhost:5432 is reachable", "r forbidden"),
        ("`helm lint charts/nothing`", "b not-found"),
        ("`helm template charts/ffl -f charts/ffl/nothing.yaml`", "b not-found"),
        ("`test -f apps/nothing.yaml`", "command argv=test,-f,apps/nothing.yaml"),
    ],
)
def test_why_a_command_does_not_run(world: World, sentence: str, code: str) -> None:
    assert agrees(told(world.recognise(sentence)), code)


@pytest.mark.parametrize(
    ("sentence", "suggestion"),
    [
        ("Bump Kubernetes of ffl to 1.30.1", None),
        ("Bump ffl dependencies to 0.1.18", None),
        ("Update the runbook with ffl 0.1.18", None),
        ("Bump ffl to 0.1.18 or 0.1.19", None),
        ("Bump ffl to 0.1.18 on both clusters", None),
        ("Add a NetworkPolicy for ffl", None),
        ("Push stitcher 1.1.0 to staging", None),
        ("No `:latest` tags in ffl", None),
        ("Set FRAME_SIZE to 3 in apps/ffl/config.yaml", None),
        ("Bump ffl to 0.1.18 with zero downtime", "Bump ffl to 0.1.18"),
        ("Bump fffl to 0.1.18", "Bump ffl to 0.1.18"),
    ],
)
def test_a_suggestion_loses_nothing(world: World, sentence: str, suggestion: str | None) -> None:
    assert world.recognise(sentence).suggestion == suggestion


def test_a_version_behind_several_names(world: World) -> None:
    both = "image.build stitcher:1.1.0 + image.build render-worker:1.1.0"
    assert told(world.recognise("Build stitcher and render-worker 1.1.0")) == both
    assert told(world.recognise("Build stitcher, render-worker 1.1.0")) == both
    colon = world.recognise("Build stitcher and render-worker:1.1.0", version="1.0.0")
    assert told(colon) == "image.build stitcher:1.0.0 + image.build render-worker:1.1.0"
