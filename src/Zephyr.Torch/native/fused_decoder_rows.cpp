// All layers of a decoder over new tokens of several requests, in one call: a step of generation has so little work that calls from
// managed code and their tensors would take a fifth of it. The operations are those of the other files, so the bits are too.
#include "fused.h"

namespace zephyr::fused {
namespace {

constexpr size_t kWeights = 6;  // of a layer: input norm, packed queries, keys and values, output, post-attention norm, gate and up, down

}  // namespace

// embedded [tokens, hidden]; weights: six of each layer in the order above, then the last norm; pools: keys and values of each layer;
// the rest as in paged_attention. -> hidden states after the last norm, [tokens, hidden].
at::Tensor decoder_rows(const at::Tensor& embedded, const std::vector<at::Tensor>& weights, const std::vector<at::Tensor>& pools,
                        int64_t heads, int64_t kv_heads, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& request,
                        const at::Tensor& positions, const at::Tensor& tables, const at::Tensor& rings, int64_t sliding_window,
                        double scale, double eps) {
  TORCH_CHECK(embedded.dim() == 2, "DecoderRows: shape mismatch: embedded ", embedded.sizes(), " must be [tokens, hidden]");
  TORCH_CHECK(weights.size() % kWeights == 1 && pools.size() == weights.size() / kWeights * 2,
              "DecoderRows: shape mismatch: ", weights.size(), " weights and ", pools.size(),
              " pools must be six and two for each layer, and one more weight");
  const at::NoGradGuard no_grad;
  at::Tensor residual = embedded;
  at::Tensor normed = rms_norm(residual, weights[0], eps);
  for (size_t at = 0, pool = 0; at + kWeights < weights.size(); at += kWeights, pool += 2) {
    const at::Tensor mixed = paged_attention(row_linear(normed, weights[at + 1]), heads, kv_heads, cos, sin, pools[pool],
                                             pools[pool + 1], request, positions, tables, rings, sliding_window, scale);
    std::tie(residual, normed) = add_rms_norm(row_linear(mixed.flatten(1), weights[at + 2]), residual, weights[at + 3], eps);
    const at::Tensor update = row_linear(swiglu_packed(row_linear(normed, weights[at + 4])), weights[at + 5]);
    std::tie(residual, normed) = add_rms_norm(update, residual, weights[at + kWeights], eps);
  }
  return normed;
}

}  // namespace zephyr::fused
