# SPDX-License-Identifier: Apache-2.0
# What tools/quickstart, tools/check and tools/setup say where a machine lacks something, and how they end. A copy of
# tools/ meets programs that stand for the machine: they answer what is asked of them and do nothing.
cmake_minimum_required(VERSION 3.25)

set(fake ${WORK}/bin)

function(fake_program name script)
  file(WRITE ${fake}/${name} "#!/bin/sh\n${script}\n")
  file(CHMOD ${fake}/${name} PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endfunction()

file(REMOVE_RECURSE ${WORK})
file(COPY ${ROOT}/tools DESTINATION ${WORK}/tree)
fake_program(cmake "case \"$1\" in
  --version) echo \"cmake version \${FAKE_CMAKE:-3.25.1}\" ;;
  --preset) echo 'no package fmt'; exit \${FAKE_CONFIGURATION:-0} ;;
  -D) exit \${FAKE_FETCH:-0} ;;
esac")
fake_program(c++ "case \"$*\" in
  *-E*) echo \"\${FAKE_COMPILER:-gcc 12}\" ;;
  *-M*) exit \${FAKE_HEADERS:-0} ;;
esac")
fake_program(dpkg-query "[ -n \"$FAKE_PACKAGES_MISSING\" ] || echo 'installed 3.0'")
fake_program(dpkg "exit 1")
fake_program(apt-get "echo 'E: no network' >&2; exit 100")
fake_program(id "echo 0")

# expect(<what is typed> <exit code> <what is said> [<variables>...])
function(expect command code said)
  separate_arguments(words UNIX_COMMAND "${command}")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env --unset=CXX PATH=${fake}:/usr/bin:/bin ${ARGN} bash ${words}
    WORKING_DIRECTORY ${WORK}/tree RESULT_VARIABLE result OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT result EQUAL code)
    message(FATAL_ERROR "${command} (${ARGN}) ends with ${result} instead of ${code}:\n${text}")
  endif()
  if(NOT text MATCHES "${said}")
    message(FATAL_ERROR "${command} (${ARGN}) does not say \"${said}\":\n${text}")
  endif()
endfunction()

# Asked for help, or for what is not there: usage, and nothing is begun.
expect("tools/quickstart --help" 0 "^usage: tools/quickstart")
expect("tools/quickstart --budget 5s" 2 "^usage: tools/quickstart")
expect("tools/check --help" 0 "^usage: tools/check")
expect("tools/check advisor" 2 "^usage: tools/check")
expect("tools/setup --help" 0 "^usage: tools/setup")
expect("tools/setup --carry twice" 2 "^usage: tools/setup")

expect("tools/setup" 0 "packages... all there.*Kokkos... there")
expect("tools/setup" 3 "CMake 3.18.4 .* is too old: 3.25 or newer.*modules" FAKE_CMAKE=3.18.4)
expect("tools/setup" 0 "Kokkos... there" FAKE_CMAKE=4.1.0-rc1)
expect("tools/setup" 3 "GCC 9 .* is too old: GCC 12 or newer.*modules" "FAKE_COMPILER=gcc 9")
expect("tools/setup" 3 "Clang 14 .* is too old: Clang 16 or newer" "FAKE_COMPILER=clang 14")
expect("tools/setup" 0 "Kokkos... there" "FAKE_COMPILER=clang 19")

# Root without a network: what apt cannot bring may have been carried here.
expect("tools/setup" 0 "15 could not be installed; trying without them.*Kokkos... there" FAKE_PACKAGES_MISSING=1)
expect("tools/setup" 3 "could not be installed.*no package fmt.*Not installed here:.*libfmt-dev"
  FAKE_PACKAGES_MISSING=1 FAKE_CONFIGURATION=1)

expect("tools/setup" 3 "The source of valijson could not be fetched" FAKE_PACKAGES_MISSING=1 FAKE_HEADERS=1 FAKE_FETCH=1)

# A tree that cannot be written: also by root, if a file stands where the folder would.
file(REMOVE_RECURSE ${WORK}/tree/build)
file(WRITE ${WORK}/tree/build "")
expect("tools/quickstart" 2 "tree/build cannot be written.*copy the tree")
expect("tools/check" 2 "tree/build cannot be written")
