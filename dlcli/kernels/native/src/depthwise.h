// Depthwise convolution, in which every channel has one filter. It works on vectors of channels, without matrix products.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

static inline bool is_depthwise(const Convolution& c) { return c.groups == c.channels && c.filters == c.channels; }

void depthwise(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu);
void depthwise_grad_input(const Convolution& c, const float* grad, const float* weight, float* grad_x);
void depthwise_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight);

}  // namespace dlcli::DLCLI_ISA
