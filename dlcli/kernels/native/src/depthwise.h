// Convolution of every channel by itself, with one filter for each: no products of matrices, but vectors of channels.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

static inline bool is_depthwise(const Convolution& c) { return c.groups == c.channels && c.filters == c.channels; }

void depthwise(const Convolution& c, const float* x, const float* weight, const float* bias, float* y, bool relu);
void depthwise_grad_input(const Convolution& c, const float* grad, const float* weight, float* grad_x);
void depthwise_grad_weight(const Convolution& c, const float* x, const float* grad, float* grad_weight);

}  // namespace dlcli::DLCLI_ISA
