// SwiGLU (Shazeer, arXiv 2002.05202): silu(gate) * up.
#include "fused.h"

namespace zephyr::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// gate and up as rows of `width`, `stride` elements apart.
struct Rows {
  at::Tensor owner;
  int64_t offset, stride;
};

at::Tensor forward(const Rows& gate, const Rows& up, at::IntArrayRef shape, int64_t width) {
  const at::Tensor out = at::empty(shape, gate.owner.options());
  const int64_t rows = width == 0 ? 0 : out.numel() / width;
  for_element_type("SwiGlu", out, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_chunks(rows, 32, [&](int64_t, int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) {
        kernels::kernels<T>().swiglu_forward(data<T>(gate.owner) + gate.offset + row * gate.stride,
                                             data<T>(up.owner) + up.offset + row * up.stride, data<T>(out) + row * width,
                                             width);
      }
    });
  });
  return out;
}

void backward(const at::Tensor& grad, const Rows& gate, const Rows& up, const Rows& grad_gate, const Rows& grad_up,
              int64_t width) {
  const int64_t rows = width == 0 ? 0 : grad.numel() / width;
  for_element_type("SwiGlu", grad, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_chunks(rows, 32, [&](int64_t, int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; row++) {
        kernels::kernels<T>().swiglu_backward(data<T>(grad) + row * width,
                                              data<T>(gate.owner) + gate.offset + row * gate.stride,
                                              data<T>(up.owner) + up.offset + row * up.stride,
                                              data<T>(grad_gate.owner) + grad_gate.offset + row * grad_gate.stride,
                                              data<T>(grad_up.owner) + grad_up.offset + row * grad_up.stride, width);
      }
    });
  });
}

struct SwiGlu : torch::autograd::Function<SwiGlu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate, const at::Tensor& up) {
    const at::Tensor g = gate.contiguous(), u = up.contiguous();
    context->save_for_backward({g, u});
    const int64_t width = g.size(-1);
    return fused::forward({g, 0, width}, {u, 0, width}, g.sizes(), width);
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const int64_t width = saved[0].size(-1);
    const at::Tensor grad_gate = at::empty_like(saved[0]), grad_up = at::empty_like(saved[1]);
    fused::backward(grads[0].contiguous(), {saved[0], 0, width}, {saved[1], 0, width}, {grad_gate, 0, width},
                    {grad_up, 0, width}, width);
    return {grad_gate, grad_up};
  }
};

struct SwiGluPacked : torch::autograd::Function<SwiGluPacked> {
  // gate_up [..., 2 * width]: the gate's half first.
  static at::Tensor forward(AutogradContext* context, const at::Tensor& gate_up) {
    const at::Tensor both = gate_up.contiguous();
    context->save_for_backward({both});
    const int64_t width = both.size(-1) / 2;
    std::vector<int64_t> shape = both.sizes().vec();
    shape.back() = width;
    return fused::forward({both, 0, 2 * width}, {both, width, 2 * width}, shape, width);
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const at::Tensor both = context->get_saved_variables()[0];
    const int64_t width = both.size(-1) / 2;
    const at::Tensor grad = at::empty_like(both);
    fused::backward(grads[0].contiguous(), {both, 0, 2 * width}, {both, width, 2 * width}, {grad, 0, 2 * width},
                    {grad, width, 2 * width}, width);
    return {grad};
  }
};

}  // namespace

at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up) {
  TORCH_CHECK(gate.dim() >= 1 && gate.sizes() == up.sizes(), "SwiGlu: shape mismatch: gate ", gate.sizes(), " and up ",
              up.sizes());
  check_same_dtype("SwiGlu", gate, up, "up");
  return SwiGlu::apply(gate, up);
}

at::Tensor swiglu_packed(const at::Tensor& gate_up) {
  TORCH_CHECK(gate_up.dim() >= 1 && gate_up.size(-1) % 2 == 0, "SwiGluPacked: shape mismatch: the last dimension of ",
              gate_up.sizes(), " must be even");
  return SwiGluPacked::apply(gate_up);
}

}  // namespace zephyr::fused
