// SPDX-License-Identifier: Apache-2.0
#pragma once

// From what the probes would like to measure to what the budget allows.

#include "probes/probe.hpp"

#include <span>

namespace hpcadvise::probes {

// Below it there is no time for the shortest sample.
double least_budget_s();

// Takes the probes' candidates in turn, a few of each at a time, so that a run cut short has some of everything; keeps
// what fits; gives each a share of the time. The sum of `expected_s` and the starts of the runner stays within
// `budget_s`. A candidate marked sentinel comes several times (only the first marked one; no other request is marked).
// Ids are places. The same arguments give the same plan.
SamplePlan plan_samples(std::span<Probe const* const> probes, PlanContext const& context, double budget_s);

// The sentinel is one of them, however often it comes.
std::int64_t sample_count(SamplePlan const& plan);

// What the plan will take at most, starts of the runner included.
double planned_s(SamplePlan const& plan);

// Of that, what its samples with these ranks and the start of their runner take.
double planned_s(SamplePlan const& plan, Ranks const& ranks);

// The sample that a request asks for, with no outcome yet.
profiles::Sample unmeasured_sample(SampleRequest const& request, profiles::SampleStatus status, std::string reason);

}  // namespace hpcadvise::probes
