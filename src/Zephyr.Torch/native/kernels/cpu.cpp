// Which kernels this CPU and this kernel of the operating system allow.
#include "table.h"

#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace zephyr::kernels {

#define ZK_DECLARE(isa)             \
  namespace isa {                   \
  KernelTable<float> float_table(); \
  KernelTable<bf16> bf16_table();   \
  }
ZK_DECLARE(baseline)
#if defined(__x86_64__)
ZK_DECLARE(avx2)
ZK_DECLARE(avx512)
ZK_DECLARE(avx512_bf16)
ZK_DECLARE(amx)
#endif
#undef ZK_DECLARE

namespace {

enum class Isa { baseline, avx2, avx512, avx512_bf16, amx };
constexpr const char* kNames[] = {"baseline", "avx2", "avx512", "avx512_bf16", "amx"};

#if defined(__x86_64__)
// Linux gives tile registers only to processes that ask: arch_prctl(ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA).
bool tiles_granted() {
  constexpr int request_permission = 0x1023, tile_data = 18;
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

Isa best() {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    return Isa::baseline;
  }
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl")) {
    return Isa::avx2;
  }
  if (!__builtin_cpu_supports("avx512bf16")) {
    return Isa::avx512;
  }
  unsigned a, b, c, d;
  constexpr unsigned amx_bf16 = 1u << 22, amx_tile = 1u << 24;  // CPUID leaf 7, EDX
  const bool tiles = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & amx_bf16) != 0 && (d & amx_tile) != 0;
  return tiles && tiles_granted() ? Isa::amx : Isa::avx512_bf16;
}
#else
Isa best() { return Isa::baseline; }
#endif

// ZEPHYR_ISA lowers the choice, for tests of the other paths; it never raises it.
Isa chosen() {
  Isa isa = best();
  if (const char* wanted = std::getenv("ZEPHYR_ISA")) {
    for (int i = 0; i < static_cast<int>(isa); i++) {
      if (std::strcmp(wanted, kNames[i]) == 0) {
        return static_cast<Isa>(i);
      }
    }
  }
  return isa;
}

Isa current() {
  static const Isa isa = chosen();
  return isa;
}

#if defined(__x86_64__)
#define ZK_SELECT(table)                                  \
  switch (current()) {                                    \
    case Isa::avx2: return avx2::table();                 \
    case Isa::avx512: return avx512::table();             \
    case Isa::avx512_bf16: return avx512_bf16::table();   \
    case Isa::amx: return amx::table();                   \
    default: return baseline::table();                    \
  }
#else
#define ZK_SELECT(table) return baseline::table();
#endif
KernelTable<float> select_float() { ZK_SELECT(float_table) }
KernelTable<bf16> select_bf16() { ZK_SELECT(bf16_table) }
#undef ZK_SELECT

}  // namespace

template <>
const KernelTable<float>& kernels<float>() {
  static const KernelTable<float> table = select_float();
  return table;
}
template <>
const KernelTable<bf16>& kernels<bf16>() {
  static const KernelTable<bf16> table = select_bf16();
  return table;
}

const char* instruction_set() { return kNames[static_cast<int>(current())]; }

#if defined(__x86_64__)
FlushDenormals::FlushDenormals() : saved_(_mm_getcsr()) { _mm_setcsr(saved_ | 0x8040u); }
FlushDenormals::~FlushDenormals() { _mm_setcsr(saved_); }
#else
FlushDenormals::FlushDenormals() : saved_(0) {}
FlushDenormals::~FlushDenormals() = default;
#endif

}  // namespace zephyr::kernels
