// Layer normalization, forward and backward; formulas in kernels/reference/layer_norm.py.
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of elements whose processing takes longer than waking a thread
constexpr Index grain = 16384;
// number of rows whose contributions to the gradients of γ and β are summed before they are added to the total, for accuracy
constexpr Index block_rows = 64;

// Σ f(i, width) over the vectors of [0, n), in four chains; f returns 0 beyond the end
template <class F>
DLCLI_INLINE float total(Index n, const F& f) {
  Vec sums[4] = {};
  Index i = 0;
  for (; i + 4 * W <= n; i += 4 * W)
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) sums[q] += f(i + q * W, W);
  for_vectors(i, n, [&](Index at, Index width) __attribute__((always_inline)) { sums[0] += f(at, width); });
  return sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

// x − μ of a row, 0 beyond the end
DLCLI_INLINE Vec centered(const float* x, Index i, Index width, float mean) {
  return (width == W ? load(x + i) : load_partial(x + i, width, mean)) - mean;
}

Index row_grain(Index columns) { return 1 + grain / (columns + 1); }

}  // namespace

void layer_norm(const float* x, const float* gamma, const float* beta, float epsilon, Index rows, Index columns, float* y,
                float* means, float* inverse_stds) {
  const float size = static_cast<float>(columns);
  divide(rows, row_grain(columns), 1, [&](Index begin, Index end) {
    for (Index row = begin; row < end; ++row) {
      const float* from = x + row * columns;
      float* to = y + row * columns;
      const float mean = total(columns, [&](Index i, Index width) { return load_width(from + i, width); }) / size;
      const float squares = total(columns, [&](Index i, Index width) {
        const Vec d = centered(from, i, width, mean);
        return d * d;
      });
      const float inverse_std = 1 / __builtin_sqrtf(squares / size + epsilon);
      for_vectors(0, columns, [&](Index i, Index width) {
        const Vec normalized = centered(from, i, width, mean) * inverse_std;
        store_width(to + i, normalized * load_width(gamma + i, width) + load_width(beta + i, width), width);
      });
      means[row] = mean;
      inverse_stds[row] = inverse_std;
    }
  });
}

void layer_norm_backward(const float* grad, const float* x, const float* gamma, const float* means,
                         const float* inverse_stds, Index rows, Index columns, float* grad_x, float* grad_gamma,
                         float* grad_beta) {
  const float size = static_cast<float>(columns);
  const int threads = useful_threads(rows, row_grain(columns));
  // for each thread: Σ g x̂ and Σ g over all its rows, then over the current block
  float* sums = scratch(Scratch::caller, threads * 4 * columns);
  int parts = 1;
  on_threads(threads, [&](int thread, int actual) {
    if (thread == 0) parts = actual;
    float* partial = sums + thread * 4 * columns;
    float* block = partial + 2 * columns;
    for_vectors(0, 4 * columns, [&](Index i, Index width) { store_width(partial + i, Vec{}, width); });
    const Index begin = part(rows, thread, actual), end = part(rows, thread + 1, actual);
    for (Index row = begin; row < end; ++row) {
      const float* g = grad + row * columns;
      const float* from = x + row * columns;
      const float mean = means[row], inverse_std = inverse_stds[row];
      const float level = total(columns, [&](Index i, Index width) {
        return load_width(g + i, width) * load_width(gamma + i, width);
      }) / size;
      const float along = total(columns, [&](Index i, Index width) {
        const Vec normalized = centered(from, i, width, mean) * inverse_std;
        return load_width(g + i, width) * load_width(gamma + i, width) * normalized;
      }) / size;
      for_vectors(0, columns, [&](Index i, Index width) {
        const Vec normalized = centered(from, i, width, mean) * inverse_std, here = load_width(g + i, width);
        const Vec slope = here * load_width(gamma + i, width) - level - normalized * along;
        store_width(grad_x + row * columns + i, slope * inverse_std, width);
        store_width(block + i, load_width(block + i, width) + here * normalized, width);
        store_width(block + columns + i, load_width(block + columns + i, width) + here, width);
      });
      if ((row - begin + 1) % block_rows == 0 || row + 1 == end)
        for_vectors(0, 2 * columns, [&](Index i, Index width) {
          store_width(partial + i, load_width(partial + i, width) + load_width(block + i, width), width);
          store_width(block + i, Vec{}, width);
        });
    }
  });
  for (Index i = 0; i < columns; ++i) {
    double gamma_sum = 0, beta_sum = 0;
    for (int thread = 0; thread < parts; ++thread) {
      gamma_sum += sums[thread * 4 * columns + i];
      beta_sum += sums[thread * 4 * columns + columns + i];
    }
    grad_gamma[i] = static_cast<float>(gamma_sum);
    grad_beta[i] = static_cast<float>(beta_sum);
  }
}

}  // namespace dlcli::DLCLI_ISA
