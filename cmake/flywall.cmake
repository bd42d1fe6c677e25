# How every target of the project is compiled.

option(FLYWALL_FUZZ "build the libFuzzer targets (clang only)" OFF)
set(FLYWALL_SANITIZE "" CACHE STRING "address,undefined or thread")

option(FLYWALL_UNITY "compile each target as one file: the whole build in a quarter of the time" ON)

set(FLYWALL_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
                     -Wold-style-cast -Woverloaded-virtual -Wcast-qual -Werror
                     -Wno-missing-field-initializers)
if(FLYWALL_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  list(APPEND FLYWALL_WARNINGS -Wno-subobject-linkage)  # takes every source of a unity build for a header
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  list(APPEND FLYWALL_WARNINGS -Wno-missing-designated-field-initializers)
endif()

# flywall_target(NAME): one compiled file (FLYWALL_UNITY), warnings as errors, the source root as include path, the sanitizers of the preset.
function(flywall_target name)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${FLYWALL_UNITY} UNITY_BUILD_BATCH_SIZE 0)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_compile_options(${name} PRIVATE ${FLYWALL_WARNINGS})
  if(FLYWALL_SANITIZE)
    target_compile_options(${name} PUBLIC -fsanitize=${FLYWALL_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${name} PUBLIC -fsanitize=${FLYWALL_SANITIZE})
    if(FLYWALL_SANITIZE MATCHES undefined)
      target_compile_options(${name} PUBLIC -fno-sanitize-recover=all)
    endif()
  endif()
  if(FLYWALL_FUZZ)
    target_compile_options(${name} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# ALONE, below: sources that use a name another source of the target uses as well, so they are compiled by themselves.

# flywall_library(NAME SOURCES... ALONE sources... LINK libraries...)
function(flywall_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;ALONE;LINK" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES} ${arg_ALONE})
  set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_link_libraries(${name} PUBLIC ${arg_LINK})
  flywall_target(${name})
endfunction()

# flywall_program(NAME SOURCES... ALONE sources... LINK libraries...)
function(flywall_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;ALONE;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES} ${arg_ALONE})
  set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_link_libraries(${name} PRIVATE ${arg_LINK})
  flywall_target(${name})
endfunction()

# flywall_test(NAME SOURCES... ALONE sources... LINK libraries...): a GoogleTest program, run by ctest and by scripts/test.
function(flywall_test name)
  flywall_program(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE FLYWALL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # Tests are run once, compiled often: their own code is not optimised, what they test is.
  target_compile_options(${name} PRIVATE -O0 -Wno-conversion -Wno-sign-conversion)
  add_test(NAME ${name} COMMAND ${name})
endfunction()

# flywall_fuzz(NAME SOURCES... LINK libraries...): libFuzzer in the fuzz preset; elsewhere a program that replays the
# corpus files it is given, so that every compiler and sanitizer runs the corpus.
function(flywall_fuzz name)
  if(FLYWALL_FUZZ)
    flywall_program(${name} ${ARGN})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  else()
    flywall_program(${name} ${ARGN})
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/fuzz/replay_corpus.cpp)
  endif()
endfunction()
