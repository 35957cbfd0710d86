/* SPDX-License-Identifier: ISC */
#ifndef ALLSWELL_FRAME_H
#define ALLSWELL_FRAME_H

#include <allswell/base.h>
#include <allswell/limits.h>

/**
 * @file
 * Frames: a check-in or an SOS in one SMS or LoRa message (spec/14-small-bearers.md).
 *
 * A frame is made with aw_subject_frame() and aw_subject_frame_take(), and read with
 * aw_contact_feed_frame(). It has AW_FRAME_LEN bytes for an 8-bit bearer, or AW_FRAME_TEXT_LEN
 * characters of the GSM 7-bit default alphabet for one that carries text.
 */

#ifdef __cplusplus
extern "C" {
#endif

/** Which word a frame is the short form of. */
enum aw_frame_kind { AW_FRAME_CHECKIN = 2, AW_FRAME_SOS = 3 }; /* as call_kind in the CDDL */

/** Writes the text of a frame, without a terminating zero. */
AW_API void aw_frame_to_text(char text[AW_FRAME_TEXT_LEN], const uint8_t frame[AW_FRAME_LEN]);

/**
 * Reads the text of a frame as it came out of a message: white space behind it is ignored, and
 * spaces that a gateway took off its start are put back.
 *
 * @param frame  filled; untouched on failure
 * @return AW_OK
 *         AW_E_FORMAT  not the text of a frame: drop it
 */
AW_API AW_MUST_USE enum aw_status aw_frame_from_text(uint8_t frame[AW_FRAME_LEN],
                                                     struct aw_bytes text);

#ifdef __cplusplus
}
#endif

#endif /* ALLSWELL_FRAME_H */
