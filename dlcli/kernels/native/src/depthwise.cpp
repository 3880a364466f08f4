// A tile of the result holds one vector of channels of several pixels of a row in registers while the loop runs over the
// kernel positions. With stride 1, every input value is loaded once for all the positions of a kernel row that use it.
//
// Channels after the last whole vector are covered by a vector that overlaps the previous one and computes the same
// values again. Every output value is summed by one thread, except for the weight gradient, whose partial sums are added
// in thread order: both keep the bits independent of scheduling.
#include "depthwise.h"

#include "channels.h"
#include "integer.h"
#include "phase.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of pixels in a tile
constexpr int tile_pixels = vector_registers == 32 ? 8 : 4;
// number of kernel positions, down and across, whose weight gradients are summed in registers together
constexpr int tile_positions = 3;

// A grid of output pixels and, for each, a grid of kernel positions on the image, as in patches.h, and the output layout.
struct Grid {
  const float* image;  // (batch, height, width, channels)
  Index batch, height, width, channels;
  Index rows, columns, stride_h, stride_w;
  Index kernel_h, kernel_w, offset_h, offset_w, dilation_h, dilation_w;
  const float* weight;  // (kernel_h, kernel_w, channels)
  const float* bias;
  bool relu;
  float* target;  // pixel (image, row, column) at target + image_step image + …
  Index image_step, row_step, column_step;
};

struct Range {
  Index begin, end;
};

// i in [0, count) for which first + i step lies in [0, size)
Range inside(Index first, Index step, Index count, Index size) {
  const Index begin = clamp(ceil_div(-first, step), 0, count);
  return {begin, clamp(ceil_div(size - first, step), begin, count)};
}

// Calls op(channel, width) for vectors of channels; if there are at least W channels, all vectors are whole.
template <class Op>
DLCLI_INLINE void each_whole(Index channels, const Op& op) {
  if (channels < W) return op(Index(0), channels);
  for (Index k = 0; k < channels; k += W) op(k + W <= channels ? k : channels - W, W);
}

// Computes T pixels by summing over the kernel rows `down` and columns `across`; x points to position (0, 0) of the first
// pixel.
template <int T>
DLCLI_INLINE void pixels_tile(const Grid& g, const float* x, float* y, Range down, Range across) {
  each_whole(g.channels, [&](Index k, Index width) __attribute__((always_inline)) {
    Vec sums[T];
    const Vec bias = g.bias ? load_width(g.bias + k, width) : Vec{};
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t) sums[t] = bias;
    for (Index i = down.begin; i < down.end; ++i)
      for (Index j = across.begin; j < across.end; ++j) {
        const Vec weight = load_width(g.weight + (i * g.kernel_w + j) * g.channels + k, width);
        const float* from = x + (i * g.dilation_h * g.width + j * g.dilation_w) * g.channels + k;
#pragma GCC unroll 8
        for (int t = 0; t < T; ++t) sums[t] += load_width(from + t * g.stride_w * g.channels, width) * weight;
      }
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t)
      store_width(y + t * g.column_step + k, g.relu ? (sums[t] < 0.0f ? Vec{} : sums[t]) : sums[t], width);
  });
}

// The same for N adjacent kernel columns and adjacent pixels (no dilation, stride 1): every input value is loaded once
// for all the positions that use it. The first `left` and the last `right` columns lie outside of the image, at most
// N − 1 each.
template <int N, int T>
DLCLI_INLINE void adjacent_tile(const Grid& g, const float* x, float* y, Range down, Index left, Index right) {
  each_whole(g.channels, [&](Index k, Index width) __attribute__((always_inline)) {
    Vec sums[T];
    const Vec bias = g.bias ? load_width(g.bias + k, width) : Vec{};
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t) sums[t] = bias;
    for (Index i = down.begin; i < down.end; ++i) {
      const float* from = x + i * g.dilation_h * g.width * g.channels + k;
      Vec weights[N];
#pragma GCC unroll 8
      for (int j = 0; j < N; ++j) weights[j] = load_width(g.weight + (i * N + j) * g.channels + k, width);
#pragma GCC unroll 16
      for (int s = 0; s < T + N - 1; ++s) {
        const bool outside = (s < N - 1 && s < left) || (s >= T && s >= T + N - 1 - right);
        const Vec v = outside ? Vec{} : load_width(from + s * g.channels, width);
#pragma GCC unroll 8
        for (int j = 0; j < N; ++j)
          if (s - j >= 0 && s - j < T) sums[s - j] += v * weights[j];
      }
    }
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t)
      store_width(y + t * g.column_step + k, g.relu ? (sums[t] < 0.0f ? Vec{} : sums[t]) : sums[t], width);
  });
}

// Computes one output row for N adjacent kernel columns and adjacent pixels, in tiles, the last of which overlaps the
// previous one.
template <int N>
void adjacent_columns(const Grid& g, const float* x, float* y, Range down) {
  constexpr int half = tile_pixels / 2;
  const Index begin = clamp(1 - N - g.offset_w, 0, g.columns), end = clamp(g.width - g.offset_w, begin, g.columns);
  const auto single = [&](Index column) {
    pixels_tile<1>(g, x + column * g.channels, y + column * g.column_step, down,
                   inside(column + g.offset_w, 1, N, g.width));
  };
  const auto outside = [](Index n) { return n > 0 ? n : 0; };
  for (Index column = 0; column < begin; ++column) single(column);
  Index column = begin;
  while (column < end) {
    const Index left_over = end - column;
    const bool whole = left_over > half && end - begin >= tile_pixels;
    const Index size = whole ? tile_pixels : half;
    if (end - begin < half) {
      single(column++);
      continue;
    }
    if (left_over < size) column = end - size;
    const Index w = column + g.offset_w, left = outside(-w), right = outside(w + size + N - 1 - g.width);
    const float* from = x + column * g.channels;
    float* to = y + column * g.column_step;
    if (whole)
      adjacent_tile<N, tile_pixels>(g, from, to, down, left, right);
    else
      adjacent_tile<N, half>(g, from, to, down, left, right);
    column += size;
  }
  for (; column < g.columns; ++column) single(column);
}

void multiply_row(const Grid& g, Index image, Index row) {
  const Index h = row * g.stride_h + g.offset_h;
  const Range down = inside(h, g.dilation_h, g.kernel_h, g.height);
  const float* x = g.image + ((image * g.height + h) * g.width + g.offset_w) * g.channels;
  float* y = g.target + image * g.image_step + row * g.row_step;
  if (g.stride_w == 1 && (g.dilation_w == 1 || g.kernel_w == 1)) {
    if (g.kernel_w == 2) return adjacent_columns<2>(g, x, y, down);
    if (g.kernel_w == 3) return adjacent_columns<3>(g, x, y, down);
    if (g.kernel_w == 5) return adjacent_columns<5>(g, x, y, down);
  }
  // pixels whose kernel positions all lie inside the image
  const Index begin = clamp(ceil_div(-g.offset_w, g.stride_w), 0, g.columns);
  const Index last = g.offset_w + (g.kernel_w - 1) * g.dilation_w;
  const Index end = clamp(inside(last, g.stride_w, g.columns, g.width).end, begin, g.columns);
  Index column = 0;
  const auto at_border = [&](Index stop) {
    for (; column < stop; ++column)
      pixels_tile<1>(g, x + column * g.stride_w * g.channels, y + column * g.column_step, down,
                     inside(column * g.stride_w + g.offset_w, g.dilation_w, g.kernel_w, g.width));
  };
  at_border(begin);
  for (; column + tile_pixels <= end; column += tile_pixels)
    pixels_tile<tile_pixels>(g, x + column * g.stride_w * g.channels, y + column * g.column_step, down, {0, g.kernel_w});
  if (end - begin >= tile_pixels && column < end) {
    column = end;
    pixels_tile<tile_pixels>(g, x + (end - tile_pixels) * g.stride_w * g.channels, y + (end - tile_pixels) * g.column_step,
                             down, {0, g.kernel_w});
  }
  at_border(g.columns);
}

void multiply(const Grid& g) {
  each_row(g.batch, g.rows, g.columns * g.kernel_h * g.kernel_w * g.channels,
           [&](Index image, Index row) { multiply_row(g, image, row); });
}

// Adds one output row of `columns` pixels to the weight gradient of I × J adjacent kernel positions and one vector of
// channels. x and grad point to the first pixel; sums has I rows of J vectors, with `row_stride` floats between rows and
// `position_stride` floats between vectors.
template <int I, int J>
void weight_tile(const Convolution& c, const float* x, const float* grad, Index columns, Index width, float* sums,
                 Index position_stride, Index row_stride) {
  Vec acc[I][J] = {};
  const Index down = c.dilation_h * c.width * c.channels, across = c.dilation_w * c.channels;
  for (Index column = 0; column < columns; ++column, x += c.stride_w * c.channels, grad += c.channels) {
    const Vec g = load_width(grad, width);
#pragma GCC unroll 3
    for (int i = 0; i < I; ++i)
#pragma GCC unroll 3
      for (int j = 0; j < J; ++j) acc[i][j] += load_width(x + i * down + j * across, width) * g;
  }
#pragma GCC unroll 3
  for (int i = 0; i < I; ++i)
#pragma GCC unroll 3
    for (int j = 0; j < J; ++j) {
      float* to = sums + i * row_stride + j * position_stride;
      store(to, load(to) + acc[i][j]);
    }
}

// The same for I rows of three adjacent positions with stride 1: every input value is loaded once for the three. The
// first `left` and the last `right` image columns that the positions read lie outside of the image, at most two each.
template <int I>
void adjacent_weight_tile(const Convolution& c, const float* x, const float* grad, Index columns, Index width, float* sums,
                          Index position_stride, Index row_stride, Index left, Index right) {
  Vec acc[I][3] = {}, first[I], second[I];
  const Index down = c.dilation_h * c.width * c.channels;
#pragma GCC unroll 3
  for (int i = 0; i < I; ++i) {
    first[i] = left > 0 ? Vec{} : load_width(x + i * down, width);
    second[i] = left > 1 || right > columns ? Vec{} : load_width(x + i * down + c.channels, width);
  }
  const auto step = [&](bool outside) __attribute__((always_inline)) {
    const Vec g = load_width(grad, width);
#pragma GCC unroll 3
    for (int i = 0; i < I; ++i) {
      const Vec third = outside ? Vec{} : load_width(x + i * down + 2 * c.channels, width);
      acc[i][0] += first[i] * g;
      acc[i][1] += second[i] * g;
      acc[i][2] += third * g;
      first[i] = second[i];
      second[i] = third;
    }
    x += c.channels;
    grad += c.channels;
  };
  Index column = 0;
  for (; column < columns - right; ++column) step(false);
  for (; column < columns; ++column) step(true);
#pragma GCC unroll 3
  for (int i = 0; i < I; ++i)
#pragma GCC unroll 3
    for (int j = 0; j < 3; ++j) {
      float* to = sums + i * row_stride + j * position_stride;
      store(to, load(to) + acc[i][j]);
    }
}

using WeightTile = void (*)(const Convolution&, const float*, const float*, Index, Index, float*, Index, Index);
const WeightTile weight_tiles[tile_positions][tile_positions] = {
    {weight_tile<1, 1>, weight_tile<1, 2>, weight_tile<1, 3>},
    {weight_tile<2, 1>, weight_tile<2, 2>, weight_tile<2, 3>},
    {weight_tile<3, 1>, weight_tile<3, 2>, weight_tile<3, 3>}};

using AdjacentWeightTile = void (*)(const Convolution&, const float*, const float*, Index, Index, float*, Index, Index, Index,
                                  Index);
const AdjacentWeightTile adjacent_weight_tiles[tile_positions] = {adjacent_weight_tile<1>, adjacent_weight_tile<2>,
                                                                  adjacent_weight_tile<3>};

// Adds one output row to the weight gradient, whose positions are `ld` floats apart.
void add_row(const Convolution& c, const float* x, const float* grad, Index image, Index row, float* sums, Index ld) {
  const Index h = row * c.stride_h - c.top;
  const Range down = inside(h, c.dilation_h, c.kernel_h, c.height);
  x += (image * c.height + h) * c.width * c.channels;
  grad += (image * c.rows + row) * c.columns * c.channels;
  const auto columns_of = [&](Index j) { return inside(j * c.dilation_w - c.left, c.stride_w, c.columns, c.width); };
  each_whole(c.channels, [&](Index k, Index width) {
    for (Index i = down.begin, high = 0; i < down.end; i += high) {
      high = down.end - i < tile_positions ? down.end - i : tile_positions;
      for (Index j = 0, wide = 0; j < c.kernel_w; j += wide) {
        wide = c.kernel_w - j < tile_positions ? c.kernel_w - j : tile_positions;
        // a vector of channels that overlaps the previous one has separate sums
        float* to = sums + (i * c.kernel_w + j) * ld + (k + W - 1) / W * W;
        const auto add = [&](Index position, Index across, Index begin, Index end) {
          if (begin >= end) return;
          const Index w = begin * c.stride_w - c.left + (j + position) * c.dilation_w;
          weight_tiles[high - 1][across - 1](c, x + (i * c.dilation_h * c.width + w) * c.channels + k,
                                           grad + begin * c.channels + k, end - begin, width, to + position * ld, ld,
                                           c.kernel_w * ld);
        };
        if (wide == 3 && c.stride_w == 1 && c.dilation_w == 1) {
          // output pixels for which any of the three positions lies inside the image
          const Index first = columns_of(j + 2).begin, stop = columns_of(j).end, w = first - c.left + j;
          const Index behind = stop - c.left + j + 2 - c.width;
          if (first < stop)
            adjacent_weight_tiles[high - 1](c, x + (i * c.dilation_h * c.width + w) * c.channels + k,
                                                  grad + first * c.channels + k, stop - first, width, to, ld,
                                                  c.kernel_w * ld, w < 0 ? -w : 0, behind > 0 ? behind : 0);
          continue;
        }
        // outputs for which all these positions lie inside the image, then for each position those before and after
        const Index begin = columns_of(j).begin, last = columns_of(j + wide - 1).end, end = last > begin ? last : begin;
        add(0, wide, begin, end);
        for (Index position = 0; position < wide; ++position) {
          const Range range = columns_of(j + position);
          add(position, 1, range.begin, min(range.end, begin));
          add(position, 1, max(range.begin, end), range.end);
        }
      }
    }
  });
}

}  // namespace

void depthwise(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu) {
  multiply({x, c.batch, c.height, c.width, c.channels, c.rows, c.columns, c.stride_h, c.stride_w, c.kernel_h, c.kernel_w,
            -c.top, -c.left, c.dilation_h, c.dilation_w, weight, bias, relu, y, c.rows * c.columns * c.channels,
            c.columns * c.channels, c.channels});
}

void depthwise_grad_input(const Convolution& c, const float* grad, const float* weight, float* grad_x) {
  float* kernel = scratch(Scratch::caller, c.kernel_h * c.kernel_w * c.channels);
  for (Index row = 0; row < c.stride_h && row < c.height; ++row)
    for (Index column = 0; column < c.stride_w && column < c.width; ++column) {
      const Phase h(row, c.kernel_h, c.stride_h, c.dilation_h, c.top);
      const Phase w(column, c.kernel_w, c.stride_w, c.dilation_w, c.left);
      for (Index i = 0; i < h.count; ++i)
        for (Index j = 0; j < w.count; ++j)
          std::memcpy(kernel + (i * w.count + j) * c.channels,
                      weight + ((h.last - i * h.kernel_step) * c.kernel_w + w.last - j * w.kernel_step) * c.channels,
                      static_cast<std::size_t>(c.channels) * sizeof(float));
      multiply({grad, c.batch, c.rows, c.columns, c.channels, (c.height - row + c.stride_h - 1) / c.stride_h,
                (c.width - column + c.stride_w - 1) / c.stride_w, 1, 1, w.count ? h.count : 0, h.count ? w.count : 0,
                h.offset, w.offset, h.input_step, w.input_step, kernel, nullptr, false,
                grad_x + (row * c.width + column) * c.channels, c.height * c.width * c.channels, c.stride_h * c.width * c.channels, c.stride_w * c.channels});
    }
}

void depthwise_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight) {
  const Index positions = c.kernel_h * c.kernel_w, ld = (c.channels + W - 1) / W * W, size = positions * ld;
  if (size == 0) return;
  const int threads = useful_threads(c.batch * c.rows, 1 + CHANNEL_GRAIN / (c.columns * size + 1));
  float* partials = scratch(Scratch::caller, threads * size);
  int parts = 1;
  on_threads(threads, [&](int thread, int actual) {
    if (thread == 0) parts = actual;
    float* partial = partials + thread * size;
    for (Index v = 0; v < size; v += W) store(partial + v, Vec{});
    const Index end = part(c.batch * c.rows, thread + 1, actual);
    for (Index line = part(c.batch * c.rows, thread, actual); line < end; ++line)
      add_row(c, x, grad, line / c.rows, line % c.rows, partial, ld);
  });
  for (Index position = 0; position < positions; ++position)
    each_whole(c.channels, [&](Index k, Index width) {
      const float* from = partials + position * ld + (k + W - 1) / W * W;
      Vec sum = load(from);
      for (int thread = 1; thread < parts; ++thread) sum += load(from + thread * size);
      store_width(grad_weight + position * c.channels + k, sum, width);
    });
}

}  // namespace dlcli::DLCLI_ISA
