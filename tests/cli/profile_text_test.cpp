// SPDX-License-Identifier: Apache-2.0
#include "cli/profile_text.hpp"

#include "cli/findings_text.hpp"
#include "cli/sample_name.hpp"
#include "cli/sample_text.hpp"
#include "cli/samples_table.hpp"
#include "profiles/machine_profile.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sstream>

using namespace hpcadvise;
using namespace hpcadvise::cli;
using Catch::Matchers::ContainsSubstring;

namespace {

profiles::Sample gemm(double flops_per_s, int device, int concurrent_devices) {
  profiles::Sample sample;
  sample.probe = "gemm";
  sample.provider = "cublaslt";
  sample.parameters = {{"m", std::int64_t{8192}}, {"n", std::int64_t{28672}}, {"k", std::int64_t{4096}},
                       {"precision", "bf16"},     {"a_transposed", false},    {"b_transposed", true}};
  if (concurrent_devices > 1) {
    sample.parameters["device"] = std::int64_t{device};
    sample.parameters["concurrent_devices"] = std::int64_t{concurrent_devices};
  }
  sample.timing.emplace();
  sample.timing->median_s = sample.timing->low_s = sample.timing->high_s = 1e-3;
  sample.timing->count = 21;
  sample.rates["flops_per_s"] = {flops_per_s, flops_per_s, flops_per_s};
  return sample;
}

profiles::MachineProfile node_of_two() {
  profiles::MachineProfile profile;
  profile.host.host_name = "node17";
  profiles::GpuSpec gpu;
  gpu.architecture = "sm90";
  gpu.runtime = "CUDA 12.4 on a driver for 12.6";
  gpu.memory_bytes = std::int64_t{80} << 30;
  profile.devices.assign(2, {.backend = "cuda", .name = "NVIDIA H100 80GB HBM3", .thread_count = 1, .gpu = gpu});
  profile.samples = {gemm(700e12, 0, 1), gemm(750e12, 0, 2), gemm(500e12, 1, 2)};
  return profile;
}

profiles::Sample triad(std::string const& level, std::string const& kernel) {
  profiles::Sample sample = gemm(1e9, 0, 1);
  sample.probe = "memory";
  sample.provider = "kokkos";
  sample.parameters = {{"level", level}, {"kernel", kernel}, {"working_set_bytes", std::int64_t{4096}}};
  sample.rates = {{"bytes_per_s", {1e10, 1e10, 1e10}}};
  return sample;
}

profiles::Sample attention(bool causal) {
  profiles::Sample sample = gemm(5e10, 0, 1);
  sample.probe = "attention";
  sample.provider = "kokkos";
  sample.parameters = {{"batch", std::int64_t{1}},
                       {"query_heads", std::int64_t{4}},
                       {"kv_heads", std::int64_t{1}},
                       {"query_length", std::int64_t{1024}},
                       {"key_length", std::int64_t{1024}},
                       {"head_size", std::int64_t{128}},
                       {"causal", causal},
                       {"direction", std::string("backward")},
                       {"precision", std::string("fp32")}};
  return sample;
}

profiles::MachineProfile with_findings(std::vector<profiles::Finding> findings) {
  profiles::MachineProfile profile;
  profile.findings = std::move(findings);
  return profile;
}

constexpr Terminal plain{.colour = false, .interactive = false, .unicode = false, .width = 80};

}  // namespace

TEST_CASE("A node's GPUs are named, and what they gave at once stands beside each other", "[profile-text]") {
  auto const text = profile_summary_text(node_of_two(), plain, false);
  CHECK_THAT(text, ContainsSubstring("2 x NVIDIA H100 80GB HBM3 (sm90), 80.0 GiB each"));
  CHECK_THAT(text, ContainsSubstring("All GPUs at once\nGPU         gemm\n0    750 TFLOP/s\n1    500 TFLOP/s\n"));
}

TEST_CASE("The best of a probe is of one device by itself", "[profile-text]") {
  auto const table = profile_summary_table(node_of_two(), plain);
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0][2] == "700 TFLOP/s");
  CHECK(table.rows[0].back() == "8192x28672x4096 B^T");
}

TEST_CASE("A sibling that failed says so in its place", "[profile-text]") {
  auto profile = node_of_two();
  profile.samples[2].status = profiles::SampleStatus::crashed;
  profile.samples[2].timing.reset();
  CHECK(siblings_table(profile).rows.at(1) == std::vector<std::string>{"1", "crashed"});
}

TEST_CASE("The interval beside a rate is the rate's, as a range where one side is wider", "[profile-text]") {
  auto sample = gemm(45.7e9, 0, 1);
  sample.timing->low_s = 0.1e-3;
  auto const interval_of = [&](double low, double high) {
    sample.rates["flops_per_s"] = {45.7e9, low, high};
    return interval_text(sample, *probes::find_probe("gemm"), plain);
  };
  CHECK(interval_of(22.7e9, 50.2e9) == "22.7..50.2");
  CHECK(interval_of(0.98 * 45.7e9, 1.021 * 45.7e9) == "+-2.1 %");  // the wider side, of about as wide ones
  CHECK(interval_of(45.7e9, 1.0005 * 45.7e9) == "+-0.1 %");
  sample.timing->count = 5;
  CHECK(interval_of(22.7e9, 50.2e9) == "5 readings");
}

TEST_CASE("A time whose interval has one wide side has a range, not thousands of percent", "[profile-text]") {
  auto sample = gemm(1, 0, 1);
  sample.timing->median_s = 1.01e-6;
  sample.timing->low_s = 0.96e-6;
  sample.timing->high_s = 370e-6;
  CHECK(interval_of_time(sample, plain) == "0.960..370");
}

TEST_CASE("Bandwidths stand from the nearest level to the furthest, whatever was measured first", "[profile-text]") {
  profiles::MachineProfile profile;
  profile.samples = {triad("DRAM", "triad"), triad("DRAM", "copy"), triad("L2", "triad"), triad("L1", "triad")};
  std::vector<std::string> kinds;
  for (auto const& row : profile_summary_table(profile, plain).rows) kinds.push_back(row[1]);
  CHECK(kinds == std::vector<std::string>{"L1 triad", "L2 triad", "DRAM copy", "DRAM triad"});
  CHECK(samples_table(profile, "memory", plain).rows.front().back() == "L1 triad 4.00 KiB");
}

TEST_CASE("No row of attention's samples wraps on 80 columns", "[profile-text]") {
  profiles::MachineProfile profile;
  profile.samples = {attention(true), attention(false)};
  profile.samples[1].parameters["direction"] = std::string("forward");
  for (auto& sample : profile.samples) {
    sample.parameters["query_heads"] = std::int64_t{32};
    sample.parameters["kv_heads"] = std::int64_t{8};
    sample.parameters["query_length"] = sample.parameters["key_length"] = std::int64_t{8192};
    sample.timing->count = 150;
    sample.timing->median_s = 12.3e-3;
    sample.rates["flops_per_s"] = {215e12, 101e12, 429e12};
  }
  auto const table = samples_table(profile, "attention", plain);
  constexpr int indent = 2;
  CHECK(indent + table_width(table) <= 80);
  CHECK(table.rows[0].back() == "bwd causal b1 h32/8 s8192 d128");
  CHECK(table.rows[1].back() == "fwd full b1 h32/8 s8192 d128");
}

TEST_CASE("No row of a summary wraps on 80 columns", "[profile-text]") {
  auto profile = node_of_two();
  profile.samples.push_back(attention(false));
  auto collective = attention(true);
  collective.probe = "collective";
  collective.provider = "mpi_device";
  collective.parameters = {{"operation", std::string("reduce_scatter")},
                           {"placement", std::string("nodes")},
                           {"message_bytes", std::int64_t{1} << 24},
                           {"ranks_a_node", std::int64_t{4}}};
  collective.rates["bus_bytes_per_s"] = {387e6, 298e6, 1000e6};
  profile.samples.push_back(collective);
  auto const text = profile_summary_text(profile, plain, false);
  CHECK_THAT(text, ContainsSubstring("  backward not causal") && ContainsSubstring("b1 h4/1 s1024 d128"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(display_width(line) <= 80);
  }
}

TEST_CASE("A sample is named by its kind and shape, in every text", "[profile-text]") {
  auto const sample = attention(true);
  CHECK(sample_name(sample.probe, sample.provider, sample.parameters) ==
        "attention kokkos backward causal b1 h4/1 s1024 d128");
  CHECK(with_sample_names("it is " + profiles::sample_key(sample) + ", 3 times") ==
        "it is attention kokkos backward causal b1 h4/1 s1024 d128, 3 times");
  CHECK(with_sample_names(profiles::sample_key(gemm(1, 0, 1)) + " (+-3 %); gone") ==
        "gemm cublaslt bf16 8192x28672x4096 B^T (+-3 %); gone");
  CHECK(with_sample_names("gemm/kokkos, and no/sample a=b") == "gemm kokkos, and no/sample a=b");
  auto const row = samples_table(node_of_two(), "gemm", plain).rows.at(1);
  CHECK(row.back() == "bf16 8192x28672x4096 B^T, GPU 1 of 2 at once");
}

TEST_CASE("A finding keeps its figure, a list is cut behind an item, and what to do has a line", "[profile-text]") {
  std::string const item(70, 'x');
  auto const profile = with_findings({{.kind = "wide",
                                       .severity = profiles::Severity::note,
                                       .seen = "3 of 9 are wide: " + item + " (2 %); " + item + " (3 %); " + item,
                                       .expected = "all",
                                       .cost = "none",
                                       .next_step = "measure again"},
                                      {.kind = "one",
                                       .severity = profiles::Severity::warning,
                                       .seen = item + ", " + item + ", " + item + " slowed by 25 %",
                                       .expected = "",
                                       .cost = "",
                                       .next_step = ""}});
  auto const text = findings_text(profile, plain, false);
  CHECK_THAT(text, ContainsSubstring("(2 %); ...") && !ContainsSubstring("(3 %)"));
  CHECK_THAT(text, ContainsSubstring("\n    Next: measure again\n") && !ContainsSubstring("Expected"));
  CHECK_THAT(text, ContainsSubstring("slowed by 25 %."));
  auto const whole = findings_text(profile, plain, true);
  CHECK_THAT(whole, ContainsSubstring("(3 %)") && ContainsSubstring("\n    Expected: all\n    Cost: none\n"));
}

TEST_CASE("Nothing that a profile says is obeyed by a terminal, and no name fills the screen", "[profile-text]") {
  auto profile = node_of_two();
  profile.host.host_name = "node\x1b]0;title\x07" + std::string(1000, 'n');
  profile.host.cpu_model = "CPU \x1b[2J";
  profile.devices[0].name = "GPU \x1b[31m";
  profile.samples[0].provider = "cublas\x1b[2J";
  profile.samples[0].parameters["precision"] = std::string("bf\x1b[2J");
  profile.findings = {
      {.kind = "k", .severity = {}, .seen = "seen \x1b[2J", .expected = "\x1b[2J", .cost = "", .next_step = "\x1b[2J"}};
  auto const text = profile_summary_text(profile, plain, true);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x07') == std::string::npos);
  CHECK(text.find(std::string(200, 'n')) == std::string::npos);
  auto const table = samples_table(profile, "gemm", plain);
  CHECK(text_table(table, plain).find('\x1b') == std::string::npos);
  CHECK(markdown_table(table).find('\x1b') == std::string::npos);
}
