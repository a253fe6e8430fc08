// bfloat16 as bits: the kernels need only its layout.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zephyr::kernels {

struct bf16 {
  uint16_t bits;
};
static_assert(sizeof(bf16) == 2, "bfloat16 is two bytes");

}  // namespace zephyr::kernels
