// SPDX-License-Identifier: Apache-2.0
#include "cli/estimate_command.hpp"

#include "advisor/plan_json.hpp"
#include "advisor/published_runs.hpp"
#include "cli/plan_option.hpp"
#include "cli/plan_text.hpp"
#include "cli/run_text.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace hpcadvise::cli {
namespace {

using profiles::ExitCode;

void print_estimate(ResolvedJob const& resolved, advisor::StepEstimate const& estimate, Output& output) {
  auto const& terminal = output.out_terminal;
  auto const& memory = estimate.memory;
  output.out << heading_text(resolved, estimate.plan.device_count(), terminal) << '\n'
             << "As --plan takes it:\n"
             << advisor::to_text(estimate.plan) << "\n\n"
             << styled(terminal, Style::bold, "Step: " + step_time_text(estimate.step_time_s)) << '\n'
             << fmt::format("{:.0f} tokens/s a device, {} a device, MFU {} of the dense peak\n",
                            estimate.tokens_per_s_per_device,
                            profiles::format_flops_per_s(estimate.model_flops_per_s_per_device),
                            profiles::format_ratio_as_percent(estimate.mfu_of_dense_peak))
             << terms_text(estimate, terminal) << '\n'
             << styled(terminal, memory.fits() ? Style::bold : Style::bad,
                       fmt::format(
                           "Memory on the fullest device: {} of {}{}", profiles::format_bytes(memory.total_bytes()),
                           profiles::format_bytes(memory.capacity_bytes),
                           memory.fits_undisturbed() ? ""
                           : memory.fits()
                               ? ": tight, the allocator will have to give back what it holds"
                               : fmt::format(": does not fit; the largest part is {}", advisor::largest_part(memory))))
             << '\n'
             << memory_text(estimate, terminal);
  if (auto const cost = advisor::cost_of_run(resolved.job, estimate, resolved.machine))
    output.out << '\n' << cost_text(*cost, terminal);
  output.out << '\n' << basis_text(resolved.machine, estimate, terminal);
}

ExitCode estimate_table(EstimateCommandOptions const& options, Output& output) {
  if (options.format == Format::markdown)
    throw profiles::UsageError("--format markdown: a table of runs is answered as CSV (text) or JSON", "");
  auto const results = advisor::estimate_runs(options.runs);
  output.out << (options.format == Format::json ? advisor::runs_to_json(results) : advisor::runs_to_csv(results));
  return ExitCode::done;
}

Table markdown_rows(advisor::StepEstimate const& estimate) {
  Table table{{{"Figure"}, {"Value", Align::right}}, {}};
  table.rows.push_back({"plan", advisor::to_text(estimate.plan)});
  table.rows.push_back({"step", step_time_text(estimate.step_time_s)});
  for (auto const& row : advisor::term_rows())
    table.rows.push_back({std::string(row.label), profiles::format_seconds(estimate.terms.*row.value)});
  table.rows.push_back({"memory", profiles::format_bytes(estimate.memory.total_bytes())});
  table.rows.push_back({"capacity", profiles::format_bytes(estimate.memory.capacity_bytes)});
  return table;
}

}  // namespace

void add_estimate_command(CLI::App& app, Action& chosen) {
  auto const options = std::make_shared<EstimateCommandOptions>();
  auto* const command = app.add_subcommand("estimate", "Step time and memory of one given plan, or of a table of runs");
  auto* const runs =
      command->add_option("--runs", options->runs, "CSV of runs: a prediction for each row, as CSV or JSON")
          ->type_name("FILE");
  command->add_option("--plan", options->plan, "tp=8,pp=4,dp=16,micro_batch=1,... or a plan file")
      ->type_name("PLAN|FILE")
      ->excludes(runs);
  add_job_options(*command, options->job);
  add_format_option(*command, options->format);
  add_examples(*command, {"hpcadvise estimate --model llama-2-7b --machine lumi-g --sequence-length 4096 \\",
                          "    --plan tp=2,dp=32,micro_batch=1,global_batch=1024,sharding=zero1",
                          "hpcadvise estimate --runs runs.csv", "hpcadvise estimate --runs runs.csv --format json"});
  command->callback(
      [options, &chosen] { chosen = [options](Output& o) { return run_estimate_command(*options, o); }; });
}

ExitCode run_estimate_command(EstimateCommandOptions const& options, Output& output) {
  if (!options.runs.empty()) return estimate_table(options, output);
  if (options.plan.empty())
    throw profiles::UsageError("estimate needs --plan or --runs",
                               "Such as --plan tp=2,dp=32,micro_batch=1,global_batch=1024");

  auto job_options = options.job;
  take_job_of_plan(options.plan, job_options);
  std::vector<std::string> assumed;
  auto const plan = read_plan(options.plan, job_options.global_batch, assumed);
  if (!job_options.global_batch) job_options.global_batch = plan.global_batch;
  auto resolved = resolve_job(job_options, plan.device_count());
  resolved.assumed.insert(resolved.assumed.end(), assumed.begin(), assumed.end());
  if (resolved.job.global_batch != plan.global_batch)
    throw profiles::UsageError(fmt::format("--global-batch {} and global_batch={} of --plan differ",
                                           resolved.job.global_batch, plan.global_batch),
                               "Leave one of them out.");
  if (auto const problem = advisor::plan_problem(resolved.job, plan, resolved.machine); !problem.empty())
    throw profiles::UsageError(fmt::format("--plan {}: {}", options.plan, problem), "");

  refuse_ragged_batch(plan);
  auto const estimate = advisor::estimate_step(resolved.job, plan, resolved.machine, resolved.estimate);
  switch (options.format) {
    case Format::text: print_estimate(resolved, estimate, output); break;
    case Format::markdown: output.out << markdown_table(markdown_rows(estimate)); break;
    case Format::json: {
      nlohmann::ordered_json json{{"model", advisor::model_to_json(resolved.job.model)},
                                  {"machine", advisor::machine_to_json(resolved.machine)},
                                  {"devices", plan.device_count()},
                                  {"job", advisor::job_to_json(resolved.job)},
                                  {"assumed", resolved.assumed}};
      json.update(advisor::estimate_to_json(estimate));
      if (auto const cost = advisor::cost_of_run(resolved.job, estimate, resolved.machine))
        json["cost"] = cost_to_json(*cost);
      output.out << json.dump(2) << '\n';
      break;
    }
  }
  return estimate.memory.fits() ? ExitCode::done : ExitCode::nothing_fits;
}

}  // namespace hpcadvise::cli
