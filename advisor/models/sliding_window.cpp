// SPDX-License-Identifier: Apache-2.0
#include "advisor/models/sliding_window.hpp"

#include "advisor/layer_kinds.hpp"
#include "advisor/models/config_value.hpp"
#include "profiles/units.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <vector>

namespace hpcadvise::advisor {
namespace {

using profiles::JsonNode;

std::vector<bool> windowed_layers(JsonNode const& layer_types, std::int64_t layer_count) {
  std::vector<bool> windowed;
  for (JsonNode const& type : layer_types.elements()) {
    std::string const name = type.text();
    if (name != "sliding_attention" && name != "full_attention")
      type.fail(fmt::format("layers of '{}' are not described", name), "list its operators: docs/model_format.md");
    windowed.push_back(name == "sliding_attention");
  }
  if (static_cast<std::int64_t>(windowed.size()) != layer_count)
    layer_types.fail(fmt::format("{} for {}", profiles::format_counted(windowed.size(), "entry", "entries"),
                                 profiles::format_counted(layer_count, "layer")));
  return windowed;
}

bool has_pattern(SlidingWindow const& window, std::vector<bool> const& windowed) {
  for (std::size_t layer = 0; layer < windowed.size(); ++layer)
    if (is_windowed(window, static_cast<std::int64_t>(layer)) != windowed[layer]) return false;
  return true;
}

// Either the last of every so many layers sees everything, or the first few do.
SlidingWindow pattern_of(JsonNode const& layer_types, std::vector<bool> const& windowed, std::int64_t size) {
  auto const first_full = std::find(windowed.begin(), windowed.end(), false);
  if (first_full == windowed.end()) return {.size = size};
  auto const first_windowed = std::find(windowed.begin(), windowed.end(), true);
  for (SlidingWindow const& window :
       {SlidingWindow{.size = size, .full_interval = first_full - windowed.begin() + 1},
        SlidingWindow{.size = size, .full_first_layers = first_windowed - windowed.begin()}})
    if (has_pattern(window, windowed)) return window;
  layer_types.fail("this pattern of sliding windows is not described", "list its operators: docs/model_format.md");
}

}  // namespace

void read_sliding_window(JsonNode const& config, ModelSpec& model, SlidingWindow const& usual) {
  SlidingWindow window = usual;
  if (auto const size = config.find("sliding_window")) window.size = size->value().is_null() ? 0 : dimension(*size);
  if (window.size == 0) return;
  if (auto const layer_types = config_value(config, "layer_types")) {
    auto const windowed = windowed_layers(*layer_types, model.layer_count);
    if (std::find(windowed.begin(), windowed.end(), true) == windowed.end()) return;
    window = pattern_of(*layer_types, windowed, window.size);
  }
  model.sliding_window = window;
}

}  // namespace hpcadvise::advisor
