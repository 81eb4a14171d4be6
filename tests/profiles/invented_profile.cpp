// SPDX-License-Identifier: Apache-2.0
#include "invented_profile.hpp"

namespace hpcadvise::profiles {
namespace {

using namespace std::string_literals;

Sample sample(std::string probe, std::string provider, Parameters parameters) {
  Sample sample;
  sample.probe = std::move(probe);
  sample.provider = std::move(provider);
  sample.parameters = std::move(parameters);
  sample.timing = invented_timing();
  sample.correctness = {.relative_error = 1e-7, .bound = 1e-6};
  sample.work_flops = 8e9;
  sample.work_bytes = 4e6;
  sample.rates["flops_per_s"] = rate_of(sample.work_flops, *sample.timing);
  sample.counters = {{"cycles", 5e9}, {"energy_j", 12.5}};
  sample.sensors_before = {{"clock_hz", 2.5e9}, {"temperature_c", -3}};
  sample.sensors_after = {{"clock_hz", 2.25e9}};
  return sample;
}

std::vector<Sample> samples() {
  return {
      sample("gemm", "kokkos",
             {{"m", std::int64_t{64}},
              {"n", std::int64_t{32}},
              {"k", std::int64_t{16}},
              {"precision", "fp32"s},
              {"a_transposed", false},
              {"b_transposed", true}}),
      sample("attention", "kokkos",
             {{"batch", std::int64_t{1}},
              {"query_heads", std::int64_t{4}},
              {"kv_heads", std::int64_t{2}},
              {"query_length", std::int64_t{1024}},
              {"key_length", std::int64_t{1024}},
              {"head_size", std::int64_t{128}},
              {"causal", true},
              {"direction", "forward"s},
              {"precision", "fp32"s}}),
      sample("memory", "kokkos",
             {{"kernel", "triad"s}, {"working_set_bytes", std::int64_t{1} << 30}, {"level", "DRAM"s}}),
      sample("launch", "kokkos", {{"kind", "graph"s}, {"count", std::int64_t{100}}}),
      sample("collective", "mpi",
             {{"operation", "all_reduce"s},
              {"message_bytes", std::int64_t{1} << 20},
              {"rank_count", std::int64_t{2}},
              {"placement", "node"s}}),
      sample("probe_of_tomorrow", "vendor", {{"angle_rad", 0.5}}),
      sample("link", "runtime",
             {{"direction", "host_to_device"s},
              {"message_bytes", std::int64_t{1} << 26},
              {"memory", "pinned"s},
              {"numa_node", std::int64_t{0}}}),
      sample("link", "runtime",
             {{"direction", "device_to_device"s}, {"message_bytes", std::int64_t{1} << 26}, {"peer", std::int64_t{3}}}),
      sample("overlap", "nccl",
             {{"operation", "reduce_scatter"s},
              {"message_bytes", std::int64_t{1} << 28},
              {"rank_count", std::int64_t{4}},
              {"placement", "node"s},
              {"gemm_provider", "cublaslt"s},
              {"m", std::int64_t{8192}},
              {"n", std::int64_t{8192}},
              {"k", std::int64_t{8192}},
              {"precision", "bf16"s}}),
      sample("sustained", "cublaslt",
             {{"m", std::int64_t{8192}}, {"n", std::int64_t{8192}}, {"k", std::int64_t{8192}}, {"precision", "bf16"s}}),
  };
}

}  // namespace

Timing invented_timing() {
  return {.median_s = 2,
          .low_s = 1,
          .high_s = 4,
          .minimum_s = 1,
          .p10_s = 1,
          .p25_s = 1.5,
          .p75_s = 3,
          .p90_s = 4,
          .count = 3,
          .calls_per_reading = 10,
          .total_s = 70,
          .stop = StopReason::time_limit,
          .readings_s = {2, 1, 4},
          .passes = {{.median_s = 2,
                      .low_s = 1.5,
                      .high_s = 4,
                      .count = 3,
                      .calls_per_reading = 10,
                      .stop = StopReason::time_limit}},
          .widened_by = WidenedBy::repeats};
}

MachineProfile invented_profile() {
  MachineProfile profile;
  profile.name = "invented";
  profile.partial = true;
  profile.provenance = {.tool_version = "0.1.0",
                        .git_commit = "0123456789ab",
                        .compiler = "GNU 12.2.0",
                        .build_type = "Release",
                        .runner = "hpcadvise-runner-host-x86_64",
                        .libraries = {{"kokkos", "3.4.1"}, {"mpi", "Open MPI 4.1.4"}},
                        .command_line = "hpcadvise probe",
                        .started_utc = "2026-11-22T13:01:00Z",
                        .finished_utc = "2026-11-22T13:02:00Z",
                        .environment = {{"OMP_NUM_THREADS", "2"}},
                        .clock_resolution_s = 2.5e-8};
  profile.host = {.host_name = "node1",
                  .operating_system = "Debian GNU/Linux 12",
                  .kernel = "6.1.0",
                  .cpu_model = "Invented CPU",
                  .architecture = "x86_64",
                  .hypervisor = "kvm",
                  .socket_count = 1,
                  .core_count = 2,
                  .thread_count = 4,
                  .numa_nodes = {{.index = 0, .core_count = 2, .cpus = "0-3", .memory_bytes = std::int64_t{8} << 30}},
                  .caches = {{.level = 1, .size_bytes = 32768, .instance_count = 2, .line_bytes = 64}},
                  .memory_bytes = std::int64_t{8} << 30,
                  .allowed_cpus = "0-3",
                  .allowed_core_count = 2,
                  .cgroup_cpu_limit = 1.5,
                  .cgroup_memory_limit_bytes = std::int64_t{4} << 30,
                  .simd = {"avx2", "avx512f"},
                  .max_clock_hz = 2.6e9,
                  .peak = {{Precision::fp32, {.flops_per_s = 1e11, .how = "2 cores x 2.5e9 Hz x 20 flops a cycle"}}}};
  profile.devices = {{.backend = "host", .name = "2 cores", .thread_count = 2}};
  profile.budget = {.asked_s = 60, .used_s = 58.5, .planned = 7, .measured = 6, .converged = 5, .within_2_percent = 4};
  profile.sensors = {{.name = "papi:cycles", .available = false, .reason = "no counters in this virtual machine"}};
  profile.sentinels = {{.sample_key = "launch/kokkos kind=parallel_for",
                        .medians_s = {1e-6, 1.25e-6},
                        .at_s = {0, 30},
                        .drift = 0.25,
                        .drifted = true}};
  profile.samples = samples();
  profile.samples.back().rates["flops_per_j"] = {.median = 1e12, .low = 1e12, .high = 1e12};
  auto& overlap = *std::prev(profile.samples.end(), 2);
  overlap.rates["hidden_share"] = {.median = 0.875, .low = 0.75, .high = 1};
  overlap.rates["gemm_slowdown"] = {.median = 1.125, .low = 1, .high = 1.25};
  Sample& wrong = profile.samples.emplace_back(profile.samples.front());
  wrong.status = SampleStatus::wrong;
  wrong.reason = "relative error 0.5, bound 1e-6";
  wrong.timing.reset();
  wrong.rates.clear();
  profile.findings = {{.kind = "drift",
                       .severity = Severity::warning,
                       .seen = "the sentinel slowed by 25 %",
                       .expected = "within its interval",
                       .cost = "times are uncertain by as much",
                       .next_step = "measure again on a quiet machine"}};
  return profile;
}

}  // namespace hpcadvise::profiles
