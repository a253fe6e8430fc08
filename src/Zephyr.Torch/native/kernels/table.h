// What the fused ops call: one table of kernels per element type, chosen once for this CPU.
//
// Rows are contiguous unless a stride is given; strides count elements. Arithmetic is float32 whatever T is. No kernel
// allocates or starts threads: callers split rows, heads or chunks, always at the same places, so that results do not depend
// on the number of threads.
#pragma once

#include "bf16.h"

#include <cstdint>

namespace zephyr::kernels {

// One attention problem (shapes as in fused_attention.cpp). Strides count elements; the head dimension is contiguous.
struct AttentionShape {
  int64_t batch, sequence, heads, kv_heads, head_dim;
  float scale;
  // First key position each query may see, int32 [batch, sequence], never decreasing along a row.
  const int32_t* first_visible;
};
struct Strides {
  int64_t batch, position, head;
};

template <class T>
struct KernelTable {
  // normed[r] = sum[r] * rstd[r] * weight with sum = x + residual and rstd = 1 / sqrt(mean(sum^2) + eps). residual and sum may
  // be null: then x itself is normalised. normed and sum [rows, hidden], rstd [rows].
  void (*rms_norm_forward)(const T* x, const T* residual, const T* weight, T* sum, T* normed, float* rstd, int64_t rows,
                           int64_t hidden, float eps);
  // grad_x = rstd * (w * dy - xhat * mean(w * dy * xhat)) + grad_sum, xhat = x * rstd; grad_weight[hidden] += dy * xhat.
  // grad_sum may be null.
  void (*rms_norm_backward)(const T* grad_normed, const T* grad_sum, const T* x, const T* weight, const float* rstd, T* grad_x,
                            float* grad_weight, int64_t rows, int64_t hidden);
  // Rotates one head: pairs (x[i], x[i + half]) by the angle whose cos and sin are given; sign -1 turns back.
  void (*rope)(const T* x, const float* cos, const float* sin, T* out, int64_t half, float sign);
  // out = silu(gate) * up, n values.
  void (*swiglu_forward)(const T* gate, const T* up, T* out, int64_t n);
  void (*swiglu_backward)(const T* grad, const T* gate, const T* up, T* grad_gate, T* grad_up, int64_t n);
  // One row of logits [vocab]: returns log-sum-exp; *hit tells whether label is the first largest.
  float (*log_sum_exp)(const T* logits, int64_t vocab, int64_t label, bool* hit);
  // logits[j] <- scale * (exp(logits[j] - lse) - [j == label]), in place.
  void (*softmax_gradient)(T* logits, int64_t vocab, int64_t label, float lse, float scale);
  // sum of squares of n values, in float64.
  double (*sum_of_squares)(const T* x, int64_t n);
  // x *= factor.
  void (*scale)(T* x, int64_t n, float factor);
  // total += x.
  void (*accumulate)(float* total, const T* x, int64_t n);
  // AdamW (Loshchilov and Hutter, 2019, algorithm 2) on n values. weight may equal master when T is float.
  void (*adamw)(T* weight, float* master, float* first_moment, float* second_moment, const T* grad, int64_t n,
                const struct AdamWStep& step);
  // Attention over one new token and pages of sixteen positions: q [head_dim] of `group` heads (contiguous), positions [first, end),
  // out [group, head_dim]; see kernels/paged_attention.h.
  void (*paged_attention)(const T* q, const T* keys, const T* values, T* out, float* scratch, int64_t group, int64_t head_dim,
                          int64_t page_stride, const int32_t* pages, int64_t ring, int64_t first, int64_t end, float scale);
  // x Wᵀ with each row alone: bytes of the packed x and of scratch (64-byte aligned), packing, and columns [first, end) of the
  // result; see kernels/row_linear.h.
  int64_t (*row_linear_packed_bytes)(int64_t rows, int64_t in);
  int64_t (*row_linear_scratch)(int64_t in);
  void (*row_linear_pack)(const T* x, int64_t rows, int64_t in, void* packed, void* scratch);
  void (*row_linear)(const void* packed, const T* weight, T* out, int64_t rows, int64_t in, int64_t width, int64_t first,
                     int64_t end, void* scratch);
  // 4-bit NormalFloat codes, two a byte, to numbers: 64 values a block, times the block's scale.
  void (*nf4_dequantize)(const uint8_t* packed, const float* absmax, T* out, int64_t blocks);

  // Bytes of scratch, 64-byte aligned, that a call of the next two needs.
  int64_t (*attention_scratch)(const AttentionShape& shape, bool backward);
  // One row of the batch and one key-value head with the query heads that share it.
  // q, out as [batch, sequence, heads, head_dim]; log_sum_exp float [batch, heads, sequence].
  void (*attention_forward)(const AttentionShape& shape, int64_t row, int64_t kv_head, const T* q, const Strides& q_strides,
                            const T* k, const Strides& k_strides, const T* v, const Strides& v_strides, T* out,
                            const Strides& out_strides, float* log_sum_exp, void* scratch);
  void (*attention_backward)(const AttentionShape& shape, int64_t row, int64_t kv_head, const T* q, const Strides& q_strides,
                             const T* k, const Strides& k_strides, const T* v, const Strides& v_strides, const T* out,
                             const Strides& out_strides, const T* grad_out, const Strides& grad_out_strides,
                             const float* log_sum_exp, T* grad_q, const Strides& grad_q_strides, T* grad_k,
                             const Strides& grad_k_strides, T* grad_v, const Strides& grad_v_strides, void* scratch);
};

// The numbers of one AdamW step. grad_scale multiplies the gradient first (clipping).
struct AdamWStep {
  float learning_rate, beta1, beta2, eps, weight_decay;
  float rest1, rest2;                   // 1 - beta1 and 1 - beta2, taken in double: 1 - 0.999f is off by 5e-5
  float correction1, correction2_sqrt;  // 1 - beta1^t and sqrt(1 - beta2^t)
  float grad_scale;
};

template <class T>
const KernelTable<T>& kernels();
template <>
const KernelTable<float>& kernels<float>();
template <>
const KernelTable<bf16>& kernels<bf16>();

// The instruction set in use: "amx", "avx512", "avx2" or "baseline".
const char* instruction_set();

// Flushes denormals to zero on this thread while it lives: they cost a hundred times a normal operation and carry nothing.
class FlushDenormals {
 public:
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
  uint32_t saved_;
};

}  // namespace zephyr::kernels
