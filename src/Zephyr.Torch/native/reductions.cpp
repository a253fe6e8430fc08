// Sums, means, extremes and norms over some or all dimensions.
#include "zephyr_torch.h"

// One tensor in, one out.
#define ZT_UNARY(name)                                                    \
  ZT_EXPORT int32_t zt_##name(zt_tensor self, zt_tensor* out) noexcept { \
    ZT_TRY                                                                \
    *out = zephyr::box(self->name());                                     \
    ZT_CATCH                                                              \
  }

ZT_UNARY(max)
ZT_UNARY(min)
ZT_UNARY(argmax)
ZT_UNARY(all)
ZT_UNARY(any)

ZT_EXPORT int32_t zt_sum(zt_tensor self, int32_t type, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->sum(zephyr::optional_dtype(type)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_sum_dims(zt_tensor self, const int64_t* dim, int32_t dim_count, int32_t keepdim, int32_t type,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->sum(zephyr::sizes(dim, dim_count), keepdim != 0, zephyr::optional_dtype(type)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_mean(zt_tensor self, int32_t type, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->mean(zephyr::optional_dtype(type)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_mean_dims(zt_tensor self, const int64_t* dimensions, int32_t dimensions_count, int32_t keepdim, int32_t type,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->mean(zephyr::sizes(dimensions, dimensions_count), keepdim != 0, zephyr::optional_dtype(type)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_max_dim(zt_tensor self, int64_t dim, int32_t keepdim, zt_tensor* first, zt_tensor* second) noexcept {
  ZT_TRY
  const auto results = self->max(dim, keepdim != 0);
  *first = zephyr::box(std::get<0>(results));
  *second = zephyr::box(std::get<1>(results));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_min_dim(zt_tensor self, int64_t dim, int32_t keepdim, zt_tensor* first, zt_tensor* second) noexcept {
  ZT_TRY
  const auto results = self->min(dim, keepdim != 0);
  *first = zephyr::box(std::get<0>(results));
  *second = zephyr::box(std::get<1>(results));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_argmax_dim(zt_tensor self, int64_t dim, int32_t keepdim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->argmax(dim, keepdim != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_argmin_dim(zt_tensor self, int64_t dim, int32_t keepdim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->argmin(dim, keepdim != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_logsumexp(zt_tensor self, int64_t dim, int32_t keepdim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->logsumexp(at::IntArrayRef(dim), keepdim != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_norm(zt_tensor self, double p, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->norm(p));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_norm_dim(zt_tensor self, int64_t dim, int32_t keepdim, double p, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->norm(p, at::IntArrayRef(dim), keepdim != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_var(zt_tensor self, const int64_t* dim, int32_t dim_count, int32_t unbiased, int32_t keepdim,
                           zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->var(zephyr::sizes(dim, dim_count), unbiased != 0, keepdim != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_all_dim(zt_tensor self, int64_t dim, int32_t keepdim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->all(dim, keepdim != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_any_dim(zt_tensor self, int64_t dim, int32_t keepdim, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->any(dim, keepdim != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_cumsum(zt_tensor self, int64_t dim, int32_t type, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->cumsum(dim, zephyr::optional_dtype(type)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_topk(zt_tensor self, int64_t k, int64_t dim, int32_t largest, int32_t sorted,
                           zt_tensor* first, zt_tensor* second) noexcept {
  ZT_TRY
  const auto results = self->topk(k, dim, largest != 0, sorted != 0);
  *first = zephyr::box(std::get<0>(results));
  *second = zephyr::box(std::get<1>(results));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_sort(zt_tensor self, int64_t dim, int32_t descending, int32_t stable,
                           zt_tensor* first, zt_tensor* second) noexcept {
  ZT_TRY
  const auto results = self->sort(stable != 0, dim, descending != 0);
  *first = zephyr::box(std::get<0>(results));
  *second = zephyr::box(std::get<1>(results));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_argsort(zt_tensor self, int64_t dim, int32_t descending, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->argsort(dim, descending != 0));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_bincount(zt_tensor self, int64_t minlength, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->bincount({}, minlength));
  ZT_CATCH
}
