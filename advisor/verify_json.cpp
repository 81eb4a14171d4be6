// SPDX-License-Identifier: Apache-2.0
#include "advisor/plan_json.hpp"
#include "advisor/verify.hpp"

#include <nlohmann/json.hpp>

namespace hpcadvise::advisor {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(std::optional<double> value) { return value ? Json(*value) : Json(nullptr); }

Json measured_to_json(StepReadings const& measured) {
  return {{"step_time_s", {{"median", measured.median_s}, {"low", measured.low_s}, {"high", measured.high_s}}},
          {"readings", measured.times_s.size()},
          {"warm_up_readings", measured.warm_up},
          {"pauses", measured.pauses},
          {"pauses_share_of_time", measured.pauses_share_of_time},
          {"notes", measured.notes}};
}

Json memory_to_json(MemoryComparison const& memory) {
  return {{"measured_allocated", or_null(memory.measured_allocated_bytes)},
          {"predicted_allocated", memory.predicted_allocated_bytes},
          {"measured_reserved", or_null(memory.measured_reserved_bytes)},
          {"predicted_reserved", memory.predicted_reserved_bytes},
          {"capacity", memory.capacity_bytes}};
}

}  // namespace

Json verification_to_json(Verification const& verification) {
  Json terms = Json::array();
  for (auto const& term : verification.terms)
    terms.push_back({{"part", term.label},
                     {"measured_s", term.measured_s},
                     {"predicted_s", term.predicted_s},
                     {"timers", term.timers}});
  return {{"measured", measured_to_json(verification.measured)},
          {"predicted", estimate_to_json(verification.predicted)},
          {"step_error", verification.step_error()},
          {"inside", verification.inside()},
          {"memory_bytes", memory_to_json(verification.memory)},
          {"parts", std::move(terms)},
          {"logged_flops_per_s_per_device", or_null(verification.logged_flops_per_s_per_device)},
          {"verdict", verification.verdict},
          {"observed", verification.observed}};
}

}  // namespace hpcadvise::advisor
