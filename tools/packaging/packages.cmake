# SPDX-License-Identifier: ISC
# Debian packages, by `cpack` in the build folder: the two tools, the lab, and the library with its
# headers. The library is static and promises no ABI before 1.0, so there is no package of a shared
# one. What a package depends on is what dpkg-shlibdeps finds in its programs, and what they load
# when it is needed: tools/common/http.c.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME allswell)
set(CPACK_PACKAGE_VENDOR "The Allswell authors")
set(ALLSWELL_PACKAGER "The Allswell authors <packages@allswell.invalid>" CACHE STRING
  "Name and address in packages: of whoever makes and answers for them")
set(CPACK_PACKAGE_CONTACT ${ALLSWELL_PACKAGER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "") # each package has its own
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL allswell allswell-relay allswell-lab dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/tidy.cmake)
set(aw_packaging ${CMAKE_CURRENT_LIST_DIR})
set(aw_made ${PROJECT_BINARY_DIR}/packaging)

# aw_package(<component> <package> SECTION <section> SAYS <first line> <rest>...
#            [DEPENDS <packages>] [SCRIPTS <maintainer script>...])
# A macro: CPack reads variables of the scope in which it is included.
macro(aw_package component package)
  cmake_parse_arguments(aw "" "SECTION;DEPENDS" "SAYS;SCRIPTS" ${ARGN})
  string(TOUPPER ${component} upper)
  list(JOIN aw_SAYS "\n" text)
  set(CPACK_DEBIAN_${upper}_DESCRIPTION ${text})
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${package})
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${aw_SECTION})
  set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "${aw_DEPENDS}")
  set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA "${aw_SCRIPTS}")
  set(doc ${CMAKE_INSTALL_DATADIR}/doc/${package})
  install(FILES ${aw_made}/copyright DESTINATION ${doc} COMPONENT ${component})
  install(FILES ${aw_made}/changelog DESTINATION ${doc} COMPONENT ${component})
endmacro()

# The copyright file is the licence of the tree in the form that Debian wants.
file(STRINGS ${PROJECT_SOURCE_DIR}/LICENSE lines)
set(text "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n")
string(APPEND text "Upstream-Name: allswell\n\nFiles: *\n")
string(APPEND text "Copyright: 2026 The Allswell authors\nLicense: ISC\n")
foreach(line IN LISTS lines)
  if(line MATCHES "^(Permission|THE SOFTWARE)" OR begun)
    set(begun TRUE)
    string(APPEND text " ${line}\n")
  endif()
endforeach()
string(REPLACE "\n \n" "\n .\n" text "${text}")
file(WRITE ${aw_made}/copyright "${text}")
configure_file(${aw_packaging}/changelog.in ${aw_made}/changelog @ONLY)

aw_package(allswell allswell SECTION net DEPENDS "libmicrohttpd12" SAYS
  "end-to-end encrypted check-ins: silence is the alarm"
  "Allswell watches over people at risk. Who is watched over checks in. When"
  "she does not, those whom she chose are called, by their own machines."
  "This package has the program for both sides, and a service for each user.")
aw_package(allswell-relay allswell-relay SECTION net
  DEPENDS "libmicrohttpd12, systemd | systemd-standalone-sysusers"
  SCRIPTS ${aw_packaging}/postinst ${aw_packaging}/prerm ${aw_packaging}/postrm
  SAYS
  "keep and forward sealed cells for people who watch over each other"
  "A relay for Allswell: it keeps cells of one size until their reader takes them,"
  "and can read none of them. Nothing listens before somebody has run"
  "'allswell-relay setup'.")
aw_package(allswell-lab allswell-lab SECTION utils SAYS
  "simulate, measure and look into the Allswell protocol"
  "Test vectors, a simulator in virtual time, and measurements, for those who"
  "build on the Allswell protocol or examine it.")
aw_package(dev liballswell-dev SECTION libdevel
  DEPENDS "libsodium-dev, libcbor-dev, libsqlite3-dev, libuv1-dev" SAYS
  "build on the Allswell check-in protocol: headers and static library"
  "The protocol as a C library without I/O, and two optional ones: records in"
  "SQLite, and links, agent and relay server on libuv.")
include(CPack)
