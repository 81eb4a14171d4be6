// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/papi_component.hpp"

#include "probes/runner/papi_event_set.hpp"

#include <array>
#include <utility>

namespace hpcadvise::probes::runner {
namespace {

std::string papi_says(int code) { return std::string("PAPI says: ") + PAPI_strerror(code); }

// Before 7.0.1 nvml read the device of CUDA's current number, whichever the event named (PAPI's commit 15224eb90), and
// rocm_smi gave the value before where a reading failed.
constexpr int first_right_version = PAPI_VERSION_NUMBER(7, 0, 1, 0);

}  // namespace

PapiComponent::PapiComponent(char const* name) { problem_ = start(name); }

PapiComponent::~PapiComponent() {
  if (running_ == PAPI_NULL) return;
  PAPI_stop(running_, nullptr);
  destroy_event_set(running_);
}

std::string PapiComponent::start(char const* name) {
  int const index = PAPI_get_component_index(name);
  if (index < 0) return "this PAPI has no such component";
  if (PAPI_get_opt(PAPI_LIB_VERSION, nullptr) < first_right_version)
    return "before 7.0.1 PAPI can give it the value of another device, or an old one";
  int code = PAPI_NATIVE_MASK;
  std::array<char, PAPI_HUGE_STR_LEN> text{};
  for (int step = PAPI_ENUM_FIRST; PAPI_enum_cmp_event(&code, step, index) == PAPI_OK; step = PAPI_ENUM_EVENTS)
    if (PAPI_event_code_to_name(code, text.data()) == PAPI_OK) events_.emplace_back(text.data());
  // It starts when its events are asked for, and does not know before what keeps it from that.
  auto const* const info = PAPI_get_component_info(index);
  if (info != nullptr && info->disabled != PAPI_OK)
    return info->disabled_reason[0] != '\0' ? info->disabled_reason : papi_says(info->disabled);
  return events_.empty() ? "it has no events" : "";
}

Answer<long long> PapiComponent::read(std::string const& event) {
  // An event that fails when it is read does not end, and until it does the component starts no other (PAPI_stop).
  if (running_ != PAPI_NULL) {
    if (int const again = PAPI_stop(running_, nullptr); again != PAPI_OK)
      return {std::nullopt, event == running_event_ ? papi_says(again) : "PAPI does not get past " + running_event_};
    destroy_event_set(std::exchange(running_, PAPI_NULL));
  }
  int set = PAPI_NULL;
  long long value = 0;
  int code = make_event_set({event}, set);
  if (code == PAPI_OK) code = PAPI_start(set);
  if (code == PAPI_OK) {
    code = PAPI_stop(set, &value);
    if (code != PAPI_OK) {
      running_ = set;
      running_event_ = event;
      return {std::nullopt, papi_says(code)};
    }
  }
  destroy_event_set(set);
  if (code != PAPI_OK) return {std::nullopt, papi_says(code)};
  return {value, ""};
}

}  // namespace hpcadvise::probes::runner
