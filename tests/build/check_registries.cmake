# SPDX-License-Identifier: Apache-2.0
# Packages come from where the machine takes its packages; no file says where that is. Looked for: the well
# known registries by name, and whatever hosts this machine's apt is set to (or the one whose /etc stands below ROOT).
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/tree_files.cmake)
set(names "(debian|ubuntu|pypi|pythonhosted|npmjs|nodesource|crates|anaconda|rubygems)[.](org|com|io)")

# Upstream releases come from hosts that are named on purpose.
file(READ ${CMAKE_CURRENT_LIST_DIR}/../../cmake/sources.txt upstream)

file(GLOB apt_files ${ROOT}/etc/apt/sources.list /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources)
foreach(apt_file IN LISTS apt_files)
  file(STRINGS ${apt_file} lines REGEX "^(deb|URIs:).*://")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "://([^/ ]+[.][^/ ]+)")
      continue()
    endif()
    set(host ${CMAKE_MATCH_1})
    string(FIND "${upstream}" "://${host}/" named_on_purpose)
    if(named_on_purpose EQUAL -1)
      string(REPLACE "." "[.]" host "${host}")
      string(APPEND names "|${host}")
    endif()
  endforeach()
endforeach()

hpcadvise_tree_files(files *)
set(broken "")
foreach(file IN LISTS files)
  file(STRINGS ${ROOT}/${file} hits REGEX "${names}")
  foreach(hit IN LISTS hits)
    list(APPEND broken "${file}: ${hit}")
  endforeach()
endforeach()
if(broken)
  list(JOIN broken "\n  " lines)
  message(FATAL_ERROR "A package registry is named in:\n  ${lines}")
endif()
