# SPDX-License-Identifier: ISC
aw_fuzz_target(frames SOURCES fuzz_frames.c)
aw_fuzz_target(socks SOURCES fuzz_socks.c)
aw_fuzz_target(store ROUNDS 400 SOURCES fuzz_store.c)
