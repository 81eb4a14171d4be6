// SPDX-License-Identifier: Apache-2.0
#include "cli/fact_text.hpp"

#include "profiles/units.hpp"

#include <fmt/format.h>

namespace hpcadvise::cli {

std::string fact_text(profiles::Fact<double> const& fact, std::string_view unit_key) {
  return fact.value ? profiles::format_by_suffix(unit_key, *fact.value) : "unknown";
}

std::string source_text(profiles::Fact<double> const& fact) {
  if (fact.source.empty()) return fact.note;
  // What is not known needs no word on how far to trust it.
  std::string text = !fact.value ? fact.source
                     : fact.confidence == profiles::Confidence::memory
                         ? "from memory: " + fact.source
                         : fmt::format("{}: {}", profiles::to_string(fact.confidence), fact.source);
  if (!fact.note.empty()) text += fmt::format(" ({})", fact.note);
  return text;
}

}  // namespace hpcadvise::cli
