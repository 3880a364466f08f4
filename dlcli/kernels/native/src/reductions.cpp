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
    for_vectors(j, end, [&](Index at, Index width) {
      Vec total = {};
      for (Index i = 0; i < rows; ++i) total += load_width(x + i * columns + at, width);
      store_width(sums + at, total, width);
    });
  });
}

namespace {

// number of elements whose squares are summed in single precision; the sums of chunks are added in double precision
constexpr Index chunk = 4096;

DLCLI_INLINE double chunk_squares(const float* x, Index n) {
  Vec sums[4] = {};
  Index i = 0;
  for (; i + 4 * W <= n; i += 4 * W)
    for (Index q = 0; q < 4; ++q) {
      const Vec v = load(x + i + q * W);
      sums[q] += v * v;
    }
  for_vectors(i, n, [&](Index at, Index width) {
    const Vec v = load_width(x + at, width);
    sums[0] += v * v;
  });
  return sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

}  // namespace

double sum_of_squares(const float* x, Index n) {
  const Index chunks = (n + chunk - 1) / chunk;
  float* partial = shared_scratch(chunks);
  divide(chunks, 8, 1, [&](Index begin, Index end) {
    for (Index q = begin; q < end; ++q) {
      const Index start = q * chunk;
      partial[q] = static_cast<float>(chunk_squares(x + start, n - start < chunk ? n - start : chunk));
    }
  });
  double total = 0;
  for (Index q = 0; q < chunks; ++q) total += partial[q];
  return total;
}

bool is_finite(const float* x, Index n) {
  const Index chunks = (n + chunk - 1) / chunk;
  float* partial = shared_scratch(chunks);
  divide(chunks, 8, 1, [&](Index begin, Index end) {
    for (Index q = begin; q < end; ++q) {
      const Index start = q * chunk, stop = n - start < chunk ? n : start + chunk;
      // 0 · x is 0 where x is finite, else NaN
      Vec sums[4] = {};
      Index i = start;
      for (; i + 4 * W <= stop; i += 4 * W)
        for (Index v = 0; v < 4; ++v) sums[v] += load(x + i + v * W) * 0.0f;
      for_vectors(i, stop, [&](Index at, Index width) { sums[0] += load_width(x + at, width) * 0.0f; });
      partial[q] = sum((sums[0] + sums[1]) + (sums[2] + sums[3]));
    }
  });
  for (Index q = 0; q < chunks; ++q)
    if (partial[q] != 0.0f) return false;
  return true;
}

}  // namespace dlcli::DLCLI_ISA
