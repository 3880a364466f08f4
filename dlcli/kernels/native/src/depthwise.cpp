// A tile of the result holds one vector of channels of several pixels of a row in registers while the taps go by; of
// filters that move by single pixels every number is loaded once for all the taps of a row that it meets.
//
// Channels behind the last whole vector are reached by a vector that overlaps the one before, which computes the same.
// Every number of a result is summed by one thread, except for the weight gradient, whose parts are added in the order
// of threads.
#include "depthwise.h"

#include "channels.h"
#include "phase.h"

namespace dlcli::DLCLI_ISA {

namespace {

// pixels of a tile
constexpr int tile_pixels = vector_registers == 32 ? 8 : 4;
// taps of the weight gradient that are summed together: this many down and across
constexpr int tile_taps = 3;

// A grid of output pixels and, for each, a grid of taps on the image, as in patches.h, and where results go.
struct Grid {
  const float* image;  // (batch, height, width, channels)
  Index batch, height, width, channels;
  Index rows, columns, step_h, step_w;
  Index taps_h, taps_w, first_h, first_w, apart_h, apart_w;
  const float* weight;  // (taps_h, taps_w, channels)
  const float* bias;
  bool relu;
  float* target;  // pixel (image, row, column) at target + image_step image + …
  Index image_step, row_step, column_step;
};

Index ceil_divide(Index a, Index b) { return b == 1 ? a : a >= 0 ? (a + b - 1) / b : -(-a / b); }

Index within(Index n, Index low, Index high) { return n < low ? low : n > high ? high : n; }

struct Range {
  Index begin, end;
};

// i in [0, count) for which first + i step lies in [0, size)
Range inside(Index first, Index step, Index count, Index size) {
  const Index begin = within(ceil_divide(-first, step), 0, count);
  return {begin, within(ceil_divide(size - first, step), begin, count)};
}

// op(channel, width) for vectors of channels, all of them whole where there is at least one whole
template <class Op>
DLCLI_INLINE void each_whole(Index channels, const Op& op) {
  if (channels < W) return op(Index(0), channels);
  for (Index k = 0; k < channels; k += W) op(k + W <= channels ? k : channels - W, W);
}

// T pixels, from the taps of rows and columns `down` and `across`, starting at x: the first pixel's tap (0, 0)
template <int T>
DLCLI_INLINE void pixels_tile(const Grid& g, const float* x, float* y, Range down, Range across) {
  each_whole(g.channels, [&](Index k, Index width) __attribute__((always_inline)) {
    Vec sums[T];
    const Vec bias = g.bias ? load_width(g.bias + k, width) : Vec{};
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t) sums[t] = bias;
    for (Index i = down.begin; i < down.end; ++i)
      for (Index j = across.begin; j < across.end; ++j) {
        const Vec weight = load_width(g.weight + (i * g.taps_w + j) * g.channels + k, width);
        const float* from = x + (i * g.apart_h * g.width + j * g.apart_w) * g.channels + k;
#pragma GCC unroll 8
        for (int t = 0; t < T; ++t) sums[t] += load_width(from + t * g.step_w * g.channels, width) * weight;
      }
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t)
      store_width(y + t * g.column_step + k, g.relu ? (sums[t] < 0.0f ? Vec{} : sums[t]) : sums[t], width);
  });
}

// The same for N columns of taps side by side and pixels side by side: every number is loaded once for all the taps that
// it meets. The first `left` and the last `right` columns lie outside of the image, at most N − 1 each.
template <int N, int T>
DLCLI_INLINE void adjacent_tile(const Grid& g, const float* x, float* y, Range down, Index left, Index right) {
  each_whole(g.channels, [&](Index k, Index width) __attribute__((always_inline)) {
    Vec sums[T];
    const Vec bias = g.bias ? load_width(g.bias + k, width) : Vec{};
#pragma GCC unroll 8
    for (int t = 0; t < T; ++t) sums[t] = bias;
    for (Index i = down.begin; i < down.end; ++i) {
      const float* from = x + i * g.apart_h * g.width * g.channels + k;
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

// one row of results for N columns of taps and pixels side by side: tiles, the last of which overlaps the one before
template <int N>
void adjacent_columns(const Grid& g, const float* x, float* y, Range down) {
  constexpr int half = tile_pixels / 2;
  const Index begin = within(1 - N - g.first_w, 0, g.columns), end = within(g.width - g.first_w, begin, g.columns);
  const auto single = [&](Index column) {
    pixels_tile<1>(g, x + column * g.channels, y + column * g.column_step, down,
                   inside(column + g.first_w, 1, N, g.width));
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
    const Index w = column + g.first_w, left = outside(-w), right = outside(w + size + N - 1 - g.width);
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
  const Index h = row * g.step_h + g.first_h;
  const Range down = inside(h, g.apart_h, g.taps_h, g.height);
  const float* x = g.image + ((image * g.height + h) * g.width + g.first_w) * g.channels;
  float* y = g.target + image * g.image_step + row * g.row_step;
  if (g.step_w == 1 && (g.apart_w == 1 || g.taps_w == 1)) {
    if (g.taps_w == 2) return adjacent_columns<2>(g, x, y, down);
    if (g.taps_w == 3) return adjacent_columns<3>(g, x, y, down);
    if (g.taps_w == 5) return adjacent_columns<5>(g, x, y, down);
  }
  // pixels of which every tap lies on the image
  const Index begin = within(ceil_divide(-g.first_w, g.step_w), 0, g.columns);
  const Index end = within(inside(g.first_w + (g.taps_w - 1) * g.apart_w, g.step_w, g.columns, g.width).end, begin, g.columns);
  Index column = 0;
  const auto at_border = [&](Index stop) {
    for (; column < stop; ++column)
      pixels_tile<1>(g, x + column * g.step_w * g.channels, y + column * g.column_step, down,
                     inside(column * g.step_w + g.first_w, g.apart_w, g.taps_w, g.width));
  };
  at_border(begin);
  for (; column + tile_pixels <= end; column += tile_pixels)
    pixels_tile<tile_pixels>(g, x + column * g.step_w * g.channels, y + column * g.column_step, down, {0, g.taps_w});
  if (end - begin >= tile_pixels && column < end) {
    column = end;
    pixels_tile<tile_pixels>(g, x + (end - tile_pixels) * g.step_w * g.channels, y + (end - tile_pixels) * g.column_step,
                             down, {0, g.taps_w});
  }
  at_border(g.columns);
}

void multiply(const Grid& g) {
  each_row(g.batch, g.rows, g.columns * g.taps_h * g.taps_w * g.channels,
           [&](Index image, Index row) { multiply_row(g, image, row); });
}

// The weight gradient of I × J taps side by side, of one vector of channels, from one row of `columns` results: x and
// grad at the first, sums I rows of J vectors, `tap` and `row` apart.
template <int I, int J>
void taps_tile(const Convolution& c, const float* x, const float* grad, Index columns, Index width, float* sums, Index tap,
               Index row) {
  Vec held[I][J] = {};
  const Index down = c.dilation_h * c.width * c.channels, across = c.dilation_w * c.channels;
  for (Index column = 0; column < columns; ++column, x += c.stride_w * c.channels, grad += c.channels) {
    const Vec g = load_width(grad, width);
#pragma GCC unroll 3
    for (int i = 0; i < I; ++i)
#pragma GCC unroll 3
      for (int j = 0; j < J; ++j) held[i][j] += load_width(x + i * down + j * across, width) * g;
  }
#pragma GCC unroll 3
  for (int i = 0; i < I; ++i)
#pragma GCC unroll 3
    for (int j = 0; j < J; ++j) {
      float* to = sums + i * row + j * tap;
      store(to, load(to) + held[i][j]);
    }
}

// The same for I rows of three taps side by side that move by single pixels: every number is loaded once for the three.
// The first `left` and the last `right` columns of the image that the taps meet lie outside, at most two each.
template <int I>
void adjacent_taps_tile(const Convolution& c, const float* x, const float* grad, Index columns, Index width, float* sums,
                        Index tap, Index row, Index left, Index right) {
  Vec held[I][3] = {}, first[I], second[I];
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
      held[i][0] += first[i] * g;
      held[i][1] += second[i] * g;
      held[i][2] += third * g;
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
      float* to = sums + i * row + j * tap;
      store(to, load(to) + held[i][j]);
    }
}

using TapsTile = void (*)(const Convolution&, const float*, const float*, Index, Index, float*, Index, Index);
const TapsTile taps_tiles[tile_taps][tile_taps] = {{taps_tile<1, 1>, taps_tile<1, 2>, taps_tile<1, 3>},
                                                   {taps_tile<2, 1>, taps_tile<2, 2>, taps_tile<2, 3>},
                                                   {taps_tile<3, 1>, taps_tile<3, 2>, taps_tile<3, 3>}};

using AdjacentTapsTile = void (*)(const Convolution&, const float*, const float*, Index, Index, float*, Index, Index, Index,
                                  Index);
const AdjacentTapsTile adjacent_taps_tiles[tile_taps] = {adjacent_taps_tile<1>, adjacent_taps_tile<2>, adjacent_taps_tile<3>};

// what one row of results adds to the weight gradient, whose taps are `width` numbers apart
void add_row(const Convolution& c, const float* x, const float* grad, Index image, Index row, float* sums, Index pitch) {
  const Index h = row * c.stride_h - c.top;
  const Range down = inside(h, c.dilation_h, c.window_h, c.height);
  x += (image * c.height + h) * c.width * c.channels;
  grad += (image * c.rows + row) * c.columns * c.channels;
  const auto columns_of = [&](Index j) { return inside(j * c.dilation_w - c.left, c.stride_w, c.columns, c.width); };
  each_whole(c.channels, [&](Index k, Index width) {
    for (Index i = down.begin, high = 0; i < down.end; i += high) {
      high = down.end - i < tile_taps ? down.end - i : tile_taps;
      for (Index j = 0, wide = 0; j < c.window_w; j += wide) {
        wide = c.window_w - j < tile_taps ? c.window_w - j : tile_taps;
        // a vector of channels that overlaps the one before it has sums of its own
        float* to = sums + (i * c.window_w + j) * pitch + (k + W - 1) / W * W;
        const auto add = [&](Index tap, Index across, Index begin, Index end) {
          if (begin >= end) return;
          const Index w = begin * c.stride_w - c.left + (j + tap) * c.dilation_w;
          taps_tiles[high - 1][across - 1](c, x + (i * c.dilation_h * c.width + w) * c.channels + k,
                                           grad + begin * c.channels + k, end - begin, width, to + tap * pitch, pitch,
                                           c.window_w * pitch);
        };
        if (wide == 3 && c.stride_w == 1 && c.dilation_w == 1) {
          // results that meet any of the three on the image
          const Index first = columns_of(j + 2).begin, stop = columns_of(j).end, w = first - c.left + j;
          const Index behind = stop - c.left + j + 2 - c.width;
          if (first < stop)
            adjacent_taps_tiles[high - 1](c, x + (i * c.dilation_h * c.width + w) * c.channels + k,
                                                  grad + first * c.channels + k, stop - first, width, to, pitch,
                                                  c.window_w * pitch, w < 0 ? -w : 0, behind > 0 ? behind : 0);
          continue;
        }
        // results that meet all these taps on the image, then for each tap those before and behind
        const Index begin = columns_of(j).begin, last = columns_of(j + wide - 1).end, end = last > begin ? last : begin;
        add(0, wide, begin, end);
        for (Index tap = 0; tap < wide; ++tap) {
          const Range own = columns_of(j + tap);
          add(tap, 1, own.begin, own.end < begin ? own.end : begin);
          add(tap, 1, own.begin > end ? own.begin : end, own.end);
        }
      }
    }
  });
}

}  // namespace

void depthwise(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu) {
  multiply({x, c.batch, c.height, c.width, c.channels, c.rows, c.columns, c.stride_h, c.stride_w, c.window_h, c.window_w,
            -c.top, -c.left, c.dilation_h, c.dilation_w, weight, bias, relu, y, c.rows * c.columns * c.channels,
            c.columns * c.channels, c.channels});
}

void depthwise_grad_input(const Convolution& c, const float* grad, const float* weight, float* grad_x) {
  float* taps = scratch(Scratch::caller, c.window_h * c.window_w * c.channels);
  for (Index row = 0; row < c.stride_h && row < c.height; ++row)
    for (Index column = 0; column < c.stride_w && column < c.width; ++column) {
      const Phase h(row, c.window_h, c.stride_h, c.dilation_h, c.top);
      const Phase w(column, c.window_w, c.stride_w, c.dilation_w, c.left);
      for (Index i = 0; i < h.count; ++i)
        for (Index j = 0; j < w.count; ++j)
          std::memcpy(taps + (i * w.count + j) * c.channels,
                      weight + ((h.last - i * h.step) * c.window_w + w.last - j * w.step) * c.channels,
                      static_cast<std::size_t>(c.channels) * sizeof(float));
      multiply({grad, c.batch, c.rows, c.columns, c.channels, (c.height - row + c.stride_h - 1) / c.stride_h,
                (c.width - column + c.stride_w - 1) / c.stride_w, 1, 1, w.count ? h.count : 0, h.count ? w.count : 0,
                h.first, w.first, h.apart, w.apart, taps, nullptr, false, grad_x + (row * c.width + column) * c.channels,
                c.height * c.width * c.channels, c.stride_h * c.width * c.channels, c.stride_w * c.channels});
    }
}

void depthwise_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight) {
  const Index taps = c.window_h * c.window_w, pitch = (c.channels + W - 1) / W * W, size = taps * pitch;
  if (size == 0) return;
  const int threads = useful_threads(c.batch * c.rows, 1 + CHANNEL_GRAIN / (c.columns * size + 1));
  float* partials = scratch(Scratch::caller, threads * size);
  int parts = 1;
  on_threads(threads, [&](int thread, int actual) {
    if (thread == 0) parts = actual;
    float* own = partials + thread * size;
    for (Index v = 0; v < size; v += W) store(own + v, Vec{});
    const Index end = part(c.batch * c.rows, thread + 1, actual);
    for (Index line = part(c.batch * c.rows, thread, actual); line < end; ++line)
      add_row(c, x, grad, line / c.rows, line % c.rows, own, pitch);
  });
  for (Index tap = 0; tap < taps; ++tap)
    each_whole(c.channels, [&](Index k, Index width) {
      const float* from = partials + tap * pitch + (k + W - 1) / W * W;
      Vec sum = load(from);
      for (int thread = 1; thread < parts; ++thread) sum += load(from + thread * size);
      store_width(grad_weight + tap * c.channels + k, sum, width);
    });
}

}  // namespace dlcli::DLCLI_ISA
