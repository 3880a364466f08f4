// Convolution with 3×3 filters in 2.25 times fewer multiplications: F(2×2, 3×3) of Lavin & Gray 2015, arXiv:1509.09308.
//
// Four output pixels of a tile come from 4×4 pixels d as Aᵀ [(G w Gᵀ) ⊙ (Bᵀ d B)] A. Each of the 16 places of the product
// ⊙ is a product of matrices, tiles by channels times channels by filters, and the sums over channels are made before
// the way back. The matrices hold 0, ±1 and ±1/2 only, so that rounding stays near that of the direct way.
#pragma once

#include "tiles.h"

namespace dlcli::DLCLI_ISA {

// Images (batch, height, width, channels), and (rows, columns) output pixels of each; filters lie over them from
// (−top, −left) on, one pixel apart.
struct WinogradInput {
  const float* images;
  Index batch, height, width, channels, rows, columns, top, left;
};

// whether it is faster, for whole vectors of channels and enough of them
bool winograd_pays(Index channels, Index filters);

// images with filters: as multiply_patches
void winograd_multiply(const WinogradInput& input, const Filters& filters, const Target& target);

// the weight gradient from images and grad (batch, rows, columns, filters)
void winograd_grad_weight(const WinogradInput& input, const float* grad, Index filters, float* grad_weight);

}  // namespace dlcli::DLCLI_ISA
