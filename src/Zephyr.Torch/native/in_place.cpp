// Operations that change their first operand.
#include "zephyr_torch.h"

ZT_EXPORT int32_t zt_copy_(zt_tensor self, zt_tensor source, int32_t non_blocking) noexcept {
  ZT_TRY
  self->copy_(*source, non_blocking != 0);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fill_(zt_tensor self, int32_t value_kind, int64_t value_bits) noexcept {
  ZT_TRY
  self->fill_(zephyr::scalar(value_kind, value_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_zero_(zt_tensor self) noexcept {
  ZT_TRY
  self->zero_();
  ZT_CATCH
}

ZT_EXPORT int32_t zt_add_(zt_tensor self, zt_tensor other, int32_t alpha_kind, int64_t alpha_bits) noexcept {
  ZT_TRY
  self->add_(*other, zephyr::scalar(alpha_kind, alpha_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_add_scalar_(zt_tensor self, int32_t other_kind, int64_t other_bits) noexcept {
  ZT_TRY
  self->add_(zephyr::scalar(other_kind, other_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_sub_(zt_tensor self, zt_tensor other) noexcept {
  ZT_TRY
  self->sub_(*other);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_sub_scalar_(zt_tensor self, int32_t other_kind, int64_t other_bits) noexcept {
  ZT_TRY
  self->sub_(zephyr::scalar(other_kind, other_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_mul_(zt_tensor self, zt_tensor other) noexcept {
  ZT_TRY
  self->mul_(*other);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_mul_scalar_(zt_tensor self, int32_t other_kind, int64_t other_bits) noexcept {
  ZT_TRY
  self->mul_(zephyr::scalar(other_kind, other_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_div_(zt_tensor self, zt_tensor other) noexcept {
  ZT_TRY
  self->div_(*other);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_div_scalar_(zt_tensor self, int32_t other_kind, int64_t other_bits) noexcept {
  ZT_TRY
  self->div_(zephyr::scalar(other_kind, other_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_sqrt_(zt_tensor self) noexcept {
  ZT_TRY
  self->sqrt_();
  ZT_CATCH
}

ZT_EXPORT int32_t zt_clamp_(zt_tensor self, int32_t min_kind, int64_t min_bits,
                           int32_t max_kind, int64_t max_bits) noexcept {
  ZT_TRY
  self->clamp_(zephyr::scalar(min_kind, min_bits), zephyr::scalar(max_kind, max_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_lerp_(zt_tensor self, zt_tensor end, int32_t weight_kind, int64_t weight_bits) noexcept {
  ZT_TRY
  self->lerp_(*end, zephyr::scalar(weight_kind, weight_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_addcmul_(zt_tensor self, zt_tensor tensor1, zt_tensor tensor2,
                           int32_t value_kind, int64_t value_bits) noexcept {
  ZT_TRY
  self->addcmul_(*tensor1, *tensor2, zephyr::scalar(value_kind, value_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_addcdiv_(zt_tensor self, zt_tensor tensor1, zt_tensor tensor2,
                           int32_t value_kind, int64_t value_bits) noexcept {
  ZT_TRY
  self->addcdiv_(*tensor1, *tensor2, zephyr::scalar(value_kind, value_bits));
  ZT_CATCH
}
