# SPDX-License-Identifier: ISC
# Install rules: headers, archives, pkg-config files and the CMake package.
include(CMakePackageConfigHelpers)

install(TARGETS aw_lib aw_lib_store aw_lib_net EXPORT allswellTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/include/allswell
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

set(aw_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/allswell)
install(EXPORT allswellTargets NAMESPACE allswell:: DESTINATION ${aw_cmake_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/src/cmake/allswellConfig.cmake.in
  ${PROJECT_BINARY_DIR}/allswellConfig.cmake INSTALL_DESTINATION ${aw_cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/allswellConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/allswellConfig.cmake
  ${PROJECT_BINARY_DIR}/allswellConfigVersion.cmake DESTINATION ${aw_cmake_dir})

# aw_pkg_config(<target> <file> DESCRIPTION <text> [REQUIRES <module>...])
# The archives are static, so whoever links one links what it uses: that is Requires, not
# Requires.private, and spares the user --static, which would drag in what the distribution's
# shared libraries were built from.
# The paths inside are relative to the file, so that a staged tree can be moved.
function(aw_pkg_config target file)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "DESCRIPTION" "REQUIRES")
  set(AW_PC_NAME ${file})
  set(AW_PC_DESCRIPTION ${arg_DESCRIPTION})
  list(JOIN arg_REQUIRES " " AW_PC_REQUIRES)
  file(RELATIVE_PATH AW_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" AW_PC_PREFIX "${AW_PC_PREFIX}")
  get_target_property(type ${target} TYPE)
  set(AW_PC_LIBS "-L\${libdir}")
  if(type STREQUAL "STATIC_LIBRARY")
    string(APPEND AW_PC_LIBS " -l${file}")
  endif()
  configure_file(${PROJECT_SOURCE_DIR}/src/cmake/allswell.pc.in ${PROJECT_BINARY_DIR}/${file}.pc
    @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${file}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

aw_pkg_config(aw_lib allswell
  DESCRIPTION "Allswell: the check-in protocol, without I/O"
  REQUIRES "libsodium >= 1.0.18" "libcbor >= 0.8.0")
aw_pkg_config(aw_lib_store allswell-store
  DESCRIPTION "Allswell: records in SQLite or in memory"
  REQUIRES "allswell = ${PROJECT_VERSION}" "sqlite3 >= 3.40")
aw_pkg_config(aw_lib_net allswell-net
  DESCRIPTION "Allswell: links, agent and relay server on libuv"
  REQUIRES "allswell = ${PROJECT_VERSION}" "allswell-store = ${PROJECT_VERSION}"
    "libuv >= 1.44")
