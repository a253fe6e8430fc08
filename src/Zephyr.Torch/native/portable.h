// What optimizer_exports.cpp calls when the weights are not on the CPU: the functions of the same name in fused.h, in library
// operations. The other operations have their portable form in managed code (class Portable).
#pragma once

#include "moments.h"

namespace zephyr::portable {

void adamw(const std::vector<at::Tensor>& weights, const std::vector<at::Tensor>& grads, const std::vector<at::Tensor>& masters,
           const std::vector<fused::Moment>& first_moments, const std::vector<fused::Moment>& second_moments,
           const double* weight_decays, const fused::AdamWOptions& options);
double grad_norm(const std::vector<at::Tensor>& grads);
void scale_grads(const std::vector<at::Tensor>& grads, double factor);

}  // namespace zephyr::portable
