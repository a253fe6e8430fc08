// Backward pass of attention: see attention.h.

template <class Matmul, class T>
struct BackwardScratch {
  using E = typename Matmul::Element;
  E *k_rows, *v_rows, *k_transposed, *q_rows, *q_transposed, *q_right, *grad_rows, *grad_transposed, *grad_right;
  E *probabilities, *score_grads, *score_grads_right;
  float *scores, *probability_grads, *grad_q, *grad_k, *grad_v;
  int64_t bytes;
  BackwardScratch(const AttentionShape& shape, void* memory) {
    const int64_t positions = padded(shape.sequence), width = padded(shape.head_dim);
    Arena arena{static_cast<char*>(memory), 0};
    k_rows = arena.take<E>(positions * width);
    v_rows = arena.take<E>(positions * width);
    k_transposed = arena.take<E>(positions * width);
    grad_k = arena.take<float>(positions * width);
    grad_v = arena.take<float>(positions * width);
    q_rows = arena.take<E>(kQueries * width);
    q_transposed = arena.take<E>(kQueries * width);
    q_right = arena.take<E>(kQueries * width);
    grad_rows = arena.take<E>(kQueries * width);
    grad_transposed = arena.take<E>(kQueries * width);
    grad_right = arena.take<E>(kQueries * width);
    probabilities = arena.take<E>(kKeys * kQueries);
    score_grads = arena.take<E>(kKeys * kQueries);
    score_grads_right = arena.take<E>(kKeys * kQueries);
    scores = arena.take<float>(kKeys * kQueries);
    probability_grads = arena.take<float>(kKeys * kQueries);
    grad_q = arena.take<float>(width * kQueries);
    bytes = arena.used;
  }
};

template <class Matmul, class T>
void attention_backward(const AttentionShape& shape, int64_t row, int64_t kv_head, const T* q, const Strides& q_strides,
                        const T* k, const Strides& k_strides, const T* v, const Strides& v_strides, const T* out,
                        const Strides& out_strides, const T* grad_out, const Strides& grad_out_strides,
                        const float* log_sum_exp, T* grad_q, const Strides& grad_q_strides, T* grad_k,
                        const Strides& grad_k_strides, T* grad_v, const Strides& grad_v_strides, void* memory) {
  const BackwardScratch<Matmul, T> s(shape, memory);
  const int64_t positions = padded(shape.sequence), width = padded(shape.head_dim);
  const int64_t group_size = shape.heads / shape.kv_heads;
  const int32_t* first_visible = shape.first_visible + row * shape.sequence;
  k += row * k_strides.batch + kv_head * k_strides.head;
  v += row * v_strides.batch + kv_head * v_strides.head;
  pack_rows(s.k_rows, k, k_strides.position, shape.sequence, shape.head_dim, positions, width);
  pack_rows(s.v_rows, v, v_strides.position, shape.sequence, shape.head_dim, positions, width);
  transpose_rows(s.k_transposed, s.k_rows, positions, width);
  float ones[kQueries];
  for (float& one : ones) {
    one = 1.0f;
  }
  __builtin_memset(s.grad_k, 0, sizeof(float) * static_cast<size_t>(positions * width));
  __builtin_memset(s.grad_v, 0, sizeof(float) * static_cast<size_t>(positions * width));
  Matmul matmul;
  for (int64_t head = kv_head * group_size; head < (kv_head + 1) * group_size; head++) {
    const T* q_head = q + row * q_strides.batch + head * q_strides.head;
    const T* out_head = out + row * out_strides.batch + head * out_strides.head;
    const T* grad_head = grad_out + row * grad_out_strides.batch + head * grad_out_strides.head;
    T* grad_q_head = grad_q + row * grad_q_strides.batch + head * grad_q_strides.head;
    const float* lse_head = log_sum_exp + (row * shape.heads + head) * shape.sequence;
    for (int64_t start = 0; start < shape.sequence; start += kQueries) {
      const QueryBlock block(first_visible, start, shape.sequence);
      pack_rows(s.q_rows, q_head + start * q_strides.position, q_strides.position, block.count, shape.head_dim, kQueries,
                width);
      pack_right_transposed(s.q_transposed, s.q_rows, width);
      pack_right(s.q_right, s.q_rows, width);
      pack_rows(s.grad_rows, grad_head + start * grad_out_strides.position, grad_out_strides.position, block.count,
                shape.head_dim, kQueries, width);
      pack_right_transposed(s.grad_transposed, s.grad_rows, width);
      pack_right(s.grad_right, s.grad_rows, width);
      float delta[kQueries] = {}, lse[kQueries] = {};
      for (int64_t i = 0; i < block.count; i++) {
        const T* o = out_head + (start + i) * out_strides.position;
        const T* g = grad_head + (start + i) * grad_out_strides.position;
        vfloat dot{};
        for_lanes(shape.head_dim, [&](int64_t d, int64_t n) { dot += load_n(o + d, n) * load_n(g + d, n); });
        delta[i] = sum_lanes(dot);
        lse[i] = lse_head[start + i];
      }
      for (int64_t key = block.first_key; key < block.end_key; key += kKeys) {
        const int64_t keys = block.end_key - key < kKeys ? block.end_key - key : kKeys;
        // S^T = K Q^T and dP^T = V dO^T, both [keys, queries]
        matmul(s.scores, kQueries, s.k_rows + key * width, width, s.q_transposed, kQueries, keys, kQueries, width, false);
        matmul(s.probability_grads, kQueries, s.v_rows + key * width, width, s.grad_transposed, kQueries, keys, kQueries,
               width, false);
        const bool masked = !block.sees_all(key, key + keys);
        for (int64_t g = 0; g < kGroups; g++) {
          const vfloat row_lse = load(lse + g * kLanes), row_delta = load(delta + g * kLanes);
          for (int64_t i = 0; i < keys; i += 2) {
            vfloat p[2], ds[2];
            for (int64_t j = 0; j < 2; j++) {
              const int64_t at = (i + j) * kQueries + g * kLanes;
              p[j] = exp_clamped(load(s.scores + at) * shape.scale - row_lse);
              if (masked) {
                p[j] = block.sees(key + i + j, g) ? p[j] : vfloat{};
              }
              ds[j] = p[j] * (load(s.probability_grads + at) - row_delta) * shape.scale;
              store(s.probabilities + at, p[j]);
              store(s.score_grads + at, ds[j]);
            }
            store_right_pair(s.score_grads_right, i, g * kLanes, ds[0], ds[1]);
          }
        }
        // dV, dK [keys, d] += P^T dO, dS^T Q
        matmul(s.grad_v + key * width, width, s.probabilities, kQueries, s.grad_right, width, keys, width, kQueries, true);
        matmul(s.grad_k + key * width, width, s.score_grads, kQueries, s.q_right, width, keys, width, kQueries, true);
        // dQ^T [d, queries] += K^T [d, keys] dS^T [keys, queries]
        matmul(s.grad_q, kQueries, s.k_transposed + key, positions, s.score_grads_right, kQueries, width, kQueries, keys,
               key != block.first_key);
      }
      unpack_transposed(grad_q_head + start * grad_q_strides.position, grad_q_strides.position, s.grad_q, ones, block.count,
                        shape.head_dim);
    }
  }
  T* to_k = grad_k + row * grad_k_strides.batch + kv_head * grad_k_strides.head;
  T* to_v = grad_v + row * grad_v_strides.batch + kv_head * grad_v_strides.head;
  for (int64_t i = 0; i < shape.sequence; i++) {
    for_lanes(shape.head_dim, [&](int64_t d, int64_t n) {
      store_n(to_k + i * grad_k_strides.position + d, load_n(s.grad_k + i * width + d, n), n);
      store_n(to_v + i * grad_v_strides.position + d, load_n(s.grad_v + i * width + d, n), n);
    });
  }
}
