// SPDX-License-Identifier: Apache-2.0
// training_log() of NVIDIA/Megatron-LM, megatron/training/training.py, and its Timers.
#include "advisor/logs/log_format.hpp"
#include "advisor/logs/megatron_lines.hpp"

namespace hpcadvise::advisor::logs {

LogFormat const megatron_lm_log{
    .name = "megatron-lm",
    .framework = "megatron-core",
    .looked_for = "iteration N/M | ... | elapsed time per iteration (ms): T |",
    .is_step = is_megatron_step,
    .read = read_megatron_log,
};

}  // namespace hpcadvise::advisor::logs
