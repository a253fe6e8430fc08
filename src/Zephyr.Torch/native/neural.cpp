// Softmax, losses, embedding and the linear layer.
#include "zephyr_torch.h"

ZT_EXPORT int32_t zt_softmax(zt_tensor self, int64_t dim, int32_t dtype, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->softmax(dim, zephyr::optional_dtype(dtype)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_log_softmax(zt_tensor self, int64_t dim, int32_t dtype, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->log_softmax(dim, zephyr::optional_dtype(dtype)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_linear(zt_tensor self, zt_tensor weight, const at::Tensor* bias, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::linear(*self, *weight, zephyr::optional_tensor(bias)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_embedding(zt_tensor self, zt_tensor weight, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::embedding(*weight, *self));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_cross_entropy(zt_tensor self, zt_tensor target, const at::Tensor* weight, int64_t reduction, int64_t ignore_index, double label_smoothing,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::cross_entropy_loss(*self, *target, zephyr::optional_tensor(weight), reduction, ignore_index, label_smoothing));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_nll_loss(zt_tensor self, zt_tensor target, const at::Tensor* weight, int64_t reduction, int64_t ignore_index,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::nll_loss(*self, *target, zephyr::optional_tensor(weight), reduction, ignore_index));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_one_hot(zt_tensor self, int64_t num_classes, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::one_hot(*self, num_classes));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_mse_loss(zt_tensor self, zt_tensor target, int64_t reduction, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::mse_loss(*self, *target, reduction));
  ZT_CATCH
}
