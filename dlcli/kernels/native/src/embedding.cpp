// Rows looked up in a table, and gradients added to the rows they came from.
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of floats whose copying takes longer than waking a thread
constexpr Index GRAIN = 32768;

}  // namespace

void embedding(const float* weight, Index width, const Index* indices, Index count, float* rows) {
  divide(count, GRAIN / (width + 1) + 1, 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i)
      map(weight + indices[i] * width, rows + i * width, 0, width, [](Vec v) { return v; });
  });
}

// Every thread processes all indices, but only its own columns, so each sum is in the order of the indices for any number of
// threads.
void embedding_backward(const float* grad, Index width, const Index* indices, Index count, Index num_embeddings,
                        float* grad_weight) {
  const Index columns = (width + W - 1) / W;
  const int wanted = useful_threads((count + num_embeddings) * width, GRAIN);
  on_threads(wanted < columns ? wanted : static_cast<int>(columns ? columns : 1), [&](int thread, int threads) {
    const Index begin = part(columns, thread, threads) * W;
    const Index stop = part(columns, thread + 1, threads) * W, end = stop < width ? stop : width;
    for (Index v = 0; v < num_embeddings; ++v)
      for (Index j = begin; j < end; ++j) grad_weight[v * width + j] = 0;
    for (Index i = 0; i < count; ++i) {
      float* sum = grad_weight + indices[i] * width;
      map(sum, grad + i * width, sum, begin, end, [](Vec total, Vec more) { return total + more; });
    }
  });
}

}  // namespace dlcli::DLCLI_ISA
