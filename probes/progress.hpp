// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a probe run says while it runs. The default says nothing.

#include "probes/sample_request.hpp"
#include "profiles/machine_profile.hpp"

#include <cstdint>
#include <string_view>

namespace hpcadvise::probes {

class Progress {
 public:
  virtual ~Progress() = default;

  // Once, when the plan stands.
  virtual void planned(SamplePlan const&, double /*expected_s*/) {}
  // Once, when the first pass is done: the samples that are measured again. `done` and `total` count anew.
  virtual void repeats_planned(SamplePlan const&, double /*expected_s*/) {}
  virtual void sample_started(SampleRequest const&) {}
  // `done` of `total` samples, repeats of the sentinel not counted; at most `left_s` more.
  virtual void sample_done(profiles::Sample const&, std::int64_t /*done*/, std::int64_t /*total*/, double /*left_s*/) {}
  // The profile as far as it is, judged, and marked partial until each sample was measured once; after each sample from
  // the first that was measured: what is written now is not lost later, and a profile without a measurement replaces
  // none that has some.
  virtual void snapshot(profiles::MachineProfile const&) {}
};

}  // namespace hpcadvise::probes
