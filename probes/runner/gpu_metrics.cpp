// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/gpu_metrics.hpp"

#include <cstddef>
#include <fstream>

namespace hpcadvise::probes::runner {
namespace {

// gpu_metrics_v1_3, what is not read left out.
struct Table {
  std::uint16_t structure_size;
  std::uint8_t format_revision;
  std::uint8_t content_revision;
  std::uint16_t temperatures_activities_and_power[10];
  std::uint64_t energy_accumulator;
  std::uint8_t clocks_fan_and_link[80];
  std::uint64_t indep_throttle_status;
};
static_assert(offsetof(Table, energy_accumulator) == 24);
static_assert(offsetof(Table, indep_throttle_status) == 112);
static_assert(sizeof(Table) == 120);

constexpr double energy_unit_j = 1.0 / 65536;  // "15.259uJ (2^-16) units"
constexpr std::uint64_t not_known = ~std::uint64_t{0};

}  // namespace

GpuMetrics read_gpu_metrics(std::filesystem::path const& file) {
  Table table{};
  std::ifstream stream(file, std::ios::binary);
  if (!stream.read(reinterpret_cast<char*>(&table), sizeof table) && stream.gcount() < 4)
    return {{}, {}, "nothing to read in " + file.string()};
  if (table.structure_size != sizeof table || table.format_revision != 1 || table.content_revision != 3)
    return {{}, {}, file.string() + " is not of version 1.3"};
  GpuMetrics metrics;
  metrics.reason = "the device's firmware does not tell it in " + file.string();
  if (table.energy_accumulator != 0 && table.energy_accumulator != not_known)
    metrics.energy_j = double(table.energy_accumulator) * energy_unit_j;
  if (table.indep_throttle_status != not_known) metrics.throttle_bits = table.indep_throttle_status;
  return metrics;
}

}  // namespace hpcadvise::probes::runner
