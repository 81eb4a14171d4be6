// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block on the model of which one part works as late as the block's barriers and waits allow, and the others at once.
// What it lacks of one then shows as what has not arrived, or has been overwritten.

#include <cstring>
#include <deque>
#include <functional>
#include <vector>

namespace hpcadvise::kernels {

enum class Late {
  nothing,
  copies,   // arrive at the barrier behind the wait for their group; until there their place holds NaN
  threads,  // do their copying before the next barrier
  warps     // do their multiplying before the next barrier
};

struct Lateness {
  Late part = Late::nothing;
  int wait_left_out = -1;  // of each thread, counted from 0
  int barrier_left_out = -1;
};

// Of one block.
struct LateWork {
  using Group = std::vector<std::function<void()>>;
  struct Copies {
    Group begun;
    std::deque<Group> committed;
    int waits = 0;
  };
  LateWork(Lateness how, int threads) : lateness(how), copies(std::size_t(threads)) {}

  Lateness lateness;
  std::vector<Copies> copies;  // of each thread
  Group waited_for;
  Group deferred;
  int barriers = 0;

  void catch_up() {
    for (auto const& act : deferred) act();
    deferred.clear();
    for (auto const& arrive : waited_for) arrive();
    waited_for.clear();
  }
};

template <class Block>
struct LateBlock : Block {
  LateWork* work;

  template <class Act>
  void each_thread(Act act) const {
    later_if(Late::threads, [block = static_cast<Block>(*this), act] { block.each_thread(act); });
  }
  template <class Act>
  void each_warp(Act act) const {
    later_if(Late::warps, [block = static_cast<Block>(*this), act] { block.each_warp(act); });
  }
  template <int bytes>
  void begin_copy(int thread, void* to, void const* from, int valid_bytes) const {
    auto const arrive = [=, block = static_cast<Block>(*this)] {
      block.template begin_copy<bytes>(thread, to, from, valid_bytes);
    };
    if (work->lateness.part != Late::copies) return arrive();
    std::memset(to, 0xff, bytes);
    work->copies[std::size_t(thread)].begun.push_back(arrive);
  }
  void commit_copies(int thread) const {
    auto& copies = work->copies[std::size_t(thread)];
    copies.committed.push_back(std::move(copies.begun));
    copies.begun.clear();
  }
  template <int groups>
  void wait_for_copies(int thread) const {
    auto& copies = work->copies[std::size_t(thread)];
    if (copies.waits++ == work->lateness.wait_left_out) return;
    for (; int(copies.committed.size()) > groups; copies.committed.pop_front())
      for (auto& arrive : copies.committed.front()) work->waited_for.push_back(std::move(arrive));
  }
  void barrier() const {
    if (work->barriers++ != work->lateness.barrier_left_out) work->catch_up();
  }

 private:
  template <class Act>
  void later_if(Late part, Act act) const {
    if (work->lateness.part != part) return act();
    work->deferred.push_back(act);
  }
};

}  // namespace hpcadvise::kernels
