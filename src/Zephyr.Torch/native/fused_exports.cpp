// The fused operations for managed code. Absent tensors are null; a sliding window of 0 is none.
#include "fused.h"
#include "zephyr_torch.h"

namespace fused = zephyr::fused;
using zephyr::box;

ZT_EXPORT int32_t zt_fused_rms_norm(zt_tensor x, zt_tensor weight, double eps, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("RmsNorm", *x, *weight);
  *out = box(fused::rms_norm(*x, *weight, eps));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_add_rms_norm(zt_tensor x, zt_tensor residual, zt_tensor weight, double eps, zt_tensor* sum,
                                        zt_tensor* normed) noexcept {
  ZT_TRY
  fused::require_cpu("AddRmsNorm", *x, *residual, *weight);
  auto [sum_tensor, normed_tensor] = fused::add_rms_norm(*x, *residual, *weight, eps);
  *sum = box(sum_tensor);
  *normed = box(normed_tensor);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_rope(zt_tensor x, zt_tensor cos, zt_tensor sin, zt_tensor positions, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("Rope", *x, *cos, *sin, *positions);
  *out = box(fused::rope(*x, *cos, *sin, *positions));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_swiglu(zt_tensor gate, zt_tensor up, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("SwiGlu", *gate, *up);
  *out = box(fused::swiglu(*gate, *up));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_swiglu_packed(zt_tensor gate_up, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("SwiGluPacked", *gate_up);
  *out = box(fused::swiglu_packed(*gate_up));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_attention(zt_tensor q, zt_tensor k, zt_tensor v, const at::Tensor* document_starts,
                                     int64_t sliding_window, double scale, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("Attention", *q, *k, *v, zephyr::optional_tensor(document_starts));
  *out = box(fused::attention(*q, *k, *v, zephyr::optional_tensor(document_starts), sliding_window, scale));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_packed_attention(zt_tensor qkv, int64_t heads, int64_t kv_heads, zt_tensor cos, zt_tensor sin,
                                            zt_tensor positions, const at::Tensor* document_starts, int64_t sliding_window,
                                            double scale, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("PackedAttention", *qkv, *cos, *sin, *positions, zephyr::optional_tensor(document_starts));
  *out = box(fused::packed_attention(*qkv, heads, kv_heads, *cos, *sin, *positions, zephyr::optional_tensor(document_starts),
                                     sliding_window, scale));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_linear_cross_entropy(zt_tensor hidden, zt_tensor weight, zt_tensor labels, zt_tensor* loss,
                                                zt_tensor* hits) noexcept {
  ZT_TRY
  fused::require_cpu("LinearCrossEntropy", *hidden, *weight, *labels);
  auto [loss_tensor, hits_tensor] = fused::linear_cross_entropy(*hidden, *weight, *labels);
  *loss = box(loss_tensor);
  *hits = box(hits_tensor);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_completion_log_probs(zt_tensor hidden, zt_tensor weight, zt_tensor labels, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("CompletionLogProbs", *hidden, *weight, *labels);
  *out = box(fused::completion_log_probs(*hidden, *weight, *labels));
  ZT_CATCH
}

// "amx", "avx512_bf16", "avx512", "avx2" or "baseline"; a static string.
ZT_EXPORT int32_t zt_fused_instruction_set(const char** name) noexcept {
  ZT_TRY
  *name = zephyr::kernels::instruction_set();
  ZT_CATCH
}
