// Rotary position embedding (Su et al., arXiv 2104.09864, section 3.4.2) in the half-split order of Hugging Face's Llama:
// y = x * cos + rotate_half(x) * sin, rotate_half([a, b]) = [-b, a].
#include "fused_rope.h"

namespace zephyr::fused {

void check_rope_tables(const char* op, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& positions,
                       int64_t batch, int64_t sequence, int64_t head_dim) {
  TORCH_CHECK(head_dim % 2 == 0, op, ": shape mismatch: the head dimension ", head_dim, " must be even");
  TORCH_CHECK(cos.dim() == 2 && cos.size(1) == head_dim / 2 && cos.sizes() == sin.sizes(), op, ": shape mismatch: cos ",
              cos.sizes(), " and sin ", sin.sizes(), " must both be [maxPositions, ", head_dim / 2, "]");
  TORCH_CHECK(cos.scalar_type() == at::kFloat && sin.scalar_type() == at::kFloat, op,
              ": unsupported dtype: cos and sin must be float32");
  TORCH_CHECK(positions.scalar_type() == at::kLong, op, ": unsupported dtype: positions must be int64");
  TORCH_CHECK(positions.dim() == 2 && positions.size(0) == batch && positions.size(1) == sequence, op,
              ": shape mismatch: positions ", positions.sizes(), " must be [", batch, ", ", sequence, "]");
  const at::Tensor flat = positions.contiguous();
  const int64_t* position = data<int64_t>(flat);
  for (int64_t i = 0; i < flat.numel(); i++) {
    TORCH_CHECK(position[i] >= 0 && position[i] < cos.size(0), op, ": position ", position[i], " is out of range of the ",
                cos.size(0), " rows of cos and sin");
  }
}

at::Tensor rotate(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& positions, float sign) {
  const at::Tensor source = x.stride(-1) == 1 ? x : x.contiguous();
  const int64_t sequence = x.size(1), heads = x.size(2), head_dim = x.size(3), half = head_dim / 2;
  const at::Tensor out = at::empty(x.sizes(), x.options(), at::MemoryFormat::Contiguous);
  for_element_type("Rope", x, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_chunks(x.size(0) * sequence, 32, [&](int64_t, int64_t begin, int64_t end) {
      for (int64_t token = begin; token < end; token++) {
        const T* from = data<T>(source) + token / sequence * source.stride(0) + token % sequence * source.stride(1);
        T* to = data<T>(out) + token * heads * head_dim;
        const int64_t angle = data<int64_t>(positions)[token] * half;
        for (int64_t head = 0; head < heads; head++) {
          kernels::kernels<T>().rope(from + head * source.stride(2), data<float>(cos) + angle, data<float>(sin) + angle,
                                     to + head * head_dim, half, sign);
        }
      }
    });
  });
  return out;
}

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Rope : torch::autograd::Function<Rope> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin,
                            const at::Tensor& positions) {
    context->save_for_backward({cos, sin, positions});
    return rotate(x, cos, sin, positions, 1.0f);
  }
  // A rotation's transpose turns back.
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    return {rotate(grads[0], saved[0], saved[1], saved[2], -1.0f), {}, {}, {}};
  }
};

}  // namespace

at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& positions) {
  TORCH_CHECK(x.dim() == 4, "Rope: shape mismatch: x ", x.sizes(), " must be [batch, sequence, heads, headDim]");
  check_rope_tables("Rope", cos, sin, positions, x.size(0), x.size(1), x.size(3));
  return Rope::apply(x, cos.contiguous(), sin.contiguous(), positions.contiguous());
}

}  // namespace zephyr::fused
