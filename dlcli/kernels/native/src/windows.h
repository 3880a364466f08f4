// Sizes of the inputs and outputs of convolution, pooling and resampling.
#pragma once

#include <cstddef>

namespace dlcli {

// Images (batch, height, width, channels); results (batch, rows, columns, …).
struct Windows {
  std::ptrdiff_t batch, height, width, channels;
  std::ptrdiff_t rows, columns;
  std::ptrdiff_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
  std::ptrdiff_t top, left;  // padding before the first pixel; that after the last one follows from the sizes
};

// Images (batch, height, width, channels) that become (batch, rows, columns, channels).
struct Resampling {
  std::ptrdiff_t batch, height, width, channels, rows, columns;
};

// Filters (kernel_h, kernel_w, channels / groups, filters).
struct Convolution : Windows {
  std::ptrdiff_t filters, groups;
};

}  // namespace dlcli
