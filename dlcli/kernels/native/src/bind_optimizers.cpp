#include "array.h"
#include "bindings.h"

#include <cmath>

namespace dlcli {

using namespace nb::literals;

namespace {

// flat arrays of one length
template <class... Arrays>
Index common_size(const Output& first, const Arrays&... others) {
  require(first.ndim == 1 && ((others.ndim == 1 && others.size == first.size) && ...));
  return first.size;
}

}  // namespace

// Scalars are combined in double precision, as in the reference.
void bind_optimizers(nb::module_& module) {
  module.def("sgd_update", [](const Output& parameters, const Input& gradients, double learning_rate) {
    const Index n = common_size(parameters, gradients);
    kernels().sgd_update(parameters.data, gradients.data, n, static_cast<float>(learning_rate));
  }, "parameters"_a, "gradients"_a, nb::kw_only(), "learning_rate"_a);

  module.def("momentum_update", [](const Output& parameters, const Input& gradients, const Output& velocity,
                                   double learning_rate, double momentum, bool nesterov) {
    const Index n = common_size(parameters, gradients, velocity);
    kernels().momentum_update(parameters.data, gradients.data, velocity.data, n, static_cast<float>(learning_rate),
                              static_cast<float>(momentum), nesterov);
  }, "parameters"_a, "gradients"_a, "velocity"_a, nb::kw_only(), "learning_rate"_a, "momentum"_a, "nesterov"_a = false);

  module.def("adagrad_update", [](const Output& parameters, const Input& gradients, const Output& squares,
                                  double learning_rate, double epsilon) {
    const Index n = common_size(parameters, gradients, squares);
    kernels().adagrad_update(parameters.data, gradients.data, squares.data, n, static_cast<float>(learning_rate),
                             static_cast<float>(epsilon));
  }, "parameters"_a, "gradients"_a, "squares"_a, nb::kw_only(), "learning_rate"_a, "epsilon"_a);

  module.def("rmsprop_update", [](const Output& parameters, const Input& gradients, const Output& squares,
                                  double learning_rate, double beta, double epsilon) {
    const Index n = common_size(parameters, gradients, squares);
    const double root = std::sqrt(1 - beta);
    kernels().rmsprop_update(parameters.data, gradients.data, squares.data, n,
                             static_cast<float>(learning_rate / root), static_cast<float>(beta),
                             static_cast<float>(epsilon / root));
  }, "parameters"_a, "gradients"_a, "squares"_a, nb::kw_only(), "learning_rate"_a, "beta"_a, "epsilon"_a);

  module.def("centered_rmsprop_update", [](const Output& parameters, const Input& gradients, const Output& squares,
                                           const Output& means, double learning_rate, double beta, double epsilon) {
    const Index n = common_size(parameters, gradients, squares, means);
    const double root = std::sqrt(1 - beta);
    kernels().centered_rmsprop_update(parameters.data, gradients.data, squares.data, means.data, n,
                                      static_cast<float>(learning_rate / root), static_cast<float>(beta),
                                      static_cast<float>(1 - beta), static_cast<float>(epsilon / root));
  }, "parameters"_a, "gradients"_a, "squares"_a, "means"_a, nb::kw_only(), "learning_rate"_a, "beta"_a, "epsilon"_a);

  module.def("adam_update", [](const Output& parameters, const Input& gradients, const Output& first_moment,
                               const Output& second_moment, double learning_rate, double beta1, double beta2,
                               double epsilon, std::int64_t step) {
    const Index n = common_size(parameters, gradients, first_moment, second_moment);
    const double first_weight = (1 - std::pow(beta1, step)) / (1 - beta1);
    const double root = std::sqrt((1 - std::pow(beta2, step)) / (1 - beta2));
    kernels().adam_update(parameters.data, gradients.data, first_moment.data, second_moment.data, n,
                          static_cast<float>(learning_rate / first_weight * root), static_cast<float>(beta1),
                          static_cast<float>(beta2), static_cast<float>(epsilon * root));
  }, "parameters"_a, "gradients"_a, "first_moment"_a, "second_moment"_a, nb::kw_only(), "learning_rate"_a, "beta1"_a,
     "beta2"_a, "epsilon"_a, "step"_a);

  module.def("add_penalty_gradient", [](const Output& gradients, const Input& weights, double l1, double l2) {
    const Index n = common_size(gradients, weights);
    kernels().add_penalty_gradient(gradients.data, weights.data, n, static_cast<float>(l1), static_cast<float>(l2));
  }, "gradients"_a, "weights"_a, nb::kw_only(), "l1"_a, "l2"_a);

  module.def("discounted_sum_update", [](const Output& total, const Input& values, double decay) {
    const Index n = common_size(total, values);
    kernels().discounted_sum_update(total.data, values.data, n, static_cast<float>(decay));
  }, "total"_a, "values"_a, nb::kw_only(), "decay"_a);

  module.def("l2_norm", [](const Input& x) {
    require(x.ndim == 1);
    const double square = kernels().sum_of_squares(x.data, x.size);
    // outside of it squares may have been lost to underflow or overflow; the reference sums them in double precision
    require(1e-24 <= square && square <= 1e37);
    return std::sqrt(square);
  }, "x"_a);

  module.def("is_finite", [](const Input& x) { return kernels().is_finite(x.data, x.size); }, "x"_a);
}

}  // namespace dlcli
