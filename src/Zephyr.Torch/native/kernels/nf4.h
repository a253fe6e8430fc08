// From 4-bit NormalFloat codes to numbers. Included by kernels/<isa>.cpp after simd.h, inside its namespace.

// Dettmers et al. (arXiv 2305.14314, appendix E): quantiles of the standard normal distribution, scaled to [-1, 1], zero among them.
constexpr float kNf4Values[16] = {-1.0f,
                                  -0.6961928009986877f,
                                  -0.5250730514526367f,
                                  -0.39491748809814453f,
                                  -0.28444138169288635f,
                                  -0.18477343022823334f,
                                  -0.09105003625154495f,
                                  0.0f,
                                  0.07958029955625534f,
                                  0.16093020141124725f,
                                  0.24611230194568634f,
                                  0.33791524171829224f,
                                  0.44070982933044434f,
                                  0.5626170039176941f,
                                  0.7229568362236023f,
                                  1.0f};

// Sixteen values from eight bytes, the upper half of a byte first.
ZK_INLINE vfloat nf4_values(const uint8_t* packed) {
#ifdef ZK_AVX512
  // A byte spread over 64 bits: its upper half becomes an even lane, its lower half the odd lane after it.
  const __m512i bytes = _mm512_maskz_cvtepu8_epi64(0xff, _mm_loadl_epi64(reinterpret_cast<const __m128i*>(packed)));
  const __m512i low = _mm512_maskz_slli_epi64(0xff, _mm512_and_si512(bytes, _mm512_set1_epi64(15)), 32);
  const __m512i codes = _mm512_or_si512(_mm512_maskz_srli_epi64(0xff, bytes, 4), low);
  return bits<vfloat>(_mm512_maskz_permutexvar_ps(0xffff, codes, bits<__m512>(load(kNf4Values))));
#else
  float values[kLanes];
  for (int i = 0; i < kLanes / 2; i++) {
    values[2 * i] = kNf4Values[packed[i] >> 4];
    values[2 * i + 1] = kNf4Values[packed[i] & 15];
  }
  return load(values);
#endif
}

template <class T>
void nf4_dequantize(const uint8_t* packed, const float* absmax, T* out, int64_t blocks) {
  for (int64_t block = 0; block < blocks; block++) {
    for (int part = 0; part < 4; part++, packed += 8, out += kLanes) {
      store(out, nf4_values(packed) * absmax[block]);
    }
  }
}
