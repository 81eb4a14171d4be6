// SPDX-License-Identifier: Apache-2.0
#include "unseen.hpp"

#include "anchoring.hpp"
#include "page.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace hpcadvise::validation {
namespace {

// Machines with at least five runs, so that three of them say little of what is scored.
std::string anchored_table(Unseen const& unseen) {
  auto const one = errors_after_anchoring(unseen.cases, unseen.residuals, 1, 5);
  auto const three = errors_after_anchoring(unseen.cases, unseen.residuals, 3, 5);
  std::string table = "\n| machine | runs | before | on one | on three |\n|---|---:|---:|---:|---:|\n";
  for (std::size_t i = 0; i < one.size(); ++i)
    table += fmt::format("| {} | {} | {} | {} | {} |\n", one[i].machine, one[i].runs, percent(one[i].before),
                         percent(one[i].after), percent(three[i].after));
  table += fmt::format("| median over machines | | {} | {} | {} |\n", percent(median_before(one)),
                       percent(median_after(one)), percent(median_after(three)));
  table += fmt::format("| inside P10-P90, mean over machines | | | {} | {} |\n", percent(inside_after(one)),
                       percent(inside_after(three)));
  return table;
}

// What is told of a set beside its figures. The first scores are of before anything that these runs showed was mended,
// as rows of the page.
struct Story {
  char const* title;
  char const* introduction;
  char const* first_score;
  char const* first_memory_score;
  char const* remarks;
};

constexpr Story first_story{
    .title = "Runs that nothing was fitted on",
    .introduction = R"(came after the model stood. No constant was fitted on them, and none may be:
they say what a run of somebody else's can expect. Some of these projects have other runs in the table above (torchtitan, Megatron-LM,
NeMo, MaxText, DGX Cloud); devices, plans or software differ.)",
    .first_score = "181 | 9.1 % | 13.6 % | 9.5 % | 77.3 % | 66.4 %",
    .first_memory_score = "52 | 15.4 % | 181 | 16 | 2 | 2",
    .remarks = R"(
Between the two scores the program learned what PyTorch FSDP, torchtitan, DeepSpeed around a Hugging Face model, MaxText, recipes of NeMo and
Megatron-LM of 2024 do, and how far Transformer Engine overlaps tensor parallelism, as their own code and pages say (cost_model.md, frameworks). What is left: POLAR and a release of NEMO22 ran slower than the same plans elsewhere; LLMC is CUDA
without a framework; MaxText gains more from FP8 than is predicted on H100, less on B200; Megatron-Core 0.6 was slower on H100 than predicted, on A800 it was not (FLAGP).
)"};

constexpr Story later_story{
    .title = "Later runs that nothing was fitted on",
    .introduction =
        R"(were gathered after the first set had been looked at and what it showed been mended, and scored before
anything else was: the nearest to what a stranger's run can expect of that model. They are of more kinds: MLPerf's submissions beside single users' logs, one GPU
to 5,120, frameworks without a row of their own (nanotron, plain PyTorch), and machines that had no run before: Leonardo, MareNostrum 5, Alps, Frontier.)",
    .first_score = "205 | 12.3 % | 18.7 % | 12.9 % | 62.9 % | 70.3 %",
    .first_memory_score = "50 | 32.3 % | 205 | 22 | 5 | 5",
    .remarks = R"(
Between the two scores training wholly in bf16 became an optimizer of its own (26 of these runs), torchtitan's loss counts as fused only where it is
compiled, the GH200 was given what its shared power leaves, nanotron what its code shows, and llm-foundry's runs, which the table's rate of attention was
fitted on, turned out to have had an older kernel (submit_benchmarks.py of October 2023): FlashAttention-2 is fitted without them. Loops in plain PyTorch have a row of their own
(what the host needs without FSDP's hooks was chosen after LAI-001 had been seen), Leonardo's network is taken to be shared with other jobs (half of the most
that was reported, assumed after these runs had been seen), DeepSpeed's sequence parallelism is all-to-all, Blackwell has published rates,
and memory counts what its FSDP and data parallelism hold, as their code says. Intervals grew on superchips, on devices with few runs and everywhere a little.
No constant was fitted here, but the width of intervals is set on these runs too. What is left:

- On Leonardo 256 devices wait for the network longer than predicted, and a run there differs from the next. De Sensi et al. 2024 (arXiv:2408.14090) are said to find that 1,024 devices
  lose up to half of an all-reduce to other jobs there (their paper itself was not read). Full sharding loses more than what is taken for it.
- nanotron's pipeline takes 40 to 50 ms more a micro-batch than its work (NANO-007, 009, 012); small models in many stages or small micro-batches wait for a host elsewhere, too (TPRIMAT).
- A GH200 is predicted too fast (bias in the table below).
- An untuned fork or a kernel of its day is slower than the framework that it names (ATORCH, FACC, CLPL, MSDS, SWIFT).
)"};

constexpr Story latest_story{
    .title = "The latest runs that nothing was fitted on",
    .introduction =
        R"(were gathered when the two sets above had been scored many times, and scored before anything
else was: what a stranger's run can expect. ALPA-011 is not predicted: ZeRO-1 under JAX is taken to be impossible. Hardly a vendor's figure is among them: tutorials, forerunners, loops of one's own, artifacts of papers, an
autotuner's table, a gist, devices whose power was limited; what is not stated is most often what slows a run.)",
    .first_score = "136 | 17.5 % | 20.9 % | 15.6 % | 47.8 % | 52.2 %",
    .first_memory_score = "65 | 16.3 % | 136 | 9 | 14 | 12",
    .remarks = R"(
Between the two scores the kernels of eager layers with RMSNorm were counted (Hugging Face's, and PyTorch's own: until then they had the factor of
llm-foundry's GPT layers), Composer is no longer read as llm-foundry (MOSEX, of which its flash-attn 0.2.8 is stated instead), DeepSpeed's ZeRO-3 gathers matrices and not layers, and the doubt about a framework that no
run was fitted of became that about one that is not stated, more about Hugging Face's models. All but the last two came from code, not from these runs;
how wide the doubts are was set on the runs of this page together. Memory gained nothing here: SAILOR weighs most. What is left:

- Devices that run below their rated power, and do not say so (TORCHAO), or that say so without naming the limit (its B200).
- A trainer's own ways: parameters gathered in fp32, an optimizer of its own (ADANA); torch of 2021 and 2022 (DSTUNE, MOSEX); units that had to be inferred (CYGIST).
- Models in TF32 on Alps with half the memory that is predicted (SAILOR): precision and schedule are inferred there.
- The memory of 1 and 2 T parameters under ZeRO-3 (DSAZURE), where offload is not spoken of.
)"};

constexpr Story newest_story{
    .title = "The newest runs that nothing was fitted on",
    .introduction =
        R"(were gathered when the widths of intervals had been set on the three sets above, and scored
before anything else was: pull requests and logs of torchtitan, acceptance tests of centres, course work, a fine-tuning study on three machines of Jean Zay,
Qwen3 with and without experts, Blackwell. Most are runs that nobody had tuned.)",
    .first_score = "95 | 23.4 % | 26.7 % | 21.9 % | 61.1 % | 60.8 %",
    .first_memory_score = "47 | 8.7 % | 95 | 3 | 11 | 9",
    .remarks = R"(
Between the two scores published rates of Blackwell took the place of shares of the H100's, the copies were counted that PyTorch makes around
sequence-parallel collectives, and widths were set anew, among them that of tensor parallelism in PyTorch without compiled layers. What is left:

- Tensor parallelism in PyTorch without compiled layers takes up to twice as long as is predicted (TTQ32, IDRIS; ADANA and FTT above): beyond the copies the cause is not known.
- A GH200 and a B200 run below what is predicted of them (CSCSR, ISCH, NOUS), as above; four runs of a mixture on GB300 are predicted a third too slow (BRDGV).
- Small models on one device by an experimental trainer (TTAC), NeMo with a small vocabulary (MARINF), pruned models (SHEAR), Omni-Path in a degraded mode (IDRIS-007).
- llm.c is CUDA without a framework and its micro-batch a guess (MODNG-002).
)"};

constexpr std::array stories{first_story, later_story, latest_story, newest_story};

std::string section(Unseen const& unseen, Story const& story) {
  auto const errors = errors_of(unseen.residuals, unseen.sigmas);
  auto const& memory = unseen.memory;
  std::string page = fmt::format("\n## {}\n\n`tests/validation/{}`: {} runs of {} sources that {}\n", story.title,
                                 unseen.file, unseen.rows.size(), sources_of(unseen.cases).size(), story.introduction);
  page += fmt::format(
      R"(
| | runs | median | mean | median over sources | inside P10-P90 | the same, mean over sources |
|---|---:|---:|---:|---:|---:|---:|
| when first scored | {} |
| now | {} | {} | {} | {} | {} | {} |

| memory | peaks | median error | ran | of these called infeasible | out of memory | of these called infeasible |
|---|---:|---:|---:|---:|---:|---:|
| when first scored | {} |
| now | {} | {} | {} | {} | {} | {} |
)",
      story.first_score, errors.count, percent(errors.median), percent(errors.mean),
      percent(median_over_sources(unseen.cases, unseen.residuals, unseen.sigmas)), percent(errors.inside_share),
      percent(inside_over_sources(unseen.cases, unseen.residuals, unseen.sigmas)), story.first_memory_score,
      memory.peak_count, percent(memory.median_error), memory.ran, memory.ran_but_called_infeasible,
      memory.out_of_memory, memory.out_of_memory_called);
  page += story.remarks;
  page += errors_table("source", unseen.cases, unseen.residuals, unseen.sigmas, source_of);
  page += errors_table("device", unseen.cases, unseen.residuals, unseen.sigmas, device_of);
  page +=
      "\nAfter a calibration (see below) on one or three measured steps, the median error of the other runs on that "
      "machine. One step\nhelps most where the machine or its software is off as a whole, and three are better than "
      "one:\n";
  page += anchored_table(unseen);
  return page;
}

}  // namespace

Unseen predict_unseen(std::filesystem::path const& runs, std::string name) {
  Unseen unseen;
  unseen.name = std::move(name);
  unseen.file = runs.filename().string();
  unseen.rows = advisor::read_runs(runs);
  unseen.cases = timed_cases(unseen.rows);
  unseen.residuals = residuals(unseen.cases, {});
  unseen.sigmas = log_sigmas(unseen.cases, {});
  unseen.memory = memory_score(unseen.rows);
  return unseen;
}

Unseen together(std::vector<Unseen> const& sets) {
  Unseen all;
  all.name = "all four sets";
  for (Unseen const& set : sets) {
    all.rows.insert(all.rows.end(), set.rows.begin(), set.rows.end());
    all.cases.insert(all.cases.end(), set.cases.begin(), set.cases.end());
    all.residuals.insert(all.residuals.end(), set.residuals.begin(), set.residuals.end());
    all.sigmas.insert(all.sigmas.end(), set.sigmas.begin(), set.sigmas.end());
  }
  return all;
}

std::string markdown_of_unseen(std::vector<Unseen> const& sets) {
  std::string page;
  for (std::size_t set = 0; set < sets.size(); ++set) page += section(sets[set], stories.at(set));
  return page;
}

}  // namespace hpcadvise::validation
