// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/measure_overlap.hpp"

#include "probes/overlap.hpp"
#include "probes/runner/measure_collective.hpp"
#include "probes/runner/measure_gemm.hpp"
#include "probes/runner/request.hpp"

#include <cstdint>
#include <functional>
#include <future>
#include <optional>

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
  // Between devices each kind has a queue. On a host messages want a thread that moves them, as frameworks keep one.
  void both(Pair const& pair, std::int64_t count) const {
    if constexpr (kernels::on_device) {
      repeat(count, [&] {
        repeat(pair.collectives, collective_.call);
        repeat(pair.gemms, gemm_.enqueue);
      });
      context_.space.fence();
      collective_.communicator.fence();
    } else {
      auto sending = std::async(std::launch::async, [&] { collectives(count * pair.collectives); });
      gemms(count * pair.gemms);
      sending.get();
    }
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

}  // namespace

void measure_overlap(SampleRequest const& request, Context const& context, profiles::Sample& sample) {
  if (!kernels::on_device && !context.mpi.takes_other_threads())
    throw RequestError("this MPI takes no calls of a thread beside the first: nothing can go on beside messages");
  auto const collective = ready_collective(request, context, sample);
  if (!collective) return;
  auto const gemm = ready_gemm_everywhere(request, context, sample);
  if (!gemm) return;
  SideBySide const both(context, *gemm, *collective);

  // Of four timings each gets its part of the time.
  auto part = request;
  part.rule.max_total_s /= 4;
  auto const timed = [&](auto const& body) {
    return measure(
        part.rule, context.clock_resolution_s, body, [] {}, context.mpi);
  };
  OverlapTimes times;
  times.gemm = timed([&](std::int64_t calls) { both.gemms(calls); });
  times.collective = timed([&](std::int64_t calls) { both.collectives(calls); });
  times.longer_collectives = pair_of_longer_collectives(times.gemm.median_s, times.collective.median_s);
  times.with_longer_collectives = timed([&](std::int64_t calls) { both.both(times.longer_collectives, calls); });
  times.longer_gemms = pair_of_longer_gemms(times.gemm.median_s, times.collective.median_s);
  time_calls_into(
      sample, context, part, [&](std::int64_t calls) { both.both(times.longer_gemms, calls); }, context.mpi);
  require_success(*collective, context);
  times.with_longer_gemms = *sample.timing;

  sample.work_flops = double(times.longer_gemms.gemms) * gemm->flops;
  sample.work_bytes = double(times.longer_gemms.collectives) * collective->moved_bytes;
  auto const overlap = overlap_of(times);
  sample.rates["hidden_share"] = overlap.hidden_share;
  if (overlap.gemm_slowdown) sample.rates["gemm_slowdown"] = *overlap.gemm_slowdown;
  if (overlap.collective_slowdown) sample.rates["collective_slowdown"] = *overlap.collective_slowdown;
  sample.rates["gemm_flops_per_s"] = profiles::rate_of(gemm->flops, times.gemm);
  sample.rates["bus_bytes_per_s"] =
      profiles::rate_of(collective->moved_bytes * collective->bus_share, times.collective);
}

}  // namespace hpcadvise::probes::runner
