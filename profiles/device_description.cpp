// SPDX-License-Identifier: Apache-2.0
#include "profiles/device_description.hpp"

#include "profiles/embedded_files.hpp"
#include "profiles/error.hpp"
#include "profiles/fact_json.hpp"
#include "profiles/json_text.hpp"
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace hpcadvise::profiles {
namespace {

constexpr int device_schema_version = 1;

std::map<Precision, Fact<double>> facts_by_precision(JsonNode const& node) {
  std::map<Precision, Fact<double>> facts;
  for (auto const& [name, fact] : node.members()) {
    auto const precision = precision_from_string(name);
    if (!precision) fact.fail("unknown precision '" + name + "'", "use fp64, fp32, tf32, bf16, fp16 or fp8");
    facts[*precision] = number_fact(fact);
  }
  return facts;
}

ReferenceRate reference_rate(JsonNode const& node) {
  ReferenceRate rate;
  rate.id = node.at("id").text();
  rate.benchmark = node.at("benchmark").text();
  rate.precision = text_or_empty(node, "precision");
  rate.shape = text_or_empty(node, "shape");
  rate.device_count = node.at("device_count").small_integer(1);
  rate.node_count = node.at("node_count").small_integer(1);
  // The unit is the suffix of the key, as everywhere.
  for (std::string_view const unit : {"flops_per_s", "bytes_per_s", "s"}) {
    auto const value = node.find(unit);
    if (!value) continue;
    if (!rate.unit.empty()) value->fail("a rate with two values", "keep one of flops_per_s, bytes_per_s and s");
    rate.value = value->number();
    rate.unit = unit;
    if (rate.value <= 0) value->fail("a published figure is above zero");
  }
  if (rate.unit.empty()) node.fail("a rate without a value", "give one of flops_per_s, bytes_per_s and s");
  rate.source = node.at("source").text();
  rate.note = text_or_empty(node, "note");
  return rate;
}

DeviceDescription device_of(JsonNode const& root) {
  if (JsonNode const version = root.at("schema_version"); version.integer() != device_schema_version)
    version.fail(fmt::format("this version reads device files of schema_version {}", device_schema_version));

  DeviceDescription device;
  device.name = root.at("name").text();
  if (auto const aliases = root.find("aliases")) device.aliases = aliases->texts();
  device.title = root.at("title").text();
  device.origin = root.at("origin").one_of(origin_from_string);
  device.vendor = root.at("vendor").text();
  device.architecture = root.at("architecture").text();
  if (auto const domain = root.find("link_domain_devices")) device.link_domain_devices = domain->small_integer(1);
  if (auto const shares = root.find("shares_power_with_host")) device.shares_power_with_host = shares->boolean();
  device.devices_per_module = root.at("devices_per_module").small_integer(1);
  device.multiprocessor_count = number_fact(root.at("multiprocessor_count"));
  device.memory_bytes = number_fact(root.at("memory_bytes"));
  device.memory_bandwidth_bytes_per_s = number_fact(root.at("memory_bandwidth_bytes_per_s"));
  device.power_w = number_fact(root.at("power_w"));
  device.peak_flops_per_s = facts_by_precision(root.at("peak_flops_per_s"));
  device.gemm_flops_per_s = facts_by_precision(root.at("gemm_flops_per_s"));
  device.attention_forward_flops_per_s = number_fact(root.at("attention_forward_flops_per_s"));
  device.attention_backward_flops_per_s = number_fact(root.at("attention_backward_flops_per_s"));
  device.stream_bytes_per_s = number_fact(root.at("stream_bytes_per_s"));
  device.node_link_bytes_per_s = number_fact(root.at("node_link_bytes_per_s"));
  if (auto const size = root.find("node_link_half_rate_bytes")) device.node_link_half_rate_bytes = number_fact(*size);
  for (JsonNode const& rate : root.at("rates").elements()) device.rates.push_back(reference_rate(rate));
  return device;
}

std::optional<DeviceDescription> shipped_device(std::string_view name) {
  auto const read = [](EmbeddedFile const& file) {
    try {
      return device_description_from_json(file.text, file.name);
    } catch (FileError const& error) {
      throw std::logic_error(std::string("shipped device description: ") + error.what());
    }
  };
  for (EmbeddedFile const& file : embedded_devices())
    if (file.name == fmt::format("{}.json", name)) return read(file);
  for (EmbeddedFile const& file : embedded_devices()) {
    DeviceDescription device = read(file);
    if (std::count(device.aliases.begin(), device.aliases.end(), name) > 0) return device;
  }
  return std::nullopt;
}

}  // namespace

DeviceDescription device_description_from_json(std::string_view text, std::filesystem::path const& file) {
  DeviceDescription device;
  read_json(text, file, "docs/systems.md describes device files",
            [&](JsonNode const& root) { device = device_of(root); });
  return device;
}

std::vector<std::string> device_names() { return stems_of(embedded_devices()); }

bool has_device(std::string_view name) { return shipped_device(name).has_value(); }

DeviceDescription device_description(std::string_view name) {
  if (auto device = shipped_device(name)) return *std::move(device);
  throw UsageError(fmt::format("unknown device '{}'", name), known_names(name, device_names()));
}

std::string_view device_schema() { return embedded_schema("device.schema.json"); }

}  // namespace hpcadvise::profiles
