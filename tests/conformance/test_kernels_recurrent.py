"""Native recurrent and embedding kernels against their reference implementations, to the precision of float32.

Sums of products are compared with the reference in float64 on the same numbers: a state is right to 2e-6 (it lies in
−1 … 1), a gradient to 2e-5 of the largest one in its array, as errors add up over the steps and the batch.
"""

from __future__ import annotations

import resource
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli import kernels
from dlcli.kernels import reference

pytestmark = pytest.mark.skipif(kernels.backend() == "reference", reason="the native kernels are not in use")

STATE_TOLERANCE = 2e-6
GRAD_TOLERANCE = 2e-5
#: one, fewer than a vector has lanes, a whole vector, odd, more than a panel
SIZES = st.sampled_from([1, 3, 7, 16, 20, 33, 64, 70])
BATCHES = st.sampled_from([1, 2, 3, 5, 13, 50])
LENGTHS = st.sampled_from([1, 2, 3, 9])
#: number of columns of the weights for each unit
CELLS = {"rnn": 1, "gru": 3, "cs230_gru": 3, "lstm": 4}


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "batch": draw(BATCHES),
        "length": draw(LENGTHS),
        "inputs": draw(SIZES),
        "tokens": draw(st.sampled_from(["", "", "q", "i", "B"])),
        "size": draw(SIZES),
        "masked": draw(st.sampled_from(["no", "lengths", "any", "all"])),
        "initial": draw(st.booleans()),
        "reverse": draw(st.booleans()),
        "strided": draw(st.booleans()),
        "needs_x": draw(st.booleans()),
        "lent": draw(st.booleans()),
    }


def arguments(cell: str, call: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Return the common arguments of forward and backward, and the further ones of forward, in float32."""
    generator = np.random.default_rng(0)
    batch, length, inputs, size = (call[name] for name in ("batch", "length", "inputs", "size"))
    columns = CELLS[cell] * size

    def draw(*shape: int, scale: float = 1.0) -> np.ndarray:
        return (generator.standard_normal(shape) * scale).astype(np.float32)

    if call["tokens"]:
        x = generator.integers(0, inputs, (length, batch)).astype(call["tokens"]).T
    else:
        x = draw(length, batch, inputs).transpose(1, 0, 2)
    x = x if call["strided"] else np.ascontiguousarray(x)
    weights = draw(inputs, columns, scale=inputs**-0.5), draw(size, columns, scale=size**-0.5), draw(columns)
    mask = {
        "no": None,
        "lengths": np.arange(length) < generator.integers(0, length + 1, batch)[:, None],
        "any": generator.random((batch, length)) < 0.5,
        "all": np.zeros((batch, length), bool),
    }[call["masked"]]
    initial = [draw(batch, size) if call["initial"] else None for _ in range(1 + (cell == "lstm"))]
    form = [] if cell in ("rnn", "lstm") else [cell == "gru"]
    candidate_bias = [] if cell in ("rnn", "lstm") else [draw(size) if cell == "gru" else None]
    before = [x, *weights, *candidate_bias, *initial]
    return before, [mask, call["reverse"], *form]


def widened(values: list[Any]) -> list[Any]:
    return [value.astype(np.float64) if getattr(value, "dtype", None) == np.float32 else value for value in values]


def assert_close(actual: np.ndarray | None, expected: np.ndarray | None, tolerance: float) -> None:
    assert (actual is None) == (expected is None)
    if actual is None or expected is None:
        return
    assert actual.dtype == np.float32
    assert actual.shape == expected.shape
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance * scale)


def both_passes(cell: str, call: dict[str, Any], twin: bool) -> tuple[list[Any], list[Any]]:
    """Return states and gates, then gradients; with `twin`, by the reference in float64."""
    name = cell.removeprefix("cs230_")
    module = getattr(reference, name) if twin else kernels
    before, after = arguments(cell, call)
    before, after = (widened(before), after) if twin else (before, after)
    forward = getattr(module, name)(*before, *after)
    states, gates = (forward, ()) if name == "rnn" else (forward[0], (forward[1],))
    generator = np.random.default_rng(1)
    shape = (call["batch"], call["length"], call["size"])
    grads = [generator.standard_normal(shape).astype(np.float32) for _ in range(1 + (name == "lstm"))]
    x, input_weight, recurrent_weight, bias, *rest = before
    initial = rest[1:] if name == "gru" else rest
    out: tuple[Any, ...] = tuple(
        np.full_like(array, 7) if call["lent"] and not twin else None
        for array in (input_weight, recurrent_weight, bias, *([bias[: call["size"]]] if name == "gru" else []))
    )
    actual = getattr(module, f"{name}_backward")(
        *(widened(grads) if twin else grads),
        *(x, input_weight, recurrent_weight, *initial, *after, states, *gates),
        call["needs_x"],
        out,
    )
    for lent, grad in zip(out, actual[1:], strict=False):
        assert lent is None or lent is grad
    return [states, *gates], list(actual)


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm", "embedding"])
def test_the_kernel_is_native(name: str) -> None:
    module = getattr(reference, name)
    for kernel in (name, f"{name}_backward"):
        assert getattr(kernels, kernel) is not getattr(module, kernel)


@pytest.mark.parametrize("cell", CELLS)
@settings(max_examples=60, deadline=None)
@given(call=calls())
def test_equals_the_reference(cell: str, call: dict[str, Any]) -> None:
    (states, *gates), grads = both_passes(cell, call, twin=False)
    (expected_states, *expected_gates), expected_grads = both_passes(cell, call, twin=True)
    assert_close(states, expected_states, STATE_TOLERANCE)
    for actual, expected in zip(gates, expected_gates, strict=True):
        assert_close(actual, expected, 3 * STATE_TOLERANCE)
    for actual, expected in zip(grads, expected_grads, strict=True):
        assert_close(actual, expected, GRAD_TOLERANCE)


LARGE = {
    "batch": 32,
    "length": 20,
    "inputs": 64,
    "tokens": "",
    "size": 128,
    "masked": "lengths",
    "initial": True,
    "reverse": False,
    "strided": False,
    "needs_x": True,
    "lent": False,
}


@pytest.mark.parametrize("change", [{}, {"length": 300, "batch": 3, "size": 33}, {"reverse": True, "batch": 101}])
@pytest.mark.parametrize("tokens", ["", "q"])
@pytest.mark.parametrize("cell", CELLS)
def test_large_batches_and_long_sequences(cell: str, tokens: str, change: dict[str, Any]) -> None:
    """Parts of a batch that are processed sequentially, and more steps than one chunk of the weight gradient."""
    change = change | {"tokens": tokens}
    (states, *_), grads = both_passes(cell, LARGE | change, twin=False)
    (expected_states, *_), expected_grads = both_passes(cell, LARGE | change, twin=True)
    assert_close(states, expected_states, 5 * STATE_TOLERANCE)
    for actual, expected in zip(grads, expected_grads, strict=True):
        assert_close(actual, expected, GRAD_TOLERANCE)


@pytest.mark.parametrize("tokens", ["", "q"])
@pytest.mark.parametrize("cell", CELLS)
def test_is_deterministic(cell: str, tokens: str) -> None:
    first, second = (both_passes(cell, LARGE | {"tokens": tokens}, twin=False) for _ in range(2))
    for one, other in zip([*first[0], *first[1]], [*second[0], *second[1]], strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("masked", ["no", "lengths"])
@pytest.mark.parametrize("cell", CELLS)
def test_tokens_are_one_hot_vectors(cell: str, masked: str) -> None:
    """Only 40 of the 64 tokens occur; the others have no gradient."""
    name = cell.removeprefix("cs230_")
    call = LARGE | {"tokens": "q", "masked": masked}
    (tokens, *before), after = arguments(cell, call)
    tokens %= 40
    one_hot = np.eye(64, dtype=np.float32)[tokens]
    initial = before[3 + (name == "gru") :]
    results = []
    for x in (tokens, one_hot):
        forward = getattr(kernels, name)(x, *before, *after)
        forward = (forward,) if name == "rnn" else forward
        grads = [np.ones((32, 20, 128), np.float32)] * (1 + (name == "lstm"))
        actual = getattr(kernels, f"{name}_backward")(*grads, x, *before[:2], *initial, *after, *forward)
        results.append([*forward, *actual[1:]])
        assert (actual[0] is None) == (x is tokens)
        assert not actual[1][40:].any()
    for one, other in zip(*results, strict=True):
        assert_close(one, other, GRAD_TOLERANCE)


@pytest.mark.parametrize("cell", CELLS)
def test_tokens_use_the_native_kernel(cell: str) -> None:
    """The reference sums in another order."""
    name = cell.removeprefix("cs230_")
    before, after = arguments(cell, LARGE | {"tokens": "i"})
    actual, expected = (getattr(module, name)(*before, *after) for module in (kernels, getattr(reference, name)))
    states, others = (actual, expected) if name == "rnn" else (actual[0], expected[0])
    assert (states != others).any()


@pytest.mark.parametrize("outside", [-1, 64])
@pytest.mark.parametrize("cell", CELLS)
def test_a_token_out_of_range_is_refused(cell: str, outside: int) -> None:
    before, after = arguments(cell, LARGE | {"tokens": "q"})
    before[0][-1, -1] = outside
    with pytest.raises(IndexError, match=str(outside)):
        getattr(kernels, cell.removeprefix("cs230_"))(*before, *after)


def test_memory_is_reused_after_the_warm_up() -> None:
    """Gates of 10 MiB, twice: newly allocated, they would cause 5000 page faults each time."""
    call = LARGE | {"length": 80, "size": 256}
    for _ in range(2):
        both_passes("lstm", call, twin=False)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    both_passes("lstm", call, twin=False)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 500


@pytest.mark.parametrize("empty", ["batch", "length"])
@pytest.mark.parametrize("tokens", ["", "q"])
@pytest.mark.parametrize("cell", CELLS)
def test_empty_batches_and_sequences(cell: str, tokens: str, empty: str) -> None:
    call = LARGE | {empty: 0, "tokens": tokens}
    (states, *_), grads = both_passes(cell, call, twin=False)
    assert states.size == 0
    for grad in grads[1:-1]:
        assert empty == "length" or not grad.any()


@pytest.mark.parametrize("cell", CELLS)
def test_double_precision_and_wrong_shapes_use_the_reference(cell: str) -> None:
    name = cell.removeprefix("cs230_")
    before, after = arguments(cell, LARGE | {"size": 5, "batch": 2})
    forward = getattr(kernels, name)(*widened(before), *after)
    assert (forward if name == "rnn" else forward[0]).dtype == np.float64
    before[1] = before[1][:-1]
    with pytest.raises(ValueError, match="mismatch"):
        getattr(kernels, name)(*before, *after)


INDEX_SHAPES = st.sampled_from([(), (0,), (1,), (7,), (3, 5), (2, 3, 4), (400, 3)])


@settings(max_examples=60, deadline=None)
@given(shape=INDEX_SHAPES, width=SIZES, rows=st.integers(1, 40), lent=st.booleans(), kind=st.sampled_from("iqhB"))
def test_embedding_has_the_bits_of_the_reference(
    shape: tuple[int, ...], width: int, rows: int, lent: bool, kind: str
) -> None:
    generator = np.random.default_rng(2)
    weight = generator.standard_normal((rows, width)).astype(np.float32)
    indices = generator.integers(0, rows, shape).astype(kind)
    grad = generator.standard_normal((*shape, width)).astype(np.float32)
    np.testing.assert_array_equal(kernels.embedding(weight, indices), weight[indices])
    out = np.full_like(weight, 7) if lent else None
    actual = kernels.embedding_backward(grad, indices, rows, out)
    assert out is None or actual is out
    np.testing.assert_array_equal(actual, reference.embedding.embedding_backward(grad, indices, rows))


@pytest.mark.parametrize("outside", [-1, 4])
def test_an_index_out_of_range_is_refused(outside: int) -> None:
    indices = np.array([0, outside])
    with pytest.raises(IndexError, match="0 to 3"):
        kernels.embedding(np.zeros((4, 3), np.float32), indices)
    with pytest.raises(IndexError, match="0 to 3"):
        kernels.embedding_backward(np.zeros((2, 3), np.float32), indices, 4)
