// Float vectors of the widest size that the target instruction set supports, using the vector extensions of GCC and Clang.
#pragma once

#include <cstring>
#if defined(__AVX2__) || defined(__SSE2__)
#include <immintrin.h>
#elif defined(__ARM_NEON)
#include <arm_neon.h>
#endif

#include "kernels.h"

namespace dlcli::DLCLI_ISA {

#if defined(__AVX512F__)
constexpr int vector_bytes = 64;
#elif defined(__AVX2__)
constexpr int vector_bytes = 32;
#else
constexpr int vector_bytes = 16;
#endif
// number of floats in a vector
constexpr Index W = vector_bytes / 4;
// number of vector registers of the instruction set
#if defined(__AVX512F__) || defined(__ARM_NEON)
constexpr int vector_registers = 32;
#else
constexpr int vector_registers = 16;
#endif

typedef float Vec __attribute__((vector_size(vector_bytes)));
typedef std::int32_t IntVec __attribute__((vector_size(vector_bytes)));
typedef std::uint32_t UintVec __attribute__((vector_size(vector_bytes)));
typedef std::uint8_t ByteVec __attribute__((vector_size(W)));
typedef std::uint64_t WideVec __attribute__((vector_size(vector_bytes)));

#define DLCLI_INLINE static inline __attribute__((always_inline))

DLCLI_INLINE Vec load(const float* p) {
  Vec v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

DLCLI_INLINE void store(float* p, Vec v) { std::memcpy(p, &v, sizeof v); }

// x − 0 equals x for every x, so the compiler drops the subtraction; 0 + x would turn −0 into +0
DLCLI_INLINE Vec splat(float x) { return x - Vec{}; }

DLCLI_INLINE IntVec splat_int(std::int32_t x) { return IntVec{} + x; }

// bytes to int32; for `__builtin_convertvector`, GCC emits many scalar instructions instead of one
DLCLI_INLINE IntVec widen(ByteVec bytes) {
#if defined(__AVX512F__)
  return (IntVec)_mm512_cvtepu8_epi32((__m128i)bytes);
#elif defined(__AVX2__)
  long long packed;
  std::memcpy(&packed, &bytes, sizeof packed);
  return (IntVec)_mm256_cvtepu8_epi32(_mm_cvtsi64_si128(packed));
#else
  return __builtin_convertvector(bytes, IntVec);
#endif
}

DLCLI_INLINE Vec as_float(IntVec v) { return reinterpret_cast<Vec>(v); }

DLCLI_INLINE IntVec as_int(Vec v) { return reinterpret_cast<IntVec>(v); }

// `yes` where the mask is true, `no` elsewhere
DLCLI_INLINE Vec select(IntVec mask, Vec yes, Vec no) { return mask ? yes : no; }

// max and min return b if a or b is NaN
DLCLI_INLINE Vec max(Vec a, Vec b) { return a > b ? a : b; }

DLCLI_INLINE Vec min(Vec a, Vec b) { return a < b ? a : b; }

DLCLI_INLINE Vec abs(Vec v) { return as_float(as_int(v) & splat_int(0x7fffffff)); }

// absolute value of `magnitude` with the sign of `sign`
DLCLI_INLINE Vec copy_sign(Vec magnitude, Vec sign) {
  return as_float((as_int(magnitude) & splat_int(0x7fffffff)) | (as_int(sign) & splat_int(INT32_MIN)));
}

DLCLI_INLINE Vec sqrt(Vec v) {
#if defined(__AVX512F__)
  return _mm512_sqrt_ps(v);
#elif defined(__AVX2__)
  return _mm256_sqrt_ps(v);
#elif defined(__SSE2__)
  return _mm_sqrt_ps(v);
#elif defined(__ARM_NEON) && defined(__aarch64__)
  return (Vec)vsqrtq_f32((float32x4_t)v);
#else
  for (Index i = 0; i < W; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}

// Loads n < W floats at p; the other elements are `fill`.
DLCLI_INLINE Vec load_partial(const float* p, Index n, float fill = 0) {
#if defined(__AVX512F__)
  return _mm512_mask_loadu_ps(splat(fill), static_cast<__mmask16>((1u << n) - 1), p);
#else
  Vec v = splat(fill);
  std::memcpy(&v, p, static_cast<std::size_t>(n) * sizeof(float));
  return v;
#endif
}

// Stores the first n < W floats of v at p.
DLCLI_INLINE void store_partial(float* p, Vec v, Index n) {
#if defined(__AVX512F__)
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << n) - 1), v);
#else
  std::memcpy(p, &v, static_cast<std::size_t>(n) * sizeof(float));
#endif
}

#ifdef __clang__
#define DLCLI_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define DLCLI_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, (IntVec){__VA_ARGS__})
#endif

// first (zip_low) and second (zip_high) half of the interleaving a[0] b[0] a[1] b[1] …
DLCLI_INLINE Vec zip_low(Vec a, Vec b) {
#if defined(__AVX512F__)
  return DLCLI_SHUFFLE(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
#elif defined(__AVX2__)
  return DLCLI_SHUFFLE(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
#else
  return DLCLI_SHUFFLE(a, b, 0, 4, 1, 5);
#endif
}

DLCLI_INLINE Vec zip_high(Vec a, Vec b) {
#if defined(__AVX512F__)
  return DLCLI_SHUFFLE(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#elif defined(__AVX2__)
  return DLCLI_SHUFFLE(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#else
  return DLCLI_SHUFFLE(a, b, 2, 6, 3, 7);
#endif
}

// elements in reverse order
DLCLI_INLINE Vec reversed(Vec v) {
#if defined(__AVX512F__)
  return DLCLI_SHUFFLE(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
#elif defined(__AVX2__)
  return DLCLI_SHUFFLE(v, v, 7, 6, 5, 4, 3, 2, 1, 0);
#else
  return DLCLI_SHUFFLE(v, v, 3, 2, 1, 0);
#endif
}

// Transposes W × W floats in W vectors in log2(W) rounds, each of which interleaves the first half of the rows with the
// second.
DLCLI_INLINE void transpose(Vec (&rows)[W]) {
#pragma GCC unroll 4
  for (Index round = 1; round < W; round *= 2) {
    Vec zipped[W];
#pragma GCC unroll 8
    for (Index i = 0; i < W / 2; ++i) {
      zipped[2 * i] = zip_low(rows[i], rows[i + W / 2]);
      zipped[2 * i + 1] = zip_high(rows[i], rows[i + W / 2]);
    }
#pragma GCC unroll 16
    for (Index i = 0; i < W; ++i) rows[i] = zipped[i];
  }
}

// The sum of each of W vectors, in a fixed order: in log2(W) rounds, each of which interleaves the first half of the rows
// with the second and adds the results.
DLCLI_INLINE Vec sums_of(const Vec* vectors) {
  Vec partial[W];
#pragma GCC unroll 16
  for (Index i = 0; i < W; ++i) partial[i] = vectors[i];
#pragma GCC unroll 4
  for (Index half = W / 2; half > 0; half /= 2)
#pragma GCC unroll 8
    for (Index i = 0; i < half; ++i) partial[i] = zip_low(partial[i], partial[i + half]) + zip_high(partial[i], partial[i + half]);
  return partial[0];
}

// sum of the elements, in a fixed order
DLCLI_INLINE float sum(Vec v) {
  alignas(vector_bytes) float lanes[W];
  store(lanes, v);
  for (Index width = W / 2; width > 0; width /= 2)
    for (Index i = 0; i < width; ++i) lanes[i] += lanes[i + width];
  return lanes[0];
}

DLCLI_INLINE float largest(Vec v) {
  alignas(vector_bytes) float lanes[W];
  store(lanes, v);
  for (Index width = W / 2; width > 0; width /= 2)
    for (Index i = 0; i < width; ++i) lanes[i] = lanes[i] > lanes[i + width] ? lanes[i] : lanes[i + width];
  return lanes[0];
}

// products of the lower halves of 64-bit lanes; the upper halves must be 0
DLCLI_INLINE WideVec multiply_wide(WideVec a, WideVec b) {
#if defined(__AVX512F__)
  return (WideVec)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#elif defined(__AVX2__)
  return (WideVec)_mm256_mul_epu32((__m256i)a, (__m256i)b);
#elif defined(__SSE2__)
  return (WideVec)_mm_mul_epu32((__m128i)a, (__m128i)b);
#else
  return a * b;
#endif
}

// Loads `width` <= W floats at p; if the compiler knows the width, this is a single load.
DLCLI_INLINE Vec load_width(const float* p, Index width) { return width == W ? load(p) : load_partial(p, width); }

DLCLI_INLINE void store_width(float* p, Vec v, Index width) {
  if (width == W)
    store(p, v);
  else
    store_partial(p, v, width);
}

// Calls f(i, width) for the vectors of [begin, end), which start at i; width is W, except in the last call.
template <class F>
DLCLI_INLINE void for_vectors(Index begin, Index end, const F& f) {
  Index i = begin;
  for (; i + W <= end; i += W) f(i, W);
  if (i < end) f(i, end - i);
}

// y[i] = f(x[i], …) for i in [begin, end); f maps vectors to vectors; the last one is padded with zeros. Two vectors per
// iteration are independent of each other, so the processor overlaps the latencies of their operations.
template <class F>
DLCLI_INLINE void map(const float* x, float* y, Index begin, Index end, const F& f) {
  Index i = begin;
  for (; i + 2 * W <= end; i += 2 * W) {
    const Vec first = f(load(x + i)), second = f(load(x + i + W));
    store(y + i, first);
    store(y + i + W, second);
  }
  for (; i + W <= end; i += W) store(y + i, f(load(x + i)));
  if (i < end) store_partial(y + i, f(load_partial(x + i, end - i)), end - i);
}

template <class F>
DLCLI_INLINE void map(const float* a, const float* b, float* y, Index begin, Index end, const F& f) {
  Index i = begin;
  for (; i + 2 * W <= end; i += 2 * W) {
    const Vec first = f(load(a + i), load(b + i)), second = f(load(a + i + W), load(b + i + W));
    store(y + i, first);
    store(y + i + W, second);
  }
  for (; i + W <= end; i += W) store(y + i, f(load(a + i), load(b + i)));
  if (i < end) store_partial(y + i, f(load_partial(a + i, end - i), load_partial(b + i, end - i)), end - i);
}

}  // namespace dlcli::DLCLI_ISA
