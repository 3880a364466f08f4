// Allocator for NumPy arrays that keeps freed memory and reuses it.
//
// For every large array, malloc requests new memory from the system, which costs page faults, and the array is not aligned
// to cache lines. Here, freed blocks stay on a list for their size, and every block starts at a cache line. Sizes are
// rounded up to one of eight steps per octave, so at most an eighth is lost. Blocks beyond `capacity` are returned to the
// system.
#include "array.h"
#include "bindings.h"

#include <cstdlib>
#include <cstring>
#include <mutex>

namespace dlcli {

namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t smallest = 64;
constexpr int steps_per_octave = 8;
constexpr int classes = 40 * steps_per_octave;
// maximum number of bytes of freed memory that are kept
constexpr std::size_t capacity = std::size_t(1) << 30;

// header before every block, in a separate cache line
struct alignas(alignment) Header {
  Header* next;
  std::size_t size;
  int size_class;
};

std::mutex mutex;
Header* freed[classes];
std::size_t freed_bytes = 0;

// Returns the class of the smallest block that holds `size` bytes, and rounds `size` up to the size of that block.
int size_class(std::size_t& size) {
  if (size <= smallest) {
    size = smallest;
    return 0;
  }
  const int octave = 63 - __builtin_clzll(size - 1);
  std::size_t step = (std::size_t(1) << octave) / steps_per_octave;
  if (step < alignment) step = alignment;
  const std::size_t steps = (size - (std::size_t(1) << octave) + step - 1) / step;
  size = (std::size_t(1) << octave) + steps * step;
  return (octave - 6) * steps_per_octave + static_cast<int>(steps);
}

void* allocate(void*, std::size_t size) {
  const int wanted = size_class(size);
  if (wanted >= classes) return nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (Header* block = freed[wanted]) {
      freed[wanted] = block->next;
      freed_bytes -= block->size;
      return block + 1;
    }
  }
  // no lock is needed here, as only the lists are shared
  void* memory = std::aligned_alloc(alignment, sizeof(Header) + size);
  if (memory == nullptr) return nullptr;
  return new (memory) Header{nullptr, size, wanted} + 1;
}

void* allocate_zeros(void*, std::size_t count, std::size_t element_size) {
  std::size_t size;
  if (__builtin_mul_overflow(count, element_size, &size)) return nullptr;
  void* memory = allocate(nullptr, size);
  return memory == nullptr ? nullptr : std::memset(memory, 0, size);
}

void release(void*, void* memory, std::size_t) {
  if (memory == nullptr) return;
  Header* block = static_cast<Header*>(memory) - 1;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (freed_bytes + block->size <= capacity) {
      block->next = freed[block->size_class];
      freed[block->size_class] = block;
      freed_bytes += block->size;
      return;
    }
  }
  // the kept blocks would exceed `capacity`
  std::free(block);
}

void* reallocate(void*, void* memory, std::size_t size) {
  if (memory == nullptr) return allocate(nullptr, size);
  const std::size_t current_size = (static_cast<Header*>(memory) - 1)->size;
  if (size <= current_size) return memory;
  void* larger = allocate(nullptr, size);
  if (larger == nullptr) return nullptr;
  std::memcpy(larger, memory, current_size);
  release(nullptr, memory, current_size);
  return larger;
}

PyDataMem_Handler handler = {"dlcli", 1, {nullptr, allocate, allocate_zeros, reallocate, release}};

}  // namespace

void install_allocator() {
#ifdef __SANITIZE_ADDRESS__
  return;  // with malloc, AddressSanitizer finds accesses beyond an array; blocks that are reused and rounded up hide them
#endif
  const nb::object capsule = nb::steal(PyCapsule_New(&handler, "mem_handler", nullptr));
  if (!capsule) throw nb::python_error();
  const nb::object before = nb::steal(PyDataMem_SetHandler(capsule.ptr()));
  if (!before) throw nb::python_error();
}

}  // namespace dlcli
