// SPDX-License-Identifier: Apache-2.0
#include "probes/plan.hpp"
#include "profiles/advice_needs.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <utility>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

PlanContext context_of(int rank_count = 0) {
  PlanContext context;
  context.host.core_count = context.host.allowed_core_count = 2;
  context.host.memory_bytes = std::int64_t{16} << 30;
  context.host.caches = {{1, 48 << 10, 2, 64}, {2, 2 << 20, 2, 64}, {3, 32 << 20, 1, 64}};
  context.host.peak[profiles::Precision::fp32] = {8e11, "test"};
  context.host.peak[profiles::Precision::fp64] = {4e11, "test"};
  context.thread_count = 2;
  context.providers = {"kokkos", "openblas", "mpi"};
  if (rank_count > 1) context.layouts = {node_ranks(rank_count)};
  return context;
}

std::vector<Probe const*> every_probe() {
  std::vector<Probe const*> result;
  for (Probe const& probe : all_probes()) result.push_back(&probe);
  return result;
}

Candidate simple(char const* name, std::int64_t number, double call_s) {
  Candidate candidate;
  candidate.request.probe = name;
  candidate.request.provider = "kokkos";
  candidate.request.parameters = {{"m", number}};
  candidate.call_s = call_s;
  return candidate;
}

std::vector<Candidate> three_short(PlanContext const&) {
  return {simple("a", 0, 1e-3), simple("a", 1, 1e-3), simple("a", 2, 1e-3)};
}
std::vector<Candidate> one_short(PlanContext const&) { return {simple("b", 0, 1e-3)}; }
std::vector<Candidate> one_long(PlanContext const&) { return {simple("c", 0, 10.0), simple("c", 1, 1e-3)}; }
std::vector<Candidate> with_sentinel(PlanContext const&) {
  auto list = three_short({});
  list[0].request.sentinel = true;
  list[1].request.sentinel = true;
  return list;
}
constexpr Probe probe_a{.name = "a", .summary = "", .candidates = three_short};
constexpr Probe probe_b{.name = "b", .summary = "", .candidates = one_short};
constexpr Probe probe_c{.name = "c", .summary = "", .candidates = one_long};
constexpr Probe probe_s{.name = "s", .summary = "", .candidates = with_sentinel};

std::string letters(SamplePlan const& plan) {
  std::string text;
  for (auto const& request : plan.requests)
    text += request.probe + profiles::parameter_text(request.parameters.at("m")) + " ";
  return text;
}

// One of four in a node of two sockets.
PlanContext h100_context() {
  PlanContext context = context_of();
  context.host.allowed_cpus = "0-15";
  context.host.numa_nodes = {{.index = 0, .core_count = 8, .cpus = "0-7", .memory_bytes = {}},
                             {.index = 1, .core_count = 8, .cpus = "8-15", .memory_bytes = {}}};
  context.thread_count = 8;
  context.providers = {"kokkos", "cublaslt"};
  context.peers = {1, 2, 3};
  context.gpu = profiles::GpuSpec{};
  context.gpu->memory_bytes = std::int64_t{80} << 30;
  context.gpu->last_cache_bytes = std::int64_t{50} << 20;
  context.gpu->memory_peak_bytes_per_s = 3.35e12;
  context.gpu->peak = {{profiles::Precision::bf16, {9.9e14, "test"}},
                       {profiles::Precision::fp16, {9.9e14, "test"}},
                       {profiles::Precision::tf32, {4.95e14, "test"}},
                       {profiles::Precision::fp32, {6.7e13, "test"}},
                       {profiles::Precision::fp64, {6.7e13, "test"}}};
  return context;
}

std::ptrdiff_t count_of(SamplePlan const& plan, std::string const& probe) {
  return std::count_if(plan.requests.begin(), plan.requests.end(),
                       [&](auto const& request) { return request.probe == probe; });
}

}  // namespace

TEST_CASE("Probes take turns, so that a run cut short has some of each", "[plan]") {
  std::vector<Probe const*> const probes{&probe_a, &probe_b};
  CHECK(letters(plan_samples(probes, {}, 60)) == "a0 b0 a1 a2 ");
}

TEST_CASE("A probe may take several in a turn", "[plan]") {
  constexpr Probe two_a_turn{.name = "a", .summary = "", .candidates = three_short, .per_turn = 2};
  std::vector<Probe const*> const probes{&two_a_turn, &probe_b};
  CHECK(letters(plan_samples(probes, {}, 60)) == "a0 a1 b0 a2 ");
}

TEST_CASE("A sample that would take too much is dropped by name, and smaller ones after it stay", "[plan]") {
  std::vector<Probe const*> const probes{&probe_c};
  auto const plan = plan_samples(probes, {}, 60);
  CHECK(letters(plan) == "c1 ");
  REQUIRE(plan.dropped.size() == 1);
  CHECK_THAT(plan.dropped[0], ContainsSubstring("c/kokkos m=0"));
}

TEST_CASE("The sentinel comes again through the run, its last repeat at the end of the local samples", "[plan]") {
  std::vector<Probe const*> const probes{&probe_s};
  // four repeats after the first, for three samples
  CHECK(letters(plan_samples(probes, {}, 60)) == "a0 a0 a1 a0 a2 a0 a0 ");
  auto const plan = plan_samples(probes, {}, 60);
  for (auto const& request : plan.requests)
    CHECK(request.sentinel == (profiles::parameter_text(request.parameters.at("m")) == "0"));
}

TEST_CASE("Of a few samples each may take an even share of the budget", "[plan]") {
  constexpr Probe alone{.name = "c", .summary = "", .candidates = [](PlanContext const&) {
                          return std::vector{simple("c", 0, 1.0)};  // 25 calls
                        }};
  CHECK(letters(plan_samples(std::vector<Probe const*>{&alone}, {}, 60)) == "c0 ");
  CHECK(letters(plan_samples(std::vector<Probe const*>{&alone, &probe_b}, {}, 60)) == "c0 b0 ");
  CHECK(letters(plan_samples(std::vector<Probe const*>{&alone, &probe_b, &probe_a}, {}, 60)) == "b0 a0 a1 a2 ");
}

TEST_CASE("What the advisor cannot do without may take half of the budget", "[plan]") {
  constexpr Probe needed{.name = "n", .summary = "", .candidates = [](PlanContext const&) {
                           auto candidate = simple("n", 0, 0.4);  // 25 calls: 10 s
                           candidate.needed = true;
                           return std::vector{candidate};
                         }};
  std::vector<Probe const*> const probes{&needed, &probe_a, &probe_b};
  CHECK(letters(plan_samples(probes, {}, 25)) == "n0 a0 b0 a1 a2 ");
  CHECK(letters(plan_samples(probes, {}, 19)) == "a0 b0 a1 a2 ");
}

TEST_CASE("A small budget has room for the DRAM triad, without which nothing can be advised", "[plan]") {
  auto context = context_of();
  context.host.caches.back().size_bytes = std::int64_t{260} << 20;  // a large cache, and so large arrays, for two cores
  std::vector<Probe const*> const probes{find_probe("gemm"), find_probe("attention"), find_probe("memory")};
  auto const plan = plan_samples(probes, context, 10);
  auto const is_dram_triad = [](SampleRequest const& request) {
    return request.probe == "memory" && profiles::text_parameter(request.parameters, "kernel") == "triad" &&
           profiles::text_parameter(request.parameters, "level") == "DRAM";
  };
  CHECK(std::ranges::count_if(plan.requests, is_dram_triad) == 1);
  CHECK(count_of(plan, "gemm") > 0);
}

TEST_CASE("What needs time gets it, and comes after the other samples", "[plan]") {
  constexpr Probe lasting{.name = "l", .summary = "", .candidates = [](PlanContext const&) {
                            auto candidate = simple("l", 0, 1e-3);
                            candidate.least_s = 20;
                            candidate.wished_s = 30;
                            return std::vector{candidate};
                          }};
  std::vector<Probe const*> const probes{&lasting, &probe_s};
  auto const plan = plan_samples(probes, {}, 100);
  CHECK(letters(plan) == "a0 a0 a1 a0 a2 a0 l0 a0 ");  // the sentinel's last repeat after it
  auto const& last = plan.requests.at(6);
  CHECK_THAT(last.rule.max_total_s, WithinRel(30.0));
  auto const tight = plan_samples(probes, {}, 81);  // an even share of four
  CHECK(tight.requests.at(6).rule.max_total_s >= 20);
  CHECK(letters(plan_samples(probes, {}, 79)) == "a0 a0 a1 a0 a2 a0 a0 ");
}

TEST_CASE("The sustained rate is measured from a budget of five minutes on, or alone", "[plan]") {
  for (auto const& context : {context_of(2), h100_context()}) {
    auto const left_out = plan_samples(every_probe(), context, 240);
    CHECK(count_of(left_out, "sustained") == 0);
    CHECK(std::ranges::any_of(left_out.dropped, [](auto const& line) { return line.starts_with("sustained/"); }));
    CHECK(count_of(plan_samples(every_probe(), context, 300), "sustained") == 1);

    std::vector<Probe const*> const alone{find_probe("sustained")};
    auto const plan = plan_samples(alone, context, profiles::usual_budget_s);
    REQUIRE(plan.requests.size() == 1);
    CHECK_THAT(plan.requests[0].rule.max_total_s, WithinRel(30.0));
  }
}

TEST_CASE("With time to spare every sample gets what it wishes", "[plan]") {
  std::vector<Probe const*> const probes{&probe_b};
  auto const plan = plan_samples(probes, {}, 60);
  // 100 calls of 1 ms are less than the least wish of 0.5 s.
  CHECK_THAT(plan.requests.at(0).rule.max_total_s, WithinRel(0.5));
  CHECK_THAT(plan.requests.at(0).expected_s, WithinRel(0.5));
  // 1 s for starts of the runner
  CHECK_THAT(planned_s(plan), WithinRel(1.5));
}

TEST_CASE("A plan never takes longer than its budget", "[plan]") {
  double const budget_s = GENERATE(0.1, 1.0, 3.0, 10.0, 30.0, 60.0, 600.0);
  int const rank_count = GENERATE(0, 2);
  auto const plan = plan_samples(every_probe(), context_of(rank_count), budget_s);
  if (!plan.requests.empty()) CHECK(planned_s(plan) <= budget_s);
  for (auto const& request : plan.requests) {
    CHECK(request.timeout_s > request.expected_s);
    CHECK(request.rule.max_total_s > 0);
    CHECK(request.expected_s >= request.rule.max_total_s);
  }
}

TEST_CASE("Ids are places, and the same question gets the same plan", "[plan]") {
  auto const plan = plan_samples(every_probe(), context_of(2), 60);
  auto const again = plan_samples(every_probe(), context_of(2), 60);
  REQUIRE(plan.requests.size() == again.requests.size());
  for (std::size_t i = 0; i < plan.requests.size(); ++i) {
    CHECK(plan.requests[i].id == std::int64_t(i));
    CHECK(plan.requests[i].parameters == again.requests[i].parameters);
    CHECK(plan.requests[i].expected_s == again.requests[i].expected_s);
  }
}

TEST_CASE("What is not planned is named: nothing is lost silently", "[plan]") {
  double const budget_s = GENERATE(5.0, 20.0, 60.0);
  auto const context = context_of(2);
  std::size_t wished = 0;
  for (Probe const& probe : all_probes()) wished += probe.candidates(context).size();
  auto const plan = plan_samples(every_probe(), context, budget_s);
  std::size_t repeats = 0;
  bool seen = false;
  for (auto const& request : plan.requests)
    if (request.sentinel && std::exchange(seen, true)) ++repeats;
  CHECK(plan.requests.size() - repeats + plan.dropped.size() == wished);
}

TEST_CASE("More budget never measures less", "[plan]") {
  std::size_t before = 0;
  for (double const budget_s : {5.0, 10.0, 20.0, 40.0, 80.0, 160.0}) {
    auto const count = plan_samples(every_probe(), context_of(2), budget_s).requests.size();
    CHECK(count >= before);
    before = count;
  }
}

TEST_CASE("The default budget on a small host covers every probe", "[plan]") {
  auto const plan = plan_samples(every_probe(), context_of(2), profiles::usual_budget_s);
  for (auto const* const probe : {"gemm", "memory", "attention", "launch", "collective"})
    CHECK(count_of(plan, probe) > 0);
  CHECK(plan.requests.size() >= 40);
  CHECK(plan.requests.front().probe == "gemm");
}

TEST_CASE("What is spare comes after all else, however early its probe would have its turn", "[plan]") {
  auto context = h100_context();
  context.peers = {1, 2, 3, 4, 5, 6, 7};
  auto const plan = plan_samples(every_probe(), context, 600);
  auto const is_spare = [](auto const& request) { return request.parameters.contains("ordinal"); };
  auto const first = std::ranges::find_if(plan.requests, is_spare);
  REQUIRE(first != plan.requests.end());
  for (auto request = first; request != plan.requests.end(); ++request)
    CHECK((is_spare(*request) || request->sentinel || request->probe == "sustained"));
}

TEST_CASE("The default budget of one GPU covers its layers, its memory and its link", "[plan]") {
  auto const plan = plan_samples(every_probe(), h100_context(), profiles::usual_budget_s);
  CHECK(planned_s(plan) <= profiles::usual_budget_s);
  CHECK(count_of(plan, "gemm") >= 30);
  CHECK(count_of(plan, "memory") >= 6);
  CHECK(count_of(plan, "attention") >= 6);
  CHECK(count_of(plan, "launch") == 6);
  CHECK(count_of(plan, "link") >= 9);
}
