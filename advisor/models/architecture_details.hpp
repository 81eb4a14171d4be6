// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a row of architecture.cpp cannot say by naming a key, one function an architecture. Keys and defaults are those
// of the transformers library, configuration_<type>.py and, for what the class does with them, modeling_<type>.py.

#include "advisor/model_spec.hpp"
#include "profiles/json_node.hpp"

namespace hpcadvise::advisor {

using RefineModel = void(profiles::JsonNode const& config, ModelSpec& model);

// Dense ones.
RefineModel refine_falcon;
RefineModel refine_gemma2;
RefineModel refine_gemma3;
RefineModel refine_gpt_neox;
RefineModel refine_internlm;
RefineModel refine_linear_biases;  // the flags attention_bias and mlp_bias
RefineModel refine_mistral;
RefineModel refine_mpt;
RefineModel refine_olmo;
RefineModel refine_olmo3;
RefineModel refine_phi3;
RefineModel refine_qwen;
RefineModel refine_starcoder2;

// Mixtures of experts.
RefineModel refine_deepseek;
RefineModel refine_gpt_oss;
RefineModel refine_granite_mixture;
RefineModel refine_mixtral;
RefineModel refine_olmoe;
RefineModel refine_qwen2_mixture;
RefineModel refine_qwen3_mixture;

}  // namespace hpcadvise::advisor
