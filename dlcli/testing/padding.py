"""Contract of layers on sequences: padding, whatever it holds, changes nothing at the steps before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from dlcli.autograd import Tensor
from dlcli.nn import Layer, LayerSample, ShapeError
from dlcli.testing.backends import on_each_backend
from dlcli.testing.check import Subject
from dlcli.testing.garbage import assert_same_bits, with_garbage

#: steps of a batch
STEPS = 5
#: steps of each sequence without padding; the last one is empty, which a layer may refuse
LENGTHS = np.array([1, 3, STEPS, 2, 0])


def padding_changes_nothing(subject: Subject) -> None:
    """Garbage in padded steps changes no bit of the steps before them, of a gradient, or of the state.

    In float32, with native and with reference kernels, in training and in evaluation, for lengths of 0, of 1 and of all
    steps. A layer that takes `lengths` may find anything in padded steps, and gives them no gradient; it may refuse a
    length of 0, or padding, with a `ShapeError`. Any other layer that preserves the time axis treats each step by
    itself, so garbage stays in its own step; the gradients of its parameters do not depend on finite values there.
    """
    for sample in _sequence_samples(subject):
        for training in (True, False):
            for lengths in _accepted_lengths(sample, training=training):
                on_each_backend(partial(_check_garbage, sample, lengths, training=training))


def lengths_of_all_steps_mean_no_padding(subject: Subject) -> None:
    """If every sequence has all steps, results and gradients are those without lengths, in every bit."""
    for sample in _sequence_samples(subject):
        if sample.layer.needs_lengths:
            for training in (True, False):
                on_each_backend(partial(_check_full_lengths, sample, training=training))


CONTRACTS = (padding_changes_nothing, lengths_of_all_steps_mean_no_padding)


@dataclass(frozen=True)
class _Result:
    """Result of a forward and a backward pass.

    Args:
        output: Output.
        grad_inputs: Gradients of the floating-point inputs.
        grad_parameters: Parameter → its gradient.
        state: Parameter or buffer → its value after the pass.
    """

    output: np.ndarray
    grad_inputs: list[np.ndarray]
    grad_parameters: dict[str, np.ndarray]
    state: dict[str, np.ndarray]


def _check_garbage(sample: LayerSample, lengths: np.ndarray, *, training: bool) -> None:
    padded = _padded(lengths)
    inputs = _draw_inputs(sample, len(lengths))
    expected = _run(sample, inputs, lengths, training=training)
    for changed in _changed_inputs(sample, inputs, padded):
        actual = _run(sample, changed, lengths, training=training)
        real = ~padded if sample.layer.preserves_time else slice(None)
        assert_same_bits(actual.output[real], expected.output[real], "output")
        for gradient, usual in zip(actual.grad_inputs, expected.grad_inputs, strict=True):
            if gradient.shape[1:2] == (STEPS,):  # not an initial state
                if sample.layer.needs_lengths:
                    assert not gradient[padded].any(), "padded steps get no gradient"
                gradient, usual = gradient[~padded], usual[~padded]
            assert_same_bits(gradient, usual, "gradient of an input")
        if sample.layer.needs_lengths:
            _check_parameters(actual, expected)
    # other layers only find what layers before them compute, which is finite
    tame = [np.where(_expanded(padded, it), it.dtype.type(-3), it) if it.dtype.kind == "f" else it for it in inputs]
    _check_parameters(_run(sample, tame, lengths, training=training), expected)


def _check_parameters(actual: _Result, expected: _Result) -> None:
    for name, gradient in expected.grad_parameters.items():
        assert_same_bits(actual.grad_parameters[name], gradient, f"gradient of {name}")
    for name, value in expected.state.items():
        assert_same_bits(actual.state[name], value, f"{name} after the pass")


def _check_full_lengths(sample: LayerSample, *, training: bool) -> None:
    inputs = _draw_inputs(sample, 4)
    expected = _run(sample, inputs, None, training=training)
    try:
        actual = _run(sample, inputs, np.full(len(inputs[0]), STEPS), training=training)
    except ShapeError:  # the layer refuses sequences of different lengths
        return
    assert_same_bits(actual.output, expected.output, "output")
    for gradient, usual in zip(actual.grad_inputs, expected.grad_inputs, strict=True):
        assert_same_bits(gradient, usual, "gradient of an input")
    _check_parameters(actual, expected)


def _sequence_samples(subject: Subject) -> Iterator[LayerSample]:
    """Yield the samples of the layer on sequences (T, D), or on tokens (T,), with their parameters created.

    A sample for vectors (D,) is used for sequences of them if the layer accepts these.
    """
    layer_class = subject.component
    if not (layer_class.preserves_time or layer_class.needs_lengths):
        return  # a graph refuses it for padded sequences
    for sample in layer_class.samples():
        first, *others = sample.input_shapes
        if len(first) > 2:
            continue
        features = first if sample.num_tokens is None and len(first) == 1 else first[1:]
        sequence = (STEPS, *features)
        shapes = (sequence, *(sequence if shape == first else shape for shape in others))
        try:
            sample.layer.output_shape(*shapes)
        except ShapeError:
            continue
        if not sample.layer.preserves_time and not sample.layer.needs_lengths:
            continue
        sample.layer.build(*shapes, generator=np.random.default_rng(0), dtype=np.float32)
        yield replace(sample, input_shapes=shapes)


def _accepted_lengths(sample: LayerSample, *, training: bool) -> Iterator[np.ndarray]:
    """Yield lengths of 1 and more, and the same with a length of 0, unless the layer refuses them."""
    for lengths in (LENGTHS[:-1], LENGTHS):
        try:
            _run(sample, _draw_inputs(sample, len(lengths)), lengths, training=training)
        except ShapeError:
            continue
        yield lengths


def _draw_inputs(sample: LayerSample, count: int) -> list[np.ndarray]:
    return sample.draw_inputs(count, np.random.default_rng(1), np.float32)


def _changed_inputs(sample: LayerSample, inputs: list[np.ndarray], padded: np.ndarray) -> Iterator[list[np.ndarray]]:
    """Yield the inputs with garbage in the padded steps of every sequence; tokens get another token."""
    if inputs[0].dtype.kind != "f":
        assert sample.num_tokens is not None
        yield [np.where(_expanded(padded, it), (it + 1) % sample.num_tokens, it) for it in inputs]
        return
    sequences = [position for position, it in enumerate(inputs) if it.shape[1:2] == (STEPS,)]
    for versions in zip(*(with_garbage(inputs[position], padded) for position in sequences), strict=True):
        changed = list(inputs)
        for position, version in zip(sequences, versions, strict=True):
            changed[position] = version
        yield changed


def _run(sample: LayerSample, inputs: list[np.ndarray], lengths: np.ndarray | None, *, training: bool) -> _Result:
    """Compute the output, and the gradients for a gradient of the output that is 0 at padded steps, as a loss gives."""
    layer, start = sample.layer, {name: array.copy() for name, array in sample.layer.state_dict().items()}
    layer.train(training)
    layer.generator = np.random.default_rng(2)
    for parameter in layer.parameters().values():
        parameter.grad = None
    leaves = [Tensor(array, requires_grad=array.dtype.kind == "f") for array in inputs]
    output = _forward(layer)(*leaves, lengths=lengths)
    direction = np.random.default_rng(3).standard_normal(output.shape).astype(np.float32)
    if layer.preserves_time and lengths is not None:
        assert output.shape[1] == STEPS, "the time axis is preserved"
        direction[_padded(lengths)] = 0
    if output.requires_grad:
        output.backward(direction)
    state = {name: array.copy() for name, array in layer.state_dict().items()}
    layer.load_state_dict(start)
    return _Result(
        output.data.copy(),
        [np.zeros(leaf.shape, leaf.dtype) if leaf.grad is None else leaf.grad for leaf in leaves if leaf.requires_grad],
        {name: it.grad.copy() for name, it in layer.parameters().items() if it.grad is not None},
        state,
    )


def _forward(layer: Layer) -> Callable[..., Tensor]:
    """Return the forward pass, which ignores `lengths` if the layer does not take them."""
    return layer.forward if layer.needs_lengths else lambda *inputs, lengths: layer.forward(*inputs)  # noqa: ARG005


def _padded(lengths: np.ndarray) -> np.ndarray:
    """Return which steps are padded, (N, T)."""
    padded: np.ndarray = np.arange(STEPS) >= lengths[:, None]
    return padded


def _expanded(padded: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mask (N, T) for values (N, T, …), and False everywhere for other values."""
    if values.shape[1:2] != (STEPS,):
        return np.zeros(values.shape, bool)
    return np.broadcast_to(padded.reshape(*padded.shape, *(1,) * (values.ndim - 2)), values.shape)
