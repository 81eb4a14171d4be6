// SPDX-License-Identifier: Apache-2.0
#include "probes/plan.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <utility>

namespace hpcadvise::probes {
namespace {

// Asking what the runner can do, and starting it to measure.
constexpr double local_starts_s = 1.0;
constexpr double mpi_start_s = 2.0;
constexpr double nodes_start_s = 4.0;
// Of the budget, for what nobody foresees.
constexpr double reserve_share = 0.05;
// One sample must not eat the others; of a few, each may have an even share.
double largest_share(Candidate const& candidate, std::size_t candidate_count) {
  constexpr double of_many = 1.0 / 12;
  constexpr double of_needed = 1.0 / 2;  // a small budget too shall give a profile that the advisor takes
  return std::max(candidate.needed ? of_needed : of_many, 1.0 / double(candidate_count));
}

constexpr double least_readings_s = 0.25;
// 21 readings put the median's interval between the 6th and the 16th; with four calls to warm up.
constexpr double needed_calls = 25;
constexpr double wished_calls = 100;
constexpr double least_wish_s = 0.5;
constexpr double largest_wish_s = 3.0;

double needed_readings_s(Candidate const& candidate) {
  return std::max({least_readings_s, needed_calls * candidate.call_s, candidate.least_s});
}

double wished_readings_s(Candidate const& candidate) {
  return std::max({needed_readings_s(candidate), candidate.wished_s,
                   std::clamp(wished_calls * candidate.call_s, least_wish_s, largest_wish_s)});
}

double needed_s(Candidate const& candidate) { return candidate.overhead_s + needed_readings_s(candidate); }

std::vector<Candidate> interleaved(std::span<Probe const* const> probes, PlanContext const& context) {
  std::vector<std::vector<Candidate>> lists;
  std::size_t total = 0;
  for (Probe const* const probe : probes) {
    lists.push_back(probe->candidates(context));
    total += lists.back().size();
  }
  std::vector<Candidate> result;
  for (std::size_t turn = 0; result.size() < total; ++turn) {
    for (std::size_t i = 0; i < lists.size(); ++i) {
      auto const per_turn = static_cast<std::size_t>(probes[i]->per_turn);
      std::size_t const end = std::min(lists[i].size(), (turn + 1) * per_turn);
      for (std::size_t place = turn * per_turn; place < end; ++place) result.push_back(std::move(lists[i][place]));
    }
  }
  std::ranges::stable_partition(result, [](Candidate const& candidate) { return !candidate.spare; });
  return result;
}

std::string name_of(SampleRequest const& request) {
  return profiles::sample_key(unmeasured_sample(request, profiles::SampleStatus::skipped, {}));
}

double start_s(Ranks const& ranks) {
  if (ranks.placement == Placement::nodes) return nodes_start_s;
  return ranks.rank_count > 1 ? mpi_start_s : local_starts_s;
}

double starts_s(std::set<Ranks> const& starts) {
  double total_s = 0;
  for (auto const& ranks : starts) total_s += start_s(ranks);
  return total_s;
}

// How often the sentinel comes again after its first time.
int sentinel_repeats(double budget_s) { return budget_s >= 30 ? 4 : 2; }

struct Selection {
  std::vector<Candidate> kept;
  std::optional<std::size_t> sentinel;  // its place in `kept`
  int repeats = 0;
  double spare_s = 0;
  std::vector<std::string> dropped;
};

Selection select(std::vector<Candidate> candidates, double budget_s) {
  Selection result;
  double const usable_s = budget_s * (1 - reserve_share);
  std::set<Ranks> starts{Ranks{}};
  double readings_s = 0;
  std::vector<std::string> too_long;  // named last: only a far larger budget has room for them
  for (auto& candidate : candidates) {
    auto with_its_own = starts;
    with_its_own.insert(candidate.request.ranks);
    bool const is_sentinel = candidate.request.sentinel && result.repeats == 0;
    int const times = 1 + (is_sentinel ? sentinel_repeats(budget_s) : 0);
    double const one_s = needed_s(candidate);
    double const most_s = budget_s * largest_share(candidate, candidates.size());
    if (one_s > most_s) {
      too_long.push_back(fmt::format("{}: needs about {}, and one sample may take {} of the budget of {}",
                                     name_of(candidate.request), profiles::format_seconds(one_s),
                                     profiles::format_seconds(most_s), profiles::format_seconds(budget_s)));
      continue;
    }
    if (starts_s(with_its_own) + readings_s + times * one_s > usable_s) {
      result.dropped.push_back(fmt::format("{}: needs about {}, and the budget of {} was shared out before it",
                                           name_of(candidate.request), profiles::format_seconds(one_s),
                                           profiles::format_seconds(budget_s)));
      continue;
    }
    starts = std::move(with_its_own);
    readings_s += times * one_s;
    candidate.request.sentinel = is_sentinel;
    if (is_sentinel) result.repeats = times - 1;
    result.kept.push_back(std::move(candidate));
  }
  // What works on and on leaves the device warm.
  std::ranges::stable_partition(result.kept, [](Candidate const& candidate) { return candidate.least_s == 0; });
  for (std::size_t place = 0; place < result.kept.size(); ++place)
    if (result.kept[place].request.sentinel) result.sentinel = place;
  result.dropped.insert(result.dropped.end(), too_long.begin(), too_long.end());
  result.spare_s = std::max(0.0, usable_s - starts_s(starts) - readings_s);
  return result;
}

// The same part of what each one wishes beyond its need.
void share_out(Selection& selection) {
  double wished_s = 0;
  for (auto const& candidate : selection.kept)
    wished_s += (wished_readings_s(candidate) - needed_readings_s(candidate)) *
                (candidate.request.sentinel ? 1 + selection.repeats : 1);
  double const part = wished_s > 0 ? std::min(1.0, selection.spare_s / wished_s) : 0;
  for (auto& candidate : selection.kept) {
    double const needed = needed_readings_s(candidate);
    auto& request = candidate.request;
    request.rule.max_total_s = needed + part * (wished_readings_s(candidate) - needed);
    request.expected_s = candidate.overhead_s + request.rule.max_total_s;
    // A hang, not slowness: the estimates may be wrong by a few times.
    request.timeout_s = 10 + 4 * request.expected_s;
  }
}

// The sentinel's repeats evenly over the local samples, the last at their end.
std::vector<SampleRequest> in_order(Selection const& selection) {
  auto const is_local = [](Candidate const& candidate) { return candidate.request.ranks.rank_count == 1; };
  auto const local_count = std::count_if(selection.kept.begin(), selection.kept.end(), is_local);
  std::vector<SampleRequest> requests;
  std::ptrdiff_t local_seen = 0;
  std::ptrdiff_t repeats_done = 0;
  for (std::size_t place = 0; place < selection.kept.size(); ++place) {
    requests.push_back(selection.kept[place].request);
    if (!is_local(selection.kept[place])) continue;
    ++local_seen;
    bool const can_repeat = selection.sentinel && place >= *selection.sentinel;
    while (can_repeat && repeats_done < selection.repeats &&
           local_seen * selection.repeats >= (repeats_done + 1) * local_count) {
      requests.push_back(selection.kept[*selection.sentinel].request);
      ++repeats_done;
    }
  }
  for (std::size_t id = 0; id < requests.size(); ++id) requests[id].id = static_cast<std::int64_t>(id);
  return requests;
}

}  // namespace

profiles::Sample unmeasured_sample(SampleRequest const& request, profiles::SampleStatus status, std::string reason) {
  profiles::Sample sample;
  sample.probe = request.probe;
  sample.provider = request.provider;
  sample.parameters = request.parameters;
  sample.status = status;
  sample.reason = std::move(reason);
  return sample;
}

double least_budget_s() { return (local_starts_s + least_readings_s) / (1 - reserve_share); }

SamplePlan plan_samples(std::span<Probe const* const> probes, PlanContext const& context, double budget_s) {
  Selection selection = select(interleaved(probes, context), budget_s);
  share_out(selection);
  SamplePlan plan;
  plan.requests = in_order(selection);
  plan.dropped = std::move(selection.dropped);
  return plan;
}

std::int64_t sample_count(SamplePlan const& plan) {
  auto const sentinels = std::ranges::count_if(plan.requests, &SampleRequest::sentinel);
  return std::int64_t(plan.requests.size()) - std::max<std::int64_t>(0, sentinels - 1);
}

double planned_s(SamplePlan const& plan, Ranks const& ranks) {
  double total_s = start_s(ranks);
  for (auto const& request : plan.requests)
    if (request.ranks == ranks) total_s += request.expected_s;
  return total_s;
}

double planned_s(SamplePlan const& plan) {
  std::set<Ranks> starts{Ranks{}};
  for (auto const& request : plan.requests) starts.insert(request.ranks);
  double total_s = 0;
  for (auto const& ranks : starts) total_s += planned_s(plan, ranks);
  return total_s;
}

}  // namespace hpcadvise::probes
