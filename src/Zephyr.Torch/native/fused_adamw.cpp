// AdamW (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2) over all parameters in one pass, and the gradients' norm.
// Work is cut into chunks of fixed size; sums over chunks are made in their order, whatever the number of threads.
#include "moments.h"

#include <cmath>

namespace zephyr::fused {
namespace {

constexpr int64_t kChunk = 32768;

struct Piece {
  size_t tensor;
  int64_t begin, end;
};

std::vector<Piece> pieces(const std::vector<at::Tensor>& tensors) {
  std::vector<Piece> list;
  for (size_t i = 0; i < tensors.size(); i++) {
    for (int64_t begin = 0; begin < tensors[i].numel(); begin += kChunk) {
      list.push_back({i, begin, std::min(begin + kChunk, tensors[i].numel())});
    }
  }
  return list;
}

template <class Body>
void for_pieces(const std::vector<Piece>& list, Body body) {
  for_chunks(static_cast<int64_t>(list.size()), 1, [&](int64_t i, int64_t, int64_t) { body(i, list[static_cast<size_t>(i)]); });
}

void check_master(const at::Tensor& master, const at::Tensor& weight, size_t index) {
  TORCH_CHECK(master.scalar_type() == at::kFloat && master.is_contiguous(), "FusedAdamW: unsupported dtype or layout: master ", index,
              " must be contiguous float32");
  TORCH_CHECK(master.sizes() == weight.sizes(), "FusedAdamW: shape mismatch: master ", index, " is ", master.sizes(), ", its weight ",
              weight.sizes());
}

// Both moments of a piece in float32: the stored ones themselves, or a copy that goes back by store().
class PieceMoments {
 public:
  PieceMoments(const Moment& first, const Moment& second, const Piece& piece) : first_(first), second_(second), piece_(piece) {
    if (first.values.scalar_type() != at::kFloat) {
      copy_.resize(static_cast<size_t>(2 * kChunk));
      load_moment(first, piece.begin, piece.end - piece.begin, copy_.data());
      load_moment(second, piece.begin, piece.end - piece.begin, copy_.data() + kChunk);
    }
  }
  float* first() { return copy_.empty() ? data<float>(first_.values) + piece_.begin : copy_.data(); }
  float* second() { return copy_.empty() ? data<float>(second_.values) + piece_.begin : copy_.data() + kChunk; }

  void store(int64_t step) const {
    if (!copy_.empty()) {
      const uint64_t seed = (static_cast<uint64_t>(step) << 32 | piece_.tensor << 1) * 0xd6e8feb86659fd93u;
      store_moment(first_, piece_.begin, piece_.end - piece_.begin, copy_.data(), seed);
      store_moment(second_, piece_.begin, piece_.end - piece_.begin, copy_.data() + kChunk, seed + 1);
    }
  }

 private:
  const Moment& first_;
  const Moment& second_;
  const Piece& piece_;
  std::vector<float> copy_;
};

}  // namespace

void adamw(const std::vector<at::Tensor>& weights, const std::vector<at::Tensor>& grads, const std::vector<at::Tensor>& masters,
           const std::vector<Moment>& first_moments, const std::vector<Moment>& second_moments, const double* weight_decays,
           const AdamWOptions& options) {
  TORCH_CHECK(options.step >= 1, "FusedAdamW: step ", options.step, " is out of range: steps count from 1");
  std::vector<at::Tensor> dense(grads.size());
  for (size_t i = 0; i < weights.size(); i++) {
    const at::Tensor& weight = weights[i];
    TORCH_CHECK(weight.is_contiguous(), "FusedAdamW: unsupported layout: weight ", i, " is not contiguous");
    TORCH_CHECK(grads[i].sizes() == weight.sizes(), "FusedAdamW: shape mismatch: gradient ", i, " is ", grads[i].sizes(),
                ", its weight ", weight.sizes());
    check_same_dtype("FusedAdamW", weight, grads[i], "gradient");
    check_master(masters[i], weight, i);
    check_moment(first_moments[i], weight, i);
    check_moment(second_moments[i], weight, i);
    for_element_type("FusedAdamW", weight, [](auto*) {});
    require_cpu("FusedAdamW", grads[i], masters[i], first_moments[i].values, first_moments[i].scales, second_moments[i].values,
                second_moments[i].scales);
    dense[i] = grads[i].contiguous();
  }
  kernels::AdamWStep common{};
  common.learning_rate = static_cast<float>(options.learning_rate);
  common.beta1 = static_cast<float>(options.beta1);
  common.beta2 = static_cast<float>(options.beta2);
  common.rest1 = static_cast<float>(1 - options.beta1);
  common.rest2 = static_cast<float>(1 - options.beta2);
  common.eps = static_cast<float>(options.eps);
  common.correction1 = static_cast<float>(1 - std::pow(options.beta1, static_cast<double>(options.step)));
  common.correction2_sqrt = static_cast<float>(std::sqrt(1 - std::pow(options.beta2, static_cast<double>(options.step))));
  common.grad_scale = static_cast<float>(options.grad_scale);
  for_pieces(pieces(weights), [&](int64_t, const Piece& piece) {
    const size_t i = piece.tensor;
    kernels::AdamWStep step = common;
    step.weight_decay = static_cast<float>(weight_decays[i]);
    PieceMoments moments(first_moments[i], second_moments[i], piece);
    for_element_type("FusedAdamW", weights[i], [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      kernels::kernels<T>().adamw(data<T>(weights[i]) + piece.begin, data<float>(masters[i]) + piece.begin, moments.first(),
                                  moments.second(), data<T>(dense[i]) + piece.begin, piece.end - piece.begin, step);
    });
    moments.store(options.step);
  });
}

// Euclidean norm over all gradients together.
double grad_norm(const std::vector<at::Tensor>& grads) {
  std::vector<at::Tensor> dense;
  for (const at::Tensor& grad : grads) {
    for_element_type("ClipGradNorm", grad, [](auto*) {});
    dense.push_back(grad.contiguous());
  }
  const std::vector<Piece> list = pieces(dense);
  std::vector<double> squares(list.size());
  for_pieces(list, [&](int64_t index, const Piece& piece) {
    const at::Tensor& grad = dense[piece.tensor];
    for_element_type("ClipGradNorm", grad, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      squares[static_cast<size_t>(index)] =
          kernels::kernels<T>().sum_of_squares(data<T>(grad) + piece.begin, piece.end - piece.begin);
    });
  });
  double total = 0;
  for (const double square : squares) {
    total += square;
  }
  return std::sqrt(total);
}

void scale_grads(const std::vector<at::Tensor>& grads, double factor) {
  std::vector<at::Tensor> dense;
  for (at::Tensor grad : grads) {
    if (grad.is_contiguous()) {
      dense.push_back(grad);
    } else {
      grad.mul_(factor);
    }
  }
  for_pieces(pieces(dense), [&](int64_t, const Piece& piece) {
    const at::Tensor& grad = dense[piece.tensor];
    for_element_type("ClipGradNorm", grad, [&](auto* type) {
      using T = std::remove_pointer_t<decltype(type)>;
      kernels::kernels<T>().scale(data<T>(grad) + piece.begin, piece.end - piece.begin, static_cast<float>(factor));
    });
  });
}

}  // namespace zephyr::fused
