// SPDX-License-Identifier: Apache-2.0
#pragma once

// A probe run as its user follows it, with the profile kept on disk as it grows.

#include "cli/progress_line.hpp"
#include "probes/progress.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <iosfwd>

namespace hpcadvise::cli {

class ProbeProgress : public probes::Progress {
 public:
  using Save = std::function<void(profiles::MachineProfile const&)>;

  // `save` writes the profile; the first time it throws, the run ends: an output that cannot be written shows early.
  ProbeProgress(std::ostream& log, Terminal terminal, Save save);

  void planned(probes::SamplePlan const& plan, double expected_s) override;
  void repeats_planned(probes::SamplePlan const& plan, double expected_s) override;
  void sample_started(probes::SampleRequest const& request) override;
  void sample_done(profiles::Sample const& sample, std::int64_t done, std::int64_t total, double left_s) override;
  void snapshot(profiles::MachineProfile const& profile) override;
  void finish() { line_.finish(); }

 private:
  double now_s() const;

  ProgressLine line_;
  Save save_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
  double left_s_ = 0;
  bool saved_ = false;
  double last_save_s_ = 0;
};

}  // namespace hpcadvise::cli
