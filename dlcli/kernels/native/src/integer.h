// Integer arithmetic of sizes and ranges. Templates of the standard library stay out of files that are compiled once per
// instruction set: the linker would keep a single copy, compiled for a set that the machine may not have.
#pragma once

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

constexpr Index min(Index a, Index b) { return a < b ? a : b; }

constexpr Index max(Index a, Index b) { return a > b ? a : b; }

constexpr Index clamp(Index n, Index low, Index high) { return n < low ? low : n > high ? high : n; }

// ⌈a / b⌉ for any a and positive b; a stride of 1, the usual one, costs no division
constexpr Index ceil_div(Index a, Index b) { return b == 1 ? a : a >= 0 ? (a + b - 1) / b : -(-a / b); }

constexpr Index round_up(Index n, Index multiple) { return ceil_div(n, multiple) * multiple; }

}  // namespace dlcli::DLCLI_ISA
