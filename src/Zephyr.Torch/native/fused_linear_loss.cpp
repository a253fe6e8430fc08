// Shared parts of the losses over a vocabulary.
#include "fused_linear_loss.h"

namespace zephyr::fused {

Labelled select_labelled(const char* op, const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& labels) {
  TORCH_CHECK(hidden.dim() == 2 && weight.dim() == 2 && hidden.size(1) == weight.size(1), op, ": shape mismatch: hidden ",
              hidden.sizes(), " must be [tokens, hidden] and weight ", weight.sizes(), " [vocab, hidden]");
  TORCH_CHECK(labels.dim() == 1 && labels.size(0) == hidden.size(0), op, ": shape mismatch: labels ", labels.sizes(),
              " must name one id for each of the ", hidden.size(0), " tokens");
  TORCH_CHECK(labels.scalar_type() == at::kLong, op, ": unsupported dtype: labels are ", labels.scalar_type(),
              ", expected int64");
  check_same_dtype(op, hidden, weight, "weight");
  const at::Tensor all = labels.contiguous();
  const int64_t tokens = all.size(0);
  const int64_t* label = data<int64_t>(all);
  int64_t count = 0;
  for (int64_t i = 0; i < tokens; i++) {
    TORCH_CHECK(label[i] == kIgnored || (label[i] >= 0 && label[i] < weight.size(0)), op, ": label ", label[i], " of token ", i,
                " is out of range of the vocabulary of ", weight.size(0), " (", kIgnored, " marks an ignored token)");
    count += label[i] != kIgnored;
  }
  if (count == tokens) {
    return {{}, all, hidden.contiguous()};
  }
  const at::Tensor index = at::empty({count}, all.options());
  for (int64_t i = 0, to = 0; i < tokens; i++) {
    if (label[i] != kIgnored) {
      data<int64_t>(index)[to++] = i;
    }
  }
  return {index, all.index_select(0, index), hidden.index_select(0, index)};
}

int64_t chunk_rows(int64_t vocab) { return std::min<int64_t>(1024, std::max<int64_t>(64, (int64_t{2} << 20) / vocab)); }

void add_weight_grad(const at::Tensor& total, const at::Tensor& grad_logits, const at::Tensor& hidden) {
  if (hidden.scalar_type() == at::kFloat) {
    total.addmm_(grad_logits.t(), hidden);
    return;
  }
  const at::Tensor share = at::mm(grad_logits.t(), hidden);
  for_element_type("LinearLoss", share, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_chunks(share.numel(), 16384, [&](int64_t, int64_t begin, int64_t end) {
      kernels::kernels<T>().accumulate(data<float>(total) + begin, data<T>(share) + begin, end - begin);
    });
  });
}

at::Tensor scatter_grad(const at::Tensor& grad, const at::Tensor& index, int64_t tokens) {
  if (!index.defined()) {
    return grad;
  }
  const at::Tensor all = at::zeros({tokens, grad.size(1)}, grad.options());
  all.index_copy_(0, index, grad);
  return all;
}

}  // namespace zephyr::fused
