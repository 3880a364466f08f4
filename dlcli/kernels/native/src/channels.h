// Loops over images channel by channel: what pooling and depthwise convolution share.
#pragma once

#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

// numbers looked at that take longer than waking a thread
constexpr Index CHANNEL_GRAIN = 32768;

// body(image, row) for all rows of all images, divided among threads
template <class Body>
static inline void each_row(Index batch, Index rows, Index work, const Body& body) {
  divide(batch * rows, 1 + CHANNEL_GRAIN / (work + 1), 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) body(i / rows, i % rows);
  });
}

// op(channel) for the channels, a vector at a time; the last one may reach over their end
template <class Op>
DLCLI_INLINE void each_channel(Index channels, const Op& op) {
  for (Index c = 0; c < channels; c += W) op(c);
}

// A row of channels that is read or written in whole vectors: what reaches over the end of a pixel is the pixel after
// it, which is written later. Only where the array (of `size` numbers), or this row's part of it, ends is there less.
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
