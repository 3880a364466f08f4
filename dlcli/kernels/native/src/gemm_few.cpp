// Four methods for products with few rows, columns or terms.
//
// - Few rows: the tile of gemm_tile.h, with B read without packing.
// - Few rows of A times rows of Bᵀ (g Wᵀ), or few columns, for which Bᵀ is cheap to compute: dot products, with vectors
//   along k.
// - Few columns with contiguous rows of Aᵀ (xᵀ g): the transposed product, which has few rows.
// - Few terms (xᵀ g of a small batch), or one row of A and a large B: a few whole rows of B at a time.
#include "gemm_few.h"

#include "gemm_tile.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// maximum number of rows of a product that reads B without packing
constexpr Index in_place_rows = 2 * tile_rows;
// maximum number of rows for which tiles are wide, so that enough sums are in flight
constexpr int wide_rows = 4;
// number of elements of a matrix that does not fit in the second-level cache
constexpr Index large = 1 << 18;
// maximum number of terms for sums of outer products
constexpr Index few_terms = 6;
// maximum number of columns for dot products: with more, a tile wastes less than dot products cost
constexpr Index few_columns = W - W / 4;
// number of rows and columns of a tile of dot products
constexpr int scalar_rows = vector_registers == 32 ? 4 : 2;
constexpr int scalar_columns = 4;

// number of chains into which a tile divides each of its sums, so that about eight are in flight
constexpr int chains(int sums) { return sums >= 8 ? 1 : sums >= 4 ? 2 : sums >= 2 ? 4 : 8; }

#define DLCLI_TILE(R, V, adjacent) tile<R, V, adjacent, chains((R) * (V))>
#define DLCLI_TILES_6(V, adjacent) \
  DLCLI_TILE(1, V, adjacent), DLCLI_TILE(2, V, adjacent), DLCLI_TILE(3, V, adjacent), DLCLI_TILE(4, V, adjacent), \
      DLCLI_TILE(5, V, adjacent), DLCLI_TILE(6, V, adjacent)
#define DLCLI_TILES_12(V, adjacent) \
  DLCLI_TILES_6(V, adjacent), DLCLI_TILE(7, V, adjacent), DLCLI_TILE(8, V, adjacent), DLCLI_TILE(9, V, adjacent), \
      DLCLI_TILE(10, V, adjacent), DLCLI_TILE(11, V, adjacent), DLCLI_TILE(12, V, adjacent)
#define DLCLI_TILES_4(V, adjacent) \
  DLCLI_TILE(1, V, adjacent), DLCLI_TILE(2, V, adjacent), DLCLI_TILE(3, V, adjacent), DLCLI_TILE(4, V, adjacent)

// indexed by: whether A's rows are adjacent; 1, 2 or, for few rows, 4 vectors; number of rows − 1
#if defined(__AVX512F__) || defined(__ARM_NEON)
const Tile tiles[2][3][tile_rows] = {{{DLCLI_TILES_12(1, false)}, {DLCLI_TILES_12(2, false)}, {DLCLI_TILES_4(4, false)}},
                                     {{DLCLI_TILES_12(1, true)}, {DLCLI_TILES_12(2, true)}, {DLCLI_TILES_4(4, true)}}};
#else
const Tile tiles[2][3][tile_rows] = {{{DLCLI_TILES_6(1, false)}, {DLCLI_TILES_6(2, false)}, {DLCLI_TILES_4(4, false)}},
                                     {{DLCLI_TILES_6(1, true)}, {DLCLI_TILES_6(2, true)}, {DLCLI_TILES_4(4, true)}}};
#endif

// Computes one strip of columns of C. B is read in whole vectors, beyond the last column into the next row; its last rows,
// for which this would read beyond the end of the matrix, are packed.
void column_strip(Index m, Index columns, Index k, Matrix a, const float* b, Index b_row, float* c, Index c_row,
                  const Finish& options) {
  const Index vectors = ceil_div(columns, W), width = vectors * W, tail = columns - (vectors - 1) * W;
  const bool adjacent = a.row == 1;
  const auto& by_rows = tiles[adjacent][vectors == 4 ? 2 : vectors - 1];
  const Index beyond = width == columns ? 0 : min(ceil_div(width - columns, b_row), k);
  float* last = scratch(Scratch::gemm_b, beyond * width);
  for (Index p = 0; p < beyond; ++p)
    for (Index v = 0; v < vectors; ++v)
      store(last + p * width + v * W, load_width(b + (k - beyond + p) * b_row + v * W, v < vectors - 1 ? W : tail));
  // fewer rows of A if they collide in the cache, to leave room for those of B
  const Index strips = ceil_div(m, !adjacent && rows_collide(a.row) ? min(8, tile_rows) : tile_rows);
  for (Index s = 0; s < strips; ++s) {
    const Index i = m * s / strips, rows = m * (s + 1) / strips - i;
    const float* from = a.data + i * a.row;
    if (beyond < k)
      by_rows[rows - 1](k - beyond, from, a.row, a.column, b, b_row, c + i * c_row, c_row, tail,
                        beyond ? Finish(nullptr, options.add, false) : options);
    if (beyond)
      by_rows[rows - 1](beyond, from + (k - beyond) * a.column, a.row, a.column, last, width, c + i * c_row, c_row, tail,
                        beyond < k ? Finish(options.bias, true, options.relu) : options);
  }
}

void few_rows_product(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue) {
  for (Index j = 0, width = 0; j < n; j += width) {
    width = m <= wide_rows && n - j >= 4 * W ? 4 * W : min(n - j, panel);
    column_strip(m, width, k, a, b.data + j, b.row, c + j, c_row, Finish(epilogue, j));
  }
  activate(epilogue.activation, c, c_row, m, n);
}

// C (m, n) as a sum of K outer products, row by row
template <int K>
void outer_products(Index m, Index n, Matrix a, Matrix b, float* c, Index c_row, const Finish& options) {
  for (Index i = 0; i < m; ++i, c += c_row) {
    Vec numbers[K];
#pragma GCC unroll 8
    for (int p = 0; p < K; ++p) numbers[p] = splat(a.data[i * a.row + p * a.column]);
    for_vectors(0, n, [&](Index j, Index width) __attribute__((always_inline)) {
      Vec sum = {};
#pragma GCC unroll 8
      for (int p = 0; p < K; ++p) sum += numbers[p] * load_width(b.data + p * b.row + j, width);
      finish(sum, c + j, bias_at(options, j, width), width, options);
    });
  }
}

// The same for any number of terms, a few at a time: whole rows of a large matrix are read faster than strips of columns,
// and a result with few terms takes longer to write than to compute.
void few_terms_product(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue) {
  constexpr Index together = 8;
  for (Index p = 0; p < k; p += together) {
    const Index terms = min(k - p, together);
    const bool last = p + terms == k;
    const Finish options(last ? epilogue.bias : nullptr, p > 0 || epilogue.accumulate,
                     last && epilogue.activation == Activation::relu);
    const Matrix part_a = {a.data + p * a.column, a.row, a.column}, part_b = {b.data + p * b.row, b.row, 1};
    switch (terms) {
      case 1: outer_products<1>(m, n, part_a, part_b, c, c_row, options); break;
      case 2: outer_products<2>(m, n, part_a, part_b, c, c_row, options); break;
      case 3: outer_products<3>(m, n, part_a, part_b, c, c_row, options); break;
      case 4: outer_products<4>(m, n, part_a, part_b, c, c_row, options); break;
      case 5: outer_products<5>(m, n, part_a, part_b, c, c_row, options); break;
      case 6: outer_products<6>(m, n, part_a, part_b, c, c_row, options); break;
      case 7: outer_products<7>(m, n, part_a, part_b, c, c_row, options); break;
      default: outer_products<8>(m, n, part_a, part_b, c, c_row, options);
    }
  }
  activate(epilogue.activation, c, c_row, m, n);
}

// R × Q dot products of rows of A and rows of Bᵀ, each as a vector whose elements are not yet summed
template <int R, int Q>
void scalar_tile(Index k, const float* a, Index a_row, const float* b, Index b_row, Vec* accumulators) {
  Vec sums[R][Q] = {};
  const auto step = [&](Index p, Index width) __attribute__((always_inline)) {
    Vec x[R];
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) x[r] = load_width(a + r * a_row + p, width);
#pragma GCC unroll 8
    for (int q = 0; q < Q; ++q) {
      const Vec y = load_width(b + q * b_row + p, width);
#pragma GCC unroll 4
      for (int r = 0; r < R; ++r) sums[r][q] += x[r] * y;
    }
  };
  Index p = 0;
  for (; p + W <= k; p += W) step(p, W);
  if (p < k) step(p, k - p);
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int q = 0; q < Q; ++q) accumulators[r * W + q] = sums[r][q];
}

using ScalarTile = void (*)(Index, const float*, Index, const float*, Index, Vec*);

#define DLCLI_SCALAR_TILES(R) scalar_tile<R, 1>, scalar_tile<R, 2>, scalar_tile<R, 3>, scalar_tile<R, 4>
const ScalarTile scalar_tiles[4][scalar_columns] = {
    {DLCLI_SCALAR_TILES(1)}, {DLCLI_SCALAR_TILES(2)}, {DLCLI_SCALAR_TILES(3)}, {DLCLI_SCALAR_TILES(4)}};

// C (m, n) as dot products of rows of A and of Bᵀ, whose elements are adjacent
void scalar_products(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue) {
  Vec accumulators[scalar_rows * W] = {};
  const Index strips = ceil_div(m, scalar_rows);
  for (Index s = 0; s < strips; ++s) {
    const Index i = m * s / strips, rows = m * (s + 1) / strips - i;
    const float* x = a.data + i * a.row;
    for (Index j = 0; j < n; j += W) {
      const Index width = min(n - j, W);
      const float* y = b.data + j * b.column;
      Index q = 0;
      if (rows == 1)
        for (; q + 8 <= width; q += 8) scalar_tile<1, 8>(k, x, a.row, y + q * b.column, b.column, accumulators + q);
      for (; q < width; q += scalar_columns)
        scalar_tiles[rows - 1][min(width - q, scalar_columns) - 1](k, x, a.row, y + q * b.column, b.column, accumulators + q);
      const Finish options(epilogue, j);
      const Vec bias = bias_at(options, 0, width);
      for (Index r = 0; r < rows; ++r) finish(sums_of(accumulators + r * W), c + (i + r) * c_row + j, bias, width, options);
    }
  }
  activate(epilogue.activation, c, c_row, m, n);
}

// Bᵀ for a B with few columns; its rows are an odd number of vectors apart, so that they do not collide in the cache
Matrix packed_transpose(Matrix b, Index k, Index n) {
  const Index row = (ceil_div(k, W) | 1) * W;
  float* packed = scratch(Scratch::gemm_b, n * row);
  for (Index p = 0; p < k; p += W) transpose_block(b.data + p * b.row, b.row, min(k - p, W), n, packed + p, row);
  return {packed, 1, row};
}

// C (m, n) from Cᵀ = Bᵀ Aᵀ, which has few rows
void transposed_product(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue) {
  float* flipped = scratch(Scratch::gemm_a, n * m);
  few_rows_product(n, m, k, b.transposed(), a.transposed(), flipped, m, {});
  const Finish options(epilogue, 0);
  const Vec bias = bias_at(options, 0, n);
  for (Index i = 0; i < m; i += W) {
    const Index rows = min(m - i, W);
    Vec block[W];
    for (Index j = 0; j < W; ++j) block[j] = j < n ? load_width(flipped + j * m + i, rows) : Vec{};
    transpose(block);
    for (Index r = 0; r < rows; ++r) finish(block[r], c + (i + r) * c_row, bias, n, options);
  }
  activate(epilogue.activation, c, c_row, m, n);
}

}  // namespace

bool gemm_few(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue) {
  const bool rows_of_a = a.column == 1;
  if (rows_of_a && b.row == 1 && b.column != 1 && (m <= wide_rows || n <= few_columns)) {
    if (m > 1 && k < 2 * W) return false;
    scalar_products(m, n, k, a, b, c, c_row, epilogue);
    return true;
  }
  if (b.column != 1) return false;
  if (rows_of_a && n <= few_columns && m > in_place_rows && k >= 4 * W) {
    scalar_products(m, n, k, a, packed_transpose(b, k, n), c, c_row, epilogue);
    return true;
  }
  if ((m == 1 && k * n > large) || (m > in_place_rows && k <= few_terms)) {
    few_terms_product(m, n, k, a, b, c, c_row, epilogue);
    return true;
  }
  if (m <= in_place_rows && (rows_of_a || a.row == 1)) {
    few_rows_product(m, n, k, a, b, c, c_row, epilogue);
    return true;
  }
  if (a.row == 1 && n <= few_columns && k >= 2 * W) {
    transposed_product(m, n, k, a, b, c, c_row, epilogue);
    return true;
  }
  return false;
}

}  // namespace dlcli::DLCLI_ISA
