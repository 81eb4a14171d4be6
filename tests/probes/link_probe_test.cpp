// SPDX-License-Identifier: Apache-2.0
#include "probes/link_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace hpcadvise;
using namespace hpcadvise::probes;

namespace {

PlanContext two_nodes() {
  PlanContext context;
  context.gpu = profiles::GpuSpec{};
  context.gpu->numa_node = 1;
  context.host.allowed_cpus = "0-31";
  context.host.numa_nodes = {{.index = 0, .core_count = 16, .cpus = "0-15", .memory_bytes = {}},
                             {.index = 1, .core_count = 16, .cpus = "16-31", .memory_bytes = {}}};
  return context;
}

std::string text(Candidate const& candidate) {
  auto const& parameters = candidate.request.parameters;
  std::string result = profiles::text_parameter(parameters, "direction").value();
  for (auto const* const name : {"memory", "numa_node", "peer"})
    if (parameters.contains(name)) result += " " + profiles::parameter_text(parameters.at(name));
  return result;
}

std::vector<std::string> texts(PlanContext const& context) {
  std::vector<std::string> result;
  for (auto const& candidate : link_candidates(context)) result.push_back(text(candidate));
  return result;
}

}  // namespace

TEST_CASE("A host has no link", "[link]") {
  auto context = two_nodes();
  context.gpu.reset();
  CHECK(link_candidates(context).empty());
}

TEST_CASE("A link is measured from the node near the device, to each peer, and then from the nodes far away",
          "[link]") {
  auto context = two_nodes();
  context.peers = {0, 2};
  auto const all = texts(context);
  std::vector<std::string> const first(all.begin(), all.begin() + 6);
  CHECK(first == std::vector<std::string>{"host_to_device pinned 1", "device_to_host pinned 1", "device_to_device 0",
                                          "device_to_device 2", "host_to_device pinned 0", "device_to_host pinned 0"});
  // What only the near node is asked for.
  for (std::size_t i = 6; i < 11; ++i) CHECK(all[i].ends_with(" 1"));
}

TEST_CASE("The links of the other devices are measured where the budget has room for them", "[link]") {
  auto context = two_nodes();
  context.peers = {0, 2};
  std::vector<std::string> spare;
  for (auto const& candidate : link_candidates(context)) {
    auto const ordinal = profiles::integer_parameter(candidate.request.parameters, "ordinal");
    CHECK(candidate.spare == ordinal.has_value());
    if (ordinal) spare.push_back(std::to_string(*ordinal) + ": " + text(candidate));
  }
  CHECK(spare == std::vector<std::string>{
                     "0: device_to_device 2", "0: host_to_device pinned 1", "0: device_to_host pinned 1",
                     "2: host_to_device pinned 1", "2: device_to_host pinned 1", "0: host_to_device pinned 0",
                     "0: device_to_host pinned 0", "2: host_to_device pinned 0", "2: device_to_host pinned 0"});
}

TEST_CASE("From a node none of whose cores may be used nothing is measured", "[link]") {
  auto context = two_nodes();
  context.host.allowed_cpus = "20-23";
  for (auto const& line : texts(context)) CHECK(line.ends_with(" 1"));
  // The memory of a device can be a node of its own, without cores.
  context.host.numa_nodes.push_back({.index = 2, .core_count = 0, .cpus = "", .memory_bytes = {}});
  for (auto const& line : texts(context)) CHECK(line.ends_with(" 1"));
}

TEST_CASE("Where nothing is known of NUMA nodes there is one", "[link]") {
  PlanContext context;
  context.gpu = profiles::GpuSpec{};
  CHECK(texts(context).front() == "host_to_device pinned 0");
}
