// SPDX-License-Identifier: Apache-2.0
#pragma once

// Hardware counters of all threads that Kokkos works with, and energy of the packages, through PAPI. A counter is
// trusted only if it can be added and started, and has then risen over some work: in a virtual machine PAPI lists what
// it cannot count.

#include "profiles/machine_profile.hpp"

#include <map>
#include <string>
#include <vector>

namespace hpcadvise::probes::runner {

class PapiCounters {
 public:
  PapiCounters();
  ~PapiCounters();
  PapiCounters(PapiCounters const&) = delete;
  PapiCounters& operator=(PapiCounters const&) = delete;

  // One for each counter this tool knows of; without PAPI one that says so.
  std::vector<profiles::Sensor> const& sensors() const noexcept { return sensors_; }

  void start();
  // Counts since start(), by name ("cycles", "energy_j"), summed over threads and packages.
  std::map<std::string, double> stop();

 private:
  // PAPI runs one event set a thread and component.
  struct EventSet {
    int handle;
    int thread;
    std::vector<std::string> counters;  // one for each event
    double unit;                        // of one count
  };

  std::vector<profiles::Sensor> sensors_;
  std::vector<EventSet> event_sets_;
};

// "7.0.0"; empty when built without.
std::string papi_version();

}  // namespace hpcadvise::probes::runner
