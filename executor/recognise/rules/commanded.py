"""Words around a command: what may stand before and behind it, and with which operations it agrees.

A command is run only if every word around it is understood *and* says nothing else than what the command does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.recognise.grammar import Grammar
from executor.recognise.lexer import Token

Captured = Mapping[str, Any]

_IMAGE = frozenset({"image.build", "image.push", "image.verify"})
_CHECKS = frozenset(
    {
        "image.verify",
        "registry.ping",
        "kustomize.build",
        "cluster.observe",
        "command",
        "manifest.validate",
        "security.check",
    }
)
_ANY = _IMAGE | _CHECKS | {"flux.reconcile", "git.commit"}

MEANS: dict[str, frozenset[str]] = {
    "RUN": _ANY,
    "RUNS": _ANY,
    "LINTS": frozenset({"command"}),
    "DEPLOYS": frozenset({"cluster.observe"}),
    "VERIFY": _CHECKS,
    "VERIFIED": _CHECKS,
    "VALIDATE": _CHECKS,
    "SECURITY": frozenset({"command", "security.check"}),
    "VALIDATION": _CHECKS,
    "CHECKS": _CHECKS,
    "PASSES": _ANY,
    "VALID": _CHECKS - {"image.verify"},
    "BUILD": frozenset({"image.build", "kustomize.build"}),
    "BUILDS": frozenset({"image.build", "kustomize.build"}),
    "BUILT": frozenset({"image.build"}),
    "RENDER": frozenset({"kustomize.build", "command"}),
    "RENDERS": frozenset({"kustomize.build", "command"}),
    "PUSH": frozenset({"image.push"}),
    "PUSHED": frozenset({"image.push", "image.verify"}),
    "IMAGE": _IMAGE | {"command"},
    "IMAGES": _IMAGE | {"command"},
    "DOCKER": _IMAGE | {"command"},
    "TAG": _IMAGE | {"command"},
    "REGISTRY": _IMAGE | {"registry.ping"},
    "CATALOG": frozenset({"image.verify"}),
    "PRESENT": frozenset({"image.verify", "command"}),
    "REACHABLE": frozenset({"registry.ping"}),
    "MANIFESTS": frozenset({"kustomize.build", "command", "manifest.validate"}),
    "MANIFEST": frozenset({"kustomize.build", "command", "manifest.validate"}),
    "YAML": frozenset({"kustomize.build", "command", "manifest.validate"}),
    "KUSTOMIZE": frozenset({"kustomize.build", "command"}),
    "KUSTOMIZATION": frozenset({"kustomize.build", "cluster.observe", "flux.reconcile"}),
    "KUSTOMIZATIONS": frozenset({"kustomize.build", "cluster.observe", "flux.reconcile"}),
    "OVERLAY": frozenset({"kustomize.build"}),
    "OVERLAYS": frozenset({"kustomize.build"}),
    "HELM": frozenset({"command", "cluster.observe"}),
    "CHART": frozenset({"command"}),
    "HELMRELEASE": frozenset({"command", "cluster.observe", "flux.reconcile"}),
    "HELMRELEASES": frozenset({"cluster.observe", "flux.reconcile"}),
    "FLUX": frozenset({"cluster.observe", "flux.reconcile"}),
    "SYNTAX": frozenset({"command", "kustomize.build", "manifest.validate"}),
    "FILE": frozenset({"command"}),
    "TRIGGER": frozenset({"flux.reconcile"}),
    "RECONCILE": frozenset({"flux.reconcile"}),
    "RECONCILIATION": frozenset({"flux.reconcile"}),
    "STATUS": frozenset({"cluster.observe"}),
    "PODS": frozenset({"cluster.observe"}),
    "EVENTS": frozenset({"cluster.observe"}),
    "COMMIT": frozenset({"git.commit"}),
    "THE": _ANY,
    "ALL": _ANY,
    "MANNER": _ANY,
    "BE": _ANY,
    "LOCALLY": frozenset({"image.build", "kustomize.build", "command"}),
    "AND": _ANY,
}

LABEL_AGREES: dict[str, frozenset[str]] = {
    "image.build": frozenset({"image.build"}),
    "image.push": frozenset({"image.push"}),
    "image.verify": frozenset({"image.verify"}),
    "registry.ping": frozenset({"registry.ping"}),
    "kustomize.build": frozenset({"kustomize.build"}),
    "manifest.validate": frozenset({"manifest.validate", "kustomize.build"}),
    "security.check": frozenset({"security.check"}),
    "cluster.observe": frozenset({"cluster.observe"}),
    "flux.reconcile": frozenset({"flux.reconcile"}),
    "git.commit": frozenset({"git.commit"}),
}
"""What a whole sentence in front of a command asks for → the operations of a command that does just that."""


def add(g: Grammar) -> None:
    """Teach the phrases before and behind a command."""
    words = " | ".join(f"x:{name}" for name in MEANS)
    g.phrase("restating", words, lambda c: c["x"])
    g.phrase(
        "restating",
        "x:NAME | x:STAGE | x:PLACE | x:VERSION | x:HOST | x:PATH | x:IMAGE_REF | x:IMAGE_NAME | in | to | for | with | on | of",
        _restated,
    )
    g.phrase("restate", "a:<restating>", lambda c: (c["a"],))
    g.phrase("restate", "a:<restating> b:<restate>", lambda c: (c["a"], *c["b"]))
    g.phrase("lead", "(RUN | VERIFY | VALIDATE | check)? (with | using | via | by | by running | that)? (THE command)?")
    g.phrase("lead", "(RUN | VERIFY | VALIDATE | check | with | using | via | by running | by | running)")
    g.phrase(
        "joint",
        ": <lead>? | DASH <lead>? | OPEN <lead>? | <lead> | , (RUN | VERIFY) ((with | via | by) running?)? | : OPEN",
    )
    g.phrase("before", "<lead> :?", lambda c: ((), ()))
    g.phrase("before", "s:<sentence> <joint>", lambda c: (c["s"], ()))
    g.phrase("before", "r:<restate> <joint>?", lambda c: ((), c["r"]))
    g.phrase(
        "outcome",
        "<be>? (PASSES | COMPLETES) <manner>? | RENDERS <manner>? (VALID? YAML | MANNER)? | RUNS <manner>? | <manner>",
        lambda c: ("passes", ""),
    )
    g.phrase(
        "outcome",
        "(EXITS | EXITS with | RETURNS STATUS) (CODE | STATUS | with)* x:NUMBER",
        lambda c: _EXITED.get(c["x"].text),
    )
    # "returns 0" of a program whose answer is its output (`grep -c`) is no exit code
    g.phrase("outcome", "RETURNS x:NUMBER", lambda c: ("answers", "200") if c["x"].text == "200" else None)
    g.phrase(
        "outcome",
        "(SHOWS | RETURNS | contains | prints | outputs | lists | includes) (x:CODE | x:VERSION)",
        lambda c: ("sees", c["x"].text),
    )
    g.phrase(
        "outcome",
        "(SHOWS | RETURNS) (everything | ALL? THE? <kind_many>?) (as | in)? r:<ready> ((= | :)? TRUE)?",
        lambda c: ("condition", c["r"]),
    )
    g.phrase("outcome", "<be> VALID", lambda c: ("passes", ""))
    g.phrase("outcome", "still? (BUILD | BUILDS) <manner>?", lambda c: ("builds", ""))
    g.phrase("outcome", "(PASSES | COMPLETES) with zero ERRORS", lambda c: ("clean", ""))
    g.phrase("outcome", "(SHOWS | RETURNS | finds) (no | zero) (ERRORS | findings | problems)", lambda c: ("clean", ""))
    g.phrase("after", "<outcome>? CLOSE <outcome>?", lambda c: c.get("outcome", ("passes", "")))
    g.phrase("after", "<outcome>", lambda c: c["outcome"])


_EXITED = {"0": ("passes", ""), "200": ("answers", "200")}


def _restated(c: Captured) -> Any:
    return c.get("x", "")


def classes(token: Token, bit: Any) -> list[frozenset[str]]:
    """Each meaning that a restating word can have, as the operations that it fits."""
    return [kinds for name, kinds in MEANS.items() if token.bits & bit(name)]
