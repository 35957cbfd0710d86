/* SPDX-License-Identifier: ISC */
#ifndef AW_CORE_WORDS_TEXT_H
#define AW_CORE_WORDS_TEXT_H

#include "core/channel.h"

/*
 * Appends the words to compare, with spaces between: of the quarantined session where there is
 * one, else of the pairing. AW_E_NOT_FOUND, AW_E_SPACE: `text` is as before.
 */
AW_MUST_USE enum aw_status aw_words_text(const struct aw_channel *channel, struct aw_buf *text);

#endif /* AW_CORE_WORDS_TEXT_H */
