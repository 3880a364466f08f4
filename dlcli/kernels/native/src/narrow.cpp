// Vectors run along the pixels of a row instead of the channels, which are too few to fill a vector. Images and
// gradients are split into planes, one per channel, so that the values of neighboring pixels that a kernel
// position reads are contiguous; results are interleaved again.
#include "narrow.h"

#include "patches.h"
#include "tiles.h"

namespace dlcli::DLCLI_ISA {

namespace {

// maximum number of filters, of channels, and of their product; beyond these, vectors of output channels are as fast
constexpr Index MAX_FILTERS = 8, MAX_CHANNELS = 8, MAX_PAIRS = 40;
// number of floats of a gradient's planes that stay in the first-level cache while all kernel positions are processed
constexpr Index GRAD_PLANES = 4096;
// numbers of multiply-adds, and of copied floats, that take longer than waking a thread
constexpr Index GRAIN = 400000;
constexpr Index MOVE_GRAIN = 60000;

constexpr int power_of_two(int n) { return n <= 1 ? 1 : 2 * power_of_two((n + 1) / 2); }

// number of vectors of pixels whose sums for all filters are in registers together
constexpr int pixel_vectors(int filters) { return many_registers || filters <= 6 ? 2 : 1; }
// number of kernel positions J whose sums for K filters, J K in total, fit in the registers with K gradients and J inputs
constexpr int positions_per_tile(int filters) { return (vector_registers - 2) / (filters + 1); }

// One round of transposing K rows of W elements, which rotates the index of each element, as a binary number, left by one
// digit. log2(K) rounds turn planes into pixels, and log2(W) rounds turn pixels into planes.
template <int K>
DLCLI_INLINE void transpose_round(Vec (&rows)[K]) {
  Vec interleaved[K];
#pragma GCC unroll 8
  for (int i = 0; i < K / 2; ++i) {
    interleaved[2 * i] = zip_low(rows[i], rows[i + K / 2]);
    interleaved[2 * i + 1] = zip_high(rows[i], rows[i + K / 2]);
  }
#pragma GCC unroll 8
  for (int i = 0; i < K; ++i) rows[i] = interleaved[i];
}

// Splits a row of pixels of `channels` ≤ K elements into rows of planes that are `plane_stride` floats apart, padded with
// zeros to whole vectors.
template <int K>
void to_planes(const float* pixels, Index count, Index channels, float* planes, Index plane_stride) {
  float* places = scratch(Scratch::gemm_a, round_up(count, W) * K);  // K floats for each pixel
  Index i = 0;
  for (; (count - i) * channels >= K; ++i) std::memcpy(places + i * K, pixels + i * channels, K * sizeof(float));
  for (; i < count; ++i) copy_floats(places + i * K, pixels + i * channels, channels);
  zero_floats(places + count * K, (round_up(count, W) - count) * K);
  for (i = 0; i < count; i += W) {
    Vec rows[K];
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) rows[k] = load(places + i * K + k * W);
    if constexpr (K > 1)
#pragma GCC unroll 4
      for (Index round = 1; round < W; round *= 2) transpose_round(rows);
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k)
      if (k < channels) store(planes + k * plane_stride + i, rows[k]);
  }
}

// inverse of to_planes
template <int K>
void to_pixels(const float* planes, Index plane_stride, Index count, Index channels, float* pixels) {
  float* places = scratch(Scratch::gemm_a, round_up(count, W) * K);
  for (Index i = 0; i < count; i += W) {
    Vec rows[K];
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) rows[k] = k < channels ? load(planes + k * plane_stride + i) : Vec{};
    if constexpr (K > 1)
#pragma GCC unroll 4
      for (int round = 1; round < K; round *= 2) transpose_round(rows);
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) store(places + i * K + k * W, rows[k]);
  }
  Index i = 0;
  for (; (count - i) * channels >= K; ++i) std::memcpy(pixels + i * channels, places + i * K, K * sizeof(float));
  for (; i < count; ++i) copy_floats(pixels + i * channels, places + i * K, channels);
}

template <int N>
struct Constant {
  static constexpr int value = N;
};

// Calls f(constant) for the smallest available constant that is at least n.
template <class F>
DLCLI_INLINE void with_constant(Index n, const F& f) {
  if (n <= 1) return f(Constant<1>());
  if (n <= 2) return f(Constant<2>());
  if (n <= 4) return f(Constant<4>());
  if (n <= 6) return f(Constant<6>());
  return f(Constant<8>());
}

// Images as padded planes. The value that a kernel position reads for output pixel (row, column) is at
// row_of(image, row) + column + offset_of(position).
struct Planes {
  const Convolution& c;
  Index before, inside, height, width;
  float* data;

  Planes(const Convolution& c, const float* x) : c(c) {
    const Index reach = (c.kernel_w - 1) * c.dilation_w;
    before = c.left;
    inside = c.columns + reach - before < c.width ? c.columns + reach - before : c.width;
    if (inside < 0) inside = 0;
    height = (c.rows - 1) * c.stride_h + (c.kernel_h - 1) * c.dilation_h + 1;
    width = before + round_up(inside, W);
    if (width < round_up(c.columns, W) + reach) width = round_up(c.columns, W) + reach;
    data = scratch(Scratch::other, c.batch * c.channels * height * width);
    divide(c.batch * height, 1 + MOVE_GRAIN / (c.channels * width), 1, [&](Index begin, Index end) {
      for (Index i = begin; i < end; ++i) fill(x, i / height, i % height);
    });
  }

  const float* row_of(Index image, Index row) const {
    return data + (image * c.channels * height + row * c.stride_h) * width;
  }

  // offsets in the order of the weights: down, across, channels
  Index offset_of(Index position) const {
    const Index channel = position % c.channels, across = position / c.channels % c.kernel_w;
    const Index down = position / c.channels / c.kernel_w;
    return (channel * height + down * c.dilation_h) * width + across * c.dilation_w;
  }

 private:
  void fill(const float* x, Index image, Index row) {
    const Index h = row - c.top, plane_stride = height * width;
    const bool values = h >= 0 && h < c.height;
    float* to = data + (image * c.channels * height + row) * width;
    const Index filled = values ? before + round_up(inside, W) : 0;
    for (Index channel = 0; channel < c.channels; ++channel) {
      zero_floats(to + channel * plane_stride, values ? before : 0);
      zero_floats(to + channel * plane_stride + filled, width - filled);
    }
    if (!values) return;
    const float* from = x + (image * c.height + h) * c.width * c.channels;
    with_constant(c.channels, [&](auto most) {
      to_planes<power_of_two(decltype(most)::value)>(from, inside, c.channels, to + before, plane_stride);
    });
  }
};

// Computes T vectors of pixels for K filters; the sums start from the bias.
template <int K, int T>
DLCLI_INLINE void pixels_tile(const float* x, const Index* offsets, Index depth, const float* weights, bool relu,
                              float* planes, Index plane_stride) {
  Vec sums[T][K];
#pragma GCC unroll 2
  for (int t = 0; t < T; ++t)
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) sums[t][k] = splat(weights[k]);
  for (Index position = 0; position < depth; ++position) {
    weights += K;
    Vec values[T];
#pragma GCC unroll 2
    for (int t = 0; t < T; ++t) values[t] = load(x + offsets[position] + t * W);
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k)
#pragma GCC unroll 2
      for (int t = 0; t < T; ++t) sums[t][k] += values[t] * splat(weights[k]);
  }
#pragma GCC unroll 2
  for (int t = 0; t < T; ++t)
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k)
      store(planes + k * plane_stride + t * W, relu ? (sums[t][k] < 0.0f ? Vec{} : sums[t][k]) : sums[t][k]);
}

template <int K>
void convolve_rows(const Planes& images, const Index* offsets, const float* weights, bool relu, float* y, Index begin,
                   Index end) {
  constexpr int T = pixel_vectors(K);
  const Convolution& c = images.c;
  const Index depth = c.kernel_h * c.kernel_w * c.channels, plane_stride = round_up(c.columns, W);
  float* planes = scratch(Scratch::gemm_b, K * plane_stride);
  for (Index i = begin; i < end; ++i) {
    const float* x = images.row_of(i / c.rows, i % c.rows);
    Index q = 0;
    for (; q + T * W <= plane_stride; q += T * W) pixels_tile<K, T>(x + q, offsets, depth, weights, relu, planes + q, plane_stride);
    for (; q < plane_stride; q += W) pixels_tile<K, 1>(x + q, offsets, depth, weights, relu, planes + q, plane_stride);
    to_pixels<power_of_two(K)>(planes, plane_stride, c.columns, c.filters, y + i * c.columns * c.filters);
  }
}

// Adds `rows` rows of `vectors` vectors of pixels to the sums of J offsets by K filters.
template <int K, int J>
DLCLI_INLINE void weight_tile(const float* x, Index x_row, const Index* offsets, const float* grad, Index plane_stride, Index rows,
                            Index vectors, float* totals) {
  Vec sums[J][K];
#pragma GCC unroll 16
  for (int j = 0; j < J; ++j)
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) sums[j][k] = load(totals + (j * K + k) * W);
  const float* from[J];
#pragma GCC unroll 16
  for (int j = 0; j < J; ++j) from[j] = x + offsets[j];
  for (Index row = 0; row < rows; ++row) {
    for (Index q = row * x_row; q < row * x_row + vectors * W; q += W, grad += W) {
      Vec values[J];
#pragma GCC unroll 16
      for (int j = 0; j < J; ++j) values[j] = load(from[j] + q);
#pragma GCC unroll 8
      for (int k = 0; k < K; ++k) {
        const Vec g = load(grad + k * plane_stride);
#pragma GCC unroll 16
        for (int j = 0; j < J; ++j) sums[j][k] += values[j] * g;
      }
    }
  }
#pragma GCC unroll 16
  for (int j = 0; j < J; ++j)
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) store(totals + (j * K + k) * W, sums[j][k]);
}

// Sums over rows [begin, end), computed by one thread: a vector for each position and filter
template <int K>
void sum_rows(const Planes& images, const Index* offsets, Index num_positions, const float* grad, float* totals, Index begin,
              Index end) {
  constexpr int J = positions_per_tile(K);
  const Convolution& c = images.c;
  const Index width = round_up(c.columns, W);
  const Index most = GRAD_PLANES / (K * width) > 0 ? GRAD_PLANES / (K * width) : 1;
  float* planes = scratch(Scratch::gemm_b, K * most * width);
  zero_floats(planes, K * most * width);
  zero_floats(totals, num_positions * K * W);
  for (Index row = begin, count; row < end; row += count) {
    count = c.rows - row % c.rows;
    if (count > end - row) count = end - row;
    if (count > most) count = most;
    for (Index i = 0; i < count; ++i)
      to_planes<power_of_two(K)>(grad + (row + i) * c.columns * c.filters, c.columns, c.filters, planes + i * width,
                                 most * width);
    const float* x = images.row_of(row / c.rows, row % c.rows);
    for (Index position = 0; position < num_positions; position += J)
      weight_tile<K, J>(x, c.stride_h * images.width, offsets + position, planes, most * width, count, width / W,
                      totals + position * K * W);
  }
}

}  // namespace

bool is_narrow(const Convolution& c) {
  const bool is_empty = c.batch * c.rows * c.columns * c.channels * c.filters == 0;
  const bool are_few = c.filters <= MAX_FILTERS && c.channels <= MAX_CHANNELS && c.channels * c.filters <= MAX_PAIRS;
  return !is_empty && are_few && c.groups == 1 && c.stride_w == 1 && 4 * c.columns >= 3 * round_up(c.columns, W);
}

void narrow(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu) {
  const Index depth = c.kernel_h * c.kernel_w * c.channels;
  with_constant(c.filters, [&](auto most) {
    constexpr int K = decltype(most)::value;
    const Planes images(c, x);
    float* weights = scratch(Scratch::caller, round_up((1 + depth) * K, 2) + depth * 2);  // bias, then one row per position
    Index* offsets = reinterpret_cast<Index*>(weights + round_up((1 + depth) * K, 2));
    for (Index position = 0; position < depth; ++position) offsets[position] = images.offset_of(position);
    for (Index i = 0; i < 1 + depth; ++i)
      for (Index k = 0; k < K; ++k) {
        const float* from = i == 0 ? bias : weight + (i - 1) * c.filters;
        weights[i * K + k] = k < c.filters && from ? from[k] : 0;
      }
    divide(c.batch * c.rows, 1 + GRAIN / (depth * K * c.columns), 1, [&](Index begin, Index end) {
      convolve_rows<K>(images, offsets, weights, relu, y, begin, end);
    });
  });
}

void narrow_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight) {
  const Index depth = c.kernel_h * c.kernel_w * c.channels;
  with_constant(c.filters, [&](auto most) {
    constexpr int K = decltype(most)::value;
    const Planes images(c, x);
    const Index num_positions = round_up(depth, positions_per_tile(K)), size = num_positions * K * W;
    const Index rows = c.batch * c.rows;
    const int threads = useful_threads(rows, 1 + GRAIN / (depth * K * c.columns));
    float* totals = scratch(Scratch::caller, size * threads + num_positions * 2);
    Index* offsets = reinterpret_cast<Index*>(totals + size * threads);
    for (Index position = 0; position < num_positions; ++position) offsets[position] = position < depth ? images.offset_of(position) : 0;
    int parts = threads;
    on_threads(threads, [&](int thread, int actual) {
      if (thread == 0) parts = actual;
      sum_rows<K>(images, offsets, num_positions, grad, totals + thread * size, part(rows, thread, actual),
                  part(rows, thread + 1, actual));
    });
    for (Index position = 0; position < depth; ++position)
      for (Index k = 0; k < c.filters; ++k) {
        const float* from = totals + (position * K + k) * W;
        Vec total = load(from);
        for (int thread = 1; thread < parts; ++thread) total += load(from + thread * size);
        grad_weight[position * c.filters + k] = sum(total);
      }
  });
}

}  // namespace dlcli::DLCLI_ISA
