// Between dtypes, devices and managed numbers.
#include "zephyr_torch.h"

ZT_EXPORT int32_t zt_to_dtype(zt_tensor self, int32_t dtype, int32_t copy, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->to(static_cast<at::ScalarType>(dtype), /*non_blocking=*/false, copy != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_to_device(zt_tensor self, int32_t device_type, int32_t device_index, int32_t copy, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->to(self->options().device(zephyr::device(device_type, device_index)), /*non_blocking=*/false, copy != 0));
  ZT_CATCH
}

// The only element as a floating number.
ZT_EXPORT int32_t zt_item_double(zt_tensor self, double* value) noexcept {
  ZT_TRY
  *value = self->item().toDouble();
  ZT_CATCH
}

// The only element as an integer; booleans count as 0 and 1.
ZT_EXPORT int32_t zt_item_long(zt_tensor self, int64_t* value) noexcept {
  ZT_TRY
  *value = self->item().toLong();
  ZT_CATCH
}

// Copies the elements in row-major order to `bytes`, whichever device they are on.
ZT_EXPORT int32_t zt_to_bytes(zt_tensor self, void* bytes, int64_t byte_count) noexcept {
  ZT_TRY
  const auto source = self->detach().cpu().contiguous();
  TORCH_CHECK(static_cast<int64_t>(source.nbytes()) == byte_count, "the tensor takes ", source.nbytes(), " bytes, not ", byte_count);
  if (byte_count > 0) {
    __builtin_memcpy(bytes, source.data_ptr(), static_cast<size_t>(byte_count));
  }
  ZT_CATCH
}
