// Pooling. Every number of a result is written once, by one thread: an output pixel looks at its window, and in the
// backward pass an image's pixel at the windows that it lies in.
#include "channels.h"

namespace dlcli::DLCLI_ISA {

namespace {

typedef std::uint8_t ByteVec __attribute__((vector_size(W)));

// bytes as integers; GCC takes many scalar instructions for what is one
DLCLI_INLINE IntVec widen(ByteVec bytes) {
#if defined(__AVX512F__)
  return (IntVec)_mm512_cvtepu8_epi32((__m128i)bytes);
#elif defined(__AVX2__)
  long long packed;
  std::memcpy(&packed, &bytes, sizeof packed);
  return (IntVec)_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(packed));
#else
  return __builtin_convertvector(bytes, IntVec);
#endif
}

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

float inside_share(Range h, Range w) { return 1 / static_cast<float>((h.end - h.begin) * (w.end - w.begin)); }

}  // namespace

void max_pool2d(const Windows& s, const float* x, float* y, std::uint8_t* taps) {
  const Index size = s.batch * s.height * s.width * s.channels;
  const Index work = s.columns * s.window_h * s.window_w * s.channels;
  each_row(s.batch, s.rows, work, [&](Index image, Index row) {
    const Range h = taps_inside(row, s.stride_h, s.top, s.window_h, s.height);
    for (Index column = 0; column < s.columns; ++column) {
      const Range w = taps_inside(column, s.stride_w, s.left, s.window_w, s.width);
      const Index origin = (image * s.height + row * s.stride_h - s.top) * s.width + column * s.stride_w - s.left;
      const Index to = ((image * s.rows + row) * s.columns + column) * s.channels;
      const Index row_end = (image * s.rows + row + 1) * s.columns * s.channels;
      each_channel(s.channels, [&](Index c) {
        Vec best = load_at(x, (origin + h.begin * s.width + w.begin) * s.channels + c, size);
        IntVec from = splat_int(static_cast<std::int32_t>(h.begin * s.window_w + w.begin));
        for (Index i = h.begin; i < h.end; ++i)
          for (Index j = w.begin; j < w.end; ++j) {
            const Vec v = load_at(x, (origin + i * s.width + j) * s.channels + c, size);
            const IntVec larger = (v > best) | ((v != v) & (best == best));  // not a number counts as the largest
            best = larger ? v : best;
            from = larger ? splat_int(static_cast<std::int32_t>(i * s.window_w + j)) : from;
          }
        store_at(y, to + c, row_end, best);
        const ByteVec bytes = narrow(from);
        if (to + c + W <= row_end)
          std::memcpy(taps + to + c, &bytes, W);
        else
          std::memcpy(taps + to + c, &bytes, static_cast<std::size_t>(row_end - to - c));
      });
    }
  });
}

void max_pool2d_backward(const Windows& s, const float* grad, const std::uint8_t* taps, float* grad_x) {
  const Index size = s.batch * s.rows * s.columns * s.channels;
  const Index work = s.width * s.channels;
  each_row(s.batch, s.height, work, [&](Index image, Index h) {
    const Range rows = windows_over(h, s.stride_h, s.top, s.window_h, s.rows);
    for (Index w = 0; w < s.width; ++w) {
      const Range columns = windows_over(w, s.stride_w, s.left, s.window_w, s.columns);
      const Index to = ((image * s.height + h) * s.width + w) * s.channels;
      const Index row_end = (image * s.height + h + 1) * s.width * s.channels;
      each_channel(s.channels, [&](Index c) {
        Vec sum = {};
        for (Index row = rows.begin; row < rows.end; ++row)
          for (Index column = columns.begin; column < columns.end; ++column) {
            const Index from = ((image * s.rows + row) * s.columns + column) * s.channels + c;
            const Index tap = (h + s.top - row * s.stride_h) * s.window_w + w + s.left - column * s.stride_w;
            ByteVec bytes = {};
            if (from + W <= size)
              std::memcpy(&bytes, taps + from, W);
            else
              std::memcpy(&bytes, taps + from, static_cast<std::size_t>(size - from));
            const IntVec held = widen(bytes) == splat_int(static_cast<std::int32_t>(tap));
            sum += held ? load_at(grad, from, size) : Vec{};
          }
        store_at(grad_x, to + c, row_end, sum);
      });
    }
  });
}

void average_pool2d(const Windows& s, const float* x, float* y) {
  const Index size = s.batch * s.height * s.width * s.channels;
  const Index work = s.columns * s.window_h * s.window_w * s.channels;
  each_row(s.batch, s.rows, work, [&](Index image, Index row) {
    const Range h = taps_inside(row, s.stride_h, s.top, s.window_h, s.height);
    for (Index column = 0; column < s.columns; ++column) {
      const Range w = taps_inside(column, s.stride_w, s.left, s.window_w, s.width);
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
    const Range rows = windows_over(h, s.stride_h, s.top, s.window_h, s.rows);
    for (Index w = 0; w < s.width; ++w) {
      const Range columns = windows_over(w, s.stride_w, s.left, s.window_w, s.columns);
      const Index to = ((image * s.height + h) * s.width + w) * s.channels;
      const Index row_end = (image * s.height + h + 1) * s.width * s.channels;
      each_channel(s.channels, [&](Index c) {
        Vec sum = {};
        for (Index row = rows.begin; row < rows.end; ++row)
          for (Index column = columns.begin; column < columns.end; ++column) {
            const float share = inside_share(taps_inside(row, s.stride_h, s.top, s.window_h, s.height),
                                             taps_inside(column, s.stride_w, s.left, s.window_w, s.width));
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
