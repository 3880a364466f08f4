// NumPy arrays as the arguments and results of bindings.
//
// If a binding does not accept an argument, nanobind tries the next overload, the last of which is the reference twin
// (module.cpp). Arguments have the same names as those of the twin. For a shape that it does not accept, a binding calls
// `unfit`, with the same effect.
#pragma once

#define PY_ARRAY_UNIQUE_SYMBOL dlcli_native_numpy
#ifndef DLCLI_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#endif
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION

#include <nanobind/nanobind.h>
#include <numpy/arrayobject.h>

#include <initializer_list>

#include "kernels.h"

namespace dlcli {

namespace nb = nanobind;

// passes the call on to the reference twin, which returns the result or raises the error
[[noreturn]] inline void unfit() { throw nb::next_overload(); }

inline void require(bool fits) {
  if (!fits) unfit();
}

// A float32 array that is read; it is copied if it is not C-contiguous. `data` is null for None.
struct Input {
  nb::object owner;
  const float* data = nullptr;
  Index size = 0;
  int ndim = 0;
  const npy_intp* shape = nullptr;

  explicit operator bool() const { return data != nullptr; }
  Index last() const { return shape[ndim - 1]; }
  // number of rows of the matrix in which all axes except the last are one
  Index rows() const { return last() ? size / last() : 0; }
};

// A float32 array that is written. If it is not C-contiguous and writable, the call goes to the reference twin. `data` is
// null for None.
struct Output {
  nb::handle owner;
  float* data = nullptr;
  Index size = 0;
  int ndim = 0;
  const npy_intp* shape = nullptr;

  explicit operator bool() const { return data != nullptr; }
};

// An array of integers, converted to C-contiguous intp
struct Labels {
  nb::object owner;
  const npy_intp* data = nullptr;
  Index size = 0;
  int ndim = 0;
  const npy_intp* shape = nullptr;
};

// Inputs of all steps of sequences: float32 vectors (N, T, D) or integer tokens (N, T)
struct Steps {
  Input vectors;
  Labels tokens;

  bool are_tokens() const { return tokens.data != nullptr; }
  bool are_sequences() const { return are_tokens() ? tokens.ndim == 2 : vectors.ndim == 3; }
  Index axis(int i) const { return are_tokens() ? tokens.shape[i] : vectors.shape[i]; }
};

// One number for all rows, or a float32 vector with one number for each row
struct Scale {
  nb::object owner;
  const float* data = nullptr;
  Index size = 0;
  float value = 0;
};

// Any real number. nanobind's own conversions reject an int for a double, and a double that float32 would round; the call
// would then silently go to the reference twin.
struct Number {
  double value = 0;

  operator float() const { return static_cast<float>(value); }
};

// A new float32 array from NumPy's allocator, which the package replaces with its own (allocator.cpp)
struct Result {
  nb::object array;
  float* data;

  Result(int ndim, const npy_intp* shape) {
    array = nb::steal(PyArray_SimpleNew(ndim, const_cast<npy_intp*>(shape), NPY_FLOAT32));
    if (!array) throw nb::python_error();
    data = static_cast<float*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(array.ptr())));
  }
  explicit Result(const Input& like) : Result(like.ndim, like.shape) {}
  Result(std::initializer_list<npy_intp> shape) : Result(static_cast<int>(shape.size()), shape.begin()) {}
};

inline bool same_shape(const Input& a, const Input& b) {
  return a.ndim == b.ndim && PyArray_CompareLists(a.shape, b.shape, a.ndim);
}

// Destination of a result: `out` if it is given, otherwise a new array
struct Destination {
  nb::object array;
  float* data;

  Destination(const Output& out, std::initializer_list<npy_intp> shape) {
    if (out) {
      require(out.ndim == static_cast<int>(shape.size()) && PyArray_CompareLists(out.shape, shape.begin(), out.ndim));
      array = nb::borrow(out.owner);
      data = out.data;
    } else {
      Result result(shape);
      array = std::move(result.array);
      data = result.data;
    }
  }
};

}  // namespace dlcli

namespace nanobind::detail {

template <>
struct type_caster<dlcli::Input> {
  NB_TYPE_CASTER(dlcli::Input, const_name("numpy.ndarray"))

  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    if (source.is_none()) return true;
    if (!PyArray_Check(source.ptr())) return false;
    auto* array = reinterpret_cast<PyArrayObject*>(source.ptr());
    if (PyArray_TYPE(array) != NPY_FLOAT32) return false;
    if (PyArray_IS_C_CONTIGUOUS(array) && PyArray_ISBEHAVED_RO(array)) {
      value.owner = borrow(source);
    } else {
      value.owner = steal(PyArray_FromArray(array, PyArray_DescrFromType(NPY_FLOAT32), NPY_ARRAY_CARRAY_RO));
      if (!value.owner) {
        PyErr_Clear();
        return false;
      }
      array = reinterpret_cast<PyArrayObject*>(value.owner.ptr());
    }
    value.data = static_cast<const float*>(PyArray_DATA(array));
    value.size = PyArray_SIZE(array);
    value.ndim = PyArray_NDIM(array);
    value.shape = PyArray_DIMS(array);
    return true;
  }
};

template <>
struct type_caster<dlcli::Output> {
  NB_TYPE_CASTER(dlcli::Output, const_name("numpy.ndarray"))

  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    if (source.is_none()) return true;
    if (!PyArray_Check(source.ptr())) return false;
    auto* array = reinterpret_cast<PyArrayObject*>(source.ptr());
    if (PyArray_TYPE(array) != NPY_FLOAT32 || !PyArray_IS_C_CONTIGUOUS(array) || !PyArray_ISBEHAVED(array)) return false;
    value.owner = source;
    value.data = static_cast<float*>(PyArray_DATA(array));
    value.size = PyArray_SIZE(array);
    value.ndim = PyArray_NDIM(array);
    value.shape = PyArray_DIMS(array);
    return true;
  }
};

template <>
struct type_caster<dlcli::Labels> {
  NB_TYPE_CASTER(dlcli::Labels, const_name("numpy.ndarray"))

  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    if (!PyArray_Check(source.ptr())) return false;
    auto* array = reinterpret_cast<PyArrayObject*>(source.ptr());
    if (!PyArray_ISINTEGER(array)) return false;
    if (PyArray_TYPE(array) == NPY_INTP && PyArray_IS_C_CONTIGUOUS(array) && PyArray_ISBEHAVED_RO(array)) {
      value.owner = borrow(source);
    } else {
      value.owner = steal(PyArray_FromArray(array, PyArray_DescrFromType(NPY_INTP), NPY_ARRAY_CARRAY_RO));
      if (!value.owner) {
        PyErr_Clear();
        return false;
      }
      array = reinterpret_cast<PyArrayObject*>(value.owner.ptr());
    }
    value.data = static_cast<const npy_intp*>(PyArray_DATA(array));
    value.size = PyArray_SIZE(array);
    value.ndim = PyArray_NDIM(array);
    value.shape = PyArray_DIMS(array);
    return true;
  }
};

template <>
struct type_caster<dlcli::Steps> {
  NB_TYPE_CASTER(dlcli::Steps, const_name("numpy.ndarray"))

  bool from_python(handle source, uint8_t flags, cleanup_list* cleanup) noexcept {
    make_caster<dlcli::Labels> tokens;
    make_caster<dlcli::Input> vectors;
    if (tokens.from_python(source, flags, cleanup))
      value.tokens = std::move(tokens.value);
    else if (vectors.from_python(source, flags, cleanup))
      value.vectors = std::move(vectors.value);
    else
      return false;
    return true;
  }
};

template <>
struct type_caster<dlcli::Scale> {
  NB_TYPE_CASTER(dlcli::Scale, const_name("numpy.ndarray | float"))

  bool from_python(handle source, uint8_t flags, cleanup_list* cleanup) noexcept {
    if (PyArray_Check(source.ptr()) && PyArray_NDIM(reinterpret_cast<PyArrayObject*>(source.ptr())) > 0) {
      make_caster<dlcli::Input> vector;
      if (!vector.from_python(source, flags, cleanup) || vector.value.ndim != 1) return false;
      value.owner = std::move(vector.value.owner);
      value.data = vector.value.data;
      value.size = vector.value.size;
      return true;
    }
    const double number = PyFloat_AsDouble(source.ptr());
    if (number == -1 && PyErr_Occurred()) {
      PyErr_Clear();
      return false;
    }
    value.value = static_cast<float>(number);
    return true;
  }
};

template <>
struct type_caster<dlcli::Number> {
  NB_TYPE_CASTER(dlcli::Number, const_name("float"))

  bool from_python(handle source, uint8_t, cleanup_list*) noexcept {
    value.value = PyFloat_AsDouble(source.ptr());
    if (value.value != -1 || !PyErr_Occurred()) return true;
    PyErr_Clear();
    return false;
  }
};

}  // namespace nanobind::detail
