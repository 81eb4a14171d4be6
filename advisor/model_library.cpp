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

#include <algorithm>
#include <system_error>

namespace hpcadvise::advisor {
namespace {

namespace fs = std::filesystem;

bool is_built_in(std::string_view name) {
  auto const names = model_names();
  return std::find(names.begin(), names.end(), name) != names.end();
}

// No built-in name has a slash or ends so.
bool looks_like_a_path(fs::path const& path) { return path.has_parent_path() || path.extension() == ".json"; }

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
  auto const guess = profiles::did_you_mean(name, model_names());
  throw profiles::UsageError(
      fmt::format("unknown model '{}': neither a file nor a built-in model", name),
      fmt::format("{}{}`hpcadvise models list` shows what is built in; a Hugging Face config.json serves as well",
                  guess, guess.empty() ? "" : " "));
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
  fs::path const path(name_or_path);
  std::error_code error;
  // The folder of a downloaded model serves as well as the file in it.
  if (fs::is_directory(path, error)) {
    auto const file = path / "config.json";
    if (fs::exists(file, error)) return model_from_text(profiles::read_text_file(file), file);
    if (!is_built_in(name_or_path))
      throw profiles::UsageError(fmt::format("model '{}': this folder has no config.json", name_or_path),
                                 "name the folder that a Hugging Face model was downloaded to, or its config.json");
  } else if (fs::exists(path, error)) {
    return model_from_text(profiles::read_text_file(path), path);
  } else if (looks_like_a_path(path)) {
    throw profiles::UsageError(fmt::format("model '{}': no such file", name_or_path),
                               "name a Hugging Face config.json, or what `hpcadvise models list` shows");
  }
  return built_in_model(name_or_path);
}

}  // namespace hpcadvise::advisor
