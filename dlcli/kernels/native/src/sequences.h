// A batch of sequences that a recurrent layer reads.
#pragma once

#include <cstddef>

namespace dlcli {

// Inputs (batch, length, inputs), states (batch, length, size).
struct Sequences {
  std::ptrdiff_t batch, length, inputs, size;
  bool reverse;
  const unsigned char* mask;  // (batch, length), 0 where a step is padding; null when none is

  // the step that is computed as number i
  std::ptrdiff_t step(std::ptrdiff_t i) const { return reverse ? length - 1 - i : i; }
  bool padded(std::ptrdiff_t n, std::ptrdiff_t t) const { return mask && !mask[n * length + t]; }

  // state (size,) from which step t of sequence n starts, null for zeros
  const float* before(const float* states, const float* initial, std::ptrdiff_t n, std::ptrdiff_t t) const {
    if (t == step(0)) return initial ? initial + n * size : nullptr;
    return states + (n * length + (reverse ? t + 1 : t - 1)) * size;
  }
};

}  // namespace dlcli
