// The fused operations of generation for managed code. A sliding window of 0 is none.
#include "fused.h"
#include "zephyr_torch.h"

namespace fused = zephyr::fused;
using zephyr::box;

ZT_EXPORT int32_t zt_fused_row_linear(zt_tensor x, zt_tensor weight, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("RowLinear", *x, *weight);
  *out = box(fused::row_linear(*x, *weight));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_paged_attention(zt_tensor qkv, int64_t heads, int64_t kv_heads, zt_tensor cos, zt_tensor sin,
                                           zt_tensor keys, zt_tensor values, zt_tensor request, zt_tensor positions,
                                           zt_tensor tables, zt_tensor rings, int64_t sliding_window, double scale,
                                           zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("PagedAttention", *qkv, *cos, *sin, *keys, *values, *request, *positions, *tables, *rings);
  *out = box(fused::paged_attention(*qkv, heads, kv_heads, *cos, *sin, *keys, *values, *request, *positions, *tables, *rings,
                                    sliding_window, scale));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_decoder_rows(zt_tensor embedded, const zt_tensor* weights, int32_t weight_count, const zt_tensor* pools,
                                        int32_t pool_count, int64_t heads, int64_t kv_heads, zt_tensor cos, zt_tensor sin,
                                        zt_tensor request, zt_tensor positions, zt_tensor tables, zt_tensor rings,
                                        int64_t sliding_window, double scale, double eps, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("DecoderRows", *embedded, *cos, *sin, *request, *positions, *tables, *rings);
  const std::vector<at::Tensor> all_weights = zephyr::tensors(weights, weight_count), all_pools = zephyr::tensors(pools, pool_count);
  for (const auto* list : {&all_weights, &all_pools}) {
    for (const at::Tensor& tensor : *list) {
      fused::require_cpu("DecoderRows", tensor);
    }
  }
  *out = box(fused::decoder_rows(*embedded, all_weights, all_pools, heads, kv_heads, *cos, *sin, *request, *positions, *tables,
                                 *rings, sliding_window, scale, eps));
  ZT_CATCH
}
