"""What must be met, and what is aimed at: smaller is better."""

from __future__ import annotations

import msgspec

from benchmarks.measure import Result


class Bar(msgspec.Struct, frozen=True):
    """Of one id. ``what`` is for people who have not read the code."""

    id: str
    bar: float
    aim: float
    what: str

    @property
    def unit(self) -> str:
        """Nothing where it is the ratio that counts."""
        return "" if self.is_ratio else self.id.rpartition("-")[2].replace("mb", "MB")

    @property
    def is_ratio(self) -> bool:
        """Whether it is held against a peer of the same run."""
        return "-vs-" in self.id

    def figure(self, result: Result) -> float:
        """The number that the bar is for."""
        return float(result.ratio or 0.0) if self.is_ratio else result.value


BARS = (
    Bar("install-warm-120-vs-cp", 2, 1.1, "installing 120 packages, against `cp -al` of them"),
    Bar("install-warm-120-vs-uv", 2, 1, "the same, against uv with the same wheels"),
    Bar("install-warm-120-vs-pip", 0.05, 0.02, "the same with bytecode, against venv and pip"),
    Bar("create-overhead-s", 0.5, 0.2, "a create, without solving, installing and verifying"),
    Bar(
        "create-34-to-first-cell-vs-uv",
        1.2,
        0.8,
        "from nothing to a cell that has run, verified, against uv and a kernel",
    ),
    Bar("first-kernel-vs-tenth", 1.2, 1.05, "the first start of a new kernel, against its tenth"),
    Bar("kernel-start-vs-plain", 1.1, 1.02, "a start of a kernel, against `ipykernel_launcher`"),
    Bar("rollback-ms", 50, 10, "going back to an earlier generation"),
    Bar("list-100-ms", 10, 3, "100 environments, listed by a server"),
    Bar("list-1000-ms", 100, 30, "1000 environments, listed by a server"),
    Bar("startup-extra-s", 0.15, 0.05, "how much later a server with the extension answers"),
    Bar("startup-extra-mb", 25, 8, "how much memory more it needs"),
    Bar("loop-p99-ms", 20, 5, "what one request in a hundred waits longer than, during a create"),
    Bar("solve-500k-ms", 1000, 500, "solving on a channel of 500,000 records"),
    Bar("solve-500k-mb", 500, 400, "the memory of the process that does"),
    Bar("check-file-ms", 5, 1, "checking an environment.yml of 300 lines"),
)
