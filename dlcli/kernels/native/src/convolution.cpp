// Convolution and its gradients. The first implementation of this list that applies is used:
//
// 1. one filter per channel: depthwise.h, limited by memory and not by multiplications
// 2. filters of 1×1 with stride 1: gemm.h, since the images are the matrix of patches already
// 3. filters of 3×3 with stride 1 and many channels: winograd.h, with 2.25 times fewer multiplications
// 4. few filters and few channels: narrow.h, with vectors along the pixels; for the input gradient of few channels,
//    scatter_grad_input
// 5. everything else: products with the matrix of patches (patches.h)
#include "depthwise.h"
#include "gemm.h"
#include "narrow.h"
#include "patches.h"
#include "phase.h"
#include "simd.h"
#include "threads.h"
#include "tiles.h"
#include "winograd.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of pixels whose patches form one panel of the weight gradient
constexpr Index GRAD_PIXELS = 64;
// maximum number of channels of images that are copied with their padding
constexpr Index FEW_CHANNELS = 8;
// number of multiply-adds that take longer than waking a thread
constexpr Index GRAIN = 400000;

// Patches of images of few channels consist of short pieces. Returns patches of a copy of the images that includes their
// padding, with readable memory after the last image, so that filling a panel needs no checks at the borders.
Patches with_margins(const Patches& p, Index batch) {
  if (p.channels != p.ld || p.channels > FEW_CHANNELS || p.dilation_w != 1 || p.depth() == 0) return p;
  Patches copy = p;
  copy.height = (p.rows - 1) * p.stride_h + (p.kernel_h - 1) * p.dilation_h + 1;
  copy.width = (p.columns - 1) * p.stride_w + p.kernel_w;
  copy.offset_h = copy.offset_w = 0;
  copy.inside = true;
  if (batch * p.rows * p.columns == 0 || !Segments(copy).whole_rows) return p;
  const Index row = copy.width * p.channels;
  float* images = scratch(Scratch::other, batch * copy.height * row + PANEL_STRIDE - PANEL_DEPTH);
  const Index before = p.offset_w < 0 ? -p.offset_w : 0;
  const Index start = p.offset_w < 0 ? 0 : p.offset_w;
  const Index fits = copy.width - before < p.width - start ? copy.width - before : p.width - start;
  const Index count = fits > 0 && before < copy.width ? fits : 0;
  divide(batch * copy.height, 1 + 60000 / row, 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const Index h = i % copy.height + p.offset_h;
      float* to = images + i * row;
      if (h < 0 || h >= p.height || count == 0) {
        zero_floats(to, row);
        continue;
      }
      zero_floats(to, before * p.channels);
      copy_floats(to + before * p.channels, p.image + ((i / copy.height * p.height + h) * p.width + start) * p.channels,
                  count * p.channels);
      zero_floats(to + (before + count) * p.channels, row - (before + count) * p.channels);
    }
  });
  copy.image = images;
  return copy;
}

void pack_filters(const Patches& p, const Filters& f, const Target& target, const Packed& packed, float* to) {
  divide(packed.blocks(), 1 + 40000 / (packed.depth * 2 * W + 1), 1, [&](Index begin, Index end) {
    for (Index block = begin; block < end; ++block) {
      const Index width = packed.width(block), start = block * 2 * W;
      const Index filled = packed.channels - start < width ? packed.channels - start : width;
      float* row = to + packed.offset(block);
      for (Index o = 0; o < width; ++o) row[o] = target.bias && o < filled ? target.bias[start + o] : 0;
      row += width;
      for (Index i = 0; i < p.kernel_h; ++i)
        for (Index j = 0; j < p.kernel_w; ++j) {
          const float* from = f.data + (f.offset_h + i * f.stride_h) * f.row_stride + (f.offset_w + j * f.stride_w) * f.column_stride +
                              start * f.output_stride;
          for (Index c = 0; c < p.channels; ++c, from += f.input_stride, row += width) {
            if (f.output_stride == 1)
              copy_floats(row, from, filled);
            else
              for (Index o = 0; o < filled; ++o) row[o] = from[o * f.output_stride];
            zero_floats(row + filled, width - filled);
          }
        }
    }
  });
}

template <int T>
void multiply_tiles(const Patches& p, const Packed& packed, const float* filters, const Target& target, Index pixels,
                    Index begin, Index end) {
  const Segments segments(p);
  float* panel = scratch(Scratch::gemm_a, T * PANEL_STRIDE);
  for (Index tile = begin; tile < end; ++tile) {
    const Index count = pixels - tile * T < T ? pixels - tile * T : T;
    const Pixel first(p, tile * T);
    float* rows[T];
    Pixel pixel = first;
    for (Index t = 0; t < count; ++t, pixel.next(p))
      rows[t] = target.data + pixel.image * target.image_step + pixel.row * target.row_step +
                pixel.column * target.column_step;
    Index segment = 0;
    do {
      const Index stop = segment + segments.per_panel < segments.count ? segment + segments.per_panel : segments.count;
      const Index start = segments.column(p, segment);
      const Index depth = (stop == segments.count ? p.depth() : segments.column(p, stop)) - start;
      fill_panel(p, segments, first, count, segment, stop, panel);
      // ReLU only when the sum is complete
      const bool relu = target.relu && stop == segments.count;
      for (Index block = 0; block < packed.blocks(); ++block) {
        const float* bias = filters + packed.offset(block);
        const Index width = packed.width(block);
        const float* weights = bias + width * (1 + start);
        // The first panel starts from the bias, later ones from the sums that are already in the output: a deep filter
        // needs several panels, and the sums leave the registers only between them.
        if (segment > 0) bias = nullptr;
        const Index channels = packed.channels - block * 2 * W < width ? packed.channels - block * 2 * W : width;
        if (packed.half)
          multiply_tile<HalfVec, T, 1, PANEL_STRIDE>(panel, weights, bias, depth, rows, count, channels, relu);
        else if (width == W)
          multiply_tile<Vec, T, 1, PANEL_STRIDE>(panel, weights, bias, depth, rows, count, channels, relu);
        else if constexpr (T <= PAIR_T)
          multiply_tile<Vec, T, 2, PANEL_STRIDE>(panel, weights, bias, depth, rows, count, channels, relu);
        for (Index t = 0; t < count; ++t) rows[t] += width;
      }
      for (Index t = 0; t < count; ++t) rows[t] -= packed.all_widths();
      segment = stop;
    } while (segment < segments.count);
  }
}

void multiply_patches(const Patches& given, Index batch, const Filters& filters, const Target& target) {
  const Packed packed(target.channels, given.depth());
  const Index pixels = batch * given.rows * given.columns;
  if (pixels == 0 || target.channels == 0) return;
  const Patches p = with_margins(given, batch);
  float* weights = scratch(Scratch::caller, packed.size());
  pack_filters(p, filters, target, packed, weights);
  const Index tile = packed.single ? SINGLE_T : PAIR_T;
  const Index tiles = (pixels + tile - 1) / tile;
  const Index work = (packed.depth + 1) * packed.all_widths() * tile;
  divide(tiles, 1 + GRAIN / work, 1, [&](Index begin, Index end) {
    if (packed.single)
      multiply_tiles<SINGLE_T>(p, packed, weights, target, pixels, begin, end);
    else
      multiply_tiles<PAIR_T>(p, packed, weights, target, pixels, begin, end);
  });
}

// Patches of x that the filters of one group read
Patches input_patches(const Convolution& c, const float* x, Index group) {
  const Index channels = c.channels / c.groups;
  return {x + group * channels, c.height,     c.width,    c.channels, channels, c.rows,       c.columns,   c.stride_h,
          c.stride_w,           c.kernel_h,   c.kernel_w, -c.top,     -c.left,  c.dilation_h, c.dilation_w};
}

void grad_panel(const GradLayout& layout, const float* panel, Index depth, const float* grad, Index grad_step,
                Index pixels, float* partial) {
  const Index rows = round_up(depth, layout.tile);
  for (Index k = 0; k < rows; k += layout.tile)
    for (Index v = 0; v < layout.vectors; v += layout.block) {
      float* sums = partial + (v * rows + k * layout.block) * layout.lanes;
      if (layout.lanes < W)
        grad_tile<HalfVec, GRAD_SINGLE_T, 1, PANEL_STRIDE>(panel + k, grad, grad_step, pixels, sums);
      else if (layout.block == 1)
        grad_tile<Vec, GRAD_SINGLE_T, 1, PANEL_STRIDE>(panel + k, grad + v * W, grad_step, pixels, sums);
      else if (layout.block == 2)
        grad_tile<Vec, GRAD_PAIR_T, 2, PANEL_STRIDE>(panel + k, grad + v * W, grad_step, pixels, sums);
      else if constexpr (GRAD_QUAD_T > 0)
        grad_tile<Vec, GRAD_QUAD_T, 4, PANEL_STRIDE>(panel + k, grad + v * W, grad_step, pixels, sums);
    }
}

// weight gradient of pixels [begin, end), computed by one thread
void grad_partial(const Patches& p, const GradLayout& layout, const float* grad, Index grad_step, Index channels,
                  Index begin, Index end, float* partial, Index size) {
  const Segments segments(p);
  float* panel = scratch(Scratch::gemm_a, GRAD_PIXELS * PANEL_STRIDE);
  // The register tile reads whole vectors of gradients; a number of channels that is not a multiple is padded with
  // zeros in a copy.
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
    for (Index segment = 0; segment < segments.count; segment += segments.per_panel) {
      const Index stop = segment + segments.per_panel < segments.count ? segment + segments.per_panel : segments.count;
      const Index depth = (stop == segments.count ? p.depth() : segments.column(p, stop)) - segments.column(p, segment);
      const Index rows = round_up(depth, layout.tile);
      fill_panel(p, segments, Pixel(p, m), count, segment, stop, panel);
      for (Index i = 0; i < count && rows > depth; ++i)
        zero_floats(panel + i * PANEL_STRIDE + depth, rows - depth);
      grad_panel(layout, panel, depth, in_place ? g : padded, in_place ? grad_step : layout.width(), count, sums);
      sums += rows * layout.width();
    }
  }
}

void grad_weight_of_group(const Patches& given, Index batch, const float* grad, Index grad_step, Index channels,
                          float* grad_weight) {
  const Patches p = with_margins(given, batch);
  const GradLayout layout(channels);
  const Segments segments(p);
  const Index pixels = batch * p.rows * p.columns;
  Index size = 0;
  for (Index segment = 0; segment < segments.count; segment += segments.per_panel) {
    const Index stop = segment + segments.per_panel < segments.count ? segment + segments.per_panel : segments.count;
    const Index depth = (stop == segments.count ? p.depth() : segments.column(p, stop)) - segments.column(p, segment);
    size += round_up(depth, layout.tile) * layout.width();
  }
  if (size == 0) return;
  const int threads = useful_threads(pixels, 1 + GRAIN / size);
  // Each thread sums its own pixels, and the parts are added in thread order: atomics would be slower, and the order of
  // additions, and with it the bits, would depend on scheduling.
  float* partials = scratch(Scratch::caller, size * threads);
  int parts = threads;
  on_threads(threads, [&](int thread, int actual) {
    if (thread == 0) parts = actual;
    grad_partial(p, layout, grad, grad_step, channels, part(pixels, thread, actual), part(pixels, thread + 1, actual),
                 partials + thread * size, size);
  });
  const float* sums = partials;
  for (Index segment = 0; segment < segments.count; segment += segments.per_panel) {
    const Index stop = segment + segments.per_panel < segments.count ? segment + segments.per_panel : segments.count;
    const Index start = segments.column(p, segment);
    const Index depth = (stop == segments.count ? p.depth() : segments.column(p, stop)) - start;
    const Index rows = round_up(depth, layout.tile);
    for (Index k = 0; k < depth; ++k)
      for (Index v = 0; v < layout.vectors; ++v) {
        const float* from = sums + (v / layout.block * layout.block * rows + k * layout.block + v % layout.block) * layout.lanes;
        Vec sum = load_width(from, layout.lanes);
        for (int thread = 1; thread < parts; ++thread) sum += load_width(from + thread * size, layout.lanes);
        float* to = grad_weight + (start + k) * grad_step + v * W;
        if (channels - v * W >= W)
          store(to, sum);
        else
          store_partial(to, sum, channels - v * W);
      }
    sums += rows * layout.width();
  }
}

// Input gradient of images of few channels: the product of a pixel of `grad` with all filters is its contribution to the
// gradient of its patch, whose kernel rows are contiguous. Contributions are added up in a copy of the image with padding,
// one image after the other.
void scatter_images(const Convolution& c, const float* grad, const float* filters, const Packed& packed, float* grad_x,
                    Index begin, Index end) {
  const Index length = c.kernel_w * c.channels, width = packed.all_widths();
  const Index height = (c.rows - 1) * c.stride_h + (c.kernel_h - 1) * c.dilation_h + 1;
  const Index row = ((c.columns - 1) * c.stride_w + c.kernel_w) * c.channels;
  float* panel = scratch(Scratch::gemm_a, PAIR_T * (PANEL_STRIDE + width));
  float* patches = panel + PAIR_T * PANEL_STRIDE;
  float* image = scratch(Scratch::gemm_b, height * row);
  float* rows[PAIR_T];
  for (Index n = begin; n < end; ++n) {
    zero_floats(image, height * row);
    for (Index first = 0; first < c.rows * c.columns; first += PAIR_T) {
      const Index count = c.rows * c.columns - first < PAIR_T ? c.rows * c.columns - first : PAIR_T;
      for (Index t = 0; t < count; ++t) {
        copy_floats(panel + t * PANEL_STRIDE, grad + (n * c.rows * c.columns + first + t) * c.filters, c.filters);
        rows[t] = patches + t * width;
      }
      for (Index block = 0; block < packed.blocks(); ++block) {
        const float* bias = filters + packed.offset(block);
        const Index wide = packed.width(block);
        if (wide == W)
          multiply_tile<Vec, PAIR_T, 1, PANEL_STRIDE>(panel, bias + wide, bias, packed.depth, rows, count, wide, false);
        else
          multiply_tile<Vec, PAIR_T, 2, PANEL_STRIDE>(panel, bias + wide, bias, packed.depth, rows, count, wide, false);
        for (Index t = 0; t < count; ++t) rows[t] += wide;
      }
      for (Index t = 0; t < count; ++t) {
        const Index p = (first + t) / c.columns, q = (first + t) % c.columns;
        float* to = image + p * c.stride_h * row + q * c.stride_w * c.channels;
        const float* from = patches + t * width;
        for (Index i = 0; i < c.kernel_h; ++i, to += c.dilation_h * row, from += length) {
          Index k = 0;
          for (; k + W <= length; k += W) store(to + k, load(to + k) + load(from + k));
          if (k < length) store_partial(to + k, load_partial(to + k, length - k) + load_partial(from + k, length - k), length - k);
        }
      }
    }
    for (Index h = 0; h < c.height; ++h) {
      float* to = grad_x + (n * c.height + h) * c.width * c.channels;
      const float* from = image + (h + c.top) * row;
      const Index reached = row - c.left * c.channels < c.width * c.channels ? row - c.left * c.channels : c.width * c.channels;
      const Index filled = h + c.top < height && reached > 0 ? reached : 0;
      copy_floats(to, from + c.left * c.channels, filled);
      zero_floats(to + filled, c.width * c.channels - filled);
    }
  }
}

bool scatter_pays(const Convolution& c) {
  return c.channels <= FEW_CHANNELS && c.groups == 1 && c.dilation_w == 1 && c.filters <= PANEL_DEPTH &&
         c.kernel_h * c.kernel_w * c.channels > W && c.rows > 0 && c.columns > 0 && c.filters > 0 && c.channels > 0;
}

void scatter_grad_input(const Convolution& c, const float* grad, const float* weight, float* grad_x) {
  const Index outputs = c.kernel_h * c.kernel_w * c.channels;
  const Packed packed(outputs, c.filters);
  // weight (kernel_h kernel_w channels, filters) is packed transposed: one row of outputs for each filter
  const Patches rows = {grad, c.rows, c.columns, c.filters, c.filters, c.rows, c.columns, 1, 1, 1, 1, 0, 0, 1, 1};
  float* filters = scratch(Scratch::caller, packed.size());
  pack_filters(rows, {weight, 0, 1, 0, 1, 0, 0, 1, c.filters}, {nullptr, 0, 0, 0, outputs, nullptr, false}, packed, filters);
  const Index work = c.rows * c.columns * c.filters * packed.all_widths();
  divide(c.batch, 1 + GRAIN / work, 1, [&](Index begin, Index end) {
    scatter_images(c, grad, filters, packed, grad_x, begin, end);
  });
}

bool winograd_takes(const Convolution& c) {
  return c.kernel_h == 3 && c.kernel_w == 3 && c.stride_h == 1 && c.stride_w == 1 && c.dilation_h == 1 &&
         c.dilation_w == 1 && c.groups == 1 && winograd_pays(c.channels, c.filters);
}

// Whether the convolution is a matrix product: 1×1 filters with stride 1 need no patches, as every pixel is a matrix row.
bool is_product(const Convolution& c) {
  return c.kernel_h == 1 && c.kernel_w == 1 && c.stride_h == 1 && c.stride_w == 1 && c.rows == c.height &&
         c.columns == c.width && c.top == 0 && c.left == 0;
}

}  // namespace

void conv2d(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu) {
  if (is_depthwise(c)) return depthwise(c, x, weight, bias, y, relu);
  const Index filters = c.filters / c.groups;
  if (is_product(c)) {
    const Index channels = c.channels / c.groups;
    for (Index group = 0; group < c.groups; ++group) {
      Epilogue epilogue;
      epilogue.bias = bias ? bias + group * filters : nullptr;
      epilogue.activation = relu ? Activation::relu : Activation::none;
      gemm(c.batch * c.height * c.width, filters, channels, {x + group * channels, c.channels, 1},
           {weight + group * filters, c.filters, 1}, y + group * filters, c.filters, epilogue);
    }
    return;
  }
  if (winograd_takes(c))
    return winograd_multiply({x, c.batch, c.height, c.width, c.channels, c.rows, c.columns, c.top, c.left},
                             {weight, 0, 1, 0, 1, 3 * c.channels * filters, c.channels * filters, filters, 1},
                             {y, c.rows * c.columns * filters, c.columns * filters, filters, filters, bias, relu});
  if (is_narrow(c)) return narrow(c, x, weight, bias, y, relu);
  for (Index group = 0; group < c.groups; ++group) {
    const Patches p = input_patches(c, x, group);
    const Index first = group * filters;
    multiply_patches(
        p, c.batch, {weight + first, 0, 1, 0, 1, c.kernel_w * p.channels * c.filters, p.channels * c.filters, c.filters, 1},
        {y + first, c.rows * c.columns * c.filters, c.columns * c.filters, c.filters, filters, bias ? bias + first : nullptr,
         relu});
  }
}

void conv2d_grad_input(const Convolution& c, const float* grad, const float* weight, float* grad_x) {
  if (is_depthwise(c)) return depthwise_grad_input(c, grad, weight, grad_x);
  const Index channels = c.channels / c.groups, filters = c.filters / c.groups;
  if (is_product(c)) {
    for (Index group = 0; group < c.groups; ++group)
      gemm(c.batch * c.height * c.width, channels, filters, {grad + group * filters, c.filters, 1},
           {weight + group * filters, 1, c.filters}, grad_x + group * channels, c.channels, {});
    return;
  }
  if (winograd_takes(c))
    return winograd_multiply(
        {grad, c.batch, c.rows, c.columns, filters, c.height, c.width, 2 - c.top, 2 - c.left},
        {weight, 2, -1, 2, -1, 3 * channels * filters, channels * filters, 1, filters},
        {grad_x, c.height * c.width * channels, c.width * channels, channels, channels, nullptr, false});
  if (scatter_pays(c)) return scatter_grad_input(c, grad, weight, grad_x);
  // A stride leaves holes in the gradient of the input: instead of convolving with inserted zeros, of which stride_h
  // stride_w − 1 out of stride_h stride_w products would be wasted, the pixels of each residue class are a dense
  // convolution of their own (phase.h).
  for (Index row = 0; row < c.stride_h && row < c.height; ++row)
    for (Index column = 0; column < c.stride_w && column < c.width; ++column) {
      const Phase h(row, c.kernel_h, c.stride_h, c.dilation_h, c.top);
      const Phase w(column, c.kernel_w, c.stride_w, c.dilation_w, c.left);
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
                           h.offset,
                           w.offset,
                           h.input_step,
                           w.input_step};
        multiply_patches(p, c.batch,
                         {weight + group * filters, h.last, -h.kernel_step, w.last, -w.kernel_step, c.kernel_w * channels * c.filters,
                          channels * c.filters, 1, c.filters},
                         {grad_x + (row * c.width + column) * c.channels + group * channels,
                          c.height * c.width * c.channels, c.stride_h * c.width * c.channels, c.stride_w * c.channels,
                          channels, nullptr, false});
      }
    }
}

void conv2d_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight) {
  if (is_depthwise(c)) return depthwise_grad_weight(c, x, grad, grad_weight);
  const Index filters = c.filters / c.groups;
  if (is_product(c)) {
    const Index channels = c.channels / c.groups;
    for (Index group = 0; group < c.groups; ++group)
      gemm(channels, filters, c.batch * c.height * c.width, {x + group * channels, 1, c.channels},
           {grad + group * filters, c.filters, 1}, grad_weight + group * filters, c.filters, {});
    return;
  }
  if (winograd_takes(c))
    return winograd_grad_weight({x, c.batch, c.height, c.width, c.channels, c.rows, c.columns, c.top, c.left}, grad,
                                filters, grad_weight);
  if (is_narrow(c)) return narrow_grad_weight(c, x, grad, grad_weight);
  for (Index group = 0; group < c.groups; ++group)
    grad_weight_of_group(input_patches(c, x, group), c.batch, grad + group * filters, c.filters, filters,
                         grad_weight + group * filters);
}

}  // namespace dlcli::DLCLI_ISA
