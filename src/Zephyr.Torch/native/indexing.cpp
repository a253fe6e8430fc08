// Elements chosen by index or by mask.
#include "zephyr_torch.h"

// One tensor in, one out.
#define ZT_UNARY(name)                                                    \
  ZT_EXPORT int32_t zt_##name(zt_tensor self, zt_tensor* out) noexcept { \
    ZT_TRY                                                                \
    *out = zephyr::box(self->name());                                     \
    ZT_CATCH                                                              \
  }

ZT_UNARY(nonzero)

ZT_EXPORT int32_t zt_index_select(zt_tensor self, int64_t dim, zt_tensor index, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->index_select(dim, *index));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_gather(zt_tensor self, int64_t dim, zt_tensor index, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->gather(dim, *index));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_scatter(zt_tensor self, int64_t dim, zt_tensor index, zt_tensor src, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->scatter(dim, *index, *src));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_scatter_value(zt_tensor self, int64_t dim, zt_tensor index, int32_t value_kind, int64_t value_bits,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->scatter(dim, *index, zephyr::scalar(value_kind, value_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_scatter_add(zt_tensor self, int64_t dim, zt_tensor index, zt_tensor src, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->scatter_add(dim, *index, *src));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_scatter_(zt_tensor self, int64_t dim, zt_tensor index, zt_tensor src) noexcept {
  ZT_TRY
  self->scatter_(dim, *index, *src);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_index_add_(zt_tensor self, int64_t dim, zt_tensor index, zt_tensor source) noexcept {
  ZT_TRY
  self->index_add_(dim, *index, *source);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_index_copy_(zt_tensor self, int64_t dim, zt_tensor index, zt_tensor source) noexcept {
  ZT_TRY
  self->index_copy_(dim, *index, *source);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_masked_fill(zt_tensor self, zt_tensor mask, int32_t value_kind, int64_t value_bits,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->masked_fill(*mask, zephyr::scalar(value_kind, value_bits)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_masked_fill_(zt_tensor self, zt_tensor mask, int32_t value_kind, int64_t value_bits) noexcept {
  ZT_TRY
  self->masked_fill_(*mask, zephyr::scalar(value_kind, value_bits));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_masked_select(zt_tensor self, zt_tensor mask, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->masked_select(*mask));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_where(zt_tensor self, zt_tensor x, zt_tensor y, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(at::where(*self, *x, *y));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_repeat_interleave(zt_tensor self, int64_t repeats, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->repeat_interleave(repeats));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_repeat_interleave_dim(zt_tensor self, int64_t repeats, int64_t dim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->repeat_interleave(repeats, dim));
  ZT_CATCH
}
