// SPDX-License-Identifier: Apache-2.0
#include "profiles/device_description.hpp"

#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <set>
#include <string>

using namespace hpcadvise::profiles;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

// The figure of a precision, or zero where the device has none.
double value_of(std::map<Precision, Fact<double>> const& facts, Precision precision) {
  auto const fact = facts.find(precision);
  return fact == facts.end() ? 0 : fact->second.value.value_or(0);
}

// A wider format is never faster; a format that the device lacks says nothing.
void check_not_slower(std::map<Precision, Fact<double>> const& facts, Precision narrow, Precision wide) {
  CAPTURE(to_string(narrow), to_string(wide));
  if (value_of(facts, narrow) > 0) CHECK(value_of(facts, narrow) >= value_of(facts, wide));
}

std::string const small_device = R"({
  "schema_version": 1, "name": "small", "title": "A small device", "origin": "reference", "vendor": "acme",
  "architecture": "acme1", "devices_per_module": 1,
  "multiprocessor_count": {"value": 10, "source": "a book", "confidence": "verified"},
  "memory_bytes": {"value": 1e9, "source": "a book", "confidence": "verified"},
  "memory_bandwidth_bytes_per_s": {"value": 1e11, "source": "a book", "confidence": "verified"},
  "power_w": {"value": null, "source": "not found", "confidence": "memory"},
  "peak_flops_per_s": {"bf16": {"value": 1e12, "source": "a book", "confidence": "verified"}},
  "gemm_flops_per_s": {},
  "attention_forward_flops_per_s": {"value": null, "source": "not found", "confidence": "memory"},
  "attention_backward_flops_per_s": {"value": null, "source": "not found", "confidence": "memory"},
  "stream_bytes_per_s": {"value": null, "source": "not found", "confidence": "memory"},
  "node_link_bytes_per_s": {"value": null, "source": "not found", "confidence": "memory"},
  "rates": [{"id": "r1", "benchmark": "gemm", "device_count": 1, "node_count": 1, "flops_per_s": 8e11,
             "source": "a paper"}]
})";

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  auto const place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

}  // namespace

TEST_CASE("Every device that the issue asks for ships", "[device]") {
  for (char const* name : {"mi250x-gcd", "a100-sxm-40gb", "a100-sxm-64gb", "a100-sxm-80gb", "h100-sxm-64gb",
                           "h100-sxm-80gb", "gh200-96gb"})
    CHECK(has_device(name));
}

TEST_CASE("Every shipped device is physically consistent", "[device]") {
  for (std::string const& name : device_names()) {
    CAPTURE(name);
    DeviceDescription const device = device_description(name);
    CHECK(device.name == name);
    CHECK(device.memory_bytes.value.value_or(0) > 15e9);
    CHECK(device.memory_bandwidth_bytes_per_s.value.value_or(0) > 8e11);
    CHECK(device.stream_bytes_per_s.value.value_or(0) < *device.memory_bandwidth_bytes_per_s.value);
    for (auto const& [precision, rate] : device.gemm_flops_per_s) {
      CAPTURE(to_string(precision));
      if (rate.value) CHECK(*rate.value <= value_of(device.peak_flops_per_s, precision));
    }
    for (auto const* facts : {&device.peak_flops_per_s, &device.gemm_flops_per_s}) {
      check_not_slower(*facts, Precision::fp8, Precision::bf16);
      check_not_slower(*facts, Precision::bf16, Precision::tf32);
      check_not_slower(*facts, Precision::fp16, Precision::fp32);
      check_not_slower(*facts, Precision::tf32, Precision::fp32);
    }
    double const gemm = value_of(device.gemm_flops_per_s, Precision::bf16);
    if (gemm > 0) CHECK(device.attention_forward_flops_per_s.value.value_or(0) < gemm);
    if (gemm > 0) CHECK(device.attention_backward_flops_per_s.value.value_or(0) < gemm);
  }
}

TEST_CASE("No published rate is faster than its device", "[device]") {
  for (std::string const& name : device_names()) {
    DeviceDescription const device = device_description(name);
    for (ReferenceRate const& rate : device.rates) {
      auto const precision = precision_from_string(rate.precision);
      if (rate.unit != "flops_per_s" || !precision) continue;
      CAPTURE(name, rate.id);
      CHECK(rate.value <= value_of(device.peak_flops_per_s, *precision));
    }
  }
}

TEST_CASE("A GCD is half a module: 64 GiB and half the module's peak", "[device]") {
  DeviceDescription const gcd = device_description("mi250x-gcd");
  CHECK(gcd.memory_bytes.value == 64.0 * 1024 * 1024 * 1024);
  CHECK(gcd.devices_per_module == 2);
  CHECK(value_of(gcd.peak_flops_per_s, Precision::bf16) == 191.5e12);
  CHECK_FALSE(gcd.peak_flops_per_s.at(Precision::fp8).value);
}

TEST_CASE("Peaks are dense, never sparse", "[device]") {
  CHECK(value_of(device_description("a100-sxm-80gb").peak_flops_per_s, Precision::bf16) == 312e12);
  CHECK(value_of(device_description("h100-sxm-80gb").peak_flops_per_s, Precision::fp8) == 1978.9e12);
}

TEST_CASE("Leonardo's A100 is the standard one times 124 / 108 multiprocessors", "[device]") {
  DeviceDescription const custom = device_description("a100-sxm-64gb");
  DeviceDescription const standard = device_description("a100-sxm-80gb");
  CHECK(custom.multiprocessor_count.value == 124.0);
  CHECK_THAT(value_of(custom.gemm_flops_per_s, Precision::bf16),
             WithinRel(value_of(standard.gemm_flops_per_s, Precision::bf16) * 124 / 108, 1e-3));
  CHECK(custom.gemm_flops_per_s.at(Precision::bf16).confidence == Confidence::derived);
}

TEST_CASE("The rows of a published table arrive in base units", "[device]") {
  DeviceDescription const device = device_description("a100-sxm-80gb");
  std::set<std::string> ids;
  for (ReferenceRate const& rate : device.rates) ids.insert(rate.id);
  CHECK(ids.size() == device.rates.size());

  for (ReferenceRate const& rate : device.rates) {
    if (rate.id != "mic-nccl-014") continue;
    CHECK(rate.benchmark == "all_reduce");
    CHECK(rate.unit == "bytes_per_s");
    CHECK_THAT(rate.value, WithinRel(231.58e9, 1e-9));
    CHECK(rate.device_count == 8);
    CHECK(rate.shape == "8 GiB");
  }
  CHECK(ids.count("mic-nccl-014") == 1);
}

TEST_CASE("An announced device is announced and invents nothing", "[device]") {
  DeviceDescription const device = device_description("mi430x");
  CHECK(device.origin == Origin::announced);
  CHECK(value_of(device.peak_flops_per_s, Precision::bf16) == 0);
  CHECK(device.memory_bytes.confidence == Confidence::announced);
}

TEST_CASE("A device is found by the other names in use for it", "[device]") {
  CHECK(device_description("h100-96gb-hbm2e-500w").name == "h100-sxm-96gb");
  CHECK(has_device("mi250x"));
}

TEST_CASE("An unknown device names the nearest", "[device]") {
  CHECK_FALSE(has_device("h100-sxm-8gb"));
  try {
    device_description("h100-sxm-8gb");
    FAIL("accepted");
  } catch (UsageError const& error) {
    CHECK_THAT(error.what(), ContainsSubstring("h100-sxm-8gb"));
    CHECK_THAT(error.next_step(), ContainsSubstring("did you mean 'h100-sxm-80gb'"));
  }
}

TEST_CASE("A device file of one's own is read, and refused with its place", "[device]") {
  DeviceDescription const device = device_description_from_json(small_device, "own.json");
  CHECK(device.name == "small");
  CHECK_FALSE(device.power_w.value);
  CHECK(device.rates.at(0).value == 8e11);

  struct Broken {
    std::string from, to, place;
  };
  for (Broken const& broken : {
           Broken{"\"schema_version\": 1", "\"schema_version\": 2", "/schema_version"},
           Broken{"\"value\": 10", "\"value\": \"ten\"", "/multiprocessor_count/value"},
           Broken{"\"value\": 10", "\"value\": -10", "/multiprocessor_count/value"},
           Broken{"\"bf16\"", "\"bf17\"", "/peak_flops_per_s/bf17"},
           Broken{"1e9, \"source\": \"a book\"", "1e9, \"source\": \"\"", "/memory_bytes/source"},
           Broken{"1e9, \"source\": \"a book\"", "1e9", "/memory_bytes"},
           Broken{"\"origin\": \"reference\"", "\"origin\": \"rumour\"", "/origin"},
           Broken{"\"flops_per_s\": 8e11", "\"bytes\": 8e11", "/rates/0"},
           Broken{"\"flops_per_s\": 8e11", "\"flops_per_s\": 8e11, \"s\": 1", "/rates/0/s"},
       }) {
    CAPTURE(broken.to);
    try {
      device_description_from_json(replaced(small_device, broken.from, broken.to), "own.json");
      FAIL("accepted");
    } catch (FileError const& error) {
      CHECK(error.file() == "own.json");
      CHECK(error.where() == broken.place);
      CHECK_FALSE(error.next_step().empty());
    }
  }
  CHECK_THROWS_AS(device_description_from_json(small_device.substr(0, 400), "own.json"), FileError);
}
