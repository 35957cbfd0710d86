# SPDX-License-Identifier: ISC
# One target per decoder of wire/.
foreach(message IN ITEMS call reply state file plan invite hello resume witness introductions card
    card_file switched)
  aw_fuzz_target(${message} SOURCES fuzz_${message}.c)
endforeach()
aw_fuzz_target(cbor_judge SOURCES fuzz_cbor_judge.c ../tests/support/cbor_oracle.c)
aw_fuzz_target(request SOURCES fuzz_request.c)
aw_fuzz_target(answer SOURCES fuzz_answer.c)
