// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/run_plan.hpp"

#include "probes/deadline.hpp"
#include "probes/launch/temporary_folder.hpp"
#include "probes/plan.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace hpcadvise::probes {
namespace {

using profiles::SampleStatus;

// How one start of the runner came to its end.
enum class End { done, died, hung, out_of_time, interrupted, wrong_ranks };

class PlanRun {
 public:
  PlanRun(SamplePlan const& plan, RunSettings const& settings, RunListener const& listener)
      : settings_(settings), listener_(listener), pending_(plan.requests) {}

  RunOutcome run() {
    int starts_without_progress = 0;
    do {
      std::size_t const before = pending_.size();
      bool const finished = start_once();
      if (finished) break;
      starts_without_progress = pending_.size() < before ? 0 : starts_without_progress + 1;
      if (starts_without_progress == 2) give_up(last_words_);
    } while (!pending_.empty() && outcome_.lost.empty());
    if (!outcome_.interrupted) skip_pending();
    return std::move(outcome_);
  }

 private:
  // True when there is no sense in another start.
  bool start_once() {
    auto const plan_file = folder_.path() / "plan.json";
    profiles::write_file_atomically(plan_file, plan_to_json({pending_, {}}));
    auto command = settings_.command;
    command.input = plan_file;
    ChildProcess child(command);
    said_hello_ = false;
    active_.reset();
    watchdog_ = after(settings_.hello_timeout_s);

    End const end = listen(child);
    ExitStatus const status =
        end == End::done || end == End::died ? child.end(settings_.patience_s) : child.terminate(settings_.patience_s);
    return conclude(end, status, child.stderr_tail());
  }

  End listen(ChildProcess& child) {
    constexpr double look_up_s = 0.1;
    for (;;) {
      if (listener_.interrupted && listener_.interrupted()) return End::interrupted;
      double const left_s = seconds_until(std::min(watchdog_, settings_.deadline));
      if (left_s <= 0) return settings_.deadline <= watchdog_ ? End::out_of_time : End::hung;
      auto const output = child.next_line(std::min(left_s, look_up_s));
      if (output.kind == ChildProcess::Output::Kind::end) return End::died;
      if (output.kind == ChildProcess::Output::Kind::nothing) continue;
      Event event = event_from_line(output.line);
      if (std::holds_alternative<DoneEvent>(event) && said_hello_ && !active_) return End::done;
      if (!std::visit([this](auto& what) { return take(what); }, event)) add_line(outcome_.garbage, output.line);
      if (outcome_.hello && !has_ranks(*outcome_.hello)) return End::wrong_ranks;
    }
  }

  // Each says whether the event made sense at this place.
  bool take(HelloEvent& hello) {
    if (std::exchange(said_hello_, true)) return false;
    outcome_.hello = std::move(hello);
    watchdog_ = after(settings_.idle_timeout_s);
    if (listener_.ready) listener_.ready();
    return true;
  }
  bool take(StartEvent const& start) {
    auto const found = find_pending(start.request_id);
    if (!said_hello_ || active_ || found == pending_.end()) return false;
    active_ = start.request_id;
    watchdog_ = after(found->timeout_s);
    if (listener_.started) listener_.started(*found);
    return true;
  }
  bool take(SampleEvent& event) {
    if (active_ != event.request_id) return false;
    resolve_active(std::move(event.sample));
    watchdog_ = after(settings_.idle_timeout_s);
    return true;
  }
  bool take(DoneEvent const&) { return false; }
  bool take(GarbageEvent const&) { return false; }

  bool conclude(End end, ExitStatus const& status, std::string const& stderr_tail) {
    std::string const said =
        stderr_tail.empty() ? "; it wrote nothing to stderr" : fmt::format("; it wrote:\n{}", stderr_tail);
    switch (end) {
      case End::done: last_words_ = "it said 'done' before all samples were taken" + said; return pending_.empty();
      case End::interrupted: outcome_.interrupted = true; return true;
      case End::out_of_time:
        if (active_) resolve_active(SampleStatus::skipped, "the budget was spent before it was done");
        skip_reason_ = "the budget was spent";
        outcome_.out_of_time = true;
        if (!outcome_.hello) give_up("it did not say what it is before the budget was spent" + said);
        return true;
      case End::wrong_ranks: explain_wrong_ranks(); return true;
      case End::died:
        last_words_ = fmt::format("it ended with {}{}", to_string(status), said);
        if (active_) resolve_active(SampleStatus::crashed, fmt::format("the runner died in it: {}", to_string(status)));
        break;
      case End::hung:
        last_words_ = "it said nothing for too long and was ended" + said;
        if (active_)
          resolve_active(SampleStatus::timed_out,
                         fmt::format("not done within {}: ended by the watchdog",
                                     profiles::format_seconds(find_pending(*active_)->timeout_s)));
        break;
    }
    if (!said_hello_) give_up(fmt::format("it never said what it is: {}", last_words_));
    return false;
  }

  bool has_ranks(HelloEvent const& hello) const {
    return hello.rank_count == settings_.ranks.rank_count && hello.ranks_a_node == settings_.ranks.ranks_a_node;
  }

  void explain_wrong_ranks() {
    int const got = outcome_.hello->rank_count;
    if (got == settings_.ranks.rank_count) {
      outcome_.lost = fmt::format("{} on each node were asked for, but a node has {} of the {}",
                                  profiles::format_counted(std::size_t(settings_.ranks.ranks_a_node), "MPI rank"),
                                  outcome_.hello->ranks_a_node, got);
      outcome_.next_step = "ask the scheduler for the same tasks and devices on every node";
      return;
    }
    outcome_.lost = fmt::format("{} MPI ranks were asked for, but the runner's communicator has {}",
                                settings_.ranks.rank_count, got);
    if (got == 1)
      outcome_.lost +=
          ": the launcher started separate processes that do not know each other, because it belongs to "
          "another MPI than the library the runner is linked with";
    outcome_.next_step =
        "use the mpirun of the MPI that the runner was built with (load the same module), or build the runner again";
  }

  void give_up(std::string const& why) {
    outcome_.lost = fmt::format("the runner cannot go on: {}", why);
    outcome_.next_step = "start it by hand to see more: " + command_text();
  }

  std::string command_text() const {
    return fmt::format("{} < PLAN.json", fmt::join(settings_.command.arguments, " "));
  }

  std::vector<SampleRequest>::iterator find_pending(std::int64_t id) {
    return std::find_if(pending_.begin(), pending_.end(), [&](auto const& request) { return request.id == id; });
  }

  void resolve_active(profiles::Sample sample) {
    auto const found = find_pending(*active_);
    SampleRequest const request = std::move(*found);
    pending_.erase(found);
    active_.reset();
    // What was measured is what was asked for, whatever the runner calls it.
    sample.probe = request.probe;
    sample.provider = request.provider;
    sample.parameters = request.parameters;
    if (listener_.sampled) listener_.sampled(request, sample);
  }
  void resolve_active(SampleStatus status, std::string reason) {
    resolve_active(unmeasured_sample(*find_pending(*active_), status, std::move(reason)));
  }

  void skip_pending() {
    if (!outcome_.lost.empty()) skip_reason_ = outcome_.lost.substr(0, outcome_.lost.find('\n'));
    for (auto const& request : pending_)
      if (listener_.sampled)
        listener_.sampled(request, unmeasured_sample(request, SampleStatus::skipped, skip_reason_));
    pending_.clear();
  }

  RunSettings const& settings_;
  RunListener const& listener_;
  TemporaryFolder folder_;
  std::vector<SampleRequest> pending_;
  RunOutcome outcome_;
  bool said_hello_ = false;             // in this start
  std::optional<std::int64_t> active_;  // the request between its start and its sample
  SteadyClock::time_point watchdog_;
  std::string last_words_;
  std::string skip_reason_ = "not reached";
};

}  // namespace

RunOutcome run_plan(SamplePlan const& plan, RunSettings const& settings, RunListener const& listener) {
  return PlanRun(plan, settings, listener).run();
}

}  // namespace hpcadvise::probes
