// SPDX-License-Identifier: Apache-2.0
#pragma once

// In place of PAPI's library, function for function: a test that links this never calls the real one.

#include <papi.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hpcadvise::tests {

struct FakeComponent {
  using Value = std::function<std::optional<long long>()>;  // nothing where reading fails

  std::vector<std::pair<std::string, Value>> events{};
  std::string disabled{};  // why, told when its events are asked for
  PAPI_component_info_t info{};
  int running = PAPI_NULL;  // one event set at a time
};

// PAPI is as the one that lives says.
class FakePapi {
 public:
  FakePapi();
  ~FakePapi();
  FakePapi(FakePapi const&) = delete;
  FakePapi& operator=(FakePapi const&) = delete;

  // Adds it, as PAPI has it before it is asked for its events.
  FakeComponent& component(std::string const& name);

  int version = PAPI_VERSION_NUMBER(7, 2, 0, 0);
  std::vector<std::pair<std::string, FakeComponent>> components;
  std::map<int, std::pair<FakeComponent*, FakeComponent::Value const*>> event_sets;
};

}  // namespace hpcadvise::tests
