// Shared by all methods of matrix multiplication: the register tile, the transposition, and the last step of a sum.
#pragma once

#include "gemm.h"
#include "integer.h"
#include "simd.h"
#include "vector_math.h"

namespace dlcli::DLCLI_ISA {

// number of rows and vectors of a tile: its sums, two vectors of B and one element of A fill the registers
constexpr int tile_rows = vector_registers == 32 ? 12 : 6;
constexpr int tile_vectors = 2;
constexpr Index panel = tile_vectors * W;

// whether rows evict each other from the first-level cache: rows 4 KiB apart map to the same cache set
static inline bool rows_collide(Index row) { return row * static_cast<Index>(sizeof(float)) % 4096 == 0; }

// Last step of the sums of a tile. Blocks of k before the last one only store their sums in C; the next block adds to them.
struct Finish {
  const float* bias;
  bool add;
  bool relu;

  Finish(const Epilogue& epilogue, Index column)
      : bias(epilogue.bias ? epilogue.bias + column : nullptr),
        add(epilogue.accumulate),
        relu(epilogue.activation == Activation::relu) {}
  Finish(const float* bias, bool add, bool relu) : bias(bias), add(add), relu(relu) {}
};

// Adds C and the bias to `width` sums of one row, applies ReLU and stores them, as `options` require.
DLCLI_INLINE void finish(Vec sum, float* place, Vec bias, Index width, const Finish& options) {
  if (options.add) sum += load_width(place, width);
  if (options.bias) sum += bias;
  if (options.relu) sum = sum < 0.0f ? Vec{} : sum;
  store_width(place, sum, width);
}

DLCLI_INLINE Vec bias_at(const Finish& options, Index column, Index width) {
  return options.bias ? load_width(options.bias + column, width) : Vec{};
}

// Computes R × V vectors of sums over k, each in S independent chains. Of the last vector, `tail` columns are stored, but B
// is read in whole vectors.
template <int R, int V, bool AdjacentRows, int S = 1>
static void tile(Index k, const float* a, Index a_row, Index a_column, const float* b, Index b_row, float* c, Index c_row,
                 Index tail, Finish options) {
  Vec sums[S][R][V] = {};
  if (AdjacentRows) a_row = 1;
  const auto step = [&](Vec (&to)[R][V]) __attribute__((always_inline)) {
    Vec row[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) row[v] = load(b + v * W);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vec number = splat(a[r * a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) to[r][v] += number * row[v];
    }
    a += a_column;
    b += b_row;
  };
  Index p = 0;
  if (S > 1)
    for (; p + S <= k; p += S)
#pragma GCC unroll 8
      for (int s = 0; s < S; ++s) step(sums[s]);
  for (; p < k; ++p) step(sums[0]);
#pragma GCC unroll 4
  for (int v = 0; v < V; ++v) {
    const Index width = v < V - 1 ? W : tail;
    const Vec bias = bias_at(options, v * W, width);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      Vec sum = sums[0][r][v];
#pragma GCC unroll 8
      for (int s = 1; s < S; ++s) sum += sums[s][r][v];
      finish(sum, c + r * c_row + v * W, bias, width, options);
    }
  }
}

using Tile = void (*)(Index, const float*, Index, Index, const float*, Index, float*, Index, Index, Finish);

// Transposes up to W × W floats: from[i * row + j], i < rows, j < columns, to to[j * to_row + i]; zero for rows <= i < W.
static inline void transpose_block(const float* from, Index row, Index rows, Index columns, float* to, Index to_row) {
  Vec block[W];
  if (rows == W && columns == W) {
    for (Index i = 0; i < W; ++i) block[i] = load(from + i * row);
  } else {
    for (Index i = 0; i < W; ++i)
      block[i] = i >= rows ? Vec{} : columns == W ? load(from + i * row) : load_partial(from + i * row, columns);
  }
  transpose(block);
  if (columns == W) {
    for (Index j = 0; j < W; ++j) store(to + j * to_row, block[j]);
  } else {
    for (Index j = 0; j < columns; ++j) store(to + j * to_row, block[j]);
  }
}

static inline bool needs_separate_pass(Activation activation) {
  return activation == Activation::sigmoid || activation == Activation::tanh;
}

// Applies an activation that is not part of a tile to finished rows.
static inline void activate(Activation activation, float* c, Index c_row, Index rows, Index columns) {
  if (!needs_separate_pass(activation)) return;
  for (Index i = 0; i < rows; ++i, c += c_row) {
    if (activation == Activation::sigmoid)
      map(c, c, 0, columns, [](Vec v) { return sigmoid(v); });
    else
      map(c, c, 0, columns, [](Vec v) { return tanh(v); });
  }
}

}  // namespace dlcli::DLCLI_ISA
