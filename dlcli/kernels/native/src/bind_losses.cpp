#include "array.h"
#include "bindings.h"

namespace dlcli {

using namespace nb::literals;

namespace {

static_assert(sizeof(npy_intp) == sizeof(std::intptr_t));

// Requires labels (N,) for logits (N, K), all of them in [0, K).
void require_classes(const Input& logits, const Labels& labels) {
  require(logits.ndim == 2 && labels.ndim == 1 && labels.size == logits.shape[0]);
  const auto classes = static_cast<std::size_t>(logits.shape[1]);
  for (Index i = 0; i < labels.size; ++i) require(static_cast<std::size_t>(labels.data[i]) < classes);
}

using RowMap = void (*Kernels::*)(const float*, float*, Index, Index);
using RowMapBackward = void (*Kernels::*)(const float*, const float*, float*, Index, Index);

void def(nb::module_& module, const char* name, RowMap kernel) {
  module.def(name, [kernel](const Input& x) {
    require(x.ndim >= 1 && x.size > 0);
    Result y(x);
    (kernels().*kernel)(x.data, y.data, x.rows(), x.last());
    return y.array;
  }, "x"_a);
}

void def(nb::module_& module, const char* name, RowMapBackward kernel) {
  module.def(name, [kernel](const Input& grad, const Input& y) {
    require(grad.ndim >= 1 && grad.size > 0 && same_shape(grad, y));
    Result grad_x(grad);
    (kernels().*kernel)(grad.data, y.data, grad_x.data, grad.rows(), grad.last());
    return grad_x.array;
  }, "grad"_a, "y"_a);
}

}  // namespace

void bind_losses(nb::module_& module) {
  def(module, "softmax", &Kernels::softmax);
  def(module, "softmax_backward", &Kernels::softmax_backward);
  def(module, "log_softmax", &Kernels::log_softmax);
  def(module, "log_softmax_backward", &Kernels::log_softmax_backward);

  module.def("softmax_cross_entropy", [](const Input& logits, const Labels& labels) {
    require_classes(logits, labels);
    Result losses({labels.size}), probabilities(logits);
    kernels().softmax_cross_entropy(logits.data, labels.data, losses.data, probabilities.data, logits.shape[0],
                                    logits.shape[1]);
    return nb::make_tuple(losses.array, probabilities.array);
  }, "logits"_a, "labels"_a);

  module.def("softmax_cross_entropy_backward", [](const Input& probabilities, const Labels& labels, const Scale& scale) {
    require_classes(probabilities, labels);
    require(!scale.data || scale.size == labels.size);
    Result grad(probabilities);
    kernels().softmax_cross_entropy_backward(probabilities.data, labels.data, scale.data, scale.value, grad.data,
                                             probabilities.shape[0], probabilities.shape[1]);
    return grad.array;
  }, "probabilities"_a, "labels"_a, "scale"_a);

  module.def("binary_cross_entropy", [](const Input& logits, const Input& targets, const Number& positive_weight) {
    require(same_shape(logits, targets));
    Result losses(logits);
    kernels().binary_cross_entropy(logits.data, targets.data, losses.data, logits.size, positive_weight);
    return losses.array;
  }, "logits"_a, "targets"_a, "positive_weight"_a);

  module.def("binary_cross_entropy_backward", [](const Input& logits, const Input& targets, const Number& positive_weight) {
    require(same_shape(logits, targets));
    Result grad(logits);
    kernels().binary_cross_entropy_backward(logits.data, targets.data, grad.data, logits.size, positive_weight);
    return grad.array;
  }, "logits"_a, "targets"_a, "positive_weight"_a);

  module.def("huber", [](const Input& residuals, const Number& delta) {
    Result losses(residuals);
    kernels().huber(residuals.data, losses.data, residuals.size, delta);
    return losses.array;
  }, "residuals"_a, "delta"_a);

  module.def("huber_backward", [](const Input& residuals, const Number& delta) {
    Result grad(residuals);
    kernels().huber_backward(residuals.data, grad.data, residuals.size, delta);
    return grad.array;
  }, "residuals"_a, "delta"_a);
}

}  // namespace dlcli
