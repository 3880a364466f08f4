"""One thing to try next, and the evidence that advisers look at."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dlcli.diagnosis.baseline import Baseline
from dlcli.diagnosis.bias_variance import Diagnosis, GapName
from dlcli.diagnosis.learning_curve import Curve
from dlcli.diagnosis.measure import Measure
from dlcli.diagnosis.symmetry import IdenticalUnits
from dlcli.diagnosis.wording import gap_phrase
from dlcli.spec import to_flow

#: what a knob is meant to move, one thing at a time (orthogonalization)
KnobClass = Literal["fit-train", "fit-dev", "fit-test", "real-world"]


@dataclass(frozen=True)
class Advice:
    """Something to try next.

    Args:
        knob: what to turn, in two or three words.
        knob_class: what it is meant to move.
        why: one sentence with the numbers that speak for it.
        settings: config keys and their new values, applied together; empty when it is no matter of config.
        action: what to do, where no setting does it.
    """

    knob: str
    knob_class: KnobClass
    why: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""

    @property
    def set_line(self) -> str | None:
        """The settings as command-line options, quoted for the shell."""
        parts = [f"--set {shlex.quote(f'{key}={to_flow(value)}')}" for key, value in self.settings.items()]
        return " ".join(parts) or None

    def to_json(self) -> dict[str, Any]:
        return {
            "knob": self.knob,
            "class": self.knob_class,
            "why": self.why,
            "set": self.set_line,
            "action": self.action or None,
        }


@dataclass(frozen=True)
class Evidence:
    """The evidence about one run.

    Args:
        diagnosis: the chain and its gaps.
        spec: the resolved config as a plain mapping.
        loss: the training loss by epoch.
        optimized: the optimizing metric by epoch.
        best_epoch: the epoch at which it was best, None when nothing was chosen.
        num_train: examples in the training set.
        train_class_counts: training examples of each class; empty for regression.
        identical: layers whose units are copies of each other.
        dead_units: share of a node's units that are zero for every training example.
        baseline: the comparison with a constant prediction.
    """

    diagnosis: Diagnosis
    spec: Mapping[str, Any]
    loss: Curve
    optimized: Curve
    best_epoch: int | None
    num_train: int
    train_class_counts: tuple[int, ...] = ()
    identical: tuple[IdenticalUnits, ...] = ()
    dead_units: Mapping[str, float] = field(default_factory=dict)
    baseline: Baseline | None = None

    @property
    def model(self) -> Mapping[str, Any]:
        return self.section("model")

    @property
    def regularization(self) -> Mapping[str, Any]:
        return self.section("regularization")

    @property
    def learning_rate(self) -> float:
        return float(self.section("optimizer")["learning_rate"])

    @property
    def is_regression(self) -> bool:
        return self.diagnosis.measure is not Measure.ERROR_RATE

    def section(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.spec[name]
        return found

    def error(self, level: str) -> str:
        """The error of a level of the chain, as text."""
        found = self.diagnosis.level(level)
        return self.diagnosis.measure.unit.text(found.error.value) if found else "unknown"

    def gap(self, name: GapName) -> str:
        """A gap of the chain with its size and interval: `variance of +4.0 points (+2.2 … +6.3)`."""
        gap = self.diagnosis.gap(name)
        return f"no {name.replace('_', ' ')}" if gap is None else gap_phrase(self.diagnosis, gap)


AdviceRule = Callable[[Evidence], Advice | None]


def one_digit(value: float) -> float:
    """`value` rounded to one significant digit: a step of a search, not a result."""
    return float(f"{value:.0e}")
