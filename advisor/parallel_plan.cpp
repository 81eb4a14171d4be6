// SPDX-License-Identifier: Apache-2.0
#include "advisor/parallel_plan.hpp"

namespace hpcadvise::advisor {

std::string_view to_string(Schedule schedule) {
  switch (schedule) {
    case Schedule::one_forward_one_backward: return "1f1b";
  }
  return "";
}

}  // namespace hpcadvise::advisor
