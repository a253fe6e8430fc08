// The fused operations for managed code. Absent tensors are null; a sliding window of 0 is none.
#include "fused.h"
#include "zephyr_torch.h"

#include <algorithm>

namespace fused = zephyr::fused;
using zephyr::box;

ZT_EXPORT int32_t zt_fused_rms_norm(zt_tensor x, zt_tensor weight, double eps, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::rms_norm(*x, *weight, eps));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_add_rms_norm(zt_tensor x, zt_tensor residual, zt_tensor weight, double eps, zt_tensor* sum,
                                        zt_tensor* normed) noexcept {
  ZT_TRY
  auto [sum_tensor, normed_tensor] = fused::add_rms_norm(*x, *residual, *weight, eps);
  *sum = box(sum_tensor);
  *normed = box(normed_tensor);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_rope(zt_tensor x, zt_tensor cos, zt_tensor sin, zt_tensor positions, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::rope(*x, *cos, *sin, *positions));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_swiglu(zt_tensor gate, zt_tensor up, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::swiglu(*gate, *up));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_swiglu_packed(zt_tensor gate_up, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::swiglu_packed(*gate_up));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_attention(zt_tensor q, zt_tensor k, zt_tensor v, const at::Tensor* document_starts,
                                     int64_t sliding_window, double scale, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::attention(*q, *k, *v, zephyr::optional_tensor(document_starts), sliding_window, scale));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_packed_attention(zt_tensor qkv, int64_t heads, int64_t kv_heads, zt_tensor cos, zt_tensor sin,
                                            zt_tensor positions, const at::Tensor* document_starts, int64_t sliding_window,
                                            double scale, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::packed_attention(*qkv, heads, kv_heads, *cos, *sin, *positions, zephyr::optional_tensor(document_starts),
                                     sliding_window, scale));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_cached_attention(zt_tensor q, zt_tensor k_cache, zt_tensor v_cache, zt_tensor lengths,
                                            int64_t sliding_window, double scale, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::cached_attention(*q, *k_cache, *v_cache, *lengths, sliding_window, scale));
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_linear_cross_entropy(zt_tensor hidden, zt_tensor weight, zt_tensor labels, zt_tensor* loss,
                                                zt_tensor* hits) noexcept {
  ZT_TRY
  auto [loss_tensor, hits_tensor] = fused::linear_cross_entropy(*hidden, *weight, *labels);
  *loss = box(loss_tensor);
  *hits = box(hits_tensor);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_fused_completion_log_probs(zt_tensor hidden, zt_tensor weight, zt_tensor labels, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(fused::completion_log_probs(*hidden, *weight, *labels));
  ZT_CATCH
}

// The float32 master of a weight: a copy, or the weight's own memory when it is float32 already.
ZT_EXPORT int32_t zt_fused_master(zt_tensor weight, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(weight->detach().to(at::kFloat));
  ZT_CATCH
}

// Float32 zeros of a weight's shape.
ZT_EXPORT int32_t zt_fused_moment(zt_tensor weight, zt_tensor* out) noexcept {
  ZT_TRY
  *out = box(at::zeros(weight->sizes(), weight->options().dtype(at::kFloat)));
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
  *norm = fused::grad_norm(grads);
  const double factor = max_norm > 0 ? max_norm / (*norm + 1e-6) : 1.0;
  // Not "factor < 1": a NaN norm must reach the gradients, as in PyTorch.
  if (!(factor >= 1.0)) {
    fused::scale_grads(grads, factor);
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
// gradients. Returns the norm before clipping, or -1 when no clipping was asked for.
ZT_EXPORT int32_t zt_fused_adamw_step(const zt_tensor* weights, const zt_tensor* masters, const zt_tensor* first_moments,
                                      const zt_tensor* second_moments, const double* weight_decays, int32_t count,
                                      double learning_rate, double beta1, double beta2, double eps, int64_t step,
                                      double max_norm, double* norm) noexcept {
  ZT_TRY
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> with_grad, grads, master, first, second;
  std::vector<double> decays;
  for (int32_t i = 0; i < count; i++) {
    if (!weights[i]->grad().defined()) {
      continue;
    }
    with_grad.push_back(weights[i]->detach());
    grads.push_back(weights[i]->grad());
    master.push_back(*masters[i]);
    first.push_back(*first_moments[i]);
    second.push_back(*second_moments[i]);
    decays.push_back(weight_decays[i]);
  }
  fused::AdamWOptions options{learning_rate, beta1, beta2, eps, 1.0, step};
  *norm = -1;
  if (max_norm > 0) {
    *norm = fused::grad_norm(grads);
    const double factor = max_norm / (*norm + 1e-6);
    options.grad_scale = factor >= 1.0 ? 1.0 : factor;
  }
  fused::adamw(with_grad, grads, master, first, second, decays.data(), options);
  ZT_CATCH
}

// "amx", "avx512_bf16", "avx512", "avx2" or "baseline"; a static string.
ZT_EXPORT int32_t zt_fused_instruction_set(const char** name) noexcept {
  ZT_TRY
  *name = zephyr::kernels::instruction_set();
  ZT_CATCH
}
