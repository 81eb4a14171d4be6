// SPDX-License-Identifier: Apache-2.0
#pragma once

// The machine as the cost model sees it: one device, how devices sit together, what each rate is and where it
// comes from. Built from a measured profile, a shipped system, or a composed description; nothing after this
// point knows which, except through `origin` and the intervals.

#include "advisor/fitted_constants.hpp"
#include "profiles/device_description.hpp"
#include "profiles/fact.hpp"
#include "profiles/machine_profile.hpp"
#include "profiles/precision.hpp"
#include "profiles/system_description.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
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

// A measured fused attention.
struct AttentionPoint {
  std::int64_t head_size = 0;
  std::int64_t length = 0;  // of the queries
  bool causal = true;
  double flops_per_s = 0;
};

// Fused attention with heads of 128 and long sequences; zero: none is known, so the unfused form is assumed.
struct AttentionRates {
  double forward_flops_per_s = 0;  // of the FLOPs that are needed: the causal half is not counted
  double backward_flops_per_s = 0;
  double half_length = 0;                      // sequence length at half that rate; 0: not known how it depends on it
  std::vector<AttentionPoint> forward_points;  // measured; empty: the rates above serve
  std::vector<AttentionPoint> backward_points;
  profiles::Origin origin = profiles::Origin::reference;
  std::string source;
};

// A level of the machine that a communicating group can span.
struct LinkRates {
  double bytes_per_s_per_device = 0;  // one way; what a ring sees in steady state
  double latency_s = 0;               // of one collective; between nodes, for each node that its ring passes
  double half_rate_bytes = 0;         // message at half that bandwidth; 0: bandwidth does not depend on size
  double gather_share = 1;            // of it, for all but an all-reduce: switches spare it half its bytes
  double ramp_exponent = 1;           // bandwidth(size) = bytes_per_s / (1 + (half_rate_bytes / size)^ramp_exponent)
  profiles::Origin origin = profiles::Origin::reference;
  std::string source;
};

struct Machine {
  std::string name;
  profiles::Origin origin = profiles::Origin::reference;         // the weakest of its parts
  std::string device;                                            // "mi250x-gcd", or the host's CPU model
  std::string vendor;                                            // "amd", "nvidia", "host"
  std::string architecture;                                      // "gfx90a", "sm_80", "x86_64"
  std::int64_t multiprocessor_count = 0;                         // 0: no tile quantization is applied
  double memory_bytes = 0;                                       // usable by one process, as the framework sees it
  double memory_bytes_per_s = 0;                                 // sustained
  profiles::Origin memory_origin = profiles::Origin::reference;  // of that
  double kernel_launch_s = 0;
  bool host_bound = false;       // a host launches what the device does; false: it is the device
  double old_gemm = 1;           // GEMM rate of 2022-23 libraries over today's
  double current_attention = 1;  // today's fused attention over what `attention` says, where that is older
  double host_memory_bytes = 0;  // of a node, usable; 0: not known
  double runtime_bytes = 0;      // of the device runtime and its libraries, in the device's memory
  double power_w = 0;            // of a device; 0: unknown
  std::string power_note;        // what its source says of that, such as what else it feeds; may be empty
  bool shares_power_with_host = false;
  std::int64_t devices_per_module = 1;
  std::int64_t devices_per_node = 1;
  std::int64_t link_domain_devices = 0;  // that node_link joins, where that is more than a node; 0: a node's
  std::optional<std::int64_t> node_count;
  std::optional<std::int64_t> island_nodes;  // nodes at full bisection
  double island_taper = 1;                   // between islands: bandwidth divided by this
  double noise_loss = 0;                     // at most, of a collective over the network, to other jobs' traffic
  double noise_loss_nodes = 1;               // over so many nodes
  std::map<profiles::Precision, GemmRates> gemm;
  AttentionRates attention;
  FittedConstants fitted;  // for what neither its profile nor a data sheet says
  LinkRates module_link;
  LinkRates node_link;
  LinkRates network;         // per device, all devices of a node sending
  std::string network_kind;  // "infiniband", "slingshot", "roce", "omni-path"; empty: unknown
  std::string billing_unit;
  std::optional<double> billing_units_per_device_hour;
  profiles::Calibration calibration;  // measured training steps on it; no anchors: none are known
  std::vector<std::string> notes;     // what was taken from a reference or assumed, one sentence each

  std::int64_t nodes_of(std::int64_t device_count) const {
    return (device_count + devices_per_node - 1) / devices_per_node;
  }
  // By node_link: whoever communicates beyond them uses the network.
  std::int64_t linked_devices() const { return std::max(devices_per_node, link_domain_devices); }
};

// Whether any of its rates of matrix multiplication was measured on it.
bool measures_gemm(Machine const& machine);

// Throw UsageError: an unknown name, or a machine without the facts a plan needs (announced ones), saying which.
Machine machine_from_system(profiles::SystemDescription const& system);
// The same with the device given: a system of one's own.
Machine machine_from_system(profiles::SystemDescription const& system, profiles::DeviceDescription const& device,
                            FittedConstants const& fitted = {});
// What a profile lacks for planning (network) stays at one node. GEMM, attention and memory come from its samples, the
// best provider at each shape. Throws UsageError for a profile without a GEMM or a memory sample.
Machine machine_from_profile(profiles::MachineProfile const& profile);

// A composed machine: "device=h100-sxm-80gb,devices-per-node=8,network-gbit-per-device=400[,network=infiniband]".
struct ComposedMachine {
  std::string device;
  std::int64_t devices_per_node = 1;
  std::optional<double> network_gbit_per_device;  // absent: a stated default, noted
  std::string network_kind;
};
// The words for `network`. Of a kind without a rate of its own the rate is that of an unknown one.
std::span<std::string_view const> known_network_kinds();
ComposedMachine composed_machine_from_text(std::string_view text);
Machine machine_from_parts(ComposedMachine const& parts);
Machine machine_from_parts(ComposedMachine const& parts, profiles::DeviceDescription const& device,
                           FittedConstants const& fitted = {});

// `--machine`: a composed description, a profile file or store entry, or a system name. UsageError lists what it could
// be.
Machine find_machine(std::string_view text, std::filesystem::path const& store);

}  // namespace hpcadvise::advisor
