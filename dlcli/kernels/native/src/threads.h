// The thread pool, and the division of work among its threads.
//
// Small work runs on the calling thread. What each thread does depends only on the size and the thread count, so that every
// run has the same results bit for bit.
#pragma once

#ifdef _OPENMP
#include <omp.h>
#endif

#include "kernels.h"

namespace dlcli {

// maximum number of threads that a kernel may use, including the calling one
int max_threads();
void set_max_threads(int threads);

// Scratch memory of the calling thread, 64-byte aligned, which is kept until the thread ends and grows as needed. Its
// contents are undefined when a kernel starts. Kernels that call each other use different slots.
enum class Scratch { gemm_a, gemm_b, caller, other, count };
float* scratch(Scratch slot, Index floats);

// memory that the threads of one kernel share, such as partial sums: a slot of the calling thread that the others fill
inline float* shared_scratch(Index floats) { return scratch(Scratch::other, floats); }

}  // namespace dlcli

#ifdef DLCLI_ISA
namespace dlcli::DLCLI_ISA {

// number of threads that are worth it for `work` units, of which `grain` take longer than waking a thread
static inline int useful_threads(Index work, Index grain) {
  const Index wanted = work / grain;
  const int limit = max_threads();
  return wanted < 2 || limit < 2 ? 1 : (wanted < limit ? static_cast<int>(wanted) : limit);
}

// first item of a thread's part when `items` are divided into `threads` parts of nearly the same size
static inline Index part(Index items, int thread, int threads) { return items * thread / threads; }

// Calls body(thread, threads) on each of `threads` threads; if there is only one, calls body(0, 1) on the calling thread. The
// team is always the whole pool, since GNU's OpenMP ends the threads that are not part of a smaller team.
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

// Calls body(begin, end) for parts of [0, n), which begin at multiples of `multiple`, on as many threads as are worth it.
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
