// SPDX-License-Identifier: Apache-2.0
#include "advisor/verify.hpp"
#include "profiles/error.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace hpcadvise::advisor {
namespace {

class Conflicts {
 public:
  template <class Value>
  void compare(char const* name, std::optional<Value> const& stated, Value asked) {
    if (stated && *stated != asked) add(name, fmt::format("{}", *stated), fmt::format("{}", asked));
  }
  template <class Value>
  void compare_words(char const* name, std::optional<Value> const& stated, Value asked) {
    if (stated && *stated != asked) add(name, std::string(to_string(*stated)), std::string(to_string(asked)));
  }
  void refuse() const {
    if (found_.empty()) return;
    throw profiles::UsageError(fmt::format("the log was not run with this plan: {}", fmt::join(found_, "; ")),
                               "Give the plan, model and options that ran.");
  }

 private:
  void add(char const* name, std::string const& stated, std::string const& asked) {
    found_.push_back(fmt::format("{} is {} in the log, {} here", name, stated, asked));
  }
  std::vector<std::string> found_;
};

}  // namespace

void check_settings(LogSettings const& settings, TrainingJob const& job, ParallelPlan const& plan,
                    EstimateOptions const& options) {
  Conflicts conflicts;
  conflicts.compare("devices", settings.device_count, plan.device_count());
  conflicts.compare("tp", settings.tensor_parallel, plan.tensor_parallel);
  conflicts.compare("pp", settings.pipeline_parallel, plan.pipeline_parallel);
  conflicts.compare("vpp", settings.virtual_stages, plan.virtual_stages);
  conflicts.compare("cp", settings.context_parallel, plan.context_parallel);
  conflicts.compare("ep", settings.expert_parallel, plan.expert_parallel);
  // Megatron-Core's follows tp where there are no experts to cut.
  if (job.model.experts) conflicts.compare("etp", settings.expert_tensor_parallel, plan.expert_tensor_parallel);
  conflicts.compare("dp", settings.data_parallel, plan.data_parallel);
  conflicts.compare("micro_batch", settings.micro_batch, plan.micro_batch);
  conflicts.compare("global_batch", settings.global_batch, plan.global_batch);
  conflicts.compare_words("sharding", settings.sharding, plan.sharding);
  conflicts.compare_words("recompute", settings.recompute, plan.recompute);
  if (options.attention) conflicts.compare_words("attention", settings.attention, *options.attention);
  // Without tensor parallelism it means nothing.
  if (plan.tensor_parallel > 1) {
    conflicts.compare("sequence_parallel", settings.sequence_parallel, plan.sequence_parallel);
    if (options.tensor_parallel_overlap)
      conflicts.compare("tp_overlap", settings.tensor_parallel_overlap, *options.tensor_parallel_overlap);
  }
  conflicts.compare("the sequence length", settings.sequence_length, job.sequence_length);
  conflicts.compare_words("the precision", settings.precision, job.precision);
  conflicts.compare("the number of layers", settings.layer_count, job.model.layer_count);
  conflicts.compare("the hidden size", settings.hidden_size, job.model.hidden_size);
  conflicts.compare("the number of heads", settings.head_count, job.model.head_count);
  conflicts.refuse();
}

}  // namespace hpcadvise::advisor
