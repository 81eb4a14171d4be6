// SPDX-License-Identifier: Apache-2.0
#pragma once

// A block on the model of which one part works as late as the block's barriers and waits allow, and the others at once.
// What it lacks of one then shows as what has not arrived, or has been overwritten.

#include "kernels/fragment/block.hpp"

#include <cstring>
#include <deque>
#include <functional>
#include <vector>

namespace hpcadvise::kernels {

enum class Late {
  nothing,
  copies,    // arrive at the barrier behind the wait for their group; until there their place holds NaN
  threads,   // do their copying before the next barrier
  warps,     // do their multiplying before the next barrier
  products,  // of the block's memory are done when they are waited for
};

struct Lateness {
  Late part = Late::nothing;
  int wait_left_out = -1;     // of each thread, counted from 0
  int showing_left_out = -1;  // of what a thread has written, to products of the block's memory
  int barrier_left_out = -1;
  int product_wait_left_out = -1;  // of each warpgroup
};

// Of one block.
struct LateWork {
  using Group = std::vector<std::function<void()>>;
  struct Queue {
    Group begun;
    std::deque<Group> committed;
    int waits = 0;

    void commit() {
      committed.push_back(std::move(begun));
      begun.clear();
    }
    // Takes all groups but the last `groups`.
    Group take(int groups) {
      Group taken;
      for (; int(committed.size()) > groups; committed.pop_front())
        for (auto& each : committed.front()) taken.push_back(std::move(each));
      return taken;
    }
  };
  LateWork(Lateness how, int threads, int warps)
      : lateness(how),
        copies(std::size_t(threads)),
        products(std::size_t(warps)),
        hidden(std::size_t(threads)),
        showings(std::size_t(threads)) {}

  Lateness lateness;
  std::vector<Queue> copies;    // of each thread
  std::vector<Queue> products;  // of each warp
  std::vector<Group> hidden;    // of each thread: copies that it has waited for and not shown
  std::vector<int> showings;
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
  void commit_copies(int thread) const { work->copies[std::size_t(thread)].commit(); }
  template <int groups>
  void wait_for_copies(int thread) const {
    auto& copies = work->copies[std::size_t(thread)];
    if (copies.waits++ == work->lateness.wait_left_out) return;
    auto arrived = copies.take(groups);
    append(arrived, reads_block_memory<typename Block::Warp::Instruction> ? work->hidden[std::size_t(thread)]
                                                                          : work->waited_for);
  }
  void show_written(int thread) const {
    auto const index = std::size_t(thread);
    if (work->showings[index]++ == work->lateness.showing_left_out) return;
    append(work->hidden[index], work->waited_for);
    work->hidden[index].clear();
  }
  template <MatrixOrder a_order, MatrixOrder b_order, class Sums>
  void multiply(int warp_index, Sums& c, MatrixDescriptor a, MatrixDescriptor b, bool added) const {
    auto const act = [=, &c, block = static_cast<Block>(*this)] {
      block.template multiply<a_order, b_order>(warp_index, c, a, b, added);
    };
    if (work->lateness.part != Late::products) return act();
    work->products[std::size_t(warp_index)].begun.push_back(act);
  }
  void commit_products(int warp_index) const { work->products[std::size_t(warp_index)].commit(); }
  template <int groups, class Sums>
  void wait_for_products(int warp_index, Sums& /*c*/) const {
    auto& products = work->products[std::size_t(warp_index)];
    if (products.waits++ == work->lateness.product_wait_left_out) return;
    for (auto const& act : products.take(groups)) act();
  }
  void barrier() const {
    if (work->barriers++ != work->lateness.barrier_left_out) work->catch_up();
  }

 private:
  static void append(LateWork::Group& from, LateWork::Group& to) {
    for (auto& each : from) to.push_back(std::move(each));
  }
  template <class Act>
  void later_if(Late part, Act act) const {
    if (work->lateness.part != part) return act();
    work->deferred.push_back(act);
  }
};

}  // namespace hpcadvise::kernels
