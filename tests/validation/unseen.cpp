// SPDX-License-Identifier: Apache-2.0
#include "unseen.hpp"

#include "anchoring.hpp"
#include "page.hpp"

#include <fmt/format.h>

namespace hpcadvise::validation {
namespace {

// Machines with at least five runs, so that three of them say little of what is scored.
std::string anchored_table(Unseen const& unseen) {
  auto const one = errors_after_anchoring(unseen.cases, unseen.residuals, unseen.sigmas, 1, 5);
  auto const three = errors_after_anchoring(unseen.cases, unseen.residuals, unseen.sigmas, 3, 5);
  std::string table = "\n| machine | runs | before | on one | on three |\n|---|---:|---:|---:|---:|\n";
  for (std::size_t i = 0; i < one.size(); ++i)
    table += fmt::format("| {} | {} | {} | {} | {} |\n", one[i].machine, one[i].runs, percent(one[i].before),
                         percent(one[i].after), percent(three[i].after));
  table += fmt::format("| median over machines | | {} | {} | {} |\n", percent(median_before(one)),
                       percent(median_after(one)), percent(median_after(three)));
  return table;
}

}  // namespace

Unseen predict_unseen(std::filesystem::path const& runs) {
  Unseen unseen;
  unseen.rows = advisor::read_runs(runs);
  unseen.cases = timed_cases(unseen.rows);
  unseen.residuals = residuals(unseen.cases, {});
  unseen.sigmas = log_sigmas(unseen.cases, {});
  unseen.memory = memory_score(unseen.rows);
  return unseen;
}

std::string markdown(Unseen const& unseen) {
  auto const errors = errors_of(unseen.residuals, unseen.sigmas);
  auto const& memory = unseen.memory;
  std::string page = fmt::format(
      R"(
## Runs that nothing was fitted on

`tests/validation/unseen_runs.csv`: {} runs of {} sources that came after the model stood. No constant was fitted on them, and none may be:
they say what a run of somebody else's can expect. Some of these projects have other runs in the table above (torchtitan, Megatron-LM,
NeMo, MaxText, DGX Cloud); devices, plans or software differ.

| | runs | median | mean | median over sources | inside P10-P90 | the same, mean over sources |
|---|---:|---:|---:|---:|---:|---:|
| when first scored | 181 | 9.1 % | 13.6 % | 9.5 % | 77.3 % | 66.4 % |
| now | {} | {} | {} | {} | {} | {} |

| memory | peaks | median error | ran | of these called infeasible | out of memory | of these called infeasible |
|---|---:|---:|---:|---:|---:|---:|
| when first scored | 52 | 15.4 % | 181 | 16 | 2 | 2 |
| now | {} | {} | {} | {} | {} | {} |
)",
      unseen.rows.size(), sources_of(unseen.cases).size(), errors.count, percent(errors.median), percent(errors.mean),
      percent(median_over_sources(unseen.cases, unseen.residuals, unseen.sigmas)), percent(errors.inside_share),
      percent(inside_over_sources(unseen.cases, unseen.residuals, unseen.sigmas)), memory.peak_count,
      percent(memory.median_error), memory.ran, memory.ran_but_called_infeasible, memory.out_of_memory,
      memory.out_of_memory_called);
  page += R"(
Between the two scores the program learned what PyTorch FSDP, torchtitan, DeepSpeed around a Hugging Face model, MaxText, recipes of NeMo and
Megatron-LM of 2024 do, and how far Transformer Engine overlaps tensor parallelism, as their own code and pages say (cost_model.md, frameworks). What is left: POLAR and a release of NEMO22 ran slower than the same plans elsewhere; LLMC is CUDA
without a framework; THUND keeps its optimizer in bf16, which no column says; MaxText gains more from FP8 than is predicted on H100, less on B200;
Megatron-Core 0.6 was slower on H100 than predicted, on A800 it was not (FLAGP).

What was asked for on unseen runs and is missed on these: a median of 6 % of step time and of 8 % of memory, and 98 % of the runs that
ran called feasible.
)";
  page += errors_table("source", unseen.cases, unseen.residuals, unseen.sigmas, source_of);
  page += errors_table("device", unseen.cases, unseen.residuals, unseen.sigmas, device_of);
  page +=
      "\nAfter a calibration (see below) on one or three measured steps, the median error of the other runs on that "
      "machine. One step\nhelps most where the machine or its software is off as a whole, and three are better than "
      "one:\n";
  page += anchored_table(unseen);
  return page;
}

}  // namespace hpcadvise::validation
