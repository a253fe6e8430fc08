// Kernels for x86-64 with AVX-512, bfloat16 products and AMX tiles.
#if defined(__x86_64__)
#include "table.h"
#include <immintrin.h>

#pragma GCC target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16")
#define ZK_AVX512
#define ZK_NATIVE_BF16

namespace zephyr::kernels::amx {

#include "simd.h"
#include "transpose.h"
#include "matmul_float.h"
#include "matmul_amx.h"
#include "rows.h"
#include "nf4.h"
#include "attention.h"
#include "row_linear.h"
#include "paged_attention.h"
#include "kernel_table.h"

KernelTable<float> float_table() { return make_table<FloatMatmul, float>(); }
KernelTable<bf16> bf16_table() { return make_table<AmxMatmul, bf16>(); }

}  // namespace zephyr::kernels::amx

#endif
