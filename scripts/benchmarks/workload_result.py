"""What was measured of a workload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class WorkloadResult:
    """
    Args:
        what: the workload in words.
        seconds: median of our step.
        torch_seconds: medians of PyTorch's variants; empty where it is not installed.
        compiled_seconds: medians of those with torch.compile, or why there is none.
        least_ratio: our shortest time over PyTorch's shortest, which other work on the machine disturbs least.
        bar: the ratio to PyTorch's best that must be reached.
        aim: the ratio that is hoped for.
        reference_seconds: our step on the reference kernels.
        flops: operations of the products in a step.
        share_of_peak: those a second, of the machine's in a large product.
        memory: largest resident size of our process in bytes.
        torch_memory: that of PyTorch's fastest variant.
        page_faults: a step's, after the warm-up.
    """

    headings: ClassVar[tuple[str, ...]] = (
        *("workload", "dlcli", "PyTorch", "ratio", "of least", "bar", "aim", "", "compiled", "reference", "of peak"),
        *("MiB", "PyTorch", "faults"),
    )

    what: str
    seconds: float
    torch_seconds: Mapping[str, float]
    compiled_seconds: Mapping[str, float | str]
    least_ratio: float | None
    bar: float
    aim: float
    reference_seconds: float
    flops: float
    share_of_peak: float | None
    memory: float
    torch_memory: float | None
    page_faults: float

    @property
    def ratio(self) -> float | None:
        """Our median over that of PyTorch's fastest variant."""
        return self.seconds / min(self.torch_seconds.values()) if self.torch_seconds else None

    @property
    def reached(self) -> bool | None:
        return None if self.ratio is None else self.ratio <= self.bar

    def cells(self) -> list[str]:
        best = min(self.torch_seconds, key=self.torch_seconds.__getitem__, default="")
        return [
            self.what,
            f"{self.seconds * 1e3:.2f} ms",
            f"{self.torch_seconds[best] * 1e3:.2f} ms ({best})" if best else "–",
            _number(self.ratio, ".2f"),
            _number(self.least_ratio, ".2f"),
            f"≤ {self.bar}",
            f"{self.aim}",
            {True: "reached", False: "MISSED", None: ""}[self.reached],
            ", ".join(map(_milliseconds, self.compiled_seconds.values())) or "–",
            f"{self.reference_seconds * 1e3:.1f} ms",
            _number(self.share_of_peak, ".0%"),
            f"{self.memory / 2**20:.0f}",
            _number(None if self.torch_memory is None else self.torch_memory / 2**20, ".0f"),
            f"{self.page_faults:.1f}",
        ]

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio, "reached": self.reached}


def _milliseconds(seconds: float | str) -> str:
    return seconds if isinstance(seconds, str) else f"{seconds * 1e3:.2f} ms"


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)
