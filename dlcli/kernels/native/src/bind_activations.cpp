#include "array.h"
#include "bindings.h"

namespace dlcli {

using namespace nb::literals;

void bind_activations(nb::module_& module) {
  module.def("relu", [](const Input& x) {
    Result y(x);
    kernels().relu(x.data, y.data, x.size);
    return y.array;
  }, "x"_a);
  module.def("relu_backward", [](const Input& grad, const Input& y) {
    require(same_shape(grad, y));
    Result grad_x(grad);
    kernels().relu_backward(grad.data, y.data, grad_x.data, grad.size);
    return grad_x.array;
  }, "grad"_a, "y"_a);
}

}  // namespace dlcli
