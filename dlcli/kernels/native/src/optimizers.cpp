// Optimizer steps in one pass over the arrays; formulas in kernels/reference/optimizers.py.
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

constexpr Index grain = 32768;

// Calls f(i, width) for every vector of n elements, divided among the threads.
template <class F>
void sweep(Index n, const F& f) {
  divide(n, grain, 64, [&](Index begin, Index end) { for_vectors(begin, end, f); });
}

}  // namespace

void sgd_update(float* parameters, const float* gradients, Index n, float rate) {
  sweep(n, [=](Index i, Index width) {
    const Vec theta = load_width(parameters + i, width), g = load_width(gradients + i, width);
    store_width(parameters + i, theta - rate * g, width);
  });
}

void momentum_update(float* parameters, const float* gradients, float* velocity, Index n, float rate, float momentum,
                     bool nesterov) {
  sweep(n, [=](Index i, Index width) {
    const Vec theta = load_width(parameters + i, width), g = load_width(gradients + i, width);
    const Vec v = momentum * load_width(velocity + i, width) + g;
    store_width(velocity + i, v, width);
    store_width(parameters + i, theta - rate * (nesterov ? g + momentum * v : v), width);
  });
}

void adagrad_update(float* parameters, const float* gradients, float* squares, Index n, float rate, float epsilon) {
  sweep(n, [=](Index i, Index width) {
    const Vec theta = load_width(parameters + i, width), g = load_width(gradients + i, width);
    const Vec s = load_width(squares + i, width) + g * g;
    store_width(squares + i, s, width);
    store_width(parameters + i, theta - rate * (g / (sqrt(s) + epsilon)), width);
  });
}

void rmsprop_update(float* parameters, const float* gradients, float* squares, Index n, float rate, float decay,
                    float epsilon) {
  sweep(n, [=](Index i, Index width) {
    const Vec theta = load_width(parameters + i, width), g = load_width(gradients + i, width);
    const Vec s = decay * load_width(squares + i, width) + g * g;
    store_width(squares + i, s, width);
    store_width(parameters + i, theta - rate * (g / (sqrt(s) + epsilon)), width);
  });
}

void centered_rmsprop_update(float* parameters, const float* gradients, float* squares, float* means, Index n,
                             float rate, float decay, float share, float epsilon) {
  sweep(n, [=](Index i, Index width) {
    const Vec theta = load_width(parameters + i, width), g = load_width(gradients + i, width);
    const Vec m = decay * load_width(means + i, width) + g;
    const Vec s = decay * load_width(squares + i, width) + g * g;
    store_width(means + i, m, width);
    store_width(squares + i, s, width);
    const Vec variance = s - share * (m * m);
    const Vec deviation = sqrt(select(variance < 0.0f, Vec{}, variance));
    store_width(parameters + i, theta - rate * (g / (deviation + epsilon)), width);
  });
}

void adam_update(float* parameters, const float* gradients, float* first_moment, float* second_moment, Index n,
                 float rate, float beta1, float beta2, float epsilon) {
  sweep(n, [=](Index i, Index width) {
    const Vec theta = load_width(parameters + i, width), g = load_width(gradients + i, width);
    const Vec m = beta1 * load_width(first_moment + i, width) + g;
    const Vec v = beta2 * load_width(second_moment + i, width) + g * g;
    store_width(first_moment + i, m, width);
    store_width(second_moment + i, v, width);
    store_width(parameters + i, theta - rate * (m / (sqrt(v) + epsilon)), width);
  });
}

void add_penalty_gradient(float* gradients, const float* weights, Index n, float l1, float l2) {
  sweep(n, [=](Index i, Index width) {
    const Vec w = load_width(weights + i, width);
    // NaN has no sign and is passed through
    const Vec sign = select(w > 0.0f, splat(1.0f), select(w < 0.0f, splat(-1.0f), w));
    store_width(gradients + i, load_width(gradients + i, width) + l1 * sign + l2 * w, width);
  });
}

void discounted_sum_update(float* total, const float* values, Index n, float decay) {
  sweep(n, [=](Index i, Index width) {
    store_width(total + i, decay * load_width(total + i, width) + load_width(values + i, width), width);
  });
}

void scale_update(float* values, Index n, float factor) {
  sweep(n, [=](Index i, Index width) { store_width(values + i, factor * load_width(values + i, width), width); });
}

void clip_update(float* values, Index n, float limit) {
  sweep(n, [=](Index i, Index width) {
    const Vec v = load_width(values + i, width);
    store_width(values + i, select(v > limit, splat(limit), select(v < -limit, splat(-limit), v)), width);
  });
}

}  // namespace dlcli::DLCLI_ISA
