// What a block of queries may see.
struct QueryBlock {
  int64_t start, count;               // queries start .. start + count
  int64_t first_key, end_key;         // keys any of them may see, multiples of kTile
  vint lowest[kQueries / kLanes];     // first visible key of each; padded queries see none
  vint own[kQueries / kLanes];        // position of each
  int64_t all_from, all_until;        // keys every query of a full block sees

  QueryBlock(const int32_t* first_visible, int64_t block_start, int64_t sequence) : start(block_start) {
    count = sequence - start < kQueries ? sequence - start : kQueries;
    first_key = first_visible[start] / kTile * kTile;
    end_key = padded(start + count);
    all_from = count == kQueries ? first_visible[start + count - 1] : end_key;
    all_until = start + 1;
    for (int64_t i = 0; i < kQueries; i++) {
      lowest[i / kLanes][i % kLanes] = i < count ? first_visible[start + i] : 0x7fffffff;
      own[i / kLanes][i % kLanes] = static_cast<int32_t>(start + i);
    }
  }

  // Whether every query of the block sees every key of [from, until).
  bool sees_all(int64_t from, int64_t until) const { return from >= all_from && until <= all_until; }
  ZK_INLINE vint sees(int64_t key, int64_t group) const {
    const vint k = splat_int(static_cast<int32_t>(key));
    return (k >= lowest[group]) & (k <= own[group]);
  }
};

constexpr int64_t kGroups = kQueries / kLanes;
