// Kernels for any CPU.
#include "table.h"

namespace zephyr::kernels::baseline {

#include "simd.h"
#include "transpose.h"
#include "matmul_float.h"
#include "rows.h"
#include "nf4.h"
#include "attention.h"
#include "row_linear.h"
#include "paged_attention.h"
#include "kernel_table.h"

KernelTable<float> float_table() { return make_table<FloatMatmul, float>(); }
KernelTable<bf16> bf16_table() { return make_table<FloatMatmul, bf16>(); }

}  // namespace zephyr::kernels::baseline

