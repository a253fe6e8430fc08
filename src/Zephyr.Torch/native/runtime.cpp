// What this build of libtorch is and can do, and process-wide settings.
#include "zephyr_torch.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <cstdlib>
#include <malloc.h>

// Raised together with the managed Native.AbiVersion whenever an export's signature changes.
static constexpr int32_t abi_version = 3;

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

// What was compiled in and is there: 1 CUDA compiled in, 2 a CUDA device answers, 4 OpenMP threads, 8 MKL,
// 16 scaled-dot-product attention, 32 RMSNorm, 64 statistics of device memory.
ZT_EXPORT int32_t zt_capabilities(int32_t* flags) noexcept {
  ZT_TRY
  int32_t found = 0;
#ifdef ZT_HAS_CUDA
  found |= 1;
#endif
  found |= at::hasCUDA() ? 2 : 0;
#ifdef _OPENMP
  found |= 4;
#endif
  found |= at::hasMKL() ? 8 : 0;
#if ZT_HAS_ATTENTION
  found |= 16;
#endif
#if ZT_HAS_RMS_NORM
  found |= 32;
#endif
#ifdef ZT_HAS_DEVICE_ALLOCATOR
  found |= 64;
#endif
  *flags = found;
  ZT_CATCH
}

ZT_EXPORT int32_t zt_set_threads(int32_t count) noexcept {
  ZT_TRY
  at::set_num_threads(count);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_get_threads(int32_t* count) noexcept {
  ZT_TRY
  *count = at::get_num_threads();
  ZT_CATCH
}

// Operations without a deterministic algorithm then fail instead of varying. cuBLAS reads its variable when it is first used.
ZT_EXPORT int32_t zt_set_deterministic(int32_t enabled) noexcept {
  ZT_TRY
  if (enabled != 0) {
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
  }
  at::globalContext().setBenchmarkCuDNN(false);
  at::globalContext().setDeterministicAlgorithms(enabled != 0, /*warn_only=*/false);
  at::globalContext().setDeterministicCuDNN(enabled != 0);
  zephyr::leave_new_memory_unfilled(at::globalContext(), 0);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_get_deterministic(int32_t* enabled) noexcept {
  ZT_TRY
  *enabled = at::globalContext().deterministicAlgorithms() ? 1 : 0;
  ZT_CATCH
}
