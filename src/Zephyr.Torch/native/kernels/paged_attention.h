// Attention of one token over keys and values kept in pages of sixteen positions. Included after simd.h.
//
// A page of keys is [head_dim, 16], so that a vector's lanes are sixteen positions and scores need no sum across lanes; a page of
// values is [16, head_dim]. Position p of a request is in pages[p / 16 % ring] at p % 16. Pages are visited in the order of
// positions and lanes outside [first, end) weigh nothing, so the bits depend on the positions and what they hold alone: not on which
// pages hold them, nor on the request's neighbours.

constexpr int64_t kPage = kLanes;

// Pages whose scores are summed side by side: enough sums to keep the multipliers busy, few enough for the registers.
#ifdef ZK_AVX512
constexpr int kPagesTogether = 4;
#else
constexpr int kPagesTogether = 2;
#endif

// The pages of a request in the order of positions, without a division for each.
struct PageWalk {
  const int32_t* pages;
  int64_t ring, at;
  PageWalk(const int32_t* table, int64_t size, int64_t position) : pages(table), ring(size), at(position / kPage % size) {}
  ZK_INLINE int64_t next() {
    const int64_t page = pages[at];
    at = at + 1 == ring ? 0 : at + 1;
    return page;
  }
};

// Which of the sixteen positions from `from` on lie in [first, end).
ZK_INLINE vint seen_lanes(int64_t from, int64_t first, int64_t end) {
  const vint position = lane_numbers() + static_cast<int32_t>(from);
  return (position >= static_cast<int32_t>(first)) & (position < static_cast<int32_t>(end));
}

// Scores of `heads` query heads against `count` whole pages from position `from` on; q [heads, head_dim] as floats. A score is one sum
// over head_dim in order, whichever pages are beside it.
template <int heads, int count, class T>
ZK_INLINE void page_scores(const float* q, const T* keys, int64_t page_stride, PageWalk& walk, float* scores, int64_t scores_stride,
                           int64_t head_dim, float scale, int64_t from, int64_t first, int64_t end, vfloat* largest) {
  const T* page[count];
  for (int p = 0; p < count; p++) {
    page[p] = keys + walk.next() * page_stride;
  }
  vfloat sum[heads][count] = {};
  for (int64_t i = 0; i < head_dim; i++) {
    for (int p = 0; p < count; p++) {
      const vfloat key = load(page[p] + i * kPage);
      for (int h = 0; h < heads; h++) {
        sum[h][p] += key * q[h * head_dim + i];
      }
    }
  }
  for (int p = 0; p < count; p++) {
    const vint seen = seen_lanes(from + p * kPage, first, end);
    for (int h = 0; h < heads; h++) {
      const vfloat score = seen ? sum[h][p] * scale : splat(-__builtin_inff());
      store(scores + h * scores_stride + p * kPage, score);
      largest[h] = vmax(score, largest[h]);
    }
  }
}

// weights [heads, scores_stride] from position `base` on; out [heads, head_dim] at columns [column, column + vectors * 16).
template <int heads, int vectors, class T>
ZK_INLINE void mix_values(const T* pool, int64_t page_stride, const int32_t* pages, int64_t ring, int64_t first, int64_t end,
                          const float* weights, int64_t scores_stride, int64_t head_dim, int64_t column, const float* inverse,
                          T* out) {
  vfloat sum[heads][vectors] = {};
  const int64_t base = first / kPage * kPage;
  PageWalk walk(pages, ring, first);
  for (int64_t from = base; from < end; from += kPage) {
    const T* page = pool + walk.next() * page_stride + column;
    const int64_t begin = first > from ? first - from : 0, last = end - from < kPage ? end - from : kPage;
    for (int64_t slot = begin; slot < last; slot++) {
      for (int v = 0; v < vectors; v++) {
        const vfloat x = load(page + slot * head_dim + v * kLanes);
        for (int h = 0; h < heads; h++) {
          sum[h][v] += x * weights[h * scores_stride + from - base + slot];
        }
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
  PageWalk walk(pages, ring, first);
  int64_t from = base;
  for (; from + (kPagesTogether - 1) * kPage < end; from += kPagesTogether * kPage) {
    page_scores<heads, kPagesTogether>(q, keys, page_stride, walk, scores + from - base, scores_stride, head_dim, scale, from, first,
                                       end, largest);
  }
  for (; from < end; from += kPage) {
    page_scores<heads, 1>(q, keys, page_stride, walk, scores + from - base, scores_stride, head_dim, scale, from, first, end, largest);
  }
  float inverse[heads];
  for (int h = 0; h < heads; h++) {
    const float top = max_lanes(largest[h]);
    vfloat sums{};
    for (from = base; from < end; from += kPage) {
      float* at = scores + h * scores_stride + from - base;
      const vfloat p = seen_lanes(from, first, end) ? exp_clamped(load(at) - top) : vfloat{};
      store(at, p);
      sums += p;
    }
    inverse[h] = 1.0f / sum_lanes(sums);
  }
  int64_t column = 0;
  for (; column + 4 * kLanes <= head_dim; column += 4 * kLanes) {
    mix_values<heads, 4>(values, page_stride, pages, ring, first, end, scores, scores_stride, head_dim, column, inverse, out);
  }
  for (; column + 2 * kLanes <= head_dim; column += 2 * kLanes) {
    mix_values<heads, 2>(values, page_stride, pages, ring, first, end, scores, scores_stride, head_dim, column, inverse, out);
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
