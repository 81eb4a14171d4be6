// SPDX-License-Identifier: Apache-2.0
#include "advisor/long_sequence.hpp"

#include "profiles/error.hpp"
#include "tests/advisor/fixtures.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::advisor;
using namespace hpcadvise::advisor::testing;

namespace {

TrainingJob job_with(PositionKind positions, std::int64_t published, std::int64_t sequence_length) {
  auto model = small_gpt();
  model.positions = positions;
  model.max_sequence_length = published;
  return job_of(model, sequence_length);
}

std::string note(TrainingJob job) { return fit_positions(job); }

}  // namespace

TEST_CASE("Only a sequence longer than the published one, of a model that minds, is worth a word") {
  for (auto const positions : {PositionKind::rotary, PositionKind::learned, PositionKind::alibi, PositionKind::none})
    CHECK(note(job_with(positions, 1024, 1024)).empty());
  CHECK(note(job_with(PositionKind::alibi, 1024, 2048)).empty());
  CHECK(note(job_with(PositionKind::none, 1024, 2048)).empty());
  CHECK(note(job_with(PositionKind::rotary, 0, 2048)).empty());
  CHECK(note(job_with(PositionKind::rotary, 1024, 2048)).find("rope scaling") != std::string::npos);
  CHECK(note(job_with(PositionKind::learned, 1024, 2048)).find("learned positions for 1,024") != std::string::npos);
}

TEST_CASE("Learned positions that a model from scratch needs are counted, one row of the hidden size each") {
  auto job = job_with(PositionKind::learned, 1024, 3072);
  double const before = count_parameters(job.model).total;
  fit_positions(job);
  CHECK(count_parameters(job.model).total == before + 2048 * 1024);
}

TEST_CASE("A trained model cannot be fine-tuned on positions that it never learned") {
  auto job = job_with(PositionKind::learned, 1024, 2048);
  job.fine_tuning = true;
  CHECK_THROWS_AS(fit_positions(job), hpcadvise::profiles::UsageError);
  job.model.positions = PositionKind::rotary;
  CHECK_FALSE(fit_positions(job).empty());
}
