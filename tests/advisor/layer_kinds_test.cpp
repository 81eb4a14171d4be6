// SPDX-License-Identifier: Apache-2.0
#include "advisor/layer_kinds.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace hpcadvise::advisor;

namespace {

ModelSpec model_of(std::int64_t layers) {
  ModelSpec model;
  model.layer_count = layers;
  return model;
}

using Order = std::vector<std::size_t>;

}  // namespace

TEST_CASE("The layers of a dense model are all of one kind") {
  auto const model = model_of(3);
  CHECK(layer_kinds(model) == std::vector<LayerKind>{{.count = 3}});
  CHECK(layer_order(model) == Order{0, 0, 0});
}

TEST_CASE("A model without layers has no kinds") {
  CHECK(layer_kinds(model_of(0)).empty());
  CHECK(layer_order(model_of(0)).empty());
  CHECK(last_layer_kind(model_of(0)) == LayerKind{});
}

TEST_CASE("Dense layers come before the mixtures") {
  auto model = model_of(5);
  model.experts = MixtureOfExperts{.expert_count = 2, .experts_per_token = 1, .dense_first_layers = 2};
  CHECK(layer_kinds(model) == std::vector<LayerKind>{{.count = 2}, {.count = 3, .experts = true}});
  CHECK(layer_order(model) == Order{0, 0, 1, 1, 1});
  CHECK(last_layer_kind(model).experts);
}

TEST_CASE("Every second layer may be a mixture") {
  auto model = model_of(4);
  model.experts = MixtureOfExperts{.expert_count = 2, .experts_per_token = 1, .layer_interval = 2};
  CHECK(layer_order(model) == Order{0, 1, 0, 1});
  CHECK(layer_kinds(model)[1].experts);
}

TEST_CASE("The last of every few layers sees beyond the window") {
  auto model = model_of(7);
  model.sliding_window = SlidingWindow{.size = 8, .full_interval = 3};
  CHECK(layer_order(model) == Order{0, 0, 1, 0, 0, 1, 0});
  CHECK(layer_kinds(model)[0].windowed);
  CHECK_FALSE(layer_kinds(model)[1].windowed);
}

TEST_CASE("The first layers may see beyond the window, or none") {
  auto model = model_of(3);
  model.sliding_window = SlidingWindow{.size = 8, .full_first_layers = 2};
  CHECK(layer_order(model) == Order{0, 0, 1});
  model.sliding_window = SlidingWindow{.size = 8};
  CHECK(layer_kinds(model) == std::vector<LayerKind>{{.count = 3, .windowed = true}});
}

TEST_CASE("Windows and mixtures make four kinds at most, whose counts add up") {
  auto model = model_of(12);
  model.experts = MixtureOfExperts{.expert_count = 2, .experts_per_token = 1, .layer_interval = 3};
  model.sliding_window = SlidingWindow{.size = 8, .full_interval = 2};
  auto const kinds = layer_kinds(model);
  CHECK(kinds.size() == 4);
  std::int64_t layers = 0;
  for (LayerKind const& kind : kinds) layers += kind.count;
  CHECK(layers == 12);
  auto const order = layer_order(model);
  for (std::size_t index = 0; index < kinds.size(); ++index)
    CHECK(std::count(order.begin(), order.end(), index) == kinds[index].count);
}

TEST_CASE("Listed layers are kinds in the order of the list") {
  ModelSpec model = model_of(3);
  model.operator_layers.resize(2);
  model.operator_layers[0].count = 2;
  CHECK(layer_order(model) == Order{0, 0, 1});
  CHECK(layer_kinds(model)[0] == LayerKind{.count = 2, .operator_layer = 0});
  CHECK(layer_kinds(model)[1] == LayerKind{.count = 1, .operator_layer = 1});
}
