#include "array.h"
#include "bindings.h"

namespace dlcli {

using namespace nb::literals;

void bind_linear(nb::module_& module) {
  module.def("linear", [](const Input& x, const Input& weight, const Input& bias) {
    require(x.ndim == 2 && weight.ndim == 2 && x.shape[1] == weight.shape[0]);
    const Index n = x.shape[0], d = x.shape[1], u = weight.shape[1];
    require(!bias || (bias.ndim == 1 && bias.size == u));
    Result y({n, u});
    Epilogue epilogue;
    epilogue.bias = bias.data;
    kernels().gemm(n, u, d, {x.data, d, 1}, {weight.data, u, 1}, y.data, u, epilogue);
    return y.array;
  }, "x"_a, "weight"_a, "bias"_a.none());

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
