// SPDX-License-Identifier: Apache-2.0
#include "probes/runner/communicators.hpp"

#include "kernels/space.hpp"
#include "probes/runner/request.hpp"

#include <algorithm>

namespace hpcadvise::probes::runner {
namespace {

// Throws RequestError for a provider that this runner cannot use.
void require(std::string const& provider) {
  auto const providers = collective_providers();
  auto const row = std::ranges::find(providers, provider, &kernels::VendorLibrary::name);
  if (row == providers.end()) throw RequestError("this runner has no provider " + provider + " of collective");
  if (!row->problem.empty()) throw RequestError(row->problem);
  if (provider == "mpi" && kernels::on_device)
    throw RequestError("messages in host memory say nothing of devices; mpi_device is MPI between them");
}

}  // namespace

std::vector<kernels::VendorLibrary> collective_providers() {
  std::vector<kernels::VendorLibrary> result;
  auto const mpi = mpi_library();
  if (!mpi.empty()) result.push_back({"mpi", mpi, ""});
  if (auto const library = kernels::collective_library()) result.push_back(*library);
  if (kernels::on_device && !mpi.empty())
    result.push_back({"mpi_device", mpi, device_mpi_problem(device_awareness(HPCADVISE_BACKEND_KIND))});
  return result;
}

kernels::Communicator& Communicators::of(std::string const& provider) {
  auto found = made_.find(provider);
  if (found == made_.end()) found = made_.emplace(provider, make(provider)).first;
  if (!found->second.problem.empty()) throw RequestError(found->second.problem);
  return *found->second.communicator;
}

Communicators::Made Communicators::make(std::string const& provider) const {
  Made made;
  // Another rank may find another library.
  made.problem = mpi_.first_problem([&] { require(provider); });
  if (!made.problem.empty()) return made;
  if (provider.starts_with("mpi")) {
    made.communicator = mpi_communicator();
    return made;
  }
  kernels::CommunicatorId id{};
  made.problem = mpi_.first_problem([&] {
    if (mpi_.rank() == 0) id = kernels::new_communicator_id();
  });
  if (!made.problem.empty()) return made;
  mpi_.share(id);
  made.problem =
      mpi_.first_problem([&] { made.communicator = kernels::make_communicator(id, mpi_.rank(), mpi_.size()); });
  return made;
}

}  // namespace hpcadvise::probes::runner
