# SPDX-License-Identifier: ISC
set(sim_sources
  call.c
  number.c
  sim/bounded.c
  sim/calm.c
  sim/canary.c
  sim/card.c
  sim/check.c
  sim/chen.c
  sim/cover_channel.c
  sim/cover_ladder.c
  sim/cover_pairing.c
  sim/cover_plan.c
  sim/cover_relay.c
  sim/cover_timer.c
  sim/coverage.c
  sim/disk.c
  sim/draw.c
  sim/due.c
  sim/faults.c
  sim/host.c
  sim/incident.c
  sim/neighbours.c
  sim/nonces.c
  sim/odd.c
  sim/pause.c
  sim/people.c
  sim/picture.c
  sim/port.c
  sim/relay.c
  sim/refused.c
  sim/release.c
  sim/removal.c
  sim/report.c
  sim/sessions.c
  sim/shrink.c
  sim/simulate.c
  sim/store.c
  sim/told.c
  sim/world.c
  ${PROJECT_SOURCE_DIR}/tests/support/faulty_vfs.c # disk.c
  ${PROJECT_SOURCE_DIR}/tests/support/proofs.c
  ${PROJECT_SOURCE_DIR}/tests/support/torn.c)

# What the simulator needs of the linker: a look at each input of the state tables, without a word
# of it in the product.
function(aw_sim_link target)
  foreach(input IN ITEMS tick watch path others alarm safe cancel claim decline confirm peer_claim
      peer_confirm resume)
    target_link_options(${target} PRIVATE LINKER:--wrap=aw_ladder_${input})
  endforeach()
  foreach(input IN ITEMS channel_open channel_on_accept channel_quarantine_accept
      channel_quarantine_refuse channel_resume_ask channel_resume_deaf resume_open inviting_open
      inviting_done joining_finish joining_is_stale contact_join contact_verify
      contact_words_compared peering_finish peering_answer peering_heard co_plan_arrived
      co_change_tick trigger_timer subject_timer_start subject_timer_extend subject_timer_end
      subject_countdown subject_countdown_stop subject_sos su_countdown switch_armed
      switch_not_armed switch_next switch_fired switch_not_fired switch_read switch_start)
    target_link_options(${target} PRIVATE LINKER:--wrap=aw_${input})
  endforeach()
  target_link_libraries(${target} PRIVATE m)
endfunction()
