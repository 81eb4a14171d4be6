// SPDX-License-Identifier: Apache-2.0
#include "advisor/published_runs.hpp"

#include "advisor/csv_table.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "tests/advisor/stated_run.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace {

std::vector<RunResult> results_of_text(std::string const& text) {
  hpcadvise::tests::TemporaryFolder const folder;
  auto const file = folder / "runs.csv";
  hpcadvise::profiles::write_file_atomically(file, text);
  return estimate_runs(file);
}

// The columns of the first row serve for all. An id that stood before gets the row's number behind it.
std::vector<RunResult> results_of(std::vector<Cells> const& rows) {
  std::vector<std::string> header, lines;
  for (auto const& [column, cell] : rows.front()) header.push_back(column);
  std::set<std::string> ids;
  for (Cells row : rows) {
    if (auto const id = row.find("id"); id != row.end() && !ids.insert(id->second).second)
      id->second += fmt::format("-{}", lines.size() + 1);
    std::vector<std::string> cells;
    for (std::string const& column : header) cells.push_back(csv_cell(row.at(column)));
    lines.push_back(fmt::format("{}", fmt::join(cells, ",")));
  }
  return results_of_text(fmt::format("{}\n{}\n", fmt::join(header, ","), fmt::join(lines, "\n")));
}

RunResult result_of(Cells const& row) { return results_of({row}).at(0); }

}  // namespace

TEST_CASE("A run that states everything is estimated and nothing is assumed", "[runs]") {
  RunResult const result = result_of(stated_run);
  CAPTURE(result.reason);
  REQUIRE(result.status == RunStatus::ok);
  CHECK(result.assumed.empty());
  REQUIRE(result.estimate);
  CHECK(result.estimate->plan.tensor_parallel == 2);
  CHECK(result.estimate->plan.data_parallel == 4);
  CHECK(result.estimate->step_time_s.low < result.estimate->step_time_s.median);
  CHECK(result.estimate->step_time_s.median < result.estimate->step_time_s.high);
}

TEST_CASE("An empty cell takes the documented default and is named", "[runs]") {
  struct Default {
    std::string column;
    std::string same_as;
  };
  for (Default const& row :
       {Default{"tp", "1"}, Default{"pp", "1"}, Default{"micro_batch", "4"}, Default{"recompute", "none"},
        Default{"sharding", "zero1"}, Default{"precision", "bf16"}, Default{"kv_heads", "32"},
        Default{"head_dim", "128"}, Default{"ffn_hidden", "11008"}, Default{"vocab", "32000"},
        Default{"flash_attention", "true"}, Default{"gpus_per_node", "8"}, Default{"sequence_parallel", "false"}}) {
    CAPTURE(row.column);
    Cells const base = changed(stated_run, {{"dp", ""}});
    RunResult const left_out = result_of(changed(base, {{row.column, ""}}));
    RunResult const given = result_of(changed(base, {{row.column, row.same_as}}));
    REQUIRE(left_out.estimate);
    REQUIRE(given.estimate);
    CHECK(left_out.assumed == std::vector<std::string>{row.column});
    CHECK(given.assumed.empty());
    CHECK(left_out.estimate->step_time_s.median == given.estimate->step_time_s.median);
    CHECK(left_out.estimate->memory.total_bytes() == given.estimate->memory.total_bytes());
  }
}

TEST_CASE("A row that lacks what cannot be guessed is skipped and says which", "[runs]") {
  for (std::string const column : {"gpus", "layers", "hidden", "heads", "seq_len", "global_batch"}) {
    RunResult const result = result_of(changed(stated_run, {{column, ""}}));
    CHECK(result.status == RunStatus::skipped);
    CHECK_THAT(result.reason, ContainsSubstring("'" + column + "'"));
    CHECK_FALSE(result.estimate);
  }
}

TEST_CASE("What is not described yet is skipped with the reason", "[runs]") {
  struct Skipped {
    Cells changes;
    std::string reason;
  };
  for (Skipped const& row :
       {Skipped{{{"device", "tpu-v4"}}, "device 'tpu-v4' is not described"}, Skipped{{{"precision", "nvfp4"}}, "nvfp4"},
        Skipped{{{"precision", "fp8"}}, "no fp8 rate"}, Skipped{{{"tp", "3"}, {"gpus", "12"}}, "32 heads"},
        Skipped{{{"device", "mi430x"}}, "mi430x"}}) {
    RunResult const result = result_of(changed(stated_run, row.changes));
    CAPTURE(result.reason);
    CHECK(result.status == RunStatus::skipped);
    CHECK_THAT(result.reason, ContainsSubstring(row.reason));
  }
}

TEST_CASE("A device or machine that is not described is skipped with the nearest that is", "[runs]") {
  CHECK_THAT(result_of(changed(stated_run, {{"device", "H100"}})).reason,
             ContainsSubstring("device 'H100' is not described: did you mean 'h100-sxm-"));
  CHECK_THAT(result_of(changed(stated_run, {{"device", ""}, {"machine", "lumi"}})).reason,
             ContainsSubstring("machine 'lumi' is not described: did you mean 'lumi-g'?"));
}

TEST_CASE("A row that states its machine alone counts for the machine's device", "[runs]") {
  auto const results =
      results_of({changed(stated_run, {{"device", ""}, {"machine", "leonardo-booster"}, {"step_time_s", "2"}})});
  auto const summary = nlohmann::json::parse(runs_to_json(results)).at("summary");
  CHECK(summary.at("by_device").contains("a100-sxm-64gb"));
  CHECK_FALSE(summary.at("by_device").contains("not stated"));
}

TEST_CASE("A wrong cell makes its row invalid, with line and column, and no other", "[runs]") {
  std::vector<std::pair<std::string, std::string>> const wrong_cells{{"tp", "two"},
                                                                     {"layers", "0"},
                                                                     {"layers", "1.5"},
                                                                     {"global_batch", "-4"},
                                                                     {"seq_len", "1e99"},
                                                                     {"seq_len", "nan"},
                                                                     {"flash_attention", "maybe"},
                                                                     {"recompute", "some"},
                                                                     {"gpus", "9"},
                                                                     {"tp", "2000000"},
                                                                     {"sharding", "zero9"}};
  for (auto const& [column, cell] : wrong_cells) {
    auto const results = results_of({stated_run, changed(stated_run, {{column, cell}}), stated_run});
    CAPTURE(column, cell, results[1].reason);
    CHECK(results[1].status == RunStatus::invalid);
    CHECK_THAT(results[1].reason,
               ContainsSubstring(cell == "2000000" ? "line 3, column 'gpus'" : "line 3, column '" + column + "'"));
    CHECK(results[0].status == RunStatus::ok);
    CHECK(results[2].status == RunStatus::ok);
  }
}

TEST_CASE("Words of a cell that are not known are refused with those that are", "[runs]") {
  for (auto const& [column, known] :
       {std::pair("network", "infiniband, slingshot, roce, omni-path"),
        std::pair("fp8_recipe", "tensorwise, delayed, blockwise, mxfp8, rowwise"),
        std::pair("flash_attention", "true, false, unfused, flash-1, flash-2, flash-3")}) {
    auto run = stated_run;
    run["fp8_recipe"] = "";
    auto const results = results_of({run, changed(run, {{column, "quantum"}})});
    CHECK(results[0].status == RunStatus::ok);
    CHECK(results[1].status == RunStatus::invalid);
    CHECK_THAT(results[1].reason, ContainsSubstring(std::string("line 3, column '") + column + "': 'quantum'") &&
                                      ContainsSubstring(known));
  }
}

TEST_CASE("Devices that do not divide are blamed on what the row states, not on what follows from it", "[runs]") {
  auto const reason = result_of(changed(stated_run, {{"gpus", "15"}, {"dp", ""}})).reason;
  CHECK_THAT(reason, ContainsSubstring("column 'gpus': '15' devices are no multiple of tp 2 x pp 1 x cp 1"));
  CHECK_THAT(reason, !ContainsSubstring("dp"));
}

TEST_CASE("Measured values of nothing are refused", "[runs]") {
  for (std::string const column : {"step_time_s", "peak_memory_gib", "tokens_per_s_per_gpu"}) {
    RunResult const result = result_of(changed(stated_run, {{column, "0"}}));
    CHECK(result.status == RunStatus::invalid);
    CHECK_THAT(result.reason, ContainsSubstring("column '" + column + "': '0' is not above zero"));
  }
}

TEST_CASE("Every reason names file and line, and the column where it is of one", "[runs]") {
  for (auto const& [changes, column] :
       {std::pair(Cells{{"layers", ""}}, "layers"), std::pair(Cells{{"tp", "x"}}, "tp"),
        std::pair(Cells{{"device", "abacus"}}, "device"), std::pair(Cells{{"precision", "fp8"}}, "precision")}) {
    auto const reason = result_of(changed(stated_run, changes)).reason;
    CHECK_THAT(reason, ContainsSubstring(fmt::format(".csv: line 2, column '{}': ", column)));
  }
  CHECK_THAT(result_of(changed(stated_run, {{"tp", "8"}, {"dp", "1"}, {"heads", "36"}, {"kv_heads", "36"}})).reason,
             ContainsSubstring(".csv: line 2: "));
}

TEST_CASE("All the columns that are missing are named at once", "[runs]") {
  CHECK_THROWS_WITH(results_of_text("id,gpus,layers,heads,seq_len\n"),
                    ContainsSubstring("'hidden', 'global_batch', one of 'device' and 'machine'"));
}

TEST_CASE("A row with a cell too many is invalid", "[runs]") {
  auto const results = results_of_text("id,device,gpus,layers,hidden,heads,seq_len,global_batch\nx,y,1,1,1,1,1,1,1\n");
  CHECK(results.at(0).status == RunStatus::invalid);
  CHECK_THAT(results.at(0).reason, ContainsSubstring("line 2"));
}

TEST_CASE("A described machine is taken from its description, an unknown one composed", "[runs]") {
  Cells const lumi = changed(stated_run, {{"machine", "lumi-g"}, {"device", "mi250x-gcd"}});
  RunResult const described = result_of(lumi);
  RunResult const composed = result_of(changed(lumi, {{"machine", "frontier"}, {"network", "slingshot"}}));
  REQUIRE(described.estimate);
  REQUIRE(composed.estimate);
  CHECK(described.estimate->memory.capacity_bytes == 64.0 * 1024 * 1024 * 1024);
  CHECK(result_of(changed(lumi, {{"machine", "frontier"}, {"device", ""}})).status == RunStatus::skipped);
}

TEST_CASE("A step time that is not stated comes from the throughput", "[runs]") {
  // 64 sequences of 2048 tokens on 8 devices at 1024 tokens/s each: 16 s.
  RunResult const result = result_of(changed(stated_run, {{"step_time_s", ""}, {"tokens_per_s_per_gpu", "1024"}}));
  REQUIRE(result.measured_step_time_s);
  CHECK_THAT(*result.measured_step_time_s, WithinRel(16.0, 1e-12));
}

TEST_CASE("A file that is no table of runs is refused", "[runs]") {
  CHECK_THROWS_AS(estimate_runs("/does/not/exist.csv"), hpcadvise::profiles::FileError);
  CHECK_THROWS_AS(results_of_text(""), hpcadvise::profiles::FileError);
  CHECK_THROWS_AS(results_of_text("id,device\n"), hpcadvise::profiles::FileError);
  CHECK_THROWS_AS(results_of_text("gpus,layers,hidden,heads,seq_len,global_batch\n"), hpcadvise::profiles::FileError);
}

TEST_CASE("CSV out has one line a row, in order, with the documented columns", "[runs]") {
  auto results = results_of({stated_run, changed(stated_run, {{"id", "a,b"}, {"layers", ""}})});
  results[0].measured_step_time_s = 2 * results[0].estimate->step_time_s.median;
  CsvTable const table = parse_csv(runs_to_csv(results), "out.csv");
  CHECK(table.header == std::vector<std::string>{"id", "status", "step_time_s", "step_time_low_s", "step_time_high_s",
                                                 "tokens_per_s_per_gpu", "memory_gib", "fits", "measured_step_time_s",
                                                 "step_error_pct", "measured_memory_gib", "memory_error_pct", "assumed",
                                                 "reason"});
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].cells[1] == "ok");
  CHECK(table.rows[0].cells[9] == "-50.00");
  CHECK(table.rows[1].cells[0] == "a,b");
  CHECK(table.rows[1].cells[1] == "skipped");
  CHECK(table.rows[1].cells[2].empty());
}

TEST_CASE("The summary has medians, means and the share inside the interval", "[runs]") {
  auto results = results_of({stated_run, stated_run, stated_run, changed(stated_run, {{"layers", ""}})});
  double const estimated = results[0].estimate->step_time_s.median;
  // Errors of 0, +100 % and -50 %.
  results[0].measured_step_time_s = estimated;
  results[1].measured_step_time_s = estimated / 2;
  results[2].measured_step_time_s = estimated * 2;
  nlohmann::json const summary = nlohmann::json::parse(runs_to_json(results))["summary"];
  CHECK(summary["rows"] == 4);
  CHECK(summary["ok"] == 3);
  CHECK(summary["skipped"] == 1);
  nlohmann::json const& step_time = summary["overall"]["step_time"];
  CHECK(step_time["runs"] == 3);
  CHECK_THAT(step_time["median_absolute_error"].get<double>(), WithinRel(0.5, 1e-12));
  CHECK_THAT(step_time["mean_absolute_error"].get<double>(), WithinRel(0.5, 1e-12));
  CHECK_THAT(step_time["share_inside_interval"].get<double>(), WithinRel(1.0 / 3, 1e-12));
  CHECK(summary["by_device"]["a100-sxm-80gb"]["step_time"] == step_time);
  CHECK(summary["by_sharding"].contains("zero1"));
}

TEST_CASE("The same table gives the same bytes", "[runs]") {
  CHECK(runs_to_json(results_of({stated_run})) == runs_to_json(results_of({stated_run})));
}

TEST_CASE("Two rows of one id are two runs that nobody could tell apart: the second is invalid", "[runs]") {
  std::string const row = ",h100-sxm-80gb,8,24,2048,16,2048,64\n";
  auto const results = results_of_text("id,device,gpus,layers,hidden,heads,seq_len,global_batch\na" + row + row + row +
                                       "b" + row + "a" + row);
  REQUIRE(results.size() == 5);
  for (std::size_t const index : {0, 1, 2, 3}) CHECK(results[index].status == RunStatus::ok);  // no id is no name
  CHECK(results[4].status == RunStatus::invalid);
  CHECK_THAT(results[4].reason, ContainsSubstring("line 6, column 'id': 'a' names the run of line 2 already"));
}

TEST_CASE("A table that is separated otherwise than by commas is refused for that", "[runs]") {
  auto const complaint = [](std::string const& text) -> std::string {
    try {
      results_of_text(text);
    } catch (hpcadvise::profiles::FileError const& error) {
      return error.what();
    }
    return "";
  };
  CHECK_THAT(complaint("id;device;gpus\na;h100-sxm-80gb;8\n"), ContainsSubstring("separated by semicolons"));
  CHECK_THAT(complaint("id\tdevice\tgpus\na\th100-sxm-80gb\t8\n"), ContainsSubstring("separated by tabs"));
  CHECK_THAT(complaint("id\na\n"), ContainsSubstring("missing columns: 'gpus'"));
}
