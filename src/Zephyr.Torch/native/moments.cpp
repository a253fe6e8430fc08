#include "moments.h"

#include <array>
#include <cmath>
#include <cstring>

namespace zephyr::fused {
namespace {

uint32_t bits_of(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float float_of(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// The values of the codes, and a table from the upper half of a float to the lowest code its bucket can round to.
struct Codes {
  std::array<float, 256> values;
  std::array<float, 255> midpoints;
  std::array<uint8_t, 65536> lowest;
  uint8_t zero;

  explicit Codes(bool is_signed) {
    // Seven decades, each of them cut into twice as many parts as the one below; a value is the middle of its part.
    std::vector<double> list{0.0, 1.0};
    for (int decade = 0; decade < 7; decade++) {
      const int parts = is_signed ? 1 << decade : 1 << (decade + 1);
      const double power = std::pow(10.0, decade - 6);
      for (int part = 0; part < parts; part++) {
        const double middle = power * (0.1 + 0.9 * (part + 0.5) / parts);
        list.push_back(middle);
        if (is_signed) {
          list.push_back(-middle);
        }
      }
    }
    std::sort(list.begin(), list.end());
    std::copy(list.begin(), list.end(), values.begin());
    for (size_t i = 0; i < midpoints.size(); i++) {
      midpoints[i] = (values[i] + values[i + 1]) / 2;
    }
    for (uint32_t bucket = 0; bucket < lowest.size(); bucket++) {
      const bool negative = bucket >= 0x8000;
      const float least = float_of(bucket << 16 | (negative ? 0xffff : 0));
      lowest[bucket] = static_cast<uint8_t>(std::lower_bound(midpoints.begin(), midpoints.end(), least) - midpoints.begin());
    }
    zero = static_cast<uint8_t>(std::lower_bound(values.begin(), values.end(), 0.0f) - values.begin());
  }

  uint8_t nearest(float value) const {
    uint8_t code = lowest[bits_of(value) >> 16];
    while (code < 255 && value > midpoints[code]) {
      code++;
    }
    return code;
  }
};

const Codes& codes(bool is_signed) {
  static const Codes with_sign(true), without_sign(false);
  return is_signed ? with_sign : without_sign;
}

// A well-mixed 32-bit number for each (seed, index): the finaliser of MurmurHash3.
uint32_t mixed(uint64_t seed, int64_t index) {
  uint64_t h = seed + static_cast<uint64_t>(index) * 0x9e3779b97f4a7c15u;
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
  h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
  return static_cast<uint32_t>(h >> 33);
}

void store_bf16(uint16_t* to, int64_t begin, int64_t count, const float* from, uint64_t seed) {
  for (int64_t i = 0; i < count; i++) {
    const uint32_t bits = bits_of(from[i]);
    const bool finite = (bits & 0x7f800000u) != 0x7f800000u;
    to[i] = static_cast<uint16_t>((finite ? bits + (mixed(seed, begin + i) & 0xffffu) : bits) >> 16);
  }
}

void store_codes(const Moment& moment, int64_t begin, int64_t count, const float* from) {
  const Codes& table = codes(moment.is_signed);
  auto* to = data<uint8_t>(moment.values) + begin;
  auto* scales = data<float>(moment.scales) + begin / kMomentBlock;
  for (int64_t start = 0; start < count; start += kMomentBlock) {
    const int64_t end = std::min(start + kMomentBlock, count);
    float largest = 0;
    for (int64_t i = start; i < end; i++) {
      largest = std::max(largest, std::abs(from[i]));
    }
    scales[start / kMomentBlock] = largest;
    const float inverse = largest > 0 ? 1 / largest : 0;
    for (int64_t i = start; i < end; i++) {
      to[i] = largest > 0 ? table.nearest(from[i] * inverse) : table.zero;
    }
  }
}

}  // namespace

at::Tensor dynamic_map(bool is_signed) {
  const at::Tensor map = at::empty({256}, at::kFloat);
  std::copy(codes(is_signed).values.begin(), codes(is_signed).values.end(), data<float>(map));
  return map;
}

Moment make_moment(const at::Tensor& weight, at::ScalarType stored_type, bool is_signed) {
  const at::TensorOptions options = weight.options().dtype(stored_type);
  if (stored_type != at::kByte) {
    return {at::zeros(weight.sizes(), options), {}, is_signed};
  }
  const int64_t blocks = (weight.numel() + kMomentBlock - 1) / kMomentBlock;
  return {at::full(weight.sizes(), codes(is_signed).zero, options), at::zeros({blocks}, options.dtype(at::kFloat)), is_signed};
}

void check_moment(const Moment& moment, const at::Tensor& weight, size_t index) {
  const char* name = moment.is_signed ? "first" : "second";
  const at::ScalarType type = moment.values.scalar_type();
  TORCH_CHECK((type == at::kFloat || type == at::kBFloat16 || type == at::kByte) && moment.values.is_contiguous(),
              "FusedAdamW: unsupported dtype or layout: ", name, " moment ", index, " must be contiguous float32, bfloat16 or uint8");
  TORCH_CHECK(moment.values.sizes() == weight.sizes(), "FusedAdamW: shape mismatch: ", name, " moment ", index, " is ",
              moment.values.sizes(), ", its weight ", weight.sizes());
  TORCH_CHECK(type != at::kByte || (moment.scales.defined() && moment.scales.scalar_type() == at::kFloat && moment.scales.is_contiguous() &&
                                    moment.scales.numel() * kMomentBlock >= weight.numel()),
              "FusedAdamW: shape mismatch: ", name, " moment ", index, " has 8 bits a value and needs a scale for each ", kMomentBlock);
}

void load_moment(const Moment& moment, int64_t begin, int64_t count, float* to) {
  if (moment.values.scalar_type() == at::kBFloat16) {
    const auto* from = data<uint16_t>(moment.values) + begin;
    for (int64_t i = 0; i < count; i++) {
      to[i] = float_of(static_cast<uint32_t>(from[i]) << 16);
    }
    return;
  }
  const Codes& table = codes(moment.is_signed);
  const auto* from = data<uint8_t>(moment.values) + begin;
  const auto* scales = data<float>(moment.scales) + begin / kMomentBlock;
  for (int64_t i = 0; i < count; i++) {
    to[i] = table.values[from[i]] * scales[i / kMomentBlock];
  }
}

void store_moment(const Moment& moment, int64_t begin, int64_t count, const float* from, uint64_t seed) {
  if (moment.values.scalar_type() == at::kBFloat16) {
    store_bf16(data<uint16_t>(moment.values) + begin, begin, count, from, seed);
  } else {
    store_codes(moment, begin, count, from);
  }
}

}  // namespace zephyr::fused
