// Transposing blocks of sixteen by sixteen 32-bit words in registers: floats, or pairs of bfloat16. Included after simd.h.

// One round exchanges the off-diagonal blocks of `width` lanes between rows that are `width` apart.
template <int width>
ZK_INLINE void exchange(vuint* row) {
  const vint lane = lane_numbers();
  // Lane numbers of 16 and above name the second operand's lanes.
  const vint low = (lane & width) == 0 ? lane : lane - width + 16;
  const vint high = (lane & width) == 0 ? lane + width : lane + 16;
  for (int i = 0; i < 16; i++) {
    if ((i & width) == 0) {
      const vuint a = row[i], b = row[i + width];
      row[i] = __builtin_shuffle(a, b, bits<vuint>(low));
      row[i + width] = __builtin_shuffle(a, b, bits<vuint>(high));
    }
  }
}

ZK_INLINE void transpose_words(vuint* row) {
  exchange<1>(row);
  exchange<2>(row);
  exchange<4>(row);
  exchange<8>(row);
}

// Loads sixteen rows of sixteen words, `stride` bytes apart, and transposes them.
ZK_INLINE void load_transposed(vuint* row, const void* from, int64_t stride) {
  for (int i = 0; i < 16; i++) {
    __builtin_memcpy(row + i, static_cast<const char*>(from) + i * stride, sizeof(vuint));
  }
  transpose_words(row);
}

ZK_INLINE void store_words(void* to, vuint words) { __builtin_memcpy(to, &words, sizeof words); }
