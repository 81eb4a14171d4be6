// SPDX-License-Identifier: Apache-2.0
#pragma once

// A row of a table of runs, column by column.

#include <map>
#include <string>

namespace hpcadvise::advisor::testing {

using Cells = std::map<std::string, std::string>;

inline Cells changed(Cells cells, Cells const& changes) {
  for (auto const& [column, cell] : changes) cells[column] = cell;
  return cells;
}

// A 7B model, stated in full, on one node of eight A100.
inline Cells const stated_run{{"id", "r1"},
                              {"device", "a100-sxm-80gb"},
                              {"gpus", "8"},
                              {"gpus_per_node", "8"},
                              {"network", "infiniband"},
                              {"network_gbit_per_device", "200"},
                              {"model", "some-7b"},
                              {"family", "llama"},
                              {"layers", "32"},
                              {"hidden", "4096"},
                              {"ffn_hidden", "11008"},
                              {"heads", "32"},
                              {"kv_heads", "32"},
                              {"head_dim", "128"},
                              {"vocab", "32000"},
                              {"seq_len", "2048"},
                              {"precision", "bf16"},
                              {"framework", "Megatron-LM"},
                              {"tp", "2"},
                              {"pp", "1"},
                              {"dp", "4"},
                              {"sharding", "zero1"},
                              {"sequence_parallel", "true"},
                              {"micro_batch", "1"},
                              {"global_batch", "64"},
                              {"recompute", "selective"},
                              {"flash_attention", "true"}};

}  // namespace hpcadvise::advisor::testing
