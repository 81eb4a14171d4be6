// SPDX-License-Identifier: Apache-2.0
#pragma once

// A component of PAPI whose events are values of the moment, not counts: nvml, rocm_smi. Only where PAPI is
// (HPCADVISE_HAVE_PAPI), and after a PapiCounters is made.

#include "probes/discovery/nvml.hpp"

#include <papi.h>

#include <string>
#include <vector>

namespace hpcadvise::probes::runner {

class PapiComponent {
 public:
  explicit PapiComponent(char const* name);
  ~PapiComponent();
  PapiComponent(PapiComponent const&) = delete;
  PapiComponent& operator=(PapiComponent const&) = delete;

  // Why it cannot be asked, in PAPI's words where it has some. Empty when it can.
  std::string const& problem() const noexcept { return problem_; }

  // "nvml:::NVIDIA_H200:device_0:power", in the order that PAPI has them.
  std::vector<std::string> const& events() const noexcept { return events_; }

  // In the unit that the component gives the event.
  Answer<long long> read(std::string const& event);

 private:
  std::string start(char const* name);

  std::string problem_;
  std::vector<std::string> events_;
  int running_ = PAPI_NULL;  // the event set that failed when it was read, and so did not end
  std::string running_event_;
};

}  // namespace hpcadvise::probes::runner
