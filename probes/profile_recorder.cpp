// SPDX-License-Identifier: Apache-2.0
#include "probes/profile_recorder.hpp"

#include "probes/advice_findings.hpp"
#include "probes/collective_findings.hpp"
#include "probes/link_findings.hpp"
#include "probes/load_findings.hpp"
#include "probes/overlap_findings.hpp"
#include "probes/providers.hpp"
#include "probes/repeat_findings.hpp"
#include "probes/slow_device.hpp"
#include "probes/slow_vendor_blas.hpp"
#include "probes/uneven_links.hpp"
#include "probes/wide_intervals.hpp"
#include "profiles/build_info.hpp"
#include "profiles/profile_store.hpp"
#include "profiles/units.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hpcadvise::probes {
namespace {

using profiles::SampleStatus;

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

bool is_timed(profiles::Sample const& sample) { return sample.status == SampleStatus::ok && sample.timing; }

profiles::MeasuredDevice device_of(HelloEvent const& hello, profiles::HostSpec const& host) {
  return {.backend = hello.backend,
          .name = hello.gpu ? hello.device_name : host.cpu_model,
          .thread_count = hello.thread_count,
          .gpu = hello.gpu};
}

// A runner for GPUs looks for its library when it starts, and says among its libraries why it has none.
profiles::Finding no_vendor_blas(HelloEvent const& hello) {
  std::string seen = "the runner was built without a vendor BLAS";
  for (auto const& [name, version] : hello.libraries)
    if (is_vendor_blas(name) && version.starts_with("cannot be used")) seen = fmt::format("{} {}", name, version);
  return {.kind = "no_vendor_blas",
          .severity = profiles::Severity::note,
          .seen = seen,
          .expected = hello.gpu ? "cuBLASLt, hipBLASLt or rocBLAS, which frameworks use, beside the portable kernel"
                                : "OpenBLAS, BLIS or MKL beside the portable kernel",
          .cost = "nothing to compare the portable GEMM with",
          .next_step = hello.gpu ? "load the module that brings it (LD_LIBRARY_PATH), and probe again"
                                 : "install one and build the runner again"};
}

profiles::Finding budget_spent(std::int64_t not_reached, std::int64_t planned, double asked_s) {
  return {.kind = "budget_spent",
          .severity = profiles::Severity::warning,
          .seen = fmt::format("{} of {} planned samples were not reached within {:g} s", not_reached, planned, asked_s),
          .expected = "a machine that is about as fast as its vector units and cores let expect",
          .cost = "the least valuable samples are missing",
          .next_step = "probe again when the machine is quiet, or with a larger --budget"};
}

profiles::Finding interrupted_finding(std::int64_t done, std::int64_t planned, bool repeating) {
  return {.kind = "interrupted",
          .severity = profiles::Severity::note,
          .seen = repeating
                      ? fmt::format("all samples were measured once; interrupted after {} of {} were measured again",
                                    done, planned)
                      : fmt::format("interrupted after {} of {} samples", done, planned),
          .expected = "a run to its end",
          .cost = repeating ? "less is known of how the samples repeat" : "the samples not reached are missing",
          .next_step = "run it again, with a smaller --budget if time is short"};
}

profiles::Finding lost_in_second_pass(std::vector<std::string> const& lost) {
  return {.kind = "lost_in_second_pass",
          .severity = profiles::Severity::warning,
          .seen = fmt::format("{} measured once did not work again: {}",
                              profiles::format_counted(lost.size(), "sample"), lost.front()),
          .expected = "a sample that works whenever it is tried",
          .cost = "their first readings stand alone",
          .next_step = "probe again; what fails now and then will fail in a long run"};
}

}  // namespace

ProfileRecorder::ProfileRecorder(ProbeRequest const& request, Progress& progress)
    : progress_(progress), only_(request.only), start_(std::chrono::steady_clock::now()) {
  auto const build = profiles::build_info();
  profile_.name = request.name;
  profile_.partial = true;
  profile_.provenance.tool_version = build.version;
  profile_.provenance.git_commit = build.git_commit;
  profile_.provenance.command_line = request.command_line;
  profile_.provenance.started_utc = utc_now();
  profile_.budget.asked_s = request.budget_s;
}

double ProfileRecorder::elapsed_s() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void ProfileRecorder::host(profiles::HostSpec const& host) {
  profile_.host = host;
  if (profile_.name.empty()) profile_.name = profiles::default_profile_name(profile_);
}

void ProfileRecorder::hello(HelloEvent const& hello, std::filesystem::path const& runner) {
  auto& provenance = profile_.provenance;
  provenance.runner = runner.filename().string();
  provenance.compiler = hello.compiler;
  provenance.build_type = hello.build_type;
  provenance.libraries = hello.libraries;
  provenance.environment = hello.environment;
  provenance.clock_resolution_s = hello.clock_resolution_s;
  profile_.sensors = hello.sensors;
  profile_.devices = {device_of(hello, profile_.host)};

  if (std::none_of(hello.providers.begin(), hello.providers.end(), is_vendor_blas)) finding(no_vendor_blas(hello));
}

void ProfileRecorder::plan(SamplePlan const& plan) {
  profile_.budget.planned = total_ = first_total_ = sample_count(plan);
  left_s_ = planned_s(plan);
  if (!plan.dropped.empty())
    finding({.kind = "left_out",
             .severity = profiles::Severity::note,
             .seen = fmt::format("{} did not fit the budget; the first: {}",
                                 profiles::format_counted(plan.dropped.size(), "sample"), plan.dropped.front()),
             .expected = "all that the probes would like to measure",
             .cost = "the advisor interpolates further between the samples that are there",
             .next_step = "a larger --budget"});
  progress_.planned(plan, left_s_);
}

void ProfileRecorder::started(SampleRequest const& request) {
  sample_started_s_ = elapsed_s();
  progress_.sample_started(request);
}

void ProfileRecorder::believe_or_not(SampleRequest const& request, profiles::Sample& sample) const {
  Probe const* const probe = find_probe(request.probe);
  guard_against_impossible(request, probe != nullptr ? probe->primary_rate : std::string_view(), sample);
  // An exception may say nothing, and a profile without a reason could not be read again.
  if (sample.status != SampleStatus::ok && sample.reason.empty()) sample.reason = "it said nothing";
}

void ProfileRecorder::siblings(std::vector<SiblingResult> const& results, std::string const& backend) {
  for (auto const& result : results) {
    auto const& hello = result.outcome.hello;
    if (result.device > 0)
      profile_.devices.push_back(hello ? device_of(*hello, profile_.host)
                                       : profiles::MeasuredDevice{.backend = backend, .name = "not known"});
    if (!result.outcome.lost.empty() && !result.outcome.out_of_time)
      finding({.kind = "device_lost",
               .severity = profiles::Severity::error,
               .seen = fmt::format("device {}: {}", result.device, result.outcome.lost),
               .expected = "every visible device measured together with its siblings",
               .cost = "a training run on this node stops, or waits for that device",
               .next_step = result.outcome.next_step});
    for (auto [request, sample] : result.samples) {
      believe_or_not(request, sample);
      ++profile_.budget.planned;
      if (is_timed(sample)) {
        ++profile_.budget.measured;
        profile_.budget.converged += sample.timing->stop == profiles::StopReason::converged;
      }
      profile_.samples.push_back(std::move(sample));
    }
    garbage(result.outcome.garbage);
    siblings_cut_ |= result.outcome.interrupted;
  }
  snapshot();
}

void ProfileRecorder::sampled(SampleRequest const& request, profiles::Sample sample) {
  believe_or_not(request, sample);
  if (request.sentinel && is_timed(sample) && !repeating_) {
    sentinel_key_ = sample_key(sample);
    sentinel_readings_.push_back({elapsed_s(), sample.timing->median_s, sample.timing->low_s, sample.timing->high_s});
  }
  bool const counts = repeating_ || !request.sentinel || !std::exchange(sentinel_sampled_, true);
  if (repeating_) {
    again(request, sample);
  } else if (counts) {
    first_time(request, sample);
    ++first_done_;
  }

  done_ += counts;
  left_s_ = std::max(0.0, left_s_ - request.expected_s);
  profile_.budget.used_s = elapsed_s();
  profile_.provenance.finished_utc = utc_now();
  progress_.sample_done(sample, done_, total_, left_s_);
  snapshot();
}

void ProfileRecorder::first_time(SampleRequest const& request, profiles::Sample const& sample) {
  not_reached_ += sample.status == SampleStatus::skipped;
  if (is_timed(sample)) {
    ++profile_.budget.measured;
    profile_.budget.converged += sample.timing->stop == profiles::StopReason::converged;
    if (is_repeated(request.probe))
      measured_.push_back({request, profile_.samples.size(), elapsed_s() - sample_started_s_, sample.timing->total_s});
  }
  profile_.samples.push_back(sample);
}

SamplePlan ProfileRecorder::begin_repeats(double budget_s) {
  SamplePlan plan = repeat_plan(measured_, budget_s - elapsed_s());
  repeating_ = true;
  done_ = 0;
  total_ = sample_count(plan);
  left_s_ = plan.requests.empty() ? 0 : planned_s(plan);
  if (!plan.requests.empty()) progress_.repeats_planned(plan, left_s_);
  return plan;
}

void ProfileRecorder::again(SampleRequest const& request, profiles::Sample const& sample) {
  if (is_timed(sample))
    repeats_.push_back({measured_.at(static_cast<std::size_t>(request.id)).place, *sample.timing});
  else if (sample.status != SampleStatus::skipped)
    lost_repeats_.push_back(sample_key(sample) + ": " + sample.reason);
}

void ProfileRecorder::skipped(SampleRequest const& request, std::string const& reason) {
  profile_.samples.push_back(unmeasured_sample(request, SampleStatus::skipped, reason));
}

void ProfileRecorder::finding(profiles::Finding finding) { profile_.findings.push_back(std::move(finding)); }

void ProfileRecorder::garbage(Garbage const& garbage) { add(garbage_, garbage); }

void ProfileRecorder::runner_lost(std::string const& why, std::string const& next_step) {
  if (repeating_) {
    lost_repeats_.push_back(why);
    return;
  }
  lost_ = true;
  finding({.kind = "runner_lost",
           .severity = profiles::Severity::error,
           .seen = why,
           .expected = "a runner that measures all samples",
           .cost = "the samples that it did not reach are skipped",
           .next_step = next_step});
}

bool ProfileRecorder::first_pass_is_whole() const { return !lost_ && !siblings_cut_ && first_done_ == first_total_; }

profiles::MachineProfile ProfileRecorder::finish(bool interrupted) {
  profile_.partial = lost_ || (interrupted && !first_pass_is_whole());
  profile_.budget.used_s = elapsed_s();
  profile_.provenance.finished_utc = utc_now();
  if (interrupted) finding(interrupted_finding(done_, total_, repeating_));
  return judged();
}

void ProfileRecorder::snapshot() const {
  if (profile_.budget.measured == 0) return;
  auto profile = judged();
  profile.partial = !repeating_;  // from then on no sample is missing
  progress_.snapshot(profile);
}

profiles::MachineProfile ProfileRecorder::judged() const {
  auto profile = profile_;
  if (!sentinel_readings_.empty()) profile.sentinels = {judge_sentinel(sentinel_key_, sentinel_readings_)};
  cover_repeats(profile.samples, repeats_, profile.sentinels);
  profile.budget.within_2_percent = narrow_count(profile);
  auto& findings = profile.findings;
  if (not_reached_ > 0 && !lost_)
    findings.push_back(budget_spent(not_reached_, profile.budget.planned, profile.budget.asked_s));
  for (auto&& found : advice_findings(profile, only_)) findings.push_back(found);
  if (auto const found = garbage_finding(garbage_)) findings.push_back(*found);
  if (!lost_repeats_.empty()) findings.push_back(lost_in_second_pass(lost_repeats_));
  for (auto&& found :
       {repeat_findings(profile), findings_of_host(profile), slow_siblings(profile), findings_of_samples(profile),
        slow_collectives(profile), overlap_findings(profile), link_findings(profile), uneven_links(profile),
        load_findings(profile), slow_vendor_blas(profile)})
    findings.insert(findings.end(), found.begin(), found.end());
  return profile;
}

}  // namespace hpcadvise::probes
