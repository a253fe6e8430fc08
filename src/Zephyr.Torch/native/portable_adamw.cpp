// AdamW of fused_adamw.cpp in library operations, for devices without kernels of ours. The arithmetic, the 8-bit codes and the
// stochastic rounding are the same; only the order of float32 operations inside a sum may differ.
#include "portable.h"

#include <cmath>

namespace zephyr::portable {
namespace {

using fused::Moment;

// Elements worked on at once: bounds the copies, and is a multiple of the blocks of 8-bit moments.
constexpr int64_t kPiece = 1 << 24;

at::Tensor map_on(const at::Tensor& like, bool is_signed) { return fused::dynamic_map(is_signed).to(like.device()); }

// Values [count] as whole blocks [blocks, kMomentBlock], zeros behind them.
at::Tensor blocks_of(const at::Tensor& values) {
  const int64_t count = values.numel(), blocks = (count + fused::kMomentBlock - 1) / fused::kMomentBlock;
  return at::constant_pad_nd(values, {0, blocks * fused::kMomentBlock - count}).view({blocks, fused::kMomentBlock});
}

// A piece of a moment: views of its values and scales.
struct Piece {
  at::Tensor values, scales;
  bool is_signed;
  int64_t begin;

  Piece(const Moment& moment, int64_t first, int64_t end)
      : values(moment.values.view({-1}).slice(0, first, end)), is_signed(moment.is_signed), begin(first) {
    if (moment.scales.defined()) {
      scales = moment.scales.slice(0, first / fused::kMomentBlock, (end + fused::kMomentBlock - 1) / fused::kMomentBlock);
    }
  }

  // float32 [count]; the stored one itself when it is float32.
  at::Tensor load() const {
    if (!scales.defined()) {
      return values.to(at::kFloat);
    }
    const at::Tensor shares = map_on(values, is_signed).index_select(0, values.to(at::kInt));
    return (blocks_of(shares) * scales.unsqueeze(1)).view({-1}).slice(0, 0, values.numel());
  }

  void store(const at::Tensor& wide, uint64_t seed) const {
    if (scales.defined()) {
      store_codes(wide);
    } else if (values.scalar_type() == at::kBFloat16) {
      store_bf16(wide, seed);
    }
  }

 private:
  void store_codes(const at::Tensor& wide) const {
    const at::Tensor blocks = blocks_of(wide), largest = blocks.abs().amax(1);
    const at::Tensor map = map_on(wide, is_signed);
    const at::Tensor midpoints = (map.slice(0, 0, 255) + map.slice(0, 1, 256)) / 2;
    const at::Tensor inverse = at::where(largest > 0, largest.reciprocal(), at::zeros_like(largest));
    const at::Tensor codes = at::bucketize(blocks * inverse.unsqueeze(1), midpoints, /*out_int32=*/true, /*right=*/false);
    scales.detach().copy_(largest);
    values.detach().copy_(codes.view({-1}).slice(0, 0, values.numel()));
  }

  // The finaliser of MurmurHash3 on (seed, place), as moments.cpp has it. Products wrap; shifts to the right are made logical.
  void store_bf16(const at::Tensor& wide, uint64_t seed) const {
    const auto number = [](uint64_t bits) { return at::Scalar(static_cast<int64_t>(bits)); };
    const auto shifted = [](const at::Tensor& h) { return h.bitwise_right_shift(33).bitwise_and(0x7fffffff); };
    at::Tensor h = at::arange(begin, begin + wide.numel(), wide.options().dtype(at::kLong));
    h.mul_(number(0x9e3779b97f4a7c15u)).add_(number(seed));
    h = h.bitwise_xor(shifted(h)).mul_(number(0xff51afd7ed558ccdu));
    h = h.bitwise_xor(shifted(h)).mul_(number(0xc4ceb9fe1a85ec53u));
    const at::Tensor bits = wide.contiguous().view(at::kInt).to(at::kLong).bitwise_and(int64_t{0xffffffff});
    const at::Tensor finite = bits.bitwise_and(0x7f800000).ne(0x7f800000);
    const at::Tensor rounded = (bits + shifted(h).bitwise_and(0xffff) * finite).bitwise_right_shift(16).bitwise_and(0xffff);
    values.detach().view(at::kShort).copy_(at::where(rounded >= 0x8000, rounded - 0x10000, rounded));
  }
};

}  // namespace

void adamw(const std::vector<at::Tensor>& weights, const std::vector<at::Tensor>& grads, const std::vector<at::Tensor>& masters,
           const std::vector<Moment>& first_moments, const std::vector<Moment>& second_moments, const double* weight_decays,
           const fused::AdamWOptions& options) {
  const double correction1 = 1 - std::pow(options.beta1, static_cast<double>(options.step));
  const double correction2 = std::sqrt(1 - std::pow(options.beta2, static_cast<double>(options.step)));
  for (size_t i = 0; i < weights.size(); i++) {
    const at::Tensor weight = weights[i].view({-1}), grad = grads[i].reshape({-1}), master = masters[i].view({-1});
    for (int64_t begin = 0; begin < weight.numel(); begin += kPiece) {
      const int64_t end = std::min(begin + kPiece, weight.numel());
      const Piece first(first_moments[i], begin, end), second(second_moments[i], begin, end);
      at::Tensor g = grad.slice(0, begin, end).to(at::kFloat);
      if (options.grad_scale != 1.0) {
        g = g * options.grad_scale;
      }
      at::Tensor m = first.load(), v = second.load(), w = master.slice(0, begin, end);
      m.mul_(options.beta1).add_(g, 1 - options.beta1);
      v.mul_(options.beta2).addcmul_(g, g, 1 - options.beta2);
      w.mul_(1 - options.learning_rate * weight_decays[i])
          .addcdiv_(m, v.sqrt().div_(correction2).add_(options.eps), -options.learning_rate / correction1);
      if (weights[i].scalar_type() != at::kFloat) {  // a float32 weight is its own master
        weight.slice(0, begin, end).copy_(w);
      }
      const uint64_t seed = (static_cast<uint64_t>(options.step) << 32 | i << 1) * 0xd6e8feb86659fd93u;
      first.store(m, seed);
      second.store(v, seed + 1);
    }
  }
}

double grad_norm(const std::vector<at::Tensor>& grads) {
  if (grads.empty()) {
    return 0;
  }
  at::Tensor total = at::zeros({}, grads[0].options().dtype(at::kDouble));
  for (const at::Tensor& grad : grads) {
    const at::Tensor flat = grad.reshape({-1});
    for (int64_t begin = 0; begin < flat.numel(); begin += kPiece) {
      total.add_(flat.slice(0, begin, std::min(begin + kPiece, flat.numel())).to(at::kFloat).square().sum());
    }
  }
  return std::sqrt(total.item<double>());
}

void scale_grads(const std::vector<at::Tensor>& grads, double factor) {
  for (at::Tensor grad : grads) {
    grad.mul_(factor);
  }
}

}  // namespace zephyr::portable
