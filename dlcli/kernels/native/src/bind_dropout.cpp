#include "array.h"
#include "bindings.h"

#include <cmath>

namespace dlcli {

using namespace nb::literals;

namespace {

bool is_float32(nb::handle dtype) {
  PyArray_Descr* description = nullptr;
  if (!PyArray_DescrConverter(dtype.ptr(), &description)) {
    PyErr_Clear();
    return false;
  }
  const bool single = description->type_num == NPY_FLOAT32;
  Py_DECREF(description);
  return single;
}

}  // namespace

void bind_dropout(nb::module_& module) {
  module.def("dropout_mask", [](nb::tuple shape, const Number& number, nb::object generator, nb::object dtype) {
    npy_intp sizes[NPY_MAXDIMS];
    const int ndim = static_cast<int>(shape.size());
    require(is_float32(dtype) && ndim <= NPY_MAXDIMS);
    Index size = 1;
    for (int axis = 0; axis < ndim; ++axis) size *= sizes[axis] = nb::cast<npy_intp>(shape[axis]);
    Result mask(ndim, sizes);
    const auto key = nb::cast<std::uint64_t>(generator.attr("bit_generator").attr("random_raw")());
    const double rate = number.value;
    const auto threshold = static_cast<std::uint32_t>(std::ceil(rate * 16777216));
    kernels().dropout_mask(key, threshold, static_cast<float>(1 / (1 - rate)), mask.data, size);
    return mask.array;
  }, "shape"_a, "rate"_a, "generator"_a, "dtype"_a);
}

}  // namespace dlcli
