// SPDX-License-Identifier: Apache-2.0
#include "profiles/sample_form.hpp"

#include "profiles/precision.hpp"
#include "profiles/sample.hpp"
#include "profiles/text_forms.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace hpcadvise::profiles {
namespace {

using Check = void (*)(JsonNode const&);

constexpr Check count = [](JsonNode const& node) { node.integer(0); };
constexpr Check positive = [](JsonNode const& node) { node.integer(1); };
constexpr Check several = [](JsonNode const& node) { node.integer(2); };
constexpr Check flag = [](JsonNode const& node) { node.boolean(); };
constexpr Check filled = [](JsonNode const& node) { filled_text(node); };
constexpr Check precision = [](JsonNode const& node) { node.one_of(precision_from_string); };
constexpr Check direction = [](JsonNode const& node) { one_of_texts(node, {"forward", "backward"}); };
constexpr Check kernel = [](JsonNode const& node) {
  one_of_texts(node, {"copy", "triad", "read", "write", "strided"});
};
constexpr Check level = [](JsonNode const& node) {
  one_of_texts(node, {"L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "DRAM", "HBM"});
};
constexpr Check copy_direction = [](JsonNode const& node) {
  one_of_texts(node, {"host_to_device", "device_to_host", "both_ways", "device_to_device"});
};
constexpr Check host_memory = [](JsonNode const& node) { one_of_texts(node, {"pinned", "pageable"}); };
constexpr Check operation = [](JsonNode const& node) {
  one_of_texts(node, {"all_reduce", "all_gather", "reduce_scatter", "all_to_all", "point_to_point"});
};

struct Parameter {
  std::array<std::string_view, 3> probes;
  std::string_view name;
  Check check;
  bool required = true;
};
constexpr std::array rows{Parameter{{"gemm", "overlap", "sustained"}, "m", positive},
                          Parameter{{"gemm", "overlap", "sustained"}, "n", positive},
                          Parameter{{"gemm", "overlap", "sustained"}, "k", positive},
                          Parameter{{"gemm", "overlap", "sustained"}, "precision", precision},
                          Parameter{{"gemm"}, "a_transposed", flag},
                          Parameter{{"gemm"}, "b_transposed", flag},
                          Parameter{{"attention"}, "batch", positive},
                          Parameter{{"attention"}, "query_heads", positive},
                          Parameter{{"attention"}, "kv_heads", positive},
                          Parameter{{"attention"}, "query_length", positive},
                          Parameter{{"attention"}, "key_length", positive},
                          Parameter{{"attention"}, "head_size", positive},
                          Parameter{{"attention"}, "causal", flag},
                          Parameter{{"attention"}, "direction", direction},
                          Parameter{{"attention"}, "precision", precision},
                          Parameter{{"memory"}, "kernel", kernel},
                          Parameter{{"memory"}, "working_set_bytes", positive},
                          Parameter{{"memory"}, "level", level},
                          Parameter{{"launch"}, "kind", filled},
                          Parameter{{"launch"}, "count", positive, false},
                          Parameter{{"collective", "overlap"}, "operation", operation},
                          Parameter{{"collective", "overlap"}, "message_bytes", positive},
                          Parameter{{"collective", "overlap"}, "rank_count", several},
                          Parameter{{"collective", "overlap"}, "placement", filled},
                          Parameter{{"collective", "overlap"}, "ranks_a_node", positive, false},
                          Parameter{{"overlap"}, "gemm_provider", filled},
                          Parameter{{"link"}, "direction", copy_direction},
                          Parameter{{"link"}, "message_bytes", positive},
                          Parameter{{"link"}, "memory", host_memory, false},
                          Parameter{{"link"}, "numa_node", count, false},
                          Parameter{{"link"}, "peer", count, false},
                          Parameter{{"link"}, "ordinal", count, false}};

bool belongs_to(Parameter const& row, std::string_view probe) {
  return std::ranges::find(row.probes, probe) != row.probes.end();
}

// That a sample of any probe may have.
struct OptionalParameter {
  std::string_view name;
  Check check;
};
constexpr std::array optional_rows{OptionalParameter{"device", count},
                                   OptionalParameter{"concurrent_devices", several}};

constexpr std::array<std::string_view, 4> rate_suffixes{"_per_s", "_per_j", "_share", "_slowdown"};

bool is_rate_name(std::string_view name) {
  return std::ranges::any_of(rate_suffixes, [&](std::string_view suffix) { return name.ends_with(suffix); });
}

void check_name(JsonNode const& node, std::string_view name) {
  if (!is_identifier(name)) node.fail(fmt::format("'{}' is not a name: small letters, digits and _", name));
}

}  // namespace

void check_sample(JsonNode const& sample) {
  auto const probe = sample.at("probe").text();
  check_name(sample.at("probe"), probe);
  filled_text(sample.at("provider"));

  auto const parameters = sample.at("parameters");
  for (auto const& [name, parameter] : parameters.members()) check_name(parameter, name);
  for (Parameter const& row : rows)
    if (belongs_to(row, probe) && (row.required || parameters.find(row.name))) row.check(parameters.at(row.name));
  for (OptionalParameter const& row : optional_rows)
    if (auto const parameter = parameters.find(row.name)) row.check(*parameter);
  for (auto const& [name, rate] : sample.at("rates").members())
    if (!is_rate_name(name))
      rate.fail(fmt::format("'{}' is not the name of a rate: they end with {}", name, fmt::join(rate_suffixes, ", ")));

  bool const ok = sample.at("status").one_of(sample_status_from_string) == SampleStatus::ok;
  auto const reason = sample.at("reason");
  if (ok != reason.text().empty())
    reason.fail(ok ? "a reason, but its status is ok" : "its status is not ok, and no reason says why");
}

}  // namespace hpcadvise::profiles
