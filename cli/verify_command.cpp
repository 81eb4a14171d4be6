// SPDX-License-Identifier: Apache-2.0
#include "cli/verify_command.hpp"

#include "advisor/plan_json.hpp"
#include "advisor/verify.hpp"
#include "cli/job_json.hpp"
#include "cli/plan_option.hpp"
#include "cli/plan_text.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/build_info.hpp"
#include "profiles/calibration_json.hpp"
#include "profiles/json_text.hpp"
#include "profiles/profile_file.hpp"
#include "profiles/profile_store.hpp"
#include "profiles/sha256.hpp"
#include "profiles/units.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <ostream>
#include <system_error>

namespace hpcadvise::cli {
namespace {

using profiles::ExitCode;
using profiles::format_bytes;
using profiles::format_seconds;

constexpr std::uintmax_t largest_log_bytes = std::uintmax_t{1} << 30;

struct Case {
  advisor::TrainingLog log;
  std::string log_sha256;
  advisor::ParallelPlan plan;
  ResolvedJob resolved;
  std::string machine_text;  // as --machine or the plan's file names it
};

// Measured by this tool, so there is a file that can keep what is learnt.
bool is_profile(JobOptions const& job) {
  std::error_code ignored;
  if (std::filesystem::is_regular_file(job.machine, ignored)) return true;
  auto const entries = profiles::list_store(profiles::store_directory(job.store));
  return std::any_of(entries.begin(), entries.end(), [&](auto const& entry) { return entry.name == job.machine; });
}

// The plan's file was asked first: what it planned for need not be what ran.
std::string framework_note(advisor::TrainingLog const& log, std::string const& of_plan) {
  auto const planned = advisor::framework_kind_from_text(of_plan);
  if (log.framework.empty() || planned == advisor::framework_kind_from_text(log.framework)) return {};
  return fmt::format("the plan is for {}, the log looks like {}: --framework says which it was", of_plan,
                     log.framework);
}

// What neither the options nor the plan's file say, the log may.
void take_job_of_log(advisor::TrainingLog const& log, JobOptions& options, std::vector<std::string>& assumed) {
  if (!options.sequence_length) options.sequence_length = log.settings.sequence_length;
  if (!options.global_batch) options.global_batch = log.settings.global_batch;
  if (options.precision.empty() && log.settings.precision)
    options.precision = std::string(profiles::to_string(*log.settings.precision));
  if (options.framework.empty() && !log.framework.empty()) {
    options.framework = log.framework;
    assumed.push_back(fmt::format("framework {} (from the log)", log.framework));
  }
  if (log.settings.attention && options.attention.empty()) {
    options.attention = to_string(*log.settings.attention);
    assumed.push_back(fmt::format("attention {} (from the log)", options.attention));
  }
  if (auto const overlap = log.settings.tensor_parallel_overlap; overlap && options.tensor_parallel_overlap.empty()) {
    options.tensor_parallel_overlap = *overlap ? "on" : "off";
    if (log.settings.tensor_parallel.value_or(1) > 1)
      assumed.push_back(fmt::format("tensor-parallel collectives {}overlapped (from the log)", *overlap ? "" : "not "));
  }
}

Case resolve(VerifyOptions const& options) {
  auto const needed = [](bool given, char const* option, char const* example) {
    if (!given) throw profiles::UsageError(fmt::format("verify needs {}", option), example);
  };
  needed(!options.log.empty(), "--log", "Such as --log slurm-1234.out");
  needed(!options.plan.empty(), "--plan", "Such as --plan plan.json, or tp=2,dp=32,micro_batch=1,global_batch=1024");
  needed(options.calibrate || options.output.empty(), "--calibrate to write --output",
         "Add it, or leave --output out.");

  auto const text = profiles::read_text_file(options.log, largest_log_bytes);
  Case result{.log = advisor::read_training_log(text, options.log, options.log_format),
              .log_sha256 = profiles::sha256(text),
              .plan = {},
              .resolved = {},
              .machine_text = {}};
  auto job = options.job;
  std::vector<std::string> assumed;
  take_job_of_plan(options.plan, job);
  std::string const note =
      options.job.framework.empty() && !job.framework.empty() ? framework_note(result.log, job.framework) : "";
  take_job_of_log(result.log, job, assumed);
  result.plan = read_plan(options.plan, job.global_batch, assumed);
  job.global_batch = options.job.global_batch.value_or(result.plan.global_batch);
  if (*job.global_batch != result.plan.global_batch)
    throw profiles::UsageError(fmt::format("--global-batch {} and global_batch={} of --plan differ", *job.global_batch,
                                           result.plan.global_batch),
                               "Leave one of them out.");
  result.resolved = resolve_job(job, result.plan.device_count());
  if (!note.empty()) result.resolved.notes.push_back(note);
  take_framework_defaults(options.plan, result.plan, result.resolved);
  result.machine_text = job.machine;
  // A profile keeps its own.
  needed(!options.calibrate || !options.output.empty() || is_profile(job), "--output to --calibrate",
         "Such as --output lumi-g.calibration.json; runs are added to one that is there");
  result.resolved.assumed.insert(result.resolved.assumed.end(), assumed.begin(), assumed.end());
  advisor::check_settings(result.log.settings, result.resolved.job, result.plan, result.resolved.estimate);
  if (auto const problem = advisor::plan_problem(result.resolved.job, result.plan, result.resolved.machine,
                                                 result.resolved.estimate.framework, result.log.settings.round);
      !problem.empty())
    throw profiles::UsageError(fmt::format("--plan {}: {}", options.plan, problem.what), problem.next_step);
  refuse_ragged_batch(result.plan);
  return result;
}

std::string now_utc() {
  auto const now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

profiles::CalibrationAnchor anchor_of(Case const& verified, advisor::StepReadings const& measured,
                                      std::filesystem::path const& log) {
  auto const& job = verified.resolved.job;
  auto options = verified.resolved.estimate;
  options.calibration.reset();
  auto const plain = advisor::estimate_step(job, verified.plan, verified.resolved.machine, options);
  auto anchor = advisor::anchor_of(job, plain, options.framework, {measured.median_s, measured.low_s, measured.high_s});
  anchor.log_file = log.filename().string();
  anchor.log_sha256 = verified.log_sha256;
  anchor.log_format = verified.log.format;
  anchor.date_utc = now_utc();
  anchor.tool_version = profiles::build_info().version;
  return anchor;
}

struct Calibrated {
  std::filesystem::path file;
  profiles::Calibration calibration;
  double factor = 1;  // on the step of the plan that was verified
  double log_sigma = 0;
};

void add_run(profiles::Calibration& calibration, Case const& verified, advisor::StepReadings const& measured,
             VerifyOptions const& options) {
  auto const& machine = verified.resolved.machine.name;
  if (!calibration.machine.empty() && calibration.machine != machine)
    throw profiles::UsageError(fmt::format("--output {}: it is the calibration of {}, the machine here is {}",
                                           options.output.string(), calibration.machine, machine),
                               "Name another file.");
  calibration.machine = machine;
  advisor::add_anchor(calibration, anchor_of(verified, measured, options.log));
}

// A program reads the calibration there, so that nothing else may be printed.
bool prints_calibration(VerifyOptions const& options) { return options.calibrate && options.output == "-"; }

Calibrated calibrate(VerifyOptions const& options, Case const& verified, advisor::StepReadings const& measured) {
  Calibrated result;
  std::error_code ignored;
  if (prints_calibration(options)) {
    add_run(result.calibration, verified, measured, options);
  } else if (!options.output.empty()) {
    result.file = options.output;
    if (std::filesystem::is_regular_file(result.file, ignored))
      result.calibration = profiles::read_calibration(result.file);
    add_run(result.calibration, verified, measured, options);
    profiles::write_calibration(result.calibration, result.file);
  } else {
    result.file = profiles::find_profile(profiles::store_directory(options.job.store), verified.machine_text);
    auto profile = profiles::read_profile(result.file);
    result.calibration = profile.calibration.value_or(profiles::Calibration{});
    add_run(result.calibration, verified, measured, options);
    profile.calibration = result.calibration;
    profiles::write_profile(profile, result.file);
  }
  auto options_now = verified.resolved.estimate;
  options_now.calibration.reset();
  auto const step_of = [&] {
    return advisor::estimate_step(verified.resolved.job, verified.plan, verified.resolved.machine, options_now);
  };
  auto const plain = step_of();
  options_now.calibration = advisor::learn(result.calibration);
  auto const calibrated = step_of();
  result.factor = calibrated.step_time_s.median / plain.step_time_s.median;
  result.log_sigma = calibrated.log_sigma;
  return result;
}

std::string calibration_sentence(Calibrated const& calibrated, bool in_profile) {
  auto const count = calibrated.calibration.anchors.size();
  return fmt::format(
      "{} now holds {}: steps of this plan there are taken to be {:.2f} times the prediction, within {:.0f} % "
      "(one sigma), those of other plans nearer to it the less they are like this one.{}",
      calibrated.file.string(), profiles::format_counted(count, "run"), calibrated.factor, 100 * calibrated.log_sigma,
      in_profile ? "" : " Use it with --calibration.");
}

std::string error_text(double predicted, double measured) {
  return fmt::format("{:+.1f} %", 100 * (predicted / measured - 1));
}

Table comparison_table(advisor::Verification const& result) {
  Table table{{{""}, {"Measured", Align::right}, {"Predicted", Align::right}, {"Off by", Align::right}, {"P10..P90"}},
              {}};
  auto const& step = result.predicted.step_time_s;
  table.rows.push_back({"step", format_seconds(result.measured.median_s), format_seconds(step.median),
                        error_text(step.median, result.measured.median_s),
                        profiles::format_seconds_range(step.low, step.high, step.median) +
                            (result.inside() ? ": inside" : ": outside")});
  auto const memory = [&](char const* label, std::optional<double> measured, double predicted) {
    if (measured)
      table.rows.push_back(
          {label, format_bytes(*measured), format_bytes(predicted), error_text(predicted, *measured), ""});
  };
  memory("memory allocated", result.memory.measured_allocated_bytes, result.memory.predicted_allocated_bytes);
  memory("memory reserved", result.memory.measured_reserved_bytes, result.memory.predicted_reserved_bytes);
  return table;
}

Table terms_table(advisor::Verification const& result) {
  Table table{
      {{"Part of the step"}, {"Measured", Align::right}, {"Predicted", Align::right}, {"Of the step", Align::right}},
      {}};
  for (auto const& term : result.terms)
    table.rows.push_back(
        {term.label, format_seconds(term.measured_s), format_seconds(term.predicted_s),
         fmt::format("{:+.1f} %", 100 * (term.predicted_s - term.measured_s) / result.measured.median_s)});
  return table;
}

std::string readings_sentence(Case const& verified, advisor::Verification const& result) {
  auto const& measured = result.measured;
  auto const count = measured.times_s.size();
  // One alone says nothing of how far others would lie from it.
  if (count == 1) return fmt::format("{} log, 1 reading: {}", verified.log.format, format_seconds(measured.median_s));
  return fmt::format("{} log, {}: median {}, {}", verified.log.format, profiles::format_counted(count, "reading"),
                     format_seconds(measured.median_s),
                     profiles::format_seconds_range(measured.low_s, measured.high_s, measured.median_s));
}

// Behind the tables.
std::vector<Section> sections_of(Case const& verified, advisor::Verification const& result,
                                 std::string const& calibration) {
  std::vector<std::string> readings{readings_sentence(verified, result)};
  readings.insert(readings.end(), result.measured.notes.begin(), result.measured.notes.end());
  std::vector<Section> sections{{.heading = "What it says", .sentences = result.verdict},
                                {.heading = "What the log shows that may explain it", .sentences = result.observed},
                                {.heading = "What was measured", .sentences = std::move(readings)}};
  if (!calibration.empty()) sections.push_back({.heading = "Calibration", .sentences = {calibration}});
  sections.push_back(basis_section(verified.resolved, result.predicted));
  std::erase_if(sections, [](Section const& section) { return section.sentences.empty(); });
  return sections;
}

void print_text(Case const& verified, advisor::Verification const& result, std::string const& calibration,
                Output& output) {
  auto const& terminal = output.out_terminal;
  output.out << heading_text(verified.resolved, verified.plan.device_count(), terminal) << '\n'
             << text_table(comparison_table(result), terminal);
  if (!result.terms.empty()) output.out << '\n' << text_table(terms_table(result), terminal);
  for (auto const& section : sections_of(verified, result, calibration))
    output.out << '\n' << text_section(section, terminal);
}

void print_markdown(Case const& verified, advisor::Verification const& result, std::string const& calibration,
                    Output& output) {
  output.out << heading_markdown(verified.resolved, verified.plan.device_count()) << '\n'
             << markdown_table(comparison_table(result));
  if (!result.terms.empty()) output.out << '\n' << markdown_table(terms_table(result));
  for (auto const& section : sections_of(verified, result, calibration))
    output.out << '\n' << markdown_section(section);
}

nlohmann::ordered_json to_json(Case const& verified, advisor::Verification const& result,
                               VerifyOptions const& options) {
  nlohmann::ordered_json json = resolved_to_json(verified.resolved, verified.plan.device_count());
  json["log"] = {{"file", options.log.filename().string()},
                 {"format", verified.log.format},
                 {"sha256", verified.log_sha256},
                 {"restarts", verified.log.restarts}};
  json.update(advisor::verification_to_json(result));
  return json;
}

}  // namespace

void add_verify_command(CLI::App& app, Action& chosen) {
  auto const options = std::make_shared<VerifyOptions>();
  auto* const command = app.add_subcommand("verify", "A training log against the prediction for its plan");
  command->add_option("--log", options->log, "What the training program printed, or Lightning's metrics.csv")
      ->type_name("FILE");
  command
      ->add_option("--plan", options->plan,
                   "The plan that ran: tp=8,pp=4,dp=16,... or a plan file: its recommended plan; FILE#2: its second")
      ->type_name("PLAN|FILE[#RANK]");
  command
      ->add_option("--format-of-log", options->log_format,
                   "megatron-lm, megatron-deepspeed, torchtitan, deepspeed, hugging-face, lightning, lightning-csv "
                   "(default: what it looks like)")
      ->type_name("NAME");
  command->add_flag("--calibrate", options->calibrate, "Add the run to the calibration in --output");
  command
      ->add_option(
          "--output", options->output,
          "Calibration to write, or to add to; - for standard output (default: the profile, where --machine is one)")
      ->type_name("FILE");
  add_job_options(*command, options->job, "the plan's own");
  add_format_option(*command, options->format);
  add_examples(*command, {"hpcadvise verify --log slurm-1234.out --plan plan.json",
                          "hpcadvise verify --log run.log --model llama-2-7b --machine lumi-g \\",
                          "    --plan tp=2,dp=32,micro_batch=1,global_batch=1024,sharding=zero1 \\",
                          "    --calibrate --output lumi-g.calibration.json",
                          "hpcadvise advise --model llama-2-7b --machine lumi-g --devices 128 \\",
                          "    --calibration lumi-g.calibration.json"});
  command->callback([options, &chosen] { chosen = [options](Output& o) { return run_verify_command(*options, o); }; });
}

ExitCode run_verify_command(VerifyOptions const& options, Output& output) {
  auto const verified = resolve(options);
  auto const& resolved = verified.resolved;
  auto const result = advisor::verify(verified.log, resolved.job, verified.plan, resolved.machine, resolved.estimate);
  std::optional<Calibrated> calibrated;
  if (options.calibrate) calibrated = calibrate(options, verified, result.measured);
  if (prints_calibration(options)) {
    output.out << profiles::print_json(profiles::calibration_to_json(calibrated->calibration));
    return ExitCode::done;
  }
  auto const sentence = calibrated ? calibration_sentence(*calibrated, options.output.empty()) : std::string();
  switch (options.format) {
    case Format::text: print_text(verified, result, sentence, output); break;
    case Format::markdown: print_markdown(verified, result, sentence, output); break;
    case Format::json: {
      auto json = to_json(verified, result, options);
      if (calibrated) json["calibration"] = profiles::calibration_to_json(calibrated->calibration);
      output.out << json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
      break;
    }
  }
  return ExitCode::done;
}

}  // namespace hpcadvise::cli
