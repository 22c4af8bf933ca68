"""Where a setting is looked for: overlays, patches, generators, what feeds a workload, and what is built of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recognise.world import World, kustomization, make, told

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: {name}
          image: x/y:1
          envFrom:
            - configMapRef:
                name: {feeds}
"""
SETTINGS = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  LEVEL: info\n"
FLUX = (
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: {name}\n"
    "  namespace: flux-system\nspec:\n  path: ./{path}\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n"
)
HPA = (
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: web\nspec:\n"
    "  scaleTargetRef:\n    kind: Deployment\n    name: web\n  maxReplicas: 4\n"
)
BASE = {
    "base/web.yaml": DEPLOYMENT.format(name="web", feeds="web-settings"),
    "base/settings.yaml": SETTINGS.format(name="web-settings"),
    "base/kustomization.yaml": kustomization("web.yaml", "settings.yaml"),
    "staging/kustomization.yaml": kustomization("../base"),
    "production/kustomization.yaml": kustomization("../base"),
}


def world(tmp_path: Path, **files: str) -> World:
    return make(tmp_path, {**BASE, **{name.replace("__", "/") + ".yaml": text for name, text in files.items()}})


def why(found: World, sentence: str, **around: str) -> str:
    cannot = found.recognise(sentence, **around).cannot
    return f"{cannot.code} {cannot.reason}" if cannot is not None else "runs"


def test_what_is_shared_is_listed_and_the_block_runs(tmp_path: Path) -> None:
    shared = world(tmp_path).recognise("Scale web to 3 replicas")
    assert shared.cannot is not None and shared.cannot.code == "shared"
    assert "staging" in shared.cannot.reason and "production" in shared.cannot.reason
    assert shared.suggestion is not None and 'file: "base/web.yaml"' in shared.suggestion
    known = world(tmp_path).recognise("Scale web from 2 to 3 replicas")
    assert known.suggestion is not None and 'from_version: "2"' in known.suggestion
    two = world(tmp_path).recognise("web: replicas 2 → 3, revisionHistoryLimit 5 → 6")
    assert two.cannot is not None and two.suggestion is None, "the block of one of two would tick both"
    everywhere = told(world(tmp_path).recognise("Scale web to 3 replicas everywhere"))
    assert everywhere == "manifest.set file=base/web.yaml path=spec.replicas value=3 everywhere=True"
    named = told(world(tmp_path).recognise("Set replicas of web to 3 in base/web.yaml"))
    assert named == "manifest.set file=base/web.yaml path=spec.replicas value=3"


def test_a_place_that_is_not_only_its_own(tmp_path: Path) -> None:
    assert why(world(tmp_path), "Scale web to 3 replicas in staging").startswith("shared")
    named = "Set `spec.replicas` to 3 in base/web.yaml"
    assert why(world(tmp_path), named, heading="Staging").startswith("shared")
    assert why(world(tmp_path), named) == "runs"


def test_a_base_of_one_place_is_that_place(tmp_path: Path) -> None:
    only = {name: text for name, text in BASE.items() if not name.startswith("production")}
    found = make(tmp_path, {**only, "production/other.yaml": SETTINGS.format(name="other")})
    assert told(found.recognise("Scale web to 3 replicas in staging")).startswith("manifest.set file=base/web.yaml")
    assert why(found, "Scale web to 3 replicas in production").startswith("not-found")


@pytest.mark.parametrize(
    "patch",
    [
        "patches:\n  - patch: |\n      kind: Deployment\n      metadata:\n        name: web\n      spec:\n"
        "        replicas: 5\n",
        "patches:\n  - target:\n      kind: Deployment\n      name: web\n    patch: |\n      - op: replace\n"
        "        path: /spec/replicas\n        value: 5\n",
    ],
)
def test_a_patch_that_wins_is_seen(tmp_path: Path, patch: str) -> None:
    found = world(tmp_path, production__kustomization=kustomization("../base") + patch)
    assert why(found, "Scale web to 3 replicas in production").startswith("not-supported production/kustomization.yaml")
    assert why(found, "Scale web to 3 replicas everywhere").startswith("ambiguous")


def test_a_config_map_that_feeds_it(tmp_path: Path) -> None:
    found = told(world(tmp_path).recognise("Set LEVEL to debug for web everywhere"))
    assert found == "manifest.set file=base/settings.yaml path=data.LEVEL value=debug everywhere=True"
    other = DEPLOYMENT.format(name="worker", feeds="web-settings")
    assert why(world(tmp_path, base__worker=other), "Set LEVEL to debug for web everywhere").startswith("unknown-name")


def test_who_scales_it(tmp_path: Path) -> None:
    found = world(tmp_path, base__hpa=HPA)
    assert why(found, "Scale web to 3 replicas everywhere").startswith("no-effect")
    assert told(found.recognise("Set maxReplicas of the web HPA to 3")).startswith("manifest.set file=base/hpa.yaml")


def test_who_scales_it_elsewhere(tmp_path: Path) -> None:
    counted = kustomization("../base") + "replicas:\n  - name: web\n    count: 2\n"
    scaled = counted.replace("../base", "../base\n  - hpa.yaml")
    found = world(tmp_path, staging__kustomization=counted, production__kustomization=scaled, production__hpa=HPA)
    assert told(found.recognise("Scale web to 3 replicas in staging")).startswith("manifest.set file=staging/")
    of_it = "manifest.set file=production/hpa.yaml path=spec.maxReplicas value=8"
    assert told(found.recognise("The production HPA of web has maxReplicas 8")) == of_it
    assert told(found.recognise("Set maxReplicas of the production HPA of web to 8")) == of_it
    assert why(found, "Set maxReplicas of the staging HPA of web to 8").startswith("not-found")
    assert why(found, "Scale web to 3 replicas in production").startswith("no-effect")
    assert why(found, "Scale web to 3 replicas everywhere").startswith("no-effect")
    assert why(found, "Set replicas of web to 3 in base/web.yaml").startswith("no-effect")


def test_who_scales_it_from_a_deployment_of_its_own(tmp_path: Path) -> None:
    counted = kustomization("../base") + "replicas:\n  - name: web\n    count: 2\n"
    alone = {
        "staging__kustomization": counted,
        "scaling__kustomization": kustomization("hpa.yaml"),
        "scaling__hpa": HPA,
    }
    assert why(world(tmp_path, **alone), "Scale web to 3 replicas in staging").startswith("no-effect")


def test_a_value_that_a_file_gives(tmp_path: Path) -> None:
    made = "configMapGenerator:\n  - name: made\n    envs:\n      - made.env\n"
    found = make(
        tmp_path, {**BASE, "staging/kustomization.yaml": kustomization("../base") + made, "staging/made.env": "A_B=1\n"}
    )
    assert why(found, "Set A_B to 2 in the made ConfigMap").startswith("not-supported")


def test_a_literal_by_its_key_and_file(tmp_path: Path) -> None:
    made = "configMapGenerator:\n  - name: one\n    literals:\n      - LOG_LEVEL=info\n"
    two = made + "  - name: two\n    literals:\n      - LOG_LEVEL=warn\n      - LOG_LEVELS=a\n"
    files = {
        "staging__kustomization": kustomization("../base") + made,
        "production__kustomization": kustomization("../base") + two,
    }
    found = world(tmp_path, **files)
    literal = "manifest.set file=staging/kustomization.yaml path=configMapGenerator[name=one].literals[0] value=LOG_LEVEL=debug"
    for key in ("LOG_LEVEL", "`LOG_LEVEL`", "the log level"):
        assert told(found.recognise(f"Set {key} to debug in staging/kustomization.yaml")) == literal
    assert why(found, "Set LOG_LEVEL to debug in production/kustomization.yaml").startswith("ambiguous")
    assert "nearest: LOG_LEVEL" in why(found, "Set LOG_LEVLE to debug in staging/kustomization.yaml")
    assert why(found, "Set OTHER_KEY to debug in staging/kustomization.yaml").startswith("not-found")
    assert told(found.recognise("Set `resources[0]` to ../other in staging/kustomization.yaml")).startswith(
        "manifest.set"
    )


def test_flux_kustomizations_are_deployments(tmp_path: Path) -> None:
    found = world(
        tmp_path,
        clusters__staging__web=FLUX.format(name="web", path="base"),
        clusters__production__web=FLUX.format(name="web", path="base"),
    )
    said = why(found, "Scale the web Deployment to 3 replicas")
    assert said.startswith("shared") and "clusters/production/web.yaml" in said


@pytest.mark.parametrize(
    "sentence",
    [
        "Set DEBUG to true in settings.py",
        "Set LEVEL to debug in the README.md",
        "Remove LEVEL from base/web.yaml",
        "Set LEVEL to debug in the web logs",
        "Set the mood of web to good",
    ],
)
def test_never_runs(tmp_path: Path, sentence: str) -> None:
    assert told(world(tmp_path).recognise(sentence))[0] in "ub"


def test_a_key_of_a_file_goes(tmp_path: Path) -> None:
    found = told(world(tmp_path).recognise("Remove LEVEL from base/settings.yaml"))
    assert found == "manifest.remove file=base/settings.yaml path=data.LEVEL"


RELEASE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: edge\nspec:\n  interval: 5m\n"
    "  chart: {spec: {chart: edge, version: 1.0.0, sourceRef: {kind: HelmRepository, name: charts}}}\n  values:\n"
)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ("    logs:\n      general:\n        level: INFO\n", "path=spec.values.logs.general.level value=WARN"),
        ("    log: {level: INFO}\n", "path=spec.values.log.level value=WARN"),
        ("    logLevel: INFO\n    logs: {level: INFO}\n", "path=spec.values.logLevel value=WARN"),
        ("    logs: {general: {level: INFO}, access: {level: INFO}}\n", "spec.values.logs.general.level = INFO), edge"),
        (
            "    logs: {general: {level: INFO}}\n    proxy: {logs: {level: INFO}}\n",
            "spec.values.proxy.logs.level = INFO)",
        ),
        ("    logs: {a: {b: {level: INFO}}}\n", "path=spec.values.logs.a.b.level value=WARN"),
        ("    metrics: {logs: {level: INFO}}\n", "that is of metrics, not its own"),
        ("    level: {log: INFO}\n", 'edge has no "log level"'),
        ("    catalog: {level: INFO}\n", 'edge has no "log level"'),
        ("    logs: {levels: INFO}\n", 'edge has no "log level"'),
    ],
)
def test_a_setting_in_words_is_the_only_path_that_says_them_in_order(tmp_path: Path, values: str, said: str) -> None:
    found = make(tmp_path, {"edge.yaml": RELEASE + values}).recognise("Set the edge log level to WARN")
    assert said in (told(found) if found.cannot is None else found.cannot.reason)


TWICE = RELEASE + "    route: {hostnames: [a.test, b.test]}\n    tls: {hosts: [a.test]}\n    url: b.test\n"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("edge: hostname b.test → c.test", "path=spec.values.route.hostnames[1] value=c.test from_version=b.test"),
        ("edge: hostname a.test → c.test", "spec.values.tls.hosts[0] = a.test); name one by its whole path"),
        ("Replace `a.test` by `c.test` in edge.yaml", "spec.values.tls.hosts[0] = a.test); name one by its whole path"),
        (
            "Replace `b.test` by `c.test` in edge.yaml",
            "may be edge.yaml:11 (HelmRelease edge: spec.values.url = b.test), edge.yaml:9",
        ),
        ("Set the hostname of edge to c.test", "for one of its entries, write OLD → NEW"),
    ],
)
def test_an_entry_is_found_by_its_old_value_where_that_is_the_only_one(
    tmp_path: Path, sentence: str, said: str
) -> None:
    found = make(tmp_path, {"edge.yaml": TWICE}).recognise(sentence)
    assert said in (told(found) if found.cannot is None else found.cannot.reason)


PROBED = DEPLOYMENT.format(name="api", feeds="none") + (
    "          readinessProbe:\n            httpGet: {path: /ready, port: 80}\n            periodSeconds: 5\n"
    "          args:\n            - --one\n            - --two\n        - name: side\n          image: x/side:1\n"
)
SCALER = (
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: {name}\nspec:\n"
    "  scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: api}}\n  minReplicas: 2\n  maxReplicas: 4\n"
)


@pytest.mark.parametrize(
    ("sentence", "said", "offered"),
    [
        ("Remove readinessProbe from api", "is a map of httpGet, periodSeconds; write one value by its path, such as "
         "`readinessProbe.periodSeconds`; or an operation block takes", 'containers[name=api].readinessProbe"'),
        ("Set `readinessProbe` of api to 5", "such as `readinessProbe.periodSeconds`", ""),
        ("Remove `args` from api", "is a list of 2; an operation block", 'containers[name=api].args"'),
        ("Remove side from api", "is the name of an entry of containers", 'containers"\nentry: {"name": "side"}'),
        ("Remove readinesProbe from api", 'has no "readinesProbe"', ""),
    ],
)  # fmt: skip
def test_a_key_that_holds_more_is_said_to_be_there(tmp_path: Path, sentence: str, said: str, offered: str) -> None:
    found = make(tmp_path, {"app/api.yaml": PROBED, "app/kustomization.yaml": kustomization("api.yaml")})
    recognised = found.recognise(sentence)
    assert recognised.cannot is not None and said in recognised.cannot.reason
    assert offered in (recognised.suggestion or "") and (offered or recognised.suggestion is None)


def test_what_the_base_has_is_not_said_to_be_missing(tmp_path: Path) -> None:
    files = {"base/edge.yaml": RELEASE + "    ingress:\n      enabled: true\n    probe: {path: /a}\n"}
    files["base/kustomization.yaml"] = kustomization("edge.yaml")
    for stage in ("staging", "production"):
        files[f"{stage}/kustomization.yaml"] = kustomization("../base")
    found = make(tmp_path, files)
    assert why(found, "Disable ingress for edge in staging").startswith(
        "shared ingress.enabled of edge is set nowhere in staging"
    )
    assert "base/edge.yaml:11" in why(found, "Remove the probe from edge in staging")
    assert found.recognise("Remove the probe from edge in staging").suggestion is None


def test_what_is_there_under_its_own_name_is_never_the_nearest(tmp_path: Path) -> None:
    values = RELEASE + "    cache: {enabled: true}\n    web: {enabled: false}\n"
    found = make(tmp_path, {"edge.yaml": values})
    reason = why(found, "Set enabled of edge to false")
    assert "has no enabled of its own" in reason and "such as `cache.enabled`" in reason and "nearest" not in reason


@pytest.mark.parametrize("name", ["api", "api-scaler"])
def test_a_field_of_what_scales_it(tmp_path: Path, name: str) -> None:
    files = {"app/api.yaml": PROBED, "app/hpa.yaml": SCALER.format(name=name)}
    found = make(tmp_path, {**files, "app/kustomization.yaml": kustomization("api.yaml", "hpa.yaml")})
    for sentence in ("Raise maxReplicas of api to 6", "Set the max replicas of api to 6"):
        recognised = found.recognise(sentence)
        assert told(recognised) == "manifest.set file=app/hpa.yaml path=spec.maxReplicas value=6"
    assert any(
        f"HorizontalPodAutoscaler {name}" in each for each in found.recognise("Raise maxReplicas of api to 6").remarks
    )
    assert why(found, "Raise maxReplica of api to 6").startswith("unknown-name")


def test_two_that_scale_it_are_no_lookup(tmp_path: Path) -> None:
    files = {"app/api.yaml": PROBED, "app/a.yaml": SCALER.format(name="a"), "app/b.yaml": SCALER.format(name="b")}
    assert why(make(tmp_path, files), "Raise maxReplicas of api to 6").startswith("unknown-name")


def test_what_shows_again_from_below_is_not_gone(tmp_path: Path) -> None:
    patch = DEPLOYMENT.format(name="web", feeds="none").partition("          image")[0] + (
        "          env:\n            - name: SIZE\n              value: small\n            - name: EXTRA\n              value: x\n"
    )
    base = BASE["base/web.yaml"] + "          env:\n            - name: SIZE\n              value: big\n"
    staging = kustomization("../base") + "patches:\n  - path: web.yaml\n"
    found = world(tmp_path, base__web=base, staging__web=patch, staging__kustomization=staging)
    assert why(found, "Remove SIZE from web in staging").startswith("no-effect staging/web.yaml")
    assert told(found.recognise("Remove EXTRA from web in staging")).startswith("manifest.remove file=staging/web.yaml")
    assert told(found.recognise("Remove SIZE from web in staging/web.yaml")).startswith("manifest.remove")


SPOKEN = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  revisionHistoryLimit: 5
  template:
    spec:
      terminationGracePeriodSeconds: 30
      priorityClassName: low
      containers:
        - name: web
          imagePullPolicy: IfNotPresent
          ports:
            - containerPort: 8080
          resources:
            limits:
              cpu: 500m
          readinessProbe:
            httpGet:
              path: /ready
            initialDelaySeconds: 5
          livenessProbe:
            initialDelaySeconds: 15
"""
ROUTED = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  annotations:
    nginx.ingress.kubernetes.io/proxy-body-size: 8m
    other.test/owner: ops
"""
CHARTED = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: shop
spec:
  upgrade:
    remediation:
      retries: 3
  values:
    config:
      proxy-read-timeout: "60"
    main:
      probes:
        startup:
          spec:
            failureThreshold: 30
    initjobs:
      init:
        initialDelay: 3
    metrics:
      port: 9100
      serviceMonitor:
        enabled: false
    leaderElection:
      enabled: true
    securityContext:
      privileged: true
    service:
      type: ClusterIP
    route:
      main:
        enabled: true
    controllers:
      shop:
        cronjob:
          failedJobsHistory: 1
          ttlSecondsAfterFinished: 86400
    pollMilliseconds: 4000
    persistence:
      size: 2Gi
      storageClass: slow
"""
FLUX_BUILD = FLUX.format(name="shop", path="shop").replace("spec:", "spec:\n  prune: false")
LIVENESS = "path=spec.template.spec.containers[name=web].livenessProbe.initialDelaySeconds value=10"


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Set the initial delay of the web liveness probe to 10", LIVENESS),
        ("The initial delay of the liveness probe of web is 10 seconds", LIVENESS),
        ("Set `initialDelaySeconds` of the liveness probe of web to 10", LIVENESS),
        ("The liveness probe initial delay of web is 10s", LIVENESS),
        ("The readiness probe of web checks /up", "readinessProbe.httpGet.path value=/up"),
        ("The readiness probe of web checks out", "u"),
        ("The image pull policy of web is Always", "imagePullPolicy value=Always"),
        ("Set the container port of web to 8081", "ports[0].containerPort value=8081"),
        ("The service type of shop is NodePort", "path=spec.values.service.type value=NodePort"),
        ("The storage class of shop is `fast`", "path=spec.values.persistence.storageClass value=fast"),
        ("The size of shop is 3Gi", "b ambiguous"),
        ("Disable the main route of shop", "path=spec.values.route.main.enabled value=false"),
        ("Disable the route main of shop", "path=spec.values.route.main.enabled value=false"),
        ("Disable the other route of shop", "u unknown-name"),
        ("Set failedJobsHistory of shop to 3", "cronjob.failedJobsHistory value=3"),
        ("Set ttlSecondsAfterFinished of shop to 1 hour", "ttlSecondsAfterFinished value=3600"),
        ("Set pollMilliseconds of shop to 5s", "b not-determinate"),
        ("Set pollMilliseconds of shop to 5 seconds", "b not-determinate"),
        ("Set upgrade.remediation.retries of shop to 5", "path=spec.upgrade.remediation.retries value=5"),
        ("Set remediation.tries of shop to 5", "u unknown-name"),
        ("The priority class of web is `high`", "priorityClassName value=high"),
        ("The restart class of web is `high`", "u unknown-name"),
        ("The type of shop is NodePort", "u"),
        ("Remove the memory limit from web", "b not-found"),
        ("Remove the CPU limit from web", "manifest.remove file=web.yaml"),
        ("The readiness probe of web checked /up", "u"),
        ("The liveness probe of web checks /up", "u unknown-name"),
        ("The path of the readiness probe of web is /up", "readinessProbe.httpGet.path value=/up"),
        (
            "The termination grace period of web is 45s",
            "path=spec.template.spec.terminationGracePeriodSeconds value=45",
        ),
        ("The revision history limit of web is 3", "path=spec.revisionHistoryLimit value=3"),
        ("The proxy body size of the web Ingress is 50m", '.io/proxy-body-size"] value=50m'),
        ("The proxy read timeout of shop is 120", "path=spec.values.config.proxy-read-timeout value=120"),
        ("The metrics port of shop is 9200", "path=spec.values.metrics.port value=9200"),
        ("The failure threshold of the shop startup probe is 60", "probes.startup.spec.failureThreshold value=60"),
        ("Enable the service monitor of shop", "path=spec.values.metrics.serviceMonitor.enabled value=true"),
        ("Leader election of shop is disabled", "path=spec.values.leaderElection.enabled value=false"),
        ("Turn off privileged mode for shop", "path=spec.values.securityContext.privileged value=false"),
        ("Enable pruning for the shop Kustomization", "path=spec.prune value=true"),
        ("Enable pruning for the shop HelmRelease", "u"),
        ("Disable the old service monitor of shop", "u"),
        ("Enable the leader of the election of shop", "u"),
        ("Turn off silent mode for shop", "u unknown-name"),
        ("Set the initial delay of web to 10", "b ambiguous"),
        ("Set the initial delay of the startup probe of web to 10", "u unknown-name"),
        ("The termination grace period of web is 1m30", "b"),
        ("The body size of the web Service is 50m", "u"),
        ("The size of the web Ingress is 50m", "u unknown-name"),
        ("The port of shop is 9200", "b ambiguous"),
        ("The initial delay of shop is 5", "b ambiguous"),
        ("The history limit of the team is 3", "u"),
    ],
)
def test_a_setting_in_the_words_of_people(tmp_path: Path, sentence: str, said: str) -> None:
    found = told(
        make(
            tmp_path, {"web.yaml": SPOKEN, "route.yaml": ROUTED, "shop.yaml": CHARTED, "flux.yaml": FLUX_BUILD}
        ).recognise(sentence)
    )
    assert said in found if len(said) > 1 else found.startswith(said), found


def test_both_environments_are_the_two_that_take_it_in(tmp_path: Path) -> None:
    found = world(tmp_path)
    assert told(found.recognise("Set LEVEL to debug for web in both environments")) == (
        "manifest.set file=base/settings.yaml path=data.LEVEL value=debug everywhere=True"
    )
    third = world(tmp_path, preview__kustomization=kustomization("../base"))
    assert why(third, "Set LEVEL to debug for web in both environments").startswith("ambiguous")
    own = world(tmp_path, staging__kustomization=kustomization("../base", "own.yaml"), staging__own=CHARTED)
    assert why(own, "The metrics port of shop is 9200 in both environments").startswith("ambiguous")


def test_a_name_of_several_kinds_has_the_setting_of_one(tmp_path: Path) -> None:
    head = "apiVersion: {api}/v1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n"
    files = {
        "a.yaml": head.format(api="pg.test", kind="Cluster", name="ledger") + "  instances: 2\n  level: 1\n",
        "b.yaml": head.format(api="pg.test", kind="ScheduledBackup", name="ledger") + "  every: 2\n  level: 1\n",
        "c.yaml": head.format(api="policy", kind="PodDisruptionBudget", name="ledger-pdb") + "  minAvailable: 1\n",
        "d.yaml": head.format(api="policy", kind="PodDisruptionBudget", name="inner") + "  minAvailable: 1\n",
        "e.yaml": "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ledger\n  labels: {instances: a}\n",
    }
    found = make(tmp_path, files)
    assert (
        told(found.recognise("Set `instances` of ledger to 3"))
        == "manifest.set file=a.yaml path=spec.instances value=3"
    )
    assert why(found, "Set `level` of ledger to 3").startswith("ambiguous")
    assert told(found.recognise("minAvailable of ledger-pdb is 2")).startswith("manifest.set file=c.yaml")
    assert told(found.recognise("minAvailable of inner is 2")).startswith("u"), "inner is a word, too"


_NEGATED = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: shop\nspec:\n  suspend: false\n"
    "  values:\n    disableLogs: false\n    cache:\n      noEviction: false\n    notices: false\n"
)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Enable logs of shop (`disableLogs: true`)", "u ambiguous"),
        ("Enable logs of shop (`disableLogs: false`)", "u ambiguous"),
        ("Turn on logs: `disableLogs: true` in shop", "u ambiguous"),
        ("Set the logs of shop to true (`disableLogs: true`)", "u ambiguous"),
        ("shop has logs (`disableLogs: true`)", "u"),
        ("shop has eviction (`cache.noEviction: true`)", "u"),
        ("Resume the shop HelmRelease (`suspend: true`)", "u ambiguous"),
        ("shop has notices (`notices: true`)", "path=spec.values.notices value=true"),
    ],
)
def test_a_key_in_code_that_turns_the_words_around_is_not_what_they_say(
    tmp_path: Path, sentence: str, said: str
) -> None:
    found = told(make(tmp_path, {"shop.yaml": _NEGATED}).recognise(sentence))
    assert said in found if "=" in said else found.startswith(said), found


SEVERAL = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: shop
spec:
  values:
    controllers:
      shop:
        containers:
          app:
            env: {MODE: fast}
          tunnel:
            env: {TZ: UTC}
            resources: {limits: {memory: 64Mi}}
      worker:
        replicas: 2
    service:
      app:
        ports: {http: {port: 80}}
      peers:
        type: LoadBalancer
"""


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Scale shop to 3 replicas", "b ambiguous"),
        ("Set the memory limit of shop to 1Gi", "b ambiguous"),
        ("Set TZ of shop to Europe/Vienna", "b ambiguous"),
        ("The service type of shop is NodePort", "b ambiguous"),
        ("Verify that the memory limit of shop is 64Mi", "b ambiguous"),
        ("Scale the shop worker to 3 replicas", "controllers.worker.replicas value=3"),
        ("shop runs with 3 replicas (`worker.replicas: 3`)", "controllers.worker.replicas value=3"),
        (
            "Set the memory limit of the tunnel container of shop to 1Gi",
            "containers.tunnel.resources.limits.memory value=1Gi",
        ),
        ("Set the tunnel memory limit of shop to 1Gi", "containers.tunnel.resources.limits.memory value=1Gi"),
        ("Set `controllers.shop.containers.tunnel.env.TZ` of shop to Europe/Vienna", "env.TZ value=Europe/Vienna"),
        ("The peers service type of shop is NodePort", "service.peers.type value=NodePort"),
        ("Set MODE of shop to `slow`", "containers.app.env.MODE value=slow"),
        ("Set the port of shop to 8080", "service.app.ports.http.port value=8080"),
    ],
)
def test_one_of_several_controllers_containers_or_services_is_named(tmp_path: Path, sentence: str, said: str) -> None:
    assert said in told(make(tmp_path, {"shop.yaml": SEVERAL}).recognise(sentence))
