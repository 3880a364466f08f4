// Elementwise sums and products of arrays of the same shape.
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of elements whose processing takes longer than waking a thread
constexpr Index grain = 32768;

}  // namespace

void add(const float* a, const float* b, float* y, Index n) {
  divide(n, grain, 64, [&](Index begin, Index end) { map(a, b, y, begin, end, [](Vec u, Vec v) { return u + v; }); });
}

void multiply(const float* a, const float* b, float* y, Index n) {
  divide(n, grain, 64, [&](Index begin, Index end) { map(a, b, y, begin, end, [](Vec u, Vec v) { return u * v; }); });
}

}  // namespace dlcli::DLCLI_ISA
