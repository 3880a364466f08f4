// Convolution with 3×3 filters in 2.25 times fewer multiplications: F(2×2, 3×3) of Lavin & Gray 2015, arXiv:1509.09308.
//
// The 2×2 output pixels of a tile are Aᵀ [(G w Gᵀ) ⊙ (Bᵀ d B)] A for 4×4 input pixels d. Each of the 16 elements of the
// product ⊙ becomes a matrix product, (tiles, channels) by (channels, filters), so that the sum over channels precedes the
// inverse transform. The matrices contain only 0, ±1 and ±1/2, so that rounding errors are close to those of direct
// convolution.
#pragma once

#include "tiles.h"

namespace dlcli::DLCLI_ISA {

// Images (batch, height, width, channels) with (rows, columns) output pixels each. The filter of the first output pixel
// starts at (−top, −left); the stride is 1.
struct WinogradInput {
  const float* images;
  Index batch, height, width, channels, rows, columns, top, left;
};

// whether the algorithm is faster: for whole vectors of channels and filters, and enough of them
bool winograd_pays(Index channels, Index filters);

// Convolves images with filters, like multiply_patches (convolution.cpp).
void winograd_multiply(const WinogradInput& input, const Filters& filters, const Target& target);

// Computes the weight gradient from images and grad (batch, rows, columns, filters).
void winograd_grad_weight(const WinogradInput& input, const float* grad, Index filters, float* grad_weight);

}  // namespace dlcli::DLCLI_ISA
