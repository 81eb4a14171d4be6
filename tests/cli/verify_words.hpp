// SPDX-License-Identifier: Apache-2.0
#pragma once

// `verify` of an invented run, and logs of Megatron-LM to verify.

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace hpcadvise::tests {

using Words = std::vector<std::string>;

inline std::string log_file(std::string const& name) { return HPCADVISE_TEST_DATA "/data/logs/" + name; }

inline constexpr char const* verified_plan =
    "tp=2,dp=32,micro_batch=1,global_batch=1024,sharding=zero1,sequence_parallel=true";

// The invented run of a 7B model on 64 GCDs.
inline Words verify(Words const& more = {}) {
  Words words{"verify", "--log", log_file("megatron-lm.log"), "--model", "llama-2-7b", "--machine", "lumi-g"};
  if (std::find(more.begin(), more.end(), "--plan") == more.end()) words.insert(words.end(), {"--plan", verified_plan});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Equal steps as Megatron-LM prints them.
inline std::string megatron_steps(int count, double step_time_s, int global_batch) {
  std::string text;
  for (int i = 1; i <= count; ++i)
    text += fmt::format(" iteration {}/ 500 | elapsed time per iteration (ms): {:.1f} | global batch size: {} |\n", i,
                        1000 * step_time_s, global_batch);
  return text;
}

// Twelve of them, after a dump of these arguments.
inline std::string megatron_log(std::vector<std::pair<std::string, std::string>> const& arguments, double step_time_s,
                                int global_batch) {
  std::string text = "------------------------ arguments ------------------------\n";
  for (auto const& [name, value] : arguments) text += fmt::format("  {:.<48} {}\n", name + ' ', value);
  return text + "-------------------- end of arguments ---------------------\n" +
         megatron_steps(12, step_time_s, global_batch);
}

}  // namespace hpcadvise::tests
