"""A value that a base and its overlays set: one place, all places that count, or a list with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recognise.world import World, kustomization, make, told

OBJECT = "apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n"
WEB = OBJECT.format(api="apps/v1", kind="Deployment", name="web")
POD = "  template:\n    spec:\n      containers:\n        - name: web\n"
IMAGE = "          image: r.test/shop/web:1.0.0\n"
LEVEL = "          env:\n            - name: LEVEL\n              value: {}\n"
JOB = (
    OBJECT.format(api="batch/v1", kind="CronJob", name="sweep")
    + "  schedule: 0 3 * * *\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n"
    "            - name: sweep\n              image: r.test/shop/web:1.0.0\n"
)
REPLICAS = "replicas:\n  - name: web\n    count: 3\n"
TAGS = "images:\n  - name: r.test/shop/web\n    newTag: {}\n"
FILES = {
    "base/web.yaml": WEB + "  replicas: 2\n" + POD + IMAGE + LEVEL.format("info"),
    "base/kustomization.yaml": kustomization("web.yaml"),
    "staging/kustomization.yaml": kustomization("../base") + "patches:\n  - path: web.yaml\n",
    "staging/web.yaml": WEB + POD + LEVEL.format("debug"),
    "production/kustomization.yaml": kustomization("../base"),
}
AT = "spec.template.spec.containers[name=web].env[name=LEVEL].value"


def world(tmp_path: Path, files: dict[str, str] | None = None) -> World:
    return make(tmp_path, {**FILES, **(files or {})})


def why(found: World, sentence: str) -> str:
    cannot = found.recognise(sentence).cannot
    return f"{cannot.code} {cannot.reason}" if cannot is not None else "runs"


def test_the_base_and_the_overlay_that_has_its_own(tmp_path: Path) -> None:
    found = world(tmp_path)
    assert told(found.recognise("Set LEVEL of web to warn everywhere")) == (
        f"manifest.set file=staging/web.yaml path={AT} value=warn everywhere=True + "
        f"manifest.set file=base/web.yaml path={AT} value=warn everywhere=True"
    )
    assert why(found, "Set LEVEL of web to warn").endswith("name the file, or say everywhere if all of them are meant")
    assert told(found.recognise("Set LEVEL of web to warn in staging")).startswith("manifest.set file=staging/web.yaml")


def test_what_every_deployment_lays_another_over_stays_and_is_named(tmp_path: Path) -> None:
    patched = kustomization("../base") + "patches:\n  - path: web.yaml\n"
    own = {"production/kustomization.yaml": patched, "production/web.yaml": WEB + POD + LEVEL.format("error")}
    recognised = world(tmp_path, own).recognise("Set LEVEL of web to warn everywhere")
    assert told(recognised) == (
        f"manifest.set file=production/web.yaml path={AT} value=warn everywhere=True + "
        f"manifest.set file=staging/web.yaml path={AT} value=warn everywhere=True"
    )
    assert any("base/web.yaml:" in each and "stays" in each for each in recognised.remarks)
    covered = why(world(tmp_path / "c", own), "Set LEVEL of web to warn in base/web.yaml")
    assert covered.startswith("no-effect base/web.yaml") and "staging/web.yaml" in covered
    # what it lies over would show when it is gone
    assert why(world(tmp_path / "b", own), "Remove LEVEL from web everywhere").startswith("ambiguous")


def test_replicas_of_a_kustomization_lie_over_those_of_the_object(tmp_path: Path) -> None:
    counted = kustomization("../base") + "replicas:\n  - name: web\n    count: 5\n"
    found = world(tmp_path, {"production/kustomization.yaml": counted})
    assert told(found.recognise("Scale web to 3 replicas everywhere")) == (
        "manifest.set file=production/kustomization.yaml path=replicas[name=web].count value=3 everywhere=True + "
        "manifest.set file=base/web.yaml path=spec.replicas value=3 everywhere=True"
    )


@pytest.mark.parametrize(
    "more",
    [
        # two of one deployment, neither of which lies over the other
        {
            "staging/kustomization.yaml": kustomization("../base")
            + "patches:\n  - path: web.yaml\n  - path: more.yaml\n",
            "staging/more.yaml": WEB + POD + LEVEL.format("trace"),
        },
        # another kind of thing that is called so
        {
            "base/kustomization.yaml": kustomization("web.yaml", "config.yaml"),
            "base/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  LEVEL: info\n",
        },
        # two of them in one file
        {
            "base/web.yaml": FILES["base/web.yaml"]
            + "        - name: side\n"
            + IMAGE.replace("web:", "side:")
            + LEVEL.format("info")
        },
    ],
)
def test_what_is_not_one_value_stays_a_question(tmp_path: Path, more: dict[str, str]) -> None:
    found = why(world(tmp_path, more), "Set LEVEL of web to warn everywhere")
    assert found.startswith("ambiguous") and "say everywhere" not in found


def test_a_question_of_kinds_names_the_kinds(tmp_path: Path) -> None:
    config = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web\ndata:\n  SIZE: '1'\n"
    plain = {"base/web.yaml": FILES["base/web.yaml"].replace("LEVEL", "SIZE").replace("info", "'2'")}
    found = world(
        tmp_path, {**plain, "base/kustomization.yaml": kustomization("web.yaml", "c.yaml"), "base/c.yaml": config}
    )
    assert why(found, "Set SIZE of web to 3").endswith("say which: the web ConfigMap or the web Deployment")
    assert why(found, "Set SIZE of the web ConfigMap to 3 everywhere") == "runs"


def test_an_autoscaler_is_said_before_the_places(tmp_path: Path) -> None:
    scaler = OBJECT.format(api="autoscaling/v2", kind="HorizontalPodAutoscaler", name="web")
    scaler += "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n  maxReplicas: 4\n"
    more = {"base/kustomization.yaml": kustomization("web.yaml", "hpa.yaml"), "base/hpa.yaml": scaler}
    more["staging/web.yaml"] = WEB + "  replicas: 1\n"
    assert why(world(tmp_path, more), "Scale web to 3 replicas").startswith("no-effect")


def test_an_image_wherever_a_deployment_takes_it_from(tmp_path: Path) -> None:
    tagged = {
        f"{place}/kustomization.yaml": kustomization("../base") + TAGS.format("1.0.1")
        for place in ("staging", "production")
    }
    found = world(tmp_path, tagged)
    recognised = found.recognise("Update web to 1.1.0 everywhere")
    assert told(recognised) == (
        "kustomize.image file=production/kustomization.yaml image=r.test/shop/web tag=1.1.0 "
        "more=staging/kustomization.yaml everywhere=True"
    )
    assert any("base/web.yaml" in each and "stays" in each for each in recognised.remarks)
    assert "or say everywhere" in why(found, "Update web to 1.1.0")
    one = world(tmp_path / "b", {"staging/kustomization.yaml": tagged["staging/kustomization.yaml"]})
    assert told(one.recognise("Update web to 1.1.0 everywhere")) == (
        "kustomize.image file=base/web.yaml image=r.test/shop/web tag=1.1.0 "
        "more=staging/kustomization.yaml everywhere=True"
    )


def test_what_another_workload_runs_is_not_the_deployments(tmp_path: Path) -> None:
    found = world(
        tmp_path, {"base/kustomization.yaml": kustomization("web.yaml", "sweep.yaml"), "base/sweep.yaml": JOB}
    )
    assert told(found.recognise("Update web to 1.1.0 everywhere")) == (
        "kustomize.image file=base/sweep.yaml image=r.test/shop/web tag=1.1.0 more=base/web.yaml everywhere=True"
    )
    said = why(found, "Update the web Deployment to 1.1.0 everywhere")
    assert said.startswith("ambiguous") and "say everywhere" not in said


SHOP = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\nspec:\n  values:\n    web:\n      image:\n"
SHOP_FILES = {
    **FILES,
    "base/kustomization.yaml": kustomization("web.yaml", "shop.yaml"),
    "base/shop.yaml": SHOP + "        repository: r.test/shop/shop-web\n        tag: 5.2.0\n",
    "production/kustomization.yaml": kustomization("../base") + "patches:\n  - path: shop.yaml\n",
    "production/shop.yaml": SHOP + "        tag: 5.1.9\n",
}


def test_the_image_of_a_release_is_looked_for_in_all_that_is_deployed_to_the_place(tmp_path: Path) -> None:
    found = make(tmp_path, SHOP_FILES)
    bump = "helmrelease.bump name=shop field=image image=r.test/shop/shop-web version=5.3.0"
    assert told(found.recognise("Bump the shop-web image in production to 5.3.0")) == f"{bump} where=production"
    assert told(found.recognise("Bump the shop-web image to 5.3.0 everywhere")) == f"{bump} everywhere=True"
    assert told(found.recognise("Bump the shop-web image in `production/shop.yaml` to 5.3.0")) == (
        f"{bump} file=production/shop.yaml"
    )


UNTAGGED = {"base/web.yaml": FILES["base/web.yaml"].replace(":1.0.0", "")}


def test_an_image_without_a_version_is_no_pin(tmp_path: Path) -> None:
    tagged = {
        f"{place}/kustomization.yaml": kustomization("../base") + TAGS.format("1.0.1")
        for place in ("staging", "production")
    }
    found = world(tmp_path, {**UNTAGGED, **tagged})
    assert told(found.recognise("Update web to 1.1.0 everywhere")) == (
        "kustomize.image file=production/kustomization.yaml image=r.test/shop/web tag=1.1.0 "
        "more=staging/kustomization.yaml everywhere=True"
    )
    one = world(
        tmp_path / "b", {**UNTAGGED, "production/kustomization.yaml": kustomization("../base") + TAGS.format("1")}
    )
    assert told(one.recognise("Update web to 1.1.0")) == (
        "kustomize.image file=production/kustomization.yaml image=r.test/shop/web tag=1.1.0"
    )
    none = why(world(tmp_path / "c", UNTAGGED), "Update web to 1.1.0")
    assert none.startswith("not-found") and "without a version at base/web.yaml" in none


def test_what_lies_over_all_of_it_is_the_only_place(tmp_path: Path) -> None:
    over = {"base/kustomization.yaml": kustomization("web.yaml") + TAGS.format("1.0.1")}
    recognised = world(tmp_path, over).recognise("Update web to 1.1.0 everywhere")
    assert told(recognised) == (
        "kustomize.image file=base/kustomization.yaml image=r.test/shop/web tag=1.1.0 everywhere=True"
    )
    assert any("base/web.yaml" in each and "stays" in each for each in recognised.remarks)


def test_another_workload_of_the_place_counts_beside_the_one_that_its_patch_pins(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": kustomization("web.yaml", "sweep.yaml"),
        "base/sweep.yaml": JOB,
        "staging/web.yaml": WEB + POD + IMAGE.replace("1.0.0", "1.0.1"),
    }
    said = why(world(tmp_path, files), "Update web to 1.1.0 in staging")
    assert said.startswith("ambiguous") and "base/sweep.yaml" in said and "staging/web.yaml" in said


def test_a_file_that_is_named_is_enough(tmp_path: Path) -> None:
    found = world(tmp_path)
    assert why(found, "Update web to 1.1.0").startswith("shared")
    assert told(found.recognise("Update web in `base/web.yaml` to 1.1.0")) == (
        "kustomize.image file=base/web.yaml image=r.test/shop/web tag=1.1.0"
    )


SIDE = POD.replace("web", "side") + IMAGE.replace("/web:", "/side:") + LEVEL.format("warn")


def test_another_container_of_the_place_counts_beside_the_one_that_its_patch_sets(tmp_path: Path) -> None:
    side = {"base/web.yaml": FILES["base/web.yaml"] + SIDE.partition("containers:\n")[2]}
    found = world(tmp_path, side)
    said = why(found, "Set LEVEL of web to info in staging")
    assert said.startswith("ambiguous") and "name=side" in said and "staging/web.yaml" in said
    assert why(found, "Set LEVEL of the web container of the web Deployment to info in staging") == "runs"


def test_replicas_of_another_part_of_the_place_count_too(tmp_path: Path) -> None:
    values = SHOP.replace("    web:\n      image:\n", "    {}:\n      replicas: {}\n")
    base = values.format("web", 2) + "    worker:\n      replicas: 1\n"
    files = {**SHOP_FILES, "base/shop.yaml": base, "production/shop.yaml": values.format("web", 4)}
    found = make(tmp_path, files)
    said = why(found, "Scale shop to 3 replicas in production")
    assert said.startswith("ambiguous") and "web.replicas" in said and "worker.replicas" in said
    assert told(found.recognise("Set `web.replicas` of shop to 3 in production")).startswith(
        "manifest.set file=production/shop.yaml path=spec.values.web.replicas"
    )
    apart = make(tmp_path / "b", {**files, "base/shop.yaml": values.format("worker", 1)})
    assert why(apart, "Scale shop to 3 replicas everywhere").startswith("ambiguous")


def test_a_compose_file_is_part_of_everywhere_and_of_no_overlay(tmp_path: Path) -> None:
    tagged = {
        f"{place}/kustomization.yaml": kustomization("../base") + TAGS.format("1.0.1")
        for place in ("staging", "production")
    }
    found = world(tmp_path, {**tagged, "compose.yaml": "services:\n  web:\n    image: r.test/shop/web:1.0.0\n"})
    assert "compose.yaml" in told(found.recognise("Update web to 1.1.0 everywhere"))
    assert "compose.yaml" not in told(found.recognise("Update web in all overlays to 1.1.0"))


def test_an_image_that_is_written_short_is_the_one_that_is_built_here(tmp_path: Path) -> None:
    files = {
        "executor.toml": '[registry]\nurl = "r.test"\n\n[images."shop/web"]\ncontext = "src/web"\n',
        "src/web/Dockerfile": "FROM scratch\n",
    }
    verify = "image.verify shop/web:1.1.0 r.test"
    assert told(world(tmp_path, files).recognise("web:1.1.0 is available in the registry")) == verify
    public = {**files, "compose.yaml": "services:\n  web:\n    image: web:1.0.0\n"}
    assert told(world(tmp_path / "b", public).recognise("web:1.1.0 is available in the registry")) != verify


def test_one_build_of_all_places_is_several_places(tmp_path: Path) -> None:
    files = {
        "base/kustomization.yaml": kustomization("web.yaml"),
        "base/web.yaml": FILES["base/web.yaml"],
        "staging/kustomization.yaml": kustomization("../base") + "nameSuffix: -staging\n",
        "production/kustomization.yaml": kustomization("../base") + TAGS.format("0.9.0") + "nameSuffix: -production\n",
        "kustomization.yaml": kustomization("staging", "production"),
    }
    found = make(tmp_path, files)
    said = found.recognise("Update web to 1.1.0 everywhere")
    assert told(said) == (
        "kustomize.image file=base/web.yaml image=r.test/shop/web tag=1.1.0 "
        "more=production/kustomization.yaml everywhere=True"
    )
    assert told(found.recognise("Update web in production to 1.1.0")).startswith(
        "kustomize.image file=production/kustomization.yaml"
    )
    assert why(found, "Update web in staging to 1.1.0").startswith("shared")
    assert why(found, "Update web to 1.1.0").startswith("ambiguous")


def test_a_place_in_front_of_a_name_is_of_that_name_alone(tmp_path: Path) -> None:
    """And "staging web" where something is called staging-web, or web-staging, is two things."""
    there = "manifest.set file=production/kustomization.yaml"
    replicas = {"production/kustomization.yaml": FILES["production/kustomization.yaml"] + REPLICAS}
    found = world(tmp_path, {"base/sweep.yaml": JOB, **replicas})
    assert told(found.recognise("Scale the production web to 4 replicas")).startswith(there)
    for sentence in (
        "Scale sweep and the production web to 4 replicas",
        "Scale the production web and sweep to 4 replicas",
        "Scale the production web, sweep to 4 replicas",
        "Promote production web 1.0.0",
    ):
        assert found.recognise(sentence).cannot is not None, sentence
    for other in ("production-web", "web-production"):
        namesake = {"other.yaml": OBJECT.format(api="apps/v1", kind="Deployment", name=other) + "  replicas: 1\n"}
        both = world(tmp_path / other, {**replicas, **namesake})
        assert both.recognise("Scale the production web to 4 replicas").cannot is not None, other
        assert told(both.recognise(f"Scale {other} to 4 replicas")).startswith("manifest.set file=other.yaml")


_LOOK = "Verify that LEVEL of web in production is info"
_FLUX_WEB = (
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: web\n  namespace: flux-system\n"
    "spec:\n  path: ./production\n"
)
_PATCH = "patches:\n  - target:\n      kind: Deployment\n      name: {}\n    {}\n"
_OTHER = WEB.replace("name: web", "name: any") + POD + LEVEL.format("warn")


def test_a_look_at_a_place_without_a_value_of_its_own_is_one_at_what_comes_through(tmp_path: Path) -> None:
    found = world(tmp_path, {"clusters/web.yaml": _FLUX_WEB})
    assert told(found.recognise(_LOOK)) == f"manifest.set file=base/web.yaml path={AT} value=info check=True"
    assert "production takes it from base/web.yaml" in found.recognise(_LOOK).remarks[0]
    assert why(found, "Set LEVEL of web in production to `info`").startswith("shared")
    assert why(found, "Verify that LEVEL of web is `info`").startswith("ambiguous")


@pytest.mark.parametrize(
    "files",
    [
        {"production/kustomization.yaml": kustomization("../base") + "components: [../loud]\n"},
        {"production/kustomization.yaml": kustomization("../base") + "replacements:\n  - path: r.yaml\n"},
        {"clusters/web.yaml": _FLUX_WEB + "  patches:\n    - patch: '{}'\n"},
        {
            "clusters/web.yaml": _FLUX_WEB,
            "clusters/kustomization.yaml": kustomization("web.yaml") + "patches:\n  - patch: '{}'\n",
        },
        {
            "production/kustomization.yaml": kustomization("../base")
            + _PATCH.format("w.b", "patch: '[{op: replace, path: /spec/template/spec/containers/0/env/0/value, value: LEVEL}]'")
        },
        {"production/kustomization.yaml": kustomization("../base") + _PATCH.format("web", "path: p.yaml"),
         "production/p.yaml": _OTHER},
        {"production/kustomization.yaml": kustomization("../base")
         + _PATCH.format("web", "patch: '[{op: replace, path: /spec/template/spec/containers/0/env, value: []}]'")},
        {"production/kustomization.yaml": kustomization("../base")
         + _PATCH.format("web", "patch: '[{\"op\": \"remove\", \"path\": \"/spec/template/spec\"}]'")},
        {"production/kustomization.yaml": kustomization("../base") + "patches:\n  - path: gone.yaml\n",
         "production/gone.yaml": "$patch: delete\n" + WEB.removesuffix("spec:\n")},
        {"production/kustomization.yaml": kustomization("../base") + "patches:\n  - path: none.yaml\n",
         "production/none.yaml": WEB + "  template: null\n"},
        {"production/kustomization.yaml": kustomization("../base") + "patches:\n  - path: bare.yaml\n",
         "production/bare.yaml": WEB},
    ],
    ids=["component", "replacement", "flux", "flux-parent", "expression", "another-name", "list", "json", "gone",
         "null", "nothing"],
)  # fmt: skip
def test_what_may_be_changed_on_the_way_is_not_looked_at(tmp_path: Path, files: dict[str, str]) -> None:
    assert why(world(tmp_path, files), _LOOK) != "runs"


def test_a_list_that_another_one_replaces_is_not_looked_at(tmp_path: Path) -> None:
    release = OBJECT.format(api="helm.toolkit.fluxcd.io/v2", kind="HelmRelease", name="web") + "  values:\n"
    listed = "    extraEnv:\n      - name: {}\n        value: info\n"
    files = {
        "base/web.yaml": release + "    size: 3\n" + listed.format("LEVEL"),
        "production/kustomization.yaml": kustomization("../base") + "patches:\n  - path: web.yaml\n",
        "production/web.yaml": release + listed.format("OTHER"),
        "staging/web.yaml": release + "    size: 4\n",
    }
    found = world(tmp_path, files)
    assert why(found, _LOOK) != "runs"
    look = "Verify that size of web in production is 3"
    assert told(found.recognise(look)).startswith("manifest.set file=base/web.yaml")
    taken = "  valuesFrom:\n    - kind: ConfigMap\n      name: sizes\n      targetPath: size\n"
    for file in ("base/web.yaml", "production/web.yaml"):
        over = {**files, file: files[file].replace("  values:\n", taken + "  values:\n")}
        assert why(world(tmp_path / file.partition("/")[0], over), look) != "runs", file
