// From C++ exceptions to error codes and messages.
#include "zephyr_torch.h"

#include <c10/util/Exception.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace {

// The last message of this thread, malloc'd; null when even that allocation failed or nothing went wrong.
thread_local char* last_message = nullptr;

void keep(const char* message) noexcept {
  std::free(last_message);
  last_message = ::strdup(message);
}

bool contains_any(const char* message, std::initializer_list<const char*> phrases) noexcept {
  for (const char* phrase : phrases) {
    if (std::strstr(message, phrase) != nullptr) {
      return true;
    }
  }
  return false;
}

// libtorch raises one exception type for most failures; its wording is what tells them apart.
int32_t classify(const char* message) noexcept {
  if (contains_any(message, {"not enough memory", "out of memory", "can't allocate memory", "bad_alloc", "_ALLOC_FAILED"})) {
    return ZT_OUT_OF_MEMORY;
  }
  if (contains_any(message, {"not implemented", "Could not run", "not supported", "expected scalar type", "doesn't support",
                             "same dtype", "unsupported", "only supports", "can't be cast", "have a floating point",
                             "floating point or complex", "Only Tensors of floating point", "scalar types", "Expected dtype", "xpected Bool"})) {
    return ZT_UNSUPPORTED;
  }
  if (contains_any(message, {"size", "shape", "dimension", "Dimension", "dim ", "dims", "numel", "elements", "matrix",
                             "matrices", "D tensor", "-D argument", "out of range", "out of bounds"})) {
    return ZT_SHAPE_MISMATCH;
  }
  return ZT_FAILURE;
}

}  // namespace

namespace zephyr {

int32_t record_exception() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc& error) {
    keep(error.what());
    return ZT_OUT_OF_MEMORY;
  } catch (const c10::NotImplementedError& error) {
    keep(error.what_without_backtrace());
    return ZT_UNSUPPORTED;
  } catch (const c10::Error& error) {
    keep(error.what_without_backtrace());
    return classify(last_message == nullptr ? "" : last_message);
  } catch (const std::exception& error) {
    keep(error.what());
    return classify(error.what());
  } catch (...) {
    keep("an exception of unknown type");
    return ZT_FAILURE;
  }
}

}  // namespace zephyr

// Gives this thread's last message to the caller, who frees it with zt_error_free. Null when there is none.
ZT_EXPORT int32_t zt_error_take(char** message) noexcept {
  *message = last_message;
  last_message = nullptr;
  return ZT_OK;
}

ZT_EXPORT int32_t zt_error_free(char* message) noexcept {
  std::free(message);
  return ZT_OK;
}
