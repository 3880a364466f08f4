// The table of this instruction set's kernels.
#include "kernels.h"

namespace dlcli::DLCLI_ISA {

extern const Kernels table;
const Kernels table = {
#define KERNEL(result, name, arguments) name,
#include "kernels.def"
#undef KERNEL
};

}  // namespace dlcli::DLCLI_ISA
