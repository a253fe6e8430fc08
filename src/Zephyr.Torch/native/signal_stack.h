// A larger signal stack for threads that enter the library.
#pragma once

namespace zephyr {

// .NET turns SIGSEGV into an exception on a stack of its own for each thread: 16 KiB, one page of which is a guard. On an x86 thread that
// has used AMX, as products in bfloat16 do, the kernel writes 11 KiB of registers there first, and the handler runs into the guard:
// a null reference anywhere in the thread then ends the process without a word. Threads that come here get 64 KiB in its place until they end.
class SignalStack {
 public:
  SignalStack() noexcept;
  ~SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

  // Called on every entry; does its work once a thread.
  static void ensure() noexcept { thread_local const SignalStack stack; }

 private:
  void* mapping_ = nullptr;
  void* previous_ = nullptr;
  unsigned long previous_size_ = 0;
};

}  // namespace zephyr
