// Resampling of images by affine maps. Results equal those of kernels/reference/affine_sampling.py bit for bit, so this
// file is compiled without contracting products and sums into multiply-adds (CMakeLists.txt).
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of output elements whose computation takes longer than waking a thread
constexpr Index grain = 8192;

template <class Number>
void resample(const Number* images, const float* matrices, const float* fill, bool bilinear, const Resampling& s, float* y) {
  const float height = static_cast<float>(s.height), width = static_cast<float>(s.width);
  const Index size = s.height * s.width * s.channels;
  divide(s.batch * s.rows, 1 + grain / (s.columns * s.channels + 1), 1, [&](Index begin, Index end) {
    for (Index line = begin; line < end; ++line) {
      const Number* image = images + line / s.rows * size;
      const float* m = matrices + line / s.rows * 6;
      const float p = static_cast<float>(line % s.rows);
      float* to = y + line * s.columns * s.channels;
      for (Index column = 0; column < s.columns; ++column, to += s.channels) {
        const float q = static_cast<float>(column);
        const float x_at = m[0] * q + m[1] * p + m[2], y_at = m[3] * q + m[4] * p + m[5];
        const float left = __builtin_floorf(bilinear ? x_at : x_at + 0.5f);
        const float top = __builtin_floorf(bilinear ? y_at : y_at + 0.5f);
        // the position is outside the image, or NaN, for which all comparisons are false
        if (!(left >= -1 && left < width && top >= -1 && top < height)) {
          for (Index c = 0; c < s.channels; ++c) to[c] = fill[c];
          continue;
        }
        const Index i = static_cast<Index>(top), j = static_cast<Index>(left);
        const Number* from = image + (i * s.width + j) * s.channels;
        const bool up = i >= 0, low = i + 1 < s.height, before = j >= 0, behind = j + 1 < s.width;
        if (!bilinear) {
          for (Index c = 0; c < s.channels; ++c) to[c] = up && before ? static_cast<float>(from[c]) : fill[c];
          continue;
        }
        const float across = x_at - left, down = y_at - top;
        const Number* next = from + s.width * s.channels;
        for (Index c = 0; c < s.channels; ++c) {
          const float a = up && before ? static_cast<float>(from[c]) : fill[c];
          const float b = up && behind ? static_cast<float>(from[s.channels + c]) : fill[c];
          const float d = low && before ? static_cast<float>(next[c]) : fill[c];
          const float e = low && behind ? static_cast<float>(next[s.channels + c]) : fill[c];
          const float upper = a + (b - a) * across, lower = d + (e - d) * across;
          to[c] = upper + (lower - upper) * down;
        }
      }
    }
  });
}

}  // namespace

void affine_sample(const Resampling& s, const void* images, bool bytes, const float* matrices, const float* fill, bool bilinear,
                float* y) {
  if (bytes)
    resample(static_cast<const std::uint8_t*>(images), matrices, fill, bilinear, s, y);
  else
    resample(static_cast<const float*>(images), matrices, fill, bilinear, s, y);
}

}  // namespace dlcli::DLCLI_ISA
