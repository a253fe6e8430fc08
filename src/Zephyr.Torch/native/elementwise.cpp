// Functions of each element.
#include "zephyr_torch.h"

// One tensor in, one out.
#define ZT_UNARY(name)                                                    \
  ZT_EXPORT int32_t zt_##name(zt_tensor self, zt_tensor* out) noexcept { \
    ZT_TRY                                                                \
    *out = zephyr::box(self->name());                                     \
    ZT_CATCH                                                              \
  }

ZT_UNARY(neg)
ZT_UNARY(abs)
ZT_UNARY(exp)
ZT_UNARY(expm1)
ZT_UNARY(log)
ZT_UNARY(log1p)
ZT_UNARY(sqrt)
ZT_UNARY(rsqrt)
ZT_UNARY(reciprocal)
ZT_UNARY(square)
ZT_UNARY(cos)
ZT_UNARY(sin)
ZT_UNARY(tanh)
ZT_UNARY(erf)
ZT_UNARY(sigmoid)
ZT_UNARY(relu)
ZT_UNARY(floor)
ZT_UNARY(ceil)
ZT_UNARY(round)
ZT_UNARY(sign)
ZT_UNARY(isnan)
ZT_UNARY(isinf)
ZT_UNARY(isfinite)
ZT_UNARY(logical_not)

ZT_EXPORT int32_t zt_silu(zt_tensor self, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::silu(*self));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_gelu(zt_tensor self, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::gelu(*self));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_log_sigmoid(zt_tensor self, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::log_sigmoid(*self));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_softplus(zt_tensor self, double beta, double threshold, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::softplus(*self, beta, threshold));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_clamp(zt_tensor self, int32_t min_kind, int64_t min_bits, int32_t max_kind, int64_t max_bits,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->clamp(zephyr::scalar(min_kind, min_bits), zephyr::scalar(max_kind, max_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_clamp_min(zt_tensor self, int32_t min_kind, int64_t min_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->clamp_min(zephyr::scalar(min_kind, min_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_clamp_max(zt_tensor self, int32_t max_kind, int64_t max_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->clamp_max(zephyr::scalar(max_kind, max_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_nan_to_num(zt_tensor self, double nan, double posinf, double neginf, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->nan_to_num(nan, posinf, neginf));
  ZT_CATCH
}
