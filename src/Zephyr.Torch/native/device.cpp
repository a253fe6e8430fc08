// GPUs: how many there are, how float32 products are made there, and what memory is used. No header of CUDA's is needed.
#include "zephyr_torch.h"

#include <ATen/Context.h>
#include <torch/cuda.h>
#ifdef ZT_HAS_DEVICE_ALLOCATOR
#include <c10/core/CachingDeviceAllocator.h>
#endif

#ifdef ZT_HAS_DEVICE_ALLOCATOR
namespace {

// The GPUs' allocator; null before the first tensor there, when it knows of no device and refuses to be asked.
c10::DeviceAllocator* device_allocator() {
  if (torch::cuda::device_count() == 0) {
    return nullptr;
  }
  c10::DeviceAllocator* const allocator = c10::getDeviceAllocator(at::kCUDA);
  return allocator->initialized() ? allocator : nullptr;
}

}  // namespace
#endif

ZT_EXPORT int32_t zt_cuda_device_count(int32_t* count) noexcept {
  ZT_TRY
  *count = static_cast<int32_t>(torch::cuda::device_count());
  ZT_CATCH
}

// Waits until the GPU has done all it was told.
ZT_EXPORT int32_t zt_cuda_synchronize(int32_t device_index) noexcept {
  ZT_TRY
  torch::cuda::synchronize(device_index);
  ZT_CATCH
}

// Whether float32 products may round their inputs to TF32 (10 bits of fraction).
ZT_EXPORT int32_t zt_set_tf32(int32_t allowed) noexcept {
  ZT_TRY
  at::globalContext().setAllowTF32CuBLAS(allowed != 0);
  at::globalContext().setAllowTF32CuDNN(allowed != 0);
  ZT_CATCH
}

// Bytes of tensors on a GPU: now, and at most since the last reset. -1 where this libtorch does not tell.
ZT_EXPORT int32_t zt_cuda_memory(int32_t device_index, int64_t* current, int64_t* peak) noexcept {
  ZT_TRY
  *current = *peak = -1;
#ifdef ZT_HAS_DEVICE_ALLOCATOR
  if (c10::DeviceAllocator* const allocator = device_allocator()) {
    // The first of the three sums is over all pools.
    const auto stats = allocator->getDeviceStats(static_cast<c10::DeviceIndex>(device_index));
    *current = stats.allocated_bytes[0].current;
    *peak = stats.allocated_bytes[0].peak;
  } else if (torch::cuda::device_count() > 0) {
    *current = *peak = 0;
  }
#else
  (void)device_index;
#endif
  ZT_CATCH
}

ZT_EXPORT int32_t zt_cuda_reset_peak_memory(int32_t device_index) noexcept {
  ZT_TRY
#ifdef ZT_HAS_DEVICE_ALLOCATOR
  if (c10::DeviceAllocator* const allocator = device_allocator()) {
    allocator->resetPeakStats(static_cast<c10::DeviceIndex>(device_index));
  }
#else
  (void)device_index;
#endif
  ZT_CATCH
}
