"""Checks of files: kustomize, manifests, security."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.meaning import Ask, Holder, Place, Rule

Captured = Mapping[str, Any]
_WHOLE = Place(path=".")
_MANIFESTS = Place(path="./")
"""All of them, and no other files."""


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    g.phrase("kustomize_build", "KUSTOMIZE (BUILD | BUILDS | VALIDATION) | kubectl KUSTOMIZE")
    _overlays(g)
    g.phrase("a_stage", "x:STAGE | x:PLACE", lambda c: Place(stage=c["x"].text))
    g.phrase("a_path", "x:PATH", lambda c: Place(path=c["x"].text))
    g.phrase("a_place", "THE? _:<a_stage>")
    g.phrase("a_place", "_:<a_path>")
    g.phrase("places", "a:<a_place> <and> b:<a_place>", _listed)
    g.phrase("places", "a:<a_place> , b:<a_place> ,? AND c:<a_place>", _listed)
    g.phrase("paths", "a:<a_path> <and> b:<a_path>", _listed)
    g.phrase("paths", "a:<a_path> , b:<a_path> ,? AND c:<a_path>", _listed)
    g.phrase("paths", "a:<a_path> , b:<a_path> , c:<a_path> ,? AND d:<a_path>", _listed)
    g.phrase(
        "fine",
        "(BOTH | still)? (RUNS | RENDERS | PASSES | COMPLETES | <be> VALID | <be> clean | <be> PASSES | BUILDS | EXITS NUMBER | EXITS with CODE? NUMBER) MANNER? (VALID? YAML)?",
    )
    g.phrase("built", "BOTH? MODAL? still? (BUILD | BUILDS | RENDERS | RENDER | compile | compiles)")
    g.phrase("built", "(can | must | should)? still? be (BUILT | rendered)")
    g.phrase(
        "on_paths",
        "(in | on | of | for | under | at | against | below) THE? (FILE | MANIFESTS)? x:PATH",
        lambda c: Place(path=c["x"].text),
    )
    g.phrase(
        "on_paths",
        "(in | on | of | for | under | against) THE? (x:STAGE | x:PLACE) (OVERLAY | ENVIRONMENT | MANIFESTS | CLUSTER)?",
        lambda c: Place(stage=c["x"].text),
    )
    g.phrase("on_paths", "(in | under | below) THE? x:PART f:<folder_word>?", _folder)
    g.phrase("folder_word", "folder | directory")
    g.phrase("unrepeated", "(without | with no | AND (HAVE | contain) no) duplicate (key | keys)")
    g.phrase("on_paths", "in (THE | ALL) MANIFESTS", lambda c: _MANIFESTS)
    g.phrase("on_paths", "(in | on | of | for | under | below) s:<spots>", lambda c: c["s"])
    g.phrase("in_neither", "(in | on | of | for | under | below) a:<spot> or b:<spot>", _listed)
    g.phrase("on_paths", "(in | on | of | for) BOTH (of? THE)? (OVERLAYS | STAGES)", lambda c: "both")
    g.phrase(
        "on_paths",
        "EVERYWHERE | anywhere (in THE? REPOSITORY)? | in THE? (whole | entire)? REPOSITORY",
        lambda c: _WHOLE,
    )
    g.phrase(
        "manifests",
        "KUBERNETES? (MANIFESTS | MANIFEST) | KUBERNETES? YAML (MANIFESTS | FILE)? | KUBERNETES? YAML SYNTAX",
    )
    g.phrase(
        "manifests",
        "FLUX PATHS | KUSTOMIZE PATHS | FLUX (/ | AND) KUSTOMIZE (PATHS | MANIFESTS) | HELMRELEASE (REFERENCE | MANIFESTS | SYNTAX) | KUSTOMIZATION PATHS",
    )
    g.phrase("has_it", "(may | MODAL)? _:<has_latest>")
    g.phrase(
        "has_latest",
        "uses | use | with | has | have | runs | run | runs with | run with | pins | pin | references | reference | is on | are on | is | are | pulls | pull",
    )
    _security_words(g)
    g.phrase(
        "latest",
        "THE? LATEST (TAG | IMAGE | IMAGES)? | THE? latest (IMAGE TAG | TAG | IMAGES) | THE? TAG (latest | LATEST)",
    )
    g.phrase(
        "an_image",
        "DOCKER* (IMAGE | IMAGES) REFERENCE? | container | containers | WORKLOAD | MANIFEST | MANIFESTS | HELMRELEASE | HELMRELEASES",
    )


def _overlays(g: Grammar) -> None:
    g.phrase("overlays", "(for | of | on | in)? _:<these_overlays>")
    g.phrase(
        "overlays",
        "(for | of | on | in) THE? (x:STAGE | x:PLACE) (OVERLAY | ENVIRONMENT | KUSTOMIZATION)?",
        lambda c: (Place(stage=c["x"].text),),
    )
    g.phrase("overlays", "(for | of | on | in) s:<spots>", lambda c: c["s"])
    g.phrase("every_overlay", "ALL (of? THE)? KUSTOMIZE? (OVERLAYS | OVERLAY)")
    g.phrase("every_kustomization", "ALL (of? THE)? (KUSTOMIZATIONS | KUSTOMIZATION)")
    g.phrase("these_overlays", "<every_overlay>", lambda c: "all")
    g.phrase("these_overlays", "(ALL (of? THE)?)? n:<number> OVERLAYS", lambda c: ("counted", c["n"].value))
    g.phrase(
        "these_overlays",
        "(BOTH (of? THE)? | (ALL (of? THE)?)? n:<number>) x:PART (OVERLAYS | KUSTOMIZATIONS)",
        lambda c: ("counted", c["n"].value if "n" in c else 2, c["x"].text),
    )
    g.phrase("these_overlays", "BOTH (of? THE)? STAGES (KUSTOMIZATIONS | KUSTOMIZATION)", lambda c: "both")
    g.phrase(
        "these_overlays",
        "<every_overlay> (in | under | below | of) THE? (x:PATH | x:PART) (folder | directory)?",
        lambda c: ("all", c["x"].text),
    )
    g.phrase("these_overlays", "<every_kustomization> (in THE? (whole | entire)? REPOSITORY)?", lambda c: "every")
    g.phrase(
        "these_overlays",
        "<every_kustomization> (in | under | below) THE? (x:PATH | x:PART) (folder | directory)?",
        lambda c: ("every", c["x"].text),
    )
    g.phrase("these_overlays", "BOTH (of? THE)? (OVERLAYS | KUSTOMIZATIONS)", lambda c: "both")
    g.phrase("of_stages", "THE? x:<a_stage> (OVERLAY | KUSTOMIZATION)", lambda c: (c["x"],))
    g.phrase("of_stages", "BOTH? THE? p:<places> (OVERLAYS | KUSTOMIZATIONS)", lambda c: c["p"])
    g.phrase("these_overlays", "_:<of_stages>")
    g.phrase(
        "these_overlays",
        "p:<of_stages> (of | for | in | under) THE? x:PART",
        lambda c: ("of", c["p"], c["x"].text),
    )
    g.phrase(
        "these_overlays", "THE? x:PART a:<a_stage> (OVERLAY | KUSTOMIZATION)", lambda c: ("of", (c["a"],), c["x"].text)
    )
    g.phrase(
        "these_overlays",
        "(THE | ALL (of? THE)?)? x:PART (OVERLAYS | KUSTOMIZATIONS)",
        lambda c: ("all of", c["x"].text),
    )
    g.phrase("these_overlays", "BOTH (OVERLAYS | KUSTOMIZATIONS) OPEN s:<spots> CLOSE", lambda c: c["s"])
    g.phrase("these_overlays", "THE? (OVERLAY | KUSTOMIZATION)? x:PATH OVERLAY?", lambda c: (Place(path=c["x"].text),))
    g.phrase("these_overlays", "BOTH? p:<paths>", lambda c: c["p"])


def _security_words(g: Grammar) -> None:
    """What is said of containers, by the rules of security.check (their names: Pod Security Standards)."""

    def says(phrase: str, pattern: str, *rules: str) -> None:
        g.phrase(phrase, pattern, lambda c: rules)

    g.phrase("there_is", "VERIFY <that>? (there (is | are))? | there (is | are)")
    g.phrase("pods", "container | containers | POD | PODS | workload | workloads")
    says("bad", "privileged <pods>", "privileged-containers")
    says("bad", "<pods> (running | that (run | runs)) (as root | with root privileges)", "running-as-non-root")
    says("bad", "root containers", "running-as-non-root")
    says("bad", "(hostpath | hostpaths) (volume | volumes | mount | mounts)?", "host-path-volumes")
    says("bad", "(hostport | hostports | host ports)", "host-ports")
    says("bad", "privilege escalation", "privilege-escalation")
    g.phrase("bad", "(unencrypted | plaintext | plain-text | plain | unsealed) k:KUBERNETES? x:SECRETS", _secrets)
    g.phrase("plainly", "(in | as) (plain text | plaintext | plain-text | clear text | cleartext)")
    g.phrase("bad", "k:KUBERNETES? x:SECRETS (<be>? (COMMITTED | stored | kept | left | there)?)? <plainly>", _secrets)
    g.phrase("bad", "(plain text | clear text) k:KUBERNETES? x:SECRETS", _secrets)
    says("bad_do", "(run | runs) (as root | with root privileges)", "running-as-non-root")
    says("bad_do", "(<be> | run | runs) privileged", "privileged-containers")
    says("bad_do", "USES THE? (host network | hostnetwork | hostpid | hostipc)", "host-namespaces")
    says("bad_do", "(USES | mount | mounts) (a | any)? (hostpath | hostpaths) (volume | volumes)?", "host-path-volumes")
    says("bad_do", "(allow | allows | permits) privilege escalation", "privilege-escalation")
    says("good", "(do | does | MODAL) not run (as root | with root privileges)", "running-as-non-root")
    says("good", "(run | runs) as (a? non-root user? | nonroot | a? nonroot user)", "running-as-non-root")
    says("good", "(drop | drops) ALL capabilities", "capabilities")
    says(
        "good",
        "(HAVE | USES | (run | runs) with) (a? read-only | readonly) root (filesystem | filesystems | file system)",
        "read-only-root-filesystem",
    )
    says("barred", "privilege escalation <be> (disallowed | forbidden | disabled)", "privilege-escalation")
    says("good", "(disallow | disallows | forbid | forbids) privilege escalation", "privilege-escalation")
    g.phrase(
        "good",
        "MODAL? (HAVE | set | sets | define | defines | specify | specifies) <amounts> (configured | defined | set)?",
        lambda c: c["amounts"],
    )
    says("amounts", "(resource | resources)? limits", "limits-cpu", "limits-memory")
    says("amounts", "(resource | resources)? requests", "requests-cpu", "requests-memory")
    says("amounts", "(resource | resources)? requests AND limits",
         "requests-cpu", "requests-memory", "limits-cpu", "limits-memory")  # fmt: skip
    says("amounts", "(resource | resources)? limits AND requests",
         "limits-cpu", "limits-memory", "requests-cpu", "requests-memory")  # fmt: skip
    says("amounts", "a? memory (limit | limits)", "limits-memory")
    says("amounts", "a? cpu (limit | limits)", "limits-cpu")
    says("amounts", "cpu AND memory limits | memory AND cpu limits", "limits-cpu", "limits-memory")
    says("amounts", "a? memory (request | requests)", "requests-memory")
    says("amounts", "a? cpu (request | requests)", "requests-cpu")
    g.phrase("meets", "meet | meets | comply with | complies with | satisfy | satisfies | pass | passes | conform to")
    for level in ("baseline", "restricted"):
        says(
            "standard",
            f"THE? pod security (standard | standards | level | profile)? :? {level} (level | profile)?",
            level,
        )
        says("standard", f"THE? {level} pod security (standard | standards | level | profile)?", level)
    says("pinned", "(by | with | to | using) (THE | their)? DIGEST_WORD", "pinned-by-digest")
    says("pinned", "(by | with | to | using) (THE | an)? <exact> (TAG | VERSION_WORD)", "pinned-by-tag")
    g.phrase("exact", "exact | explicit | fixed")


def _secrets(c: Captured) -> tuple[str, ...]:
    """ "No plaintext Secret": objects of that kind. "No plaintext secrets": they may stand anywhere."""
    return ("no-plain-secrets",) if "k" in c or c["x"].text[0] == "S" else ("no-plain-secrets", "no-passwords")


def _rules_of(c: Captured) -> list[Ask] | None:
    other = ("pinned-by-tag",) if "tag" in c else ("encrypted-secrets",)
    rules = next((c[k] for k in ("bad", "bad_do", "good", "standard", "pinned") if k in c), other)
    holder: Holder | None = c.get("h")
    if holder is not None and (holder.container is not None or holder.file is not None or "every" in c):
        return None  # of a file it is said otherwise, and of one container nobody looks
    return [Ask("security.check", {"where": _where(c), "rules": rules, "of": holder})]


def _listed(c: Captured) -> tuple[Place, ...]:
    return tuple(c[k] for k in "abcd" if k in c)


def _folder(c: Captured) -> Place | None:
    """ "in infrastructure": a folder of that name. What a release or a namespace is called too may be that."""
    entry = c["x"].entry
    return Place(stage=c["x"].text) if "f" in c or not (entry.releases or entry.namespace) else None


def _is_there(c: Captured) -> list[Ask] | None:
    if "inside" in c or "one" in c:
        return _are_inside(c["path"].text, c.get("inside") or (c["one"],))
    if "p" in c:
        return [Ask("exists", {"path": each.path}) for each in c["p"]]
    folder = c["path"].text.rstrip("/")
    if "name" not in c:
        return [Ask("exists", {"path": c["path"].text})]
    return None if "/" in c["name"].text else [Ask("exists", {"path": f"{folder}/{c['name'].text}"})]


def _are_inside(folder: str, names: tuple[Place, ...]) -> list[Ask] | None:
    """ "apps/ffl/ contains a.yaml and b.yaml": each of them is there."""
    inside = [str(each.path) for each in names]
    is_file = "." in folder.rstrip("/").rpartition("/")[2]
    if is_file or any("/" in each.rstrip("/") or each.startswith(".") for each in inside):
        return None
    return [Ask("exists", {"path": f"{folder.rstrip('/')}/{each}"}) for each in inside]


def _kustomize(c: Captured) -> list[Ask]:
    return [Ask("kustomize.build", {"overlays": c.get("overlays"), "no_unresolved": "u" in c})]


def _where(c: Captured) -> Any:
    """The place that is named; "all" and "no" without one are about the whole repository, never only about what the task
    changes."""
    place = c.get("on_paths") or c.get("in_neither")
    return _WHOLE if place is None and "every" in c else place


def _validate(c: Captured) -> list[Ask]:
    return [Ask("manifest.validate", {"where": _where(c), "schema": "schema" in c})]


def _security(c: Captured) -> list[Ask]:
    return [Ask("security.check", {"where": c.get("on_paths"), "rules": ()})]


def _latest(c: Captured) -> list[Ask]:
    return [Ask("security.check", {"where": _where(c), "rules": ("no-latest",)})]


RULES = (
    Rule(
        "kustomize build",
        (
            "(VERIFY <that>? | VALIDATE | RUN | RUN and VERIFY)? THE? <kustomize_build> { <overlays> <fine> <manner> }",
            "(VALIDATE | VERIFY | BUILD | RENDER) <overlays> (with | using | via) (<kustomize_build> | KUSTOMIZE) MANNER?",
            "(VALIDATE | VERIFY) (with | using | via | by running) <kustomize_build> {<overlays> MANNER}",
            "VALIDATE THE? KUSTOMIZATION BUILDS",
            "KUSTOMIZATION BUILDS MANNER?",
            "(VERIFY <that>?)? overlays:<these_overlays> <built> <manner>? ((with | using | via | by) (<kustomize_build> | KUSTOMIZE))? <manner>?",
            "overlays:<these_overlays> : KUSTOMIZE (BUILD | BUILDS) (<manner> | <fine>)?",
            "KUSTOMIZE (can | MODAL)? still? (BUILD | BUILDS | RENDERS) overlays:<these_overlays> <manner>?",
            "(BUILD | RENDER) overlays:<these_overlays> (with | using | via) KUSTOMIZE <manner>?",
        ),
        _kustomize,
        {
            "`kustomize build` succeeds": "kustomize.build",
            "kustomize build passes": "kustomize.build",
            "Kustomize builds for all overlays": "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging",
            "The uat and demo overlays of pos render cleanly": "kustomize.build paths=deploy/pos/uat,deploy/pos/demo",
            "The pos uat overlay builds": "kustomize.build paths=deploy/pos/uat",
            "kustomize build passes for the uat overlay of pos": "kustomize.build paths=deploy/pos/uat",
            "Run kustomize build for `clusters/overlays/prod`": "kustomize.build paths=clusters/overlays/prod",
            "Kustomize build passes for staging and prod": (
                "kustomize.build paths=clusters/overlays/staging,clusters/overlays/prod"
            ),
            "kustomize build runs without errors": "kustomize.build",
            "kustomize build works without errors": "kustomize.build",
            "Validate `clusters/overlays/prod` with kustomize": "kustomize.build paths=clusters/overlays/prod",
            "clusters/overlays/prod renders with kustomize": "kustomize.build paths=clusters/overlays/prod",
            "The staging overlay builds": "kustomize.build paths=clusters/overlays/staging",
            "Validate kustomization builds": "kustomize.build",
            "`kustomize build` succeeds for `clusters/overlays/prod` and `clusters/overlays/staging`": (
                "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging"
            ),
            "All kustomizations build successfully": "kustomize.build paths=.",
            "Both overlays still build": "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging",
            "Both overlays (clusters/overlays/staging and clusters/overlays/prod) build with kustomize": (
                "kustomize.build paths=clusters/overlays/staging,clusters/overlays/prod"
            ),
            "kustomize build of every overlay under clusters/overlays passes": (
                "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging"
            ),
            "`clusters/overlays/staging` and `apps/ffl` render without errors": (
                "kustomize.build paths=clusters/overlays/staging,apps/ffl"
            ),
            "kustomize can build apps/ffl": "kustomize.build paths=apps/ffl",
            "Every kustomization in the repository builds": "kustomize.build paths=.",
            "The staging and prod overlays render": "kustomize.build paths=clusters/overlays/staging,clusters/overlays/prod",
            "All two overlays build": "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging",
            "all overlays: kustomize build ok": "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging",
            "The prod overlay must build successfully with kustomize": "kustomize.build paths=clusters/overlays/prod",
            "All overlays render": "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging",
        },
        {
            "kustomize build finishes in 2 s": "u",
            "kustomize build fails": "u",
            "Validate `clusters/overlays/prod` with kustomize 5": "u",
            "Validate `clusters/overlays/prod` with kustomize and conftest": "u",
            "kustomize build passes in CI": "u",
            "Do not run kustomize build": "u",
            "staging builds": "u",
            "staging build and push stitcher 1.1.0": "u",
            "kustomize": "u",
            "kustomize build output is reviewed": "u",
            "Kustomize builds for all overlays except prod": "u",
            "Upgrade kustomize to 5.0.0": "u",
            "kustomize build passes for the old overlays": "u",
            "kustomize build passes for nowhere": "u",
            "Both overlays build in CI": "u",
            "All three overlays build": "b count-differs",
            "The prod overlay may build": "u",
            "Both overlays build except prod": "u",
            "Both apps build": "u",
            "apps/ffl or apps/longhorn renders": "u",
            "apps/ffl and the docs render": "u",
            "Every overlay under apps/ffl builds": "b not-found",
            "kustomize can not build apps/ffl": "u",
            "staging and prod render": "u",
        },
    ),
    Rule(
        "manifests are valid",
        (
            "every:ALL? THE? <manifests> <be>? syntactically? VALID (KUBERNETES? YAML)? <unrepeated>? <on_paths>?",
            "every:ALL? THE? <manifests> <on_paths> <be>? syntactically? VALID (KUBERNETES? YAML)? <unrepeated>?",
            "every:ALL? THE? <manifests> MODAL? PARSES <manner>? <unrepeated>? <on_paths>?",
            "every:ALL? THE? <manifests> <on_paths>? (HAVE | contain | MODAL (HAVE | contain)) no duplicate (key | keys)",
            "<there_is> every:no duplicate (key | keys) <on_paths>?",
            "on_paths:<a_path> (contains | is | has) VALID KUBERNETES? (YAML | MANIFESTS)",
            "every:no <manifests> <on_paths>? (HAVE | contains | contain) duplicate (key | keys)",
            "every:ALL? THE? <manifests> <on_paths> PARSES <manner>?",
            "every:ALL? THE? <manifests> MODAL? PASSES (schema:schema | YAML | KUBERNETES)? VALIDATION <on_paths>?",
            "(VALIDATE | VERIFY) every:ALL? THE? <manifests> (<be>? VALID)? <on_paths>?",
        ),
        _validate,
        {
            "YAML parses": "manifest.validate",
            "YAML parses; Flux/Kustomize paths valid; HelmRelease references valid": "manifest.validate",
            "Validate all manifests": "manifest.validate paths=.",
            "All manifests are valid YAML": "manifest.validate paths=.",
            "All manifests in apps/ffl are valid": "manifest.validate paths=apps/ffl",
            "Manifests pass YAML validation": "manifest.validate",
            "All YAML files in apps/ffl parse without errors": "manifest.validate paths=apps/ffl",
            "All YAML in apps/ffl parses": "manifest.validate paths=apps/ffl",
            "Validate manifests in apps/ffl": "manifest.validate paths=apps/ffl",
        },
        {
            "YAML parses in under 2 s": "u",
            "Manifests pass schema validation": "b not-supported",
            "Manifests are not valid": "u",
            "Manifests are valid for Kubernetes 1.30": "u",
            "Manifests are reviewed": "u",
            "Validate form fields": "u",
            "Validate user input": "u",
            "HelmRelease values are valid": "u",
            "Verify image manifests are valid": "u",
        },
    ),
    Rule(
        "security checks",
        (
            "RUN? THE? SECURITY (VALIDATION | CHECKS) (PASSES | <be>? PASSES | <be>? RUN | <be>? WAS_RUN)? <on_paths>?",
            "RUN THE? SECURITY (VALIDATION | CHECKS) <on_paths>? (AND VERIFY? <that>? (it | they) PASSES)?",
            "(VERIFY <that>?) THE? SECURITY (VALIDATION | CHECKS) <be>? PASSES <on_paths>?",
        ),
        _security,
        {"Security validation passes": "security.check"},
        {
            "Security checks pass in CI": "u",
            "Security scan with Trivy passes": "u",
            "Security review passes": "u",
            "Security team validation passes": "u",
            "Security": "u",
        },
    ),
    Rule(
        "what no container may",
        (
            "<there_is>? every:no <bad> (<be> (COMMITTED | stored | kept | left | used | PRESENT))? (<on_paths> | <in_neither>)?",
            "<there_is>? every:no <pods> <on_paths> (may | MODAL)? <bad_do>",
            "every:nothing <on_paths>? (may | MODAL)? <bad_do>",
            "<there_is>? every:no <pods> (may | MODAL)? <bad_do> <on_paths>?",
            "(VERIFY <that>?)? every:ALL? THE? (MANIFESTS | <pods>) <on_paths>? <be> free of <bad>",
        ),
        _rules_of,
        {
            "No privileged containers": "security.check paths=. rules=privileged-containers",
            "There are no privileged containers in prod": (
                "security.check paths=clusters/overlays/prod rules=privileged-containers"
            ),
            "No container runs as root in apps/ffl": "security.check paths=apps/ffl rules=running-as-non-root",
            "No container in apps/ffl runs as root": "security.check paths=apps/ffl rules=running-as-non-root",
            "Nothing in apps/ffl is privileged": "security.check paths=apps/ffl rules=privileged-containers",
            "No pod uses hostNetwork": "security.check paths=. rules=host-namespaces",
            "No hostPath volumes in apps/ffl": "security.check paths=apps/ffl rules=host-path-volumes",
            "No container allows privilege escalation": "security.check paths=. rules=privilege-escalation",
            "No unencrypted Secret in the repository": "security.check paths=. rules=no-plain-secrets",
            "No plaintext secrets in the manifests": "security.check paths=. rules=no-plain-secrets,no-passwords",
            "No secrets in plain text in apps/ffl": "security.check paths=apps/ffl rules=no-plain-secrets,no-passwords",
            "No plaintext Secrets in staging and prod": (
                "security.check paths=clusters/overlays/staging,clusters/overlays/prod rules=no-plain-secrets"
            ),
            "All manifests in apps/ffl are free of privileged containers": (
                "security.check paths=apps/ffl rules=privileged-containers"
            ),
        },
        {
            "No privileged access": "u",
            "Nothing is privileged but longhorn": "u",
            "No image runs as root": "u",
            "No container runs as root on the cluster": "u",
            "No container runs as root except the exporter": "u",
            "No privileged containers besides longhorn": "u",
            "No container runs as admin": "u",
            "No secrets in logs": "u",
            "No plaintext secrets in the repository": "b not-supported",
            "No plaintext secrets": "b not-supported",
            "No secrets in the repository": "u",
            "No pod uses the host": "u",
            "Containers are privileged": "u",
        },
    ),
    Rule(
        "what every container has to",
        (
            "(VERIFY <that>?)? every:ALL? THE? <pods> <on_paths>? <good> <on_paths>?",
            "(VERIFY <that>?)? (ALL? THE? <pods> (of | in))? h:<holder> <good>",
            "(VERIFY <that>?)? good:<barred> (for | in) (ALL? THE? <pods> (of | in))? h:<holder>",
            "(VERIFY <that>?)? good:<barred> (for | in) every:ALL THE? <pods> <on_paths>?",
            "(VERIFY <that>?)? every:ALL? THE? SECRETS <on_paths>? <be> (encrypted | sealed | sops-encrypted) ((with | by | using) sops)? <on_paths>?",
            "(VERIFY <that>?)? every:ALL? THE? (MANIFESTS | <pods>) <on_paths>? <meets> <standard> <on_paths>?",
            "(VERIFY <that>?)? every:ALL? THE? (IMAGES | IMAGE) <on_paths>? <be> pinned <pinned> <on_paths>?",
            "(VERIFY <that>?)? every:ALL? THE? (IMAGES | IMAGE) <on_paths>? MODAL? (HAVE | USES) (an | THE)? tag:<exact> (TAG | VERSION_WORD) <on_paths>?",
        ),
        _rules_of,
        {
            "All containers have resource limits": "security.check paths=. rules=limits-cpu,limits-memory",
            "Every container in apps/ffl has resource limits": (
                "security.check paths=apps/ffl rules=limits-cpu,limits-memory"
            ),
            "The ffl-api Deployment has resource limits": (
                "security.check paths=apps/ffl/deployment.yaml rules=limits-cpu,limits-memory"
            ),
            "All containers of ffl-api set memory requests": (
                "security.check paths=apps/ffl/deployment.yaml rules=requests-memory"
            ),
            "pos-api does not run as root": (
                "security.check paths=deploy/pos/base/deployment.yaml,deploy/pos/demo/pos-api.yaml rules=running-as-non-root"
            ),
            "All containers have memory limits": "security.check paths=. rules=limits-memory",
            "All containers set resource requests and limits": (
                "security.check paths=. rules=requests-cpu,requests-memory,limits-cpu,limits-memory"
            ),
            "All pods run as non-root": "security.check paths=. rules=running-as-non-root",
            "All containers run with a read-only root filesystem": (
                "security.check paths=. rules=read-only-root-filesystem"
            ),
            "Privilege escalation is disallowed for the ffl-api Deployment": (
                "security.check paths=apps/ffl/deployment.yaml rules=privilege-escalation"
            ),
            "Privilege escalation is forbidden in all containers": "security.check paths=. rules=privilege-escalation",
            "All containers in apps/ffl disallow privilege escalation": (
                "security.check paths=apps/ffl rules=privilege-escalation"
            ),
            "All containers drop all capabilities": "security.check paths=. rules=capabilities",
            "All Secrets in apps/ffl are encrypted with SOPS": "security.check paths=apps/ffl rules=encrypted-secrets",
            "Containers in apps/ffl do not run as root": "security.check paths=apps/ffl rules=running-as-non-root",
            "All images use explicit tags": "security.check paths=. rules=pinned-by-tag",
            "All Secrets are encrypted": "security.check paths=. rules=encrypted-secrets",
            "All pods in apps/ffl meet the Pod Security Standard restricted": (
                "security.check paths=apps/ffl rules=restricted"
            ),
            "All manifests comply with the baseline Pod Security Standard": "security.check paths=. rules=baseline",
            "All images are pinned by digest": "security.check paths=. rules=pinned-by-digest",
            "Every image in apps/ffl is pinned to an exact tag": "security.check paths=apps/ffl rules=pinned-by-tag",
        },
        {
            "All containers have resource limits of 512Mi": "u",
            "Privilege escalation is allowed for the ffl-api Deployment": "u",
            "Privilege escalation was disallowed for the ffl-api Deployment": "u",
            "Privilege escalation is disallowed for the team": "u",
            "All containers run with a read-only root filesystem but the exporter": "u",
            "All containers have health checks": "u",
            "The till-config ConfigMap has resource limits": "u",
            "The proxy container of till has resource limits": "u",
            "ffl-api has resource limits in prod": "u",
            "ffl-api and the others have resource limits": "u",
            "ffl-api has a memory limit of 512Mi and no root": "u",
            "All containers have resource limits except the job": "u",
            "All pods meet the standard": "u",
            "All images are pinned": "u",
            "All images are pinned by digest in the registry": "u",
            "All containers run as root": "u",
            "All containers run as user 1000": "u",
            "All Secrets are rotated": "u",
            "All pods run": "u",
            "All Secrets are encrypted with Vault": "u",
            "Containers in apps/ffl do not run": "u",
            "All images use explicit names": "u",
        },
    ),
    Rule(
        "no latest tag",
        (
            "<there_is>? every:no (IMAGE | IMAGES)? <latest> (<be>? (used | present))? (<on_paths> | <in_neither>)?",
            "<there_is>? every:no (IMAGE | IMAGES) <be>? tagged (as | with)? (<latest> | latest) <on_paths>?",
            "<there_is>? every:no <an_image> <has_it> <latest> (<on_paths> | <in_neither>)?",
            "<there_is>? every:no <an_image> anywhere? (<on_paths> | <in_neither>) <has_it> <latest>",
        ),
        _latest,
        {
            "No `:latest` in prod": "security.check paths=clusters/overlays/prod rules=no-latest",
            "No image uses the `latest` tag": "security.check paths=. rules=no-latest",
            "No image in the manifests uses the latest tag": "security.check paths=. rules=no-latest",
            "No `:latest` tags": "security.check paths=. rules=no-latest",
            "No `:latest` tags anywhere": "security.check paths=. rules=no-latest",
            "No `:latest` tags in `apps/`": "security.check paths=apps rules=no-latest",
            "No `:latest` tags in apps/ffl": "security.check paths=apps/ffl rules=no-latest",
            "No `:latest` tags in apps/ffl or clusters/minikube": (
                "security.check paths=apps/ffl,clusters/minikube rules=no-latest"
            ),
            "There is no :latest image anywhere in the repo": "security.check paths=. rules=no-latest",
            "No container in apps/ffl runs with `:latest`": "security.check paths=apps/ffl rules=no-latest",
            "No `:latest` tags in staging and prod": (
                "security.check paths=clusters/overlays/staging,clusters/overlays/prod rules=no-latest"
            ),
            "No `:latest` tags in infrastructure": "security.check paths=kubernetes/infrastructure rules=no-latest",
            "No images tagged latest": "security.check paths=. rules=no-latest",
            "No image in prod uses the latest tag": "security.check paths=clusters/overlays/prod rules=no-latest",
        },
        {
            "No latest news": "u",
            "Use `:latest`": "u",
            "No `:latest` tags except in staging": "u",
            "No `:latest` tags in ffl": "u",
            "All manifests in apps/ffl or clusters are valid": "u",
        },
    ),
    Rule(
        "a file is there",
        (
            "(VERIFY <that>?)? THE? FILE? path:PATH FILE? (exists | exist | is there | is present)",
            "(VERIFY <that>?)? THE? FILE? p:<paths> (exist | are there | are present)",
            "(VERIFY <that>?)? THE? (folder | directory)? path:PATH (folder | directory)? (contains | holds | has | MODAL "
            "(contain | hold | have)) THE? FILE? (inside:<paths> | one:<a_path>)",
            "(VERIFY <that>?)? there is a? FILE path:PATH",
            "(VERIFY <that>?)? there is (a | an | THE) FILE? name:PATH in THE? path:PATH (folder | directory)?",
        ),
        _is_there,
        {
            "apps/ffl/config.yaml and apps/ffl/deployment.yaml exist": (
                "command argv=test,-e,apps/ffl/config.yaml + command argv=test,-e,apps/ffl/deployment.yaml"
            ),
            "`apps/ffl/` contains config.yaml, deployment.yaml and helmrelease.yaml": (
                "command argv=test,-e,apps/ffl/config.yaml + command argv=test,-e,apps/ffl/deployment.yaml + "
                "command argv=test,-e,apps/ffl/helmrelease.yaml"
            ),
            "Verify that the folder apps/ffl contains config.yaml": "command argv=test,-e,apps/ffl/config.yaml",
            "There is a kustomization.yaml in apps/ffl": "command argv=test,-e,apps/ffl/kustomization.yaml",
            "`apps/ffl/deployment.yaml` exists": "command argv=test,-e,apps/ffl/deployment.yaml",
            "Verify that the file apps/ffl/deployment.yaml is present": "command argv=test,-e,apps/ffl/deployment.yaml",
        },
        {
            "`apps/ffl/deployment.yaml` exists in the release branch": "u",
            "`apps/ffl/deployment.yaml` no longer exists": "u",
            "`apps/ffl/` contains only config.yaml and deployment.yaml": "u",
            "`apps/ffl/` contains no config.yaml": "u",
            "`apps/ffl/` contains config.yaml or deployment.yaml": "u",
            "`apps/ffl/` contains config.yaml and no secrets": "u",
            "`apps/ffl/` contained config.yaml": "u",
            "`apps/ffl/config.yaml` contains frame.yaml": "u",
            "`apps/ffl/` contains ../longhorn/helmrelease.yaml": "u",
            "There is a problem in apps/ffl": "u",
            "apps/ffl/deployment.yaml exists and is empty": "u",
            "`apps/ffl/deployment.yaml` is available": "u",
        },
    ),
)
