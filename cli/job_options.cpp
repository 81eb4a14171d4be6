// SPDX-License-Identifier: Apache-2.0
#include "cli/job_options.hpp"

#include "advisor/long_sequence.hpp"
#include "advisor/model_library.hpp"
#include "advisor/usual_batch.hpp"
#include "profiles/build_info.hpp"
#include "profiles/calibration.hpp"
#include "profiles/error.hpp"
#include "profiles/nearest_name.hpp"
#include "profiles/profile_store.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <string_view>

namespace hpcadvise::cli {
namespace {

constexpr std::int64_t usual_sequence_length = 4096;
constexpr std::int64_t longest_sequence = std::int64_t{1} << 24;
constexpr std::int64_t largest_batch = std::int64_t{1} << 24;

// Three thousand times the public human text there is, about 3e14 tokens (Villalobos et al. 2022, arXiv 2211.04325).
constexpr double most_tokens = 1e18;

// "300B", "1.4T", "86e9": 1000-based, as token counts are written.
double parse_tokens(std::string const& text) {
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  std::string_view const suffix(end, std::size_t(text.data() + text.size() - end));
  double const scale = suffix.empty()                   ? 1
                       : suffix == "K" || suffix == "k" ? 1e3
                       : suffix == "M" || suffix == "m" ? 1e6
                       : suffix == "B" || suffix == "G" ? 1e9
                       : suffix == "T"                  ? 1e12
                                                        : 0;
  bool const out_of_range = error == std::errc::result_out_of_range || value * scale > most_tokens;
  if (scale > 0 && out_of_range)
    throw profiles::UsageError(fmt::format("--tokens {}: above {:g}, more text than there is", text, most_tokens),
                               "Write a number such as 300B, 1.4T or 86e9.");
  if (error != std::errc{} || scale == 0 || !(value * scale >= 1))
    throw profiles::UsageError(fmt::format("--tokens {}: not a count of tokens", text),
                               "Write a positive number such as 300B, 1.4T or 86e9.");
  return value * scale;
}

std::int64_t at_least_one(std::int64_t value, std::int64_t most, char const* option, char const* next_step) {
  if (value < 1 || value > most)
    throw profiles::UsageError(fmt::format("{} {}: must lie between 1 and {}", option, value, most), next_step);
  return value;
}

// 16-bit formats run at one rate on every device described, so a rate of either serves both.
bool has_rate(advisor::Machine const& machine, profiles::Precision precision) {
  using profiles::Precision;
  bool const is_16_bit = precision == Precision::bf16 || precision == Precision::fp16;
  return machine.gemm.contains(precision) ||
         (is_16_bit && (machine.gemm.contains(Precision::bf16) || machine.gemm.contains(Precision::fp16)));
}

profiles::Precision resolve_precision(std::string const& name, ResolvedJob& resolved) {
  using profiles::Precision;
  auto const& machine = resolved.machine;
  if (name.empty()) {
    if (machine.gemm.contains(Precision::bf16)) return Precision::bf16;
    if (machine.gemm.contains(Precision::fp16)) {
      resolved.assumed.emplace_back("precision fp16, because no bf16 rate is known there");
      return Precision::fp16;
    }
    resolved.assumed.emplace_back("precision fp32, because no bf16 rate is known there");
    return Precision::fp32;
  }
  auto const precision = profiles::precision_from_string(name);
  if (precision && has_rate(machine, *precision)) return *precision;
  std::string known;
  for (auto const& [each, rates] : machine.gemm)
    known += (known.empty() ? "" : ", ") + std::string(profiles::to_string(each));
  throw profiles::UsageError(fmt::format("--precision {}: no rate is known for it on {}", name, machine.name),
                             fmt::format("Known there: {}.", known));
}

void take_usual_batch(ResolvedJob& resolved, std::int64_t device_count) {
  using advisor::BatchBasis;
  auto& job = resolved.job;
  auto const batch = advisor::usual_global_batch(job, device_count, resolved.machine, resolved.estimate);
  job.global_batch = batch.sequences;
  bool const is_critical = batch.basis == BatchBasis::critical;
  resolved.assumed.push_back(
      fmt::format("global batch {}{}", batch.sequences, is_critical ? ", near the critical one" : ""));
  if (batch.is_usual) return;
  double const tokens = double(batch.sequences) * double(job.sequence_length);
  char const* const usual = batch.basis == BatchBasis::fine_tuning ? "a batch of about 64 sequences"
                            : is_critical                          ? "the critical batch"
                                                                   : "a batch of about 4 M tokens";
  resolved.notes.push_back(fmt::format("no plan on {} devices divides {}: {} ({} tokens) comes nearest", device_count,
                                       usual, batch.sequences, profiles::format_count(tokens)));
}

advisor::FrameworkKind framework_or_throw(std::string const& text) {
  auto const kind = advisor::framework_kind_from_text(text);
  if (kind != advisor::FrameworkKind::unknown) return kind;
  auto const words = advisor::framework_words();
  throw profiles::UsageError(fmt::format("--framework {}: unknown", text),
                             profiles::known_names(text, {words.begin(), words.end()}) +
                                 ". A name holds one of these words. Leave it out for a wider interval.");
}

std::string letters_of(std::string_view name) {
  std::string letters;
  for (char const c : name) {
    auto const byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) letters += static_cast<char>(std::tolower(byte));
  }
  return letters;
}

// Where the name given is that of another kind, of one that is known by its code alone, or of something else as well.
std::string framework_note(std::string_view given, advisor::FrameworkKind kind) {
  if (given.empty()) return {};
  auto const& framework = advisor::framework_traits(kind);
  auto const hint = advisor::framework_hint(given);
  bool const by_its_name = letters_of(given).find(letters_of(framework.name)) != std::string::npos;
  if (by_its_name && !framework.hardly_fitted && hint.empty()) return {};
  auto note = by_its_name ? std::string(given) : fmt::format("{} is taken as {}", given, framework.name);
  if (framework.hardly_fitted)
    note += fmt::format("{} known by its code: hardly a published run of it could be fitted, and intervals are wider",
                        by_its_name ? " is" : ",");
  if (!hint.empty()) note += fmt::format(": {}", hint);
  return note;
}

// A name in a store of one's own is known there alone: its file is known everywhere.
std::string machine_for_others(JobOptions const& options) {
  if (!options.store) return options.machine;
  for (auto const& entry : profiles::list_store(*options.store))
    if (entry.name == options.machine) return entry.file.string();
  return options.machine;
}

// Measured steps on another machine say nothing of this one.
void take_calibration(profiles::Calibration const& calibration, ResolvedJob& resolved) {
  auto& machine = resolved.machine;
  if (calibration.machine != machine.name)
    throw profiles::UsageError(
        fmt::format("the calibration is of {}, the machine here is {}", calibration.machine, machine.name),
        "Write one for this machine with `hpcadvise verify --calibrate`.");
  if (calibration.anchors.empty()) return;
  resolved.estimate.calibration = advisor::learn(calibration);
  std::string const asked(to_string(resolved.estimate.framework));
  std::set<std::string> kinds;
  for (auto const& anchor : calibration.anchors) kinds.insert(anchor.framework);
  if (!kinds.contains(asked))
    machine.notes.push_back(
        fmt::format("the calibration's runs are of {}, {}: they count for less than runs of the same kind would",
                    fmt::join(kinds, ", "),
                    resolved.estimate.framework == advisor::FrameworkKind::unknown ? "and no --framework was given"
                                                                                   : fmt::format("none of {}", asked)));
  auto const version = profiles::build_info().version;
  auto const other = std::find_if(calibration.anchors.begin(), calibration.anchors.end(),
                                  [&](auto const& anchor) { return anchor.tool_version != version; });
  if (other != calibration.anchors.end())
    machine.notes.push_back(
        fmt::format("the calibration rests on predictions of hpcadvise {}, this is {}: calibrate again",
                    other->tool_version, version));
}

}  // namespace

void add_job_options(CLI::App& command, JobOptions& options, std::string const& usual_batch) {
  command.add_option("--model", options.model, "Built-in name or Hugging Face config.json")->type_name("NAME|FILE");
  command.add_option("--machine", options.machine, "System, profile, or the parts of a cluster as in the examples")
      ->type_name("NAME|FILE|PARTS");
  command
      .add_option("--sequence-length", options.sequence_length,
                  "Tokens a sequence (default: the model's, at most 4096)")
      ->type_name("TOKENS");
  command
      .add_option("--global-batch", options.global_batch,
                  fmt::format("Sequences a step over all devices (default: {})", usual_batch))
      ->type_name("SEQUENCES");
  command
      .add_option(
          "--precision", options.precision,
          "Number format of the matrix work: bf16, fp16, fp8, fp32, tf32, fp64 (default: bf16 where it is known)")
      ->type_name("FORMAT");
  command
      .add_option("--optimizer", options.optimizer,
                  "adamw, adamw_bf16 (weights, gradients and moments in bf16 alone) or sgd_momentum (default: adamw)")
      ->check(CLI::IsMember({"adamw", "adamw_bf16", "sgd_momentum"}).description(""))
      ->type_name("NAME");
  add_fine_tuning_options(command, options.fine_tuning);
  command
      .add_option(
          "--framework", options.framework,
          "Training framework, for its overheads: megatron-core, megatron-deepspeed, huggingface, pytorch, fsdp, ...")
      ->type_name("NAME");
  command
      .add_option("--attention", options.attention,
                  "Attention that it calls: unfused, flash-1 (2022), flash-2 (2023) or flash-3 (2024, or cuDNN's) "
                  "(default: as the framework does)")
      ->check(CLI::IsMember(advisor::attention_kernel_names()).description(""))
      ->type_name("NAME");
  command
      .add_option("--tp-overlap", options.tensor_parallel_overlap,
                  "Tensor-parallel collectives beside matrix work: on or off (default: as the framework does)")
      ->check(CLI::IsMember({"on", "off"}).description(""))
      ->type_name("on|off");
  command
      .add_option("--calibration", options.calibration,
                  "Measured steps on this machine, as `verify --calibrate` writes them (default: those in a profile)")
      ->type_name("FILE");
  command.add_option("--store", options.store, "Folder of profiles (else HPCADVISE_STORE, else your data folder)")
      ->type_name("DIR");
}

void add_tokens_option(CLI::App& command, JobOptions& options) {
  command.add_option("--tokens", options.tokens, "Tokens to train on, for days and cost: 300B, 1.4T")
      ->type_name("COUNT");
}

ResolvedJob resolve_job(JobOptions const& options, std::int64_t device_count) {
  auto const require = [](std::string const& value, char const* option, char const* example) {
    if (value.empty())
      throw profiles::UsageError(fmt::format("{} is needed", option), fmt::format("Such as {}", example));
  };
  require(options.model, "--model", "--model llama-2-7b, or a config.json");
  require(options.machine, "--machine", "--machine lumi-g; `hpcadvise systems list` shows the names");

  ResolvedJob resolved;
  resolved.asked = options;
  resolved.asked.machine = machine_for_others(options);
  auto& job = resolved.job;
  job.model = advisor::find_model(options.model);
  resolved.machine = advisor::find_machine(options.machine, profiles::store_directory(options.store));

  job.precision = resolve_precision(options.precision, resolved);
  job.optimizer = advisor::optimizer_from_string(options.optimizer).value_or(advisor::Optimizer::adamw);
  if (holds_16_bit_state(job.optimizer) && profiles::bytes_per_element(job.precision) > 2)
    throw profiles::UsageError(
        fmt::format("--optimizer {} and --precision {} contradict each other", options.optimizer, options.precision),
        "Leave one of them out.");
  resolve_fine_tuning(options.fine_tuning, job, resolved.assumed);
  resolved.estimate.attention = advisor::attention_kernel_from_string(options.attention);
  if (!options.tensor_parallel_overlap.empty())
    resolved.estimate.tensor_parallel_overlap = options.tensor_parallel_overlap == "on";

  if (options.sequence_length) {
    job.sequence_length = at_least_one(*options.sequence_length, longest_sequence, "--sequence-length",
                                       "Leave it out for what the model was published for, at most 4096.");
  } else {
    job.sequence_length = job.model.max_sequence_length > 0
                              ? std::min(job.model.max_sequence_length, usual_sequence_length)
                              : usual_sequence_length;
    resolved.assumed.push_back(fmt::format("sequence length {}", job.sequence_length));
  }
  if (auto note = advisor::fit_positions(job); !note.empty()) resolved.notes.push_back(std::move(note));
  if (!options.framework.empty()) resolved.estimate.framework = framework_or_throw(options.framework);
  if (auto note = framework_note(options.framework, resolved.estimate.framework); !note.empty())
    resolved.notes.push_back(std::move(note));
  if (!options.tokens.empty()) job.tokens = parse_tokens(options.tokens);
  if (options.global_batch)
    job.global_batch = at_least_one(*options.global_batch, largest_batch, "--global-batch",
                                    "Leave it out for a usual one, or write for example 1024.");
  else
    take_usual_batch(resolved, device_count);
  if (options.calibration)
    take_calibration(profiles::read_calibration(*options.calibration), resolved);
  else if (!resolved.machine.calibration.anchors.empty())
    take_calibration(resolved.machine.calibration, resolved);
  return resolved;
}

}  // namespace hpcadvise::cli
