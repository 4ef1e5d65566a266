# berth_add_plugin(name sources… [CHECK_CONFIG json] [NO_INSTALL])
#
# A plugin: a shared library called name.so with one exported symbol. Sources in C alone get the C
# header and nothing else; any C++ source links the SDK. With tests on, `berth-plugin-check` runs
# against it; CHECK_CONFIG gives it the settings to use. In berth's own tree it is installed among
# the bundled plugins unless NO_INSTALL says otherwise.
include_guard(GLOBAL)

function(berth_add_plugin name)
  set(map ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/berth_plugin.map)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "CHECK_CONFIG" "")
  set(sources ${arg_UNPARSED_ARGUMENTS})
  add_library(${name} MODULE ${sources})
  target_link_libraries(${name} PRIVATE berth_plugin_header)
  set(others ${sources})
  list(FILTER others EXCLUDE REGEX "\\.c$")
  if(others)
    target_link_libraries(${name} PRIVATE berth_sdk berth_sdk_json)
  endif()
  target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE LINKER:--version-script=${map})
  # clang leaves a sanitizer's symbols to the program that loads the library.
  if(NOT BERTH_SANITIZE AND NOT "${CMAKE_CXX_FLAGS} ${CMAKE_C_FLAGS}" MATCHES "-fsanitize")
    target_link_options(${name} PRIVATE LINKER:-z,defs)
  endif()
  set_target_properties(${name} PROPERTIES
    PREFIX "" LINK_DEPENDS ${map}
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(BERTH_PLUGIN_OUTPUT_DIRECTORY)
    set_target_properties(${name} PROPERTIES
      LIBRARY_OUTPUT_DIRECTORY ${BERTH_PLUGIN_OUTPUT_DIRECTORY})
  endif()
  if(CMAKE_PROJECT_NAME STREQUAL "berth" AND NOT arg_NO_INSTALL)
    install(TARGETS ${name} LIBRARY DESTINATION lib/berth/plugins)
  endif()
  if(BUILD_TESTING OR BERTH_TESTS)
    set(config)
    if(DEFINED arg_CHECK_CONFIG)
      set(config --config "${arg_CHECK_CONFIG}")
    endif()
    add_test(NAME conformance.${name}
             COMMAND berth-plugin-check $<TARGET_FILE:${name}> ${config})
  endif()
endfunction()
