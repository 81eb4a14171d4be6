// SPDX-License-Identifier: Apache-2.0
#include "profiles/precision.hpp"

#include "profiles/names.hpp"

namespace hpcadvise::profiles {
namespace {

constexpr Name<Precision> names[] = {
    {Precision::fp64, "fp64"}, {Precision::fp32, "fp32"}, {Precision::tf32, "tf32"},
    {Precision::bf16, "bf16"}, {Precision::fp16, "fp16"}, {Precision::fp8, "fp8"},
};

}  // namespace

std::string_view to_string(Precision precision) { return name_of<Precision>(precision, names); }
std::optional<Precision> precision_from_string(std::string_view name) { return value_of<Precision>(name, names); }

}  // namespace hpcadvise::profiles
