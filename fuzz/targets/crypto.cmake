# SPDX-License-Identifier: ISC
aw_fuzz_target(cell SOURCES fuzz_cell.c)
aw_fuzz_target(link ROUNDS 2000 SOURCES fuzz_link.c)
aw_fuzz_target(noise ROUNDS 1000 SOURCES fuzz_noise.c)
aw_fuzz_target(share ROUNDS 300 SOURCES fuzz_share.c)
