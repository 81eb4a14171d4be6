// SPDX-License-Identifier: Apache-2.0
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

#include <Kokkos_Core.hpp>

namespace {

// Kokkos runs for as long as the tests do, and not when they are only listed.
class KokkosForTests : public Catch::EventListenerBase {
 public:
  using EventListenerBase::EventListenerBase;
  void testRunStarting(Catch::TestRunInfo const&) override { Kokkos::initialize(); }
  void testRunEnded(Catch::TestRunStats const&) override { Kokkos::finalize(); }
};
CATCH_REGISTER_LISTENER(KokkosForTests)

}  // namespace
