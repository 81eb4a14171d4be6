// SPDX-License-Identifier: Apache-2.0
#include "profiles/detect_system.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

using namespace hpcadvise::profiles;

namespace {

using Environment = std::map<std::string, std::string>;

ObservedHost host(std::string const& name, Environment const& environment = {},
                  std::vector<std::string> const& paths = {}, std::vector<std::string> const& pci_ids = {}) {
  return {.host_name = name, .environment = environment, .paths = paths, .pci_ids = pci_ids};
}

std::optional<std::string> detected(ObservedHost const& observed) {
  return detect_system(observed, all_systems()).system;
}

SystemDescription with_signs(std::string const& name, std::vector<DetectSign> const& signs) {
  SystemDescription system;
  system.name = name;
  system.detect = signs;
  return system;
}

}  // namespace

TEST_CASE("A host name that only one site uses is enough", "[detect]") {
  CHECK(detected(host("lrdn1234")) == "leonardo-booster");
  CHECK(detected(host("as01r3b27")) == "marenostrum5-acc");
  CHECK(detected(host("alogin2")) == "marenostrum5-acc");
  CHECK(detected(host("jpbo-012-34.jupiter.internal")) == "jupiter-booster");
  CHECK(detected(host("jpbl-s01-01")) == "jupiter-booster");
}

TEST_CASE("LUMI's node name is shared with other Crays: a second sign must agree", "[detect]") {
  CHECK_FALSE(detected(host("nid005013")));
  CHECK_FALSE(detected(host("nid005013", {}, {}, {"10de:20b0"})));
  CHECK(detected(host("nid005013", {}, {"/appl/local/laifs"})) == "lumi-g");
  CHECK(detected(host("uan02", {}, {"/appl/lumi"})) == "lumi-g");
  CHECK(detected(host("nid005013", {{"SLURM_CLUSTER_NAME", "lumi"}})) == "lumi-g");
}

TEST_CASE("Two signs of one kind are one sign", "[detect]") {
  CHECK_FALSE(detected(host("x", {}, {"/appl/lumi", "/appl/local/laifs"})));
}

TEST_CASE("MareNostrum's variable is set on its processor partition too: the GPUs must be there", "[detect]") {
  CHECK_FALSE(detected(host("gs05r2b14", {{"BSC_MACHINE", "mn5"}})));
  CHECK(detected(host("x", {{"BSC_MACHINE", "mn5"}}, {}, {"10de:2337"})) == "marenostrum5-acc");
}

TEST_CASE("The value of a variable counts, not its name", "[detect]") {
  CHECK_FALSE(detected(host("x", {{"SLURM_CLUSTER_NAME", "snellius"}})));
}

TEST_CASE("An unknown machine is not recognized, and says what was looked at", "[detect]") {
  Detection const detection = detect_system(host("laptop"), all_systems());
  CHECK_FALSE(detection.system);
  CHECK(detection.matched.empty());
  CHECK(std::count(detection.looked_at.begin(), detection.looked_at.end(), "lumi-g: hostname ^nid[0-9]{6}$") == 1);
}

TEST_CASE("A sign that is not enough is still reported", "[detect]") {
  Detection const detection = detect_system(host("nid005013"), all_systems());
  CHECK(detection.matched == std::vector<std::string>{"hostname ^nid[0-9]{6}$"});
}

TEST_CASE("More signs win, and a tie is not recognized", "[detect]") {
  SystemDescription const a = with_signs("a", {{"hostname", "^x", true}});
  SystemDescription const b = with_signs("b", {{"hostname", "^x", true}, {"path", "/b", false}});
  CHECK(detect_system(host("x", {}, {"/b"}), {a, b}).system == "b");
  CHECK(detect_system(host("x", {}, {"/b"}), {b, a}).system == "b");
  CHECK_FALSE(detect_system(host("x"), {a, b}).system);
}

TEST_CASE("Observing this host reads a name and never fails", "[detect]") {
  CHECK_FALSE(observe_this_host(all_systems()).host_name.empty());
}
