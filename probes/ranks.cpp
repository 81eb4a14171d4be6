// SPDX-License-Identifier: Apache-2.0
#include "probes/ranks.hpp"

#include "profiles/names.hpp"

namespace hpcadvise::probes {
namespace {

constexpr profiles::Name<Placement> placement_names[] = {
    {Placement::alone, "alone"},
    {Placement::module, "module"},
    {Placement::node, "node"},
    {Placement::nodes, "nodes"},
};

}  // namespace

std::string_view to_string(Placement placement) { return profiles::name_of<Placement>(placement, placement_names); }

std::optional<Placement> placement_from_string(std::string_view name) {
  return profiles::value_of<Placement>(name, placement_names);
}

}  // namespace hpcadvise::probes
