# SPDX-License-Identifier: ISC
set(circle ${PROJECT_SOURCE_DIR}/tests/support/circle.c
  ${PROJECT_SOURCE_DIR}/tests/support/proofs.c)
aw_fuzz_target(ladder SOURCES fuzz_ladder.c)
aw_fuzz_target(escalation SOURCES fuzz_escalation.c escalation.c)
aw_fuzz_target(escalation_canary MUST_FAIL DEFINES MODEL_CANARY
  SOURCES fuzz_escalation.c escalation.c)
aw_fuzz_target(plan_check SOURCES fuzz_plan_check.c)
aw_fuzz_target(schedule GRAMMAR ROUNDS 3000 SOURCES fuzz_schedule.c)
foreach(engine IN ITEMS contact subject)
  aw_fuzz_target(${engine} STUB ROUNDS 300 SOURCES fuzz_${engine}.c ${circle})
endforeach()
aw_fuzz_target(record STUB ROUNDS 1500 SOURCES fuzz_record.c ${circle})
aw_fuzz_target(peer STUB ROUNDS 60 SOURCES fuzz_peer.c ${circle}
  ${PROJECT_SOURCE_DIR}/tests/support/council.c)
aw_fuzz_target(session STUB ROUNDS 160
  SOURCES fuzz_session.c ${circle})
foreach(rule IN ITEMS call reply)
  aw_fuzz_target(hostile_${rule} UNSAFE GRAMMAR ROUNDS 200 DEFINES FUZZ_RULE="${rule}"
    SOURCES fuzz_hostile.c ${circle})
endforeach()
