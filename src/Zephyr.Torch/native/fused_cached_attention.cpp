// Attention of one new token a row over a key-value cache, for generation. No gradient.
#include "fused.h"

namespace zephyr::fused {

// q [batch, heads, headDim]; caches [batch, maxSequence, kvHeads, headDim]; lengths int64 [batch]: positions of the row that
// hold a token, the current one included. Each row is computed alone, so batching never changes a row's result.
at::Tensor cached_attention(const at::Tensor& q, const at::Tensor& k_cache, const at::Tensor& v_cache,
                            const at::Tensor& lengths, int64_t sliding_window, double scale) {
  TORCH_CHECK(q.dim() == 3 && k_cache.dim() == 4 && k_cache.sizes() == v_cache.sizes() && q.size(0) == k_cache.size(0) &&
                  q.size(2) == k_cache.size(3) && k_cache.size(2) > 0 && q.size(1) % k_cache.size(2) == 0,
              "CachedAttention: shape mismatch: q ", q.sizes(), " must be [batch, heads, headDim], kCache ", k_cache.sizes(),
              " and vCache ", v_cache.sizes(), " [batch, maxSequence, kvHeads, headDim] with heads a multiple of kvHeads");
  check_same_dtype("CachedAttention", q, k_cache, "kCache");
  check_same_dtype("CachedAttention", q, v_cache, "vCache");
  TORCH_CHECK(lengths.scalar_type() == at::kLong, "CachedAttention: unsupported dtype: lengths must be int64");
  TORCH_CHECK(lengths.dim() == 1 && lengths.size(0) == q.size(0), "CachedAttention: shape mismatch: lengths ", lengths.sizes(),
              " must be [", q.size(0), "]");
  TORCH_CHECK(sliding_window >= 0, "CachedAttention: the sliding window ", sliding_window,
              " is out of range: it must be positive, or 0 for none");
  const at::NoGradGuard no_grad;
  const at::Tensor query = q.contiguous(), keys = k_cache.stride(3) == 1 ? k_cache : k_cache.contiguous(),
                   values = v_cache.strides() == keys.strides() ? v_cache : v_cache.contiguous(), ends = lengths.contiguous();
  TORCH_CHECK(values.strides() == keys.strides(), "CachedAttention: shape mismatch: the strides of kCache ", keys.strides(),
              " and vCache ", values.strides(), " differ");
  const int64_t batch = q.size(0), heads = q.size(1), head_dim = q.size(2), kv_heads = k_cache.size(2);
  const int64_t group = heads / kv_heads;
  for (int64_t row = 0; row < batch; row++) {
    const int64_t length = data<int64_t>(ends)[row];
    TORCH_CHECK(length >= 1 && length <= k_cache.size(1), "CachedAttention: lengths[", row, "] = ", length,
                " is out of range [1, ", k_cache.size(1), "]");
  }
  const at::Tensor out = at::empty_like(query);
  for_element_type("CachedAttention", q, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    at::parallel_for(0, batch * kv_heads, 1, [&](int64_t begin, int64_t end) {
      const kernels::FlushDenormals flush;
      std::vector<float> scores(static_cast<size_t>(k_cache.size(1)));
      for (int64_t item = begin; item < end; item++) {
        const int64_t row = item / kv_heads, kv_head = item % kv_heads;
        const int64_t length = data<int64_t>(ends)[row];
        const int64_t first = sliding_window == 0 ? 0 : std::max<int64_t>(0, length - sliding_window);
        const int64_t cache = row * keys.stride(0) + kv_head * keys.stride(2);
        const int64_t at = (row * heads + kv_head * group) * head_dim;
        kernels::kernels<T>().cached_attention(data<T>(query) + at, data<T>(keys) + cache, data<T>(values) + cache,
                                               data<T>(out) + at, scores.data(), group, head_dim, keys.stride(1), first, length,
                                               static_cast<float>(scale));
      }
    });
  });
  return out;
}

}  // namespace zephyr::fused
