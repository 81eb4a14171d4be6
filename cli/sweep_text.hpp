// SPDX-License-Identifier: Apache-2.0
#pragma once

// `--devices 8..1024`: how speed and cost change with the number of devices.

#include "cli/advise_answer.hpp"
#include "cli/table.hpp"

#include <nlohmann/json_fwd.hpp>

#include <span>
#include <string>
#include <vector>

namespace hpcadvise::cli {

// Model, machine and job. A global batch that was not given differs from one number of devices to another.
std::string sweep_heading(std::span<Answer const> answers, Terminal const& terminal);
std::string sweep_heading_markdown(std::span<Answer const> answers);

// A step on each number of devices. Efficiency is the rate of a device over the best of the sweep, for on the
// smallest count a plan may be squeezed by its memory. A plan that may not run has its memory marked with "!".
Table scaling_table(std::span<Answer const> answers);
// What its columns and marks mean, a sentence each.
std::vector<std::string> scaling_footnotes(std::span<Answer const> answers);

// What a whole run costs on each, or where no tokens are given a billion of them; and what it is called.
Table run_costs_table(std::span<Answer const> answers);
std::string run_costs_heading(std::span<Answer const> answers);

// The figures of scaling_table, one object for each number of devices on which something fits.
nlohmann::ordered_json scaling_to_json(std::span<Answer const> answers);

}  // namespace hpcadvise::cli
