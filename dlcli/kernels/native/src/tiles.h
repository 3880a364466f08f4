// The register tiles of convolution, and the layout of their operands.
//
// The tile of the convolution holds T output pixels by V vectors of output channels: every step along the depth loads V
// vectors of filters and T elements of the panel for T V multiply-adds. The weight gradient runs along the pixels
// instead and holds T rows of the filter by V vectors of output channels. Rows of a panel are STRIDE apart.
#pragma once

#include "integer.h"
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

// A multiply-add takes about four cycles and two start per cycle, so at least eight independent sums must be under way;
// more sums per loaded value save loads. T V sums, V filter vectors and one broadcast must fit the registers: AVX-512
// and NEON have 32, AVX2 and SSE2 16.
constexpr bool many_registers = vector_registers >= 32;
// number of pixels in a tile, for one vector of output channels and for two
constexpr int SINGLE_T = many_registers ? 28 : 12;
constexpr int PAIR_T = many_registers ? 14 : 6;
// number of rows of the filter in a tile of the weight gradient, for one, two and four vectors of output channels
constexpr int GRAD_SINGLE_T = many_registers ? 16 : 12;
constexpr int GRAD_PAIR_T = many_registers ? 12 : 6;
constexpr int GRAD_QUAD_T = many_registers ? 6 : 0;

// The memory layout of filters, seen as a matrix (depth, channels): the weight of kernel position (i, j), input channel c
// and output channel o is at
// data + (offset_h + i stride_h) row_stride + (offset_w + j stride_w) column_stride + c input_stride + o output_stride.
struct Filters {
  const float* data;
  Index offset_h, stride_h, offset_w, stride_w, row_stride, column_stride, input_stride, output_stride;
};

// Destination of the products: pixel (image, row, column) is at data + image_step image + …
struct Target {
  float* data;
  Index image_step, row_step, column_step, channels;
  const float* bias;
  bool relu;
};

// Filters packed for the register tile: for each block of one or two vectors of output channels, its bias and then its
// rows, padded with zeros after the last channel.
struct Packed {
  Index channels, depth;
  bool half;    // one block of half a vector
  bool single;  // one block of at most one vector, and the tall tile

  Packed(Index channels, Index depth)
      : channels(channels), depth(depth), half(vector_bytes >= 32 && channels <= W / 2), single(channels <= W) {}

  Index blocks() const { return single ? 1 : (channels + 2 * W - 1) / (2 * W); }
  Index width(Index block) const { return half ? W / 2 : (single || channels - block * 2 * W <= W ? W : 2 * W); }
  Index all_widths() const { return half ? W / 2 : round_up(channels, W); }
  Index offset(Index block) const { return block * 2 * W * (depth + 1); }
  Index size() const { return all_widths() * (depth + 1); }
};

// With at most half a vector of output channels, a whole one would waste half of every multiply-add.
typedef float HalfVec __attribute__((vector_size(vector_bytes / 2)));

// loads and stores of whole and half vectors; the partial versions access only the first n floats
template <class V>
DLCLI_INLINE V load_as(const float* p) {
  V v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

template <class V>
DLCLI_INLINE V load_partial_as(const float* p, Index n) {
  const Vec whole = load_partial(p, n);
  V v;
  std::memcpy(&v, &whole, sizeof v);
  return v;
}

template <class V>
DLCLI_INLINE void store_partial_as(float* p, V v, Index n) {
  Vec whole = {};
  std::memcpy(&whole, &v, sizeof v);
  store_partial(p, whole, n);
}

// Computes `count` ≤ T rows of results: panel times filters plus the bias or, if it is null, the values already in `rows`.
template <class Vector, int T, int V, int STRIDE>
static __attribute__((noinline)) void multiply_tile(const float* panel, const float* filters, const float* bias,
                                                    Index depth, float* const* rows, Index count, Index channels,
                                                    bool relu) {
  constexpr Index lanes = sizeof(Vector) / sizeof(float);
  Vector sums[T][V];
  const bool whole = channels == V * lanes;
  const Index rest = channels - (V - 1) * lanes;  // channels of the last vector
  if (bias != nullptr) {
#pragma GCC unroll 28
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) sums[t][v] = load_as<Vector>(bias + v * lanes);
  } else {
#pragma GCC unroll 28
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v)
        sums[t][v] = t >= count           ? Vector{}
                     : whole || v < V - 1 ? load_as<Vector>(rows[t] + v * lanes)
                                          : load_partial_as<Vector>(rows[t] + v * lanes, rest);
  }
  for (Index k = 0; k < depth; ++k, ++panel, filters += V * lanes) {
    Vector weights[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) weights[v] = load_as<Vector>(filters + v * lanes);
#pragma GCC unroll 28
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) sums[t][v] += (panel[t * STRIDE] - Vector{}) * weights[v];
  }
#pragma GCC unroll 28
  for (int t = 0; t < T; ++t)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) {
      const Vector sum = relu ? (sums[t][v] < 0.0f ? Vector{} : sums[t][v]) : sums[t][v];
      if (t < count) {
        if (whole || v < V - 1)
          std::memcpy(rows[t] + v * lanes, &sum, sizeof sum);
        else
          store_partial_as<Vector>(rows[t] + v * lanes, sum, rest);
      }
    }
}

// Adds panelᵀ grad to a tile of the weight gradient, for T columns of the panel and `pixels` rows of both.
template <class Vector, int T, int V, int STRIDE>
static __attribute__((noinline)) void grad_tile(const float* panel, const float* grad, Index grad_step, Index pixels,
                                                float* partial) {
  constexpr Index lanes = sizeof(Vector) / sizeof(float);
  Vector sums[T][V];
#pragma GCC unroll 16
  for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sums[t][v] = Vector{};
  for (Index m = 0; m < pixels; ++m, panel += STRIDE, grad += grad_step) {
    Vector g[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) g[v] = load_as<Vector>(grad + v * lanes);
#pragma GCC unroll 16
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sums[t][v] += (panel[t] - Vector{}) * g[v];
  }
#pragma GCC unroll 16
  for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      float* to = partial + (t * V + v) * lanes;
      const Vector sum = load_as<Vector>(to) + sums[t][v];
      std::memcpy(to, &sum, sizeof sum);
    }
}

// Layout of the weight gradient while it is summed: for each panel and each block of V vectors of output channels, the
// panel's columns (rounded up to tiles) by the block's width.
struct GradLayout {
  Index lanes;    // elements of a vector: W, or half as many if that is enough
  Index vectors;  // vectors of output channels
  Index block;    // vectors in a block: 4, 2 or 1
  Index tile;     // rows of the filter in a tile

  explicit GradLayout(Index channels) {
    lanes = vector_bytes >= 32 && channels <= W / 2 ? W / 2 : W;
    vectors = (channels + lanes - 1) / lanes;
    block = GRAD_QUAD_T && vectors % 4 == 0 ? 4 : (vectors % 2 == 0 ? 2 : 1);
    tile = block == 4 ? GRAD_QUAD_T : (block == 2 ? GRAD_PAIR_T : GRAD_SINGLE_T);
  }

  Index width() const { return vectors * lanes; }
};

}  // namespace dlcli::DLCLI_ISA
