# SPDX-License-Identifier: ISC
# Install rules: headers, libraries, pkg-config files and the CMake package.
include(CMakePackageConfigHelpers)

set(aw_libraries aw_lib)
if(ALLSWELL_STORE)
  list(APPEND aw_libraries aw_lib_store)
endif()
if(ALLSWELL_NET)
  list(APPEND aw_libraries aw_lib_net)
endif()
if(BUILD_SHARED_LIBS)
  list(TRANSFORM aw_libraries APPEND _shared)
endif()
install(TARGETS ${aw_libraries} EXPORT allswellTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/include/allswell
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev FILES_MATCHING PATTERN "*.h")

set(aw_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/allswell)
install(EXPORT allswellTargets NAMESPACE allswell:: DESTINATION ${aw_cmake_dir} COMPONENT dev)
configure_package_config_file(${PROJECT_SOURCE_DIR}/src/cmake/allswellConfig.cmake.in
  ${PROJECT_BINARY_DIR}/allswellConfig.cmake INSTALL_DESTINATION ${aw_cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/allswellConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/allswellConfig.cmake
  ${PROJECT_BINARY_DIR}/allswellConfigVersion.cmake DESTINATION ${aw_cmake_dir} COMPONENT dev)

# aw_pkg_config(<file> DESCRIPTION <text> [OURS <module>...] [REQUIRES <module>...])
# Whoever links a static archive links what it uses: that is Requires, not Requires.private, and
# spares the user --static, which would drag in what the distribution's shared libraries were
# built from. A shared library brings what it uses; our own are named all the same, for order.
# The paths inside are relative to the file, so that a staged tree can be moved.
function(aw_pkg_config file)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION" "OURS;REQUIRES")
  set(AW_PC_NAME ${file})
  set(AW_PC_DESCRIPTION ${arg_DESCRIPTION})
  list(TRANSFORM arg_OURS APPEND " = ${PROJECT_VERSION}")
  if(NOT BUILD_SHARED_LIBS)
    list(APPEND arg_OURS ${arg_REQUIRES})
  endif()
  list(JOIN arg_OURS " " AW_PC_REQUIRES)
  file(RELATIVE_PATH AW_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" AW_PC_PREFIX "${AW_PC_PREFIX}")
  set(AW_PC_LIBS "-L\${libdir} -l${file}")
  configure_file(${PROJECT_SOURCE_DIR}/src/cmake/allswell.pc.in ${PROJECT_BINARY_DIR}/${file}.pc
    @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${file}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
endfunction()

aw_pkg_config(allswell
  DESCRIPTION "Allswell: the check-in protocol, without I/O"
  REQUIRES "libsodium >= 1.0.18" "libcbor >= 0.8.0")
if(ALLSWELL_STORE)
  aw_pkg_config(allswell-store
    DESCRIPTION "Allswell: records in SQLite or in memory"
    OURS allswell REQUIRES "sqlite3 >= 3.40")
endif()
if(ALLSWELL_NET)
  aw_pkg_config(allswell-net
    DESCRIPTION "Allswell: links, agent and relay server on libuv"
    OURS allswell allswell-store REQUIRES "libuv >= 1.44")
endif()
