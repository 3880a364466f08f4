// One function for each bind_<topic>.cpp, called when the module is created.
#pragma once

#include <nanobind/nanobind.h>

namespace dlcli {

void install_allocator();

void bind_activations(nanobind::module_& module);
void bind_arithmetic(nanobind::module_& module);
void bind_images(nanobind::module_& module);
void bind_dropout(nanobind::module_& module);
void bind_linear(nanobind::module_& module);
void bind_losses(nanobind::module_& module);
void bind_normalization(nanobind::module_& module);
void bind_optimizers(nanobind::module_& module);
void bind_recurrent(nanobind::module_& module);

}  // namespace dlcli
