// SPDX-License-Identifier: Apache-2.0
#include "advisor/model_library.hpp"

#include "advisor/models/built_in_models.hpp"
#include "profiles/atomic_file.hpp"
#include "profiles/error.hpp"
#include "profiles/nearest_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <system_error>

namespace hpcadvise::advisor {

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

ModelSpec find_model(std::string_view name_or_path) {
  std::filesystem::path path(name_or_path);
  std::error_code error;
  // The folder of a downloaded model serves as well as the file in it.
  if (std::filesystem::is_directory(path, error)) path /= "config.json";
  if (std::filesystem::exists(path, error)) return model_from_config(profiles::read_text_file(path), path);
  return built_in_model(name_or_path);
}

}  // namespace hpcadvise::advisor
