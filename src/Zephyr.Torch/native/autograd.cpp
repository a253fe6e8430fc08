// Gradients and the graph.
#include "zephyr_torch.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

ZT_EXPORT int32_t zt_set_requires_grad(zt_tensor tensor, int32_t value) noexcept {
  ZT_TRY
  tensor->set_requires_grad(value != 0);
  ZT_CATCH
}

// The gradient, or null when there is none.
ZT_EXPORT int32_t zt_grad(zt_tensor tensor, zt_tensor* out) noexcept {
  ZT_TRY
  const auto& gradient = tensor->grad();
  *out = gradient.defined() ? zephyr::box(gradient) : nullptr;
  ZT_CATCH
}

// Replaces the gradient; null removes it.
ZT_EXPORT int32_t zt_set_grad(zt_tensor tensor, const at::Tensor* gradient) noexcept {
  ZT_TRY
  if (gradient != nullptr) {
    TORCH_CHECK(gradient->sizes() == tensor->sizes(), "a gradient has the shape of its tensor");
    TORCH_CHECK(gradient->scalar_type() == tensor->scalar_type(), "a gradient has the same dtype as its tensor");
  }
  tensor->mutable_grad() = zephyr::optional_tensor(gradient);
  ZT_CATCH
}

ZT_EXPORT int32_t zt_backward(zt_tensor tensor, const at::Tensor* gradient, int32_t retain_graph, int32_t create_graph) noexcept {
  ZT_TRY
  const auto seed = gradient == nullptr ? std::vector<at::Tensor>{} : std::vector<at::Tensor>{*gradient};
  torch::autograd::backward({*tensor}, seed, retain_graph != 0, create_graph != 0);
  ZT_CATCH
}

// d outputs / d inputs; `gradients` (as many as outputs, or none) seed it, `out` takes one tensor for each input.
ZT_EXPORT int32_t zt_autograd_grad(const zt_tensor* outputs, int32_t outputs_count, const zt_tensor* inputs,
                                   int32_t inputs_count, const zt_tensor* gradients, int32_t gradients_count,
                                   int32_t retain_graph, int32_t create_graph, zt_tensor* out) noexcept {
  ZT_TRY
  const auto results = torch::autograd::grad(
      zephyr::tensors(outputs, outputs_count), zephyr::tensors(inputs, inputs_count),
      zephyr::tensors(gradients, gradients_count), retain_graph != 0, create_graph != 0, /*allow_unused=*/false);
  for (size_t i = 0; i < results.size(); i++) {
    out[i] = zephyr::box(results[i]);
  }
  ZT_CATCH
}

ZT_EXPORT int32_t zt_grad_enabled(int32_t* enabled) noexcept {
  ZT_TRY
  *enabled = at::GradMode::is_enabled() ? 1 : 0;
  ZT_CATCH
}

// Whether operations of this thread are recorded for backward.
ZT_EXPORT int32_t zt_set_grad_enabled(int32_t enabled) noexcept {
  ZT_TRY
  at::GradMode::set_enabled(enabled != 0);
  ZT_CATCH
}
