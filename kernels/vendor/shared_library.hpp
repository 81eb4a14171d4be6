// SPDX-License-Identifier: Apache-2.0
#pragma once

// A vendor's library that is looked for when the program runs: a runner built with it starts without it.

#include <initializer_list>
#include <string>

namespace hpcadvise::kernels {

class SharedLibrary {
 public:
  // Opens the first of the names that the loader finds. It stays open: some do not survive being closed.
  explicit SharedLibrary(std::initializer_list<char const*> names);

  // Why it cannot be used: not found, or a function of it is missing. Empty when all is well.
  std::string const& problem() const noexcept { return problem_; }

  // Null, and a problem, when the library lacks it. Function is the type of a pointer to it.
  template <class Function>
  void find(Function& function, char const* name) {
    function = reinterpret_cast<Function>(address(name));
  }
  // Null when the library lacks it, which is no problem.
  template <class Function>
  void find_if_there(Function& function, char const* name) const {
    function = reinterpret_cast<Function>(address_or_null(name));
  }

 private:
  void* address(char const* name);
  void* address_or_null(char const* name) const;

  void* handle_ = nullptr;
  std::string problem_;
};

}  // namespace hpcadvise::kernels
