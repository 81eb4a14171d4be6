// SPDX-License-Identifier: Apache-2.0
#include "kernels/communicator.hpp"

#include <stdexcept>

namespace hpcadvise::kernels {

std::optional<VendorLibrary> collective_library() { return std::nullopt; }

CommunicatorId new_communicator_id() { throw std::runtime_error("there is no library of collectives for the host"); }

std::unique_ptr<Communicator> make_communicator(CommunicatorId const&, int, int) {
  throw std::runtime_error("there is no library of collectives for the host");
}

}  // namespace hpcadvise::kernels
