// Elementwise losses and their derivatives; formulas in kernels/reference/losses.py.
#include "simd.h"
#include "threads.h"
#include "vector_math.h"

namespace dlcli::DLCLI_ISA {

void binary_cross_entropy(const float* logits, const float* targets, float* losses, Index n, float positive_weight) {
  divide(n, 16384, 64, [&](Index begin, Index end) {
    map(logits, targets, losses, begin, end, [=](Vec z, Vec y) {
      const Vec positive = positive_weight * y, negative = 1.0f - y;
      return positive * select(z > 0.0f, Vec{}, -z) + negative * select(z < 0.0f, Vec{}, z) +
             (positive + negative) * log1p_unit(exp(-abs(z)));
    });
  });
}

void binary_cross_entropy_backward(const float* logits, const float* targets, float* grad, Index n,
                                   float positive_weight) {
  divide(n, 16384, 64, [&](Index begin, Index end) {
    map(logits, targets, grad, begin, end, [=](Vec z, Vec y) {
      const Vec positive = positive_weight * y;
      return sigmoid(z) * (positive + (1.0f - y)) - positive;
    });
  });
}

namespace {

DLCLI_INLINE Vec clip(Vec v, float bound) {
  return select(v > bound, splat(bound), select(v < -bound, splat(-bound), v));
}

}  // namespace

void huber(const float* residuals, float* losses, Index n, float delta) {
  divide(n, 32768, 64, [&](Index begin, Index end) {
    map(residuals, losses, begin, end, [=](Vec r) {
      const Vec clipped = clip(r, delta);
      return clipped * (r - 0.5f * clipped);
    });
  });
}

void huber_backward(const float* residuals, float* grad, Index n, float delta) {
  divide(n, 32768, 64, [&](Index begin, Index end) {
    map(residuals, grad, begin, end, [=](Vec r) { return clip(r, delta); });
  });
}

}  // namespace dlcli::DLCLI_ISA
