// SPDX-License-Identifier: Apache-2.0
#include "kernels/host/stream_kernels.hpp"

#include "kernels/host/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/host/stream_kernels.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first: it includes this file again for each instruction set.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hpcadvise::kernels::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<double>;
constexpr std::int64_t lanes = hn::MaxLanes(Tag());
constexpr std::int64_t elements_per_line = 8;

// Calls body(tag, i) for vectors and, at the end, for single elements.
template <class Body>
HWY_INLINE void for_each_vector(std::int64_t count, Body const& body) {
  std::int64_t i = 0;
  HWY_UNROLL(4)
  for (; i + lanes <= count; i += lanes) body(Tag(), i);
  for (; i < count; ++i) body(hn::CappedTag<double, 1>(), i);
}

struct OrdinaryStore {
  template <class Vector, class D>
  HWY_INLINE void operator()(Vector value, D d, double* to) const {
    hn::StoreU(value, d, to);
  }
};

struct NonTemporalStore {
  template <class Vector, class D>
  HWY_INLINE void operator()(Vector value, D d, double* to) const {
    if constexpr (hn::MaxLanes(D()) == lanes) {
      hn::Stream(value, d, to);
    } else {
      hn::StoreU(value, d, to);
    }
  }
};

template <class Pass>
HWY_INLINE void with_store(StreamPass const& pass, Pass const& body) {
  bool const aligned = reinterpret_cast<std::uintptr_t>(pass.a) % sizeof(hn::Vec<Tag>) == 0;
  if (pass.non_temporal && aligned) {
    body(NonTemporalStore());
    hwy::FlushStream();
  } else {
    body(OrdinaryStore());
  }
}

void write(StreamPass const& pass) {
  with_store(pass, [&](auto store) HWY_ATTR {
    for_each_vector(pass.count,
                    [&](auto d, std::int64_t i) HWY_ATTR { store(hn::Set(d, pass.scalar), d, pass.a + i); });
  });
}

void copy(StreamPass const& pass) {
  with_store(pass, [&](auto store) HWY_ATTR {
    for_each_vector(pass.count,
                    [&](auto d, std::int64_t i) HWY_ATTR { store(hn::LoadU(d, pass.b + i), d, pass.a + i); });
  });
}

void triad(StreamPass const& pass) {
  with_store(pass, [&](auto store) HWY_ATTR {
    for_each_vector(pass.count, [&](auto d, std::int64_t i) HWY_ATTR {
      store(hn::MulAdd(hn::Set(d, pass.scalar), hn::LoadU(d, pass.c + i), hn::LoadU(d, pass.b + i)), d, pass.a + i);
    });
  });
}

// Sums side by side, so that the latency of an addition does not bound the rate of the loads.
constexpr std::int64_t chains = 8;

void read(StreamPass const& pass) {
  Tag const d;
  hn::Vec<Tag> sum[chains];
  HWY_UNROLL(8)
  for (auto& each : sum) each = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + chains * lanes <= pass.count; i += chains * lanes) {
    HWY_UNROLL(8)
    for (std::int64_t chain = 0; chain < chains; ++chain) {
      sum[chain] = hn::Add(sum[chain], hn::LoadU(d, pass.b + i + chain * lanes));
    }
  }
  HWY_UNROLL(8)
  for (std::int64_t chain = 1; chain < chains; ++chain) sum[0] = hn::Add(sum[0], sum[chain]);
  double total = hn::GetLane(hn::SumOfLanes(d, sum[0]));
  for (; i < pass.count; ++i) total += pass.b[i];
  *pass.a = total;
}

void strided(StreamPass const& pass) {
  double sum[chains] = {};
  constexpr std::int64_t step = chains * elements_per_line;
  std::int64_t i = 0;
  for (; i + step <= pass.count; i += step) {
    HWY_UNROLL(8)
    for (std::int64_t chain = 0; chain < chains; ++chain) sum[chain] += pass.b[i + chain * elements_per_line];
  }
  double total = 0;
  for (double const partial : sum) total += partial;
  for (; i < pass.count; i += elements_per_line) total += pass.b[i];
  *pass.a = total;
}

StreamFunctions functions() { return {.read = read, .write = write, .copy = copy, .triad = triad, .strided = strided}; }

}  // namespace
}  // namespace hpcadvise::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hpcadvise::kernels {

HWY_EXPORT(functions);

StreamFunctions stream_functions() { return HWY_DYNAMIC_DISPATCH(functions)(); }

}  // namespace hpcadvise::kernels
#endif
