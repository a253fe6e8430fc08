// How attention lays out its operands: see attention.h.

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
