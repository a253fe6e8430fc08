// Comparisons.
#include "zephyr_torch.h"

ZT_EXPORT int32_t zt_eq(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->eq(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_eq_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->eq(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_ne(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->ne(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_ne_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->ne(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_lt(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->lt(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_lt_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->lt(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_le(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->le(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_le_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->le(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_gt(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->gt(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_gt_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->gt(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_ge(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->ge(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_ge_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->ge(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_equal(zt_tensor self, zt_tensor target, int32_t* out) noexcept {
  ZT_TRY
  *out = self->equal(*target) ? 1 : 0;
  ZT_CATCH
}

ZT_EXPORT int32_t zt_allclose(zt_tensor self, zt_tensor target, double rtol, double atol, int32_t equal_nan,
                           int32_t* out) noexcept {
  ZT_TRY
  *out = self->allclose(*target, rtol, atol, equal_nan != 0) ? 1 : 0;
  ZT_CATCH
}
