// Forward pass of attention: see attention.h.

// One block of keys of the forward pass: scores [keys, kQueries] to probabilities, running maximum and sum updated.
// Returns by `rescale` the factor that earlier sums must be multiplied with.
template <class E>
void softmax_block(float* scores, E* probabilities, int64_t key, int64_t keys, const QueryBlock& block, float scale,
                   vfloat* largest, vfloat* sum, vfloat* rescale) {
  const bool masked = !block.sees_all(key, key + keys);
  for (int64_t group = 0; group < kGroups; group++) {
    float* column = scores + group * kLanes;
    vfloat top = largest[group];
    if (masked) {
      for (int64_t i = 0; i < keys; i++) {
        const vfloat s = load(column + i * kQueries) * scale;
        store(column + i * kQueries, s);
        top = vmax(block.sees(key + i, group) ? s : top, top);
      }
    } else {
      for (int64_t i = 0; i < keys; i++) {
        const vfloat s = load(column + i * kQueries) * scale;
        store(column + i * kQueries, s);
        top = vmax(s, top);
      }
    }
    rescale[group] = exp_clamped(largest[group] - top);
    vfloat total = sum[group] * rescale[group];
    for (int64_t i = 0; i < keys; i += 2) {
      vfloat even = exp_clamped(load(column + i * kQueries) - top);
      vfloat odd = exp_clamped(load(column + (i + 1) * kQueries) - top);
      if (masked) {
        even = block.sees(key + i, group) ? even : vfloat{};
        odd = block.sees(key + i + 1, group) ? odd : vfloat{};
      }
      total += even + odd;
      store_right_pair(probabilities, i, group * kLanes, even, odd);
    }
    largest[group] = top;
    sum[group] = total;
  }
}

template <class Matmul, class T>
struct ForwardScratch {
  using E = typename Matmul::Element;
  E *k_rows, *v_rows, *v_transposed, *q_rows, *q_right, *probabilities;
  float *scores, *out;
  int64_t bytes;
  ForwardScratch(const AttentionShape& shape, void* memory) {
    const int64_t positions = padded(shape.sequence), width = padded(shape.head_dim);
    Arena arena{static_cast<char*>(memory), 0};
    k_rows = arena.take<E>(positions * width);
    v_rows = arena.take<E>(positions * width);
    v_transposed = arena.take<E>(positions * width);
    q_rows = arena.take<E>(kQueries * width);
    q_right = arena.take<E>(kQueries * width);
    probabilities = arena.take<E>(kKeys * kQueries);
    scores = arena.take<float>(kKeys * kQueries);
    out = arena.take<float>(width * kQueries);
    bytes = arena.used;
  }
};

template <class Matmul, class T>
void attention_forward(const AttentionShape& shape, int64_t row, int64_t kv_head, const T* q, const Strides& q_strides,
                       const T* k, const Strides& k_strides, const T* v, const Strides& v_strides, T* out,
                       const Strides& out_strides, float* log_sum_exp, void* memory) {
  const ForwardScratch<Matmul, T> s(shape, memory);
  const int64_t positions = padded(shape.sequence), width = padded(shape.head_dim);
  const int64_t group_size = shape.heads / shape.kv_heads;
  const int32_t* first_visible = shape.first_visible + row * shape.sequence;
  k += row * k_strides.batch + kv_head * k_strides.head;
  v += row * v_strides.batch + kv_head * v_strides.head;
  pack_rows(s.k_rows, k, k_strides.position, shape.sequence, shape.head_dim, positions, width);
  pack_rows(s.v_rows, v, v_strides.position, shape.sequence, shape.head_dim, positions, width);
  transpose_rows(s.v_transposed, s.v_rows, positions, width);
  Matmul matmul;
  for (int64_t head = kv_head * group_size; head < (kv_head + 1) * group_size; head++) {
    const T* q_head = q + row * q_strides.batch + head * q_strides.head;
    T* out_head = out + row * out_strides.batch + head * out_strides.head;
    float* lse = log_sum_exp + (row * shape.heads + head) * shape.sequence;
    for (int64_t start = 0; start < shape.sequence; start += kQueries) {
      const QueryBlock block(first_visible, start, shape.sequence);
      pack_rows(s.q_rows, q_head + start * q_strides.position, q_strides.position, block.count, shape.head_dim, kQueries,
                width);
      pack_right_transposed(s.q_right, s.q_rows, width);
      vfloat largest[kGroups], sum[kGroups], rescale[kGroups];
      for (int64_t g = 0; g < kGroups; g++) {
        largest[g] = splat(-1e30f);
        sum[g] = vfloat{};
      }
      for (int64_t key = block.first_key; key < block.end_key; key += kKeys) {
        const int64_t keys = block.end_key - key < kKeys ? block.end_key - key : kKeys;
        // S^T [keys, queries] = K [keys, d] Q^T [d, queries]
        matmul(s.scores, kQueries, s.k_rows + key * width, width, s.q_right, kQueries, keys, kQueries, width, false);
        softmax_block(s.scores, s.probabilities, key, keys, block, shape.scale, largest, sum, rescale);
        const bool first = key == block.first_key;
        if (!first) {
          for (int64_t d = 0; d < width; d++) {
            for (int64_t g = 0; g < kGroups; g++) {
              float* p = s.out + d * kQueries + g * kLanes;
              store(p, load(p) * rescale[g]);
            }
          }
        }
        // O^T [d, queries] += V^T [d, keys] P^T [keys, queries]
        matmul(s.out, kQueries, s.v_transposed + key, positions, s.probabilities, kQueries, width, kQueries, keys, !first);
      }
      float inverse[kQueries];
      for (int64_t i = 0; i < block.count; i++) {
        const float total = sum[i / kLanes][i % kLanes];
        inverse[i] = 1.0f / total;
        lse[start + i] = largest[i / kLanes][i % kLanes] + __builtin_logf(total);
      }
      unpack_transposed(out_head + start * out_strides.position, out_strides.position, s.out, inverse, block.count,
                        shape.head_dim);
    }
  }
}
