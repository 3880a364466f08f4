// Loops over the channels of images, shared by pooling and depthwise convolution.
#pragma once

#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

// number of input elements whose processing takes longer than waking a thread
constexpr Index CHANNEL_GRAIN = 32768;

// Calls body(image, row) for all rows of all images, divided among the threads.
template <class Body>
static inline void each_row(Index batch, Index rows, Index work, const Body& body) {
  divide(batch * rows, 1 + CHANNEL_GRAIN / (work + 1), 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) body(i / rows, i % rows);
  });
}

// Calls op(channel) for every vector of channels; the last vector may extend beyond the last channel.
template <class Op>
DLCLI_INLINE void each_channel(Index channels, const Op& op) {
  for (Index c = 0; c < channels; c += W) op(c);
}

// Channels are read and written in whole vectors: a vector that extends beyond the end of a pixel covers the start of the
// next pixel, which is written later. Only at the end of the array (of `size` floats), or of this row's part of it, is the
// vector partial.
DLCLI_INLINE Vec load_at(const float* p, Index at, Index size) {
  return at + W <= size ? load(p + at) : load_partial(p + at, size - at);
}

DLCLI_INLINE void store_at(float* p, Index at, Index size, Vec v) {
  if (at + W <= size)
    store(p + at, v);
  else
    store_partial(p + at, v, size - at);
}

}  // namespace dlcli::DLCLI_ISA
