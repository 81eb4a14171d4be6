# SPDX-License-Identifier: Apache-2.0
# The installed product: both executables, and the package hpcadvise with the libraries that need
# no Kokkos. Headers go below include/hpcadvise, so that "profiles/units.hpp" is written as it is here.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/hpcadvise)
install(TARGETS hpcadvise_front_end RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(HPCADVISE_BUILD_RUNNER)
  install(TARGETS hpcadvise_runner RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(TARGETS hpcadvise_profiles hpcadvise_advisor hpcadvise_probes EXPORT hpcadviseTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/hpcadvise)
install(EXPORT hpcadviseTargets NAMESPACE hpcadvise:: DESTINATION ${package_dir})

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/hpcadviseConfig.cmake.in
  ${PROJECT_BINARY_DIR}/hpcadviseConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/hpcadviseConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/hpcadviseConfig.cmake ${PROJECT_BINARY_DIR}/hpcadviseConfigVersion.cmake
  DESTINATION ${package_dir})

file(GLOB_RECURSE schemas CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/profiles/*.schema.json)
install(FILES ${schemas} DESTINATION ${CMAKE_INSTALL_DATADIR}/hpcadvise)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
