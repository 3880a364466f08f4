// Elman networks over whole sequences. A panel of weights contains up to four blocks of units.
#include "recurrent.h"

namespace dlcli::DLCLI_ISA {

namespace {

Index panels(const Sequences& s) { return (blocks(s.size) + PANEL - 1) / PANEL; }

// number of vectors in panel q
int vectors(const Sequences& s, Index q) {
  const Index left = blocks(s.size) - q * PANEL;
  return static_cast<int>(left < PANEL ? left : PANEL);
}

// panel q: the bias of its blocks, then the rows of the input weight, then of the recurrent weight
void pack(const Sequences& s, const float* input, const float* recurrent, const float* bias, float* to) {
  const Index rows = 1 + s.inputs + s.size;
  divide(panels(s), 1 + 30000 / (rows * PANEL * W), 1, [&](Index begin, Index end) {
    for (Index q = begin; q < end; ++q)
      for (int v = 0; v < vectors(s, q); ++v) {
        const Index block = q * PANEL + v, place = block * W, filled = lanes(s.size, block);
        float* panel = to + q * rows * PANEL * W + v * W;
        pack_columns(bias + place, 0, 1, filled, panel, PANEL * W);
        pack_columns(input + place, s.size, s.inputs, filled, panel + PANEL * W, PANEL * W);
        pack_columns(recurrent + place, s.size, s.size, filled, panel + (1 + s.inputs) * PANEL * W, PANEL * W);
      }
  });
}

}  // namespace

void rnn(const Sequences& s, const float* x, const float* input_weight, const float* recurrent_weight,
         const float* bias, const float* initial_state, float* states) {
  const Index depth = s.inputs + s.size;
  float* packed = shared_scratch(panels(s) * (depth + 1) * PANEL * W);
  pack(s, input_weight, recurrent_weight, bias, packed);

  over_batch(s, s.batch * s.length * depth * s.size, [&](Index first, Index rows) {
    const Index stride = row_stride(s.inputs + padded(s.size));
    // rows of x_t and h_{t-1} side by side, and those of the next step
    float* current = scratch(Scratch::caller, rows * (2 * stride + PANEL * W));
    float* next = current + rows * stride;
    float* sums = next + rows * stride;
    for (Index r = 0; r < rows; ++r) {
      for (Index i = s.size; i < padded(s.size); ++i) current[r * stride + s.inputs + i] = 0;
      copy_row(initial_state ? initial_state + (first + r) * s.size : nullptr, current + r * stride + s.inputs, s.size);
    }
    for (Index i = 0; i < s.length; ++i) {
      const Index t = s.step(i);
      for (Index r = 0; r < rows; ++r)
        copy_row(x + ((first + r) * s.length + t) * s.inputs, current + r * stride, s.inputs);
      for (Index q = 0; q < panels(s); ++q) {
        const float* panel = packed + q * (depth + 1) * PANEL * W;
        const int count = vectors(s, q);
        for (Index r = 0; r < rows; ++r) {
          const float* row = s.looked_up(input_weight, s.size, first + r, t);
          for (int v = 0; v < count; ++v) {
            const Index block = q * PANEL + v;
            store(sums + (r * PANEL + v) * W, first_sum(panel + v * W, row, block * W, lanes(s.size, block)));
          }
        }
        multiply<false>({current, stride, 1, panel + PANEL * W, PANEL * W, depth, sums, PANEL * W}, rows, count);
        for (Index r = 0; r < rows; ++r) {
          const bool padding = s.padded(first + r, t);
          for (int v = 0; v < count; ++v) {
            const Index block = q * PANEL + v, place = s.inputs + block * W;
            const Vec h = padding ? load(current + r * stride + place) : fast_tanh(load(sums + (r * PANEL + v) * W));
            store(next + r * stride + place, h);
            store_lanes(states + ((first + r) * s.length + t) * s.size + block * W, h, lanes(s.size, block));
          }
        }
      }
      float* previous_buffer = next;
      next = current;
      current = previous_buffer;
    }
  });
}

void rnn_backward(const Sequences& s, const float* grad_states, const float* x, const float* input_weight,
                  const float* recurrent_weight, const float* initial_state, const float* states, float* grad_x,
                  float* grad_input_weight, float* grad_recurrent_weight, float* grad_bias, float* grad_initial_state) {
  const Index steps = s.batch * s.length, width = padded(s.size);
  const Transposed recurrent = {recurrent_weight, s.size, s.size, s.size, 0, 1};
  const Transposed input = {input_weight, grad_x ? s.inputs : 0, s.size, s.size, 0, 1};
  float* packed_recurrent = shared_scratch(recurrent.floats() + input.floats() + panels(s) * steps * PANEL * W);
  float* packed_input = packed_recurrent + recurrent.floats();
  const StepGradients g = {s, packed_input + input.floats()};
  recurrent.pack(packed_recurrent);
  input.pack(packed_input);

  over_batch(s, steps * (s.inputs + s.size) * s.size, [&](Index first, Index rows) {
    const Index stride = row_stride(width), x_stride = row_stride(padded(s.inputs));
    float* grads = scratch(Scratch::caller, rows * (stride + x_stride + width));
    float* grad_row = grads + rows * stride;
    float* state_grad = grad_row + rows * x_stride;
    for (Index i = 0; i < rows * width; ++i) state_grad[i] = 0;
    for (Index i = s.length - 1; i >= 0; --i) {
      const Index t = s.step(i);
      for (Index r = 0; r < rows; ++r) {
        const Index n = first + r, step = n * s.length + t;
        const bool padding = s.padded(n, t);
        for (Index q = 0; q < panels(s); ++q) {
          float* step_grads = g.row(q, n, t);
          for (int v = 0; v < PANEL; ++v) {
            const Index block = q * PANEL + v;
            if (block >= blocks(s.size)) {
              store(step_grads + v * W, Vec{});
              continue;
            }
            const Index filled = lanes(s.size, block);
            const Vec total =
                load(state_grad + r * width + block * W) + load_lanes(grad_states + step * s.size + block * W, filled);
            const Vec h = load_lanes(states + step * s.size + block * W, filled);
            const Vec grad = padding ? Vec{} : total * (1.0f - h * h);
            store(grads + r * stride + block * W, grad);
            store(step_grads + v * W, grad);
            store(state_grad + r * width + block * W, padding ? total : Vec{});
          }
        }
      }
      recurrent.multiply_by(packed_recurrent, grads, stride, rows, state_grad, width);
      if (!grad_x) continue;
      for (Index k = 0; k < rows * x_stride; ++k) grad_row[k] = 0;
      input.multiply_by(packed_input, grads, stride, rows, grad_row, x_stride);
      for (Index r = 0; r < rows; ++r)
        copy_row(grad_row + r * x_stride, grad_x + ((first + r) * s.length + t) * s.inputs, s.inputs);
    }
    for (Index r = 0; r < rows; ++r)
      copy_row(state_grad + r * width, grad_initial_state + (first + r) * s.size, s.size);
  });

  const WeightGradient weights = {g, x, states, initial_state, panels(s)};
  weights.compute(
      steps * (s.inputs + s.size) * s.size, [&](Index q) { return PanelColumns{0, vectors(s, q)}; },
      [&](Index q) { return PanelColumns{0, vectors(s, q)}; },
      [&](Index q, const float* sums) {
        for (int v = 0; v < vectors(s, q); ++v)
          store_lanes(grad_bias + (q * PANEL + v) * W, load(sums + v * W), lanes(s.size, q * PANEL + v));
      },
      [&](Index q, bool of_input, Index begin, Index end, const float* c) {
        float* grad = of_input ? grad_input_weight : grad_recurrent_weight;
        for (Index row = begin; row < end; ++row, c += PANEL * W)
          for (int v = 0; v < vectors(s, q); ++v)
            store_lanes(grad + row * s.size + (q * PANEL + v) * W, load(c + v * W), lanes(s.size, q * PANEL + v));
      });
}

}  // namespace dlcli::DLCLI_ISA
