# The order of the modules: a module may use only modules that stand before it.
set(CSVM_MODULE_ORDER base bytes csv text columns clean cluster merge pipeline output recipe
                      fetch store files deliver jobs server receiver api)

add_library(csvm_warnings INTERFACE)
target_compile_options(csvm_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror
  # Result<T> and CSVM_TRY are GNU statement expressions on purpose.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-gnu-statement-expression>)
# g++'s flow warnings misfire on libstdc++ itself (std::stop_source, std::string) and on instrumented code.
target_compile_options(csvm_warnings INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-restrict>)

# Where all is built once and whole (the sanitizer presets), the files of a target are compiled as one,
# which takes less than half of the time: names in unnamed namespaces are unique within a target.
if(CMAKE_UNITY_BUILD)
  target_compile_options(csvm_warnings INTERFACE -Wno-shadow)
  target_compile_options(csvm_warnings INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# csvm_module(<name> SOURCES <files...> USES <modules...> PRIVATE_LIBS <libs...>)
# Public header: src/<name>/include/csvm/<name>.h - exactly one.
function(csvm_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;USES;PRIVATE_LIBS" ${ARGN})
  list(FIND CSVM_MODULE_ORDER "${name}" rank)
  if(rank EQUAL -1)
    message(FATAL_ERROR "module '${name}' is not in CSVM_MODULE_ORDER")
  endif()
  foreach(used IN LISTS arg_USES)
    list(FIND CSVM_MODULE_ORDER "${used}" used_rank)
    if(used_rank EQUAL -1 OR NOT used_rank LESS rank)
      message(FATAL_ERROR "module '${name}' may not use '${used}': see CSVM_MODULE_ORDER")
    endif()
  endforeach()

  add_library(csvm_${name} STATIC)
  add_library(csvm::${name} ALIAS csvm_${name})
  target_sources(csvm_${name}
    PRIVATE ${arg_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS include FILES include/csvm/${name}.h)
  list(TRANSFORM arg_USES PREPEND csvm::)
  target_link_libraries(csvm_${name} PUBLIC ${arg_USES} PRIVATE csvm_warnings ${arg_PRIVATE_LIBS})
endfunction()

# csvm_tests(<module> SOURCES <files...> [LIBS <libs...>]): one GoogleTest program, one CTest entry.
# The tests may include the module's private headers.
function(csvm_tests name)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name}_tests ${arg_SOURCES})
  target_include_directories(${name}_tests PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name}_tests PRIVATE csvm::${name} csvm_warnings ${arg_LIBS} GTest::gmock
                                              GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name}_tests)
endfunction()

# csvm_bench(<module> SOURCES <files...> [LIBS <libs...>]): one Google Benchmark program.
function(csvm_bench name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name}_bench EXCLUDE_FROM_ALL ${arg_SOURCES})
  target_include_directories(${name}_bench PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${name}_bench PRIVATE csvm::${name} csvm_warnings ${arg_LIBS}
                                              benchmark::benchmark_main)
endfunction()

# csvm_fuzz(<module> <target> SOURCE <file> [LIBS <libs...>]): under the fuzz preset a libFuzzer
# program; everywhere else the same function replays fuzz/corpus/<target>/ as a plain test.
function(csvm_fuzz module target)
  if(NOT BUILD_TESTING)
    return()
  endif()
  cmake_parse_arguments(arg "" "SOURCE" "LIBS" ${ARGN})
  set(program ${module}_fuzz_${target})
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/corpus/${target})
  add_executable(${program} ${arg_SOURCE})
  target_include_directories(${program} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(${program} PRIVATE csvm::${module} csvm_warnings ${arg_LIBS})
  if(CSVM_FUZZ)
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz.${module}.${target} COMMAND ${program} -runs=0 ${corpus})
  else()
    target_sources(${program} PRIVATE ${CMAKE_SOURCE_DIR}/tests/replay_corpus.cc)
    add_test(NAME fuzz.${module}.${target} COMMAND ${program} ${corpus})
  endif()
endfunction()
