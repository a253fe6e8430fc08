// 4-bit weights for managed code. Parallel lists describe the matrices of a stack; absent second scales are null.
#include "fused_nf4.h"
#include "zephyr_torch.h"

namespace fused = zephyr::fused;
using zephyr::box;

namespace {

fused::Nf4Stack stack(const zt_tensor* packed, const zt_tensor* absmax, const zt_tensor* scales, const double* offsets,
                      const int64_t* rows, int64_t columns, int32_t count) {
  fused::Nf4Stack result;
  for (int32_t i = 0; i < count; i++) {
    fused::require_cpu("Nf4", *packed[i], *absmax[i], zephyr::optional_tensor(scales[i]));
    result.parts.push_back({*packed[i], *absmax[i], zephyr::optional_tensor(scales[i]), offsets[i], rows[i], columns});
  }
  return result;
}

}  // namespace

// float32 or bfloat16 [rows, columns] to codes and scales. With double_quantization non-zero the scales are uint8 codes, and
// second scales and an offset belong to them; else second_scales is null.
ZT_EXPORT int32_t zt_nf4_quantize(zt_tensor weight, int32_t double_quantization, zt_tensor* packed, zt_tensor* absmax,
                                  zt_tensor* second_scales, double* offset) noexcept {
  ZT_TRY
  fused::require_cpu("Nf4", *weight);
  fused::Nf4 result = fused::nf4_quantize(*weight);
  if (double_quantization != 0) {
    result = fused::nf4_quantize_scales(result);
  }
  *packed = box(result.packed);
  *absmax = box(result.absmax);
  *second_scales = result.scales.defined() ? box(result.scales) : nullptr;
  *offset = result.offset;
  ZT_CATCH
}

ZT_EXPORT int32_t zt_nf4_dequantize(const zt_tensor* packed, const zt_tensor* absmax, const zt_tensor* scales,
                                    const double* offsets, const int64_t* rows, int64_t columns, int32_t count, int32_t dtype,
                                    zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::nf4_dequantize(stack(packed, absmax, scales, offsets, rows, columns, count), static_cast<at::ScalarType>(dtype)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_nf4_linear(zt_tensor x, const zt_tensor* packed, const zt_tensor* absmax, const zt_tensor* scales,
                                const double* offsets, const int64_t* rows, int64_t columns, int32_t count, zt_tensor* out) noexcept {
  ZT_TRY
  fused::require_cpu("Nf4Linear", *x);
  *out = box(fused::nf4_linear(*x, stack(packed, absmax, scales, offsets, rows, columns, count)));
  ZT_CATCH
}
