// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/context.hpp"

#include <catch2/catch_test_macros.hpp>

#include <limits>

using hpcadvise::probes::runner::accept;
using hpcadvise::profiles::Sample;
using hpcadvise::profiles::SampleStatus;

TEST_CASE("An answer within its bound is accepted, and how far it was off is kept", "[runner][correctness]") {
  Sample sample;
  CHECK(accept(sample, 1e-7, 1e-6));
  CHECK(sample.status == SampleStatus::ok);
  CHECK(sample.correctness.value().relative_error == 1e-7);
  CHECK(sample.correctness->bound == 1e-6);

  CHECK(accept(sample, 0, 0));  // moved values are exact
}

TEST_CASE("An answer outside its bound is wrong, and says by how much", "[runner][correctness]") {
  Sample sample;
  CHECK_FALSE(accept(sample, 2e-6, 1e-6));
  CHECK(sample.status == SampleStatus::wrong);
  CHECK(sample.reason == "relative error 2.00e-06 against a bound of 1.00e-06");
  CHECK(sample.correctness.value().relative_error == 2e-6);
}

TEST_CASE("An answer that is not finite is wrong, and leaves no number that a profile cannot hold",
          "[runner][correctness]") {
  for (double const error : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Sample sample;
    CHECK_FALSE(accept(sample, error, 1e-6));
    CHECK(sample.status == SampleStatus::wrong);
    CHECK_FALSE(sample.reason.empty());
    CHECK_FALSE(sample.correctness);
  }
}
