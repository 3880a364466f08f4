// The gradient of a strided convolution, one class of pixels after the other.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

// The taps of one axis that reach pixels ≡ phase modulo the stride, in order of the output that they come from:
// tap(i) = last − i step meets output pixel / stride + first + i apart.
struct Phase {
  Index count, last, step, first, apart;

  Phase(Index phase, Index window, Index stride, Index dilation, Index before) {
    count = last = first = 0;
    step = 1;
    while (step * dilation % stride) ++step;
    apart = step * dilation / stride;
    for (Index tap = 0; tap < window; ++tap) {
      const Index offset = phase + before - tap * dilation;
      if (offset % stride) continue;
      ++count;
      last = tap;
      first = offset / stride;
    }
  }
};

}  // namespace dlcli::DLCLI_ISA
