"""What may stand at a field of the API, at a key of Helm values, in a schedule."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from executor.flux.api_values import _FIELDS, _POD, _PROBE, Field, _lines, _meaning, amount, opposites, why_not
from executor.flux.schedule import why_no_schedule
from executor.tools.yaml_span import parse_path

POD = "spec.template.spec"
CRON_POD = "spec.jobTemplate.spec.template.spec"
FLUX = "kustomize.toolkit.fluxcd.io/v1 Kustomization"
RELEASE = "helm.toolkit.fluxcd.io/v2 HelmRelease"
SOURCE = "source.toolkit.fluxcd.io/v1 HelmRepository"
HPA = "autoscaling/v2 HorizontalPodAutoscaler"


def field(what: str, path: str) -> Field:
    api_version, kind = what.split()
    return Field(api_version, kind, parse_path(path))


@pytest.mark.parametrize(
    ("what", "path", "takes", "not_taken"),
    [
        ("apps/v1 Deployment", "spec.replicas", "0 3", "-2 2.5 three 03"),
        ("apps/v1 Deployment", "spec.strategy.type", "Recreate RollingUpdate", "recreate OnDelete"),
        ("apps/v1 Deployment", "spec.strategy.rollingUpdate.maxSurge", "1 25%", "-1 25.5% some"),
        ("apps/v1 Deployment", f"{POD}.restartPolicy", "Always", "OnFailure Never"),
        ("apps/v1 Deployment", f"{POD}.containers[0].imagePullPolicy", "Always Never IfNotPresent", "Sometimes always"),
        ("apps/v1 Deployment", f"{POD}.initContainers[name=a].imagePullPolicy", "Always", "Sometimes"),
        ("apps/v1 Deployment", f"{POD}.containers[0].ports[0].containerPort", "1 65535", "0 99999 -1 http 80.5"),
        ("apps/v1 Deployment", f"{POD}.containers[0].resources.limits.memory", "1Gi 512M 1e9 1.5Gi", "1GB 1gi -1 much"),
        ("apps/v1 Deployment", f"{POD}.containers[0].resources.requests.cpu", "500m 2 0.5", "500mm half"),
        ("apps/v1 Deployment", f"{POD}.containers[0].readinessProbe.periodSeconds", "1 10", "0 -1 10s"),
        ("apps/v1 Deployment", f"{POD}.containers[0].readinessProbe.httpGet.port", "80 http", "0 70000 HTTP"),
        ("apps/v1 Deployment", f"{POD}.containers[0].securityContext.privileged", "true false", "yes True 1"),
        ("apps/v1 Deployment", f"{POD}.containers[0].env[0].value", "anything -1 75", ""),
        ("apps/v1 StatefulSet", "spec.podManagementPolicy", "Parallel OrderedReady", "Serial"),
        ("batch/v1 CronJob", f"{CRON_POD}.restartPolicy", "OnFailure Never", "Always"),
        ("batch/v1 CronJob", "spec.concurrencyPolicy", "Allow Forbid Replace", "Sometimes allow"),
        ("batch/v1 CronJob", "spec.jobTemplate.spec.backoffLimit", "0 6", "2.5 -3"),
        ("batch/v1 CronJob", f"{CRON_POD}.containers[0].imagePullPolicy", "Never", "Sometimes"),
        ("batch/v1 Job", "spec.completionMode", "Indexed", "indexed"),
        (HPA, "spec.maxReplicas", "1 10", "0 -1 2.5"),
        (HPA, "spec.minReplicas", "0 2", "-1 2.5"),  # 0 by the feature gate HPAScaleToZero, which people use
        (HPA, "spec.behavior.scaleDown.stabilizationWindowSeconds", "0 3600", "3601 -1"),
        ("v1 Service", "spec.type", "ClusterIP LoadBalancer", "Loadbalancer Cluster"),
        ("v1 Service", "spec.ports[0].targetPort", "80 http", "0 65536"),
        ("v1 PersistentVolumeClaim", "spec.accessModes[1]", "ReadWriteOnce", "ReadWrite"),
        ("policy/v1 PodDisruptionBudget", "spec.minAvailable", "1 50%", "half -1"),
        (FLUX, "spec.interval", "10m 1h30m 0.5h 90s 100ms", "10 10min 1d 10m0 5M"),
        (FLUX, "spec.prune", "true false", "yes"),
        (RELEASE, "spec.install.remediation.retries", "-1 3", "many 1.5"),
        (RELEASE, "spec.upgrade.crds", "CreateReplace Skip", "Replace"),
        (SOURCE, "spec.interval", "1h", "1"),
        (SOURCE, "spec.timeout", "5m 90s", "1h"),
        (SOURCE, "spec.type", "oci default", "OCI"),
        ("serving.knative.dev/v1 Service", "spec.type", "whatever", ""),
        ("example.org/v1 Deployment", "spec.replicas", "2.5", ""),
    ],
)
def test_what_the_api_takes(what: str, path: str, takes: str, not_taken: str) -> None:
    for text in takes.split():
        assert why_not(field(what, path), text) is None, text
    for text in not_taken.split():
        why = why_not(field(what, path), text)
        assert why is not None and text in why, text


def test_the_reason_names_the_field_what_it_takes_and_what_was_found() -> None:
    assert why_not(field("batch/v1 CronJob", "spec.concurrencyPolicy"), "Sometimes") == (
        "spec.concurrencyPolicy of a CronJob takes Allow, Forbid or Replace; Sometimes is none"
    )
    assert why_not(field("batch/v1 CronJob", "spec.schedule"), "75 3 * * *") == (
        "spec.schedule of a CronJob takes a schedule such as 0 3 * * *; 75 3 * * * is none: 75 is no minute (0 to 59)"
    )


def test_a_number_in_quotes_is_no_number() -> None:
    replicas = field("apps/v1 Deployment", "spec.replicas")
    assert why_not(replicas, "3", literal=True) is None
    assert "take the quotes off" in (why_not(replicas, "3", literal=False) or "")
    port = field("v1 Service", "spec.ports[0].targetPort")
    assert why_not(port, "http", literal=False) is None and why_not(port, "80", literal=False) is not None


def test_what_is_filled_in_later_is_not_judged() -> None:
    assert why_not(field("apps/v1 Deployment", "spec.replicas"), "${REPLICAS}") is None
    assert why_not(field("apps/v1 Deployment", "spec.replicas"), "null", literal=True) is None


@pytest.mark.parametrize(
    ("path", "now", "takes", "not_taken"),
    [
        ("replicaCount", "2", "0 5", "2.5 -1 many"),
        ("web.replicaCount", "${N}", "2.5", ""),
        ("autoscaling.maxReplicas", "5", "9", "-1"),
        ("image.pullPolicy", "Always", "Never", "Sometimes"),
        ("image.pullPolicy", "sometimes", "rarely", ""),
        ("service.port", "80", "0 8080", "99999 http -1"),
        ("service.port", "http", "web 99999", ""),
        ("metricsPort", "9090", "9091", "909090"),
        ("support", "1", "99999", ""),
        ("export", "1", "99999", ""),
        ("resources.limits.memory", "1Gi", "2Gi", "2GB"),
        ("cron.schedule", "0 3 * * *", "@daily", "0 25 * * *"),
        ("cron.schedule", "every night", "every day", ""),
        ("replicaCount", None, "2.5", ""),
    ],
)
def test_values_of_charts_by_what_stands_there(path: str, now: str | None, takes: str, not_taken: str) -> None:
    for place in (field(RELEASE, f"spec.values.{path}"), Field(None, None, parse_path(path))):
        judged = {text: why_not(place, text, now=now) for text in (*takes.split(), *not_taken.split())}
        if path != "cron.schedule":
            assert [text for text, why in judged.items() if why] == not_taken.split()
        else:
            assert (why_not(place, takes, now=now), bool(why_not(place, not_taken, now=now))) == (None, bool(not_taken))


def test_the_replicas_of_a_kustomization() -> None:
    place = Field("kustomize.config.k8s.io/v1beta1", "Kustomization", parse_path("replicas[0].count"), True)
    assert why_not(place, "3") is None and why_not(place, "-3") is not None


def test_every_rule_of_the_tables_has_a_meaning() -> None:
    for text in (_POD, _PROBE, *_FIELDS.values()):
        for path, rule in _lines(text).items():
            what, _ = _meaning(rule)
            assert what != rule, (path, rule)


def test_what_stands_beside() -> None:
    assert list(opposites(field(HPA, "spec.minReplicas"))) == [(("spec", "maxReplicas"), True)]
    assert list(opposites(field(HPA, "spec.maxReplicas"))) == [(("spec", "minReplicas"), False)]
    limit = field("apps/v1 Deployment", f"{POD}.containers[0].resources.limits.cpu")
    assert list(opposites(limit)) == [(parse_path(f"{POD}.containers[0].resources.requests.cpu"), False)]
    assert list(opposites(field("v1 ConfigMap", "data.minReplicas"))) == []
    assert list(opposites(field("example.org/v1 Thing", "spec.resources.limits.cpu"))) == []


@pytest.mark.parametrize(
    ("less", "more"),
    [("999m", "1"), ("1G", "1Gi"), ("1000M", "1Gi"), ("1e3", "1Ki"), ("0.5", "501m"), ("1023Mi", "1Gi")],
)
def test_quantities_are_compared_by_what_they_are(less: str, more: str) -> None:
    one, other = amount(less), amount(more)
    assert one is not None and other is not None and one < other


@pytest.mark.parametrize(
    ("one", "same"), [("1", "1000m"), ("1Ki", "1024"), ("1.5Gi", "1536Mi"), ("1E", "1e18"), (".5", "5e-1")]
)
def test_quantities_in_other_words(one: str, same: str) -> None:
    assert amount(one) == amount(same) is not None


# -- schedules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["0 3 * * *", "*/15 * * * *", "0 0 1 jan mon", "0 0 1 JAN Sun-Sat", "5,10-20/5 0-23 * * 1-5", "0 3 ? * 0",
     "@hourly", "@every 1h30m", "0  3 * *  *", "30/5 * * * *"],
)  # fmt: skip
def test_schedules(text: str) -> None:
    assert why_no_schedule(text) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [("75 3 * * *", "75 is no minute"), ("0 24 * * *", "24 is no hour"), ("0 0 0 * *", "0 is no day of the month"),
     ("0 0 * 13 *", "13 is no month"), ("0 3 * * 7", "7 is no day of the week"), ("0 3 * * L", "L is no day"),
     ("0 3 * * 1#2", "1#2 is no"), ("20-10 * * * *", "20-10 is no minute"), ("*/0 * * * *", "*/0 is no minute"),
     ("1-2-3 * * * *", "1-2-3 is no"), ("0 3 * *", "it has 4 of the five"), ("0 0 3 * * *", "it has 6"),
     ("3am", "it has 1"),
     ("@nightly", "there is no @nightly"), ("@Hourly", "there is no"), ("@every day", "there is no"), ("", "it has 0"),
     ("CRON_TZ=Europe/Vienna 0 3 * * *", "spec.timeZone"), ("0 three * * *", "three is no hour")],
)  # fmt: skip
def test_what_is_no_schedule(text: str, why: str) -> None:
    assert why in (why_no_schedule(text) or "")


BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
NUMBERS = st.integers(0, 70)


@st.composite
def parts(draw: st.DrawFn, least: int, most: int) -> tuple[str, bool]:
    """One part of a field, and whether it is one: told from how it was made."""
    low, high, step = draw(NUMBERS), draw(NUMBERS), draw(st.integers(0, 70))
    fits = least <= low <= most
    return draw(
        st.sampled_from(
            [
                ("*", True), (str(low), fits), (f"{low}-{high}", fits and low <= high <= most), (f"*/{step}", step > 0),
                (f"{low}/{step}", fits and step > 0),
                (f"{low}-{high}/{step}", fits and low <= high <= most and step > 0),
            ]
        )
    )  # fmt: skip


@given(st.data())
def test_any_schedule_is_judged_part_by_part(data: st.DataObject) -> None:
    fields = [data.draw(st.lists(parts(*bounds), min_size=1, max_size=3)) for bounds in BOUNDS]
    text = " ".join(",".join(part for part, _ in field) for field in fields)
    assert (why_no_schedule(text) is None) == all(fits for field in fields for _, fits in field)


@given(st.text(string.printable, max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    why_no_schedule(text)
    amount(text)
    for what, path in (("apps/v1 Deployment", "spec.replicas"), (FLUX, "spec.interval"), ("v1 Service", "spec.type")):
        why_not(field(what, path), text)
