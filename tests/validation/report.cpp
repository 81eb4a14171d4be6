// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <fmt/format.h>

namespace hpcadvise::validation {
namespace {

using advisor::FittedConstants;

std::string percent(double ratio) { return fmt::format("{:.1f} %", 100 * ratio); }

std::string source_of(Case const& each) { return each.row.source_group; }
std::string device_of(Case const& each) { return each.row.device; }
std::string family_of(Case const& each) { return each.row.family.empty() ? "not stated" : each.row.family; }
std::string sharding_of(Case const& each) { return std::string(advisor::to_string(each.row.run->plan.sharding)); }

void add_summary_row(std::string& page, std::string_view name, std::vector<Case> const& cases,
                     std::vector<double> const& residuals, std::vector<double> const& sigmas) {
  auto const errors = errors_of(residuals, sigmas);
  page +=
      fmt::format("| {} | {} | {} | {} | {} | {} |\n", name, errors.count, percent(errors.median), percent(errors.mean),
                  percent(median_over_sources(cases, residuals, sigmas)), percent(errors.inside_share));
}

void add_groups(std::string& page, std::string_view title, Validation const& v, KeyOf const& key_of) {
  page += fmt::format("\n| {} | runs | median | mean | bias | inside P10-P90 | median in sample |\n", title);
  page += "|---|---:|---:|---:|---:|---:|---:|\n";
  auto const left_out = errors_by(v.cases, v.left_out, v.sigmas, key_of);
  auto const in_sample = errors_by(v.cases, v.in_sample, v.sigmas, key_of);
  for (std::size_t i = 0; i < left_out.size(); ++i) {
    auto const& errors = left_out[i].errors;
    page += fmt::format("| {} | {} | {} | {} | {:+.3f} | {} | {} |\n", left_out[i].name, errors.count,
                        percent(errors.median), percent(errors.mean), errors.bias, percent(errors.inside_share),
                        percent(in_sample[i].errors.median));
  }
}

void add_constants(std::string& page, Validation const& v) {
  page += "\n| constant | fitted | prior | held |\n|---|---:|---:|---|\n";
  for (auto const& row : advisor::fitted_rows())
    page += fmt::format("| `{}` | {:.3g} | {:.3g} | {} |\n", row.name, v.fitted.*row.value, row.prior,
                        row.prior_log_sigma > 0 ? "" : "yes");
}

void add_orders(std::string& page, Validation const& v) {
  page +=
      "\n| | pairs | right way round | problems | regret, median | regret, mean |\n|---|---:|---:|---:|---:|---:|\n";
  auto const add = [&](std::string_view name, std::vector<double> const& residuals) {
    auto const order = order_score(v.cases, residuals);
    page += fmt::format("| {} | {} | {} | {} | {} | {} |\n", name, order.pairs, percent(order.right_share),
                        order.problems, percent(order.median_regret), percent(order.mean_regret));
  };
  add("in sample", v.in_sample);
  add("leaving the source out", v.left_out);
}

void add_unfitted(std::string& page, Validation const& v) {
  page += "\n| source | runs | median | mean | bias | inside P10-P90 |\n|---|---:|---:|---:|---:|---:|\n";
  for (auto const& group : errors_by(v.unfitted, v.of_unfitted, v.unfitted_sigmas, source_of))
    page += fmt::format("| {} | {} | {} | {} | {:+.3f} | {} |\n", group.name, group.errors.count,
                        percent(group.errors.median), percent(group.errors.mean), group.errors.bias,
                        percent(group.errors.inside_share));
}

}  // namespace

Validation validate(std::filesystem::path const& runs) {
  Validation v;
  v.rows = advisor::read_runs(runs);
  v.cases = step_time_cases(v.rows);
  v.unfitted = unfitted_cases(v.rows);
  auto const priors = advisor::prior_constants();
  v.fitted = fit(v.cases, priors);
  v.sigmas = log_sigmas(v.cases, {});
  v.unfitted_sigmas = log_sigmas(v.unfitted, {});
  v.from_priors = residuals(v.cases, priors);
  v.in_sample = residuals(v.cases, v.fitted);
  v.left_out = residuals_leaving_sources_out(v.cases, priors);
  v.of_unfitted = residuals(v.unfitted, v.fitted);
  return v;
}

double median_over_sources(std::vector<Case> const& cases, std::vector<double> const& residuals,
                           std::vector<double> const& sigmas) {
  std::vector<double> medians;
  for (auto const& group : errors_by(cases, residuals, sigmas, source_of)) medians.push_back(group.errors.median);
  return median(medians);
}

std::string markdown(Validation const& v) {
  auto const memory = memory_score(v.rows);
  std::string page = R"(# What the predictions are worth

`hpcadvise-validate` writes this page from the published runs in `tests/validation/published_runs.csv`; a test compares it with
the program's output, and holds the limits that may only be tightened. Nothing here was measured with hpcadvise.

Errors are of step time, |predicted / measured - 1|. "Leaving the source out": every fitted constant is fitted again without any
run of that source, and that source predicted: what a run on a machine that nobody has fitted can expect. Bias is the mean of
log(predicted / measured): below 0 is too fast. Runs that differ in nothing that is stated differ by 7 % in the median.

The structure of the model and some priors were chosen after errors on these same sources had been seen, so leaving a source out
still flatters a little (the priors alone do as well). The rows that were never fitted guard against that, but each lacks something:
what they say is how wrong a prediction is when recomputation, micro-batch or software are guessed.

| | runs | median | mean | median over sources | inside P10-P90 | the same, mean over sources |
|---|---:|---:|---:|---:|---:|---:|
)";
  add_summary_row(page, "leaving the source out", v.cases, v.left_out, v.sigmas);
  add_summary_row(page, "in sample", v.cases, v.in_sample, v.sigmas);
  add_summary_row(page, "priors only, nothing fitted", v.cases, v.from_priors, v.sigmas);
  add_summary_row(page, "never fitted (tier B, and JZV)", v.unfitted, v.of_unfitted, v.unfitted_sigmas);

  page += "\n## Leaving each source out\n";
  add_groups(page, "source", v, source_of);
  add_groups(page, "device", v, device_of);
  add_groups(page, "family", v, family_of);
  add_groups(page, "sharding", v, sharding_of);

  page += "\n## Sources that were never fitted\n\nSomething is not stated in each of these rows, or doubtful.\n";
  add_unfitted(page, v);

  page += R"(
## The order of plans

Plans of one problem: the same source, device, number of devices, model, sequence, global batch and precision. Pairs are of different
plans whose measured times differ by more than 5 %. Regret: how much slower the plan predicted fastest was than the one measured fastest.
)";
  add_orders(page, v);

  page += fmt::format(R"(
## Memory

| | |
|---|---:|
| published peaks | {} |
| median error | {} |
| runs that ran | {} |
| of these called infeasible | {} ({}) |
| runs that ran out of memory | {} |
| of these called infeasible | {} |

Three of those that ran out of memory are not called: JZV-008 and JZV-027, both with large logits on the last stage of a pipeline,
and BLOOM-116, which no sum of tensors explains: a like plan of a larger model ran. Peaks are compared with what the allocator
holds, whatever the source measured: few say which of the two it is.
)",
                      memory.peak_count, percent(memory.median_error), memory.ran, memory.ran_but_called_infeasible,
                      percent(static_cast<double>(memory.ran_but_called_infeasible) / static_cast<double>(memory.ran)),
                      memory.out_of_memory, memory.out_of_memory_called);

  page += R"(
## The constants

Fitted on all sources together; the priors are what was known before any published step was seen. What each is, where its prior comes
from and which probe would measure it stands in cost_model.md. None is keyed by a source, a run, a model or a system.
)";
  add_constants(page, v);
  return page;
}

}  // namespace hpcadvise::validation
