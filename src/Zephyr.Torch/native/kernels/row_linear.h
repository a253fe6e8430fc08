// x Wᵀ for few rows, each row alone: what a row gives depends on that row and W, not on the rows beside it nor on their number.
// A library's product takes other kernels, with other orders of summation, for other numbers of rows. Included after attention.h.
//
// As in attention everything is transposed: the left operand is W as it lies in memory, kTile outputs at a time, the right one is
// x in blocks of kQueries rows, padded with zeros. A sum runs over `in` in one order whatever stands in the other columns.

template <class Matmul, class T>
int64_t row_linear_packed_bytes(int64_t rows, int64_t in) {
  return padded(rows) * padded(in) * static_cast<int64_t>(sizeof(typename Matmul::Element));
}

// Scratch of row_linear_pack and of row_linear, whichever is larger.
template <class Matmul, class T>
int64_t row_linear_scratch(int64_t in) {
  Arena arena{nullptr, 0};
  arena.take<typename Matmul::Element>(kTile * padded(in));
  arena.take<float>(kTile * kQueries);
  return arena.used;
}

// x [rows, in] as right operands, kQueries rows each.
template <class Matmul, class T>
void row_linear_pack(const T* x, int64_t rows, int64_t in, void* packed, void* scratch) {
  using E = typename Matmul::Element;
  Arena arena{static_cast<char*>(scratch), 0};
  E* block = arena.take<E>(kTile * padded(in));
  E* to = static_cast<E*>(packed);
  for (int64_t first = 0; first < rows; first += kQueries, to += kQueries * padded(in)) {
    const int64_t count = rows - first < kQueries ? rows - first : kQueries;
    pack_rows(block, x + first * in, in, count, in, kQueries, padded(in));
    pack_right_transposed(to, block, padded(in));
  }
}

template <class T>
struct SameType {
  static constexpr bool as(const T*) { return true; }
  template <class U>
  static constexpr bool as(const U*) { return false; }
};

// out[:, first .. end) of [rows, width]; first a multiple of kTile.
template <class Matmul, class T>
void row_linear(const void* packed, const T* weight, T* out, int64_t rows, int64_t in, int64_t width, int64_t first, int64_t end,
                void* scratch) {
  using E = typename Matmul::Element;
  const Matmul matmul;
  Arena arena{static_cast<char*>(scratch), 0};
  E* copy = arena.take<E>(kTile * padded(in));
  float* sums = arena.take<float>(kTile * kQueries);
  float ones[kQueries];
  for (float& one : ones) {
    one = 1.0f;
  }
  for (int64_t from = first; from < end; from += kTile) {
    const int64_t count = end - from < kTile ? end - from : kTile;
    // The next rows of W come from memory while these are multiplied: tiles are read across rows, which no prefetcher foresees.
    if (from + kTile < width) {
      const char* next = reinterpret_cast<const char*>(weight + (from + kTile) * in);
      const int64_t bytes = (width - from - kTile < kTile ? width - from - kTile : kTile) * in * static_cast<int64_t>(sizeof(T));
      for (int64_t at = 0; at < bytes; at += 64) {
        __builtin_prefetch(next + at, 0, 2);
      }
    }
    const E* left;
    // Whole tiles of the element type are read where they lie.
    if (SameType<E>::as(weight) && count == kTile && padded(in) == in) {
      left = reinterpret_cast<const E*>(weight + from * in);
    } else {
      pack_rows(copy, weight + from * in, in, count, in, kTile, padded(in));
      left = copy;
    }
    const E* right = static_cast<const E*>(packed);
    for (int64_t row = 0; row < rows; row += kQueries, right += kQueries * padded(in)) {
      const int64_t height = rows - row < kQueries ? rows - row : kQueries;
      matmul(sums, kQueries, left, padded(in), right, kQueries, kTile, kQueries, padded(in), false);
      unpack_transposed(out + row * width + from, width, sums, ones, height, count);
    }
  }
}
