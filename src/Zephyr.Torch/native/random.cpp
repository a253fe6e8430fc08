// Random generators and their state, which is part of a checkpoint.
#include "zephyr_torch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>

using zt_generator = at::Generator*;

// A generator of its own on any device: elsewhere than on the CPU a copy of the device's default one, seeded anew.
ZT_EXPORT int32_t zt_generator_new(uint64_t seed, int32_t device_type, int32_t device_index, zt_generator* out) noexcept {
  ZT_TRY
  if (device_type == static_cast<int32_t>(at::kCPU)) {
    *out = new at::Generator(at::make_generator<at::CPUGeneratorImpl>(seed));
  } else {
    at::Generator copy = at::globalContext().defaultGenerator(zephyr::device(device_type, device_index)).clone();
    copy.set_current_seed(seed);
    *out = new at::Generator(std::move(copy));
  }
  ZT_CATCH
}

// The device's own generator, which operations use when given none.
ZT_EXPORT int32_t zt_generator_default(int32_t device_type, int32_t device_index, zt_generator* out) noexcept {
  ZT_TRY
  *out = new at::Generator(at::globalContext().defaultGenerator(zephyr::device(device_type, device_index)));
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
