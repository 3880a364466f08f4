#include "array.h"
#include "bindings.h"

namespace dlcli {

using namespace nb::literals;

namespace {

void bind_batch_norm(nb::module_& module) {
  module.def(
      "batch_norm",
      [](const Input& x, const Input& gamma, const Input& beta, const Number& epsilon, const Input& residual, bool relu) {
        require(x.ndim == 2 && x.shape[0] > 0 && gamma.ndim == 1 && gamma.size == x.last() && same_shape(gamma, beta) &&
                (!residual || same_shape(x, residual)));
        Result y(x), mean(gamma), variance(gamma), inverse_std(gamma);
        kernels().batch_norm(x.data, gamma.data, beta.data, residual.data, epsilon, relu, x.rows(), x.last(), y.data, mean.data,
                             variance.data, inverse_std.data);
        return nb::make_tuple(y.array, mean.array, variance.array, inverse_std.array);
      },
      "x"_a, "gamma"_a, "beta"_a, "epsilon"_a, "residual"_a.none() = nb::none(), "relu"_a = false);
  module.def(
      "fixed_batch_norm",
      [](const Input& x, const Input& gamma, const Input& beta, const Input& mean, const Input& variance,
         const Number& epsilon, const Input& residual, bool relu) {
        require(x.ndim == 2 && gamma.ndim == 1 && gamma.size == x.last() && same_shape(gamma, beta) &&
                same_shape(gamma, mean) && same_shape(gamma, variance) && (!residual || same_shape(x, residual)));
        Result y(x);
        kernels().fixed_batch_norm(x.data, gamma.data, beta.data, mean.data, variance.data, residual.data, epsilon, relu,
                                   x.rows(), x.last(), y.data);
        return y.array;
      },
      "x"_a, "gamma"_a, "beta"_a, "mean"_a, "variance"_a, "epsilon"_a, "residual"_a.none() = nb::none(),
      "relu"_a = false);
  module.def(
      "batch_norm_backward",
      [](const Input& grad, const Input& x, const Input& gamma, const Input& mean, const Input& inverse_std,
         const Input& y, bool residual) {
        require(grad.ndim == 2 && grad.shape[0] > 0 && same_shape(grad, x) && gamma.ndim == 1 &&
                gamma.size == grad.last() && same_shape(gamma, mean) && same_shape(gamma, inverse_std) &&
                (!y || same_shape(grad, y)));
        Result grad_x(grad), grad_gamma(gamma), grad_beta(gamma);
        nb::object grad_residual = nb::none();
        float* masked = nullptr;
        if (residual && y) {
          Result masked_grad(grad);
          masked = masked_grad.data;
          grad_residual = masked_grad.array;
        } else if (residual) {
          grad_residual = nb::borrow(grad.owner);
        }
        kernels().batch_norm_backward(grad.data, x.data, gamma.data, mean.data, inverse_std.data, y.data, grad.rows(),
                                      grad.last(), grad_x.data, grad_gamma.data, grad_beta.data, masked);
        return nb::make_tuple(grad_x.array, grad_gamma.array, grad_beta.array, grad_residual);
      },
      "grad"_a, "x"_a, "gamma"_a, "mean"_a, "inverse_std"_a, "y"_a.none() = nb::none(), "residual"_a = false);
}

// array of shape (…) for an x of shape (…, D)
Result one_for_each_row(const Input& x) { return Result(x.ndim - 1, x.shape); }

bool has_rows_of(const Input& x, const Input& figures) {
  return figures.ndim == x.ndim - 1 && PyArray_CompareLists(figures.shape, x.shape, figures.ndim);
}

void bind_layer_norm(nb::module_& module) {
  module.def(
      "layer_norm",
      [](const Input& x, const Input& gamma, const Input& beta, const Number& epsilon) {
        require(x.ndim >= 1 && x.size > 0 && gamma.ndim == 1 && gamma.size == x.last() && same_shape(gamma, beta));
        Result y(x), mean = one_for_each_row(x), inverse_std = one_for_each_row(x);
        kernels().layer_norm(x.data, gamma.data, beta.data, epsilon, x.rows(), x.last(), y.data, mean.data,
                             inverse_std.data);
        return nb::make_tuple(y.array, mean.array, inverse_std.array);
      },
      "x"_a, "gamma"_a, "beta"_a, "epsilon"_a);
  module.def(
      "layer_norm_backward",
      [](const Input& grad, const Input& x, const Input& gamma, const Input& mean, const Input& inverse_std) {
        require(x.ndim >= 1 && x.size > 0 && same_shape(grad, x) && gamma.ndim == 1 && gamma.size == x.last() &&
                has_rows_of(x, mean) && has_rows_of(x, inverse_std));
        Result grad_x(x), grad_gamma(gamma), grad_beta(gamma);
        kernels().layer_norm_backward(grad.data, x.data, gamma.data, mean.data, inverse_std.data, x.rows(), x.last(),
                                      grad_x.data, grad_gamma.data, grad_beta.data);
        return nb::make_tuple(grad_x.array, grad_gamma.array, grad_beta.array);
      },
      "grad"_a, "x"_a, "gamma"_a, "mean"_a, "inverse_std"_a);
}

}  // namespace

void bind_normalization(nb::module_& module) {
  bind_batch_norm(module);
  bind_layer_norm(module);
}

}  // namespace dlcli
