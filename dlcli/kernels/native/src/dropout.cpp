// Dropout masks from a counter-based random generator, Philox4x32-7 (Salmon et al. 2011). They equal those of
// kernels/reference/dropout.py bit for bit.
#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

constexpr int rounds = 7;
// number of blocks of the generator that are drawn together: the mask has their first words, then their second words, …
constexpr Index blocks = 16;
constexpr Index group = 4 * blocks;
constexpr Index lanes = W / 2;

typedef std::uint32_t Half __attribute__((vector_size(vector_bytes / 2)));

// words of one block per 64-bit lane; each word is in the lower half of its lane
struct Words {
  WideVec word[4];
};

DLCLI_INLINE Words philox(WideVec counter, std::uint64_t key) {
  const WideVec low = WideVec{} + 0xffffffffu;
  WideVec c0 = counter & low, c1 = counter >> 32, c2 = {}, c3 = {};
  std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
#pragma GCC unroll 8
  for (int round = 0; round < rounds; ++round) {
    const WideVec first = multiply_wide(c0, WideVec{} + 0xD2511F53u), second = multiply_wide(c2, WideVec{} + 0xCD9E8D57u);
    c0 = (second >> 32) ^ c1 ^ (WideVec{} + k0);
    c1 = second & low;
    c2 = (first >> 32) ^ c3 ^ (WideVec{} + k1);
    c3 = first & low;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Computes the 64 elements of the mask in group q.
DLCLI_INLINE void mask_group(std::uint64_t key, std::uint32_t threshold, std::uint32_t scale, Index q, float* mask) {
  WideVec offsets;
  for (Index lane = 0; lane < lanes; ++lane) offsets[lane] = static_cast<std::uint64_t>(lane);
  for (Index block = 0; block < blocks; block += lanes) {
    const Words words = philox(offsets + static_cast<std::uint64_t>(q * blocks + block), key);
    for (int w = 0; w < 4; ++w) {
      const WideVec keep = (words.word[w] >> 8) >= (WideVec{} + threshold);
      const Half numbers = __builtin_convertvector(keep & (WideVec{} + scale), Half);
      std::memcpy(mask + w * blocks + block, &numbers, sizeof numbers);
    }
  }
}

}  // namespace

void dropout_mask(std::uint64_t key, std::uint32_t threshold, float scale, float* mask, Index n) {
  std::uint32_t bits;
  std::memcpy(&bits, &scale, sizeof bits);
  divide((n + group - 1) / group, 128, 1, [&](Index begin, Index end) {
    for (Index q = begin; q < end; ++q) {
      if ((q + 1) * group <= n) {
        mask_group(key, threshold, bits, q, mask + q * group);
      } else {
        alignas(64) float last[group];
        mask_group(key, threshold, bits, q, last);
        std::memcpy(mask + q * group, last, static_cast<std::size_t>(n - q * group) * sizeof(float));
      }
    }
  });
}

}  // namespace dlcli::DLCLI_ISA
