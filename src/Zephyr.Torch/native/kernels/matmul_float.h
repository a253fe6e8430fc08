// Small float32 matmul on vectors of sixteen, for attention blocks in float32 and for bfloat16 on CPUs without bfloat16
// instructions. Included by kernels/<isa>.cpp after simd.h.
//
// c [m, n] (+)= a [m, k] b [k, n]; m and k multiples of 4, n a multiple of 32.
struct FloatMatmul {
  using Element = float;

  void operator()(float* c, int64_t c_stride, const float* a, int64_t a_stride, const float* b, int64_t b_stride, int64_t m,
                  int64_t n, int64_t k, bool add) const {
    for (int64_t i = 0; i < m; i += 4) {
      for (int64_t j = 0; j < n; j += 2 * kLanes) {
        vfloat sum[4][2] = {};
        if (add) {
          for (int r = 0; r < 4; r++) {
            sum[r][0] = load(c + (i + r) * c_stride + j);
            sum[r][1] = load(c + (i + r) * c_stride + j + kLanes);
          }
        }
        for (int64_t t = 0; t < k; t++) {
          const vfloat b0 = load(b + t * b_stride + j), b1 = load(b + t * b_stride + j + kLanes);
          for (int r = 0; r < 4; r++) {
            const float left = a[(i + r) * a_stride + t];
            sum[r][0] += left * b0;
            sum[r][1] += left * b1;
          }
        }
        for (int r = 0; r < 4; r++) {
          store(c + (i + r) * c_stride + j, sum[r][0]);
          store(c + (i + r) * c_stride + j + kLanes, sum[r][1]);
        }
      }
    }
  }
};
