"""Wordings that are offered for what is not understood: pasted, each does what the sentence says, and all of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from executor.models import Status
from tests.recognise.test_suggestions import planned
from tests.recognise.world import World, make

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ticketing
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: ticketing
          image: r.test/fair/ticketing:1.4.2
          env:
            - name: QUEUE_DEPTH
              value: "30"
          resources:
            limits:
              memory: 256Mi
"""
_PATCH = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ticketing
spec:
  template:
    spec:
      containers:
        - name: ticketing
          env:
            - name: LOG_LEVEL
              value: info
"""
_CONFIG = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: ticketing-config
data:
  FEATURE_COUPONS: "false"
  LOG_LEVEL: info
"""
_SCALER = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ticketing
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ticketing
  minReplicas: 2
  maxReplicas: {}
"""
_JOB = """\
apiVersion: batch/v1
kind: CronJob
metadata:
  name: archive-sweep
spec:
  schedule: "15 2 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          containers:
            - name: sweep
              image: r.test/fair/sweep:2.0.0
"""
_GATE = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: turnstile
  namespace: gate
spec:
  interval: 12h
  chart:
    spec:
      chart: turnstile
      version: "4.11.3"
  values:
    logs:
      level: info
    controller:
      metrics:
        enabled: false
    route:
      hostnames:
        - gate.fair.test
    acme:
      email: bot@fair.test
"""
_RANGED = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: kube-lantern-stack
  namespace: watch
spec:
  chart:
    spec:
      chart: lantern
      version: ">=1.0.0"
  values:
    keep:
      retention: 30d
"""
_OVER = "resources:\n  - ../../base/ticketing\n"
FILES = {
    "base/ticketing/deployment.yaml": _DEPLOYMENT,
    "base/ticketing/config.yaml": _CONFIG,
    "base/ticketing/scaler.yaml": _SCALER.format(6),
    "base/ticketing/sweep.yaml": _JOB,
    "base/ticketing/kustomization.yaml": (
        "resources:\n  - deployment.yaml\n  - config.yaml\n  - scaler.yaml\n  - sweep.yaml\n"
    ),
    "overlays/staging/patch.yaml": _PATCH,
    "overlays/staging/kustomization.yaml": f"{_OVER}patches:\n  - path: patch.yaml\n",
    "overlays/production/scaler.yaml": _SCALER.format(12),
    "overlays/production/kustomization.yaml": (
        f"{_OVER}patches:\n  - path: scaler.yaml\nimages:\n  - name: r.test/fair/ticketing\n    newTag: 1.4.2\n"
    ),
    "gate/turnstile.yaml": _GATE,
    "gate/lantern.yaml": _RANGED,
    "gate/kustomization.yaml": "resources:\n  - turnstile.yaml\n  - lantern.yaml\n",
    "docker/mailer/Dockerfile": "FROM node:22\n",
}

OFFERED: dict[str, tuple[str, str]] = {
    "For ticketing in production the HPA maximum climbs: 12 → 20": (
        "Raise `spec.maxReplicas` of HorizontalPodAutoscaler `ticketing` in production from `12` to `20`",
        "12 → 20 in overlays/production/scaler.yaml",
    ),
    "The nightly sweep (CronJob archive-sweep) moves to 03:45: `45 3 * * *`": (
        "Set `spec.schedule` of CronJob `archive-sweep` to `45 3 * * *` everywhere",
        "15 2 * * * → 45 3 * * * in base/ticketing/sweep.yaml",
    ),
    "Turn on the coupons feature of ticketing-config": (
        "Set `data.FEATURE_COUPONS` of ConfigMap `ticketing-config` to `true` everywhere",
        "data.FEATURE_COUPONS false → true",
    ),
    "Verify that LOG_LEVEL of ticketing-config is `info` everywhere and that QUEUE_DEPTH of ticketing is 30": ("", ""),
    "The log level of turnstile becomes noisier, i.e. `logs.level: debug`": ("", ""),
    "Put ticketing 1.5.0 into production": ("Bump ticketing to 1.5.0 in production", "newTag of r.test/fair/ticketing"),
    "Set the memory limit of `ticketin` in `base/ticketing/deployment.yaml` to `512Mi`": (
        "Set the memory limit of `ticketing` in `base/ticketing/deployment.yaml` to `512Mi`", "256Mi → 512Mi",
    ),
    "Bump the turnstile chart to 4.12.1 and point the hostname at entry.fair.test": (
        "Bump the turnstile chart to 4.12.1\n"
        "- [ ] Set `spec.values.route.hostnames[0]` of HelmRelease `turnstile` to `entry.fair.test`",
        "gate.fair.test → entry.fair.test",
    ),
    "Turn on the coupons feature of ticketing-config and turn on the controller metrics of turnstile": (
        "Set `data.FEATURE_COUPONS` of ConfigMap `ticketing-config` to `true` everywhere\n"
        "- [ ] Turn on the controller metrics of turnstile",
        "controller.metrics.enabled false → true",
    ),
    "The hostname in gate/turnstile.yaml should be `entry.fair.test`": (
        "Set `spec.values.route.hostnames[0]` in `gate/turnstile.yaml` to `entry.fair.test`",
        "gate.fair.test → entry.fair.test",
    ),
    "Disable the turnstile controller metrics; its hostname is entry.fair.test": ("", ""),
    "The turnstile hostname is entry.fair.test": (
        "Set `spec.values.route.hostnames[0]` of HelmRelease `turnstile` to `entry.fair.test`",
        "gate.fair.test → entry.fair.test",
    ),
    "The retention of Lantern is extended from 30d to 45d": (
        "Raise `spec.values.keep.retention` of HelmRelease `kube-lantern-stack` from `30d` to `45d`", "30d → 45d",
    ),
    "Track chart versions `>=2.0.0` for kube-lantern-stack (currently `>=1.0.0`)": (
        "Change `spec.chart.spec.version` of HelmRelease `kube-lantern-stack` from `>=1.0.0` to `>=2.0.0`",
        ">=1.0.0 → >=2.0.0",
    ),
}  # fmt: skip
"""Sentence → what is offered, and what that does when it is pasted."""


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make(tmp_path_factory.mktemp("fair"), FILES)


@pytest.mark.parametrize("sentence", OFFERED)
def test_what_is_offered_does_what_the_sentence_says(fair: World, sentence: str) -> None:
    text, effect = OFFERED[sentence]
    (found,) = planned(fair, [sentence])
    assert (found.recognised.suggestion or "") == text
    if not text:
        return
    pasted = planned(fair, text.split("\n- [ ] "))
    assert [each.cannot for each in pasted] == [None] * len(pasted)
    assert effect in "; ".join(step.forecast.words for each in pasted for step in each.steps if step.forecast)


LIMITS = [
    "only", "if needed", "unless it breaks", "for now", "for arm64", "without restart", "by 2", "at least", "per node", "after the freeze",
    "except at night", "and not more", "on Sundays", "for Bob", "maybe", "as an example", "at most", "up to 3", "temporarily",
    "and document it in 2.0.0 then", "or less", "for the canary", "of the sidecar", "until Friday", "(draft)", "(needs a release)", "†", "?",
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(sentence=st.sampled_from(sorted(OFFERED)), limit=st.sampled_from(LIMITS), at=st.sampled_from(["front", "end"]))
def test_no_limiting_word_is_dropped(fair: World, sentence: str, limit: str, at: str) -> None:
    said = f"{limit.capitalize()} {sentence}" if at == "front" else f"{sentence} {limit}"
    (found,) = planned(fair, [said])
    offered = (found.recognised.suggestion or "").lower()
    assert not offered or all(word in offered for word in limit.lower().split())


QUALIFIERS = [
    "canary", "idle", "spare", "backup", "secondary", "internal", "external", "default", "last", "top", "main", "half", "double", "extra",
    "another", "other", "same", "any", "some", "few", "least", "almost", "about", "over", "under", "per", "plus", "minus", "times", "x2",
    "weekly", "hourly", "tomorrow", "friday", "tonight", "later", "once", "twice", "never", "hardly", "no", "zero", "old", "prod", "staging",
    "all", "every", "only", "just", "not", "2", "v2", "sidecar", "init", "worker", "team", "test", "dev", "until", "off", "min",
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@example("The nightly sweep (CronJob archive-sweep) moves to 03:45: `45 3 * * *`", "every", 0)
@given(sentence=st.sampled_from(sorted(OFFERED)), word=st.sampled_from(QUALIFIERS), at=st.integers(0, 12))
def test_no_word_in_the_middle_is_dropped(fair: World, sentence: str, word: str, at: int) -> None:
    words = sentence.split(" ")
    (found,) = planned(fair, [" ".join([*words[:at], word, *words[at:]])])
    offered = (found.recognised.suggestion or "").lower().replace("`", " ").split()
    assert not offered or word in offered or (word == "off" and "false" in offered)


@pytest.mark.parametrize(
    "sentence",
    [
        "Disable turnstile",
        "turnstile is to be replaced (`controller.metrics.enabled: true`)",
        'Switch coupons on: `FEATURE_COUPONS: "false"` in ticketing-config',
        "Bump turnstile to 4.12.1 and ticketing to 1.5.0 in production and set its interval to 5m",
        "Pin the turnstile chart to 4.x",
        "Set the log level of turnstile to 3",
        "Bump turnstile to 4.12.1 and 4.12.2",
        "Switch ticketing to ticketing-config 1.5.0",
        "Set the fallback email of turnstile to ops@fair.test",
        "Raise the replicas of ticketing by 2",
        "Do not turn on the controller metrics of turnstile",
        "Should the turnstile hostname be entry.fair.test?",
        "The turnstile hostname was entry.fair.test last week",
        "Set the memory of ticketing to 512Mi",
        "Deployment ticketing has 3 replicas",
        "kube-lantern-stack: keep.retention 30d or 45d",
        "E.g. turn on the controller metrics of turnstile",
        "Set LOG_LEVEL of ticketing to debug for a staging",
    ],
)
def test_nothing_is_offered_that_is_a_guess(fair: World, sentence: str) -> None:
    (found,) = planned(fair, [sentence])
    assert found.recognised.suggestion is None
    assert found.cannot is not None


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Should we move the turnstile hostname?", "it is a question"),
        ("turnstile keeps its metrics on Mars (`controller.metrics.enabled: true`)", '"Mars" is not understood beside it'),
        ("turnstile bumped to 4.12.1 or newer", '"or" leaves open which'),
        ("Reduce the memory limit of ticketing", "to what is not said"),
        ("Set replicaCount to 3", "of what it is to be set is not said"),
        ("Double the memory of turnstile", '"Double" is no verb'),
        ("turnstile on 4.12.1?", "it is a question"),
        ("turnstile shall never be moved to 4.12.1", '"never" turns'),
        ("turnstile keeps its metrics for 60d only", '"only" restricts'),
        ("Change the base image in docker/mailer/Dockerfile to node:22.11-alpine", "a Dockerfile is never edited"),
        ("Set the `interval` of HelmRelease `turnstyle` to `10m`", '"turnstyle" is no name here; nearest: turnstile'),
        ("Set the fallback email of turnstile to ops@fair.test", "`spec.values.acme.email` of HelmRelease turnstile may be"),
        ("Update all gate releases to the newest chart", '"newest" names no version'),
        ("The turnstile metrics interval is 10s", '"metrics" is not understood beside it'),
        ("Put ticketing 1.5.0 into production", "it seems to ask for a version"),
        ("Set `FEATURE_COUPON` of ticketing-config to 1", "FEATURE_COUPONS"),
    ],
)  # fmt: skip
def test_the_real_cause_is_named(fair: World, sentence: str, said: str) -> None:
    (found,) = planned(fair, [sentence])
    assert found.cannot is not None and said in found.cannot.reason


@pytest.mark.parametrize(
    "sentence",
    [
        "We no longer need to rotate the turnstile credentials",
        "Should the team review the gate?",
        "The credentials were rotated last week",
        "We had the runbook reviewed yesterday",
    ],
)
def test_nobody_is_told_to_tick_what_nobody_is_to_do(fair: World, sentence: str) -> None:
    (found,) = planned(fair, [sentence])
    assert found.cannot is not None and found.cannot.status is Status.UNRESOLVED
    assert "executor tick" not in found.cannot.reason


def test_a_part_of_an_operation_is_no_fault_of_its_own(fair: World) -> None:
    """What is understood in part carries the reason of its criterion, not that arguments are missing."""
    (found,) = planned(fair, ["Set LOG_LEVEL to debug"])
    assert found.steps and found.cannot is not None
    assert {step.cannot.code for step in found.steps if step.cannot is not None} == {found.cannot.code}


def test_what_one_of_several_has_is_offered_by_its_name_only(tmp_path: Path) -> None:
    release = (
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\nspec:\n  values:\n"
        "    ingress:\n      admin:\n        host: a.b.test\n      public:\n        className: outer\n"
    )
    world = make(tmp_path, {"shop.yaml": release})
    nobody, admin = planned(world, ["shop: host c.d.test", "shop: admin host c.d.test"])
    assert nobody.recognised.suggestion is None
    assert admin.recognised.suggestion == "Set `spec.values.ingress.admin.host` of HelmRelease `shop` to `c.d.test`"


def test_words_that_only_say_to_run_the_command(tmp_path: Path) -> None:
    world = make(tmp_path, {**FILES, "scripts/check.sh": "#!/bin/sh\n"})
    said = [
        "Shellcheck passes: `shellcheck scripts/check.sh`",
        "Shellcheck passes on Fridays: `shellcheck scripts/check.sh`",
    ]
    found = planned(world, said)
    assert [each.recognised.suggestion for each in found] == ["`shellcheck scripts/check.sh` passes", None]
    assert all(each.cannot is not None and "executor tick" not in each.cannot.reason for each in found)


def test_a_path_that_goes_up_and_down_is_told_its_short_form(fair: World) -> None:
    (found,) = planned(fair, ["`kustomize build gate/../gate` passes"])
    assert found.cannot is not None and found.cannot.status is Status.REFUSED
    assert found.cannot.reason.endswith("write it as gate")


def test_a_digest_is_no_tag_to_build(world: World) -> None:
    found = world.recognise("Build the stitcher image", version=f"sha256:{'a' * 64}")
    assert found.cannot is not None and "the front matter has a digest" in found.cannot.reason
