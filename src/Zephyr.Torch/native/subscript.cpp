// PyTorch's square brackets, read and written.
#include "zephyr_torch.h"

#include <ATen/TensorIndexing.h>

namespace {

// One entry between the brackets, as managed code lays it out (Zephyr.Torch.Interop.NativeIndex).
struct Index {
  int64_t kind;  // 0 integer, 1 slice, 2 ellipsis, 3 new dimension, 4 tensor, 5 boolean
  int64_t start;
  int64_t stop;
  int64_t step;
  at::Tensor* tensor;
};

constexpr int64_t absent = INT64_MIN;

at::indexing::TensorIndex convert(const Index& index) {
  using namespace at::indexing;
  switch (index.kind) {
    case 0:
      return TensorIndex(index.start);
    case 1: {
      const auto bound = [](int64_t value) { return value == absent ? zephyr::Optional<int64_t>() : zephyr::Optional<int64_t>(value); };
      return TensorIndex(Slice(bound(index.start), bound(index.stop), bound(index.step)));
    }
    case 2:
      return TensorIndex(Ellipsis);
    case 3:
      return TensorIndex(None);
    case 4:
      return TensorIndex(*index.tensor);
    default:
      return TensorIndex(index.start != 0);
  }
}

std::vector<at::indexing::TensorIndex> convert(const Index* indices, int32_t count) {
  std::vector<at::indexing::TensorIndex> list;
  for (int32_t i = 0; i < count; i++) {
    list.push_back(convert(indices[i]));
  }
  return list;
}

}  // namespace

ZT_EXPORT int32_t zt_index(zt_tensor self, const Index* indices, int32_t count, zt_tensor* out) noexcept {
  ZT_TRY
  *out = zephyr::box(self->index(convert(indices, count)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_index_put(zt_tensor self, const Index* indices, int32_t count, zt_tensor value) noexcept {
  ZT_TRY
  self->index_put_(convert(indices, count), *value);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_index_put_scalar(zt_tensor self, const Index* indices, int32_t count, int32_t value_kind,
                                      int64_t value_bits) noexcept {
  ZT_TRY
  self->index_put_(convert(indices, count), zephyr::scalar(value_kind, value_bits));
  ZT_CATCH
}
