// SPDX-License-Identifier: Apache-2.0
#include "cli/device_range.hpp"

#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>

using hpcadvise::cli::device_counts;
using hpcadvise::profiles::UsageError;
using Counts = std::vector<std::int64_t>;

TEST_CASE("One count is one answer", "[cli][devices]") { CHECK(device_counts("64") == Counts{64}); }

TEST_CASE("A range doubles and includes its end", "[cli][devices]") {
  CHECK(device_counts("8..64") == Counts{8, 16, 32, 64});
  CHECK(device_counts("8..50") == Counts{8, 16, 32, 50});
  CHECK(device_counts("8..8") == Counts{8});
}

TEST_CASE("A count that is no positive number is refused", "[cli][devices]") {
  for (char const* const text : {"", "0", "-4", "abc", "64x", "8..", "..8", "64..8", "99999999999999999999", "8...9"})
    CHECK_THROWS_AS(device_counts(text), UsageError);
}
