// SPDX-License-Identifier: Apache-2.0
#pragma once

// Grows a MachineProfile while samples come in, and tells the progress.

#include "probes/judge.hpp"
#include "probes/measure_machine.hpp"
#include "probes/protocol.hpp"
#include "probes/repeats.hpp"
#include "probes/siblings.hpp"

#include <chrono>

namespace hpcadvise::probes {

class ProfileRecorder {
 public:
  ProfileRecorder(ProbeRequest const& request, Progress& progress);

  void host(profiles::HostSpec const& host);
  void hello(HelloEvent const& hello, std::filesystem::path const& runner);
  void plan(SamplePlan const& plan);
  void started(SampleRequest const& request);
  void sampled(SampleRequest const& request, profiles::Sample sample);
  void skipped(SampleRequest const& request, std::string const& reason);  // not part of the plan
  void finding(profiles::Finding finding);
  void garbage(Garbage const& garbage);  // of each start of a runner
  // What GPUs of one kind gave at once; the first is the one that hello described.
  void siblings(std::vector<SiblingResult> const& results, std::string const& backend);
  void runner_lost(std::string const& why, std::string const& next_step);

  // What is left of `budget_s` for measuring again what was measured; the samples that come from then on are repeats.
  SamplePlan begin_repeats(double budget_s);

  // Judges what there is. Call once, at the end.
  profiles::MachineProfile finish(bool interrupted);

 private:
  double elapsed_s() const;
  void believe_or_not(SampleRequest const& request, profiles::Sample& sample) const;
  void first_time(SampleRequest const& request, profiles::Sample const& sample);
  void again(SampleRequest const& request, profiles::Sample const& sample);
  bool first_pass_is_whole() const;
  // The profile as far as it is, with the intervals and the findings that it would have if it ended now.
  profiles::MachineProfile judged() const;
  void snapshot() const;

  Progress& progress_;
  std::vector<std::string> only_;
  std::chrono::steady_clock::time_point start_;
  profiles::MachineProfile profile_;
  bool lost_ = false;
  bool siblings_cut_ = false;  // interrupted among them
  Garbage garbage_;
  bool sentinel_sampled_ = false;
  std::string sentinel_key_;
  std::vector<SentinelReading> sentinel_readings_;
  double sample_started_s_ = 0;
  std::vector<Measured> measured_;
  bool repeating_ = false;
  std::vector<Repeat> repeats_;
  std::vector<std::string> lost_repeats_;
  // Samples, of which the sentinel is one however often it comes.
  std::int64_t not_reached_ = 0;
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
  std::int64_t first_total_ = 0;  // of the first pass, as is the next
  std::int64_t first_done_ = 0;
  double left_s_ = 0;
};

}  // namespace hpcadvise::probes
