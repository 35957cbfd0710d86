# SPDX-License-Identifier: ISC
# What people write, and the tools read.
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
