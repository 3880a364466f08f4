"""Comparison of a layer with PyTorch: the output and the gradients of inputs and parameters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import Layer

Comparison = Callable[..., None]


@pytest.fixture(scope="session")
def layer_same_as_torch() -> Comparison:
    """Return `layer_same_as_torch(layer, theirs, shape)`; `theirs` takes a torch tensor and a dict of parameters.

    torch expects images with channels first: `theirs` gets (N, C, H, W), and its result is transposed back.
    """
    torch = pytest.importorskip("torch")

    def first(x: Any) -> Any:
        return x.permute(0, 3, 1, 2).contiguous() if x.ndim == 4 else x

    def last(x: Any) -> Any:
        return x.permute(0, 2, 3, 1) if x.ndim == 4 else x

    def compare(
        layer: Layer, theirs: Callable[..., Any], shape: tuple[int, ...], dtype: type = np.float64, seed: int = 0
    ) -> None:
        tolerance = {np.float64: 1e-10, np.float32: 1e-4}[dtype]
        generator = np.random.default_rng(seed)
        layer.build(shape, generator=generator, dtype=dtype)
        for parameter in layer.parameters().values():  # biases start at 0, which would hide errors
            parameter.data = generator.standard_normal(parameter.shape).astype(dtype)
        x = generator.standard_normal((2, *shape)).astype(dtype)
        inputs, reference_inputs = Tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
        references = {
            name: torch.tensor(parameter.data, requires_grad=True) for name, parameter in layer.parameters().items()
        }
        result = layer.forward(inputs)
        expected = last(theirs(first(reference_inputs), references))
        assert result.shape == (2, *layer.output_shape(shape))
        np.testing.assert_allclose(result.data, expected.detach().numpy(), rtol=tolerance, atol=tolerance)
        direction = generator.standard_normal(result.shape).astype(dtype)
        result.backward(direction)
        expected.backward(torch.tensor(direction))
        pairs = [(inputs, reference_inputs)]
        pairs += [(parameter, references[name]) for name, parameter in layer.parameters().items()]
        for ours, reference in pairs:
            np.testing.assert_allclose(ours.grad, reference.grad.numpy(), rtol=tolerance, atol=tolerance)

    return compare
