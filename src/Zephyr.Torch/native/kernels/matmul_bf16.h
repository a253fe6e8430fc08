// Small bfloat16 matmul with float32 sums on AVX512_BF16, for attention blocks. Included by kernels/<isa>.cpp after simd.h.
//
// c [m, n] (+)= a [m, k] b; b holds pairs of consecutive contraction rows: b[k / 2, n, 2], b_stride counts its columns.
// m a multiple of 4, n of 32, k of 2.
struct Bf16Matmul {
  using Element = bf16;

  void operator()(float* c, int64_t c_stride, const bf16* a, int64_t a_stride, const bf16* b, int64_t b_stride, int64_t m,
                  int64_t n, int64_t k, bool add) const {
    for (int64_t i = 0; i < m; i += 4) {
      for (int64_t j = 0; j < n; j += 2 * kLanes) {
        __m512 sum[4][2];
        for (int r = 0; r < 4; r++) {
          const float* from = c + (i + r) * c_stride + j;
          sum[r][0] = add ? _mm512_loadu_ps(from) : _mm512_setzero_ps();
          sum[r][1] = add ? _mm512_loadu_ps(from + kLanes) : _mm512_setzero_ps();
        }
        for (int64_t t = 0; t < k; t += 2) {
          const bf16* pairs = b + t * b_stride + 2 * j;
          const __m512bh b0 = bits<__m512bh>(_mm512_loadu_si512(pairs));
          const __m512bh b1 = bits<__m512bh>(_mm512_loadu_si512(pairs + 2 * kLanes));
          for (int r = 0; r < 4; r++) {
            int32_t pair;
            __builtin_memcpy(&pair, a + (i + r) * a_stride + t, sizeof pair);
            const __m512bh left = bits<__m512bh>(_mm512_set1_epi32(pair));
            sum[r][0] = _mm512_dpbf16_ps(sum[r][0], left, b0);
            sum[r][1] = _mm512_dpbf16_ps(sum[r][1], left, b1);
          }
        }
        for (int r = 0; r < 4; r++) {
          float* to = c + (i + r) * c_stride + j;
          _mm512_storeu_ps(to, sum[r][0]);
          _mm512_storeu_ps(to + kLanes, sum[r][1]);
        }
      }
    }
  }
};
