// Products with so few rows, columns or terms that packing both matrices would cost more than it brings.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

// Takes the product as gemm_serial gets it and computes it, or says no. Uses Scratch::gemm_a and gemm_b.
bool gemm_few(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue);

}  // namespace dlcli::DLCLI_ISA
