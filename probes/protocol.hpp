// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a runner and the front end say to each other. Front end to runner: a plan (JSON) on stdin. Runner to front end:
// one JSON object a line on stdout, told apart by "event". A line that is not one of these is garbage: it is counted
// and quoted in a finding, never obeyed.

#include "probes/sample_request.hpp"
#include "profiles/machine_profile.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hpcadvise::probes {

// First line: who is measuring, with what.
struct HelloEvent {
  std::string runner;
  std::string backend;  // "host", "cuda", "hip"
  int thread_count = 1;
  int rank_count = 1;    // the communicator's size, to compare with what was asked
  int ranks_a_node = 1;  // the most on any node
  std::vector<std::string> providers;
  std::map<std::string, std::string> libraries;
  std::string compiler;
  std::string build_type;
  double clock_resolution_s = 0;
  std::vector<profiles::Sensor> sensors;
  std::map<std::string, std::string> environment{};  // in force: OMP_PROC_BIND, ...
  std::string device_name{};                         // of a GPU: "NVIDIA H100 80GB HBM3"
  std::optional<profiles::GpuSpec> gpu{};            // that it measures; absent: the host
  std::vector<std::string> visible_devices{};  // PCI bus ids of the GPUs it could take, in KOKKOS_DEVICE_ID's order
};
// A request is about to be checked and timed: whatever happens next is its doing.
struct StartEvent {
  std::int64_t request_id = 0;
};
struct SampleEvent {
  std::int64_t request_id = 0;
  profiles::Sample sample;
};
struct DoneEvent {};
// What could not be understood.
struct GarbageEvent {
  std::string line;
};

using Event = std::variant<HelloEvent, StartEvent, SampleEvent, DoneEvent, GarbageEvent>;

std::string event_to_line(Event const& event);  // without the newline
Event event_from_line(std::string_view line);   // never throws: what it cannot read is a GarbageEvent

std::string plan_to_json(SamplePlan const& plan);
SamplePlan plan_from_json(std::string_view text, std::filesystem::path const& file);  // throws FileError

}  // namespace hpcadvise::probes
