// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/interrupt.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <thread>

using hpcadvise::probes::InterruptGuard;

namespace {

void take_note(int) {}

}  // namespace

TEST_CASE("While guarded, Ctrl-C, SIGTERM and a lost connection are a flag, and each guard starts anew",
          "[interrupt]") {
  int const signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  ::signal(signal, take_note);  // what ends this test would end all
  InterruptGuard const guard;
  CHECK_FALSE(guard.requested());
  ::raise(signal);
  CHECK(guard.requested());
}

TEST_CASE("Any thread may ask whether a signal came", "[interrupt]") {
  InterruptGuard const guard;
  ::raise(SIGINT);
  bool seen = false;
  std::thread([&] { seen = guard.requested(); }).join();
  CHECK(seen);
}

TEST_CASE("What was there before comes back, and what was ignored stays so", "[interrupt]") {
  int const signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  struct sigaction before {};
  ::signal(signal, SIG_IGN);
  {
    InterruptGuard const guard;
    ::raise(signal);
    CHECK_FALSE(guard.requested());
  }
  ::sigaction(signal, nullptr, &before);
  CHECK(before.sa_handler == SIG_IGN);

  ::signal(signal, take_note);
  { InterruptGuard const guard; }
  ::sigaction(signal, nullptr, &before);
  CHECK(before.sa_handler == take_note);
  ::signal(signal, SIG_DFL);
}
