#include "array.h"
#include "bindings.h"

namespace dlcli {

using namespace nb::literals;

namespace {

using Binary = void (*Kernels::*)(const float*, const float*, float*, Index);

// Binds a kernel for arrays of the same shape; arrays that have to be broadcast are left to the reference.
void def(nb::module_& module, const char* name, Binary kernel) {
  module.def(name, [kernel](const Input& a, const Input& b) {
    require(a && b && same_shape(a, b));
    Result y(a);
    (kernels().*kernel)(a.data, b.data, y.data, a.size);
    return y.array;
  }, "a"_a, "b"_a);
}

}  // namespace

void bind_arithmetic(nb::module_& module) {
  def(module, "add", &Kernels::add);
  def(module, "multiply", &Kernels::multiply);
}

}  // namespace dlcli
