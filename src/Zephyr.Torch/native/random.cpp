// Random generators and their state, which is part of a checkpoint.
#include "zephyr_torch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>

using zt_generator = at::Generator*;

namespace {

at::Device device_of(int32_t type, int32_t index) {
  return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index));
}

}  // namespace

ZT_EXPORT int32_t zt_generator_new(uint64_t seed, zt_generator* out) noexcept {
  ZT_TRY
  *out = new at::Generator(at::make_generator<at::CPUGeneratorImpl>(seed));
  ZT_CATCH
}

// The device's own generator, which operations use when given none.
ZT_EXPORT int32_t zt_generator_default(int32_t device_type, int32_t device_index, zt_generator* out) noexcept {
  ZT_TRY
  *out = new at::Generator(at::globalContext().defaultGenerator(device_of(device_type, device_index)));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_generator_free(zt_generator generator) noexcept {
  ZT_TRY
  delete generator;
  ZT_CATCH
}

ZT_EXPORT int32_t zt_generator_seed(zt_generator generator, uint64_t seed) noexcept {
  ZT_TRY
  std::lock_guard<std::mutex> lock(generator->mutex());
  generator->set_current_seed(seed);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_generator_initial_seed(zt_generator generator, uint64_t* seed) noexcept {
  ZT_TRY
  *seed = generator->current_seed();
  ZT_CATCH
}

// The state as a byte tensor on the CPU.
ZT_EXPORT int32_t zt_generator_get_state(zt_generator generator, zt_tensor* out) noexcept {
  ZT_TRY
  std::lock_guard<std::mutex> lock(generator->mutex());
  *out = zephyr::box(generator->get_state());
  ZT_CATCH
}

ZT_EXPORT int32_t zt_generator_set_state(zt_generator generator, zt_tensor state) noexcept {
  ZT_TRY
  std::lock_guard<std::mutex> lock(generator->mutex());
  generator->set_state(*state);
  ZT_CATCH
}

// Seeds every device's default generator.
ZT_EXPORT int32_t zt_manual_seed(uint64_t seed) noexcept {
  ZT_TRY
  at::manual_seed(seed);
  ZT_CATCH
}
