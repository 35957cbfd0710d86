# SPDX-License-Identifier: ISC
# What is installed: `allswell` (base, crypto, wire, core, relay in one archive), and the
# optional `allswell-store` and `allswell-net`. Inside this build use them as
# allswell::allswell, allswell::store, allswell::net.
#
# aw_library(<target> NAME <archive name> AS <exported name> LAYERS <layer>...
#            [USES <library>...] [EXTERN <third-party target>...])
function(aw_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME;AS" "LAYERS;USES;EXTERN")
  set(objects)
  foreach(layer IN LISTS arg_LAYERS)
    get_target_property(type aw_${layer} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      list(APPEND objects $<TARGET_OBJECTS:aw_${layer}>)
    endif()
  endforeach()
  if(objects)
    add_library(${target} STATIC ${objects})
    set(kind PUBLIC)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME ${arg_NAME})
    target_link_libraries(${target} PRIVATE ${arg_EXTERN})
  else()
    add_library(${target} INTERFACE)
    set(kind INTERFACE)
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${arg_AS})
  target_include_directories(${target} ${kind}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} ${kind} ${arg_USES})
  add_library(allswell::${arg_AS} ALIAS ${target})
endfunction()

aw_library(aw_lib NAME allswell AS allswell LAYERS base crypto wire core relay
  EXTERN PkgConfig::SODIUM PkgConfig::CBOR)
aw_library(aw_lib_store NAME allswell-store AS store LAYERS store
  USES aw_lib EXTERN PkgConfig::SQLITE3)
aw_library(aw_lib_net NAME allswell-net AS net LAYERS net
  USES aw_lib aw_lib_store EXTERN PkgConfig::UV)
