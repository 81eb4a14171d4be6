// SPDX-License-Identifier: Apache-2.0
#include "profiles/peak_json.hpp"

#include <nlohmann/json.hpp>

namespace hpcadvise::profiles {

nlohmann::ordered_json peaks_to_json(std::map<Precision, PeakRate> const& peaks) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (auto const& [precision, peak] : peaks)
    object[std::string(to_string(precision))] = {{"flops_per_s", peak.flops_per_s}, {"how", peak.how}};
  return object;
}

std::map<Precision, PeakRate> peaks_from_json(JsonNode const& object) {
  std::map<Precision, PeakRate> peaks;
  for (auto const& [name, peak] : object.members()) {
    auto const precision = precision_from_string(name);
    if (!precision) peak.fail("'" + name + "' is not a precision");
    peaks[*precision] = {.flops_per_s = peak.at("flops_per_s").number_from(0), .how = peak.at("how").text()};
  }
  return peaks;
}

}  // namespace hpcadvise::profiles
