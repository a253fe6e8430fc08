// The fused operations on at::Tensor, differentiable through autograd. Each has a slow twin of composed ops in managed code
// (class Composed), against which tests hold it. Shapes and maths stand at each op's file.
#pragma once

#include "kernels/table.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <tuple>
#include <vector>

namespace zephyr::fused {

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps);
std::tuple<at::Tensor, at::Tensor> add_rms_norm(const at::Tensor& x, const at::Tensor& residual, const at::Tensor& weight,
                                                double eps);
at::Tensor rope(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& positions);
at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);
at::Tensor swiglu_packed(const at::Tensor& gate_up);

// document_starts may be undefined; sliding_window 0 means none.
at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& document_starts,
                     int64_t sliding_window, double scale);
at::Tensor packed_attention(const at::Tensor& qkv, int64_t heads, int64_t kv_heads, const at::Tensor& cos,
                            const at::Tensor& sin, const at::Tensor& positions, const at::Tensor& document_starts,
                            int64_t sliding_window, double scale);
at::Tensor row_linear(const at::Tensor& x, const at::Tensor& weight);
at::Tensor paged_attention(const at::Tensor& qkv, int64_t heads, int64_t kv_heads, const at::Tensor& cos, const at::Tensor& sin,
                           const at::Tensor& key_pool, const at::Tensor& value_pool, const at::Tensor& request,
                           const at::Tensor& positions, const at::Tensor& tables, const at::Tensor& rings, int64_t sliding_window,
                           double scale);
at::Tensor decoder_rows(const at::Tensor& embedded, const std::vector<at::Tensor>& weights, const std::vector<at::Tensor>& pools,
                        int64_t heads, int64_t kv_heads, const at::Tensor& cos, const at::Tensor& sin, const at::Tensor& request,
                        const at::Tensor& positions, const at::Tensor& tables, const at::Tensor& rings, int64_t sliding_window,
                        double scale, double eps);

std::tuple<at::Tensor, at::Tensor> linear_cross_entropy(const at::Tensor& hidden, const at::Tensor& weight,
                                                        const at::Tensor& labels);
at::Tensor completion_log_probs(const at::Tensor& hidden, const at::Tensor& weight, const at::Tensor& labels);

struct AdamWOptions {
  double learning_rate, beta1, beta2, eps, grad_scale;
  int64_t step;  // counts from 1
};
// Parallel lists: weights and gradients of one dtype each, float32 masters, moments (moments.h), a weight decay for each. A
// master may be the weight itself.
struct Moment;
void adamw(const std::vector<at::Tensor>& weights, const std::vector<at::Tensor>& grads, const std::vector<at::Tensor>& masters,
           const std::vector<Moment>& first_moments, const std::vector<Moment>& second_moments, const double* weight_decays,
           const AdamWOptions& options);
double grad_norm(const std::vector<at::Tensor>& grads);
void scale_grads(const std::vector<at::Tensor>& grads, double factor);

// ---- shared by the ops' files ----

using kernels::bf16;

template <class T>
T* data(const at::Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

// Calls body with a null pointer of the element type: float or bf16.
template <class Body>
void for_element_type(const char* op, const at::Tensor& tensor, Body body) {
  TORCH_CHECK(tensor.device().is_cpu(), op, ": unsupported device ", tensor.device(), "; the fused kernels run on the CPU");
  if (tensor.scalar_type() == at::kFloat) {
    body(static_cast<float*>(nullptr));
  } else if (tensor.scalar_type() == at::kBFloat16) {
    body(static_cast<bf16*>(nullptr));
  } else {
    TORCH_CHECK(false, op, ": unsupported dtype ", tensor.scalar_type(), "; expected float32 or bfloat16");
  }
}

// The kernels read and write memory of this machine: a tensor of any other device is refused before its address is taken.
template <class... Tensors>
void require_cpu(const char* op, const Tensors&... tensors) {
  const auto check = [op](const at::Tensor& tensor) {
    TORCH_CHECK(!tensor.defined() || tensor.device().is_cpu(), op, ": unsupported device ", tensor.device(),
                "; the fused kernels run on the CPU, with every tensor there");
  };
  (check(tensors), ...);
}

// Splits [0, count) at multiples of `chunk` over threads; body(chunk_index, begin, end) sees each chunk whole, so results do
// not depend on the number of threads. Denormals are flushed.
template <class Body>
void for_chunks(int64_t count, int64_t chunk, Body body) {
  const int64_t chunks = (count + chunk - 1) / chunk;
  at::parallel_for(0, chunks, 1, [&](int64_t first, int64_t last) {
    const kernels::FlushDenormals flush;
    for (int64_t i = first; i < last; i++) {
      body(i, i * chunk, std::min(count, (i + 1) * chunk));
    }
  });
}

inline void check_same_dtype(const char* op, const at::Tensor& a, const at::Tensor& b, const char* name) {
  TORCH_CHECK(a.scalar_type() == b.scalar_type(), op, ": unsupported dtype: ", name, " is ", b.scalar_type(), ", expected ",
              a.scalar_type(), " like the first input");
}

}  // namespace zephyr::fused
