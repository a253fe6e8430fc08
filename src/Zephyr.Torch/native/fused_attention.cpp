// Causal grouped-query attention: softmax(scale Q K^T + mask) V without keeping the scores. The blocked kernels are in
// kernels/attention.h; a work item is one row of the batch and one key-value head with the query heads that share it, so no
// two threads ever add to the same place.
//
// q, out [batch, sequence, heads, headDim]; k, v [batch, sequence, kvHeads, headDim]; query head h reads key-value head
// h / (heads / kvHeads). Position i sees j with max(documentStart[i], i - window + 1) <= j <= i.
#include "fused_rope.h"

#include <cstdlib>
#include <memory>
#include <new>

namespace zephyr::fused {
namespace {

using kernels::AttentionShape;
using kernels::Strides;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

Strides strides(const at::Tensor& x) { return {x.stride(0), x.stride(1), x.stride(2)}; }

at::Tensor last_contiguous(const at::Tensor& x) { return x.stride(-1) == 1 ? x : x.contiguous(); }

// int32 [batch, sequence]: the first position each position may see.
at::Tensor first_visible(const char* op, const at::Tensor& document_starts, int64_t window, int64_t batch, int64_t sequence) {
  TORCH_CHECK(window >= 0, op, ": the sliding window ", window, " is out of range: it must be positive, or 0 for none");
  const at::Tensor result = at::empty({batch, sequence}, at::kInt);
  at::Tensor starts;
  if (document_starts.defined()) {
    TORCH_CHECK(document_starts.scalar_type() == at::kInt, op, ": unsupported dtype: documentStarts is ",
                document_starts.scalar_type(), ", expected int32");
    TORCH_CHECK(document_starts.dim() == 2 && document_starts.size(0) == batch && document_starts.size(1) == sequence, op,
                ": shape mismatch: documentStarts ", document_starts.sizes(), " must be [", batch, ", ", sequence, "]");
    starts = document_starts.contiguous();
  }
  int32_t* to = data<int32_t>(result);
  const int32_t* from = data<int32_t>(starts);
  for (int64_t row = 0; row < batch; row++, to += sequence) {
    for (int64_t i = 0; i < sequence; i++) {
      const int64_t start = from == nullptr ? 0 : from[row * sequence + i];
      TORCH_CHECK(start >= 0 && start <= i && (from == nullptr || i == 0 || start >= from[row * sequence + i - 1]), op,
                  ": documentStarts[", row, ", ", i, "] = ", start,
                  " is out of range: it must not exceed its own position nor fall along a row");
      const int64_t in_window = window == 0 ? 0 : i - window + 1;
      to[i] = static_cast<int32_t>(std::max(start, in_window));
    }
  }
  return result;
}

struct Problem {
  at::Tensor q, k, v, visible;
  double scale;

  AttentionShape shape() const {
    return {q.size(0), q.size(1), q.size(2), k.size(2), q.size(3), static_cast<float>(scale), data<int32_t>(visible)};
  }
};

// Runs body(row, kv_head, scratch) for every work item, each thread with its own scratch.
template <class T, class Body>
void for_items(const AttentionShape& shape, bool is_backward, Body body) {
  const int64_t bytes = kernels::kernels<T>().attention_scratch(shape, is_backward);
  at::parallel_for(0, shape.batch * shape.kv_heads, 1, [&](int64_t begin, int64_t end) {
    const kernels::FlushDenormals flush;
    const std::unique_ptr<void, void (*)(void*)> scratch(std::aligned_alloc(64, static_cast<size_t>(bytes)), std::free);
    if (scratch == nullptr) {
      throw std::bad_alloc();
    }
    for (int64_t item = begin; item < end; item++) {
      body(item / shape.kv_heads, item % shape.kv_heads, scratch.get());
    }
  });
}

// Returns log-sum-exp, float32 [batch, heads, sequence].
at::Tensor forward(const Problem& problem, const at::Tensor& out) {
  const AttentionShape shape = problem.shape();
  const at::Tensor lse = at::empty({shape.batch, shape.heads, shape.sequence}, out.options().dtype(at::kFloat));
  for_element_type("Attention", out, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_items<T>(shape, false, [&](int64_t row, int64_t kv_head, void* scratch) {
      kernels::kernels<T>().attention_forward(shape, row, kv_head, data<T>(problem.q), strides(problem.q), data<T>(problem.k),
                                              strides(problem.k), data<T>(problem.v), strides(problem.v), data<T>(out),
                                              strides(out), data<float>(lse), scratch);
    });
  });
  return lse;
}

void backward(const Problem& problem, const at::Tensor& out, const at::Tensor& lse, const at::Tensor& grad,
              const at::Tensor& grad_q, const at::Tensor& grad_k, const at::Tensor& grad_v) {
  const AttentionShape shape = problem.shape();
  for_element_type("Attention", out, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_items<T>(shape, true, [&](int64_t row, int64_t kv_head, void* scratch) {
      kernels::kernels<T>().attention_backward(
          shape, row, kv_head, data<T>(problem.q), strides(problem.q), data<T>(problem.k), strides(problem.k),
          data<T>(problem.v), strides(problem.v), data<T>(out), strides(out), data<T>(grad), strides(grad), data<float>(lse),
          data<T>(grad_q), strides(grad_q), data<T>(grad_k), strides(grad_k), data<T>(grad_v), strides(grad_v), scratch);
    });
  });
}

struct Attention : torch::autograd::Function<Attention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& visible, double scale) {
    const Problem problem{last_contiguous(q), last_contiguous(k), last_contiguous(v), visible, scale};
    const at::Tensor out = at::empty(q.sizes(), q.options());
    const at::Tensor lse = fused::forward(problem, out);
    context->save_for_backward({problem.q, problem.k, problem.v, visible, out, lse});
    context->saved_data["scale"] = scale;
    return out;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list s = context->get_saved_variables();
    const Problem problem{s[0], s[1], s[2], s[3], context->saved_data["scale"].toDouble()};
    const at::Tensor grad_q = at::empty(s[0].sizes(), s[0].options());
    const at::Tensor grad_k = at::empty(s[1].sizes(), s[1].options());
    const at::Tensor grad_v = at::empty(s[2].sizes(), s[2].options());
    fused::backward(problem, s[4], s[5], last_contiguous(grads[0]), grad_q, grad_k, grad_v);
    return {grad_q, grad_k, grad_v, {}, {}};
  }
};

// Views of qkv [batch, sequence, (heads + 2 kvHeads) * headDim], each [batch, sequence, its heads, headDim].
struct Packed {
  at::Tensor q, k, v;
  Packed(const at::Tensor& qkv, int64_t heads, int64_t kv_heads) {
    const int64_t all = heads + 2 * kv_heads;
    const at::Tensor by_head = qkv.view({qkv.size(0), qkv.size(1), all, qkv.size(2) / all});
    q = by_head.narrow(2, 0, heads);
    k = by_head.narrow(2, heads, kv_heads);
    v = by_head.narrow(2, heads + kv_heads, kv_heads);
  }
};

// out <- qkv with the query and key heads turned by their positions' angles; the value heads as they are. out may be qkv.
void rotate_packed(const at::Tensor& qkv, const at::Tensor& out, int64_t heads, int64_t kv_heads, const at::Tensor& cos,
                   const at::Tensor& sin, const at::Tensor& positions, float sign) {
  const int64_t width = qkv.size(2), head_dim = width / (heads + 2 * kv_heads), turned = heads + kv_heads;
  for_element_type("PackedAttention", qkv, [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    for_chunks(qkv.size(0) * qkv.size(1), 32, [&](int64_t, int64_t begin, int64_t end) {
      for (int64_t token = begin; token < end; token++) {
        const T* from = data<T>(qkv) + token * width;
        T* to = data<T>(out) + token * width;
        const int64_t angle = data<int64_t>(positions)[token] * (head_dim / 2);
        for (int64_t head = 0; head < turned; head++) {
          kernels::kernels<T>().rope(from + head * head_dim, data<float>(cos) + angle, data<float>(sin) + angle,
                                     to + head * head_dim, head_dim / 2, sign);
        }
        if (from != to) {
          std::copy(from + turned * head_dim, from + width, to + turned * head_dim);
        }
      }
    });
  });
}

struct PackedAttention : torch::autograd::Function<PackedAttention> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& qkv, int64_t heads, int64_t kv_heads,
                            const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& positions,
                            const at::Tensor& visible, double scale) {
    const at::Tensor turned = at::empty(qkv.sizes(), qkv.options());
    rotate_packed(qkv.contiguous(), turned, heads, kv_heads, cos, sin, positions, 1.0f);
    const Packed parts(turned, heads, kv_heads);
    const at::Tensor out = at::empty(parts.q.sizes(), qkv.options());
    const at::Tensor lse = fused::forward({parts.q, parts.k, parts.v, visible, scale}, out);
    context->save_for_backward({turned, cos, sin, positions, visible, out, lse});
    context->saved_data["heads"] = heads;
    context->saved_data["kv_heads"] = kv_heads;
    context->saved_data["scale"] = scale;
    return out;
  }
  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list s = context->get_saved_variables();
    const int64_t heads = context->saved_data["heads"].toInt(), kv_heads = context->saved_data["kv_heads"].toInt();
    const Packed parts(s[0], heads, kv_heads);
    const at::Tensor grad = at::empty_like(s[0]);
    const Packed grad_parts(grad, heads, kv_heads);
    fused::backward({parts.q, parts.k, parts.v, s[4], context->saved_data["scale"].toDouble()}, s[5], s[6],
                    last_contiguous(grads[0]), grad_parts.q, grad_parts.k, grad_parts.v);
    rotate_packed(grad, grad, heads, kv_heads, s[1], s[2], s[3], -1.0f);
    return {grad, {}, {}, {}, {}, {}, {}, {}};
  }
};

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& document_starts,
                     int64_t sliding_window, double scale) {
  TORCH_CHECK(q.dim() == 4 && k.dim() == 4 && k.sizes() == v.sizes() && q.size(0) == k.size(0) && q.size(1) == k.size(1) &&
                  q.size(3) == k.size(3) && k.size(2) > 0 && q.size(2) % k.size(2) == 0,
              "Attention: shape mismatch: q ", q.sizes(), " must be [batch, sequence, heads, headDim], k ", k.sizes(),
              " and v ", v.sizes(), " [batch, sequence, kvHeads, headDim] with heads a multiple of kvHeads");
  check_same_dtype("Attention", q, k, "k");
  check_same_dtype("Attention", q, v, "v");
  return Attention::apply(q, k, v, first_visible("Attention", document_starts, sliding_window, q.size(0), q.size(1)), scale);
}

at::Tensor packed_attention(const at::Tensor& qkv, int64_t heads, int64_t kv_heads, const at::Tensor& cos,
                            const at::Tensor& sin, const at::Tensor& positions, const at::Tensor& document_starts,
                            int64_t sliding_window, double scale) {
  TORCH_CHECK(qkv.dim() == 3 && heads > 0 && kv_heads > 0 && heads % kv_heads == 0 && qkv.size(2) % (heads + 2 * kv_heads) == 0,
              "PackedAttention: shape mismatch: qkv ", qkv.sizes(), " must be [batch, sequence, (heads + 2 * kvHeads) * headDim]",
              " for ", heads, " heads, a multiple of ", kv_heads, " kvHeads");
  const int64_t head_dim = qkv.size(2) / (heads + 2 * kv_heads);
  check_rope_tables("PackedAttention", cos, sin, positions, qkv.size(0), qkv.size(1), head_dim);
  return PackedAttention::apply(
      qkv, heads, kv_heads, cos.contiguous(), sin.contiguous(), positions.contiguous(),
      first_visible("PackedAttention", document_starts, sliding_window, qkv.size(0), qkv.size(1)), scale);
}

}  // namespace zephyr::fused
