// Operations that newer versions of libtorch have in one piece.
#include "zephyr_torch.h"

// q [batch, heads, queries, headDim], k and v [batch, heads, keys, headDim]. mask: null, or bool [batch or 1, heads or 1, queries,
// keys], true where a query sees a key.
ZT_EXPORT int32_t zt_scaled_dot_product_attention(zt_tensor q, zt_tensor k, zt_tensor v, const at::Tensor* mask, int32_t causal,
                                                  double scale, zt_tensor* out) noexcept {
  ZT_TRY
#if ZT_HAS_ATTENTION
  zephyr::Optional<at::Tensor> attention_mask;
  if (mask != nullptr) {
    attention_mask = *mask;
  }
  *out = zephyr::box(at::scaled_dot_product_attention(*q, *k, *v, attention_mask, 0.0, causal != 0, scale));
#else
  (void)q, (void)k, (void)v, (void)mask, (void)causal, (void)scale, (void)out;
  TORCH_CHECK(false, "unsupported: this libtorch has no scaled-dot-product attention");
#endif
  ZT_CATCH
}

ZT_EXPORT int32_t zt_rms_norm(zt_tensor x, zt_tensor weight, double eps, zt_tensor* out) noexcept {
  ZT_TRY
#if ZT_HAS_RMS_NORM
  *out = zephyr::box(at::rms_norm(*x, {x->size(-1)}, *weight, eps));
#else
  (void)x, (void)weight, (void)eps, (void)out;
  TORCH_CHECK(false, "unsupported: this libtorch has no RMSNorm");
#endif
  ZT_CATCH
}
