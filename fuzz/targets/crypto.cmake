# SPDX-License-Identifier: ISC
aw_fuzz_target(backup SOURCES fuzz_backup.c)
aw_fuzz_target(cell SOURCES fuzz_cell.c)
aw_fuzz_target(link STUB ROUNDS 8000 SOURCES fuzz_link.c)
aw_fuzz_target(noise STUB ROUNDS 4000 SOURCES fuzz_noise.c)
aw_fuzz_target(share ROUNDS 300 SOURCES fuzz_share.c)
