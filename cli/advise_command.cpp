// SPDX-License-Identifier: Apache-2.0
#include "cli/advise_command.hpp"

#include "advisor/memory_verdict.hpp"
#include "advisor/plan_json.hpp"
#include "advisor/plan_search.hpp"
#include "advisor/published_support.hpp"
#include "cli/advise_answer.hpp"
#include "cli/job_json.hpp"
#include "cli/plan_text.hpp"
#include "cli/plan_words.hpp"
#include "cli/run_text.hpp"
#include "cli/sweep_counts.hpp"
#include "cli/sweep_text.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <ostream>
#include <utility>

namespace hpcadvise::cli {
namespace {

using advisor::RankedPlans;
using nlohmann::ordered_json;
using profiles::ExitCode;

Answer answer_for(AdviseOptions const& options, std::int64_t device_count, bool around) {
  Answer answer{device_count, resolve_job(options.job, device_count), {}, {}, {}};
  auto const& job = answer.resolved.job;
  auto const& machine = answer.resolved.machine;
  auto const& estimate_options = answer.resolved.estimate;
  answer.ranked = advisor::search_plans(job, device_count, machine,
                                        {.keep = options.top, .estimate = estimate_options, .around = around});
  if (auto const* const best = answer.recommended()) {
    answer.batch = advisor::batch_advice(job, best->plan, machine, estimate_options);
    answer.cost = advisor::cost_of_run(job, *best, machine);
  }
  return answer;
}

ordered_json answer_to_json(Answer const& answer) {
  ordered_json json = resolved_to_json(answer.resolved, answer.device_count);
  json.update(advisor::ranked_plans_to_json(answer.ranked));
  if (auto const* const best = answer.recommended())
    json["published_runs"] = advisor::on_published_runs(answer.resolved.job, best->plan, answer.resolved.machine,
                                                        answer.resolved.estimate.framework);
  if (answer.batch) json["batch"] = batch_to_json(*answer.batch);
  if (answer.cost) json["cost"] = cost_to_json(*answer.cost);
  return json;
}

// What the star in the table means for this plan; of one that may not fit, what a safer one costs.
std::string recommendation_text(RankedPlans const& ranked, advisor::StepEstimate const& best) {
  auto const caveat = advisor::memory_caveat(best.memory);
  auto const& fastest = ranked.plans.front();
  if (caveat.empty() && ranked.plans[ranked.recommended.value_or(0)].tied_with_best)
    return "* recommended: of those tied with the fastest that leave a tenth of the memory free, the surest, then the "
           "simplest that none beats in both time and memory";
  if (caveat.empty())
    return fmt::format(
        "* recommended: it leaves a tenth of the memory free; the fastest takes {:.1f} % less time, but fills {} of "
        "it and may not run",
        100 * (1 - fastest.estimate.step_time_s.median / best.step_time_s.median),
        profiles::format_ratio_as_percent(fastest.estimate.memory.total_bytes() /
                                          fastest.estimate.memory.capacity_bytes));
  advisor::StepEstimate const* roomy = nullptr;
  for (auto const* const plans : {&ranked.plans, &ranked.trade_offs})
    for (auto const& plan : *plans)
      if (advisor::memory_caveat(plan.estimate.memory).empty() &&
          (roomy == nullptr || plan.estimate.step_time_s.median < roomy->step_time_s.median))
        roomy = &plan.estimate;
  return fmt::format("* recommended, but {}; {}", caveat,
                     roomy == nullptr ? "no plan up to 20 % slower leaves a tenth free"
                                      : fmt::format("the fastest that leaves a tenth free is {:.1f} % slower: {}",
                                                    100 * (roomy->step_time_s.median / best.step_time_s.median - 1),
                                                    short_plan(roomy->plan)));
}

std::string shown_forms_text(RankedPlans const& ranked) {
  std::vector<advisor::ParallelPlan> shown;
  for (auto const* const plans : {&ranked.plans, &ranked.trade_offs})
    for (auto const& plan : *plans) shown.push_back(plan.estimate.plan);
  return short_forms_text(shown);
}

std::string considered_text(RankedPlans const& ranked) {
  auto const count = [](std::int64_t plans) { return profiles::format_count(static_cast<double>(plans)); };
  std::string line = fmt::format("{} considered: {} estimated", profiles::format_counted(ranked.considered, "plan"),
                                 count(ranked.estimated));
  for (auto const& [reason, plans] : ranked.rejected) line += fmt::format("; {}: {}", reason, count(plans));
  return line + '.';
}

Section neighbours_section(std::vector<advisor::Neighbour> const& neighbours) {
  Section section{.heading = "Other device counts, the fastest plan of each"};
  for (auto const& neighbour : neighbours)
    section.sentences.push_back(
        fmt::format("{}: {} a step of {}; {}", profiles::format_count(double(neighbour.device_count)),
                    profiles::format_seconds(neighbour.step_time_s),
                    profiles::format_counted(neighbour.global_batch, "sequence"), neighbour.why));
  return section;
}

// Behind the table of plans.
std::vector<Section> sections_of(Answer const& answer) {
  auto const& ranked = answer.ranked;
  std::vector<Section> sections;
  if (ranked.nearest) {
    auto const& nearest = *ranked.nearest;
    sections.push_back({.heading = "Nothing fits.",
                        .remark = "The plan that comes closest: " + short_plan(nearest.estimate.plan),
                        .heading_style = Style::bad});
    sections.push_back(memory_section(nearest.estimate.memory));
    sections.push_back({.heading = "What would make it fit", .sentences = nearest.remedies});
  }
  auto const* const best = answer.recommended();
  if (best != nullptr) {
    auto const chosen = ranked.recommended.value_or(0);
    sections.push_back({.heading = fmt::format("Why {}", chosen + 1), .sentences = ranked.plans[chosen].why});
    sections.push_back(step_section("Step", *best));
    sections.push_back(memory_section(best->memory));
    if (!ranked.trade_offs.empty())
      sections.push_back({.heading = "Roomier or simpler", .table = trade_offs_table(ranked)});
  }
  if (answer.batch) sections.push_back(batch_section(*answer.batch, answer.resolved.job));
  if (answer.cost) sections.push_back(cost_section(*answer.cost));
  if (!ranked.neighbours.empty()) sections.push_back(neighbours_section(ranked.neighbours));
  if (best != nullptr)
    if (auto basis = basis_section(answer.resolved, *best); !basis.sentences.empty())
      sections.push_back(std::move(basis));
  return sections;
}

void print_answer(Answer const& answer, Output& output) {
  auto const& terminal = output.out_terminal;
  auto const& ranked = answer.ranked;
  output.out << heading_text(answer.resolved, answer.device_count, terminal);
  if (auto const* const best = answer.recommended())
    output.out << '\n'
               << text_table(plans_table(ranked), terminal)
               << styled(terminal, Style::dim, wrapped(recommendation_text(ranked, *best), terminal.width, 2)) << '\n'
               << styled(terminal, Style::dim, wrapped(shown_forms_text(ranked), terminal.width, 2)) << "\n\n"
               << fmt::format("Plan {}, as --plan takes it:\n", ranked.recommended.value_or(0) + 1)
               << plan_option_text(best->plan, terminal) << '\n';
  for (auto const& section : sections_of(answer)) output.out << '\n' << text_section(section, terminal);
  output.out << '\n' << styled(terminal, Style::dim, wrapped(considered_text(ranked), terminal.width, 2)) << '\n';
}

void print_markdown(Answer const& answer, Output& output) {
  auto const& ranked = answer.ranked;
  output.out << heading_markdown(answer.resolved, answer.device_count);
  // The star is no bullet.
  if (auto const* const best = answer.recommended())
    output.out << '\n'
               << markdown_table(plans_table(ranked)) << "\n\\" << recommendation_text(ranked, *best) << "\n\n"
               << shown_forms_text(ranked) << '\n'
               << fmt::format("\nPlan {}, as `--plan` takes it: `{}`\n", ranked.recommended.value_or(0) + 1,
                              advisor::to_text(best->plan));
  for (auto const& section : sections_of(answer)) output.out << '\n' << markdown_section(section);
  output.out << '\n' << considered_text(ranked) << '\n';
}

ordered_json sweep_to_json(std::vector<Answer> const& answers) {
  auto sweep = ordered_json::array();
  for (auto const& answer : answers) sweep.push_back(answer_to_json(answer));
  return {{"sweep", std::move(sweep)}, {"scaling", scaling_to_json(answers)}};
}

void print_sweep(std::vector<Answer> const& answers, Output& output) {
  auto const& terminal = output.out_terminal;
  output.out << sweep_heading(answers, terminal) << '\n' << text_table(scaling_table(answers), terminal);
  for (auto const& note : scaling_footnotes(answers))
    output.out << styled(terminal, Style::dim, wrapped(note, terminal.width, 2)) << '\n';
  if (auto const costs = run_costs_table(answers); !costs.rows.empty())
    output.out << '\n'
               << styled(terminal, Style::bold, wrapped(run_costs_heading(answers), terminal.width, 2)) << '\n'
               << text_table(costs, terminal);
}

void print_sweep_markdown(std::vector<Answer> const& answers, Output& output) {
  output.out << sweep_heading_markdown(answers) << '\n'
             << markdown_table(scaling_table(answers)) << '\n'
             << markdown_bullets(scaling_footnotes(answers));
  if (auto const costs = run_costs_table(answers); !costs.rows.empty())
    output.out << "\n## " << run_costs_heading(answers) << "\n\n" << markdown_table(costs);
}

std::vector<Answer> all_answers(AdviseOptions const& options) {
  auto const [counts, note] = sweep_counts(options.job, options.devices);
  std::vector<Answer> answers;
  for (std::int64_t const count : counts) {
    answers.push_back(answer_for(options, count, counts.size() == 1));
    if (!note.empty()) answers.back().resolved.notes.push_back(note);
  }
  return answers;
}

}  // namespace

void add_advise_command(CLI::App& app, Action& chosen) {
  auto const options = std::make_shared<AdviseOptions>();
  auto* const command = app.add_subcommand("advise", "How to train this model on these devices, and why");
  add_job_options(*command, options->job, "about 4 M tokens, at most the critical batch; to fine-tune 64 sequences");
  add_tokens_option(*command, options->job);
  command->add_option("--devices", options->devices, "How many: 64, or 8..1024 for a sweep")
      ->required()
      ->type_name("COUNT");
  command->add_option("--top", options->top, "How many plans to show")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100}).description(""))
      ->capture_default_str()
      ->type_name("COUNT");
  add_format_option(*command, options->format);
  add_examples(*command,
               {"hpcadvise advise --model llama-2-7b --machine lumi-g --devices 64 \\",
                "    --sequence-length 4096 --global-batch 1024",
                "hpcadvise advise --model my/config.json --machine leonardo-booster --devices 8..512",
                "hpcadvise advise --model llama-3-70b --machine leonardo-booster --devices 8 --fine-tune lora",
                "hpcadvise advise --model mistral-7b --devices 16 \\",
                "    --machine device=h100-sxm-80gb,devices-per-node=8,network-gbit-per-device=400"});
  command->callback([options, &chosen] { chosen = [options](Output& o) { return run_advise_command(*options, o); }; });
}

ExitCode run_advise_command(AdviseOptions const& options, Output& output) {
  auto const answers = all_answers(options);
  bool const sweep = answers.size() > 1;
  switch (options.format) {
    case Format::json: {
      if (!sweep) {
        output.out << answer_to_json(answers.front()).dump(2) << '\n';
        break;
      }
      output.out << sweep_to_json(answers).dump(2) << '\n';
      break;
    }
    case Format::markdown:
      if (sweep)
        print_sweep_markdown(answers, output);
      else
        print_markdown(answers.front(), output);
      break;
    case Format::text:
      if (sweep)
        print_sweep(answers, output);
      else
        print_answer(answers.front(), output);
      break;
  }
  for (auto const& answer : answers)
    if (answer.recommended() != nullptr) return ExitCode::done;
  return ExitCode::nothing_fits;
}

}  // namespace hpcadvise::cli
