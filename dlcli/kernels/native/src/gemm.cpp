// Matrix products: a tile of C is kept in registers while the columns of A and the rows of B are read.
//
// Per thread, blocks of B that fit in the second-level cache are packed into panels as wide as a tile, and strips of A as
// high as a tile are multiplied by each panel. A strip is packed too if that pays: if many panels read it, or if its rows
// evict each other from the first-level cache. Products with few rows read B without packing it.
#include "gemm.h"

#include "gemm_few.h"
#include "gemm_tile.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// distance in floats between the columns of a packed strip
constexpr Index strip = (tile_rows + W - 1) / W * W;
// A strip of A (24 KiB) fits in the first-level cache, a block of B (480 KiB) in the second. This is the classical
// three-level blocking (Goto & van de Geijn 2008), with the loop over rows innermost.
constexpr Index block_k = 384;
constexpr Index block_n = 320 / panel * panel;
// number of multiply-adds worth another thread; two threads are used from twice this number on, which takes some 10 µs
constexpr Index grain = 262144;

#define DLCLI_TILES_6(V, adjacent) \
  tile<1, V, adjacent>, tile<2, V, adjacent>, tile<3, V, adjacent>, tile<4, V, adjacent>, tile<5, V, adjacent>, \
      tile<6, V, adjacent>
#define DLCLI_TILES_12(V, adjacent) \
  DLCLI_TILES_6(V, adjacent), tile<7, V, adjacent>, tile<8, V, adjacent>, tile<9, V, adjacent>, \
      tile<10, V, adjacent>, tile<11, V, adjacent>, tile<12, V, adjacent>

// indexed by: whether A's rows are adjacent, number of vectors − 1, number of rows − 1
#if defined(__AVX512F__) || defined(__ARM_NEON)
const Tile tiles[2][2][tile_rows] = {{{DLCLI_TILES_12(1, false)}, {DLCLI_TILES_12(2, false)}},
                                     {{DLCLI_TILES_12(1, true)}, {DLCLI_TILES_12(2, true)}}};
#else
const Tile tiles[2][2][tile_rows] = {{{DLCLI_TILES_6(1, false)}, {DLCLI_TILES_6(2, false)}},
                                     {{DLCLI_TILES_6(1, true)}, {DLCLI_TILES_6(2, true)}}};
#endif

// Packs B (k, n) into panels, each of which has k rows of `panel` columns, padded with zeros.
void pack_b(Matrix b, Index k, Index n, float* packed) {
  if (b.column == 1) {
    for (Index p = 0; p < k; ++p) {
      const float* row = b.data + p * b.row;
      float* to = packed + p * panel;
      Index j = 0;
      for (; j + panel <= n; j += panel, to += k * panel)
        for (int v = 0; v < tile_vectors; ++v) store(to + v * W, load(row + j + v * W));
      if (j < n)
        for (Index v = 0; v < tile_vectors; ++v, j += W)
          store(to + v * W, j + W <= n ? load(row + j) : j < n ? load_partial(row + j, n - j) : Vec{});
    }
  } else if (b.row == 1) {
    for (Index j = 0; j < n; j += panel) {
      float* to = packed + j * k;
      for (Index v = 0; v < tile_vectors; ++v) {
        const Index columns = n - j - v * W;
        for (Index p = 0; p < k; p += W)
          transpose_block(b.data + (j + v * W) * b.column + p, b.column, columns < 0 ? 0 : columns < W ? columns : W,
                          k - p < W ? k - p : W, to + p * panel + v * W, panel);
      }
    }
  } else {
    for (Index j = 0; j < n; j += panel)
      for (Index p = 0; p < k; ++p)
        for (Index i = 0; i < panel; ++i)
          packed[j * k + p * panel + i] = j + i < n ? b.data[p * b.row + (j + i) * b.column] : 0;
  }
}

// Packs `rows` <= tile_rows rows of A into columns that are `strip` floats apart.
void pack_a(Matrix a, Index rows, Index k, float* packed) {
  if (a.column == 1) {
    for (Index i = 0; i < rows; i += W)
      for (Index p = 0; p < k; p += W)
        transpose_block(a.data + i * a.row + p, a.row, rows - i < W ? rows - i : W, k - p < W ? k - p : W,
                        packed + p * strip + i, strip);
  } else if (rows == tile_rows && a.row == 1) {
    for (Index p = 0; p < k; ++p) std::memcpy(packed + p * strip, a.data + p * a.column, tile_rows * sizeof(float));
  } else {
    for (Index p = 0; p < k; ++p)
      for (Index i = 0; i < rows; ++i) packed[p * strip + i] = a.data[i * a.row + p * a.column];
  }
}

// whether to pack a strip of A that `panels` panels read
bool pays_to_pack(Matrix a, Index panels) {
  if (a.row == 1) return panels >= 4;
  return a.column != 1 || rows_collide(a.row) || panels >= 8;
}

// Computes C if k is 0, so that there is nothing to sum.
void fill(Index m, Index n, float* c, Index c_row, const Epilogue& epilogue) {
  for (Index i = 0; i < m; ++i, c += c_row) {
    for (Index j = 0; j < n; ++j) {
      const float value = (epilogue.accumulate ? c[j] : 0) + (epilogue.bias ? epilogue.bias[j] : 0);
      c[j] = epilogue.activation == Activation::relu && value < 0 ? 0 : value;
    }
    activate(epilogue.activation, c, c_row, 1, n);
  }
}

}  // namespace

void gemm_serial(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) return fill(m, n, c, c_row, epilogue);
  // Packing costs O(m k + k n), which does not pay for few rows, columns or terms.
  if (gemm_few(m, n, k, a, b, c, c_row, epilogue)) return;
  // A few columns after the last whole vector would cost as much as a whole vector, so they are a separate product.
  const Index rest = n % W;
  if (n > W && rest > 0 && rest <= W / 4 && k >= 4 * W && b.column == 1) {
    Epilogue behind = epilogue;
    if (behind.bias) behind.bias += n - rest;
    gemm_serial(m, n - rest, k, a, b, c, c_row, epilogue);
    return gemm_serial(m, rest, k, a, {b.data + (n - rest), b.row, 1}, c + (n - rest), c_row, behind);
  }

  const Index k_step = ceil_div(k, ceil_div(k, block_k));
  const Index n_blocks = ceil_div(n, block_n);
  const Index n_step = ceil_div(ceil_div(n, n_blocks), panel) * panel;
  const Index strips = ceil_div(m, tile_rows);
  // space for W more rows, since packing transposes whole blocks of W × W
  float* packed_b = scratch(Scratch::gemm_b, (k_step + W) * n_step);
  float* packed_a = scratch(Scratch::gemm_a, (k_step + W) * strip);
  for (Index j0 = 0; j0 < n; j0 += n_step) {
    const Index columns = n - j0 < n_step ? n - j0 : n_step;
    const Index panels = ceil_div(columns, panel);
    for (Index k0 = 0; k0 < k; k0 += k_step) {
      const Index depth = k - k0 < k_step ? k - k0 : k_step;
      const bool last = k0 + depth == k;
      pack_b({b.data + k0 * b.row + j0 * b.column, b.row, b.column}, depth, columns, packed_b);
      for (Index s = 0; s < strips; ++s) {
        // strips of nearly the same height instead of a low one at the end
        const Index i0 = m * s / strips, rows = m * (s + 1) / strips - i0;
        Matrix part = {a.data + i0 * a.row + k0 * a.column, a.row, a.column};
        if (pays_to_pack(part, panels)) {
          pack_a(part, rows, depth, packed_a);
          part = {packed_a, 1, strip};
        }
        const auto& kinds = tiles[part.row == 1];
        for (Index q = 0; q < panels; ++q) {
          const Index width = columns - q * panel < panel ? columns - q * panel : panel;
          const Index vectors = ceil_div(width, W);
          float* to = c + i0 * c_row + j0 + q * panel;
          kinds[vectors - 1][rows - 1](
              depth, part.data, part.row, part.column, packed_b + q * panel * depth, panel, to, c_row,
              width - (vectors - 1) * W,
              {last && epilogue.bias ? epilogue.bias + j0 + q * panel : nullptr, k0 > 0 || epilogue.accumulate,
               last && epilogue.activation == Activation::relu});
          if (last) activate(epilogue.activation, to, c_row, rows, width);
        }
      }
    }
  }
}

namespace {

// division of a product into rows × columns × depth parts
struct Division {
  Index rows, columns, depth;
};

// the division with the least work for the busiest of `threads` threads, counted in multiply-adds of vectors
Division divide_product(Index m, Index n, Index k, int threads) {
  Division best = {1, 1, 1};
  double least = 1e300;
  for (Index depth = 1; depth <= threads; ++depth)
    for (Index rows = 1; rows * depth <= threads; ++rows) {
      const Index columns = threads / (rows * depth);
      if (depth > 1 && k / depth < 256) continue;
      const double height = static_cast<double>(ceil_div(m, rows));
      const double vectors = static_cast<double>(ceil_div(ceil_div(n, panel), columns) * tile_vectors);
      const double length = static_cast<double>(ceil_div(k, depth));
      // sums, packing of B, packing of A, adding up partial results
      const double work = (height + 4) * vectors * length + height * length / 2 +
                          (depth > 1 ? 4.0 * static_cast<double>(m * ceil_div(n, W)) + 8000 : 0);
      if (work < least) {
        least = work;
        best = {rows, columns, depth};
      }
    }
  return best;
}

}  // namespace

void gemm(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue) {
  const int threads = useful_threads(m * n * k, grain);
  if (threads == 1) return gemm_serial(m, n, k, a, b, c, c_row, epilogue);
  const Division division = divide_product(m, n, k, threads);
  const Index parts = division.rows * division.columns * division.depth;
  const Index panels = ceil_div(n, panel);
  const Index size = m * n;
  // all parts of a sum except the first are stored separately, and added in order
  float* partial = division.depth > 1 ? shared_scratch(size * (division.depth - 1)) : nullptr;
  on_threads(static_cast<int>(parts), [&](int thread, int team) {
    for (Index q = thread; q < parts; q += team) {
      const Index row = q % division.rows, column = q / division.rows % division.columns;
      const Index layer = q / (division.rows * division.columns);
      const Index i0 = m * row / division.rows, i1 = m * (row + 1) / division.rows;
      const Index j0 = panels * column / division.columns * panel;
      const Index end = panels * (column + 1) / division.columns * panel, j1 = end < n ? end : n;
      const Index k0 = k * layer / division.depth, k1 = k * (layer + 1) / division.depth;
      const Matrix part_a = {a.data + i0 * a.row + k0 * a.column, a.row, a.column};
      const Matrix part_b = {b.data + k0 * b.row + j0 * b.column, b.row, b.column};
      if (division.depth == 1) {
        Epilogue part = epilogue;
        if (part.bias) part.bias += j0;
        gemm_serial(i1 - i0, j1 - j0, k1 - k0, part_a, part_b, c + i0 * c_row + j0, c_row, part);
      } else if (layer == 0) {
        Epilogue part;
        part.accumulate = epilogue.accumulate;
        gemm_serial(i1 - i0, j1 - j0, k1 - k0, part_a, part_b, c + i0 * c_row + j0, c_row, part);
      } else {
        gemm_serial(i1 - i0, j1 - j0, k1 - k0, part_a, part_b, partial + (layer - 1) * size + i0 * n + j0, n, {});
      }
    }
  });
  if (division.depth == 1) return;
  divide(m, 65536 / (n * division.depth) + 1, 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      for (Index layer = 1; layer < division.depth; ++layer)
        map(c + i * c_row, partial + (layer - 1) * size + i * n, c + i * c_row, 0, n,
            [](Vec total, Vec more) { return total + more; });
      Epilogue rest = epilogue;
      rest.accumulate = true;
      if (rest.bias || rest.activation != Activation::none) fill(1, n, c + i * c_row, c_row, rest);
    }
  });
}

}  // namespace dlcli::DLCLI_ISA
