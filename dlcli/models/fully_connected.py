"""Networks of fully connected layers, from logistic regression to deep ones."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from dlcli.core import Described, PositiveInt, Rate, register
from dlcli.nn import Node, Shape, with_names

Activation: TypeAlias = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh", "softplus", "identity"]
Initialization: TypeAlias = Annotated[dict[str, Any], Described("initializer")]

#: activations that preserve the variance with weights of standard deviation √(1/n); the ReLU family needs √(2/n)
SATURATING = ("sigmoid", "tanh", "identity")


@register("architecture", "mlp")
def mlp(
    input_shape: Shape,
    output_units: int,
    /,
    *,
    hidden_units: list[PositiveInt],
    activation: Activation = "relu",
    initializer: Initialization | None = None,
    batch_norm: bool = False,
    dropout_rate: Rate = 0.0,
) -> list[Node]:
    """Multilayer perceptron: hidden layers of `linear → (batch_norm) → activation → (dropout)`, then a linear output.

    Rumelhart, Hinton & Williams 1986, Learning representations by back-propagating errors.

    Args:
        hidden_units: Number of units of each hidden layer; an empty list is a linear model.
        activation: Activation function of the hidden layers.
        initializer: Initializer of all weights, including the output's; null means he_normal before the ReLU family and
            xavier_normal before saturating activations and at the output.
        batch_norm: Whether to apply batch normalization before each activation; the linear layers before it then have
            no bias.
        dropout_rate: Dropout probability of the hidden units.
    """
    hidden_initializer = initializer or {"name": "xavier_normal" if activation in SATURATING else "he_normal"}
    nodes = _flatten(input_shape)
    for units in hidden_units:
        nodes.append(_linear(units, hidden_initializer, use_bias=not batch_norm))
        if batch_norm:
            nodes.append(Node("", "batch_norm"))
        nodes.append(Node("", activation))
        if dropout_rate:
            nodes.append(Node("", "dropout", {"rate": dropout_rate}))
    nodes.append(_linear(output_units, initializer or {"name": "xavier_normal"}, name="output"))
    return with_names(nodes)


@register("architecture", "logistic_regression")
def logistic_regression(
    input_shape: Shape, output_units: int, /, *, initializer: Initialization | None = None
) -> list[Node]:
    """Logistic regression: one linear unit whose logit is passed to a sigmoid, `ŷ = σ(wᵀx + b)` (Cox 1958).

    Args:
        initializer: Initializer of the weights; null means zeros, a good start since the problem is convex.
    """
    return _linear_model(input_shape, output_units, initializer)


@register("architecture", "softmax_regression")
def softmax_regression(
    input_shape: Shape, output_units: int, /, *, initializer: Initialization | None = None
) -> list[Node]:
    """Softmax regression: one linear unit per class, whose logits are passed to a softmax.

    Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4.

    Args:
        initializer: Initializer of the weights; null means zeros, a good start since the problem is convex.
    """
    return _linear_model(input_shape, output_units, initializer)


def _linear_model(input_shape: Shape, output_units: int, initializer: Initialization | None) -> list[Node]:
    output = _linear(output_units, initializer or {"name": "zeros"}, name="output")
    return with_names([*_flatten(input_shape), output])


def _flatten(input_shape: Shape) -> list[Node]:
    """Return a flatten node, or none if the examples are vectors."""
    return [] if len(input_shape) == 1 else [Node("", "flatten")]


def _linear(units: int, initializer: dict[str, Any], *, use_bias: bool = True, name: str = "") -> Node:
    return Node(name, "linear", {"units": units, "use_bias": use_bias, "initializer": dict(initializer)})
