"""Knobs that reduce avoidable bias and fix problems of the training, so that the model fits the training set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.core import formatting
from dlcli.diagnosis.knobs.advice import Advice, Evidence, one_digit
from dlcli.diagnosis.knobs.transfer import starts_from_weights
from dlcli.diagnosis.learning_curve import LossTrend
from dlcli.models import SATURATING

#: Share of dead units from which a layer is a problem.
_DEAD_SHARE = 0.5
_CONSTANT_INITIALIZERS = ("zeros", "constant")
_LINEAR_MODELS = ("logistic_regression", "softmax_regression")


def break_symmetry(evidence: Evidence) -> Advice | None:
    """Advise random initial weights if units that started equal are still copies of each other."""
    if not evidence.identical or not _starts_without_randomness(evidence.model):
        return None
    layers = ", ".join(
        f"{layer.parameter} ({formatting.count(layer.num_units, 'unit')})" for layer in evidence.identical
    )
    why = (
        f"all units of {layers} have the same weights: units that start equal receive equal gradients, so the layer "
        "acts like a single unit"
    )
    initializer = "xavier_normal" if evidence.model.get("activation") in SATURATING else "he_normal"
    if "initializer" in evidence.model:
        return Advice("random initialization", "fit-train", why, {"model.initializer": initializer})
    return Advice("random initialization", "fit-train", why, action=f"give those layers `initializer: {initializer}`")


def _starts_without_randomness(model: Mapping[str, Any]) -> bool:
    """Whether an initializer is constant; units may also be equal because a penalty made all weights zero."""
    layers = [layer for layer in model.get("layers", ()) if isinstance(layer, Mapping)]
    options = [model, *(options for layer in layers for options in layer.values())]
    initializers = [initializer for option in options if (initializer := option.get("initializer")) is not None]
    names = [it["name"] if isinstance(it, Mapping) else it for it in initializers]
    return any(name in _CONSTANT_INITIALIZERS for name in names)


def lower_learning_rate(evidence: Evidence) -> Advice | None:
    """Advise a lower learning rate if the loss diverges or oscillates."""
    divisors = {LossTrend.DIVERGING: 10.0, LossTrend.OSCILLATING: 3.0}
    if evidence.loss.trend not in divisors:
        return None
    rate = one_digit(evidence.learning_rate / divisors[evidence.loss.trend])
    current = f"learning rate {formatting.number(evidence.learning_rate)}"
    why = f"the training loss is {evidence.loss.trend} at {current}: the steps are too large"
    return Advice("lower learning rate", "fit-train", why, {"optimizer.learning_rate": rate})


def revive_units(evidence: Evidence) -> Advice | None:
    """Advise a leaky ReLU if most ReLU units of a layer are dead."""
    dead = {node: share for node, share in evidence.dead_units.items() if share >= _DEAD_SHARE}
    if not dead or evidence.model.get("activation") != "relu":
        return None
    shares = ", ".join(f"{formatting.percent(share)} % of {node}" for node, share in dead.items())
    why = f"{shares} are zero for every training example; a leaky slope lets them learn again"
    return Advice("leaky ReLU", "fit-train", why, {"model.activation": "leaky_relu"})


def raise_learning_rate(evidence: Evidence) -> Advice | None:
    """Advise a higher learning rate if the loss hardly changes."""
    if evidence.loss.trend is not LossTrend.STUCK or evidence.identical:
        return None
    rate = one_digit(evidence.learning_rate * 10)
    first, best = (formatting.number(loss) for loss in (evidence.loss.values[0], min(evidence.loss.values)))
    why = (
        f"in {formatting.count(len(evidence.loss.values), 'epoch')} "
        f"the training loss went from {first} to {best} at best: "
        f"the learning rate {formatting.number(evidence.learning_rate)} may be too low"
    )
    return Advice("higher learning rate", "fit-train", why, {"optimizer.learning_rate": rate})


def train_longer(evidence: Evidence) -> Advice | None:
    """Advise more epochs if the training loss still falls."""
    if evidence.loss.trend is not LossTrend.FALLING:
        return None
    epochs = int(evidence.section("training")["epochs"])
    if len(evidence.loss.epochs) < epochs:
        return None  # early stopping ended the run, so more epochs would have no effect
    why = (
        f"{evidence.gap('avoidable_bias')}, and the training loss still fell by "
        f"{formatting.percent(evidence.loss.relative_drop_at_end)} % in the last quarter of {epochs} epochs"
    )
    return Advice("longer training", "fit-train", why, {"training.epochs": 2 * epochs})


def bigger_network(evidence: Evidence) -> Advice | None:
    """Advise wider hidden layers, or a first one; identical units would not benefit."""
    if evidence.identical or starts_from_weights(evidence):
        return None
    why = evidence.gap("avoidable_bias")
    hidden = evidence.model.get("hidden_units")
    if hidden:
        wider = [2 * int(units) for units in hidden]
        widths = "-".join(str(units) for units in hidden)
        return Advice("bigger network", "fit-train", f"{why} with {widths} hidden units", {"model.hidden_units": wider})
    units = evidence.model.get("units")
    if units:
        doubled = {"model.units": 2 * int(units)}
        return Advice("bigger network", "fit-train", f"{why} with {units} units of state", doubled)
    settings: dict[str, Any] = {}
    if hidden is not None:
        settings = {"model.hidden_units": [64]}
    elif evidence.model.get("architecture") in _LINEAR_MODELS:
        settings = {"model": {"architecture": "mlp", "hidden_units": [64]}}
    if settings:
        return Advice("hidden layer", "fit-train", f"{why} with a linear model", settings)
    return Advice("bigger network", "fit-train", why, action="widen or add layers in model.layers")


def better_optimizer(evidence: Evidence) -> Advice | None:
    """Advise Adam if gradient descent has not converged."""
    optimizer = evidence.section("optimizer")
    if optimizer["name"] not in {"sgd", "momentum"} or evidence.loss.trend is not LossTrend.FALLING:
        return None
    rate = one_digit(min(1e-2, max(1e-3, evidence.learning_rate / 10)))
    epochs = len(evidence.loss.values)
    why = f"{evidence.gap('avoidable_bias')} after {epochs} epochs of {optimizer['name']}, which has not converged"
    return Advice("better optimizer", "fit-train", why, {"optimizer": {"name": "adam", "learning_rate": rate}})


def less_regularization(evidence: Evidence) -> Advice | None:
    """Advise weaker penalties and less dropout."""
    settings: dict[str, Any] = {
        f"regularization.{name}": one_digit(evidence.regularization[name] / 10)
        for name in ("l1", "l2", "weight_decay")
        if evidence.regularization[name] > 0
    }
    if evidence.regularization["dropout"] > 0:
        settings["regularization.dropout"] = round(evidence.regularization["dropout"] / 2, 2)
    if not settings:
        return None
    names = [key.rpartition(".")[2] for key in settings]
    now = ", ".join(f"{name} {formatting.number(evidence.regularization[name])}" for name in names)
    why = f"{evidence.gap('avoidable_bias')} with {now}"
    return Advice("less regularization", "fit-train", why, settings)
