// SPDX-License-Identifier: Apache-2.0
// Whatever is asked, answers and errors fit on a terminal of 80 columns.
#include "tests/cli/measured_by_fake.hpp"
#include "tests/cli/run_in_process.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace hpcadvise;
using Words = std::vector<std::string>;

namespace {

// Examples are for copying: a line of them is a line of the shell.
void check_width(std::string const& text) {
  std::istringstream lines(text);
  bool in_examples = false;
  for (std::string line; std::getline(lines, line);) {
    in_examples = in_examples || line == "Examples:";
    CAPTURE(line);
    if (!in_examples) CHECK(cli::display_width(line) <= 80);
  }
}

void check_commands(std::vector<Words> const& commands, std::vector<int> const& codes) {
  for (Words const& words : commands) {
    auto const result = tests::run(words);
    CAPTURE(words, result.code, result.log);
    CHECK(std::find(codes.begin(), codes.end(), result.code) != codes.end());
    check_width(result.out);
    check_width(result.log);
  }
}

Words advise(std::string const& model, std::string const& machine, std::string const& devices, Words const& more = {}) {
  Words words{"advise", "--model", model, "--machine", machine, "--devices", devices};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words estimate(std::string const& plan, Words const& more = {}) {
  Words words{"estimate", "--model", "llama-2-7b", "--machine", "lumi-g", "--plan", plan};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("Descriptions and help fit", "[cli][width]") {
  check_commands({{"models", "list"},
                  {"systems", "list"},
                  {"systems", "show", "lumi-g"},
                  {"systems", "show", "jupiter-booster"},
                  {"systems", "detect"},
                  {"probe", "--help"},
                  {"advise", "--help"},
                  {"estimate", "--help"},
                  {"verify", "--help"}},
                 {0});
}

TEST_CASE("What is measured fits, and what goes wrong on the way", "[cli][width]") {
  tests::MeasuredByFake machine("crash:1 exit:3");
  auto const store = machine.folder.file("store");
  check_commands({{"probe", "--budget", "30s", "--name", "measured", "--backend", "host"}}, {0});
  check_commands(
      {{"profiles", "list"}, {"profiles", "show", "measured"}, {"profiles", "validate", store + "/measured.json"}},
      {0});
  check_commands(
      {{"profiles", "validate", store + "/no-such-profile-of-a-name-that-is-long-enough-to-need-a-line.json"},
       {"probe", "--only", "no-such-probe"},
       {"probe", "--only", "link", "--backend", "host"}},
      {2});
  machine.environment.set("FAKE_RUNNER", "no-hello");
  check_commands({{"probe", "--backend", "host"}}, {3});
}

TEST_CASE("Advice fits: dense and mixed, roomy and full, one count and a sweep, and none", "[cli][width]") {
  check_commands(
      {advise("llama-3-70b", "leonardo-booster", "1024", {"--tokens", "1T"}), advise("llama-2-7b", "lumi-g", "8..512"),
       advise("llama-2-7b", "lumi-g", "8..1024", {"--tokens", "15T"}),
       advise("llama-3-70b", "leonardo-booster", "8..48", {"--fine-tune", "lora"}),
       advise("deepseek-v3", "jupiter-booster", "2048"), advise("deepseek-v3", "jupiter-booster", "512..2048"),
       advise("gpt-oss-120b", "jupiter-booster", "8..4096"),
       advise("gpt-3-2.7b", "device=h100-sxm-80gb,devices-per-node=8", "1"),
       advise("mixtral-8x7b", "marenostrum5-acc", "64", {"--sequence-length", "32768"}),
       advise("gpt-3-175b", "leonardo-booster", "4")},
      {0, 4});
}

TEST_CASE("Estimates fit, of plans that do and that do not", "[cli][width]") {
  std::string const rare =
      "tp=2,pp=2,dp=16,vpp=2,micro_batch=1,global_batch=1024,recompute=selective,sharding=zero1,sequence_parallel=true";
  check_commands({estimate("tp=2,dp=32,micro_batch=1,global_batch=1024,sharding=zero1"), estimate(rare),
                  estimate("dp=8,micro_batch=8,global_batch=64"),
                  estimate("dp=8,micro_batch=3,global_batch=24,sharding=zero3", {"--tokens", "1T"}),
                  estimate("tp=8,sequence_parallel=true,recompute=full", {"--sequence-length", "65536"})},
                 {0, 4});
}

TEST_CASE("Errors fit", "[cli][width]") {
  std::string const long_name = "/tmp/" + std::string(40, 'x') + "/" + std::string(40, 'y') + "/no-such-config.json";
  check_commands({advise("llama-2-7b", "lumi-g", "61"),
                  advise("llama-2-7b", "lumi-g", "24000"),
                  advise("llama-2-7b", "lumi-g", "536", {"--global-batch", "1000"}),
                  advise(long_name, "lumi-g", "64"),
                  advise("llama-2-7c", "lumi-g", "64"),
                  advise("llama-2-7b", "alice-recoque", "64"),
                  advise("llama-2-7b", "device=h100-sxm-80gb,devices-per-node=8,network=token-ring", "64"),
                  advise("llama-2-7b", "lumi-g", "64", {"--framework", "a-framework-that-nobody-has-heard-of"}),
                  advise("llama-2-7b", "lumi-g", "64", {"--precision", "fp4"}),
                  estimate("tp=3,dp=8"),
                  estimate("dp=8,sharding=hsdp"),
                  estimate("dp=8,sharding=zero9"),
                  estimate("dp=8,color=green"),
                  estimate("dp=61"),
                  {"estimate", "--runs", long_name},
                  {"verify", "--log", long_name, "--plan", "dp=8"},
                  {"advize"},
                  {"advise", "--devces", "8"}},
                 {2});
}
