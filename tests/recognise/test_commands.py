"""What commands become: the operation that does the same, or why not; in the text, in a fence, in a section."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recognise.world import FILES, World, make, task_text, told

BUILD = "`docker build -t stitcher:1.1.0 infra/stitcher`"
BUILT = "image.build stitcher:1.1.0 context=infra/stitcher"
PUSHED = "image.push stitcher:1.1.0 192.168.7.21:5000"
HOST = "192.168.7.21:5000"

TABLE = [
    # a folder that kustomize would not build, though the operation takes such folders as Flux does
    ("`kustomize build deploy/till` succeeds", "b not-found"),
    ("`kustomize build deploy/pos` succeeds", "b not-found"),
    ("`kustomize build .`", "b not-found"),
    ("`kubectl kustomize apps/ffl/helmrelease.yaml`", "b not-found"),
    ("`kustomize build apps/ffl`", "kustomize.build paths=apps/ffl"),
    ("`kustomize build github.com/a/b//c?ref=v1`", "b needs-network"),
    ("`kustomize build https://github.com/a/b//c?ref=v1`", "b needs-network"),
    # looks only where the command only looks
    (f"`docker buildx imagetools inspect {HOST}/stitcher:1.1.0`", f"image.verify stitcher:1.1.0 {HOST}"),
    (f"`docker buildx imagetools create {HOST}/stitcher:1.1.0`", "r forbidden"),
    (f"`skopeo inspect --tls-verify=false docker://{HOST}/stitcher:1.1.0`", f"image.verify stitcher:1.1.0 {HOST}"),
    (f"`curl https://{HOST}/v2/stitcher/tags/list?n=5 | grep 1.1.0`", f"image.verify stitcher:1.1.0 {HOST}"),
    # one of each option, as docker would take the last
    ("`docker build -f infra/stitcher/Dockerfile -f Dockerfile.saas -t stitcher:1.1.0 infra/stitcher`", "b not-determinate"),
    ("`docker build --target a --target b -t stitcher:1.1.0 infra/stitcher`", "b not-determinate"),
    ("`DOCKER_BUILDKIT=1 docker build -t stitcher:1.1.0 infra/stitcher`", BUILT),
    ("`cd infra/stitcher && docker build -t stitcher:1.1.0 .`", "r forbidden"),
    # 200 is an answer of a server, and no program's exit code
    (f"`curl -k https://{HOST}/v2/` returns 200", f"registry.ping {HOST}"),
    ("`kustomize build apps` returns 200", "u not-understood"),
    ("`grep -c tag apps/ffl/config.yaml` returns 200", "u not-understood"),
    ("`kustomize build apps` exits with 200", "u not-understood"),
    ("`kustomize build apps` exits 0", "kustomize.build paths=apps"),
    # what the words look for has to stand in the lines that grep leaves
    ("`docker images | grep stitcher` shows 1.1.0", "u ambiguous"),
    ("`kustomize build apps | grep -w tag`", "b not-supported"),
    ("`kustomize build apps | grep -x 'tag: 0.1.18'`", "b not-supported"),
    ("`docker images | grep stitcher`", "command argv=docker,images sees=stitcher"),
    # a whole sentence in front that has a version
    (f"Build stitcher 1.1.0: {BUILD}", BUILT),
    (f"Build stitcher 1.1.0 ({BUILD})", BUILT),
    (f"Build stitcher 1.2.0: {BUILD}", "u ambiguous"),
    (f"Build triager/api 1.1.0: {BUILD}", "u ambiguous"),
    (f"Build and push stitcher 1.1.0: {BUILD}", "u ambiguous"),
    (f"Push stitcher 1.1.0: `docker push {HOST}/stitcher:1.1.0`", PUSHED),
    ("Push stitcher 1.1.0: `docker push ghcr.io/stitcher:1.1.0`", "image.push stitcher:1.1.0 ghcr.io"),
    ("Push stitcher 1.1.0 to the registry: `docker push ghcr.io/stitcher:1.1.0`", "u ambiguous"),
    ("Push stitcher 1.1.0 to 10.0.0.5:5000: `docker push ghcr.io/stitcher:1.1.0`", "u ambiguous"),
    (f"stitcher 1.1.0 is in the registry: `curl {HOST}/v2/stitcher/tags/list`", f"image.verify stitcher:1.1.0 {HOST}"),
    (f"Verify stitcher 1.1.1 in the registry: `docker manifest inspect {HOST}/stitcher:1.1.0`", "u ambiguous"),
    # all of them, and no others
    (f"Push both images: `docker push {HOST}/ffl/backend:0.1.18`", "u ambiguous"),
    (f"Push both images: `docker push {HOST}/ffl/backend:1.0` and `docker push {HOST}/ffl/frontend:1.0`",
     f"image.push ffl/backend:1.0 {HOST} + image.push ffl/frontend:1.0 {HOST}"),
    (f"Build all images: {BUILD}", "u ambiguous"),
    (f"All images: {BUILD}", "u ambiguous"),
    (f"Build images: {BUILD}", BUILT),
    ("Both overlays build: `kustomize build clusters/overlays/prod`", "u ambiguous"),
    ("All overlays: `kustomize build clusters/overlays/prod`", "u ambiguous"),
    ("Both overlays build: `kustomize build clusters/overlays/prod && kustomize build clusters/overlays/staging`",
     "kustomize.build paths=clusters/overlays/prod + kustomize.build paths=clusters/overlays/staging"),
    ("Validate the prod overlay: `kustomize build clusters/overlays/prod`", "kustomize.build paths=clusters/overlays/prod"),
    ("Validate the staging overlay: `kustomize build clusters/overlays/prod`", "u word-left"),
    ("Validate prod and staging: `kustomize build clusters/overlays/prod`", "u word-left"),
    (f"Push to prod: `docker push {HOST}/stitcher:1.1.0`", "u word-left"),
    ("Commit and push changes: `git add . && git commit -m x && git push origin main`", "r forbidden"),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "expected"), TABLE)
def test_commands(world: World, sentence: str, expected: str) -> None:
    assert told(world.recognise(sentence)) == expected


def test_a_line_that_goes_on(world: World) -> None:
    for line in (
        "docker build \\\n    -t stitcher:1.1.0 infra/stitcher",
        "docker build -t stitcher:1.1.0 infra/stitcher",
    ):
        fence = f"Build it\n\n  ```bash\n  $ {line} &&\n    docker push {HOST}/stitcher:1.1.0\n  ```"
        assert told(world.recognise(fence.replace("Build it", "Build and push stitcher"))) == f"{BUILT} + {PUSHED}"


SECTION = "## Commands\n\n{}### Step 1{}\n\n{}```{}\nkustomize build apps\n```\n"


@pytest.mark.parametrize(
    ("leading", "heading", "prose", "language", "runs"),
    [
        ("", "", "", "bash", True),
        ("From the root of the repository:\n\n", ": Render", "This renders the apps.\n\n", "", True),
        ("", " (do not run yet)", "", "bash", False),
        ("", " - Rollback", "", "bash", False),
        ("Only in an emergency:\n\n", "", "", "bash", False),
        ("", "", "Only if step 2 failed:\n\n", "bash", False),
        ("", "", "- Old way, no longer used:\n\n", "bash", False),
        ("", "", "Or:\n\n", "bash", False),
        ("### Optional\n\n#", "", "", "bash", False),
    ],
)
def test_what_stands_around_a_section(
    world: World, leading: str, heading: str, prose: str, language: str, runs: bool
) -> None:
    found = world.recognise("Step 1: Kustomize builds", after=SECTION.format(leading, heading, prose, language))
    assert told(found) == ("kustomize.build paths=apps" if runs else "u word-left")


def test_a_section_below_a_heading_that_limits(world: World) -> None:
    section = SECTION.format("", "", "", "bash").replace("###", "####").replace("## C", "### C", 1)
    limited = world.recognise("Step 1: Kustomize builds", after=f"## If it fails\n\n{section}")
    assert told(limited) == "u word-left" and "If it fails" in str(limited.cannot)


def test_a_section_of_another_language_is_none(world: World) -> None:
    """What is no script is not run as one; the sentence is read by itself."""
    found = world.recognise("Step 1: Kustomize builds", after=SECTION.format("", "", "", "yaml"))
    assert told(found) == "kustomize.build"


BLOCK = "\n\n  ```operation\n  uses: image.build\n  image: stitcher\n  tag: 1.1.0\n  ```"


@pytest.mark.parametrize(
    ("sentence", "runs"),
    [
        ("No container runs as root", True),
        ("The worker runs without downtime", True),
        ("Rollback to the old version", True),
        ("The new one serves (see TASK-4)", True),
        ("Stop the old one", True),
        ("Do not build it", False),
        ("If approved", False),
        ("Build it after approval", False),
        ("Build it unless Bob did", False),
        ("Build it (later)", False),
        ("Optional: build it", False),
        ("Should we build it?", False),
        ("[SKIP] Build it", False),
    ],
)
def test_a_sentence_that_takes_its_block_back(world: World, sentence: str, runs: bool) -> None:
    assert told(world.recognise(sentence + BLOCK)) == ("image.build stitcher:1.1.0" if runs else "u word-left")


@pytest.mark.parametrize(
    ("remark", "runs"),
    [("It takes a while.", True), ("Only after Bob has been asked.", False), ("Please do not run it yet.", False)],
)
def test_a_remark_that_takes_a_block_back(world: World, remark: str, runs: bool) -> None:
    found = world.recognise(f"Build it{BLOCK}\n\n  {remark}\n")
    assert told(found) == ("image.build stitcher:1.1.0" if runs else "u word-left")


FAULTY = [
    ("tag: 1.10", 4, "1.10 is read as 1.1 by YAML"),
    ("tag: 0777", 4, "0777 is read as 511"),
    ("tag: 12:30:00", 4, "12:30:00 is read as 45000"),
    ("tag: no", 4, "no is read as false"),
    ("build_args: {ON: x}", 4, "ON is read as true"),
    ("build_args:\n    A: b\n    A: c", 6, '"A" stands twice'),
    ("tag: 2026-13-45", 1, "no date or number that exists"),
    ("tag: " + "9" * 5000, 1, "no date or number that exists"),
    ("tag: " + "[" * 3000 + "]" * 3000, 1, "stands too deep"),
    ("? [a, b]\n  : c", 4, "a key is one word"),
    ("target: &a x\n  tag: *a", 4, "an alias"),
    ("build_args: &a\n    A: *a", 4, "an alias"),
]


@pytest.mark.parametrize(("line", "at", "words"), FAULTY)
def test_a_value_that_yaml_reads_otherwise(world: World, line: str, at: int, words: str) -> None:
    block = f"Build it\n\n  ```operation\n  uses: image.build\n  image: stitcher\n  {line}\n  ```"
    found = world.recognise(block)
    first = task_text([block]).splitlines().index("  ```operation") + 1
    assert told(found) == "b bad-block" and found.cannot is not None
    assert found.cannot.reason.startswith(f"tasks/TASK-001.md:{first + at - 1}: ") and words in found.cannot.reason


def test_values_as_they_are_written(world: World) -> None:
    block = "\n\n  ```operation\n  uses: manifest.set\n  file: a\n  path: b\n  value: {}\n  ```"
    for text, value in (("true", True), ("3", 3), ("1.5", 1.5), ('"1.10"', "1.10"), ("0.1.18", "0.1.18"), ("-2", -2)):
        assert world.recognise("Set it" + block.format(text)).requests[0].arguments["value"] == value


def test_lines_of_keys(tmp_path: Path) -> None:
    """A wrong argument is shown at its own line, of the entry that has it."""
    from executor.classify import classify
    from executor.planner import plan
    from executor.taskfile.parse import parse

    entry = "  - uses: image.build\n    image: stitcher\n    tag: {}\n"
    text = task_text([f"Build both\n\n  ```operation\n{entry.format('1.1.0')}{entry.format('7')}  ```"])
    task = parse(text.encode(), Path("tasks/TASK-001.md"))
    (found,) = plan(task, make(tmp_path, FILES).workspace, classify(task.labels, {}, "")).criteria
    line = text.splitlines().index("    tag: 7") + 1
    assert found.cannot is not None and found.cannot.reason.startswith(f"tasks/TASK-001.md:{line}: image.build: tag: ")


def test_code_beside_a_command(world: World) -> None:
    """Of one word, or of none that is known: what stops it is said."""
    for sentence in (
        "`kustomize build apps` `stitcher`",
        "`git diff --check` `kubectl`",
        "`kustomize build apps` `&x`",
    ):
        assert told(world.recognise(sentence))[0] == "u"


def test_a_build_script_with_its_version(tmp_path: Path) -> None:
    """With an assignment in front a script is a command, however its path is written."""
    script = '[images."stitcher"]\ncontext = "infra/stitcher"\nscript = "scripts/check.sh"\n'
    found = make(tmp_path, {**FILES, "executor.toml": script})
    for line in ("VERSION=1.1.0 scripts/check.sh", "VERSION=1.1.0 ./scripts/check.sh"):
        assert told(found.recognise(f"Build stitcher 1.1.0: `{line}`")) == "image.build stitcher:1.1.0"
        assert told(found.recognise(f"Build stitcher 1.2.0: `{line}`")) == "u ambiguous"
    assert told(found.recognise("`VERSION=1.1.0 scripts/other.sh`")) == "r forbidden"
