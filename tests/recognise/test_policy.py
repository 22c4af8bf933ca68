"""The policy's own examples, and command lines that only a shell could run."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from executor.errors import Blocked, Stop
from executor.recognise import commands, shell
from executor.recognise.policy import DATABASE_CLIENTS, RULES, judge

MATCH = [(rule.id, rule.verdict, line) for rule in RULES for line in rule.match]
NOT_MATCH = [(rule.id, line) for rule in RULES for line in rule.not_match]


@pytest.mark.parametrize(("rule", "verdict", "line"), MATCH)
def test_match(rule: str, verdict: str, line: str) -> None:
    judged = judge(shlex.split(line))
    assert (judged.what, judged.rule) == (verdict, rule)


@pytest.mark.parametrize(("rule", "line"), NOT_MATCH)
def test_not_match(rule: str, line: str) -> None:
    assert judge(shlex.split(line)).what != "allowed", rule


def test_every_rule_has_examples() -> None:
    bare = [rule.id for rule in RULES if rule.verdict == "allowed" and not (rule.match and rule.not_match)]
    assert bare == []


@pytest.mark.parametrize("program", sorted(DATABASE_CLIENTS))
def test_no_database(program: str) -> None:
    assert judge([program, "-h", "db"]).what == "refused"


REFUSED = [
    "kubectl get pods; kubectl delete pod x",
    "grep -q a b || true",
    "grep -q a b &",
    "grep -q a b & kubectl apply -f x",
    "kustomize build x | kubectl apply -f -",
    "kustomize build x > out.yaml",
    "kustomize build x 2>/dev/null",
    "kustomize build x >> out.yaml",
    "grep -q a < file",
    "docker build -t x:$(git rev-parse HEAD) .",
    "docker build -t x:`git rev-parse HEAD` .",
    "ls *.yaml",
    "ls apps/[a-z]",
    "ls apps/{a,b}",
    "ls ~/x",
    "! grep -q a b",
    'grep -q "$(id)" b',
    "(grep -q a b)",
    "{ grep -q a b; }",
    "grep -q a b |& cat",
    "cat x | sh",
    "grep -q a b | grep c | grep d",
    "grep -q 'a b",
    "grep -q a\\ b c",
    "bash -c 'kubectl apply -f x'",
    "sh -c ls",
    "env kubectl apply -f x",
    "sudo kubectl get pods",
    "xargs kubectl delete",
    "kubectl --kubeconfig x delete pod y",
    "kubectl -n ffl delete pod y",
    "helm --kube-context prod upgrade x y",
    "git -c core.pager=x push",
    "KUBECONFIG=x kubectl get pods",
    "DATABASE_URL=postgres://x test -f y",
    "PGPASSWORD=x grep -q a b",
    "curl https://example.com/install.sh",
    "curl -X DELETE https://192.168.7.21:5000/v2/x/manifests/y",
    "curl -d x https://192.168.7.21:5000/v2/",
    "curl -u a:b https://192.168.7.21:5000/v2/",
    "curl https://a:b@192.168.7.21:5000/v2/",
    "curl -o x https://192.168.7.21:5000/v2/",
    "curl -H 'Authorization: Bearer x' https://192.168.7.21:5000/v2/",
    "curl http://db:5432/v2/",
    "docker run --rm x",
    "docker exec x y",
    "./build.sh --push",
    "make deploy",
    "python -c 'import os'",
    "true",
    "echo ok",
    "rm -rf apps",
    "grep -rq x ../elsewhere",
    "test -f /etc/passwd",
]


@pytest.mark.parametrize("line", REFUSED)
def test_refused(line: str) -> None:
    with pytest.raises(commands.Stop) as stop:
        commands.understand(line, lambda path: True, {})
    assert stop.value.status == "refused", stop.value.reason


BLOCKED = {
    "docker push ghcr.io/x/y:<tag>": "placeholder",
    "docker push ghcr.io/x/y:$TAG": "placeholder",
    "docker push ghcr.io/x/y:${TAG}": "placeholder",
    "docker push ghcr.io/x/y": "not-determinate",
    "docker build .": "not-determinate",
    "docker build -t a:1 -t b:1 .": "not-determinate",
    "docker build --no-cache -t a:1 .": "not-supported",
    "docker build --platform linux/arm64,linux/amd64 -t a:1 .": "not-supported",
    "docker build -t a:1 https://github.com/x/y.git": "needs-network",
    "VERSION=1 docker build -t a:1 .": "not-supported",
    "docker pull x:1": "not-supported",
    "docker tag x:1 y:1": "not-supported",
    "kustomize build https://github.com/x/y": "needs-network",
    "kustomize build github.com/x/y": "needs-network",
    "kustomize build --enable-helm x": "needs-approval",
    "kubectl apply --dry-run=server -f x": "not-supported",
    "kubectl apply -f x --dry-run=client": "not-supported",
    "kustomize build x | kubectl apply --dry-run=server -f -": "not-supported",
    "kubectl logs x": "not-supported",
    "helm status x": "not-supported",
    "kubectl get pods -l app=x": "not-supported",
    "flux reconcile kustomization": "not-determinate",
}


@pytest.mark.parametrize(("line", "code"), BLOCKED.items())
def test_blocked(line: str, code: str) -> None:
    with pytest.raises(commands.Stop) as stop:
        commands.understand(line, lambda path: True, {})
    assert (stop.value.status, stop.value.code) == ("blocked", code), stop.value.reason


DIGEST = "sha256:" + "a" * 64
TYPED = {
    "docker build -t ffl/backend:0.1.18 services/ffl/backend": (
        "image.build", {"image": "ffl/backend", "tag": "0.1.18", "context": "services/ffl/backend"}),
    "docker build -f Dockerfile.saas -t hermes-saas .": (
        "image.build", {"image": "hermes-saas", "tag": "latest", "context": ".", "dockerfile": "Dockerfile.saas"}),
    "docker build --build-arg A=b -t a:1 .": (
        "image.build", {"image": "a", "tag": "1", "context": ".", "build_args": {"A": "b"}}),
    "docker build --platform linux/arm64 --target x -t a:1 .": (
        "image.build", {"image": "a", "tag": "1", "context": ".", "target": "x", "platform": "linux/arm64"}),
    "docker buildx build --load -t 10.0.0.1:5000/a:1 .": ("image.build", {"image": "a", "tag": "1", "context": "."}),
    "docker push 192.168.7.21:5000/ffl/backend:0.1.18": (
        "image.push", {"image": "ffl/backend", "tag": "0.1.18", "registry": "192.168.7.21:5000"}),
    "docker push nu/homepage:1.0": ("image.push", {"image": "nu/homepage", "tag": "1.0", "registry": "docker.io"}),
    "docker manifest inspect ghcr.io/x/y:1.2.3": (
        "image.verify", {"image": "x/y", "tag": "1.2.3", "registry": "ghcr.io"}),
    f"crane digest ghcr.io/x/y@{DIGEST}": ("image.verify", {"image": "x/y", "digest": DIGEST, "registry": "ghcr.io"}),
    "skopeo inspect docker://ghcr.io/x/y:1.2.3": ("image.verify", {"image": "x/y", "tag": "1.2.3", "registry": "ghcr.io"}),
    "kustomize build apps/": ("kustomize.build", {"paths": ["apps"]}),
    "kubectl kustomize ./apps": ("kustomize.build", {"paths": ["apps"]}),
    "kustomize build apps | grep -q tag": ("command", {"argv": ["kustomize", "build", "apps"], "sees": ["tag"]}),
    "curl -sk https://192.168.7.21:5000/v2/": ("registry.ping", {"registry": "192.168.7.21:5000"}),
    "curl https://r.example/v2/x/y/manifests/1.2.3": (
        "image.verify", {"image": "x/y", "registry": "r.example", "tag": "1.2.3"}),
    "curl https://r.example/v2/x/y/tags/list | grep 1.2.3x": None,
    "flux get helmreleases -A": ("cluster.observe", {"kind": "HelmRelease", "condition": "Ready", "name": "*"}),
    "flux get ks apps -n flux-system": (
        "cluster.observe", {"kind": "Kustomization", "namespace": "flux-system", "condition": "Ready", "name": "apps"}),
    "kubectl get pods -n ffl": ("cluster.observe", {"kind": "Pod", "namespace": "ffl", "name": "*"}),
    "kubectl get deploy/ffl -n ffl": ("cluster.observe", {"kind": "Deployment", "namespace": "ffl", "name": "ffl"}),
    "kubectl rollout status deployment/ffl -n ffl": (
        "cluster.observe", {"kind": "Deployment", "namespace": "ffl", "condition": "Available", "name": "ffl"}),
    "kubectl wait --for=condition=ready hr/ffl -n ffl": (
        "cluster.observe", {"kind": "HelmRelease", "namespace": "ffl", "condition": "Ready", "name": "ffl"}),
    "flux reconcile source git flux-system": ("flux.reconcile", {"kind": "GitRepository", "name": "flux-system"}),
    "git commit -m 'x'": ("git.commit", {}),
    "yq -e '.spec' apps/x.yaml": ("command", {"argv": ["yq", "-e", ".spec", "apps/x.yaml"]}),
    "VERSION=0.1.18 test -f x": ("command", {"argv": ["test", "-f", "x"], "env": {"VERSION": "0.1.18"}}),
    "$ helm lint charts/ffl": ("command", {"argv": ["helm", "lint", "charts/ffl"]}),
}  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), [(k, v) for k, v in TYPED.items() if v])
def test_typed(line: str, expected: tuple[str, dict[str, object]]) -> None:
    (typed,) = commands.understand(line, lambda path: True, {})
    assert (typed.operation, dict(typed.arguments)) == expected


def test_both_in_order() -> None:
    found = commands.understand("docker build -t a:1 . && docker push r.example/a:1", lambda path: True, {})
    assert [each.operation for each in found] == ["image.build", "image.push"]


def test_build_script_only_by_configuration() -> None:
    scripts = {"build.sh": ["ffl/backend", "ffl/frontend"]}
    found = commands.understand("REGISTRY_URL=r.example VERSION=0.1.18 ./build.sh --push", lambda path: True, scripts)
    assert [each.operation for each in found] == ["image.build"] * 2 + ["image.push"] * 2
    for line in ("VERSION=1 ./build.sh --all", "A=1 ./build.sh", "VERSION=1 ./build.sh | grep x"):
        with pytest.raises(commands.Stop):
            commands.understand(line, lambda path: True, scripts)


@settings(max_examples=300)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60))
def test_words_are_those_of_a_shell(line: str) -> None:
    """What is understood means the same to POSIX rules; what is not is refused, and nothing else is raised."""
    try:
        found = shell.commands(line)
    except shell.NotPlain:
        return
    if len(found) == 1 and found[0].grep is None and not found[0].env:
        assert list(found[0].argv) == shlex.split(line)


@settings(max_examples=200)
@given(st.lists(st.sampled_from([
    "kubectl", "apply", "-f", "x", "helm", "upgrade", "&&", "|", ";", "grep", "-q", "a", "bash", "-c", "-n", "'", '"', "$(id)", "psql",
    "test", "flux", "git", "push", "docker", "run", "kustomize", "build", "--enable-helm", "yq", "-i", "curl", "> x",
]), min_size=1, max_size=8))  # fmt: skip
def test_nothing_gets_by(words: list[str]) -> None:
    """Whatever is put together: what comes out is a typed operation, or a command that the policy allows."""
    try:
        found = commands.understand(" ".join(words), lambda path: True, {})
    except commands.Stop:
        return
    for each in found:
        if each.operation == "command":
            assert judge(each.arguments["argv"]).what == "allowed"
        assert each.operation != "command" or each.arguments["argv"][0] not in ("kubectl", "psql", "curl")


@pytest.mark.parametrize(
    ("line", "what", "rule"),
    [
        ("kubectl -n shop apply -f x.yaml", "refused", "kubectl-apply"),
        ("kubectl --context prod apply -f x.yaml", "refused", "kubectl-apply"),
        ("kubectl --context=prod -n shop delete pod x", "refused", "kubectl-delete"),
        ("kubectl -nshop rollout restart deployment/x", "refused", "kubectl-rollout-restart"),
        ("kubectl rollout -n shop restart deployment/x", "refused", "kubectl-rollout-restart"),
        ("kubectl -n shop logs x", "blocked", "kubectl-logs"),
        ("kubectl --context get delete pod x", "refused", "kubectl-delete"),
        ("kubectl --unheard-of get delete pod x", "refused", "unknown"),
        ("kubectl -n shop", "refused", "unknown"),
        ("helm --kube-context prod upgrade x y", "refused", "helm-upgrade"),
        ("helm -n shop template charts/ffl", "allowed", "helm-template"),
        ("flux --context prod suspend helmrelease x", "refused", "flux-suspend"),
        ("git -C sub push", "refused", "git-push"),
        ("git -c core.pager=x push", "refused", "git-push"),
        ("git -C sub status --porcelain", "blocked", "elsewhere"),
        ("git --git-dir=/x/.git diff --check", "blocked", "elsewhere"),
        ("git -C sub commit -m x", "blocked", "elsewhere"),
        ("docker --context prod run x", "refused", "docker-run"),
        ("docker --context prod images", "blocked", "elsewhere"),
        ("docker -H tcp://1.2.3.4:2375 build -t x .", "blocked", "elsewhere"),
        ("docker -c prod push x:1", "blocked", "elsewhere"),
        ("git diff -C", "refused", "git-diff"),
    ],
)
def test_options_in_front_of_the_verb(line: str, what: str, rule: str) -> None:
    judged = judge(shlex.split(line))
    assert (judged.what, judged.rule) == (what, rule)


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("kubectl -n shop get pods", "kubectl get pods -n shop"),
        ("kubectl --namespace=shop get pods -A", "kubectl get pods --namespace=shop -A"),
        ("kubectl rollout -n shop status deploy/web", "kubectl rollout status deploy/web -n shop"),
        ("flux -n shop get helmreleases web", "flux get helmreleases web -n shop"),
    ],
)
def test_an_option_in_front_of_the_verb_means_what_it_means_behind_it(line: str, same: str) -> None:
    one, other = (commands.understand(each, lambda path: True, {}) for each in (line, same))
    assert one == other and one[0].operation == "cluster.observe" and one[0].arguments["namespace"] == "shop"


@pytest.mark.parametrize("line", ["git -C sub commit -m x", "git -C sub add .", "docker --context x build -t a:1 ."])
def test_what_works_elsewhere_is_not_taken_for_here(line: str) -> None:
    with pytest.raises(Blocked, match="in front of"):
        commands.understand(line, lambda path: True, {})


@given(
    st.lists(
        st.sampled_from(
            ["kubectl", "-n", "x", "--context", "get", "delete", "apply", "pods", "-f", "--", "--unknown", "--all"]
        ),
        max_size=7,
    )
)
def test_no_order_of_words_makes_a_write_of_a_cluster_an_observation(words: list[str]) -> None:
    """Whatever stands in front: where the first word that is no option or its value is a write, nothing is observed."""
    line = ["kubectl", *words]
    verb = next(
        (w for before, w in zip(line, words, strict=False) if w[0] != "-" and before not in ("-n", "--context")), ""
    )
    try:
        found = commands.understand(shlex.join(line), lambda path: True, {})
    except Stop:
        return
    assert verb == "get" and all(each.operation == "cluster.observe" for each in found)
