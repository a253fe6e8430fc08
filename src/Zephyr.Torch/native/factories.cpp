// New tensors: filled, from bytes, random, joined.
#include "zephyr_torch.h"

#include <cstring>

namespace {

at::TensorOptions options(int32_t dtype, int32_t device_type, int32_t device_index) {
  return at::TensorOptions()
      .dtype(static_cast<at::ScalarType>(dtype))
      .device(zephyr::device(device_type, device_index));
}

zephyr::Optional<at::Generator> optional_generator(const at::Generator* generator) {
  return generator == nullptr ? zephyr::Optional<at::Generator>() : zephyr::Optional<at::Generator>(*generator);
}

}  // namespace

ZT_EXPORT int32_t zt_full(const int64_t* size, int32_t size_count, int32_t value_kind, int64_t value_bits, int32_t dtype,
                          int32_t device_type, int32_t device_index, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::full(zephyr::sizes(size, size_count), zephyr::scalar(value_kind, value_bits),
                              options(dtype, device_type, device_index)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_zeros(const int64_t* size, int32_t size_count, int32_t dtype, int32_t device_type, int32_t device_index,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::zeros(zephyr::sizes(size, size_count), options(dtype, device_type, device_index)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_empty(const int64_t* size, int32_t size_count, int32_t dtype, int32_t device_type, int32_t device_index,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::empty(zephyr::sizes(size, size_count), options(dtype, device_type, device_index)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_arange(int32_t start_kind, int64_t start_bits, int32_t stop_kind, int64_t stop_bits, int32_t step_kind,
                            int64_t step_bits, int32_t dtype, int32_t device_type, int32_t device_index,
                            zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::arange(zephyr::scalar(start_kind, start_bits), zephyr::scalar(stop_kind, stop_bits),
                                zephyr::scalar(step_kind, step_bits), options(dtype, device_type, device_index)));
  ZT_CATCH
}

// A CPU tensor holding a copy of `bytes`, whose count the caller has checked against size and dtype.
ZT_EXPORT int32_t zt_from_bytes(const void* bytes, int64_t byte_count, const int64_t* size, int32_t size_count, int32_t dtype,
                                zt_tensor* out) noexcept {
  ZT_TRY
  auto tensor = at::empty(zephyr::sizes(size, size_count), options(dtype, 0, -1));
  TORCH_CHECK(static_cast<int64_t>(tensor.nbytes()) == byte_count, "the shape takes ", tensor.nbytes(), " bytes, not ", byte_count);
  if (byte_count > 0) {
    std::memcpy(tensor.data_ptr(), bytes, static_cast<size_t>(byte_count));
  }
  *out = zephyr::box(std::move(tensor));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_randn(const int64_t* size, int32_t size_count, const at::Generator* generator, int32_t dtype,
                           int32_t device_type, int32_t device_index, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::randn(zephyr::sizes(size, size_count), optional_generator(generator),
                               options(dtype, device_type, device_index)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_rand(const int64_t* size, int32_t size_count, const at::Generator* generator, int32_t dtype,
                          int32_t device_type, int32_t device_index, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(
      at::rand(zephyr::sizes(size, size_count), optional_generator(generator), options(dtype, device_type, device_index)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_randint(int64_t low, int64_t high, const int64_t* size, int32_t size_count,
                             const at::Generator* generator, int32_t dtype, int32_t device_type, int32_t device_index,
                             zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::randint(low, high, zephyr::sizes(size, size_count), optional_generator(generator),
                                 options(dtype, device_type, device_index)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_randperm(int64_t n, const at::Generator* generator, int32_t dtype, int32_t device_type,
                              int32_t device_index, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::randperm(n, optional_generator(generator), options(dtype, device_type, device_index)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_multinomial(zt_tensor self, int64_t num_samples, int32_t replacement, const at::Generator* generator,
                                 zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->multinomial(num_samples, replacement != 0, optional_generator(generator)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_normal_(zt_tensor self, double mean, double std, const at::Generator* generator) noexcept {
  ZT_TRY
  self->normal_(mean, std, optional_generator(generator));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_uniform_(zt_tensor self, double from, double to, const at::Generator* generator) noexcept {
  ZT_TRY
  self->uniform_(from, to, optional_generator(generator));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_cat(const zt_tensor* tensors, int32_t tensors_count, int64_t dim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::cat(zephyr::tensors(tensors, tensors_count), dim));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_stack(const zt_tensor* tensors, int32_t tensors_count, int64_t dim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::stack(zephyr::tensors(tensors, tensors_count), dim));
  ZT_CATCH
}
