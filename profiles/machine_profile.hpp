// SPDX-License-Identifier: Apache-2.0
#pragma once

// What was measured on one machine in one run, with all that is needed to judge it later.
// docs/profile_format.md lists every key of the file; profiles/machine_profile.schema.json checks it.

#include "profiles/calibration.hpp"
#include "profiles/gpu_spec.hpp"
#include "profiles/host_spec.hpp"
#include "profiles/sample.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hpcadvise::profiles {

inline constexpr int machine_profile_schema_version = 1;

struct Provenance {
  std::string tool_version;
  std::string git_commit;
  std::string compiler;
  std::string build_type;
  std::string runner;  // file name of the executable that measured
  std::map<std::string, std::string>
      libraries;  // "kokkos": "3.4.1", "openblas": "0.3.21 SkylakeX", "mpi": "Open MPI 4.1.4"
  std::string command_line;
  std::string started_utc;  // "2026-11-22T13:01:00Z"
  std::string finished_utc;
  std::map<std::string, std::string> environment;  // what changes results: OMP_*, HPCADVISE_*
  std::optional<double> clock_resolution_s{};      // step of the clock that timed; absent where nobody said
};

// A device that samples were taken on. On a host backend it is the host's allowed cores.
struct MeasuredDevice {
  std::string backend;  // "host", "cuda", "hip"
  std::string name;
  int thread_count = 1;          // host threads the runner used
  std::optional<GpuSpec> gpu{};  // absent for a host
};

// A source of clocks, power, counters. Unavailable is a recorded fact.
struct Sensor {
  std::string name;  // "papi:cycles"
  bool available = false;
  std::string reason;  // why not
};

enum class Severity { note, warning, error };

struct Finding {
  std::string kind;  // "oversubscribed", "drift"
  Severity severity = Severity::warning;
  std::string seen;
  std::string expected;
  std::string cost;       // what it costs a training run
  std::string next_step;  // what to do
};

// One sample repeated through the run: does the machine hold still?
struct Sentinel {
  std::string sample_key;
  std::vector<double> medians_s;  // in the order taken
  std::vector<double> at_s;       // seconds since the start
  double drift = 0;               // largest median over smallest, minus 1
  bool drifted = false;           // the intervals of the extremes do not overlap
};

struct Budget {
  double asked_s = 0;
  double used_s = 0;
  std::int64_t planned = 0;    // samples planned
  std::int64_t measured = 0;   // samples with a timing
  std::int64_t converged = 0;  // of those, how many reached their target by the readings of their first pass
  std::optional<std::int64_t> within_2_percent{};  // of those, by their final intervals; absent where nobody counted
};

struct MachineProfile {
  int schema_version = machine_profile_schema_version;
  std::string name;
  bool partial = false;  // interrupted, or a runner was lost
  Provenance provenance;
  HostSpec host;
  std::vector<MeasuredDevice> devices;
  Budget budget;
  std::vector<Sensor> sensors;
  std::vector<Sentinel> sentinels;
  std::vector<Sample> samples;
  std::vector<Finding> findings;
  std::optional<Calibration> calibration{};  // measured training steps; absent where none was read
};

std::string_view to_string(Severity severity);
std::optional<Severity> severity_from_string(std::string_view name);

}  // namespace hpcadvise::profiles
