# SPDX-License-Identifier: ISC
aw_fuzz_target(ladder SOURCES fuzz_ladder.c)
aw_fuzz_target(plan_check SOURCES fuzz_plan_check.c)
aw_fuzz_target(schedule GRAMMAR ROUNDS 3000 SOURCES fuzz_schedule.c)
foreach(engine IN ITEMS contact subject)
  aw_fuzz_target(${engine} STUB ROUNDS 300
    SOURCES fuzz_${engine}.c ${PROJECT_SOURCE_DIR}/tests/support/circle.c)
endforeach()
aw_fuzz_target(record STUB ROUNDS 1500
  SOURCES fuzz_record.c ${PROJECT_SOURCE_DIR}/tests/support/circle.c)
aw_fuzz_target(peer STUB ROUNDS 60 SOURCES fuzz_peer.c ${PROJECT_SOURCE_DIR}/tests/support/circle.c
  ${PROJECT_SOURCE_DIR}/tests/support/council.c)
