// The module `_native`, whose kernels have the names of their reference twins.
#define DLCLI_IMPORTS_NUMPY
#include "array.h"
#include "bindings.h"
#include "dispatch.h"
#include "threads.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace dlcli {

// Adds the reference twin as the last overload of the kernel with the same name.
static void set_reference(nb::module_& module, const char* name, nb::object twin) {
  module.def(name, [twin = std::move(twin)](nb::args args, nb::kwargs kwargs) { return twin(*args, **kwargs); });
}

}  // namespace dlcli

static void* import_numpy() {
  import_array();
  return nullptr;
}

NB_MODULE(_native, module) {
  import_numpy();
  if (PyErr_Occurred()) throw nanobind::python_error();
  nanobind::set_leak_warnings(false);

  module.def("usable_isas", dlcli::usable_isas);
  module.def("choose_isa", dlcli::choose_isa);
  module.def("chosen_isa", dlcli::chosen_isa);
  module.def("set_max_threads", dlcli::set_max_threads);
  module.def("max_threads", dlcli::max_threads);
  module.def("install_allocator", dlcli::install_allocator);
  module.def("set_reference", [](nanobind::module_ self, const char* name, nanobind::object twin) {
    dlcli::set_reference(self, name, std::move(twin));
  });

  dlcli::bind_activations(module);
  dlcli::bind_arithmetic(module);
  dlcli::bind_images(module);
  dlcli::bind_dropout(module);
  dlcli::bind_linear(module);
  dlcli::bind_recurrent(module);
  dlcli::bind_losses(module);
  dlcli::bind_normalization(module);
  dlcli::bind_optimizers(module);
}
