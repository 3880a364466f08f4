// What kernels and bindings share: the table of kernels, one instance for each instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dlcli {

using Index = std::ptrdiff_t;

struct Kernels {
#define KERNEL(result, name, arguments) result(*name) arguments;
#include "kernels.def"
#undef KERNEL
};

// the table of the widest instruction set that this machine has, or of the one that DLCLI_NATIVE_ISA names
const Kernels& kernels();

}  // namespace dlcli

#ifdef DLCLI_ISA
namespace dlcli::DLCLI_ISA {
#define KERNEL(result, name, arguments) result name arguments;
#include "kernels.def"
#undef KERNEL
}  // namespace dlcli::DLCLI_ISA
#endif
