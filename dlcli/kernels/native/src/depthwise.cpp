// Every number of a result is summed by one thread, except for the weight gradient, whose parts are added in the order
// of threads.
#include "depthwise.h"

#include "channels.h"

namespace dlcli::DLCLI_ISA {

void depthwise(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu) {
  const Index size = c.batch * c.height * c.width * c.channels, taps = c.window_h * c.window_w;
  each_row(c.batch, c.rows, c.columns * taps * c.channels, [&](Index image, Index row) {
    const Index row_end = (image * c.rows + row + 1) * c.columns * c.channels;
    for (Index column = 0; column < c.columns; ++column) {
      const Index to = ((image * c.rows + row) * c.columns + column) * c.channels;
      each_channel(c.channels, [&](Index k) {
        Vec sum = bias ? load_at(bias, k, c.channels) : Vec{};
        for (Index i = 0; i < c.window_h; ++i) {
          const Index h = row * c.stride_h - c.top + i * c.dilation_h;
          if (h < 0 || h >= c.height) continue;
          for (Index j = 0; j < c.window_w; ++j) {
            const Index w = column * c.stride_w - c.left + j * c.dilation_w;
            if (w < 0 || w >= c.width) continue;
            sum += load_at(x, ((image * c.height + h) * c.width + w) * c.channels + k, size) *
                   load_at(weight, (i * c.window_w + j) * c.channels + k, taps * c.channels);
          }
        }
        store_at(y, to + k, row_end, relu ? (sum < 0.0f ? Vec{} : sum) : sum);
      });
    }
  });
}

void depthwise_grad_input(const Convolution& c, const float* grad, const float* weight, float* grad_x) {
  const Index size = c.batch * c.rows * c.columns * c.channels, taps = c.window_h * c.window_w;
  each_row(c.batch, c.height, c.width * taps * c.channels, [&](Index image, Index h) {
    const Index row_end = (image * c.height + h + 1) * c.width * c.channels;
    for (Index w = 0; w < c.width; ++w) {
      const Index to = ((image * c.height + h) * c.width + w) * c.channels;
      each_channel(c.channels, [&](Index k) {
        Vec sum = {};
        for (Index i = 0; i < c.window_h; ++i) {
          const Index down = h + c.top - i * c.dilation_h;
          if (down < 0 || down % c.stride_h || down / c.stride_h >= c.rows) continue;
          for (Index j = 0; j < c.window_w; ++j) {
            const Index across = w + c.left - j * c.dilation_w;
            if (across < 0 || across % c.stride_w || across / c.stride_w >= c.columns) continue;
            const Index from = (image * c.rows + down / c.stride_h) * c.columns + across / c.stride_w;
            sum += load_at(grad, from * c.channels + k, size) *
                   load_at(weight, (i * c.window_w + j) * c.channels + k, taps * c.channels);
          }
        }
        store_at(grad_x, to + k, row_end, sum);
      });
    }
  });
}

void depthwise_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight) {
  const Index taps = c.window_h * c.window_w, width = (c.channels + W - 1) / W * W, part_size = taps * width;
  const Index x_size = c.batch * c.height * c.width * c.channels, size = c.batch * c.rows * c.columns * c.channels;
  if (part_size == 0) return;
  const int threads = useful_threads(c.batch * c.rows, 1 + CHANNEL_GRAIN / (c.columns * part_size + 1));
  float* partials = scratch(Scratch::caller, threads * part_size);
  int parts = 1;
  on_threads(threads, [&](int thread, int actual) {
    if (thread == 0) parts = actual;
    float* own = partials + thread * part_size;
    for (Index v = 0; v < part_size; v += W) store(own + v, Vec{});
    for (Index line = part(c.batch * c.rows, thread, actual); line < part(c.batch * c.rows, thread + 1, actual); ++line)
      for (Index i = 0; i < c.window_h; ++i) {
        const Index h = line % c.rows * c.stride_h - c.top + i * c.dilation_h;
        if (h < 0 || h >= c.height) continue;
        const Index image_row = (line / c.rows * c.height + h) * c.width;
        for (Index j = 0; j < c.window_w; ++j)
          each_channel(c.channels, [&](Index k) {
            Vec sum = {};
            for (Index column = 0; column < c.columns; ++column) {
              const Index w = column * c.stride_w - c.left + j * c.dilation_w;
              if (w < 0 || w >= c.width) continue;
              sum += load_at(x, (image_row + w) * c.channels + k, x_size) *
                     load_at(grad, (line * c.columns + column) * c.channels + k, size);
            }
            float* to = own + (i * c.window_w + j) * width + k;
            store(to, load(to) + sum);
          });
      }
  });
  for (Index tap = 0; tap < taps; ++tap)
    each_channel(c.channels, [&](Index k) {
      Vec sum = load(partials + tap * width + k);
      for (int thread = 1; thread < parts; ++thread) sum += load(partials + thread * part_size + tap * width + k);
      store_at(grad_weight, tap * c.channels + k, (tap + 1) * c.channels, sum);
    });
}

}  // namespace dlcli::DLCLI_ISA
