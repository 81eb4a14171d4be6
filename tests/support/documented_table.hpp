// SPDX-License-Identifier: Apache-2.0
#pragma once

// Tables of docs/ that show what the code holds. HPCADVISE_ACCEPT_GOLDEN=1 writes them anew: look at the difference
// with git before committing it.

#include <string>
#include <string_view>

namespace hpcadvise::tests {

// The Markdown table of docs/<page> with the heading line of `table`, which ends with a line break, against `table`.
// Empty when equal, else what differs.
std::string documented_table_difference(std::string_view page, std::string_view table);

}  // namespace hpcadvise::tests
