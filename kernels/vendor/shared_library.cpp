// SPDX-License-Identifier: Apache-2.0
#include "kernels/vendor/shared_library.hpp"

#include <dlfcn.h>

namespace hpcadvise::kernels {

SharedLibrary::SharedLibrary(std::initializer_list<char const*> names) {
  for (char const* const name : names) {
    handle_ = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (handle_ != nullptr) {
      problem_.clear();
      return;
    }
    char const* const reason = dlerror();
    if (problem_.empty()) problem_ = reason != nullptr ? reason : std::string("cannot load ") + name;
  }
}

void* SharedLibrary::address_or_null(char const* name) const {
  return handle_ == nullptr ? nullptr : dlsym(handle_, name);
}

void* SharedLibrary::address(char const* name) {
  void* const found = address_or_null(name);
  if (found == nullptr && problem_.empty()) problem_ = std::string("it has no function ") + name;
  return found;
}

}  // namespace hpcadvise::kernels
