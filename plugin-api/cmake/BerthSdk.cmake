# The SDK's two libraries, compiled by the plugin author's own compiler, once per build tree (C++
# objects of two compilers do not mix). Reads BERTH_PLUGIN_API_INCLUDE_DIR and
# BERTH_PLUGIN_API_SOURCE_DIR.
#
#   berth_plugin_header  plugin.h alone, for plugins in C
#   berth_sdk            codec, config, manifest, adapter; needs Boost.JSON from somewhere
#   berth_sdk_json       Boost.JSON itself, hidden: for plugins. The host links Debian's Boost::json.
include_guard(GLOBAL)

add_library(berth_plugin_header INTERFACE)
target_include_directories(berth_plugin_header INTERFACE ${BERTH_PLUGIN_API_INCLUDE_DIR})

add_library(berth_sdk STATIC
  ${BERTH_PLUGIN_API_SOURCE_DIR}/failure.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/money.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/json_fields.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/codec.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/stack_codec.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/stack_rules.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/config.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/manifest.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/proxy.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/host_call.cpp
  ${BERTH_PLUGIN_API_SOURCE_DIR}/adapter.cpp)
add_library(berth_sdk_json STATIC ${BERTH_PLUGIN_API_SOURCE_DIR}/json_compiled.cpp)
foreach(library berth_sdk berth_sdk_json)
  target_compile_features(${library} PUBLIC cxx_std_17)
  target_link_libraries(${library} PUBLIC Boost::headers)
  target_compile_options(${library} PRIVATE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
  set_target_properties(${library} PROPERTIES EXCLUDE_FROM_ALL ON
    POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endforeach()
target_link_libraries(berth_sdk PUBLIC berth_plugin_header)
set_target_properties(berth_sdk PROPERTIES UNITY_BUILD OFF)
