// SPDX-License-Identifier: Apache-2.0
// The whole tool in one process: what is typed, what is printed, which exit code.
#include "tests/cli/run_in_process.hpp"

#include "advisor/model_library.hpp"
#include "profiles/units.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <string_view>

using namespace hpcadvise;
using tests::has;
using tests::run;
using tests::unwrapped;

TEST_CASE("Help is printed on stdout for the tool and for every command, with examples", "[cli]") {
  for (auto const& words : std::vector<std::vector<std::string>>{{},
                                                                 {"probe"},
                                                                 {"profiles"},
                                                                 {"profiles", "list"},
                                                                 {"profiles", "show"},
                                                                 {"profiles", "validate"},
                                                                 {"profiles", "export"},
                                                                 {"systems"},
                                                                 {"systems", "list"},
                                                                 {"systems", "show"},
                                                                 {"systems", "detect"},
                                                                 {"models"},
                                                                 {"models", "list"},
                                                                 {"advise"},
                                                                 {"estimate"},
                                                                 {"verify"}}) {
    auto arguments = words;
    arguments.push_back("--help");
    auto const result = run(arguments);
    CAPTURE(words);
    CHECK(result.code == 0);
    CHECK(has(result.out, "Examples:"));
    CHECK(has(result.out, "hpcadvise"));
    CHECK(result.log.empty());
  }
}

TEST_CASE("A command line that cannot be understood is exit code 2 with where to look", "[cli]") {
  for (auto const& words : std::vector<std::vector<std::string>>{
           {}, {"nonsense"}, {"advise", "--no-such-option"}, {"systems"}, {"advise", "--devices"}}) {
    auto const result = run(words);
    CAPTURE(words, result.log);
    CHECK(result.code == 2);
    CHECK(result.out.empty());
    CHECK(has(result.log, "hpcadvise: error:"));
    CHECK(has(result.log, "--help"));
  }
}

TEST_CASE("A command that is not there yet is not in the help", "[cli]") {
  auto const help = run({"--help"}).out;
  for (char const* const name : {"emit", "budget", "report", "compare", "check"})
    CHECK_FALSE(has(help, std::string("\n  ") + name));
}

TEST_CASE("An unknown system, model or machine names the nearest known one", "[cli]") {
  auto const system = run({"systems", "show", "lumi"});
  CHECK(system.code == 2);
  CHECK(has(system.log, "lumi-g"));

  auto const model = run({"advise", "--model", "llama-2-7", "--machine", "lumi-g", "--devices", "64"});
  CHECK(model.code == 2);
  CHECK(has(model.log, "llama-2-7b"));

  auto const machine = run({"advise", "--model", "llama-2-7b", "--machine", "lumi-h", "--devices", "64"});
  CHECK(machine.code == 2);
  CHECK(has(machine.log, "lumi-g"));
}

TEST_CASE("Device counts that make no sense are refused with what would", "[cli]") {
  for (char const* const devices : {"0", "-8", "many", "64..8"}) {
    auto const result = run({"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", devices});
    CAPTURE(devices, result.log);
    CHECK(result.code == 2);
    CHECK(has(result.log, "--devices"));
  }
}

TEST_CASE("A profile that is not there or broken is exit code 2 with its file", "[cli]") {
  tests::TemporaryFolder const folder;
  auto const broken = folder / "broken.json";
  std::ofstream(broken) << "{\"schema_version\": ";
  auto const result = run({"profiles", "validate", broken.string()});
  CHECK(result.code == 2);
  CHECK(has(result.out, "broken.json"));
  CHECK(run({"profiles", "show", "no-such-profile", "--store", folder.path().string()}).code == 2);

  auto const list = run({"profiles", "list", "--store", folder.path().string()});
  CHECK(list.code == 0);
  CHECK(has(list.out, "unreadable"));
}

TEST_CASE("Results that cannot be written are an error, not silence", "[cli]") {
  std::ofstream full("/dev/full");
  if (!full) SKIP("no /dev/full on this machine");
  std::ostringstream log;
  cli::Output output{full, log, cli::Terminal{}, cli::Terminal{}};
  CHECK(cli::run({"systems", "list"}, output) == 2);
  CHECK(has(log.str(), "standard output"));
}

TEST_CASE("The answer for a 7B model on 64 GCDs of LUMI-G stays as it was accepted", "[cli][golden]") {
  auto const result = run({"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "64",
                           "--sequence-length", "4096", "--global-batch", "1024"});
  CHECK(result.code == 0);
  CHECK(tests::golden_difference("advise-llama-2-7b-lumi-g-64.txt", result.out) == "");
}

TEST_CASE("The list of systems stays as it was accepted", "[cli][golden]") {
  CHECK(tests::golden_difference("systems-list.txt", run({"systems", "list"}).out) == "");
  CHECK(tests::golden_difference("systems-show-lumi-g.txt", run({"systems", "show", "lumi-g"}).out) == "");
}

TEST_CASE("The same question gets the same bytes", "[cli]") {
  std::vector<std::string> const question{"advise",    "--model", "llama-2-13b", "--machine", "leonardo-booster",
                                          "--devices", "128",     "--format",    "json"};
  CHECK(run(question).out == run(question).out);
}

TEST_CASE("When nothing fits the answer says what comes closest and the exit code is 4", "[cli]") {
  auto const result = run({"advise", "--model", "gpt-3-175b", "--machine", "leonardo-booster", "--devices", "4",
                           "--sequence-length", "2048", "--global-batch", "64"});
  CHECK(result.code == 4);
  CHECK(has(result.out, "Nothing fits."));
  CHECK(has(result.out, "What would make it fit"));
  CHECK(result.out.find("too much") == result.out.rfind("too much"));
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(cli::display_width(line) <= 80);
  }
}

TEST_CASE("Text and JSON call the same amount too much", "[cli]") {
  std::vector<std::string> words{"advise", "--model", "gpt-3-175b", "--machine", "leonardo-booster", "--devices", "4"};
  auto const text = unwrapped(run(words).out);
  words.insert(words.end(), {"--format", "json"});
  auto const nearest = nlohmann::json::parse(run(words).out).at("nearest");
  double const over_bytes = nearest.at("over_bytes");
  CHECK(over_bytes ==
        nearest.at("memory_bytes").at("total").get<double>() - nearest.at("memory_bytes").at("capacity").get<double>());
  CHECK(has(text, "it is " + profiles::format_bytes(over_bytes) + " too much"));
}

TEST_CASE("Batch advice names the rate that devices reach, not a range that a table beside it denies", "[cli]") {
  auto const said = unwrapped(
      run({"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "64", "--tokens", "1T"}).out);
  // Each number says whose it is: none is "below" another.
  CHECK(has(said, "global batch: 1,024 sequences; these devices reach 90 % of their rate from "));
  CHECK(has(said, " on; the critical batch is "));
}

TEST_CASE("An answer writes counts in one form, and more than one unit in the plural", "[cli]") {
  auto const answer = run({"advise", "--model", "llama-2-7b", "--machine", "leonardo-booster", "--devices", "1024",
                           "--sequence-length", "4096", "--global-batch", "1024", "--tokens", "1T"});
  CHECK(has(answer.out, "core-hours\n"));
  std::istringstream words(answer.out);
  for (std::string word; words >> word;) {
    CAPTURE(word);
    while (!word.empty() && std::string_view(":;,)").find(word.back()) != std::string_view::npos) word.pop_back();
    bool const bare = word.size() > 3 && word.find_first_not_of("0123456789") == std::string::npos;
    bool const year = word.size() == 4 && word.starts_with("20");
    CHECK((!bare || year));
  }
}

TEST_CASE("Every built-in model is listed as --model takes it", "[cli]") {
  auto const text = run({"models", "list"});
  CHECK(text.code == 0);
  auto const json = nlohmann::json::parse(run({"models", "list", "--format", "json"}).out).at("models");
  REQUIRE(json.size() == advisor::model_names().size());
  std::size_t index = 0;
  for (auto const& name : advisor::model_names()) {
    CAPTURE(name);
    CHECK(has(text.out, '\n' + name + "  "));
    CHECK(json.at(index++).at("name") == name);
  }
}

TEST_CASE("A machine that is only announced is described, and not planned for", "[cli]") {
  CHECK(run({"systems", "show", "alice-recoque"}).code == 0);
  auto const result = run({"advise", "--model", "llama-2-7b", "--machine", "alice-recoque", "--devices", "64"});
  CHECK(result.code == 2);
  CHECK(has(result.log, "announced"));
  // Its device is as little known: what is proposed instead can be planned for.
  auto const said = unwrapped(result.log);
  auto const start = said.find("such as device=") + 8;
  CHECK(run({"advise", "--model", "llama-2-7b", "--devices", "64", "--machine", said.substr(start)}).code == 0);
}

TEST_CASE("The JSON of advise holds a ranked list whose terms add up to the step time", "[cli]") {
  auto const result =
      run({"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "64", "--sequence-length", "4096",
           "--global-batch", "1024", "--tokens", "100B", "--format", "json"});
  REQUIRE(result.code == 0);
  auto const json = nlohmann::json::parse(result.out);
  for (char const* const key : {"model", "machine", "devices", "job", "assumed", "plans", "pareto", "recommended",
                                "considered", "rejected", "neighbours", "batch", "cost"})
    CHECK(json.contains(key));
  double last_s = 0;
  for (auto const& plan : json.at("plans")) {
    double const median_s = plan.at("step_time_s").at("median");
    double sum_s = 0;
    for (auto const& term : plan.at("terms_s")) sum_s += term.get<double>();
    CHECK_THAT(sum_s, Catch::Matchers::WithinRel(median_s, 1e-9));
    CHECK(median_s >= last_s);
    last_s = median_s;
    CHECK(plan.at("fits") == true);
    CHECK(plan.at("memory_bytes").at("total").get<double>() <= 64 * double(1 << 30));
  }
}

TEST_CASE("A plan printed by advise is read back by estimate and gets the same step time", "[cli]") {
  std::vector<std::string> const job{"--model",           "llama-2-7b", "--machine", "lumi-g",
                                     "--sequence-length", "4096",       "--format",  "json"};
  auto advise = std::vector<std::string>{"advise", "--devices", "64", "--global-batch", "1024"};
  advise.insert(advise.end(), job.begin(), job.end());
  auto const answer = run(advise).out;
  tests::TemporaryFolder const folder;
  auto const file = folder / "plan.json";
  std::ofstream(file) << answer;

  auto estimate = std::vector<std::string>{"estimate", "--plan", file.string()};
  estimate.insert(estimate.end(), job.begin(), job.end());
  auto const again = nlohmann::json::parse(run(estimate).out);
  auto const advised = nlohmann::json::parse(answer);
  auto const recommended = advised.at("recommended").get<std::size_t>();
  CHECK(again.at("step_time_s") == advised.at("plans").at(recommended).at("step_time_s"));
}

TEST_CASE("A plan that cannot be is refused with what contradicts", "[cli]") {
  std::vector<std::string> const job{"estimate", "--model",           "llama-2-7b", "--machine",
                                     "lumi-g",   "--sequence-length", "4096"};
  for (char const* const plan : {"tp=3,dp=8,micro_batch=1,global_batch=64", "tp=2,dp=4,micro_batch=3,global_batch=64",
                                 "tp=0,dp=8", "tp=two", "unknown=1", "no-such-file.json"}) {
    auto words = job;
    words.insert(words.end(), {"--plan", plan});
    auto const result = run(words);
    CAPTURE(plan, result.log);
    CHECK(result.code == 2);
    CHECK(has(result.log, "hpcadvise: error:"));
  }
}

TEST_CASE("An option that is not known is named before one that is missing, with the nearest", "[cli]") {
  struct Case {
    std::vector<std::string> words;
    char const* message;
    char const* next_step;
  };
  for (auto const& [words, message, next_step] : std::vector<Case>{
           {{"advise", "--modle", "llama-2-7b", "--machine", "lumi-g"},
            "hpcadvise advise has no option --modle",
            "Did you mean --model? See: hpcadvise advise --help"},
           {{"advise", "--device=64", "--model", "llama-2-7b"},
            "hpcadvise advise has no option --device",
            "Did you mean --devices?"},
           {{"estimate", "--xyzzy", "--runs", "runs.csv"},
            "hpcadvise estimate has no option --xyzzy",
            "See: hpcadvise estimate --help"},
           {{"advise", "--model", "llama-2-7b", "--machine", "lumi-g"}, "--devices is required", "advise --help"},
       }) {
    auto const result = run(words);
    CAPTURE(words, result.log);
    CHECK(result.code == 2);
    CHECK(has(unwrapped(result.log), message));
    CHECK(has(unwrapped(result.log), next_step));
  }
}

TEST_CASE("An empty store is filled by a probe that writes there", "[cli]") {
  tests::TemporaryFolder const folder;
  auto const store = folder.path().string();
  CHECK(has(run({"profiles", "list", "--store", store}).out, "hpcadvise probe --store " + store));
}

TEST_CASE("A profile's name is no way out of the store", "[cli]") {
  for (char const* const name : {"../../x", "/etc/x", ".hidden", "a b"}) {
    auto const result = run({"probe", "--name", name, "--budget", "1s"});
    CAPTURE(name, result.log);
    CHECK(result.code == 2);
    CHECK(has(result.log, "cannot name a profile"));
  }
}

TEST_CASE("A table of runs that cannot be read is one clear error", "[cli]") {
  auto const missing = run({"estimate", "--runs", "no-such.csv"});
  CHECK(missing.code == 2);
  CHECK(has(missing.log, "no-such.csv"));
}

TEST_CASE("A recommended plan that fills the memory is said to, and only such a one", "[cli]") {
  std::vector<std::string> const roomy{"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "64"};
  CHECK(has(unwrapped(run(roomy).out), "of those tied with the fastest that leave a tenth of the memory free"));
  CHECK_FALSE(has(unwrapped(run(roomy).out), "may not run"));
  // Here faster ones fill it, by less than room is worth.
  auto const gives_way = unwrapped(run({"advise", "--model", "llama-3-70b", "--machine", "leonardo-booster",
                                        "--devices", "256", "--framework", "huggingface"})
                                       .out);
  CHECK(has(gives_way, "recommended: it leaves a tenth of the memory free; the fastest takes"));
  // 175 B parameters and their optimizer take most of what these have.
  std::vector<std::string> const full{"advise", "--model", "gpt-3-175b", "--machine", "lumi-g", "--devices", "64"};
  auto const said = unwrapped(run(full).out);
  CHECK(has(said, "recommended, but it fills"));
  CHECK(has(said, "may not run"));
}

TEST_CASE("A plan that does not fit is estimated with that said first, and with what would make it fit", "[cli]") {
  std::vector<std::string> words{"estimate",
                                 "--model",
                                 "llama-2-7b",
                                 "--machine",
                                 "lumi-g",
                                 "--sequence-length",
                                 "4096",
                                 "--tokens",
                                 "1T",
                                 "--plan",
                                 "dp=8,micro_batch=4,global_batch=64,sharding=zero3"};
  auto const result = run(words);
  CHECK(result.code == 4);
  auto const said = unwrapped(result.out);
  CHECK(said.find("it does not fit") < said.find("Step, if it fitted:"));
  CHECK(has(said, "at least; the largest part is activations"));
  CHECK(has(said, "recompute=full: 0."));
  CHECK_FALSE(has(said, "The whole run"));

  words.insert(words.end(), {"--format", "json"});
  auto const json = nlohmann::json::parse(run(words).out);
  CHECK(json.at("memory_verdict") == "too_large");
  CHECK(json.at("memory_bytes").at("needed") > json.at("memory_bytes").at("capacity"));
  CHECK_FALSE(json.at("changes").empty());
  CHECK_FALSE(json.contains("cost"));
}

TEST_CASE("A table of runs of which none could be estimated is bad input, shown and said", "[cli]") {
  tests::TemporaryFolder const folder;
  auto const answer = [&](std::string const& rows) {
    std::ofstream(folder / "runs.csv") << "id,device,gpus,layers,hidden,heads,seq_len,global_batch\n" << rows;
    return run({"estimate", "--runs", folder.file("runs.csv")});
  };
  std::string const good = "a,h100-sxm-80gb,8,24,2048,16,2048,64\n";
  std::string const bad = "b,h100-sxm-80gb,8,24,2048,16,2048,many\n";
  CHECK(answer(good + bad).code == 0);
  auto const none = answer(bad);
  CHECK(none.code == 2);
  CHECK(has(none.out, "b,invalid"));
  CHECK(has(unwrapped(none.log), "no row could be estimated The first:"));
  CHECK(answer("").code == 2);
}

TEST_CASE("Every exit code is in the help and in the documentation", "[cli]") {
  auto const help = unwrapped(run({"--help"}).out);
  std::ifstream page(std::filesystem::path(HPCADVISE_TEST_DATA).parent_path() / "docs" / "quickstart.md");
  std::string const text(std::istreambuf_iterator<char>(page), {});
  using profiles::ExitCode;
  for (auto const code : {ExitCode::done, ExitCode::internal, ExitCode::usage, ExitCode::machine,
                          ExitCode::nothing_fits, ExitCode::interrupted}) {
    CAPTURE(int(code));
    CHECK(has(help.substr(help.find("Exit codes:")), " " + std::to_string(int(code)) + " "));
    CHECK(has(text, "\n| " + std::to_string(int(code)) + " | "));
  }
}

TEST_CASE("A number that is refused says what to write", "[cli]") {
  for (auto const& words :
       std::vector<std::vector<std::string>>{{"--sequence-length", "0"}, {"--global-batch", "-1"}}) {
    std::vector<std::string> asked{"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "8"};
    asked.insert(asked.end(), words.begin(), words.end());
    auto const result = run(asked);
    CHECK(result.code == 2);
    CHECK(has(result.log, "Leave it out for"));
  }
}

TEST_CASE("Help says of each command what it does with an option", "[cli]") {
  CHECK_FALSE(has(unwrapped(run({"advise", "--help"}).out), "--plan"));
  CHECK(has(unwrapped(run({"advise", "--help"}).out), "default: about 4 M tokens"));
  CHECK(has(unwrapped(run({"estimate", "--help"}).out), "default: the plan's own"));
  CHECK_FALSE(has(run({"verify", "--help"}).out, "--tokens"));
}

TEST_CASE("Options that a table of runs would ignore are refused by name", "[cli]") {
  auto const result = run({"estimate", "--runs", "runs.csv", "--model", "llama-2-7b", "--precision", "fp16"});
  CHECK(result.code == 2);
  CHECK(has(unwrapped(result.log), "--model, --precision beside --runs"));
}
