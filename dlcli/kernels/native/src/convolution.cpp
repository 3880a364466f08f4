// Convolution and its gradients as products with the matrix of patches (patches.h).
//
// The register tile of the convolution holds T output pixels by V vectors of output channels: every step along the
// depth loads V vectors of filters and T numbers of the panel for T V multiply-adds. The weight gradient runs along the
// pixels instead and holds T rows of the filter by V vectors of output channels.
#include "patches.h"
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

constexpr bool many_registers = vector_registers >= 32;
// pixels by vectors, for one vector of output channels and for pairs of them
constexpr int SINGLE_T = many_registers ? 28 : 12;
constexpr int PAIR_T = many_registers ? 14 : 6;
// rows of the filter by vectors, in the weight gradient
constexpr int GRAD_SINGLE_T = many_registers ? 16 : 12;
constexpr int GRAD_PAIR_T = many_registers ? 12 : 6;
constexpr int GRAD_QUAD_T = many_registers ? 6 : 0;
// pixels whose patches are one panel of the weight gradient
constexpr Index GRAD_PIXELS = 64;
// multiply-adds that take longer than waking a thread
constexpr Index GRAIN = 400000;

Index round_up(Index n, Index multiple) { return (n + multiple - 1) / multiple * multiple; }

// Where filters lie, seen as a matrix (depth, channels): element (tap (i, j), c, o) is at
// data + (first_h + i step_h) row + (first_w + j step_w) tap + c inner + o outer.
struct Filters {
  const float* data;
  Index first_h, step_h, first_w, step_w, row, tap, inner, outer;
};

// What the products become: pixel (image, row, column) is at data + image_step image + …
struct Target {
  float* data;
  Index image_step, row_step, column_step, channels;
  const float* bias;
  bool relu;
};

// Filters packed for the register tile: for each block of one or two vectors of output channels its bias, then its
// rows; zeros where the channels end.
struct Packed {
  Index channels, depth;
  bool single;  // all blocks of one vector, and the tall tile

  Packed(Index channels, Index depth) : channels(channels), depth(depth), single(channels <= W) {}

  Index blocks() const { return single ? 1 : (channels + 2 * W - 1) / (2 * W); }
  Index width(Index block) const { return single || channels - block * 2 * W <= W ? W : 2 * W; }
  Index offset(Index block) const { return block * 2 * W * (depth + 1); }
  Index size() const { return round_up(channels, W) * (depth + 1); }
};

void pack_filters(const Patches& p, const Filters& f, const Target& target, const Packed& packed, float* to) {
  divide(packed.blocks(), 1 + 40000 / (packed.depth * 2 * W + 1), 1, [&](Index begin, Index end) {
    for (Index block = begin; block < end; ++block) {
      const Index width = packed.width(block), start = block * 2 * W;
      const Index filled = packed.channels - start < width ? packed.channels - start : width;
      float* row = to + packed.offset(block);
      for (Index o = 0; o < width; ++o) row[o] = target.bias && o < filled ? target.bias[start + o] : 0;
      row += width;
      for (Index i = 0; i < p.taps_h; ++i)
        for (Index j = 0; j < p.taps_w; ++j) {
          const float* from = f.data + (f.first_h + i * f.step_h) * f.row + (f.first_w + j * f.step_w) * f.tap +
                              start * f.outer;
          for (Index c = 0; c < p.channels; ++c, from += f.inner, row += width) {
            if (f.outer == 1)
              copy_floats(row, from, filled);
            else
              for (Index o = 0; o < filled; ++o) row[o] = from[o * f.outer];
            zero_floats(row + filled, width - filled);
          }
        }
    }
  });
}

// `count` ≤ T rows of results: the bias or what is there already, plus panel times filters
template <int T, int V>
__attribute__((noinline)) void multiply_tile(const float* panel, const float* filters, const float* bias, Index depth,
                                             float* const* rows, Index count, Index channels, bool relu) {
  Vec sums[T][V];
  const bool whole = channels == V * W;
  const Index rest = channels - (V - 1) * W;  // channels of the last vector
  if (bias != nullptr) {
#pragma GCC unroll 28
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) sums[t][v] = load(bias + v * W);
  } else {
#pragma GCC unroll 28
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v)
        sums[t][v] = t >= count                 ? Vec{}
                     : whole || v < V - 1       ? load(rows[t] + v * W)
                                                : load_partial(rows[t] + v * W, rest);
  }
  for (Index k = 0; k < depth; ++k, ++panel, filters += V * W) {
    Vec weights[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) weights[v] = load(filters + v * W);
#pragma GCC unroll 28
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) sums[t][v] += splat(panel[t * PANEL_STRIDE]) * weights[v];
  }
#pragma GCC unroll 28
  for (int t = 0; t < T; ++t)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) {
      const Vec sum = relu ? (sums[t][v] < 0.0f ? Vec{} : sums[t][v]) : sums[t][v];
      if (t < count) {
        if (whole || v < V - 1)
          store(rows[t] + v * W, sum);
        else
          store_partial(rows[t] + v * W, sum, rest);
      }
    }
}

template <int T>
void multiply_tiles(const Patches& p, const Packed& packed, const float* filters, const Target& target, Index pixels,
                    Index begin, Index end) {
  const Units units(p);
  float* panel = scratch(Scratch::gemm_a, T * PANEL_STRIDE);
  for (Index tile = begin; tile < end; ++tile) {
    const Index count = pixels - tile * T < T ? pixels - tile * T : T;
    const Pixel first(p, tile * T);
    float* rows[T];
    Pixel pixel = first;
    for (Index t = 0; t < count; ++t, pixel.next(p))
      rows[t] = target.data + pixel.image * target.image_step + pixel.row * target.row_step +
                pixel.column * target.column_step;
    Index unit = 0;
    do {
      const Index stop = unit + units.per_panel < units.count ? unit + units.per_panel : units.count;
      const Index start = units.column(p, unit);
      const Index depth = (stop == units.count ? p.depth() : units.column(p, stop)) - start;
      fill_panel(p, units, first, count, unit, stop, panel);
      const bool relu = target.relu && stop == units.count;
      for (Index block = 0; block < packed.blocks(); ++block) {
        const float* bias = filters + packed.offset(block);
        const Index width = packed.width(block);
        const float* weights = bias + width * (1 + start);
        if (unit > 0) bias = nullptr;
        const Index channels = packed.channels - block * 2 * W < width ? packed.channels - block * 2 * W : width;
        if (width == W)
          multiply_tile<T, 1>(panel, weights, bias, depth, rows, count, channels, relu);
        else if constexpr (T <= PAIR_T)
          multiply_tile<T, 2>(panel, weights, bias, depth, rows, count, channels, relu);
        for (Index t = 0; t < count; ++t) rows[t] += width;
      }
      for (Index t = 0; t < count; ++t)
        rows[t] -= packed.single ? W : round_up(packed.channels, W);
      unit = stop;
    } while (unit < units.count);
  }
}

void multiply_patches(const Patches& p, Index batch, const Filters& filters, const Target& target) {
  const Packed packed(target.channels, p.depth());
  const Index pixels = batch * p.rows * p.columns;
  if (pixels == 0 || target.channels == 0) return;
  float* weights = scratch(Scratch::caller, packed.size());
  pack_filters(p, filters, target, packed, weights);
  const Index tile = packed.single ? SINGLE_T : PAIR_T;
  const Index tiles = (pixels + tile - 1) / tile;
  const Index work = (packed.depth + 1) * round_up(packed.channels, W) * tile;
  divide(tiles, 1 + GRAIN / work, 1, [&](Index begin, Index end) {
    if (packed.single)
      multiply_tiles<SINGLE_T>(p, packed, weights, target, pixels, begin, end);
    else
      multiply_tiles<PAIR_T>(p, packed, weights, target, pixels, begin, end);
  });
}

// Patches of x that the filters of one group see
Patches input_patches(const Convolution& c, const float* x, Index group) {
  const Index channels = c.channels / c.groups;
  return {x + group * channels, c.height,     c.width,    c.channels, channels, c.rows,       c.columns,   c.stride_h,
          c.stride_w,           c.window_h,   c.window_w, -c.top,     -c.left,  c.dilation_h, c.dilation_w};
}

// The taps of one axis that reach pixels ≡ phase modulo the stride, in order of the output that they come from:
// tap(i) = last − i step meets output pixel / stride + first + i apart.
struct Phase {
  Index count, last, step, first, apart;

  Phase(Index phase, Index window, Index stride, Index dilation, Index before) {
    count = last = first = 0;
    step = 1;
    while (step * dilation % stride) ++step;
    apart = step * dilation / stride;
    for (Index tap = 0; tap < window; ++tap) {
      const Index offset = phase + before - tap * dilation;
      if (offset % stride) continue;
      ++count;
      last = tap;
      first = offset / stride;
    }
  }
};

template <int T, int V>
__attribute__((noinline)) void grad_tile(const float* panel, const float* grad, Index grad_step, Index pixels,
                                         float* partial) {
  Vec sums[T][V];
#pragma GCC unroll 16
  for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) sums[t][v] = Vec{};
  for (Index m = 0; m < pixels; ++m, panel += PANEL_STRIDE, grad += grad_step) {
    Vec g[V];
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) g[v] = load(grad + v * W);
#pragma GCC unroll 16
    for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
      for (int v = 0; v < V; ++v) sums[t][v] += splat(panel[t]) * g[v];
  }
#pragma GCC unroll 16
  for (int t = 0; t < T; ++t)
#pragma GCC unroll 4
    for (int v = 0; v < V; ++v) {
      float* to = partial + (t * V + v) * W;
      store(to, load(to) + sums[t][v]);
    }
}

// How the weight gradient is laid out while it is summed: for each panel, for each block of V vectors of output
// channels, the panel's columns (rounded up to tiles) by the block's width.
struct GradLayout {
  Index vectors;  // of output channels
  Index block;    // vectors in a block: 4, 2 or 1
  Index tile;     // rows of the filter in a tile

  explicit GradLayout(Index channels) {
    vectors = (channels + W - 1) / W;
    block = GRAD_QUAD_T && vectors % 4 == 0 ? 4 : (vectors % 2 == 0 ? 2 : 1);
    tile = block == 4 ? GRAD_QUAD_T : (block == 2 ? GRAD_PAIR_T : GRAD_SINGLE_T);
  }

  Index width() const { return vectors * W; }
};

void grad_panel(const GradLayout& layout, const float* panel, Index depth, const float* grad, Index grad_step,
                Index pixels, float* partial) {
  const Index rows = round_up(depth, layout.tile);
  for (Index k = 0; k < rows; k += layout.tile)
    for (Index v = 0; v < layout.vectors; v += layout.block) {
      float* sums = partial + v * W * rows + k * layout.block * W;
      if (layout.block == 1)
        grad_tile<GRAD_SINGLE_T, 1>(panel + k, grad + v * W, grad_step, pixels, sums);
      else if (layout.block == 2)
        grad_tile<GRAD_PAIR_T, 2>(panel + k, grad + v * W, grad_step, pixels, sums);
      else if constexpr (GRAD_QUAD_T > 0)
        grad_tile<GRAD_QUAD_T, 4>(panel + k, grad + v * W, grad_step, pixels, sums);
    }
}

// one thread's sum over pixels [begin, end)
void grad_partial(const Patches& p, const GradLayout& layout, const float* grad, Index grad_step, Index channels,
                  Index begin, Index end, float* partial, Index size) {
  const Units units(p);
  float* panel = scratch(Scratch::gemm_a, GRAD_PIXELS * PANEL_STRIDE);
  const bool in_place = channels == layout.width();
  float* padded = in_place ? nullptr : scratch(Scratch::gemm_b, GRAD_PIXELS * layout.width());
  zero_floats(partial, size);
  for (Index m = begin; m < end; m += GRAD_PIXELS) {
    const Index count = end - m < GRAD_PIXELS ? end - m : GRAD_PIXELS;
    const float* g = grad + m * grad_step;
    if (!in_place)
      for (Index i = 0; i < count; ++i) {
        copy_floats(padded + i * layout.width(), g + i * grad_step, channels);
        zero_floats(padded + i * layout.width() + channels, layout.width() - channels);
      }
    float* sums = partial;
    for (Index unit = 0; unit < units.count; unit += units.per_panel) {
      const Index stop = unit + units.per_panel < units.count ? unit + units.per_panel : units.count;
      const Index depth = (stop == units.count ? p.depth() : units.column(p, stop)) - units.column(p, unit);
      const Index rows = round_up(depth, layout.tile);
      fill_panel(p, units, Pixel(p, m), count, unit, stop, panel);
      for (Index i = 0; i < count && rows > depth; ++i)
        zero_floats(panel + i * PANEL_STRIDE + depth, rows - depth);
      grad_panel(layout, panel, depth, in_place ? g : padded, in_place ? grad_step : layout.width(), count, sums);
      sums += rows * layout.width();
    }
  }
}

void grad_weight_of_group(const Patches& p, Index batch, const float* grad, Index grad_step, Index channels,
                          float* grad_weight) {
  const GradLayout layout(channels);
  const Units units(p);
  const Index pixels = batch * p.rows * p.columns;
  Index size = 0;
  for (Index unit = 0; unit < units.count; unit += units.per_panel) {
    const Index stop = unit + units.per_panel < units.count ? unit + units.per_panel : units.count;
    const Index depth = (stop == units.count ? p.depth() : units.column(p, stop)) - units.column(p, unit);
    size += round_up(depth, layout.tile) * layout.width();
  }
  if (size == 0) return;
  const int threads = useful_threads(pixels, 1 + GRAIN / size);
  float* partials = scratch(Scratch::caller, size * threads);
  int parts = threads;
  on_threads(threads, [&](int thread, int actual) {
    if (thread == 0) parts = actual;
    grad_partial(p, layout, grad, grad_step, channels, part(pixels, thread, actual), part(pixels, thread + 1, actual),
                 partials + thread * size, size);
  });
  const float* sums = partials;
  for (Index unit = 0; unit < units.count; unit += units.per_panel) {
    const Index stop = unit + units.per_panel < units.count ? unit + units.per_panel : units.count;
    const Index start = units.column(p, unit);
    const Index depth = (stop == units.count ? p.depth() : units.column(p, stop)) - start;
    const Index rows = round_up(depth, layout.tile);
    for (Index k = 0; k < depth; ++k)
      for (Index v = 0; v < layout.vectors; ++v) {
        const float* from = sums + v / layout.block * layout.block * W * rows + (k * layout.block + v % layout.block) * W;
        Vec sum = load(from);
        for (int thread = 1; thread < parts; ++thread) sum += load(from + thread * size);
        float* to = grad_weight + (start + k) * grad_step + v * W;
        if (channels - v * W >= W)
          store(to, sum);
        else
          store_partial(to, sum, channels - v * W);
      }
    sums += rows * layout.width();
  }
}

}  // namespace

void conv2d(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu) {
  const Index filters = c.filters / c.groups;
  for (Index group = 0; group < c.groups; ++group) {
    const Patches p = input_patches(c, x, group);
    const Index first = group * filters;
    multiply_patches(
        p, c.batch, {weight + first, 0, 1, 0, 1, c.window_w * p.channels * c.filters, p.channels * c.filters, c.filters, 1},
        {y + first, c.rows * c.columns * c.filters, c.columns * c.filters, c.filters, filters, bias ? bias + first : nullptr,
         relu});
  }
}

void conv2d_grad_input(const Convolution& c, const float* grad, const float* weight, float* grad_x) {
  const Index channels = c.channels / c.groups, filters = c.filters / c.groups;
  for (Index row = 0; row < c.stride_h && row < c.height; ++row)
    for (Index column = 0; column < c.stride_w && column < c.width; ++column) {
      const Phase h(row, c.window_h, c.stride_h, c.dilation_h, c.top);
      const Phase w(column, c.window_w, c.stride_w, c.dilation_w, c.left);
      for (Index group = 0; group < c.groups; ++group) {
        const Patches p = {grad + group * filters,
                           c.rows,
                           c.columns,
                           c.filters,
                           filters,
                           (c.height - row + c.stride_h - 1) / c.stride_h,
                           (c.width - column + c.stride_w - 1) / c.stride_w,
                           1,
                           1,
                           w.count ? h.count : 0,
                           h.count ? w.count : 0,
                           h.first,
                           w.first,
                           h.apart,
                           w.apart};
        multiply_patches(p, c.batch,
                         {weight + group * filters, h.last, -h.step, w.last, -w.step, c.window_w * channels * c.filters,
                          channels * c.filters, 1, c.filters},
                         {grad_x + (row * c.width + column) * c.channels + group * channels,
                          c.height * c.width * c.channels, c.stride_h * c.width * c.channels, c.stride_w * c.channels,
                          channels, nullptr, false});
      }
    }
}

void conv2d_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight) {
  const Index filters = c.filters / c.groups;
  for (Index group = 0; group < c.groups; ++group)
    grad_weight_of_group(input_patches(c, x, group), c.batch, grad + group * filters, c.filters, filters,
                         grad_weight + group * filters);
}

}  // namespace dlcli::DLCLI_ISA
