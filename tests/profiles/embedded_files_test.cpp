// SPDX-License-Identifier: Apache-2.0
#include "profiles/embedded_files.hpp"

#include "profiles/atomic_file.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace hpcadvise::profiles;

TEST_CASE("An embedded file is the file, byte for byte", "[embedded]") {
  REQUIRE_FALSE(embedded_schemas().empty());
  for (EmbeddedFile const& file : embedded_schemas()) {
    CAPTURE(file.name);
    CHECK(file.text == read_text_file(HPCADVISE_TEST_DATA "/../profiles/" + std::string(file.name)));
  }
}
