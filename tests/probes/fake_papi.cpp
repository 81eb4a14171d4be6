// SPDX-License-Identifier: Apache-2.0
#include "tests/probes/fake_papi.hpp"

#include <cstring>

namespace hpcadvise::tests {
namespace {

constinit FakePapi* papi = nullptr;

void write(std::string const& text, char* to) { std::memcpy(to, text.c_str(), text.size() + 1); }

}  // namespace

FakePapi::FakePapi() {
  components.reserve(8);
  papi = this;
}
FakePapi::~FakePapi() { papi = nullptr; }

FakeComponent& FakePapi::component(std::string const& name) {
  auto& component = components.emplace_back(name, FakeComponent()).second;
  component.info.disabled = PAPI_EDELAY_INIT;
  write("Not initialized. Access component events to initialize it.", component.info.disabled_reason);
  return component;
}

}  // namespace hpcadvise::tests

using hpcadvise::tests::papi;
using hpcadvise::tests::write;

extern "C" {

int PAPI_library_init(int version) { return version; }
int PAPI_thread_init(unsigned long (*)()) { return PAPI_OK; }
int PAPI_get_opt(int option, PAPI_option_t*) { return option == PAPI_LIB_VERSION ? papi->version : PAPI_EINVAL; }
int PAPI_event_name_to_code(char const*, int*) { return PAPI_ENOEVNT; }
char* PAPI_strerror(int code) {
  static char text[] = "Invalid argument";
  static char other[] = "Another error";
  return code == PAPI_EINVAL ? text : other;
}

int PAPI_get_component_index(char const* name) {
  for (std::size_t i = 0; i < papi->components.size(); ++i)
    if (papi->components[i].first == name) return int(i);
  return PAPI_ENOCMP;
}

PAPI_component_info_t const* PAPI_get_component_info(int cidx) {
  return &papi->components[std::size_t(cidx)].second.info;
}

// A code is the place of the event, after the mask.
int PAPI_enum_cmp_event(int* code, int modifier, int cidx) {
  auto& component = papi->components[std::size_t(cidx)].second;
  if (modifier == PAPI_ENUM_FIRST) {
    write(component.disabled, component.info.disabled_reason);
    component.info.disabled = component.disabled.empty() ? PAPI_OK : PAPI_ENOSUPP;
    *code = PAPI_NATIVE_MASK | cidx << 16;
  } else {
    ++*code;
  }
  return std::size_t(*code & 0xffff) < component.events.size() ? PAPI_OK : PAPI_EINVAL;
}

int PAPI_event_code_to_name(int code, char* out) {
  auto const& component = papi->components[std::size_t(code >> 16 & 0xff)].second;
  write(component.events[std::size_t(code & 0xffff)].first, out);
  return PAPI_OK;
}

int PAPI_create_eventset(int* set) {
  *set = papi->event_sets.empty() ? 0 : papi->event_sets.rbegin()->first + 1;
  papi->event_sets[*set] = {};
  return PAPI_OK;
}

int PAPI_add_named_event(int set, char const* name) {
  for (auto& [_, component] : papi->components)
    for (auto const& [event, value] : component.events)
      if (event == name) {
        papi->event_sets.at(set) = {&component, &value};
        return PAPI_OK;
      }
  return PAPI_ENOEVNT;
}

int PAPI_start(int set) {
  auto& running = papi->event_sets.at(set).first->running;
  if (running != PAPI_NULL) return PAPI_EISRUN;
  running = set;
  return PAPI_OK;
}

// As PAPI's: what cannot be read is not stopped.
int PAPI_stop(int set, long long* values) {
  auto const [component, value] = papi->event_sets.at(set);
  if (component->running != set) return PAPI_ENOTRUN;
  auto const now = (*value)();
  if (!now) return PAPI_EINVAL;
  if (values != nullptr) *values = *now;
  component->running = PAPI_NULL;
  return PAPI_OK;
}

int PAPI_cleanup_eventset(int set) {
  auto const* const component = papi->event_sets.at(set).first;
  return component != nullptr && component->running == set ? PAPI_EISRUN : PAPI_OK;
}

int PAPI_destroy_eventset(int* set) {
  if (PAPI_cleanup_eventset(*set) != PAPI_OK) return PAPI_EINVAL;
  papi->event_sets.erase(*set);
  *set = PAPI_NULL;
  return PAPI_OK;
}

}  // extern "C"
