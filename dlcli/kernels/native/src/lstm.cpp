// Long short-term memory over whole sequences. A panel of weights contains the four gates of one block of units.
#include "recurrent.h"

namespace dlcli::DLCLI_ISA {

namespace {

constexpr int GATES = 4;

struct Weights {
  const float *input, *recurrent, *bias;
};

// panel j: the bias of the gates of block j, then the rows of the input weight, then of the recurrent weight
void pack(const Sequences& s, const Weights& w, float* to) {
  const Index columns = GATES * s.size, rows = 1 + s.inputs + s.size;
  divide(blocks(s.size), 1 + 30000 / (rows * GATES * W), 1, [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j)
      for (int g = 0; g < GATES; ++g) {
        float* panel = to + j * rows * GATES * W + g * W;
        const Index place = g * s.size + j * W, filled = lanes(s.size, j);
        pack_columns(w.bias + place, 0, 1, filled, panel, GATES * W);
        pack_columns(w.input + place, columns, s.inputs, filled, panel + GATES * W, GATES * W);
        pack_columns(w.recurrent + place, columns, s.size, filled, panel + (1 + s.inputs) * GATES * W, GATES * W);
      }
  });
}

}  // namespace

void lstm(const Sequences& s, const float* x, const float* input_weight, const float* recurrent_weight,
          const float* bias, const float* initial_hidden, const float* initial_cell, float* states, float* gates) {
  const Index depth = s.inputs + s.size, steps = s.batch * s.length;
  float* packed = shared_scratch(blocks(s.size) * (depth + 1) * GATES * W);
  pack(s, {input_weight, recurrent_weight, bias}, packed);
  float *hidden_states = states, *cells = states + steps * s.size;

  over_batch(s, steps * depth * GATES * s.size, [&](Index first, Index rows) {
    const Index stride = row_stride(s.inputs + padded(s.size)), width = padded(s.size);
    // rows of x_t and h_{t-1} side by side, and those of the next step
    float* current = scratch(Scratch::caller, rows * (2 * stride + width + GATES * W));
    float* next = current + rows * stride;
    float* cell = next + rows * stride;
    float* sums = cell + rows * width;
    for (Index r = 0; r < rows; ++r) {
      for (Index i = s.size; i < width; ++i) current[r * stride + s.inputs + i] = cell[r * width + i] = 0;
      copy_row(initial_hidden ? initial_hidden + (first + r) * s.size : nullptr, current + r * stride + s.inputs, s.size);
      copy_row(initial_cell ? initial_cell + (first + r) * s.size : nullptr, cell + r * width, s.size);
    }
    for (Index i = 0; i < s.length; ++i) {
      const Index t = s.step(i);
      for (Index r = 0; r < rows; ++r)
        copy_row(x + ((first + r) * s.length + t) * s.inputs, current + r * stride, s.inputs);
      for (Index j = 0; j < blocks(s.size); ++j) {
        const float* panel = packed + j * (depth + 1) * GATES * W;
        const Index filled = lanes(s.size, j);
        for (Index r = 0; r < rows; ++r) {
          const float* row = s.looked_up(input_weight, GATES * s.size, first + r, t);
          for (int g = 0; g < GATES; ++g)
            store(sums + (r * GATES + g) * W, first_sum(panel + g * W, row, g * s.size + j * W, filled));
        }
        multiply<false>({current, stride, 1, panel + GATES * W, GATES * W, depth, sums, GATES * W}, rows, GATES);
        for (Index r = 0; r < rows; ++r) {
          const Index step = (first + r) * s.length + t;
          const float* sum = sums + r * GATES * W;
          // The four sums of a block of units are in one panel, so the cell's formula runs in registers right after the
          // product.
          const Vec update = fast_sigmoid(load(sum)), forget = fast_sigmoid(load(sum + W));
          const Vec candidate = fast_tanh(load(sum + 2 * W)), output = fast_sigmoid(load(sum + 3 * W));
          float* gate = gates + step * GATES * s.size + j * W;
          store_lanes(gate, update, filled);
          store_lanes(gate + s.size, forget, filled);
          store_lanes(gate + 2 * s.size, candidate, filled);
          store_lanes(gate + 3 * s.size, output, filled);
          const Vec before = load(cell + r * width + j * W);
          Vec c = update * candidate + forget * before;
          Vec h = output * fast_tanh(c);
          if (s.padded(first + r, t)) {
            // padding: the state is kept, and the result of the formula for the padded input is discarded
            c = before;
            h = load(current + r * stride + s.inputs + j * W);
          }
          store(cell + r * width + j * W, c);
          store(next + r * stride + s.inputs + j * W, h);
          store_lanes(cells + step * s.size + j * W, c, filled);
          store_lanes(hidden_states + step * s.size + j * W, h, filled);
        }
      }
      float* previous_buffer = next;
      next = current;
      current = previous_buffer;
    }
  });
}

void lstm_backward(const Sequences& s, const float* grad_hidden, const float* grad_cell, const float* x,
                   const float* input_weight, const float* recurrent_weight, const float* initial_hidden,
                   const float* initial_cell, const float* states, const float* gates, float* grad_x,
                   float* grad_input_weight, float* grad_recurrent_weight, float* grad_bias,
                   float* grad_initial_hidden, float* grad_initial_cell) {
  const Index steps = s.batch * s.length, columns = GATES * s.size, width = padded(s.size);
  const float *hidden_states = states, *cells = states + steps * s.size;
  const Transposed recurrent = {recurrent_weight, s.size, columns, s.size, s.size, GATES};
  const Transposed input = {input_weight, grad_x ? s.inputs : 0, columns, s.size, s.size, GATES};
  float* packed_recurrent = shared_scratch(recurrent.floats() + input.floats() + steps * GATES * width);
  float* packed_input = packed_recurrent + recurrent.floats();
  const StepGradients g = {s, packed_input + input.floats()};
  recurrent.pack(packed_recurrent);
  input.pack(packed_input);

  over_batch(s, steps * (s.inputs + s.size) * columns, [&](Index first, Index rows) {
    const Index stride = row_stride(GATES * width), x_stride = row_stride(padded(s.inputs));
    float* grads = scratch(Scratch::caller, rows * (stride + x_stride + 2 * width));
    float* grad_row = grads + rows * stride;
    float* hidden_grad = grad_row + rows * x_stride;
    float* cell_grad = hidden_grad + rows * width;
    for (Index i = 0; i < 2 * rows * width; ++i) hidden_grad[i] = 0;
    for (Index i = s.length - 1; i >= 0; --i) {
      const Index t = s.step(i);
      for (Index r = 0; r < rows; ++r) {
        const Index n = first + r, step = n * s.length + t;
        const bool padding = s.padded(n, t);
        const float* before = s.before(cells, initial_cell, n, t);
        // the next row to prefetch: of the next sequence, or of the first one at the step that is processed next
        const bool last = r == rows - 1;
        const Index next_n = last ? first : n + 1, next_t = last && i > 0 ? s.step(i - 1) : t;
        const Index next_step = next_n * s.length + next_t;
        for (Index j = 0; j < blocks(s.size); ++j) {
          const Index filled = lanes(s.size, j);
          if (!last || i > 0) {
            prefetch<false>(gates + next_step * columns + j * W, s.size, GATES);
            prefetch<false>(cells + next_step * s.size + j * W, 0, 1);
            prefetch<false>(grad_hidden + next_step * s.size + j * W, 0, 1);
            prefetch<true>(g.row(j, next_n, next_t), W, PANEL);
          }
          float* to = grads + r * stride + j * GATES * W;
          float* step_grads = g.row(j, n, t);
          Vec h = load(hidden_grad + r * width + j * W) + load_lanes(grad_hidden + step * s.size + j * W, filled);
          Vec c = load(cell_grad + r * width + j * W);
          if (grad_cell) c += load_lanes(grad_cell + step * s.size + j * W, filled);
          if (padding) {
            for (int v = 0; v < GATES; ++v) {
              store(to + v * W, Vec{});
              store(step_grads + v * W, Vec{});
            }
          } else {
            const float* gate = gates + step * columns + j * W;
            const Vec update = load_lanes(gate, filled), forget = load_lanes(gate + s.size, filled);
            const Vec candidate = load_lanes(gate + 2 * s.size, filled), output = load_lanes(gate + 3 * s.size, filled);
            // recomputed instead of stored, which is cheaper than another pass over memory
            const Vec tanh_cell = fast_tanh(load_lanes(cells + step * s.size + j * W, filled));
            const Vec previous = before ? load_lanes(before + j * W, filled) : Vec{};
            c += h * output * (1.0f - tanh_cell * tanh_cell);
            const Vec grad[GATES] = {c * candidate * update * (1.0f - update), c * previous * forget * (1.0f - forget),
                                     c * update * (1.0f - candidate * candidate),
                                     h * tanh_cell * output * (1.0f - output)};
            for (int v = 0; v < GATES; ++v) {
              store(to + v * W, grad[v]);
              store(step_grads + v * W, grad[v]);
            }
            c *= forget;
            h = Vec{};
          }
          store(hidden_grad + r * width + j * W, h);
          store(cell_grad + r * width + j * W, c);
        }
      }
      recurrent.multiply_by(packed_recurrent, grads, stride, rows, hidden_grad, width);
      if (!grad_x) continue;
      for (Index k = 0; k < rows * x_stride; ++k) grad_row[k] = 0;
      input.multiply_by(packed_input, grads, stride, rows, grad_row, x_stride);
      for (Index r = 0; r < rows; ++r)
        copy_row(grad_row + r * x_stride, grad_x + ((first + r) * s.length + t) * s.inputs, s.inputs);
    }
    for (Index r = 0; r < rows; ++r) {
      copy_row(hidden_grad + r * width, grad_initial_hidden + (first + r) * s.size, s.size);
      copy_row(cell_grad + r * width, grad_initial_cell + (first + r) * s.size, s.size);
    }
  });

  const WeightGradient weights = {g, x, hidden_states, initial_hidden, blocks(s.size)};
  const auto all = [](Index) { return PanelColumns{0, GATES}; };
  weights.compute(
      steps * (s.inputs + s.size) * columns, all, all,
      [&](Index j, const float* sums) {
        for (int v = 0; v < GATES; ++v)
          store_lanes(grad_bias + v * s.size + j * W, load(sums + v * W), lanes(s.size, j));
      },
      [&](Index j, bool of_input, Index begin, Index end, const float* c) {
        float* grad = of_input ? grad_input_weight : grad_recurrent_weight;
        for (Index row = begin; row < end; ++row, c += PANEL * W)
          for (int v = 0; v < GATES; ++v)
            store_lanes(grad + row * columns + v * s.size + j * W, load(c + v * W), lanes(s.size, j));
      });
}

}  // namespace dlcli::DLCLI_ISA
