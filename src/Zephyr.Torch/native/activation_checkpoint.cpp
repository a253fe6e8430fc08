// Activation checkpointing (Chen et al., arXiv 1604.06174): a segment of managed code runs without a graph; backward runs it
// again, from its saved inputs, and differentiates that run.
#include "zephyr_torch.h"

#include <ATen/core/grad_mode.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/custom_class.h>

#include <memory>

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Managed code: takes over the boxes of `inputs`, fills `outputs` with boxes, or returns non-zero and a message.
using Segment = int32_t (*)(void* state, const zt_tensor* inputs, int32_t input_count, zt_tensor* outputs, int32_t output_count,
                            char* message, int32_t message_size);
using Release = void (*)(void* state);

// The managed closure; released with the graph that holds it.
struct Closure : torch::CustomClassHolder {
  Segment segment;
  Release release;
  void* state;
  int32_t output_count;

  Closure(Segment segment, Release release, void* state, int32_t output_count)
      : segment(segment), release(release), state(state), output_count(output_count) {}
  ~Closure() override { release(state); }

  variable_list run(const variable_list& inputs) const {
    std::vector<zt_tensor> in, out(static_cast<size_t>(output_count), nullptr);
    in.reserve(inputs.size());
    for (const at::Tensor& input : inputs) {
      in.push_back(zephyr::box(input));
    }
    char message[1024] = "";
    const int32_t failed = segment(state, in.data(), static_cast<int32_t>(in.size()), out.data(), output_count, message, sizeof message);
    variable_list outputs;
    for (const zt_tensor output : out) {
      const std::unique_ptr<at::Tensor> owner(output);
      outputs.push_back(output == nullptr ? at::Tensor() : *output);
    }
    TORCH_CHECK(failed == 0, message);
    return outputs;
  }
};

struct Checkpoint : torch::autograd::Function<Checkpoint> {
  // `anchor` requires a gradient, so that a segment with trainable weights is recorded even when no input requires one.
  static variable_list forward(AutogradContext* context, const c10::intrusive_ptr<Closure>& closure, const at::Tensor& anchor,
                               at::TensorList inputs) {
    (void)anchor;
    context->saved_data["closure"] = c10::IValue::make_capsule(closure);
    context->save_for_backward(inputs.vec());
    return closure->run(inputs.vec());
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto closure = c10::static_intrusive_pointer_cast<Closure>(context->saved_data["closure"].toCapsule());
    const variable_list saved = context->get_saved_variables();
    variable_list inputs;
    for (const at::Tensor& tensor : saved) {
      inputs.push_back(tensor.detach().set_requires_grad(tensor.requires_grad()));
    }
    const at::AutoGradMode recorded(true);
    const variable_list outputs = closure->run(inputs);
    variable_list roots, seeds;
    for (size_t i = 0; i < outputs.size(); i++) {
      if (outputs[i].requires_grad() && grads[i].defined()) {
        roots.push_back(outputs[i]);
        seeds.push_back(grads[i]);
      }
    }
    if (!roots.empty()) {
      // Adds to the gradients of the weights that the segment reads, as the outer backward pass would.
      torch::autograd::backward(roots, seeds);
    }
    variable_list results(2);  // none for the closure and the anchor
    for (const at::Tensor& input : inputs) {
      results.push_back(input.grad());
    }
    return results;
  }
};

}  // namespace

// Runs a segment whose activations are computed again in backward. `state` is released exactly once: with the graph, or before
// this returns.
ZT_EXPORT int32_t zt_activation_checkpoint(Segment segment, Release release, void* state, const zt_tensor* inputs, int32_t count,
                                           zt_tensor* outputs, int32_t output_count) noexcept {
  c10::intrusive_ptr<Closure> closure;
  try {
    closure = c10::make_intrusive<Closure>(segment, release, state, output_count);
  } catch (...) {
    release(state);
    return zephyr::record_exception();
  }
  ZT_TRY
  const at::Tensor anchor = at::empty({0}).set_requires_grad(true);
  const variable_list tensors = zephyr::tensors(inputs, count);
  const variable_list results = Checkpoint::apply(closure, anchor, at::TensorList(tensors));
  for (size_t i = 0; i < results.size(); i++) {
    outputs[i] = zephyr::box(results[i]);
  }
  ZT_CATCH
}
