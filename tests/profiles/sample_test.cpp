// SPDX-License-Identifier: Apache-2.0
#include "profiles/sample.hpp"

#include "invented_profile.hpp"

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>

using namespace hpcadvise::profiles;

TEST_CASE("A rate is fastest where the time is shortest", "[sample]") {
  Rate const rate = rate_of(8, invented_timing());  // 1 s, 2 s, 4 s
  CHECK(rate.low == 2);
  CHECK(rate.median == 4);
  CHECK(rate.high == 8);
}

TEST_CASE("There is no rate without a time", "[sample]") { CHECK_THROWS_AS(rate_of(8, Timing{}), std::domain_error); }

TEST_CASE("Half the interval's width over the median is the precision of a timing", "[sample]") {
  CHECK(invented_timing().relative_half_width() == 0.75);  // (4 - 1) / 2 / 2
  CHECK(Timing{}.relative_half_width() == 0);
}

TEST_CASE("A sample's key names probe, provider and parameters in order of their names", "[sample]") {
  Sample sample;
  sample.probe = "gemm";
  sample.provider = "kokkos";
  sample.parameters = {{"n", std::int64_t{64}}, {"k", 0.5}, {"precision", std::string("fp32")}, {"a_transposed", true}};
  CHECK(sample_key(sample) == "gemm/kokkos a_transposed=true k=0.5 n=64 precision=fp32");
}

TEST_CASE("A parameter is found by name and type", "[sample]") {
  Parameters const parameters{
      {"m", std::int64_t{64}}, {"ratio", 0.5}, {"precision", std::string("fp32")}, {"causal", true}};
  CHECK(integer_parameter(parameters, "m") == 64);
  CHECK(number_parameter(parameters, "m") == 64.0);
  CHECK(number_parameter(parameters, "ratio") == 0.5);
  CHECK(text_parameter(parameters, "precision") == "fp32");
  CHECK(bool_parameter(parameters, "causal") == true);
  CHECK_FALSE(integer_parameter(parameters, "ratio"));
  CHECK_FALSE(integer_parameter(parameters, "causal"));
  CHECK_FALSE(number_parameter(parameters, "precision"));
  CHECK_FALSE(text_parameter(parameters, "absent"));
}

TEST_CASE("Every status, stop reason and kind of widening has a name that reads back", "[sample]") {
  for (int i = 0; i <= int(SampleStatus::skipped); ++i)
    CHECK(sample_status_from_string(to_string(SampleStatus(i))) == SampleStatus(i));
  for (int i = 0; i <= int(StopReason::count_limit); ++i)
    CHECK(stop_reason_from_string(to_string(StopReason(i))) == StopReason(i));
  for (int i = 0; i <= int(WidenedBy::repeats); ++i)
    CHECK(widened_by_from_string(to_string(WidenedBy(i))) == WidenedBy(i));
  CHECK_FALSE(sample_status_from_string("fine"));
  CHECK_FALSE(widened_by_from_string("hope"));
  CHECK_FALSE(stop_reason_from_string(""));
}
