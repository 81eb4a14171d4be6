// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/papi_counters.hpp"

#if HPCADVISE_HAVE_PAPI

#include "probes/runner/papi_event_set.hpp"

#include <papi.h>
#include <pthread.h>
#include <Kokkos_Core.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <iterator>
#include <set>

namespace hpcadvise::probes::runner {
namespace {

struct Row {
  char const* sensor;
  char const* counter;
  char const* event;  // of a package: its number follows
  double unit;        // of one count
  bool of_package;    // else of a thread
};

constexpr Row rows[] = {
    {"papi:cycles", "cycles", "PAPI_TOT_CYC", 1, false},
    {"papi:instructions", "instructions", "PAPI_TOT_INS", 1, false},
    {"papi:fp32_flops", "fp32_flops", "PAPI_SP_OPS", 1, false},
    {"papi:fp64_flops", "fp64_flops", "PAPI_DP_OPS", 1, false},
    {"papi:rapl", "energy_j", "rapl:::PACKAGE_ENERGY:PACKAGE", 1e-9, true},
    {"papi:powercap", "energy_j", "powercap:::ENERGY_UJ:ZONE", 1e-6, true},
};

constexpr int most_packages = 16;

using Space = Kokkos::DefaultHostExecutionSpace;

// PAPI's calls act on the thread that makes them. A static schedule gives each thread one of as many iterations.
template <class Work>
void on_every_thread(Work const& work) {
  using Policy = Kokkos::RangePolicy<Space, Kokkos::Schedule<Kokkos::Static>, Kokkos::IndexType<int>>;
  Space const space;
  Kokkos::parallel_for("hpcadvise::papi", Policy(space, 0, space.concurrency()), work);
  space.fence();
}

// A mix of everything that the rows count.
void work_a_little() {
  float volatile narrow = 1;
  double volatile wide = 1;
  for (int i = 0; i < 100'000; ++i) {
    narrow = narrow * 0.5f + 1.0f;
    wide = wide * 0.5 + 1.0;
  }
}

// PAPI_OK if the events count together on this thread.
int trial(std::vector<std::string> const& events, std::vector<long long>& counts) {
  int handle = PAPI_NULL;
  counts.assign(events.size(), 0);
  int code = make_event_set(events, handle);
  if (code == PAPI_OK) code = PAPI_start(handle);
  if (code == PAPI_OK) {
    work_a_little();
    code = PAPI_stop(handle, counts.data());
  }
  destroy_event_set(handle);
  return code;
}

std::vector<std::string> events_of(Row const& row) {
  if (!row.of_package) return {row.event};
  std::vector<std::string> events;
  for (int package = 0; package < most_packages; ++package) {
    std::string const event = row.event + std::to_string(package);
    int code = 0;
    if (PAPI_event_name_to_code(event.c_str(), &code) == PAPI_OK) events.push_back(event);
  }
  return events;
}

std::string reason_against(Row const& row) {
  auto const events = events_of(row);
  if (events.empty()) return "this PAPI has no such component, or it found nothing to count";
  std::vector<long long> counts;
  if (int const code = trial(events, counts); code != PAPI_OK) return PAPI_strerror(code);
  // Energy is counted in steps that a short trial can fall between.
  if (!row.of_package && counts.front() <= 0) return "starts, but does not count";
  return "";
}

}  // namespace

PapiCounters::PapiCounters() {
  int const version = PAPI_library_init(PAPI_VER_CURRENT);
  if (version != PAPI_VER_CURRENT || PAPI_thread_init(pthread_self) != PAPI_OK) {
    sensors_ = {{.name = "papi", .available = false, .reason = "PAPI does not start: " + std::to_string(version)}};
    return;
  }
  std::set<std::string> counted;
  std::vector<std::string> thread_events;
  std::vector<std::string> thread_counters;
  for (Row const& row : rows) {
    auto reason = reason_against(row);
    if (reason.empty() && !counted.insert(row.counter).second) reason = "another sensor counts the same";
    if (reason.empty() && !row.of_package) {
      auto together = thread_events;
      together.emplace_back(row.event);
      std::vector<long long> counts;
      if (trial(together, counts) == PAPI_OK) {
        thread_events = together;
        thread_counters.emplace_back(row.counter);
      } else {
        reason = "cannot be counted together with the sensors before it";
      }
    }
    if (reason.empty() && row.of_package) {
      auto const events = events_of(row);
      EventSet set{PAPI_NULL, 0, std::vector<std::string>(events.size(), row.counter), row.unit};
      if (int const code = make_event_set(events, set.handle); code != PAPI_OK) reason = PAPI_strerror(code);
      if (reason.empty()) event_sets_.push_back(set);
    }
    sensors_.push_back({.name = row.sensor, .available = reason.empty(), .reason = reason});
  }
  if (thread_events.empty()) return;
  std::vector<EventSet> sets(std::size_t(Space().concurrency()), EventSet{PAPI_NULL, 0, thread_counters, 1});
  on_every_thread([&](int thread) {
    auto& set = sets[std::size_t(thread)];
    set.thread = thread;
    make_event_set(thread_events, set.handle);
  });
  std::ranges::copy(sets, std::back_inserter(event_sets_));
}

PapiCounters::~PapiCounters() {
  for (auto const& set : event_sets_) destroy_event_set(set.handle);
}

void PapiCounters::start() {
  if (event_sets_.empty()) return;
  on_every_thread([&](int thread) {
    for (auto const& set : event_sets_)
      if (set.thread == thread) PAPI_start(set.handle);
  });
}

std::map<std::string, double> PapiCounters::stop() {
  std::map<std::string, double> totals;
  if (event_sets_.empty()) return totals;
  std::vector<std::vector<long long>> counts;
  for (auto const& set : event_sets_) counts.emplace_back(set.counters.size(), 0);
  std::atomic<bool> all_stopped = true;
  on_every_thread([&](int thread) {
    for (std::size_t i = 0; i < event_sets_.size(); ++i)
      if (event_sets_[i].thread == thread && PAPI_stop(event_sets_[i].handle, counts[i].data()) != PAPI_OK)
        all_stopped = false;
  });
  if (!all_stopped) return totals;  // a sum that lacks a thread is no sum
  for (std::size_t i = 0; i < event_sets_.size(); ++i)
    for (std::size_t c = 0; c < counts[i].size(); ++c)
      totals[event_sets_[i].counters[c]] += double(counts[i][c]) * event_sets_[i].unit;
  return totals;
}

std::string papi_version() {
  return std::to_string(PAPI_VERSION_MAJOR(PAPI_VERSION)) + "." + std::to_string(PAPI_VERSION_MINOR(PAPI_VERSION)) +
         "." + std::to_string(PAPI_VERSION_REVISION(PAPI_VERSION));
}

}  // namespace hpcadvise::probes::runner

#else

namespace hpcadvise::probes::runner {

PapiCounters::PapiCounters()
    : sensors_{{.name = "papi", .available = false, .reason = "this runner was built without PAPI"}} {}
PapiCounters::~PapiCounters() = default;
void PapiCounters::start() {}
std::map<std::string, double> PapiCounters::stop() { return {}; }
std::string papi_version() { return ""; }

}  // namespace hpcadvise::probes::runner

#endif
