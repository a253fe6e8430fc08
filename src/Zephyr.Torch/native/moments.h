// How AdamW's moments are kept between steps: float32, bfloat16, or 8 bits a value. The arithmetic of a step is float32 in every
// form; only what is remembered is rounded.
#pragma once

#include "fused.h"

namespace zephyr::fused {

// 8-bit moments have a float32 scale for each block of this many values.
constexpr int64_t kMomentBlock = 256;

// One moment of one weight. `values` is float32 or bfloat16 of the weight's shape, or uint8 with `scales` float32 [blocks].
// First moments have a sign, second moments have none.
struct Moment {
  at::Tensor values, scales;
  bool is_signed;
};

// The 256 values that 8 bits stand for, ascending, float32: the dynamic map of Dettmers et al. (arXiv 2110.02861, section 2.1).
at::Tensor dynamic_map(bool is_signed);

// Zeros.
Moment make_moment(const at::Tensor& weight, at::ScalarType stored_type, bool is_signed);

// Throws unless the moment fits the weight.
void check_moment(const Moment& moment, const at::Tensor& weight, size_t index);

// Elements [begin, begin + count) to and from float32; begin is a multiple of kMomentBlock. `seed` decides the rounding of
// bfloat16: stochastic, so that changes below half a step are kept on average (a second moment with beta2 = 0.999 would else
// never shrink), and the same in every run.
void load_moment(const Moment& moment, int64_t begin, int64_t count, float* to);
void store_moment(const Moment& moment, int64_t begin, int64_t count, const float* from, uint64_t seed);

}  // namespace zephyr::fused
