# SPDX-License-Identifier: ISC
# The simulator: some lives with every class of faults, and the same lives twice.
set(lab ${PROJECT_BINARY_DIR}/bin/allswell-lab)
add_test(NAME simulate_smoke COMMAND ${lab} simulate --seed 5 --seeds 5 --report)
add_test(NAME simulate_same_hash COMMAND ${lab} simulate --seed 22 --seeds 10 --days 6 --twice)
add_test(NAME simulate_canaries
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/simulate_canaries.sh ${lab} simulate)
set_tests_properties(simulate_smoke simulate_same_hash simulate_canaries
  PROPERTIES LABELS unit TIMEOUT 300)
