// What generation is made of: products and attention in which every token is computed alone, so that what a request gets does not
// depend on the requests beside it. No gradient.
#include "fused_rope.h"

#include <cstdlib>
#include <memory>
#include <new>

namespace zephyr::fused {
namespace {

constexpr int64_t kPage = 16;   // positions of a page, as in kernels/paged_attention.h
constexpr int64_t kTile = 32;   // outputs computed together, as in kernels/attention_packing.h
constexpr int64_t kBlock = 32;  // rows packed together

struct Scratch {
  std::unique_ptr<void, void (*)(void*)> owner;
  explicit Scratch(int64_t bytes) : owner(std::aligned_alloc(64, static_cast<size_t>((bytes + 127) / 64 * 64)), std::free) {
    if (owner == nullptr) {
      throw std::bad_alloc();
    }
  }
  void* get() const { return owner.get(); }
};

// Work below this many multiplications is not worth waking another thread for.
constexpr int64_t kWorthSharing = 1 << 18;

}  // namespace

// x [..., in], weight [out, in] -> [..., out].
at::Tensor row_linear(const at::Tensor& x, const at::Tensor& weight) {
  TORCH_CHECK(x.dim() >= 1 && weight.dim() == 2 && x.size(-1) == weight.size(1) && weight.size(1) > 0,
              "RowLinear: shape mismatch: x ", x.sizes(), " must be [..., in] and the weight ", weight.sizes(), " [out, in]");
  check_same_dtype("RowLinear", x, weight, "weight");
  const at::NoGradGuard no_grad;
  const at::Tensor source = x.contiguous(), matrix = weight.contiguous();
  const int64_t in = weight.size(1), width = weight.size(0), rows = x.numel() / in;
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = width;
  const at::Tensor out = at::empty(shape, x.options());
  if (rows == 0 || width == 0) {
    return out;
  }
  for_element_type("RowLinear", x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const auto& table = kernels::kernels<T>();
    const Scratch packed(table.row_linear_packed_bytes(rows, in));
    {
      const kernels::FlushDenormals flush;
      const Scratch scratch(table.row_linear_scratch(in));
      table.row_linear_pack(data<T>(source), rows, in, packed.get(), scratch.get());
    }
    const int64_t tiles = (width + kTile - 1) / kTile;
    const int64_t work = (rows + kBlock - 1) / kBlock * kBlock * kTile * in;
    const int64_t grain = std::max<int64_t>(1, kWorthSharing / std::max<int64_t>(1, work));
    at::parallel_for(0, tiles, grain, [&](int64_t begin, int64_t end) {
      const kernels::FlushDenormals flush;
      const Scratch scratch(table.row_linear_scratch(in));
      table.row_linear(packed.get(), data<T>(matrix), data<T>(out), rows, in, width, begin * kTile, std::min(width, end * kTile),
                       scratch.get());
    });
  });
  return out;
}

// qkv [tokens, (heads + 2 kvHeads) * headDim]; pools [pages, kvHeads, headDim, 16] and [pages, kvHeads, 16, headDim]; request int64
// [tokens]: row of `tables` (int32 [requests, most pages]) each token belongs to, whose first rings[request] entries are a ring;
// positions int64 [1, tokens]. Turns queries and keys, writes keys and values of every token, then lets each token see the
// positions of its request up to its own.
at::Tensor paged_attention(const at::Tensor& qkv, int64_t heads, int64_t kv_heads, const at::Tensor& cos, const at::Tensor& sin,
                           const at::Tensor& key_pool, const at::Tensor& value_pool, const at::Tensor& request,
                           const at::Tensor& positions, const at::Tensor& tables, const at::Tensor& rings, int64_t sliding_window,
                           double scale) {
  TORCH_CHECK(qkv.dim() == 2 && heads > 0 && kv_heads > 0 && heads % kv_heads == 0 && qkv.size(1) % (heads + 2 * kv_heads) == 0,
              "PagedAttention: shape mismatch: qkv ", qkv.sizes(), " must be [tokens, (heads + 2 * kvHeads) * headDim]");
  const int64_t tokens = qkv.size(0), head_dim = qkv.size(1) / (heads + 2 * kv_heads), group = heads / kv_heads;
  TORCH_CHECK(key_pool.dim() == 4 && key_pool.size(1) == kv_heads && key_pool.size(2) == head_dim && key_pool.size(3) == kPage &&
                  key_pool.is_contiguous(),
              "PagedAttention: shape mismatch: keys ", key_pool.sizes(), " must be contiguous [pages, ", kv_heads, ", ", head_dim,
              ", ", kPage, "]");
  TORCH_CHECK(value_pool.dim() == 4 && value_pool.size(0) == key_pool.size(0) && value_pool.size(1) == kv_heads &&
                  value_pool.size(2) == kPage && value_pool.size(3) == head_dim && value_pool.is_contiguous(),
              "PagedAttention: shape mismatch: values ", value_pool.sizes(), " must be contiguous [", key_pool.size(0), ", ", kv_heads,
              ", ", kPage, ", ", head_dim, "]");
  check_same_dtype("PagedAttention", qkv, key_pool, "keys");
  check_same_dtype("PagedAttention", qkv, value_pool, "values");
  TORCH_CHECK(request.scalar_type() == at::kLong && request.dim() == 1 && request.size(0) == tokens && request.is_contiguous(),
              "PagedAttention: shape mismatch: request must be int64 [", tokens, "]");
  TORCH_CHECK(tables.scalar_type() == at::kInt && tables.dim() == 2 && tables.is_contiguous() && rings.scalar_type() == at::kLong &&
                  rings.dim() == 1 && rings.size(0) == tables.size(0) && rings.is_contiguous(),
              "PagedAttention: shape mismatch: tables ", tables.sizes(), " must be int32 [requests, pages] and rings ", rings.sizes(),
              " int64 [requests]");
  TORCH_CHECK(sliding_window >= 0, "PagedAttention: the sliding window ", sliding_window, " is out of range");
  check_rope_tables("PagedAttention", cos, sin, positions, 1, tokens, head_dim);
  const at::NoGradGuard no_grad;
  const at::Tensor source = qkv.contiguous(), places = positions.contiguous();
  const at::Tensor cosines = cos.contiguous(), sines = sin.contiguous();
  const int64_t* of = data<int64_t>(request);
  const int64_t* position = data<int64_t>(places);
  const int64_t* ring = data<int64_t>(rings);
  const int64_t most = tables.size(1), pages = key_pool.size(0);
  for (int64_t r = 0; r < tables.size(0); r++) {
    TORCH_CHECK(ring[r] >= 1 && ring[r] <= most, "PagedAttention: rings[", r, "] = ", ring[r], " is out of range [1, ", most, "]");
    for (int64_t i = 0; i < ring[r]; i++) {
      const int32_t page = data<int32_t>(tables)[r * most + i];
      TORCH_CHECK(page >= 0 && page < pages, "PagedAttention: page ", page, " is out of range of ", pages);
    }
  }
  int64_t seen = 0;
  std::vector<int64_t> lowest(static_cast<size_t>(tables.size(0)), INT64_MAX), highest(static_cast<size_t>(tables.size(0)), -1);
  for (int64_t token = 0; token < tokens; token++) {
    TORCH_CHECK(of[token] >= 0 && of[token] < tables.size(0), "PagedAttention: request[", token, "] = ", of[token],
                " is out of range of ", tables.size(0));
    const int64_t visible = sliding_window == 0 ? position[token] + 1 : std::min(position[token] + 1, sliding_window);
    const auto row = static_cast<size_t>(of[token]);
    lowest[row] = std::min(lowest[row], (position[token] + 1 - visible) / kPage);
    highest[row] = std::max(highest[row], position[token] / kPage);
    seen += visible;
  }
  // Every token is written before the first one looks: no page that one still sees may have been taken by another.
  for (int64_t r = 0; r < tables.size(0); r++) {
    const auto row = static_cast<size_t>(r);
    TORCH_CHECK(highest[row] < 0 || highest[row] - lowest[row] < ring[r], "PagedAttention: pages ", lowest[row], " to ", highest[row],
                " of request ", r, " do not fit its ring of ", ring[r]);
  }
  const at::Tensor turned = at::empty({tokens, heads, head_dim}, qkv.options());
  const at::Tensor out = at::empty({tokens, heads, head_dim}, qkv.options());
  for_element_type("PagedAttention", qkv, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    const auto& table = kernels::kernels<T>();
    const int64_t width = qkv.size(1), page_stride = kv_heads * head_dim * kPage;
    const kernels::FlushDenormals flush;
    std::vector<T> key(static_cast<size_t>(head_dim));
    for (int64_t token = 0; token < tokens; token++) {
      const T* from = data<T>(source) + token * width;
      const float* c = data<float>(cosines) + position[token] * (head_dim / 2);
      const float* s = data<float>(sines) + position[token] * (head_dim / 2);
      for (int64_t head = 0; head < heads; head++) {
        table.rope(from + head * head_dim, c, s, data<T>(turned) + (token * heads + head) * head_dim, head_dim / 2, 1.0f);
      }
      const int64_t row = of[token], slot = position[token] % kPage;
      const int64_t page = data<int32_t>(tables)[row * most + position[token] / kPage % ring[row]];
      for (int64_t head = 0; head < kv_heads; head++) {
        table.rope(from + (heads + head) * head_dim, c, s, key.data(), head_dim / 2, 1.0f);
        T* keys = data<T>(key_pool) + page * page_stride + head * head_dim * kPage + slot;
        for (int64_t i = 0; i < head_dim; i++) {
          keys[i * kPage] = key[static_cast<size_t>(i)];
        }
        const T* value = from + (heads + kv_heads + head) * head_dim;
        std::copy(value, value + head_dim, data<T>(value_pool) + page * page_stride + (head * kPage + slot) * head_dim);
      }
    }
    const int64_t work = std::max<int64_t>(1, seen / std::max<int64_t>(1, tokens)) * head_dim * group * 2;
    at::parallel_for(0, tokens * kv_heads, std::max<int64_t>(1, kWorthSharing / work), [&](int64_t begin, int64_t end) {
      const kernels::FlushDenormals flush_here;
      const Scratch scratch(static_cast<int64_t>(sizeof(float)) * (group * head_dim + 2 * (most + 2) * kPage));
      for (int64_t item = begin; item < end; item++) {
        const int64_t token = item / kv_heads, head = item % kv_heads, last = position[token] + 1;
        const int64_t first = sliding_window == 0 ? 0 : std::max<int64_t>(0, last - sliding_window);
        const int64_t at = head * head_dim * kPage, query = (token * heads + head * group) * head_dim;
        table.paged_attention(data<T>(turned) + query, data<T>(key_pool) + at, data<T>(value_pool) + at, data<T>(out) + query,
                              static_cast<float*>(scratch.get()), group, head_dim, page_stride,
                              data<int32_t>(tables) + of[token] * most, ring[of[token]], first, last, static_cast<float>(scale));
      }
    });
  });
  return out;
}

}  // namespace zephyr::fused
