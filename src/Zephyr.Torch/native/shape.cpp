// Views and rearrangements.
#include "zephyr_torch.h"

// One tensor in, one out.
#define ZT_UNARY(name)                                                    \
  ZT_EXPORT int32_t zt_##name(zt_tensor self, zt_tensor* out) noexcept { \
    ZT_TRY                                                                \
    *out = zephyr::box(self->name());                                     \
    ZT_CATCH                                                              \
  }

ZT_UNARY(t)
ZT_UNARY(squeeze)
ZT_UNARY(contiguous)
ZT_UNARY(clone)
ZT_UNARY(detach)

ZT_EXPORT int32_t zt_view(zt_tensor self, const int64_t* shape, int32_t shape_count, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->view(zephyr::sizes(shape, shape_count)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_reshape(zt_tensor self, const int64_t* shape, int32_t shape_count, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->reshape(zephyr::sizes(shape, shape_count)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_expand(zt_tensor self, const int64_t* sizes, int32_t sizes_count, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->expand(zephyr::sizes(sizes, sizes_count)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_repeat(zt_tensor self, const int64_t* repeats, int32_t repeats_count, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->repeat(zephyr::sizes(repeats, repeats_count)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_permute(zt_tensor self, const int64_t* permutation, int32_t permutation_count,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->permute(zephyr::sizes(permutation, permutation_count)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_transpose(zt_tensor self, int64_t dim0, int64_t dim1, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->transpose(dim0, dim1));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_unsqueeze(zt_tensor self, int64_t dim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->unsqueeze(dim));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_squeeze_dim(zt_tensor self, int64_t dim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->squeeze(dim));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_flatten(zt_tensor self, int64_t start_dim, int64_t end_dim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->flatten(start_dim, end_dim));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_flip(zt_tensor self, const int64_t* dims, int32_t dims_count, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->flip(zephyr::sizes(dims, dims_count)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_narrow(zt_tensor self, int64_t dim, int64_t start, int64_t length, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->narrow(dim, start, length));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_slice(zt_tensor self, int64_t dim, int64_t start, int64_t finish, int64_t step,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->slice(dim, start, finish, step));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_select(zt_tensor self, int64_t dim, int64_t index, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->select(dim, index));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_tril(zt_tensor self, int64_t diagonal, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->tril(diagonal));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_triu(zt_tensor self, int64_t diagonal, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->triu(diagonal));
  ZT_CATCH
}
