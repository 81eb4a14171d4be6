// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/context.hpp"

#include "tests/support/temporary_folder.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
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

TEST_CASE("The state after is read as the last timed call ends", "[runner][sensors]") {
  using namespace hpcadvise::probes;
  hpcadvise::tests::TemporaryFolder const root;
  std::filesystem::create_directory(root / "proc");
  auto const write_clock = [&](int megahertz) {
    std::ofstream(root / "proc/cpuinfo") << "cpu MHz\t\t: " << megahertz << "\n";
  };
  write_clock(1000);
  runner::Sensors sensors(root.path());
  runner::MpiSession const mpi(false);
  runner::Communicators communicators(mpi);
  runner::Context const context{
      .space = {}, .clock_resolution_s = 1e-9, .mpi = mpi, .sensors = sensors, .communicators = communicators};
  SampleRequest request;
  request.rule = {.max_total_s = 0.01, .min_readings = 6, .max_readings = 6};
  Sample sample;
  runner::time_into(sample, context, request, [&] { write_clock(2000); });
  write_clock(3000);
  CHECK(sample.sensors_after.at("clock_hz") == 2e9);
}
