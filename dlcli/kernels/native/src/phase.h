// The input gradient of a strided convolution, one residue class of pixels after the other.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

// The kernel positions of one axis that reach the pixels ≡ phase modulo the stride, sorted by the output pixel they come
// from: kernel position `last − i kernel_step` meets output pixel `pixel / stride + offset + i input_step`.
struct Phase {
  Index count, last, kernel_step, offset, input_step;

  Phase(Index phase, Index kernel, Index stride, Index dilation, Index padding) {
    count = last = offset = 0;
    // A position meets pixels of this phase only if (phase + padding − position dilation) is a multiple of the stride;
    // the next position that does is stride / gcd(stride, dilation) further on.
    kernel_step = 1;
    while (kernel_step * dilation % stride) ++kernel_step;
    input_step = kernel_step * dilation / stride;
    for (Index position = 0; position < kernel; ++position) {
      const Index distance = phase + padding - position * dilation;
      if (distance % stride) continue;
      ++count;
      last = position;
      offset = distance / stride;
    }
  }
};

}  // namespace dlcli::DLCLI_ISA
