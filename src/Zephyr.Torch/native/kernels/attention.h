// Blocked causal attention, forward and backward. Included by kernels/<isa>.cpp after transpose.h and
// a matmul header.
//
// Everything is kept transposed: scores are S^T [keys, queries], so that each of a vector's sixteen lanes is one query and the
// softmax needs no sum across lanes: maximum, sum, log-sum-exp and delta are plain vectors. Per block of kQueries queries:
//
//   forward   S^T = K Q^T, P^T = exp(scale S^T - m), l = sum over keys, O^T = V^T P^T / l, lse = m + log l  (m: running maximum)
//   backward  P^T = exp(scale S^T - lse), dP^T = V dO^T, dS^T = scale P^T (dP^T - delta), delta = rowsum(dO * O)
//             dV += P^T dO, dK += dS^T Q, dQ^T += K^T dS^T
//
// (online softmax and recomputation as in FlashAttention, arXiv 2205.14135). The matmuls take a left operand of plain rows and
// a right operand in the layout Matmul::Element dictates: bfloat16 pairs consecutive rows of the contraction, float32 does not.
// Padded sizes: positions and head dimension to multiples of kTile, with zeros.

constexpr int64_t kTile = 32;
constexpr int64_t kQueries = 32;
constexpr int64_t kKeys = 128;

ZK_INLINE int64_t padded(int64_t n) { return (n + kTile - 1) / kTile * kTile; }

// Carves aligned arrays from one block of scratch; with a null block it only counts bytes.
struct Arena {
  char* base;
  int64_t used;
  template <class E>
  E* take(int64_t count) {
    E* result = base == nullptr ? nullptr : reinterpret_cast<E*>(base + used);
    used += (count * static_cast<int64_t>(sizeof(E)) + 63) / 64 * 64;
    return result;
  }
};

// rows[r, 0..width) <- x[r * stride ...], zero-padded to [padded_rows, padded_width].
template <class E, class T>
void pack_rows(E* rows, const T* x, int64_t stride, int64_t count, int64_t width, int64_t padded_rows, int64_t padded_width) {
  for (int64_t r = 0; r < padded_rows; r++, rows += padded_width) {
    if (r >= count) {
      __builtin_memset(rows, 0, sizeof(E) * static_cast<size_t>(padded_width));
      continue;
    }
    int64_t i = 0;
    for (; i + kLanes <= width; i += kLanes) {
      store(rows + i, load(x + r * stride + i));
    }
    for (; i < padded_width; i++) {
      rows[i] = i < width ? narrow<E>(widen(x[r * stride + i])) : E{};
    }
  }
}

// The transpose as a left operand: out[d, position], [padded_width, padded_rows]; from packed rows.
ZK_INLINE void transpose_rows(float* out, const float* rows, int64_t padded_rows, int64_t padded_width) {
  for (int64_t r = 0; r < padded_rows; r += 16) {
    for (int64_t d = 0; d < padded_width; d += 16) {
      vuint words[16];
      load_transposed(words, rows + r * padded_width + d, padded_width * 4);
      for (int64_t i = 0; i < 16; i++) {
        store_words(out + (d + i) * padded_rows + r, words[i]);
      }
    }
  }
}
ZK_INLINE void transpose_rows(bf16* out, const bf16* rows, int64_t padded_rows, int64_t padded_width) {
  for (int64_t r = 0; r < padded_rows; r += 16) {
    for (int64_t d = 0; d < padded_width; d += 32) {
      vuint pairs[16];  // pairs[i] lane j: elements d + 2 i (low half) and d + 2 i + 1 of row r + j
      load_transposed(pairs, rows + r * padded_width + d, padded_width * 2);
      for (int64_t i = 0; i < 16; i++) {
        const vhalf even = low_halves(pairs[i]), odd = low_halves(pairs[i] >> 16);
        __builtin_memcpy(out + (d + 2 * i) * padded_rows + r, &even, sizeof even);
        __builtin_memcpy(out + (d + 2 * i + 1) * padded_rows + r, &odd, sizeof odd);
      }
    }
  }
}

// The transpose of kQueries packed rows as a right operand: contraction over d, columns are the rows.
ZK_INLINE void pack_right_transposed(float* out, const float* rows, int64_t padded_width) {
  transpose_rows(out, rows, kQueries, padded_width);
}
ZK_INLINE void pack_right_transposed(bf16* out, const bf16* rows, int64_t padded_width) {
  for (int64_t r = 0; r < kQueries; r += 16) {
    for (int64_t d = 0; d < padded_width; d += 32) {
      vuint pairs[16];
      load_transposed(pairs, rows + r * padded_width + d, padded_width * 2);
      for (int64_t i = 0; i < 16; i++) {
        store_words(out + ((d / 2 + i) * kQueries + r) * 2, pairs[i]);
      }
    }
  }
}

// kQueries packed rows as a right operand: contraction over the rows, columns are d.
ZK_INLINE void pack_right(float* out, const float* rows, int64_t padded_width) {
  __builtin_memcpy(out, rows, sizeof(float) * static_cast<size_t>(kQueries * padded_width));
}
ZK_INLINE void pack_right(bf16* out, const bf16* rows, int64_t padded_width) {
  for (int64_t r = 0; r < kQueries; r += 2) {
    for (int64_t d = 0; d < padded_width; d += kLanes) {
      vhalf even, odd;
      __builtin_memcpy(&even, rows + r * padded_width + d, sizeof even);
      __builtin_memcpy(&odd, rows + (r + 1) * padded_width + d, sizeof odd);
      store_words(out + (r / 2 * padded_width + d) * 2,
                  widen_halves(even) | (widen_halves(odd) << 16));
    }
  }
}

// A block of results, kept transposed [padded_width, kQueries], to rows of T; factor[i] multiplies row i.
template <class T>
void unpack_transposed(T* to, int64_t stride, const float* block, const float* factor, int64_t count, int64_t width) {
  for (int64_t r = 0; r < count; r += 16) {
    for (int64_t d = 0; d < width; d += 16) {
      vuint words[16];
      load_transposed(words, block + d * kQueries + r, kQueries * 4);
      const int64_t rows = count - r < 16 ? count - r : 16, columns = width - d < 16 ? width - d : 16;
      for (int64_t i = 0; i < rows; i++) {
        store_n(to + (r + i) * stride + d, bits<vfloat>(words[i]) * factor[r + i], columns);
      }
    }
  }
}

// Two consecutive contraction rows of sixteen columns into a right operand of kQueries columns.
ZK_INLINE void store_right_pair(float* out, int64_t k, int64_t n, vfloat even, vfloat odd) {
  store(out + k * kQueries + n, even);
  store(out + (k + 1) * kQueries + n, odd);
}
ZK_INLINE void store_right_pair(bf16* out, int64_t k, int64_t n, vfloat even, vfloat odd) {
  const vuint pair = round_to_bf16_bits(even) | (round_to_bf16_bits(odd) << 16);
  __builtin_memcpy(out + (k / 2 * kQueries + n) * 2, &pair, sizeof pair);
}

// What a block of queries may see.
struct QueryBlock {
  int64_t start, count;               // queries start .. start + count
  int64_t first_key, end_key;         // keys any of them may see, multiples of kTile
  vint lowest[kQueries / kLanes];     // first visible key of each; padded queries see none
  vint own[kQueries / kLanes];        // position of each
  int64_t all_from, all_until;        // keys every query of a full block sees

  QueryBlock(const int32_t* first_visible, int64_t block_start, int64_t sequence) : start(block_start) {
    count = sequence - start < kQueries ? sequence - start : kQueries;
    first_key = first_visible[start] / kTile * kTile;
    end_key = padded(start + count);
    all_from = count == kQueries ? first_visible[start + count - 1] : end_key;
    all_until = start + 1;
    for (int64_t i = 0; i < kQueries; i++) {
      lowest[i / kLanes][i % kLanes] = i < count ? first_visible[start + i] : 0x7fffffff;
      own[i / kLanes][i % kLanes] = static_cast<int32_t>(start + i);
    }
  }

  // Whether every query of the block sees every key of [from, until).
  bool sees_all(int64_t from, int64_t until) const { return from >= all_from && until <= all_until; }
  ZK_INLINE vint sees(int64_t key, int64_t group) const {
    const vint k = splat_int(static_cast<int32_t>(key));
    return (k >= lowest[group]) & (k <= own[group]);
  }
};

constexpr int64_t kGroups = kQueries / kLanes;

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

template <class Matmul, class T>
int64_t attention_scratch(const AttentionShape& shape, bool backward) {
  return backward ? BackwardScratch<Matmul, T>(shape, nullptr).bytes : ForwardScratch<Matmul, T>(shape, nullptr).bytes;
}

template <class Matmul, class T>
KernelTable<T> make_table() {
  KernelTable<T> table{};
  table.rms_norm_forward = rms_norm_forward<T>;
  table.rms_norm_backward = rms_norm_backward<T>;
  table.rope = rope<T>;
  table.swiglu_forward = swiglu_forward<T>;
  table.swiglu_backward = swiglu_backward<T>;
  table.log_sum_exp = log_sum_exp<T>;
  table.softmax_gradient = softmax_gradient<T>;
  table.sum_of_squares = sum_of_squares<T>;
  table.scale = scale<T>;
  table.accumulate = accumulate<T>;
  table.adamw = adamw<T>;
  table.cached_attention = cached_attention<T>;
  table.attention_scratch = attention_scratch<Matmul, T>;
  table.attention_forward = attention_forward<Matmul, T>;
  table.attention_backward = attention_backward<Matmul, T>;
  return table;
}
