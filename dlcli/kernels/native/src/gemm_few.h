// Products with so few rows, columns or terms that packing both matrices would cost more than it saves.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

// Computes the product, with the arguments of gemm_serial, and returns true; returns false if it is not small enough in any
// dimension. Uses Scratch::gemm_a and gemm_b.
bool gemm_few(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue);

}  // namespace dlcli::DLCLI_ISA
