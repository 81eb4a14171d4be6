// SPDX-License-Identifier: Apache-2.0
#pragma once

// The machine as the cost model sees it: one device, how devices sit together, what each rate is and where it
// comes from. Built from a measured profile, a shipped system, or a composed description; nothing after this
// point knows which, except through `origin` and the intervals.

#include "profiles/device_description.hpp"
#include "profiles/fact.hpp"
#include "profiles/machine_profile.hpp"
#include "profiles/precision.hpp"
#include "profiles/system_description.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::advisor {

// A measured GEMM, for lookup by shape.
struct GemmPoint {
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  double flops_per_s = 0;
  double relative_half_width = 0;
};

// What is known of matrix multiplication in one precision.
struct GemmRates {
  double plateau_flops_per_s = 0;  // large shapes
  double peak_flops_per_s = 0;     // dense data-sheet or physical peak; 0: unknown
  std::vector<GemmPoint> points;   // measured shapes; empty: the plateau with tile quantization serves
  profiles::Origin origin = profiles::Origin::reference;
  std::string source;
};

struct AttentionRates {
  double forward_flops_per_s = 0;  // of the FLOPs that are needed: the causal half is not counted
  double backward_flops_per_s = 0;
  profiles::Origin origin = profiles::Origin::reference;
  std::string source;
};

// A level of the machine that a communicating group can span.
struct LinkRates {
  double bytes_per_s_per_device = 0;  // one way; what a ring sees in steady state
  double latency_s = 0;               // of one message
  profiles::Origin origin = profiles::Origin::reference;
  std::string source;
};

struct Machine {
  std::string name;
  profiles::Origin origin = profiles::Origin::reference;  // the weakest of its parts
  std::string device;                                     // "mi250x-gcd", or the host's CPU model
  std::string vendor;                                     // "amd", "nvidia", "host"
  std::int64_t multiprocessor_count = 0;                  // 0: no tile quantization is applied
  double memory_bytes = 0;                                // usable by one process, as the framework sees it
  double memory_bytes_per_s = 0;                          // sustained
  double kernel_launch_s = 0;
  double power_w = 0;  // of a device; 0: unknown
  std::int64_t devices_per_module = 1;
  std::int64_t devices_per_node = 1;
  std::optional<std::int64_t> node_count;
  std::optional<std::int64_t> island_nodes;  // nodes at full bisection
  double island_taper = 1;                   // between islands: bandwidth divided by this
  std::map<profiles::Precision, GemmRates> gemm;
  AttentionRates attention;
  LinkRates module_link;
  LinkRates node_link;
  LinkRates network;         // per device, all devices of a node sending
  std::string network_kind;  // "infiniband", "slingshot", "roce", "omni-path"; empty: unknown
  std::string billing_unit;
  std::optional<double> billing_units_per_device_hour;
  std::vector<std::string> notes;  // what was taken from a reference or assumed, one sentence each
};

// Throw UsageError (unknown name), InfeasibleError (announced, without the facts a plan needs), saying which.
Machine machine_from_system(profiles::SystemDescription const& system);
// What a profile lacks for planning (network) stays at one node. GEMM, attention and memory come from its samples.
Machine machine_from_profile(profiles::MachineProfile const& profile);

// A composed machine: "device=h100-sxm-80gb,devices-per-node=8,network-gbit-per-device=400[,network=infiniband]".
struct ComposedMachine {
  std::string device;
  std::int64_t devices_per_node = 1;
  std::optional<double> network_gbit_per_device;  // absent: a stated default, noted
  std::string network_kind;
};
ComposedMachine composed_machine_from_text(std::string_view text);
Machine machine_from_parts(ComposedMachine const& parts);

// `--machine`: a composed description, a profile file or store entry, or a system name. UsageError lists what it could
// be.
Machine find_machine(std::string_view text, std::filesystem::path const& store);

}  // namespace hpcadvise::advisor
