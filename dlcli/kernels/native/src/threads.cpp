#include "threads.h"

#include <cstdlib>
#include <new>

#ifdef __unix__
#include <pthread.h>
#endif

namespace dlcli {

namespace {

int thread_limit = 1;

// memory that grows to the largest requested size
struct Buffer {
  float* data = nullptr;
  Index size = 0;

  ~Buffer() { std::free(data); }

  // The contents need not be kept when the buffer grows, so it is freed and allocated again instead of copied.
  float* reserve(Index floats) {
    if (floats > size) {
      std::free(data);
      size = 0;
      const std::size_t bytes = (static_cast<std::size_t>(floats) * sizeof(float) + 4095) / 4096 * 4096;
      data = static_cast<float*>(std::aligned_alloc(64, bytes));
      if (data == nullptr) throw std::bad_alloc();
      size = static_cast<Index>(bytes / sizeof(float));
    }
    return data;
  }
};

}  // namespace

int max_threads() {
#ifdef _OPENMP
  // a kernel called from inside a parallel region stays on its thread
  return omp_in_parallel() ? 1 : thread_limit;
#else
  return 1;
#endif
}

void set_max_threads(int threads) {
  thread_limit = threads < 1 ? 1 : threads;
#if defined(_OPENMP) && defined(__unix__)
  // the threads of the pool do not exist in a forked child, and GNU's OpenMP would wait for them forever
  static const int registered = pthread_atfork(nullptr, nullptr, [] { thread_limit = 1; });
  (void)registered;
#endif
}

float* scratch(Scratch slot, Index floats) {
  static thread_local Buffer buffers[static_cast<int>(Scratch::count)];
  return buffers[static_cast<int>(slot)].reserve(floats);
}

}  // namespace dlcli
