// What packed attention shares with the rotary embedding.
#pragma once

#include "fused.h"

namespace zephyr::fused {

// cos, sin float32 [maxPositions, headDim / 2]; positions int64 [batch, sequence], each a row of cos.
void check_rope_tables(const char* op, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& positions,
                       int64_t batch, int64_t sequence, int64_t head_dim);

// x [batch, sequence, heads, headDim], any strides with a contiguous last dimension, to a contiguous result; sign -1 turns back.
at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& positions, float sign);

}  // namespace zephyr::fused
