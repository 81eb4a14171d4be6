// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_overlap.hpp"

#include "probes/overlap.hpp"
#include "probes/runner/measure_collective.hpp"
#include "probes/runner/measure_gemm.hpp"
#include "probes/runner/request.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>

namespace hpcadvise::probes::runner {
namespace {

void repeat(std::int64_t times, std::function<void()> const& step) {
  for (std::int64_t i = 0; i < times; ++i) step();
}

class SideBySide {
 public:
  SideBySide(Context const& context, ReadyGemm const& gemm, ReadyCollective const& collective)
      : context_(context), gemm_(gemm), collective_(collective) {}

  // Each returns when all is done.
  void gemms(std::int64_t count) const {
    repeat(count, gemm_.enqueue);
    context_.space.fence();
  }
  void collectives(std::int64_t count) const {
    repeat(count, collective_.call);
    collective_.communicator.fence();
  }
  void both(Pair const& pair, std::int64_t count) const {
    if (collective_.communicator.returns_early()) {
      repeat(count, [&] {
        repeat(pair.collectives, collective_.call);
        repeat(pair.gemms, gemm_.enqueue);
      });
      context_.space.fence();
      collective_.communicator.fence();
      return;
    }
    // Messages of MPI want a thread that moves them, as frameworks keep one.
    auto sending = std::async(std::launch::async, [&] { collectives(count * pair.collectives); });
    gemms(count * pair.gemms);
    sending.get();
  }

 private:
  Context const& context_;
  ReadyGemm const& gemm_;
  ReadyCollective const& collective_;
};

std::optional<ReadyGemm> ready_gemm_everywhere(SampleRequest request, Context const& context,
                                               profiles::Sample& sample) {
  request.provider = word_of(request, "gemm_provider");
  request.parameters["a_transposed"] = false;
  request.parameters["b_transposed"] = false;
  std::optional<ReadyGemm> gemm;
  everywhere(context, [&] {
    gemm = ready_gemm(request, context, sample);
    if (!gemm && context.mpi.rank() > 0) throw RequestError("the multiplication's answer is wrong");
  });
  bool const right = context.mpi.slowest(gemm ? 0 : 1) == 0;
  return right ? gemm : std::nullopt;
}

// The same work at two times, between which a device may have got warm.
profiles::Timing united(profiles::Timing const& first, profiles::Timing const& second) {
  auto both = first;
  both.median_s = std::sqrt(first.median_s * second.median_s);
  both.low_s = std::min(first.low_s, second.low_s);
  both.high_s = std::max(first.high_s, second.high_s);
  return both;
}

void add_rates(OverlapTimes const& times, Overlap const& overlap, ReadyGemm const& gemm,
               ReadyCollective const& collective, profiles::Sample& sample) {
  sample.rates["hidden_share"] = overlap.hidden_share;
  sample.rates["hidden_gemm_share"] = overlap.hidden_gemm_share;
  if (overlap.gemm_slowdown) sample.rates["gemm_slowdown"] = *overlap.gemm_slowdown;
  if (overlap.collective_slowdown) sample.rates["collective_slowdown"] = *overlap.collective_slowdown;
  if (times.gemm.low_s > 0) sample.rates["gemm_flops_per_s"] = profiles::rate_of(gemm.flops, times.gemm);
  if (times.collective.low_s > 0)
    sample.rates["bus_bytes_per_s"] =
        profiles::rate_of(collective.moved_bytes * collective.bus_share, times.collective);
}

}  // namespace

void measure_overlap(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  auto const collective = ready_collective(request, context, sample);
  if (!collective) return;
  if (!collective->communicator.returns_early() && !context.mpi.takes_other_threads())
    throw RequestError("this MPI takes no calls of a thread beside the first: nothing can go on beside messages");
  auto const gemm = ready_gemm_everywhere(request, context, sample);
  if (!gemm) return;
  SideBySide const work(context, *gemm, *collective);

  // Of five timings each gets its part of the time.
  auto part = request;
  part.rule.max_total_s /= 5;
  auto const timed = [&](auto const& body) {
    return measure(
        part.rule, context.clock_resolution_s, body, [] {}, context.mpi);
  };
  auto const gemm_alone = [&](std::int64_t calls) { work.gemms(calls); };
  OverlapTimes times;
  times.gemm = timed(gemm_alone);
  times.collective = timed([&](std::int64_t calls) { work.collectives(calls); });
  constexpr double least_cover = 2;
  constexpr double most_cover = 16;
  std::optional<Overlap> overlap;
  double cover = least_cover / 2;
  while (!overlap && cover < most_cover) {
    cover *= 2;
    times.longer_collectives = pair_of_longer_collectives(times.gemm.median_s, times.collective.median_s, cover);
    times.with_longer_collectives = timed([&](std::int64_t calls) { work.both(times.longer_collectives, calls); });
    times.longer_gemms = pair_of_longer_gemms(times.gemm.median_s, times.collective.median_s, cover);
    time_calls_into(
        sample, context, part, [&](std::int64_t calls) { work.both(times.longer_gemms, calls); }, context.mpi);
    times.with_longer_gemms = *sample.timing;
    overlap = overlap_of(times);
  }
  times.gemm = united(times.gemm, timed(gemm_alone));
  require_success(*collective, context);
  if (overlap) overlap = overlap_of(times);
  if (!overlap)
    throw RequestError("what took " + std::to_string(int(cover)) +
                       " times as long alone was done before what it should have covered: they wait for each other");
  sample.work_flops = double(times.longer_gemms.gemms) * gemm->flops;
  sample.work_bytes = double(times.longer_gemms.collectives) * collective->moved_bytes;
  add_rates(times, *overlap, *gemm, *collective, sample);
}

}  // namespace hpcadvise::probes::runner
