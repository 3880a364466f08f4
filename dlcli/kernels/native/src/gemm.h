// Products of float32 matrices.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

// C (m, n), its rows c_row apart, from A (m, k) and B (k, n), on the calling thread: for use inside a kernel's own
// threads. `gemm` of kernels.def does the same with the whole pool.
//
// Fastest where B has adjacent columns (as W in x W) or adjacent rows (as Wᵀ in g Wᵀ), and A likewise. Uses
// Scratch::gemm_a and gemm_b.
void gemm_serial(Index m, Index n, Index k, Matrix a, Matrix b, float* c, Index c_row, const Epilogue& epilogue);

}  // namespace dlcli::DLCLI_ISA
