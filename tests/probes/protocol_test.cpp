// SPDX-License-Identifier: Apache-2.0
#include "probes/protocol.hpp"

#include "profiles/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>
#include <variant>

using namespace hpcadvise;
using Catch::Matchers::ContainsSubstring;
using probes::event_from_line;
using probes::event_to_line;
using probes::plan_from_json;

namespace {

profiles::Sample full_sample() {
  profiles::Sample sample{.probe = "gemm",
                          .provider = "kokkos",
                          .parameters = {{"m", std::int64_t{64}},
                                         {"scale", 0.5},
                                         {"one", 1.0},
                                         {"precision", std::string("fp32")},
                                         {"a_transposed", true}},
                          .status = profiles::SampleStatus::impossible,
                          .reason = "faster than its peak",
                          .timing = profiles::Timing{.median_s = 0.1,
                                                     .low_s = 0.09,
                                                     .high_s = 0.11,
                                                     .minimum_s = 0.08,
                                                     .p10_s = 0.085,
                                                     .p25_s = 0.095,
                                                     .p75_s = 0.105,
                                                     .p90_s = 0.12,
                                                     .count = 3,
                                                     .calls_per_reading = 7,
                                                     .total_s = 0.4,
                                                     .stop = profiles::StopReason::count_limit,
                                                     .readings_s = {0.1, 0.08, 0.12}},
                          .correctness = profiles::Correctness{.relative_error = 1e-7, .bound = 1e-5},
                          .work_flops = 524288,
                          .work_bytes = 49152,
                          .rates = {{"flops_per_s", {.median = 1e9, .low = 0.9e9, .high = 1.1e9}}},
                          .counters = {{"cycles", 12345}},
                          .sensors_before = {{"clock_hz", 2.6e9}},
                          .sensors_after = {{"clock_hz", 2.5e9}}};
  return sample;
}

template <class Type>
Type through_a_line(Type const& event) {
  auto const line = event_to_line(event);
  CHECK(line.find('\n') == std::string::npos);
  auto const read = event_from_line(line);
  REQUIRE(std::holds_alternative<Type>(read));
  CHECK(event_to_line(read) == line);
  return std::get<Type>(read);
}

bool is_garbage(std::string_view line) { return std::holds_alternative<probes::GarbageEvent>(event_from_line(line)); }

probes::SamplePlan small_plan() {
  return {.requests = {{.id = 3,
                        .probe = "collective",
                        .provider = "mpi",
                        .parameters = {{"message_bytes", std::int64_t{1024}}},
                        .rule = {.target_half_width = 0.02, .max_total_s = 0.5, .min_readings = 7, .max_readings = 90},
                        .timeout_s = 10,
                        .expected_s = 0.6,
                        .ranks = probes::nodes_ranks(2, 4),
                        .sentinel = true}},
          .dropped = {"gemm m=8192: over the budget"}};
}

std::string replaced(std::string text, std::string const& from, std::string const& to) {
  auto const place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

}  // namespace

TEST_CASE("A hello says the same at the other end", "[probes][protocol]") {
  auto const hello = through_a_line(probes::HelloEvent{.runner = "hpcadvise-runner-host-x86_64",
                                                       .backend = "host",
                                                       .thread_count = 2,
                                                       .rank_count = 4,
                                                       .ranks_a_node = 2,
                                                       .providers = {"kokkos", "mpi"},
                                                       .libraries = {{"kokkos", "3.4.1"}},
                                                       .compiler = "GNU 12.2.0",
                                                       .build_type = "Release",
                                                       .clock_resolution_s = 2.5e-8,
                                                       .sensors = {{"papi:cycles", false, "no counters"}},
                                                       .environment = {{"OMP_PROC_BIND", "spread"}}});
  CHECK(hello.rank_count == 4);
  CHECK(hello.ranks_a_node == 2);
  CHECK(hello.providers == std::vector<std::string>{"kokkos", "mpi"});
  CHECK(hello.libraries.at("kokkos") == "3.4.1");
  CHECK(hello.clock_resolution_s == 2.5e-8);
  CHECK(hello.sensors.at(0).reason == "no counters");
  CHECK(hello.environment.at("OMP_PROC_BIND") == "spread");
}

TEST_CASE("A sample arrives bit for bit", "[probes][protocol]") {
  auto const sample = full_sample();
  auto const event = through_a_line(probes::SampleEvent{.request_id = 12, .sample = sample});
  CHECK(event.request_id == 12);
  CHECK(event.sample.parameters == sample.parameters);  // 1.0 is still not the integer 1
  CHECK(event.sample.status == sample.status);
  CHECK(event.sample.timing.value().readings_s == sample.timing->readings_s);
  CHECK(event.sample.timing->stop == sample.timing->stop);
  CHECK(event.sample.timing->p90_s == 0.12);
  CHECK(event.sample.correctness.value().bound == 1e-5);
  CHECK(event.sample.rates.at("flops_per_s").high == 1.1e9);
  CHECK(event.sample.counters == sample.counters);
  CHECK(event.sample.sensors_after == sample.sensors_after);
}

TEST_CASE("A sample that was never timed has no timing at the other end", "[probes][protocol]") {
  probes::SampleEvent failed;
  failed.sample.status = profiles::SampleStatus::failed;
  failed.sample.reason = "out of memory";
  auto const event = through_a_line(failed);
  CHECK_FALSE(event.sample.timing);
  CHECK_FALSE(event.sample.correctness);
}

TEST_CASE("The small events say the same at the other end", "[probes][protocol]") {
  CHECK(through_a_line(probes::StartEvent{.request_id = 7}).request_id == 7);
  through_a_line(probes::DoneEvent{});
}

TEST_CASE("What is no event is garbage, and is kept as it was", "[probes][protocol]") {
  auto const read = event_from_line("libgomp: out of luck");
  REQUIRE(std::holds_alternative<probes::GarbageEvent>(read));
  CHECK(std::get<probes::GarbageEvent>(read).line == "libgomp: out of luck");

  CHECK(is_garbage(""));
  CHECK(is_garbage("null"));
  CHECK(is_garbage("[1, 2]"));
  CHECK(is_garbage("{}"));
  CHECK(is_garbage(R"({"event": "explode"})"));
  CHECK(is_garbage(R"({"event": 3})"));
  CHECK(is_garbage(R"({"event": "start"})"));
  CHECK(is_garbage(R"({"event": "start", "request_id": "7"})"));
  CHECK(is_garbage(R"({"event": "start", "request_id": 7.5})"));
  CHECK(is_garbage(R"({"event": "start", "request_id": 18446744073709551615})"));
  CHECK(is_garbage(R"({"event": "done"} trailing)"));
  CHECK(is_garbage("\xff\xfe{\"event\": \"done\"}"));
  CHECK(is_garbage(std::string(100'000, '[')));
  CHECK(is_garbage(event_to_line(probes::GarbageEvent{"x"})));
}

TEST_CASE("A sample cut short or made impossible is garbage", "[probes][protocol]") {
  auto const line = event_to_line(probes::SampleEvent{.request_id = 1, .sample = full_sample()});
  for (std::size_t length = 0; length < line.size(); length += 7) CHECK(is_garbage(line.substr(0, length)));
  CHECK(is_garbage(replaced(line, "\"median_s\":0.1", "\"median_s\":null")));
  CHECK(is_garbage(replaced(line, "\"median_s\":0.1", "\"median_s\":-0.1")));
  CHECK(is_garbage(replaced(line, "\"median_s\":0.1", "\"median_s\":1e999")));
  CHECK(is_garbage(replaced(line, "impossible", "marvellous")));
  CHECK(is_garbage(replaced(line, "count_limit", "boredom")));
}

TEST_CASE("A line of bytes that are not text can still be written", "[probes][protocol]") {
  probes::HelloEvent hello;
  hello.runner = "run\xffner";
  CHECK_FALSE(is_garbage(event_to_line(hello)));
}

TEST_CASE("Of a line too long to be ours only the beginning is kept", "[probes][protocol]") {
  auto const read = event_from_line(std::string(20u << 20, 'x'));
  REQUIRE(std::holds_alternative<probes::GarbageEvent>(read));
  CHECK(std::get<probes::GarbageEvent>(read).line.size() == 1024);
}

TEST_CASE("A plan says the same at the other end", "[probes][protocol]") {
  auto const text = probes::plan_to_json(small_plan());
  auto const plan = plan_from_json(text, "plan.json");
  CHECK(probes::plan_to_json(plan) == text);
  auto const& request = plan.requests.at(0);
  CHECK(request.id == 3);
  CHECK(request.rule.min_readings == 7);
  CHECK(request.rule.max_total_s == 0.5);
  CHECK(request.ranks == probes::nodes_ranks(2, 4));
  CHECK(request.sentinel);
  CHECK(plan.dropped == small_plan().dropped);
}

TEST_CASE("A plan that cannot be read is refused with file and place", "[probes][protocol]") {
  auto const text = probes::plan_to_json(small_plan());
  auto const refusal = [](std::string const& broken) {
    try {
      plan_from_json(broken, "plan.json");
    } catch (profiles::FileError const& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  CHECK_THAT(refusal(text.substr(0, text.size() / 2)),
             ContainsSubstring("plan.json: line 14, column 12: syntax error"));
  CHECK_THAT(refusal("{}"), ContainsSubstring("'requests' is missing"));
  CHECK_THAT(refusal(replaced(text, "\"min_readings\": 7", "\"min_readings\": 0")),
             ContainsSubstring("plan.json: /requests/0/rule/min_readings"));
  CHECK_THAT(refusal(replaced(text, "\"max_total_s\": 0.5", "\"max_total_s\": 0")),
             ContainsSubstring("/requests/0/rule/max_total_s: must be above zero"));
  CHECK_THAT(refusal(replaced(text, "\"placement\": \"nodes\"", "\"placement\": \"moon\"")),
             ContainsSubstring("/requests/0/ranks/placement: not a placement"));
  CHECK_THAT(refusal(replaced(text, "\"message_bytes\": 1024", "\"message_bytes\": [1]")),
             ContainsSubstring("/requests/0/parameters/message_bytes: expected a number, a string, true or false"));
}
