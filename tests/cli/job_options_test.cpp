// SPDX-License-Identifier: Apache-2.0
#include "cli/job_options.hpp"

#include "profiles/error.hpp"
#include "tests/cli/run_in_process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

cli::JobOptions options_with_tokens(std::string const& tokens) {
  cli::JobOptions options;
  options.model = "llama-2-7b";
  options.machine = "lumi-g";
  options.tokens = tokens;
  return options;
}

}  // namespace

TEST_CASE("Tokens are counted in thousands, and more than there is text is refused", "[cli]") {
  CHECK(cli::resolve_job(options_with_tokens("300B"), 8).job.tokens == 3e11);
  CHECK(cli::resolve_job(options_with_tokens("1.5T"), 8).job.tokens == 1.5e12);
  CHECK(cli::resolve_job(options_with_tokens("86e9"), 8).job.tokens == 86e9);
  for (char const* const absurd : {"1e30", "1e400", "inf", "9999999999T"}) {
    CAPTURE(absurd);
    CHECK_THROWS_MATCHES(cli::resolve_job(options_with_tokens(absurd), 8), profiles::UsageError,
                         MessageMatches(ContainsSubstring("more text than there is")));
  }
  for (char const* const wrong : {"0", "-3B", "0.2", "nan", "many", "3X", "3BB"}) {
    CAPTURE(wrong);
    CHECK_THROWS_MATCHES(cli::resolve_job(options_with_tokens(wrong), 8), profiles::UsageError,
                         MessageMatches(ContainsSubstring("not a count of tokens")));
  }
}

TEST_CASE("A framework that is not known is refused with the word that is nearest", "[cli]") {
  auto const answer = tests::run(
      {"advise", "--model", "llama-2-7b", "--machine", "lumi-g", "--devices", "8", "--framework", "hugingface"});
  CHECK_THAT(answer.log, ContainsSubstring("--framework hugingface: unknown") &&
                             ContainsSubstring("did you mean 'huggingface'? Known: accelerate"));
}

TEST_CASE("A usual batch that no plan divides gives way, and a note says so", "[cli]") {
  auto const resolved = cli::resolve_job(options_with_tokens(""), 5128);
  CHECK(resolved.job.global_batch == 1282);
  REQUIRE(resolved.notes.size() == 1);
  CHECK(resolved.notes.front() ==
        "no plan on 5128 devices divides a batch of about 4 M tokens: 1282 (5.25 M tokens) comes nearest");
  CHECK(cli::resolve_job(options_with_tokens(""), 5120).notes.empty());
}

TEST_CASE("A batch that neither plan nor option states is listed as assumed", "[cli]") {
  std::vector<std::string> const words{"estimate", "--model", "llama-2-7b", "--machine", "lumi-g", "--plan", "dp=8"};
  auto const assumed = "global batch 8, the smallest";
  CHECK_THAT(tests::run(words).out, ContainsSubstring(assumed));
  auto stated = words;
  stated.insert(stated.end(), {"--global-batch", "16"});
  CHECK_THAT(tests::run(stated).out, ContainsSubstring("global batch 16 ") && !ContainsSubstring(assumed));
  stated = words;
  stated.back() += ",global_batch=16";
  CHECK_THAT(tests::run(stated).out, ContainsSubstring("global batch 16 ") && !ContainsSubstring(assumed));
}
