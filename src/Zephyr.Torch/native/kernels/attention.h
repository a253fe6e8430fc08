// Blocked causal attention, forward and backward. Included by kernels/<isa>.cpp after transpose.h and a matmul header.
//
// Everything is kept transposed: scores are S^T [keys, queries], so that each of a vector's sixteen lanes is one query and the
// softmax needs no sum across lanes: maximum, sum, log-sum-exp and delta are plain vectors. Per block of kQueries queries:
//
//   forward   S^T = K Q^T, P^T = exp(scale S^T - m), l = sum over keys, O^T = V^T P^T / l, lse = m + log l  (m: running maximum)
//   backward  P^T = exp(scale S^T - lse), dP^T = V dO^T, dS^T = scale P^T (dP^T - delta), delta = rowsum(dO * O)
//             dV += P^T dO, dK += dS^T Q, dQ^T += K^T dS^T
//
// (online softmax and recomputation as in FlashAttention, arXiv 2205.14135). The matmuls take a left operand of plain rows and
// a right operand in the layout Matmul::Element dictates: bfloat16 pairs consecutive rows of the contraction, float32 does not.
// Padded sizes: positions and head dimension to multiples of kTile, with zeros.

#include "attention_packing.h"
#include "attention_blocks.h"
#include "attention_forward.h"
#include "attention_backward.h"

template <class Matmul, class T>
int64_t attention_scratch(const AttentionShape& shape, bool backward) {
  return backward ? BackwardScratch<Matmul, T>(shape, nullptr).bytes : ForwardScratch<Matmul, T>(shape, nullptr).bytes;
}
