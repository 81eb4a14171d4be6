// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a sample is of, in the words of its probe.

#include "probes/probe.hpp"

#include <set>
#include <string>
#include <string_view>

namespace hpcadvise::cli {

// "kokkos fp32": which kind of its probe's samples it is.
std::string group_label(std::string const& provider, profiles::Parameters const& parameters,
                        probes::Probe const& probe);

// "512x512x512": which of its group. Of a probe that has no words for it, the parameters named in `told`, or all.
std::string shape_text(profiles::Parameters const& parameters, probes::Probe const& probe,
                       std::set<std::string> const* told = nullptr);

// "gemm kokkos fp32 512x512x512"
std::string sample_name(std::string_view probe, std::string const& provider, profiles::Parameters const& parameters);

// The same in place of each key of a sample in a text: "gemm/kokkos k=512 m=512 n=512 precision=fp32".
std::string with_sample_names(std::string_view text);

}  // namespace hpcadvise::cli
