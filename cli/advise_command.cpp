// SPDX-License-Identifier: Apache-2.0
#include "cli/advise_command.hpp"

#include "advisor/memory_verdict.hpp"
#include "advisor/plan_json.hpp"
#include "advisor/plan_search.hpp"
#include "advisor/published_support.hpp"
#include "cli/advise_answer.hpp"
#include "cli/plan_text.hpp"
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

namespace hpcadvise::cli {
namespace {

using advisor::RankedPlans;
using nlohmann::ordered_json;
using profiles::ExitCode;

Answer answer_for(AdviseOptions const& options, std::int64_t device_count, bool around) {
  Answer answer{device_count, resolve_job(options.job, device_count), {}, {}, {}};
  auto const& [job, machine, estimate_options, assumed] = answer.resolved;
  answer.ranked = advisor::search_plans(job, device_count, machine,
                                        {.keep = options.top, .estimate = estimate_options, .around = around});
  if (auto const* const best = answer.recommended()) {
    answer.batch = advisor::batch_advice(job, best->plan, machine, estimate_options);
    answer.cost = advisor::cost_of_run(job, *best, machine);
  }
  return answer;
}

ordered_json answer_to_json(Answer const& answer) {
  ordered_json json{{"model", advisor::model_to_json(answer.resolved.job.model)},
                    {"machine", advisor::machine_to_json(answer.resolved.machine)},
                    {"devices", answer.device_count},
                    {"job", advisor::job_to_json(answer.resolved.job)},
                    {"assumed", answer.resolved.assumed}};
  json.update(advisor::ranked_plans_to_json(answer.ranked));
  if (auto const* const best = answer.recommended())
    json["weak_ground"] = advisor::weak_ground(answer.resolved.job, best->plan, answer.resolved.machine);
  if (answer.batch) json["batch"] = batch_to_json(*answer.batch);
  if (answer.cost) json["cost"] = cost_to_json(*answer.cost);
  return json;
}

// What the star in the table means for this plan; of one that may not fit, what a safer one costs.
std::string recommendation_text(RankedPlans const& ranked, advisor::StepEstimate const& best) {
  auto const caveat = advisor::memory_caveat(best.memory);
  if (caveat.empty())
    return "* recommended: of those tied with the fastest, the simplest that leaves a tenth of the memory free";
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

void print_nearest(advisor::NearestPlan const& nearest, Output& output) {
  auto const& terminal = output.out_terminal;
  output.out << styled(terminal, Style::bad, "Nothing fits.") << " The plan that comes closest:\n"
             << "  " << wrapped(short_plan(nearest.estimate.plan), terminal.width, 4, 2) << '\n'
             << memory_section(nearest.estimate, terminal) << "What would make it fit:\n"
             << bullets(nearest.remedies, terminal);
}

std::string considered_text(RankedPlans const& ranked) {
  auto const count = [](std::int64_t plans) { return profiles::format_count(static_cast<double>(plans)); };
  std::string line =
      fmt::format("{} plans considered: {} estimated", count(ranked.considered), count(ranked.estimated));
  for (auto const& [reason, plans] : ranked.rejected) line += fmt::format("; {}: {}", reason, count(plans));
  return line + '.';
}

// The text answer without its bars.
void print_markdown(Answer const& answer, Output& output) {
  Terminal const plain{.width = 120};
  auto const& ranked = answer.ranked;
  output.out << "# Training plan\n\n" << heading_text(answer.resolved, answer.device_count, plain) << '\n';
  if (ranked.nearest)
    output.out << fmt::format("Nothing fits. The plan that comes closest, `{}`, needs {} too much, most of it {}.\n\n",
                              advisor::to_text(ranked.nearest->estimate.plan),
                              profiles::format_bytes(ranked.nearest->over_bytes), ranked.nearest->part)
               << bullets(ranked.nearest->remedies, plain);
  if (auto const* const best = answer.recommended())
    output.out << markdown_table(plans_table(ranked)) << '\n'
               << recommendation_text(ranked, *best) << "\n\n## Why\n\n"
               << bullets(ranked.plans[ranked.recommended.value_or(0)].why, plain) << '\n'
               << considered_text(ranked) << "\n\n## What this rests on\n\n"
               << bullets(basis(answer.resolved, *best), plain);
}

void print_trade_offs(RankedPlans const& ranked, Output& output) {
  if (ranked.plans.empty() || ranked.trade_offs.empty()) return;
  auto const& terminal = output.out_terminal;
  output.out << '\n'
             << styled(terminal, Style::bold, "Roomier or simpler") << '\n'
             << text_table(trade_offs_table(ranked), terminal, 2);
}

void print_answer(Answer const& answer, Output& output) {
  auto const& terminal = output.out_terminal;
  auto const& ranked = answer.ranked;
  output.out << heading_text(answer.resolved, answer.device_count, terminal) << '\n';
  if (ranked.nearest) print_nearest(*ranked.nearest, output);
  if (auto const* const best = answer.recommended()) {
    auto const chosen = ranked.recommended.value_or(0);
    output.out << text_table(plans_table(ranked), terminal)
               << styled(terminal, Style::dim, wrapped(recommendation_text(ranked, *best), terminal.width, 2)) << '\n'
               << '\n'
               << styled(terminal, Style::bold, fmt::format("Why {}", chosen + 1)) << '\n'
               << bullets(ranked.plans[chosen].why, terminal) << '\n'
               << styled(terminal, Style::bold, "Step: " + step_time_text(best->step_time_s)) << '\n'
               << terms_text(*best, terminal) << '\n'
               << memory_section(*best, terminal);
    print_trade_offs(ranked, output);
  }
  if (answer.batch) output.out << '\n' << batch_text(*answer.batch, answer.resolved.job, terminal);
  if (answer.cost) output.out << '\n' << cost_text(*answer.cost, terminal);
  if (!ranked.neighbours.empty()) output.out << '\n' << styled(terminal, Style::bold, "Other device counts") << '\n';
  for (auto const& neighbour : ranked.neighbours)
    output.out << "  - "
               << wrapped(fmt::format("{}: {} a step of {} sequences; {}", neighbour.device_count,
                                      profiles::format_seconds(neighbour.step_time_s), neighbour.global_batch,
                                      neighbour.why),
                          terminal.width, 4, 4)
               << '\n';
  if (auto const* const best = answer.recommended()) output.out << '\n' << basis_text(answer.resolved, *best, terminal);
  output.out << '\n';
  output.out << styled(terminal, Style::dim, wrapped(considered_text(ranked), terminal.width, 2)) << '\n';
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
  output.out << markdown_table(scaling_table(answers)) << '\n' << bullets(scaling_footnotes(answers), {.width = 120});
  if (auto const costs = run_costs_table(answers); !costs.rows.empty())
    output.out << "\n## " << run_costs_heading(answers) << "\n\n" << markdown_table(costs);
}

std::vector<Answer> all_answers(AdviseOptions const& options, std::vector<std::int64_t> const& counts) {
  std::vector<Answer> answers;
  for (std::int64_t const count : counts) answers.push_back(answer_for(options, count, counts.size() == 1));
  return answers;
}

}  // namespace

void add_advise_command(CLI::App& app, Action& chosen) {
  auto const options = std::make_shared<AdviseOptions>();
  auto* const command = app.add_subcommand("advise", "How to train this model on these devices, and why");
  add_job_options(*command, options->job);
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
  auto const [counts, note] = sweep_counts(options.job, options.devices);
  if (!note.empty()) output.log << wrapped(note, output.log_terminal.width, 2) << '\n';
  auto const answers = all_answers(options, counts);
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
