#include <nanobind/stl/pair.h>

#include <algorithm>
#include <cmath>

#include "array.h"
#include "bindings.h"

namespace dlcli {

using namespace nb::literals;

namespace {

using Pair = std::pair<Index, Index>;
using Sides = std::pair<Pair, Pair>;

// number of windows that fit along one axis
Index fitting(Index size, Index window, Index stride, Pair padding, Index dilation) {
  const Index room = size + padding.first + padding.second - dilation * (window - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

Windows windows(Index batch, Pair size, Index channels, Pair window, Pair stride, Sides padding, Pair dilation) {
  const auto [above_below, left_right] = padding;
  require(window.first > 0 && window.second > 0 && stride.first > 0 && stride.second > 0 && dilation.first > 0 &&
          dilation.second > 0 && above_below.first >= 0 && above_below.second >= 0 && left_right.first >= 0 &&
          left_right.second >= 0);
  return {batch,
          size.first,
          size.second,
          channels,
          fitting(size.first, window.first, stride.first, above_below, dilation.first),
          fitting(size.second, window.second, stride.second, left_right, dilation.second),
          window.first,
          window.second,
          stride.first,
          stride.second,
          dilation.first,
          dilation.second,
          above_below.first,
          left_right.first};
}

// The padding must be smaller than the window, since a window entirely in the padding has no maximum and no average; and a
// position in the window must fit in a byte.
Windows pooling_windows(Index batch, Pair size, Index channels, Pair window, Pair stride, Sides padding) {
  const auto [above_below, left_right] = padding;
  require(above_below.first < window.first && above_below.second < window.first && left_right.first < window.second &&
          left_right.second < window.second && window.first * window.second <= 256);
  return windows(batch, size, channels, window, stride, padding, {1, 1});
}

Pair size_of(const Input& images) {
  require(images.ndim == 4);
  return {images.shape[1], images.shape[2]};
}

Pair size_of_window(const Input& weight) { return {weight.shape[0], weight.shape[1]}; }

Convolution convolution(Windows windows, Index group_channels, Index filters, Index groups) {
  require(groups > 0 && windows.channels == group_channels * groups && filters % groups == 0);
  return {windows, filters, groups};
}

void require_results(const Windows& w, const Input& grad, Index channels) {
  require(grad.ndim == 4 && grad.shape[0] == w.batch && grad.shape[1] == w.rows && grad.shape[2] == w.columns &&
          grad.shape[3] == channels);
}

// contents of an array of bytes that has the shape of `grad`
const std::uint8_t* bytes(const nb::object& array, const Input& grad) {
  require(PyArray_Check(array.ptr()));
  auto* argmax = reinterpret_cast<PyArrayObject*>(array.ptr());
  require(PyArray_TYPE(argmax) == NPY_UINT8 && PyArray_IS_C_CONTIGUOUS(argmax) && PyArray_NDIM(argmax) == grad.ndim &&
          PyArray_CompareLists(PyArray_DIMS(argmax), grad.shape, grad.ndim));
  return static_cast<const std::uint8_t*>(PyArray_DATA(argmax));
}

void bind_convolution(nb::module_& module) {
  const Pair ones{1, 1};
  const Sides none{{0, 0}, {0, 0}};
  module.def(
      "conv2d",
      [](const Input& x, const Input& weight, const Input& bias, Pair stride, Sides padding, Pair dilation, Index groups,
         bool relu) {
        require(x.ndim == 4 && weight.ndim == 4 && (!bias || (bias.ndim == 1 && bias.size == weight.shape[3])));
        const Convolution c =
            convolution(windows(x.shape[0], size_of(x), x.shape[3], size_of_window(weight), stride, padding, dilation),
                        weight.shape[2], weight.shape[3], groups);
        Result y({c.batch, c.rows, c.columns, c.filters});
        kernels().conv2d(c, x.data, weight.data, bias.data, y.data, relu);
        return y.array;
      },
      "x"_a, "weight"_a, "bias"_a.none(), "stride"_a = ones, "padding"_a = none, "dilation"_a = ones, "groups"_a = 1,
      "relu"_a = false);
  module.def(
      "conv2d_grad_input",
      [](const Input& grad, const Input& weight, Pair size, Pair stride, Sides padding, Pair dilation, Index groups) {
        require(grad.ndim == 4 && weight.ndim == 4);
        const Convolution c = convolution(windows(grad.shape[0], size, weight.shape[2] * groups, size_of_window(weight),
                                                  stride, padding, dilation),
                                          weight.shape[2], weight.shape[3], groups);
        require_results(c, grad, c.filters);
        Result grad_x({c.batch, c.height, c.width, c.channels});
        kernels().conv2d_grad_input(c, grad.data, weight.data, grad_x.data);
        return grad_x.array;
      },
      "grad"_a, "weight"_a, "size"_a, "stride"_a = ones, "padding"_a = none, "dilation"_a = ones, "groups"_a = 1);
  module.def(
      "conv2d_grad_weight",
      [](const Input& x, const Input& grad, Pair size, Pair stride, Sides padding, Pair dilation, Index groups,
         const Output& out) {
        require(x.ndim == 4 && grad.ndim == 4 && groups > 0);
        const Convolution c =
            convolution(windows(x.shape[0], size_of(x), x.shape[3], size, stride, padding, dilation),
                        x.shape[3] / groups, grad.shape[3], groups);
        require_results(c, grad, c.filters);
        Destination grad_weight(out, {size.first, size.second, c.channels / groups, c.filters});
        kernels().conv2d_grad_weight(c, x.data, grad.data, grad_weight.data);
        return grad_weight.array;
      },
      "x"_a, "grad"_a, "size"_a, "stride"_a = ones, "padding"_a = none, "dilation"_a = ones, "groups"_a = 1,
      "out"_a.none() = nb::none());
  module.def(
      "conv2d_grad_bias",
      [](const Input& grad, const Output& out) {
        require(grad.ndim == 4);
        Destination sums(out, {grad.last()});
        kernels().channel_sums(grad.data, grad.rows(), grad.last(), sums.data);
        return sums.array;
      },
      "grad"_a, "out"_a.none() = nb::none());
}

void bind_pooling(nb::module_& module) {
  const Sides none{{0, 0}, {0, 0}};
  module.def(
      "max_pool2d",
      [](const Input& x, Pair window, Pair stride, Sides padding) {
        const Pair size = size_of(x);
        const Windows w = pooling_windows(x.shape[0], size, x.shape[3], window, stride, padding);
        const npy_intp shape[] = {w.batch, w.rows, w.columns, w.channels};
        Result y(4, shape);
        nb::object argmax = nb::steal(PyArray_SimpleNew(4, const_cast<npy_intp*>(shape), NPY_UINT8));
        if (!argmax) throw nb::python_error();
        kernels().max_pool2d(w, x.data, y.data,
                             static_cast<std::uint8_t*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(argmax.ptr()))));
        return nb::make_tuple(y.array, argmax);
      },
      "x"_a, "window"_a, "stride"_a, "padding"_a = none);
  module.def(
      "max_pool2d_backward",
      [](const Input& grad, const nb::object& argmax, Pair size, Pair window, Pair stride, Sides padding) {
        require(grad.ndim == 4);
        const Windows w = pooling_windows(grad.shape[0], size, grad.shape[3], window, stride, padding);
        require_results(w, grad, w.channels);
        Result grad_x({w.batch, w.height, w.width, w.channels});
        kernels().max_pool2d_backward(w, grad.data, bytes(argmax, grad), grad_x.data);
        return grad_x.array;
      },
      "grad"_a, "argmax"_a, "size"_a, "window"_a, "stride"_a, "padding"_a = none);
  module.def(
      "average_pool2d",
      [](const Input& x, Pair window, Pair stride, Sides padding) {
        const Pair size = size_of(x);
        const Windows w = pooling_windows(x.shape[0], size, x.shape[3], window, stride, padding);
        Result y({w.batch, w.rows, w.columns, w.channels});
        kernels().average_pool2d(w, x.data, y.data);
        return y.array;
      },
      "x"_a, "window"_a, "stride"_a, "padding"_a = none);
  module.def(
      "average_pool2d_backward",
      [](const Input& grad, Pair size, Pair window, Pair stride, Sides padding) {
        require(grad.ndim == 4);
        const Windows w = pooling_windows(grad.shape[0], size, grad.shape[3], window, stride, padding);
        require_results(w, grad, w.channels);
        Result grad_x({w.batch, w.height, w.width, w.channels});
        kernels().average_pool2d_backward(w, grad.data, grad_x.data);
        return grad_x.array;
      },
      "grad"_a, "size"_a, "window"_a, "stride"_a, "padding"_a = none);
  module.def(
      "global_average_pool2d",
      [](const Input& x) {
        const auto [height, width] = size_of(x);
        require(height * width > 0);
        Result y({x.shape[0], x.shape[3]});
        kernels().global_average_pool2d(x.data, x.shape[0], height * width, x.shape[3], y.data);
        return y.array;
      },
      "x"_a);
  module.def(
      "global_average_pool2d_backward",
      [](const Input& grad, Pair size) {
        require(grad.ndim == 2);
        Result grad_x({grad.shape[0], size.first, size.second, grad.shape[1]});
        kernels().global_average_pool2d_backward(grad.data, grad.shape[0], size.first * size.second, grad.shape[1],
                                                 grad_x.data);
        return grad_x.array;
      },
      "grad"_a, "size"_a);
}

// Images (N, H, W, C) as they were loaded, of type uint8 or float32
struct ImageArray {
  const void* data;
  bool bytes;
  const npy_intp* shape;

  explicit ImageArray(const nb::object& images) {
    require(PyArray_Check(images.ptr()));
    auto* array = reinterpret_cast<PyArrayObject*>(images.ptr());
    bytes = PyArray_TYPE(array) == NPY_UINT8;
    require((bytes || PyArray_TYPE(array) == NPY_FLOAT32) && PyArray_NDIM(array) == 4 &&
            PyArray_IS_C_CONTIGUOUS(array) && PyArray_ISBEHAVED_RO(array));
    data = PyArray_DATA(array);
    shape = PyArray_DIMS(array);
  }
};

void bind_affine_sampling(nb::module_& module) {
  module.def(
      "affine_sample",
      [](const nb::object& images, const Input& matrices, Pair size, const Input& fill, bool bilinear) {
        const ImageArray source(images);
        const npy_intp* shape = source.shape;
        require(matrices.ndim == 3 && matrices.shape[0] == shape[0] && matrices.shape[1] == 2 && matrices.shape[2] == 3 &&
                fill.ndim == 1 && fill.size == shape[3] && size.first >= 0 && size.second >= 0);
        const Resampling s = {shape[0], shape[1], shape[2], shape[3], size.first, size.second};
        Result y({s.batch, s.rows, s.columns, s.channels});
        kernels().affine_sample(s, source.data, source.bytes, matrices.data, fill.data, bilinear, y.data);
        return y.array;
      },
      "images"_a, "matrices"_a, "size"_a, "fill"_a, "bilinear"_a);
}

bool are_shifts(const Input& matrices) {
  for (const float* m = matrices.data; m < matrices.data + matrices.size; m += 6)
    for (int axis = 0; axis < 2; ++axis) {
      const float moved = m[3 * axis + 2];
      if (std::fabs(m[4 * axis]) != 1 || m[2 * axis + 1] != 0 || !(std::fabs(moved) < 1e6f) || moved != std::floor(moved))
        return false;
    }
  return true;
}

bool are_inside(const Labels& rows, npy_intp count) {
  return std::all_of(rows.data, rows.data + rows.size, [=](npy_intp row) { return row >= 0 && row < count; });
}

void bind_crop_and_flip(nb::module_& module) {
  module.def(
      "crop_and_flip",
      [](const nb::object& images, const Labels& rows, const Input& matrices, Pair size, const Input& fill,
         const Input& offset, const Input& factor) {
        const ImageArray source(images);
        require(rows.ndim == 1 && matrices.ndim == 3 && matrices.shape[0] == rows.size && matrices.shape[1] == 2 &&
                matrices.shape[2] == 3 && size.first >= 0 && size.second >= 0);
        for (const Input* of_channels : {&fill, &offset, &factor})
          require(of_channels->ndim == 1 && of_channels->size == source.shape[3]);
        require(are_shifts(matrices) && are_inside(rows, source.shape[0]));
        const Resampling s = {rows.size, source.shape[1], source.shape[2], source.shape[3], size.first, size.second};
        Result y({s.batch, s.rows, s.columns, s.channels});
        kernels().crop_and_flip(s, source.data, source.bytes, rows.data, matrices.data, fill.data, offset.data, factor.data, y.data);
        return y.array;
      },
      "images"_a, "rows"_a, "matrices"_a, "size"_a, "fill"_a, "offset"_a, "factor"_a);
}

}  // namespace

void bind_images(nb::module_& module) {
  bind_convolution(module);
  bind_pooling(module);
  bind_affine_sampling(module);
  bind_crop_and_flip(module);
}

}  // namespace dlcli
