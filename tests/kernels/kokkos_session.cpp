// SPDX-License-Identifier: Apache-2.0

// Kokkos lives as long as the run of the tests; Catch2 writes main.

#include <Kokkos_Core.hpp>

#include <catch2/interfaces/catch_interfaces_reporter.hpp>
#include <catch2/reporters/catch_reporter_event_listener.hpp>
#include <catch2/reporters/catch_reporter_registrars.hpp>

namespace {

class KokkosSession final : public Catch::EventListenerBase {
 public:
  using Catch::EventListenerBase::EventListenerBase;
  void testRunStarting(Catch::TestRunInfo const& /*info*/) override { Kokkos::initialize(); }
  void testRunEnded(Catch::TestRunStats const& /*stats*/) override { Kokkos::finalize(); }
};

}  // namespace

CATCH_REGISTER_LISTENER(KokkosSession)
