# What an embedder gets: one archive with every folder of core in it, its headers, and
# find_package(berth). In the build tree the folders stay libraries of their own, so that the
# include rules hold; outside they are an inner matter.
set(folders berth_trust berth_access berth_request berth_fleet berth_policy berth_config berth_credentials berth_journal berth_sqlite
    berth_ledger berth_world berth_http berth_loader berth_reach berth_cache berth_offers
    berth_engine berth_projects berth_conformance berth_sdk libberth)
set(objects)
foreach(folder ${folders})
  list(APPEND objects $<TARGET_OBJECTS:${folder}>)
endforeach()
add_library(berth_embed STATIC ${objects})
set_target_properties(berth_embed PROPERTIES
  LINKER_LANGUAGE CXX
  EXPORT_NAME libberth
  OUTPUT_NAME berth
  ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/embed)
target_compile_features(berth_embed PUBLIC cxx_std_20)
target_include_directories(berth_embed INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/core>
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/plugin-api/include>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/libberth>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(berth_embed PRIVATE
  Boost::headers Boost::json PkgConfig::git2 ${BERTH_UNISTRING} PkgConfig::sodium SQLite::SQLite3 spdlog::spdlog fmt::fmt
  tomlplusplus::tomlplusplus Threads::Threads ${CMAKE_DL_LIBS})

install(TARGETS berth_embed EXPORT berthTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES berth.hpp projects.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/libberth)
install(FILES request/request.hpp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/libberth/request)
install(TARGETS berth-worker RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/berth)

include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/berth)
set(BERTH_PLUGINS_INSTALLED lib/berth/plugins)
set(BERTH_WORKER_INSTALLED ${CMAKE_INSTALL_LIBEXECDIR}/berth/berth-worker)
configure_package_config_file(
  cmake/berth-config.cmake.in berth-config.cmake
  INSTALL_DESTINATION ${package_dir}
  PATH_VARS BERTH_PLUGINS_INSTALLED BERTH_WORKER_INSTALLED)
write_basic_package_version_file(
  ${CMAKE_CURRENT_BINARY_DIR}/berth-config-version.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT berthTargets NAMESPACE berth:: DESTINATION ${package_dir})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/berth-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/berth-config-version.cmake
        DESTINATION ${package_dir})
# The same for programs beside the build tree (./bench), without an installation.
export(EXPORT berthTargets NAMESPACE berth:: FILE ${CMAKE_CURRENT_BINARY_DIR}/embed/berthTargets.cmake)
