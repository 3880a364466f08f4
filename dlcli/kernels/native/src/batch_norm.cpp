// Batch normalization, fused with the addition and the ReLU that follow it, forward and backward.
//
// Each group of `fold` rows of (rows, channels) is treated as one wide row of whole vectors, so that every number of channels
// runs at the same speed. The remaining rows, fewer than `fold`, are processed one element at a time.
#include <type_traits>

#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of elements whose processing takes longer than waking a thread
constexpr Index GRAIN = 32768;
// number of elements that stay in the first-level cache between two passes
constexpr Index BLOCK = 4096;
// A channel whose mean is farther from zero than this many standard deviations is far: x γ/σ and μ γ/σ are then so large
// that their difference has lost eight of its 24 binary digits or more.
constexpr float FAR = 256;

struct FoldedRows {
  Index fold, width, rows, left_over;

  FoldedRows(Index all_rows, Index channels) {
    fold = 1;
    while (fold * channels % W || fold * channels < 4 * W) ++fold;
    width = fold * channels;
    rows = all_rows / fold;
    left_over = all_rows % fold;
  }

  Index block() const { return width >= BLOCK ? 1 : BLOCK / width; }
};

// Copies the value of each channel to all its positions in a wide row.
void broadcast_channels(const FoldedRows& folded, const float* from, Index channels, float* to) {
  for (Index i = 0; i < folded.width; ++i) to[i] = from[i % channels];
}

// Copies the value of each channel from its first position in a wide row to all others.
void repeat_channels(const FoldedRows& folded, Index channels, float* figures) {
  for (Index i = channels; i < folded.width; ++i) figures[i] = figures[i - channels];
}

// Calls body(begin, end, thread) for ranges of wide rows on as many threads as are worth it, and returns their number.
template <class Body>
int on_rows(const FoldedRows& folded, const Body& body) {
  const int threads = useful_threads(folded.rows * folded.width, GRAIN);
  int actual = 1;
  on_threads(threads, [&](int thread, int count) {
    if (thread == 0) actual = count;
    body(part(folded.rows, thread, count), part(folded.rows, thread + 1, count), thread);
  });
  return actual;
}

// Count, mean and sum of squared deviations of values, which `join` updates with further values (Chan et al. 1979).
struct Moments {
  double count = 0, mean = 0, deviations = 0;

  void join(double other_count, double other_mean, double other_deviations) {
    if (other_count == 0) return;
    const double delta = other_mean - mean, total = count + other_count;
    mean += delta * other_count / total;
    deviations += other_deviations + delta * delta * count * other_count / total;
    count = total;
  }
};

// Means and sums of squared deviations over wide rows [begin, end), for every position in a row. Each block is read twice
// while it is in the cache, and then joined with the previous ones.
void folded_moments(const FoldedRows& folded, const float* x, Index begin, Index end, float* mean, float* deviations) {
  for (Index v = 0; v < folded.width; ++v) mean[v] = deviations[v] = 0;
  for (Index row = begin; row < end; row += folded.block()) {
    const Index count = end - row < folded.block() ? end - row : folded.block();
    const float before = static_cast<float>(row - begin), here = static_cast<float>(count);
    const Vec share = splat(here / (before + here)), both = splat(before * here / (before + here));
    const auto join = [&](Index v, Vec block_mean, Vec block_deviations) {
      const Vec delta = block_mean - load(mean + v);
      store(mean + v, load(mean + v) + delta * share);
      store(deviations + v, load(deviations + v) + block_deviations + delta * delta * both);
    };
    const Vec inverse = splat(1 / here);
    Index v = 0;
    for (; v + 4 * W <= folded.width; v += 4 * W) {
      Vec sums[4] = {}, squares[4] = {};
      const float* from = x + row * folded.width + v;
      for (Index i = 0; i < count; ++i, from += folded.width)
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) sums[j] += load(from + j * W);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) sums[j] *= inverse;
      from = x + row * folded.width + v;
      for (Index i = 0; i < count; ++i, from += folded.width)
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) {
          const Vec d = load(from + j * W) - sums[j];
          squares[j] += d * d;
        }
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) join(v + j * W, sums[j], squares[j]);
    }
    for (; v < folded.width; v += W) {
      Vec sum = {}, squares = {};
      const float* from = x + row * folded.width + v;
      for (Index i = 0; i < count; ++i) sum += load(from + i * folded.width);
      sum *= inverse;
      for (Index i = 0; i < count; ++i) {
        const Vec d = load(from + i * folded.width) - sum;
        squares += d * d;
      }
      join(v, sum, squares);
    }
  }
}

// Calls op(at, place) for every vector of wide rows [begin, end), with its offsets in the array and in the row.
template <class Op>
DLCLI_INLINE void each_vector(const FoldedRows& folded, Index begin, Index end, const Op& op) {
  for (Index row = begin; row < end; ++row) {
    const Index at = row * folded.width;
    Index v = 0;
    for (; v + 4 * W <= folded.width; v += 4 * W)
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) op(at + v + j * W, v + j * W);
    for (; v < folded.width; v += W) op(at + v, v);
  }
}

bool is_far(float mean, float inverse_std) { return __builtin_fabsf(mean) * inverse_std > FAR; }

// Moments of one channel in double precision, for the few channels that are far, whose float sums are too coarse.
Moments exact_moments(const float* x, Index rows, Index channels, Index c) {
  Moments exact;
  exact.count = static_cast<double>(rows);
  double sum = 0;
  for (Index i = c; i < rows * channels; i += channels) sum += x[i];
  exact.mean = sum / exact.count;
  for (Index i = c; i < rows * channels; i += channels) {
    const double d = x[i] - exact.mean;
    exact.deviations += d * d;
  }
  return exact;
}

template <bool RELU, bool RESIDUAL, bool CENTERED>
void normalize(const FoldedRows& folded, const float* x, const float* center, const float* scale, const float* shift,
               const float* residual, float* y) {
  on_rows(folded, [&](Index begin, Index end, int) {
    each_vector(folded, begin, end, [&](Index at, Index place) {
      Vec v = load(x + at);
      if (CENTERED) v -= load(center + place);
      v = v * load(scale + place) + load(shift + place);
      if (RESIDUAL) v += load(residual + at);
      if (RELU) v = v < 0.0f ? Vec{} : v;
      store(y + at, v);
    });
  });
}

template <bool CENTERED>
void normalize(const FoldedRows& folded, const float* x, const float* center, const float* scale, const float* shift,
               const float* residual, bool relu, float* y) {
  if (relu)
    residual ? normalize<true, true, CENTERED>(folded, x, center, scale, shift, residual, y)
             : normalize<true, false, CENTERED>(folded, x, center, scale, shift, residual, y);
  else
    residual ? normalize<false, true, CENTERED>(folded, x, center, scale, shift, residual, y)
             : normalize<false, false, CENTERED>(folded, x, center, scale, shift, residual, y);
}

// y = (x − center) scale + shift (+ residual) for all rows, then ReLU if `relu`; center, scale and shift are as long as a
// wide row. Without a center (null), the mean is part of the shift, which saves an operation.
void scale_and_shift(const FoldedRows& folded, const float* x, const float* center, const float* scale, const float* shift,
                     const float* residual, bool relu, Index rows, Index channels, float* y) {
  center ? normalize<true>(folded, x, center, scale, shift, residual, relu, y)
         : normalize<false>(folded, x, center, scale, shift, residual, relu, y);
  for (Index i = folded.rows * folded.width; i < rows * channels; ++i) {
    const Index c = i % channels;
    float v = (center ? x[i] - center[c] : x[i]) * scale[c] + shift[c];
    if (residual) v += residual[i];
    y[i] = relu && v < 0 ? 0 : v;
  }
}

// Σ g and Σ g (x − μ) over wide rows [begin, end), for every position in a row. With RELU, g is the gradient masked by the
// ReLU; with KEEP, it is stored in `masked`. Sums of blocks are added up, which is more accurate than one long sum.
template <bool RELU, bool KEEP>
void folded_sums(const FoldedRows& folded, const float* grad, const float* x, const float* y, const float* mean, Index begin,
               Index end, float* masked, float* sums, float* products) {
  for (Index v = 0; v < folded.width; ++v) sums[v] = products[v] = 0;
  for (Index row = begin; row < end; row += folded.block()) {
    const Index count = end - row < folded.block() ? end - row : folded.block();
    const auto strip = [&](Index v, auto vectors) {
      constexpr int N = decltype(vectors)::value;
      Vec sum[N] = {}, product[N] = {}, mu[N];
#pragma GCC unroll 4
      for (int j = 0; j < N; ++j) mu[j] = load(mean + v + j * W);
      Index at = row * folded.width + v;
      for (Index i = 0; i < count; ++i, at += folded.width)
#pragma GCC unroll 4
        for (int j = 0; j < N; ++j) {
          Vec g = load(grad + at + j * W);
          if (RELU) g = load(y + at + j * W) > 0.0f ? g : Vec{};
          if (KEEP) store(masked + at + j * W, g);
          sum[j] += g;
          product[j] += g * (load(x + at + j * W) - mu[j]);
        }
#pragma GCC unroll 4
      for (int j = 0; j < N; ++j) {
        store(sums + v + j * W, load(sums + v + j * W) + sum[j]);
        store(products + v + j * W, load(products + v + j * W) + product[j]);
      }
    };
    Index v = 0;
    for (; v + 4 * W <= folded.width; v += 4 * W) strip(v, std::integral_constant<int, 4>{});
    for (; v < folded.width; v += W) strip(v, std::integral_constant<int, 1>{});
  }
}

}  // namespace

void batch_norm(const float* x, const float* gamma, const float* beta, const float* residual, float epsilon, bool relu,
                Index rows, Index channels, float* y, float* mean, float* variance, float* inverse_std) {
  if (channels == 0) return;
  const FoldedRows folded(rows, channels);
  const int limit = max_threads();
  float* moments = scratch(Scratch::caller, (2 * limit + 2) * folded.width);
  const int threads = on_rows(folded, [&](Index begin, Index end, int thread) {
    // Each thread computes the moments of its rows; they are joined in thread order in double precision.
    float* partial = moments + 2 * thread * folded.width;
    folded_moments(folded, x, begin, end, partial, partial + folded.width);
  });
  bool any_far = false;
  for (Index c = 0; c < channels; ++c) {
    Moments all;
    for (int thread = 0; thread < threads; ++thread) {
      const float* partial = moments + 2 * thread * folded.width;
      const Index count = part(folded.rows, thread + 1, threads) - part(folded.rows, thread, threads);
      for (Index i = c; i < folded.width; i += channels)
        all.join(static_cast<double>(count), partial[i], partial[folded.width + i]);
    }
    for (Index row = rows - folded.left_over; row < rows; ++row) all.join(1, x[row * channels + c], 0);
    mean[c] = static_cast<float>(all.mean);
    variance[c] = static_cast<float>(all.deviations / static_cast<double>(rows));
    inverse_std[c] = 1 / __builtin_sqrtf(variance[c] + epsilon);
    any_far |= is_far(mean[c], inverse_std[c]);
  }

  // y = x scale + shift is one multiply-add per value. Only if a channel is far from zero is the mean subtracted first,
  // since the difference of γ x / σ and γ μ / σ would lose too many digits.
  float* scale = moments;
  float* shift = moments + folded.width;
  float* center = any_far ? moments + 2 * folded.width : nullptr;
  for (Index c = 0; c < channels; ++c) {
    double rest = 0;  // rounding error of the mean as a float
    if (is_far(mean[c], inverse_std[c])) {
      const Moments exact = exact_moments(x, rows, channels, c);
      mean[c] = static_cast<float>(exact.mean);
      variance[c] = static_cast<float>(exact.deviations / exact.count);
      inverse_std[c] = 1 / __builtin_sqrtf(variance[c] + epsilon);
      rest = exact.mean - mean[c];
    }
    scale[c] = gamma[c] * inverse_std[c];
    if (center) {
      center[c] = mean[c];
      shift[c] = static_cast<float>(beta[c] - rest * scale[c]);
    } else {
      shift[c] = beta[c] - mean[c] * scale[c];
    }
  }
  repeat_channels(folded, channels, scale);
  repeat_channels(folded, channels, shift);
  if (center) repeat_channels(folded, channels, center);
  scale_and_shift(folded, x, center, scale, shift, residual, relu, rows, channels, y);
}

void fixed_batch_norm(const float* x, const float* gamma, const float* beta, const float* mean, const float* variance,
                      const float* residual, float epsilon, bool relu, Index rows, Index channels, float* y) {
  if (channels == 0) return;
  const FoldedRows folded(rows, channels);
  float* scale = scratch(Scratch::caller, 3 * folded.width);
  float* shift = scale + folded.width;
  bool any_far = false;
  for (Index c = 0; c < channels; ++c) any_far |= is_far(mean[c], 1 / __builtin_sqrtf(variance[c] + epsilon));
  float* center = any_far ? scale + 2 * folded.width : nullptr;
  if (center) broadcast_channels(folded, mean, channels, center);
  for (Index i = 0; i < folded.width; ++i) {
    const Index c = i % channels;
    scale[i] = gamma[c] / __builtin_sqrtf(variance[c] + epsilon);
    shift[i] = center ? beta[c] : beta[c] - mean[c] * scale[i];
  }
  scale_and_shift(folded, x, center, scale, shift, residual, relu, rows, channels, y);
}

void batch_norm_backward(const float* grad, const float* x, const float* gamma, const float* mean,
                         const float* inverse_std, const float* y, Index rows, Index channels, float* grad_x,
                         float* grad_gamma, float* grad_beta, float* masked) {
  if (channels == 0) return;
  const FoldedRows folded(rows, channels);
  const int limit = max_threads();
  float* center = scratch(Scratch::caller, (2 * limit + 4) * folded.width);
  float* partials = center + 4 * folded.width;
  broadcast_channels(folded, mean, channels, center);
  const int threads = on_rows(folded, [&](Index begin, Index end, int thread) {
    float* partial = partials + 2 * thread * folded.width;
    float* products = partial + folded.width;
    if (y)
      masked ? folded_sums<true, true>(folded, grad, x, y, center, begin, end, masked, partial, products)
             : folded_sums<true, false>(folded, grad, x, y, center, begin, end, masked, partial, products);
    else
      folded_sums<false, false>(folded, grad, x, y, center, begin, end, masked, partial, products);
  });
  float* scale = center + folded.width;     // γ/√(σ² + ε)
  float* slope = center + 2 * folded.width;  // −γ/(σ² + ε) Σ g x̂ / rows, the factor of x − μ
  float* shift = center + 3 * folded.width;
  for (Index c = 0; c < channels; ++c) {
    double sum = 0, product = 0;
    for (int thread = 0; thread < threads; ++thread) {
      const float* partial = partials + 2 * thread * folded.width;
      for (Index i = c; i < folded.width; i += channels) {
        sum += partial[i];
        product += partial[folded.width + i];
      }
    }
    for (Index i = (rows - folded.left_over) * channels + c; i < rows * channels; i += channels) {
      const float g = y && !(y[i] > 0) ? 0 : grad[i];
      if (masked) masked[i] = g;
      sum += g;
      product += static_cast<double>(g) * (x[i] - mean[c]);
    }
    grad_beta[c] = static_cast<float>(sum);
    grad_gamma[c] = static_cast<float>(product * inverse_std[c]);
    scale[c] = gamma[c] * inverse_std[c];
    slope[c] = static_cast<float>(-product * inverse_std[c] * inverse_std[c] * scale[c] / static_cast<double>(rows));
    shift[c] = static_cast<float>(-sum * scale[c] / static_cast<double>(rows));
  }
  repeat_channels(folded, channels, scale);
  repeat_channels(folded, channels, slope);
  repeat_channels(folded, channels, shift);
  const float* g = masked ? masked : grad;
  on_rows(folded, [&](Index begin, Index end, int) {
    if (y && !masked)
      each_vector(folded, begin, end, [&](Index at, Index place) {
        const Vec passed = load(y + at) > 0.0f ? load(grad + at) : Vec{};
        store(grad_x + at, load(shift + place) + passed * load(scale + place) +
                               (load(x + at) - load(center + place)) * load(slope + place));
      });
    else
      each_vector(folded, begin, end, [&](Index at, Index place) {
        store(grad_x + at, load(shift + place) + load(g + at) * load(scale + place) +
                               (load(x + at) - load(center + place)) * load(slope + place));
      });
  });
  for (Index i = folded.rows * folded.width; i < rows * channels; ++i) {
    const Index c = i % channels;
    const float passed = y && !(y[i] > 0) ? 0 : grad[i];
    grad_x[i] = shift[c] + passed * scale[c] + (x[i] - mean[c]) * slope[c];
  }
}

void channel_sums(const float* x, Index rows, Index channels, float* sums) {
  if (channels == 0) return;
  const FoldedRows folded(rows, channels);
  float* partials = scratch(Scratch::caller, max_threads() * folded.width);
  const int threads = on_rows(folded, [&](Index begin, Index end, int thread) {
    float* partial = partials + thread * folded.width;
    for (Index v = 0; v < folded.width; ++v) partial[v] = 0;
    for (Index row = begin; row < end; row += folded.block()) {
      const Index count = end - row < folded.block() ? end - row : folded.block();
      for (Index v = 0; v < folded.width; v += W) {
        const float* from = x + row * folded.width + v;
        Vec sum = {};
        for (Index i = 0; i < count; ++i) sum += load(from + i * folded.width);
        store(partial + v, load(partial + v) + sum);
      }
    }
  });
  for (Index c = 0; c < channels; ++c) {
    double sum = 0;
    for (int thread = 0; thread < threads; ++thread)
      for (Index i = c; i < folded.width; i += channels) sum += partials[thread * folded.width + i];
    for (Index row = rows - folded.left_over; row < rows; ++row) sum += x[row * channels + c];
    sums[c] = static_cast<float>(sum);
  }
}

}  // namespace dlcli::DLCLI_ISA
