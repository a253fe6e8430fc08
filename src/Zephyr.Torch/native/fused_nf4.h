// Frozen weights in 4 bits: blockwise NormalFloat, with the blocks' scales in 8 bits if asked for (Dettmers et al., arXiv
// 2305.14314, sections 3 and appendix E), in the layout of bitsandbytes.
#pragma once

#include "fused.h"

namespace zephyr::fused {

// Values that share a scale, and scales that share one in turn.
constexpr int64_t kNf4Block = 64;
constexpr int64_t kNf4ScaleBlock = 256;

// A matrix [rows, columns] whose elements, row by row, fill whole blocks.
struct Nf4 {
  at::Tensor packed;  // uint8 [elements / 2]: two codes a byte, the first in the upper half
  at::Tensor absmax;  // float32 [blocks]: the largest magnitude of each block; or uint8 codes of it
  at::Tensor scales;  // undefined; or float32 [blocks / 256, rounded up]: absmax = map[code] * scale + offset
  double offset;
  int64_t rows, columns;
};

// Several matrices of as many columns, stacked: what one product takes.
struct Nf4Stack {
  std::vector<Nf4> parts;
};

// packed and absmax of a float32 or bfloat16 matrix.
Nf4 nf4_quantize(const at::Tensor& weight);

// The same matrix with 8-bit scales: absmax less its mean, in codes of the signed dynamic map, blocks of 256.
Nf4 nf4_quantize_scales(const Nf4& weight);

// [sum of rows, columns].
at::Tensor nf4_dequantize(const Nf4Stack& stack, at::ScalarType type);

// x [..., columns] times the stacked matrices, transposed: [..., sum of rows]. Only x has a gradient. The matrix in x's type exists
// during the product, and again during that of backward, never between.
at::Tensor nf4_linear(const at::Tensor& x, const Nf4Stack& stack);

}  // namespace zephyr::fused
