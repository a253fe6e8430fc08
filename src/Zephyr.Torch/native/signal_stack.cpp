#include "signal_stack.h"

#include <csignal>
#include <sys/mman.h>
#include <unistd.h>

namespace zephyr {

namespace {
constexpr size_t size = 64 << 10;

size_t page() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }
}  // namespace

SignalStack::SignalStack() noexcept {
  stack_t present{};
  // A thread without one is none of .NET's, and one that is large enough is somebody's who knows.
  if (sigaltstack(nullptr, &present) != 0 || (present.ss_flags & (SS_DISABLE | SS_ONSTACK)) != 0 || present.ss_size >= size) {
    return;
  }

  void* mapping = mmap(nullptr, page() + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (mapping == MAP_FAILED) {
    return;  // the thread keeps what it has
  }

  stack_t larger{};
  larger.ss_sp = static_cast<char*>(mapping) + page();
  larger.ss_size = size;
  if (mprotect(mapping, page(), PROT_NONE) != 0 || sigaltstack(&larger, nullptr) != 0) {
    munmap(mapping, page() + size);
    return;
  }

  mapping_ = mapping;
  previous_ = present.ss_sp;
  previous_size_ = present.ss_size;
}

// Runs before the runtime's own clean-up of the thread, which frees the stack it made if it finds it in place.
SignalStack::~SignalStack() {
  if (mapping_ == nullptr) {
    return;
  }

  stack_t previous{};
  previous.ss_sp = previous_;
  previous.ss_size = previous_size_;
  stack_t present{};
  if (sigaltstack(nullptr, &present) == 0 && present.ss_sp == static_cast<char*>(mapping_) + page() && sigaltstack(&previous, nullptr) == 0) {
    munmap(mapping_, page() + size);
  }
}

}  // namespace zephyr
