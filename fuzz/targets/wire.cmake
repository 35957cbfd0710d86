# SPDX-License-Identifier: ISC
# One target for each rule that has a table.
foreach(message IN ITEMS call reply state file plan invite hello resume witness introductions card
    card_file switched)
  aw_fuzz_target(${message} GRAMMAR DEFINES FUZZ_RULE="${message}" SOURCES fuzz_message.c)
endforeach()
aw_fuzz_target(cbor_judge SOURCES fuzz_cbor_judge.c ../tests/support/cbor_oracle.c)
aw_fuzz_target(request GRAMMAR SOURCES fuzz_request.c)
aw_fuzz_target(answer GRAMMAR SOURCES fuzz_answer.c)
