// What the two losses over a vocabulary share: logits = hidden weight^T, computed for a chunk of tokens at a time so that
// those of the whole batch never exist.
#pragma once

#include "fused.h"

namespace zephyr::fused {

constexpr int64_t kIgnored = -100;

// The tokens that count: those whose label is not -100.
struct Labelled {
  at::Tensor index;   // int64 [count]: their places among all tokens; undefined when all count
  at::Tensor labels;  // int64 [count]
  at::Tensor hidden;  // [count, hidden]
};

Labelled select_labelled(const char* op, const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& labels);

// Tokens in a chunk; a function of the vocabulary alone, so that sums are made in the same order everywhere.
int64_t chunk_rows(int64_t vocab);

// Adds a chunk's share of the weight gradient: total += grad_logits^T hidden, total float32 [vocab, hidden].
void add_weight_grad(const at::Tensor& total, const at::Tensor& grad_logits, const at::Tensor& hidden);

// Puts the labelled tokens' gradients back among all tokens, zero elsewhere: [tokens, hidden].
at::Tensor scatter_grad(const at::Tensor& grad, const at::Tensor& index, int64_t tokens);

}  // namespace zephyr::fused
