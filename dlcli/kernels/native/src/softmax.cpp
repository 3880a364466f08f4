// Softmax of the rows of a matrix, and functions that are fused with it.
#include "simd.h"
#include "threads.h"
#include "vector_math.h"

namespace dlcli::DLCLI_ISA {

namespace {

constexpr Index grain = 8192;

// Calls f(begin, end) for parts of the rows, divided among the threads.
template <class F>
void divide_rows(Index rows, Index columns, const F& f) {
  divide(rows, grain / (columns + 1) + 1, 1, f);
}

const float infinity = __builtin_inff();

// maximum of a row; NaN if it contains NaN, as in NumPy
DLCLI_INLINE float row_maximum(const float* x, Index n) {
  Vec top = splat(-infinity);
  IntVec is_nan = {};
  Index j = 0;
  for (; j + W <= n; j += W) {
    const Vec v = load(x + j);
    is_nan |= v != v;
    top = max(v, top);
  }
  if (j < n) {
    const Vec v = load_partial(x + j, n - j, -infinity);
    is_nan |= v != v;
    top = max(v, top);
  }
  // `top` ignores NaN, which is added separately
  return largest(top) + sum(select(is_nan, splat(__builtin_nanf("")), Vec{}));
}

// Computes y = exp(x - top) and returns its sum.
DLCLI_INLINE float exponentials(const float* x, float* y, Index n, float top) {
  Vec total = {};
  Index j = 0;
  for (; j + W <= n; j += W) {
    const Vec e = exp(load(x + j) - top);
    store(y + j, e);
    total += e;
  }
  if (j < n) {
    const Vec e = exp(load_partial(x + j, n - j, -infinity) - top);
    store_partial(y + j, e, n - j);
    total += e;  // e is exp(-inf) = 0 beyond the row; if `top` is infinite, the sum is NaN in any case
  }
  return sum(total);
}

DLCLI_INLINE float sum_of_exponentials(const float* x, Index n, float top) {
  Vec total = {};
  Index j = 0;
  for (; j + W <= n; j += W) total += exp(load(x + j) - top);
  if (j < n) total += exp(load_partial(x + j, n - j, -infinity) - top);
  return sum(total);
}

DLCLI_INLINE float logarithm(float x) { return log(splat(x))[0]; }

}  // namespace

void softmax(const float* x, float* y, Index rows, Index columns) {
  divide_rows(rows, columns, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const float* from = x + i * columns;
      float* to = y + i * columns;
      const float total = exponentials(from, to, columns, row_maximum(from, columns));
      map(to, to, 0, columns, [=](Vec v) { return v / total; });
    }
  });
}

void softmax_backward(const float* grad, const float* y, float* grad_x, Index rows, Index columns) {
  divide_rows(rows, columns, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const float *g = grad + i * columns, *p = y + i * columns;
      Vec products = {};
      Index j = 0;
      for (; j + W <= columns; j += W) products += load(g + j) * load(p + j);
      if (j < columns) products += load_partial(g + j, columns - j) * load_partial(p + j, columns - j);
      const float product = sum(products);
      map(g, p, grad_x + i * columns, 0, columns, [=](Vec a, Vec b) { return b * (a - product); });
    }
  });
}

void log_softmax(const float* x, float* y, Index rows, Index columns) {
  divide_rows(rows, columns, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const float* from = x + i * columns;
      const float top = row_maximum(from, columns);
      const float rest = logarithm(sum_of_exponentials(from, columns, top));
      map(from, y + i * columns, 0, columns, [=](Vec v) { return (v - top) - rest; });
    }
  });
}

void log_softmax_backward(const float* grad, const float* y, float* grad_x, Index rows, Index columns) {
  divide_rows(rows, columns, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const float* g = grad + i * columns;
      Vec sums = {};
      Index j = 0;
      for (; j + W <= columns; j += W) sums += load(g + j);
      if (j < columns) sums += load_partial(g + j, columns - j);
      const float total = sum(sums);
      map(g, y + i * columns, grad_x + i * columns, 0, columns, [=](Vec a, Vec b) { return a - exp(b) * total; });
    }
  });
}

void softmax_cross_entropy(const float* logits, const std::intptr_t* labels, float* losses, float* probabilities,
                           Index rows, Index columns) {
  divide_rows(rows, columns, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const float* from = logits + i * columns;
      float* to = probabilities + i * columns;
      const float top = row_maximum(from, columns);
      const float picked = from[labels[i]] - top;
      const float total = exponentials(from, to, columns, top);
      losses[i] = logarithm(total) - picked;
      map(to, to, 0, columns, [=](Vec v) { return v / total; });
    }
  });
}

void softmax_cross_entropy_backward(const float* probabilities, const std::intptr_t* labels, const float* scales,
                                    float scale, float* grad, Index rows, Index columns) {
  divide_rows(rows, columns, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const float factor = scales ? scales[i] : scale;
      float* to = grad + i * columns;
      map(probabilities + i * columns, to, 0, columns, [=](Vec v) { return v * factor; });
      to[labels[i]] -= factor;
    }
  });
}

}  // namespace dlcli::DLCLI_ISA
