// SPDX-License-Identifier: Apache-2.0
#include "fake_machine.hpp"
#include "probes/plan.hpp"

#include "profiles/error.hpp"
#include "profiles/profile_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <algorithm>
#include <fstream>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;
using profiles::SampleStatus;

TEST_CASE("A whole run: every probe measured, counted, and a profile that can be read back", "[machine]") {
  FakeMachine machine("");
  auto const profile = machine.probe();
  CHECK_FALSE(profile.partial);
  CHECK(profile.name == "test");
  CHECK(profile.budget.planned == std::int64_t(profile.samples.size()));
  CHECK(profile.budget.measured == profile.budget.planned);
  CHECK(profile.budget.converged == profile.budget.planned);
  CHECK(count_of(profile, SampleStatus::ok, "collective") > 0);
  REQUIRE(profile.sentinels.size() == 1);
  CHECK(profile.sentinels[0].medians_s.size() == 5);
  CHECK_FALSE(profile.sentinels[0].drifted);
  CHECK(profile.devices.at(0).thread_count == 2);
  CHECK(profile.provenance.compiler == "GNU 12.2.0");
  CHECK(profile.provenance.clock_resolution_s == 1e-8);
  CHECK_FALSE(profile.provenance.started_utc.empty());
  auto const text = profiles::profile_to_json(profile);
  CHECK(profiles::profile_from_json(text, "x.json").samples.size() == profile.samples.size());
}

TEST_CASE("The sentinel's repeats are not samples", "[machine]") {
  FakeMachine machine("drifting");
  auto const profile = machine.probe();
  std::vector<std::string> keys;
  for (auto const& sample : profile.samples) keys.push_back(sample_key(sample));
  std::sort(keys.begin(), keys.end());
  CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
  CHECK(profile.sentinels.at(0).drifted);
  CHECK(find_finding(profile, "drift") != nullptr);
}

TEST_CASE("Progress hears of the plan, of each sample, and gets a profile to write", "[machine]") {
  struct Listener : Progress {
    std::int64_t planned_count = 0;
    std::int64_t sentinel_repeats = 0;
    std::int64_t started = 0;
    std::int64_t last_done = 0;
    double last_left_s = 1e9;
    std::int64_t repeats = 0;
    std::int64_t snapshots = 0;
    void planned(SamplePlan const& plan, double) override {
      planned_count = sample_count(plan);
      sentinel_repeats = std::int64_t(plan.requests.size()) - planned_count;
    }
    void repeats_planned(SamplePlan const& plan, double expected_s) override {
      CHECK(last_done == planned_count);
      repeats = std::int64_t(plan.requests.size());
      last_done = 0;
      last_left_s = expected_s;
    }
    void sample_started(SampleRequest const&) override { ++started; }
    void sample_done(profiles::Sample const&, std::int64_t done, std::int64_t total, double left_s) override {
      if (done == last_done) --sentinel_repeats;
      CHECK((done == last_done || done == last_done + 1));
      CHECK(total == (repeats > 0 ? repeats : planned_count));
      CHECK(left_s <= last_left_s);
      last_done = done;
      last_left_s = left_s;
    }
    void snapshot(profiles::MachineProfile const& profile) override {
      CHECK(profile.partial == (repeats == 0));  // then each sample is there
      ++snapshots;
    }
  } listener;
  FakeMachine machine("");
  machine.request.only = {"gemm"};
  probe_machine(machine.request, listener, [] { return false; });
  CHECK(listener.repeats > 0);
  CHECK(listener.sentinel_repeats == 0);
  CHECK(listener.started == listener.planned_count + 4 + listener.repeats);
  CHECK(listener.last_done == listener.repeats);
  CHECK(listener.snapshots == listener.started);
}

TEST_CASE("A runner that dies in the second pass costs only the second readings", "[machine]") {
  FakeMachine machine("first-pass-only", false);
  machine.request.only = {"gemm"};
  auto const profile = machine.probe();
  CHECK_FALSE(profile.partial);
  CHECK(profile.budget.measured == profile.budget.planned);
  CHECK(count_of(profile, SampleStatus::ok) == std::int64_t(profile.samples.size()));
  CHECK(find_finding(profile, "not_repeated") != nullptr);
  CHECK(find_finding(profile, "lost_in_second_pass") != nullptr);
}

TEST_CASE("Only the probes asked for are run", "[machine]") {
  FakeMachine machine("", false);
  machine.request.only = {"memory"};
  for (auto const& sample : machine.probe().samples) CHECK(sample.probe == "memory");
}

TEST_CASE("A crash costs one sample of the profile and is told", "[machine]") {
  FakeMachine machine("crash:1", false);
  machine.request.only = {"gemm"};
  auto const profile = machine.probe();
  CHECK_FALSE(profile.partial);
  CHECK(count_of(profile, SampleStatus::crashed) == 1);
  CHECK(profile.budget.measured == profile.budget.planned - 1);
  CHECK(find_finding(profile, "crashed") != nullptr);
}

TEST_CASE("A sample that fails without a word gets a reason, without which no profile can be read", "[machine]") {
  FakeMachine machine("wordless:1");
  auto const profile = machine.probe();
  CHECK(count_of(profile, SampleStatus::failed) == 1);
  CHECK_NOTHROW(profiles::profile_from_json(profiles::profile_to_json(profile), "x.json"));
}

TEST_CASE("A rate beyond physics is not believed", "[machine]") {
  FakeMachine machine("impossible:0", false);
  machine.request.only = {"memory"};
  auto const profile = machine.probe();
  CHECK(profile.samples.at(0).status == SampleStatus::impossible);
  CHECK(find_finding(profile, "impossible_rate") != nullptr);
}

TEST_CASE("A BLAS with kernels for another processor is named, with the ones that this host's can run", "[machine]") {
  FakeMachine machine("slow-blas", false);
  machine.request.only = {"gemm"};
  std::filesystem::create_directories(machine.folder.path() / "proc");
  std::ofstream(machine.folder.path() / "proc/cpuinfo") << "flags : sse2 avx fma avx2 avx512f avx512vl\n";
  machine.request.roots.proc = machine.folder.path() / "proc";
  auto const profile = machine.probe();
  REQUIRE(find_finding(profile, "slow_vendor_blas") != nullptr);
  CHECK_THAT(find_finding(profile, "slow_vendor_blas")->seen, ContainsSubstring("openblas 0.3.21 Prescott"));
  CHECK_THAT(find_finding(profile, "slow_vendor_blas")->next_step, ContainsSubstring("OPENBLAS_CORETYPE=SkylakeX"));
}

TEST_CASE("A BLAS that is as fast as the portable kernel is nothing to tell", "[machine]") {
  FakeMachine machine("", false);
  machine.request.only = {"gemm"};
  CHECK(find_finding(machine.probe(), "slow_vendor_blas") == nullptr);
}

TEST_CASE("Without MPI the collectives are skipped with the reason, and the rest stands", "[machine]") {
  bool const launcher_there = GENERATE(true, false);
  FakeMachine machine(launcher_there ? "no-mpi" : "", launcher_there);
  auto const profile = machine.probe();
  CHECK(count_of(profile, SampleStatus::skipped, "collective") > 0);
  CHECK(count_of(profile, SampleStatus::ok, "collective") == 0);
  CHECK(count_of(profile, SampleStatus::ok, "gemm") > 0);
  REQUIRE(find_finding(profile, "no_collectives") != nullptr);
  CHECK_THAT(find_finding(profile, "no_collectives")->seen,
             ContainsSubstring(launcher_there ? "built without MPI" : "no mpirun"));
}

TEST_CASE("An MPI that starts separate processes costs the collectives only", "[machine]") {
  FakeMachine machine("alone");
  auto const profile = machine.probe();
  CHECK(profile.partial);
  CHECK(count_of(profile, SampleStatus::ok, "gemm") > 0);
  CHECK(count_of(profile, SampleStatus::skipped, "collective") > 0);
  REQUIRE(find_finding(profile, "runner_lost") != nullptr);
  CHECK_THAT(find_finding(profile, "runner_lost")->seen, ContainsSubstring("another MPI"));

  machine.request.only = {"collective"};
  CHECK_THROWS_AS(machine.probe(), profiles::MachineError);
}

TEST_CASE("More ranks than cores must be asked for, and then leave a mark", "[machine]") {
  FakeMachine machine("");
  machine.request.rank_count = 8;  // on four cores
  machine.request.only = {"collective"};
  CHECK_THROWS_AS(machine.probe(), profiles::UsageError);
  machine.request.oversubscribe = true;
  CHECK(find_finding(machine.probe(), "oversubscribed") != nullptr);
}

TEST_CASE("A runner that does not work at all is an error with its words", "[machine]") {
  FakeMachine machine("no-hello");
  CHECK_THROWS_WITH(machine.probe(), ContainsSubstring("libgone.so"));
  CHECK_THROWS_AS(machine.probe(), profiles::MachineError);
}

TEST_CASE("A runner that cannot go on leaves what it had measured", "[machine]") {
  FakeMachine machine("dies-idle", false);
  machine.request.only = {"gemm"};
  CHECK_THROWS_AS(machine.probe(), profiles::MachineError);
}

TEST_CASE("An interrupt returns what is measured, marked partial", "[machine]") {
  struct Counter : Progress {
    int done = 0;
    void sample_done(profiles::Sample const&, std::int64_t, std::int64_t, double) override { ++done; }
  } counter;
  FakeMachine machine("slow");
  auto const profile = probe_machine(machine.request, counter, [&] { return counter.done == 2; });
  CHECK(profile.partial);
  CHECK(was_interrupted(profile));
  CHECK(profile.samples.size() == 2);
}

TEST_CASE("An interrupt in the second pass costs no sample, and is told as what it is", "[machine]") {
  struct Counter : Progress {
    bool repeating = false;
    int done_again = 0;
    void repeats_planned(SamplePlan const&, double) override { repeating = true; }
    void sample_done(profiles::Sample const&, std::int64_t, std::int64_t, double) override { done_again += repeating; }
  } counter;
  FakeMachine machine("slow", false);
  machine.request.only = {"launch"};
  auto const profile = probe_machine(machine.request, counter, [&] { return counter.done_again == 1; });
  CHECK_FALSE(profile.partial);
  CHECK(profile.budget.measured == profile.budget.planned);
  CHECK(was_interrupted(profile));
  CHECK_THAT(find_finding(profile, "interrupted")->seen,
             ContainsSubstring("all samples were measured once; interrupted after 1 of"));
  CHECK(profile.samples[0].timing->passes.size() == 2);
  CHECK(find_finding(profile, "not_repeated") != nullptr);
}

TEST_CASE("What was printed at each start of the runner is one finding", "[machine]") {
  FakeMachine machine("garbage");
  machine.request.only = {"gemm", "collective"};
  auto const profile = machine.probe();
  CHECK(std::ranges::count(profile.findings, "garbage_output", &profiles::Finding::kind) == 1);
  auto const* const finding = find_finding(profile, "garbage_output");
  REQUIRE(finding != nullptr);
  // Two passes of two starts each, three lines a start, quoted once.
  CHECK_THAT(finding->seen, ContainsSubstring("12 lines"));
  CHECK(finding->seen.find("'Loading module") == finding->seen.rfind("'Loading module"));
}

TEST_CASE("A profile that is written before the end says what its intervals cover", "[machine]") {
  struct Reader : Progress {
    std::vector<profiles::MachineProfile> seen;
    void snapshot(profiles::MachineProfile const& profile) override { seen.push_back(profile); }
  } reader;
  FakeMachine machine("", false);
  machine.request.only = {"launch"};
  auto const last = probe_machine(machine.request, reader, [] { return false; });
  auto const& first = reader.seen.at(0);
  CHECK(first.partial);
  CHECK(first.samples.at(0).timing->widened_by == profiles::WidenedBy::nothing);
  REQUIRE(find_finding(first, "not_repeated") != nullptr);
  CHECK_THAT(find_finding(first, "not_repeated")->cost, ContainsSubstring("one start only"));
  CHECK(first.budget.within_2_percent == 1);  // by its own readings
  // The last is what the run gives.
  CHECK(reader.seen.back().samples.at(0).timing->low_s == last.samples.at(0).timing->low_s);
  CHECK(reader.seen.back().samples.at(0).timing->widened_by == profiles::WidenedBy::repeats);
  CHECK(reader.seen.back().findings.size() == last.findings.size());
  auto const sure = std::ranges::count_if(
      last.samples, [](auto const& sample) { return sample.timing->relative_half_width() <= 0.02; });
  CHECK(last.budget.within_2_percent == sure);
}

TEST_CASE("An interrupt before anything was measured leaves no profile", "[machine]") {
  FakeMachine machine("slow");
  try {
    probe_machine(machine.request, machine.silent, [] { return true; });
    FAIL("there is a profile");
  } catch (profiles::Error const& error) {
    CHECK(error.exit_code() == profiles::ExitCode::interrupted);
  }
}

TEST_CASE("A profile is written from the first sample that was measured", "[machine]") {
  struct Counter : Progress {
    int snapshots = 0;
    std::int64_t fewest_measured = 1000;
    void snapshot(profiles::MachineProfile const& profile) override {
      ++snapshots;
      fewest_measured = std::min(fewest_measured, profile.budget.measured);
    }
  } counter;
  FakeMachine machine("impossible:0 crash:1", false);
  machine.request.only = {"memory"};
  auto const profile = probe_machine(machine.request, counter, [] { return false; });
  CHECK(counter.fewest_measured == 1);
  CHECK(counter.snapshots >= profile.budget.measured);
}

TEST_CASE("A run in which every sample failed is an error with the first one's reason", "[machine]") {
  FakeMachine machine("impossible", false);
  machine.request.only = {"memory"};
  CHECK_THROWS_WITH(machine.probe(), ContainsSubstring("nothing could be measured") && ContainsSubstring("above"));
}

TEST_CASE("Cores that a control group withholds are none to put a rank on", "[machine]") {
  FakeMachine machine("");
  std::filesystem::create_directories(machine.folder.path() / "proc/self");
  std::filesystem::create_directories(machine.folder.path() / "sys/fs/cgroup");
  std::ofstream(machine.folder.path() / "proc/self/cgroup") << "0::/\n";
  std::ofstream(machine.folder.path() / "sys/fs/cgroup/cpu.max") << "200000 100000\n";  // two of the four cores
  machine.request.roots.proc = machine.folder.path() / "proc";
  machine.request.roots.sys = machine.folder.path() / "sys";
  machine.request.rank_count = 3;
  machine.request.only = {"collective"};
  CHECK_THROWS_WITH(machine.probe(), ContainsSubstring("3 MPI ranks are more than the 2 cores"));
  machine.request.oversubscribe = true;
  auto const profile = machine.probe();
  REQUIRE(find_finding(profile, "oversubscribed") != nullptr);
  CHECK_THAT(find_finding(profile, "oversubscribed")->seen, ContainsSubstring("on 2 cores"));
}

TEST_CASE("A slow run ends within its budget and a little", "[machine]") {
  FakeMachine machine("slow");  // at least 0.1 s a sample, however short
  machine.request.budget_s = 6;
  machine.request.only = {"launch", "collective"};
  auto const profile = machine.probe();
  CHECK(profile.budget.used_s < machine.request.budget_s + 5);
  CHECK(count_of(profile, SampleStatus::ok, "collective") > 0);
}

TEST_CASE("A request that makes no sense is refused with what would", "[machine]") {
  FakeMachine machine("");
  SECTION("an unknown probe") {
    machine.request.only = {"gem"};
    CHECK_THROWS_WITH(machine.probe(), ContainsSubstring("'gem'"));
  }
  SECTION("an unknown backend") { machine.request.backend = "gpu"; }
  SECTION("no budget") { machine.request.budget_s = 0; }
  SECTION("a budget that no sample fits into") {
    machine.request.budget_s = 1.5;
    machine.request.only = {"gemm", "collective"};
    CHECK_THROWS_WITH(machine.probe(), ContainsSubstring("of the first, gemm/kokkos"));
  }
  SECTION("a budget in which nothing can be started, whatever is asked for") {
    machine.request.budget_s = 0.001;
    machine.request.only = {"collective"};
    CHECK_THROWS_WITH(machine.probe(), ContainsSubstring("a budget of 1.00 ms is too short"));
  }
  SECTION("a probe that has nothing to measure here") {
    machine.request.only = {"link"};
    CHECK_THROWS_WITH(machine.probe(),
                      ContainsSubstring("link has nothing to measure by the backend host: it needs a GPU"));
  }
  SECTION("no rank") { machine.request.rank_count = 0; }
  SECTION("no thread") { machine.request.thread_count = 0; }
  SECTION("more threads than the machine has") { machine.request.thread_count = 1000; }
  CHECK_THROWS_AS(machine.probe(), profiles::UsageError);
}
