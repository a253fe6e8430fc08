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
