// What this build of libtorch is and can do, and process-wide settings.
#include "zephyr_torch.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <malloc.h>

// Raised together with the managed Native.AbiVersion whenever an export's signature changes.
static constexpr int32_t abi_version = 1;

// Called once, right after loading.
ZT_EXPORT int32_t zt_initialize(int32_t* version) noexcept {
  ZT_TRY
  // glibc hands every block above 32 MiB straight back to the kernel, so each step pays for fresh zeroed pages. Keeping
  // freed blocks in the heap makes a training step 1.4 to 1.7 times faster; peak memory stays what the step needs.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2000 << 20);
  *version = abi_version;
  ZT_CATCH
}

ZT_EXPORT int32_t zt_libtorch_version(int32_t* major, int32_t* minor, int32_t* patch) noexcept {
  ZT_TRY
  *major = TORCH_VERSION_MAJOR;
  *minor = TORCH_VERSION_MINOR;
  *patch = TORCH_VERSION_PATCH;
  ZT_CATCH
}
