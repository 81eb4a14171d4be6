// SPDX-License-Identifier: Apache-2.0
// training_log() of bigscience-workshop/Megatron-DeepSpeed and microsoft/Megatron-DeepSpeed, megatron/training.py: the
// step line of Megatron-LM that goes on with samples per second.
#include "advisor/logs/log_format.hpp"
#include "advisor/logs/megatron_lines.hpp"

namespace hpcadvise::advisor::logs {
namespace {

bool is_step(std::string_view line) {
  bool const own = line.find("samples per second") != std::string_view::npos ||
                   line.find("consumed tokens") != std::string_view::npos;
  return own && is_megatron_step(line);
}

}  // namespace

LogFormat const megatron_deepspeed_log{
    .name = "megatron-deepspeed",
    .framework = "megatron-deepspeed",
    .looked_for = "iteration N/M | ... | elapsed time per iteration (s): T | ... | samples per second: R |",
    .is_step = is_step,
    .read = read_megatron_log,
};

}  // namespace hpcadvise::advisor::logs
