"""Checks of files: kustomize, manifests, security."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.meaning import Ask, Place, Rule

Captured = Mapping[str, Any]
_WHOLE = Place(path=".")


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    g.phrase("kustomize_build", "KUSTOMIZE (BUILD | BUILDS | VALIDATION) | kubectl KUSTOMIZE")
    g.phrase("overlays", "(for | of | on | in)? ALL THE? OVERLAYS", lambda c: "all")
    g.phrase("overlays", "(for | of | on | in)? ALL THE? KUSTOMIZATIONS", lambda c: _WHOLE)
    g.phrase(
        "overlays",
        "(for | of | on | in)? THE? (x:STAGE | x:PLACE) (OVERLAY | ENVIRONMENT | KUSTOMIZATION)?",
        lambda c: Place(stage=c["x"].text),
    )
    g.phrase(
        "overlays",
        "(for | of | on | in) THE? (OVERLAY | KUSTOMIZATION)? x:PATH (OVERLAY | KUSTOMIZATION)?",
        lambda c: Place(path=c["x"].text),
    )
    g.phrase("a_place", "THE? (x:STAGE | x:PLACE)", lambda c: Place(stage=c["x"].text))
    g.phrase("these_overlays", "ALL THE? OVERLAYS", lambda c: "all")
    g.phrase("these_overlays", "ALL THE? KUSTOMIZATIONS", lambda c: _WHOLE)
    g.phrase("these_overlays", "THE? (x:STAGE | x:PLACE) (OVERLAY | KUSTOMIZATION)", lambda c: Place(stage=c["x"].text))
    g.phrase("these_overlays", "THE? p:<places> OVERLAYS", lambda c: c["p"])
    g.phrase("these_overlays", "THE? (OVERLAY | KUSTOMIZATION)? x:PATH", lambda c: Place(path=c["x"].text))
    g.phrase("a_place", "x:PATH", lambda c: Place(path=c["x"].text))
    g.phrase("places", "a:<a_place> <and> b:<a_place>", lambda c: (c["a"], c["b"]))
    g.phrase("places", "a:<a_place> , b:<a_place> ,? AND c:<a_place>", lambda c: (c["a"], c["b"], c["c"]))
    g.phrase("overlays", "(for | of | on | in) THE? p:<places> (OVERLAYS | OVERLAY)?", lambda c: c["p"])
    g.phrase("overlays", "x:PATH", lambda c: Place(path=c["x"].text))
    g.phrase(
        "fine",
        "(BOTH | still)? (RUNS | RENDERS | PASSES | COMPLETES | <be> VALID | <be> PASSES | BUILDS | EXITS NUMBER | EXITS with CODE? NUMBER) MANNER? (VALID? YAML)?",
    )
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
    g.phrase("on_paths", "in (THE | ALL) MANIFESTS", lambda c: _WHOLE)
    g.phrase("on_paths", "EVERYWHERE | anywhere | in THE? (whole | entire)? REPOSITORY", lambda c: _WHOLE)
    g.phrase(
        "manifests",
        "KUBERNETES? (MANIFESTS | MANIFEST) | KUBERNETES? YAML (MANIFESTS | FILE)? | KUBERNETES? YAML SYNTAX",
    )
    g.phrase(
        "manifests",
        "FLUX PATHS | KUSTOMIZE PATHS | FLUX (/ | AND) KUSTOMIZE (PATHS | MANIFESTS) | HELMRELEASE (REFERENCE | MANIFESTS | SYNTAX) | KUSTOMIZATION PATHS",
    )
    g.phrase("latest", "THE? LATEST TAG? | THE? latest (IMAGE TAG | TAG | IMAGES)")


def _folder(c: Captured) -> Place | None:
    """ "in infrastructure": a folder of that name. What a release or a namespace is called too may be that."""
    entry = c["x"].entry
    return Place(stage=c["x"].text) if "f" in c or not (entry.releases or entry.namespace) else None


def _kustomize(c: Captured) -> list[Ask]:
    return [Ask("kustomize.build", {"overlays": c.get("overlays"), "no_unresolved": "u" in c})]


def _where(c: Captured) -> Place | None:
    """The place that is named; "all" and "no" without one are about the whole repository, never only about what the task
    changes."""
    place: Place | None = c.get("on_paths")
    return _WHOLE if place is None and "every" in c else place


def _validate(c: Captured) -> list[Ask]:
    return [Ask("manifest.validate", {"where": _where(c)})]


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
            "(VALIDATE | VERIFY | CHECK) (with | using | via | by running) <kustomize_build> {<overlays> MANNER}",
            "VALIDATE THE? KUSTOMIZATION BUILDS",
            "ALL? THE? KUSTOMIZATION BUILDS MANNER?",
            "(VERIFY <that>?)? overlays:<these_overlays> (BUILD | BUILDS | RENDERS | RENDER) MANNER? ((with | using | via) (<kustomize_build> | KUSTOMIZE))?",
        ),
        _kustomize,
        {
            "`kustomize build` succeeds": "kustomize.build",
            "kustomize build passes": "kustomize.build",
            "Kustomize builds for all overlays": "kustomize.build paths=clusters/overlays/prod,clusters/overlays/staging",
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
            "The staging and prod overlays render": "kustomize.build paths=clusters/overlays/staging,clusters/overlays/prod",
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
        },
    ),
    Rule(
        "manifests are valid",
        (
            "every:ALL? THE? <manifests> <be>? VALID (KUBERNETES? YAML)? <on_paths>?",
            "every:ALL? THE? <manifests> <on_paths> <be>? VALID (KUBERNETES? YAML)?",
            "every:ALL? THE? <manifests> PARSES MANNER? <on_paths>?",
            "every:ALL? THE? <manifests> <on_paths> PARSES MANNER?",
            "every:ALL? THE? <manifests> PASSES (schema | YAML | KUBERNETES)? VALIDATION <on_paths>?",
            "(VALIDATE | VERIFY) every:ALL? THE? <manifests> (<be>? VALID)? <on_paths>?",
        ),
        _validate,
        {
            "YAML parses": "manifest.validate",
            "YAML parses; Flux/Kustomize paths valid; HelmRelease references valid": "manifest.validate",
            "Validate all manifests": "manifest.validate paths=.",
            "All manifests are valid YAML": "manifest.validate paths=.",
            "All manifests in apps/ffl are valid": "manifest.validate paths=apps/ffl",
            "Manifests pass schema validation": "manifest.validate",
            "All YAML in apps/ffl parses": "manifest.validate paths=apps/ffl",
            "Validate manifests in apps/ffl": "manifest.validate paths=apps/ffl",
        },
        {
            "YAML parses in under 2 s": "u",
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
        "no latest tag",
        (
            "(VERIFY <that>?)? every:no IMAGES? <latest> (<be>? (used | present))? <on_paths>?",
            "(VERIFY <that>?)? every:no (IMAGE | IMAGES) <be>? tagged (as | with)? (<latest> | latest) <on_paths>?",
            "(VERIFY <that>?)? every:no (IMAGE | IMAGES) <on_paths> (uses | use) <latest>",
            "(VERIFY <that>?)? every:no (IMAGE | IMAGES) (uses | use | with) <latest> <on_paths>?",
            "(VERIFY <that>?)? every:no (IMAGE | IMAGES) <on_paths> (uses | use | with | has) <latest>",
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
            "No `:latest` tags in infrastructure": "security.check paths=kubernetes/infrastructure rules=no-latest",
            "No images tagged latest": "security.check paths=. rules=no-latest",
            "No image in prod uses the latest tag": "security.check paths=clusters/overlays/prod rules=no-latest",
        },
        {
            "No latest news": "u",
            "Use `:latest`": "u",
            "No `:latest` tags except in staging": "u",
            "No `:latest` tags in ffl": "u",
        },
    ),
)
