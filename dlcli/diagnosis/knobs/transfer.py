"""Knobs of transfer learning: how many of the layers that come from another model are trained on."""

from __future__ import annotations

from dlcli.diagnosis.knobs.advice import Advice, Evidence

#: for layers that know something already: a step at the full rate would wash it out
CAREFUL = 0.1


def starts_from_weights(evidence: Evidence) -> bool:
    """Whether the model starts from the weights of another, so that its layers cannot be of other sizes."""
    return evidence.model.get("from") is not None


def train_more_layers(evidence: Evidence) -> Advice | None:
    """All layers, with small steps, where some are frozen."""
    if not starts_from_weights(evidence) or evidence.model["train"] == "all":
        return None
    which = evidence.model["train"]
    frozen = "all layers but the new ones" if which == "head" else f"all layers before the last {which}"
    why = f"{evidence.gap('avoidable_bias')} with {frozen} kept as they came"
    return Advice("train more layers", "fit-train", why, {"model.train": "all", "model.learning_rate_scale": CAREFUL})


def train_fewer_layers(evidence: Evidence) -> Advice | None:
    """The new layers only, where all are trained."""
    if not starts_from_weights(evidence) or evidence.model["train"] == "head":
        return None
    why = f"{evidence.gap('variance')} with {evidence.num_train:,} examples for all layers: frozen ones cannot overfit"
    return Advice("train fewer layers", "fit-dev", why, {"model.train": "head"})
