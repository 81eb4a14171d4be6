// SPDX-License-Identifier: Apache-2.0
#pragma once

// A supercomputer as published: nodes, links, network, scheduler, billing, traps. Shipped as
// profiles/systems/<name>.json, embedded in the library; adding one is a file and a row in profiles/CMakeLists.txt.

#include "profiles/fact.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

struct Partition {
  std::string name;
  std::string qos;  // to ask for with it; empty: none to choose
  Fact<double> max_time_s;
  Fact<double> max_nodes;
  std::string note;
};

// A sign by which a machine shows which one it is.
struct DetectSign {
  std::string kind;         // "hostname", "path", "environment", "pci_id"
  std::string pattern;      // regular expression for a host name; a path; "NAME=value"; "vendor:device" in hexadecimal
  bool sufficient = false;  // no other machine shows it; otherwise a second kind of sign must agree
};

struct SystemDescription {
  std::string name;  // "lumi-g"
  std::string title;
  Origin origin = Origin::reference;  // announced: nothing to submit to yet
  std::string device;                 // name of a DeviceDescription; empty where not described
  Fact<double> node_count;
  Fact<double> devices_per_node;
  Fact<double> device_memory_bytes;      // usable, where the system's part differs from the device's
  Fact<double> module_link_bytes_per_s;  // one way, sustained between the devices of one module
  // One way, a device: what a large all-reduce over all devices of a node sustains (bus bandwidth). Nominal link rates
  // and the pairs they connect are in `json`, /node/links.
  Fact<double> node_link_bytes_per_s;
  Fact<double> network_bytes_per_s_per_device;  // one way, a device's share of its node's NICs
  std::string network_kind;                     // "slingshot", "infiniband", "roce", "omni-path", "bxi"
  Fact<double> island_nodes;                    // nodes at full bisection
  Fact<double> island_taper;                    // 2.0: half the bandwidth between islands
  Fact<double> noise_loss;        // at most, of a collective's rate, to other jobs' traffic; not known: none is taken
  Fact<double> noise_loss_nodes;  // over so many nodes
  Fact<double> host_link_bytes_per_s;  // one way, a device
  Fact<double> host_cores_per_device;
  Fact<double> host_memory_bytes;  // usable, a node
  Fact<double> power_w_per_device;
  std::string billing_unit;  // "GPU-hour (one MI250X module)"
  Fact<double> billing_units_per_device_hour;
  bool whole_nodes = false;  // a job is charged whole nodes
  std::vector<Partition> partitions;
  std::vector<DetectSign> detect;
  std::vector<std::string> traps;
  std::string json;  // the whole file, for `systems show --format json`
};

// Throws FileError with `file` and the JSON pointer of whatever is missing, of another type or without a source.
SystemDescription system_description_from_json(std::string_view text, std::filesystem::path const& file);

std::vector<std::string> system_names();
bool has_system(std::string_view name);
SystemDescription system_description(std::string_view name);  // throws UsageError with the nearest names

// The JSON Schema of a system file (draft-07), as text.
std::string_view system_schema();

}  // namespace hpcadvise::profiles
