// Pooling. Every element of a result is written once, by one thread, which reads the window of an output pixel or, in the
// backward pass, the windows that contain an input pixel.
#include "channels.h"

namespace dlcli::DLCLI_ISA {

namespace {

DLCLI_INLINE ByteVec narrow(IntVec integers) {
#if defined(__AVX512F__)
  return (ByteVec)_mm512_cvtepi32_epi8((__m512i)integers);
#else
  return __builtin_convertvector(integers, ByteVec);
#endif
}

struct Range {
  Index begin, end;
};

// positions in the window of output pixel p that lie inside the image
Range positions_inside(Index p, Index stride, Index before, Index window, Index size) {
  const Index start = p * stride - before;
  return {start < 0 ? -start : 0, start + window <= size ? window : size - start};
}

// output pixels whose window contains pixel h
Range windows_over(Index h, Index stride, Index before, Index window, Index outputs) {
  const Index reach = h + before - window + 1;
  const Index begin = reach <= 0 ? 0 : (reach + stride - 1) / stride;
  const Index end = (h + before) / stride + 1;
  return {begin, end < outputs ? end : outputs};
}

// whether windows are the most common ones: 2×2, side by side, all inside the image
bool are_quarters(const Windows& s) {
  return s.kernel_h == 2 && s.kernel_w == 2 && s.stride_h == 2 && s.stride_w == 2 && s.top == 0 && s.left == 0 &&
         2 * s.rows <= s.height && 2 * s.columns <= s.width;
}

// whether v replaces the best value so far: NaN counts as the largest, and the first of equal values is kept
DLCLI_INLINE IntVec is_larger(Vec v, Vec best) { return ~(v <= best) & (best == best); }

// Loads a vector of bytes; fewer if the array, or this row's part of it, ends at `size`.
DLCLI_INLINE ByteVec load_bytes(const std::uint8_t* p, Index at, Index size) {
  ByteVec bytes = {};
  if (at + W <= size)
    std::memcpy(&bytes, p + at, W);
  else
    std::memcpy(&bytes, p + at, static_cast<std::size_t>(size - at));
  return bytes;
}

DLCLI_INLINE void store_bytes(std::uint8_t* p, Index at, Index size, ByteVec bytes) {
  if (at + W <= size)
    std::memcpy(p + at, &bytes, W);
  else
    std::memcpy(p + at, &bytes, static_cast<std::size_t>(size - at));
}

void max_pool_quarters(const Windows& s, const float* x, float* y, std::uint8_t* argmax) {
  const Index size = s.batch * s.height * s.width * s.channels, across = s.width * s.channels;
  each_row(s.batch, s.rows, 4 * s.columns * s.channels, [&](Index image, Index row) {
    const Index row_end = (image * s.rows + row + 1) * s.columns * s.channels;
    Index from = (image * s.height + 2 * row) * across, to = row_end - s.columns * s.channels;
    for (Index column = 0; column < s.columns; ++column, from += 2 * s.channels, to += s.channels)
      each_channel(s.channels, [&](Index c) {
        Vec best = load_at(x, from + c, size);
        IntVec position = {};
#pragma GCC unroll 3
        for (int k = 1; k < 4; ++k) {
          const Vec v = load_at(x, from + k / 2 * across + k % 2 * s.channels + c, size);
          const IntVec larger = is_larger(v, best);
          best = larger ? v : best;
          position = larger ? splat_int(k) : position;
        }
        store_at(y, to + c, row_end, best);
        store_bytes(argmax, to + c, row_end, narrow(position));
      });
  });
}

void max_pool_quarters_backward(const Windows& s, const float* grad, const std::uint8_t* argmax, float* grad_x) {
  const Index size = s.batch * s.rows * s.columns * s.channels, across = s.width * s.channels;
  each_row(s.batch, s.height, across, [&](Index image, Index h) {
    const Index columns = h < 2 * s.rows ? s.columns : 0;
    const Index row_end = (image * s.height + h + 1) * across;
    Index from = (image * s.rows + h / 2) * s.columns * s.channels, to = row_end - across;
    const IntVec left = splat_int(h % 2 * 2), right = left + 1;
    for (Index column = 0; column < columns; ++column, from += s.channels, to += 2 * s.channels)
      // from the last vector to the first, since a vector that extends beyond the left pixel overwrites the right one
      for (Index c = (s.channels - 1) / W * W; c >= 0; c -= W) {
        const Vec g = load_at(grad, from + c, size);
        const IntVec position = widen(load_bytes(argmax, from + c, size));
        store_at(grad_x, to + c, row_end, position == left ? g : Vec{});
        store_at(grad_x, to + s.channels + c, row_end, position == right ? g : Vec{});
      }
    for_vectors(to, row_end, [&](Index i, Index width) { store_width(grad_x + i, Vec{}, width); });  // outside all windows
  });
}

float inside_share(Range h, Range w) { return 1 / static_cast<float>((h.end - h.begin) * (w.end - w.begin)); }

}  // namespace

void max_pool2d(const Windows& s, const float* x, float* y, std::uint8_t* argmax) {
  if (are_quarters(s)) return max_pool_quarters(s, x, y, argmax);
  const Index size = s.batch * s.height * s.width * s.channels;
  const Index work = s.columns * s.kernel_h * s.kernel_w * s.channels;
  each_row(s.batch, s.rows, work, [&](Index image, Index row) {
    const Range h = positions_inside(row, s.stride_h, s.top, s.kernel_h, s.height);
    for (Index column = 0; column < s.columns; ++column) {
      const Range w = positions_inside(column, s.stride_w, s.left, s.kernel_w, s.width);
      const Index origin = (image * s.height + row * s.stride_h - s.top) * s.width + column * s.stride_w - s.left;
      const Index to = ((image * s.rows + row) * s.columns + column) * s.channels;
      const Index row_end = (image * s.rows + row + 1) * s.columns * s.channels;
      each_channel(s.channels, [&](Index c) {
        Vec best = load_at(x, (origin + h.begin * s.width + w.begin) * s.channels + c, size);
        IntVec from = splat_int(static_cast<std::int32_t>(h.begin * s.kernel_w + w.begin));
        for (Index i = h.begin; i < h.end; ++i)
          for (Index j = w.begin; j < w.end; ++j) {
            const Vec v = load_at(x, (origin + i * s.width + j) * s.channels + c, size);
            const IntVec larger = is_larger(v, best);
            best = larger ? v : best;
            from = larger ? splat_int(static_cast<std::int32_t>(i * s.kernel_w + j)) : from;
          }
        store_at(y, to + c, row_end, best);
        store_bytes(argmax, to + c, row_end, narrow(from));
      });
    }
  });
}

void max_pool2d_backward(const Windows& s, const float* grad, const std::uint8_t* argmax, float* grad_x) {
  if (are_quarters(s)) return max_pool_quarters_backward(s, grad, argmax, grad_x);
  const Index size = s.batch * s.rows * s.columns * s.channels;
  const Index work = s.width * s.channels;
  each_row(s.batch, s.height, work, [&](Index image, Index h) {
    const Range rows = windows_over(h, s.stride_h, s.top, s.kernel_h, s.rows);
    for (Index w = 0; w < s.width; ++w) {
      const Range columns = windows_over(w, s.stride_w, s.left, s.kernel_w, s.columns);
      const Index to = ((image * s.height + h) * s.width + w) * s.channels;
      const Index row_end = (image * s.height + h + 1) * s.width * s.channels;
      each_channel(s.channels, [&](Index c) {
        Vec sum = {};
        for (Index row = rows.begin; row < rows.end; ++row)
          for (Index column = columns.begin; column < columns.end; ++column) {
            const Index from = ((image * s.rows + row) * s.columns + column) * s.channels + c;
            const Index position = (h + s.top - row * s.stride_h) * s.kernel_w + w + s.left - column * s.stride_w;
            const IntVec is_source = widen(load_bytes(argmax, from, size)) == splat_int(static_cast<std::int32_t>(position));
            sum += is_source ? load_at(grad, from, size) : Vec{};
          }
        store_at(grad_x, to + c, row_end, sum);
      });
    }
  });
}

void average_pool2d(const Windows& s, const float* x, float* y) {
  const Index size = s.batch * s.height * s.width * s.channels;
  const Index work = s.columns * s.kernel_h * s.kernel_w * s.channels;
  each_row(s.batch, s.rows, work, [&](Index image, Index row) {
    const Range h = positions_inside(row, s.stride_h, s.top, s.kernel_h, s.height);
    for (Index column = 0; column < s.columns; ++column) {
      const Range w = positions_inside(column, s.stride_w, s.left, s.kernel_w, s.width);
      const Vec share = splat(inside_share(h, w));
      const Index origin = (image * s.height + row * s.stride_h - s.top) * s.width + column * s.stride_w - s.left;
      const Index to = ((image * s.rows + row) * s.columns + column) * s.channels;
      const Index row_end = (image * s.rows + row + 1) * s.columns * s.channels;
      each_channel(s.channels, [&](Index c) {
        Vec sum = {};
        for (Index i = h.begin; i < h.end; ++i)
          for (Index j = w.begin; j < w.end; ++j)
            sum += load_at(x, (origin + i * s.width + j) * s.channels + c, size);
        store_at(y, to + c, row_end, sum * share);
      });
    }
  });
}

void average_pool2d_backward(const Windows& s, const float* grad, float* grad_x) {
  const Index size = s.batch * s.rows * s.columns * s.channels;
  const Index work = s.width * s.channels;
  each_row(s.batch, s.height, work, [&](Index image, Index h) {
    const Range rows = windows_over(h, s.stride_h, s.top, s.kernel_h, s.rows);
    for (Index w = 0; w < s.width; ++w) {
      const Range columns = windows_over(w, s.stride_w, s.left, s.kernel_w, s.columns);
      const Index to = ((image * s.height + h) * s.width + w) * s.channels;
      const Index row_end = (image * s.height + h + 1) * s.width * s.channels;
      each_channel(s.channels, [&](Index c) {
        Vec sum = {};
        for (Index row = rows.begin; row < rows.end; ++row)
          for (Index column = columns.begin; column < columns.end; ++column) {
            const float share = inside_share(positions_inside(row, s.stride_h, s.top, s.kernel_h, s.height),
                                             positions_inside(column, s.stride_w, s.left, s.kernel_w, s.width));
            const Index from = ((image * s.rows + row) * s.columns + column) * s.channels + c;
            sum += load_at(grad, from, size) * splat(share);
          }
        store_at(grad_x, to + c, row_end, sum);
      });
    }
  });
}

void global_average_pool2d(const float* x, Index batch, Index pixels, Index channels, float* y) {
  const Vec share = splat(1 / static_cast<float>(pixels));
  each_row(batch, 1, pixels * channels, [&](Index image, Index) {
    each_channel(channels, [&](Index c) {
      const Index from = image * pixels * channels + c;
      Vec sum = {};
      for (Index i = 0; i < pixels; ++i) sum += load_at(x, from + i * channels, batch * pixels * channels);
      store_at(y, image * channels + c, (image + 1) * channels, sum * share);
    });
  });
}

void global_average_pool2d_backward(const float* grad, Index batch, Index pixels, Index channels, float* grad_x) {
  const Vec share = splat(1 / static_cast<float>(pixels));
  each_row(batch, 1, pixels * channels, [&](Index image, Index) {
    const Index end = (image + 1) * pixels * channels;
    for (Index i = 0; i < pixels; ++i) {
      const Index to = (image * pixels + i) * channels;
      each_channel(channels, [&](Index c) {
        store_at(grad_x, to + c, end, load_at(grad, image * channels + c, batch * channels) * share);
      });
    }
  });
}

}  // namespace dlcli::DLCLI_ISA
