#include "array.h"
#include "bindings.h"
#include "sequences.h"

namespace dlcli {

using namespace nb::literals;

namespace {

// Mask (N, T) as bytes, 0 where a step is padding; `data` is null for None
struct Mask {
  nb::object owner;
  const unsigned char* data = nullptr;

  Mask(nb::handle mask, Index batch, Index length) {
    if (mask.is_none()) return;
    owner = nb::steal(PyArray_FROM_OTF(mask.ptr(), NPY_BOOL, NPY_ARRAY_CARRAY_RO | NPY_ARRAY_FORCECAST));
    if (!owner) throw nb::python_error();
    auto* array = reinterpret_cast<PyArrayObject*>(owner.ptr());
    require(PyArray_NDIM(array) == 2 && PyArray_DIM(array, 0) == batch && PyArray_DIM(array, 1) == length);
    data = static_cast<const unsigned char*>(PyArray_DATA(array));
  }
};

bool is_shape(const Input& array, std::initializer_list<npy_intp> shape) {
  return array.ndim == static_cast<int>(shape.size()) && PyArray_CompareLists(array.shape, shape.begin(), array.ndim);
}

// Inputs of a layer, whose shapes are checked; its weights have `gates` times `size` columns
struct Layer {
  Mask mask;
  Sequences s;

  Layer(const Steps& x, const Input& input_weight, const Input& recurrent_weight, Index gates,
        std::initializer_list<const Input*> initial, nb::handle given_mask, bool reverse)
      : mask(given_mask, x.are_sequences() ? x.axis(0) : 0, x.are_sequences() ? x.axis(1) : 0) {
    require(x.are_sequences() && input_weight.ndim == 2 && recurrent_weight.ndim == 2);
    s = {x.axis(0), x.axis(1), x.are_tokens() ? 0 : x.axis(2), recurrent_weight.shape[0], reverse, mask.data};
    s.tokens = x.tokens.data;
    s.vocabulary = x.are_tokens() ? input_weight.shape[0] : 0;
    for (Index i = 0; i < x.tokens.size; ++i) require(0 <= s.tokens[i] && s.tokens[i] < s.vocabulary);
    require(rows() > 0 && s.size > 0);
    require(is_shape(input_weight, {rows(), gates * s.size}) && is_shape(recurrent_weight, {s.size, gates * s.size}));
    for (const Input* state : initial) require(!*state || is_shape(*state, {s.batch, s.size}));
  }

  // number of rows of the input weight
  Index rows() const { return s.inputs + s.vocabulary; }
};

// Destination of a gradient: the array that the caller passes, or a new one for None
struct Gradient : Destination {
  Gradient(nb::handle lent, std::initializer_list<npy_intp> shape) : Destination(as_output(lent), shape) {}

  static Output as_output(nb::handle lent) {
    Output out;
    require(nb::try_cast(lent, out));
    return out;
  }
};

// A new array for a gradient, or None if it is not needed
struct Optional {
  nb::object array = nb::none();
  float* data = nullptr;

  Optional(bool needed, const Input& like) {
    if (!needed) return;
    Result result(like);
    array = std::move(result.array);
    data = result.data;
  }
};

}  // namespace

void bind_recurrent(nb::module_& module) {
  module.def("rnn", [](const Steps& x, const Input& input_weight, const Input& recurrent_weight, const Input& bias,
                       const Input& initial_state, nb::handle mask, bool reverse) {
    const Layer layer(x, input_weight, recurrent_weight, 1, {&initial_state}, mask, reverse);
    const Sequences& s = layer.s;
    require(is_shape(bias, {s.size}));
    Result states({s.batch, s.length, s.size});
    kernels().rnn(s, x.vectors.data, input_weight.data, recurrent_weight.data, bias.data, initial_state.data,
                  states.data);
    return states.array;
  }, "x"_a, "input_weight"_a, "recurrent_weight"_a, "bias"_a, "initial_state"_a.none(), "mask"_a.none(), "reverse"_a);

  module.def("rnn_backward", [](const Input& grad_states, const Steps& x, const Input& input_weight,
                                const Input& recurrent_weight, const Input& initial_state, nb::handle mask,
                                bool reverse, const Input& states, bool needs_x, nb::tuple out) {
    const Layer layer(x, input_weight, recurrent_weight, 1, {&initial_state}, mask, reverse);
    const Sequences& s = layer.s;
    require(is_shape(states, {s.batch, s.length, s.size}) && same_shape(grad_states, states) && out.size() == 3);
    Optional grad_x(needs_x && !x.are_tokens(), x.vectors);
    Gradient grad_input_weight(out[0], {layer.rows(), s.size}), grad_recurrent_weight(out[1], {s.size, s.size});
    Gradient grad_bias(out[2], {s.size});
    Result grad_initial({s.batch, s.size});
    kernels().rnn_backward(s, grad_states.data, x.vectors.data, input_weight.data, recurrent_weight.data,
                           initial_state.data, states.data, grad_x.data, grad_input_weight.data,
                           grad_recurrent_weight.data, grad_bias.data, grad_initial.data);
    return nb::make_tuple(grad_x.array, grad_input_weight.array, grad_recurrent_weight.array, grad_bias.array,
                          grad_initial.array);
  }, "grad_states"_a, "x"_a, "input_weight"_a, "recurrent_weight"_a, "initial_state"_a.none(), "mask"_a.none(),
     "reverse"_a, "states"_a, "needs_x"_a = true, "out"_a = nb::make_tuple(nb::none(), nb::none(), nb::none()));

  module.def("gru", [](const Steps& x, const Input& input_weight, const Input& recurrent_weight, const Input& bias,
                       const Input& candidate_bias, const Input& initial_state, nb::handle mask, bool reverse,
                       bool reset_after) {
    const Layer layer(x, input_weight, recurrent_weight, 3, {&initial_state}, mask, reverse);
    const Sequences& s = layer.s;
    require(is_shape(bias, {3 * s.size}) && (!candidate_bias || is_shape(candidate_bias, {s.size})));
    Result states({s.batch, s.length, s.size}), gates({s.batch, s.length, 4 * s.size});
    kernels().gru(s, x.vectors.data, input_weight.data, recurrent_weight.data, bias.data, candidate_bias.data,
                  initial_state.data, reset_after, states.data, gates.data);
    return nb::make_tuple(states.array, gates.array);
  }, "x"_a, "input_weight"_a, "recurrent_weight"_a, "bias"_a, "candidate_bias"_a.none(), "initial_state"_a.none(),
     "mask"_a.none(), "reverse"_a, "reset_after"_a);

  module.def("gru_backward", [](const Input& grad_states, const Steps& x, const Input& input_weight,
                                const Input& recurrent_weight, const Input& initial_state, nb::handle mask,
                                bool reverse, bool reset_after, const Input& states, const Input& gates, bool needs_x,
                                nb::tuple out) {
    const Layer layer(x, input_weight, recurrent_weight, 3, {&initial_state}, mask, reverse);
    const Sequences& s = layer.s;
    require(is_shape(states, {s.batch, s.length, s.size}) && is_shape(gates, {s.batch, s.length, 4 * s.size}) &&
            same_shape(grad_states, states) && out.size() == 4);
    Optional grad_x(needs_x && !x.are_tokens(), x.vectors);
    Gradient grad_input_weight(out[0], {layer.rows(), 3 * s.size});
    Gradient grad_recurrent_weight(out[1], {s.size, 3 * s.size});
    Gradient grad_bias(out[2], {3 * s.size}), grad_candidate_bias(out[3], {s.size});
    Result grad_initial({s.batch, s.size});
    kernels().gru_backward(s, grad_states.data, x.vectors.data, input_weight.data, recurrent_weight.data, initial_state.data,
                           reset_after, states.data, gates.data, grad_x.data, grad_input_weight.data,
                           grad_recurrent_weight.data, grad_bias.data, grad_candidate_bias.data, grad_initial.data);
    return nb::make_tuple(grad_x.array, grad_input_weight.array, grad_recurrent_weight.array, grad_bias.array,
                          grad_candidate_bias.array, grad_initial.array);
  }, "grad_states"_a, "x"_a, "input_weight"_a, "recurrent_weight"_a, "initial_state"_a.none(), "mask"_a.none(),
     "reverse"_a, "reset_after"_a, "states"_a, "gates"_a, "needs_x"_a = true,
     "out"_a = nb::make_tuple(nb::none(), nb::none(), nb::none(), nb::none()));

  module.def("lstm", [](const Steps& x, const Input& input_weight, const Input& recurrent_weight, const Input& bias,
                        const Input& initial_hidden, const Input& initial_cell, nb::handle mask, bool reverse) {
    const Layer layer(x, input_weight, recurrent_weight, 4, {&initial_hidden, &initial_cell}, mask, reverse);
    const Sequences& s = layer.s;
    require(is_shape(bias, {4 * s.size}));
    Result states({2, s.batch, s.length, s.size}), gates({s.batch, s.length, 4 * s.size});
    kernels().lstm(s, x.vectors.data, input_weight.data, recurrent_weight.data, bias.data, initial_hidden.data,
                   initial_cell.data, states.data, gates.data);
    return nb::make_tuple(states.array, gates.array);
  }, "x"_a, "input_weight"_a, "recurrent_weight"_a, "bias"_a, "initial_hidden"_a.none(), "initial_cell"_a.none(),
     "mask"_a.none(), "reverse"_a);

  module.def("lstm_backward", [](const Input& grad_hidden, const Input& grad_cell, const Steps& x,
                                 const Input& input_weight, const Input& recurrent_weight, const Input& initial_hidden,
                                 const Input& initial_cell, nb::handle mask, bool reverse, const Input& states,
                                 const Input& gates, bool needs_x, nb::tuple out) {
    const Layer layer(x, input_weight, recurrent_weight, 4, {&initial_hidden, &initial_cell}, mask, reverse);
    const Sequences& s = layer.s;
    require(is_shape(states, {2, s.batch, s.length, s.size}) && is_shape(gates, {s.batch, s.length, 4 * s.size}) &&
            is_shape(grad_hidden, {s.batch, s.length, s.size}) && (!grad_cell || same_shape(grad_cell, grad_hidden)) &&
            out.size() == 3);
    Optional grad_x(needs_x && !x.are_tokens(), x.vectors);
    Gradient grad_input_weight(out[0], {layer.rows(), 4 * s.size});
    Gradient grad_recurrent_weight(out[1], {s.size, 4 * s.size});
    Gradient grad_bias(out[2], {4 * s.size});
    Result grad_initial_hidden({s.batch, s.size}), grad_initial_cell({s.batch, s.size});
    kernels().lstm_backward(s, grad_hidden.data, grad_cell.data, x.vectors.data, input_weight.data, recurrent_weight.data,
                            initial_hidden.data, initial_cell.data, states.data, gates.data, grad_x.data,
                            grad_input_weight.data, grad_recurrent_weight.data, grad_bias.data,
                            grad_initial_hidden.data, grad_initial_cell.data);
    return nb::make_tuple(grad_x.array, grad_input_weight.array, grad_recurrent_weight.array, grad_bias.array,
                          grad_initial_hidden.array, grad_initial_cell.array);
  }, "grad_hidden"_a, "grad_cell"_a.none(), "x"_a, "input_weight"_a, "recurrent_weight"_a, "initial_hidden"_a.none(),
     "initial_cell"_a.none(), "mask"_a.none(), "reverse"_a, "states"_a, "gates"_a, "needs_x"_a = true,
     "out"_a = nb::make_tuple(nb::none(), nb::none(), nb::none()));

  module.def("embedding", [](const Input& weight, const Labels& indices) {
    require(weight.ndim == 2 && indices.ndim < NPY_MAXDIMS);
    for (Index i = 0; i < indices.size; ++i) require(0 <= indices.data[i] && indices.data[i] < weight.shape[0]);
    npy_intp shape[NPY_MAXDIMS];
    for (int i = 0; i < indices.ndim; ++i) shape[i] = indices.shape[i];
    shape[indices.ndim] = weight.shape[1];
    Result rows(indices.ndim + 1, shape);
    kernels().embedding(weight.data, weight.shape[1], indices.data, indices.size, rows.data);
    return rows.array;
  }, "weight"_a, "indices"_a);

  module.def("embedding_backward", [](const Input& grad, const Labels& indices, Index num_embeddings,
                                      const Output& out) {
    require(grad.ndim == indices.ndim + 1 && PyArray_CompareLists(grad.shape, indices.shape, indices.ndim));
    for (Index i = 0; i < indices.size; ++i) require(0 <= indices.data[i] && indices.data[i] < num_embeddings);
    Destination grad_weight(out, {num_embeddings, grad.last()});
    kernels().embedding_backward(grad.data, grad.last(), indices.data, indices.size, num_embeddings, grad_weight.data);
    return grad_weight.array;
  }, "grad"_a, "indices"_a, "num_embeddings"_a, "out"_a.none() = nb::none());
}

}  // namespace dlcli
