// SPDX-License-Identifier: Apache-2.0
#pragma once

// A program's way to print its training: one file and one row in training_log.cpp.

#include "advisor/training_log.hpp"

#include <string_view>

namespace hpcadvise::advisor::logs {

struct LogFormat {
  std::string_view name;
  std::string_view framework;   // as --framework takes it; empty where the program does not imply one
  std::string_view looked_for;  // the line that carries a step, for the message that none is there
  bool (*is_step)(std::string_view line);
  // Never throws: what cannot be understood is left out and counted.
  TrainingLog (*read)(std::string_view text);
};

extern LogFormat const megatron_deepspeed_log;
extern LogFormat const megatron_lm_log;
extern LogFormat const torchtitan_log;
extern LogFormat const lightning_log;
extern LogFormat const lightning_csv_log;
extern LogFormat const deepspeed_log;
extern LogFormat const hugging_face_log;

}  // namespace hpcadvise::advisor::logs
