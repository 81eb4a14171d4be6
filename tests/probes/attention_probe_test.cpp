// SPDX-License-Identifier: Apache-2.0
#include "probes/attention_probe.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace hpcadvise;
using namespace hpcadvise::probes;

namespace {

PlanContext gpu(std::string architecture, std::vector<std::string> providers) {
  PlanContext context;
  context.gpu.emplace();
  context.gpu->architecture = std::move(architecture);
  context.gpu->memory_bytes = std::int64_t{80} << 30;
  context.providers = std::move(providers);
  return context;
}

// The shapes and directions that each provider is to be measured at, by their parameters as text.
std::map<std::string, std::set<std::string>> wanted(PlanContext const& context) {
  std::map<std::string, std::set<std::string>> result;
  for (auto const& candidate : attention_candidates(context)) {
    auto const& parameters = candidate.request.parameters;
    result[candidate.request.provider].insert(attention_shape_text(parameters) + " " +
                                              profiles::text_parameter(parameters, "direction").value() +
                                              (*profiles::bool_parameter(parameters, "causal") ? " causal" : ""));
  }
  return result;
}

}  // namespace

TEST_CASE("cuDNN is measured at the shapes of the portable kernel", "[attention]") {
  auto const on_sm90 = wanted(gpu("sm90", {"kokkos", "cublaslt", "mpi", "cudnn"}));
  REQUIRE(on_sm90.size() == 2);
  CHECK(on_sm90.at("cudnn") == on_sm90.at("kokkos"));
}

TEST_CASE("Before sm_90 cuDNN is not asked for the gradients of large heads", "[attention]") {
  auto const on_sm80 = wanted(gpu("sm80", {"kokkos", "cudnn"}));
  CHECK(on_sm80.at("kokkos").contains("b4 h16 s4096 d256 backward causal"));
  CHECK_FALSE(on_sm80.at("cudnn").contains("b4 h16 s4096 d256 backward causal"));
  CHECK(on_sm80.at("cudnn").contains("b4 h16 s4096 d256 forward causal"));
  CHECK(on_sm80.at("cudnn").size() + 1 == on_sm80.at("kokkos").size());
}

TEST_CASE("One sample of attention is the sentinel, and a host has no cuDNN", "[attention]") {
  auto const candidates = attention_candidates(gpu("sm90", {"cudnn", "kokkos"}));
  CHECK(std::ranges::count_if(candidates, [](auto const& candidate) { return candidate.request.sentinel; }) == 1);
  PlanContext host;
  host.providers = {"cudnn"};
  CHECK(attention_candidates(host).empty());
}
