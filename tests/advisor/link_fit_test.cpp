// SPDX-License-Identifier: Apache-2.0
#include "advisor/link_fit.hpp"

#include "advisor/rates.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include <cmath>

using namespace hpcadvise;
using namespace hpcadvise::advisor;
using Catch::Matchers::WithinRel;

namespace {

constexpr double kib = 1024;
constexpr double mib = 1024 * kib;
std::vector<double> const sizes{1 * kib, 16 * kib, 64 * kib, 256 * kib, 1 * mib,
                                4 * mib, 16 * mib, 64 * mib, 256 * mib};

// What the cost model says of an all-reduce over eight devices of a node with that link.
double modelled_s(LinkRates const& link, double bytes) {
  Machine machine;
  machine.devices_per_node = 8;
  machine.node_link = link;
  return collective_time_s(machine, Collective::all_reduce, bytes, {.size = 8, .per_node = 8});
}

std::vector<TimedMessage> messages_of(LinkRates const& link) {
  std::vector<TimedMessage> result;
  for (double const bytes : sizes) result.push_back({bytes, modelled_s(link, bytes)});
  return result;
}

LinkRates as_link(LinkFit const& fit) {
  return {.bytes_per_s_per_device = fit.bytes_per_s,
          .latency_s = fit.latency_s,
          .half_rate_bytes = fit.half_rate_bytes,
          .ramp_exponent = fit.ramp_exponent,
          .source = {}};
}

}  // namespace

TEST_CASE("From all-reduces that follow latency and bandwidth both are found again") {
  // Eight ranks send 1.75 bytes for each of the message: 1 MiB takes 20 us and 1.75 MiB / 100 GB/s.
  LinkRates const link{.bytes_per_s_per_device = 100e9, .latency_s = 20e-6, .source = {}};
  CHECK_THAT(messages_of(link)[4].time_s, WithinRel(20e-6 + 1.75 * mib / 100e9, 1e-12));
  auto const fit = fit_link(messages_of(link), 8);
  REQUIRE(fit);
  CHECK_THAT(fit->bytes_per_s, WithinRel(100e9, 1e-6));
  CHECK_THAT(fit->latency_s, WithinRel(20e-6, 1e-6));
  CHECK(fit->half_rate_bytes == 0);
  CHECK(fit->residual < 1e-6);
}

TEST_CASE("From all-reduces whose rate rises slowly the ramp is found again") {
  for (auto const& [half_rate_bytes, exponent] : {std::pair{18e6, 0.8}, std::pair{5e6, 0.6}, std::pair{2e6, 0.5}}) {
    LinkRates const link{.bytes_per_s_per_device = 400e9,
                         .latency_s = 4e-6,
                         .half_rate_bytes = half_rate_bytes,
                         .ramp_exponent = exponent,
                         .source = {}};
    auto const fit = fit_link(messages_of(link), 8);
    REQUIRE(fit);
    CHECK_THAT(fit->bytes_per_s, WithinRel(400e9, 1e-4));
    CHECK_THAT(fit->latency_s, WithinRel(4e-6, 1e-4));
    CHECK_THAT(fit->half_rate_bytes, WithinRel(half_rate_bytes, 1e-3));
    CHECK_THAT(fit->ramp_exponent, WithinRel(exponent, 1e-9));
  }
}

TEST_CASE("Noise of 5 % moves what the fit says of any size by less than 10 %") {
  LinkRates const link{
      .bytes_per_s_per_device = 250e9, .latency_s = 15e-6, .half_rate_bytes = 8e6, .ramp_exponent = 0.65, .source = {}};
  auto messages = messages_of(link);
  for (std::size_t i = 0; i < messages.size(); ++i) messages[i].time_s *= i % 2 == 0 ? 1.05 : 0.95;
  auto const fit = fit_link(messages, 8);
  REQUIRE(fit);
  for (double const bytes : sizes)
    CHECK_THAT(modelled_s(as_link(*fit), bytes), WithinRel(modelled_s(link, bytes), 0.1));
}

TEST_CASE("Too few sizes, or none short or long, make no link") {
  auto const all = messages_of({.bytes_per_s_per_device = 100e9, .latency_s = 20e-6, .source = {}});
  CHECK(fit_link({all[0], all[4], all[6], all[8]}, 8));
  CHECK_FALSE(fit_link({all[0], all[4], all[8]}, 8));
  CHECK_FALSE(fit_link({all[0], all[0], all[4], all[8]}, 8));
  CHECK_FALSE(fit_link({all[0], all[1], all[2], all[3], all[4]}, 8));
  CHECK_FALSE(fit_link({all[4], all[5], all[6], all[7], all[8]}, 8));
  CHECK_FALSE(fit_link(all, 1));
  CHECK_FALSE(fit_link({}, 8));
}

TEST_CASE("Times that follow no link at all make none") {
  auto messages = messages_of({.bytes_per_s_per_device = 100e9, .latency_s = 20e-6, .source = {}});
  for (std::size_t i = 0; i < messages.size(); ++i) messages[i].time_s = i % 2 == 0 ? 1e-3 : 1e-5;
  CHECK_FALSE(fit_link(messages, 8));
}
