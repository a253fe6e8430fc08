// Linear layer and the summed log-probability of labels in one: out[b] = sum over positions of log softmax(logits)[label],
// the log pi(y | x) of DPO (Rafailov et al., arXiv 2305.18290, equation 7).
//
// Each row's upstream gradient is known only in backward, which computes the logits again, chunk by chunk:
// d logits = g[b] (onehot(label) - softmax(logits)).
#include "fused_linear_loss.h"

namespace zephyr::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct CompletionLogProbs : torch::autograd::Function<CompletionLogProbs> {
  // hidden [batch, sequence, hidden], weight [vocab, hidden], labels int64 [batch, sequence] -> float32 [batch].
  static at::Tensor forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& weight,
                            const at::Tensor& labels) {
    const int64_t batch = labels.size(0), sequence = labels.size(1), vocab = weight.size(0), rows = chunk_rows(vocab);
    const Labelled tokens = select_labelled("CompletionLogProbs", hidden.reshape({batch * sequence, -1}), weight,
                                            labels.reshape({batch * sequence}));
    const int64_t count = tokens.labels.size(0);
    const at::Tensor lse = at::empty({count}, weight.options().dtype(at::kFloat));
    const at::Tensor log_probs = at::empty({count}, lse.options());
    for (int64_t first = 0; first < count; first += rows) {
      const int64_t last = std::min(count, first + rows);
      const at::Tensor logits = at::mm(tokens.hidden.slice(0, first, last), weight.t());  // [rows, vocab]
      for_element_type("CompletionLogProbs", logits, [&](auto* type) {
        using T = std::remove_pointer_t<decltype(type)>;
        for_chunks(last - first, 8, [&](int64_t, int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; i++) {
            bool hit = false;
            data<float>(lse)[first + i] = kernels::kernels<T>().log_sum_exp(data<T>(logits) + i * vocab, vocab,
                                                                            data<int64_t>(tokens.labels)[first + i], &hit);
          }
        });
      });
      const at::Tensor at_label = logits.gather(1, tokens.labels.slice(0, first, last).unsqueeze(1)).squeeze(1);
      log_probs.slice(0, first, last).copy_(at_label.to(at::kFloat) - lse.slice(0, first, last));
    }
    const at::Tensor out = at::zeros({batch}, lse.options());
    for (int64_t row = 0, i = 0; row < batch; row++) {
      double total = 0;
      for (; i < count && (tokens.index.defined() ? data<int64_t>(tokens.index)[i] : i) < (row + 1) * sequence; i++) {
        total += data<float>(log_probs)[i];
      }
      data<float>(out)[row] = static_cast<float>(total);
    }
    context->save_for_backward({hidden, weight, labels, lse});
    context->saved_data["needs_hidden"] = hidden.requires_grad();
    context->saved_data["needs_weight"] = weight.requires_grad();
    return out;
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &hidden = saved[0], &weight = saved[1], &labels = saved[2], &lse = saved[3];
    const int64_t sequence = labels.size(1), all = labels.numel(), vocab = weight.size(0), rows = chunk_rows(vocab);
    const Labelled tokens =
        select_labelled("CompletionLogProbs", hidden.reshape({all, -1}), weight, labels.reshape({all}));
    const int64_t count = tokens.labels.size(0);
    const bool needs_hidden = context->saved_data["needs_hidden"].toBool();
    const bool needs_weight = context->saved_data["needs_weight"].toBool();
    const at::Tensor upstream = grads[0].contiguous();
    const at::Tensor grad_hidden = needs_hidden ? at::empty_like(tokens.hidden) : at::Tensor();
    const at::Tensor grad_weight = needs_weight ? at::zeros(weight.sizes(), lse.options()) : at::Tensor();
    for (int64_t first = 0; first < count; first += rows) {
      const int64_t last = std::min(count, first + rows);
      const at::Tensor chunk = tokens.hidden.slice(0, first, last);
      const at::Tensor logits = at::mm(chunk, weight.t());  // [rows, vocab]
      for_element_type("CompletionLogProbs", logits, [&](auto* type) {
        using T = std::remove_pointer_t<decltype(type)>;
        for_chunks(last - first, 8, [&](int64_t, int64_t begin, int64_t end) {
          for (int64_t i = begin; i < end; i++) {
            const int64_t token = tokens.index.defined() ? data<int64_t>(tokens.index)[first + i] : first + i;
            kernels::kernels<T>().softmax_gradient(data<T>(logits) + i * vocab, vocab,
                                                   data<int64_t>(tokens.labels)[first + i], data<float>(lse)[first + i],
                                                   -data<float>(upstream)[token / sequence]);
          }
        });
      });
      if (needs_hidden) {
        at::Tensor part = grad_hidden.slice(0, first, last);
        at::mm_out(part, logits, weight);
      }
      if (needs_weight) {
        add_weight_grad(grad_weight, logits, chunk);
      }
    }
    return {needs_hidden ? scatter_grad(grad_hidden, tokens.index, all).view(hidden.sizes()) : at::Tensor(),
            needs_weight ? grad_weight.to(weight.scalar_type()) : at::Tensor(), {}};
  }
};

}  // namespace

at::Tensor completion_log_probs(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& labels) {
  TORCH_CHECK(hidden.dim() == 3 && labels.dim() == 2 && labels.size(0) == hidden.size(0) && labels.size(1) == hidden.size(1),
              "CompletionLogProbs: shape mismatch: hidden ", hidden.sizes(), " must be [batch, sequence, hidden] and labels ",
              labels.sizes(), " [batch, sequence]");
  return CompletionLogProbs::apply(hidden, weight, labels);
}

}  // namespace zephyr::fused
