// The kernels of one instruction set, as a table. Included last.

template <class Matmul, class T>
KernelTable<T> make_table() {
  KernelTable<T> table{};
  table.rms_norm_forward = rms_norm_forward<T>;
  table.rms_norm_backward = rms_norm_backward<T>;
  table.rope = rope<T>;
  table.swiglu_forward = swiglu_forward<T>;
  table.swiglu_backward = swiglu_backward<T>;
  table.log_sum_exp = log_sum_exp<T>;
  table.softmax_gradient = softmax_gradient<T>;
  table.sum_of_squares = sum_of_squares<T>;
  table.scale = scale<T>;
  table.accumulate = accumulate<T>;
  table.adamw = adamw<T>;
  table.paged_attention = paged_attention<T>;
  table.row_linear_packed_bytes = row_linear_packed_bytes<Matmul, T>;
  table.row_linear_scratch = row_linear_scratch<Matmul, T>;
  table.row_linear_pack = row_linear_pack<Matmul, T>;
  table.row_linear = row_linear<Matmul, T>;
  table.nf4_dequantize = nf4_dequantize<T>;
  table.attention_scratch = attention_scratch<Matmul, T>;
  table.attention_forward = attention_forward<Matmul, T>;
  table.attention_backward = attention_backward<Matmul, T>;
  return table;
}
