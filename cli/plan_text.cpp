// SPDX-License-Identifier: Apache-2.0
#include "cli/plan_text.hpp"

#include "advisor/memory_verdict.hpp"
#include "advisor/published_support.hpp"
#include "cli/plan_words.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace hpcadvise::cli {
namespace {

using advisor::StepEstimate;

std::string measured_device_sentence(advisor::Machine const& machine) {
  bool const links = machine.node_link.origin == profiles::Origin::measured;
  bool const network = machine.network.origin == profiles::Origin::measured;
  if (links && network) return "device, links and network measured";
  if (links) return "device and its links measured; the network as published";
  if (network) return "device and network measured; the links in a node as published";
  return "device measured; its links and network as published";
}

std::string origin_sentence(advisor::Machine const& machine) {
  switch (machine.origin) {
    case profiles::Origin::measured: return "rates measured on this machine";
    case profiles::Origin::reference:
      return advisor::measures_gemm(machine) ? measured_device_sentence(machine)
                                             : "published rates, not measured on this machine";
    case profiles::Origin::announced: return "announced figures of a machine that is not live";
  }
  return "";
}

// The flags of an estimate, as sentences.
constexpr std::pair<std::string_view, std::string_view> flag_sentences[] = {
    {"extrapolated", "some shapes or messages lie outside of what was measured; the interval is wider for it"},
    {"precision-substituted",
     "no rate is known for this number format here: that of the nearest format stands in, the interval is wider for "
     "it"},
    {"adapters-unproven",
     "no published run with adapters was compared with this model: what the host and the framework add for them is not "
     "known, and the interval is wider for it"},
    {"offload-unproven",
     "no published run with the optimizer on the host was compared with this model: what a node's processors reach "
     "differs by more than two times, and the interval is wider for it"},
    {"experts-unproven",
     "no published run exchanges experts over so many ranks: how evenly tokens fall on them is not known, and the "
     "interval is wider for it"},
    {"eager-tensor-parallel",
     "tensor parallelism in PyTorch without compiled layers took longer than predicted in 12 of 13 published runs, up "
     "to "
     "2.2 times: the step is more likely slower than shown than faster"},
    {"sharding-unproven",
     "of Megatron-FSDP, which shards more than the optimizer's state, two published runs with ZeRO-3 were compared "
     "with "
     "this model and none with ZeRO-2; the interval is wider for it"},
    {"overlap-impossible",
     "tensor-parallel collectives cannot be overlapped in this plan, as was asked for: that takes sequence "
     "parallelism, "
     "and no more ranks than fast links join"},
    {"reference-only", "nothing was measured on this machine: rates are published ones"},
    {"links-reference", "of this machine the device was measured; its links or its network are published figures"},
    {"calibrated",
     "scaled by measured steps on this machine (--calibration), and the interval is what they leave open"},
    {"overlap-assumed",
     "tensor-parallel collectives are taken to be overlapped: set --tp-comm-overlap (NeMo, Megatron-Bridge: "
     "tp_comm_overlap), which needs Transformer Engine, or predict without it: --tp-overlap off"},
    {"framework-assumed",
     "no --framework was given: overheads between those of the known kinds are taken; naming it narrows the interval"},
};

std::string flag_sentence(std::string const& flag) {
  for (auto const& [name, sentence] : flag_sentences)
    if (flag == name) return std::string(sentence);
  return flag;
}

// One row a part, longest bar for the largest.
struct Part {
  std::string label;
  double value;
  std::string text;
};

void add_parts(Section& section, std::vector<Part> const& parts, double whole) {
  double most = 0;
  for (auto const& part : parts) most = std::max(most, part.value);
  section.table.columns = {{""}, {"", Align::right}, {"", Align::right}};
  for (auto const& part : parts) {
    if (part.value < 0.0005 * whole) continue;
    section.table.rows.push_back({part.label, part.text, fmt::format("{:.1f} %", 100 * part.value / whole)});
    section.bars.push_back(part.value / most);
  }
}

std::vector<Part> memory_parts(advisor::MemoryEstimate const& memory) {
  std::vector<Part> parts;
  auto const add = [&](char const* label, double bytes) {
    parts.push_back({label, bytes, profiles::format_bytes(bytes)});
  };
  add("weights", memory.weights_bytes);
  add("gradients", memory.gradients_bytes);
  add("optimizer", memory.optimizer_bytes);
  add("activations", memory.activations_bytes);
  add("logits", memory.logits_bytes);
  add("communication", memory.communication_bytes);
  add("runtime, networks", memory.runtime_bytes);
  add("fragmentation", memory.fragmentation_bytes);
  return parts;
}

struct HeadingLine {
  std::string text;
  Style style = Style::plain;
};

// What a heading says of its own: of one device count or of many.
struct HeadingWords {
  std::string devices;
  std::string nodes;
  std::string batch;
};

HeadingWords words_of(ResolvedJob const& resolved, std::int64_t device_count) {
  auto const& machine = resolved.machine;
  return {profiles::format_counted(device_count, "device"),
          fmt::format("{} of {}", profiles::format_counted(machine.nodes_of(device_count), "node"),
                      machine.devices_per_node),
          global_batch_text(resolved.job)};
}

HeadingWords words_of(ResolvedJob const& resolved, std::string const& devices, std::string const& batch) {
  return {devices, fmt::format("{} a node of", resolved.machine.devices_per_node), batch};
}

std::vector<HeadingLine> heading_lines(ResolvedJob const& resolved, HeadingWords const& words) {
  auto const& job = resolved.job;
  auto const& machine = resolved.machine;
  std::vector<HeadingLine> lines{
      {fmt::format("{} ({} parameters) on {} of {}", job.model.name,
                   profiles::format_count(advisor::count_parameters(job.model).total), words.devices, machine.name),
       Style::bold},
      {fmt::format("{} {}, {} each", words.nodes, machine.device, profiles::format_bytes(machine.memory_bytes))},
      {fmt::format("sequence {}, {}, {}", profiles::format_count(double(job.sequence_length)), words.batch,
                   profiles::to_string(job.precision))}};
  if (auto const tuned = fine_tuning_text(job); !tuned.empty()) lines.push_back({tuned});
  lines.push_back(
      {origin_sentence(machine), machine.origin == profiles::Origin::announced ? Style::warning : Style::plain});
  if (!resolved.assumed.empty())
    lines.push_back({fmt::format("Assumed: {}.", fmt::join(resolved.assumed, ", ")), Style::dim});
  for (auto const& note : resolved.notes) lines.push_back({fmt::format("Note: {}.", note), Style::warning});
  return lines;
}

std::string text_of(std::vector<HeadingLine> const& lines, Terminal const& terminal) {
  std::string text;
  for (auto const& line : lines) {
    bool const wraps = line.style == Style::dim || line.style == Style::warning;
    text += styled(terminal, line.style, wraps ? wrapped(line.text, terminal.width, 2) : line.text) + '\n';
  }
  return text;
}

std::string markdown_of(std::vector<HeadingLine> const& lines) {
  std::string text = "# " + lines.front().text + "\n\n";
  for (std::size_t index = 1; index < lines.size(); ++index) text += "- " + lines[index].text + '\n';
  return text;
}

std::string host_memory_text(advisor::MemoryEstimate const& memory) {
  auto const capacity = memory.host_capacity_bytes > 0
                            ? fmt::format(" of {}", profiles::format_bytes(memory.host_capacity_bytes))
                            : std::string("; how much it has is not known");
  return fmt::format("and what is offloaded, in the memory of a node's host: {}{}",
                     profiles::format_bytes(memory.host_bytes), capacity);
}

}  // namespace

std::string step_time_text(advisor::Interval const& step_time_s) {
  return fmt::format("{}, P10..P90 {}", profiles::format_seconds(step_time_s.median),
                     profiles::format_seconds_range(step_time_s.low, step_time_s.high, step_time_s.median));
}

std::string global_batch_text(advisor::TrainingJob const& job) {
  double const tokens = double(job.global_batch) * double(job.sequence_length);
  return fmt::format("global batch {} ({} tokens a step)", profiles::format_count(double(job.global_batch)),
                     profiles::format_count(tokens));
}

std::string heading_text(ResolvedJob const& resolved, std::int64_t device_count, Terminal const& terminal) {
  return text_of(heading_lines(resolved, words_of(resolved, device_count)), terminal);
}

std::string heading_text(ResolvedJob const& resolved, std::string const& devices, std::string const& batch,
                         Terminal const& terminal) {
  return text_of(heading_lines(resolved, words_of(resolved, devices, batch)), terminal);
}

std::string heading_markdown(ResolvedJob const& resolved, std::int64_t device_count) {
  return markdown_of(heading_lines(resolved, words_of(resolved, device_count)));
}

std::string heading_markdown(ResolvedJob const& resolved, std::string const& devices, std::string const& batch) {
  return markdown_of(heading_lines(resolved, words_of(resolved, devices, batch)));
}

Table trade_offs_table(advisor::RankedPlans const& ranked) {
  Table table{{{"Step", Align::right}, {"Than *", Align::right}, {"Memory", Align::right}, {"Plan"}}, {}};
  double const recommended_s = ranked.plans[ranked.recommended.value_or(0)].estimate.step_time_s.median;
  for (auto const& trade_off : ranked.trade_offs) {
    auto const& estimate = trade_off.estimate;
    table.rows.push_back({profiles::format_seconds(estimate.step_time_s.median),
                          fmt::format("{:+.1f} %", 100 * (estimate.step_time_s.median / recommended_s - 1)),
                          profiles::format_bytes(estimate.memory.total_bytes()), short_plan(estimate.plan)});
  }
  return table;
}

Table plans_table(advisor::RankedPlans const& ranked) {
  Table table{{{"", Align::right},
               {"Step", Align::right},
               {"P10..P90", Align::right},
               {"Tok/s/dev", Align::right},
               {"MFU", Align::right},
               {"Memory", Align::right},
               {"Plan"}},
              {}};
  for (std::size_t i = 0; i < ranked.plans.size(); ++i) {
    auto const& estimate = ranked.plans[i].estimate;
    table.rows.push_back({fmt::format("{}{}", ranked.recommended == i ? "*" : "", i + 1),
                          profiles::format_seconds(estimate.step_time_s.median),
                          profiles::format_seconds_range(estimate.step_time_s.low, estimate.step_time_s.high,
                                                         estimate.step_time_s.median),
                          profiles::format_count(estimate.tokens_per_s_per_device),
                          fmt::format("{:.0f} %", 100 * estimate.mfu_of_dense_peak),
                          profiles::format_bytes(estimate.memory.total_bytes()), short_plan(estimate.plan)});
  }
  return table;
}

Section step_section(std::string const& heading, StepEstimate const& estimate) {
  std::vector<Part> parts;
  for (auto const& row : advisor::term_rows()) {
    double const value = estimate.terms.*row.value;
    parts.push_back({std::string(row.label), value, profiles::format_seconds(value)});
  }
  std::stable_sort(parts.begin(), parts.end(), [](Part const& a, Part const& b) { return a.value > b.value; });
  Section section{.heading = fmt::format("{}: {}", heading, step_time_text(estimate.step_time_s))};
  add_parts(section, parts, estimate.terms.total_s());
  return section;
}

Section memory_section(advisor::MemoryEstimate const& memory) {
  Section section{
      .heading = fmt::format("Memory on the fullest device: {} of {}", profiles::format_bytes(memory.total_bytes()),
                             profiles::format_bytes(memory.capacity_bytes)),
      .remark = advisor::memory_caveat(memory),
      .heading_style = memory.fits() ? Style::bold : Style::bad,
      .remark_style = memory.fits() ? Style::warning : Style::bad};
  add_parts(section, memory_parts(memory), memory.total_bytes());
  if (memory.host_bytes > 0) section.notes.push_back(host_memory_text(memory));
  return section;
}

Section basis_section(ResolvedJob const& resolved, StepEstimate const& estimate) {
  Section section{.heading = "What this rests on"};
  auto& lines = section.sentences;
  if (auto ground =
          advisor::on_published_runs(resolved.job, estimate.plan, resolved.machine, resolved.estimate.framework);
      !ground.empty())
    lines.push_back(std::move(ground));
  lines.insert(lines.end(), resolved.machine.notes.begin(), resolved.machine.notes.end());
  for (auto const& flag : estimate.flags) lines.push_back(flag_sentence(flag));
  return section;
}

}  // namespace hpcadvise::cli
