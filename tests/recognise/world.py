"""The repository that examples are read against: files on disk, read by the real inventory and task parser."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from executor.config import Config, load
from executor.models import Recognised, Status
from executor.recognise import Recogniser
from executor.repository import Repository, Workspace
from executor.taskfile.parse import parse

TASK_LINES_BEFORE = 12


def release(name: str, namespace: str, *, chart: str | None = None, images: Mapping[str, str] | None = None) -> str:
    """A HelmRelease with a chart version, image pins, or both."""
    lines = [
        "apiVersion: helm.toolkit.fluxcd.io/v2",
        "kind: HelmRelease",
        "metadata:",
        f"  name: {name}",
        f"  namespace: {namespace}",
        "spec:",
        "  interval: 10m",
        "  chart:",
        "    spec:",
        f"      chart: {name}",
    ]
    lines += [f'      version: "{chart}"'] if chart else []
    lines += ["  values:"]
    for repository, tag in (images or {}).items():
        key = repository.rpartition("/")[2]
        lines += [f"    {key}:", "      image:", f"        repository: {repository}", f'        tag: "{tag}"']
    return "\n".join(lines) + "\n"


def source(kind: str, name: str, tag: str) -> str:
    return (
        f"apiVersion: source.toolkit.fluxcd.io/v1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: flux-system\n"
        f"spec:\n  url: oci://ghcr.io/example/{name}\n  ref:\n    tag: {tag}\n"
    )


def kustomization(*resources: str) -> str:
    listed = "".join(f"  - {each}\n" for each in resources)
    return f"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n{listed}"


_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ffl-api
  namespace: ffl
spec:
  replicas: 1
  template:
    spec:
      containers:
        - name: api
          image: ghcr.io/example/pacgate-ui:0.1.0
"""

_PACGATE = """\
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - ../../ffl
images:
  - name: ghcr.io/jzkk720/pacgate-api
    newTag: 0.1.1
"""

_FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: clusters-minikube
  namespace: flux-system
spec:
  path: ./clusters/minikube/apps
  interval: 10m
"""

_CONFIG_MAP = (
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ffl-config\n  namespace: ffl\ndata:\n  FRAME_SIZE: 320x180\n"
)

_POS = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: pos-api
  labels:
    app: pos-api
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: server
          env:
            - name: LOG_LEVEL
              value: info
          resources:
            limits:
              memory: 256Mi
            requests:
              cpu: 100m
"""
_POS_PATCH = _POS.partition("  labels:")[0] + _POS[_POS.index("spec:") :].replace("info", "warn")
_TILL = """\
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: till
spec:
  replicas: 1
  template:
    spec:
      containers:
        - name: till
          resources:
            limits:
              memory: 128Mi
        - name: proxy
          resources:
            limits:
              memory: 64Mi
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: till-config
data:
  DPI: "203"
  PAPER: thermal
  NEW_QUOTA: "False"
  mode.of.day: fast
"""
_KIOSK = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: kiosk
spec:
  interval: 50m
  values:
    controller:
      replicaCount: 2
    cache:
      enabled: true
      size: 5Gi
    worker:
      size: 2Gi
    env:
      TZ: Europe/Berlin
    extraEnv:
      - name: LOG_LEVEL
        value: info
    args:
      - --v=1
"""
_KIOSK_FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: kiosk
  namespace: flux-system
spec:
  interval: 10m
  path: ./deploy/kiosk
  postBuild:
    substitute:
      CAPACITY: 10Gi
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  schedule: "0 2 * * *"
---
apiVersion: v1
kind: Namespace
metadata:
  name: kiosks
  labels:
    team: ops
"""
_RELAY = """\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: relay
spec:
  interval: 50m
  values:
    redis:
      tag: 8.6.2
    operator:
      replicas: 1
      resources:
        limits:
          memory: 64Mi
    server:
      persistentVolume:
        size: 20Gi
      retentionPeriod: 14d
    route:
      app:
        hostnames:
          - relay.test
          - wire.test
    controllers:
      relay:
        cronjob:
          schedule: "@daily"
    LOGLEVEL: INFO
"""
_SCOUT = """\
apiVersion: scans.example.com/v1
kind: ScanJob
metadata:
  name: scout-nightly
spec:
  image: ghcr.io/example/scout:1.4.0
  schedule: 0 * * * *
  parallelism: 5
  extraEnv:
    - name: LOG_LEVEL
      value: info
  resources:
    limits:
      memory: 64Mi
---
apiVersion: scans.example.com/v1
kind: ScanJob
metadata:
  name: scout-weekly
spec:
  parallelism: 5
---
apiVersion: scans.example.com/v1
kind: EngineUpgrade
metadata:
  name: engine
spec:
  engine:
    version: v1.36.4
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: ledger
spec:
  instances: 2
  storage:
    size: 20Gi
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: door
spec:
  listeners:
    - name: http
      port: 80
    - name: https
      port: 443
"""
_FLAGS = """\
configMapGenerator:
  - name: pos-flags
    literals:
      - REFUNDS=off
"""

DOCKERFILE = "FROM scratch\n"
REGISTRY = "192.168.7.21:5000"

FILES: dict[str, str] = {
    "executor.toml": f'[registry]\nurl = "{REGISTRY}"\n',
    "services/ffl/backend/Dockerfile": DOCKERFILE,
    "services/ffl/frontend/Dockerfile": DOCKERFILE,
    "services/triager/api/Dockerfile": DOCKERFILE,
    "services/triager/worker/Dockerfile": DOCKERFILE,
    "mtg_dev_agents/planner/Dockerfile": DOCKERFILE,
    "mtg_dev_agents/coder/Dockerfile": DOCKERFILE,
    "infra/stitcher/Dockerfile": DOCKERFILE,
    "infra/render-worker/Dockerfile": DOCKERFILE,
    "apps/ffl/helmrelease.yaml": release(
        "ffl", "ffl", images={f"{REGISTRY}/ffl/backend": "0.1.17", f"{REGISTRY}/ffl/frontend": "0.1.17"}
    ),
    "apps/ffl/config.yaml": _CONFIG_MAP,
    "apps/ffl/deployment.yaml": _DEPLOYMENT,
    "apps/ffl/kustomization.yaml": kustomization("helmrelease.yaml", "config.yaml", "deployment.yaml"),
    "apps/ffl-web/helmrelease.yaml": release("ffl-web", "ffl", chart="0.1.0"),
    "apps/longhorn/helmrelease.yaml": release("longhorn", "storage", chart="1.10.1"),
    "apps/vaultwarden/helmrelease.yaml": release(
        "vaultwarden", "default", images={"ghcr.io/dani-garcia/vaultwarden": "1.35.2"}
    ),
    "apps/triager/helmrelease.yaml": release("triager", "triager", chart="0.1.3"),
    "apps/midwestmtg-backend/helmrelease.yaml": release("midwestmtg-backend", "mtg", chart="2.0.0"),
    "apps/render-worker/helmrelease.yaml": release(
        "render-worker", "render", chart="0.1.17", images={f"{REGISTRY}/render-worker": "0.1.17"}
    ),
    "apps/podinfo/source.yaml": source("OCIRepository", "podinfo", "6.7.0"),
    "apps/kustomization.yaml": kustomization("ffl", "ffl-web", "longhorn"),
    "apps/ffl-web/kustomization.yaml": kustomization("helmrelease.yaml"),
    "apps/longhorn/kustomization.yaml": kustomization("helmrelease.yaml"),
    "clusters/minikube/apps/kustomization.yaml": kustomization("mtg-agents", "ffl"),
    "clusters/minikube/flux.yaml": _FLUX,
    "clusters/overlays/staging/kustomization.yaml": kustomization("../../../apps"),
    "clusters/overlays/prod/kustomization.yaml": _PACGATE,
    "kubernetes/infrastructure/networking/cilium/kustomization.yaml": kustomization("cilium.yaml"),
    "kubernetes/infrastructure/networking/cilium/cilium.yaml": _CONFIG_MAP.replace("ffl-config", "cilium"),
    "_archive/ffl/helmrelease.yaml": release("ffl", "old", chart="0.0.1"),
    "deploy/pos/base/deployment.yaml": _POS,
    "deploy/pos/base/kustomization.yaml": kustomization("deployment.yaml"),
    "deploy/pos/uat/kustomization.yaml": (
        kustomization("../base") + "replicas:\n  - name: pos-api\n    count: 1\n" + _FLAGS
    ),
    "deploy/pos/demo/kustomization.yaml": kustomization("../base") + "patches:\n  - path: pos-api.yaml\n",
    "deploy/pos/demo/pos-api.yaml": _POS_PATCH,
    "deploy/till/till.yaml": _TILL,
    "deploy/kiosk/release.yaml": _KIOSK,
    "deploy/kiosk/flux.yaml": _KIOSK_FLUX,
    "deploy/kiosk/hpa.yaml": (
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata:\n  name: kiosk\nspec:\n"
        "  scaleTargetRef:\n    kind: Deployment\n    name: booth\n  minReplicas: 1\n  maxReplicas: 4\n"
    ),
    "deploy/relay/release.yaml": _RELAY,
    "deploy/scout/scout.yaml": _SCOUT,
    "scripts/check.sh": "#!/bin/bash\necho ok\n",
    "Dockerfile.saas": DOCKERFILE,
    "charts/ffl/Chart.yaml": "apiVersion: v2\nname: ffl\nversion: 0.1.0\n",
}


@dataclass
class World:
    """A repository named `beckerkube` with `FILES` in it, and what a criterion is in it."""

    workspace: Workspace

    def recognise(self, sentence: str, **around: Any) -> Recognised:
        return self.all([sentence], **around)[-1]

    def direct(self, text: str) -> Recognised:
        """A text that no task file could hold, as a criterion."""
        task = parse(task_text(["x"]).encode(), Path("tasks/TASK-001.md"))
        criterion = replace(task.criteria[0], text=text)
        return Recogniser(task, self.workspace).criterion(criterion)

    def all(self, sentences: Sequence[str], **around: Any) -> list[Recognised]:
        """Each sentence as one criterion of one task."""
        task = parse(task_text(sentences, **around).encode(), Path("tasks/TASK-001.md"))
        recogniser = Recogniser(task, self.workspace)
        return [recogniser.criterion(criterion) for criterion in task.criteria]


def task_text(
    sentences: Sequence[str],
    *,
    heading: str = "",
    version: str = "",
    registry: str = "",
    after: str = "",
    more: str = "",
) -> str:
    """A task file with these criteria. `after` follows the criteria, `more` goes into the front matter."""
    keys = "".join(f"{key}: {value}\n" for key, value in [("version", version), ("registry", registry)] if value)
    section = f"### {heading}\n\n" if heading else ""
    items = "\n".join(f"- [ ] {each}" for each in sentences)
    return (
        f"---\nid: TASK-001\ntitle: An example\nlabels: [builds, deployment]\n{keys}{more}---\n\n# An example\n\n"
        f"## Acceptance Criteria\n\n{section}{items}\n\n{after}"
    )


def make(root: Path, files: Mapping[str, str] = FILES, others: Mapping[str, Mapping[str, str]] | None = None) -> World:
    """Write the files under `root`/beckerkube (and other repositories beside it)."""
    home = _repository(root / "beckerkube", files)
    beside = {name: _repository(root / name, each) for name, each in (others or {}).items()}
    return World(Workspace(home, beside))


def _repository(root: Path, files: Mapping[str, str]) -> Repository:
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (root / ".git").mkdir(exist_ok=True)
    return Repository(root.name, root.resolve(), load(root) if (root / "executor.toml").exists() else Config())


_LETTER = {
    Status.UNRESOLVED: "u",
    Status.BLOCKED: "b",
    Status.REFUSED: "r",
    Status.VERIFICATION: "v",
}


def told(recognised: Recognised) -> str:
    """What came out, in the notation of the rules' examples: `image.build stitcher:1.1.0 + …`, or `b not-determinate`."""
    if recognised.cannot is not None:
        return f"{_LETTER[recognised.cannot.status]} {recognised.cannot.code}"
    return " + ".join(_request(each.operation, dict(each.arguments), each.repository) for each in recognised.requests)


def _request(operation: str, arguments: dict[str, Any], repository: str | None) -> str:
    words = [operation]
    if operation.startswith("image."):
        version = arguments.pop("tag", None)
        digest = arguments.pop("digest", None)
        words.append(arguments.pop("image") + (f":{version}" if version else f"@{digest}"))
    if "registry" in arguments:
        words.append(arguments.pop("registry"))
    for key, value in arguments.items():
        if value is True and key == "catalog":
            words.append("catalog")
        elif isinstance(value, list | tuple):
            words.append(f"{key}={','.join(map(str, value))}")
        else:
            words.append(f"{key}={value}")
    return " ".join(words) + (f" in {repository}" if repository else "")


def agrees(outcome: str, expected: str) -> bool:
    """`u` or `b` agrees with any such reason; operations agree word by word in any order of arguments."""
    if expected in ("u", "b", "r", "v"):
        return outcome.split(maxsplit=1)[0] == expected
    both = [[sorted(part.split()) for part in text.split(" + ")] for text in (outcome, expected)]
    return both[0] == both[1]
