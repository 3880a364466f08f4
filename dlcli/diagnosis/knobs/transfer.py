"""Knobs of transfer learning: how many pretrained layers are fine-tuned."""

from __future__ import annotations

from dlcli.core import formatting
from dlcli.diagnosis.knobs.advice import Advice, Evidence

#: Learning rate scale for pretrained layers; the full learning rate would destroy their weights.
FINE_TUNING_SCALE = 0.1


def starts_from_weights(evidence: Evidence) -> bool:
    """Whether the model starts from the weights of another, which fixes the sizes of its layers."""
    return evidence.model.get("from") is not None


def train_more_layers(evidence: Evidence) -> Advice | None:
    """Advise fine-tuning all layers at a low learning rate if some are frozen."""
    if not starts_from_weights(evidence) or evidence.model["train"] == "all":
        return None
    which = evidence.model["train"]
    frozen = "all layers but the new ones" if which == "head" else f"all layers before the last {which}"
    why = f"{evidence.gap('avoidable_bias')} with {frozen} frozen"
    settings = {"model.train": "all", "model.learning_rate_scale": FINE_TUNING_SCALE}
    return Advice("train more layers", "fit-train", why, settings)


def train_fewer_layers(evidence: Evidence) -> Advice | None:
    """Advise training the new layers only if all are trained."""
    if not starts_from_weights(evidence) or evidence.model["train"] == "head":
        return None
    examples = formatting.count(evidence.num_train, "example")
    why = f"{evidence.gap('variance')} with {examples} for all layers: frozen layers cannot overfit"
    return Advice("train fewer layers", "fit-dev", why, {"model.train": "head"})
