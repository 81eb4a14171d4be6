// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "page.hpp"
#include "targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace hpcadvise::validation {
namespace {

using advisor::FittedConstants;

std::string family_of(Case const& each) { return each.row.family.empty() ? "not stated" : each.row.family; }
std::string sharding_of(Case const& each) { return std::string(advisor::to_string(each.row.run->plan.sharding)); }

void add_summary_row(std::string& page, std::string_view name, std::vector<Case> const& cases,
                     std::vector<double> const& residuals, std::vector<double> const& sigmas) {
  auto const errors = errors_of(residuals, sigmas);
  page += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", name, errors.count, percent(errors.median),
                      percent(errors.mean), percent(median_over_sources(cases, residuals, sigmas)),
                      percent(errors.inside_share), percent(inside_over_sources(cases, residuals, sigmas)));
}

struct Predicted {
  std::vector<Case> const& cases;
  std::vector<double> const& left_out;
  std::vector<double> const& in_sample;
  std::vector<double> const& sigmas;
};

void add_groups(std::string& page, std::string_view title, Predicted const& v, KeyOf const& key_of) {
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

void add_devices(std::string& page, Validation const& v) {
  page += R"(
A machine that nobody has fitted may have another device. Spread: the root mean square of log(predicted / measured), with the source
left out of the fit, and with all other runs on that device left out as well.

| device | runs | spread, source left out | source and device |
|---|---:|---:|---:|
)";
  auto const without_source = errors_by(v.cases, v.left_out, v.sigmas, device_of);
  auto const without_device = errors_by(v.cases, v.device_left_out, v.sigmas, device_of);
  for (std::size_t i = 0; i < without_source.size(); ++i)
    page += fmt::format("| {} | {} | {:.3f} | {:.3f} |\n", without_source[i].name, without_source[i].errors.count,
                        without_source[i].errors.spread, without_device[i].errors.spread);
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

void add_anchored(std::string& page, Validation const& v) {
  page += "\n| machine | runs | before | on one | on three | left out: before | on one | on three |\n";
  page += "|---|---:|---:|---:|---:|---:|---:|---:|\n";
  struct Column {
    std::vector<AnchoredErrors> one, three;
  };
  auto const column = [&](std::vector<double> const& residuals) {
    return Column{errors_after_anchoring(v.cases, residuals, 1), errors_after_anchoring(v.cases, residuals, 3)};
  };
  auto const shipped = column(v.in_sample);
  auto const left_out = column(v.left_out);
  auto const after = [](std::vector<AnchoredErrors> const& machines, std::string const& name) {
    auto const machine =
        std::find_if(machines.begin(), machines.end(), [&](auto const& each) { return each.machine == name; });
    return machine == machines.end() ? std::string("-") : percent(machine->after);
  };
  for (std::size_t i = 0; i < shipped.one.size(); ++i) {
    auto const& name = shipped.one[i].machine;
    page += fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} |\n", name, shipped.one[i].runs,
                        percent(shipped.one[i].before), percent(shipped.one[i].after), after(shipped.three, name),
                        percent(left_out.one[i].before), percent(left_out.one[i].after), after(left_out.three, name));
  }
  page += fmt::format("| median over machines | | {} | {} | {} | {} | {} | {} |\n", percent(median_before(shipped.one)),
                      percent(median_after(shipped.one)), percent(median_after(shipped.three)),
                      percent(median_before(left_out.one)), percent(median_after(left_out.one)),
                      percent(median_after(left_out.three)));
  page += fmt::format("| inside P10-P90, mean over machines | | | {} | {} | | {} | {} |\n",
                      percent(inside_after(shipped.one)), percent(inside_after(shipped.three)),
                      percent(inside_after(left_out.one)), percent(inside_after(left_out.three)));
}

}  // namespace

Validation validate(std::filesystem::path const& tables) {
  Validation v;
  for (char const* const name : {"unseen", "later", "latest", "newest"})
    v.kept_aside.push_back(predict_unseen(tables / (std::string(name) + "_runs.csv"), name));
  v.rows = advisor::read_runs(tables / "published_runs.csv");
  v.cases = step_time_cases(v.rows);
  v.core = core_cases(v.rows);
  v.unfitted = unfitted_cases(v.rows);
  auto fitted = v.cases;
  fitted.insert(fitted.end(), v.core.begin(), v.core.end());
  auto const priors = advisor::prior_constants();
  v.fitted = fit(fitted, priors);
  v.sigmas = log_sigmas(v.cases, {});
  v.core_sigmas = log_sigmas(v.core, {});
  v.unfitted_sigmas = log_sigmas(v.unfitted, {});
  v.from_priors = residuals(v.cases, priors);
  v.in_sample = residuals(v.cases, v.fitted);
  v.core_in_sample = residuals(v.core, v.fitted);
  auto const left_out = residuals_leaving_out(of_same_source, fitted, priors);
  auto const headline = static_cast<std::ptrdiff_t>(v.cases.size());
  v.left_out.assign(left_out.begin(), left_out.begin() + headline);
  v.core_left_out.assign(left_out.begin() + headline, left_out.end());
  auto const devices_left_out = residuals_leaving_out(of_same_source_or_device, fitted, priors);
  v.device_left_out.assign(devices_left_out.begin(), devices_left_out.begin() + headline);
  v.of_unfitted = residuals(v.unfitted, v.fitted);
  return v;
}

std::string markdown(Validation const& v) {
  auto const memory = memory_score(v.rows);
  std::string page = R"(# What the predictions are worth

`hpcadvise-validate` writes this page from the published runs in the five tables of `tests/validation`; a test compares it with
the program's output, and holds the limits that may only be tightened. Nothing here was measured with hpcadvise.

Errors are of step time, |predicted / measured - 1|. "Leaving the source out": every fitted constant is fitted again without any
run of that source, and that source predicted: what a run on a machine that nobody has fitted can expect. Bias is the mean of
log(predicted / measured): below 0 is too fast. Runs that differ in nothing that is stated differ by 7 % in the median.

The structure of the model and some priors were chosen after errors on these same sources had been seen, so leaving a source out
still flatters (the priors alone do about as well, and what intervals and calibration rest on was set on the same errors). The four sets that nothing was fitted on do
not, and the newest one the least, but for the width of intervals, which was set on all of them together: what that was worth before stands beside each as "when first scored". Nor do the rows of the table that were never fitted, but each of these lacks something: what they say is how
wrong a prediction is when recomputation, micro-batch or software are guessed.

| | runs | median | mean | median over sources | inside P10-P90 | the same, mean over sources |
|---|---:|---:|---:|---:|---:|---:|
)";
  add_summary_row(page, "leaving the source out", v.cases, v.left_out, v.sigmas);
  add_summary_row(page, "in sample", v.cases, v.in_sample, v.sigmas);
  add_summary_row(page, "priors only, nothing fitted", v.cases, v.from_priors, v.sigmas);
  add_summary_row(page, "Megatron-Core, tier B, leaving the source out", v.core, v.core_left_out, v.core_sigmas);
  add_summary_row(page, "the same, in sample", v.core, v.core_in_sample, v.core_sigmas);
  add_summary_row(page, "never fitted (the rest of tier B, and JZV)", v.unfitted, v.of_unfitted, v.unfitted_sigmas);

  page += R"(
What was asked for, of the runs of the table with their source left out and of those that nothing was fitted on; what is missed is bold.
)";
  std::vector<Scored> sets{scored("published, source left out", v.rows, v.cases, v.left_out, v.sigmas)};
  for (Unseen const& set : v.kept_aside)
    sets.push_back(scored(set.name, set.rows, set.cases, set.residuals, set.sigmas));
  auto const all = together(v.kept_aside);
  sets.push_back(scored(all.name, all.rows, all.cases, all.residuals, all.sigmas));
  page += targets_table(sets);
  page += "\n## Leaving each source out\n";
  Predicted const headline{v.cases, v.left_out, v.in_sample, v.sigmas};
  add_groups(page, "source", headline, source_of);
  add_groups(page, "device", headline, device_of);
  add_groups(page, "family", headline, family_of);
  add_groups(page, "sharding", headline, sharding_of);
  add_devices(page, v);

  page += R"(
Tier A knows one run of Megatron-Core, so that its constants are fitted on tier B as well, on devices whose GEMM rate is fitted. Their
recomputation is not stated: it is taken to be the least that comes near to making room.
)";
  Predicted const core{v.core, v.core_left_out, v.core_in_sample, v.core_sigmas};
  add_groups(page, "source", core, source_of);
  add_groups(page, "family", core, family_of);

  page += "\n## Sources that were never fitted\n\nSomething is not stated in each of these rows, or doubtful.\n";
  page += errors_table("source", v.unfitted, v.of_unfitted, v.unfitted_sigmas, source_of);
  page += markdown_of_unseen(v.kept_aside);

  page += R"(
## The order of plans

Plans of one problem: the same source, device, number of devices, model, sequence, global batch and precision. Pairs are of different
plans whose measured times differ by more than 5 %. Regret: how much slower the plan predicted fastest was than the one measured fastest.
)";
  add_orders(page, v);

  page += R"(
## After a calibration

What `verify --calibrate` on one measured step of a machine, or on three, leaves of the median error of its other runs, over all
choices of the one (of three: a third of the table apart). First with the constants that ship, which have seen all of these runs;
then with those fitted without the source, as a new machine finds them. Most of what is off differs from plan to plan: a step tells
of like plans most (verify.md), helps most where a machine is off as a whole, and does harm where the step itself is the odd one. One
factor for all plans was tried (5.5 % and 5.0 % at the end of the last row), and moving the fitted constants, each as far as the step tells of it: no better.
)";
  add_anchored(page, v);

  page += fmt::format(R"(
## Memory

| | |
|---|---:|
| published peaks | {} |
| median error | {} |
| runs that ran | {} |
| of these called infeasible | {} ({}) |
| runs that ran and state recomputation | {} |
| of these called infeasible | {} |
| runs that ran out of memory | {} |
| of these called infeasible | {} |

The one that ran out of memory and is not called is BLOOM-116, which no sum of tensors explains: a like plan of a larger model
ran. JZV's peaks are of its first node, where the first stages are; the fullest device is predicted.

What was measured, as far as the source says (`peak_memory_kind`): tensors that the allocator gave out, what it holds, or what the
device's tools show, which is that and the runtime. The constants of the memory model were set by hand on these rows: no source was
left out for them.

| peak | runs | median error | bias |
|---|---:|---:|---:|
)",
                      memory.peak_count, percent(memory.median_error), memory.ran, memory.ran_but_called_infeasible,
                      percent(static_cast<double>(memory.ran_but_called_infeasible) / static_cast<double>(memory.ran)),
                      memory.stated, memory.stated_but_called_infeasible, memory.out_of_memory,
                      memory.out_of_memory_called);
  for (auto const& kind : memory.by_kind)
    page += fmt::format("| {} | {} | {} | {:+.3f} |\n", advisor::to_string(kind.kind), kind.count, percent(kind.median),
                        kind.bias);

  page += fmt::format(R"(
## The constants

Fitted on {} runs together, those of the headline and Megatron-Core's. A prior comes from what is known besides (papers, data sheets, the code), but
some were chosen after errors on these runs had been seen. What each is, where its prior comes
from and which probe would measure it stands in cost_model.md. None is keyed by a source, a run, a model or a system.
)",
                      v.cases.size() + v.core.size());
  add_constants(page, v);
  return page;
}

}  // namespace hpcadvise::validation
