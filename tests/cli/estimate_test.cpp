// SPDX-License-Identifier: Apache-2.0
#include "run_in_process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

using namespace hpcadvise;
using namespace hpcadvise::tests;

TEST_CASE("An estimate says the switches that its plan needs, in every format", "[cli]") {
  auto const asked = [](std::string const& sharding, std::string const& format) {
    return run({"estimate", "--model", "llama-2-7b", "--machine", "leonardo-booster", "--sequence-length", "4096",
                "--framework", "megatron-core", "--plan", "dp=16,micro_batch=1,sharding=" + sharding, "--format",
                format})
        .out;
  };
  std::string const switches =
      "sharding=zero3 is Megatron-FSDP: --use-megatron-fsdp --data-parallel-sharding-strategy optim_grads_params";
  CHECK(has(unwrapped(asked("zero3", "text")), switches));
  CHECK(has(asked("zero3", "markdown"), switches));
  auto const why = nlohmann::json::parse(asked("zero3", "json")).at("why").get<std::vector<std::string>>();
  CHECK(why.back() == switches);
  CHECK_FALSE(has(asked("zero1", "text"), "--use-megatron-fsdp"));
}
