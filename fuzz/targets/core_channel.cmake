# SPDX-License-Identifier: ISC
aw_fuzz_target(channel STUB ROUNDS 1500 SOURCES fuzz_channel.c ../tests/support/pair.c)
aw_fuzz_target(core_record ROUNDS 1000 SOURCES fuzz_core_record.c ../tests/support/pair.c)
aw_fuzz_target(short SOURCES fuzz_short.c)
aw_fuzz_target(invite_uri GRAMMAR SOURCES fuzz_invite_uri.c)
