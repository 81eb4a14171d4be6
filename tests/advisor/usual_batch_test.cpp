// SPDX-License-Identifier: Apache-2.0
#include "advisor/usual_batch.hpp"

#include "advisor/critical_batch.hpp"
#include "advisor/model_library.hpp"
#include "advisor/plan_search.hpp"
#include "profiles/system_description.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <map>
#include <optional>
#include <string>

using namespace hpcadvise::advisor;

namespace {

Machine const& machine(char const* name) {
  static std::map<std::string, Machine> machines;
  auto const [entry, is_new] = machines.try_emplace(name);
  if (is_new) entry->second = machine_from_system(hpcadvise::profiles::system_description(name));
  return entry->second;
}

TrainingJob job(char const* model, std::int64_t sequence_length) {
  TrainingJob result;
  result.model = built_in_model(model);
  result.sequence_length = sequence_length;
  return result;
}

UsualBatch batch(TrainingJob const& job, std::int64_t devices, char const* system = "lumi-g",
                 FrameworkKind framework = FrameworkKind::unknown) {
  return usual_global_batch(job, devices, machine(system), {.framework = framework});
}

}  // namespace

TEST_CASE("The usual batch is about 4 M tokens, however many the devices are") {
  // 2^22 tokens are 1,024 sequences of 4,096, 32 of 131,072.
  CHECK(batch(job("llama-2-7b", 4096), 64).sequences == 1024);
  CHECK(batch(job("llama-2-7b", 4096), 16384).sequences == 1024);
  CHECK(batch(job("falcon-180b", 131072), 1024, "jupiter-booster").sequences == 32);
  CHECK(batch(job("llama-3.1-8b", 131072), 64).sequences == 32);
  for (std::int64_t const devices : {1, 2, 3, 5, 7, 8, 24, 40, 56, 88, 96, 104, 768, 1000, 1536, 3000, 12000, 20000}) {
    CAPTURE(devices);
    auto const usual = batch(job("llama-2-7b", 4096), devices);
    CHECK(usual.is_usual);
    CHECK(std::abs(double(usual.sequences) / 1024 - 1) <= 0.25);
  }
}

TEST_CASE("The usual batch is one that plans on these devices divide, by as many ranks as come near it") {
  CHECK(batch(job("llama-2-7b", 4096), 24).sequences == 960);  // 5 x 8 x 24
  CHECK(batch(job("llama-2-7b", 4096), 1000).sequences == 1000);
  for (std::int64_t const devices : {24, 96, 1000, 16384}) {
    auto asked = job("llama-2-7b", 4096);
    asked.global_batch = batch(asked, devices).sequences;
    CHECK_FALSE(search_plans(asked, devices, machine("lumi-g"), {.around = false}).plans.empty());
  }
}

TEST_CASE("The usual batch is not one that only an odd number of stages divides") {
  // 3,072 devices: 1,024 ranks are three stages, 768 are tensor parallelism by four.
  CHECK(batch(job("llama-2-7b", 4096), 3072).sequences == 768);
  CHECK(batch(job("llama-2-7b", 4096), 768).sequences == 768);
  auto asked = job("llama-2-13b", 4096);
  auto const rate = [&](std::int64_t devices) {
    asked.global_batch = batch(asked, devices).sequences;
    auto const ranked = search_plans(asked, devices, machine("lumi-g"), {.keep = 1, .around = false});
    return double(devices) * ranked.plans.front().estimate.tokens_per_s_per_device;
  };
  CHECK(rate(3072) > rate(2048));
}

TEST_CASE("What the usual batch leaves for a rank divides: a power of two, times at most 7") {
  for (std::int64_t const devices : {3, 5, 6, 7, 24, 40, 56, 88, 96, 104, 1000, 1536, 3000}) {
    CAPTURE(devices);
    auto left = batch(job("llama-2-7b", 4096), devices, "lumi-g", FrameworkKind::fsdp_plain).sequences;
    std::int64_t ranks = devices;
    while (left % ranks != 0 && ranks % 2 == 0) ranks /= 2;
    REQUIRE(left % ranks == 0);
    left /= ranks;
    while (left % 2 == 0) left /= 2;
    CHECK(left <= 7);
  }
  // 1,024 is near 1,023 = 3 x 11 x 31, which leaves no even micro-batch.
  CHECK(batch(job("llama-2-7b", 4096), 3, "lumi-g", FrameworkKind::fsdp_plain).sequences == 960);
}

TEST_CASE("The usual batch is no larger than the critical one, where ranks leave a choice") {
  auto gpt = job("gpt-2", 1024);
  CHECK(batch(job("llama-2-7b", 4096), 8).basis == BatchBasis::tokens);
  for (auto const tokens : {std::optional<double>(), std::optional<double>(1e10), std::optional<double>(1e11)}) {
    gpt.tokens = tokens;
    gpt.global_batch = 1;
    double const critical = critical_batch_tokens(gpt) / 1024;
    REQUIRE(critical < 4096);
    auto const usual = batch(gpt, 8);
    CHECK(usual.basis == BatchBasis::critical);
    CHECK(usual.is_usual);
    CHECK(double(usual.sequences) <= critical);
    CHECK(double(usual.sequences) >= 0.75 * critical);
  }
  gpt.fine_tuning = true;
  CHECK(batch(gpt, 8).sequences == 64);
}

TEST_CASE("To fine-tune it is 64 sequences, and one where a sequence is longer than 4 M tokens") {
  auto tuned = job("llama-2-7b", 4096);
  tuned.fine_tuning = true;
  CHECK(batch(tuned, 64).sequences == 64);
  CHECK(batch(tuned, 1024).sequences == 64);
  CHECK(batch(job("llama-2-7b", 1 << 24), 8).sequences == 1);
}

TEST_CASE("Where no plan divides a usual batch the nearest that one does is said to be unusual") {
  // 5128 = 8 x 641: more stages or tensor-parallel ranks than any model has.
  auto const odd = batch(job("llama-2-7b", 4096), 5128);
  CHECK(odd.sequences == 1282);
  CHECK_FALSE(odd.is_usual);
  // DeepSpeed around a Hugging Face model has neither pipeline nor ring, and 32 heads: 8192 / 32 ranks at least.
  auto const long_text = job("llama-3.1-8b", 131072);
  CHECK(batch(long_text, 8192).sequences == 32);
  auto const few_ways = batch(long_text, 8192, "lumi-g", FrameworkKind::hugging_face);
  CHECK(few_ways.sequences == 256);
  CHECK_FALSE(few_ways.is_usual);
  // Too many devices, or nodes not filled: the search says what is wrong with that.
  CHECK(batch(job("llama-2-7b", 4096), 1 << 20).is_usual);
  CHECK(batch(job("llama-2-7b", 4096), 61).sequences == 1024);
}
