"""The words that the grammar knows, by class. A word that is in no class and no name that exists stops a sentence.

Classes of verbs hold the forms that ask for something: the imperative ("build"), the passive ("built") and the third
person of a result ("builds"). A first person or a remark ("we built it yesterday") finds no rule.
"""

from __future__ import annotations

OBJECT_KINDS: dict[str, str] = {
    "Pod": "pod pods", "Deployment": "deployment deployments", "StatefulSet": "statefulset statefulsets",
    "DaemonSet": "daemonset daemonsets", "ReplicaSet": "replicaset replicasets", "Job": "job jobs",
    "CronJob": "cronjob cronjobs", "Service": "service services", "Ingress": "ingress ingresses",
    "PersistentVolumeClaim": "persistentvolumeclaim pvc persistentvolumeclaims pvcs",
    "PersistentVolume": "persistentvolume pv persistentvolumes pvs",
    "HorizontalPodAutoscaler": "horizontalpodautoscaler hpa horizontalpodautoscalers hpas",
    "Certificate": "certificate certificates", "Issuer": "issuer issuers",
    "ClusterIssuer": "clusterissuer clusterissuers",
    "ExternalSecret": "externalsecret externalsecrets", "SecretStore": "secretstore secretstores",
    "ClusterSecretStore": "clustersecretstore clustersecretstores", "Gateway": "gateway gateways",
    "HTTPRoute": "httproute httproutes", "Node": "node nodes", "ConfigMap": "configmap configmaps",
    "Secret": "secret secrets", "Namespace": "namespace namespaces",
    "CustomResourceDefinition": "crd customresourcedefinition crds customresourcedefinitions",
    "HelmRelease": "helmrelease hr helmreleases hrs", "Kustomization": "kustomization kustomizations",
    "GitRepository": "gitrepository gitrepositories", "OCIRepository": "ocirepository ocirepositories",
    "HelmRepository": "helmrepository helmrepositories", "HelmChart": "helmchart helmcharts",
    "Bucket": "bucket buckets",
    "PodDisruptionBudget": "poddisruptionbudget pdb poddisruptionbudgets pdbs",
    "NetworkPolicy": "networkpolicy netpol networkpolicies netpols",
    "ServiceAccount": "serviceaccount sa serviceaccounts",
    "ServiceMonitor": "servicemonitor servicemonitors",
    "PrometheusRule": "prometheusrule prometheusrules",
    "ImageRepository": "imagerepository imagerepositories", "ImagePolicy": "imagepolicy imagepolicies",
    "ImageUpdateAutomation": "imageupdateautomation imageupdateautomations",
}  # fmt: skip
"""Kind → the words for one of it, then as many for several."""

VOCABULARY: dict[str, str] = {
    "OBJECT_KIND": " ".join(OBJECT_KINDS.values()),
    # verbs
    "BUILD": "build rebuild re-build",
    "BUILT": "built rebuilt re-built",
    "BUILDS": "builds rebuilds",
    "PUSH": "push publish upload",
    "PUSHED": "pushed published uploaded",
    "BUMP": "update bump upgrade pin set change edit switch move",
    "BUMPED": "updated bumped upgraded pinned set changed edited switched moved",
    "UPGRADE": "update bump upgrade",
    "UPGRADED": "updated bumped upgraded",
    "SET": "set change edit update",
    "WAS_SET": "set changed updated",
    "GOES": "goes go moves move changes switches switch",
    "RISES": "rises rise grows grow increases climbs climb",
    "FALLS": "falls fall shrinks drops decreases sinks",
    "PUT": "turn flip reset",
    "USES": "uses use",
    "RAISE": "raise increase lift grow extend",
    "RAISED": "raised increased lifted extended",
    "LOWER": "lower decrease reduce cut shrink shorten trim",
    "LOWERED": "lowered decreased reduced cut shortened trimmed",
    "SCALE": "scale",
    "SCALED": "scaled",
    "SUSPEND": "suspend",
    "SUSPENDED": "suspended",
    "RESUME": "resume unsuspend",
    "RESUMED": "resumed unsuspended",
    "ENABLE": "enable",
    "ENABLED": "enabled",
    "DISABLE": "disable",
    "DISABLED": "disabled",
    "LABEL": "label",
    "ANNOTATE": "annotate",
    "ROLLBACK": "rollback downgrade revert",
    "ROLLED": "downgraded reverted",
    "REMOVE": "remove delete drop",
    "REMOVED": "removed deleted dropped",
    "ADD": "add",
    "ADDED": "added",
    "VERIFY": "verify confirm check ensure validate",
    "VERIFIED": "verified confirmed checked validated",
    "VALIDATE": "validate lint",
    "RENDER": "render",
    "RUN": "run execute perform rerun re-run",
    "RUNS": "runs works",
    "LINTS": "lints linted",
    "HOLDS": "contains lists holds has",
    "DEPLOYS": "deploys deployed applied applies",
    "WAS_RUN": "run executed performed",
    "RECONCILE": "reconcile resync",
    "RECONCILES": "reconciles",
    "RECONCILED": "reconciled",
    "TRIGGER": "trigger request force",
    "TRIGGERED": "triggered requested forced",
    "COMMIT": "commit stage",
    "COMMITTED": "committed staged",
    "PERSON": (
        "document identify investigate evaluate decide review monitor notify write fix research analyze "
        "analyse plan design discuss announce communicate train assess consider explore propose draft ask "
        "define describe explain understand coordinate schedule agree audit inspect interview present educate "
        "inform tell email clarify brainstorm estimate prioritize prioritise assign meet learn "
    ),
    # what sentences are about
    "IMAGE": "image container",
    "IMAGES": "images containers",
    "PARTS": "components services microservices",
    "DOCKER": "docker oci container",
    "DOCKERFILE": "dockerfile",
    "TAG": "tag tags newtag",
    "VERSION_WORD": "version versions",
    "REFERENCE": "reference references ref refs",
    "DIGEST_WORD": "digest digests",
    "HELM": "helm",
    "RELEASE": "release",
    "RELEASES": "releases",
    "HELMRELEASE": "helmrelease hr",
    "HELMRELEASES": "helmreleases hrs",
    "CHART": "chart charts",
    "SOURCE_KIND": (
        "ocirepository ocirepositories gitrepository gitrepositories helmrepository helmrepositories helmchart "
    ),
    "KUSTOMIZATION": "kustomization",
    "KUSTOMIZATIONS": "kustomizations",
    "KUSTOMIZE": "kustomize",
    "FLUX": "flux fluxcd",
    "OVERLAY": "overlay",
    "OVERLAYS": "overlays",
    "STAGES": "environments clusters stages",
    "MANIFEST": "manifest",
    "MANIFESTS": "manifests yamls",
    "YAML": "yaml yml",
    "VALUES": "values value",
    "VALUE": "value",
    "KUBERNETES": "kubernetes k8s",
    "FILE": "file files",
    "CONFIGMAP": "configmap configmaps config-map cm",
    "REPLICAS": "replicas replica",
    "RESOURCE": "memory cpu",
    "BOUND": "limit limits request requests",
    "VARIABLE": "variable var envvar",
    "FIELD_OF_SPEC": "interval intervals timeout timeouts schedule suspend",
    "ANNOTATION": "annotation",
    "PATCH": "patch",
    "PATHS": "path paths",
    "SYNTAX": "syntax structure",
    "REGISTRY": "registry",
    "CATALOG": "catalog catalogue",
    "REPOSITORY": "repository repo",
    "CLUSTER": "cluster",
    "NAMESPACE": "namespace ns",
    "ENVIRONMENT": "environment env",
    "RECONCILIATION": "reconciliation sync",
    "SECURITY": "security",
    "SECRETS": "secret secrets",
    "CHECKS": "check checks scan scans",
    "VALIDATION": "validation validations",
    "CHANGES": "changes change files modifications edits updates",
    "GIT": "git",
    "POD": "pod",
    "PODS": "pods",
    "WORKLOAD": (
        "deployment deployments statefulset statefulsets daemonset daemonsets cronjob cronjobs job jobs "
        "service services ingress ingresses "
    ),
    "EVENTS": "events event",
    "ERRORS": "errors error warnings",
    # predicates
    "READY": "ready",
    "RUNNING": "running",
    "HEALTHY": "healthy",
    "AVAILABLE": "available",
    "REACHABLE": "reachable accessible available up responding online",
    "VALID": "valid correct well-formed wellformed parseable",
    "PRESENT": "present available visible listed exist exists pullable found there",
    "PASSES": "passes pass passed succeeds succeed succeeded successful",
    "RENDERS": "renders rendered",
    "COMPLETES": "completes completed finishes",
    "COMPLETE": "complete completed finished",
    "ROLLOUT": "rollout roll-out",
    "BECOMES": "becomes become turns turn comes",
    "PARSES": "parses parse parsed",
    "SHOWS": "shows show reports report shown",
    "RESPONDS": "responds answers responding",
    "RETURNS": "returns return",
    "EXITS": "exits exit",
    "CODE": "code",
    "STATUS": "status state condition",
    "TRUE": "true",
    "UNIT": "second seconds minute minutes hour hours day days",
    "INSTANCES": "pods instances copies",
    "TROUBLE": (
        "imagepullbackoff errimagepull crashloopbackoff createcontainerconfigerror oomkilled invalidimagename "
        "createcontainererror runcontainererror"
    ),
    # small words
    "THE": "the a an our this that",
    "ALL": "all every each",
    "BOTH": "both",
    "COUNT": "two three four five six seven eight nine ten",
    "REMAINING": "remaining",
    "BE": "is are be been get gets",
    "HAVE": "has have",
    "MODAL": "should must shall will",
    "TELLS": "was were had would could might can may",
    "NEEDS": "needs need has have",
    "IT": "it them they",
    "MANNER": "successfully cleanly correctly properly ok okay fine",
    "LOCALLY": "locally",
    "EVERYWHERE": "everywhere",
    # words that turn a sentence around; no rule takes one unless it understands it
    "NEGATION": (
        "not never no without none don't dont doesn't isn't aren't won't shouldn't mustn't can't cannot "
        "neither nor w/o stop avoid prevent skip unless fails fail failed failing broken missing "
    ),
    "CONDITION": (
        "if when whenever once after before until while whether unless provided assuming optionally optional "
        "maybe possibly depending pending where during "
    ),
    "RESTRICTION": "only except but excluding exclude just besides otherwise instead rather apart first",
    "QUESTION": "? why how what which who",
    # what a note or a heading may not say of an operation: that it is not to be done now, here, or by this program
    "PUT_OFF": (
        "manual manually deferred defer later eventually someday future todo tbd wip draft proposal idea "
        "separate separately elsewhere temporary temporarily partial partially tentative obsolete cancelled "
        "canceled withdrawn superseded duplicate n/a human approval approved sign-off optional optionally "
        "maybe nice-to-have stretch backlog rollback scope postponed abandoned rejected forbidden done "
        "handled already "
    ),
    "THEN": "then",
    "AND": "and",
    "OR": "or",
    # environments are places where the repository has a folder of that name, and restrictions everywhere
    "STAGE": (
        "production prod staging stage dev development test testing qa uat preprod pre-production preview "
        "canary live sandbox demo "
    ),
    # versions that name none
    "VAGUE": (
        "new newest latest current stable recent next upcoming specific appropriate correct newer updated "
        "desired required target immutable proper right available supported "
    ),
    "CHANNEL": "stable alpha beta rc lts edge nightly patch minor major",
}

WORDS: dict[str, tuple[str, ...]] = {}
for _name, _words in VOCABULARY.items():
    for _word in _words.split():
        WORDS[_word] = (*WORDS.get(_word, ()), _name)

ACTIVE = (
    "BUILD PUSH BUMP SET ROLLBACK REMOVE ADD VALIDATE RENDER RAISE LOWER SCALE SUSPEND RESUME ENABLE DISABLE LABEL "
    "ANNOTATE"
).split()
PASSIVE = "BUILT PUSHED BUMPED WAS_SET ROLLED REMOVED ADDED VERIFY RECONCILE 'roll'".split()
"""Classes of the verbs of operations: those that a sentence begins with, and others."""

TAKEN_FOR: dict[str, str] = {
    "command": "COMMAND",
    "image": "IMAGE_REF IMAGE_NAME",
    "version": "VERSION DIGEST RANGE LATEST",
    "placeholder": "PLACEHOLDER",
    "registry": "HOST",
    "path": "PATH",
    "verb": (
        "BUILD BUILT BUILDS PUSH PUSHED BUMP BUMPED SET WAS_SET ROLLBACK ROLLED REMOVE REMOVED ADD ADDED "
        "VERIFY VERIFIED VALIDATE RENDER RUN RUNS WAS_RUN RECONCILE RECONCILES RECONCILED TRIGGER TRIGGERED "
        "COMMIT COMMITTED PERSON RAISE RAISED LOWER LOWERED SCALE SCALED SUSPEND SUSPENDED RESUME RESUMED ENABLE "
        "ENABLED DISABLE DISABLED LABEL ANNOTATE "
    ),
    "predicate": (
        "READY RUNNING HEALTHY AVAILABLE REACHABLE VALID PRESENT PASSES RENDERS COMPLETES PARSES SHOWS "
        "RESPONDS RETURNS EXITS TRUE "
    ),
    "negation": "NEGATION",
    "condition": "CONDITION",
    "restriction": "RESTRICTION",
    "connective": "AND OR THEN",
    "filler": "THE ALL BOTH REMAINING BE HAVE MODAL NEEDS IT MANNER LOCALLY",
    "name": "NAME SPACE PLACE CHARTED CONFIG",
    "repository": "REPO",
    "place": "STAGE",
    "value": "ASSIGNED PLATFORM KEY NUMBER AMOUNT SETTING QUOTED FIELD",
}


KINDS_BY_WORD = {word: kind for kind, words in OBJECT_KINDS.items() for word in words.split()}

fold = str.lower
"""For looking words up: case does not matter. Other than with casefold(), no sign that looks alike becomes a letter (a
ligature); the one that does, the Kelvin sign, the lexer takes away."""


COUNTS = {word: number for number, word in enumerate(VOCABULARY["COUNT"].split(), 2)}

ACRONYMS = frozenset(
    "api ui ux gui cli sdk db sql etl ci cd qa dns url uri http https tls ssl mtls ssh vpn sso oidc oauth saml "
    "jwt iam rbac acl waf cdn kms hsm pki sla slo sli json yaml xml html css csv pdf grpc rest soap crd crds "
    "cr hpa vpa pvc pv psp pdb cni csi cri oci os vm cpu gpu ram ssd nfs s3 lb ip tcp udp smtp imap mqtt ldap "
    "ad idp ha dr pr mr rfc adr ai ml llm".split()
)
"""Words that in capitals are what everybody means by them ("API version"), whatever is called so here."""

WELL_KNOWN_REGISTRIES: dict[tuple[str, ...], str] = {
    ("docker", "hub"): "docker.io",
    ("dockerhub",): "docker.io",
    ("docker.io",): "docker.io",
    ("ghcr",): "ghcr.io",
    ("ghcr.io",): "ghcr.io",
    ("quay",): "quay.io",
    ("quay.io",): "quay.io",
    ("gcr.io",): "gcr.io",
}
