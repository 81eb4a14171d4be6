// SPDX-License-Identifier: Apache-2.0
#pragma once

// A kind of device as published: peaks, memory, and reference rates. Shipped as profiles/devices/<name>.json,
// embedded in the library; adding one is a file and a row in profiles/CMakeLists.txt.

#include "profiles/fact.hpp"
#include "profiles/precision.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hpcadvise::profiles {

// One published micro-benchmark of this device. `parameters` as in a Sample: m, n, k, sequence_length, ...
struct ReferenceRate {
  std::string id;         // the row's id in its table
  std::string benchmark;  // "gemm", "attention_forward", "attention_backward", "stream", "all_reduce", ...
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
  std::string name;   // "mi250x-gcd"
  std::string title;  // "AMD Instinct MI250X, one GCD"
  Origin origin = Origin::reference;
  std::string vendor;                 // "amd", "nvidia"
  std::string architecture;           // "gfx90a", "sm_80"
  int devices_per_module = 1;         // 2 on an MI250X: the scheduler's device is one GCD
  Fact<double> multiprocessor_count;  // SMs or CUs
  Fact<double> memory_bytes;          // as the framework sees it
  Fact<double> memory_bandwidth_bytes_per_s;
  Fact<double> power_w;                                // of one device
  std::map<Precision, Fact<double>> peak_flops_per_s;  // dense, matrix units where there are any
  // What software reaches on large problems; the advisor's starting point where nothing was measured.
  std::map<Precision, Fact<double>> gemm_flops_per_s;
  Fact<double> attention_forward_flops_per_s;  // fused, 16 bit, head dimension 128, long sequence
  Fact<double> attention_backward_flops_per_s;
  Fact<double> stream_bytes_per_s;  // triad or copy, large
  std::vector<ReferenceRate> rates;
};

// All shipped ones, by name. Parsed on first use of each call; a broken shipped file is a bug (std::logic_error).
std::vector<std::string> device_names();
bool has_device(std::string_view name);
DeviceDescription device_description(std::string_view name);  // throws UsageError with the nearest names

}  // namespace hpcadvise::profiles
