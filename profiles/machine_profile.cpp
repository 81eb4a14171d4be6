// SPDX-License-Identifier: Apache-2.0
#include "profiles/machine_profile.hpp"

#include "profiles/names.hpp"

namespace hpcadvise::profiles {
namespace {

constexpr Name<Severity> severity_names[] = {
    {Severity::note, "note"},
    {Severity::warning, "warning"},
    {Severity::error, "error"},
};

}  // namespace

std::string_view to_string(Severity severity) { return name_of<Severity>(severity, severity_names); }

std::optional<Severity> severity_from_string(std::string_view name) { return value_of<Severity>(name, severity_names); }

}  // namespace hpcadvise::profiles
