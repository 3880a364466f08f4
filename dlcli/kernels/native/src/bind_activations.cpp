#include "array.h"
#include "bindings.h"

namespace dlcli {

using namespace nb::literals;

namespace {

using Unary = void (*Kernels::*)(const float*, float*, Index);
using UnaryWith = void (*Kernels::*)(const float*, float*, Index, float);
using Binary = void (*Kernels::*)(const float*, const float*, float*, Index);
using BinaryWith = void (*Kernels::*)(const float*, const float*, float*, Index, float);

// Binds a kernel that computes y from x.
void def(nb::module_& module, const char* name, Unary kernel) {
  module.def(name, [kernel](const Input& x) {
    Result y(x);
    (kernels().*kernel)(x.data, y.data, x.size);
    return y.array;
  }, "x"_a);
}

// Binds a kernel that computes y from x and one number.
void def(nb::module_& module, const char* name, UnaryWith kernel, const char* number) {
  module.def(name, [kernel](const Input& x, const Number& number) {
    Result y(x);
    (kernels().*kernel)(x.data, y.data, x.size, number);
    return y.array;
  }, "x"_a, nb::arg(number));
}

// Binds a kernel that computes grad_x from grad and the saved input or output of the forward pass.
void def(nb::module_& module, const char* name, Binary kernel, const char* saved) {
  module.def(name, [kernel](const Input& grad, const Input& saved) {
    require(same_shape(grad, saved));
    Result grad_x(grad);
    (kernels().*kernel)(grad.data, saved.data, grad_x.data, grad.size);
    return grad_x.array;
  }, "grad"_a, nb::arg(saved));
}

void def(nb::module_& module, const char* name, BinaryWith kernel, const char* saved, const char* number) {
  module.def(name, [kernel](const Input& grad, const Input& saved, const Number& number) {
    require(same_shape(grad, saved));
    Result grad_x(grad);
    (kernels().*kernel)(grad.data, saved.data, grad_x.data, grad.size, number);
    return grad_x.array;
  }, "grad"_a, nb::arg(saved), nb::arg(number));
}

}  // namespace

void bind_activations(nb::module_& module) {
  def(module, "relu", &Kernels::relu);
  def(module, "relu_backward", &Kernels::relu_backward, "y");
  def(module, "leaky_relu", &Kernels::leaky_relu, "slope");
  def(module, "leaky_relu_backward", &Kernels::leaky_relu_backward, "x", "slope");
  def(module, "elu", &Kernels::elu, "alpha");
  def(module, "elu_backward", &Kernels::elu_backward, "y", "alpha");
  def(module, "sigmoid", &Kernels::sigmoid);
  def(module, "sigmoid_backward", &Kernels::sigmoid_backward, "y");
  def(module, "tanh", &Kernels::tanh);
  def(module, "tanh_backward", &Kernels::tanh_backward, "y");
  def(module, "softplus", &Kernels::softplus);
  def(module, "softplus_backward", &Kernels::softplus_backward, "x");
  def(module, "silu", &Kernels::silu);
  def(module, "silu_backward", &Kernels::silu_backward, "x");
  def(module, "gelu", &Kernels::gelu);
  def(module, "gelu_backward", &Kernels::gelu_backward, "x");
  def(module, "gelu_tanh", &Kernels::gelu_tanh);
  def(module, "gelu_tanh_backward", &Kernels::gelu_tanh_backward, "x");
}

}  // namespace dlcli
