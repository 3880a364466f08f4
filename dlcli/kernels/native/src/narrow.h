// Convolution with so few filters that they would leave vectors of output channels half empty.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

// whether filters are few and output rows are long enough to fill vectors of pixels
bool is_narrow(const Convolution& c);

void narrow(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu);
void narrow_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight);

}  // namespace dlcli::DLCLI_ISA
