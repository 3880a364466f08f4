"""Final states of recurrent layers as values: encoders and decoders compared with PyTorch, gradients, padding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.autograd import TOLERANCE, Tensor
from dlcli.nn import Graph, Node, Recurrent, check_model, padding_mask

GraphOf = Callable[..., Graph]
TorchTwin = Callable[[Recurrent], tuple[Any, Callable[[], dict[str, np.ndarray]]]]

#: examples, steps of the source and the target, their features, and units
N, SOURCE, TARGET, D, E, H = 4, 5, 7, 3, 2, 4
SOURCE_LENGTHS, TARGET_LENGTHS = np.array([5, 1, 3, 2]), np.array([1, 7, 4, 7])
#: arrangement of the encoder -> arrangement of a decoder with the same number of states
ARRANGEMENTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"units": H}, {"units": H}),
    ({"units": H, "layers": 2}, {"units": H, "layers": 2}),
    ({"units": H, "bidirectional": True}, {"units": 2 * H}),
    ({"units": H, "layers": 2, "bidirectional": True}, {"units": 2 * H, "layers": 2}),
]


def encoder_decoder(
    graph_of: GraphOf,
    cell: str,
    encoder: dict[str, Any],
    decoder: dict[str, Any],
    dtype: type[np.floating] = np.float64,
) -> Graph:
    graph = graph_of(
        {"source": (SOURCE, D), "target": (TARGET, E)},
        Node("encoder", cell, encoder, ("source",)),
        Node("decoder", cell, decoder, ("target", "encoder.state")),
        dtype=dtype,
    )
    generator = np.random.default_rng(3)
    for parameter in graph.parameters().values():  # biases start at 0, which would hide errors
        parameter.data += (0.1 * generator.standard_normal(parameter.shape)).astype(dtype)
    return graph


def batch(seed: int = 1, dtype: type[np.floating] = np.float64) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    shapes = {"source": (N, SOURCE, D), "target": (N, TARGET, E)}
    return {name: generator.standard_normal(shape).astype(dtype) for name, shape in shapes.items()}


LENGTHS = {"source": SOURCE_LENGTHS, "target": TARGET_LENGTHS}


@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-10), (np.float32, 2e-5)])
@pytest.mark.parametrize("padded", [False, True])
@pytest.mark.parametrize(("encoder", "decoder"), ARRANGEMENTS, ids=str)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_an_encoder_and_a_decoder_equal_torch(
    graph_of: GraphOf,
    torch_twin: TorchTwin,
    cell: str,
    encoder: dict[str, Any],
    decoder: dict[str, Any],
    padded: bool,
    dtype: type[np.floating],
    tolerance: float,
) -> None:
    torch = pytest.importorskip("torch")
    graph = encoder_decoder(graph_of, cell, encoder, decoder, dtype)
    arrays = batch(dtype=dtype)
    tensors = {name: Tensor(array, requires_grad=True) for name, array in arrays.items()}
    result = graph.forward(tensors, LENGTHS if padded else None)

    twins = {name: torch_twin(layer) for name, layer in graph.layers.items() if isinstance(layer, Recurrent)}
    theirs = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    pack = torch.nn.utils.rnn.pack_padded_sequence
    sequences = {
        name: pack(array, LENGTHS[name], batch_first=True, enforce_sorted=False) if padded else array
        for name, array in theirs.items()
    }
    _, state = twins["encoder"][0](sequences["source"])
    directions = len(graph.layers["encoder"].directions)  # type: ignore[attr-defined]

    def joined(states: Any) -> Any:
        """Concatenate the directions of each layer, (L·2, N, H) -> (L, N, 2H), as the decoder has one."""
        return states.unflatten(0, (-1, directions)).transpose(1, 2).flatten(2).contiguous()

    start = tuple(map(joined, state)) if cell == "lstm" else joined(state)
    expected, _ = twins["decoder"][0](sequences["target"], start)
    if padded:
        expected, _ = torch.nn.utils.rnn.pad_packed_sequence(expected, batch_first=True)

    mask = padding_mask(TARGET_LENGTHS if padded else None, TARGET)
    real = np.ones((N, TARGET), bool) if mask is None else mask
    np.testing.assert_allclose(result.data[real], expected.detach().numpy()[real], atol=tolerance)
    direction = (np.random.default_rng(9).standard_normal(result.shape) * real[:, :, None]).astype(dtype)
    result.backward(direction)
    expected.backward(torch.tensor(direction))
    for name, tensor in tensors.items():
        np.testing.assert_allclose(tensor.grad, theirs[name].grad.numpy(), atol=tolerance, err_msg=name)
    for node, (_, gradients) in twins.items():
        for name, gradient in gradients().items():
            ours = graph.parameters()[f"{node}.{name}"].grad
            np.testing.assert_allclose(ours, gradient, atol=tolerance, err_msg=f"{node}.{name}")


@pytest.mark.parametrize("options", [{}, {"layers": 2}, {"bidirectional": True}], ids=str)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_states_are_outputs_after_the_last_step_of_each_sequence(
    graph_of: GraphOf, cell: str, options: dict[str, Any]
) -> None:
    names = ("hidden", "cell") if cell == "lstm" else ("hidden",)
    graph = graph_of(
        (SOURCE, D),
        Node("encoder", cell, {"units": H, **options}),
        outputs={"steps": "encoder", **{name: f"encoder.{name}" for name in names}},
        dtype=np.float64,
    )
    x = batch()["source"]
    outputs = graph.compute(x, SOURCE_LENGTHS)
    assert graph.output_shapes["hidden"] == outputs["hidden"].shape[1:]
    for n, length in enumerate(SOURCE_LENGTHS):
        alone = graph.compute(x[n : n + 1, :length])
        for name in names:
            np.testing.assert_allclose(outputs[name].data[n], alone[name].data[0], atol=1e-12)
    if not options:
        steps = outputs["steps"].data
        np.testing.assert_array_equal(outputs["hidden"].data, steps[np.arange(N), SOURCE_LENGTHS - 1])


def test_a_sequence_without_steps_keeps_the_initial_state(graph_of: GraphOf) -> None:
    graph = graph_of(
        {"steps": (SOURCE, D), "start": (H,)},
        Node("layer", "gru", {"units": H}, ("steps", "start")),
        outputs="layer.hidden",
        dtype=np.float64,
    )
    start = np.random.default_rng(4).standard_normal((N, H))
    lengths = np.array([0, 2, 0, 5])
    final = graph.forward({"steps": batch()["source"], "start": start}, {"steps": lengths}).data
    np.testing.assert_array_equal(final[lengths == 0], start[lengths == 0])
    assert (final[lengths > 0] != start[lengths > 0]).all()


@pytest.mark.parametrize(("encoder", "decoder"), ARRANGEMENTS, ids=str)
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_gradients_through_states_agree_with_differences(
    graph_of: GraphOf, cell: str, encoder: dict[str, Any], decoder: dict[str, Any]
) -> None:
    graph = encoder_decoder(graph_of, cell, encoder, decoder)
    mask = padding_mask(TARGET_LENGTHS, TARGET)
    assert mask is not None
    direction = np.random.default_rng(9).standard_normal((N, TARGET, decoder["units"])) * mask[:, :, None]
    checks = check_model(
        graph,
        lambda output: (output * direction).sum(),
        batch(),
        LENGTHS,
        along_directions=True,
        generator=np.random.default_rng(0),
    )
    assert {check.parameter.partition(".")[0] for check in checks} == {"encoder", "decoder"}
    for check in checks:
        assert check.relative_error < TOLERANCE, check


def test_a_classifier_may_read_the_cell_only(graph_of: GraphOf) -> None:
    """The loss depends on the cell state, but not on the hidden state of the last step."""
    graph = graph_of(
        (SOURCE, D),
        Node("encoder", "lstm", {"units": H}),
        Node("head", "linear", {"units": 2}, ("encoder.cell",)),
        dtype=np.float64,
    )
    checks = check_model(graph, lambda output: (output * output).sum(), batch()["source"], SOURCE_LENGTHS)
    assert max(check.relative_error for check in checks) < TOLERANCE


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_final_states_of_two_stateful_halves_are_those_of_the_whole(graph_of: GraphOf, cell: str) -> None:
    options = {"units": H, "layers": 2}
    graph = graph_of(
        (SOURCE, D), Node("layer", cell, options), outputs={"steps": "layer", "final": "layer.hidden"}, dtype=np.float64
    )
    x = batch()["source"]
    whole = graph.compute(x)
    graph.set_stateful(True)
    graph.compute(x[:, :2])
    rest = graph.compute(x[:, 2:])
    np.testing.assert_allclose(rest["final"].data, whole["final"].data, atol=1e-12)
    states = graph.hidden_states()["layer.hidden"]  # (L, N, H)
    np.testing.assert_array_equal(np.concatenate([*states], axis=1), rest["final"].data)


# ---- padding ----

CELLS = ["rnn", "gru", "lstm"]


def captioner(graph_of: GraphOf, cell: str) -> Graph:
    """A translator of tokens with an encoder, a decoder that starts from its state, and an image as a third input."""
    return graph_of(
        {"image": (4, 4, 1), "source": (SOURCE,), "target": (TARGET,)},
        Node("filters", "conv2d", {"filters": 2, "kernel_size": 3}, ("image",)),
        Node("flat", "flatten"),
        Node("features", "linear", {"units": D}),
        Node("words", "embedding", {"units": D, "vocabulary_size": 9}, ("source",)),
        Node("encoder", cell, {"units": H}, ("words",)),
        Node("mean", "mean_over_time", {}, ("encoder",)),
        Node("given", "embedding", {"units": E, "vocabulary_size": 9}, ("target",)),
        Node("decoder", cell, {"units": H}, ("given", "encoder.state")),
        Node("logits", "linear", {"units": 9}, ("decoder",)),
        Node("summary", "concat", {}, ("features", "mean", "decoder.hidden")),
        outputs={"words": "logits", "summary": "summary"},
    )


@st.composite
def padded_batches(draw: st.DrawFn) -> tuple[str, dict[str, np.ndarray], dict[str, int]]:
    count = draw(st.integers(1, 4))
    lengths = {
        name: np.array(draw(st.lists(st.integers(1, steps), min_size=count, max_size=count)))
        for name, steps in (("source", SOURCE), ("target", TARGET))
    }
    return draw(st.sampled_from(CELLS)), lengths, {name: draw(st.integers(0, 3)) for name in lengths}


def gradients_and_outputs(
    graph: Graph, inputs: dict[str, np.ndarray], lengths: dict[str, np.ndarray]
) -> list[np.ndarray]:
    """Return the outputs at real steps, and the gradients of their weighted sum with respect to the parameters."""
    for parameter in graph.parameters().values():
        parameter.grad = None
    outputs = graph.compute(inputs, lengths)
    of_words = graph.output_lengths(lengths)["words"]
    assert of_words is not None
    real = np.arange(outputs["words"].shape[1]) < of_words[:, None]
    direction = np.random.default_rng(6).standard_normal((len(real), TARGET, 9)).astype(np.float32)
    weights = np.zeros(outputs["words"].shape, np.float32)
    weights[real] = direction[real[:, :TARGET]]
    ((outputs["words"] * weights).sum() + outputs["summary"].sum()).backward()
    gradients = [parameter.grad for parameter in graph.parameters().values()]
    assert all(gradient is not None for gradient in gradients)
    return [outputs["words"].data[real], outputs["summary"].data, *(it for it in gradients if it is not None)]


@settings(max_examples=40, deadline=None)
@given(case=padded_batches())
def test_padding_of_each_input_changes_nothing(
    graph_of: GraphOf, case: tuple[str, dict[str, np.ndarray], dict[str, int]]
) -> None:
    """The values of padded steps of one input affect no bit of outputs or gradients, their number only rounding."""
    cell, lengths, more = case
    graph = captioner(graph_of, cell)
    generator = np.random.default_rng(5)
    count = len(lengths["source"])
    inputs = {"image": generator.standard_normal((count, 4, 4, 1)).astype(np.float32)}
    inputs |= {
        name: generator.integers(1, 9, (count, steps)) for name, steps in (("source", SOURCE), ("target", TARGET))
    }
    expected = gradients_and_outputs(graph, inputs, lengths)
    for name in ("source", "target"):
        real = np.arange(inputs[name].shape[1]) < lengths[name][:, None]
        spoiled = np.where(real, inputs[name], 8 - inputs[name] % 8)
        for one, other in zip(expected, gradients_and_outputs(graph, inputs | {name: spoiled}, lengths), strict=True):
            np.testing.assert_array_equal(one, other)
        longer = np.pad(spoiled, ((0, 0), (0, more[name])), constant_values=7)
        passes = gradients_and_outputs(graph, inputs | {name: longer}, lengths)
        # the kernels divide another number of rows differently, so sums are rounded differently
        for one, other in zip(expected, passes, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
