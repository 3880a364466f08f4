// A batch of sequences that a recurrent layer reads.
#pragma once

#include <cstddef>

namespace dlcli {

// Inputs (batch, length, inputs), states (batch, length, size). If the inputs are tokens instead of vectors, `inputs` is 0,
// and the input weight has `vocabulary` rows, which are looked up instead of multiplied.
struct Sequences {
  std::ptrdiff_t batch, length, inputs, size;
  bool reverse;
  const unsigned char* mask;               // (batch, length), 0 where a step is padding; null if none is
  const std::ptrdiff_t* tokens = nullptr;  // (batch, length), from 0 to vocabulary − 1; null if there are vectors
  std::ptrdiff_t vocabulary = 0;

  // step that is computed in iteration i
  std::ptrdiff_t step(std::ptrdiff_t i) const { return reverse ? length - 1 - i : i; }
  bool padded(std::ptrdiff_t n, std::ptrdiff_t t) const { return mask && !mask[n * length + t]; }

  // row of the input weight (vocabulary, columns) that step t of sequence n looks up, null if there are vectors
  const float* looked_up(const float* weight, std::ptrdiff_t columns, std::ptrdiff_t n, std::ptrdiff_t t) const {
    return tokens ? weight + tokens[n * length + t] * columns : nullptr;
  }

  // state (size,) from which step t of sequence n starts, null for zeros
  const float* before(const float* states, const float* initial, std::ptrdiff_t n, std::ptrdiff_t t) const {
    if (t == step(0)) return initial ? initial + n * size : nullptr;
    return states + (n * length + (reverse ? t + 1 : t - 1)) * size;
  }
};

}  // namespace dlcli
