// SPDX-License-Identifier: Apache-2.0
#include "probes/collective_findings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace hpcadvise;
using namespace hpcadvise::probes;
using Catch::Matchers::ContainsSubstring;

namespace {

profiles::Sample all_reduce(std::int64_t message_bytes, double bus_bytes_per_s) {
  profiles::Sample sample;
  sample.probe = "collective";
  sample.provider = "nccl";
  sample.parameters = {{"operation", std::string("all_reduce")},
                       {"message_bytes", message_bytes},
                       {"rank_count", std::int64_t{4}},
                       {"placement", std::string("node")}};
  sample.rates["bus_bytes_per_s"] = {bus_bytes_per_s, 0.99 * bus_bytes_per_s, 1.01 * bus_bytes_per_s};
  return sample;
}

profiles::Sample between_nodes(profiles::Sample sample, std::string provider, std::string operation) {
  sample.provider = std::move(provider);
  sample.parameters["placement"] = std::string("nodes");
  sample.parameters["operation"] = std::move(operation);
  sample.parameters["ranks_a_node"] = std::int64_t{2};
  return sample;
}

profiles::MachineProfile gpus(std::vector<profiles::Sample> samples) {
  profiles::MachineProfile profile;
  profile.devices.resize(1);
  profile.devices[0].gpu.emplace();
  profile.samples = std::move(samples);
  return profile;
}

}  // namespace

TEST_CASE("A long all-reduce between GPUs as slow as sockets is a finding", "[findings]") {
  auto const found = slow_collectives(gpus({all_reduce(1 << 20, 5e9), all_reduce(256 << 20, 1.2e9)}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "collective_on_tcp");
  CHECK_THAT(found[0].seen, ContainsSubstring("256 MiB by nccl between 4 GPUs of this node: 1.20 GB/s"));
}

TEST_CASE("What is no proof of sockets is no finding", "[findings]") {
  CHECK(slow_collectives(gpus({all_reduce(256 << 20, 6e9)})).empty());     // through the host's memory
  CHECK(slow_collectives(gpus({all_reduce(256 << 20, 1.99e9)})).empty());  // within its interval
  CHECK(slow_collectives(gpus({all_reduce(1 << 20, 1e9)})).empty());       // latency
  CHECK(slow_collectives(gpus({all_reduce(16 << 20, 1e9), all_reduce(256 << 20, 90e9)})).empty());
  auto by_mpi = all_reduce(256 << 20, 1e9);
  by_mpi.provider = "mpi_device";
  CHECK(slow_collectives(gpus({by_mpi})).empty());
  auto host = gpus({all_reduce(256 << 20, 1e9)});
  host.devices[0].gpu.reset();
  CHECK(slow_collectives(host).empty());
}

TEST_CASE("Variables that leave NCCL nothing but sockets are a finding", "[findings]") {
  auto profile = gpus({});
  auto& environment = profile.provenance.environment;
  environment = {{"NCCL_P2P_DISABLE", "1"}};  // there is still the host's memory
  CHECK(slow_collectives(profile).empty());
  environment["NCCL_SHM_DISABLE"] = "0";
  CHECK(slow_collectives(profile).empty());
  environment["NCCL_SHM_DISABLE"] = "1";
  REQUIRE(slow_collectives(profile).size() == 1);
  CHECK_THAT(slow_collectives(profile)[0].seen, ContainsSubstring("NCCL_SHM_DISABLE=1"));
  environment = {{"NCCL_NET", "IB"}};
  CHECK(slow_collectives(profile).empty());
  environment = {{"NCCL_NET", "Socket"}};
  REQUIRE(slow_collectives(profile).size() == 1);
  CHECK_THAT(slow_collectives(profile)[0].seen, ContainsSubstring("between nodes"));
}

TEST_CASE("Between nodes NCCL's all-reduce and MPI's longest message tell sockets from a network", "[findings]") {
  auto const found = [](std::int64_t bytes, double rate, char const* provider, char const* operation) {
    return slow_collectives(gpus({between_nodes(all_reduce(bytes, rate), provider, operation)}));
  };
  auto const by_nccl = found(256 << 20, 1.1e9, "nccl", "all_reduce");
  REQUIRE(by_nccl.size() == 1);
  CHECK(by_nccl[0].kind == "collective_on_tcp");
  CHECK_THAT(by_nccl[0].seen, ContainsSubstring("all_reduce of 256 MiB by nccl between nodes: 1.10 GB/s"));
  CHECK_THAT(by_nccl[0].next_step, ContainsSubstring("NCCL_SOCKET_IFNAME"));
  auto const by_mpi = found(64 << 20, 1.1e9, "mpi_device", "point_to_point");
  REQUIRE(by_mpi.size() == 1);
  CHECK_THAT(by_mpi[0].next_step, ContainsSubstring("UCX_NET_DEVICES"));
  CHECK(found(256 << 20, 22e9, "nccl", "all_reduce").empty());
  CHECK(found(64 << 20, 1.1e9, "mpi", "all_reduce").empty());  // of many ranks it may be the sums
  CHECK(found(1 << 20, 1.1e9, "mpi", "point_to_point").empty());
}

TEST_CASE("Variables that leave MPI nothing but TCP between nodes are a finding", "[findings]") {
  profiles::MachineProfile host;
  host.samples = {between_nodes(all_reduce(1024, 1e6), "mpi", "all_reduce")};
  auto const seen = [&](char const* variable, char const* value) {
    host.provenance.environment = {{variable, value}};
    auto const found = slow_collectives(host);
    return found.empty() ? std::string() : found.at(0).seen;
  };
  CHECK_THAT(seen("OMPI_MCA_btl", "self,tcp"), ContainsSubstring("OMPI_MCA_btl=self,tcp is set"));
  CHECK_THAT(seen("UCX_TLS", "TCP,sm"), ContainsSubstring("between nodes MPI uses TCP"));
  for (auto const* const value : {"", "self,vader", "self,tcp,openib", "^tcp", "tcp,rc", ",", "ud"})
    CHECK(seen("OMPI_MCA_btl", value).empty());
  host.samples[0].status = profiles::SampleStatus::skipped;
  CHECK(seen("OMPI_MCA_btl", "self,tcp").empty());  // nothing went between nodes
}
