// Elementwise activations, forward and backward.
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// elements that are worth another thread: cheap ones wait for memory, the others compute
constexpr Index cheap = 32768;

template <class F>
void unary(const float* x, float* y, Index n, Index grain, const F& f) {
  divide(n, grain, 64, [&](Index begin, Index end) { map(x, y, begin, end, f); });
}

template <class F>
void binary(const float* a, const float* b, float* y, Index n, Index grain, const F& f) {
  divide(n, grain, 64, [&](Index begin, Index end) { map(a, b, y, begin, end, f); });
}

}  // namespace

void relu(const float* x, float* y, Index n) {
  // NaN stays NaN, as in NumPy's maximum
  unary(x, y, n, cheap, [](Vec v) { return v < 0.0f ? Vec{} : v; });
}

void relu_backward(const float* grad, const float* y, float* grad_x, Index n) {
  binary(grad, y, grad_x, n, cheap, [](Vec g, Vec v) { return v > 0.0f ? g : Vec{}; });
}

}  // namespace dlcli::DLCLI_ISA
