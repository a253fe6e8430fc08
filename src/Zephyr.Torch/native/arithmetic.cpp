// Sums, products, powers and the logic of two operands; shapes broadcast as in PyTorch.
#include "zephyr_torch.h"

ZT_EXPORT int32_t zt_add(zt_tensor self, zt_tensor other, int32_t alpha_kind, int64_t alpha_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->add(*other, zephyr::scalar(alpha_kind, alpha_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_add_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->add(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_sub(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->sub(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_sub_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->sub(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_mul(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->mul(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_mul_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->mul(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_div(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->div(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_div_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->div(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_pow(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->pow(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_pow_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->pow(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_remainder(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->remainder(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_remainder_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->remainder(zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_floor_divide(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::floor_divide(*self, *other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_floor_divide_scalar(zt_tensor self, int32_t other_kind, int64_t other_bits, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::floor_divide(*self, zephyr::scalar(other_kind, other_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_maximum(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::maximum(*self, *other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_minimum(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::minimum(*self, *other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_logical_and(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->logical_and(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_logical_or(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->logical_or(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_logical_xor(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->logical_xor(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_addcmul(zt_tensor self, zt_tensor tensor1, zt_tensor tensor2, int32_t value_kind, int64_t value_bits,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->addcmul(*tensor1, *tensor2, zephyr::scalar(value_kind, value_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_lerp(zt_tensor self, zt_tensor end, int32_t weight_kind, int64_t weight_bits,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->lerp(*end, zephyr::scalar(weight_kind, weight_bits)));
  ZT_CATCH
}
