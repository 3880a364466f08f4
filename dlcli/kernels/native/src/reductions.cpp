// Sums over an array, in a fixed order.
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

void column_sums(const float* x, Index rows, Index columns, float* sums) {
  divide(columns, 65536 / (rows + 1) + 1, 2 * W, [&](Index begin, Index end) {
    Index j = begin;
    for (; j + 2 * W <= end; j += 2 * W) {
      Vec first = {}, second = {};
      for (Index i = 0; i < rows; ++i) {
        first += load(x + i * columns + j);
        second += load(x + i * columns + j + W);
      }
      store(sums + j, first);
      store(sums + j + W, second);
    }
    for (; j < end; j += W) {
      const Index width = end - j < W ? end - j : W;
      Vec total = {};
      if (width == W)
        for (Index i = 0; i < rows; ++i) total += load(x + i * columns + j);
      else
        for (Index i = 0; i < rows; ++i) total += load_partial(x + i * columns + j, width);
      if (width == W)
        store(sums + j, total);
      else
        store_partial(sums + j, total, width);
    }
  });
}

}  // namespace dlcli::DLCLI_ISA
