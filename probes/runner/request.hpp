// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads what a request asks for.

#include "probes/sample_request.hpp"
#include "profiles/precision.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hpcadvise::probes::runner {

// The request itself cannot be measured; the sample is failed with this reason.
class RequestError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Each throws RequestError naming the parameter.
std::int64_t extent_of(SampleRequest const& request, std::string_view name);   // 1 to 2^31 - 1
std::int64_t ordinal_of(SampleRequest const& request, std::string_view name);  // 0 to 2^31 - 1
std::int64_t bytes_of(SampleRequest const& request, std::string_view name);    // at least 1
std::string word_of(SampleRequest const& request, std::string_view name);
bool flag_of(SampleRequest const& request, std::string_view name);
profiles::Precision precision_of(SampleRequest const& request);

}  // namespace hpcadvise::probes::runner
