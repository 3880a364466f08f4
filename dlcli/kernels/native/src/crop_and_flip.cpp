// Flips and shifts by an integer number of pixels, with the values scaled in the same pass. Results equal those of
// kernels/reference/crop_and_flip.py bit for bit.
#include <cstring>

#include "simd.h"
#include "threads.h"

namespace dlcli::DLCLI_ISA {

namespace {

// number of output elements whose computation takes longer than waking a thread
constexpr Index grain = 100000;

// for every element of an output line: its value outside of the image, and the offset and factor of its channel
struct Line {
  const float *empty, *offset, *factor;
};

DLCLI_INLINE Vec load_numbers(const float* p) { return load(p); }

DLCLI_INLINE Vec load_numbers(const std::uint8_t* p) {
  ByteVec bytes;
  std::memcpy(&bytes, p, sizeof bytes);
  return __builtin_convertvector(widen(bytes), Vec);
}

// Calls op(i) for the vectors of [begin, end), the last of which overlaps the previous one. If the range is shorter than a
// vector, calls single(i) for its elements.
template <class Op, class Single>
DLCLI_INLINE void each_vector(Index begin, Index end, const Op& op, const Single& single) {
  if (end - begin < W) {
    for (Index i = begin; i < end; ++i) single(i);
    return;
  }
  for (Index i = begin; i < end - W; i += W) op(i);
  op(end - W);
}

// Computes elements [begin, end) of an output line; the first is read at `from`. With step −1, pixels are read backward.
template <class Number>
void copy_pixels(const Number* from, Index step, Index channels, const Line& line, Index begin, Index end, float* to) {
  const auto put = [&](Index i, Vec v) { store(to + i, (v - load(line.offset + i)) * load(line.factor + i)); };
  const auto put_single = [&](Index i, Number v) { to[i] = (static_cast<float>(v) - line.offset[i]) * line.factor[i]; };
  if (step == 1) {
    from -= begin;
    each_vector(
        begin, end, [&](Index i) { put(i, load_numbers(from + i)); }, [&](Index i) { put_single(i, from[i]); });
  } else if (channels == 1) {
    from += begin;
    each_vector(
        begin, end, [&](Index i) { put(i, reversed(load_numbers(from - i - W + 1))); },
        [&](Index i) { put_single(i, from[-i]); });
  } else {
    for (Index i = begin; i < end; from -= channels)
      for (Index c = 0; c < channels; ++c, ++i) put_single(i, from[c]);
  }
}

template <class Number>
void shift(const Number* images, const std::intptr_t* rows, const float* matrices, const Line& line, const Resampling& s,
           float* y) {
  const Index width = s.columns * s.channels;
  divide(s.batch * s.rows, 1 + grain / (width + 1), 1, [&](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) {
      const float* m = matrices + i / s.rows * 6;
      const Index step = m[0] > 0 ? 1 : -1, start = static_cast<Index>(m[2]);
      const Index h = (m[4] > 0 ? i % s.rows : -(i % s.rows)) + static_cast<Index>(m[5]);
      // output columns that lie on the image: 0 <= start + step q < width
      Index first = step > 0 ? -start : start - s.width + 1, last = step > 0 ? s.width - start : start + 1;
      if (first < 0) first = 0;
      if (last > s.columns) last = s.columns;
      float* to = y + i * width;
      if (h < 0 || h >= s.height || first >= last) first = last = s.columns;
      std::memcpy(to, line.empty, static_cast<std::size_t>(first * s.channels) * sizeof(float));
      if (first < last) {
        const Number* image = images + rows[i / s.rows] * s.height * s.width * s.channels;
        copy_pixels(image + (h * s.width + start + step * first) * s.channels, step, s.channels, line, first * s.channels,
                    last * s.channels, to);
      }
      std::memcpy(to + last * s.channels, line.empty + last * s.channels,
                  static_cast<std::size_t>((s.columns - last) * s.channels) * sizeof(float));
    }
  });
}

}  // namespace

void crop_and_flip(const Resampling& s, const void* images, bool bytes, const std::intptr_t* rows, const float* matrices,
             const float* fill, const float* offset, const float* factor, float* y) {
  const Index width = s.columns * s.channels;
  float* lines = scratch(Scratch::caller, 3 * width);
  for (Index i = 0; i < width; ++i) {
    const Index c = i % s.channels;
    lines[i] = (fill[c] - offset[c]) * factor[c];
    lines[width + i] = offset[c];
    lines[2 * width + i] = factor[c];
  }
  const Line line = {lines, lines + width, lines + 2 * width};
  if (bytes)
    shift(static_cast<const std::uint8_t*>(images), rows, matrices, line, s, y);
  else
    shift(static_cast<const float*>(images), rows, matrices, line, s, y);
}

}  // namespace dlcli::DLCLI_ISA
