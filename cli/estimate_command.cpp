// SPDX-License-Identifier: Apache-2.0
#include "cli/estimate_command.hpp"

#include "advisor/explain.hpp"
#include "advisor/plan_changes.hpp"
#include "advisor/plan_json.hpp"
#include "advisor/published_runs.hpp"
#include "advisor/published_support.hpp"
#include "cli/job_json.hpp"
#include "cli/plan_option.hpp"
#include "cli/plan_text.hpp"
#include "cli/plan_words.hpp"
#include "cli/run_text.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace hpcadvise::cli {
namespace {

using profiles::ExitCode;

// Found only for a plan that does not fit with all that the allocator likes to hold.
std::vector<advisor::Remedy> changes_for(ResolvedJob const& resolved, advisor::StepEstimate const& estimate) {
  if (estimate.memory.fits_undisturbed()) return {};
  return advisor::changes_that_fit(resolved.job, estimate, resolved.machine, resolved.estimate);
}

// Of a plan that runs.
std::optional<advisor::RunCost> cost_for(ResolvedJob const& resolved, advisor::StepEstimate const& estimate) {
  if (!estimate.memory.fits()) return std::nullopt;
  return advisor::cost_of_run(resolved.job, estimate, resolved.machine);
}

// As advise says it of its plans.
std::vector<std::string> why_of(ResolvedJob const& resolved, advisor::StepEstimate const& estimate) {
  return advisor::explain(resolved.job, estimate, resolved.machine, resolved.estimate);
}

std::vector<Section> sections_of(ResolvedJob const& resolved, advisor::StepEstimate const& estimate) {
  std::vector<Section> sections{memory_section(estimate.memory)};
  Section changes{.heading = "What would make room"};
  for (auto const& change : changes_for(resolved, estimate)) changes.sentences.push_back(advisor::sentence(change));
  if (!changes.sentences.empty()) sections.push_back(std::move(changes));
  sections.push_back(step_section(estimate.memory.fits() ? "Step" : "Step, if it fitted", estimate));
  sections.back().remark = fmt::format("{} tokens/s a device, {} a device, MFU {} of the dense peak",
                                       profiles::format_count(estimate.tokens_per_s_per_device),
                                       profiles::format_flops_per_s(estimate.model_flops_per_s_per_device),
                                       profiles::format_ratio_as_percent(estimate.mfu_of_dense_peak));
  sections.push_back({.heading = "About this plan", .sentences = why_of(resolved, estimate)});
  if (auto const cost = cost_for(resolved, estimate)) sections.push_back(cost_section(*cost));
  if (auto basis = basis_section(resolved, estimate); !basis.sentences.empty()) sections.push_back(std::move(basis));
  return sections;
}

void print_estimate(ResolvedJob const& resolved, advisor::StepEstimate const& estimate, Output& output) {
  auto const& terminal = output.out_terminal;
  output.out << heading_text(resolved, estimate.plan.device_count(), terminal) << '\n'
             << "As --plan takes it:\n"
             << plan_option_text(estimate.plan, terminal) << '\n';
  for (auto const& section : sections_of(resolved, estimate)) output.out << '\n' << text_section(section, terminal);
}

void print_markdown(ResolvedJob const& resolved, advisor::StepEstimate const& estimate, Output& output) {
  output.out << heading_markdown(resolved, estimate.plan.device_count())
             << fmt::format("\nAs `--plan` takes it: `{}`\n", advisor::to_text(estimate.plan));
  for (auto const& section : sections_of(resolved, estimate)) output.out << '\n' << markdown_section(section);
}

ExitCode estimate_table(EstimateCommandOptions const& options, Output& output) {
  auto const results = advisor::estimate_runs(options.runs);
  output.out << (options.runs_format == RunsFormat::json ? advisor::runs_to_json(results)
                                                         : advisor::runs_to_csv(results));
  if (std::none_of(results.begin(), results.end(), [](auto const& result) { return result.estimate.has_value(); }))
    throw profiles::UsageError(
        fmt::format("{}: no row could be estimated", options.runs.string()),
        results.empty() ? "There is none below the header." : fmt::format("The first: {}", results.front().reason));
  return ExitCode::done;
}

// Each row of a table says what it is a run of.
void refuse_beside_runs(CLI::App const& command) {
  std::vector<std::string> given;
  for (auto const* const option : command.get_options())
    if (option->count() > 0 && option->get_name() != "--runs" && option->get_name() != "--format")
      given.push_back(option->get_name());
  if (given.empty()) return;
  throw profiles::UsageError(
      fmt::format("{} beside --runs: each row of the table says that itself", fmt::join(given, ", ")),
      "Leave it out, or write it into a column: docs/runs_table.md lists them.");
}

// A table is answered as a table, a plan as other commands answer.
void take_runs_format(CLI::App const& command, EstimateCommandOptions& options) {
  auto const* const option = command.get_option("--format");
  if (option->count() == 0) return;
  auto const name = option->as<std::string>();
  if (options.runs.empty() && name == "csv")
    throw profiles::UsageError("--format csv: only a table of runs (--runs) is answered as CSV",
                               "Leave it out, or write --format json.");
  if (!options.runs.empty() && name != "csv" && name != "json")
    throw profiles::UsageError(fmt::format("--format {}: a table of runs (--runs) is answered as CSV or JSON", name),
                               "Leave it out for CSV, or write --format json.");
  options.runs_format = name == "json" ? RunsFormat::json : RunsFormat::csv;
}

}  // namespace

void add_estimate_command(CLI::App& app, Action& chosen) {
  auto const options = std::make_shared<EstimateCommandOptions>();
  auto* const command = app.add_subcommand("estimate", "Step time and memory of one given plan, or of a table of runs");
  command->add_option("--runs", options->runs, "CSV of runs: a prediction for each row, as CSV or JSON")
      ->type_name("FILE");
  command
      ->add_option("--plan", options->plan,
                   "tp=8,pp=4,dp=16,micro_batch=1,... or a plan file: its recommended plan; FILE#2: its second")
      ->type_name("PLAN|FILE[#RANK]");
  add_job_options(*command, options->job, "the plan's own");
  add_tokens_option(*command, options->job);
  add_format_option(*command, options->format, {"csv"}, "; with --runs csv, which is the default there, or json");
  add_examples(*command, {"hpcadvise estimate --model llama-2-7b --machine lumi-g --sequence-length 4096 \\",
                          "    --plan tp=2,dp=32,micro_batch=1,global_batch=1024,sharding=zero1",
                          "hpcadvise estimate --runs runs.csv", "hpcadvise estimate --runs runs.csv --format json"});
  command->callback([options, command, &chosen] {
    if (!options->runs.empty()) refuse_beside_runs(*command);
    take_runs_format(*command, *options);
    chosen = [options](Output& o) { return run_estimate_command(*options, o); };
  });
}

ExitCode run_estimate_command(EstimateCommandOptions const& options, Output& output) {
  if (!options.runs.empty()) return estimate_table(options, output);
  if (options.plan.empty())
    throw profiles::UsageError("estimate needs --plan or --runs",
                               "Such as --plan tp=2,dp=32,micro_batch=1,global_batch=1024");

  auto job_options = options.job;
  take_job_of_plan(options.plan, job_options);
  std::vector<std::string> assumed;
  auto plan = read_plan(options.plan, job_options.global_batch, assumed);
  if (!job_options.global_batch) job_options.global_batch = plan.global_batch;
  auto resolved = resolve_job(job_options, plan.device_count());
  resolved.assumed.insert(resolved.assumed.end(), assumed.begin(), assumed.end());
  take_framework_defaults(options.plan, plan, resolved);
  if (resolved.job.global_batch != plan.global_batch)
    throw profiles::UsageError(fmt::format("--global-batch {} and global_batch={} of --plan differ",
                                           resolved.job.global_batch, plan.global_batch),
                               "Leave one of them out.");
  refuse_what_framework_lacks(options.plan, plan, resolved.estimate.framework);
  if (auto const problem = advisor::plan_problem(resolved.job, plan, resolved.machine, resolved.estimate.framework);
      !problem.empty())
    throw profiles::UsageError(fmt::format("--plan {}: {}", options.plan, problem.what), problem.next_step);
  refuse_ragged_batch(plan);
  auto const estimate = advisor::estimate_step(resolved.job, plan, resolved.machine, resolved.estimate);
  switch (options.format) {
    case Format::text: print_estimate(resolved, estimate, output); break;
    case Format::markdown: print_markdown(resolved, estimate, output); break;
    case Format::json: {
      nlohmann::ordered_json json = resolved_to_json(resolved, plan.device_count());
      json.update(advisor::estimate_to_json(estimate));
      json["why"] = why_of(resolved, estimate);
      json["published_runs"] =
          advisor::on_published_runs(resolved.job, plan, resolved.machine, resolved.estimate.framework);
      if (auto const changes = changes_for(resolved, estimate); !changes.empty())
        json["changes"] = advisor::changes_to_json(changes);
      if (auto const cost = cost_for(resolved, estimate)) json["cost"] = cost_to_json(*cost);
      output.out << json.dump(2) << '\n';
      break;
    }
  }
  return estimate.memory.fits() ? ExitCode::done : ExitCode::nothing_fits;
}

}  // namespace hpcadvise::cli
