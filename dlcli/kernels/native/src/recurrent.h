// Shared by the recurrent layers: small products with weights that are packed once for all steps.
//
// Units are processed in blocks of one vector. A panel of weights holds a few vectors of columns side by side (for the
// LSTM, the four gates of one block of units), so that a tile of the product contains all sums that the cell's formula
// needs. The sequences of the batch are divided among the threads, which never wait for each other: every thread takes its
// sequences through all steps. The gradients of the weights are computed afterward, divided by columns among the threads.
#pragma once

#include "sequences.h"
#include "simd.h"
#include "threads.h"
#include "vector_math.h"

namespace dlcli::DLCLI_ISA {

// maximum number of vectors in a panel
constexpr int PANEL = 4;
// number of multiply-adds that take longer than waking a thread
constexpr Index RECURRENT_GRAIN = 200000;
// maximum number of sequences that are processed together
constexpr Index BATCH_BLOCK = 48;
// number of rows of a chunk of the weight gradient: 256 rows of a panel fit in the second-level cache with the other data
constexpr Index TIME_CHUNK = 256;

static inline Index blocks(Index size) { return (size + W - 1) / W; }
static inline Index padded(Index size) { return blocks(size) * W; }

// number of elements that are used in vector `block` of an axis of `size` elements
static inline Index lanes(Index size, Index block) { return size - block * W < W ? size - block * W : W; }

DLCLI_INLINE Vec load_lanes(const float* p, Index n) { return n == W ? load(p) : load_partial(p, n); }

DLCLI_INLINE void store_lanes(float* p, Vec v, Index n) {
  if (n == W)
    store(p, v);
  else
    store_partial(p, v, n);
}

// 1 / (1 + e^-x) within 2e-7, in two thirds of the time of `sigmoid`, which is accurate to the last digits
DLCLI_INLINE Vec fast_sigmoid(Vec x) {
  // comparisons with NaN are false, so NaN remains NaN
  x = select(x > 87.0f, splat(87.0f), x);
  x = select(x < -87.0f, splat(-87.0f), x);
  const Reduced reduced = reduce_exponent(-x);
  const Vec r = reduced.r;
  return 1.0f / (1.0f + (exp_polynomial(r) * (r * r) + r + 1.0f) * power_of_two(reduced.n));
}

// tanh x within 2e-7
DLCLI_INLINE Vec fast_tanh(Vec x) { return 2.0f * fast_sigmoid(2.0f * x) - 1.0f; }

// Prefetches a vector of each of `count` rows that will soon be read or written; the hardware does not predict such distant
// accesses.
template <bool Write>
DLCLI_INLINE void prefetch(const float* p, Index row, int count) {
  for (int i = 0; i < count; ++i) __builtin_prefetch(p + i * row, Write, 2);
}

// C += A B: A (rows, depth), B (depth, V vectors), C (rows, V vectors). If there are three vectors, the third may be stored
// elsewhere.
struct Product {
  const float* a;
  Index a_row, a_depth;  // distance of A's rows, and of its columns
  const float* b;
  Index b_depth;
  Index depth;
  float* c;
  Index c_row;
  Index b_third = 2 * W, c_third = 2 * W;
  // the sum may extend over several stretches of A and B
  Index stretches = 1, a_stretch = 0, b_stretch = 0;
};

// Across: A's rows are adjacent (a_row is 1); otherwise its columns are (a_depth is 1)
template <int R, int V, bool Across>
void product_tile(const Product& p) {
  Vec sums[R][V];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sums[r][v] = load(p.c + r * p.c_row + (V == 3 && v == 2 ? p.c_third : v * W));
  const Index a_row = Across ? 1 : p.a_row, a_depth = Across ? p.a_depth : 1, b_depth = p.b_depth;
  const Index third = p.b_third;
  for (Index s = 0; s < p.stretches; ++s) {
    const float* a = p.a + s * p.a_stretch;
    const float* b = p.b + s * p.b_stretch;
    for (Index k = p.depth; k > 0; --k) {
      Vec row[V];
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) row[v] = load(b + (V == 3 && v == 2 ? third : v * W));
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) {
        const Vec number = a[r * a_row] - Vec{};
#pragma GCC unroll 4
        for (int v = 0; v < V; ++v) sums[r][v] += number * row[v];
      }
      a += a_depth;
      b += b_depth;
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) store(p.c + r * p.c_row + (V == 3 && v == 2 ? p.c_third : v * W), sums[r][v]);
}

using ProductTile = void (*)(const Product&);

#define DLCLI_TILES(V, across) \
  product_tile<1, V, across>, product_tile<2, V, across>, product_tile<3, V, across>, product_tile<4, V, across>, \
      product_tile<5, V, across>, product_tile<6, V, across>, product_tile<7, V, across>, product_tile<8, V, across>

// number of rows of a tile whose sums fit in the registers together with the vectors of B
constexpr Index tile_height(int vectors) {
  return vector_registers == 32 ? (vectors == 4 ? 6 : 8) : (vectors == 4 ? 2 : vectors == 3 ? 3 : vectors == 2 ? 4 : 8);
}

template <bool Across>
static inline void multiply(Product p, Index rows, int vectors) {
  static const ProductTile tiles[PANEL][8] = {
      {DLCLI_TILES(1, Across)}, {DLCLI_TILES(2, Across)}, {DLCLI_TILES(3, Across)}, {DLCLI_TILES(4, Across)}};
  const Index height = tile_height(vectors), count = (rows + height - 1) / height;
  const float* a = p.a;
  float* c = p.c;
  for (Index i = 0; i < count; ++i) {
    // tiles of nearly the same height instead of a low one at the end
    const Index begin = part(rows, i, count), end = part(rows, i + 1, count);
    p.a = a + begin * p.a_row;
    p.c = c + begin * p.c_row;
    tiles[vectors - 1][end - begin - 1](p);
  }
}

// Packs `columns` <= W columns of `depth` rows of a weight matrix into one vector of a panel.
static inline void pack_columns(const float* from, Index row, Index depth, Index columns, float* to, Index to_row) {
  if (columns == W) {
    for (Index k = 0; k < depth; ++k) store(to + k * to_row, load(from + k * row));
  } else {
    for (Index k = 0; k < depth; ++k) store(to + k * to_row, load_partial(from + k * row, columns));
  }
}

// Packs up to W rows of a weight matrix as columns: (rows, columns) -> (W, W), padded with zeros.
static inline void pack_rows(const float* from, Index row, Index rows, Index columns, float* to, Index to_row) {
  Vec block[W];
  for (Index i = 0; i < W; ++i) block[i] = i < rows ? load_lanes(from + i * row, columns) : Vec{};
  transpose(block);
  for (Index j = 0; j < W; ++j) store(to + j * to_row, block[j]);
}

// Calls body(first, rows) for groups of sequences that are processed together, divided among the threads.
template <class Body>
static inline void over_batch(const Sequences& s, Index multiply_adds, const Body& body) {
  const int wanted = useful_threads(multiply_adds, RECURRENT_GRAIN);
  on_threads(wanted < s.batch ? wanted : static_cast<int>(s.batch), [&](int thread, int threads) {
    const Index begin = part(s.batch, thread, threads), end = part(s.batch, thread + 1, threads);
    // Sequences never wait for each other: a barrier per time step would cost more than the products of a small layer.
    // Within a thread blocks of sequences share each panel of weights while it is in the cache.
    const Index parts = (end - begin + BATCH_BLOCK - 1) / BATCH_BLOCK;
    for (Index i = 0; i < parts; ++i) {
      const Index first = begin + part(end - begin, i, parts);
      body(first, begin + part(end - begin, i + 1, parts) - first);
    }
  });
}

// initial value of a sum: the bias plus, for tokens, the row that is looked up instead of a product with the input
DLCLI_INLINE Vec first_sum(const float* bias, const float* looked_up, Index column, Index filled) {
  return looked_up ? load(bias) + load_lanes(looked_up + column, filled) : load(bias);
}

// Distance between rows of n floats: ⌈n / 16⌉ cache lines of 64 bytes plus one, so that consecutive rows start in different
// cache sets even if n is a power of two.
static inline Index row_stride(Index n) { return (n + 15) / 16 * 16 + 16; }

static inline void copy_row(const float* from, float* to, Index n) {
  if (from)
    for (Index i = 0; i < n; ++i) to[i] = from[i];
  else
    for (Index i = 0; i < n; ++i) to[i] = 0;
}

// The factor Wᵀ of a product with gradients, for weights W (rows, columns). For each block of units, its depth has `gates`
// blocks of columns of W, `between` columns apart; it is packed in panels of PANEL vectors of W's rows.
struct Transposed {
  const float* weight;
  Index rows, columns, size, between;
  int gates;

  Index depth() const { return gates * padded(size); }
  Index floats() const { return padded(rows) * depth(); }
  Index panels() const { return (blocks(rows) + PANEL - 1) / PANEL; }
  int vectors(Index panel) const {
    const Index left = blocks(rows) - panel * PANEL;
    return static_cast<int>(left < PANEL ? left : PANEL);
  }
  Index offset(Index panel) const { return panel * PANEL * W * depth(); }

  void pack(float* to) const {
    divide(panels(), 1 + 30000 / (PANEL * W * depth() + 1), 1, [&](Index begin, Index end) {
      for (Index q = begin; q < end; ++q) {
        const Index width = vectors(q) * W;
        for (Index j = 0; j < blocks(size); ++j)
          for (int g = 0; g < gates; ++g)
            for (Index v = 0; v < vectors(q); ++v) {
              const Index row = (q * PANEL + v) * W;
              pack_rows(weight + row * columns + g * between + j * W, columns, lanes(rows, q * PANEL + v),
                        lanes(size, j), to + offset(q) + (j * gates + g) * W * width + v * W, width);
            }
      }
    });
  }

  // c (count, padded rows) += a (count, depth) Wᵀ
  void multiply_by(const float* packed, const float* a, Index a_row, Index count, float* c, Index c_row) const {
    for (Index q = 0; q < panels(); ++q)
      multiply<false>({a, a_row, 1, packed + offset(q), vectors(q) * W, depth(), c + q * PANEL * W, c_row}, count,
                      vectors(q));
  }
};

// Gradients of the sums that the cells' formulas use: for each panel, PANEL vectors for each step of each sequence.
struct StepGradients {
  const Sequences& s;
  float* data;

  Index steps() const { return s.batch * s.length; }
  float* panel(Index q) const { return data + q * steps() * PANEL * W; }
  float* row(Index q, Index n, Index t) const { return panel(q) + (n * s.length + t) * PANEL * W; }

  // Adds steps begin … end, counted through all sequences, to `sums` (PANEL vectors) and, if there are tokens, to the rows
  // of `table` (vocabulary, PANEL vectors) that they looked up.
  void add_up(Index q, Index begin, Index end, float* sums, float* table) const {
    Vec total[PANEL];
    for (int v = 0; v < PANEL; ++v) total[v] = load(sums + v * W);
    const float* from = panel(q) + begin * PANEL * W;
    for (Index i = begin; i < end; ++i, from += PANEL * W) {
      for (int v = 0; v < PANEL; ++v) total[v] += load(from + v * W);
      if (!s.tokens) continue;
      float* row = table + s.tokens[i] * PANEL * W;
      for (int v = 0; v < PANEL; ++v) store(row + v * W, load(row + v * W) + load(from + v * W));
    }
    for (int v = 0; v < PANEL; ++v) store(sums + v * W, total[v]);
  }
};

// The vectors of a panel that belong to a weight: `vectors` of them from `first` on; a third one may be stored elsewhere.
struct PanelColumns {
  int first, vectors;
  Index third = 2 * W;
};

// Calls body(n, count, begin, end) for chunks, which consist of steps begin … end of sequences n … n + count.
template <class Body>
static inline void over_chunks(Index batch, Index length, const Body& body) {
  if (length == 0) return;
  // The gradient of a weight is a sum over all steps of all sequences. Chunks keep the rows that are summed in the
  // second-level cache while all panels pass over them.
  if (length <= TIME_CHUNK) {
    const Index together = TIME_CHUNK / length;
    for (Index n = 0; n < batch; n += together) body(n, n + together < batch ? together : batch - n, Index(0), length);
  } else {
    for (Index n = 0; n < batch; ++n)
      for (Index t = 0; t < length; t += TIME_CHUNK) body(n, Index(1), t, t + TIME_CHUNK < length ? t + TIME_CHUNK : length);
  }
}

// c (rows, PANEL vectors) += aᵀ g for the panel columns of g; the rows of a, a_row apart, belong to the same steps as those
// of g
static inline void add_products(const StepGradients& g, Index q, PanelColumns columns, const float* a, Index a_row, Index rows,
                                Index n, Index count, Index begin, Index end, float* c) {
  if (rows <= 0 || begin >= end) return;
  const Index length = g.s.length;
  multiply<true>({a + (n * length + begin) * a_row, 1, a_row, g.row(q, n, begin) + columns.first * W, PANEL * W,
                  end - begin, c + columns.first * W, PANEL * W, columns.third, columns.third, count, length * a_row,
                  length * PANEL * W},
                 rows, columns.vectors);
}

// the same with the states that the steps started from
static inline void add_state_products(const StepGradients& g, Index q, PanelColumns columns, const float* states,
                                      const float* initial, Index rows, Index n, Index count, Index begin, Index end,
                                      float* c) {
  if (rows <= 0) return;
  const Sequences& s = g.s;
  const Index first = s.step(0);
  if (initial && begin <= first && first < end)
    multiply<true>({initial + n * s.size, 1, s.size, g.row(q, n, first) + columns.first * W, s.length * PANEL * W, count,
                    c + columns.first * W, PANEL * W, columns.third, columns.third},
                   rows, columns.vectors);
  if (s.reverse)
    add_products(g, q, columns, states + s.size, s.size, rows, n, count, begin, end < s.length ? end : s.length - 1, c);
  else
    add_products(g, q, columns, states - s.size, s.size, rows, n, count, begin > 1 ? begin : 1, end, c);
}

// computation of the gradients of the weights, panel by panel
struct WeightGradient {
  StepGradients g;
  const float* x;
  const float* states;
  const float* initial;
  Index panels;
  // factor of some columns of the recurrent weight instead of the states, or null: (steps, size), rows `replacement_ld`
  // apart
  const float* replacement = nullptr;
  Index replacement_ld = 0;
  PanelColumns replacement_columns = {0, 0};

  // of_input(panel) and of_state(panel) return the panel columns of the two weights. Calls body(panel, from_input, begin, end,
  // c) with rows begin … end of the gradient of a weight in c, PANEL vectors each, and bias(panel, sums).
  template <class OfInput, class OfState, class Bias, class Body>
  void compute(Index multiply_adds, const OfInput& of_input, const OfState& of_state, const Bias& bias,
               const Body& body) const {
    const Sequences& s = g.s;
    const Index rows = s.inputs + s.size;
    const int wanted = useful_threads(multiply_adds, RECURRENT_GRAIN);
    // enough parts of each panel that every thread has one
    const Index parts = panels ? (wanted + panels - 1) / panels : 1;
    on_threads(wanted, [&](int thread, int threads) {
      for (Index item = part(panels * parts, thread, threads); item < part(panels * parts, thread + 1, threads); ++item) {
        const Index q = item / parts, begin = part(rows, item % parts, parts), end = part(rows, item % parts + 1, parts);
        // one part of each panel also computes the sums and the rows that were looked up
        const bool adds_up = item % parts == 0;
        const Index looked_up = s.tokens && adds_up ? s.vocabulary : 0;
        float* c = scratch(Scratch::caller, (end - begin + 1 + looked_up) * PANEL * W);
        float* sums = c + (end - begin) * PANEL * W;
        float* table = sums + PANEL * W;
        for (Index i = 0; i < (end - begin + 1 + looked_up) * PANEL * W; ++i) c[i] = 0;
        const Index x0 = begin < s.inputs ? begin : s.inputs, x1 = end < s.inputs ? end : s.inputs;
        const Index h0 = begin - x0, h1 = end - x1;  // x0 is `begin` or all inputs, of which `begin - x0` states follow
        over_chunks(s.batch, s.length, [&](Index n, Index count, Index from, Index to) {
          add_products(g, q, of_input(q), x + x0, s.inputs, x1 - x0, n, count, from, to, c);
          add_state_products(g, q, of_state(q), states + h0, initial ? initial + h0 : nullptr, h1 - h0, n, count, from, to,
                             c + (x1 - x0) * PANEL * W);
          if (replacement)
            add_products(g, q, replacement_columns, replacement + h0, replacement_ld, h1 - h0, n, count, from, to,
                         c + (x1 - x0) * PANEL * W);
          if (adds_up) g.add_up(q, n * s.length + from, (n + count - 1) * s.length + to, sums, table);
        });
        body(q, true, x0, x1, c);
        body(q, false, h0, h1, c + (x1 - x0) * PANEL * W);
        body(q, true, 0, looked_up, table);
        if (adds_up) bias(q, sums);
      }
    });
  }
};

}  // namespace dlcli::DLCLI_ISA
