// Declarations shared by kernels and bindings: the table of kernels, of which every instruction set has one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sequences.h"
#include "windows.h"

namespace dlcli {

using Index = std::ptrdiff_t;

// A matrix that is read: element (i, j) is data[i * row + j * column], so a transpose is a change of strides.
struct Matrix {
  const float* data;
  Index row;
  Index column;

  Matrix transposed() const { return {data, column, row}; }
};

enum class Activation { none, relu, sigmoid, tanh };

// Operations on a product A·B before it is stored: C = activation(A·B + bias) with a bias (N,) or null; with `accumulate`,
// the old C is added to the product first.
struct Epilogue {
  const float* bias = nullptr;
  Activation activation = Activation::none;
  bool accumulate = false;
};

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
