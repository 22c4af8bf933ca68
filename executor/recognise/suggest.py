"""What to write instead, ready to paste: the nearest wording that works, or an operation block with what is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from executor.recognise.lexer import Token

_BY_VERB: tuple[tuple[tuple[str, ...], str], ...] = (
    (("BUILD", "BUILT", "BUILDS"), "image.build"),
    (("PUSH", "PUSHED"), "image.push"),
    (("ROLLBACK", "ROLLED", "BUMP", "BUMPED"), "helmrelease.bump"),
    (("ADD", "ADDED"), "manifest.add"),
    (("REMOVE", "REMOVED"), "manifest.remove"),
)
_BY_NOUN: tuple[tuple[tuple[str, ...], str], ...] = (
    (("KUSTOMIZE", "OVERLAY", "OVERLAYS"), "kustomize.build"),
    (("REGISTRY", "CATALOG"), "image.verify"),
    (("SECURITY", "LATEST"), "security.check"),
    (("MANIFEST", "MANIFESTS", "YAML"), "manifest.validate"),
    (("HELMRELEASE", "HELMRELEASES", "PODS", "KUSTOMIZATION"), "cluster.observe"),
)


_OF_A_THING = {
    "helmrelease.bump": "NAME", "image.build": "NAME", "image.push": "NAME",
    "manifest.add": "NAME PATH CODE", "manifest.remove": "NAME PATH CODE",
}  # fmt: skip
"""Operation → the classes of what has to stand right behind the verb."""
_SMALL = "THE ALL BOTH REMAINING HELM HELMRELEASE CHART IMAGE IMAGES DOCKER TAG VERSION_WORD MANNER".split()


def block(tokens: Sequence[Token], bit: Callable[[str], int], stopped: int, *, lost: bool) -> str | None:
    """An operation block of the kind that the words point to, filled as far as they say; None where they say none, or
    may be about another thing: pasted, it would do what nobody wrote. `stopped` is the place of the word that stopped,
    `lost` whether it and those behind it name something."""
    operation = _operation(tokens, bit)
    if operation is None or (lost and not operation.startswith("manifest.")):
        return None
    if operation in _OF_A_THING and not _about(_OF_A_THING[operation], tokens, bit, stopped):
        return None
    lines = [f"uses: {operation}", *_arguments(operation, tokens, bit)]
    return "\n".join(["```operation", *lines, "```"])


def _about(classes: str, tokens: Sequence[Token], bit: Callable[[str], int], stopped: int) -> bool:
    """Whether one of these classes stands right behind the verb, and the word that stopped not between it and a version
    ("Bump Kubernetes of ffl to 1.30.1", "Bump ffl dependencies to 2.0.0")."""
    small = sum(bit(each) for each in _SMALL)
    thing = next((i for i, token in enumerate(tokens[1:-1], 1) if not token.bits & small), len(tokens) - 1)
    version = next((i for i, token in enumerate(tokens) if token.bits & (bit("VERSION") | bit("DIGEST"))), -1)
    return any(tokens[thing].bits & bit(each) for each in classes.split()) and thing < stopped and version < stopped


def _operation(tokens: Sequence[Token], bit: Callable[[str], int]) -> str | None:
    first = tokens[0]
    for classes, operation in _BY_VERB:
        if any(first.bits & bit(each) for each in classes) and not first.code:
            return _of_file(operation, tokens, bit)
    if not any(first.bits & bit(each) for each in ("VERIFY", "VALIDATE", "RUN", "RENDER", "ALL", "NEGATION")):
        return None
    for classes, operation in _BY_NOUN:
        if any(token.bits & bit(each) for token in tokens for each in classes):
            return operation
    return None


def _of_file(operation: str, tokens: Sequence[Token], bit: Callable[[str], int]) -> str:
    """ "Set KEY to VALUE in PATH" is an edit of that file; "Build PATH with kustomize" a render."""
    if operation == "helmrelease.bump" and any(token.bits & bit("KEY") and token.code for token in tokens):
        return "manifest.set"
    if operation == "image.build" and any(token.bits & (bit("KUSTOMIZE") | bit("OVERLAYS")) for token in tokens):
        return "kustomize.build"
    return operation


def _arguments(operation: str, tokens: Sequence[Token], bit: Callable[[str], int]) -> list[str]:
    name = _first(tokens, bit, "NAME", "IMAGE_NAME")
    version = _first(tokens, bit, "VERSION", "DIGEST")
    path = _first(tokens, bit, "PATH")
    if operation.startswith("image."):
        host = _first(tokens, bit, "HOST")
        found = [f"image: {name or 'NAME'}", f'tag: "{version or "VERSION"}"']
        return [*found, f"registry: {host}"] if host and operation != "image.build" else found
    if operation == "helmrelease.bump":
        return [f"name: {name or 'NAME'}", f'version: "{version or "VERSION"}"']
    if operation == "manifest.set":
        key = _first(tokens, bit, "KEY") or "PATH.IN.THE.FILE"
        return [f"file: {path or 'FILE'}", f"path: {key}", "value: VALUE"]
    if operation in ("manifest.add", "manifest.remove"):
        return [f"file: {path or 'FILE'}", "path: resources", f"entry: {name or 'ENTRY'}"]
    if operation == "cluster.observe":
        return ["kind: HelmRelease", f"name: {name or chr(34) + '*' + chr(34)}", "condition: Ready"]
    return [f"paths: [{path}]"] if path else []


def _first(tokens: Sequence[Token], bit: Callable[[str], int], *classes: str) -> str | None:
    for token in tokens:
        if any(token.bits & bit(each) for each in classes):
            return token.entry.name if token.entry is not None and classes[0] == "NAME" else token.text
    return None


def nearest(stem: str, token: Token, name: str) -> str:
    """The sentence with the name that exists in the place of the one that does not."""
    return stem[: token.start] + name + stem[token.end :]


def shortened(stem: str, tokens: Sequence[Token], at: int) -> str:
    """The sentence up to the word that stopped it."""
    return stem[: tokens[at].start].rstrip(" ,;:–—-(")
