// Attention of one token over keys and values kept in pages of sixteen positions. Included after simd.h.
//
// A page of keys is [head_dim, 16], so that a vector's lanes are sixteen positions and scores need no sum across lanes; a page of
// values is [16, head_dim]. Position p of a request is in pages[p / 16 % ring] at p % 16. Pages are visited in the order of
// positions and lanes outside [first, end) weigh nothing, so the bits depend on the positions and what they hold alone: not on which
// pages hold them, nor on the request's neighbours.

constexpr int64_t kPage = kLanes;

// Scores of `heads` query heads against whole pages; q [heads, head_dim] as floats.
template <int heads, class T>
ZK_INLINE void page_scores(const float* q, const T* page, float* scores, int64_t scores_stride, int64_t head_dim, float scale,
                           vfloat* largest, vint seen) {
  vfloat sum[heads] = {};
  for (int64_t i = 0; i < head_dim; i++) {
    const vfloat key = load(page + i * kPage);
    for (int h = 0; h < heads; h++) {
      sum[h] += key * q[h * head_dim + i];
    }
  }
  for (int h = 0; h < heads; h++) {
    const vfloat score = seen ? sum[h] * scale : splat(-__builtin_inff());
    store(scores + h * scores_stride, score);
    largest[h] = vmax(score, largest[h]);
  }
}

// weights [heads, scores_stride]; out [heads, head_dim] at columns [column, column + vectors * 16).
template <int heads, int vectors, class T>
ZK_INLINE void mix_values(const T* pool, int64_t page_stride, const int32_t* pages, int64_t ring, int64_t first, int64_t end,
                          const float* weights, int64_t scores_stride, int64_t head_dim, int64_t column, const float* inverse,
                          T* out) {
  vfloat sum[heads][vectors] = {};
  const int64_t base = first / kPage * kPage;
  for (int64_t position = first; position < end; position++) {
    const T* value = pool + pages[position / kPage % ring] * page_stride + position % kPage * head_dim + column;
    for (int v = 0; v < vectors; v++) {
      const vfloat x = load(value + v * kLanes);
      for (int h = 0; h < heads; h++) {
        sum[h][v] += x * weights[h * scores_stride + position - base];
      }
    }
  }
  for (int h = 0; h < heads; h++) {
    for (int v = 0; v < vectors; v++) {
      store(out + h * head_dim + column + v * kLanes, sum[h][v] * inverse[h]);
    }
  }
}

template <int heads, class T>
ZK_INLINE void paged_heads(const float* q, const T* keys, const T* values, T* out, float* scores, int64_t scores_stride,
                           int64_t head_dim, int64_t page_stride, const int32_t* pages, int64_t ring, int64_t first, int64_t end,
                           float scale) {
  vfloat largest[heads];
  for (int h = 0; h < heads; h++) {
    largest[h] = splat(-__builtin_inff());
  }
  const int64_t base = first / kPage * kPage;
  for (int64_t from = base; from < end; from += kPage) {
    const vint position = lane_numbers() + static_cast<int32_t>(from);
    const vint seen = (position >= static_cast<int32_t>(first)) & (position < static_cast<int32_t>(end));
    page_scores<heads>(q, keys + pages[from / kPage % ring] * page_stride, scores + from - base, scores_stride, head_dim, scale,
                       largest, seen);
  }
  float inverse[heads];
  for (int h = 0; h < heads; h++) {
    const float top = max_lanes(largest[h]);
    vfloat sums{};
    for (int64_t from = base; from < end; from += kPage) {
      float* at = scores + h * scores_stride + from - base;
      const vint position = lane_numbers() + static_cast<int32_t>(from);
      const vint seen = (position >= static_cast<int32_t>(first)) & (position < static_cast<int32_t>(end));
      const vfloat p = seen ? exp_clamped(load(at) - top) : vfloat{};
      store(at, p);
      sums += p;
    }
    inverse[h] = 1.0f / sum_lanes(sums);
  }
  int64_t column = 0;
  for (; column + 4 * kLanes <= head_dim; column += 4 * kLanes) {
    mix_values<heads, 4>(values, page_stride, pages, ring, first, end, scores, scores_stride, head_dim, column, inverse, out);
  }
  for (; column + kLanes <= head_dim; column += kLanes) {
    mix_values<heads, 1>(values, page_stride, pages, ring, first, end, scores, scores_stride, head_dim, column, inverse, out);
  }
  for (; column < head_dim; column++) {
    for (int h = 0; h < heads; h++) {
      float sum = 0;
      for (int64_t position = first; position < end; position++) {
        sum += widen(values[pages[position / kPage % ring] * page_stride + position % kPage * head_dim + column]) *
               scores[h * scores_stride + position - base];
      }
      out[h * head_dim + column] = narrow<T>(sum * inverse[h]);
    }
  }
}

// q [group, head_dim] of the query heads that share one key-value head; keys and values point at that head in page 0 and pages are
// page_stride elements apart. scratch: group * head_dim + 2 * (end - first + 2 * 16) floats.
template <class T>
void paged_attention(const T* q, const T* keys, const T* values, T* out, float* scratch, int64_t group, int64_t head_dim,
                     int64_t page_stride, const int32_t* pages, int64_t ring, int64_t first, int64_t end, float scale) {
  float* wide = scratch;
  for (int64_t i = 0; i < group * head_dim; i++) {
    wide[i] = widen(q[i]);
  }
  float* scores = scratch + group * head_dim;
  const int64_t stride = (end - first / kPage * kPage + kPage - 1) / kPage * kPage;
  int64_t head = 0;
  for (; head + 2 <= group; head += 2) {
    paged_heads<2>(wide + head * head_dim, keys, values, out + head * head_dim, scores, stride, head_dim, page_stride, pages, ring,
                   first, end, scale);
  }
  if (head < group) {
    paged_heads<1>(wide + head * head_dim, keys, values, out + head * head_dim, scores, stride, head_dim, page_stride, pages, ring,
                   first, end, scale);
  }
}
