// The shim's own rules, for every .cpp file here.
//
// An export is `ZT_EXPORT int32_t zt_name(...) noexcept { ZT_TRY ... ZT_CATCH }`: plain C types in and out, 0 or an error
// code as its value, results through pointers. No exception leaves an export, so none can abort the .NET process.
#pragma once

#include "signal_stack.h"
#include "versions.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <vector>

#define ZT_EXPORT extern "C" __attribute__((visibility("default")))

// A tensor as managed code holds it: an owned at::Tensor on the heap, freed by zt_tensor_free.
using zt_tensor = at::Tensor*;

// Error codes; the managed ErrorCode enum mirrors them.
enum : int32_t {
  ZT_OK = 0,
  ZT_OUT_OF_MEMORY = 1,
  ZT_SHAPE_MISMATCH = 2,
  ZT_UNSUPPORTED = 3,
  ZT_FAILURE = 4,
};

namespace zephyr {

// Turns the exception in flight into an error code, and keeps its message for zt_error_take on this thread.
int32_t record_exception() noexcept;

// Hands a result to managed code.
inline zt_tensor box(at::Tensor tensor) { return new at::Tensor(std::move(tensor)); }

// A tensor argument that may be absent.
inline at::Tensor optional_tensor(const at::Tensor* tensor) { return tensor == nullptr ? at::Tensor() : *tensor; }

inline at::IntArrayRef sizes(const int64_t* values, int32_t count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

inline std::vector<at::Tensor> tensors(const zt_tensor* values, int32_t count) {
  std::vector<at::Tensor> list;
  list.reserve(static_cast<size_t>(count));
  for (int32_t i = 0; i < count; i++) {
    list.push_back(*values[i]);
  }
  return list;
}

// A number from managed code: its kind (0 integer, 1 floating, 2 boolean) and its eight bytes.
inline at::Scalar scalar(int32_t kind, int64_t bits) {
  if (kind == 1) {
    double value;
    static_assert(sizeof value == sizeof bits, "a double is eight bytes");
    __builtin_memcpy(&value, &bits, sizeof value);
    return at::Scalar(value);
  }
  return kind == 2 ? at::Scalar(bits != 0) : at::Scalar(bits);
}

// dtype numbers are libtorch's own (c10::ScalarType); -1 stands for "as the input".
inline Optional<at::ScalarType> optional_dtype(int32_t dtype) {
  return dtype < 0 ? Optional<at::ScalarType>() : Optional<at::ScalarType>(static_cast<at::ScalarType>(dtype));
}

// Device numbers are libtorch's own (c10::DeviceType); index -1 is the current one.
inline at::Device device(int32_t type, int32_t index) {
  return at::Device(static_cast<at::DeviceType>(type), static_cast<at::DeviceIndex>(index));
}

}  // namespace zephyr

#define ZT_TRY                      \
  zephyr::SignalStack::ensure();    \
  try {
#define ZT_CATCH                       \
  return ZT_OK;                        \
  }                                    \
  catch (...) {                        \
    return zephyr::record_exception(); \
  }
