#include "array.h"
#include "bindings.h"

#include <cmath>

namespace dlcli {

using namespace nb::literals;

namespace {

// Requires flat arrays of the same length, and returns it.
template <class... Arrays>
Index common_size(const Output& first, const Arrays&... others) {
  require(first.ndim == 1 && ((others.ndim == 1 && others.size == first.size) && ...));
  return first.size;
}

}  // namespace

// Scalars are combined in double precision, as in the reference.
void bind_optimizers(nb::module_& module) {
  module.def("sgd_update", [](const Output& parameters, const Input& gradients, const Number& learning_rate) {
    const Index n = common_size(parameters, gradients);
    kernels().sgd_update(parameters.data, gradients.data, n, learning_rate);
  }, "parameters"_a, "gradients"_a, nb::kw_only(), "learning_rate"_a);

  module.def("momentum_update", [](const Output& parameters, const Input& gradients, const Output& velocity,
                                   const Number& learning_rate, const Number& momentum, bool nesterov) {
    const Index n = common_size(parameters, gradients, velocity);
    kernels().momentum_update(parameters.data, gradients.data, velocity.data, n, learning_rate,
                              momentum, nesterov);
  }, "parameters"_a, "gradients"_a, "velocity"_a, nb::kw_only(), "learning_rate"_a, "momentum"_a, "nesterov"_a = false);

  module.def("adagrad_update", [](const Output& parameters, const Input& gradients, const Output& squares,
                                  const Number& learning_rate, const Number& epsilon) {
    const Index n = common_size(parameters, gradients, squares);
    kernels().adagrad_update(parameters.data, gradients.data, squares.data, n, learning_rate,
                             epsilon);
  }, "parameters"_a, "gradients"_a, "squares"_a, nb::kw_only(), "learning_rate"_a, "epsilon"_a);

  module.def("rmsprop_update", [](const Output& parameters, const Input& gradients, const Output& squares,
                                  const Number& learning_rate, const Number& beta, const Number& epsilon) {
    const Index n = common_size(parameters, gradients, squares);
    const double root = std::sqrt(1 - beta.value);
    kernels().rmsprop_update(parameters.data, gradients.data, squares.data, n,
                             static_cast<float>(learning_rate.value / root), beta,
                             static_cast<float>(epsilon.value / root));
  }, "parameters"_a, "gradients"_a, "squares"_a, nb::kw_only(), "learning_rate"_a, "beta"_a, "epsilon"_a);

  module.def("centered_rmsprop_update", [](const Output& parameters, const Input& gradients, const Output& squares,
                                           const Output& means, const Number& learning_rate, const Number& beta, const Number& epsilon) {
    const Index n = common_size(parameters, gradients, squares, means);
    const double root = std::sqrt(1 - beta.value);
    kernels().centered_rmsprop_update(parameters.data, gradients.data, squares.data, means.data, n,
                                      static_cast<float>(learning_rate.value / root), beta,
                                      static_cast<float>(1 - beta.value), static_cast<float>(epsilon.value / root));
  }, "parameters"_a, "gradients"_a, "squares"_a, "means"_a, nb::kw_only(), "learning_rate"_a, "beta"_a, "epsilon"_a);

  module.def("adam_update", [](const Output& parameters, const Input& gradients, const Output& first_moment,
                               const Output& second_moment, const Number& learning_rate, const Number& beta1, const Number& beta2,
                               const Number& epsilon, std::int64_t step) {
    const Index n = common_size(parameters, gradients, first_moment, second_moment);
    const double first_weight = (1 - std::pow(beta1.value, step)) / (1 - beta1.value);
    const double root = std::sqrt((1 - std::pow(beta2.value, step)) / (1 - beta2.value));
    kernels().adam_update(parameters.data, gradients.data, first_moment.data, second_moment.data, n,
                          static_cast<float>(learning_rate.value / first_weight * root), beta1,
                          beta2, static_cast<float>(epsilon.value * root));
  }, "parameters"_a, "gradients"_a, "first_moment"_a, "second_moment"_a, nb::kw_only(), "learning_rate"_a, "beta1"_a,
     "beta2"_a, "epsilon"_a, "step"_a);

  module.def("add_penalty_gradient", [](const Output& gradients, const Input& weights, const Number& l1, const Number& l2) {
    const Index n = common_size(gradients, weights);
    kernels().add_penalty_gradient(gradients.data, weights.data, n, l1, l2);
  }, "gradients"_a, "weights"_a, nb::kw_only(), "l1"_a, "l2"_a);

  module.def("discounted_sum_update", [](const Output& total, const Input& values, const Number& decay) {
    const Index n = common_size(total, values);
    kernels().discounted_sum_update(total.data, values.data, n, decay);
  }, "total"_a, "values"_a, nb::kw_only(), "decay"_a);

  module.def("scale_update", [](const Output& values, const Number& factor) {
    kernels().scale_update(values.data, common_size(values), factor);
  }, "values"_a, nb::kw_only(), "factor"_a);

  module.def("clip_update", [](const Output& values, const Number& limit) {
    kernels().clip_update(values.data, common_size(values), limit);
  }, "values"_a, nb::kw_only(), "limit"_a);

  module.def("l2_norm", [](const Input& x) {
    require(x.ndim == 1);
    const double square = kernels().sum_of_squares(x.data, x.size);
    // outside of this range, squares may have underflowed or overflowed; the reference sums them in double precision
    require(1e-24 <= square && square <= 1e37);
    return std::sqrt(square);
  }, "x"_a);

  module.def("is_finite", [](const Input& x) { return kernels().is_finite(x.data, x.size); }, "x"_a);
}

}  // namespace dlcli
