// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/kernel_files.hpp"

#include "probes/discovery/fields.hpp"
#include "probes/discovery/roots.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

namespace hpcadvise::probes {

namespace fs = std::filesystem;

std::vector<fs::path> entries(fs::path const& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    paths.push_back(it->path());
  std::ranges::sort(paths);
  return paths;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> number_in(fs::path const& file) {
  auto const text = read_small_file(file).value_or("");
  auto const words = trimmed(text);
  auto const word = words.substr(0, words.find_first_of(" \t\n"));
  double value = 0;
  auto const [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (code != std::errc() || end != word.data() + word.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace hpcadvise::probes
