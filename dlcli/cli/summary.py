"""What `train`, `resume` and `eval` say at their end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlcli.cli import console, figures

if TYPE_CHECKING:
    from dlcli.experiment import Evaluation, Run


def document(result: Run | Evaluation) -> dict[str, Any]:
    """The JSON of a finished training or evaluation."""
    return {
        "run": result.id,
        "status": result.status,
        "metrics": dict(result.metrics),
        "seconds": result.seconds,
    }


def print_metrics(metrics: Mapping[str, float | None]) -> None:
    """One row a metric, one column a split."""
    splits = list(dict.fromkeys(name.partition("/")[0] for name in metrics))
    names = list(dict.fromkeys(name.partition("/")[2] for name in metrics))
    rows = [(name, *(figures.number(metrics.get(f"{split}/{name}")) for split in splits)) for name in names]
    console.results().print(console.table("metric", *splits, rows=rows, numbers=splits))
