# SPDX-License-Identifier: ISC
# What people write, and the tools read; what comes over their sockets.
if(NOT ALLSWELL_TOOLS)
  return()
endif()
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
set(allswell ${PROJECT_SOURCE_DIR}/tools/allswell)
aw_fuzz_target(plan_text ROUNDS 3000 LIBRARIES aw_tools_common PkgConfig::JANSSON
  SOURCES fuzz_plan_text.c ${allswell}/plan_text.c ${allswell}/plan_keys.c
  ${allswell}/plan_write.c ${allswell}/plan_zone.c)
aw_fuzz_target(card_text LIBRARIES aw_tools_common PkgConfig::JANSSON
  SOURCES fuzz_card_text.c ${allswell}/card_text.c)

# Everything in `allswell run` but its network and its programs, for which home.c stands in.
file(GLOB host CONFIGURE_DEPENDS ${allswell}/host*.c ${allswell}/plan_*.c)
list(REMOVE_ITEM host ${allswell}/host_net.c)
list(APPEND host ${allswell}/card_text.c ${allswell}/event.c)
foreach(part IN ITEMS hook notify notify_host notify_record notify_want schedule url)
  list(APPEND host ${allswell}/notify/${part}.c)
endforeach()
aw_fuzz_objects(home SOURCES home.c ${host} ${circle}
  LIBRARIES aw_tools_common PkgConfig::JANSSON)
set(home_wraps aw_clock_now aw_random_system aw_store_sqlite_image)
aw_fuzz_target(control STUB ROUNDS 1500 LIBRARIES aw_fuzz_home WRAPS ${home_wraps}
  SOURCES fuzz_control.c asked.c)

# The page behind libmicrohttpd, for which web.c stands in.
set(page LIBRARIES aw_fuzz_home WRAPS ${home_wraps} httpd_true_ms
  SOURCES fuzz_page.c web.c ${allswell}/page/api.c ${allswell}/page/http.c
    ${allswell}/page/login.c ${allswell}/page/page.c)
aw_fuzz_target(page STUB ROUNDS 1500 ${page})
aw_fuzz_target(page_canary MUST_FAIL DEFINES PAGE_CANARY ${page})

# A relay's control socket, and its metrics.
set(relay ${PROJECT_SOURCE_DIR}/tools/relay)
aw_fuzz_target(relay_control LIBRARIES aw_tools_common PkgConfig::JANSSON
  WRAPS aw_store_sqlite_disk_len
  SOURCES fuzz_relay_control.c asked.c ${relay}/requests.c ${relay}/offline.c
  ${PROJECT_SOURCE_DIR}/tests/support/relay_bed.c)
aw_fuzz_target(metrics LIBRARIES aw_tools_common PkgConfig::JANSSON
  SOURCES fuzz_metrics.c web.c ${relay}/metrics.c)
