// SPDX-License-Identifier: Apache-2.0
#pragma once

// The lines of a log and the numbers in them. Logs are bytes that many ranks wrote at once: nothing here throws.

#include "advisor/training_log.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hpcadvise::advisor::logs {

// Calls `use` with each line: ended by LF, CR or both (progress bars redraw with CR), without terminal escape
// sequences, at most 16 KiB of it.
void each_line(std::string_view text, std::function<void(std::string_view line)> const& use);

// The number behind `key`, blanks and '=' or ':' between them skipped: "tps: 1,234", "iteration       10/", "'loss':
// '2.5'". Commas group thousands. NaN and inf are numbers. Nothing where there is none, or where the key is only the
// end of a longer word. Precondition: the key is not empty.
std::optional<double> number_after(std::string_view line, std::string_view key);
// The number that the text begins with, behind blanks.
std::optional<double> leading_number(std::string_view text);
// As number_after, at least 0 and finite; and as a whole number.
std::optional<double> amount_after(std::string_view line, std::string_view key);
std::optional<std::int64_t> count_after(std::string_view line, std::string_view key);

// "  tensor_model_parallel_size ...................... 4" -> its name and value; nothing where the line is no such row.
struct DottedRow {
  std::string_view name;
  std::string_view value;
};
std::optional<DottedRow> dotted_row(std::string_view line);

// The whole text as a whole number of at least 1; nothing for "None" and the like.
std::optional<std::int64_t> positive_count(std::string_view text);

// The stage that DeepSpeed's configuration names by its number.
std::optional<Sharding> zero_stage(std::string_view text);

// Who printed: "0" of "[rank0]:", "[default0]:", "[Rank 0]", "0:" (srun --label); empty where nobody says.
std::string_view rank_of(std::string_view line);

// Keeps the peak.
void raise(std::optional<double>& peak, std::optional<double> value);

// Adds "... time (ms) | forward-compute: 12.34 | optimizer: 5.67", as Megatron and DeepSpeed print their timers.
void add_timer_line(std::map<std::string, LogTimer>& timers, std::string_view line);

// Counts restarts, and keeps the steps of one rank, the one that printed most of them.
class StepCollector {
 public:
  // A new process began. Iterations that go back say the same.
  void restart();
  // A new process began with other settings: the steps so far are of another run.
  void restart_with_other_settings();
  void add(std::string_view line, LogStep step);
  bool empty() const { return read_.empty(); }
  // Moves the steps and their counts into the log.
  void finish(TrainingLog& log);

 private:
  struct Read {
    std::string rank;
    LogStep step;
  };
  std::vector<Read> read_;
  std::map<std::string, std::int64_t> last_iteration_;
  int segment_ = 0;
  bool began_ = false;  // a step was read since the last restart
  std::int64_t forgotten_ = 0;
};

}  // namespace hpcadvise::advisor::logs
