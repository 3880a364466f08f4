// The one pool of threads, and how work is divided among them.
//
// Small work runs on the calling thread. What each thread does depends on the size and the thread count alone, so that
// results are the same bits from run to run.
#pragma once

#ifdef _OPENMP
#include <omp.h>
#endif

#include "kernels.h"

namespace dlcli {

// threads that a kernel may use, the calling one included
int max_threads();
void set_max_threads(int threads);

// Scratch memory of the calling thread, 64-byte aligned, kept for the thread's life and grown when it must be. What is
// in it when a kernel starts is undefined. Kernels that call each other use different slots.
enum class Scratch { gemm_a, gemm_b, caller, other, count };
float* scratch(Scratch slot, Index floats);

// memory that the threads of one kernel share (partial sums): also a slot of the calling thread, filled by the others
inline float* shared_scratch(Index floats) { return scratch(Scratch::other, floats); }

}  // namespace dlcli

#ifdef DLCLI_ISA
namespace dlcli::DLCLI_ISA {

// how many threads are worth it for `work` units, of which `grain` take longer than waking a thread
static inline int useful_threads(Index work, Index grain) {
  const Index wanted = work / grain;
  const int limit = max_threads();
  return wanted < 2 || limit < 2 ? 1 : (wanted < limit ? static_cast<int>(wanted) : limit);
}

// first item of a thread's part when `items` are divided into `threads` parts of nearly the same size
static inline Index part(Index items, int thread, int threads) { return items * thread / threads; }

// body(thread, threads) on each of `threads` threads; body(0, 1) without leaving this one when that is all. The team
// is always the whole pool, since GNU's OpenMP ends the threads that a smaller team leaves out.
template <class Body>
static inline void on_threads([[maybe_unused]] int threads, const Body& body) {
#ifdef _OPENMP
  if (threads > 1) {
#pragma omp parallel num_threads(max_threads())
    {
      // a pool that could not start all its threads still does all the work
      const int team = omp_get_num_threads() < threads ? omp_get_num_threads() : threads;
      if (omp_get_thread_num() < team) body(omp_get_thread_num(), team);
    }
    return;
  }
#endif
  body(0, 1);
}

// body(begin, end) over parts of [0, n), cut at multiples of `multiple`
template <class Body>
static inline void divide(Index n, Index grain, Index multiple, const Body& body) {
  const int wanted = useful_threads(n, grain);
  if (wanted == 1) return body(Index(0), n);
  const Index blocks = (n + multiple - 1) / multiple;
  on_threads(wanted, [&](int thread, int threads) {
    const Index begin = part(blocks, thread, threads) * multiple;
    const Index end = part(blocks, thread + 1, threads) * multiple;
    if (begin < n) body(begin, end < n ? end : n);
  });
}

}  // namespace dlcli::DLCLI_ISA
#endif
