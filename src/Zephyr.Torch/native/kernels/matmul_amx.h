// Small bfloat16 matmul with float32 sums on AMX tiles, for attention blocks. Included by kernels/amx.cpp after simd.h.
//
// c [m, n] (+)= a [m, k] b; b as in matmul_bf16.h. m, n and k multiples of 32: two by two tiles of 16 by 16 sums, each step
// contracting 32. The tile configuration belongs to the thread and other libraries use it too, so each object sets its own.
struct AmxMatmul {
  using Element = bf16;

  struct alignas(64) Configuration {
    uint8_t palette = 1, start_row = 0, reserved[14] = {};
    uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  };
  static_assert(sizeof(Configuration) == 64, "ldtilecfg reads 64 bytes");

  // In constant memory: the intrinsic tells the compiler of 8 bytes read, so stores to the rest of a local would be dropped.
  AmxMatmul() {
    static constexpr Configuration configuration;
    _tile_loadconfig(&configuration);
  }
  ~AmxMatmul() { _tile_release(); }
  AmxMatmul(const AmxMatmul&) = delete;
  AmxMatmul& operator=(const AmxMatmul&) = delete;

  void operator()(float* c, int64_t c_stride, const bf16* a, int64_t a_stride, const bf16* b, int64_t b_stride, int64_t m,
                  int64_t n, int64_t k, bool add) const {
    const int64_t c_bytes = c_stride * 4, a_bytes = a_stride * 2, b_bytes = b_stride * 4;
    for (int64_t i = 0; i < m; i += 32) {
      for (int64_t j = 0; j < n; j += 32) {
        float* top = c + i * c_stride + j;
        float* bottom = top + 16 * c_stride;
        if (add) {
          _tile_loadd(0, top, c_bytes);
          _tile_loadd(1, top + 16, c_bytes);
          _tile_loadd(2, bottom, c_bytes);
          _tile_loadd(3, bottom + 16, c_bytes);
        } else {
          _tile_zero(0);
          _tile_zero(1);
          _tile_zero(2);
          _tile_zero(3);
        }
        for (int64_t t = 0; t < k; t += 32) {
          const bf16* left = a + i * a_stride + t;
          const bf16* right = b + t * b_stride + 2 * j;
          _tile_loadd(4, left, a_bytes);
          _tile_loadd(6, right, b_bytes);
          _tile_loadd(7, right + 32, b_bytes);
          _tile_loadd(5, left + 16 * a_stride, a_bytes);
          _tile_dpbf16ps(0, 4, 6);
          _tile_dpbf16ps(1, 4, 7);
          _tile_dpbf16ps(2, 5, 6);
          _tile_dpbf16ps(3, 5, 7);
        }
        _tile_stored(0, top, c_bytes);
        _tile_stored(1, top + 16, c_bytes);
        _tile_stored(2, bottom, c_bytes);
        _tile_stored(3, bottom + 16, c_bytes);
      }
    }
  }
};
