// SPDX-License-Identifier: Apache-2.0
#include "probes/discovery/cpu_list.hpp"

#include <algorithm>
#include <charconv>

namespace hpcadvise::probes {

std::vector<int> parse_cpu_list(std::string_view text) {
  constexpr int most_cpus = 1 << 20;
  std::vector<int> cpus;
  char const* at = text.data();
  char const* const end = at + text.size();
  auto const read_number = [&](int& number) {
    auto const [next, error] = std::from_chars(at, end, number);
    at = next;
    return error == std::errc() && number >= 0 && number < most_cpus;
  };
  while (at != end) {
    int first = 0;
    if (!read_number(first)) return {};
    int last = first;
    if (at != end && *at == '-') {
      ++at;
      if (!read_number(last) || last < first) return {};
    }
    for (int cpu = first; cpu <= last; ++cpu) cpus.push_back(cpu);
    if (at == end) break;
    if (*at++ != ',') return {};
  }
  std::sort(cpus.begin(), cpus.end());
  cpus.erase(std::unique(cpus.begin(), cpus.end()), cpus.end());
  return cpus;
}

bool lists_share_a_cpu(std::string_view left, std::string_view right) {
  auto const a = parse_cpu_list(left);
  auto const b = parse_cpu_list(right);
  return std::find_first_of(a.begin(), a.end(), b.begin(), b.end()) != a.end();
}

}  // namespace hpcadvise::probes
