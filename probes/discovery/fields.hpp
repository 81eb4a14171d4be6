// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text that the kernel and its drivers write as one "name<separator>value" a line.

#include <map>
#include <string>
#include <string_view>

namespace hpcadvise::probes {

using Fields = std::map<std::string, std::string>;

// Up to the first empty line. Blanks around names and values are left out, lines without a separator too; of a name
// that comes again the first value stays.
Fields parse_fields(std::string_view text, char separator);

// Empty where there is none of the name.
std::string field(Fields const& fields, std::string const& name);

std::string_view trimmed(std::string_view text);

}  // namespace hpcadvise::probes
