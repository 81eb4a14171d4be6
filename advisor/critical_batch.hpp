// SPDX-License-Identifier: Apache-2.0
#pragma once

// What statistics say of the global batch in pre-training: published laws, each a rule of thumb.

#include "advisor/model_spec.hpp"

namespace hpcadvise::advisor {

// Whether these laws say anything of the job: pre-training of at least one step.
bool has_critical_batch(TrainingJob const& job);

// Loss in nats a token of a transformer with `parameters` (embeddings left out) trained on `tokens`: Kaplan et al.
// 2020 (arXiv 2001.08361), equation 1.5 with its table 2.
double kaplan_loss(double parameters, double tokens);

// Critical batch in tokens at that loss: Kaplan et al. 2020, equation 1.4; what it means: McCandlish et al. 2018
// (arXiv 1812.06162), equation 2.11.
double critical_batch_tokens(double loss);

// The same at the loss predicted for the end of the job, of unlimited data where its tokens are not given.
// Precondition: has_critical_batch(job).
double critical_batch_tokens(TrainingJob const& job);

// Tokens that reach with batch `to` the loss that `tokens` reach with batch `from`, all in tokens: E = E_min (1 + B /
// B_crit) of McCandlish et al. 2018, equation 2.11; steps are E / B, which is S_min (1 + B_crit / B).
double tokens_to_same_loss(double tokens, double from, double to, double critical);

// By what the learning rate is multiplied when the batch is by `growth`: its square root for Adam (Malladi et al. 2022,
// arXiv 2205.10287), itself for SGD (Goyal et al. 2017, arXiv 1706.02677).
double learning_rate_factor(Optimizer optimizer, double growth);

}  // namespace hpcadvise::advisor
