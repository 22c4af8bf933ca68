"""Building, pushing and verifying images; the registry itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from executor.patterns import pattern
from executor.recognise.grammar import Grammar
from executor.recognise.meaning import Ask, Images, Made, Registry, Rule
from executor.recognise.rules.phrases import wanted

Captured = Mapping[str, Any]


def add(g: Grammar) -> None:
    """The phrases that only these rules use."""
    g.phrase("image_verb", "BUILD | complete THE? (building | build) of", lambda c: "build")
    g.phrase("image_verb", "PUSH", lambda c: "push")
    g.phrase("image_verb", "VERIFY", lambda c: "verify")
    g.phrase(
        "image_verbs",
        "a:<image_verb> ((<and> | /) b:<image_verb>)? | a:<image_verb> , b:<image_verb> ,? AND c:<image_verb>",
        _each,
    )
    g.phrase("image_done", "BUILT", lambda c: "build")
    g.phrase("image_done", "PUSHED", lambda c: "push")
    g.phrase("image_done", "VERIFIED", lambda c: "verify")
    g.phrase("image_verb", "tag", lambda c: "tag")
    g.phrase("image_done", "tagged", lambda c: "tag")
    g.phrase("there", "<be>? PRESENT | can be (pulled | found) | resolves (to THE? DIGEST_WORD)? | made it")
    g.phrase(
        "image_dones",
        "a:<image_done> ((<and> | /) b:<image_done>)? | a:<image_done> , b:<image_done> ,? AND c:<image_done>",
        _each,
    )
    _making(g)


def _making(g: Grammar) -> None:
    """From what and how an image is built."""
    g.phrase("folder", "THE? x:PATH (folder | directory)?", lambda c: c["x"].text)
    g.phrase("made", "from (THE? DOCKERFILE (in | at | of | :)?)? f:<folder>", lambda c: Made(c["f"]))
    g.phrase("made", "(with | using) THE? DOCKERFILE (in | at | of | :)? f:<folder>", lambda c: Made(c["f"]))
    g.phrase("made", "in f:<folder>", lambda c: Made(c["f"]))
    g.phrase("given", "x:ASSIGNED | x:SETTING", lambda c: c["x"])
    g.phrase("build_arg", "(with | using) THE? (BUILD? (arg | args | argument | arguments) | build-arg | build-args)")
    g.phrase("made", "<build_arg> :? a:<given> (<and> b:<given>)? (<and> c:<given>)?", _given)
    g.phrase("made", "(with | using) a:<given> (<and> b:<given>)? (<and> c:<given>)?", _given)
    g.phrase("made", "(with | using | for) THE? BUILD? target (stage | :)? x:<word>", lambda c: Made(target=c["x"]))
    g.phrase("made", "(with | using | to) THE? x:<word> (target | stage)", lambda c: Made(target=c["x"]))
    g.phrase("made", "(for | on) THE? platform? x:PLATFORM platform?", lambda c: Made(platform=c["x"].text))
    g.word("word", lambda c: c["x"].text if _WORD.fullmatch(c["x"].text) else None)


_WORD = pattern(r"[a-z][a-z0-9_-]*")


def _given(c: Captured) -> Made | None:
    """`NAME=value`, once or several times."""
    pairs = []
    for token in (c[k] for k in "abc" if k in c):
        name, sign, value = token.text.partition("=")
        if not (sign and name and value) or " " in token.text:
            return None
        pairs.append((name, value))
    return Made(arguments=tuple(pairs)) if len(dict(pairs)) == len(pairs) else None


def _all_made(c: Captured) -> Made | None:
    """What several of them say together; None where two say the same."""
    said: list[Made] = [c[k] for k in ("made", "made2", "made3") if k in c]
    found: dict[str, Any] = {}
    for each in said:
        for name in ("path", "arguments", "target", "platform"):
            value = getattr(each, name)
            if value and name in found:
                return None
            if value:
                found[name] = value
    return Made(**found)


def _each(c: Captured) -> tuple[str, ...] | None:
    verbs = tuple(c[k] for k in "abc" if k in c)
    return verbs if len(set(verbs)) == len(verbs) else None


def _work(c: Captured) -> list[Ask] | None:
    """Asks for each verb in order. Verifying an image needs the registry to be named, or a push before it."""
    said = c.get("image_verbs") or c["image_dones"]
    verbs = tuple(each for each in said if each != "tag")
    registry, made = c.get("registry"), _all_made(c)
    if not verbs or verbs == ("verify",) != said:
        return None  # what is tagged and nothing else is no image that anybody has
    if made is None or (made != Made() and "build" not in verbs):
        return None
    if registry is not None and verbs == ("build",):
        return None
    if verbs == ("verify",) and registry is None:
        return None
    if "l" in c and "push" in verbs:
        return None
    return [_ask(f"image.{verb}", c) for verb in verbs]


def _ask(what: str, c: Captured) -> Ask:
    slots = {"images": c.get("images", Images(it=True)), "wanted": c.get("version"), "registry": c.get("registry")}
    if c.get("in_repository") is not None:
        slots["where"] = c["in_repository"]
    if what == "image.build" and (made := _all_made(c)) is not None:
        slots["made"] = made
    return Ask(what, slots)


def _build(c: Captured) -> list[Ask] | None:
    return [_ask("image.build", c)] if _all_made(c) is not None else None


def _tagged(c: Captured) -> list[Ask] | None:
    """ "is tagged 1.2.3 and pushed to X"."""
    return [_ask("image.push", {**c, "version": wanted(c["v"])})]


def _hosted(c: Captured) -> list[Ask] | None:
    """ "registry.example/team/api:1.2.3 exists": the registry stands in the name, and so does the version."""
    items = c["images"].items
    whole = all(
        each.reference and each.reference.host and (each.reference.tag or each.reference.digest) for each in items
    )
    return [_ask("image.verify", c)] if items and whole else None


def _push(c: Captured) -> list[Ask] | None:
    return [_ask("image.push", c)]


def _verify(c: Captured) -> list[Ask] | None:
    return [_ask("image.verify", c)] if "images" in c else None


def _ping(c: Captured) -> list[Ask] | None:
    registry: Registry = c["a_registry"]
    return [Ask("registry.ping", {"registry": registry})]


_REST = "{ <version> <registry> <in_repository> l:LOCALLY <manner> <made> made2:<made> made3:<made> }"

RULES = (
    Rule(
        "build, push and verify images",
        (
            f"MANNER? l:LOCALLY? <image_verbs> <images> {_REST} <manner>*",
            f"<images> <be>? MANNER? l:LOCALLY? <image_dones> {_REST} <manner>*",
        ),
        _work,
        {
            "Build all FFL containers with version 0.1.18": "image.build ffl/backend:0.1.18 + image.build ffl/frontend:0.1.18",
            "Build all remaining mtg_dev_agents containers": "b not-determinate",
            "Push all FFL images to registry 192.168.7.21:5000 with tag 0.1.18": (
                "image.push ffl/backend:0.1.18 192.168.7.21:5000 + image.push ffl/frontend:0.1.18 192.168.7.21:5000"
            ),
            "Build all two ffl images with version 0.1.18": "image.build ffl/backend:0.1.18 + image.build ffl/frontend:0.1.18",
            "Build stitcher 1.1.0": "image.build stitcher:1.1.0",
            "Build the render-worker image 0.1.18": "image.build render-worker:0.1.18",
            "Build the render worker image, version 0.1.18": "image.build render-worker:0.1.18",
            "Build stitcher 1.1.0 and push": "image.build stitcher:1.1.0 + image.push stitcher:1.1.0 192.168.7.21:5000",
            "stitcher is built with version 1.1.0 and pushed to 10.0.0.5:5000": (
                "image.build stitcher:1.1.0 + image.push stitcher:1.1.0 10.0.0.5:5000"
            ),
            "Build stitcher 1.1.0, then push it to 10.0.0.5:5000": (
                "image.build stitcher:1.1.0 + image.push stitcher:1.1.0 10.0.0.5:5000"
            ),
            "Build ffl/backend 0.1.18 and ffl/frontend 0.1.19": "image.build ffl/backend:0.1.18 + image.build ffl/frontend:0.1.19",
            "`ffl/backend:0.1.18` is built": "image.build ffl/backend:0.1.18",
            "Rebuild and push stitcher v1.2.0": "image.build stitcher:v1.2.0 + image.push stitcher:v1.2.0 192.168.7.21:5000",
            "Build, push and verify stitcher 1.1.0": (
                "image.build stitcher:1.1.0 + image.push stitcher:1.1.0 192.168.7.21:5000 + image.verify stitcher:1.1.0 192.168.7.21:5000"
            ),
            "Docker image for stitcher should be built with tag 1.1.0": "image.build stitcher:1.1.0",
            "✅ **Build** the `stitcher` image with tag `1.1.0`.": "image.build stitcher:1.1.0",
            "Build stitcher 1.1.0 from infra/stitcher/Dockerfile": "image.build stitcher:1.1.0",
            "stitcher is built from the Dockerfile in `infra/stitcher`, tagged 1.1.0 and pushed to 10.0.0.5:5000": (
                "image.build stitcher:1.1.0 + image.push stitcher:1.1.0 10.0.0.5:5000"
            ),
            "Build stitcher 1.1.0 with build arg `PYTHON=3.12`": "image.build stitcher:1.1.0 build_args={'PYTHON': '3.12'}",
            "Build stitcher 1.1.0 using the target runtime for linux/amd64": (
                "image.build stitcher:1.1.0 target=runtime platform=linux/amd64"
            ),
            "Build stitcher 1.1.0 with PYTHON=3.12": "image.build stitcher:1.1.0 build_args={'PYTHON': '3.12'}",
            "The stitcher image is built from `infra/stitcher` and tagged 1.1.0": "image.build stitcher:1.1.0",
            "`stitcher:1.1.0` — build + push": "image.build stitcher:1.1.0 + image.push stitcher:1.1.0 192.168.7.21:5000",
            "Both the ffl/backend and the ffl/frontend image are built with version tag 0.1.18": (
                "image.build ffl/backend:0.1.18 + image.build ffl/frontend:0.1.18"
            ),
            "Build, tag and push stitcher 1.1.0": "image.build stitcher:1.1.0 + image.push stitcher:1.1.0 192.168.7.21:5000",
            "Build stitcher:1.1.0 and render-worker:0.1.18 and push both": (
                "image.build stitcher:1.1.0 + image.build render-worker:0.1.18 + "
                "image.push stitcher:1.1.0 192.168.7.21:5000 + image.push render-worker:0.1.18 192.168.7.21:5000"
            ),
            "Both ffl images are built with tag 0.1.18 and pushed to 10.0.0.5:5000": (
                "image.build ffl/backend:0.1.18 + image.build ffl/frontend:0.1.18 + "
                "image.push ffl/backend:0.1.18 10.0.0.5:5000 + image.push ffl/frontend:0.1.18 10.0.0.5:5000"
            ),
            "Build both ffl images 0.1.18": "image.build ffl/backend:0.1.18 + image.build ffl/frontend:0.1.18",
            "Build all 2 images of ffl with tag 0.1.18": (
                "image.build ffl/backend:0.1.18 + image.build ffl/frontend:0.1.18"
            ),
            "All images in services/ffl are built with tag 0.1.18": (
                "image.build ffl/backend:0.1.18 + image.build ffl/frontend:0.1.18"
            ),
        },
        {
            "Build stitcher 1.1.0 without pushing": "u",
            "stitcher is built with version 1.1.0 and pushed to production": "u",
            "Bump ffl to 0.1.18 and pushed to 10.0.0.5:5000": "u",
            "Do not build stitcher 1.1.0": "u",
            "Build stitcher 1.1.0 if needed": "u",
            "Build stitcher 1.1.0 with Python 3.12": "u",
            "Build stitcher 1.1.0 for arm64": "u",
            "Build stitcher 1.1.0 without cache": "u",
            "Rebuild all ffl images except frontend with version 0.1.18": "u",
            "Build stitcher with the latest version": "b not-determinate",
            "Build stitcher 1.x": "b not-determinate",
            "Build stitcher <version>": "b placeholder",
            "Build sticher 1.1.0": "u unknown-name",
            "Build the Airflow 3.2.2 image with Python 3.12 and official constraints.": "u",
            "We built stitcher 1.1.0 yesterday": "u",
            "Should we build stitcher 1.1.0?": "u",
            "Build stitcher 1.1.0 in under 5 minutes": "u",
            "Build longhorn 1.10.1": "u",
            "Push stitcher 1.1.0 locally": "u",
            "Push stitcher 1.1.0 to production": "u",
            "Build stitcher 1.1.0 in staging": "u",
            "Build stitcher 1.1.0 for staging": "u",
            "Build stitcher 1.1.0 only": "u",
            "Build stitcher 1.1.0 and document it": "u",
            "Build stitcher 1.1.0 and commit": "u",
            "Build stitcher 1.1.0 or render-worker 0.1.18": "u",
            "Build stitcher 1.1.0 (manual)": "u",
            "Build stitcher 1.1.0 - done by CI": "u",
            "Build stitcher 1.1.0 - optional": "u",
            "Built stitcher 1.1.0": "u",
            "Push stitcher:latest": "b not-determinate",
            "Push stitcher 1.1.0 to registry.example.com/team": "u",
            "Build stitcher 1.1.0 as 1.2.0": "u",
            "Build stitcher 1.1.0 and 1.2.0": "u",
            "Build sticher image": "u unknown-name",
            "Update Build section": "u",
            "Stop building stitcher 1.1.0": "u",
            "Both stitcher images are built with tag 1.1.0": "b count-differs",
            "Build stitcher 1.1.0 again": "u",
            "Build stitcher 1.1.0 from branch release": "u",
            "Push stitcher 1.1.0 as 1.2.0": "u",
            "Push stitcher 1.1.0 to Harbor": "u",
            "Push stitcher 1.1.0 to registry 10.0.0.5:5000 and registry 10.0.0.6:5000": "u",
            "Build all 3 ffl images with version 0.1.18": "b count-differs",
            "Build all 3 ffl images 0.1.18": "b count-differs",
            "Build all 3 images of ffl with tag 0.1.18": "b count-differs",
            "All three ffl images are built with version 0.1.18": "b count-differs",
            "Build two stitcher images with version 0.1.18": "b count-differs",
            "Build stitcher 1.1.0 from infra/render-worker": "b ambiguous",
            "Build stitcher 1.1.0 from infra/render-worker and infra/stitcher": "u",
            "Build stitcher 1.1.0 from infra": "u",
            "Build stitcher 1.1.0 from `infra`": "b ambiguous",
            "Build stitcher 1.1.0 with build args": "u",
            "Build stitcher 1.1.0 with build arg A=1 and A=2": "u",
            "Push stitcher 1.1.0 using the target runtime": "u",
            "Push stitcher 1.1.0 from infra/stitcher": "u",
            "Build stitcher 1.1.0 for linux/amd64 and linux/arm64": "u",
            "Build stitcher 1.1.0 for linux/amd64 only": "u",
            "Tag stitcher 1.1.0": "u",
            "Build stitcher:1.1.0 and push both": "b count-differs",
            "Build stitcher and render-worker 1.1.0 and push one of them": "u",
            "Images stitcher and render-worker 1.1.0 exist": "u",
        },
    ),
    Rule(
        "an image builds",
        (
            f"<images> (BUILDS | MODAL? BUILD) {_REST} <manner>*",
            f"IMAGE BUILDS <manner>? : <images> {_REST}",
        ),
        _build,
        {
            "stitcher 1.1.0 image builds successfully": "image.build stitcher:1.1.0",
            "stitcher and render-worker images build with tag 1.1.0": (
                "image.build stitcher:1.1.0 + image.build render-worker:1.1.0"
            ),
            "Image builds successfully: stitcher 1.1.0": "image.build stitcher:1.1.0",
        },
        {
            "Image builds successfully in CI": "u",
            "stitcher image builds reproducibly": "u",
            "stitcher images build in CI": "u",
        },
    ),
    Rule(
        "push it on",
        ("PUSH { <version> <registry> <in_repository> l:LOCALLY <manner> } <manner>*",),
        lambda c: _push(c) if "registry" in c else None,
        {
            "Build stitcher 1.1.0 and push to 192.168.7.21:5000": (
                "image.build stitcher:1.1.0 + image.push stitcher:1.1.0 192.168.7.21:5000"
            ),
        },
    ),
    Rule(
        "an image is in the registry",
        (
            "VERIFY <that>? <images> (<be> | <there>)? {<registry> <version>} <manner>*",
            "<images> <there> {<registry> <version>} <manner>*",
            "<images> <be> <registry>",
            "VERIFY <that>? <images> TAG (<be> | <there>)? {<registry> <version>}",
            "(VERIFY <that>?)? r:<a_registry> HOLDS <images> <version>?",
        ),
        lambda c: _verify({**c, "registry": c.get("registry") or c["r"]}) if "registry" in c or "r" in c else None,
        {
            "Images stitcher and render-worker 1.1.0 exist in the registry": (
                "image.verify stitcher:1.1.0 192.168.7.21:5000 + image.verify render-worker:1.1.0 192.168.7.21:5000"
            ),
            "Tag 1.1.0 of stitcher resolves to a digest in the registry": "image.verify stitcher:1.1.0 192.168.7.21:5000",
            "Verify that stitcher 1.1.0 can be found in the registry": "image.verify stitcher:1.1.0 192.168.7.21:5000",
            "stitcher 1.1.0 can be pulled from the registry": "image.verify stitcher:1.1.0 192.168.7.21:5000",
            "Check that stitcher 1.1.0 made it into the registry": "image.verify stitcher:1.1.0 192.168.7.21:5000",
            "Registry contains ffl/backend:0.1.18": "image.verify ffl/backend:0.1.18 192.168.7.21:5000",
            "Verify tag 1.2.0 of stitcher in the registry": "image.verify stitcher:1.2.0 192.168.7.21:5000",
            "Verify stitcher 1.1.0 in the registry": "image.verify stitcher:1.1.0 192.168.7.21:5000",
            "Verify that `ffl/backend:0.1.18` exists in registry 10.0.0.5:5000": "image.verify ffl/backend:0.1.18 10.0.0.5:5000",
            "stitcher 1.1.0 is present in the registry": "image.verify stitcher:1.1.0 192.168.7.21:5000",
            "Confirm the stitcher image is available in the registry catalog with tag 1.1.0": (
                "image.verify stitcher:1.1.0 192.168.7.21:5000 catalog"
            ),
        },
        {
            "Verify image manifests are valid": "u",
            "Check image sizes are reasonable": "u",
            "Verify stitcher 1.1.0 works": "u",
            "Verify stitcher 1.1.0 is not in the registry": "u",
            "Verify stitcher 1.1.0 in the registry after deployment": "u",
            "Verify stitcher signature in registry": "u",
            "stitcher 1.1.0 can not be pulled from the registry": "u",
            "stitcher 1.1.0 can be pulled from the registry without login": "u",
            "stitcher 1.1.0 resolves to a digest in the staging cluster": "u",
        },
    ),
    Rule(
        "tagged and pushed",
        ("<images> <be>? tagged (as | with)? <version_noun>? v:VERSION <and> PUSHED <registry>? <manner>*",),
        _tagged,
        {
            "The stitcher image is tagged 1.1.0 and pushed to 10.0.0.5:5000": "image.push stitcher:1.1.0 10.0.0.5:5000",
        },
        {"The stitcher image is tagged 1.1.0": "u", "stitcher is tagged 1.1.0 and pushed to production": "u"},
    ),
    Rule(
        "an image is in the registry of its name",
        ("(VERIFY <that>?)? <images> <there> <manner>*", "VERIFY <images> <manner>*"),
        _hosted,
        {
            "10.0.0.5:5000/stitcher:1.1.0 exists": "image.verify stitcher:1.1.0 10.0.0.5:5000",
            "Verify that `10.0.0.5:5000/stitcher:1.1.0` can be pulled": "image.verify stitcher:1.1.0 10.0.0.5:5000",
        },
        {"stitcher:1.1.0 exists": "u", "10.0.0.5:5000/stitcher exists": "u", "stitcher 1.1.0 can be pulled": "u"},
    ),
    Rule(
        "the registry answers",
        (
            "VERIFY <that>? <a_registry> <be>? REACHABLE",
            "<a_registry> <be>? REACHABLE",
            "VERIFY <that>? <a_registry> RESPONDS MANNER?",
            "<a_registry> RESPONDS MANNER?",
            "ping <a_registry>",
        ),
        _ping,
        {
            "Registry is reachable": "registry.ping 192.168.7.21:5000",
            "Verify that the registry 10.0.0.5:5000 is up": "registry.ping 10.0.0.5:5000",
            "Registry responds": "registry.ping 192.168.7.21:5000",
        },
        {
            "Verify that the registry 10.0.0.5:5432 is up": "r forbidden",
            "Registry is reachable from the cluster": "u",
            "Registry is not reachable from outside": "u",
            "Registry credentials are valid": "u",
        },
    ),
)
