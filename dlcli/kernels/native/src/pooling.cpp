// Pooling. Every number of a result is written once, by one thread: an output pixel looks at its window, and in the
// backward pass an image's pixel at the windows that it lies in.
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// numbers looked at that take longer than waking a thread
constexpr Index GRAIN = 32768;

typedef std::uint8_t ByteVec __attribute__((vector_size(W)));

struct Range {
  Index begin, end;
};

// taps of the window at output pixel p that lie inside the image
Range taps_inside(Index p, Index stride, Index before, Index window, Index size) {
  const Index start = p * stride - before;
  return {start < 0 ? -start : 0, start + window <= size ? window : size - start};
}

// output pixels whose window holds pixel h
Range windows_over(Index h, Index stride, Index before, Index window, Index outputs) {
  const Index reach = h + before - window + 1;
  const Index begin = reach <= 0 ? 0 : (reach + stride - 1) / stride;
  const Index end = (h + before) / stride + 1;
  return {begin, end < outputs ? end : outputs};
}

// body(image, row) for all rows of all images, divided among threads
template <class Body>
void each_row(Index batch, Index rows, Index work, const Body& body) {
  divide(batch * rows, 1 + GRAIN / (work + 1), 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) body(i / rows, i % rows);
  });
}

// op(channel, lanes) for the channels, a vector at a time
template <class Op>
DLCLI_INLINE void each_channel(Index channels, const Op& op) {
  Index c = 0;
  for (; c + W <= channels; c += W) op(c, W);
  if (c < channels) op(c, channels - c);
}

DLCLI_INLINE Vec load_lanes(const float* p, Index lanes) { return lanes == W ? load(p) : load_partial(p, lanes); }

DLCLI_INLINE void store_lanes(float* p, Vec v, Index lanes) {
  if (lanes == W)
    store(p, v);
  else
    store_partial(p, v, lanes);
}

float inside_share(Range h, Range w) { return 1 / static_cast<float>((h.end - h.begin) * (w.end - w.begin)); }

}  // namespace

void max_pool2d(const Windows& s, const float* x, float* y, std::uint8_t* taps) {
  const Index work = s.columns * s.window_h * s.window_w * s.channels;
  each_row(s.batch, s.rows, work, [&](Index image, Index row) {
    const Range h = taps_inside(row, s.stride_h, s.top, s.window_h, s.height);
    for (Index column = 0; column < s.columns; ++column) {
      const Range w = taps_inside(column, s.stride_w, s.left, s.window_w, s.width);
      const Index origin = (image * s.height + row * s.stride_h - s.top) * s.width + column * s.stride_w - s.left;
      const Index to = ((image * s.rows + row) * s.columns + column) * s.channels;
      each_channel(s.channels, [&](Index c, Index lanes) {
        Vec best = load_lanes(x + (origin + h.begin * s.width + w.begin) * s.channels + c, lanes);
        IntVec from = splat_int(static_cast<std::int32_t>(h.begin * s.window_w + w.begin));
        for (Index i = h.begin; i < h.end; ++i)
          for (Index j = w.begin; j < w.end; ++j) {
            const Vec v = load_lanes(x + (origin + i * s.width + j) * s.channels + c, lanes);
            const IntVec larger = (v > best) | ((v != v) & (best == best));  // not a number counts as the largest
            best = larger ? v : best;
            from = larger ? splat_int(static_cast<std::int32_t>(i * s.window_w + j)) : from;
          }
        store_lanes(y + to + c, best, lanes);
        const ByteVec bytes = __builtin_convertvector(from, ByteVec);
        if (lanes == W)
          std::memcpy(taps + to + c, &bytes, W);
        else
          std::memcpy(taps + to + c, &bytes, static_cast<std::size_t>(lanes));
      });
    }
  });
}

void max_pool2d_backward(const Windows& s, const float* grad, const std::uint8_t* taps, float* grad_x) {
  const Index work = s.width * s.channels;
  each_row(s.batch, s.height, work, [&](Index image, Index h) {
    const Range rows = windows_over(h, s.stride_h, s.top, s.window_h, s.rows);
    for (Index w = 0; w < s.width; ++w) {
      const Range columns = windows_over(w, s.stride_w, s.left, s.window_w, s.columns);
      float* to = grad_x + ((image * s.height + h) * s.width + w) * s.channels;
      each_channel(s.channels, [&](Index c, Index lanes) {
        Vec sum = {};
        for (Index row = rows.begin; row < rows.end; ++row)
          for (Index column = columns.begin; column < columns.end; ++column) {
            const Index from = ((image * s.rows + row) * s.columns + column) * s.channels + c;
            const Index tap = (h + s.top - row * s.stride_h) * s.window_w + w + s.left - column * s.stride_w;
            ByteVec bytes = {};
            if (lanes == W)
              std::memcpy(&bytes, taps + from, W);
            else
              std::memcpy(&bytes, taps + from, static_cast<std::size_t>(lanes));
            const IntVec held = __builtin_convertvector(bytes, IntVec) == splat_int(static_cast<std::int32_t>(tap));
            sum += held ? load_lanes(grad + from, lanes) : Vec{};
          }
        store_lanes(to + c, sum, lanes);
      });
    }
  });
}

void average_pool2d(const Windows& s, const float* x, float* y) {
  const Index work = s.columns * s.window_h * s.window_w * s.channels;
  each_row(s.batch, s.rows, work, [&](Index image, Index row) {
    const Range h = taps_inside(row, s.stride_h, s.top, s.window_h, s.height);
    for (Index column = 0; column < s.columns; ++column) {
      const Range w = taps_inside(column, s.stride_w, s.left, s.window_w, s.width);
      const Vec share = splat(inside_share(h, w));
      const Index origin = (image * s.height + row * s.stride_h - s.top) * s.width + column * s.stride_w - s.left;
      float* to = y + ((image * s.rows + row) * s.columns + column) * s.channels;
      each_channel(s.channels, [&](Index c, Index lanes) {
        Vec sum = {};
        for (Index i = h.begin; i < h.end; ++i)
          for (Index j = w.begin; j < w.end; ++j)
            sum += load_lanes(x + (origin + i * s.width + j) * s.channels + c, lanes);
        store_lanes(to + c, sum * share, lanes);
      });
    }
  });
}

void average_pool2d_backward(const Windows& s, const float* grad, float* grad_x) {
  const Index work = s.width * s.channels;
  each_row(s.batch, s.height, work, [&](Index image, Index h) {
    const Range rows = windows_over(h, s.stride_h, s.top, s.window_h, s.rows);
    for (Index w = 0; w < s.width; ++w) {
      const Range columns = windows_over(w, s.stride_w, s.left, s.window_w, s.columns);
      float* to = grad_x + ((image * s.height + h) * s.width + w) * s.channels;
      each_channel(s.channels, [&](Index c, Index lanes) {
        Vec sum = {};
        for (Index row = rows.begin; row < rows.end; ++row)
          for (Index column = columns.begin; column < columns.end; ++column) {
            const float share = inside_share(taps_inside(row, s.stride_h, s.top, s.window_h, s.height),
                                             taps_inside(column, s.stride_w, s.left, s.window_w, s.width));
            sum += load_lanes(grad + ((image * s.rows + row) * s.columns + column) * s.channels + c, lanes) * splat(share);
          }
        store_lanes(to + c, sum, lanes);
      });
    }
  });
}

void global_average_pool2d(const float* x, Index batch, Index pixels, Index channels, float* y) {
  const Vec share = splat(1 / static_cast<float>(pixels));
  each_row(batch, 1, pixels * channels, [&](Index image, Index) {
    each_channel(channels, [&](Index c, Index lanes) {
      const float* from = x + image * pixels * channels + c;
      Vec sum = {};
      for (Index i = 0; i < pixels; ++i) sum += load_lanes(from + i * channels, lanes);
      store_lanes(y + image * channels + c, sum * share, lanes);
    });
  });
}

void global_average_pool2d_backward(const float* grad, Index batch, Index pixels, Index channels, float* grad_x) {
  const Vec share = splat(1 / static_cast<float>(pixels));
  each_row(batch, 1, pixels * channels, [&](Index image, Index) {
    each_channel(channels, [&](Index c, Index lanes) {
      const Vec v = load_lanes(grad + image * channels + c, lanes) * share;
      float* to = grad_x + image * pixels * channels + c;
      for (Index i = 0; i < pixels; ++i) store_lanes(to + i * channels, v, lanes);
    });
  });
}

}  // namespace dlcli::DLCLI_ISA
