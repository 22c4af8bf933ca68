"""Killed while it pushes: the next run looks first, and the tag never gets another digest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from servers import ROOT, unique

from tests.images.bench import Bench

PROGRAM = """
import sys
sys.path[:0] = [{tests!r}, {root!r}]
from pathlib import Path
from servers import Services
from tests.images.bench import Bench
here = Bench(Path({repository!r}), Services({host!r}, {registry!r}, ""))
print("ready", flush=True)
for kind, more in (("image.build", {{"context": "app"}}), ("image.push", {{}})):
    here.run(kind, image={image!r}, tag="1.0", **more)
"""


@pytest.mark.parametrize("delay", [0.05, 0.2, 0.35, 0.5, 0.8])
def test_killed_at_some_point(bench: Callable[..., Bench], delay: float) -> None:
    image = unique()
    here = bench({"app/Dockerfile": "FROM executor-test/base:1\nCOPY big /big\n", "app/big": os.urandom(3_000_000)})
    program = PROGRAM.format(
        tests=str(ROOT / "tests"), root=str(ROOT), repository=str(here.root), host=here.services.docker_host,
        registry=here.services.registry, image=image,
    )  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
    standing = here.registry.find(image, "1.0")
    here.run("image.build", image=image, tag="1.0", context="app")
    done = here.run("image.push", image=image, tag="1.0")
    assert here.registry.manifest(image, "1.0").digest == done.evidence["digest"]
    if standing is not None:
        assert standing.digest == done.evidence["digest"]
    assert here.registry.tags(image) == ("1.0",)
