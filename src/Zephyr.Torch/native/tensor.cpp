// A tensor's life and its description.
#include "zephyr_torch.h"

ZT_EXPORT int32_t zt_tensor_free(zt_tensor tensor) noexcept {
  ZT_TRY
  delete tensor;
  ZT_CATCH
}

ZT_EXPORT int32_t zt_tensor_dim(zt_tensor tensor, int64_t* count) noexcept {
  ZT_TRY
  *count = tensor->dim();
  ZT_CATCH
}

// Writes at most `capacity` sizes.
ZT_EXPORT int32_t zt_tensor_sizes(zt_tensor tensor, int64_t* values, int64_t capacity) noexcept {
  ZT_TRY
  const auto sizes = tensor->sizes();
  std::copy_n(sizes.begin(), std::min<int64_t>(capacity, tensor->dim()), values);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_tensor_strides(zt_tensor tensor, int64_t* values, int64_t capacity) noexcept {
  ZT_TRY
  const auto strides = tensor->strides();
  std::copy_n(strides.begin(), std::min<int64_t>(capacity, tensor->dim()), values);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_tensor_numel(zt_tensor tensor, int64_t* count) noexcept {
  ZT_TRY
  *count = tensor->numel();
  ZT_CATCH
}

ZT_EXPORT int32_t zt_tensor_dtype(zt_tensor tensor, int32_t* dtype) noexcept {
  ZT_TRY
  *dtype = static_cast<int32_t>(tensor->scalar_type());
  ZT_CATCH
}

// libtorch's device number (0 CPU, 1 CUDA) and index (-1 for the CPU).
ZT_EXPORT int32_t zt_tensor_device(zt_tensor tensor, int32_t* type, int32_t* index) noexcept {
  ZT_TRY
  *type = static_cast<int32_t>(tensor->device().type());
  *index = tensor->device().index();
  ZT_CATCH
}

// What is true of a tensor: 1 contiguous, 2 requires a gradient, 4 leaf of the graph.
ZT_EXPORT int32_t zt_tensor_flags(zt_tensor tensor, int32_t* flags) noexcept {
  ZT_TRY
  *flags = (tensor->is_contiguous() ? 1 : 0) | (tensor->requires_grad() ? 2 : 0) | (tensor->is_leaf() ? 4 : 0);
  ZT_CATCH
}

// Another handle of the same tensor.
ZT_EXPORT int32_t zt_tensor_alias(zt_tensor tensor, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::Tensor(*tensor));
  ZT_CATCH
}

// Where the first element lies; valid while the tensor lives.
ZT_EXPORT int32_t zt_tensor_data(zt_tensor tensor, void** data) noexcept {
  ZT_TRY
  *data = tensor->data_ptr();
  ZT_CATCH
}
