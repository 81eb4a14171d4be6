// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the samples say about the run itself: rates that cannot be, a machine that did not hold still, samples that
// were lost or are not sure enough.

#include "probes/probe.hpp"
#include "profiles/machine_profile.hpp"

#include <string>
#include <vector>

namespace hpcadvise::probes {

// A primary rate above the request's peak is not believed: the sample becomes `impossible` and loses its rates.
void guard_against_impossible(SampleRequest const& request, std::string_view primary_rate, profiles::Sample& sample);

// The repeats of one sample in the order taken.
struct SentinelReading {
  double at_s = 0;  // since the start of the run
  double median_s = 0;
  double low_s = 0;
  double high_s = 0;
};
// Drifted: the intervals of the fastest and the slowest repeat do not overlap.
profiles::Sentinel judge_sentinel(std::string sample_key, std::vector<SentinelReading> const& readings);

// Of the finished samples and sentinels: lost, wrong, impossible or wide samples, drift, throttling.
std::vector<profiles::Finding> findings_of_samples(profiles::MachineProfile const& profile);

// Of the host and the sensors: limits of control groups below the hardware, what could not be read.
std::vector<profiles::Finding> findings_of_host(profiles::MachineProfile const& profile);

}  // namespace hpcadvise::probes
