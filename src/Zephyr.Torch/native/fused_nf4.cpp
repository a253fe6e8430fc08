// 4-bit NormalFloat weights: fused_nf4.h.
#include "fused_nf4.h"

#include "moments.h"

#include <array>
#include <cmath>

namespace zephyr::fused {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Where the nearest of the sixteen values changes: halfway between neighbours.
const std::array<float, 15>& midpoints() {
  static const std::array<float, 15> points = [] {
    // Codes 0 to 15 in order, decoded with a scale of one.
    std::array<uint8_t, kNf4Block / 2> packed{};
    for (size_t i = 0; i < 8; i++) {
      packed[i] = static_cast<uint8_t>((2 * i) << 4 | (2 * i + 1));
    }
    std::array<float, kNf4Block> values{};
    const float one = 1.0f;
    kernels::kernels<float>().nf4_dequantize(packed.data(), &one, values.data(), 1);
    std::array<float, 15> between{};
    for (size_t i = 0; i < 15; i++) {
      between[i] = (values[i] + values[i + 1]) / 2;
    }
    return between;
  }();
  return points;
}

constexpr uint8_t kZeroCode = 7;

void quantize_block(const float* x, uint8_t* packed, float* absmax) {
  float largest = 0, sum = 0;
  for (int64_t i = 0; i < kNf4Block; i++) {
    largest = std::max(largest, std::abs(x[i]));
    sum += x[i] * 0.0f;  // NaN if any value is NaN or infinite; a maximum would pass over NaN
  }
  const float inverse = 1.0f / largest;
  std::array<uint8_t, kNf4Block> codes;
  if (largest > 0 && std::isfinite(inverse)) {
    const std::array<float, 15>& points = midpoints();
    codes.fill(0);
    for (const float point : points) {
      for (size_t i = 0; i < kNf4Block; i++) {
        codes[i] = static_cast<uint8_t>(codes[i] + (x[i] * inverse > point));
      }
    }
    *absmax = largest;
  } else {
    codes.fill(kZeroCode);
    *absmax = 0;
  }
  *absmax += sum;
  for (size_t i = 0; i < kNf4Block / 2; i++) {
    packed[i] = static_cast<uint8_t>(codes[2 * i] << 4 | codes[2 * i + 1]);
  }
}

void check_part(const Nf4& part, int64_t columns) {
  const int64_t elements = part.rows * part.columns, blocks = elements / kNf4Block;
  TORCH_CHECK(part.columns == columns && part.rows >= 0, "Nf4: shape mismatch: a matrix of ", part.rows, " rows and ", part.columns,
              " columns, expected ", columns, " columns");
  TORCH_CHECK(part.packed.device().is_cpu(), "Nf4: unsupported device ", part.packed.device(), "; the fused kernels run on the CPU");
  TORCH_CHECK(part.packed.scalar_type() == at::kByte && part.packed.is_contiguous() && part.packed.numel() * 2 == elements &&
                  elements % kNf4Block == 0,
              "Nf4: shape mismatch: ", part.packed.numel(), " bytes of codes for ", elements, " elements");
  TORCH_CHECK(part.absmax.scalar_type() == (part.scales.defined() ? at::kByte : at::kFloat) && part.absmax.is_contiguous() &&
                  part.absmax.numel() == blocks,
              "Nf4: shape mismatch: scales ", part.absmax.sizes(), " of ", part.absmax.scalar_type(), " for ", blocks, " blocks");
  TORCH_CHECK(!part.scales.defined() || (part.scales.scalar_type() == at::kFloat && part.scales.is_contiguous() &&
                                         part.scales.numel() == (blocks + kNf4ScaleBlock - 1) / kNf4ScaleBlock),
              "Nf4: shape mismatch: second scales for ", blocks, " blocks");
}

template <class T>
void dequantize_part(const Nf4& part, const float* map, T* out) {
  const int64_t blocks = part.rows * part.columns / kNf4Block;
  for_chunks(blocks, kNf4ScaleBlock, [&](int64_t chunk, int64_t begin, int64_t end) {
    std::array<float, kNf4ScaleBlock> decoded;
    const float* absmax = decoded.data();
    if (part.scales.defined()) {
      const uint8_t* codes = data<uint8_t>(part.absmax);
      const float scale = data<float>(part.scales)[chunk], offset = static_cast<float>(part.offset);
      for (int64_t i = begin; i < end; i++) {
        decoded[static_cast<size_t>(i - begin)] = map[codes[i]] * scale + offset;
      }
    } else {
      absmax = data<float>(part.absmax) + begin;
    }
    kernels::kernels<T>().nf4_dequantize(data<uint8_t>(part.packed) + begin * kNf4Block / 2, absmax, out + begin * kNf4Block,
                                         end - begin);
  });
}

struct Nf4Linear : torch::autograd::Function<Nf4Linear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const Nf4Stack& stack) {
    variable_list saved;
    std::vector<double> offsets;
    std::vector<int64_t> rows;
    for (const Nf4& part : stack.parts) {
      saved.insert(saved.end(), {part.packed, part.absmax, part.scales});
      offsets.push_back(part.offset);
      rows.push_back(part.rows);
    }
    context->save_for_backward(saved);
    context->saved_data["offsets"] = offsets;
    context->saved_data["rows"] = rows;
    context->saved_data["columns"] = x.size(-1);
    return at::linear(x, nf4_dequantize(stack, x.scalar_type()));
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const variable_list saved = context->get_saved_variables();
    const std::vector<double> offsets = context->saved_data["offsets"].toDoubleVector();
    const std::vector<int64_t> rows = context->saved_data["rows"].toIntVector();
    Nf4Stack stack;
    for (size_t i = 0; i < rows.size(); i++) {
      stack.parts.push_back({saved[3 * i], saved[3 * i + 1], saved[3 * i + 2], offsets[i], rows[i], context->saved_data["columns"].toInt()});
    }
    return {grads[0].matmul(nf4_dequantize(stack, grads[0].scalar_type())), at::Tensor()};
  }
};

}  // namespace

Nf4 nf4_quantize(const at::Tensor& weight) {
  TORCH_CHECK(weight.dim() == 2 && weight.numel() % kNf4Block == 0 && weight.numel() > 0, "Nf4: shape mismatch: ", weight.sizes(),
              " must be a matrix whose number of elements is a multiple of ", kNf4Block);
  for_element_type("Nf4", weight, [](auto*) {});
  const at::Tensor source = weight.detach().contiguous();
  const int64_t blocks = source.numel() / kNf4Block;
  const at::Tensor packed = at::empty({source.numel() / 2}, source.options().dtype(at::kByte));
  const at::Tensor absmax = at::empty({blocks}, source.options().dtype(at::kFloat));
  for_chunks(blocks, 1024, [&](int64_t, int64_t begin, int64_t end) {
    const at::Tensor wide = source.view({-1}).slice(0, begin * kNf4Block, end * kNf4Block).to(at::kFloat);
    for (int64_t i = begin; i < end; i++) {
      quantize_block(data<float>(wide) + (i - begin) * kNf4Block, data<uint8_t>(packed) + i * kNf4Block / 2, data<float>(absmax) + i);
    }
  });
  TORCH_CHECK(absmax.isfinite().all().item<bool>(), "Nf4: a value is not finite");
  return {packed, absmax, {}, 0, weight.size(0), weight.size(1)};
}

Nf4 nf4_quantize_scales(const Nf4& weight) {
  check_part(weight, weight.columns);
  TORCH_CHECK(!weight.scales.defined(), "Nf4: unsupported: the scales are in 8 bits already");
  const at::Tensor map = dynamic_map(true);
  const float* values = data<float>(map);
  std::array<float, 255> between;
  for (size_t i = 0; i < between.size(); i++) {
    between[i] = (values[i] + values[i + 1]) / 2;
  }
  const float offset = weight.absmax.mean().item<float>();
  const int64_t blocks = weight.absmax.numel();
  const at::Tensor codes = at::empty({blocks}, weight.packed.options());
  const at::Tensor scales = at::empty({(blocks + kNf4ScaleBlock - 1) / kNf4ScaleBlock}, weight.absmax.options());
  for_chunks(blocks, kNf4ScaleBlock, [&](int64_t chunk, int64_t begin, int64_t end) {
    const float* absmax = data<float>(weight.absmax);
    float largest = 0;
    for (int64_t i = begin; i < end; i++) {
      largest = std::max(largest, std::abs(absmax[i] - offset));
    }
    data<float>(scales)[chunk] = largest;
    const float inverse = largest > 0 ? 1.0f / largest : 0.0f;
    for (int64_t i = begin; i < end; i++) {
      const float scaled = (absmax[i] - offset) * inverse;
      data<uint8_t>(codes)[i] = static_cast<uint8_t>(std::lower_bound(between.begin(), between.end(), scaled) - between.begin());
    }
  });
  return {weight.packed, codes, scales, offset, weight.rows, weight.columns};
}

at::Tensor nf4_dequantize(const Nf4Stack& stack, at::ScalarType type) {
  TORCH_CHECK(!stack.parts.empty(), "Nf4: shape mismatch: no matrix given");
  const int64_t columns = stack.parts[0].columns;
  int64_t rows = 0;
  for (const Nf4& part : stack.parts) {
    check_part(part, columns);
    rows += part.rows;
  }
  const at::Tensor out = at::empty({rows, columns}, stack.parts[0].packed.options().dtype(type));
  const at::Tensor map = dynamic_map(true);
  for_element_type("Nf4", out, [&](auto* element) {
    using T = std::remove_pointer_t<decltype(element)>;
    T* to = data<T>(out);
    for (const Nf4& part : stack.parts) {
      dequantize_part(part, data<float>(map), to);
      to += part.rows * part.columns;
    }
  });
  return out;
}

at::Tensor nf4_linear(const at::Tensor& x, const Nf4Stack& stack) {
  TORCH_CHECK(!stack.parts.empty() && x.dim() > 0 && x.size(-1) == stack.parts[0].columns, "Nf4: shape mismatch: the input is ",
              x.sizes(), ", the matrix has ", stack.parts.empty() ? 0 : stack.parts[0].columns, " columns");
  return Nf4Linear::apply(x, stack);
}

}  // namespace zephyr::fused
