// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/interrupt.hpp"

#include <catch2/catch_test_macros.hpp>

using hpcadvise::probes::InterruptGuard;

TEST_CASE("While guarded, Ctrl-C is a flag", "[interrupt]") {
  InterruptGuard const guard;
  CHECK_FALSE(guard.requested());
  ::raise(SIGINT);
  CHECK(guard.requested());
}

TEST_CASE("SIGTERM counts as well, and each guard starts anew", "[interrupt]") {
  InterruptGuard const guard;
  CHECK_FALSE(guard.requested());
  ::raise(SIGTERM);
  CHECK(guard.requested());
}

TEST_CASE("What was there before comes back, and what was ignored stays so", "[interrupt]") {
  struct sigaction before {};
  ::signal(SIGINT, SIG_IGN);
  {
    InterruptGuard const guard;
    ::raise(SIGINT);
    CHECK_FALSE(guard.requested());
  }
  ::sigaction(SIGINT, nullptr, &before);
  CHECK(before.sa_handler == SIG_IGN);
  ::signal(SIGINT, SIG_DFL);
}
