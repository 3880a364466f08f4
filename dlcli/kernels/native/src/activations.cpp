// Elementwise activations, forward and backward; formulas in kernels/reference/activations.py.
#include "simd.h"
#include "threads.h"
#include "vector_math.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of elements that are worth another thread: for functions that memory limits, and for those with an exponential
constexpr Index light = 32768;
constexpr Index heavy = 16384;

template <class F>
void unary(const float* x, float* y, Index n, Index grain, const F& f) {
  divide(n, grain, 64, [&](Index begin, Index end) { map(x, y, begin, end, f); });
}

template <class F>
void binary(const float* a, const float* b, float* y, Index n, Index grain, const F& f) {
  divide(n, grain, 64, [&](Index begin, Index end) { map(a, b, y, begin, end, f); });
}

constexpr float sqrt_2_over_pi = 0.79788456080286536f;
constexpr float one_over_sqrt_2_pi = 0.39894228040143268f;
constexpr float gelu_cubic = 0.044715f;

DLCLI_INLINE Vec gelu_tanh_argument(Vec x) { return sqrt_2_over_pi * (x + gelu_cubic * (x * x * x)); }

}  // namespace

// Comparisons are written so that NaN remains NaN.
void relu(const float* x, float* y, Index n) {
  unary(x, y, n, light, [](Vec v) { return select(v < 0.0f, Vec{}, v); });
}

void relu_backward(const float* grad, const float* y, float* grad_x, Index n) {
  // a product instead of a selection, so that a gradient of NaN remains NaN even where y is 0
  binary(grad, y, grad_x, n, light, [](Vec g, Vec v) { return g * select(v > 0.0f, splat(1.0f), Vec{}); });
}

void leaky_relu(const float* x, float* y, Index n, float slope) {
  unary(x, y, n, light, [=](Vec v) { return select(v > 0.0f, v, slope * v); });
}

void leaky_relu_backward(const float* grad, const float* x, float* grad_x, Index n, float slope) {
  binary(grad, x, grad_x, n, light, [=](Vec g, Vec v) { return select(v > 0.0f, g, slope * g); });
}

void elu(const float* x, float* y, Index n, float alpha) {
  unary(x, y, n, heavy, [=](Vec v) { return select(v > 0.0f, v, alpha * expm1_negative(select(v > 0.0f, Vec{}, v))); });
}

void elu_backward(const float* grad, const float* y, float* grad_x, Index n, float alpha) {
  binary(grad, y, grad_x, n, light, [=](Vec g, Vec v) { return select(v > 0.0f, g, g * (v + alpha)); });
}

void sigmoid(const float* x, float* y, Index n) {
  unary(x, y, n, heavy, [](Vec v) { return sigmoid(v); });
}

void sigmoid_backward(const float* grad, const float* y, float* grad_x, Index n) {
  binary(grad, y, grad_x, n, light, [](Vec g, Vec v) { return v * (1.0f - v) * g; });
}

void tanh(const float* x, float* y, Index n) {
  unary(x, y, n, heavy, [](Vec v) { return tanh(v); });
}

void tanh_backward(const float* grad, const float* y, float* grad_x, Index n) {
  binary(grad, y, grad_x, n, light, [](Vec g, Vec v) { return (1.0f - v * v) * g; });
}

void softplus(const float* x, float* y, Index n) {
  unary(x, y, n, heavy, [](Vec v) { return softplus(v); });
}

void softplus_backward(const float* grad, const float* x, float* grad_x, Index n) {
  binary(grad, x, grad_x, n, heavy, [](Vec g, Vec v) { return g * sigmoid(v); });
}

void silu(const float* x, float* y, Index n) {
  unary(x, y, n, heavy, [](Vec v) { return v * sigmoid(v); });
}

void silu_backward(const float* grad, const float* x, float* grad_x, Index n) {
  binary(grad, x, grad_x, n, heavy, [](Vec g, Vec v) {
    const Vec s = sigmoid(v);
    return g * s * (1.0f + v * (1.0f - s));
  });
}

void gelu(const float* x, float* y, Index n) {
  unary(x, y, n, heavy, [](Vec v) { return v * normal_cdf(v); });
}

void gelu_backward(const float* grad, const float* x, float* grad_x, Index n) {
  binary(grad, x, grad_x, n, heavy, [](Vec g, Vec v) {
    const Vec density = one_over_sqrt_2_pi * exp(-0.5f * v * v);
    return g * (normal_cdf(v) + v * density);
  });
}

void gelu_tanh(const float* x, float* y, Index n) {
  unary(x, y, n, heavy, [](Vec v) { return v * sigmoid(2.0f * gelu_tanh_argument(v)); });
}

void gelu_tanh_backward(const float* grad, const float* x, float* grad_x, Index n) {
  binary(grad, x, grad_x, n, heavy, [](Vec g, Vec v) {
    // (1 + tanh u)/2 = σ(2u), which stays accurate where 1 + tanh u would round to 0
    const Vec s = sigmoid(2.0f * gelu_tanh_argument(v));
    const Vec slope = sqrt_2_over_pi * (1.0f + 3.0f * gelu_cubic * (v * v));
    return g * (s + 2.0f * v * s * (1.0f - s) * slope);
  });
}

}  // namespace dlcli::DLCLI_ISA
