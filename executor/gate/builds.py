"""kustomize for a verification: a folder of a checkout that nobody writes into is rendered once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from executor.tools.kustomize import Build, Job, Kustomize
from executor.tools.process import Completed
from executor.values import dataclass, field


@dataclass(frozen=True)
class RememberingKustomize(Kustomize):
    """`fixed` are the roots of checkouts of the certified tree. Only builds that succeeded are remembered."""

    fixed: frozenset[Path] = frozenset()
    known: dict[Job, Build] = field(default_factory=dict, compare=False)

    def build_all(self, jobs: Sequence[Job], *, timeout: float) -> list[Build]:
        new = [each for each in jobs if each not in self.known]
        built = dict(zip(new, super().build_all(new, timeout=timeout), strict=True)) if new else {}
        for each in [self.known[job] for job in jobs if job not in built]:
            if self.on_run is not None:  # it ran, once, for all that stands on it
                self.on_run(Completed(each.argv, each.exit_code, each.stdout, each.stderr.encode(), each.seconds))
        self.known.update({job: build for job, build in built.items() if build.ok and self._is_fixed(job)})
        return [built[each] if each in built else self.known[each] for each in jobs]

    def _is_fixed(self, job: Job) -> bool:
        return any(job.folder.is_relative_to(root) for root in self.fixed)
