# SPDX-License-Identifier: ISC
set(sim_sources
  sim/canary.c sim/card.c sim/check.c sim/chen.c sim/coverage.c sim/draw.c sim/faults.c sim/host.c
  sim/neighbours.c sim/nonces.c sim/people.c sim/picture.c sim/port.c sim/relay.c sim/removal.c
  sim/report.c sim/simulate.c sim/world.c)

# What the simulator needs of the linker: a look at each input of the ladder, without a word of
# it in the product.
function(aw_sim_link target)
  foreach(input IN ITEMS tick watch path others alarm safe cancel claim decline confirm peer_claim
      peer_confirm resume)
    target_link_options(${target} PRIVATE LINKER:--wrap=aw_ladder_${input})
  endforeach()
  target_link_libraries(${target} PRIVATE m)
endfunction()
