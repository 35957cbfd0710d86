# SPDX-License-Identifier: ISC
# What is installed: `allswell` (base, crypto, wire, core, relay in one library), and the
# optional `allswell-store` and `allswell-net`. Inside this build use them as
# allswell::allswell, allswell::store, allswell::net: static, as are our own programs.
# With BUILD_SHARED_LIBS the shared ones, of the same objects, are installed instead.
#
# aw_library(<target> NAME <library name> AS <exported name> LAYERS <layer>...
#            [USES <library>...] [HELPERS <layer below>...] [EXTERN <third-party target>...])
function(aw_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "NAME;AS" "LAYERS;USES;HELPERS;EXTERN")
  set(objects)
  foreach(layer IN LISTS arg_LAYERS)
    list(APPEND objects $<TARGET_OBJECTS:aw_${layer}>)
  endforeach()
  aw_library_of(${target} STATIC ${arg_AS})
  add_library(allswell::${arg_AS} ALIAS ${target})
  target_link_libraries(${target} PUBLIC ${arg_USES})
  if(BUILD_SHARED_LIBS)
    aw_library_of(${target}_shared SHARED ${arg_AS})
    list(TRANSFORM arg_USES APPEND _shared)
    # Whole; a private helper of a layer below is linked in once more, and stays hidden.
    foreach(layer IN LISTS arg_HELPERS)
      target_link_options(${target}_shared PRIVATE LINKER:--exclude-libs,libaw_${layer}.a)
      list(APPEND below $<BUILD_INTERFACE:aw_${layer}>)
    endforeach()
    target_link_libraries(${target}_shared PUBLIC ${arg_USES}
      PRIVATE ${below} $<BUILD_INTERFACE:aw_flags>)
    target_link_options(${target}_shared PRIVATE LINKER:--no-undefined)
    # Before 1.0 a minor version may change anything: programs ask for the one that they know.
    set_target_properties(${target}_shared PROPERTIES VERSION ${PROJECT_VERSION}
      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  endif()
endfunction()

# What both kinds have in common; of aw_library() only.
macro(aw_library_of library kind as)
  add_library(${library} ${kind} ${objects})
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME ${arg_NAME}
    EXPORT_NAME ${as})
  target_link_libraries(${library} PRIVATE ${arg_EXTERN})
  target_include_directories(${library} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endmacro()

aw_library(aw_lib NAME allswell AS allswell LAYERS base crypto wire core relay
  EXTERN PkgConfig::SODIUM PkgConfig::CBOR)
if(ALLSWELL_STORE)
  aw_library(aw_lib_store NAME allswell-store AS store LAYERS store
    USES aw_lib HELPERS base EXTERN PkgConfig::SQLITE3)
endif()
if(ALLSWELL_NET)
  aw_library(aw_lib_net NAME allswell-net AS net LAYERS net
    USES aw_lib aw_lib_store HELPERS base store EXTERN PkgConfig::UV)
endif()
