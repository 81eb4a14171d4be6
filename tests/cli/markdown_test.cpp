// SPDX-License-Identifier: Apache-2.0
// Markdown holds every section that the text does.
#include "tests/cli/run_in_process.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise;
using tests::has;
using tests::run;
using Words = std::vector<std::string>;

namespace {

std::string markdown_of(Words words) {
  words.insert(words.end(), {"--format", "markdown"});
  return run(words).out;
}

// Each starts a section: behind a blank line in the text, as a heading in Markdown.
void check_sections(Words const& words, Words const& headings) {
  auto const text = run(words).out;
  auto const markdown = markdown_of(words);
  for (std::string const& heading : headings) {
    CAPTURE(heading, markdown);
    CHECK(has(text, "\n\n" + heading));
    CHECK(has(markdown, "\n\n## " + heading));
  }
  CHECK_FALSE(has(markdown, "\n\n\n"));
}

}  // namespace

TEST_CASE("Advice as Markdown has the sections of the text", "[cli][markdown]") {
  Words const words{"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "64", "--tokens", "1T"};
  check_sections(words, {"Why ", "Step: ", "Memory on the fullest device: ", "Roomier or simpler", "Batch sizes",
                         "The whole run", "Other device counts, the fastest plan of each", "What this rests on"});
  auto const markdown = markdown_of(words);
  CHECK(markdown.starts_with("# llama-2-7b (6.74 B parameters) on 64 devices of lumi-g\n\n- 8 nodes of 8 "));
  CHECK(has(markdown, "\n\n\\* recommended"));
  CHECK(has(markdown, "| Batch | mb | Tokens | Steps |"));
}

TEST_CASE("Advice that nothing fits as Markdown has the sections of the text", "[cli][markdown]") {
  check_sections({"advise", "--model", "gpt-3-175b", "--machine", "leonardo-booster", "--devices", "4"},
                 {"Nothing fits.", "Memory on the fullest device: ", "What would make it fit"});
}

TEST_CASE("An estimate as Markdown names model and machine, and has the sections of the text", "[cli][markdown]") {
  Words const words{"estimate",  "--model", "llama-2-7b",
                    "--machine", "lumi-g",  "--sequence-length",
                    "4096",      "--plan",  "dp=8,micro_batch=4,global_batch=64,sharding=zero3"};
  check_sections(
      words, {"Memory on the fullest device: ", "What would make room", "Step, if it fitted: ", "What this rests on"});
  CHECK(markdown_of(words).starts_with("# llama-2-7b (6.74 B parameters) on 8 devices of lumi-g\n"));
}

TEST_CASE("A comparison with a log as Markdown names model and machine, and has the sections of the text",
          "[cli][markdown]") {
  Words const words{
      "verify",  "--log",      HPCADVISE_TEST_DATA "/data/logs/megatron-lm.log",
      "--model", "llama-2-7b", "--machine",
      "lumi-g",  "--plan",     "tp=2,dp=32,micro_batch=1,global_batch=1024,sharding=zero1,sequence_parallel=true"};
  check_sections(words, {"What it says", "What was measured", "What this rests on"});
  auto const markdown = markdown_of(words);
  CHECK(markdown.starts_with("# llama-2-7b (6.74 B parameters) on 64 devices of lumi-g\n\n- 8 nodes of 8 "));
  CHECK(has(markdown, "\n\n|  | Measured | Predicted |"));
}
