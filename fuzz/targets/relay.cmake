# SPDX-License-Identifier: ISC
aw_fuzz_target(relay ROUNDS 1500 SOURCES fuzz_relay.c
  ${PROJECT_SOURCE_DIR}/tests/support/relay_model.c ${PROJECT_SOURCE_DIR}/tests/support/relay_bed.c)
