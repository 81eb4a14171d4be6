// SPDX-License-Identifier: Apache-2.0
#include "probes/launch/session.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace hpcadvise::probes {

std::vector<pid_t> processes_of_session(pid_t session) {
  std::vector<pid_t> result;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator("/proc", error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::string const name = entry->path().filename();
    pid_t pid = 0;
    auto const [end, failed] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (failed != std::errc() || end != name.data() + name.size()) continue;
    std::ifstream file(entry->path() / "stat");
    std::string text;
    std::getline(file, text);
    // proc(5): pid (comm) state ppid pgrp session ...; comm may hold anything, parentheses too.
    auto const close = text.rfind(')');
    if (close == std::string::npos) continue;
    std::istringstream rest(text.substr(close + 1));
    char state = 0;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t of_session = 0;
    if (rest >> state >> parent >> group >> of_session && of_session == session && state != 'Z' && state != 'X')
      result.push_back(pid);
  }
  return result;
}

}  // namespace hpcadvise::probes
