// SPDX-License-Identifier: Apache-2.0
#pragma once

// A kind of device as published: peaks, memory, and reference rates. Shipped as profiles/devices/<name>.json,
// embedded in the library; adding one is a file and a row in profiles/CMakeLists.txt.

#include "profiles/fact.hpp"
#include "profiles/precision.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

// One published micro-benchmark of this device, or of several together.
struct ReferenceRate {
  std::string id;  // the row's id in its table
  // "gemm", "attention_forward", "attention_forward_backward", "stream", "all_reduce", "point_to_point",
  // "host_to_device"
  std::string benchmark;
  std::string precision;  // as the source says; may be empty
  std::string shape;      // as the source says; may be empty
  int device_count = 1;
  int node_count = 1;
  double value = 0;  // in the base unit that `unit` names
  std::string unit;  // "flops_per_s", "bytes_per_s", "s"
  std::string source;
  std::string note;
};

struct DeviceDescription {
  std::string name;                  // "mi250x-gcd"
  std::vector<std::string> aliases;  // other names in use for the same part
  std::string title;                 // "AMD Instinct MI250X, one GCD"
  Origin origin = Origin::reference;
  std::string vendor;                   // "amd", "nvidia"
  std::string architecture;             // "gfx90a", "sm_80"
  int link_domain_devices = 0;          // on one fast link whatever a node holds, 72 on a GB200 NVL72; 0: a node's
  int devices_per_module = 1;           // 2 on an MI250X: the scheduler's device is one GCD
  bool shares_power_with_host = false;  // one cap for both, as on a GH200
  Fact<double> multiprocessor_count;    // SMs or CUs
  Fact<double> memory_bytes;            // as the framework sees it
  Fact<double> memory_bandwidth_bytes_per_s;
  Fact<double> power_w;                                // of one device
  std::map<Precision, Fact<double>> peak_flops_per_s;  // dense, matrix units where there are any
  // What software reaches on large problems; the advisor's starting point where nothing was measured.
  std::map<Precision, Fact<double>> gemm_flops_per_s;
  Fact<double> attention_forward_flops_per_s;  // fused, 16 bit, head dimension 128, long sequence
  Fact<double> attention_backward_flops_per_s;
  Fact<double> stream_bytes_per_s;  // triad or copy, large
  // What a large all-reduce over a node of these sustains, one way for each device (bus bandwidth), where the devices
  // sit in the vendor's usual node. A system whose node differs says so itself.
  Fact<double> node_link_bytes_per_s;
  Fact<double> node_link_half_rate_bytes;  // message at which such an all-reduce reaches half of that; may be unknown
  std::vector<ReferenceRate> rates;
};

// Throws FileError with `file` and the JSON pointer of whatever is missing, of another type or without a source.
DeviceDescription device_description_from_json(std::string_view text, std::filesystem::path const& file);

// All shipped ones, by name. Parsed at each call; a broken shipped file is a bug (std::logic_error).
std::vector<std::string> device_names();
bool has_device(std::string_view name);                       // aliases too
DeviceDescription device_description(std::string_view name);  // by name or alias; UsageError with the nearest name

// The JSON Schema of a device file (draft-07), as text.
std::string_view device_schema();

}  // namespace hpcadvise::profiles
