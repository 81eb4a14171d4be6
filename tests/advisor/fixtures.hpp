// SPDX-License-Identifier: Apache-2.0
#pragma once

// A machine of round numbers and a few models, so that expected values can be checked by hand.

#include "advisor/constants.hpp"
#include "advisor/machine.hpp"
#include "advisor/step_estimate.hpp"
#include "profiles/system_description.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace hpcadvise::advisor::testing {

inline Machine of_system(std::string_view name) { return machine_from_system(profiles::system_description(name)); }

// 100 TFLOP/s, 1 TB/s, 64 GiB; 8 devices a node at 100 GB/s, 10 GB/s each between nodes; no latencies, no tiles.
inline Machine round_machine() {
  Machine machine;
  machine.name = "round";
  machine.device = "round-device";
  machine.vendor = "nvidia";
  machine.architecture = "sm_80";
  machine.memory_bytes = 64.0 * (1 << 30);
  machine.memory_bytes_per_s = 1e12;
  machine.host_bound = true;
  machine.runtime_bytes = constants::runtime_context_bytes;
  machine.power_w = 500;
  machine.devices_per_node = 8;
  for (auto const precision : {profiles::Precision::bf16, profiles::Precision::fp16}) {
    machine.gemm[precision].plateau_flops_per_s = 1e14;
    machine.gemm[precision].peak_flops_per_s = 2e14;
  }
  machine.attention.forward_flops_per_s = 1e14;
  machine.attention.backward_flops_per_s = 5e13;
  machine.node_link.bytes_per_s_per_device = 1e11;
  machine.module_link = machine.node_link;
  machine.network.bytes_per_s_per_device = 1e10;
  return machine;
}

inline profiles::Sample measured_sample(std::string probe, std::string provider, profiles::Parameters parameters,
                                        std::string const& rate, double value) {
  profiles::Sample sample;
  sample.probe = std::move(probe);
  sample.provider = std::move(provider);
  sample.parameters = std::move(parameters);
  sample.timing.emplace();
  sample.timing->median_s = 5e-6;
  sample.timing->low_s = 4.95e-6;
  sample.timing->high_s = 5.05e-6;
  sample.rates[rate] = {value, value, value};
  return sample;
}

inline bool has_note(Machine const& machine, std::string_view words) {
  return std::ranges::any_of(machine.notes, [&](auto const& note) { return note.find(words) != note.npos; });
}

inline ModelSpec llama_7b() {
  ModelSpec model;
  model.name = "llama-2-7b";
  model.layer_count = 32;
  model.hidden_size = 4096;
  model.ffn_size = 11008;
  model.head_count = 32;
  model.kv_head_count = 32;
  model.head_size = 128;
  model.vocabulary_size = 32000;
  model.gated_ffn = true;
  return model;
}

// GPT with an FFN of four times the hidden size, as the papers' formulas assume.
inline ModelSpec small_gpt() {
  ModelSpec model;
  model.name = "small-gpt";
  model.layer_count = 8;
  model.hidden_size = 1024;
  model.ffn_size = 4096;
  model.head_count = 16;
  model.kv_head_count = 16;
  model.head_size = 64;
  model.vocabulary_size = 32768;
  model.layer_norm = true;
  return model;
}

// The same layers as mixtures of 8 gated experts of 512, of which each token passes 2.
inline ModelSpec mixture_of_eight() {
  ModelSpec model = small_gpt();
  model.name = "mixture-of-eight";
  model.layer_norm = false;
  model.gated_ffn = true;
  model.experts = MixtureOfExperts{};
  model.experts->expert_count = 8;
  model.experts->experts_per_token = 2;
  model.experts->expert_ffn_size = 512;
  return model;
}

inline TrainingJob job_of(ModelSpec model, std::int64_t sequence_length = 1024, std::int64_t global_batch = 64) {
  TrainingJob job;
  job.model = std::move(model);
  job.sequence_length = sequence_length;
  job.global_batch = global_batch;
  return job;
}

inline ParallelPlan plan_of(std::int64_t tensor, std::int64_t pipeline, std::int64_t data, std::int64_t micro_batch = 1,
                            std::int64_t global_batch = 64) {
  ParallelPlan plan;
  plan.tensor_parallel = tensor;
  plan.pipeline_parallel = pipeline;
  plan.data_parallel = data;
  plan.micro_batch = micro_batch;
  plan.global_batch = global_batch;
  return plan;
}

// With every part at another value than on one device.
inline ParallelPlan plan_of_every_part() {
  auto plan = plan_of(2, 4, 8, 2, 64);
  plan.virtual_stages = 3;
  plan.context_parallel = 2;
  plan.expert_parallel = 4;
  plan.expert_tensor_parallel = 2;
  plan.sharding = Sharding::zero1;
  plan.shard_group = 4;
  plan.recompute = Recompute::full;
  plan.recompute_interval = 5;
  plan.sequence_parallel = true;
  plan.schedule = Schedule::gpipe;
  plan.context_exchange = ContextExchange::all_to_all;
  plan.offload = Offload::optimizer;
  return plan;
}

}  // namespace hpcadvise::advisor::testing
