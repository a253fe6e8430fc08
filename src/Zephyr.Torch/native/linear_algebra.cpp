// Matrix products.
#include "zephyr_torch.h"

ZT_EXPORT int32_t zt_matmul(zt_tensor self, zt_tensor tensor2, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->matmul(*tensor2));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_mm(zt_tensor self, zt_tensor mat2, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->mm(*mat2));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_bmm(zt_tensor self, zt_tensor mat2, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->bmm(*mat2));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_dot(zt_tensor self, zt_tensor other, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->dot(*other));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_outer(zt_tensor self, zt_tensor vec2, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::outer(*self, *vec2));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_addmm(zt_tensor self, zt_tensor mat1, zt_tensor mat2, double beta, double alpha,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->addmm(*mat1, *mat2, beta, alpha));
  ZT_CATCH
}
