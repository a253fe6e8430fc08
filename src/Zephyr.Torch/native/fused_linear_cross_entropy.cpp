// Linear layer and cross-entropy in one: loss = sum over tokens of logsumexp(logits) - logits[label].
//
// The gradient of a token's logits is softmax(logits) - onehot(label) whatever follows, up to one scalar. So the forward pass
// computes the gradients of hidden and weight chunk by chunk while the chunk's logits are at hand; backward only scales them.
#include "fused_linear_loss.h"

namespace zephyr::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct LinearCrossEntropy : torch::autograd::Function<LinearCrossEntropy> {
  // hidden [tokens, hidden], weight [vocab, hidden], labels int64 [tokens] -> float32 [] sum of losses, int64 [] hits.
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& weight,
                               const at::Tensor& labels, bool needs_hidden_grad, bool needs_weight_grad) {
    const Labelled tokens = select_labelled("LinearCrossEntropy", hidden, weight, labels);
    const int64_t count = tokens.labels.size(0), vocab = weight.size(0), rows = chunk_rows(vocab);
    const at::Tensor grad_hidden = needs_hidden_grad ? at::empty_like(tokens.hidden) : at::Tensor();
    const at::Tensor grad_weight =
        needs_weight_grad ? at::zeros(weight.sizes(), weight.options().dtype(at::kFloat)) : at::Tensor();
    const at::Tensor losses = at::empty({count}, weight.options().dtype(at::kFloat));
    const at::Tensor hits = at::empty({count}, weight.options().dtype(at::kByte));
    const bool needs_grad = needs_hidden_grad || needs_weight_grad;
    for (int64_t first = 0; first < count; first += rows) {
      const int64_t last = std::min(count, first + rows);
      const at::Tensor chunk = tokens.hidden.slice(0, first, last);  // [rows, hidden]
      const at::Tensor logits = at::mm(chunk, weight.t());           // [rows, vocab]
      for_element_type("LinearCrossEntropy", logits, [&](auto* type) {
        using T = std::remove_pointer_t<decltype(type)>;
        for_chunks(last - first, 8, [&](int64_t, int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; i++) {
            T* row = data<T>(logits) + i * vocab;
            const int64_t label = data<int64_t>(tokens.labels)[first + i];
            bool hit = false;
            const float lse = kernels::kernels<T>().log_sum_exp(row, vocab, label, &hit);
            const float at_label = logits_at(row, label);
            data<float>(losses)[first + i] = lse - at_label;
            data<uint8_t>(hits)[first + i] = hit;
            if (needs_grad) {
              kernels::kernels<T>().softmax_gradient(row, vocab, label, lse, 1.0f);
            }
          }
        });
      });
      if (needs_hidden_grad) {
        at::Tensor part = grad_hidden.slice(0, first, last);
        at::mm_out(part, logits, weight);
      }
      if (needs_weight_grad) {
        add_weight_grad(grad_weight, logits, chunk);
      }
    }
    double loss = 0;
    int64_t hit_count = 0;
    for (int64_t i = 0; i < count; i++) {
      loss += data<float>(losses)[i];
      hit_count += data<uint8_t>(hits)[i];
    }
    context->save_for_backward({grad_hidden, needs_weight_grad ? grad_weight.to(weight.scalar_type()) : at::Tensor(),
                                tokens.index});
    context->saved_data["tokens"] = hidden.size(0);
    const at::Tensor hit_tensor = at::full({}, hit_count, at::kLong);
    context->mark_non_differentiable({hit_tensor});
    return {at::full({}, loss, at::kFloat), hit_tensor};
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const float factor = grads[0].item<float>();
    at::Tensor grad_hidden, grad_weight;
    if (saved[0].defined()) {
      grad_hidden = scatter_grad(scaled(saved[0], factor), saved[2], context->saved_data["tokens"].toInt());
    }
    if (saved[1].defined()) {
      grad_weight = scaled(saved[1], factor);
    }
    return {grad_hidden, grad_weight, {}, {}, {}};
  }

 private:
  static float logits_at(const float* row, int64_t label) { return row[label]; }
  static float logits_at(const bf16* row, int64_t label) {
    const uint32_t word = static_cast<uint32_t>(row[label].bits) << 16;
    float value;
    __builtin_memcpy(&value, &word, sizeof value);
    return value;
  }
  static at::Tensor scaled(const at::Tensor& x, float factor) { return factor == 1.0f ? x.clone() : x * factor; }
};

}  // namespace

std::tuple<at::Tensor, at::Tensor> linear_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight,
                                                        const at::Tensor& labels) {
  const bool grad = at::GradMode::is_enabled();
  variable_list result = LinearCrossEntropy::apply(hidden, weight, labels, grad && hidden.requires_grad(),
                                                   grad && weight.requires_grad());
  return {result[0], result[1]};
}

}  // namespace zephyr::fused
