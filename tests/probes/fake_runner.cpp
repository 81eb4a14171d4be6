// SPDX-License-Identifier: Apache-2.0

// A runner that measures nothing and misbehaves as asked by FAKE_RUNNER: words apart by spaces, each "what" or
// "what:N", N the id of a request. Times are invented: request N takes N + 1 ms a call.

#include "probes/common_start.hpp"
#include "probes/plan.hpp"
#include "probes/protocol.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>

using namespace hpcadvise;
using namespace hpcadvise::probes;

namespace {

bool asked(std::string const& what) {
  char const* const text = std::getenv("FAKE_RUNNER");
  std::istringstream words(text != nullptr ? text : "");
  for (std::string word; words >> word;)
    if (word == what) return true;
  return false;
}
bool asked(std::string const& what, std::int64_t id) { return asked(what + ":" + std::to_string(id)); }

void say(Event const& event) {
  std::puts(event_to_line(event).c_str());
  std::fflush(stdout);
}

[[noreturn]] void hang() {
  for (;;) ::pause();
}

// "gpus:N": a node of N, of which this process measures the one that KOKKOS_DEVICE_ID says.
int gpu_count() {
  for (int count = 1; count <= 8; ++count)
    if (asked("gpus", count)) return count;
  return 0;
}

int device_ordinal() {
  char const* const text = std::getenv("KOKKOS_DEVICE_ID");
  return text != nullptr ? std::atoi(text) : 0;
}

std::string bus_id(int ordinal) { return "0000:" + std::to_string(10 + ordinal) + ":00.0"; }

void describe_gpu(HelloEvent& hello) {
  hello.backend = "cuda";
  hello.providers = {"kokkos", "cublaslt"};
  hello.libraries["nccl"] = "cannot be used: libnccl.so.2: cannot open shared object file";
  if (asked("nccl")) {
    hello.providers.insert(hello.providers.end(), {"mpi", "nccl"});
    hello.libraries["nccl"] = "2.28.9";
  }
  hello.device_name = "NVIDIA H100 80GB HBM3";
  hello.gpu = profiles::GpuSpec{
      .architecture = "sm90",
      .pci_bus_id = bus_id(device_ordinal()),
      .runtime = "CUDA 12.4 on a driver for 12.6",
      .memory_bytes = std::int64_t{80} << 30,
      .last_cache_bytes = std::int64_t{50} << 20,
      .multiprocessor_count = 132,
      .max_clock_hz = 1.98e9,
      .memory_peak_bytes_per_s = 3.35e12,
      .peak = {{profiles::Precision::bf16, {1.07e15, "test"}}, {profiles::Precision::fp64, {6.69e13, "test"}}},
      .cpus = {},
      .numa_node = {},
      .driver_version = {},
      .ecc_enabled = {},
      .power_limit_w = {},
      .nics = {}};
  for (int ordinal = 0; ordinal < gpu_count(); ++ordinal) hello.visible_devices.push_back(bus_id(ordinal));
}

// What MPI would join: as many as the arguments say were started.
int rank_count(int argument_count, char** arguments) {
  for (int i = 1; i + 1 < argument_count; ++i)
    if (std::string(arguments[i]) == "--ranks" && !asked("alone")) return std::atoi(arguments[i + 1]);
  return 1;
}

void count_this_start() {
  if (char const* const file = std::getenv("FAKE_RUNNER_STARTS")) std::ofstream(file, std::ios::app) << '.';
}

// A word a line, in the order in which all runners came to it.
void note(char const* word) {
  if (char const* const file = std::getenv("FAKE_RUNNER_NOTES"))
    std::ofstream(file, std::ios::app) << word << std::endl;
}

profiles::Sample invented(SampleRequest const& request) {
  if (asked("wordless", request.id)) return unmeasured_sample(request, profiles::SampleStatus::failed, "");
  auto sample = unmeasured_sample(request, profiles::SampleStatus::ok, "");
  profiles::Timing timing;
  timing.median_s = 1e-3 * double(request.id + 1);
  if (asked("drifting") && request.sentinel) timing.median_s = 1e-3 * double(request.id + 1);
  if (!asked("drifting") && request.sentinel) timing.median_s = 1e-3;
  timing.low_s = timing.minimum_s = timing.p10_s = timing.p25_s = timing.median_s * 0.999;
  timing.high_s = timing.p75_s = timing.p90_s = timing.median_s * 1.001;
  timing.count = 11;
  timing.total_s = 11 * timing.median_s;
  timing.readings_s.assign(11, timing.median_s);
  sample.timing = timing;
  sample.work_flops = 1e6;
  bool const by_slow_blas = asked("slow-blas") && request.provider == "openblas";
  double const slowness = asked("slow-device", device_ordinal()) ? 0.8 : by_slow_blas ? 0.2 : 1.0;
  double const rate = asked("impossible") || asked("impossible", request.id) ? 1e30 : 1e9 * slowness;
  for (auto const* const name : {"flops_per_s", "bytes_per_s", "bus_bytes_per_s"})
    sample.rates[name] = {rate, rate * 0.999, rate * 1.001};
  double const share = asked("takes-turns") ? 0.1 : 0.9;
  if (request.probe == "overlap") sample.rates["hidden_share"] = {share, share - 0.01, share + 0.01};
  return sample;
}

void misbehave_in(std::int64_t id) {
  if (asked("crash", id)) {
    ::signal(SIGSEGV, SIG_DFL);  // a sanitizer's handler would end it with an exit code
    ::raise(SIGSEGV);
  }
  if (asked("exit", id)) {
    std::fputs("out of memory\n", stderr);
    std::exit(3);
  }
  if (asked("hang", id)) hang();
  if (asked("stubborn", id)) {
    ::signal(SIGTERM, SIG_IGN);
    hang();
  }
  if (asked("family", id)) {
    if (::fork() == 0) ::setpgid(0, 0);  // as mpirun does with its ranks
    hang();
  }
  if (asked("truncated", id)) {
    std::fputs(R"({"event":"sample","request_id":)", stdout);
    std::exit(0);
  }
  if (asked("slow")) ::usleep(100'000);
  if (asked("interrupts", id)) ::kill(::getppid(), SIGINT);  // as Ctrl-C would
}

}  // namespace

int main(int argument_count, char** arguments) {
  count_this_start();
  if (asked("no-hello")) {
    std::fputs("error while loading shared libraries: libgone.so\n", stderr);
    return 127;
  }
  if (asked("silent")) hang();
  if (asked("silent-device", device_ordinal())) hang();
  if (asked("late-device", device_ordinal())) ::usleep(300'000);
  if (asked("lost-device", device_ordinal())) {
    std::fputs("cudaGetDeviceProperties: GPU is lost\n", stderr);
    return 3;
  }
  std::string const text(std::istreambuf_iterator<char>(std::cin), {});
  SamplePlan const plan = plan_from_json(text, "stdin");
  // Only the first pass repeats its sentinel.
  auto const sentinels =
      std::count_if(plan.requests.begin(), plan.requests.end(), [](auto const& r) { return r.sentinel; });
  if (asked("first-pass-only") && sentinels == 1) return 1;
  HelloEvent hello;
  hello.runner = "fake";
  hello.backend = "host";
  hello.thread_count = 2;
  hello.rank_count = hello.ranks_a_node = rank_count(argument_count, arguments);
  if (char const* const count = std::getenv("FAKE_RANKS_A_NODE"); count != nullptr && hello.rank_count > 1)
    hello.ranks_a_node = std::atoi(count);
  hello.libraries = {{"mpi", "Open MPI v4.1.4"}, {"openblas", asked("slow-blas") ? "0.3.21 Prescott" : "0.3.21 Zen"}};
  hello.providers = {"kokkos", "openblas", "mpi"};
  if (asked("no-mpi")) hello.providers.pop_back();
  if (gpu_count() > 0) describe_gpu(hello);
  hello.compiler = "GNU 12.2.0";
  hello.build_type = "Release";
  hello.clock_resolution_s = 1e-8;
  note("ready");
  say(hello);
  wait_for_common_start(1e9);
  if (asked("dies-idle") && !plan.requests.empty()) return 0;
  if (asked("garbage")) {
    std::puts("Loading module \x1b[31mfoo");
    std::puts(R"({"event":"sample"})");
    say(SampleEvent{.request_id = 999, .sample = {}});
  }
  if (asked("huge")) {
    std::string const megabyte(1 << 20, 'x');
    for (int i = 0; i < 20; ++i) std::fputs(megabyte.c_str(), stdout);
    std::puts("");
  }
  for (auto const& request : plan.requests) {
    note("measures");
    say(StartEvent{request.id});
    misbehave_in(request.id);
    say(SampleEvent{request.id, invented(request)});
    if (asked("twice")) say(SampleEvent{request.id, invented(request)});
    if (asked("dies-after", request.id)) return 1;
  }
  say(DoneEvent{});
  if (asked("talks-on")) {
    std::puts("PMIx finalize failed");
    say(StartEvent{0});
    std::fflush(stdout);
    hang();
  }
  return 0;
}
