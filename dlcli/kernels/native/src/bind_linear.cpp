#include "array.h"
#include "bindings.h"

#include <cstring>

namespace dlcli {

using namespace nb::literals;

namespace {

Activation activation_named(nb::handle name) {
  if (name.is_none()) return Activation::none;
  const char* text = PyUnicode_AsUTF8(name.ptr());
  if (text == nullptr) throw nb::python_error();
  if (std::strcmp(text, "relu") == 0) return Activation::relu;
  if (std::strcmp(text, "sigmoid") == 0) return Activation::sigmoid;
  if (std::strcmp(text, "tanh") == 0) return Activation::tanh;
  unfit();
}

}  // namespace

void bind_linear(nb::module_& module) {
  module.def("linear", [](const Input& x, const Input& weight, const Input& bias, nb::object activation) {
    require(x.ndim == 2 && weight.ndim == 2 && x.shape[1] == weight.shape[0]);
    const Index n = x.shape[0], d = x.shape[1], u = weight.shape[1];
    require(!bias || (bias.ndim == 1 && bias.size == u));
    Result y({n, u});
    Epilogue epilogue;
    epilogue.bias = bias.data;
    epilogue.activation = activation_named(activation);
    kernels().gemm(n, u, d, {x.data, d, 1}, {weight.data, u, 1}, y.data, u, epilogue);
    return y.array;
  }, "x"_a, "weight"_a, "bias"_a.none(), "activation"_a.none() = nb::none());

  module.def("linear_grad_input", [](const Input& grad, const Input& weight) {
    require(grad.ndim == 2 && weight.ndim == 2 && grad.shape[1] == weight.shape[1]);
    const Index n = grad.shape[0], d = weight.shape[0], u = weight.shape[1];
    Result grad_x({n, d});
    kernels().gemm(n, d, u, {grad.data, u, 1}, {weight.data, 1, u}, grad_x.data, d, {});
    return grad_x.array;
  }, "grad"_a, "weight"_a);

  module.def("linear_grad_weight", [](const Input& x, const Input& grad, const Output& out) {
    require(x.ndim == 2 && grad.ndim == 2 && x.shape[0] == grad.shape[0]);
    const Index n = x.shape[0], d = x.shape[1], u = grad.shape[1];
    Destination to(out, {d, u});
    kernels().gemm(d, u, n, {x.data, 1, d}, {grad.data, u, 1}, to.data, u, {});
    return to.array;
  }, "x"_a, "grad"_a, "out"_a.none() = nb::none());

  module.def("linear_grad_bias", [](const Input& grad, const Output& out) {
    require(grad.ndim == 2);
    Destination to(out, {grad.shape[1]});
    kernels().column_sums(grad.data, grad.shape[0], grad.shape[1], to.data);
    return to.array;
  }, "grad"_a, "out"_a.none() = nb::none());
}

}  // namespace dlcli
