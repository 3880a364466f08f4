// The matrix of patches of a convolution, of which only a panel at a time ever exists.
//
// Row m holds what the filter sees for output pixel m: taps in order, the channels of each. Products with this matrix
// are the convolution and its weight gradient; with the gradient for an image and the filters transposed, the input
// gradient. A panel of a few rows and PANEL_DEPTH columns is copied out into the first-level cache, where the register
// tile finds every number at a distance that is known when the code is compiled.
#pragma once

#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

// columns of a panel, and the distance of its rows: an odd number of cache lines, so that rows do not collide
constexpr Index PANEL_DEPTH = 384;
constexpr Index PANEL_STRIDE = PANEL_DEPTH + 16;

// A grid of output pixels and, for each, a grid of taps on the image. Pixel (a, b) and tap (i, j) meet at row
// a step_h + first_h + i apart_h, column likewise; outside the image there are zeros.
struct Patches {
  const float* image;  // (batch, height, width, pitch), starting at the first channel used
  Index height, width, pitch, channels;
  Index rows, columns, step_h, step_w;
  Index taps_h, taps_w, first_h, first_w, apart_h, apart_w;
  bool inside = false;  // every tap of every pixel lies on the image, with room to read on behind it

  Index depth() const { return taps_h * taps_w * channels; }
};

// Columns of the matrix of patches come in units that are contiguous in the image: a row of taps with all their
// channels, or one tap, or a piece of its channels where there are more than a panel holds.
struct Units {
  bool whole_rows;
  Index length, count, pieces, per_panel;

  explicit Units(const Patches& p) {
    const Index row = p.taps_w * p.channels;
    whole_rows = p.apart_w == 1 && p.channels == p.pitch && row <= PANEL_DEPTH;
    pieces = whole_rows || p.channels == 0 ? 1 : (p.channels + PANEL_DEPTH - 1) / PANEL_DEPTH;
    length = whole_rows ? row : (p.channels + pieces - 1) / pieces;
    count = length == 0 ? 0 : (whole_rows ? p.taps_h : p.taps_h * p.taps_w * pieces);
    per_panel = length == 0 ? 1 : PANEL_DEPTH / length;
  }

  // the column at which unit u starts
  Index column(const Patches& p, Index u) const {
    return whole_rows ? u * length : u / pieces * p.channels + u % pieces * length;
  }
};

// n floats; whole vectors, the last of them overlapping the one before
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

// The same for patches that lie inside: rows of taps in pieces of F floats, of which the last runs over what the next
// row of taps overwrites.
template <int F>
static inline void fill_panel_inside(const Patches& p, const Units& units, Pixel pixel, Index count, Index begin,
                                     Index end, float* panel) {
  const Index row = p.apart_h * p.width * p.pitch, length = units.length;
  for (Index t = 0; t < count; ++t, pixel.next(p), panel += PANEL_STRIDE) {
    const float* from =
        p.image +
        ((pixel.image * p.height + pixel.row * p.step_h + begin * p.apart_h) * p.width + pixel.column * p.step_w) * p.pitch;
    float* to = panel;
    for (Index i = begin; i < end; ++i, from += row, to += length)
      for (Index k = 0; k < length; k += F) __builtin_memcpy(to + k, from + k, F * sizeof(float));
  }
}

// Units [begin, end) of the patches of `count` pixels from `pixel` on, as rows of a panel.
static inline void fill_panel(const Patches& p, const Units& units, Pixel pixel, Index count, Index begin, Index end,
                              float* panel) {
  if (p.inside) {
    if (units.length <= 4) return fill_panel_inside<4>(p, units, pixel, count, begin, end, panel);
    if (units.length <= 8) return fill_panel_inside<8>(p, units, pixel, count, begin, end, panel);
    return fill_panel_inside<16>(p, units, pixel, count, begin, end, panel);
  }
  for (Index t = 0; t < count; ++t, pixel.next(p), panel += PANEL_STRIDE) {
    const float* image = p.image + pixel.image * p.height * p.width * p.pitch;
    const Index h0 = pixel.row * p.step_h + p.first_h;
    const Index w0 = pixel.column * p.step_w + p.first_w;
    float* to = panel;
    if (units.whole_rows) {
      const bool inside = w0 >= 0 && w0 + p.taps_w <= p.width;
      for (Index i = begin; i < end; ++i, to += units.length) {
        const Index h = h0 + i * p.apart_h;
        if (h < 0 || h >= p.height) {
          zero_floats(to, units.length);
          continue;
        }
        const float* from = image + (h * p.width + w0) * p.pitch;
        if (inside) {
          copy_floats(to, from, units.length);
          continue;
        }
        const Index before = w0 >= 0 ? 0 : (-w0 < p.taps_w ? -w0 : p.taps_w);
        const Index after = w0 + p.taps_w <= p.width ? p.taps_w : (p.width - w0 > before ? p.width - w0 : before);
        zero_floats(to, before * p.channels);
        if (after > before) copy_floats(to + before * p.channels, from + before * p.channels, (after - before) * p.channels);
        zero_floats(to + after * p.channels, (p.taps_w - after) * p.channels);
      }
    } else {
      for (Index u = begin; u < end; ++u) {
        const Index tap = u / units.pieces;
        const Index channel = u % units.pieces * units.length;
        const Index length = channel + units.length <= p.channels ? units.length : p.channels - channel;
        const Index h = h0 + tap / p.taps_w * p.apart_h;
        const Index w = w0 + tap % p.taps_w * p.apart_w;
        if (h < 0 || h >= p.height || w < 0 || w >= p.width)
          zero_floats(to, length);
        else
          copy_floats(to, image + (h * p.width + w) * p.pitch + channel, length);
        to += length;
      }
    }
  }
}

}  // namespace dlcli::DLCLI_ISA
