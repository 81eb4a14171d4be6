// SPDX-License-Identifier: Apache-2.0
#include "profiles/fact.hpp"

#include "profiles/names.hpp"

namespace hpcadvise::profiles {
namespace {

constexpr Name<Origin> origins[] = {
    {Origin::measured, "measured"},
    {Origin::reference, "reference"},
    {Origin::announced, "announced"},
};

constexpr Name<Confidence> confidences[] = {
    {Confidence::verified, "verified"},
    {Confidence::memory, "memory"},
    {Confidence::derived, "derived"},
    {Confidence::announced, "announced"},
};

}  // namespace

std::string_view to_string(Origin origin) { return name_of<Origin>(origin, origins); }
std::string_view to_string(Confidence confidence) { return name_of<Confidence>(confidence, confidences); }
std::optional<Origin> origin_from_string(std::string_view name) { return value_of<Origin>(name, origins); }
std::optional<Confidence> confidence_from_string(std::string_view name) {
  return value_of<Confidence>(name, confidences);
}

}  // namespace hpcadvise::profiles
