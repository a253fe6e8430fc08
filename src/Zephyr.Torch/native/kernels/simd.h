// Sixteen floats at a time, for every instruction set. GCC's vector extensions lower these types to AVX-512, AVX2, SSE or NEON,
// whichever the including file compiles for.
//
// Included once by each kernels/<isa>.cpp inside namespace zephyr::kernels::<isa>, so that no function compiled for a newer
// CPU can be linked in place of an older one. For the same reason nothing here uses std templates.

using vfloat = float __attribute__((vector_size(64)));
using vint = int32_t __attribute__((vector_size(64)));
using vuint = uint32_t __attribute__((vector_size(64)));
using vhalf = uint16_t __attribute__((vector_size(32)));

constexpr int64_t kLanes = 16;

#define ZK_INLINE inline __attribute__((always_inline))

template <class To, class From>
ZK_INLINE To bits(From value) {
  static_assert(sizeof(To) == sizeof(From), "a reinterpretation keeps the size");
  To result;
  __builtin_memcpy(&result, &value, sizeof result);
  return result;
}

ZK_INLINE vfloat splat(float value) { return value - vfloat{}; }
ZK_INLINE vint splat_int(int32_t value) { return value - vint{}; }
ZK_INLINE vint lane_numbers() { return vint{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

// Half-width conversions. GCC 12 splits its generic ones into two halves on AVX-512; the zero-masked forms avoid its false
// warning about the plain ones' undefined source.
ZK_INLINE vuint widen_halves(vhalf v) {
#ifdef ZK_AVX512
  return bits<vuint>(_mm512_maskz_cvtepu16_epi32(0xffff, bits<__m256i>(v)));
#else
  return __builtin_convertvector(v, vuint);
#endif
}
ZK_INLINE vhalf low_halves(vuint v) {
#ifdef ZK_AVX512
  return bits<vhalf>(_mm512_maskz_cvtepi32_epi16(0xffff, bits<__m512i>(v)));
#else
  return __builtin_convertvector(v & 0xffffu, vhalf);
#endif
}

// bfloat16 is the upper half of a float32; narrowing rounds to nearest, ties to even.
ZK_INLINE float widen(bf16 value) { return bits<float>(static_cast<uint32_t>(value.bits) << 16); }
ZK_INLINE float widen(float value) { return value; }

ZK_INLINE bf16 narrow_bf16(float value) {
  const uint32_t word = bits<uint32_t>(value);
  if (value != value) {
    return bf16{static_cast<uint16_t>((word >> 16) | 0x40u)};
  }
  return bf16{static_cast<uint16_t>((word + 0x7fffu + ((word >> 16) & 1u)) >> 16)};
}
template <class T>
ZK_INLINE T narrow(float value);
template <>
ZK_INLINE float narrow<float>(float value) { return value; }
template <>
ZK_INLINE bf16 narrow<bf16>(float value) { return narrow_bf16(value); }

ZK_INLINE vuint round_to_bf16_bits(vfloat value) {
#ifdef ZK_NATIVE_BF16
  return widen_halves(bits<vhalf>(_mm512_cvtneps_pbh(bits<__m512>(value))));
#else
  const vuint word = bits<vuint>(value);
  const vuint rounded = (word + 0x7fffu + ((word >> 16) & 1u)) >> 16;
  const vuint quiet = (word >> 16) | 0x40u;
  return bits<vint>(value == value) ? rounded : quiet;
#endif
}

ZK_INLINE vfloat load(const float* p) {
  vfloat v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
ZK_INLINE vfloat load(const bf16* p) {
  vhalf v;
  __builtin_memcpy(&v, p, sizeof v);
  return bits<vfloat>(widen_halves(v) << 16);
}
ZK_INLINE void store(float* p, vfloat v) { __builtin_memcpy(p, &v, sizeof v); }
ZK_INLINE void store(bf16* p, vfloat v) {
#ifdef ZK_NATIVE_BF16
  const __m256bh half = _mm512_cvtneps_pbh(bits<__m512>(v));
  __builtin_memcpy(p, &half, sizeof half);
#else
  const vhalf half = low_halves(round_to_bf16_bits(v));
  __builtin_memcpy(p, &half, sizeof half);
#endif
}

// The last n < 16 values of a row; lanes beyond are zero.
template <class T>
ZK_INLINE vfloat load_some(const T* p, int64_t n) {
  T buffer[kLanes] = {};
  for (int64_t i = 0; i < n; i++) {
    buffer[i] = p[i];
  }
  return load(buffer);
}
template <class T>
ZK_INLINE void store_some(T* p, vfloat v, int64_t n) {
  T buffer[kLanes];
  store(buffer, v);
  for (int64_t i = 0; i < n; i++) {
    p[i] = buffer[i];
  }
}

ZK_INLINE vfloat vmax(vfloat a, vfloat b) { return a > b ? a : b; }

// Pairwise, so the order of additions is the same on every instruction set.
ZK_INLINE float sum_lanes(vfloat v) {
  float lane[kLanes];
  store(lane, v);
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) {
      lane[i] += lane[i + width];
    }
  }
  return lane[0];
}
ZK_INLINE float max_lanes(vfloat v) {
  float lane[kLanes];
  store(lane, v);
  float best = lane[0];
  for (int i = 1; i < kLanes; i++) {
    best = lane[i] > best ? lane[i] : best;
  }
  return best;
}

// exp(x) with relative error under 2e-7. x is clamped to [-87, 88]: below, results would be denormal and slow. NaN stays NaN.
// exp(x) = 2^n exp(r), n = round(x / ln 2), r in [-ln 2 / 2, ln 2 / 2] by a degree-6 polynomial.
ZK_INLINE vfloat exp_clamped(vfloat x) {
  x = x < -87.0f ? splat(-87.0f) : x;
  x = x > 88.0f ? splat(88.0f) : x;
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer held in the low mantissa bits
  const vfloat shifted = x * 1.44269504f + magic;
  const vfloat n = shifted - magic;
  vfloat r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  vfloat p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const vint exponent = bits<vint>(shifted) << 23;
  return bits<vfloat>(bits<vint>(p) + exponent);
}

// Walks a row of n values sixteen at a time: body(load, store, start) sees full vectors and one partial one.
template <class Body>
ZK_INLINE void for_lanes(int64_t n, Body body) {
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    body(i, kLanes);
  }
  if (i < n) {
    body(i, n - i);
  }
}
template <class T>
ZK_INLINE vfloat load_n(const T* p, int64_t n) { return n == kLanes ? load(p) : load_some(p, n); }
template <class T>
ZK_INLINE void store_n(T* p, vfloat v, int64_t n) {
  if (n == kLanes) {
    store(p, v);
  } else {
    store_some(p, v, n);
  }
}
