// Gated recurrent units over whole sequences. A panel of weights contains the three gates of one block of units; gradients
// have a fourth vector, for the product with the state that the reset gate multiplies.
#include "recurrent.h"

namespace dlcli::DLCLI_ISA {

namespace {

constexpr int GATES = 3;
// number of sums: r, z, ñ and the candidate's product with the state; the gradients of a step have the same order
constexpr int SUMS = 4;

// panel j: the bias of r, z, ñ and of the candidate's product for block j, the rows of the input weight, then those of
// the recurrent weight
Index panel_floats(const Sequences& s) { return (SUMS + (s.inputs + s.size) * GATES) * W; }

void pack(const Sequences& s, const float* input, const float* recurrent, const float* bias,
          const float* candidate_bias, float* to) {
  const Index columns = GATES * s.size;
  divide(blocks(s.size), 1 + 30000 / panel_floats(s), 1, [&](Index begin, Index end) {
    for (Index j = begin; j < end; ++j) {
      float* panel = to + j * panel_floats(s);
      float* rows = panel + SUMS * W;
      const Index filled = lanes(s.size, j);
      for (int g = 0; g < GATES; ++g) {
        const Index place = g * s.size + j * W;
        store(panel + g * W, load_lanes(bias + place, filled));
        pack_columns(input + place, columns, s.inputs, filled, rows + g * W, GATES * W);
        pack_columns(recurrent + place, columns, s.size, filled, rows + (s.inputs * GATES + g) * W, GATES * W);
      }
      store(panel + GATES * W, candidate_bias ? load_lanes(candidate_bias + j * W, filled) : Vec{});
    }
  });
}

}  // namespace

void gru(const Sequences& s, const float* x, const float* input_weight, const float* recurrent_weight,
         const float* bias, const float* candidate_bias, const float* initial_state, bool reset_after, float* states,
         float* gates) {
  const Index width = padded(s.size), panel_size = panel_floats(s);
  float* packed = shared_scratch(blocks(s.size) * panel_size);
  pack(s, input_weight, recurrent_weight, bias, candidate_bias, packed);

  over_batch(s, s.batch * s.length * (s.inputs + s.size) * GATES * s.size, [&](Index first, Index rows) {
    const Index stride = row_stride(width), sums_row = SUMS * width;
    float* current = scratch(Scratch::caller, rows * (3 * stride + sums_row));
    float* next = current + rows * stride;
    float* reset_state = next + rows * stride;  // Γ_r ∗ c_{t-1}
    float* all_sums = reset_state + rows * stride;
    for (Index r = 0; r < rows; ++r) {
      for (Index i = s.size; i < width; ++i) current[r * stride + i] = 0;
      copy_row(initial_state ? initial_state + (first + r) * s.size : nullptr, current + r * stride, s.size);
    }
    for (Index i = 0; i < s.length; ++i) {
      const Index t = s.step(i);
      for (Index j = 0; j < blocks(s.size); ++j) {
        const float* panel = packed + j * panel_size;
        const float* of_input = panel + SUMS * W;
        const float* of_state = of_input + s.inputs * GATES * W;
        const Index filled = lanes(s.size, j);
        float* sums = all_sums + j * SUMS * W;
        for (Index r = 0; r < rows; ++r) {
          const float* row = s.looked_up(input_weight, GATES * s.size, first + r, t);
          for (int g = 0; g < GATES; ++g)
            store(sums + r * sums_row + g * W, first_sum(panel + g * W, row, g * s.size + j * W, filled));
          store(sums + r * sums_row + GATES * W, load(panel + GATES * W));
        }
        multiply<false>({x + (first * s.length + t) * s.inputs, s.length * s.inputs, 1, of_input, GATES * W, s.inputs,
                         sums, sums_row},
                        rows, GATES);
        if (reset_after) {
          multiply<false>({current, stride, 1, of_state, GATES * W, s.size, sums, sums_row, 2 * W, 3 * W}, rows, GATES);
        } else {
          multiply<false>({current, stride, 1, of_state, GATES * W, s.size, sums, sums_row}, rows, 2);
        }
        for (Index r = 0; r < rows; ++r) {
          const Index step = (first + r) * s.length + t;
          const float* sum = sums + r * sums_row;
          const Vec reset = fast_sigmoid(load(sum)), update = fast_sigmoid(load(sum + W));
          const Vec before = load(current + r * stride + j * W);
          const Vec under_reset = reset_after ? load(sum + 3 * W) : reset * before;
          float* gate = gates + step * SUMS * s.size + j * W;
          store_lanes(gate, reset, filled);
          store_lanes(gate + s.size, update, filled);
          store_lanes(gate + 3 * s.size, under_reset, filled);
          if (reset_after) {
            const Vec candidate = fast_tanh(load(sum + 2 * W) + reset * under_reset);
            store_lanes(gate + 2 * s.size, candidate, filled);
            const Vec h = s.padded(first + r, t) ? before : (1.0f - update) * candidate + update * before;
            store(next + r * stride + j * W, h);
            store_lanes(states + step * s.size + j * W, h, filled);
          } else {
            store(sums + r * sums_row + W, update);
            store(reset_state + r * stride + j * W, under_reset);
          }
        }
      }
      if (!reset_after) {
        for (Index j = 0; j < blocks(s.size); ++j) {
          // The candidate's product needs the reset gates of all blocks, so it is a second pass over them; with
          // reset_after all three products are one.
          const float* candidate_weight = packed + j * panel_size + (SUMS + s.inputs * GATES + 2) * W;
          const Index filled = lanes(s.size, j);
          float* sums = all_sums + j * SUMS * W;
          multiply<false>({reset_state, stride, 1, candidate_weight, GATES * W, s.size, sums + 2 * W, sums_row}, rows, 1);
          for (Index r = 0; r < rows; ++r) {
            const Index step = (first + r) * s.length + t;
            const float* sum = sums + r * sums_row;
            const Vec update = load(sum + W), candidate = fast_tanh(load(sum + 2 * W));
            const Vec before = load(current + r * stride + j * W);
            store_lanes(gates + step * SUMS * s.size + 2 * s.size + j * W, candidate, filled);
            const Vec h = s.padded(first + r, t) ? before : update * candidate + (1.0f - update) * before;
            store(next + r * stride + j * W, h);
            store_lanes(states + step * s.size + j * W, h, filled);
          }
        }
      }
      float* previous_buffer = next;
      next = current;
      current = previous_buffer;
    }
  });
}

void gru_backward(const Sequences& s, const float* grad_states, const float* x, const float* input_weight,
                  const float* recurrent_weight, const float* initial_state, bool reset_after, const float* states,
                  const float* gates, float* grad_x, float* grad_input_weight, float* grad_recurrent_weight,
                  float* grad_bias, float* grad_candidate_bias, float* grad_initial_state) {
  const Index steps = s.batch * s.length, columns = GATES * s.size, width = padded(s.size);
  const Transposed input = {input_weight, grad_x ? s.inputs : 0, columns, s.size, s.size, GATES};
  // all three gates multiply the state at once with reset_after; otherwise the candidate's product comes first
  const Transposed recurrent = {recurrent_weight, s.size, columns, s.size, s.size, reset_after ? GATES : 2};
  const Transposed candidate_only = {recurrent_weight + 2 * s.size, reset_after ? 0 : s.size, columns, s.size, 0, 1};
  float* packed_input =
      shared_scratch(input.floats() + recurrent.floats() + candidate_only.floats() + steps * SUMS * width);
  float* packed_recurrent = packed_input + input.floats();
  float* packed_candidate = packed_recurrent + recurrent.floats();
  const StepGradients g = {s, packed_candidate + candidate_only.floats()};
  input.pack(packed_input);
  recurrent.pack(packed_recurrent);
  candidate_only.pack(packed_candidate);

  over_batch(s, steps * (s.inputs + s.size) * columns, [&](Index first, Index rows) {
    const Index stride = row_stride(GATES * width), x_stride = row_stride(padded(s.inputs));
    // gradients of the products with the input and with the state, of x_t, of the state and of Γ_r ∗ c_{t-1}
    float* by_input = scratch(Scratch::caller, rows * (2 * stride + x_stride + 2 * width));
    float* by_state = by_input + rows * stride;
    float* grad_row = by_state + rows * stride;
    float* state_grad = grad_row + rows * x_stride;
    float* reset_grad = state_grad + rows * width;
    for (Index i = 0; i < rows * width; ++i) state_grad[i] = 0;
    for (Index i = s.length - 1; i >= 0; --i) {
      const Index t = s.step(i);
      for (Index r = 0; r < rows; ++r) {
        const Index n = first + r, step = n * s.length + t;
        const bool padding = s.padded(n, t);
        const float* start = s.before(states, initial_state, n, t);
        for (Index j = 0; j < blocks(s.size); ++j) {
          const Index filled = lanes(s.size, j);
          const float* gate = gates + step * SUMS * s.size + j * W;
          const Vec reset = load_lanes(gate, filled), update = load_lanes(gate + s.size, filled);
          const Vec candidate = load_lanes(gate + 2 * s.size, filled);
          const Vec before = start ? load_lanes(start + j * W, filled) : Vec{};
          const Vec total =
              load(state_grad + r * width + j * W) + load_lanes(grad_states + step * s.size + j * W, filled);
          const Vec grad = padding ? Vec{} : total;
          const Vec keep = reset_after ? update : 1.0f - update;
          const Vec of_candidate = grad * (1.0f - keep) * (1.0f - candidate * candidate);
          Vec of_update = grad * (before - candidate) * update * (1.0f - update);
          if (!reset_after) of_update = -of_update;
          store(state_grad + r * width + j * W, padding ? total : grad * keep);
          float* step_grads = g.row(j, n, t);
          store(step_grads + W, of_update);
          store(step_grads + 2 * W, of_candidate);
          store(by_input + r * stride + (j * GATES + 1) * W, of_update);
          store(by_input + r * stride + (j * GATES + 2) * W, of_candidate);
          if (reset_after) {
            const Vec under_reset = load_lanes(gate + 3 * s.size, filled);
            const Vec of_reset = of_candidate * under_reset * reset * (1.0f - reset);
            const Vec of_product = of_candidate * reset;
            store(step_grads, of_reset);
            store(step_grads + 3 * W, of_product);
            store(by_input + r * stride + j * GATES * W, of_reset);
            store(by_state + r * stride + j * GATES * W, of_reset);
            store(by_state + r * stride + (j * GATES + 1) * W, of_update);
            store(by_state + r * stride + (j * GATES + 2) * W, of_product);
          } else {
            // factor of the product with the candidate's weight, from which the other gradients follow
            store(by_state + r * stride + j * W, of_candidate);
            store(reset_grad + r * width + j * W, Vec{});
          }
        }
      }
      if (!reset_after) {
        candidate_only.multiply_by(packed_candidate, by_state, stride, rows, reset_grad, width);
        for (Index r = 0; r < rows; ++r) {
          const Index n = first + r, step = n * s.length + t;
          const float* start = s.before(states, initial_state, n, t);
          for (Index j = 0; j < blocks(s.size); ++j) {
            const Index filled = lanes(s.size, j);
            const Vec reset = load_lanes(gates + step * SUMS * s.size + j * W, filled);
            const Vec before = start ? load_lanes(start + j * W, filled) : Vec{};
            const Vec grad = load(reset_grad + r * width + j * W);
            float* total = state_grad + r * width + j * W;
            store(total, load(total) + grad * reset);
            const Vec of_reset = grad * before * reset * (1.0f - reset);
            float* step_grads = g.row(j, n, t);
            store(step_grads, of_reset);
            store(step_grads + 3 * W, Vec{});
            store(by_input + r * stride + j * GATES * W, of_reset);
            store(by_state + r * stride + 2 * j * W, of_reset);
            store(by_state + r * stride + (2 * j + 1) * W, load(step_grads + W));
          }
        }
      }
      recurrent.multiply_by(packed_recurrent, by_state, stride, rows, state_grad, width);
      if (!grad_x) continue;
      for (Index k = 0; k < rows * x_stride; ++k) grad_row[k] = 0;
      input.multiply_by(packed_input, by_input, stride, rows, grad_row, x_stride);
      for (Index r = 0; r < rows; ++r)
        copy_row(grad_row + r * x_stride, grad_x + ((first + r) * s.length + t) * s.inputs, s.inputs);
    }
    for (Index r = 0; r < rows; ++r)
      copy_row(state_grad + r * width, grad_initial_state + (first + r) * s.size, s.size);
  });

  const WeightGradient weights = {g,
                                  x,
                                  states,
                                  initial_state,
                                  blocks(s.size),
                                  reset_after ? nullptr : gates + 3 * s.size,
                                  SUMS * s.size,
                                  {2, 1}};
  weights.compute(
      steps * (s.inputs + s.size) * columns, [](Index) { return PanelColumns{0, GATES}; },
      [&](Index) { return reset_after ? PanelColumns{0, GATES, 3 * W} : PanelColumns{0, 2}; },
      [&](Index j, const float* sums) {
        for (int v = 0; v < GATES; ++v)
          store_lanes(grad_bias + v * s.size + j * W, load(sums + v * W), lanes(s.size, j));
        store_lanes(grad_candidate_bias + j * W, load(sums + GATES * W), lanes(s.size, j));
      },
      [&](Index j, bool of_input, Index begin, Index end, const float* c) {
        float* grad = of_input ? grad_input_weight : grad_recurrent_weight;
        const int third = !of_input && reset_after ? 3 : 2;
        for (Index row = begin; row < end; ++row, c += PANEL * W)
          for (int v = 0; v < GATES; ++v)
            store_lanes(grad + row * columns + v * s.size + j * W, load(c + (v == 2 ? third : v) * W), lanes(s.size, j));
      });
}

}  // namespace dlcli::DLCLI_ISA
