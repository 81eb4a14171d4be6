// SPDX-License-Identifier: Apache-2.0
#include "advisor/model_library.hpp"

#include "advisor/models/built_in_models.hpp"
#include "advisor/models/model_config.hpp"
#include "advisor/models/model_file.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "profiles/json_text.hpp"
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <system_error>

namespace hpcadvise::advisor {
namespace {

// Dimensions that are possible one by one may make no model together.
void check_size(profiles::JsonNode const& root, ModelSpec const& model) {
  constexpr double most_parameters = 1e15;
  double const parameters = count_parameters(model).total;
  if (parameters > most_parameters)
    root.fail(fmt::format("these dimensions make {:.2g} parameters, more than any model has", parameters));
}

}  // namespace

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (ModelSpec const& model : built_in_models()) names.push_back(model.name);
  return names;
}

ModelSpec built_in_model(std::string_view name) {
  for (ModelSpec& model : built_in_models())
    if (model.name == name) return std::move(model);
  auto const nearest = profiles::nearest_name(name, model_names());
  throw profiles::UsageError(
      fmt::format("unknown model '{}': neither a file nor a built-in model", name),
      fmt::format("{}built in are {}; or name a Hugging Face config.json",
                  nearest ? fmt::format("did you mean '{}'? ", *nearest) : "", fmt::join(model_names(), ", ")));
}

ModelSpec model_from_text(std::string_view text, std::filesystem::path const& file) {
  ModelSpec model;
  profiles::read_json(text, file,
                      "compare it with the config.json that the model was published with, or with docs/model_format.md",
                      [&](profiles::JsonNode const& root) {
                        model = is_model_file(root) ? model_from_file(root, file) : model_from_config(root, file);
                        check_size(root, model);
                      });
  return model;
}

ModelSpec find_model(std::string_view name_or_path) {
  std::filesystem::path path(name_or_path);
  std::error_code error;
  // The folder of a downloaded model serves as well as the file in it.
  if (std::filesystem::is_directory(path, error)) path /= "config.json";
  if (std::filesystem::exists(path, error)) return model_from_text(profiles::read_text_file(path), path);
  return built_in_model(name_or_path);
}

}  // namespace hpcadvise::advisor
