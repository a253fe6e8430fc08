// The optimizer for managed code: state, steps, gradient norms.
#include "portable.h"
#include "zephyr_torch.h"

namespace fused = zephyr::fused;
namespace portable = zephyr::portable;
using zephyr::box;

namespace {

// The kernels read memory of this machine: they serve when every tensor lies there.
bool on_cpu(const std::vector<at::Tensor>& tensors) {
  return std::all_of(tensors.begin(), tensors.end(), [](const at::Tensor& tensor) { return tensor.device().is_cpu(); });
}

double grad_norm(const std::vector<at::Tensor>& grads) { return on_cpu(grads) ? fused::grad_norm(grads) : portable::grad_norm(grads); }

}  // namespace

// The float32 master of a weight: a copy, or the weight's own memory when it is float32 already.
ZT_EXPORT int32_t zt_fused_master(zt_tensor weight, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(weight->detach().to(at::kFloat));
  ZT_CATCH
}

// Zeros for a moment of a weight, stored as float32, bfloat16 or (uint8) as 8-bit codes with a scale for each block; `scales` is
// null without codes.
ZT_EXPORT int32_t zt_fused_moment(zt_tensor weight, int32_t dtype, int32_t is_signed, zt_tensor* values, zt_tensor* scales) noexcept {
  ZT_TRY
  const fused::Moment moment = fused::make_moment(*weight, static_cast<at::ScalarType>(dtype), is_signed != 0);
  *scales = moment.scales.defined() ? box(moment.scales) : nullptr;
  *values = box(moment.values);
  ZT_CATCH
}

// The values of the 8-bit codes, float32 [256].
ZT_EXPORT int32_t zt_fused_dynamic_map(int32_t is_signed, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::dynamic_map(is_signed != 0));
  ZT_CATCH
}

// target <- source, converting the dtype; shapes must match.
ZT_EXPORT int32_t zt_fused_restore(zt_tensor target, zt_tensor source) noexcept {
  ZT_TRY
  const at::NoGradGuard no_grad;
  TORCH_CHECK(target->sizes() == source->sizes(), "shape mismatch: the saved tensor is ", source->sizes(), ", expected ",
              target->sizes());
  target->detach().copy_(*source);
  ZT_CATCH
}

// The norm of all gradients together; with 0 < max_norm < norm the gradients are scaled to max_norm.
ZT_EXPORT int32_t zt_fused_clip_grad_norm(const zt_tensor* parameters, int32_t count, double max_norm, double* norm) noexcept {
  ZT_TRY
  std::vector<at::Tensor> grads;
  for (int32_t i = 0; i < count; i++) {
    if (parameters[i]->grad().defined()) {
      grads.push_back(parameters[i]->grad());
    }
  }
  *norm = grad_norm(grads);
  const double factor = max_norm > 0 ? max_norm / (*norm + 1e-6) : 1.0;
  // Not "factor < 1": a NaN norm must reach the gradients, as in PyTorch.
  if (!(factor >= 1.0)) {
    on_cpu(grads) ? fused::scale_grads(grads, factor) : portable::scale_grads(grads, factor);
  }
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_zero_grad(const zt_tensor* parameters, int32_t count) noexcept {
  ZT_TRY
  for (int32_t i = 0; i < count; i++) {
    parameters[i]->mutable_grad() = at::Tensor();
  }
  ZT_CATCH
}

// One AdamW step over weights that have a gradient, clipped to max_norm first (0: no clipping) without touching the stored
// gradients. The scales are null unless the moments have 8 bits a value. Returns the norm before clipping, or -1 when no clipping was asked for.
// portable_only takes the library operations on the CPU too, for tests.
ZT_EXPORT int32_t zt_fused_adamw_step(const zt_tensor* weights, const zt_tensor* masters, const zt_tensor* first_moments,
                                      const zt_tensor* second_moments, const zt_tensor* first_scales,
                                      const zt_tensor* second_scales, const double* weight_decays, int32_t count,
                                      double learning_rate, double beta1, double beta2, double eps, int64_t step,
                                      double max_norm, int32_t portable_only, double* norm) noexcept {
  ZT_TRY
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> with_grad, grads, master;
  std::vector<fused::Moment> first, second;
  std::vector<double> decays;
  for (int32_t i = 0; i < count; i++) {
    if (!weights[i]->grad().defined()) {
      continue;
    }
    with_grad.push_back(weights[i]->detach());
    grads.push_back(weights[i]->grad());
    master.push_back(*masters[i]);
    first.push_back({*first_moments[i], zephyr::optional_tensor(first_scales == nullptr ? nullptr : first_scales[i]), true});
    second.push_back({*second_moments[i], zephyr::optional_tensor(second_scales == nullptr ? nullptr : second_scales[i]), false});
    decays.push_back(weight_decays[i]);
  }
  fused::AdamWOptions options{learning_rate, beta1, beta2, eps, 1.0, step};
  *norm = -1;
  if (max_norm > 0) {
    *norm = grad_norm(grads);
    const double factor = max_norm / (*norm + 1e-6);
    options.grad_scale = factor >= 1.0 ? 1.0 : factor;
  }
  const auto step_of = portable_only != 0 || !on_cpu(with_grad) ? portable::adamw : fused::adamw;
  step_of(with_grad, grads, master, first, second, decays.data(), options);
  ZT_CATCH
}
