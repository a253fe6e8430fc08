// What differs between the versions of libtorch that the shim builds against, 1.13 to 2.x: all of it is here.
#pragma once

#include <ATen/ATen.h>
#include <torch/version.h>

#define ZT_TORCH_AT_LEAST(major, minor) (TORCH_VERSION_MAJOR > (major) || (TORCH_VERSION_MAJOR == (major) && TORCH_VERSION_MINOR >= (minor)))

// at::scaled_dot_product_attention with a scale, and at::rms_norm.
#define ZT_HAS_ATTENTION ZT_TORCH_AT_LEAST(2, 1)
#define ZT_HAS_RMS_NORM ZT_TORCH_AT_LEAST(2, 4)

namespace zephyr {

// c10::optional, which became std::optional and then went away: whatever libtorch's own functions return.
template <class>
struct OptionalOf;
template <template <class> class O, class T>
struct OptionalOf<O<T>> {
  template <class U>
  using of = O<U>;
};
template <class T>
using Optional = typename OptionalOf<decltype(at::TensorOptions().dtype_opt())>::template of<T>;

// Deterministic mode of newer versions also fills every new tensor with NaN before it is written: one more pass over all memory that a
// step takes, and no protection here, where nothing reads what it has not written.
template <class Context>
auto leave_new_memory_unfilled(Context& context, int) -> decltype(context.setDeterministicFillUninitializedMemory(false)) {
  context.setDeterministicFillUninitializedMemory(false);
}
template <class Context>
void leave_new_memory_unfilled(Context&, long) {}

}  // namespace zephyr
