// SPDX-License-Identifier: Apache-2.0
#pragma once

// What Megatron-LM and its forks print alike: the step line, the arguments, the timers, the memory.

#include "advisor/training_log.hpp"

#include <string_view>

namespace hpcadvise::advisor::logs {

// " iteration       10/  500000 | consumed samples: ... | elapsed time per iteration (ms): 1234.5 | ..."
bool is_megatron_step(std::string_view line);

// Both seconds and milliseconds; timers in the block form of 2022 on and on one line; DeepSpeed's timers beside them.
TrainingLog read_megatron_log(std::string_view text);

}  // namespace hpcadvise::advisor::logs
