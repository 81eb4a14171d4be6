// SPDX-License-Identifier: Apache-2.0
#include "probes/common_start.hpp"

#include "probes/deadline.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <thread>

namespace hpcadvise::probes {
namespace {

constexpr char const* variable_name = "HPCADVISE_START_FILE";

bool exists(std::filesystem::path const& file) {
  std::error_code unknown;
  return std::filesystem::exists(file, unknown);
}

}  // namespace

std::pair<std::string, std::string> CommonStart::variable() const {
  return {variable_name, (folder_.path() / "start").string()};
}

void CommonStart::arrived() {
  if (--awaited_ == 0) std::ofstream(variable().second);
}

void wait_for_common_start(double limit_s) {
  char const* const file = std::getenv(variable_name);
  if (file == nullptr) return;
  auto const limit = after(limit_s);
  while (!exists(file) && seconds_until(limit) > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace hpcadvise::probes
