// RMSNorm (Zhang and Sennrich, arXiv 1910.07467, equation 4), alone or after the residual addition.
#include "fused.h"

namespace zephyr::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Rows whose weight gradient is summed together: fixed, so the order of additions is too.
constexpr int64_t kRows = 256;

// normed = s * rstd * weight, s = x + residual (or x). Returns sum (x itself without residual), normed, rstd.
std::tuple<at::Tensor, at::Tensor, at::Tensor> forward(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                                       double eps) {
  const int64_t hidden = x.size(-1);
  const int64_t rows = hidden == 0 ? 0 : x.numel() / hidden;
  const at::Tensor sum = residual.defined() ? at::empty_like(x) : x;
  const at::Tensor normed = at::empty_like(x);
  const at::Tensor rstd = at::empty({rows}, x.options().dtype(at::kFloat));
  for_element_type("RmsNorm", x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_chunks(rows, 32, [&](int64_t, int64_t begin, int64_t end) {
      const int64_t at = begin * hidden;
      kernels::kernels<T>().rms_norm_forward(data<T>(x) + at, residual.defined() ? data<T>(residual) + at : nullptr,
                                             data<T>(weight), data<T>(sum) + at, data<T>(normed) + at,
                                             data<float>(rstd) + begin, end - begin, hidden, static_cast<float>(eps));
    });
  });
  return {sum, normed, rstd};
}

// Gradients of the sum (equally of x and of residual) and of weight; grad_sum may be undefined.
std::tuple<at::Tensor, at::Tensor> backward(const at::Tensor& grad_normed, const at::Tensor& grad_sum, const at::Tensor& sum,
                                            const at::Tensor& weight, const at::Tensor& rstd) {
  const int64_t hidden = sum.size(-1), rows = rstd.numel();
  const at::Tensor grad_x = at::empty_like(sum);
  const at::Tensor partial = at::zeros({(rows + kRows - 1) / kRows, hidden}, rstd.options());
  for_element_type("RmsNorm", sum, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_chunks(rows, kRows, [&](int64_t chunk, int64_t begin, int64_t end) {
      const int64_t at = begin * hidden;
      kernels::kernels<T>().rms_norm_backward(data<T>(grad_normed) + at, grad_sum.defined() ? data<T>(grad_sum) + at : nullptr,
                                              data<T>(sum) + at, data<T>(weight), data<float>(rstd) + begin,
                                              data<T>(grad_x) + at, data<float>(partial) + chunk * hidden, end - begin,
                                              hidden);
    });
  });
  return {grad_x, partial.sum(0).to(weight.scalar_type())};
}

struct RmsNorm : torch::autograd::Function<RmsNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, double eps) {
    const at::Tensor rows = x.contiguous();
    auto [sum, normed, rstd] = fused::forward(rows, {}, weight.contiguous(), eps);
    context->save_for_backward({rows, weight.contiguous(), rstd});
    return normed;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    auto [grad_x, grad_weight] = fused::backward(grads[0].contiguous(), {}, saved[0], saved[1], saved[2]);
    return {grad_x, grad_weight, {}};
  }
};

struct AddRmsNorm : torch::autograd::Function<AddRmsNorm> {
  static variable_list forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& residual,
                               const at::Tensor& weight, double eps) {
    auto [sum, normed, rstd] = fused::forward(x.contiguous(), residual.contiguous(), weight.contiguous(), eps);
    context->save_for_backward({sum, weight.contiguous(), rstd});
    context->set_materialize_grads(false);
    return {sum, normed};
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    if (!grads[1].defined()) {
      return {grads[0], grads[0], {}, {}};
    }
    auto [grad, grad_weight] = fused::backward(
        grads[1].contiguous(), grads[0].defined() ? grads[0].contiguous() : at::Tensor(), saved[0], saved[1], saved[2]);
    return {grad, grad, grad_weight, {}};
  }
};

void check(const char* op, const at::Tensor& x, const at::Tensor& weight) {
  TORCH_CHECK(x.dim() >= 1 && weight.dim() == 1 && weight.size(0) == x.size(-1), op, ": shape mismatch: x ", x.sizes(),
              " needs a weight of its last dimension, got ", weight.sizes());
  check_same_dtype(op, x, weight, "weight");
}

}  // namespace

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  check("RmsNorm", x, weight);
  return RmsNorm::apply(x, weight, eps);
}

std::tuple<at::Tensor, at::Tensor> add_rms_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                                double eps) {
  check("AddRmsNorm", x, weight);
  TORCH_CHECK(x.sizes() == residual.sizes(), "AddRmsNorm: shape mismatch: x ", x.sizes(), " and residual ", residual.sizes());
  check_same_dtype("AddRmsNorm", x, residual, "residual");
  variable_list result = AddRmsNorm::apply(x, residual, weight, eps);
  return {result[0], result[1]};
}

}  // namespace zephyr::fused
