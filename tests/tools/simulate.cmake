# SPDX-License-Identifier: ISC
# The simulator: some lives with every class of faults, the same lives twice, flaws on purpose.
set(lab ${PROJECT_BINARY_DIR}/bin/allswell-lab)
add_test(NAME simulate_smoke COMMAND ${lab} simulate --seed 5 --seeds 5 --report)
add_test(NAME simulate_picture
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/simulate_picture.sh ${lab})
set_tests_properties(simulate_smoke simulate_picture PROPERTIES LABELS unit TIMEOUT 300)
add_test(NAME simulate_options
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/simulate_options.sh ${lab})
add_test(NAME tools_lab_options
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/lab_options.sh ${lab})
set_tests_properties(simulate_options tools_lab_options PROPERTIES LABELS tools TIMEOUT 60)

# The program with stub crypto is not installed.
set_target_properties(aw-simulate-stub PROPERTIES EXCLUDE_FROM_ALL FALSE)
# The lives are the same under sanitizers, and take much longer.
if(NOT (ALLSWELL_SANITIZE OR ALLSWELL_MSAN))
  add_test(NAME simulate_same_hash COMMAND ${lab} simulate --seed 22 --seeds 10 --days 6 --twice)
  add_test(NAME simulate_canaries
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/simulate_canaries.sh $<TARGET_FILE:aw-simulate-stub>)
  add_test(NAME simulate_disks
    COMMAND aw-simulate-stub --seed 1 --seeds 4 --days 6 --faults crash,disk,lie,restore,rollback
      --sqlite --twice)
  set_tests_properties(simulate_disks PROPERTIES LABELS lab TIMEOUT 300)
  set_tests_properties(simulate_same_hash simulate_canaries PROPERTIES LABELS "unit;proof"
    TIMEOUT 300)
  # Lives that visit every cell of the state tables.
  add_test(NAME simulate_cells
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/simulate_cells.sh $<TARGET_FILE:aw-simulate-stub>)
  set_tests_properties(simulate_cells PROPERTIES LABELS lab TIMEOUT 300)
  # Lives that once failed.
  add_test(NAME simulate_seeds
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/simulate_seeds.sh $<TARGET_FILE:aw-simulate-stub>)
  set_tests_properties(simulate_seeds PROPERTIES LABELS lab TIMEOUT 300)
endif()
