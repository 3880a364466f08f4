"""A piece of advice, and the evidence that the rules of advice examine."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dlcli.diagnosis.baseline import Baseline
from dlcli.diagnosis.bias_variance import TITLES, Diagnosis, GapName
from dlcli.diagnosis.learning_curve import Curve
from dlcli.diagnosis.symmetry import IdenticalUnits
from dlcli.diagnosis.wording import gap_phrase
from dlcli.spec import to_flow

#: Goal of a knob; each knob has one goal (orthogonalization).
KnobClass = Literal["fit-train", "fit-dev", "fit-test", "real-world"]


@dataclass(frozen=True)
class Advice:
    """A piece of advice: something to try next.

    Args:
        knob: Name of the knob in two or three words. A knob is a choice of the experiment that can be turned.
        knob_class: Goal of the knob.
        why: Reason with its numbers, in one sentence.
        settings: New values by config key, applied together; empty if no config key applies.
        action: Instruction if no config key applies.
    """

    knob: str
    knob_class: KnobClass
    why: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""

    @property
    def set_line(self) -> str | None:
        """Settings as command-line options, quoted for the shell; None without settings."""
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
    """Evidence about a run.

    Args:
        diagnosis: Error decomposition with its gaps.
        spec: Resolved config as a plain mapping.
        loss: Training loss by epoch.
        optimized: Optimizing metric by epoch.
        best_epoch: Epoch with the best optimizing metric; None without a selection.
        num_train: Number of training examples.
        train_class_counts: Number of training examples of each class; empty for regression.
        identical: Layers whose units are copies of each other.
        dead_units: Share of dead units by node.
        baseline: Comparison with a constant prediction.
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

    def section(self, name: str) -> Mapping[str, Any]:
        """Return a section of the config."""
        section: Mapping[str, Any] = self.spec[name]
        return section

    def error(self, level: str) -> str:
        """Format the error of a level."""
        measured = self.diagnosis.level(level)
        return self.diagnosis.measure.unit.text(measured.error.value) if measured else "unknown"

    def gap(self, name: GapName) -> str:
        """Format a gap with its size and interval: `variance of +4.0 points (+2.2 … +6.3)`."""
        gap = self.diagnosis.gap(name)
        return f"no {TITLES[name]}" if gap is None else gap_phrase(self.diagnosis, gap)


AdviceRule = Callable[[Evidence], Advice | None]


def one_digit(value: float) -> float:
    """Round `value` to one significant digit, enough for the next value to try."""
    return float(f"{value:.0e}")
