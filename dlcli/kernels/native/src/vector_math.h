// Elementary functions of vectors. The error bounds, in units in the last place, are tested against double precision over
// all magnitudes (tests/kernels/native/test_vector_math.py).
#pragma once

#include "simd.h"

namespace dlcli::DLCLI_ISA {

// 2^n for -126 <= n <= 127
DLCLI_INLINE Vec power_of_two(IntVec n) { return as_float((n + splat_int(127)) << 23); }

// x = n ln 2 + r with |r| <= ln(2) / 2 (Cody & Waite 1980)
struct Reduced {
  Vec r;
  IntVec n;
};

DLCLI_INLINE Reduced reduce_exponent(Vec x) {
  // adding 1.5 · 2^23 rounds to an integer, which is then in the lowest bits
  const Vec shifter = splat(12582912.0f);
  const Vec shifted = x * 1.44269504088896341f + shifter;
  const IntVec n = as_int(shifted) - as_int(shifter);
  const Vec whole = shifted - shifter;
  return {(x - whole * 0.693359375f) - whole * -2.12194440e-4f, n};
}

// (exp(r) - 1 - r) / r² for |r| <= ln(2) / 2 (Cephes, expf)
DLCLI_INLINE Vec exp_polynomial(Vec r) {
  Vec p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  return p * r + 5.0000001201e-1f;
}

// 2^n y, also if 2^n alone would overflow or underflow
DLCLI_INLINE Vec scale(Vec y, IntVec n) {
  const IntVec half = n >> 1;
  return y * power_of_two(half) * power_of_two(n - half);
}

// e^x: infinity above 88.8, 0 below -103.97. 1.5 ulp
DLCLI_INLINE Vec exp(Vec x) {
  x = select(x > 89.0f, splat(89.0f), x);
  x = select(x < -104.0f, splat(-104.0f), x);
  const Reduced reduced = reduce_exponent(x);
  const Vec r = reduced.r;
  return scale(exp_polynomial(r) * (r * r) + r + 1.0f, reduced.n);
}

// e^x - 1 for x <= 0. 2 ulp
DLCLI_INLINE Vec expm1_negative(Vec x) {
  x = select(x < -30.0f, splat(-30.0f), x);
  const Reduced reduced = reduce_exponent(x);
  const Vec r = reduced.r, two_n = power_of_two(reduced.n);
  return (exp_polynomial(r) * (r * r) + r) * two_n + (two_n - 1.0f);
}

// ln x for x >= 0, not subnormal: -infinity for 0. 2 ulp (Cephes, logf)
DLCLI_INLINE Vec log(Vec x) {
  const IntVec bits = as_int(x);
  // mantissa in [√½, √2)
  IntVec exponent = ((bits - splat_int(0x3f3504f3)) >> 23);
  const Vec m = as_float(bits - (exponent << 23)) - 1.0f;
  const Vec e = __builtin_convertvector(exponent, Vec);
  Vec p = splat(7.0376836292e-2f);
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const Vec square = m * m;
  Vec y = p * m * square + e * -2.12194440e-4f;
  y = y - 0.5f * square;
  y = m + y + e * 0.693359375f;
  y = select(x == 0.0f, splat(-__builtin_inff()), y);
  return select((x > 3.4e38f) | (x != x), x, y);
}

// ln(1 + x) for 0 <= x <= 1. 2 ulp
DLCLI_INLINE Vec log1p_unit(Vec x) {
  const Vec rounded = 1.0f + x;
  return log(rounded) + (x - (rounded - 1.0f)) / rounded;
}

// 1 / (1 + e^-x), from an exponential that does not overflow. 3 ulp
DLCLI_INLINE Vec sigmoid(Vec x) {
  const Vec decay = exp(-abs(x));
  return select(x < 0.0f, decay, splat(1.0f)) / (1.0f + decay);
}

// 3 ulp
DLCLI_INLINE Vec tanh(Vec x) {
  const Vec t = expm1_negative(-2.0f * abs(x));
  return select(x != x, x, copy_sign(t / (t + 2.0f), x));
}

// ln(1 + e^x). 3 ulp
DLCLI_INLINE Vec softplus(Vec x) { return log1p_unit(exp(-abs(x))) + select(x < 0.0f, Vec{}, x); }

// (2/√π) ∫_z^∞ e^(-t²) dt for z >= 0, with a relative error below 1e-6 down to 1e-35 (Numerical Recipes, erfcc; the
// square is computed in two parts, since its error is an error of the exponent)
DLCLI_INLINE Vec erfc_positive(Vec z) {
  z = select(z > 20.0f, splat(20.0f), z);
  const Vec t = 2.0f / (2.0f + z);
  Vec p = splat(0.17087277f);
  p = p * t - 0.82215223f;
  p = p * t + 1.48851587f;
  p = p * t - 1.13520398f;
  p = p * t + 0.27886807f;
  p = p * t - 0.18628806f;
  p = p * t + 0.09678418f;
  p = p * t + 0.37409196f;
  p = p * t + 1.00002368f;
  p = p * t - 1.26551223f;
  const Vec upper = as_float(as_int(z) & splat_int(static_cast<std::int32_t>(0xfffff000)));
  const Vec rest = (z - upper) * (z + upper);
  return t * exp(-upper * upper) * exp(p - rest);
}

// the normal distribution function
DLCLI_INLINE Vec normal_cdf(Vec x) {
  const Vec tail = 0.5f * erfc_positive(abs(x) * 0.70710678118654752f);
  return select(x < 0.0f, tail, 1.0f - tail);
}

}  // namespace dlcli::DLCLI_ISA
