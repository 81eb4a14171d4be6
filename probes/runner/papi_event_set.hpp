// SPDX-License-Identifier: Apache-2.0
#pragma once

// Event sets by the names of their events. Only where PAPI is (HPCADVISE_HAVE_PAPI).

#include <papi.h>

#include <string>
#include <vector>

namespace hpcadvise::probes::runner {

// PAPI_OK or PAPI's error; `handle` is to be destroyed either way.
inline int make_event_set(std::vector<std::string> const& events, int& handle) {
  handle = PAPI_NULL;
  int code = PAPI_create_eventset(&handle);
  for (auto const& event : events)
    if (code == PAPI_OK) code = PAPI_add_named_event(handle, event.c_str());
  return code;
}

inline void destroy_event_set(int handle) {
  PAPI_cleanup_eventset(handle);
  PAPI_destroy_eventset(&handle);
}

}  // namespace hpcadvise::probes::runner
