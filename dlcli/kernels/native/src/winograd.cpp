// The three products of F(2×2, 3×3): see winograd.h.
#include "winograd.h"

#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of elements of a transformed 4×4 tile, each of which has a separate matrix product
constexpr Index POSITIONS = 16;
// number of tiles whose transforms are in the second-level cache together
constexpr Index TILES = many_registers ? 28 : 24;
constexpr Index GRAD_TILES = 2 * TILES;
// Maximum number of channels, and distance between tiles, of the two kinds of panels. Powers of two as leading dimension
// would map all rows of a panel to the same cache sets; 80 and 400 floats are an odd number of cache lines.
constexpr Index FEW_CHANNELS = 64, FEW_STRIDE = 80;
constexpr Index MAX_CHANNELS = 384, MANY_STRIDE = 400;
// number of multiplications that take longer than waking a thread
constexpr Index GRAIN = 400000;

// Pixels outside of the image are read from here: the loops below need no case distinction.
const float zeros[MAX_CHANNELS] = {};

struct Grid {
  Index rows, columns, tiles;

  explicit Grid(const WinogradInput& f) : rows((f.rows + 1) / 2), columns((f.columns + 1) / 2), tiles(f.batch * rows * columns) {}
};

// the output pixel at the upper left of a tile
struct Corner {
  Index image, row, column;

  Corner(const Grid& grid, Index tile)
      : image(tile / (grid.rows * grid.columns)),
        row(tile / grid.columns % grid.rows * 2),
        column(tile % grid.columns * 2) {}
};

// Bᵀ d for one column of a tile
DLCLI_INLINE void transform_column(Vec& a, Vec& b, Vec& c, Vec& d) {
  const Vec first = a - c, last = b - d, sum = b + c;
  c = c - b;
  b = sum;
  a = first;
  d = last;
}

// Bᵀ d B of the pixels under `count` tiles from `first` on, to panels[position][tile][channel]
template <Index STRIDE>
void transform_images(const WinogradInput& f, const Grid& grid, Index first, Index count, Index tiles, float* panels) {
  for (Index t = 0; t < count; ++t) {
    const Corner corner(grid, first + t);
    const float* pixels[4][4];
    for (Index i = 0; i < 4; ++i)
      for (Index j = 0; j < 4; ++j) {
        const Index h = corner.row - f.top + i, w = corner.column - f.left + j;
        pixels[i][j] = h < 0 || h >= f.height || w < 0 || w >= f.width
                           ? zeros
                           : f.images + ((corner.image * f.height + h) * f.width + w) * f.channels;
      }
    float* to = panels + t * STRIDE;
    for (Index c = 0; c < f.channels; c += W) {
      Vec d[4][4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) d[i][j] = load(pixels[i][j] + c);
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) transform_column(d[0][j], d[1][j], d[2][j], d[3][j]);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) transform_column(d[i][0], d[i][1], d[i][2], d[i][3]);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i)
#pragma GCC unroll 4
        for (int j = 0; j < 4; ++j) store(to + (i * 4 + j) * tiles * STRIDE + c, d[i][j]);
    }
  }
}

// A g Aᵀ of the 2×2 gradients of `count` tiles, to panels[position][tile][filter]
void transform_grads(const WinogradInput& f, const Grid& grid, const float* grad, Index filters, Index first, Index count,
                     Index tiles, float* panels) {
  for (Index t = 0; t < count; ++t) {
    const Corner corner(grid, first + t);
    const float* pixels[2][2];
    for (Index i = 0; i < 2; ++i)
      for (Index j = 0; j < 2; ++j)
        pixels[i][j] = corner.row + i >= f.rows || corner.column + j >= f.columns
                           ? zeros
                           : grad + ((corner.image * f.rows + corner.row + i) * f.columns + corner.column + j) * filters;
    float* to = panels + t * filters;
    for (Index k = 0; k < filters; k += W) {
      Vec left[4], right[4];
      const Vec a = load(pixels[0][0] + k), b = load(pixels[0][1] + k);
      const Vec c = load(pixels[1][0] + k), d = load(pixels[1][1] + k);
      left[0] = a, left[1] = a + c, left[2] = a - c, left[3] = -c;
      right[0] = b, right[1] = b + d, right[2] = b - d, right[3] = -d;
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        float* row = to + i * 4 * tiles * filters + k;
        store(row, left[i]);
        store(row + tiles * filters, left[i] + right[i]);
        store(row + 2 * tiles * filters, left[i] - right[i]);
        store(row + 3 * tiles * filters, -right[i]);
      }
    }
  }
}

// Aᵀ m A of products[position][tile][filter] to the output pixels
void transform_products(const WinogradInput& f, const Grid& grid, const float* products, const Target& target, Index first,
                        Index count, Index tiles) {
  const Index step = tiles * target.channels;
  for (Index t = 0; t < count; ++t) {
    const Corner corner(grid, first + t);
    float* to = target.data + corner.image * target.image_step + corner.row * target.row_step +
                corner.column * target.column_step;
    const bool second_row = corner.row + 1 < f.rows, second_column = corner.column + 1 < f.columns;
    for (Index k = 0; k < target.channels; k += W, to += W) {
      const float* from = products + t * target.channels + k;
      const Vec bias = target.bias ? load(target.bias + k) : Vec{};
      Vec upper[4], lower[4];
#pragma GCC unroll 4
      for (int j = 0; j < 4; ++j) {
        const Vec a = load(from + j * step), b = load(from + (4 + j) * step);
        const Vec c = load(from + (8 + j) * step), d = load(from + (12 + j) * step);
        upper[j] = a + b + c;
        lower[j] = b - c - d;
      }
      const auto put = [&](float* at, Vec v) {
        v += bias;
        store(at, target.relu ? (v < 0.0f ? Vec{} : v) : v);
      };
      put(to, upper[0] + upper[1] + upper[2]);
      if (second_column) put(to + target.column_step, upper[1] - upper[2] - upper[3]);
      if (second_row) put(to + target.row_step, lower[0] + lower[1] + lower[2]);
      if (second_row && second_column) put(to + target.row_step + target.column_step, lower[1] - lower[2] - lower[3]);
    }
  }
}

// W floats, `step` apart
DLCLI_INLINE Vec gather(const float* from, Index step) {
  alignas(vector_bytes) float lanes[W];
  for (Index lane = 0; lane < W; ++lane) lanes[lane] = from[lane * step];
  return load(lanes);
}

// G w for one column of a filter
DLCLI_INLINE void transform_filter_column(Vec a, Vec b, Vec c, Vec* to, int step) {
  const Vec half = splat(0.5f), ends = (a + c) * half, middle = b * half;
  to[0] = a;
  to[step] = ends + middle;
  to[2 * step] = ends - middle;
  to[3 * step] = c;
}

// G w Gᵀ to packed[position][block][channel][filter of the block]
void transform_filters(const Filters& f, const Packed& packed, float* to) {
  const Index position = round_up(packed.channels, W) * packed.depth;
  divide(packed.depth, 1 + 20000 / (packed.channels * 16), 1, [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c)
      for (Index k = 0; k < packed.channels; k += W) {
        Vec columns[4][3], positions[4][4];
        for (Index j = 0; j < 3; ++j) {
          Vec w[3];
          for (Index i = 0; i < 3; ++i) {
            const float* from = f.data + (f.offset_h + i * f.stride_h) * f.row_stride + (f.offset_w + j * f.stride_w) * f.column_stride +
                                c * f.input_stride + k * f.output_stride;
            if (f.output_stride == 1)
              w[i] = load(from);
            else
              w[i] = gather(from, f.output_stride);
          }
          transform_filter_column(w[0], w[1], w[2], &columns[0][j], 3);
        }
        for (int i = 0; i < 4; ++i) transform_filter_column(columns[i][0], columns[i][1], columns[i][2], positions[i], 1);
        const Index block = packed.single ? 0 : k / (2 * W);
        float* at = to + block * 2 * W * packed.depth + c * packed.width(block) + k - block * 2 * W;
        for (int i = 0; i < 4; ++i)
          for (int j = 0; j < 4; ++j) store(at + (i * 4 + j) * position, positions[i][j]);
      }
  });
}

// products[position][tile][filter] = panels[position] times filters[position]
template <Index STRIDE, int T>
void multiply_positions(const Packed& packed, const float* panels, const float* filters, Index count, float* products) {
  for (Index position = 0; position < POSITIONS; ++position)
    for (Index block = 0; block < packed.blocks(); ++block) {
      const Index width = packed.width(block);
      const float* weights = filters + (position * round_up(packed.channels, W) + block * 2 * W) * packed.depth;
      for (Index t = 0; t < count; t += T) {
        const float* panel = panels + (position * TILES + t) * STRIDE;
        const Index rest = count - t < T ? count - t : T;
        float* rows[T];
        for (Index i = 0; i < T; ++i) rows[i] = products + (position * TILES + t + i) * packed.channels + block * 2 * W;
        if (width == W)
          multiply_tile<Vec, T, 1, STRIDE>(panel, weights, zeros, packed.depth, rows, rest, width, false);
        else if constexpr (T <= PAIR_T)
          multiply_tile<Vec, T, 2, STRIDE>(panel, weights, zeros, packed.depth, rows, rest, width, false);
      }
    }
}

template <Index STRIDE>
void multiply_blocks(const WinogradInput& input, const Grid& grid, const Packed& packed, const float* filters,
                     const Target& target, Index begin, Index end) {
  float* panels = scratch(Scratch::gemm_a, POSITIONS * TILES * (STRIDE + packed.channels));
  float* products = panels + POSITIONS * TILES * STRIDE;
  for (Index first = begin * TILES; first < end * TILES && first < grid.tiles; first += TILES) {
    const Index count = grid.tiles - first < TILES ? grid.tiles - first : TILES;
    transform_images<STRIDE>(input, grid, first, count, TILES, panels);
    if (packed.single)
      multiply_positions<STRIDE, SINGLE_T>(packed, panels, filters, count, products);
    else
      multiply_positions<STRIDE, PAIR_T>(packed, panels, filters, count, products);
    transform_products(input, grid, products, target, first, count, TILES);
  }
}

template <Index STRIDE>
void grad_positions(const GradLayout& layout, Index channels, const float* panels, const float* grads, Index count,
                 float* sums) {
  const Index rows = round_up(channels, layout.tile), width = layout.width();
  for (Index position = 0; position < POSITIONS; ++position, sums += rows * width)
    for (Index k = 0; k < rows; k += layout.tile)
      for (Index v = 0; v < layout.vectors; v += layout.block) {
        const float* panel = panels + position * GRAD_TILES * STRIDE + k;
        const float* grad = grads + position * GRAD_TILES * width + v * W;
        float* to = sums + v * W * rows + k * layout.block * W;
        if (layout.block == 1)
          grad_tile<Vec, GRAD_SINGLE_T, 1, STRIDE>(panel, grad, width, count, to);
        else if (layout.block == 2)
          grad_tile<Vec, GRAD_PAIR_T, 2, STRIDE>(panel, grad, width, count, to);
        else if constexpr (GRAD_QUAD_T > 0)
          grad_tile<Vec, GRAD_QUAD_T, 4, STRIDE>(panel, grad, width, count, to);
      }
}

template <Index STRIDE>
void grad_blocks(const WinogradInput& input, const Grid& grid, const GradLayout& layout, const float* grad, Index begin,
                 Index end, float* sums, Index size) {
  const Index width = layout.width();
  float* panels = scratch(Scratch::gemm_a, POSITIONS * GRAD_TILES * (STRIDE + width));
  float* grads = panels + POSITIONS * GRAD_TILES * STRIDE;
  for (Index i = 0; i < size; i += W) store(sums + i, Vec{});
  for (Index first = begin; first < end; first += GRAD_TILES) {
    const Index count = end - first < GRAD_TILES ? end - first : GRAD_TILES;
    transform_images<STRIDE>(input, grid, first, count, GRAD_TILES, panels);
    transform_grads(input, grid, grad, width, first, count, GRAD_TILES, grads);
    grad_positions<STRIDE>(layout, input.channels, panels, grads, count, sums);
  }
}

}  // namespace

bool winograd_pays(Index channels, Index filters) {
  return channels % W == 0 && filters % W == 0 && channels >= 16 && filters >= 16 && channels <= MAX_CHANNELS && filters <= MAX_CHANNELS;
}

void winograd_multiply(const WinogradInput& input, const Filters& filters, const Target& target) {
  const Grid grid(input);
  if (grid.tiles == 0) return;
  const Packed packed(target.channels, input.channels);
  float* transformed = scratch(Scratch::caller, POSITIONS * packed.depth * packed.channels);
  transform_filters(filters, packed, transformed);
  // The transform of the filters is repeated in every call, but costs only 1 / (number of tiles) of the products.
  const Index work = TILES * POSITIONS * packed.depth * packed.channels;
  divide((grid.tiles + TILES - 1) / TILES, 1 + GRAIN / work, 1, [&](Index begin, Index end) {
    if (input.channels <= FEW_CHANNELS)
      multiply_blocks<FEW_STRIDE>(input, grid, packed, transformed, target, begin, end);
    else
      multiply_blocks<MANY_STRIDE>(input, grid, packed, transformed, target, begin, end);
  });
}

void winograd_grad_weight(const WinogradInput& input, const float* grad, Index filters, float* grad_weight) {
  const Grid grid(input);
  const GradLayout layout(filters);
  const Index rows = round_up(input.channels, layout.tile), position = rows * filters, size = POSITIONS * position;
  const int threads = useful_threads(grid.tiles, 1 + GRAIN / size);
  float* partials = scratch(Scratch::caller, threads * size);
  int parts = 1;
  on_threads(threads, [&](int thread, int actual) {
    if (thread == 0) parts = actual;
    const Index begin = part(grid.tiles, thread, actual), end = part(grid.tiles, thread + 1, actual);
    if (input.channels <= FEW_CHANNELS)
      grad_blocks<FEW_STRIDE>(input, grid, layout, grad, begin, end, partials + thread * size, size);
    else
      grad_blocks<MANY_STRIDE>(input, grid, layout, grad, begin, end, partials + thread * size, size);
  });
  // Gᵀ m G for the sum m over all threads, in thread order
  const Index position_stride = input.channels * filters;
  const auto inverse_column = [](Vec a, Vec b, Vec c, Vec d, Vec* to) {
    const Vec half = splat(0.5f), sum = (b + c) * half;
    to[0] = a + sum;
    to[1] = (b - c) * half;
    to[2] = sum + d;
  };
  divide(input.channels, 1 + 4000 / filters, 1, [&](Index begin, Index end) {
    for (Index c = begin; c < end; ++c)
      for (Index v = 0; v < layout.vectors; ++v) {
        const float* from = partials + v / layout.block * layout.block * W * rows +
                            (c * layout.block + v % layout.block) * W;
        Vec columns[4][3], weights[3][3];
        for (int j = 0; j < 4; ++j) {
          Vec m[4];
          for (int i = 0; i < 4; ++i) {
            m[i] = load(from + (i * 4 + j) * position);
            for (int other = 1; other < parts; ++other) m[i] += load(from + other * size + (i * 4 + j) * position);
          }
          inverse_column(m[0], m[1], m[2], m[3], columns[j]);
        }
        for (int i = 0; i < 3; ++i) {
          inverse_column(columns[0][i], columns[1][i], columns[2][i], columns[3][i], weights[i]);
          for (int j = 0; j < 3; ++j) store(grad_weight + (i * 3 + j) * position_stride + c * filters + v * W, weights[i][j]);
        }
      }
  });
}

}  // namespace dlcli::DLCLI_ISA
