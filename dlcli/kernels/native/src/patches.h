// The matrix of patches of a convolution, of which only a panel at a time ever exists.
//
// Row m holds the values that the filter reads at output pixel m: for each kernel position, its channels. Products with this
// matrix are the convolution and its weight gradient, and, with the gradient instead of the image and transposed filters,
// the input gradient. The whole matrix (im2col) would be kernel_h kernel_w times as large as the image and
// would be limited by memory, so only a panel of a few rows and PANEL_DEPTH columns exists at a time: it is copied into
// the first-level cache, where the register tile finds every value at a distance that is a compile-time constant.
#pragma once

#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

// columns of a panel, and its leading dimension: an odd number of cache lines, so that rows map to different cache sets
constexpr Index PANEL_DEPTH = 384;
constexpr Index PANEL_STRIDE = PANEL_DEPTH + 16;

// A grid of output pixels and, for each, a grid of kernel positions on the image. Position (i, j) of output pixel (a, b)
// reads row a stride_h + offset_h + i dilation_h of the image, column likewise; outside of the image it reads zero.
struct Patches {
  const float* image;  // (batch, height, width, ld), starting at the first channel used
  Index height, width, ld, channels;
  Index rows, columns, stride_h, stride_w;
  Index kernel_h, kernel_w, offset_h, offset_w, dilation_h, dilation_w;
  bool inside = false;  // every position of every pixel is inside the image, and reading past its end is allowed

  Index depth() const { return kernel_h * kernel_w * channels; }
};

// The columns of the matrix of patches are copied in segments that are contiguous in the image: a kernel row with all its
// channels, or one kernel position, or a piece of its channels if there are more than a panel holds.
struct Segments {
  bool whole_rows;
  Index length, count, pieces, per_panel;

  explicit Segments(const Patches& p) {
    const Index row = p.kernel_w * p.channels;
    whole_rows = p.dilation_w == 1 && p.channels == p.ld && row <= PANEL_DEPTH;
    pieces = whole_rows || p.channels == 0 ? 1 : (p.channels + PANEL_DEPTH - 1) / PANEL_DEPTH;
    length = whole_rows ? row : (p.channels + pieces - 1) / pieces;
    count = length == 0 ? 0 : (whole_rows ? p.kernel_h : p.kernel_h * p.kernel_w * pieces);
    per_panel = length == 0 ? 1 : PANEL_DEPTH / length;
  }

  // the column at which segment u starts
  Index column(const Patches& p, Index u) const {
    return whole_rows ? u * length : u / pieces * p.channels + u % pieces * length;
  }
};

// Copies n floats in whole vectors, the last of which overlaps the previous one.
static inline void copy_floats(float* to, const float* from, Index n) {
  if (n >= W) {
    for (Index i = 0; i < n - W; i += W) store(to + i, load(from + i));
    store(to + n - W, load(from + n - W));
  } else if (n >= 4) {
    for (Index i = 0; i < n - 4; i += 4) __builtin_memcpy(to + i, from + i, 16);
    __builtin_memcpy(to + n - 4, from + n - 4, 16);
  } else {
    for (Index i = 0; i < n; ++i) to[i] = from[i];
  }
}

static inline void zero_floats(float* to, Index n) {
  if (n >= W) {
    for (Index i = 0; i < n - W; i += W) store(to + i, Vec{});
    store(to + n - W, Vec{});
  } else {
    for (Index i = 0; i < n; ++i) to[i] = 0;
  }
}

// An output pixel, counted along the columns, then the rows, then the images.
struct Pixel {
  Index image, row, column;

  Pixel(const Patches& p, Index m) {
    column = m % p.columns;
    m /= p.columns;
    row = m % p.rows;
    image = m / p.rows;
  }

  void next(const Patches& p) {
    if (++column == p.columns) {
      column = 0;
      if (++row == p.rows) {
        row = 0;
        ++image;
      }
    }
  }
};

// fill_panel for patches without borders: kernel rows are copied in pieces of F floats. The last piece may write past the
// end of its row; the next row overwrites that.
template <int F>
static inline void fill_panel_inside(const Patches& p, const Segments& segments, Pixel pixel, Index count, Index begin,
                                     Index end, float* panel) {
  const Index row = p.dilation_h * p.width * p.ld, length = segments.length;
  for (Index t = 0; t < count; ++t, pixel.next(p), panel += PANEL_STRIDE) {
    const float* from =
        p.image +
        ((pixel.image * p.height + pixel.row * p.stride_h + begin * p.dilation_h) * p.width + pixel.column * p.stride_w) * p.ld;
    float* to = panel;
    for (Index i = begin; i < end; ++i, from += row, to += length)
      for (Index k = 0; k < length; k += F) __builtin_memcpy(to + k, from + k, F * sizeof(float));
  }
}

// Copies segments [begin, end) of the patches of `count` pixels, the first being `pixel`, to the rows of a panel.
static inline void fill_panel(const Patches& p, const Segments& segments, Pixel pixel, Index count, Index begin, Index end,
                              float* panel) {
  if (p.inside) {
    if (segments.length <= 4) return fill_panel_inside<4>(p, segments, pixel, count, begin, end, panel);
    if (segments.length <= 8) return fill_panel_inside<8>(p, segments, pixel, count, begin, end, panel);
    return fill_panel_inside<16>(p, segments, pixel, count, begin, end, panel);
  }
  for (Index t = 0; t < count; ++t, pixel.next(p), panel += PANEL_STRIDE) {
    const float* image = p.image + pixel.image * p.height * p.width * p.ld;
    const Index h0 = pixel.row * p.stride_h + p.offset_h;
    const Index w0 = pixel.column * p.stride_w + p.offset_w;
    float* to = panel;
    if (segments.whole_rows) {
      const bool inside = w0 >= 0 && w0 + p.kernel_w <= p.width;
      for (Index i = begin; i < end; ++i, to += segments.length) {
        const Index h = h0 + i * p.dilation_h;
        if (h < 0 || h >= p.height) {
          zero_floats(to, segments.length);
          continue;
        }
        const float* from = image + (h * p.width + w0) * p.ld;
        if (inside) {
          copy_floats(to, from, segments.length);
          continue;
        }
        const Index before = w0 >= 0 ? 0 : (-w0 < p.kernel_w ? -w0 : p.kernel_w);
        const Index after = w0 + p.kernel_w <= p.width ? p.kernel_w : (p.width - w0 > before ? p.width - w0 : before);
        zero_floats(to, before * p.channels);
        if (after > before) copy_floats(to + before * p.channels, from + before * p.channels, (after - before) * p.channels);
        zero_floats(to + after * p.channels, (p.kernel_w - after) * p.channels);
      }
    } else {
      for (Index u = begin; u < end; ++u) {
        const Index position = u / segments.pieces;
        const Index channel = u % segments.pieces * segments.length;
        const Index length = channel + segments.length <= p.channels ? segments.length : p.channels - channel;
        const Index h = h0 + position / p.kernel_w * p.dilation_h;
        const Index w = w0 + position % p.kernel_w * p.dilation_w;
        if (h < 0 || h >= p.height || w < 0 || w >= p.width)
          zero_floats(to, length);
        else
          copy_floats(to, image + (h * p.width + w) * p.ld + channel, length);
        to += length;
      }
    }
  }
}

}  // namespace dlcli::DLCLI_ISA
